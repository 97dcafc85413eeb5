//! The line of time (PT3): quick with 300 visits, filters, pages without gap or twin.

use infirmary::access::model::Role;

use crate::support::Clinic;
use crate::support::consultation::take;

both! {
    async fn three_hundred_visits_come_by_pages_in_six_queries(clinic) {
        let doctor = clinic.doctor().await;
        let (me, id) = (clinic.consultant("colleague").await, clinic.treated("Ada Obi").await);
        clinic.visited(id, 300).await;
        clinic.booking(id, me, 24 * 60).await;
        let mut path = format!("/patients/{id}/timeline");
        let (mut lines, mut pages) = (Vec::new(), 0);
        loop {
            let page = doctor.get(&path).await;
            assert!(page.expect(200).queries() <= 6, "{path}: {}", page.queries());
            let here = page.texts("#timeline li");
            assert!(here.len() <= 50, "{}", here.len());
            lines.extend(here);
            pages += 1;
            match page.links(".pagination a").first() {
                Some(next) => path.clone_from(next),
                None => break,
            }
        }
        assert_eq!((lines.len(), pages), (302, 7));
        assert!(lines[0].contains("Appointment with Dr colleague Booked"), "{}", lines[0]);
        assert!(lines[1].contains("Visit, token") && lines[1].contains("In the clinic"), "{}", lines[1]);
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), 302, "nothing comes twice");
        let record = doctor.get(&format!("/patients/{id}")).await;
        assert!(record.expect(200).queries() <= 6 && record.texts("#timeline li").len() == 15);
    }

    async fn what_happened_at_one_moment_comes_once_each_over_the_end_of_a_page(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        for at in 0..60 {
            clinic.allergic(id, &format!("Substance {at}")).await;
            clinic.entered(id, "condition", &format!("Condition {at}")).await;
        }
        let mut lines = Vec::new();
        let mut next = Some(format!("/patients/{id}/timeline"));
        while let Some(path) = next {
            let page = doctor.get(&path).await;
            let here = page.expect(200).texts("#timeline li");
            assert!(here.len() <= 50, "{}", here.len());
            lines.extend(here.into_iter().filter(|line| line.contains("Substance") || line.contains("Condition")));
            next = page.links(".pagination a").pop();
        }
        assert_eq!(lines.len(), 120, "{lines:?}");
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), 120, "nothing comes twice");
    }

    async fn the_line_is_narrowed_by_kind_and_days(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        clinic.visited(id, 60).await;
        clinic.allergic(id, "Peanuts").await;
        clinic.entered(id, "condition", "Asthma").await;
        let lines = async |query: &str| doctor.get(&format!("/patients/{id}/timeline?{query}")).await.texts("#timeline li");
        assert_eq!(lines("what=allergy").await.len(), 1);
        assert!(lines("what=health").await[0].contains("Condition: Asthma Recorded"));
        assert_eq!(lines("what=visit&from=2026-11-01&to=2026-11-08").await.len(), 8);
        assert_eq!(lines("from=2026-11-09").await.len(), 3);
        assert!(lines("to=2020-01-01").await.is_empty());
        for nonsense in ["what=x", "after=1-2-3", "after=%00"] {
            assert_eq!(lines(nonsense).await.len(), 50, "{nonsense}");
        }
    }

    async fn swapped_and_impossible_days_are_said_at_the_filter(clinic) {
        let doctor = clinic.doctor().await;
        let id = clinic.treated("Ada Obi").await;
        let swapped = doctor.get(&format!("/patients/{id}/timeline?from=2026-11-09&to=2026-11-01")).await;
        assert_eq!(swapped.expect(422).errors(), ["The days are swapped: the last one lies before the first"]);
        assert_eq!(swapped.attribute("#from", "value").as_deref(), Some("2026-11-09"));
        let impossible = doctor.get(&format!("/patients/{id}/timeline?from=2026-02-30")).await;
        assert_eq!(impossible.expect(422).errors(), ["Enter a day that there is, for example 2026-11-09"]);
        assert!(!impossible.has("#timeline") && !impossible.has(".empty"));
    }

    async fn vital_signs_and_verified_results_stand_in_the_line(clinic) {
        let lab = clinic.laboratory().await;
        let nurse = clinic.nurse().await;
        take(&nurse, lab.visit, &[("systolic", "120"), ("diastolic", "80"), ("temperature", "36.8")]).await.expect(303);
        let lines = lab.orders.get(&format!("/patients/{}/timeline?what=vitals", lab.patient)).await;
        let text = lines.expect(200).text("#timeline li");
        assert!(text.contains("blood pressure 120/80 mmHg temperature 36.8 °C") && text.contains("nurse"), "{text}");
        nurse.get(&lines.links("#timeline a")[0]).await.expect(200);
        let path = format!("/patients/{}/timeline?what=result", lab.patient);
        assert!(lab.orders.get(&path).await.texts("#timeline li").is_empty());
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "38")).await;
        let lines = lab.orders.get(&path).await;
        assert!(lines.text("#timeline li").contains("Result: Packed cell volume Released"), "{}", lines.text("#timeline li"));
        assert_eq!(lines.links("#timeline a"), [format!("/results/{result}")]);
        let desk = clinic.receptionist().await;
        let seen = desk.get(&format!("/patients/{}/timeline", lab.patient)).await;
        assert!(!seen.expect(200).body.contains("120/80") && !seen.body.contains("Packed cell"));
    }

    async fn the_desk_sees_visits_and_appointments_only(clinic) {
        let id = clinic.treated("Ada Obi").await;
        clinic.allergic(id, "Peanuts").await;
        clinic.entered(id, "condition", "Asthma").await;
        for (name, role) in [("desk", Role::Receptionist), ("admin", Role::Admin), ("cash", Role::Cashier)] {
            let browser = clinic.signed_in(name, &[role]).await;
            for query in ["", "?what=allergy", "?what=health"] {
                let seen = browser.get(&format!("/patients/{id}/timeline{query}")).await;
                assert!(!seen.expect(200).body.contains("Peanuts") && !seen.body.contains("Asthma"), "{name} {query}");
            }
        }
        let stranger = clinic.patient("Ben Obi").await;
        clinic.allergic(stranger, "Peanuts").await;
        let doctor = clinic.doctor().await;
        assert!(!doctor.get(&format!("/patients/{stranger}/timeline")).await.expect(200).body.contains("Peanuts"));
    }

    async fn new_names_of_doctors_and_tests_are_told_of_what_happened_before(clinic) {
        let lab = clinic.laboratory().await;
        let colleague = clinic.consultant("colleague").await;
        clinic.booking(lab.patient, colleague, 24 * 60).await;
        lab.released(&clinic, "PCV", ("PCV", "38")).await;
        for statement in ["update account set name = 'Ngozi' where sign_in_name = 'colleague'",
            "update lab_test set name = 'Haematocrit' where code = 'PCV'"] {
            infirmary::db::sql(statement).run(&clinic.app.db).await.unwrap();
        }
        let lines = lab.orders.get(&format!("/patients/{}/timeline", lab.patient)).await.texts("#timeline li").join("\n");
        assert!(lines.contains("Appointment with Dr Ngozi") && lines.contains("Result: Haematocrit"), "{lines}");
    }
}

/// The control: every story of both databases ends with this look, and it misses a line that is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "does not tell what happened")]
async fn a_line_that_is_gone_is_missed() {
    let clinic = Clinic::on_sqlite().await;
    let id = clinic.treated("Ada Obi").await;
    clinic.visited(id, 3).await;
    let one = "delete from happening where ref_id = (select max(id) from visit) and what = 'visit'";
    infirmary::db::sql(one).run(&clinic.app.db).await.unwrap();
    let after = clinic.afterwards();
    drop(clinic);
    after.the_lines_of_time_tell_what_happened().await;
}
