//! Changing details, two at once, deactivating.

use infirmary::db::sql;

use crate::support::ADA;

both! {
    async fn a_change_is_saved_found_and_kept_with_who_and_when(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let form = desk.get(&format!("/patients/{id}/edit")).await;
        assert_eq!(form.attribute("#phone", "value").as_deref(), Some("+234 805 123 9900"));
        let seen = desk.submit(&form, "#person", &[("family_name", "Bello"), ("phone", "0803 777 1212"),
            ("matric_number", "19/52HA777")]).await;
        let record = desk.follow(seen).await;
        assert!(record.heading().ends_with("Bello"));
        assert_eq!(desk.get("/patients?q=bello").await.links("tbody a").len(), 1);
        assert!(desk.get("/patients?q=adesina").await.texts("tbody a").is_empty(), "old words are gone");
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = '19/52ha777'").await, 1);
        let history = desk.get(&format!("/patients/{id}/history")).await;
        let lines = history.expect(200).texts("#record li").join(" ");
        assert!(lines.contains("family name: Adéṣínà-Ògúntádé → Bello"), "{lines}");
        assert!(lines.contains("phone: +234 805 123 9900 → 0803 777 1212") && lines.contains("reception"), "{lines}");
        assert!(lines.contains("Registered"));
    }

    async fn the_second_of_two_sees_what_the_first_changed_and_keeps_the_own_text(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let admin = clinic.administrator().await;
        let (first, second) = (desk.get(&format!("/patients/{id}/edit")).await, admin.get(&format!("/patients/{id}/edit")).await);
        desk.submit(&first, "#person", &[("address", "Room 7")]).await.expect(303);
        let conflict = admin.submit(&second, "#person", &[("kin_name", "Mama Ada")]).await;
        conflict.expect(409);
        let told = conflict.text("#meanwhile");
        assert!(told.contains("reception") && told.contains("address: nothing → Room 7"), "{told}");
        assert_eq!(conflict.attribute("#kin_name", "value").as_deref(), Some("Mama Ada"));
        assert_eq!(clinic.count("select count(*) from patient where kin_name = 'Mama Ada'").await, 0);
        admin.submit(&conflict, "#person", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient where kin_name = 'Mama Ada' and version = 3").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.edited'").await, 2);
    }

    async fn of_two_who_save_at_once_one_wins_fifty_times_over(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let admin = clinic.administrator().await;
        for turn in 0..50 {
            let path = format!("/patients/{id}/edit");
            let (first, second) = (desk.get(&path).await, admin.get(&path).await);
            let (mine, hers) = (format!("Room {turn}"), format!("Block {turn}"));
            let (one, two) = ([("address", mine.as_str())], [("address", hers.as_str())]);
            let (one, two) = tokio::join!(desk.submit(&first, "#person", &one), admin.submit(&second, "#person", &two));
            let (won, lost, text) = if one.status == 303 { (&mine, two, &hers) } else { (&hers, one, &mine) };
            lost.expect(409);
            assert_eq!(lost.attribute("#address", "value").as_deref(), Some(text.as_str()), "the own text is kept");
            assert!(lost.text("#meanwhile").contains(won.as_str()), "{}", lost.text("#meanwhile"));
            let kept: String = sql("select address from patient where id = $1").bind(id).scalar(&clinic.app.db).await.unwrap();
            assert_eq!(&kept, won);
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.edited'").await, 50);
    }

    /// The control: without the version the second one writes over the first unseen.
    async fn without_the_version_a_text_is_lost(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        for address in ["Room 1", "Block 1"] {
            let done = sql("update patient set address = $2, version = version + 1 where id = $1").bind(id).bind(address)
                .run(&clinic.app.db).await.unwrap();
            assert_eq!(done, 1, "both think that they saved");
        }
        assert_eq!(clinic.count("select count(*) from patient where address = 'Room 1'").await, 0, "one text is gone");
    }

    async fn a_number_of_another_patient_is_refused_on_editing_too(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let other = clinic.student("Ben Obi", "19/52HA002").await;
        let form = desk.get(&format!("/patients/{id}/edit")).await;
        let seen = desk.submit(&form, "#person", &[("matric_number", "19/52HA002")]).await;
        assert_eq!(seen.expect(422).links("#holder a"), [format!("/patients/{other}")]);
    }

    async fn clinical_facts_are_changed_by_those_who_treat_and_kept_apart_from_the_trail(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        clinic.is_here(id).await;
        let form = doctor.get(&format!("/patients/{id}/clinical")).await;
        let older = doctor.get(&format!("/patients/{id}/clinical")).await;
        let wrong = doctor.submit(&form, "#health", &[("genotype", "XX")]).await;
        assert_eq!(wrong.expect(422).errors(), ["Choose one of the list"]);
        let fields = &[("allergies_told", "penicillin"), ("genotype", "AS"), ("blood_group", "O+")];
        doctor.submit(&form, "#health", fields).await.expect(303);
        // A form that was opened before is a conflict, with the other's text.
        let stale = doctor.submit(&older, "#health", &[("genotype", "AA")]).await;
        assert!(stale.expect(409).text("#meanwhile").contains("allergies: nothing → penicillin"));
        let history = doctor.get(&format!("/patients/{id}/health/history")).await;
        assert!(history.text("#health").contains("genotype: nothing → AS"));
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%penicillin%'").await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.clinical_edited'").await, 1);
        let admin = clinic.administrator().await;
        let seen = admin.get(&format!("/patients/{id}/history")).await;
        assert!(seen.expect(200).body.contains("allergies") && !seen.body.contains("penicillin"));
    }

    async fn a_deactivated_patient_cannot_sign_in_and_comes_back(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let patient = clinic.signed_in_patient(id, "19/52ha001").await;
        patient.get("/my/card").await.expect(200);
        desk.get(&format!("/patients/{id}/state")).await.expect(403);
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/patients/{id}/state")).await;
        assert_eq!(admin.submit(&page, "#state", &[]).await.expect(422).errors(), ["Enter the reason"]);
        admin.submit(&page, "#state", &[("reason", "Left the university")]).await.expect(303);
        assert!(patient.get("/my/card").await.leads_to().unwrap().starts_with("/sign-in"));
        assert_eq!(clinic.count("select count(*) from sign_in where end_reason = 'account deactivated'").await, 1);
        let again = admin.submit(&page, "#state", &[("reason", "Twice")]).await;
        again.expect(409);
        assert!(admin.get(&format!("/patients/{id}")).await.body.contains("Deactivated"));
        let page = admin.get(&format!("/patients/{id}/state")).await;
        admin.submit(&page, "#state", &[("reason", "Came back")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from account where state = 'active' and kind = 'patient'").await, 1);
        let actions: Vec<String> = sql("select action from audit_entry where action like 'patient.%activated' order by id")
            .scalars(&clinic.app.db).await.unwrap();
        assert_eq!(actions, ["patient.deactivated", "patient.reactivated"]);
    }

    async fn the_history_tells_changes_only_whatever_was_opened(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        let doctor = clinic.doctor().await;
        clinic.is_here(id).await;
        for path in ["", "/clinical", "/health", "/health/history", "/timeline", "/history"] {
            doctor.get(&format!("/patients/{id}{path}")).await;
        }
        for path in ["/card", "/edit", "/history"] {
            desk.get(&format!("/patients/{id}{path}")).await.expect(200);
        }
        assert!(clinic.count("select count(*) from audit_entry where action like '%opened'").await > 4);
        let lines = desk.get(&format!("/patients/{id}/history")).await.texts("#record li p");
        assert_eq!(lines, ["Registered"]);
    }

    async fn who_is_deactivated_is_still_found_at_the_door_and_the_bookings_need_a_decision(clinic) {
        clinic.point("Triage", "triage").await;
        let desk = clinic.receptionist().await;
        let admin = clinic.administrator().await;
        let id = clinic.registered(&desk, ADA).await;
        let doctor = clinic.consultant("Bola").await;
        clinic.booking(id, doctor, 3_000).await;
        let marked = "select count(*) from appointment where needs_decision";
        let page = admin.get(&format!("/patients/{id}/state")).await;
        assert!(page.text("#still").contains("Bola"), "{}", page.text("#still"));
        let done = admin.submitted(&page, "#state", &[("reason", "Left the university")]).await;
        assert!(done.body.contains("1 coming booking needs a decision"), "{}", done.body);
        assert_eq!(clinic.count(marked).await, 1);
        // By number or name the desk sees who it is, and registers nobody a second time; care is never refused.
        let arrivals = desk.get("/arrivals").await;
        let found = desk.submitted(&arrivals, "#scan-form", &[("code", "P-000001")]).await;
        assert!(found.text("#found th[scope=row]").contains("Deactivated An administrator takes the record back"), "{}", found.body);
        assert_eq!(clinic.count("select count(*) from visit").await, 0);
        let added = desk.submitted(&found, "form.walk-in", &[]).await;
        assert!(added.text("#just").contains("A001"));
        let page = admin.get(&format!("/patients/{id}/state")).await;
        admin.submit(&page, "#state", &[("reason", "Came back")]).await.expect(303);
        assert_eq!(clinic.count(marked).await, 0);
        assert!(clinic.has_entry("appointment.need_not_move").await);
        let page = admin.get(&format!("/patients/{id}/state")).await;
        assert!(page.text("#still").contains("in the clinic now with token A001"));
    }
}
