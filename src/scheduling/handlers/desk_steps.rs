//! What the desk does with one appointment.

use axum::extract::State;

use super::desk::{found, show_page};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::scheduling::model::{AppointmentId, CancelledBy};
use crate::scheduling::store::states;
use crate::scheduling::verbs::{self, Refusal};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// Shows the appointment again with why nothing happened.
async fn again(app: &App, page: Page, mut form: FormState, id: AppointmentId, why: Refusal) -> Answer {
    match why {
        Refusal::Missing | Refusal::Db(_) => Err(why.into()),
        Refusal::Book(_)
        | Refusal::TooShort(_)
        | Refusal::DeskOnly
        | Refusal::Cancel(_)
        | Refusal::Move(_)
        | Refusal::Undo(_)
        | Refusal::Miss(_)
        | Refusal::HoldOver
        | Refusal::Changed
        | Refusal::NoObjection => {
            form.refuse("", why.to_string());
            let row = found(app, id).await?;
            Ok(refused(html(show_page(app, page, form, row).await?)?))
        }
    }
}

/// Cancels for the patient or for the clinic.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let row = found(&app, id).await?;
    let mut form = submission.form.clone();
    let reason = form.text("reason", "Say why it is cancelled", 120);
    // Patients cancel on their own pages.
    let by = form.value("by").parse::<CancelledBy>().ok().filter(|by| *by != CancelledBy::Patient);
    let Some(by) = by else {
        form.refuse("by", "Choose for whom it is cancelled");
        return Ok(refused(html(show_page(&app, page, form, row).await?)?));
    };
    if !form.is_ok() {
        return Ok(refused(html(show_page(&app, page, form, row).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match verbs::cancel(&mut work, id, by, &reason).await {
        Ok(_) => work.done(paths::scheduling::appointment(id), "Appointment cancelled").await,
        Err(why) => {
            work.undo();
            again(&app, page, form, id, why).await
        }
    }
}

/// Records that nobody came.
pub async fn no_show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let form = submission.form.clone();
    let mut work = submission.begin(&app).await?;
    match verbs::no_show(&mut work, id).await {
        Ok(()) => work.done(paths::scheduling::appointment(id), "Recorded as not attended").await,
        Err(why) => {
            work.undo();
            again(&app, page, form, id, why).await
        }
    }
}

/// Takes back that it was cancelled, not attended or moved (B5).
pub async fn undo(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    found(&app, id).await?;
    let form = submission.form.clone();
    let mut work = submission.begin(&app).await?;
    match verbs::undo(&mut work, id).await {
        Ok(id) => work.done(paths::scheduling::appointment(id), "The appointment stands again").await,
        Err(why) => {
            work.undo();
            again(&app, page, form, id, why).await
        }
    }
}

/// Writes the note; a stale one is shown beside what somebody else wrote (R8).
pub async fn note(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let row = found(&app, id).await?;
    let mut form = submission.form.clone();
    let note = form.optional_text("note", 1_000);
    let version = form.parse::<i64>("version", "Open the page again and send the note once more");
    if let (Some(version), true) = (version, form.is_ok()) {
        let mut work = submission.begin(&app).await?;
        let at = work.now();
        if states::set_note(work.tx(), id, version, &note, at).await? {
            let entry = Entry::new("appointment.noted", "appointment", id.0).of_patient(row.patient_id.0);
            // Administrators read the trail: of what staff wrote it only says that there are words.
            work.audit(entry.with("fields", "note")).await?;
            return work.done(paths::scheduling::appointment(id), "Note saved").await;
        }
        work.undo();
        let row = found(&app, id).await?;
        let last = audit::recent_of(&app.db, "appointment", id.0, 20).await?;
        let last = last.into_iter().find(|entry| entry.action != "appointment.opened");
        let (who, at) = last.map_or_else(
            || ("Somebody".to_owned(), String::new()),
            |entry| (entry.name, format!(" at {}", page.clinic.stamp(entry.at))),
        );
        let note = if row.note.is_empty() { "nothing" } else { row.note.as_str() };
        let words = format!(
            "{who} changed this appointment{at}. The note now says: {note}. Save yours again to replace it"
        );
        form.refuse("note", words);
        return Ok(conflicting(html(show_page(&app, page, form, row).await?)?));
    }
    Ok(refused(html(show_page(&app, page, form, row).await?)?))
}

/// Answers an objection.
pub async fn objection(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let form = submission.form.clone();
    let mut work = submission.begin(&app).await?;
    match verbs::answer_objection(&mut work, id, form.chosen("answer", "granted")).await {
        Ok(()) => work.done(paths::scheduling::appointment(id), "Objection answered").await,
        Err(why) => {
            work.undo();
            again(&app, page, form, id, why).await
        }
    }
}
