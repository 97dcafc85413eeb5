//! Leaving by the own phone: not past those who have to know.

use infirmary::queue::model::{AttentionKind, EntryState, Priority};
use infirmary::queue::verbs::check_in::Arrival;
use infirmary::web::paths::queue as paths;
use infirmary::work::{Doer, Work};

both! {
    async fn a_phone_does_not_leave_while_somebody_is_served(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let phone = clinic.browser();
        let before = phone.get(&paths::place_leave(&ada.slip_code)).await;
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        // What was asked of somebody who waited is asked again of somebody who was called.
        let called = phone.submit(&before, "main form", &[]).await;
        assert!(called.expect(422).text("main").contains("changed a moment ago"), "{}", called.body);
        doctor.submitted(&page, "[data-move=start]", &[]).await;
        let served = phone.submit(&called, "main form", &[]).await;
        assert!(served.expect(422).text("main").contains("Tell the person you are with"), "{}", served.body);
        let place = paths::place(&ada.slip_code);
        assert_eq!(phone.get(&paths::place_leave(&ada.slip_code)).await.leads_to(), Some(place));
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::InService);
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
    }

    async fn who_goes_before_others_does_not_leave_by_phone(clinic) {
        clinic.point("Triage", "triage").await;
        let phone = clinic.browser();
        let ada = clinic.visitor("Ada Obi").await;
        let urgent = Arrival { priority: Priority::Emergency, reason: "Collapsed".into(), ..Arrival::at_desk(ada) };
        let ada = clinic.arrives(urgent).await;
        let bola = clinic.walk_in("Bola Ade").await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let (visit, patient, at) = (bola.visit, clinic.patient_of(bola.visit).await, work.now());
        let (kind, words) = (AttentionKind::EarlyWarning, "NEWS2 is 5");
        let new = infirmary::queue::NewAttention { visit, patient, kind, about: 1, rank: 5, words, at, before: None };
        infirmary::queue::ask_for_attention(&mut work, &new).await.unwrap();
        work.commit().await.unwrap();
        for here in [&ada, &bola] {
            let page = phone.get(&paths::place_leave(&here.slip_code)).await;
            let refused = phone.submit(&page, "main form", &[]).await;
            assert!(refused.expect(422).text("main").contains("Tell the desk or a nurse before you go"), "{}", refused.body);
            assert_eq!(clinic.state_of(here.visit).await, EntryState::Waiting);
        }
        let chidi = clinic.walk_in("Chidi Eze").await;
        let page = phone.get(&paths::place_leave(&chidi.slip_code)).await;
        phone.submit(&page, "main form", &[]).await.expect(303);
        assert_eq!(clinic.state_of(chidi.visit).await, EntryState::Left);
    }

    async fn a_transfer_that_was_taken_back_leaves_phone_slip_and_worklist_at_the_old_point(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        clinic.room(triage, "Room 1").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let patient = clinic.visitor("Ada Obi").await;
        let ada = clinic.arrived(patient).await;
        let own = clinic.phone_of(patient).await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let to = consulting.to_string();
        doctor.post(&paths::transfers(entry), &[("op", "0123456789abcdef"), ("to", &to)]).await.expect(303);
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdeg"), ("move", "undo")]).await.expect(303);
        let phone = clinic.browser();
        let address = paths::place(&ada.slip_code);
        assert_eq!(phone.get(&address).await.text(".place .big"), "You are next");
        assert_eq!(own.get(paths::MY_PLACE).await.text(".place .big"), "You are next");
        let desk = clinic.receptionist().await;
        let slip = desk.get(&paths::slip(ada.visit)).await;
        assert!(slip.text(".slip").contains("Triage") && !slip.text(".slip").contains("Consulting"));
        // The next call shows on the phone.
        let page = doctor.get(&paths::board(triage)).await;
        doctor.submitted(&page, "#call-next", &[]).await;
        for browser in [(&phone, address.as_str()), (&own, paths::MY_PLACE)] {
            assert_eq!(browser.0.get(browser.1).await.text(".place .big"), "Go to Room 1");
        }
        clinic.wait_minutes(60 * 24);
        clinic.run_job("close_the_day").await;
        let boss = clinic.signed_in("boss", &[infirmary::access::model::Role::Admin]).await;
        let listed = boss.get(paths::UNSETTLED).await;
        assert!(listed.expect(200).text("main table").contains("Triage"), "{}", listed.body);
        assert!(!listed.text("main table").contains("Consulting"));
    }
}
