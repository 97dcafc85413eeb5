//! Who is late, who comes after all, and what does not count.

use std::time::Duration;

use infirmary::db::sql;
use infirmary::scheduling;
use infirmary::scheduling::model::AppointmentId;
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};

use crate::support::Clinic;

const COUNTED: &str = "select count(*) from appointment where counts_as_no_show";
const PAUSED: &str = "select count(*) from patient where online_block_until is not null";

async fn nobody_came(clinic: &Clinic, ids: &[AppointmentId]) {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    for &id in ids {
        scheduling::no_show(&mut work, id).await.unwrap();
    }
    work.commit().await.unwrap();
}

both! {
    async fn an_objection_is_settled_when_the_patient_comes_and_refusing_it_later_counts_nothing(clinic) {
        let doctor = clinic.consultant("bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 0, 1, 0).await;
        let (patient, phone) = clinic.someone("Ada Obi").await;
        let id = clinic.books(patient, slot, reason).await;
        clinic.wait_minutes(20);
        nobody_came(&clinic, &[id]).await;
        let mine = phone.get(&paths::mine(id)).await;
        phone.submit(&mine, "main form", &[("objection", "I am in the corridor")]).await.expect(303);
        let desk = clinic.receptionist().await;
        let before = desk.get(&paths::appointment(id)).await;
        assert!(before.has("#objection"));
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::arrive(&mut work, id).await.unwrap();
        work.commit().await.unwrap();
        assert!(clinic.has_entry("appointment.objection_granted").await);
        assert_eq!(clinic.count("select count(*) from appointment where objection_state = 'granted'").await, 1);
        desk.submit(&before, "#objection", &[("answer", "refused")]).await.expect(422);
        assert_eq!((clinic.count(COUNTED).await, clinic.appointment_state(id).await.as_str()), (0, "arrived"));
        assert!(!desk.get(&paths::appointment(id)).await.has("#objection"));
        let forced = sql("update appointment set counts_as_no_show = $2 where id = $1").bind(id).bind(true).run(&clinic.app.db).await;
        assert!(forced.unwrap_err().violates("appointment_counts"));
    }

    async fn time_away_that_is_entered_later_takes_the_count_off_the_no_shows_it_covers(clinic) {
        let doctor = clinic.consultant("bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (ada, _) = clinic.someone("Ada Obi").await;
        let mut ids = Vec::new();
        for number in 0..3 {
            let slot = clinic.slot(doctor, 60 + 60 * number, 1, 0).await;
            ids.push(clinic.books(ada, slot, reason).await);
        }
        // Somebody else's doctor was there.
        let (chidi, ben) = (clinic.consultant("Chidi").await, clinic.person("Ben Eze").await);
        let slot = clinic.slot(chidi, 120, 1, 0).await;
        ids.push(clinic.books(ben, slot, reason).await);
        clinic.wait_minutes(220);
        nobody_came(&clinic, &ids).await;
        assert_eq!((clinic.count(COUNTED).await, clinic.count(PAUSED).await), (4, 1));
        let phone = clinic.browser();
        clinic.sign_in(&phone, &format!("p{ada}")).await;
        let mine = phone.get(&paths::mine(ids[1])).await;
        phone.submit(&mine, "main form", &[("objection", "Nobody was there")]).await.expect(303);
        let browser = clinic.browser();
        clinic.sign_in(&browser, "bola").await;
        let page = browser.get(paths::AVAILABILITY).await;
        let away = [("from_day", "2026-11-09"), ("from_time", "10:45"), ("to_day", "2026-11-10"), ("to_time", "00:00"), ("away_reason", "Ill")];
        browser.submit(&page, "#away", &away).await.expect(303);
        assert_eq!((clinic.count(COUNTED).await, clinic.count(PAUSED).await), (2, 0));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.no_longer_counts'").await, 2);
        let mine = phone.get(&paths::mine(ids[1])).await;
        assert_eq!(mine.heading(), "You were not seen at this time");
        assert!(mine.body.contains("Nobody was there (granted)"), "{}", mine.body);
        assert!(!phone.get(&paths::mine(ids[2])).await.has("textarea"), "nothing counts that one could object to");
        // The clinic was closed, as somebody says in the evening.
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::close_day(&mut work, "2026-11-09".parse().unwrap(), "Strike").await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(clinic.count(COUNTED).await, 0);
        assert_eq!(clinic.appointment_state(ids[0]).await, "no_show", "the history stays");
    }

    async fn n2_a_time_that_is_taken_away_in_the_same_moment_counts_for_nobody(clinic) {
        let doctor = clinic.consultant("bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (ada, slot) = (clinic.person("Ada Obi").await, clinic.slot(doctor, 60, 1, 0).await);
        let id = clinic.books(ada, slot, reason).await;
        clinic.wait_minutes(120);
        let bola = clinic.browser();
        clinic.sign_in(&bola, "bola").await;
        let page = bola.get(paths::AVAILABILITY).await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::no_show(&mut work, id).await.unwrap();
        let away = tokio::spawn(async move {
            let away = [("from_day", "2026-11-09"), ("from_time", "09:45"), ("to_day", "2026-11-10"), ("to_time", "00:00"), ("away_reason", "Ill")];
            bola.submit(&page, "#away", &away).await
        });
        // Long enough to read everything that stood there before.
        tokio::time::sleep(Duration::from_millis(400)).await;
        work.commit().await.unwrap();
        away.await.unwrap().expect(303);
        assert_eq!(clinic.count(COUNTED).await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.no_longer_counts'").await, 1);
    }

    async fn who_is_late_reads_that_the_place_is_kept(clinic) {
        let doctor = clinic.consultant("bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (patient, _) = clinic.someone("Ada Obi").await;
        let slot = clinic.slot(doctor, 60, 1, 0).await;
        let id = clinic.books(patient, slot, reason).await;
        let kept = "Go to the desk: you can still be seen today.";
        clinic.wait_minutes(100);
        let phone = clinic.browser();
        clinic.sign_in(&phone, &format!("p{patient}")).await;
        let home = phone.get("/").await;
        assert!(home.body.contains(kept) && !home.body.contains("You have no appointment"), "{}", home.body);
        let list = phone.get(paths::MY_APPOINTMENTS).await;
        assert!(!list.body.contains("Nothing is booked") && !list.body.contains("Earlier"), "{}", list.body);
        let mine = phone.get(&paths::mine(id)).await;
        assert_eq!(mine.heading(), "Your time has passed");
        assert!(mine.body.contains(kept) && !mine.body.contains("nothing more to do"), "{}", mine.body);
        clinic.wait_minutes(24 * 60);
        clinic.sign_in(&phone, &format!("p{patient}")).await;
        assert!(phone.get("/").await.body.contains("You have no appointment"));
        assert!(!phone.get(&paths::mine(id)).await.body.contains(kept));
    }

    async fn a_booking_that_has_begun_can_be_kept_or_cancelled_not_moved(clinic) {
        let doctor = clinic.consultant("bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (ada, ben, cy) = (clinic.person("Ada Obi").await, clinic.person("Ben Eze").await, clinic.person("Cy Ude").await);
        let begun = clinic.slot(doctor, 10, 1, 0).await;
        let (soon, later) = (clinic.slot(doctor, 60, 1, 0).await, clinic.slot(doctor, 120, 1, 0).await);
        let ids = [clinic.books(ada, begun, reason).await, clinic.books(ben, soon, reason).await, clinic.books(cy, later, reason).await];
        clinic.wait_minutes(12);
        let browser = clinic.browser();
        clinic.sign_in(&browser, "bola").await;
        let page = browser.get(paths::AVAILABILITY).await;
        let away = [("from_day", "2026-11-09"), ("from_time", "08:00"), ("to_day", "2026-11-10"), ("to_time", "00:00"), ("away_reason", "Ill")];
        let asked = browser.submit(&page, "#away", &away).await;
        let [one, two, three] = ids.map(|id| format!("decision_{id}"));
        assert!(asked.has(&format!("#{one}-keep")) && asked.has(&format!("#{one}-cancel")) && !asked.has(&format!("#{one}-move")));
        assert!(asked.has(&format!("#{two}-move")));
        let rest = [(two.as_str(), "move"), (three.as_str(), "move")];
        let again = browser.submit(&asked, "#away", &[&[(one.as_str(), "move")], &rest[..]].concat()).await;
        again.expect(422);
        assert_eq!(clinic.count("select count(*) from blocked_time").await, 0);
        browser.submit(&again, "#away", &[&[(one.as_str(), "keep")], &rest[..]].concat()).await.expect(303);
        assert_eq!(clinic.count("select count(*) from appointment where needs_decision").await, 2);
        // Nobody got to it in time, and it is not forgotten.
        clinic.wait_minutes(24 * 60);
        let desk = clinic.receptionist().await;
        assert!(desk.get("/").await.body.contains("The clinic is closed, or the doctor is away"));
        assert_eq!(desk.get(paths::UNDECIDED).await.texts("tbody tr").len(), 2);
        let page = desk.get(&paths::appointment(ids[1])).await;
        assert!(page.body.contains("cannot be moved any more") && page.has("#cancel"), "{}", page.body);
    }
}
