//! What stands of the vital signs of a visit: a later taking hides nothing, a corrected height counts everywhere.

use infirmary::consultation::model::VitalsId;
use infirmary::db::sql;
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use crate::support::consultation::{take, well_but};
use crate::support::{Browser, Clinic};

/// Somebody who is about to die: NEWS2 17.
const DYING: [(&str, &str); 7] = [
    ("temperature", "39.5"),
    ("pulse", "135"),
    ("respiration", "26"),
    ("oxygen_saturation", "90"),
    ("systolic", "88"),
    ("diastolic", "50"),
    ("consciousness", "voice"),
];

/// Takes signs that are far off, and confirms them.
async fn take_dying(browser: &Browser, visit: VisitId) {
    let asked = take(browser, visit, &well_but(&DYING)).await;
    browser.submit(asked.expect(422), "#vitals", &[("checked", "yes")]).await.expect(303);
}

/// Takes some signs, and gives the taking.
async fn taking(clinic: &Clinic, browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> VitalsId {
    take(browser, visit, signs).await.expect(303);
    clinic.wait_minutes(2);
    clinic.newest_vitals(visit).await
}

/// Corrects a taking.
async fn correct(browser: &Browser, id: VitalsId, signs: &[(&str, &str)]) {
    let form = browser.get(&paths::consultation::correction(id)).await;
    let fields = [signs, &[("reason", "Slip of a key")]].concat();
    browser.submit(form.expect(200), "#vitals", &fields).await.expect(303);
}

/// What the page of a taking says was measured.
async fn measured(browser: &Browser, id: VitalsId) -> String {
    browser.get(&paths::consultation::taking(id)).await.expect(200).text("#measured")
}

both! {
    async fn a_second_taking_of_one_sign_hides_no_emergency(clinic) {
        clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        take_dying(&nurse, here.visit).await;
        let first = clinic.newest_vitals(here.visit).await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.text("#last-score"), "NEWS2 17, emergency");
        clinic.wait_minutes(8);
        taking(&clinic, &nurse, here.visit, &[("weight", "60")]).await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.text("#last-score"), "NEWS2 17, emergency of 09:00. Since then only weight, not the whole score.");
        assert!(page.links("#last-score a").contains(&paths::consultation::taking(first)));
        let beside = page.text("#last-vitals");
        for part in ["39.5 °C", "135 /min", "88/50 mmHg", "Answers to voice", "60.0 kg", "09:00"] {
            assert!(beside.contains(part), "{part}: {beside}");
        }
        let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(form.text("#pulse-hint").contains("Last 135 /min"), "{}", form.text("#pulse-hint"));
        let trend = nurse.get(&paths::consultation::trend(clinic.patient_of(here.visit).await)).await;
        assert!(trend.text("tbody tr:first-child").contains("Not whole: 0 of 7 signs"), "{}", trend.text("tbody tr:first-child"));
        // The hospital reads the emergency, too.
        let path = paths::letters::write(here.visit);
        let page = doctor.get(&path).await;
        let draft = [("to_whom", "Teaching Hospital"), ("question", "Please take over"), ("urgency", "emergency"), ("part", "vitals"), ("step", "save")];
        doctor.submit(&page, "#referral", &draft).await.expect(303);
        let copied = doctor.get(&path).await.text("#preview");
        for part in ["09:00: temperature 39.5 °C, pulse 135", "answers to voice, NEWS2 17 (emergency)", "09:08: weight 60.0 kg"] {
            assert!(copied.contains(part), "{part}: {copied}");
        }
    }

    async fn a_height_that_is_put_right_counts_for_every_body_mass_index(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        let first = taking(&clinic, &nurse, here.visit, &[("weight", "70"), ("height", "127")]).await;
        let second = taking(&clinic, &nurse, here.visit, &[("weight", "72")]).await;
        assert!(measured(&nurse, second).await.contains("44.6 kg/m²"));
        correct(&nurse, first, &[("height", "172")]).await;
        let now = measured(&nurse, second).await;
        assert!(now.contains("24.3 kg/m²") && !now.contains("Critically"), "{now}");
        // Without any height there is no index.
        let newest = clinic.newest_vitals(here.visit).await;
        correct(&nurse, newest, &[("height", "")]).await;
        assert!(!measured(&nurse, second).await.contains("kg/m²"));
    }

    async fn w4_a_childs_height_and_weight_of_one_visit_make_an_index_in_either_order(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        for signs in [[("weight", "20"), ("height", "115")], [("height", "115"), ("weight", "20")]] {
            let here = clinic.arrived_aged(if signs[0].0 == "weight" { "Tobi Ade" } else { "Chi Eze" }, 6).await;
            let first = taking(&clinic, &nurse, here.visit, &signs[..1]).await;
            assert!(!measured(&nurse, first).await.contains("kg/m²"));
            let second = taking(&clinic, &nurse, here.visit, &signs[1..]).await;
            for id in [first, second] {
                assert!(measured(&nurse, id).await.contains("15.1 kg/m²"));
            }
        }
    }

    async fn w2_the_index_of_who_grows_is_judged_by_age_and_sex(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        for (name, sex, judged) in [
            ("Tobi Ade", "male", "High, usual 13.7 to 18.5"),
            ("Chi Eze", "female", ""),
            ("Nobody Knows", "unknown", ""),
        ] {
            let here = clinic.arrived_aged(name, 10).await;
            let patient = clinic.patient_of(here.visit).await;
            let mut tx = clinic.app.db.begin().await.unwrap();
            let change = sql("update patient set sex = $2 where id = $1").bind(patient).bind(sex);
            change.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            let id = taking(&clinic, &nurse, here.visit, &[("weight", "36.8"), ("height", "140")]).await;
            let told = measured(&nurse, id).await;
            let of_index = told.split("18.8 kg/m²").nth(1).unwrap();
            assert!(of_index.contains(judged) && (of_index.contains("usual") != judged.is_empty()), "{name}: {told}");
        }
    }

    async fn w3_whoever_consults_is_told_on_every_page_and_sees_to_it_from_there(clinic) {
        clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 20).await;
        assert_eq!(doctor.get(paths::HOME).await.text("#needs"), "");
        take_dying(&nurse, here.visit).await;
        let home = doctor.get(paths::HOME).await;
        let told = home.text("#needs");
        assert!(told.contains("1 patient needs a doctor now") && told.contains(&here.token), "{told}");
        let other = clinic.arrived_aged("Bola Ade", 30).await;
        for address in [paths::queue::QUEUES.to_owned(), paths::laboratory::REVIEWS.to_owned(), paths::consultation::consult(other.visit)] {
            let page = doctor.get(&address).await;
            assert_eq!(page.attribute("#needs", "data-needs").as_deref(), Some(paths::queue::NEEDS), "{address}");
            assert!(page.body.contains("js/desk.js"), "{address}");
        }
        assert_eq!(doctor.get(paths::queue::NEEDS).await.text("#needs a"), format!("{} NEWS2 17: emergency", here.token));
        // The board of the consulting rooms says it once; who does not consult is not told why.
        assert!(!doctor.get(&paths::queue::board(consulting)).await.has("#needs"));
        assert!(!nurse.get(paths::HOME).await.has("#needs"));
        nurse.get(paths::queue::NEEDS).await.expect(403);
        let seen = doctor.submit(&home, "#needs form", &[]).await;
        let about = clinic.newest_vitals(here.visit).await;
        assert_eq!(seen.expect(303).leads_to(), Some(paths::consultation::taking(about)));
        assert_eq!(doctor.get(paths::queue::NEEDS).await.text("#needs"), "");
    }
}
