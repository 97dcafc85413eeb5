//! A patient's own record (PT6), who opened it (PT8), and taking it along (rule A10).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::consultation::take;

both! {
    async fn patients_read_their_own_record_in_plain_words(clinic) {
        let (id, phone) = clinic.someone("Ada Obi").await;
        let (other, _) = clinic.someone("Ben Obi").await;
        clinic.allergic(id, "Peanuts").await;
        clinic.allergic(other, "Cashew").await;
        let hidden = clinic.entered(id, "condition", "Depression").await;
        let shared = clinic.entered(id, "condition", "Asthma").await;
        clinic.visited(id, 30).await;
        let page = phone.get("/my/record").await;
        assert!(page.expect(200).queries() <= 6, "{}", page.queries());
        assert!(page.text("#allergies").contains("Peanuts"));
        for words in ["Depression", "Asthma", "Cashew", "a nurse"] {
            assert!(!page.body.contains(words), "{words}: nothing is shown that is not marked for the patient");
        }
        assert_eq!(page.texts("#visits ol li").len(), 25);
        let older = phone.get(&page.links(".pagination a")[0]).await;
        assert_eq!(older.texts("#visits ol li").len(), 5);
        sql("insert into health_entry (patient_id, replaces_id, kind, words, shared, state, recorded_name, recorded_at)
             values ($1, $2, 'condition', 'Asthma', $3, 'active', 'x', $4)")
            .bind(id).bind(shared).bind(true).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        let page = phone.get("/my/record").await;
        assert!(page.text("#conditions").contains("Asthma") && !page.body.contains("Depression"), "{hidden}");
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'record.read_by_patient'").await, 3);
        let doctor = clinic.doctor().await;
        for path in ["/my/record", "/my/record/openings", "/my/record/file.html", "/my/record/file.json"] {
            doctor.get(path).await.expect(403);
        }
    }

    async fn the_own_record_is_saved_as_two_files_with_an_entry_each(clinic) {
        let (id, phone) = clinic.someone("Ada Obi").await;
        clinic.allergic(id, "Peanuts").await;
        clinic.entered(id, "genotype", "AS").await;
        clinic.entered(id, "condition", "Depression").await;
        clinic.visited(id, 60).await;
        let file = phone.get("/my/record/file.html").await;
        let headers = |name: &str| file.headers[name].to_str().unwrap().to_owned();
        assert_eq!(headers("content-disposition"), "attachment; filename=\"my-health-record.html\"");
        assert!(file.expect(200).queries() <= 10);
        assert!(file.body.contains("Peanuts") && file.body.contains("AS (tested)") && !file.body.contains("Depression"));
        assert_eq!(file.texts("tbody tr").len(), 60, "all of it");
        let json = phone.get("/my/record/file.json").await;
        let bundle: serde_json::Value = serde_json::from_str(&json.expect(200).body).unwrap();
        assert_eq!(bundle["resourceType"], "Bundle");
        let kinds: Vec<&str> = bundle["entry"].as_array().unwrap().iter()
            .map(|entry| entry["resource"]["resourceType"].as_str().unwrap()).collect();
        let count = |kind: &str| kinds.iter().filter(|own| **own == kind).count();
        assert_eq!((count("Patient"), count("AllergyIntolerance"), count("Observation"), count("Encounter")), (1, 1, 1, 60));
        assert!(!json.body.contains("Depression"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'record.downloaded'").await, 2);
        let trail: i64 = sql("select count(*) from audit_entry where action = 'record.downloaded' and patient_id = $1")
            .bind(id).scalar(&clinic.app.db).await.unwrap();
        assert_eq!(trail, 2);
    }

    async fn the_file_holds_the_results_that_the_phone_shows_and_the_vital_signs(clinic) {
        let lab = clinic.laboratory().await;
        lab.released(&clinic, "PCV", ("PCV", "30")).await;
        let nurse = clinic.nurse().await;
        take(&nurse, lab.visit, &[("pulse", "72"), ("temperature", "37.0")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        let file = phone.get("/my/record/file.html").await;
        assert!(!file.expect(200).has("#results"), "not before the phone shows it");
        assert!(file.text("#vitals").contains("Temperature 37.0 °C, Pulse 72 /min"), "{}", file.text("#vitals"));
        clinic.wait_minutes(3 * 24 * 60 + 1);
        clinic.sign_in(&phone, &format!("phone{}", lab.patient)).await;
        let file = phone.get("/my/record/file.html").await;
        let row = file.text("#results tbody tr");
        assert!(row.contains("30") && row.contains("low") && file.queries() <= 10, "{row}");
        let json = phone.get("/my/record/file.json").await;
        let bundle: serde_json::Value = serde_json::from_str(&json.expect(200).body).unwrap();
        let seen: Vec<(&str, &serde_json::Value)> = bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"])
            .filter(|one| one["resourceType"] == "Observation")
            .map(|one| (one["code"]["text"].as_str().unwrap(), &one["valueQuantity"]["value"])).collect();
        assert!(seen.contains(&("Temperature", &serde_json::json!(37.0))) && seen.contains(&("Pulse", &serde_json::json!(72))), "{seen:?}");
        assert!(seen.iter().any(|(what, value)| what.contains("red cells") && value.as_f64() == Some(30.0)), "{seen:?}");
    }

    async fn patients_see_who_opened_their_record_when_in_which_role_and_why(clinic) {
        let (id, phone) = clinic.someone("Ada Obi").await;
        let (other, _) = clinic.someone("Ben Obi").await;
        assert!(phone.get("/my/record/openings").await.expect(200).has(".empty"));
        let (_, doctor) = clinic.doctor_named("Bola Ige").await;
        sql("update account set title = 'Dr' where name = 'Bola Ige'").run(&clinic.app.db).await.unwrap();
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let desk = clinic.receptionist().await;
        desk.get(&format!("/patients/{id}")).await.expect(200);
        desk.get(&format!("/patients/{other}")).await.expect(200);
        let closed = nurse.get(&format!("/patients/{id}")).await;
        nurse.submit(&closed, "#opening", &[("opening_reason", "contact"), ("opening_words", "She called about a result")]).await.expect(303);
        clinic.is_here(id).await;
        doctor.get(&format!("/patients/{id}/health")).await.expect(200);
        let page = phone.get("/my/record/openings").await;
        assert!(page.expect(200).queries() <= 6);
        let lines = page.texts("#openings li");
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].contains("Dr Bola Ige, doctor") && lines[0].contains("Read: the health part.") && lines[0].contains("You were in the clinic"), "{}", lines[0]);
        assert!(lines[1].contains("nurse, nurse") && lines[1].contains("She called about a result"), "{}", lines[1]);
        assert!(lines[3].contains("receptionist") && lines[3].contains("Read: the record, nothing about your health") && lines[3].contains("Work at the clinic"), "{}", lines[3]);
        assert!(lines[0].contains("9 November 2026, 9am"), "{}", lines[0]);
        assert!(!page.says("Ben"));
    }

    async fn what_was_opened_is_told_in_plain_words_with_every_new_code_of_the_own_account(clinic) {
        let lab = clinic.laboratory().await;
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        for path in [format!("/results/{result}"), format!("/visits/{}/letters", lab.visit), format!("/patients/{}/health", lab.patient)] {
            lab.orders.get(&path).await.expect(200);
        }
        let desk = clinic.receptionist().await;
        desk.get(&format!("/patients/{}/edit", lab.patient)).await.expect(200);
        let phone = clinic.phone_of(lab.patient).await;
        let record = desk.get(&format!("/patients/{}", lab.patient)).await;
        let sheet = desk.submit(&record, "#code", &[]).await;
        let code = sheet.expect(200).text(".activation .code");
        let page = phone.get("/activate").await;
        let name = format!("phone{}", lab.patient);
        let typed = [("name", name.as_str()), ("code", code.as_str()), ("password_new", "three goats cross the bridge")];
        phone.submit(&page, "main form", &typed).await.expect(303);
        let page = phone.get("/my/record/openings").await;
        let lines = page.texts("#openings li");
        assert!(lines[0].contains("Somebody with the code, not signed in") && lines[0].contains("Your password was replaced with a code"), "{}", lines[0]);
        assert!(lines[1].contains("reception") && lines[1].contains("Gave out a new code for your account. Your old password no longer works"), "{}", lines[1]);
        let all = lines.join("; ");
        for words in ["Read: a laboratory result", "Read: letters", "Read: the health part", "Read: personal details, nothing about your health"] {
            assert!(all.contains(words), "{words}: {all}");
        }
        assert!(!all.contains("opened") && !all.contains("a part of the record"), "{all}");
        // What was read is no change of the record.
        lab.bench.get(&format!("/patients/{}/health-record", lab.patient)).await.expect(200);
        let history = desk.get(&format!("/patients/{}/history", lab.patient)).await;
        assert!(!history.texts("#record li").iter().any(|line| line.contains("bench")), "{:?}", history.texts("#record li"));
    }

    async fn the_list_of_openings_goes_on_by_pages(clinic) {
        let (id, phone) = clinic.someone("Ada Obi").await;
        let desk = clinic.receptionist().await;
        for _ in 0..60 {
            desk.get(&format!("/patients/{id}")).await.expect(200);
        }
        let (mut path, mut sizes) = ("/my/record/openings".to_owned(), Vec::new());
        loop {
            let page = phone.get(&path).await;
            sizes.push(page.texts("#openings li").len());
            match page.links(".pagination a").first() {
                Some(next) => path.clone_from(next),
                None => break,
            }
        }
        assert_eq!(sizes, [25, 25, 10]);
    }
}
