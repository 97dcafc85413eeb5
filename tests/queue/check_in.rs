//! At the door.

use infirmary::access::model::Role;
use infirmary::queue::model::EntryState;

both! {
    async fn the_desk_checks_a_booked_patient_in_by_card_and_the_slip_names_nobody(clinic) {
        clinic.point("Consulting", "consulting").await;
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, doctor, 10).await;
        let desk = clinic.receptionist().await;
        let page = desk.get("/arrivals").await;
        assert!(page.text("#today .tag").starts_with("Due in"), "{}", page.body);
        let card = clinic.card_of(ada).await;
        let seen = desk.submitted(&page, "#scan-form", &[("code", &card)]).await;
        seen.expect(200);
        assert!(seen.text("#just").contains("A001 Ada Obi"), "{}", seen.body);
        assert_eq!(seen.text("#today .tag"), "Waiting");
        assert_eq!(clinic.count("select count(*) from appointment where state = 'arrived'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'visit.checked_in'").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_entry where doctor_id is not null and booked_at is not null").await, 1);
        let again = desk.submitted(&seen, "#scan-form", &[("code", &card)]).await;
        assert!(again.text("#just").contains("A001"));
        assert_eq!(clinic.count("select count(*) from visit").await, 1);
        let slip = desk.get(&seen.links("#just a")[0]).await;
        slip.expect(200);
        assert!(slip.has("svg.qr path") && !slip.says("Obi"));
        assert!(slip.text(".slip").contains("A. O."));
    }

    async fn a_walk_in_is_found_by_name_and_added_with_one_click(clinic) {
        clinic.point("Triage", "triage").await;
        clinic.visitor("Ngozi Eze").await;
        let desk = clinic.receptionist().await;
        // Both names begin with what is typed: it is one person.
        clinic.visitor("Obinna Obi").await;
        assert_eq!(desk.get("/arrivals?q=obi").await.texts("#found th[scope=row]").len(), 1);
        let page = desk.get("/arrivals").await;
        let found = desk.submitted(&page, "#scan-form", &[("code", "ngo")]).await;
        assert!(found.text("#found th[scope=row]").contains("Ngozi Eze"));
        let refused = desk.submit(&found, "form.urgent", &[("priority", "emergency")]).await;
        refused.expect(422);
        assert_eq!(refused.errors(), ["Enter the reason for the priority"]);
        let added = desk.submitted(&refused, "form.urgent", &[("priority", "emergency"), ("reason", "Breathing hard")]).await;
        assert!(added.text("#just").contains("A001"));
        assert_eq!(clinic.count("select count(*) from queue_entry where priority = 'emergency'").await, 1);
    }

    async fn one_form_sent_twice_checks_in_once_and_unknown_people_are_told_so(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.visitor("Ada Obi").await;
        let desk = clinic.receptionist().await;
        let card = clinic.card_of(ada).await;
        let page = desk.get("/arrivals").await;
        let first = desk.submit(&page, "#scan-form", &[("code", &card)]).await;
        let second = desk.submit(&page, "#scan-form", &[("code", &card)]).await;
        assert_eq!(first.leads_to(), second.leads_to());
        desk.submit(&page, "#scan-form", &[("code", "  "), ("op", "0123456789abcdef")]).await.expect(422);
        desk.post("/check-ins", &[("op", "0123456789abcdeg"), ("appointment", "999")]).await.expect(404);
        let other = clinic.signed_in("pharmacy", &[Role::Pharmacist]).await;
        other.get("/arrivals").await.expect(403);
        assert!(clinic.browser().get("/arrivals").await.leads_to().unwrap().starts_with("/sign-in"));
        desk.get("/visits/999/slip").await.expect(404);
    }

    async fn without_a_service_point_nobody_gets_lost(clinic) {
        let ada = clinic.visitor("Ada Obi").await;
        let desk = clinic.receptionist().await;
        let page = desk.get("/arrivals").await;
        let seen = desk.submit(&page, "#scan-form", &[("code", &clinic.card_of(ada).await)]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("No service point is open"));
        assert_eq!(clinic.count("select count(*) from visit").await, 0);
        assert_eq!(clinic.count("select count(*) from counter where scope = 'token:A'").await, 0);
    }

    async fn who_comes_back_after_leaving_keeps_the_token(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.visitor("Ada Obi").await;
        let first = clinic.arrived(ada).await;
        let phone = clinic.browser();
        let address = infirmary::web::paths::queue::place_leave(&first.slip_code);
        let page = phone.get(&address).await;
        phone.submit(&page, "main form", &[]).await.expect(303);
        assert_eq!(clinic.state_of(first.visit).await, EntryState::Left);
        let second = clinic.arrived(ada).await;
        assert_eq!((second.visit, second.token.as_str()), (first.visit, "A001"));
        assert_eq!(clinic.state_of(first.visit).await, EntryState::Waiting);
    }

    async fn a_patient_checks_in_with_the_code_at_the_door_in_the_window(clinic) {
        clinic.point("Consulting", "consulting").await;
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, doctor, 45).await;
        let phone = clinic.phone_of(ada).await;
        let desk = clinic.receptionist().await;
        let code = desk.get("/poster").await.text("#door-code");
        assert_eq!(desk.get("/poster").await.text("#door-code"), code, "one code a day");
        let page = phone.get("/check-in").await;
        let mut early = page;
        // Nobody who has the right code guesses, however often.
        for _ in 0..9 {
            early = phone.submit(&early, "main form", &[("code", &code)]).await;
            early.expect(422);
            assert!(early.errors()[0].contains("opens 30 minutes before"));
        }
        clinic.wait_minutes(25);
        let wrong = phone.submit(&early, "main form", &[("code", "nonsense")]).await;
        assert!(wrong.errors()[0].contains("not today's code"), "{:?}", wrong.errors());
        let in_time = phone.submit(&wrong, "main form", &[("code", &code)]).await;
        assert_eq!(in_time.leads_to().as_deref(), Some("/my/place"));
        let place = phone.get("/my/place").await;
        assert_eq!(place.text(".plate"), "A001");
        assert_eq!(phone.get("/check-in").await.leads_to().as_deref(), Some("/my/place"));
    }

    async fn guessing_the_door_code_is_slowed_down_and_late_people_go_to_the_desk(clinic) {
        clinic.point("Consulting", "consulting").await;
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, doctor, 0).await;
        let phone = clinic.phone_of(ada).await;
        let code = clinic.receptionist().await.get("/poster").await.text("#door-code");
        let mut page = phone.get("/check-in").await;
        let mut statuses = Vec::new();
        for _ in 0..9 {
            page = phone.submit(&page, "main form", &[("code", "1")]).await;
            statuses.push(page.status);
        }
        assert!(statuses.starts_with(&[422]) && statuses.ends_with(&[429]), "{statuses:?}");
        clinic.wait_minutes(25);
        let late = phone.get("/check-in").await;
        let late = phone.submit(&late, "main form", &[("code", &code)]).await;
        assert!(late.errors()[0].contains("Go to the desk"), "{:?}", late.errors());
        assert_eq!(clinic.count("select count(*) from visit").await, 0);
    }
}
