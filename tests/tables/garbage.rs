//! Addresses with nonsense in them find nothing, and break nothing.

use axum::http::Method;

use super::{filled, has_parameter, none, routes};
use crate::support::Clinic;

const NONSENSE: [&str; 12] = [
    "0",
    "-1",
    "abc",
    "%00",
    "%FF%FE",
    "1000000000000000000000000000000",
    "9223372036854775807",
    "%E1%BA%B9%F0%9F%98%80",
    "1%20or%201=1",
    "'%22%3E%3Cscript%3E",
    "..%2F..%2Fetc%2Fpasswd",
    "1.5",
];
/// What an address that leads nowhere may be answered with.
const ANSWERS: [u16; 5] = [400, 403, 404, 303, 429];

async fn nonsense(clinic: Clinic) {
    let mut faults = Vec::new();
    for name in ["admin", "reception", "doctor", infirmary::demo::STUDENT] {
        let browser = clinic.demo_person(name).await;
        for route in routes(&Method::GET).into_iter().filter(|route| has_parameter(route.path)) {
            for nonsense in NONSENSE {
                let path = filled(route.path, nonsense);
                let status = browser.request(Method::GET, &path).send().await.unwrap().status().as_u16();
                if !ANSWERS.contains(&status) {
                    faults.push(format!("GET {path} as {name}: {status}"));
                }
            }
        }
    }
    none(&faults);
}

/// Form targets too: a foreign id with an empty form is never a fault of the server.
async fn nonsense_forms(clinic: Clinic) {
    let mut faults = Vec::new();
    for name in ["admin", "reception", "doctor", infirmary::demo::STUDENT] {
        let mut browser = clinic.demo_person(name).await;
        for route in routes(&Method::POST).into_iter().filter(|route| route.path != "/sign-out") {
            for (id, body) in [
                ("abc", ""),
                ("999999999", "op=0123456789abcdef"),
                ("1", "=&&op=%FF"),
                ("1", "op=x&version=y"),
            ] {
                let path = filled(route.path, id);
                let request = browser
                    .request(Method::POST, &path)
                    .header("sec-fetch-site", "same-origin")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body);
                let status = request.send().await.unwrap().status().as_u16();
                if status >= 500 {
                    faults.push(format!("POST {path} with {body:?} as {name}: {status}"));
                }
            }
            if route.capability == "access" {
                browser = clinic.demo_person(name).await;
            }
        }
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_in_an_address_finds_nothing_sqlite() {
    nonsense(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_in_an_address_finds_nothing_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        nonsense(clinic).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_in_a_form_is_never_a_fault_of_the_server_sqlite() {
    nonsense_forms(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_in_a_form_is_never_a_fault_of_the_server_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        nonsense_forms(clinic).await;
    }
}
