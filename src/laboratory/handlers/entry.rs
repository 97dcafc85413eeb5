//! Entering the results of a sample on one page.

use axum::extract::State;

use super::fields;
use crate::app::App;
use crate::laboratory::model::{AgeAt, LineState, SampleId, shown_code};
use crate::laboratory::store::catalogue::{self, Analyte};
use crate::laboratory::store::lines::{self, Line};
use crate::laboratory::store::results::{self, OfVersion, Value};
use crate::laboratory::verbs::enter::{Whose, enter};
use crate::laboratory::views::Who;
use crate::laboratory::views::sample::{Block, Entered, EntryPage, Field, comment_of, version_of};
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// What the form says when a colleague was quicker with a test.
const OVERTAKEN: &str = "A colleague has entered a result of this sample meanwhile. Compare it below with what you typed. \
Nothing of this form is saved yet";

/// The rows of a line's test.
pub(super) fn block(page: &Page, line: Line, analytes: &[Analyte], past: &[Value]) -> Block {
    let at = line.collected_at.unwrap_or(page.now);
    let who = AgeAt::at(line.sex, line.born_on, at, &page.clinic);
    let own = analytes.iter().filter(|analyte| analyte.test_id == line.test_id);
    let fields = own.map(|analyte| Field::new(analyte.clone(), who, past)).collect();
    Block { line, fields }
}

/// The tests of a sample, with what they measure.
struct Bench {
    /// Those that wait for a result.
    on: Vec<Line>,
    /// Those that have one.
    entered: Vec<Line>,
    analytes: Vec<Analyte>,
}

async fn bench(app: &App, page: &Page, id: SampleId) -> Result<Bench, Error> {
    let mut lines = lines::of_sample(&app.db, id).await?;
    lines.retain(|line| line.sample_id == Some(id));
    let first = lines.first().ok_or(Error::NotFound)?;
    record::not_own(app, page, first.patient_id).await?;
    let open = |line: &Line| matches!(line.state, LineState::Received | LineState::InProgress);
    let (on, entered) = lines.into_iter().partition(open);
    let analytes = catalogue::analytes_of_sample(&app.db, id).await?;
    Ok(Bench { on, entered, analytes })
}

/// What a colleague entered of that which was typed too, beside what was typed (rule R8).
fn overtaken(form: &FormState, bench: &Bench, past: &[OfVersion]) -> Vec<Entered> {
    let mut overtaken = Vec::new();
    for line in bench.entered.iter().filter(|line| !form.value(version_of(line.id)).is_empty()) {
        let newest = past.iter().find(|found| found.value.line_id == line.id);
        let stored = |analyte: &Analyte| {
            past.iter()
                .find(|found| {
                    found.value.analyte_id == analyte.id
                        && newest.is_some_and(|newest| newest.version.id == found.version.id)
                })
                .map_or_else(|| "Nothing".to_owned(), |found| found.value.with_unit())
        };
        let own = bench.analytes.iter().filter(|analyte| analyte.test_id == line.test_id);
        let mut rows: Vec<_> = own
            .map(|analyte| (analyte, form.value(format!("v{}", analyte.id)).trim().to_owned()))
            .filter(|(_, typed)| !typed.is_empty())
            .map(|(analyte, typed)| (analyte.name.clone(), stored(analyte), typed))
            .collect();
        let remark = form.value(comment_of(line.id)).trim().to_owned();
        if !remark.is_empty() {
            let known = newest.map(|newest| newest.version.comment.clone()).filter(|words| !words.is_empty());
            rows.push(("Remark".to_owned(), known.unwrap_or_else(|| "Nothing".to_owned()), remark));
        }
        if !rows.is_empty() {
            let who = newest.map_or("a colleague", |newest| newest.version.enterer.as_str()).to_owned();
            overtaken.push(Entered { test: line.test.clone(), who, rows });
        }
    }
    overtaken
}

async fn render(
    app: &App,
    page: Page,
    id: SampleId,
    form: FormState,
    bench: Bench,
) -> Result<EntryPage, Error> {
    let first = bench.on.first().or(bench.entered.first()).cloned().ok_or(Error::NotFound)?;
    let found = results::values_around(&app.db, id, first.patient_id).await?;
    let meanwhile = overtaken(&form, &bench, &found);
    let past: Vec<Value> = found.into_iter().map(|found| found.value).collect();
    let who = Who::of_line(&page, &first);
    let Bench { on, analytes, .. } = bench;
    let blocks = on.into_iter().map(|line| block(&page, line, &analytes, &past)).collect();
    Ok(EntryPage {
        form,
        who,
        code: shown_code(first.code.as_deref().unwrap_or_default()),
        blocks,
        action: paths::laboratory::entry(id),
        back: paths::laboratory::sample(id),
        correcting: false,
        withdrawing: false,
        rejected: false,
        meanwhile,
        page,
    })
}

/// The form. A sample without a test that waits leads to its page.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<SampleId>) -> Answer {
    let bench = bench(&app, &page, id).await?;
    let Some(patient) = bench.on.first().map(|line| line.patient_id) else {
        return Ok(see_other(&paths::laboratory::sample(id)));
    };
    let mut form = FormState::new();
    for line in &bench.on {
        form = form.with(&version_of(line.id), line.version);
    }
    let entry = render(&app, page, id, form, bench).await?;
    record::read_apart(&app, &entry.page, ("lab.sample_opened", "lab_sample", id.0), patient).await?;
    html(entry)
}

/// Enters what was typed. A test without any value waits on. Of a test that a colleague entered meanwhile nothing that
/// was typed is dropped unseen.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    let bench = bench(&app, &page, id).await?;
    let mut form = submission.form.clone();
    if bench.entered.iter().any(|line| is_typed(&form, line, &bench.analytes)) {
        return again(&app, page, id, form, OVERTAKEN.to_owned()).await;
    }
    let filled: Vec<_> =
        bench.on.iter().filter_map(|line| fields::filled(&mut form, line, &bench.analytes)).collect();
    if filled.is_empty() && form.is_ok() {
        form.refuse("", "Enter at least one result, or go back");
    }
    let Some(whose) = bench.on.first().map(|line| Whose { sex: line.sex, born_on: line.born_on }) else {
        return Err(Error::Conflict("A colleague has entered this sample meanwhile.".into()));
    };
    if !form.is_ok() {
        return Ok(refused(html(render(&app, page, id, form, bench).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match enter(&mut work, id, &bench.analytes, &filled, whose).await {
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
            again(&app, page, id, form, sentence(why)?).await
        }
    }
}

/// Whether something was typed for a line.
fn is_typed(form: &FormState, line: &Line, analytes: &[Analyte]) -> bool {
    let own = analytes.iter().filter(|analyte| analyte.test_id == line.test_id);
    let fields = own.map(|analyte| format!("v{}", analyte.id)).chain([comment_of(line.id)]);
    !form.value(version_of(line.id)).is_empty()
        && fields.into_iter().any(|field| !form.value(&field).trim().is_empty())
}

/// The form again as everything stands now, with what was typed; whoever has seen this may save.
async fn again(app: &App, page: Page, id: SampleId, mut form: FormState, why: String) -> Answer {
    let bench = bench(app, &page, id).await?;
    form.refuse("", why);
    form.renew();
    for line in &bench.on {
        form.set(&version_of(line.id), line.version);
    }
    Ok(conflicting(html(render(app, page, id, form, bench).await?)?))
}
