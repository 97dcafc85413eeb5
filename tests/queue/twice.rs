//! Two bookings of one patient on one day: each check-in takes the one it is for (Q14).

use chrono::{DateTime, Utc};
use infirmary::access::model::AccountId;
use infirmary::db::sql;
use infirmary::queue::model::VisitId;
use infirmary::scheduling::model::AppointmentId;
use infirmary::web::paths::queue as paths;

use crate::support::Clinic;

/// With which booking a visit stands, for which doctor it waits, and whether it ranks by a booked time.
async fn stands(clinic: &Clinic, visit: VisitId) -> (AppointmentId, AccountId, bool) {
    let stands: (AppointmentId, AccountId, Option<DateTime<Utc>>) =
        sql("select v.appointment_id, e.doctor_id, e.booked_at
            from queue_entry e join visit v on v.id = e.visit_id where v.id = $1 order by e.id desc limit 1")
        .bind(visit)
        .one(&clinic.app.db)
        .await
        .unwrap();
    (stands.0, stands.1, stands.2.is_some())
}

both! {
    async fn q14_a_missed_time_bars_nobody_from_checking_in_for_the_next(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (first, _) = clinic.doctor_named("Dr Nwosu").await;
        let (second, _) = clinic.doctor_named("Dr Bello").await;
        let ada = clinic.visitor("Ada Obi").await;
        let missed = clinic.booking(ada, first, 0).await;
        let next = clinic.booking(ada, second, 40).await;
        clinic.wait_minutes(25);
        let phone = clinic.phone_of(ada).await;
        let desk = clinic.receptionist().await;
        let code = desk.get("/poster").await.text("#door-code");
        let page = phone.get(paths::CHECK_IN).await;
        assert!(page.text("main").contains("Dr Bello") && !page.text("main").contains("Dr Nwosu"), "{}", page.text("main"));
        let here = phone.submit(&page, "main form", &[("code", &code)]).await;
        assert_eq!(here.leads_to().as_deref(), Some(paths::MY_PLACE), "{:?}", here.errors());
        let visit = VisitId(clinic.count("select id from visit").await);
        assert_eq!(stands(&clinic, visit).await, (next, second, true));
        assert_eq!((clinic.appointment_state(missed).await.as_str(), clinic.appointment_state(next).await.as_str()), ("booked", "arrived"));
        // Who came too late for one tells the desk, which joins it to the token.
        let card = clinic.card_of(ada).await;
        let page = desk.submitted(&desk.get(paths::ARRIVALS).await, "#scan-form", &[("code", &card)]).await;
        assert!(page.body.contains("The booking at 09:00 is checked in with the same token"), "{}", page.body);
        assert_eq!(clinic.appointment_state(missed).await, "arrived");
        assert_eq!(stands(&clinic, visit).await, (next, second, true), "she waits as she came");
        assert_eq!(clinic.count("select count(*) from visit").await, 1);
    }

    async fn q14_where_none_of_the_times_is_open_the_first_one_says_why(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (first, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        let missed = clinic.booking(ada, first, 0).await;
        let later = clinic.booking(ada, first, 120).await;
        clinic.wait_minutes(25);
        let phone = clinic.phone_of(ada).await;
        let code = clinic.receptionist().await.get("/poster").await.text("#door-code");
        let refused = phone.submit(&phone.get(paths::CHECK_IN).await, "main form", &[("code", &code)]).await;
        assert!(refused.expect(422).errors()[0].contains("Go to the desk"), "{:?}", refused.errors());
        for id in [missed, later] {
            assert_eq!(clinic.appointment_state(id).await, "booked");
        }
        assert_eq!(clinic.count("select count(*) from visit").await, 0);
    }

    async fn q14_each_of_two_times_is_checked_in_in_its_turn_and_the_other_is_left(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (first, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (second, _) = clinic.doctor_named("Dr Bello").await;
        let ada = clinic.visitor("Ada Obi").await;
        let (early, late) = (clinic.booking(ada, first, 5).await, clinic.booking(ada, second, 60).await);
        let phone = clinic.phone_of(ada).await;
        let code = clinic.receptionist().await.get("/poster").await.text("#door-code");
        phone.submit(&phone.get(paths::CHECK_IN).await, "main form", &[("code", &code)]).await.expect(303);
        let visit = VisitId(clinic.count("select id from visit").await);
        assert_eq!(stands(&clinic, visit).await, (early, first, true));
        assert_eq!(clinic.appointment_state(late).await, "booked");
        clinic.wait_minutes(5);
        let page = doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        clinic.wait_minutes(10);
        doctor.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!((clinic.appointment_state(early).await.as_str(), clinic.appointment_state(late).await.as_str()), ("fulfilled", "booked"));
        clinic.wait_minutes(20);
        let phone = clinic.browser();
        clinic.sign_in(&phone, &format!("phone{ada}")).await;
        phone.submit(&phone.get(paths::CHECK_IN).await, "main form", &[("code", &code)]).await.expect(303);
        assert_eq!(stands(&clinic, visit).await, (late, second, true), "the same token, for the other doctor");
        assert_eq!((clinic.appointment_state(early).await.as_str(), clinic.appointment_state(late).await.as_str()), ("fulfilled", "arrived"));
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
    }

    async fn two_bookings_on_one_token_each_begin_and_end_with_their_own_doctor(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let room = clinic.room(point, "Room 2").await;
        let (first, own) = clinic.doctor_named("Dr Nwosu").await;
        let (second, other) = clinic.doctor_named("Dr Bello").await;
        for browser in [&own, &other] {
            let page = browser.get(&paths::station_at(point)).await;
            browser.submit(&page, "main form", &[("place", &format!("{point}-{room}"))]).await.expect(303);
        }
        let ada = clinic.visitor("Ada Obi").await;
        let (early, late) = (clinic.booking(ada, first, 0).await, clinic.booking(ada, second, 5).await);
        assert!(clinic.arrived(ada).await.also.is_some());
        let states = async || (clinic.appointment_state(early).await, clinic.appointment_state(late).await);
        let stand = |early: &str, late: &str| (early.to_owned(), late.to_owned());
        assert_eq!(states().await, stand("arrived", "arrived"));
        let mut page = own.get(&paths::board(point)).await;
        // The first doctor is busy: she goes to the second one first, and ranks there by the time with that one.
        page = own.submitted(&page, "[data-call]", &[]).await;
        own.submit(&page, "[data-transfer]", &[("to", &format!("{point}-{second}"))]).await.expect(303);
        let ranks = "select count(*) from queue_entry e join appointment a on a.starts_at = e.booked_at and a.doctor_id = e.doctor_id
            where e.state = 'waiting'";
        assert_eq!(clinic.count(ranks).await, 1);
        clinic.wait_minutes(5);
        page = other.submitted(&other.get(&paths::board(point)).await, "#call-next", &[]).await;
        page = other.submitted(&page, "[data-move=start]", &[]).await;
        assert_eq!(states().await, stand("arrived", "in_service"));
        page = other.submitted(&page, "#undo form", &[]).await;
        assert_eq!(states().await, stand("arrived", "arrived"));
        page = other.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        clinic.wait_minutes(1);
        let refused = other.submit(&page, "[data-move=finish]", &[]).await;
        assert!(refused.expect(409).text("#refused").contains("The booking at 09:00 with Dr Nwosu is still to come"), "{}", refused.text("#refused"));
        other.submit(&page, "[data-transfer]", &[("to", &format!("{point}-{first}"))]).await.expect(303);
        assert_eq!(clinic.count(ranks).await, 1);
        page = own.submitted(&own.get(&paths::board(point)).await, "#call-next", &[]).await;
        page = own.submitted(&page, "[data-move=start]", &[]).await;
        assert_eq!(states().await, stand("in_service", "in_service"));
        clinic.wait_minutes(1);
        page = own.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(states().await, stand("fulfilled", "fulfilled"));
        page = own.submitted(&page, "#undo form", &[]).await;
        assert_eq!(states().await, stand("in_service", "in_service"));
        clinic.decided().await;
        own.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(states().await, stand("fulfilled", "fulfilled"));
        assert_eq!(clinic.count("select count(*) from visit where close_reason = 'finished'").await, 1);
    }
}
