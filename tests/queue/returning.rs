//! Who comes after all, who comes back, and who has another booking of the day.

use infirmary::db::sql;
use infirmary::queue::model::Move;
use infirmary::queue::verbs::Refused;
use infirmary::scheduling;
use infirmary::work::{Doer, Work};

both! {
    async fn who_was_recorded_as_not_come_and_comes_after_all_is_seen_on_the_booking(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let (ada, ben) = (clinic.visitor("Ada Obi").await, clinic.visitor("Ben Eze").await);
        let bookings = [clinic.booking(ada, doctor, 0).await, clinic.booking(ben, doctor, 5).await];
        clinic.wait_minutes(25);
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        for id in bookings {
            scheduling::no_show(&mut work, id).await.unwrap();
        }
        work.commit().await.unwrap();
        let desk = clinic.receptionist().await;
        let page = desk.get("/arrivals").await;
        let card = clinic.card_of(ada).await;
        let page = desk.submitted(&page, "#scan-form", &[("code", &card)]).await;
        assert!(page.text("#just").contains("A001 Ada Obi"), "{}", page.body);
        let listed = desk.submitted(&page, &format!("#appointment-{} form", bookings[1]), &[]).await;
        assert!(listed.text("#just").contains("A002 Ben Eze"), "{}", listed.body);
        assert_eq!(clinic.count("select count(*) from appointment where state = 'arrived' and not counts_as_no_show").await, 2);
        assert_eq!(clinic.count("select count(*) from queue_entry where doctor_id is not null and booked_at is not null").await, 2);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.step_undone'").await, 2);
        assert!(listed.text(".page-head p").contains("2 here"), "{}", listed.body);
    }

    async fn who_left_and_comes_back_goes_on_with_the_booking_and_its_doctor(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (own, _) = clinic.doctor_named("Dr Nwosu").await;
        let (other, _) = clinic.doctor_named("Dr Bello").await;
        let ada = clinic.visitor("Ada Obi").await;
        let first = clinic.booking(ada, own, 10).await;
        let later = clinic.booking(ada, other, 200).await;
        for _ in 0..2 {
            let here = clinic.arrived(ada).await;
            let (entry, _) = clinic.entry_of(here.visit).await;
            let stands: (i64, i64, Option<chrono::DateTime<chrono::Utc>>) = sql("select v.appointment_id, e.doctor_id, e.booked_at
                from queue_entry e join visit v on v.id = e.visit_id where e.id = $1")
                .bind(entry).one(&clinic.app.db).await.unwrap();
            assert_eq!((stands.0, stands.1, stands.2.is_some()), (first.0, own.0, true));
            assert_eq!(clinic.appointment_state(later).await, "booked");
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            infirmary::queue::make_move(&mut work, Move::Leave, entry, None, "").await.unwrap();
            work.commit().await.unwrap();
            clinic.wait_minutes(5);
        }
    }

    async fn a_card_read_again_joins_the_other_booking_when_it_is_due_and_tells_of_it_before(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (own, _) = clinic.doctor_named("Dr Nwosu").await;
        let (other, _) = clinic.doctor_named("Dr Bello").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, own, 5).await;
        let later = clinic.booking(ada, other, 40).await;
        let desk = clinic.receptionist().await;
        let card = clinic.card_of(ada).await;
        let page = desk.submitted(&desk.get("/arrivals").await, "#scan-form", &[("code", &card)]).await;
        let page = desk.submitted(&page, "#scan-form", &[("code", &card)]).await;
        assert!(page.body.contains("with Dr Bello is still to come"), "{}", page.body);
        assert_eq!(clinic.appointment_state(later).await, "booked");
        clinic.wait_minutes(12);
        let page = desk.submitted(&page, "#scan-form", &[("code", &card)]).await;
        assert!(page.body.contains("is checked in with the same token"), "{}", page.body);
        assert_eq!(clinic.appointment_state(later).await, "arrived");
        assert_eq!(clinic.count("select count(*) from visit").await, 1);
    }

    async fn a_board_left_open_over_midnight_is_told_that_the_day_is_over(clinic) {
        clinic.point("Triage", "triage").await;
        let here = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        clinic.wait_minutes(24 * 60);
        clinic.run_job("close_the_day").await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let late = infirmary::queue::make_move(&mut work, Move::Leave, entry, Some(1), "").await;
        assert!(matches!(&late, Err(Refused::Because(why)) if why.starts_with("The day of A001 is over")), "{late:?}");
    }
}
