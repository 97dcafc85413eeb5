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

    async fn n1_who_left_and_comes_back_too_late_for_the_time_ranks_by_that_arrival(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let leaves = async |visit| {
            let (entry, _) = clinic.entry_of(visit).await;
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            infirmary::queue::make_move(&mut work, Move::Leave, entry, None, "").await.unwrap();
            work.commit().await.unwrap();
            entry
        };
        let (mut patients, mut visits) = (Vec::new(), Vec::new());
        for (name, minutes) in [("Ada Obi", 1), ("Ben Eze", 18), ("Cy Ude", 0)] {
            let patient = clinic.visitor(name).await;
            clinic.booking(patient, doctor, minutes).await;
            visits.push(clinic.arrived(patient).await.visit);
            patients.push(patient);
        }
        clinic.wait_minutes(5);
        leaves(visits[0]).await;
        leaves(visits[1]).await;
        let walk_in = clinic.walk_in("Wale Walk").await;
        clinic.wait_minutes(15);
        // Cy was marked as left by mistake, which is taken back: nobody came late for that.
        let mistake = leaves(visits[2]).await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        infirmary::queue::verbs::undo::undo(&mut work, mistake, None).await.unwrap();
        work.commit().await.unwrap();
        for patient in &patients[..2] {
            assert!(clinic.arrived(*patient).await.is_new);
        }
        let browser = clinic.browser();
        clinic.sign_in(&browser, "dr nwosu").await;
        let board = browser.get(&infirmary::web::paths::queue::board(point)).await;
        assert_eq!(board.texts("#queue .plate"), ["A003", "A002", walk_in.token.as_str(), "A001"]);
        let why = board.texts("td.why");
        let begins = ["Booked 09:00", "Booked 09:18", "Walk-in since 09:05", "Came late: by arrival 09:20"];
        for (told, begin) in why.iter().zip(begins) {
            assert!(told.starts_with(begin), "{why:?}");
        }
        // "Call next" and the board read the same.
        browser.submitted(&board, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(visits[2]).await, infirmary::queue::model::EntryState::Called);
    }
}
