//! A place that comes free on a full day rests before the public can have it; the desk may use it at once (B9).

use chrono::{DateTime, TimeDelta, Utc};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, CancelledBy, ReasonId, SlotId};
use infirmary::scheduling::{self, At, Booking, Refusal};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};
use tokio::task::JoinSet;

use crate::support::Clinic;

/// Books online.
async fn book(
    clinic: &Clinic,
    patient: PatientId,
    slot: SlotId,
    reason: ReasonId,
) -> Result<AppointmentId, Refusal> {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    let booking = Booking { patient, slot, reason, complaint: String::new() };
    let id = scheduling::hold(&mut work, &booking).await?;
    scheduling::confirm(&mut work, patient, id).await?;
    work.commit().await.unwrap();
    Ok(id)
}

async fn cancel(clinic: &Clinic, id: AppointmentId) {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    scheduling::cancel(&mut work, id, CancelledBy::Patient, "").await.unwrap();
    work.commit().await.unwrap();
}

/// From when the public can have the free places of a slot.
async fn public_from(clinic: &Clinic, slot: SlotId) -> Option<DateTime<Utc>> {
    let row: (Option<DateTime<Utc>>,) =
        sql("select public_from from slot where id = $1").bind(slot).one(&clinic.app.db).await.unwrap();
    row.0
}

both! {
    async fn a_freed_place_of_a_full_day_rests_and_nobody_can_trade_it(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (slot, other) = (clinic.slot(doctor, 180, 1, 1).await, clinic.slot(doctor, 240, 1, 1).await);
        let (ada, phone) = clinic.someone("Ada Obi").await;
        let ben = clinic.person("Ben Eze").await;
        let id = book(&clinic, ada, slot, reason).await.unwrap();
        book(&clinic, ben, other, reason).await.unwrap();
        let ask = phone.get(&paths::of(paths::MY_CANCEL, id)).await;
        phone.submit(&ask, "main form", &[]).await.expect(303);
        assert_eq!(clinic.taken(slot).await, (0, 0));
        let rests = public_from(&clinic, slot).await.unwrap() - clinic.app.clock.now();
        assert!((TimeDelta::minutes(1)..=TimeDelta::minutes(15)).contains(&rests), "{rests}");
        assert_eq!(public_from(&clinic, other).await, None);

        let times = format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME);
        let page = phone.get(&times).await;
        assert!(!page.has(".slots button") && page.texts(".slots .full").len() == 2, "{}", page.body);
        let days = phone.get(&format!("{}?reason={reason}", paths::BOOK_DAY)).await;
        assert_eq!(days.texts(".days .full").len(), 1);
        assert_eq!(scheduling::next_free(&clinic.app.db, clinic.app.clock.now()).await.unwrap(), None);
        for patient in [ada, clinic.person("Chi Ude").await] {
            let early = book(&clinic, patient, slot, reason).await;
            assert!(matches!(early, Err(Refusal::Book(_))), "not for the one who freed it, not for a friend");
        }
        let freshly = phone.post(paths::BOOK_HOLD, &[("op", "0123456789abcdef"), ("slot", &slot.to_string()),
            ("reason", &reason.to_string())]).await;
        assert_eq!((freshly.status, freshly.heading().as_str()), (409, "That time has just gone"));

        clinic.app.clock.advance(rests - TimeDelta::seconds(1));
        assert!(book(&clinic, ben, slot, reason).await.is_err());
        clinic.app.clock.advance(TimeDelta::seconds(1));
        let page = phone.get(&times).await;
        assert_eq!(page.texts(".slots button").len(), 1);
        let mut crowd = JoinSet::new();
        for number in 0..12 {
            let patient = clinic.person(&format!("Person{number} Crowd")).await;
            let app = clinic.app.clone();
            crowd.spawn(async move {
                let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                let booking = Booking { patient, slot, reason, complaint: String::new() };
                scheduling::hold(&mut work, &booking).await.is_ok() && work.commit().await.is_ok()
            });
        }
        assert_eq!(crowd.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(clinic.taken(slot).await, (1, 0));
    }

    async fn the_desk_uses_a_resting_place_at_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 300, 1, 1).await;
        let (ada, ben) = (clinic.person("Ada Obi").await, clinic.person("Ben Eze").await);
        let desk = clinic.receptionist().await;
        let path = format!("{}&reason={reason}", paths::book_for(ben));
        let id = book(&clinic, ada, slot, reason).await.unwrap();
        assert!(!desk.get(&path).await.has("#book input[type=radio]"));
        cancel(&clinic, id).await;
        let page = desk.get(&path).await;
        assert!(page.has(&format!("#slot-{slot}")), "{}", page.body);
        desk.submit(&page, "#book", &[("slot", &slot.to_string())]).await.expect(303);
        assert_eq!(clinic.taken(slot).await, (0, 1));
        clinic.wait_minutes(15);
        assert!(book(&clinic, ada, slot, reason).await.is_err(), "the place is the desk's now");
    }

    async fn where_the_day_has_other_places_a_freed_one_returns_at_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (slot, _spare) = (clinic.slot(doctor, 180, 1, 1).await, clinic.slot(doctor, 240, 1, 1).await);
        let ada = clinic.person("Ada Obi").await;
        let id = book(&clinic, ada, slot, reason).await.unwrap();
        cancel(&clinic, id).await;
        assert_eq!(public_from(&clinic, slot).await, None);
        book(&clinic, ada, slot, reason).await.unwrap();
    }

    async fn another_day_or_another_doctor_is_no_supply(clinic) {
        let (doctor, colleague) = (clinic.consultant("Bola").await, clinic.consultant("Chidi").await);
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 180, 1, 1).await;
        clinic.slot(doctor, 24 * 60, 1, 1).await;
        clinic.slot(colleague, 180, 1, 1).await;
        clinic.slot(doctor, 240, 1, 0).await;
        let id = book(&clinic, clinic.person("Ada Obi").await, slot, reason).await.unwrap();
        cancel(&clinic, id).await;
        assert!(public_from(&clinic, slot).await.is_some());
    }

    async fn a_move_and_a_place_no_longer_held_rest_too(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (first, second) = (clinic.slot(doctor, 180, 1, 1).await, clinic.slot(doctor, 240, 1, 1).await);
        let ada = clinic.person("Ada Obi").await;
        let id = book(&clinic, ada, first, reason).await.unwrap();
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::reschedule(&mut work, id, second, At::ONLINE).await.unwrap();
        work.commit().await.unwrap();
        assert!(public_from(&clinic, first).await.is_some(), "the new place was the last of the day");
        assert_eq!((clinic.taken(first).await, clinic.taken(second).await), ((0, 0), (1, 0)));

        clinic.wait_minutes(15);
        let ben = clinic.person("Ben Eze").await;
        let booking = Booking { patient: ben, slot: first, reason, complaint: String::new() };
        for _ in 0..2 {
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            scheduling::hold(&mut work, &booking).await.unwrap();
            work.commit().await.unwrap();
            assert_eq!(clinic.taken(first).await, (1, 0), "choosing the same time again keeps it");
        }
        clinic.wait_minutes(9);
        clinic.run_job("expire_holds").await;
        assert_eq!(clinic.taken(first).await, (0, 0));
        assert!(public_from(&clinic, first).await.unwrap() > clinic.app.clock.now());
        assert!(book(&clinic, ben, first, reason).await.is_err());
    }

    async fn zero_turns_it_off_and_the_form_knows_the_setting(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 180, 1, 1).await;
        let ada = clinic.person("Ada Obi").await;
        let admin = clinic.administrator().await;
        let page = admin.get(infirmary::web::paths::settings::SETTINGS).await;
        assert_eq!(page.attribute("#freed_place_minutes", "value").as_deref(), Some("15"));
        admin.submit(&page, "main form", &[("freed_place_minutes", "61")]).await.expect(422);
        admin.submit(&page, "main form", &[("freed_place_minutes", "0"), ("op", "0123456789abcdef")]).await.expect(303);
        crate::support::eventually(|| async { clinic.app.clinic().freed_place_minutes == 0 }).await;
        let id = book(&clinic, ada, slot, reason).await.unwrap();
        cancel(&clinic, id).await;
        assert_eq!(public_from(&clinic, slot).await, None);
        book(&clinic, ada, slot, reason).await.unwrap();
    }
}
