//! Taking back the last step.

use infirmary::access::model::Role;
use infirmary::db::sql;
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

    async fn who_marks_a_colleagues_patient_as_left_says_why_and_the_colleague_takes_it_back(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.walk_in("Ada Obi").await;
        let board = doctor.get(&paths::board(point)).await;
        doctor.submit(&board, "#call-next", &[]).await.expect(303);
        let (entry, _) = clinic.entry_of(here.visit).await;
        let cashier = clinic.signed_in("femi cash", &[Role::Cashier]).await;
        let page = cashier.get(&paths::entry(entry)).await;
        let refused = cashier.submit(&page, "[data-move=leave]", &[]).await;
        let field = format!("#left-{entry}-error");
        assert!(refused.expect(422).text(&field).contains("Enter how you know that A001 left"));
        assert_eq!(clinic.state_of(here.visit).await, EntryState::Called);
        cashier.submit(&page, "[data-move=leave]", &[("reason", "Said so at the cash desk")]).await.expect(303);
        assert_eq!(clinic.state_of(here.visit).await, EntryState::Left);
        let seen = doctor.get(&paths::board(point)).await;
        assert!(seen.text("#undo").contains("A001 was marked as left by femi cash at"), "{}", seen.text("#undo"));
        clinic.wait_minutes(5);
        let own = doctor.get(&paths::entry(entry)).await;
        assert!(own.text("#history").contains("Said so at the cash desk"));
        doctor.submit(&own, "[data-move=undo]", &[]).await.expect(303);
        assert_eq!(clinic.state_of(here.visit).await, EntryState::Called);
        // The own patient of no priority leaves with one press; an emergency asks everybody.
        let board = doctor.get(&paths::board(point)).await;
        assert!(!board.has("[data-move=leave] input[name=reason]"));
        let desk = clinic.receptionist().await;
        let form = desk.get(&paths::entry(entry)).await;
        assert!(!form.has("[data-move=leave] input[name=reason]"));
        desk.submit(&form, "#priority-form", &[("priority", "emergency"), ("reason", "Collapsed")]).await.expect(303);
        for browser in [&doctor, &desk] {
            assert!(browser.get(&paths::entry(entry)).await.has("[data-move=leave] input[name=reason]"));
        }
    }

    async fn what_came_before_a_later_check_in_is_not_undone(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let patient = clinic.visitor("Ada Obi").await;
        let ada = clinic.arrived(patient).await;
        let (first, _) = clinic.entry_of(ada.visit).await;
        let left = [("op", "0123456789abcdef"), ("move", "leave"), ("reason", "Said so at the door")];
        doctor.post(&paths::moves(first), &left).await.expect(303);
        assert_eq!(clinic.arrived(patient).await.token, ada.token);
        let (second, _) = clinic.entry_of(ada.visit).await;
        assert_ne!(first, second);
        // While the new entry waits, and when it has ended too, the old one stays as it ended.
        for (undo, leave) in [("0123456789abcdeg", "0123456789abcdeh"), ("0123456789abcdei", "")] {
            let refused = doctor.post(&paths::moves(first), &[("op", undo), ("move", "undo")]).await;
            assert!(refused.expect(409).text("#refused").contains("has been changed since"), "{}", refused.body);
            if !leave.is_empty() {
                doctor.post(&paths::moves(second), &[("op", leave), left[1], left[2]]).await.expect(303);
            }
        }
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'left'").await, 2);
        // The last one can still be taken back.
        doctor.post(&paths::moves(second), &[("op", "0123456789abcdej"), ("move", "undo")]).await.expect(303);
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
    }

    async fn what_happened_at_a_point_that_was_closed_is_told_and_nobody_is_sent_back_there(clinic) {
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let (old, _) = clinic.entry_of(ada.visit).await;
        let to_lab = lab.to_string();
        doctor.post(&paths::transfers(old), &[("op", "0123456789abcdef"), ("to", &to_lab)]).await.expect(303);
        sql("update service_point set active = $2 where id = $1").bind(consulting).bind(false).run(&clinic.app.db).await.unwrap();
        let undo = doctor.post(&paths::moves(old), &[("op", "0123456789abcdeg"), ("move", "undo")]).await;
        assert!(undo.expect(409).body.contains("Consulting was closed since"), "{}", undo.body);
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'void'").await, 0);
        let board = doctor.get(&paths::board(consulting)).await;
        assert!(board.expect(409).body.contains("Consulting is closed. Choose another service point"), "{}", board.body);
        doctor.get(&paths::entry(old)).await.expect(200);
        let (now, _) = clinic.entry_of(ada.visit).await;
        let back = format!("{consulting}-any");
        let refused = doctor.post(&paths::transfers(now), &[("op", "0123456789abcdeh"), ("to", &back)]).await;
        assert!(refused.expect(409).body.contains("Consulting is closed"), "{}", refused.body);
    }

    async fn the_page_of_a_token_that_is_through_leads_to_what_may_be_left_to_do(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let board = doctor.get(&paths::board(point)).await;
        let board = doctor.submitted(&board, "#call-next", &[]).await;
        doctor.submit(&board, "[data-move=start]", &[]).await.expect(303);
        let own = doctor.get(&paths::entry(entry)).await;
        doctor.submit(&own, "[data-move=leave]", &[("reason", "Called, gone home")]).await.expect(303);
        let cashier = clinic.signed_in("femi cash", &[Role::Cashier]).await;
        let (consult, letters, bill) = (
            infirmary::web::paths::consultation::consult(ada.visit),
            infirmary::web::paths::letters::of_visit(ada.visit),
            infirmary::web::paths::billing::of_visit(ada.visit),
        );
        let seen = doctor.get(&paths::entry(entry)).await;
        assert!(!seen.has("[data-transfer]"), "nothing is passed on any more");
        let offered = seen.links("#onward a");
        assert!(offered.contains(&consult) && offered.contains(&letters) && !offered.contains(&bill), "{offered:?}");
        let offered = cashier.get(&paths::entry(entry)).await.links("#onward a");
        assert!(offered.contains(&bill) && !offered.contains(&consult), "{offered:?}");
        cashier.get(&bill).await;
        for page in [consult, letters] {
            doctor.get(&page).await.expect(200);
        }
    }

    async fn a_finished_visit_whose_patient_was_checked_in_by_mistake_ends_as_it_had_ended(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let patient = clinic.visitor("Ada Obi").await;
        let booking = clinic.booking(patient, id, 0).await;
        let ada = clinic.arrived(patient).await;
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        doctor.submitted(&page, "[data-move=finish]", &[]).await;
        let ended = "select count(*) from visit where close_reason = 'finished' and came_again_at is null and appointment_id is not null";
        assert_eq!(clinic.count(ended).await, 1);
        let was: chrono::DateTime<chrono::Utc> = sql("select closed_at from visit").scalar(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(30);
        // The desk reads how the token stands before it adds somebody once more.
        let desk = clinic.receptionist().await;
        let page = desk.submitted(&desk.get(paths::ARRIVALS).await, "#scan-form", &[("code", "Obi")]).await;
        assert!(page.text("#found tbody").contains("A001 Finished 09:00"), "{}", page.text("#found"));
        assert!(page.has("#found .plate[data-state=done]") && page.text("#found .walk-in").contains("Check in again"));
        desk.submitted(&page, "#found .walk-in", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let (entry, _) = clinic.entry_of(ada.visit).await;
        desk.post(&paths::moves(entry), &[("op", "0123456789abcdef"), ("move", "undo")]).await.expect(303);
        assert_eq!(clinic.count(ended).await, 1);
        let now: chrono::DateTime<chrono::Utc> = sql("select closed_at from visit").scalar(&clinic.app.db).await.unwrap();
        assert_eq!((now, clinic.appointment_state(booking).await.as_str()), (was, "fulfilled"));
    }
}
