//! Opening pages changes nothing and takes few queries.

use axum::http::Method;

use super::digest::{RESTLESS, Tables, changed};
use super::{PEOPLE, filled, none, routes};
use crate::support::Clinic;

/// Queries of one page, session and sign-in included.
const MOST: u32 = 6;
/// Pages that may take more, each with its reason.
const MORE: [(&str, u32, &str); 27] = [
    ("/", 7, "who waits with a token also learns that a medicine is recalled"),
    (
        "/visits/{id}/consultation",
        19,
        "it is the whole of a doctor's work on one page: visit, door, allergies, notes, vital signs, tests, earlier visits, ways on, doctors, templates",
    ),
    ("/appointments/{id}", 7, "whether the record is open, and the allergies at its top, are two questions"),
    ("/visits/{id}/tests", 7, "whether the record is open, and the allergies at its top, are two questions"),
    ("/results/{id}", 7, "the same"),
    ("/results/{id}/print", 7, "the same"),
    ("/lab/samples/{id}", 7, "whether it is the own sample, its tests, steps and values are a question each"),
    ("/lab/lines/{id}/correction", 7, "the same, and the remark"),
    ("/prescriptions/{id}", 7, "the same, and its lines with their warnings and steps"),
    ("/prescriptions/{id}/print", 7, "the same"),
    (
        "/stock/batches/{id}",
        7,
        "where it lies, what was done to it, and who received it, are a question each",
    ),
    ("/notes/{id}/error", 7, "whether the record is open, its banner, and what was signed with the note"),
    ("/visits/{id}/letters", 7, "the same, and verifications and referrals"),
    ("/visits/{id}/vitals", 7, "the same, what was last measured, and what is planned to be done"),
    ("/visits/{id}/verification", 8, "the same, and what was signed in the visit"),
    ("/visits/{id}/summary", 12, "a visit as its patient reads it has a part of each capability"),
    ("/my/visits/{id}", 12, "the same"),
    (
        "/my/record/file.html",
        10,
        "the whole record: what was found, done, prescribed and measured has a list each",
    ),
    ("/my/record/file.json", 10, "the same"),
    ("/visits/{id}/bill", 7, "what of other visits is on no invoice is a question of its own"),
    (
        "/patients/{id}/account",
        7,
        "invoices, receipts, wallet, scheme and what is not invoiced have a list each",
    ),
    ("/invoices/{id}", 8, "its lines, discounts, payments, refunds, credit notes and claim have a list each"),
    (
        "/prescriptions/{id}/dispensing",
        16,
        "what was prescribed, what is warned of then and now, what lies on the shelf, what was asked, what was given, who may see it leave",
    ),
    (
        "/dispensings/{id}",
        8,
        "whether the record is open, lines, batches and where the token stands are a question each",
    ),
    ("/pharmacy/messages", 7, "each message is a row, and reading them is in the trail"),
    ("/dispensings/{id}/labels", 7, "the same"),
    ("/dispensings/{id}/slip", 7, "the same"),
];
/// Addresses that may write when opened, with what and why.
const WRITES: [(&str, &[&str], &str); 3] = [
    ("/display", &["display"], "a screen that is not paired yet gets its pairing code"),
    (
        "/check/{code}",
        &["verification_check", "throttle"],
        "each check is counted, for its patient and for who guesses",
    ),
    ("/poster", &["door_code"], "the code of the day is made when it is first shown"),
];

async fn opening_everything(clinic: Clinic) {
    let (mut faults, mut tables) = (Vec::new(), Tables::of(&clinic).await);
    let apart: Vec<&str> = RESTLESS
        .iter()
        .copied()
        .chain(WRITES.iter().flat_map(|(_, tables, _)| tables.iter().copied()))
        .collect();
    for name in PEOPLE {
        let browser = clinic.demo_person(name).await;
        let before = tables.now().await;
        for route in routes(&Method::GET) {
            for id in ["1", "2"] {
                let path = filled(route.path, id);
                let answer = browser.request(Method::GET, &path).send().await.unwrap();
                let status = answer.status().as_u16();
                let queries: u32 = answer
                    .headers()
                    .get("x-queries")
                    .and_then(|value| value.to_str().ok()?.parse().ok())
                    .unwrap_or(0);
                let most =
                    MORE.iter().find(|(path, _, _)| *path == route.path).map_or(MOST, |(_, most, _)| *most);
                if status >= 500 {
                    faults.push(format!("GET {path} as {name}: {status}"));
                }
                if queries > most {
                    faults.push(format!("GET {path} as {name}: {queries} queries, {most} at most"));
                }
            }
        }
        let after = tables.now().await;
        faults
            .extend(changed(&before, &after, &apart).into_iter().map(|fault| format!("as {name}: {fault}")));
    }
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_a_page_changes_nothing_and_takes_few_queries_sqlite() {
    opening_everything(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_a_page_changes_nothing_and_takes_few_queries_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        opening_everything(clinic).await;
    }
}

/// The control: the comparison sees a change of one letter.
async fn a_small_change(clinic: Clinic) {
    let mut tables = Tables::of(&clinic).await;
    let before = tables.now().await;
    infirmary::db::sql("update patient set address = address || '.' where id = 1")
        .run(&clinic.app.db)
        .await
        .unwrap();
    let faults = changed(&before, &tables.now().await, &RESTLESS);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("patient:"), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_comparison_of_tables_sees_a_small_change_sqlite() {
    a_small_change(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_comparison_of_tables_sees_a_small_change_postgres() {
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        a_small_change(clinic).await;
    }
}
