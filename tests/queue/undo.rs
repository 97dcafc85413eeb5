//! Taking back the last step.

use infirmary::queue::model::EntryState;
use infirmary::web::paths::queue as paths;

both! {
    async fn the_last_step_is_undone_for_ten_minutes(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, id, 0).await;
        let ada = clinic.arrived(ada).await;
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        let page = doctor.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 0);
        let page = doctor.submitted(&page, "#undo form", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::InService);
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
        assert_eq!(clinic.count("select count(*) from appointment where state = 'in_service'").await, 1);
        assert!(page.has(".now[data-state=serving]"));
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let twice = doctor.post(&paths::moves(entry), &[("op", "0123456789abcdef"), ("move", "undo")]).await;
        twice.expect(409);
        clinic.decided().await;
        let page = doctor.submitted(&page, "[data-move=finish]", &[]).await;
        clinic.wait_minutes(11);
        let late = doctor.submit(&page, "#undo form", &[]).await;
        late.expect(409);
        assert!(late.text("#refused").contains("more than 10 minutes ago"));
    }

    async fn a_transfer_is_undone_only_while_the_next_point_has_not_touched_it(clinic) {
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let to = [("to", lab.to_string())];
        let pass = |op: &'static str| [("op", op), ("to", to[0].1.as_str())];
        doctor.post(&paths::transfers(entry), &pass("0123456789abcdef")).await.expect(303);
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdeg"), ("move", "undo")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'void'").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'waiting'").await, 1);
        doctor.post(&paths::transfers(entry), &pass("0123456789abcdeh")).await.expect(303);
        let page = doctor.get(&paths::board(lab)).await;
        doctor.submitted(&page, "#call-next", &[]).await;
        let refused = doctor.post(&paths::moves(entry), &[("op", "0123456789abcdei"), ("move", "undo")]).await;
        refused.expect(409);
        assert!(refused.text("#refused").contains("already taken up"));
        let _ = consulting;
    }

    async fn a_check_in_by_mistake_is_taken_back_and_its_number_not_given_again(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let patient = clinic.visitor("Ada Obi").await;
        clinic.booking(patient, id, 0).await;
        let ada = clinic.arrived(patient).await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdef"), ("move", "undo")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from appointment where state = 'booked'").await, 1);
        assert_eq!(clinic.walk_in("Ben Udo").await.token, "A002");
        assert_eq!(clinic.arrived(patient).await.token, "A001");
    }
}
