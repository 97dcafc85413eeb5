//! Every route, every role and nobody: who gets in and who does not (P20).

use axum::http::Method;
use infirmary::access::model::Role;
use infirmary::web::routes::{Access, Route};

use super::{PEOPLE, filled, none, routes};
use crate::support::{Browser, Clinic};

/// An id that nothing has: whoever may come in finds nothing there.
const NOTHING: &str = "999999999";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    SignInFirst,
    Refused,
    Admitted,
}

fn role_of(name: &str) -> Option<Role> {
    Some(match name {
        "admin" => Role::Admin,
        "reception" => Role::Receptionist,
        "nurse" => Role::Nurse,
        "doctor" => Role::Doctor,
        "lab" => Role::LabAttendant,
        "pharmacy" => Role::Pharmacist,
        "cashier" => Role::Cashier,
        _ => return None,
    })
}

fn expected(access: Access, person: Option<&str>) -> Expected {
    let Some(name) = person else {
        return match access {
            Access::Public | Access::Anyone => Expected::Admitted,
            Access::SignedIn | Access::Patient | Access::Staff | Access::May(_) => Expected::SignInFirst,
        };
    };
    let role = role_of(name);
    let admitted = match access {
        Access::Public | Access::Anyone | Access::SignedIn => true,
        Access::Patient => role.is_none(),
        Access::Staff => role.is_some(),
        Access::May(permission) => role.is_some_and(|role| role.may(permission)),
    };
    if admitted { Expected::Admitted } else { Expected::Refused }
}

/// The status and where it leads; the body of an event stream would never end, so it is not read.
async fn ask(browser: &Browser, route: &Route) -> (u16, String) {
    let path = filled(route.path, NOTHING);
    let request = browser.request(route.method.clone(), &path).header("sec-fetch-site", "same-origin");
    let request = if route.method == Method::POST {
        request.header("content-type", "application/x-www-form-urlencoded").body("")
    } else {
        request
    };
    let answer = request.send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), to)
}

fn fault(route: &Route, person: Option<&str>, (status, to): (u16, String)) -> Option<String> {
    let wanted = expected(route.access, person);
    let sign_in = status == 303 && (to == "/sign-in" || to.starts_with("/sign-in?"));
    let leaves = route.path == "/sign-out";
    let right = match wanted {
        Expected::SignInFirst => sign_in,
        Expected::Refused => status == 403,
        Expected::Admitted => status < 500 && (!sign_in || leaves || person.is_none()),
    };
    let cell = format!("{} {} ({})", route.method, route.path, route.access);
    (!right).then(|| format!("{cell} as {}: {wanted:?}, but {status} {to}", person.unwrap_or("nobody")))
}

async fn matrix(clinic: Clinic) {
    let mut faults = Vec::new();
    let gets = routes(&Method::GET);
    let posts = routes(&Method::POST);
    for person in [None].into_iter().chain(PEOPLE.map(Some)) {
        let mut browser = match person {
            Some(name) => clinic.demo_person(name).await,
            None => clinic.browser(),
        };
        for route in &gets {
            faults.extend(fault(route, person, ask(&browser, route).await));
        }
        for route in &posts {
            faults.extend(fault(route, person, ask(&browser, route).await));
            // A form that was let in may have ended the sign-in.
            let let_in = expected(route.access, person) == Expected::Admitted;
            if let Some(name) = person.filter(|_| let_in && route.capability == "access") {
                browser = clinic.demo_person(name).await;
            }
        }
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_admits_exactly_whom_it_states_sqlite() {
    matrix(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_admits_exactly_whom_it_states_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        matrix(clinic).await;
    }
}

#[test]
fn every_route_stands_once_in_the_table_and_forms_use_get_or_post() {
    let mut seen = std::collections::BTreeSet::new();
    let mut faults = Vec::new();
    for route in infirmary::app::routes().table() {
        if ![Method::GET, Method::POST].contains(&route.method) {
            faults.push(format!("{} {}", route.method, route.path));
        }
        if !seen.insert((route.method.to_string(), route.path)) {
            faults.push(format!("{} {} twice", route.method, route.path));
        }
    }
    none(&faults);
}
