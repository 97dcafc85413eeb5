//! The catalogue, and how the laboratory works.

use axum::extract::State;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::laboratory::model::{TestId, parse_decimal};
use crate::laboratory::store::catalogue::{self, Setting, Test};
use crate::laboratory::views::catalogue::{CataloguePage, RulesPage, TestPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Every test and panel.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let tests = catalogue::tests(&app.db).await?;
    html(CataloguePage { page, tests })
}

async fn find(app: &App, id: TestId) -> Result<Test, Error> {
    let tests = catalogue::tests(&app.db).await?;
    tests.into_iter().find(|test| test.id == id).ok_or(Error::NotFound)
}

/// The price as it is typed: naira with kobo.
fn price(test: &Test) -> String {
    crate::laboratory::model::decimal(test.price, 2)
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "" }
}

/// One test with its ranges, and what the clinic may change.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<TestId>) -> Answer {
    let test = find(&app, id).await?;
    let analytes = catalogue::analytes_of_test(&app.db, id).await?;
    let form = FormState::new()
        .with("version", test.version)
        .with("price", price(&test))
        .with("minutes", test.target_minutes)
        .with("active", yes_no(test.active))
        .with("in_person", yes_no(test.in_person));
    html(TestPage { page, form, test, analytes, conflict: None })
}

/// Saves price, time, whether it is offered and how it is told. Orders that stand keep what they were placed with.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<TestId>, submission: Submission) -> Answer {
    let old = find(&app, id).await?;
    let analytes = catalogue::analytes_of_test(&app.db, id).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let typed = form.value("price").replace(',', "");
    let price_kobo = parse_decimal(&typed, 2).ok().filter(|kobo| (0..=100_000_000).contains(kobo));
    if price_kobo.is_none() {
        form.refuse("price", "Enter a price from 0 to 1,000,000 naira");
    }
    let new = Test {
        price: price_kobo.unwrap_or_default(),
        target_minutes: form.number("minutes", 1, 100_000),
        active: form.chosen("active", "yes"),
        in_person: form.chosen("in_person", "yes"),
        version,
        ..old.clone()
    };
    if !form.is_ok() {
        return Ok(refused(html(TestPage { page, form, test: old, analytes, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    if !catalogue::update_test(work.tx(), &new).await? {
        work.undo();
        let now = find(&app, id).await?;
        let who = audit::last_change(&app.db, "lab_test", id.0).await?;
        let stored =
            [("price", "Price", price(&now)), ("minutes", "Minutes", now.target_minutes.to_string())];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(TestPage {
            page,
            form,
            test: now,
            analytes,
            conflict: Some(conflict),
        })?));
    }
    let entry = Entry::new("lab.test_changed", "lab_test", id.0)
        .with("test", old.name.as_str())
        .changed("price", &old.price, &new.price)
        .changed("minutes", &old.target_minutes, &new.target_minutes)
        .changed("offered", &old.active, &new.active)
        .changed("told in person only", &old.in_person, &new.in_person);
    work.audit(entry).await?;
    work.done(paths::laboratory::CATALOGUE, &format!("{} saved", old.name)).await
}

/// How the laboratory works.
pub async fn rules(State(app): State<App>, page: Page) -> Answer {
    let setting = catalogue::setting(&app.db).await?;
    let form = FormState::new()
        .with("version", setting.version)
        .with("self_verify", yes_no(setting.self_verify))
        .with("patient_delay_days", setting.patient_delay_days);
    html(RulesPage { page, form, conflict: None })
}

/// Saves how the laboratory works.
pub async fn save_rules(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = catalogue::setting(&app.db).await?;
    let mut form = submission.form.clone();
    let new = Setting {
        version: form.number("version", 1, i64::MAX),
        self_verify: form.chosen("self_verify", "yes"),
        patient_delay_days: form.number("patient_delay_days", 0, 60),
    };
    if !form.is_ok() {
        return Ok(refused(html(RulesPage { page, form, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    if !catalogue::update_setting(work.tx(), &new).await? {
        work.undo();
        let now = catalogue::setting(&app.db).await?;
        let who = audit::last_change(&app.db, "lab_setting", 1).await?;
        let stored = [
            ("self_verify", "Verified by one person", yes_no(now.self_verify).to_owned()),
            ("patient_delay_days", "Days", now.patient_delay_days.to_string()),
        ];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(RulesPage { page, form, conflict: Some(conflict) })?));
    }
    let entry = Entry::new("lab.rules_changed", "lab_setting", 1)
        .changed("verified by one person", &old.self_verify, &new.self_verify)
        .changed("days until patients read", &old.patient_delay_days, &new.patient_delay_days);
    work.audit(entry).await?;
    work.done(paths::laboratory::RULES, "Saved").await
}
