//! Who gets what, byte for byte: the laboratory no notes, the desk, the cashier and administrators no results (A1, W9).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::Browser;

/// Everything that a browser can open, in one text.
async fn everything(browser: &Browser, ids: &[String]) -> String {
    let mut all = String::new();
    for route in
        infirmary::app::routes().table().iter().filter(|route| route.method == axum::http::Method::GET)
    {
        if route.path.ends_with("/live") || route.path.contains("stream") || route.path.contains("readyz") {
            continue;
        }
        for id in ids {
            let path: Vec<&str> = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { id.as_str() } else { part })
                .collect();
            let answer = browser.request(axum::http::Method::GET, &path.join("/")).send().await.unwrap();
            let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            if kind.is_some_and(|kind| kind.starts_with("text/html")) {
                all.push_str(&answer.text().await.unwrap());
            }
            if !route.path.contains('{') {
                break;
            }
        }
    }
    all
}

both! {
    async fn the_laboratory_gets_no_notes_and_the_desk_no_results(clinic) {
        let lab = clinic.laboratory().await;
        clinic.told(lab.patient).await;
        sql("update patient set genotype = '' where id = $1").bind(lab.patient).run(&clinic.app.db).await.unwrap();
        let (line, result) = lab.released(&clinic, "FBC", ("WBC", "37.9")).await;
        let (order, sample) = (lab.visit, clinic.lines(lab.visit).await[0].3.unwrap());
        let mut ids: Vec<String> = [lab.patient.0, order.0, line.0, sample.0, result.0].map(|id| id.to_string()).to_vec();
        ids.dedup();
        let seen = everything(&lab.bench, &ids).await;
        assert!(seen.contains("37.9") && seen.contains("Fever for 3 days"), "the laboratory has order and question");
        for secret in ["penicillin rash", "asthma since 2010"] {
            assert!(!seen.contains(secret), "the laboratory got {secret}");
        }
        for role in [Role::Receptionist, Role::Cashier, Role::Admin, Role::Pharmacist] {
            let browser = clinic.signed_in(role.as_str(), &[role]).await;
            let seen = everything(&browser, &ids).await;
            for secret in ["37.9", "Fever for 3 days", "White cell count: 37", "Critically"] {
                assert!(!seen.contains(secret), "{role} got {secret}");
            }
        }
        // Nor does the trail carry what was ordered or found.
        let told = "select count(*) from audit_entry where detail like '%37.9%' or detail like '%Fever%' or detail like '%blood count%'";
        assert_eq!(clinic.count(told).await, 0);
    }
}
