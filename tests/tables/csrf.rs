//! Another site cannot act for a person (P22): every form's address, with a body that it takes from its own page, and eight
//! ways to lie about where it comes from.

use std::collections::BTreeSet;

use axum::http::Method;
use infirmary::access::model::{AccountId, Role};
use infirmary::access::setup_link;
use infirmary::db::sql;

use super::digest::{Tables, changed};
use super::forms::{Form, HONEST, Sent, World, settled};
use super::{none, routes};
use crate::support::{Clinic, PASSWORD};

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

/// A search changes nothing, so it leaves no entry.
const SEARCH: &str = "/find";

/// A browser reports to it by itself and without a form; `tables::headers` tells that another site cannot.
const REPORTS: &str = "/policy-reports";

const TRAIL: &str = "select count(*) from audit_entry";

/// What another site gets done with these forms: nothing, and then each is taken from our own page.
async fn tricked(clinic: &Clinic, forms: &[Form]) -> Vec<String> {
    let (mut filled, mut faults) = (Vec::new(), Vec::new());
    for form in forms {
        filled.push((form, form.filled().await));
    }
    let mut tables = Tables::of(clinic).await;
    let mut before = tables.now().await;
    // Looking through a whole database takes longer than two hundred lies.
    for some in filled.chunks(25) {
        for (form, sent) in some {
            for lie in LIES {
                let status = form.send(sent, lie).await.status;
                if status != 403 {
                    faults.push(format!("POST {} with {lie:?}: {status}", sent.path));
                }
            }
        }
        let after = tables.now().await;
        let (first, last) = (some[0].0.route, some[some.len() - 1].0.route);
        let touched = changed(&before, &after, &[]).into_iter();
        faults.extend(touched.map(|table| format!("between {first} and {last}, by another site: {table}")));
        before = after;
    }
    for (form, sent) in &filled {
        faults.extend(not_taken(clinic, form, sent).await);
    }
    faults
}

/// The same form from our own page has its effect, so that nothing but the headers can have been the reason; a browser that
/// names the origin only is one of ours too.
async fn not_taken(clinic: &Clinic, form: &Form, sent: &Sent) -> Vec<String> {
    let (trail, mut faults) = (clinic.count(TRAIL).await, Vec::new());
    let (mut own, mut sent) = (form.send(sent, &[HONEST]).await, sent.clone());
    if own.status == 409 {
        // A form before it in the table changed what its page shows; the page is opened again.
        sent = form.filled().await;
        own = form.send(&sent, &[HONEST]).await;
    }
    let told = clinic.count(TRAIL).await - trail;
    if !matches!(own.status, 200 | 303) || (told == 0 && form.route != SEARCH) {
        let (path, status) = (&sent.path, own.status);
        faults.push(format!("POST {path} of our own page: {status}, {told} entries\n{}", own.body));
    }
    let again = form.send(&sent, &[("origin", form.browser.url("").as_str())]).await.status;
    if again == 403 {
        faults.push(format!("POST {} with our own origin: {again}", sent.path));
    }
    faults
}

/// Forms that stand apart in the table of forms, in the order in which one browser can send them.
async fn apart(clinic: &Clinic, world: &World) -> Vec<Form> {
    let boss: AccountId =
        sql("select id from account where sign_in_name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    let visit = clinic.sits_with(boss, "Is Written Of").await.visit;
    let draft = [("version", "0"), ("tab", "a-page-of-the-doctor"), ("turn", "1"), ("complaint", "Cough")];
    let desk = clinic.signed_in("shared.desk", &[Role::Nurse]).await;
    let (known, password) =
        ([("name", "shared.desk"), ("password", PASSWORD)], [("password_unlock", PASSWORD)]);
    vec![
        Form::fields("/visits/{id}/consultation/draft", &world.boss, visit, &draft),
        Form::fields(SEARCH, &desk, "", &[("to", "/patients"), ("q", "obi")]),
        Form::fields("/sign-in/lock", &desk, "", &[]),
        Form::fields("/sign-in/unlock", &desk, "", &password),
        Form::fields("/sign-in", &desk, "", &known),
        Form::fields("/sign-out", &desk, "", &[]),
    ]
}

/// The setup of an install that has no staff yet, by somebody who is signed in there all the same.
async fn setup(clinic: &Clinic) -> Form {
    let link = setup_link(&clinic.app).await.unwrap().unwrap();
    clinic.patient_account("first.patient").await;
    let browser = clinic.browser();
    clinic.sign_in(&browser, "first.patient").await;
    settled(clinic).await;
    let fields =
        [("name", "Chinwe"), ("sign_in_name", "chinwe"), ("password_new", "three goats cross the bridge")];
    Form::fields("/setup/{code}", &browser, link.rsplit('/').next().unwrap(), &fields)
}

async fn lies(clinic: Clinic, unused: Clinic) {
    let mut world = World::new(&clinic).await;
    let mut forms = std::mem::take(&mut world.forms);
    forms.extend(apart(&clinic, &world).await);
    for (number, form) in forms.iter_mut().enumerate() {
        // Who is not signed in has nothing that another site could use.
        if form.browser.cookies().is_empty() {
            form.browser = clinic.signed_in(&format!("somebody.{number}"), &[Role::Nurse]).await;
        }
    }
    settled(&clinic).await;
    let setup = [setup(&unused).await];
    let mut faults = tricked(&clinic, &forms).await;
    faults.extend(tricked(&unused, &setup).await);
    let tried: BTreeSet<&str> = forms.iter().chain(&setup).map(|form| form.route).collect();
    for route in infirmary::app::routes().table() {
        let is_known = match route.method {
            Method::GET => true,
            Method::POST => tried.contains(route.path) || route.path == REPORTS,
            _ => false,
        };
        if !is_known {
            faults.push(format!("{} {} was not tried", route.method, route.path));
        }
    }
    assert_eq!(tried.len() + 1, routes(&Method::POST).len());
    none(&faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_another_site_is_taken_sqlite() {
    lies(Clinic::on_sqlite().await, Clinic::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_another_site_is_taken_postgres() {
    if let (Some(clinic), Some(unused)) = (Clinic::on_postgres().await, Clinic::on_postgres().await) {
        lies(clinic, unused).await;
    }
}
