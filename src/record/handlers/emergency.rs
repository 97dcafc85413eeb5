//! Breaking the glass (rule A4, ID10): a reason, the password again, 60 minutes, one patient, told to the patient and
//! to the records officer.

use axum::extract::State;

use super::{Door, door, store};
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::{FEWEST, OPEN_MINUTES, PatientId};
use crate::record::model::EmergencyReason;
use crate::record::views::EmergencyPage;
use crate::web::form::TEXT;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The form. Whoever may read the record anyhow is led there.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let door = door(&app, &page, id).await?;
    if !may_break(&door) {
        return Ok(see_other(&paths::patients::show(id)));
    }
    super::opened(&app, &page, &door, "emergency form").await?;
    html(shown(page, door, FormState::new()))
}

/// Whether there is something that only an emergency opens: the record, or a sealed visit of it.
fn may_break(door: &Door) -> bool {
    door.reach.may_break() || !door.sealed.is_empty()
}

fn shown(page: Page, door: Door, form: FormState) -> EmergencyPage {
    let (sealed, visits) = (door.reach.is_sealed(), !door.sealed.is_empty());
    EmergencyPage { page, banner: door.banner, form, sealed, visits }
}

/// What is asked; none where something misses, which then stands in the form.
fn read(form: &mut FormState) -> Option<(EmergencyReason, String)> {
    let reason = form.parse::<EmergencyReason>("emergency_reason", "Choose what the emergency is");
    let words = form.reason("emergency_words", "Say in a few words what happened", (FEWEST, TEXT / 8));
    reason.filter(|_| form.is_ok()).map(|reason| (reason, words))
}

/// Whether nothing misses: only then the guard of the route asks for the password. [`create`] asks the same.
pub fn is_complete(fields: &[(String, String)]) -> bool {
    read(&mut FormState::from_pairs(fields.to_vec())).is_some()
}

/// Opens the record. The guard of the route has the password.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let Some((reason, words)) = read(&mut form) else {
        return Ok(refused(html(shown(page, door, form))?));
    };
    let account = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if may_break(&door) {
        store::insert_emergency(work.tx(), id, account, (reason, &words), at).await?;
        let entry = Entry::new("record.opened_in_emergency", "patient", id.0)
            .of_patient(id.0)
            .with("reason", reason.label())
            .with("words", words.as_str())
            .with("minutes", OPEN_MINUTES);
        work.audit(entry).await?;
    }
    work.done(paths::patients::show(id), "").await
}
