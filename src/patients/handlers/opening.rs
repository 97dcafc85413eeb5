//! Opening the clinical part of a record without a relation to the patient: with a reason, for a bounded time (A1).

use axum::extract::State;

use super::{asker, patient_for, record};
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::{Asker, FEWEST, OPEN_MINUTES, OpeningReason, PatientId};
use crate::patients::store;
use crate::web::form::TEXT;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, paths};
use crate::work::Work;

/// A reason as given.
#[derive(Debug)]
pub struct Reason {
    category: OpeningReason,
    words: String,
}

/// Reads the reason; what is missing stands at its field.
pub fn read(form: &mut FormState) -> Option<Reason> {
    let category = form.parse::<OpeningReason>("opening_reason", "Choose why you open this record");
    let words =
        form.reason("opening_words", "Say in a few words why you open this record", (FEWEST, TEXT / 8));
    form.is_ok().then_some(())?;
    Some(Reason { category: category?, words })
}

/// Opens it within a unit of work, with the reason in the trail.
pub async fn open(work: &mut Work, id: PatientId, asker: &Asker, reason: &Reason) -> Result<(), Error> {
    store::insert_opening(work.tx(), id, asker, reason.category, &reason.words).await?;
    let entry = Entry::new("record.opened_by_reason", "patient", id.0)
        .of_patient(id.0)
        .with("reason", reason.category.label())
        .with("words", reason.words.as_str())
        .with("minutes", OPEN_MINUTES);
    Ok(work.audit(entry).await?)
}

/// Takes the reason and leads to the record, whose clinical part is open from then on.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (_, reach) = patient_for(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let Some(reason) = read(&mut form) else {
        return Ok(refused(record::render(&app, page, id, form).await?));
    };
    let mut work = submission.begin(&app).await?;
    if reach.is_closed() {
        let asker = Asker { now: work.now(), ..asker(&page)? };
        open(&mut work, id, &asker, &reason).await?;
    }
    work.done(paths::patients::show(id), "").await
}
