//! One submission, one effect (P11): a helper that sends the same filled form several times at once.

use futures::future::join_all;

use crate::support::{Browser, Clinic, Seen};

/// Submits the same form `times` times in parallel and once more afterwards. Every answer must lead to one place.
#[allow(dead_code, reason = "for the stories of the capabilities")]
pub async fn pressed_often(
    browser: &Browser,
    page: &Seen,
    form: &str,
    fields: &[(&str, &str)],
    times: usize,
) -> Vec<Seen> {
    let mut answers = join_all((0..times).map(|_| browser.submit(page, form, fields))).await;
    answers.push(browser.submit(page, form, fields).await);
    let places: Vec<Option<String>> = answers.iter().map(Seen::leads_to).collect();
    assert!(places.windows(2).all(|pair| pair[0] == pair[1]), "{places:?}");
    answers
}

/// Every form that a page of the demo shows carries an operation id; signing in and out need none.
async fn forms_carry_an_operation(clinic: Clinic) {
    let mut faults = Vec::new();
    for name in super::PEOPLE {
        let browser = clinic.demo_person(name).await;
        for route in super::routes(&axum::http::Method::GET) {
            let path = super::filled(route.path, "1");
            let answer = browser.request(axum::http::Method::GET, &path).send().await.unwrap();
            let kind =
                answer.headers().get("content-type").map(|kind| kind.as_bytes().to_vec()).unwrap_or_default();
            if !kind.starts_with(b"text/html") || answer.status() != 200 {
                continue;
            }
            faults.extend(
                faults_of(&answer.text().await.unwrap())
                    .into_iter()
                    .map(|to| format!("{path} as {name}: {to}")),
            );
        }
    }
    faults.sort();
    faults.dedup();
    super::none(&faults);
}

fn faults_of(body: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(body);
    let all = |selector: &str| scraper::Selector::parse(selector).unwrap();
    let op = all("input[name=op]");
    page.select(&all("form[method=post]"))
        .filter(|form| form.select(&op).next().is_none())
        .map(|form| form.value().attr("action").unwrap_or_default().to_owned())
        .filter(|action| !action.starts_with("/sign-"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_carries_an_operation_id() {
    forms_carry_an_operation(Clinic::demo_on_sqlite().await).await;
}
