//! Allergies (PT1, PT4, rule P2): recorded, changed, ended, never overwritten; none known is a fact of its own.

use infirmary::access::model::Role;
use infirmary::db::sql;

const NUTS: [(&str, &str); 5] = [
    ("substance", "Cashew nuts"),
    ("kind", "food"),
    ("reaction", "swelling of the face"),
    ("severity", "severe"),
    ("certainty", "likely"),
];

both! {
    async fn an_allergy_is_picked_from_the_list_without_a_script(clinic) {
        clinic.allergens().await;
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let page = doctor.get(&format!("/patients/{id}/allergies/new?q=penicil")).await;
        assert!(page.expect(200).queries() <= 6, "{}", page.queries());
        assert_eq!(page.attribute("#allergen", "value").as_deref(), Some("class:penicillin"));
        let refused = doctor.submit(&page, "#allergy", &[("allergen", "class:penicillin"), ("reaction", "rash"), ("note", "as a child")]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose how severe it was, or not known", "Choose how sure this is"]);
        assert_eq!(refused.attribute("#reaction", "value").as_deref(), Some("rash"), "what was typed is kept");
        assert_eq!(refused.text("#note"), "as a child");
        let picked = [("allergen", "class:penicillin"), ("severity", "severe"), ("certainty", "confirmed")];
        let health = doctor.submitted(&refused, "#allergy", &picked).await;
        assert!(health.text(".patient #alerts").contains("Penicillins"), "{}", health.text(".patient #alerts"));
        assert!(health.text(".patient #alerts").contains("rash (severe)"));
        let (code, kind, name): (String, String, String) =
            sql("select code, kind, recorded_name from allergy where patient_id = $1").bind(id).one(&clinic.app.db).await.unwrap();
        assert_eq!((code.as_str(), kind.as_str(), name.as_str()), ("penicillin", "class", "doctor"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'allergy.recorded'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%enicillin%'").await, 0,
            "the trail, which administrators read, holds no clinical text");
        let twice = doctor.submit(&page, "#allergy", &[("allergen", "class:penicillin"), ("severity", "mild"),
            ("certainty", "told"), ("op", "0123456789abcdef")]).await;
        assert!(twice.expect(422).errors()[0].contains("recorded already"), "{:?}", twice.errors());
        let unknown = doctor.submit(&page, "#allergy", &[("allergen", "class:nonsense"), ("severity", "mild"),
            ("certainty", "told"), ("op", "0123456789abcdeg")]).await;
        assert_eq!(unknown.expect(422).errors(), ["Choose one of the list, or free text"]);
    }

    async fn an_allergy_in_free_text_is_recorded_once_however_often_it_is_pressed(clinic) {
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.treated("Ada Obi").await;
        let page = nurse.get(&format!("/patients/{id}/allergies/new")).await;
        let empty = nurse.submit(&page, "#allergy", &[("severity", "mild"), ("certainty", "told")]).await;
        assert_eq!(empty.expect(422).errors(),
            ["Enter what harms, or choose it from the list", "Choose what kind of thing it is"]);
        for _ in 0..3 {
            nurse.submit(&page, "#allergy", &NUTS).await.expect(303);
        }
        assert_eq!(clinic.count("select count(*) from allergy").await, 1);
        let known = infirmary::record::allergies(&clinic.app.db, id).await.unwrap();
        assert!(known.len() == 1 && known[0].is_free() && known[0].substance == "Cashew nuts");
    }

    async fn a_change_is_a_new_version_and_the_history_keeps_both(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let first = clinic.allergic(id, "Peanuts").await;
        let form = doctor.get(&format!("/allergies/{first}")).await;
        assert!(form.expect(200).queries() <= 6, "{}", form.queries());
        doctor.submit(&form, "#allergy", &[("reaction", "hives"), ("severity", "mild")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from allergy").await, 2);
        assert_eq!(clinic.count("select count(*) from allergy where reaction = '' and severity = 'severe'").await, 1);
        let elsewhere = doctor.get(&format!("/allergies/{first}")).await.leads_to().unwrap();
        assert_ne!(elsewhere, format!("/allergies/{first}"), "an old address leads to what stands now");
        let history = doctor.get(&format!("/patients/{id}/health/history")).await;
        let lines = history.expect(200).texts("#health li").join(" | ");
        assert!(lines.contains("Peanuts, severe, told → Peanuts, hives, mild, told"), "{lines}");
        assert!(lines.contains("doctor") && lines.contains("a nurse") && history.queries() <= 6, "{lines}");
    }

    async fn an_allergy_ends_with_a_reason_and_stays_in_the_history(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let form = doctor.get(&format!("/allergies/{allergy}/end")).await;
        let refused = doctor.submit(&form, "#end", &[("reason", "no")]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose how it ends", "Say a little more, so that a colleague understands it"]);
        let sneaky = doctor.submit(&form, "#end", &[("state", "active"), ("reason", "tested twice")]).await;
        assert_eq!(sneaky.expect(422).errors(), ["Choose how it ends"]);
        let health = doctor.submitted(&form, "#end", &[("state", "refuted"), ("reason", "Ate them in the clinic, nothing")]).await;
        assert!(health.has("#unasked") && !health.text("#alerts").contains("Peanuts"), "{}", health.text("#alerts"));
        let history = doctor.get(&format!("/patients/{id}/health/history")).await;
        assert!(history.text("#health li:first-child").contains("Ate them in the clinic, nothing"));
        assert_eq!(clinic.count("select count(*) from allergy").await, 2, "nothing is deleted");
        assert_eq!(doctor.get(&format!("/allergies/{allergy}/end")).await.leads_to(), Some(format!("/patients/{id}/health")));
    }

    async fn none_known_is_a_fact_that_a_recorded_allergy_withdraws(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.expect(200).text("#alerts").contains("Allergies not asked yet"));
        let health = doctor.submitted(&health, "#none-stated", &[]).await;
        assert!(health.text("#alerts").contains("No known allergies (recorded 9 November 2026)"));
        assert!(health.text("#none").contains("Stated by doctor"));
        let page = doctor.get(&format!("/patients/{id}/allergies/new")).await;
        let health = doctor.submitted(&page, "#allergy", &NUTS).await;
        assert!(!health.body.contains("No known allergies (recorded"));
        let states: Vec<String> = sql("select state from allergy_none where patient_id = $1 order by id").bind(id)
            .scalars(&clinic.app.db).await.unwrap();
        assert_eq!(states, ["stated", "withdrawn"]);
        // A form from before the allergy is refused, and says why.
        let stale = doctor.post(&format!("/patients/{id}/allergies/none"), &[("op", "0123456789abcdef")]).await;
        assert_eq!(stale.expect(422).errors(), ["An allergy is recorded. End it first, or leave it as it is"]);
        let history = doctor.get(&format!("/patients/{id}/health/history")).await.texts("#health li").join(" | ");
        assert!(history.contains("No known allergies: stated") && history.contains("An allergy was recorded"), "{history}");
    }

    async fn none_known_is_taken_back_with_a_reason(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        let health = doctor.submitted(&health, "#none-stated", &[]).await;
        let refused = doctor.submit(&health, "#none-withdrawal", &[]).await;
        assert_eq!(refused.expect(422).errors(), ["Say why it no longer holds"]);
        let health = doctor.submitted(&health, "#none-withdrawal", &[("none_reason", "Asked the wrong person")]).await;
        assert!(health.text("#alerts").contains("Allergies not asked yet"));
    }

    async fn the_tables_refuse_what_cannot_be_whatever_the_program_does(clinic) {
        let id = clinic.patient("Ada Obi").await;
        let other = clinic.patient("Ben Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let at = clinic.app.clock.now();
        let none = sql("insert into allergy_none (patient_id, state, recorded_name, recorded_at) values ($1, 'stated', 'x', $2)");
        let refused = none.clone().bind(id).bind(at).run(&clinic.app.db).await.unwrap_err();
        assert!(refused.violates("allergy_none_known"), "{refused}");
        none.bind(other).bind(at).run(&clinic.app.db).await.unwrap();
        for change in ["update allergy set substance = 'x'", "delete from allergy", "update allergy_none set state = 'withdrawn'",
            "delete from allergy_none", "delete from health_entry where id > 0"] {
            if change.contains("health") {
                clinic.entered(id, "condition", "Asthma").await;
            }
            sql(change).run(&clinic.app.db).await.unwrap_err();
        }
        let version = |patient, replaces, state: &'static str, reason: &'static str| {
            sql("insert into allergy (patient_id, replaces_id, kind, substance, severity, certainty, state, reason, recorded_name, recorded_at)
                 values ($1, $2, 'food', 'Peanuts', 'mild', 'told', $3, $4, 'x', $5)")
                .bind(patient).bind(replaces).bind(state).bind(reason).bind(at)
        };
        for (statement, name) in [
            (version(id, None, "active", ""), "allergy_twice"),
            (version(other, Some(allergy), "active", ""), "allergy_replaces"),
            (version(id, Some(allergy), "refuted", ""), "allergy_ended_with_reason"),
            (version(id, None, "refuted", "because"), "allergy_ended_with_reason"),
        ] {
            let error = statement.run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates(name), "{name}: {error}");
        }
        version(id, Some(allergy), "refuted", "because").run(&clinic.app.db).await.unwrap();
        let again = version(id, Some(allergy), "refuted", "because").run(&clinic.app.db).await.unwrap_err();
        assert!(again.violates("allergy_replaces_id_unique"), "{again}");
    }

    async fn the_second_of_two_sees_what_the_first_changed_and_keeps_the_own_text(clinic) {
        let doctor = clinic.doctor().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.treated("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let path = format!("/allergies/{allergy}");
        let (first, second) = (doctor.get(&path).await, nurse.get(&path).await);
        doctor.submit(&first, "#allergy", &[("reaction", "hives")]).await.expect(303);
        let conflict = nurse.submit(&second, "#allergy", &[("note", "carries a pen")]).await;
        let told = conflict.expect(409).text("#conflict");
        assert!(told.contains("doctor changed this") && told.contains("What happened") && told.contains("hives"), "{told}");
        assert_eq!(conflict.text("#note"), "carries a pen");
        assert_eq!(clinic.count("select count(*) from allergy").await, 2);
        nurse.submit(&conflict, "#allergy", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from allergy where note = 'carries a pen'").await, 1);
        // Ending what somebody has changed meanwhile is a conflict, too.
        let stale = nurse.post(&format!("/allergies/{allergy}/end"), &[("op", "0123456789abcdef"), ("state", "refuted"),
            ("reason", "tested")]).await;
        assert!(stale.expect(409).errors()[0].contains("nurse changed this allergy meanwhile"), "{:?}", stale.errors());
    }

    async fn what_is_changed_after_it_was_ended_is_told_with_the_text_kept(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let form = doctor.get(&format!("/allergies/{allergy}")).await;
        let end = doctor.get(&format!("/allergies/{allergy}/end")).await;
        doctor.submit(&end, "#end", &[("state", "entered_in_error"), ("reason", "wrong patient")]).await.expect(303);
        let late = doctor.submit(&form, "#allergy", &[("note", "my own words")]).await;
        assert!(late.expect(409).errors().iter().any(|error| error.contains("wrong patient")), "{:?}", late.errors());
        assert_eq!(late.text("#note"), "my own words");
    }

    async fn none_known_and_an_allergy_at_once_end_with_the_allergy(clinic) {
        let doctor = clinic.doctor().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        for turn in 0..12 {
            let id = clinic.treated(&format!("Ada{turn} Obi")).await;
            let health = doctor.get(&format!("/patients/{id}/health")).await;
            let page = nurse.get(&format!("/patients/{id}/allergies/new")).await;
            let (none, some) = tokio::join!(doctor.submit(&health, "#none-stated", &[]), nurse.submit(&page, "#allergy", &NUTS));
            some.expect(303);
            assert!([303, 422].contains(&none.status), "{}", none.body);
            let latest: Option<(String,)> = sql("select state from allergy_none where patient_id = $1 order by id desc limit 1")
                .bind(id).optional(&clinic.app.db).await.unwrap();
            assert!(latest.is_none_or(|(state,)| state == "withdrawn"), "turn {turn}");
            assert_eq!(infirmary::record::allergies(&clinic.app.db, id).await.unwrap().len(), 1);
        }
    }

    /// The control: without the trigger's lock and look, both would hold.
    async fn without_the_rule_none_known_stands_beside_an_allergy(clinic) {
        let id = clinic.patient("Ada Obi").await;
        let at = clinic.app.clock.now();
        sql("insert into allergy_none (patient_id, state, recorded_name, recorded_at) values ($1, 'stated', 'x', $2)")
            .bind(id).bind(at).run(&clinic.app.db).await.unwrap();
        let off = match clinic.app.db.kind() {
            infirmary::db::DbKind::Sqlite => "drop trigger allergy_withdraws_none",
            infirmary::db::DbKind::Postgres => "drop trigger allergy_withdraws_none on allergy",
        };
        sql(off).run(&clinic.app.db).await.unwrap();
        clinic.allergic(id, "Peanuts").await;
        assert_eq!(clinic.count("select count(*) from allergy_none where state = 'stated'").await, 1);
        assert_eq!(clinic.count("select count(*) from allergy_none").await, 1, "nobody took it back");
    }

    async fn what_was_told_is_turned_into_an_allergy_and_leaves_the_banner(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        clinic.told(id).await;
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.expect(200).text("#alerts").contains("Allergy, as told: penicillin rash"));
        let form = doctor.get(&health.links("#told a")[0]).await;
        assert_eq!(form.attribute("#substance", "value").as_deref(), Some("penicillin rash"));
        let fields = [("substance", "Penicillin"), ("kind", "class"), ("severity", "unknown"), ("told_done", "yes")];
        let health = doctor.submitted(&form, "#allergy", &fields).await;
        let alerts = health.text("#alerts");
        assert!(alerts.contains("Allergy: Penicillin") && !alerts.contains("as told"), "{alerts}");
        // What the patient tells later stands in the banner again, beside what is recorded.
        sql("update patient set allergies_told = 'also groundnuts' where id = $1").bind(id).run(&clinic.app.db).await.unwrap();
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.text("#alerts").contains("as told: also groundnuts"));
        let health = doctor.submitted(&health, "#told-answer", &[]).await;
        assert!(!health.text("#alerts").contains("groundnuts"));
    }

    async fn roles_without_clinical_content_neither_read_nor_write(clinic) {
        let id = clinic.treated("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let entry = clinic.entered(id, "condition", "Asthma").await;
        for (name, role) in [("desk", Role::Receptionist), ("cash", Role::Cashier), ("lab", Role::LabAttendant),
            ("pharm", Role::Pharmacist), ("admin", Role::Admin)] {
            let browser = clinic.signed_in(name, &[role]).await;
            for path in ["/health", "/health/history", "/allergies/new", "/health/entries/new", "/emergency"] {
                browser.get(&format!("/patients/{id}{path}")).await.expect(403);
            }
            for path in [format!("/allergies/{allergy}"), format!("/health-entries/{entry}/end")] {
                browser.get(&path).await.expect(403);
                browser.post(&path, &[("op", "0123456789abcdef")]).await.expect(403);
            }
            for path in ["", "/timeline", "/history"] {
                let seen = browser.get(&format!("/patients/{id}{path}")).await;
                assert!(!seen.body.contains("Peanuts") && !seen.body.contains("Asthma") && !seen.body.contains("llerg"), "{name}{path}");
            }
        }
    }

    async fn a_closed_record_is_neither_read_nor_written_and_keeps_what_was_typed(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.patient("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        for path in [format!("/patients/{id}/health"), format!("/allergies/{allergy}"), format!("/allergies/{allergy}/end"),
            format!("/patients/{id}/allergies/new"), format!("/patients/{id}/health/history")] {
            assert_eq!(doctor.get(&path).await.leads_to(), Some(format!("/patients/{id}")), "{path}");
        }
        let mut fields = NUTS.to_vec();
        fields.push(("op", "0123456789abcdef"));
        let seen = doctor.post(&format!("/patients/{id}/allergies"), &fields).await;
        assert!(seen.expect(422).has("#closed") && !seen.body.contains("Peanuts"), "{}", seen.body);
        assert_eq!(seen.attribute("#substance", "value").as_deref(), Some("Cashew nuts"));
        let ending = doctor.post(&format!("/allergies/{allergy}/end"), &fields).await;
        assert!(!ending.expect(422).body.contains("Peanuts"));
        clinic.is_here(id).await;
        doctor.submit(&seen, "#allergy", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from allergy where substance = 'Cashew nuts'").await, 1);
        for path in ["/allergies/999999", "/allergies/x", "/health-entries/999999", "/patients/999999/health"] {
            doctor.get(path).await.expect(404);
        }
    }

    async fn nothing_of_the_list_is_chosen_for_anybody_and_two_answers_are_asked_about(clinic) {
        clinic.allergens().await;
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let page = doctor.get(&format!("/patients/{id}/allergies/new?q=penicil")).await;
        assert!(!page.has("input[name=allergen][checked]"));
        let sure = [("severity", "mild"), ("certainty", "told")];
        let neither = doctor.submit(&page, "#allergy", &sure).await;
        assert!(neither.expect(422).errors()[0].starts_with("Enter what harms"), "{:?}", neither.errors());
        let both = [("allergen", "class:penicillin"), ("substance", "Pencil shavings"), sure[0], sure[1]];
        let refused = doctor.submit(&page, "#allergy", &both).await;
        assert_eq!(refused.expect(422).errors(), ["Choose one of the list, or type it here, not both"]);
        assert_eq!(refused.attribute("#substance", "value").as_deref(), Some("Pencil shavings"));
        let late = [("allergen", "class:penicillin"), ("since", "since 2050"), sure[0], sure[1]];
        let refused = doctor.submit(&page, "#allergy", &late).await;
        assert_eq!(refused.expect(422).errors(), ["This is still to come. Enter when it began"]);
        assert_eq!(clinic.count("select count(*) from allergy").await, 0);
        // The word is not said twice.
        let fields = [("allergen", "class:penicillin"), ("since", "since childhood"), sure[0], sure[1]];
        doctor.submit(&page, "#allergy", &fields).await.expect(303);
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.body.contains(", since childhood") && !health.body.contains("since since"));
    }
}
