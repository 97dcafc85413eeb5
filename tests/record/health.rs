//! Conditions, history, blood, alerts (PT4, PT11), and the banner on every clinical page (experience C1).

use infirmary::access::model::Role;
use infirmary::db::sql;

both! {
    async fn a_condition_is_recorded_changed_and_resolved_with_who_and_when(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let new = doctor.get(&format!("/patients/{id}/health/entries/new?kind=condition")).await;
        assert!(new.expect(200).queries() <= 6);
        assert_eq!(doctor.submit(&new, "#entry", &[("note", "since school")]).await.expect(422).errors(), ["Enter the condition"]);
        let fields = [("words", "Asthma"), ("code", "j45"), ("since", "2010"), ("shared", "yes")];
        let health = doctor.submitted(&new, "#entry", &fields).await;
        assert!(health.text("#condition").contains("Asthma Since 2010 The patient reads it"), "{}", health.text("#condition"));
        doctor.submit(&new, "#entry", &fields).await.expect(303);
        assert_eq!(clinic.count("select count(*) from health_entry").await, 1, "a double press records once");
        let twice = doctor.submit(&new, "#entry", &[("words", "asthma"), ("code", "J45"), ("op", "0123456789abcdef")]).await;
        assert_eq!(twice.expect(422).errors(), ["This is recorded already. Change it where it stands"]);
        let edit = doctor.get(&health.links("#condition dd.act a")[0]).await;
        assert!(edit.expect(200).has("#shared[checked]") && edit.queries() <= 6);
        let health = doctor.submitted(&edit, "#entry", &[("since", "childhood")]).await;
        let end = doctor.get(&health.links("#condition dd.act a")[1]).await;
        let health = doctor.submitted(&end, "#end", &[("state", "ended"), ("reason", "No attack for ten years")]).await;
        assert!(health.text("#condition").contains("No long-term condition is recorded"));
        let history = doctor.get(&format!("/patients/{id}/health/history")).await.texts("#health li").join(" | ");
        for words in ["Condition: resolved", "No attack for ten years", "2010 → Asthma, childhood", "Condition recorded"] {
            assert!(history.contains(words), "{words} in {history}");
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where action like 'health.%'").await, 3);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%sthma%'").await, 0);
    }

    async fn the_history_of_the_health_part_goes_on_by_pages(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        for number in 0..110 {
            clinic.entered(id, "condition", &format!("Condition {number}")).await;
        }
        let (mut path, mut sizes, mut lines) = (format!("/patients/{id}/health/history"), Vec::new(), Vec::new());
        loop {
            let page = doctor.get(&path).await;
            let here = page.expect(200).texts("#health li");
            sizes.push(here.len());
            lines.extend(here);
            match page.links(".pagination a").first() {
                Some(next) => path.clone_from(next),
                None => break,
            }
        }
        lines.sort();
        lines.dedup();
        assert_eq!((sizes, lines.len()), (vec![50, 50, 10], 110), "no gap and nothing twice");
        let first = doctor.get(&format!("/patients/{id}/health/history?before=nonsense")).await;
        assert_eq!(first.texts("#health li").len(), 50);
    }

    async fn the_second_of_two_who_change_an_entry_is_told(clinic) {
        let doctor = clinic.doctor().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.treated("Ada Obi").await;
        let entry = clinic.entered(id, "condition", "Asthma").await;
        let path = format!("/health-entries/{entry}");
        let (first, second) = (doctor.get(&path).await, nurse.get(&path).await);
        let end = nurse.get(&format!("{path}/end")).await;
        doctor.submit(&first, "#entry", &[("since", "2010")]).await.expect(303);
        let conflict = nurse.submit(&second, "#entry", &[("note", "worse at night")]).await;
        assert!(conflict.expect(409).text("#conflict").contains("doctor changed this"));
        assert_eq!(conflict.text("#note"), "worse at night");
        let stale = nurse.submit(&end, "#end", &[("state", "ended"), ("reason", "better now")]).await;
        assert!(stale.expect(409).errors()[0].contains("doctor changed this meanwhile"));
        nurse.submit(&conflict, "#entry", &[]).await.expect(303);
        nurse.submit(&stale, "#end", &[("state", "ended"), ("reason", "better now")]).await.expect(409);
        assert_eq!(clinic.count("select count(*) from health_entry").await, 3);
    }

    async fn of_two_who_change_at_once_exactly_one_wins(clinic) {
        let doctor = clinic.doctor().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.treated("Ada Obi").await;
        let mut entry = clinic.entered(id, "condition", "Asthma").await.0;
        for turn in 0..10 {
            let path = format!("/health-entries/{entry}");
            let (one, two) = (doctor.get(&path).await, nurse.get(&path).await);
            let (mine, hers) = (format!("mine {turn}"), format!("hers {turn}"));
            let (mine, hers) = ([("note", mine.as_str())], [("note", hers.as_str())]);
            let (one, two) = tokio::join!(doctor.submit(&one, "#entry", &mine), nurse.submit(&two, "#entry", &hers));
            let mut statuses = [one.status, two.status];
            statuses.sort();
            assert_eq!(statuses, [303, 409], "turn {turn}");
            entry = clinic.count("select max(id) from health_entry").await;
        }
        assert_eq!(clinic.count("select count(*) from health_entry").await, 11);
    }

    async fn blood_is_told_until_somebody_confirms_it(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        clinic.told(id).await;
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.text("#blood").contains("AB- (told at registration)"));
        assert!(health.text("#condition").contains("As told at registration: asthma since 2010"));
        let form = doctor.get(&health.links("#blood a")[0]).await;
        assert!(form.expect(200).has("#words option[value='AB-'][selected]"));
        let health = doctor.submitted(&form, "#entry", &[("source", "tested")]).await;
        assert!(health.text("#blood").contains("AB- (tested)"), "{}", health.text("#blood"));
        let wrong = doctor.post(&format!("/patients/{id}/health/entries"),
            &[("op", "0123456789abcdef"), ("kind", "genotype"), ("words", "XX"), ("source", "guessed")]).await;
        assert_eq!(wrong.expect(422).errors(), ["Choose one of the list", "Choose whether it was told or tested"]);
        // Asked for once more, the form leads to what is recorded.
        let again = doctor.get(&format!("/patients/{id}/health/entries/new?kind=blood_group")).await;
        assert!(again.leads_to().unwrap().starts_with("/health-entries/"));
        let record = doctor.get(&format!("/patients/{id}")).await;
        assert!(record.text("#clinical").contains("AB- (tested)"));
        sql("insert into health_entry (patient_id, kind, words, source, state, recorded_name, recorded_at)
             values ($1, 'blood_group', 'C+', 'tested', 'active', 'x', $2)")
            .bind(clinic.patient("Ben Obi").await).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap_err();
    }

    async fn what_the_laboratory_found_stands_before_what_was_told_and_a_difference_is_said(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        clinic.told(id).await;
        sql("insert into health_record (patient_id, blood_group, genotype, updated_by, updated_at)
             select $1, 'O+', 'AA', id, $2 from account where sign_in_name = 'doctor'")
            .bind(id).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.text("#blood").contains("O+ (tested by the laboratory)"), "{}", health.text("#blood"));
        let form = doctor.get(&health.links("#blood a")[0]).await;
        assert!(form.has("#words option[value='O+'][selected]") && form.has("#source-1[checked]"));
        doctor.submit(&form, "#entry", &[("words", "B+")]).await.expect(303);
        let health = doctor.get(&format!("/patients/{id}/health")).await;
        assert!(health.text("#blood").contains("B+ (tested, but the laboratory found O+)"), "{}", health.text("#blood"));
    }

    async fn the_banner_shows_alerts_and_a_pregnancy_and_the_desk_only_what_is_for_everyone(clinic) {
        let doctor = clinic.doctor().await;
        let desk = clinic.receptionist().await;
        let id = clinic.treated("Ada Obi").await;
        let new = format!("/patients/{id}/health/entries/new?kind=alert");
        let form = doctor.get(&new).await;
        assert_eq!(doctor.submit(&form, "#entry", &[("code", "other")]).await.expect(422).errors(), ["Say in words what the alert is"]);
        doctor.submit(&form, "#entry", &[("code", "infection_risk"), ("words", "Chickenpox ward 3")]).await.expect(303);
        let form = doctor.get(&new).await;
        doctor.submit(&form, "#entry", &[("code", "interpreter"), ("words", "Speaks Ebira"), ("everyone", "yes")]).await.expect(303);
        let form = doctor.get(&format!("/patients/{id}/health/entries/new?kind=surgery")).await;
        let fields = [("kind", "pregnancy"), ("words", ""), ("until_on", "2027-03-06")];
        let health = doctor.submitted(&form, "#entry", &fields).await;
        assert!(health.text("#surgery").contains("Due 6 March 2027"), "{}", health.text("#surgery"));
        let alerts = health.text("#alerts");
        for words in ["Pregnant", "Infection risk: Chickenpox ward 3", "Needs an interpreter: Speaks Ebira"] {
            assert!(alerts.contains(words), "{words} in {alerts}");
        }
        for path in ["", "/timeline"] {
            let seen = desk.get(&format!("/patients/{id}{path}")).await;
            assert!(seen.expect(200).text("#alerts").contains("Speaks Ebira"), "{path}");
            assert!(!seen.body.contains("Chickenpox") && !seen.body.contains("regnan") && !seen.body.contains("llerg"), "{path}");
        }
        let end = doctor.get(health.links("#alert dd.act a").get(1).unwrap()).await;
        assert_eq!(doctor.submit(&end, "#end", &[("state", "ended")]).await.expect(422).errors(), ["Enter the reason"]);
        doctor.submit(&end, "#end", &[("state", "ended"), ("reason", "Healed")]).await.expect(303);
        assert!(!doctor.get(&format!("/patients/{id}")).await.text("#alerts").contains("Chickenpox"));
    }

    async fn every_clinical_page_carries_the_banner_with_allergies_in_sight(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let allergy = clinic.allergic(id, "Peanuts").await;
        let entry = clinic.entered(id, "alert", "Fell twice").await;
        let number: String = sql("select number from patient where id = $1").bind(id).scalar(&clinic.app.db).await.unwrap();
        let pages = ["", "/history", "/clinical", "/health", "/health/history", "/timeline", "/allergies/new",
            "/health/entries/new?kind=condition"];
        let pages = pages.map(|rest| format!("/patients/{id}{rest}"));
        let others = [format!("/allergies/{allergy}"), format!("/allergies/{allergy}/end"), format!("/health-entries/{entry}"),
            format!("/health-entries/{entry}/end")];
        for path in pages.into_iter().chain(others) {
            let page = doctor.get(&path).await;
            let banner = page.expect(200).text("header.patient");
            for words in ["Ada Obi", "Allergy: Peanuts (severe)", "May fall: Fell twice", &number] {
                assert!(banner.contains(words), "{words} on {path}: {banner}");
            }
            assert_eq!(page.texts("h1").len(), 1, "{path}");
            assert!(page.queries() <= 6, "{path}: {}", page.queries());
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.opened' and detail like '%\"clinical\":true%'
            and detail like '%\"why\":\"treats\"%'").await, 12, "every opening is in the trail");
    }
}
