//! Arriving, being seen, not coming.

use infirmary::db::sql;
use infirmary::scheduling::model::AppointmentState;
use infirmary::scheduling::{self, Refusal};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};

both! {
    async fn a_booking_goes_forward_step_by_step_and_no_other_way(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let slot = clinic.slot(doctor, 60, 1, 0).await;
        let id = clinic.books(patient, slot, reason).await;
        let app = &clinic.app;
        let clinic_settings = app.clinic();
        let (from, to) = (clinic_settings.start_of("2026-11-09".parse().unwrap()), clinic_settings.start_of("2026-11-10".parse().unwrap()));
        let expected = scheduling::todays_booked(&app.db, from, to).await.unwrap();
        assert_eq!(expected.len(), 1);
        assert_eq!((expected[0].patient_name.as_str(), expected[0].doctor_name.as_str()), ("Ada Obi", "Dr Bola"));
        assert_eq!(scheduling::todays_booking_of(&app.db, patient, from, to).await.unwrap().as_ref(), expected.first());
        assert_eq!(scheduling::coming(&app.db, patient, app.clock.now(), from).await.unwrap(), expected);
        let mut work = Work::begin(app, Doer::operator()).await.unwrap();
        assert!(matches!(scheduling::fulfil(&mut work, id).await, Err(Refusal::Changed)));
        let arrived = scheduling::arrive(&mut work, id).await.unwrap();
        assert_eq!((arrived.patient, arrived.doctor), (patient, doctor));
        assert!(matches!(scheduling::arrive(&mut work, id).await, Err(Refusal::Changed)));
        scheduling::take_back(&mut work, id, AppointmentState::Arrived).await.unwrap();
        scheduling::arrive(&mut work, id).await.unwrap();
        scheduling::in_service(&mut work, id).await.unwrap();
        assert!(matches!(scheduling::take_back(&mut work, id, AppointmentState::Arrived).await, Err(Refusal::Changed)));
        scheduling::fulfil(&mut work, id).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(clinic.appointment_state(id).await, "fulfilled");
        assert_eq!(clinic.taken(slot).await, (0, 1));
    }

    async fn at_day_close_who_did_not_come_is_recorded_once_and_three_times_pause_online_booking(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (patient, _) = clinic.someone("Ada Obi").await;
        let mut ids = Vec::new();
        for number in 0..3 {
            let slot = clinic.slot(doctor, 60 + 60 * number, 1, 0).await;
            ids.push(clinic.books(patient, slot, reason).await);
        }
        clinic.wait_minutes(400);
        clinic.run_job("mark_no_shows").await;
        assert_eq!(clinic.appointment_state(ids[0]).await, "booked", "the day is not over");
        clinic.wait_minutes(24 * 60 - 400);
        clinic.run_job("mark_no_shows").await;
        clinic.run_job("mark_no_shows").await;
        let since = clinic.app.clock.now() - chrono::TimeDelta::days(30);
        assert_eq!(scheduling::no_show_count(&clinic.app.db, patient, since).await.unwrap(), 3);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.no_show'").await, 3);
        let ada = clinic.browser();
        clinic.sign_in(&ada, &format!("p{patient}")).await;
        let paused = ada.get(paths::BOOK).await;
        assert!(paused.body.contains("Online booking is paused until 9 March 2027"), "{}", paused.body);
        let mine = ada.get(&paths::mine(ids[0])).await;
        let sent = ada.submitted(&mine, "main form", &[("objection", "I was in the waiting room")]).await;
        assert!(sent.body.contains("waiting for an answer"), "{}", sent.body);
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::answer_objection(&mut work, ids[0], true).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(scheduling::no_show_count(&clinic.app.db, patient, since).await.unwrap(), 2);
        assert_eq!(ada.get(paths::BOOK).await.heading(), "Why do you want to be seen?");
    }

    async fn the_clinics_own_absence_is_never_a_no_show(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let slot = clinic.slot(doctor, 60, 1, 0).await;
        let id = clinic.books(patient, slot, reason).await;
        let (other, later) = (clinic.person("Ben Eze").await, clinic.slot(doctor, 24 * 60, 1, 0).await);
        let on_holiday = clinic.books(other, later, reason).await;
        let now = clinic.app.clock.now();
        sql("insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, 'ill', $2)")
            .bind(doctor).bind(now).bind(now + chrono::TimeDelta::hours(8)).run(&clinic.app.db).await.unwrap();
        sql("insert into holiday (day, name) values ($1, 'A holiday')")
            .bind("2026-11-10".parse::<chrono::NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(3 * 24 * 60);
        clinic.run_job("mark_no_shows").await;
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.appointment_state(on_holiday).await.as_str()), ("booked", "booked"));
        // Nobody rang in all the days that a time can be recorded as missed: it is over, and the clinic's own doing.
        let days = clinic.count("select no_show_days from clinic").await;
        clinic.run_job("close_the_day").await;
        assert_eq!(clinic.appointment_state(id).await, "booked", "somebody may still ring");
        clinic.wait_minutes((days + 2) * 24 * 60);
        clinic.run_job("close_the_day").await;
        let over = "select count(*) from appointment where state = 'cancelled' and ended_by = 'clinic' and end_reason = 'The clinic was away'";
        assert_eq!(clinic.count(over).await, 2);
        assert_eq!(clinic.count("select cast(sum(taken_public + taken_desk) as bigint) from slot").await, 0, "the places are given back");
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.cancelled' and patient_id is not null").await, 2);
    }

    async fn n2_a_time_that_was_given_back_too_late_or_that_somebody_was_to_move_is_no_no_show(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (ada, slot) = (clinic.person("Ada Obi").await, clinic.slot(doctor, 60, 1, 0).await);
        let given_back = clinic.books(ada, slot, reason).await;
        let (ben, slot) = (clinic.person("Ben Eze").await, clinic.slot(doctor, 120, 1, 0).await);
        let to_move = clinic.books(ben, slot, reason).await;
        let (chi, slot) = (clinic.person("Chi Ala").await, clinic.slot(doctor, 180, 1, 0).await);
        let not_come = clinic.books(chi, slot, reason).await;
        let now = clinic.app.clock.now();
        sql("insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_at, lifted_at)
             values ($1, $2, $3, 'ill', $2, $4)")
            .bind(doctor).bind(now).bind(now + chrono::TimeDelta::minutes(90))
            .bind(now + chrono::TimeDelta::minutes(70)).run(&clinic.app.db).await.unwrap();
        sql("update appointment set needs_decision = $2 where id = $1").bind(to_move).bind(true).run(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(24 * 60);
        clinic.run_job("mark_no_shows").await;
        let mut states = Vec::new();
        for id in [given_back, to_move, not_come] {
            states.push(clinic.appointment_state(id).await);
        }
        assert_eq!(states, ["booked", "booked", "no_show"]);
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        for id in [given_back, to_move] {
            assert!(scheduling::no_show(&mut work, id).await.is_err(), "{id}");
        }
    }
}
