//! One submission, one effect (P11): every form of the table is pressed several times at once, and once more.

use futures::future::join_all;

use super::digest::{RESTLESS, Tables, changed};
use super::forms::{HONEST, World};
use crate::support::Clinic;

const TRAIL: &str = "select count(*) from audit_entry";

/// How often each form is pressed at once; five tries of a code are free.
const PRESSES: usize = 4;

/// Sends each form of the table several times at once and once more afterwards: one effect, and every answer leads to
/// the same place.
async fn pressed_often(clinic: Clinic) {
    let world = World::new(&clinic).await;
    let (mut faults, mut tables) = (Vec::new(), Tables::of(&clinic).await);
    for form in &world.forms {
        let sent = form.filled().await;
        let trail = clinic.count(TRAIL).await;
        let mut answers = join_all((0..PRESSES).map(|_| form.send(&sent, &[HONEST]))).await;
        let (once, after) = (clinic.count(TRAIL).await - trail, tables.now().await);
        answers.push(form.send(&sent, &[HONEST]).await);
        let repeated = changed(&after, &tables.now().await, &RESTLESS);
        let places: Vec<(u16, Option<String>)> =
            answers.iter().map(|seen| (seen.status, seen.leads_to())).collect();
        // A page that is shown once, such as a new code, is answered again with where to go from there.
        let shown = places.iter().filter(|place| place.0 == 200).count();
        let led: Vec<_> = places.iter().filter(|place| place.0 == 303).collect();
        let good =
            shown <= 1 && shown + led.len() == places.len() && led.windows(2).all(|pair| pair[0] == pair[1]);
        if !good || once == 0 || !repeated.is_empty() {
            faults.push(format!(
                "POST {}: {places:?}, {once} entries in the trail, then {repeated:?}",
                sent.path
            ));
        }
        let operations: i64 = infirmary::db::sql("select count(*) from operation where op = $1")
            .bind(&sent.op)
            .scalar(&clinic.app.db)
            .await
            .unwrap();
        if operations != 1 {
            faults.push(format!("POST {}: its operation is there {operations} times", sent.path));
        }
    }
    super::none(&faults);
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
        // Signing in or out twice, and looking for somebody twice, changes nothing twice.
        .filter(|action| !action.starts_with("/sign-") && action != "/find")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_carries_an_operation_id() {
    forms_carry_an_operation(Clinic::demo_on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_pressed_many_times_has_one_effect_sqlite() {
    pressed_often(Clinic::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_pressed_many_times_has_one_effect_postgres() {
    if let Some(clinic) = Clinic::on_postgres().await {
        pressed_often(clinic).await;
    }
}

/// The control: what is sent with an id of its own each time has an effect each time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_one_operation_id_two_presses_have_two_effects() {
    let clinic = Clinic::on_sqlite().await;
    let world = World::new(&clinic).await;
    let form = world.forms.iter().find(|form| form.route == "/patients").unwrap();
    let before = clinic.count("select count(*) from patient").await;
    for _ in 0..2 {
        let changes = [
            ("kind", "public"),
            ("matric_number", ""),
            ("family_name", "Twice"),
            ("given_names", "Pressed"),
            ("sex", "female"),
            ("somebody_else", "yes"),
        ];
        let form = super::forms::Form::fields("/patients", &form.browser, "", &changes);
        form.send(&form.filled().await, &[HONEST]).await.expect(303);
    }
    assert_eq!(clinic.count("select count(*) from patient").await, before + 2);
}
