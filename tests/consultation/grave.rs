//! Signs that are grave alone: told without a whole score, and to nobody any more once they are put right (rule W3).

use infirmary::db::sql;
use infirmary::queue::model::{Priority, VisitId};
use infirmary::web::paths;

use crate::support::consultation::{take, well_but};
use crate::support::{Browser, Clinic};

async fn priority_of(clinic: &Clinic, visit: VisitId) -> (Priority, String) {
    sql("select priority, priority_reason from queue_entry where visit_id = $1 order by id desc limit 1")
        .bind(visit)
        .one(&clinic.app.db)
        .await
        .unwrap()
}

/// Takes signs that are far off, and confirms them.
async fn take_grave(browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> crate::support::Seen {
    let asked = take(browser, visit, signs).await;
    browser.submit(asked.expect(422), "#vitals", &[("checked", "yes")]).await
}

/// Without what was breathed and the breaths no score is whole.
const LOW: [(&str, &str); 5] = [
    ("oxygen_saturation", "75"),
    ("systolic", "75"),
    ("diastolic", "45"),
    ("pulse", "88"),
    ("consciousness", "alert"),
];

both! {
    async fn a_critical_sign_without_a_whole_score_a_childs_too_goes_before_others_and_tells_the_doctors(clinic) {
        clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let nurse = clinic.nurse().await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let child = clinic.arrived_aged("Tobi Ade", 2).await;
        let signs = [("oxygen_saturation", "78"), ("consciousness", "unresponsive")];
        let seen = take_grave(&nurse, child.visit, &signs).await;
        assert_eq!(priority_of(&clinic, child.visit).await.0, Priority::Raised);
        let page = nurse.follow(seen).await;
        assert_eq!(page.text("#grave"), "Oxygen saturation 78 %, does not answer: critical");
        assert!(page.body.contains("the doctors have been told") && !page.has("#score"), "{}", page.body);
        let adult = clinic.arrived_aged("Ada Obi", 30).await;
        take_grave(&nurse, adult.visit, &LOW).await.expect(303);
        assert_eq!(priority_of(&clinic, adult.visit).await.0, Priority::Raised);
        let board = doctor.get(&paths::queue::board(consulting)).await;
        let told = board.texts("[id^=attention-]").join(" ");
        assert!(told.contains("Oxygen saturation 78 %, does not answer: critical"), "{told}");
        assert!(told.contains("Oxygen saturation 75 %, systolic pressure 75 mmHg: critical"), "{told}");
        assert!(!told.contains("NEWS2"), "{told}");
        assert_eq!(clinic.count("select count(*) from vitals where news2 is not null").await, 0);
        // One who is pregnant has no score either.
        let mother = clinic.arrived_aged("Bola Ade", 24).await;
        let signs = well_but(&[("pregnant", "yes"), ("systolic", "85"), ("diastolic", "50")]);
        take_grave(&nurse, mother.visit, &signs).await.expect(303);
        assert_eq!(priority_of(&clinic, mother.visit).await.0, Priority::Raised);
        // Pain alone is asked about by the nurse, and tells nobody.
        let sore = clinic.arrived_aged("Chi Eze", 30).await;
        take(&nurse, sore.visit, &[("pain", "9")]).await.expect(303);
        assert_eq!(priority_of(&clinic, sore.visit).await.0, Priority::Normal);
        assert_eq!(clinic.count("select count(*) from attention").await, 3);
    }

    async fn a_grave_sign_that_was_a_slip_of_a_key_tells_nobody_any_more(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 30).await;
        take_grave(&nurse, here.visit, &LOW).await.expect(303);
        let correct = async |fields: &[(&str, &str)]| {
            let newest = clinic.newest_vitals(here.visit).await;
            let form = nurse.get(&paths::consultation::correction(newest)).await;
            let fields = [fields, &[("reason", "Slip of a key"), ("checked", "yes")]].concat();
            nurse.submit(&form, "#vitals", &fields).await.expect(303);
        };
        // Still grave by the other sign: the place stays, and what stood before is not forgotten.
        correct(&[("oxygen_saturation", "97")]).await;
        assert_eq!(priority_of(&clinic, here.visit).await.0, Priority::Raised);
        assert_eq!(clinic.count("select count(*) from attention where seen_at is null").await, 1);
        correct(&[("systolic", "115"), ("diastolic", "75")]).await;
        assert_eq!(priority_of(&clinic, here.visit).await, (Priority::Normal, String::new()));
        assert_eq!(clinic.count("select count(*) from attention where seen_at is null").await, 0);
    }

    async fn said_a_week_ago_she_still_has_no_news2(clinic) {
        clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        let here = clinic.arrived_aged("Ada Obi", 24).await;
        take(&nurse, here.visit, &well_but(&[("pregnant", "yes")])).await.expect(303);
        clinic.wait_minutes(7 * 24 * 60);
        clinic.sign_in(&nurse, "nurse").await;
        let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(form.has("input[name=pregnant][value=yes][checked]"), "{}", form.text("#vitals"));
        // A form that asks nothing says nothing else.
        let silent = [&well_but(&[("pulse", "80")])[..], &[("op", "0123456789abcdef")]].concat();
        nurse.post(&paths::consultation::vitals(here.visit), &silent).await.expect(303);
        assert_eq!(clinic.count("select count(*) from vitals where pregnant and news2 is null").await, 2);
        // A child is not carried for ever: to say it again, or only to leave it chosen, makes no pregnancy longer.
        for (days, believed) in [(273, true), (1, false)] {
            clinic.wait_minutes(days * 24 * 60);
            clinic.sign_in(&nurse, "nurse").await;
            let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
            assert_eq!(form.has("input[name=pregnant][value=yes][checked]"), believed, "{days}");
        }
        // Asked anew she says yes: that is another one.
        take(&nurse, here.visit, &well_but(&[("pregnant", "yes")])).await.expect(303);
        clinic.wait_minutes(200 * 24 * 60);
        clinic.sign_in(&nurse, "nurse").await;
        let form = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(form.has("input[name=pregnant][value=yes][checked]"));
    }
}
