//! Who stops being a doctor, by role or by state, and who is one again.

use infirmary::queue::model::EntryState;
use infirmary::web::paths::{queue, scheduling as paths};

both! {
    async fn who_loses_the_role_of_doctor_is_booked_by_nobody_and_has_the_bookings_back_with_it(clinic) {
        let (doctor, _) = clinic.doctor_named("Dr Nwosu").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (coming, slot) = (clinic.visitor("Ben Eze").await, clinic.slot(doctor, 1_500, 1, 1).await);
        clinic.booking(coming, doctor, 600).await;
        let marked = "select count(*) from appointment where needs_decision";
        let admin = clinic.administrator().await;
        let edit = admin.get(&format!("/staff/{doctor}/edit")).await;
        let saved = admin.submitted(&edit, "#staff", &[("roles", "nurse")]).await;
        assert!(saved.body.contains("1 booking needs another time"), "{}", saved.body);
        assert_eq!(clinic.count(marked).await, 1);
        let (_, cy) = clinic.someone("Cy Ude").await;
        let form = [("op", "0123456789abcdef"), ("slot", &slot.to_string()), ("reason", &reason.to_string())];
        assert_eq!(cy.post(paths::BOOK_HOLD, &form).await.status, 409);
        assert!(infirmary::scheduling::next_free(&clinic.app.db, clinic.app.clock.now()).await.unwrap().is_none());

        let edit = admin.get(&format!("/staff/{doctor}/edit")).await;
        let saved = admin.submitted(&edit, "#staff", &[("roles", "doctor")]).await;
        assert!(saved.body.contains("1 booking keeps its time after all"), "{}", saved.body);
        assert_eq!(clinic.count(marked).await, 0);
        let left = admin.submitted(&saved, "#deactivate", &[("reason", "left the clinic")]).await;
        assert_eq!(clinic.count(marked).await, 1);
        admin.submitted(&left, "#reactivate", &[("reason", "back from leave")]).await;
        assert_eq!(clinic.count(marked).await, 0);
        assert!(clinic.has_entry("appointment.need_not_move").await);
    }

    async fn who_was_called_by_a_doctor_who_is_gone_waits_again_and_who_sits_there_is_named(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (doctor, browser) = clinic.doctor_named("Dr Nwosu").await;
        let (sits, called) = (clinic.walk_in("Ada Obi").await, clinic.walk_in("Ben Eze").await);
        let page = browser.submitted(&browser.get(&queue::board(point)).await, "#call-next", &[]).await;
        let page = browser.submitted(&page, "[data-move=start]", &[]).await;
        browser.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(called.visit).await, EntryState::Called);
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/staff/{doctor}")).await;
        let left = admin.submitted(&page, "#deactivate", &[("reason", "left the clinic")]).await;
        assert!(left.body.contains("A001 is with this doctor now"), "{}", left.body);
        assert!(left.body.contains("1 patient who waited for this doctor now waits for anyone"), "{}", left.body);
        assert_eq!(clinic.state_of(sits.visit).await, EntryState::InService);
        assert_eq!(clinic.state_of(called.visit).await, EntryState::Waiting);
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        let page = other.submitted(&other.get(&queue::board(point)).await, "#call-next", &[]).await;
        assert!(page.body.contains("Ben"), "{}", page.body);
        assert_eq!(clinic.state_of(called.visit).await, EntryState::Called);
    }
}
