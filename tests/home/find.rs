//! One search box for patients, tokens and pages (experience K3).

use infirmary::access::model::Role;
use infirmary::web::paths;

use crate::support::{Browser, Clinic, Seen};

/// What lies below the box after a text was typed; without scripts, the page that Enter leads to.
async fn typed(browser: &Browser, text: &str) -> Seen {
    let sent = browser.post(paths::SOUGHT, &[("to", paths::SEARCH), ("q", text)]).await;
    let to = sent.expect(303).leads_to().unwrap();
    assert!(!to.contains(text), "a text that is searched for stands in an address: {to}");
    browser.get(&to).await
}

async fn with_token(clinic: &Clinic, name: &str) -> (infirmary::patients::PatientId, String) {
    let patient = clinic.patient(name).await;
    (patient, clinic.arrived(patient).await.token)
}

both! {
    async fn k3_one_box_finds_patients_tokens_and_pages(clinic) {
        let desk = clinic.receptionist().await;
        clinic.point("Triage", "triage").await;
        let (ada, token) = with_token(&clinic, "Ada Obi").await;
        clinic.patient("Adaeze Obinna").await;

        let page = typed(&desk, "ada").await;
        assert_eq!(page.expect(200).texts("main .suggestions a span"), ["Ada Obi", "Adaeze Obinna"]);
        assert_eq!(page.attribute("main .suggestions a", "href"), Some(paths::patients::show(ada)));

        // The only token or page that fits is opened at once; so is whoever's whole number was typed or scanned.
        let number: String = infirmary::db::sql("select number from patient where id = $1").bind(ada).scalar(&clinic.app.db).await.unwrap();
        assert!(typed(&desk, &token).await.expect(303).leads_to().unwrap().starts_with("/queues/entries/"), "{token}");
        assert_eq!(typed(&desk, "calen").await.expect(303).leads_to().unwrap(), paths::scheduling::CALENDAR);
        assert_eq!(typed(&desk, &number).await.expect(303).leads_to().unwrap(), paths::patients::show(ada));

        let none = typed(&desk, "Zzyzx").await;
        assert!(none.expect(200).text("main").contains("Nothing fits “Zzyzx”"), "{}", none.text("main"));
        let marks = typed(&desk, "()").await;
        assert!(marks.expect(200).text("main").contains("Nothing fits"));
    }

    async fn k3_nobody_finds_what_would_be_refused(clinic) {
        clinic.point("Triage", "triage").await;
        let (_, token) = with_token(&clinic, "Ada Obi").await;
        let admin = clinic.signed_in("boss", &[Role::Admin]).await;
        let finds_patients = admin.get(paths::patients::INDEX).await.status == 200;
        let sees_queue = admin.get(paths::queue::QUEUES).await.status == 200;
        let page = typed(&admin, "ada").await;
        assert_eq!(page.body.contains("Ada Obi"), finds_patients, "{}", page.body);
        assert_eq!(typed(&admin, &token).await.status == 303, sees_queue);
        // Pages of others are not named.
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        let page = typed(&cashier, "audit").await;
        assert!(page.expect(200).text("main").contains("Nothing fits"), "{}", page.text("main"));
        assert_eq!(typed(&admin, "audit").await.expect(303).leads_to().unwrap(), paths::audit::INDEX);
        let phone = clinic.signed_in_patient(clinic.patient("Bola Ade").await, "bola").await;
        phone.get(paths::SEARCH).await.expect(403);
    }

    async fn k3_more_patients_than_fit_are_one_press_away(clinic) {
        let desk = clinic.receptionist().await;
        for number in 1..=10 {
            clinic.patient(&format!("Chidi Okafor{number}")).await;
        }
        let page = typed(&desk, "chidi").await;
        assert_eq!(page.texts("main .suggestions a").len(), 8);
        let all = desk.submit(&page, "main .suggestions form", &[]).await;
        let all = desk.get(&all.expect(303).leads_to().unwrap()).await;
        assert_eq!(all.texts("tbody th").len(), 10, "{}", all.body);
        let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
    }
}
