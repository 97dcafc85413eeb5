//! One sample: its page and its steps.

use axum::extract::State;

use crate::app::App;
use crate::laboratory::model::{LineId, RejectReason, SampleId};
use crate::laboratory::store::results::{self, OfVersion};
use crate::laboratory::store::{lines, samples};
use crate::laboratory::verbs::{Refused, bench, verify};
use crate::laboratory::views::Who;
use crate::laboratory::views::sample::{OnSample, SamplePage};
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{Answering, refused};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn load(app: &App, page: Page, id: SampleId, form: FormState) -> Result<SamplePage, Error> {
    let sample = samples::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(app, &page, sample.patient_id).await?;
    let on = lines::of_sample(&app.db, id).await?;
    let who = on.first().map(|line| Who::of_line(&page, line)).ok_or(Error::NotFound)?;
    let steps = lines::steps_of_sample(&app.db, id).await?;
    let found = results::values_around(&app.db, id, sample.patient_id).await?;
    let mut tests: Vec<OnSample> =
        on.into_iter().map(|line| OnSample { line, versions: Vec::new(), values: Vec::new() }).collect();
    let mut past = Vec::new();
    for OfVersion { value, version } in found {
        match tests.iter_mut().find(|test| test.line.id == value.line_id) {
            Some(test) => {
                if !test.versions.iter().any(|known| known.id == version.id) {
                    test.versions.insert(0, version);
                }
                test.values.push(value);
            }
            None => past.push(value),
        }
    }
    Ok(SamplePage { page, form, sample, who, tests, past, steps, notice: None })
}

/// One sample with its tests, results and history.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<SampleId>) -> Answer {
    let shown = load(&app, page, id, FormState::new()).await?;
    record::read_apart(&app, &shown.page, ("lab.sample_opened", "lab_sample", id.0), shown.sample.patient_id)
        .await?;
    html(shown)
}

/// The sample of somebody else: nobody works on the own one (rule A7).
async fn of_another(app: &App, page: &Page, id: SampleId) -> Result<(), Error> {
    let sample = samples::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(app, page, sample.patient_id).await
}

/// Ends a step: to the sample, or the sample again with why nothing happened.
async fn finish(
    app: &App,
    page: Page,
    id: SampleId,
    work: Answering,
    (made, words): (Result<(), Refused>, &str),
) -> Answer {
    match made {
        Ok(()) => work.done(paths::laboratory::sample(id), words).await,
        Err(why) => {
            work.undo();
            let why = sentence(why)?;
            let mut shown = load(app, page, id, FormState::new()).await?;
            shown.notice = Some(why);
            Ok(conflicting(html(shown)?))
        }
    }
}

/// The sample has arrived.
pub async fn receive(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    of_another(&app, &page, id).await?;
    let mut work = submission.begin(&app).await?;
    let made = bench::receive(&mut work, id).await;
    finish(&app, page, id, work, (made, "Received")).await
}

/// Work on it begins.
pub async fn start(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    of_another(&app, &page, id).await?;
    let mut work = submission.begin(&app).await?;
    let made = bench::start(&mut work, id).await;
    finish(&app, page, id, work, (made, "Started")).await
}

/// It cannot be used.
pub async fn reject(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    of_another(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason: Option<RejectReason> = form.parse("reason", "Choose why the sample cannot be used");
    let note = form.optional_text("note", LINE);
    if reason == Some(RejectReason::Other) && note.is_empty() {
        form.refuse("note", "Say what is wrong with the sample");
    }
    let (Some(reason), true) = (reason, form.is_ok()) else {
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let made = bench::reject(&mut work, id, reason, &note).await;
    finish(&app, page, id, work, (made, "Rejected. A new sample is asked for")).await
}

/// `12-3`: a line and the version that was seen.
fn line_and_version(pair: &str) -> Option<(LineId, i64)> {
    let (line, version) = pair.split_once('-')?;
    Some((line.parse().ok()?, version.parse().ok()?))
}

/// Verifies what was ticked: each line with the version that was seen.
pub async fn verify(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SampleId>,
    submission: Submission,
) -> Answer {
    of_another(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let seen: Vec<(LineId, i64)> = form.values("line").into_iter().filter_map(line_and_version).collect();
    if seen.is_empty() {
        form.refuse("line", "Tick the results that you have checked");
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let on = lines::held_on(work.tx(), id).await?;
    if !seen.iter().all(|(line, _)| on.iter().any(|held| held.id == *line)) {
        return Err(Error::NotFound);
    }
    let (made, words) = match verify::verify(&mut work, &seen).await {
        Ok(0) => (Ok(()), "Verified and released to the doctor"),
        Ok(_) => (Ok(()), "Verified. The doctor can read it. Call about the critical value now"),
        Err(why) => (Err(why), ""),
    };
    finish(&app, page, id, work, (made, words)).await
}

/// Sends a result back to the bench before it is verified.
pub async fn send_back(
    State(app): State<App>,
    page: Page,
    Id(line): Id<LineId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let held = lines::by_id(&app.db, line).await?.ok_or(Error::NotFound)?;
    record::not_own(&app, &page, held.patient_id).await?;
    let sample = held.sample_id.ok_or(Error::NotFound)?;
    let version = form.number("version", 1, i64::MAX);
    let note = form.text("back_note", "Say what is to be looked at again", LINE);
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, sample, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let (made, words) = match bench::send_back(&mut work, line, version, &note).await {
        Ok(false) => (Ok(()), "Sent back to the bench"),
        Ok(true) => (Ok(()), "Sent back. The sample was rejected, so a new one is asked for"),
        Err(why) => (Err(why), ""),
    };
    finish(&app, page, sample, work, (made, words)).await
}
