//! One-time codes from the desk: for one patient, or a sheet for students who have not activated their account.

use axum::extract::State;
use chrono::TimeDelta;

use super::patient_for;
use crate::access::model::AccountState;
use crate::access::model::CodePurpose;
use crate::access::{account_of_patient, issue_code};
use crate::app::App;
use crate::patients::model::PatientId;
use crate::patients::qr::Qr;
use crate::patients::store;
use crate::patients::views::{CodesPage, IssuedCode};
use crate::web::request::Id;
use crate::web::{Answer, Error, Page, Submission, html, paths};

/// Hours that a code lives, for the sheet.
const HOURS: i64 = 72;

fn sheet(app: &App, page: Page, codes: Vec<IssuedCode>, back: String) -> Answer {
    let link = format!("{}{}", app.config.public_url.trim_end_matches('/'), paths::access::ACTIVATE);
    let address = link.split_once("://").map_or(link.as_str(), |(_, rest)| rest).to_owned();
    let until = page.now + TimeDelta::hours(HOURS);
    let until = format!("{} {}", page.clinic.long_day(until), page.clinic.spoken_clock(until));
    html(CodesPage { page, codes, address, until, qr: Qr::of(&link), back })
}

/// One code, shown once.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    let account = match (patient.account_id, patient.account_state) {
        (Some(account), Some(AccountState::Active)) => account,
        (None, _) | (Some(_), None | Some(AccountState::Deactivated)) => {
            return Err(Error::Conflict("This patient has no account to sign in with.".into()));
        }
    };
    // Who pressed the button before the patient had a password has not read what it ends now.
    if patient.activated && submission.form.value("replaces") != "yes" {
        return Err(Error::Conflict(
            "This patient has a password by now. With a new code it stops working and every device is signed out. \
             Open the patient again and decide."
                .into(),
        ));
    }
    let sign_in_name = account_of_patient(&app.db, id).await?.ok_or(Error::NotFound)?.sign_in_name;
    let purpose = if patient.activated { CodePurpose::Reset } else { CodePurpose::Activate };
    let mut work = submission.begin(&app).await?;
    let code = issue_code(&mut work, account, purpose).await?;
    let back = paths::patients::show(id);
    work.commit(&back).await?;
    sheet(&app, page, vec![IssuedCode { name: patient.name(), sign_in_name, code }], back)
}

/// A sheet of codes for a department and level, at most a hundred; the next press makes the next hundred, and what was
/// printed goes on working.
pub async fn create_many(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let filter = |name: &str| submission.form.value(name).parse::<i64>().ok();
    let (department, level) = (filter("department"), filter("level"));
    let back = paths::patients::STUDENTS.to_owned();
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let students = store::unactivated(work.tx(), department, level, at).await?;
    if students.is_empty() {
        let words = "All of these students have activated their account, or hold a code that still works. \
                     A new one for somebody is made on the page of the patient";
        return work.done(back, words).await;
    }
    let mut codes = Vec::with_capacity(students.len());
    for (_, account, name, sign_in_name) in students {
        let code = issue_code(&mut work, account, CodePurpose::Activate).await?;
        codes.push(IssuedCode { name, sign_in_name, code });
    }
    work.commit(&back).await?;
    sheet(&app, page, codes, back)
}
