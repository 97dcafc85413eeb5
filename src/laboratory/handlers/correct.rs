//! Correcting a released result.

use axum::extract::State;

use super::entry::block;
use super::fields;
use crate::app::App;
use crate::laboratory::model::{LineId, LineState, VersionState};
use crate::laboratory::store::catalogue::{self, Analyte};
use crate::laboratory::store::lines::{self, Line};
use crate::laboratory::store::results::{self, Value};
use crate::laboratory::verbs::correct::correct;
use crate::laboratory::verbs::enter::Whose;
use crate::laboratory::verbs::withdraw::{FEWEST, withdraw};
use crate::laboratory::views::Who;
use crate::laboratory::views::sample::{EntryPage, comment_of, partial_of, version_of};
use crate::patients::model::SealedVisits;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::TEXT;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

struct Held {
    line: Line,
    analytes: Vec<Analyte>,
    values: Vec<Value>,
    remark: String,
    /// Whether what holds says that something is not done.
    partial: bool,
}

async fn held(app: &App, page: &Page, id: LineId) -> Result<Held, Error> {
    let line = lines::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(app, page, line.patient_id).await?;
    let analytes = catalogue::analytes_of_test(&app.db, line.test_id).await?;
    let values =
        results::values_of_test(&app.db, (line.patient_id, &SealedVisits::default()), line.test_id).await?;
    let current = results::in_state(&app.db, id, VersionState::Current).await?;
    let partial = current.as_ref().is_some_and(|version| !version.not_done.is_empty());
    let remark = current.map(|version| version.comment).unwrap_or_default();
    Ok(Held { line, analytes, values, remark, partial })
}

fn render(page: Page, form: FormState, held: Held) -> Result<EntryPage, Error> {
    let sample = held.line.sample_id.ok_or(Error::NotFound)?;
    let who = Who::of_line(&page, &held.line);
    let past: Vec<Value> =
        held.values.into_iter().filter(|value| value.state == VersionState::Current).collect();
    Ok(EntryPage {
        form,
        who,
        code: held.line.code_words(),
        action: paths::laboratory::correction(held.line.id),
        back: paths::laboratory::sample(sample),
        correcting: true,
        withdrawing: !held.line.withdrawn,
        rejected: held.line.reject_reason.is_some(),
        blocks: vec![block(&page, held.line, &held.analytes, &past)],
        meanwhile: Vec::new(),
        page,
    })
}

/// The form with the values that hold.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<LineId>) -> Answer {
    let held = held(&app, &page, id).await?;
    if !matches!(held.line.state, LineState::Verified | LineState::Released) {
        let sample = held.line.sample_id.ok_or(Error::NotFound)?;
        return Ok(see_other(&paths::laboratory::sample(sample)));
    }
    let mut form = FormState::new().with(&version_of(id), held.line.version);
    form = form.with(&comment_of(id), &held.remark);
    if held.partial {
        form = form.with(&partial_of(id), "yes");
    }
    if held.line.reject_reason.is_some() && !held.line.withdrawn {
        form = form.with("void", "yes");
    }
    let holds = |value: &&Value| Some(value.result_id) == held.line.current_id && !held.line.withdrawn;
    for value in held.values.iter().filter(holds) {
        form = form.with(&format!("v{}", value.analyte_id), value.shown());
    }
    record::read_apart(&app, &page, ("lab.correction_opened", "lab_line", id.0), held.line.patient_id)
        .await?;
    html(render(page, form, held)?)
}

/// Enters the corrected version; a second person verifies it like any other.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<LineId>, submission: Submission) -> Answer {
    let held = held(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.reason("reason", "Say why the result is corrected", (FEWEST, TEXT / 8));
    let void = form.chosen("void", "yes") && !held.line.withdrawn;
    let corrected = if void { None } else { fields::filled(&mut form, &held.line, &held.analytes) };
    let version = form.number(&version_of(id), 1, i64::MAX);
    if held.line.reject_reason.is_some() && !void {
        form.refuse("void", "The sample was rejected. Tick this, and have the test ordered again");
    } else if corrected.is_none() && !void && form.is_ok() {
        form.refuse("", "Enter at least one result, or go back");
    }
    if !form.is_ok() {
        return Ok(refused(html(render(page, form, held)?)?));
    }
    let whose = Whose { sex: held.line.sex, born_on: held.line.born_on };
    let mut work = submission.begin(&app).await?;
    let made = match &corrected {
        Some(filled) => correct(&mut work, &held.analytes, filled, whose, &reason).await,
        None => withdraw(&mut work, (id, version), &reason).await,
    };
    match made {
        Ok(sample) => {
            let words = "Correction entered. It holds once a second person has verified it";
            work.done(paths::laboratory::sample(sample), words).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            Ok(conflicting(html(render(page, form, held)?)?))
        }
    }
}
