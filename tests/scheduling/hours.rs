//! Weekly hours, the slots they give, time away.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use infirmary::access::model::AccountId;
use infirmary::db::{DbKind, sql};
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, ReasonId, SlotId};
use infirmary::scheduling::{self, Booking};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};

use crate::support::Clinic;

/// Tuesdays 9:00 to 11:10 in slots of 30 minutes, as a doctor fills in the form.
const TUESDAYS: [(&str, &str); 6] = [
    ("weekday", "2"),
    ("starts", "09:00"),
    ("ends", "11:10"),
    ("capacity", "2"),
    ("public_capacity", "1"),
    ("slot_minutes", "30"),
];

async fn book(clinic: &Clinic, patient: PatientId, slot: SlotId, reason: ReasonId) -> AppointmentId {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    let booking = Booking { patient, slot, reason, complaint: String::new() };
    let id = scheduling::book_at_desk(&mut work, &booking, None).await.unwrap();
    work.commit().await.unwrap();
    id
}

async fn first_slot(clinic: &Clinic) -> SlotId {
    sql("select id from slot where state = 'open' order by starts_at limit 1")
        .scalar(&clinic.app.db)
        .await
        .unwrap()
}

async fn declare(clinic: &Clinic, doctor: AccountId, weekday: i64, starts: &str, ends: &str) {
    sql("insert into availability (doctor_id, weekday, starts, ends, slot_minutes, capacity, public_capacity, valid_from)
         values ($1, $2, $3, $4, 30, 1, 1, $5)")
        .bind(doctor)
        .bind(weekday)
        .bind(starts.parse::<chrono::NaiveTime>().unwrap())
        .bind(ends.parse::<chrono::NaiveTime>().unwrap())
        .bind("2026-01-01".parse::<NaiveDate>().unwrap())
        .run(&clinic.app.db)
        .await
        .unwrap();
}

async fn starts(clinic: &Clinic) -> Vec<DateTime<Utc>> {
    sql("select starts_at from slot order by starts_at").scalars(&clinic.app.db).await.unwrap()
}

both! {
    async fn a_doctor_declares_hours_and_changing_them_asks_for_every_booked_person(clinic) {
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let wrong = browser.submit(&page, "main form", &[("weekday", "2"), ("starts", "11:00"), ("ends", "09:00")]).await;
        assert_eq!(wrong.expect(422).errors(), ["The end time must be after the start time."]);
        let saved = browser.submitted(&page, "main form", &TUESDAYS).await;
        assert!(saved.body.contains("Hours saved, 16 new slots. 10 minutes at the end of each day stay unused"), "{}", saved.body);
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = first_slot(&clinic).await;
        let ada = book(&clinic, clinic.person("Ada Obi").await, slot, reason).await;
        let edit = browser.get(&saved.links("tbody a")[0]).await;
        let asked = browser.submit(&edit, "main form", &[("starts", "10:00")]).await;
        assert_eq!(asked.expect(422).texts("fieldset.group fieldset").len(), 1);
        assert!(asked.body.contains("Ada Obi"));
        assert_eq!(clinic.count("select count(*) from slot where state = 'closed'").await, 0, "nothing happened yet");
        let name = format!("decision_{ada}");
        browser.submitted(&asked, "main form", &[(&name, "move")]).await.expect(200);
        assert_eq!(clinic.count("select count(*) from appointment where needs_decision and state = 'booked'").await, 1);
        assert_eq!(clinic.count("select count(*) from slot where state = 'closed'").await, 7);
        let left: i64 = sql("select capacity - taken_desk from slot where id = $1").bind(slot).scalar(&clinic.app.db).await.unwrap();
        assert_eq!(left, 0, "nobody else books the old time");
    }

    async fn a_time_that_the_hours_no_longer_give_goes_with_the_last_who_leaves_it(clinic) {
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let saved = browser.submitted(&page, "main form", &TUESDAYS).await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = first_slot(&clinic).await;
        let ada = book(&clinic, clinic.person("Ada Obi").await, slot, reason).await;
        let edit = browser.get(&saved.links("tbody a")[0]).await;
        let asked = browser.submit(&edit, "main form", &[("starts", "10:00")]).await;
        browser.submitted(&asked, "main form", &[(&format!("decision_{ada}"), "move")]).await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::cancel(&mut work, ada, infirmary::scheduling::model::CancelledBy::Staff, "Asked").await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(clinic.taken(slot).await, (0, 0));
        assert_eq!(clinic.count("select count(*) from slot where withdrawn and state = 'closed'").await, 1);
        let booking = Booking { patient: clinic.person("Ben Eze").await, slot, reason, complaint: String::new() };
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        assert!(scheduling::book_at_desk(&mut work, &booking, None).await.is_err());
    }

    async fn another_room_and_other_places_reach_the_slots_that_stand(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let room = clinic.room(point, "Room 9").await;
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let saved = browser.submitted(&page, "main form", &TUESDAYS).await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = first_slot(&clinic).await;
        book(&clinic, clinic.person("Ada Obi").await, slot, reason).await;
        let edit = browser.get(&saved.links("tbody a")[0]).await;
        let more = [("capacity", "3"), ("public_capacity", "2"), ("room", &room.to_string())];
        let saved = browser.submitted(&edit, "main form", &more).await;
        let reached = "select count(*) from slot where capacity = 3 and public_capacity = 2 and room_id is not null";
        assert_eq!(clinic.count(reached).await, 16);
        let (ben, cy) = (clinic.person("Ben Eze").await, clinic.person("Cy Ude").await);
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        for patient in [ben, cy] {
            let booking = Booking { patient, slot, reason, complaint: String::new() };
            let hold = scheduling::hold(&mut work, &booking).await.unwrap();
            scheduling::confirm(&mut work, patient, hold).await.unwrap();
        }
        work.commit().await.unwrap();
        let edit = browser.get(&saved.links("tbody a")[0]).await;
        browser.submitted(&edit, "main form", &[("capacity", "2"), ("public_capacity", "1"), ("room", "")]).await;
        assert_eq!(clinic.count("select count(*) from slot where capacity = 2 and public_capacity = 1 and room_id is null").await, 15);
        assert_eq!(clinic.count("select count(*) from slot where capacity = 3 and public_capacity = 2 and room_id is null").await, 1);
    }

    async fn closing_a_room_tells_what_still_lies_in_it(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let room = clinic.room(point, "Room 9").await;
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let mut fields = TUESDAYS.to_vec();
        let id = room.to_string();
        fields.push(("room", &id));
        browser.submitted(&page, "main form", &fields).await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        book(&clinic, clinic.person("Ada Obi").await, first_slot(&clinic).await, reason).await;
        let admin = clinic.administrator().await;
        let form = [("op", "0123456789abcdef"), ("point_id", &*point.to_string()), ("name", "Room 9"), ("version", "1")];
        let seen = admin.post(&infirmary::web::paths::settings::room(room), &form).await;
        let seen = admin.follow(seen).await;
        assert!(seen.body.contains("1 row of weekly hours and 1 booking are still in it"), "{}", seen.body);
    }

    async fn time_away_asks_for_every_booked_person_and_lifting_gives_it_back(clinic) {
        let browser = clinic.doctor().await;
        let page = browser.get(paths::NEW_AVAILABILITY).await;
        let saved = browser.submitted(&page, "main form", &TUESDAYS).await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = first_slot(&clinic).await;
        let ada = book(&clinic, clinic.person("Ada Obi").await, slot, reason).await;
        let away = [
            ("from_day", "2026-11-10"), ("from_time", "08:00"), ("to_day", "2026-11-10"), ("to_time", "12:00"), ("away_reason", "Faculty board"),
        ];
        let asked = browser.submit(&saved, "#away", &away).await;
        assert!(asked.expect(422).body.contains("Ada Obi"));
        let name = format!("decision_{ada}");
        let blocked = browser.submitted(&asked, "#away", &[(&name, "cancel")]).await;
        assert!(blocked.body.contains("Faculty board"), "{}", blocked.body);
        assert_eq!(clinic.count("select count(*) from slot where state = 'blocked'").await, 4);
        let by: String = sql("select ended_by from appointment where id = $1").bind(ada).scalar(&clinic.app.db).await.unwrap();
        assert_eq!((clinic.appointment_state(ada).await.as_str(), by.as_str(), clinic.taken(slot).await), ("cancelled", "clinic", (0, 0)));
        clinic.run_job("make_slots").await;
        assert_eq!(clinic.count("select count(*) from slot").await, 16);
        browser.submitted(&blocked, "main li form", &[]).await.expect(200);
        assert_eq!(clinic.count("select count(*) from slot where state = 'open'").await, 16);
        assert_eq!(clinic.count("select count(*) from slot where state = 'blocked'").await, 0);
    }

    async fn one_slot_by_hand_overlaps_no_other(clinic) {
        let browser = clinic.doctor().await;
        let page = browser.get(paths::AVAILABILITY).await;
        let one = [("slot_day", "2026-11-11"), ("slot_time", "14:00"), ("slot_length", "45"), ("slot_places", "1"), ("slot_online", "1")];
        browser.submitted(&page, "#single", &one).await.expect(200);
        let page = browser.get(paths::AVAILABILITY).await;
        let over = [("slot_day", "2026-11-11"), ("slot_time", "14:30"), ("slot_length", "45"), ("slot_places", "1"), ("slot_online", "1")];
        browser.submit(&page, "#single", &over).await.expect(422);
        assert_eq!(clinic.count("select count(*) from slot").await, 1);
        let other = clinic.consultant("Chidi").await;
        browser.get(&paths::availability_of(other)).await.expect(404);
        let range = [("make_from", "2026-11-09"), ("make_to", "2026-11-20")];
        declare(&clinic, other, 3, "09:00", "10:00").await;
        let admin = clinic.administrator().await;
        let page = admin.get(&paths::availability_of(other)).await;
        let made = admin.submitted(&page, "#make", &range).await;
        assert!(made.body.contains("4 slots made"), "{}", made.body);
    }

    async fn the_generator_run_twice_at_once_and_after_downtime_adds_nothing_twice(clinic) {
        let doctor = clinic.consultant("Bola").await;
        for weekday in 1..=5 {
            declare(&clinic, doctor, weekday, "09:00", "12:00").await;
        }
        sql("insert into holiday (day, name) values ($1, 'A holiday')")
            .bind("2026-11-12".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        let second = if clinic.app.db.kind() == DbKind::Postgres { Some(clinic.second_node().await) } else { None };
        let other = second.as_ref().unwrap_or(&clinic);
        tokio::join!(clinic.run_job("make_slots"), other.run_job("make_slots"));
        clinic.run_job("make_slots").await;
        let made = starts(&clinic).await;
        let mut distinct = made.clone();
        distinct.dedup();
        assert_eq!(made, distinct);
        // 4 weeks and this Monday: 21 weekdays less the holiday; the slots of this morning that have begun are not made.
        assert_eq!(made.len(), 20 * 6 - 1);
        clinic.wait_minutes(10 * 24 * 60);
        clinic.run_job("close_past_slots").await;
        clinic.run_job("make_slots").await;
        let open = clinic.count("select count(*) from slot where state = 'open'").await;
        clinic.run_job("make_slots").await;
        assert_eq!(clinic.count("select count(*) from slot where state = 'open'").await, open);
        assert!(open >= 20 * 6 - 6, "{open}");
    }

    async fn slots_keep_the_time_on_the_wall_when_the_clocks_change(clinic) {
        sql("update clinic set time_zone = 'Europe/London'").run(&clinic.app.db).await.unwrap();
        clinic.app.reload_clinic().await.unwrap();
        let doctor = clinic.consultant("Bola").await;
        declare(&clinic, doctor, 7, "00:30", "03:00").await;
        declare(&clinic, doctor, 6, "09:00", "09:30").await;
        declare(&clinic, doctor, 1, "09:00", "09:30").await;
        clinic.app.clock.set("2027-03-25T12:00:00Z".parse().unwrap());
        clinic.run_job("make_slots").await;
        let on = |day: &str| {
            let settings = clinic.app.clinic();
            let day: NaiveDate = day.parse().unwrap();
            let (from, to) = (settings.start_of(day), settings.start_of(day + TimeDelta::days(1)));
            move |at: &&DateTime<Utc>| from <= **at && **at < to
        };
        let all = starts(&clinic).await;
        let clock = |day: &str| all.iter().filter(on(day)).map(|at| at.format("%H:%M").to_string()).collect::<Vec<_>>();
        assert_eq!(clock("2027-03-27"), ["09:00"], "winter time");
        assert_eq!(clock("2027-03-28"), ["00:30", "01:00", "01:30"], "the hour from 1 to 2 does not exist");
        assert_eq!(clock("2027-03-29"), ["08:00"], "summer time");
        clinic.app.clock.set("2027-10-29T12:00:00Z".parse().unwrap());
        clinic.run_job("make_slots").await;
        let all = starts(&clinic).await;
        let clock = |day: &str| all.iter().filter(on(day)).map(|at| at.format("%H:%M").to_string()).collect::<Vec<_>>();
        assert_eq!(clock("2027-10-31"), ["23:30", "00:00", "00:30", "02:00", "02:30"], "the hour that comes twice gives slots once");
    }
}
