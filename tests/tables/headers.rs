//! Headers that every answer carries, whatever it is.

use axum::http::Method;

use super::{filled, none, routes};
use crate::support::Clinic;

const CARRIED: [&str; 7] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
    "x-request-id",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_security_headers() {
    let clinic = Clinic::demo_on_sqlite().await;
    let mut faults = Vec::new();
    for person in [None, Some("admin"), Some("doctor")] {
        let browser = match person {
            Some(name) => clinic.demo_person(name).await,
            None => clinic.browser(),
        };
        let mut asked: Vec<(Method, String)> = Vec::new();
        for route in routes(&Method::GET) {
            asked.extend(["1", "999999999", "abc"].map(|id| (Method::GET, filled(route.path, id))));
            asked.push((Method::PUT, filled(route.path, "1")));
        }
        asked.extend(routes(&Method::POST).iter().map(|route| (Method::POST, filled(route.path, "1"))));
        asked.extend([
            (Method::GET, "/nowhere".to_owned()),
            (Method::GET, "/%ff".to_owned()),
            (Method::TRACE, "/".to_owned()),
        ]);
        for (method, path) in asked {
            let answer = browser.request(method.clone(), &path).send().await.unwrap();
            let headers = answer.headers();
            let missing: Vec<&str> =
                CARRIED.into_iter().filter(|name| !headers.contains_key(*name)).collect();
            let policy = headers
                .get("content-security-policy")
                .map(|value| value.to_str().unwrap())
                .unwrap_or_default();
            if !missing.is_empty() || !policy.contains("default-src 'none'") || policy.contains("unsafe-") {
                faults.push(format!(
                    "{method} {path} ({}): without {missing:?}, policy {policy}",
                    answer.status()
                ));
            }
            if headers.contains_key("server") || headers.contains_key("x-powered-by") {
                faults.push(format!("{method} {path} says what serves it"));
            }
        }
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_are_closed_to_scripts_and_other_sites() {
    let clinic = Clinic::demo_on_sqlite().await;
    let browser = clinic.browser();
    let page = browser.get("/sign-in").await;
    assert!(!page.headers.contains_key("set-cookie"), "a page that needs no session sets no cookie");
    let fields = [("name", "doctor"), ("password", infirmary::demo::PASSWORD)];
    let seen = browser.submit(&page, "main form", &fields).await;
    let cookies: Vec<&str> =
        seen.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        for mark in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(mark), "{cookie} without {mark}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}

/// The parts of pages that their scripts read again, each with its page.
const PARTS: [(&str, &str); 15] = [
    ("/now", "/"),
    ("/attention", "/"),
    ("/diagnosis-options", "/"),
    ("/procedure-options", "/"),
    ("/medicines/options", "/medicines"),
    ("/stock/options", "/stock"),
    ("/billing/list", "/billing"),
    ("/lab/worklist/part", "/lab/worklist"),
    ("/results/list", "/results"),
    ("/pharmacy/now", "/pharmacy"),
    ("/arrivals/today", "/arrivals"),
    ("/queues/overview", "/queues"),
    ("/queues/1/board", "/queues/1"),
    ("/display/now", "/display"),
    ("/place/0123456789abcdef0123456789abcdef/now", "/place/0123456789abcdef0123456789abcdef"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_to_a_part_of_a_page_is_led_to_the_page() {
    let clinic = Clinic::demo_on_sqlite().await;
    let mut faults = Vec::new();
    for name in ["doctor", "cashier", "lab", "pharmacy", "reception", "19/52HA001"] {
        let browser = clinic.demo_person(name).await;
        for route in routes(&Method::GET) {
            let path = filled(route.path, "1");
            let answer = browser.request(Method::GET, &path).send().await.unwrap();
            let is_html = answer
                .headers()
                .get("content-type")
                .is_some_and(|kind| kind.to_str().unwrap().contains("html"));
            // A stream never ends.
            if answer.status() != 200 || !is_html {
                continue;
            }
            let is_part = !answer.text().await.unwrap().trim_start().starts_with("<!doctype");
            if is_part && !PARTS.iter().any(|(part, _)| *part == path) {
                faults
                    .push(format!("{path} answers {name} with a part of a page, and is in no list of parts"));
            }
        }
        for (part, page) in PARTS {
            let request = browser.request(Method::GET, part).header("sec-fetch-dest", "document");
            let to = browser.send(request, part).await.leads_to();
            if to.as_deref() != Some(page) {
                faults.push(format!("{part} as a page leads {name} to {to:?}"));
            }
        }
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_browser_reports_of_the_policy_is_taken_from_our_own_pages_only() {
    let clinic = Clinic::on_sqlite().await;
    let browser = clinic.browser();
    let policy =
        browser.get("/sign-in").await.headers["content-security-policy"].to_str().unwrap().to_owned();
    let to = policy.split("report-uri ").nth(1).unwrap().to_owned();
    let report = r#"{"csp-report":{"document-uri":"http://clinic/patients/17","blocked-uri":"https://evil.example/x",
        "violated-directive":"script-src-elem"}}"#;
    let whole = "x".repeat(300 * 1024);
    for (site, body, status) in [
        ("same-origin", report, 204),
        ("cross-site", report, 403),
        ("same-origin", "[]", 400),
        ("same-origin", &whole, 413),
    ] {
        let request = browser
            .request(Method::POST, &to)
            .header("sec-fetch-site", site)
            .header("content-type", "application/csp-report")
            .body(body.to_owned());
        assert_eq!(request.send().await.unwrap().status(), status, "{site} {}", body.len());
    }
}
