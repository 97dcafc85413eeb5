//! Deactivating a patient and taking them back, with a reason (PT7). Nothing is lost.

use axum::extract::State;

use super::{patient_for, record};
use crate::access::model::AccountState;
use crate::access::set_patient_account_state;
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::{PatientId, PatientState};
use crate::patients::store::{self, Patient};
use crate::patients::views::StatePage;
use crate::scheduling::model::AppointmentState;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::{queue, scheduling};

/// The form.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    record::opened(&app, &page, id, "state", false).await?;
    let form = FormState::new().with("version", patient.version);
    html(shown(&app, page, form, patient).await?)
}

/// The page with what the patient still has to come for.
async fn shown(app: &App, page: Page, form: FormState, patient: Patient) -> Result<StatePage, Error> {
    let mut coming = scheduling::coming(&app.db, patient.id, page.now, page.now).await?;
    coming.retain(|one| one.state == AppointmentState::Booked);
    let token = queue::token_of(app, patient.id).await?;
    Ok(StatePage { page, form, patient, coming, token })
}

fn told(bookings: usize) -> String {
    match bookings {
        0 => "Deactivated".to_owned(),
        1 => "Deactivated. 1 coming booking needs a decision, see the appointments".to_owned(),
        many => format!("Deactivated. {many} coming bookings need a decision, see the appointments"),
    }
}

/// Does it; the account follows and its sign-ins end.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.text("reason", "Enter the reason", LINE);
    let version = form.number("version", 1, i64::MAX);
    let to = form.parse::<PatientState>("to", "Open the page again");
    let Some(to) = to.filter(|_| form.is_ok()) else {
        return Ok(refused(html(shown(&app, page, form, patient).await?)?));
    };
    let (action, account_state) = match to {
        PatientState::Active => ("patient.reactivated", AccountState::Active),
        PatientState::Deactivated => ("patient.deactivated", AccountState::Deactivated),
    };
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !store::set_state(work.tx(), id, version, to, at).await? {
        return Err(Error::Conflict(
            "This record changed meanwhile. Open it again to see how it stands.".into(),
        ));
    }
    if let Some(account) = patient.account_id {
        set_patient_account_state(&mut work, id, account, account_state).await?;
    }
    let entry = Entry::new(action, "patient", id.0).of_patient(id.0).with("reason", reason);
    work.audit(entry.with("version", version + 1)).await?;
    let flash = match to {
        PatientState::Deactivated => told(scheduling::patient_leaves(&mut work, id).await?),
        PatientState::Active => {
            scheduling::patient_returns(&mut work, id).await?;
            "Taken back".to_owned()
        }
    };
    work.done(paths::patients::show(id), &flash).await
}
