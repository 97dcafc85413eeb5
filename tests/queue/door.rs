//! At the door: who has a token already, or two bookings; what the search says; what can be undone.

use infirmary::db::sql;
use infirmary::queue::model::EntryState;
use infirmary::web::paths::queue as paths;

both! {
    async fn a_priority_given_at_the_door_raises_the_token_that_is_there(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let desk = clinic.receptionist().await;
        let found = desk.get("/arrivals?q=ada").await;
        clinic.wait_minutes(1);
        let urgent = [("priority", "emergency"), ("reason", "Breathing hard")];
        let raised = desk.submitted(&found, "form.urgent", &urgent).await;
        assert!(raised.body.contains("Its priority is now emergency"), "{}", raised.body);
        assert_eq!(clinic.count("select count(*) from queue_entry where priority = 'emergency'").await, 1);
        assert!(clinic.has_entry("queue.priority_changed").await);
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
    }

    async fn a_second_booking_of_the_day_arrives_on_the_same_token(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, id, 0).await;
        let later = clinic.booking(ada, id, 120).await;
        let desk = clinic.receptionist().await;
        let found = desk.get("/arrivals?q=ada").await;
        assert_eq!(found.text("#found td[data-label=Today]"), "Booked 09:00, Dr Nwosu");
        clinic.arrived(ada).await;
        clinic.wait_minutes(1);
        let page = desk.get("/arrivals").await;
        let both = desk.submitted(&page, &format!("#appointment-{later} form"), &[]).await;
        assert!(both.body.contains("is checked in with the same token"), "{}", both.body);
        assert_eq!(clinic.appointment_state(later).await, "arrived");
        assert!(both.text(".page-head p").contains("2 here"), "{}", both.text(".page-head p"));
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        let page = doctor.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(clinic.count("select count(*) from appointment where state = 'fulfilled'").await, 2);
        doctor.submitted(&page, "#undo form", &[]).await;
        assert_eq!(clinic.appointment_state(later).await, "arrived");
        assert_eq!(clinic.count("select count(*) from appointment where state = 'in_service'").await, 1);
    }

    async fn a_visit_that_a_nurse_finishes_completes_its_booking_and_undo_lets_it_wait_again(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        let booking = clinic.booking(ada, doctor, 10).await;
        clinic.arrived(ada).await;
        let nurse = clinic.nurse().await;
        let page = nurse.submitted(&nurse.get(&paths::board(point)).await, "#call-next", &[]).await;
        let page = nurse.submitted(&page, "[data-move=start]", &[]).await;
        assert_eq!(clinic.appointment_state(booking).await, "arrived");
        let page = nurse.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(clinic.appointment_state(booking).await, "fulfilled");
        nurse.submitted(&page, "#undo form", &[]).await;
        assert_eq!(clinic.appointment_state(booking).await, "arrived");
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
    }

    async fn a_visit_does_not_end_before_the_other_booking_of_the_day_was_seen_to(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, first) = clinic.doctor_named("Dr Nwosu").await;
        let (other, _) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.walk_in("Ada Obi").await;
        let page = first.submitted(&first.get(&paths::board(point)).await, "#call-next", &[]).await;
        let page = first.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        clinic.wait_minutes(5);
        let later = clinic.booking(clinic.patient_of(here.visit).await, other, 60).await;
        let desk = clinic.receptionist().await;
        desk.submitted(&desk.get("/arrivals").await, &format!("#appointment-{later} form"), &[]).await;
        let refused = first.submit(&page, "[data-move=finish]", &[]).await;
        let words = refused.expect(409).text("main");
        assert!(words.contains("The booking at") && words.contains("with Dr Bello is still to come"), "{words}");
        assert_eq!(clinic.appointment_state(later).await, "arrived");
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
        // Once that doctor began, it ends, and the booking with it.
        sql("insert into queue_entry (visit_id, patient_id, point_id, day, state, arrived_at, entered_at, started_at, ended_at, served_by)
             select v.id, v.patient_id, $2, v.day, 'transferred', $3, $3, $3, $3, $4 from visit v where v.id = $1")
            .bind(here.visit).bind(point).bind(clinic.app.clock.now()).bind(other).run(&clinic.app.db).await.unwrap();
        let page = first.get(&paths::board(point)).await;
        first.submit(&page, "[data-move=finish]", &[]).await.expect(303);
        assert_eq!(clinic.appointment_state(later).await, "fulfilled");
    }

    async fn a_check_in_that_was_undone_is_not_here_and_undo_is_offered_where_it_works(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (id, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        let booking = clinic.booking(ada, id, 10).await;
        let here = clinic.arrived(ada).await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        let desk = clinic.receptionist().await;
        let page = desk.get(&paths::entry(entry)).await;
        desk.submitted(&page, "[data-move=undo]", &[]).await;
        assert!(desk.get("/arrivals").await.text(".page-head p").contains("0 here"));
        assert_eq!(clinic.appointment_state(booking).await, "booked");
        let ben = clinic.walk_in("Ben Eze").await;
        let (entry, _) = clinic.entry_of(ben.visit).await;
        assert!(desk.get(&paths::entry(entry)).await.has("[data-move=undo]"));
        clinic.wait_minutes(11);
        assert!(!desk.get(&paths::entry(entry)).await.has("[data-move=undo]"), "its ten minutes are over");
    }
}
