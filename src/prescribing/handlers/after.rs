//! After signing: cancelling, stopping and changing a line, and prescribing the same again.

use axum::extract::State;

use super::door;
use super::show::load;
use crate::app::App;
use crate::audit::Entry;
use crate::prescribing::model::{LineId, LineMove, LineState, PrescriptionId, Written, plain_number};
use crate::prescribing::store::lines::{self, Line};
use crate::prescribing::store::prescriptions;
use crate::prescribing::verbs::draft::without_usual;
use crate::prescribing::verbs::{WORDS, add, after};
use crate::prescribing::views::prescription::ChangePage;
use crate::queue;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Shortest reason; the table knows the same number.
const REASON: usize = 3;

async fn signed(app: &App, id: LineId) -> Result<Line, Error> {
    let line = lines::by_id(&app.db, id).await?;
    line.filter(|line| line.state != LineState::Draft).ok_or(Error::NotFound)
}

/// Cancels a line of which nothing was given.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    Id(id): Id<LineId>,
    submission: Submission,
) -> Answer {
    end(&app, page, id, (LineMove::Cancel, "cancelled"), submission).await
}

/// Stops a line: the own one of which something was given, or a colleague's.
pub async fn stop(State(app): State<App>, page: Page, Id(id): Id<LineId>, submission: Submission) -> Answer {
    end(&app, page, id, (LineMove::Stop, "stopped"), submission).await
}

async fn end(
    app: &App,
    page: Page,
    id: LineId,
    (made, words): (LineMove, &str),
    submission: Submission,
) -> Answer {
    let line = signed(app, id).await?;
    if door(app, &page, line.patient_id).await?.is_none() {
        return Ok(see_other(&paths::patients::show(line.patient_id)));
    }
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let reason = form.text("reason", &format!("Say why it is {words}"), WORDS);
    if !reason.is_empty() && reason.chars().count() < REASON {
        form.refuse("reason", format!("Say why it is {words} in a few words"));
    }
    if !form.is_ok() {
        return again(app, page, &line, form).await.map(refused);
    }
    let mut work = submission.begin(app).await?;
    match after::end(&mut work, &line, (made, version), &reason).await {
        Ok(()) => {
            let to = paths::prescribing::prescription(line.prescription_id);
            work.done(to, &format!("{} {words}", line.label())).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            again(app, page, &line, form).await.map(conflicting)
        }
    }
}

async fn again(
    app: &App,
    page: Page,
    line: &Line,
    form: FormState,
) -> Result<axum::response::Response, Error> {
    match load(app, page, line.prescription_id, (form, Some(line.id))).await? {
        Ok(shown) => html(shown),
        Err(patient) => Ok(see_other(&paths::patients::show(patient))),
    }
}

/// The fields of a line.
fn filled(line: &Line) -> FormState {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let said = line.dose.is_none() || line.max_doses_a_day.is_some();
    FormState::new()
        .with("version", line.version)
        .with("dose", line.dose.map(|dose| plain_number(dose).replace(',', "")).unwrap_or_default())
        .with("times", line.frequency.as_str())
        .with("days", number(line.days))
        .with("quantity", number(Some(line.quantity).filter(|_| said)))
        .with("max", number(line.max_doses_a_day))
        .with("note", &line.instructions)
}

/// The form of a change.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<LineId>) -> Answer {
    let line = signed(&app, id).await?;
    let Some(banner) = door(&app, &page, line.patient_id).await? else {
        return Ok(see_other(&paths::patients::show(line.patient_id)));
    };
    if line.given > 0 || line.prescriber_id != page.actor()?.account {
        return Ok(see_other(&paths::prescribing::prescription(line.prescription_id)));
    }
    record::read(&app, &page, &banner, ("prescription.opened", "prescription", line.prescription_id.0))
        .await?;
    let form = filled(&line);
    html(ChangePage { page, form, banner, line, warnings: Vec::new(), seen: String::new() })
}

/// Takes a new line in the place of the old one.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<LineId>, submission: Submission) -> Answer {
    let line = signed(&app, id).await?;
    let Some(banner) = door(&app, &page, line.patient_id).await? else {
        return Ok(see_other(&paths::patients::show(line.patient_id)));
    };
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let written = read(&mut form, &line);
    let (instructions, reason) = (form.optional_text("note", WORDS), form.optional_text("reason", WORDS));
    let seen = form.value("seen").to_owned();
    let shown = |form, warnings, seen| ChangePage { page, form, banner, line: line.clone(), warnings, seen };
    let Some(written) = written.filter(|_| form.is_ok()) else {
        return Ok(refused(html(shown(form, Vec::new(), String::new()))?));
    };
    let change =
        after::Change { written, instructions: &instructions, reason: &reason, seen: &seen, version };
    let mut work = submission.begin(&app).await?;
    match after::change(&mut work, &line, &change).await {
        Ok(Ok(())) => {
            let to = paths::prescribing::prescription(line.prescription_id);
            work.done(to, &format!("{} changed", line.label())).await
        }
        Ok(Err(assessed)) => {
            work.undo();
            form.refuse("reason", "Give the reason why you prescribe it all the same");
            let seen = assessed.seen();
            Ok(refused(html(shown(form, assessed.warnings, seen))?))
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            Ok(conflicting(html(shown(form, Vec::new(), String::new()))?))
        }
    }
}

fn read(form: &mut FormState, line: &Line) -> Option<Written> {
    add::read(form, &without_usual(line.unit, line), str::to_owned)
}

/// Puts the lines into the doctor's draft of the open visit; the consultation page goes on from there.
pub async fn renew(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PrescriptionId>,
    submission: Submission,
) -> Answer {
    let prescription = prescriptions::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = prescription.patient_id;
    if door(&app, &page, patient).await?.is_none() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let mut form = FormState::new();
    let mut work = submission.begin(&app).await?;
    let open = prescriptions::open_visit(work.tx(), patient).await?;
    let made = match open {
        None => Err(Refused::Because(
            "The patient is not checked in. Prescriptions belong to a visit: check the patient in first."
                .into(),
        )),
        Some(visit) => {
            let visit = queue::visit(work.tx(), visit).await?.ok_or(Error::NotFound)?;
            let done = add::repeat(&mut work, &visit, &mut form, (id, None)).await;
            done.map(|()| visit)
        }
    };
    let fault = form.errors().first().map(|fault| fault.message.clone());
    match (made, fault) {
        (Ok(visit), None) => {
            let entry = Entry::new("prescription.repeated", "prescription", id.0).of_patient(patient.0);
            work.audit(entry.with("visit", visit.id.0)).await?;
            work.done(
                paths::consultation::consult_at(visit.id, "rx"),
                "Added to your draft. Look at it, then sign",
            )
            .await
        }
        (Ok(_), Some(why)) => {
            work.undo();
            Err(Error::Conflict(why))
        }
        (Err(why), _) => {
            work.undo();
            Err(Error::Conflict(sentence(why)?))
        }
    }
}
