//! Signed diagnoses stand as they are: immutable, in error with a reason, in the record and in the patient's own words.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

both! {
    async fn signing_the_note_makes_its_diagnoses_final_and_counts_their_use(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        let stop = room.press("sign", &[("complaint", "Fever"), ("assessment", "Malaria"), ("plan", "Treat"), ("dx_term", "typh")]).await;
        assert_eq!(stop.expect(422).errors(), ["This diagnosis is not added yet. Add it, or empty the field"]);
        assert_eq!(clinic.diagnosed(room.visit).await[0].3, "draft");
        room.sign().await.expect(303);
        assert_eq!(clinic.diagnosed(room.visit).await[0].3, "signed");
        let under = "select count(*) from diagnosis d join note n on n.id = d.note_id and n.visit_id = d.visit_id where d.signed_at is not null";
        assert_eq!(clinic.count(under).await, 1);
        assert_eq!(clinic.count("select uses from diagnosis_code where code = 'B50.9'").await, 1);
        assert_eq!(clinic.count("select cast(sum(uses) as bigint) from diagnosis_use").await, 1);
        let trail: String = sql("select cast(detail as text) from audit_entry where action = 'diagnosis.signed'").scalar(&clinic.app.db).await.unwrap();
        assert!(!trail.contains("alaria"), "the trail, which administrators read, names no diagnosis: {trail}");
        // The next patient: what she uses is one press away.
        let (_, visit) = clinic.is_examined("Bola Ade", room.doctor).await;
        let page = room.browser.get(&paths::consultation::consult(visit)).await;
        assert_eq!(page.texts(".often button"), ["Uncomplicated falciparum malaria"]);
        let pick = format!("diagnosis.pick.{}", clinic.code_id("Uncomplicated falciparum malaria").await);
        room.browser.submit(&page, "#consultation", &[("step", &pick)]).await.expect(303);
        assert_eq!(clinic.diagnosed(visit).await.len(), 1);
    }

    async fn discarding_the_draft_throws_its_diagnoses_away(clinic) {
        let room = clinic.consulting_room().await;
        room.press("diagnosis.add", &[("dx_term", "B50.9"), ("complaint", "Fever")]).await.expect(303);
        let to = room.press("discard", &[]).await.expect(303).leads_to().unwrap();
        let page = room.browser.get(&to).await;
        room.browser.submit(&page, "main form", &[]).await.expect(303);
        assert!(clinic.diagnosed(room.visit).await.is_empty());
    }

    async fn what_is_signed_is_not_changed_by_anybody(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        for text in [
            "update diagnosis set term = 'Something else'",
            "update diagnosis set certainty = 'confirmed'",
            "update diagnosis set is_main = not is_main",
            "update diagnosis set onset = 'long ago'",
            "update diagnosis set state = 'draft', signed_at = null",
            "update diagnosis set plain_name = 'x'",
            "delete from diagnosis",
        ] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates("diagnosis_kept"), "{text}: {error}");
        }
        let closed = clinic.is_examined("Bola Ade", room.doctor).await.1;
        clinic.ends(closed).await;
        let error = sql("insert into diagnosis (visit_id, patient_id, system, code, term, plain_name, sensitive, certainty,
                is_main, state, recorded_by, recorded_name, recorded_at)
             select v.id, v.patient_id, '', '', 'x', 'x', $2, 'suspected', $2, 'draft', $3, 'x', v.opened_at from visit v where v.id = $1")
            .bind(closed).bind(true).bind(room.doctor).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("diagnosis_open_visit"), "{error}");
    }

    async fn what_was_wrong_is_marked_with_a_reason_and_stays_readable(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        let id = clinic.count("select min(id) from diagnosis").await;
        let list = paths::diagnoses::of_patient(room.patient);
        let page = room.browser.get(&format!("/diagnoses/{id}/error")).await;
        let short = room.browser.submit(&page, "#error", &[("reason", "no")]).await;
        assert_eq!(short.expect(422).errors(), ["Say a little more, so that a colleague understands it"]);
        room.browser.submit(&page, "#error", &[("reason", "The slide was another patient's")]).await.expect(303);
        let seen = room.browser.get(&list).await;
        assert!(seen.text("#all s").contains("falciparum") && seen.body.contains("another patient&#39;s"), "{}", seen.body);
        assert!(!seen.has("#problems dt"));
        let again = [("reason", "Once more for luck"), ("op", "a-second-mark-of-error")];
        room.browser.post(&format!("/diagnoses/{id}/error"), &again).await.expect(422);
        let error = sql("update diagnosis set error_reason = 'Another reason'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("diagnosis_kept"), "{error}");
    }

    async fn the_problem_list_names_each_term_once_and_one_press_makes_it_a_condition(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("J45.9").await.expect(303);
        room.sign().await.expect(303);
        let list = paths::diagnoses::of_patient(room.patient);
        let seen = room.browser.get(&list).await;
        assert_eq!(seen.texts("#problems dt").len(), 1);
        room.browser.submit(&seen, "form.condition", &[]).await.expect(303);
        let term = clinic.diagnosed(room.visit).await[0].0.clone();
        let health = room.browser.get(&paths::record::health(room.patient)).await;
        assert!(health.texts("dl.summary dd").iter().any(|words| words.contains(&term)), "{}", health.body);
        assert!(room.browser.get(&list).await.text("#problems").contains("Among the conditions"));
        room.browser.submit(&seen, "form.condition", &[("op", "the-same-condition-once-more")]).await.expect(409);
    }

    async fn the_desk_never_receives_a_diagnosis_and_the_line_of_time_shows_it_to_those_who_treat(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.diagnose("Typhoid fever").await.expect(303);
        room.sign().await.expect(303);
        let time = paths::record::timeline(room.patient);
        let seen = room.browser.get(&time).await;
        assert!(seen.body.contains("Diagnosis: Uncomplicated falciparum malaria"), "{}", seen.body);
        let id = clinic.count("select min(id) from diagnosis").await;
        for role in [Role::Receptionist, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("other.{}", role.as_str()), &[role]).await;
            for path in [
                time.clone(),
                paths::patients::show(room.patient),
                paths::diagnoses::of_patient(room.patient),
                paths::consultation::consult(room.visit),
                format!("/diagnoses/{id}/error"),
                "/audit".to_owned(),
            ] {
                let body = browser.get(&path).await.body;
                assert!(!body.contains("alaria") && !body.contains("yphoid"), "{role:?} reads {path}");
            }
        }
    }

    async fn the_patient_takes_the_own_diagnoses_along_in_plain_words_and_as_fhir(clinic) {
        let room = clinic.consulting_room().await;
        room.press("diagnosis.add", &[("dx_term", "B50.9"), ("dx_certainty", "confirmed")]).await.expect(303);
        room.press("diagnosis.add", &[("dx_term", "A01.0"), ("dx_certainty", "ruled_out")]).await.expect(303);
        let phone = clinic.phone_of(room.patient).await;
        assert!(!phone.get(paths::record::MY_FILE).await.body.contains("Malaria"), "a draft is nobody's but its author's");
        room.sign().await.expect(303);
        let file = phone.get(paths::record::MY_FILE).await;
        assert!(file.body.contains("<li>Malaria, "), "{}", file.body);
        assert!(!file.body.contains("yphoid"), "what was ruled out is no finding");
        let json: serde_json::Value = serde_json::from_str(&phone.get(paths::record::MY_JSON).await.body).unwrap();
        let entries = json["entry"].as_array().unwrap();
        let found: Vec<_> = entries.iter().map(|entry| &entry["resource"]).filter(|one| one["resourceType"] == "Condition").collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["code"]["coding"][0]["code"], "B50.9");
        assert_eq!(found[0]["code"]["text"], "Malaria");
    }
}
