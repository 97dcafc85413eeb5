//! The end of the day.

use infirmary::access::model::Role;
use infirmary::db::sql;

both! {
    async fn the_day_closes_what_is_open_once_and_deletes_nothing(clinic) {
        clinic.point("Consulting", "consulting").await;
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let booked = clinic.visitor("Bola Booked").await;
        clinic.booking(booked, doctor, 0).await;
        clinic.arrived(booked).await;
        let ada = clinic.walk_in("Ada Obi").await;
        clinic.run_job("close_the_day").await;
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'waiting'").await, 2, "not before the end");
        clinic.wait_minutes(60 * 16);
        clinic.run_job("close_the_day").await;
        clinic.run_job("close_the_day").await;
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'left'").await, 2);
        assert_eq!(clinic.count("select count(*) from visit where close_reason = 'day_close'").await, 2);
        assert_eq!(clinic.count("select count(*) from queue_event where move = 'day_close'").await, 2);
        let trail = sql("select action from audit_entry where patient_id = $1 and action in ('queue.day_closed', 'appointment.cancelled') order by id");
        let of_bola: Vec<String> = trail.bind(booked).scalars(&clinic.app.db).await.unwrap();
        assert_eq!(of_bola, ["queue.day_closed", "appointment.cancelled"], "each is named in the trail");
        let closed = "select count(*) from audit_entry where action = 'queue.day_closed' and patient_id is not null";
        assert_eq!(clinic.count(closed).await, 2);
        assert_eq!(clinic.count("select count(*) from appointment where state = 'cancelled'").await, 1);
        assert_eq!(clinic.count("select taken_public from slot").await, 0, "the place is given back once");
        let place = clinic.browser().get(&infirmary::web::paths::queue::place(&ada.slip_code)).await;
        assert_eq!(place.heading(), "This slip is over");
        assert_eq!(clinic.walk_in("Next Day").await.token, "A001");
    }

    async fn a_visit_of_yesterday_hinders_nobody_today(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.arrived(ada).await;
        clinic.wait_minutes(60 * 24);
        assert!(clinic.arrived(ada).await.is_new);
        let closed = "select count(*) from audit_entry where action = 'queue.day_closed' and patient_id is not null";
        assert_eq!(clinic.count(closed).await, 1);
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'left'").await, 1);
    }
}
