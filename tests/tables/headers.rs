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
