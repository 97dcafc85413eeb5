//! Vital signs that are put right (rules V4, C5): a correction is of the moment of measuring, and takes back what the slip
//! of a key has set going.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::{Priority, VisitId};
use infirmary::web::paths;

use crate::support::consultation::{take, well_but};
use crate::support::{Browser, Clinic, Seen};

const ILL: [(&str, &str); 4] =
    [("temperature", "39.4"), ("pulse", "128"), ("respiration", "26"), ("oxygen_saturation", "95")];

async fn priority_of(clinic: &Clinic, visit: VisitId) -> (Priority, String) {
    sql("select priority, priority_reason from queue_entry where visit_id = $1 order by id desc limit 1")
        .bind(visit)
        .one(&clinic.app.db)
        .await
        .unwrap()
}

async fn take_ill(browser: &Browser, visit: VisitId) {
    let asked = take(browser, visit, &well_but(&ILL)).await;
    browser.submit(asked.expect(422), "#vitals", &[("checked", "yes")]).await.expect(303);
}

/// Corrects the newest taking, and confirms what is far off.
async fn corrects(clinic: &Clinic, browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> Seen {
    let newest = clinic.newest_vitals(visit).await;
    let form = browser.get(&paths::consultation::correction(newest)).await;
    let fields = [signs, &[("reason", "Slip of a key"), ("checked", "yes")]].concat();
    browser.submit(form.expect(200), "#vitals", &fields).await
}

both! {
    async fn a_correction_keeps_the_moment_of_measuring_and_stands_at_its_own_place(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take(&nurse, here.visit, &well_but(&[("pulse", "99"), ("height", "150"), ("weight", "60")])).await.expect(303);
        let first = clinic.newest_vitals(here.visit).await;
        clinic.wait_minutes(5);
        take(&nurse, here.visit, &well_but(&[("pulse", "72"), ("height", "170")])).await.expect(303);
        let latest = clinic.newest_vitals(here.visit).await;
        clinic.wait_minutes(5);
        let form = nurse.get(&paths::consultation::correction(first)).await;
        let right = [("pulse", "66"), ("height", ""), ("reason", "Of somebody else")];
        nurse.submit(&form, "#vitals", &right).await.expect(303);
        let second = clinic.newest_vitals(here.visit).await;
        // What was put right is of then; it says when it was entered.
        let page = nurse.get(&paths::consultation::taking(second)).await;
        assert!(page.text("#taken").starts_with("Taken 2026-11-09 09:00. Corrected 2026-11-09 09:10 by"), "{}", page.text("#taken"));
        // The height that was put away is not used; that of the same visit is (rule W4).
        assert!(page.text("#measured").contains("20.8 kg/m²"), "{}", page.text("#measured"));
        // The newest is what was measured last, wherever it is shown.
        let patient = clinic.patient_of(here.visit).await;
        let beside = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(beside.links("#last-vitals a"), [paths::consultation::taking(latest)]);
        assert!(beside.text("#last-vitals").contains("72 /min"), "{}", beside.text("#last-vitals"));
        assert!(nurse.get(&paths::consultation::vitals(here.visit)).await.text("#pulse-hint").contains("Last 72 /min"));
        let trend = nurse.get(&paths::consultation::trend(patient)).await;
        assert_eq!(trend.links("tbody th a"), [latest, second, first].map(paths::consultation::taking));
        let words = trend.attribute("figure:nth-of-type(2) svg", "aria-label").unwrap();
        assert_eq!(words, "Pulse over 2 takings: first 66 /min, lowest 66 /min, highest 72 /min, last 72 /min");
        let rest = nurse.get(&format!("{}?before={second}", paths::consultation::trend(patient))).await;
        assert_eq!(rest.links("tbody th a"), [paths::consultation::taking(first)]);
        let line = doctor.get(&format!("/patients/{patient}/timeline?what=vitals")).await.texts("#timeline li");
        assert!(line.len() == 2 && line[0].contains("pulse 72") && line[1].contains("pulse 66"), "{line:?}");
        // The table holds to it as well.
        let moved = sql("insert into vitals (visit_id, patient_id, taken_at, taken_by, pulse, replaces, reason, entered_at)
            select visit_id, patient_id, entered_at, taken_by, 60, id, 'x', entered_at from vitals where entered_at is not null");
        assert!(moved.run(&clinic.app.db).await.unwrap_err().violates("vitals_same_visit"));
    }

    async fn a_correction_after_the_visit_alarms_nobody(clinic) {
        clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        clinic.moves_to_doctor(&here, id).await;
        take(&doctor, here.visit, &well_but(&[])).await.expect(303);
        sql("update queue_entry set state = 'done', ended_at = entered_at").run(&clinic.app.db).await.unwrap();
        clinic.ends(here.visit).await;
        let seen = corrects(&clinic, &doctor, here.visit, &ILL).await;
        seen.expect(303);
        let page = doctor.follow(seen).await;
        assert_eq!(page.text("#score"), "NEWS2 8");
        assert!(!page.body.contains("Call for help") && !page.body.contains("have been told"), "{}", page.body);
        assert!(!doctor.get(&paths::queue::board(consulting)).await.has("[id^=attention-]"));
        assert_eq!(clinic.count("select count(*) from attention").await, 0);
    }

    async fn a_mistyped_emergency_gives_its_place_in_the_line_back(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take_ill(&nurse, here.visit).await;
        assert_eq!(priority_of(&clinic, here.visit).await.0, Priority::Emergency);
        // Still an emergency: the place stays, and what stood before is not forgotten.
        corrects(&clinic, &nurse, here.visit, &[("pulse", "132")]).await.expect(303);
        assert_eq!(priority_of(&clinic, here.visit).await.0, Priority::Emergency);
        corrects(&clinic, &nurse, here.visit, &well_but(&[])).await.expect(303);
        assert_eq!(priority_of(&clinic, here.visit).await, (Priority::Normal, String::new()));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.priority_changed'").await, 2);
        let desk = clinic.signed_in("desk", &[Role::Receptionist]).await;
        let board = desk.get(paths::queue::ARRIVALS).await;
        assert!(!board.body.contains("Seen to be urgent"), "{}", board.body);
    }

    async fn a_place_in_the_line_that_somebody_gave_meanwhile_stays(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take_ill(&nurse, here.visit).await;
        sql("update queue_entry set priority_reason = 'Bleeding', version = version + 1").run(&clinic.app.db).await.unwrap();
        corrects(&clinic, &nurse, here.visit, &well_but(&[])).await.expect(303);
        assert_eq!(priority_of(&clinic, here.visit).await, (Priority::Emergency, "Bleeding".to_owned()));
    }

    async fn limits_are_said_in_the_unit_of_the_field(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let page = take(&nurse, here.visit, &well_but(&[("height", "1.7"), ("pain", "11")])).await;
        assert_eq!(page.expect(422).errors(),
            ["Height must be in centimetres, between 25.0 and 260.0", "Pain must be between 0 and 10"]);
    }
}
