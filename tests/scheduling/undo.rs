//! Taking back what was set by mistake: the same person, within minutes, if the place can still be taken (B5).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, CancelledBy, ReasonId, SlotId};
use infirmary::scheduling::{self, Booking};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};
use tokio::task::JoinSet;

use crate::support::{Browser, Clinic};

/// Books online.
async fn book(clinic: &Clinic, patient: PatientId, slot: SlotId, reason: ReasonId) -> Option<AppointmentId> {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    let booking = Booking { patient, slot, reason, complaint: String::new() };
    let id = scheduling::hold(&mut work, &booking).await.ok()?;
    scheduling::confirm(&mut work, patient, id).await.ok()?;
    work.commit().await.unwrap();
    Some(id)
}

/// A patient with a booked appointment in a slot with one public place.
async fn booked(clinic: &Clinic) -> (PatientId, Browser, SlotId, AppointmentId, ReasonId) {
    let doctor = clinic.consultant("Bola").await;
    let reason = clinic.visit_reason("I feel ill", 20).await;
    let slot = clinic.slot(doctor, 180, 1, 1).await;
    let (ada, phone) = clinic.someone("Ada Obi").await;
    let id = book(clinic, ada, slot, reason).await.unwrap();
    (ada, phone, slot, id, reason)
}

async fn sequence(clinic: &Clinic, id: AppointmentId) -> i64 {
    sql("select calendar_sequence from appointment where id = $1")
        .bind(id)
        .scalar(&clinic.app.db)
        .await
        .unwrap()
}

both! {
    async fn a_patient_takes_a_cancellation_back(clinic) {
        let (_, phone, slot, id, _) = booked(&clinic).await;
        let ask = phone.get(&paths::of(paths::MY_CANCEL, id)).await;
        let page = phone.submitted(&ask, "main form", &[("reason", "I feel better")]).await;
        assert!(page.text("#undo").contains("until 9:10am"), "{}", page.text("#undo"));
        assert_eq!((clinic.appointment_state(id).await.as_str(), sequence(&clinic, id).await), ("cancelled", 1));
        let (one, two) = tokio::join!(phone.submit(&page, "#undo", &[]), phone.submit(&page, "#undo", &[]));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        let seen = phone.follow(one).await;
        assert_eq!((seen.heading().as_str(), seen.has("#undo")), ("Appointment booked", false));
        assert_eq!((clinic.taken(slot).await, sequence(&clinic, id).await), ((1, 0), 2));
        let file = phone.get(&paths::of(paths::MY_FILE, id)).await;
        assert!(file.body.contains("METHOD:PUBLISH") && file.body.contains("SEQUENCE:2"), "{}", file.body);
        assert_eq!(clinic.count("select count(*) from appointment where late_cancel or ended_at is not null").await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.step_undone'").await, 1);
        let again = phone.post(&paths::of(paths::MY_UNDO, id), &[("op", "0123456789abcdef")]).await;
        assert!(again.expect(422).errors()[0].contains("no step to undo"), "{:?}", again.errors());
        let queries: u32 = seen.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
    }

    async fn the_desk_takes_cancelling_and_not_attended_back(clinic) {
        let (ada, _, slot, id, _) = booked(&clinic).await;
        let desk = clinic.receptionist().await;
        let page = desk.get(&paths::appointment(id)).await;
        let page = desk.submitted(&page, "#cancel", &[("by", "clinic"), ("reason", "Wrong line")]).await;
        assert!(page.text("#undo").contains("until 09:10"), "{}", page.text("#undo"));
        let page = desk.submitted(&page, "#undo form", &[]).await;
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.taken(slot).await), ("booked", (1, 0)));
        assert!(!page.has("#undo") && page.body.contains("stands again"));
        clinic.app.clock.advance(chrono::TimeDelta::minutes(200));
        let desk = clinic.signed_in("second", &[Role::Receptionist]).await;
        let page = desk.get(&paths::appointment(id)).await;
        let page = desk.submitted(&page, "#no-show", &[]).await;
        let since = clinic.app.clock.now() - chrono::TimeDelta::days(30);
        assert_eq!(scheduling::no_show_count(&clinic.app.db, ada, since).await.unwrap(), 1);
        desk.submit(&page, "#undo form", &[]).await.expect(303);
        assert_eq!(scheduling::no_show_count(&clinic.app.db, ada, since).await.unwrap(), 0);
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.taken(slot).await), ("booked", (1, 0)));
    }

    async fn what_waited_for_a_decision_waits_for_it_again_when_the_cancelling_is_undone(clinic) {
        let (ada, _, _, id, _) = booked(&clinic).await;
        sql("update patient set state = 'deactivated' where id = $1").bind(ada).run(&clinic.app.db).await.unwrap();
        sql("update appointment set needs_decision = $2 where id = $1").bind(id).bind(true).run(&clinic.app.db).await.unwrap();
        let desk = clinic.receptionist().await;
        let page = desk.get(&paths::appointment(id)).await;
        let page = desk.submitted(&page, "#cancel", &[("by", "clinic"), ("reason", "Wrong line")]).await;
        desk.submitted(&page, "#undo form", &[]).await;
        assert_eq!(clinic.count("select count(*) from appointment where state = 'booked' and needs_decision").await, 1);
    }

    async fn only_the_same_person_and_only_within_the_minutes(clinic) {
        let (_, phone, slot, id, _) = booked(&clinic).await;
        let desk = clinic.receptionist().await;
        let colleague = clinic.signed_in("second", &[Role::Receptionist]).await;
        let page = desk.get(&paths::appointment(id)).await;
        let mine = desk.submitted(&page, "#cancel", &[("by", "staff"), ("reason", "Asked")]).await;
        let theirs = colleague.get(&paths::appointment(id)).await;
        assert!(!theirs.has("#undo") && !phone.get(&paths::mine(id)).await.has("#undo"));
        let refused = colleague.post(&paths::of(paths::UNDO, id), &[("op", "0123456789abcdef")]).await;
        assert!(refused.expect(422).errors()[0].contains("Someone else"), "{:?}", refused.errors());
        let refused = phone.post(&paths::of(paths::MY_UNDO, id), &[("op", "0123456789abcdef")]).await;
        assert!(refused.expect(422).errors()[0].contains("Someone else"), "{:?}", refused.errors());
        clinic.app.clock.advance(chrono::TimeDelta::seconds(601));
        assert!(!desk.get(&paths::appointment(id)).await.has("#undo"));
        let late = desk.submit(&mine, "#undo form", &[]).await;
        assert!(late.expect(422).errors()[0].contains("more than 10 minutes"), "{:?}", late.errors());
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.taken(slot).await), ("cancelled", (0, 0)));
        let (_, ben) = clinic.someone("Ben Eze").await;
        ben.post(&paths::of(paths::MY_UNDO, id), &[("op", "0123456789abcdef")]).await.expect(404);
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        nurse.post(&paths::of(paths::UNDO, id), &[("op", "0123456789abcdef")]).await.expect(403);
        desk.post("/appointments/999/undo", &[("op", "0123456789abcdeg")]).await.expect(404);
    }

    async fn a_move_is_taken_back_and_the_calendar_follows(clinic) {
        let (_, phone, slot, id, reason) = booked(&clinic).await;
        let doctor = clinic.consultant("Chidi").await;
        let later = clinic.slot(doctor, 300, 1, 1).await;
        let check = phone.get(&format!("{}?slot={later}", paths::of(paths::MY_MOVE_CHECK, id))).await;
        let moved = phone.submitted(&check, "main form", &[]).await;
        assert!(moved.text("#undo").contains("Moved by mistake? You can undo it until 9:10am"), "{}", moved.text("#undo"));
        let new: AppointmentId = moved.path.rsplit('/').next().unwrap().parse().unwrap();
        let desk = clinic.receptionist().await;
        assert!(!desk.get(&paths::appointment(new)).await.has("#undo"), "only who moved it");
        let refused = desk.post(&paths::of(paths::UNDO, new), &[("op", "0123456789abcdef")]).await;
        assert!(refused.expect(422).errors()[0].contains("Someone else"), "{:?}", refused.errors());
        let (one, two) = tokio::join!(phone.submit(&moved, "#undo", &[]), phone.submit(&moved, "#undo", &[]));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(one.leads_to(), Some(paths::mine(id)));
        assert_eq!((clinic.taken(slot).await, clinic.taken(later).await), ((1, 0), (0, 0)));
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.appointment_state(new).await.as_str()), ("booked", "cancelled"));
        assert!(sequence(&clinic, id).await > sequence(&clinic, new).await, "one calendar entry, the last word wins");
        let file = phone.get(&paths::of(paths::MY_FILE, id)).await;
        assert!(file.body.contains("METHOD:PUBLISH") && file.body.contains("DTSTART:20261109T110000Z"), "{}", file.body);
        assert!(!phone.follow(one).await.has("#undo") && !phone.get(&paths::mine(new)).await.has("#undo"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.move_undone'").await, 1);

        let check = phone.get(&format!("{}?slot={later}", paths::of(paths::MY_MOVE_CHECK, id))).await;
        phone.submit(&check, "main form", &[]).await.expect(409);
        clinic.wait_minutes(15);
        let moved = phone.submitted(&check, "main form", &[("op", "0123456789abcdeg")]).await;
        let ben = clinic.person("Ben Eze").await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let booking = Booking { patient: ben, slot, reason, complaint: String::new() };
        scheduling::book_at_desk(&mut work, &booking, None).await.unwrap();
        work.commit().await.unwrap();
        let gone = phone.submit(&moved, "#undo", &[]).await;
        assert!(gone.expect(422).errors()[0].contains("just been taken"), "{:?}", gone.errors());
        assert_eq!((clinic.taken(later).await, clinic.appointment_state(id).await.as_str()), ((1, 0), "rescheduled"));
    }

    async fn a_place_that_is_gone_or_another_appointment_refuses_the_undo(clinic) {
        let (ada, phone, slot, id, reason) = booked(&clinic).await;
        let ask = phone.get(&paths::of(paths::MY_CANCEL, id)).await;
        let page = phone.submitted(&ask, "main form", &[]).await;
        let ben = clinic.person("Ben Eze").await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let booking = Booking { patient: ben, slot, reason, complaint: String::new() };
        let taken = scheduling::book_at_desk(&mut work, &booking, None).await.unwrap();
        work.commit().await.unwrap();
        let refused = phone.submit(&page, "#undo", &[]).await;
        assert!(refused.expect(422).errors()[0].contains("just been taken"), "{:?}", refused.errors());
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        scheduling::cancel(&mut work, taken, CancelledBy::Staff, "a test").await.unwrap();
        work.commit().await.unwrap();
        let doctor = clinic.consultant("Chidi").await;
        let other = clinic.slot(doctor, 180, 1, 1).await;
        book(&clinic, ada, other, reason).await.unwrap();
        let refused = phone.submit(&refused, "#undo", &[]).await;
        assert!(refused.expect(422).errors()[0].contains("another appointment at this time"), "{:?}", refused.errors());
        assert_eq!(clinic.taken(slot).await, (0, 0));
    }

    async fn of_an_undo_and_others_who_want_the_place_exactly_one_gets_it(clinic) {
        let (_, phone, slot, id, reason) = booked(&clinic).await;
        let ask = phone.get(&paths::of(paths::MY_CANCEL, id)).await;
        let page = phone.submitted(&ask, "main form", &[]).await;
        let mut rush = JoinSet::new();
        for number in 0..6 {
            let patient = clinic.person(&format!("Person{number} Crowd")).await;
            let app = clinic.app.clone();
            rush.spawn(async move {
                let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                let booking = Booking { patient, slot, reason, complaint: String::new() };
                scheduling::book_at_desk(&mut work, &booking, None).await.is_ok() && work.commit().await.is_ok()
            });
        }
        let undone = phone.submit(&page, "#undo", &[]).await.status == 303;
        let won = rush.join_all().await.into_iter().filter(|won| *won).count() + usize::from(undone);
        assert_eq!(won, 1);
        let (public, desk) = clinic.taken(slot).await;
        assert_eq!(public + desk, 1);
    }
}
