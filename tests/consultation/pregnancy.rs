//! A pregnancy that is known to one station is known to all (rules W3, A1).

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::PARACETAMOL;
use crate::support::consultation::{take, well_but};

both! {
    async fn a_pregnancy_of_the_record_counts_where_the_vital_signs_do_not_ask(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 24).await;
        clinic.entered(clinic.patient_of(here.visit).await, "pregnancy", "First pregnancy").await;
        let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(form.has("input[name=pregnant][value=yes][checked]"), "{}", form.text("#vitals"));
        assert!(form.text("#pregnant-hint").contains("Known: Pregnant"), "{}", form.text("#vitals"));
        assert!(form.queries() <= 7, "{}", form.queries());
        let signs = well_but(&[("pulse", "111"), ("temperature", "39.1")]);
        take(&nurse, here.visit, &signs).await.expect(303);
        let page = nurse.get(&paths::consultation::taking(clinic.newest_vitals(here.visit).await)).await;
        assert_eq!(page.text("#unscored"), "NEWS2 is not made for pregnancy.");
        // A form that asks nothing says nothing else.
        let silent = [&signs[..], &[("op", "0123456789abcdef")]].concat();
        nurse.post(&paths::consultation::vitals(here.visit), &silent).await.expect(303);
        assert_eq!(clinic.count("select count(*) from vitals where pregnant and news2 is null").await, 2);
        // She says no: this taking is scored.
        take(&nurse, here.visit, &[&signs[..], &[("pregnant", "no")]].concat()).await.expect(303);
        assert_eq!(clinic.count("select news2 from vitals order by id desc limit 1").await, 4);
    }

    async fn a_pregnancy_told_at_triage_stands_before_the_doctor_and_the_pharmacist(clinic) {
        clinic.point("Triage", "triage").await;
        let counter = clinic.counter(&[PARACETAMOL]).await;
        let visit = counter.room.visit;
        let nurse = clinic.nurse().await;
        take(&nurse, visit, &well_but(&[("pregnant", "yes")])).await.expect(303);
        let said = "Pregnant, told with the vital signs today";
        let seen = counter.room.desk.get(&paths::consultation::consult(visit)).await;
        assert!(seen.text("#alerts").contains(said), "{}", seen.text("#alerts"));
        assert!(counter.page().await.text("#alerts").contains(said));
        let desk = clinic.receptionist().await;
        assert!(!desk.get(&paths::patients::show(counter.room.patient)).await.body.contains("regnan"));
        let next = nurse.get(&paths::consultation::vitals(visit)).await;
        assert!(next.has("input[name=pregnant][value=yes][checked]"), "she said so an hour ago");
        // It was a slip of the hand.
        let form = nurse.get(&paths::consultation::correction(clinic.newest_vitals(visit).await)).await;
        let fields = [("pregnant", "no"), ("reason", "Wrong button")];
        nurse.submit(&form, "#vitals", &fields).await.expect(303);
        assert!(!counter.page().await.text("#alerts").contains("regnan"));
    }

    async fn w3_a_pregnancy_whose_child_was_due_weeks_ago_hides_no_score(clinic) {
        clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Okoro").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 24).await;
        let patient = clinic.patient_of(here.visit).await;
        let form = doctor.get(&format!("/patients/{patient}/health/entries/new?kind=pregnancy")).await;
        for never in ["2025-06-01", "2026-10-25", "2027-10-01", "262142-12-31"] {
            let refused = doctor.submit(&form, "#entry", &[("words", ""), ("until_on", never)]).await;
            assert_eq!(refused.expect(422).errors().len(), 1, "{never}");
        }
        doctor.submit(&form, "#entry", &[("words", ""), ("until_on", "2026-11-20")]).await.expect(303);
        take(&nurse, here.visit, &well_but(&[("pregnant", "yes")])).await.expect(303);
        assert_eq!(clinic.count("select count(*) from vitals where pregnant and news2 is null").await, 1);
        // Two weeks after the day it can still go on, a day later it cannot.
        for (days, goes_on) in [(25, true), (1, false)] {
            clinic.wait_minutes(60 * 24 * days);
            clinic.sign_in(&nurse, "nurse").await;
            let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
            assert_eq!(form.has("input[name=pregnant][value=yes][checked]"), goes_on);
            assert_eq!(form.text("#alerts").contains("due 20 November 2026: ask how it ended"), !goes_on, "{}", form.text("#alerts"));
        }
        take(&nurse, here.visit, &well_but(&[])).await.expect(303);
        assert_eq!(clinic.count("select news2 from vitals order by id desc limit 1").await, 0);
    }

    async fn what_she_says_in_the_evening_west_of_greenwich_counts_at_once(clinic) {
        sql("update clinic set time_zone = 'America/Bogota'").run(&clinic.app.db).await.unwrap();
        clinic.app.reload_clinic().await.unwrap();
        // Seven in the evening there is midnight in UTC.
        clinic.wait_minutes(17 * 60);
        clinic.point("Triage", "triage").await;
        let room = clinic.prescribing_room().await;
        let nurse = clinic.nurse().await;
        take(&nurse, room.visit, &well_but(&[("pregnant", "yes")])).await.expect(303);
        room.press("rx.add", &[("rx_medicine", "ibuprofen 400 mg tablet"), ("rx_dose", "1"), ("rx_times", "3"), ("rx_days", "3")]).await.expect(303);
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Pregnan") && !words.contains("ask whether")), "{words:?}");
    }
}
