//! Taking samples and printing their labels.

use axum::extract::State;

use crate::app::App;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::laboratory::model::{LineId, LineState, SampleId};
use crate::laboratory::store::lines::{self, Line};
use crate::laboratory::store::samples::Sample;
use crate::laboratory::store::{orders, samples};
use crate::laboratory::verbs::collect::collect;
use crate::laboratory::views::Who;
use crate::laboratory::views::order::{CollectPage, Label, LabelsPage};
use crate::queue::model::VisitId;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

fn tests_on(lines: &[Line], sample: SampleId) -> Vec<String> {
    lines.iter().filter(|line| line.sample_id == Some(sample)).map(|line| line.test.clone()).collect()
}

/// A visit of somebody else: nobody takes the own samples (rule A7).
async fn visit_of_another(app: &App, page: &Page, id: VisitId) -> Result<orders::Visit, Error> {
    let visit = orders::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(app, page, visit.patient_id).await?;
    Ok(visit)
}

async fn load(app: &App, page: Page, id: VisitId, form: FormState) -> Result<CollectPage, Error> {
    let visit = visit_of_another(app, &page, id).await?;
    let mut lines = lines::of_visit(&app.db, id).await?;
    let taken = samples::of_visit(&app.db, id).await?;
    let with_tests = |sample: Sample| {
        let tests = tests_on(&lines, sample.id);
        (sample, tests)
    };
    let samples = taken.into_iter().map(with_tests).collect();
    lines.retain(|line| matches!(line.state, LineState::Requested | LineState::Rejected));
    let who = Who::of_visit(&page, &visit);
    Ok(CollectPage { page, form, visit, who, waiting: lines, samples, notice: None })
}

/// What waits for its sample, and the samples of the visit.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let mut collection = load(&app, page, id, FormState::new()).await?;
    // Everything that waits is taken unless somebody unticks it.
    for line in &collection.waiting {
        collection.form = collection.form.with("line", line.id);
    }
    let patient = collection.visit.patient_id;
    record::read_apart(&app, &collection.page, ("lab.collection_opened", "visit", id.0), patient).await?;
    html(collection)
}

/// Takes the samples.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    visit_of_another(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let chosen: Vec<LineId> = form.values("line").iter().filter_map(|id| id.parse().ok()).collect();
    if chosen.is_empty() {
        form.refuse("line", "Tick what is taken now");
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let sources: Vec<i64> = chosen.iter().map(|line| line.0).collect();
    if !billing::pass(&mut work, id, (ChargeKind::Test, &sources), &mut form).await? {
        work.undo();
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    }
    match collect(&mut work, id, &chosen).await {
        Ok(taken) => {
            let words = match taken.len() {
                1 => "1 sample taken. Print its label and stick it on now".to_owned(),
                more => format!("{more} samples taken. Print their labels and stick them on now"),
            };
            work.done(paths::laboratory::collection(id), &words).await
        }
        Err(why) => {
            work.undo();
            let why = sentence(why)?;
            form.renew();
            let mut collection = load(&app, page, id, form).await?;
            collection.notice = Some(why);
            Ok(conflicting(html(collection)?))
        }
    }
}

/// The labels of the samples of a visit that have not arrived in the laboratory yet; of all where all have.
pub async fn labels(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let visit = visit_of_another(&app, &page, id).await?;
    let lines = lines::of_visit(&app.db, id).await?;
    let mut taken = samples::of_visit(&app.db, id).await?;
    taken.reverse();
    let fresh = |sample: &Sample| {
        let on = |line: &&Line| line.sample_id == Some(sample.id) && line.state == LineState::Collected;
        lines.iter().any(|line| on(&line))
    };
    let any_fresh = taken.iter().any(fresh);
    let wanted = taken.iter().filter(|sample| sample.rejected_at.is_none() && (!any_fresh || fresh(sample)));
    let labels = wanted.map(|sample| Label::new(sample.clone(), tests_on(&lines, sample.id))).collect();
    let who = Who::of_visit(&page, &visit);
    record::read_apart(&app, &page, ("lab.label_opened", "visit", id.0), visit.patient_id).await?;
    html(LabelsPage { who, labels, back: paths::laboratory::collection(id), page })
}

/// The label of one sample.
pub async fn label(State(app): State<App>, page: Page, Id(id): Id<SampleId>) -> Answer {
    let sample = samples::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(&app, &page, sample.patient_id).await?;
    let lines = lines::of_sample(&app.db, id).await?;
    let line = lines.first().ok_or(Error::NotFound)?;
    let who = Who::of_line(&page, line);
    let (patient, back) = (sample.patient_id, paths::laboratory::collection(sample.visit_id));
    let labels = vec![Label::new(sample, tests_on(&lines, id))];
    record::read_apart(&app, &page, ("lab.label_opened", "lab_sample", id.0), patient).await?;
    html(LabelsPage { page, who, labels, back })
}
