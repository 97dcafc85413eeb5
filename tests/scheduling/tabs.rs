//! The same patient in two tabs, and the way back to a booking that is being made.

use infirmary::scheduling::model::SlotId;
use infirmary::web::paths::patients::MY_DETAILS;
use infirmary::web::paths::scheduling as paths;

use crate::support::{Browser, Seen};

/// Keeps a place, as a tab of its own does, and opens its details.
async fn keeps(phone: &Browser, times: &Seen, slot: SlotId, op: &str) -> Seen {
    let held = phone.submit(times, "main form", &[("slot", &slot.to_string()), ("op", op)]).await;
    phone.follow(held).await
}

both! {
    async fn an_older_tab_says_what_the_newer_one_did(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (first, second) = (clinic.slot(doctor, 60, 1, 1).await, clinic.slot(doctor, 120, 1, 1).await);
        let (_, ada) = clinic.someone("Ada Obi").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let older = keeps(&ada, &times, first, "0123456789abcde1").await;
        let newer = keeps(&ada, &times, second, "0123456789abcde2").await;
        let told = ada.submit(&older, "main form", &[]).await;
        assert_eq!(told.expect(409).heading(), "You chose another time meanwhile");
        let ways = [newer.path.clone(), paths::BOOK.to_owned()];
        assert_eq!(told.links("main .actions a"), ways);
        assert!(told.body.contains("11am. That time is kept for you now"), "{}", told.body);
        assert_eq!(ada.get(&older.path).await.expect(409).links("main .actions a"), ways);
        let reasons = ada.get(&format!("{}/reason", older.path)).await;
        assert_eq!(ada.follow(reasons).await.heading(), "You chose another time meanwhile");
        let booked = ada.submitted(&newer, "main form", &[]).await;
        let told = ada.get(&older.path).await;
        assert_eq!(told.expect(409).links("main .actions a"), std::slice::from_ref(&booked.path));
        assert!(told.body.contains("11am. That time is booked for you"), "{}", told.body);
        // Moved in one tab, a stale yes in the other leads to where it stands now.
        let id = booked.path.rsplit('/').next().unwrap().to_owned();
        let (sooner, later) = (clinic.slot(doctor, 300, 1, 1).await, clinic.slot(doctor, 240, 1, 1).await);
        let check = |slot: SlotId| format!("{}/{id}/move/check?slot={slot}", paths::MY_APPOINTMENTS);
        let (one, two) = (ada.get(&check(sooner)).await, ada.get(&check(later)).await);
        let moved = ada.submit(&one, "main form", &[]).await;
        let stale = ada.submit(&two, "main form", &[]).await;
        assert_eq!(stale.expect(303).leads_to(), moved.expect(303).leads_to());
        assert_eq!(clinic.taken(later).await, (0, 0));
    }

    async fn a_place_whose_minutes_are_over_says_so_when_nothing_else_was_chosen(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 120, 1, 1).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let check = keeps(&ada, &times, slot, "0123456789abcde1").await;
        clinic.wait_minutes(11);
        let over = ada.submit(&check, "main form", &[]).await;
        assert_eq!(over.expect(409).heading(), "That time has just gone");
    }

    async fn changing_the_phone_number_leads_back_to_the_details(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 60, 1, 1).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let check = keeps(&ada, &times, slot, "0123456789abcde1").await;
        let link = check.links("dd.act a").into_iter().find(|link| link.contains(MY_DETAILS)).unwrap();
        let link = link.split('#').next().unwrap().to_owned();
        let details = ada.get(&link).await;
        assert!(details.links("main a").contains(&check.path), "{}", details.body);
        let refused = ada.submit(&details, "#details", &[("phone", "hello")]).await;
        let back = ada.submitted(refused.expect(422), "#details", &[("phone", "0803 123 4567")]).await;
        assert_eq!((back.path.as_str(), back.heading().as_str()), (check.path.as_str(), "Check your appointment"));
        assert!(back.body.contains("803 123 4567"), "{}", back.body);
        // Anybody else's booking, one that stands, or no number at all leads nowhere.
        assert!(!ben.get(&link).await.has("input[name=booking]"));
        assert!(!ada.get(&format!("{MY_DETAILS}?booking=x")).await.expect(200).has("input[name=booking]"));
        ada.submit(&back, "main form", &[]).await.expect(303);
        assert!(!ada.get(&link).await.has("input[name=booking]"));
    }
}
