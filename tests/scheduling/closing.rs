//! The clinic closes or cannot keep a time: holidays, time away, doctors who leave; and what its patients hear of it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use infirmary::db::sql;
use infirmary::scheduling::{self, Booking};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};

const MARKED: &str = "select count(*) from appointment where needs_decision";

both! {
    async fn a_holiday_closes_the_day_and_marks_who_is_booked_until_it_is_removed(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot_at(doctor, "2026-11-12T09:00:00Z".parse().unwrap(), 3, 2).await;
        let (ada, phone) = clinic.someone("Ada Obi").await;
        let id = clinic.books(ada, slot, reason).await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let times = ben.get(&format!("{}?reason={reason}&day=2026-11-12", paths::BOOK_TIME)).await;
        let held = ben.submit(&times, "main form", &[("slot", &slot.to_string())]).await;
        let check = ben.follow(held).await;

        let admin = clinic.administrator().await;
        let page = admin.get("/settings/holidays").await;
        let closed = admin.submitted(&page, "#holiday", &[("day", "2026-11-12"), ("name", "Founders")]).await;
        assert!(closed.body.contains("1 booking of that day needs another time"), "{}", closed.body);
        let list = admin.get(&closed.links("tbody a")[0]).await;
        assert_eq!(list.texts("tbody .tag"), ["Needs another time"]);
        assert!(admin.get("/").await.body.contains("The clinic is closed, or the doctor is away"));

        let over = ben.submit(&check, "main form", &[]).await;
        assert_eq!(over.status, 409, "what was only kept is not booked");
        let days = ben.get(&format!("{}?reason={reason}", paths::BOOK_DAY)).await;
        assert!(!days.links("a").iter().any(|link| link.ends_with("2026-11-12")));
        let again = ben.submit(&times, "main form", &[("slot", &slot.to_string()), ("op", "0123456789abcdef")]).await;
        assert_eq!(again.status, 409, "nor by a form sent directly");
        let single = [("slot_day", "2026-11-12"), ("slot_time", "14:00"), ("slot_length", "45"), ("slot_places", "1"), ("slot_online", "1")];
        let hours = admin.get(&paths::availability_of(doctor)).await;
        admin.submit(&hours, "#single", &single).await.expect(422);
        let block = clinic.count("select id from blocked_time").await;
        admin.post(&format!("/availability/away/{block}/lift"), &[("op", "0123456789abcdeg")]).await;
        assert_eq!(clinic.count(MARKED).await, 1);

        let home = phone.get("/").await;
        assert!(home.text(".notice h2").starts_with("The clinic cannot keep your time on"), "{}", home.body);
        assert!(!home.body.contains("You get your token when you arrive"));
        let mine = phone.get(&paths::mine(id)).await;
        assert_eq!(mine.heading(), "The clinic cannot keep this time");
        assert!(!mine.body.contains("Come 10 minutes early") && !mine.body.contains("Add to your calendar"));

        let page = admin.get("/settings/holidays").await;
        admin.submit(&page, "tbody form", &[]).await.expect(303);
        assert_eq!(clinic.count(MARKED).await, 0);
        assert_eq!(clinic.count("select count(*) from slot where state = 'open'").await, 1);
        assert!(phone.get(&paths::mine(id)).await.body.contains("Come 10 minutes early"));
        assert!(clinic.has_entry("appointment.need_not_move").await);
    }

    async fn lifting_a_block_takes_its_marks_off_and_a_cancellation_is_told(clinic) {
        let browser = clinic.doctor().await;
        let doctor = infirmary::access::model::AccountId(clinic.count("select id from account").await);
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (slot, other) = (clinic.slot(doctor, 120, 1, 0).await, clinic.slot(doctor, 180, 1, 0).await);
        let (ada, _) = clinic.someone("Ada Obi").await;
        let (ben, phone) = clinic.someone("Ben Eze").await;
        let (ada, ben) = (clinic.books(ada, slot, reason).await, clinic.books(ben, other, reason).await);
        let page = browser.get(paths::AVAILABILITY).await;
        let past = [("from_day", "2026-11-02"), ("from_time", "08:00"), ("to_day", "2026-11-02"), ("to_time", "18:00"), ("away_reason", "Ill")];
        let refused = browser.submit(&page, "#away", &past).await;
        assert!(refused.expect(422).has("#to_day-error"));
        assert_eq!(clinic.count("select count(*) from blocked_time").await, 0);
        let away = [("from_day", "2026-11-09"), ("from_time", "00:00"), ("to_day", "2026-11-10"), ("to_time", "00:00"), ("away_reason", "Ill")];
        let asked = browser.submit(&page, "#away", &away).await;
        let (one, two) = (format!("decision_{ada}"), format!("decision_{ben}"));
        let blocked = browser.submitted(&asked, "#away", &[(&one, "move"), (&two, "cancel")]).await;
        assert_eq!(clinic.count(MARKED).await, 1);
        assert!(phone.get("/").await.text(".notice h2").starts_with("The clinic cancelled your appointment on"));
        browser.submitted(&blocked, "main li form", &[]).await.expect(200);
        assert_eq!(clinic.count(MARKED).await, 0);
    }

    async fn hours_of_one_doctor_do_not_overlap(clinic) {
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let hours = |starts: &'static str, ends: &'static str| {
            [("weekday", "2"), ("starts", starts), ("ends", ends), ("capacity", "1"), ("public_capacity", "1"), ("slot_minutes", "30")]
        };
        browser.submitted(&page, "main form", &hours("09:00", "11:00")).await.expect(200);
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let refused = browser.submit(&page, "main form", &hours("10:00", "12:00")).await;
        assert!(refused.expect(422).has("#starts-error"), "{:?}", refused.errors());
        let saved = browser.submitted(&refused, "main form", &hours("11:00", "12:00")).await;
        assert_eq!(saved.texts("tbody tr").len(), 2);
        let edit = browser.get(&saved.links("tbody a")[1]).await;
        browser.submit(&edit, "main form", &[("starts", "10:30")]).await.expect(422);
    }

    async fn what_was_never_confirmed_is_in_no_list_and_the_same_time_is_one_choice(clinic) {
        let (bola, chidi) = (clinic.consultant("Bola").await, clinic.consultant("Chidi").await);
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(bola, 60, 1, 1).await;
        for doctor in [bola, chidi] {
            clinic.slot(doctor, 120, 1, 1).await;
        }
        let (patient, ada) = clinic.someone("Ada Obi").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let held = ada.submit(&times, "main form", &[("slot", &slot.to_string())]).await;
        let check = ada.follow(held).await;
        clinic.wait_minutes(11);
        clinic.run_job("expire_holds").await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let quick = ben.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        ben.submit(&quick, "main form", &[("slot", &slot.to_string())]).await.expect(303);
        let over = ada.submit(&check, "main form", &[]).await;
        assert_eq!((over.status, over.texts(".slots li").len()), (409, 1), "{}", over.body);
        assert!(!ada.get(paths::MY_APPOINTMENTS).await.body.contains("Cancelled"));
        let desk = clinic.receptionist().await;
        let list = desk.get(&format!("{}?state=cancelled&day=2026-11-09", paths::APPOINTMENTS)).await;
        assert!(list.has(".empty"), "{}", list.body);
        let told: i64 = sql("select count(*) from happening where patient_id = $1").bind(patient).scalar(&clinic.app.db).await.unwrap();
        assert_eq!(told, 0);
    }

    async fn who_is_checked_in_is_not_cancelled_and_nobody_cancels_for_the_patient(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        let id = clinic.booking(ada, doctor, 60).await;
        let desk = clinic.receptionist().await;
        let before = desk.get(&paths::appointment(id)).await;
        let strange = desk.submit(&before, "#cancel", &[("by", "patient"), ("reason", "Asked")]).await;
        assert_eq!(strange.expect(422).errors(), ["Choose for whom it is cancelled"]);
        clinic.arrived(ada).await;
        let late = desk.submit(&before, "#cancel", &[("by", "staff"), ("reason", "Asked"), ("op", "0123456789abcdef")]).await;
        assert!(late.expect(422).errors()[0].starts_with("This patient is checked in"));
        assert!(!late.has("#cancel") && late.body.contains("Undo the check-in"));
        assert_eq!(clinic.appointment_state(id).await, "arrived");
    }

    async fn a_doctor_who_leaves_is_waited_for_by_nobody(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (here, coming) = (clinic.visitor("Ada Obi").await, clinic.visitor("Ben Eze").await);
        clinic.booking(here, doctor, 10).await;
        clinic.booking(coming, doctor, 600).await;
        let slot = clinic.slot(doctor, 1_500, 1, 1).await;
        clinic.arrived(here).await;
        let named = "select count(*) from queue_entry where doctor_id is not null";
        assert_eq!(clinic.count(named).await, 1);
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/staff/{doctor}")).await;
        let left = admin.submitted(&page, "#deactivate", &[("reason", "left the clinic")]).await;
        assert!(left.body.contains("1 booking needs another time"), "{}", left.body);
        assert!(left.body.contains("1 patient who waited for this doctor now waits for anyone"), "{}", left.body);
        assert_eq!((clinic.count(named).await, clinic.count(MARKED).await), (0, 1));
        assert!(clinic.has_entry("queue.doctor_left").await);
        clinic.arrived(coming).await;
        assert_eq!(clinic.count(named).await, 0, "who comes later waits for anyone too");
        assert!(admin.get(&infirmary::web::paths::queue::board(point)).await.body.contains("Ada"));
        let (_, cy) = clinic.someone("Cy Ude").await;
        let times = cy.get(&format!("{}?reason={reason}&day=2026-11-10&doctor={doctor}", paths::BOOK_TIME)).await;
        assert!(times.expect(200).has("h1") && !times.body.contains("With . "), "{}", times.body);
        let form = [("op", "0123456789abcdef"), ("slot", &slot.to_string()), ("reason", &reason.to_string())];
        assert_eq!(cy.post(paths::BOOK_HOLD, &form).await.status, 409);
    }

    async fn whoever_books_while_the_time_is_blocked_is_asked_about_or_refused(clinic) {
        let browser = clinic.doctor().await;
        let doctor = infirmary::access::model::AccountId(clinic.count("select id from account").await);
        let reason = clinic.visit_reason("I feel ill", 20).await;
        for round in 10..25 {
            let slot = clinic.slot_at(doctor, format!("2026-11-{round}T09:00:00Z").parse().unwrap(), 1, 0).await;
            let patient = clinic.person(&format!("Person{round} Crowd")).await;
            let page = browser.get(paths::AVAILABILITY).await;
            let day = format!("2026-11-{round}");
            let away = [("from_day", day.as_str()), ("from_time", "08:00"), ("to_day", &day), ("to_time", "18:00"), ("away_reason", "Ill")];
            let booking = Booking { patient, slot, reason, complaint: String::new() };
            let books = async {
                let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
                match scheduling::book_at_desk(&mut work, &booking, None).await {
                    Ok(_) => work.commit().await.is_ok(),
                    Err(_) => false,
                }
            };
            let (booked, blocked) = tokio::join!(books, browser.submit(&page, "#away", &away));
            assert_ne!(booked, blocked.status == 303, "round {round}: {}", blocked.status);
        }
        let forgotten = "select count(*) from appointment a join slot s on s.id = a.slot_id
            where a.state = 'booked' and not a.needs_decision and s.state = 'blocked'";
        assert_eq!(clinic.count(forgotten).await, 0);
    }

    async fn the_check_finds_what_is_offered_against_time_away_a_holiday_or_the_hours(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let starts: DateTime<Utc> = "2090-01-04T09:00:00Z".parse().unwrap();
        for day in 0..3 {
            clinic.slot_at(doctor, starts + TimeDelta::days(day), 1, 1).await;
        }
        let found = async || {
            let faults = clinic.faults().await;
            ["nothing is offered", "what is offered"].map(|name| faults.iter().any(|line| line.contains(name)))
        };
        assert_eq!(found().await, [false, false]);
        sql("insert into availability (doctor_id, weekday, starts, ends, slot_minutes, capacity, public_capacity, valid_from)
             values ($1, 3, $2, $3, 30, 1, 1, $4)")
            .bind(doctor).bind("09:00".parse::<NaiveTime>().unwrap()).bind("11:00".parse::<NaiveTime>().unwrap())
            .bind("2026-01-01".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        // The first of the three days is a Wednesday; in Lagos it is 10 o'clock then.
        let hours = "update slot set availability_id = (select min(id) from availability) where id = $1";
        sql(hours).bind(1_i64).run(&clinic.app.db).await.unwrap();
        assert_eq!(found().await, [false, false]);
        sql("update availability set valid_until = $1").bind("2026-12-31".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        assert_eq!(found().await, [false, true]);
        sql("update availability set valid_until = null").run(&clinic.app.db).await.unwrap();
        sql("insert into holiday (day, name) values ($1, 'A holiday')").bind("2090-01-05".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        assert_eq!(found().await, [true, false]);
        sql("delete from holiday").run(&clinic.app.db).await.unwrap();
        sql("insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, 'ill', $2)")
            .bind(doctor).bind(starts).bind(starts + TimeDelta::minutes(5)).run(&clinic.app.db).await.unwrap();
        assert_eq!(found().await, [true, false]);
    }
}
