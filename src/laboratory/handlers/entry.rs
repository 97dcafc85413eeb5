//! Entering the results of a sample on one page.

use axum::extract::State;

use super::fields;
use crate::app::App;
use crate::laboratory::model::{AgeAt, LineState, SampleId, shown_code};
use crate::laboratory::store::catalogue::{self, Analyte};
use crate::laboratory::store::lines::{self, Line};
use crate::laboratory::store::results::{self, Value};
use crate::laboratory::verbs::enter::{Whose, enter};
use crate::laboratory::views::Who;
use crate::laboratory::views::sample::{Block, EntryPage, Field, version_of};
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The rows of a line's test.
pub(super) fn block(page: &Page, line: Line, analytes: &[Analyte], past: &[Value]) -> Block {
    let at = line.collected_at.unwrap_or(page.now);
    let who = AgeAt::at(line.sex, line.born_on, at, &page.clinic);
    let own = analytes.iter().filter(|analyte| analyte.test_id == line.test_id);
    let fields = own.map(|analyte| Field::new(analyte.clone(), who, past)).collect();
    Block { line, fields }
}

/// The sample's tests that wait for a result, with what they measure.
async fn waiting(app: &App, id: SampleId) -> Result<(Vec<Line>, Vec<Analyte>), Error> {
    let mut on = lines::of_sample(&app.db, id).await?;
    if on.is_empty() {
        return Err(Error::NotFound);
    }
    let open = |line: &Line| matches!(line.state, LineState::Received | LineState::InProgress);
    on.retain(|line| line.sample_id == Some(id) && open(line));
    let analytes = catalogue::analytes_of_sample(&app.db, id).await?;
    Ok((on, analytes))
}

async fn render(
    app: &App,
    page: Page,
    id: SampleId,
    form: FormState,
    (on, analytes): (Vec<Line>, Vec<Analyte>),
) -> Result<Option<EntryPage>, Error> {
    let Some(first) = on.first().cloned() else { return Ok(None) };
    let past = results::values_around(&app.db, id, first.patient_id).await?;
    let past: Vec<Value> = past.into_iter().map(|found| found.value).collect();
    let who = Who::of_line(&page, &first);
    let blocks = on.into_iter().map(|line| block(&page, line, &analytes, &past)).collect();
    Ok(Some(EntryPage {
        form,
        who,
        code: shown_code(first.code.as_deref().unwrap_or_default()),
        blocks,
        action: paths::laboratory::entry(id),
        back: paths::laboratory::sample(id),
        correcting: false,
        page,
    }))
}

/// The form. A sample without a test that waits leads to its page.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<SampleId>) -> Answer {
    let (on, analytes) = waiting(&app, id).await?;
    let mut form = FormState::new();
    for line in &on {
        form = form.with(&version_of(line.id), line.version);
    }
    let patient = on.first().map(|line| line.patient_id);
    match (render(&app, page, id, form, (on, analytes)).await?, patient) {
        (Some(entry), Some(patient)) => {
            record::read_apart(&app, &entry.page, ("lab.sample_opened", "lab_sample", id.0), patient).await?;
            html(entry)
        }
        _ => Ok(see_other(&paths::laboratory::sample(id))),
    }
}

/// Enters what was typed. A test without any value waits on.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    let (on, analytes) = waiting(&app, id).await?;
    let mut form = submission.form.clone();
    let filled: Vec<_> = on.iter().filter_map(|line| fields::filled(&mut form, line, &analytes)).collect();
    if filled.is_empty() && form.is_ok() {
        form.refuse("", "Enter at least one result, or go back");
    }
    let Some(whose) = on.first().map(|line| Whose { sex: line.sex, born_on: line.born_on }) else {
        return Err(Error::Conflict("A colleague has entered this sample meanwhile.".into()));
    };
    if !form.is_ok() {
        let entry = render(&app, page, id, form, (on, analytes)).await?.ok_or(Error::NotFound)?;
        return Ok(refused(html(entry)?));
    }
    let mut work = submission.begin(&app).await?;
    match enter(&mut work, id, &analytes, &filled, whose).await {
        Ok(critical) => {
            let words = if critical {
                "Entered. A value is critical: have it verified and call at once"
            } else {
                "Entered. A second person verifies it"
            };
            work.done(paths::laboratory::sample(id), words).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            let entry = render(&app, page, id, form, (on, analytes)).await?.ok_or(Error::NotFound)?;
            Ok(conflicting(html(entry)?))
        }
    }
}
