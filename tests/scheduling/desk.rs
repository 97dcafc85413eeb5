//! Booking, moving, cancelling and noting at the desk.

use infirmary::access::model::Role;
use infirmary::scheduling::model::AppointmentId;
use infirmary::web::paths::scheduling as paths;

use crate::support::Seen;

fn id_of(path: &str) -> AppointmentId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

fn queries(seen: &Seen) -> u32 {
    seen.headers["x-queries"].to_str().unwrap().parse().unwrap()
}

both! {
    async fn the_desk_books_moves_notes_and_cancels(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let (slot, later) = (clinic.slot(doctor, 180, 2, 1).await, clinic.slot(doctor, 240, 2, 1).await);
        let desk = clinic.receptionist().await;
        let page = desk.get(&format!("{}&reason={reason}", paths::book_for(patient))).await;
        assert!(page.expect(200).body.contains("No missed appointment"));
        assert_eq!(page.attribute("#day", "value").as_deref(), Some("2026-11-09"));
        assert!(queries(&page) <= 6, "{} queries", queries(&page));
        let empty = desk.submit(&page, "#book", &[]).await;
        assert_eq!((empty.status, empty.errors()), (422, vec!["Choose a time".to_owned()]));
        let chosen = slot.to_string();
        let fields = [("slot", chosen.as_str())];
        let (one, two) = tokio::join!(desk.submit(&page, "#book", &fields), desk.submit(&page, "#book", &fields));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(clinic.taken(slot).await, (0, 1));
        let show = desk.follow(one).await;
        let id = id_of(&show.path);
        assert!(show.heading().starts_with("Ada Obi, Monday 9 November 2026 12:00"), "{}", show.heading());
        let list = desk.get(&format!("{}?day=2026-11-09&doctor={doctor}&state=booked", paths::APPOINTMENTS)).await;
        assert_eq!(list.texts("tbody tr").len(), 1);
        assert!(queries(&list) <= 6, "{} queries", queries(&list));

        let saved = desk.submitted(&show, "#note-form", &[("note", "Brings a letter")]).await;
        assert!(saved.body.contains("Brings a letter"));
        let stale = desk.submit(&show, "#note-form", &[("note", "Mine"), ("op", "another-operation-id")]).await;
        assert_eq!(stale.status, 422);
        assert!(stale.errors()[0].contains("Brings a letter") && stale.text("#note").contains("Mine"), "{}", stale.body);

        let moving = desk.get(&format!("{}&moving={id}&reason={reason}", paths::book_for(patient))).await;
        let moved = desk.submitted(&moving, "#book", &[("slot", &later.to_string())]).await;
        assert_eq!((clinic.taken(slot).await, clinic.taken(later).await), ((0, 0), (0, 1)));
        let no_reason = desk.submit(&moved, "#cancel", &[("by", "clinic")]).await;
        assert_eq!(no_reason.errors(), ["Say why it is cancelled"]);
        desk.submitted(&moved, "#cancel", &[("by", "clinic"), ("reason", "Power cut")]).await.expect(200);
        assert_eq!(clinic.taken(later).await, (0, 0));
        assert_eq!(clinic.count("select count(*) from appointment where late_cancel").await, 0);
        assert!(clinic.count("select count(*) from audit_entry where action = 'appointment.opened'").await > 0);
    }

    async fn places_of_the_public_and_of_the_desk_are_apart_until_released(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 180, 2, 1).await;
        let desk = clinic.receptionist().await;
        let mut pages = Vec::new();
        for name in ["Ada Obi", "Ben Eze"] {
            let patient = clinic.person(name).await;
            pages.push(desk.get(&format!("{}&reason={reason}", paths::book_for(patient))).await);
        }
        let chosen = slot.to_string();
        desk.submit(&pages[0], "#book", &[("slot", &chosen)]).await.expect(303);
        let kept = desk.submit(&pages[1], "#book", &[("slot", &chosen)]).await;
        assert!(kept.expect(422).errors()[0].contains("kept for online booking"), "{:?}", kept.errors());
        clinic.wait_minutes(10);
        clinic.wait_minutes(3);
        assert_eq!(clinic.taken(slot).await, (0, 1));
        clinic.app.clock.advance(chrono::TimeDelta::minutes(50));
        let desk = clinic.signed_in("second", &[Role::Receptionist]).await;
        let again = desk.get(&pages[1].path).await;
        desk.submit(&again, "#book", &[("slot", &chosen)]).await.expect(303);
        assert_eq!(clinic.taken(slot).await, (0, 2));
    }

    async fn a_limit_can_be_passed_with_a_reason_and_two_places_at_once_never(clinic) {
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let patient = clinic.person("Ada Obi").await;
        let (one, two) = (clinic.consultant("Bola").await, clinic.consultant("Chidi").await);
        let desk = clinic.receptionist().await;
        let mut slots = Vec::new();
        for number in 0..4 {
            slots.push(clinic.slot(one, 60 + 60 * number, 2, 0).await.to_string());
        }
        let same_time = clinic.slot(two, 60, 2, 0).await.to_string();
        let path = format!("{}&reason={reason}", paths::book_for(patient));
        for slot in &slots[..2] {
            let page = desk.get(&path).await;
            desk.submit(&page, "#book", &[("slot", slot)]).await.expect(303);
        }
        let page = desk.get(&path).await;
        let fields = [("slot", same_time.as_str()), ("override_reason", "The doctor asked")];
        let refused = desk.submit(&page, "#book", &fields).await;
        assert!(refused.expect(422).errors()[0].contains("another appointment"), "{:?}", refused.errors());
        let page = desk.get(&path).await;
        desk.submit(&page, "#book", &[("slot", &slots[2])]).await.expect(303);
        let page = desk.get(&path).await;
        let refused = desk.submit(&page, "#book", &[("slot", &slots[3])]).await;
        assert!(refused.expect(422).errors()[0].contains("limit of 3"), "{:?}", refused.errors());
        let page = desk.get(&path).await;
        let fields = [("slot", slots[3].as_str()), ("override_reason", "The doctor asked")];
        let seen = desk.submitted(&page, "#book", &fields).await;
        assert!(seen.body.contains("The doctor asked"));
        assert_eq!(clinic.count("select count(*) from appointment where override_reason <> ''").await, 1);
    }

    async fn who_may_not_book_sees_and_changes_nothing(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let patient = clinic.person("Ada Obi").await;
        clinic.slot(doctor, 60, 2, 0).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        nurse.get(paths::APPOINTMENTS).await.expect(200);
        nurse.get(&paths::book_for(patient)).await.expect(403);
        nurse.get(paths::AVAILABILITY).await.expect(403);
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        cashier.get(paths::APPOINTMENTS).await.expect(403);
        let desk = clinic.receptionist().await;
        desk.get("/appointments/999").await.expect(404);
        desk.get("/appointments/x").await.expect(404);
        desk.get(&format!("{}?day=2026-02-30", paths::APPOINTMENTS)).await.expect(404);
        desk.get(&format!("{}?patient=999", paths::NEW_APPOINTMENT)).await.expect(404);
        let week = desk.get(&format!("{}?doctor={doctor}", paths::CALENDAR)).await;
        assert!(week.expect(200).body.contains("2 places left"), "{}", week.body);
        assert_eq!(week.texts(".week > section").len(), 5);
        let doctors = desk.get(&format!("{}?q=bola", paths::DOCTORS)).await;
        assert_eq!(doctors.texts("tbody tr").len(), 1);
        let (_, ada) = clinic.someone("Ada Obi").await;
        assert_eq!(ada.get(paths::DOCTORS).await.links("main .links a").len(), 1);
    }
}
