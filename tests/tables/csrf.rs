//! Another site cannot act for a person (P22): every form's address, eight ways to lie about where it comes from.

use axum::http::Method;

use super::digest::{changed, tables};
use super::{filled, none, routes};
use crate::support::Clinic;

/// What the browser of a tricked person, or something that is no browser, would send.
const LIES: [&[(&str, &str)]; 8] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "null")],
    &[("origin", "null")],
    &[("origin", "https://evil.example")],
    &[("origin", "http://localhost:1")],
    &[("referer", "https://evil.example/page")],
    &[],
];

async fn lies(clinic: Clinic) {
    let browser = clinic.demo_person("reception").await;
    let student = clinic.demo_person(infirmary::demo::STUDENT).await;
    let before = tables(&clinic).await;
    let mut faults = Vec::new();
    for route in routes(&Method::POST) {
        for lie in LIES {
            for (who, browser) in [("reception", &browser), ("a student", &student)] {
                let mut request = browser
                    .request(Method::POST, &filled(route.path, "1"))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body("op=0123456789abcdef0123&name=x&reason=x&point=1");
                for (name, value) in lie {
                    request = request.header(*name, *value);
                }
                let status = request.send().await.unwrap().status().as_u16();
                if status != 403 {
                    faults.push(format!("POST {} by {who} with {lie:?}: {status}", route.path));
                }
            }
        }
    }
    faults.extend(changed(&before, &tables(&clinic).await, &[]));
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_another_site_is_taken_sqlite() {
    lies(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_another_site_is_taken_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        lies(clinic).await;
    }
}

/// The control: the same request with an honest header gets past the guard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_form_gets_past_the_guard() {
    let clinic = Clinic::demo_on_sqlite().await;
    let browser = clinic.demo_person("reception").await;
    let out = browser.post("/sign-out", &[]).await;
    assert_eq!(out.leads_to().as_deref(), Some("/sign-in"));
}
