//! The doctor's side: results to review, one result, the same on paper, acknowledging it.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::laboratory::model::{ResultId, ReviewReason, Tell};
use crate::laboratory::store::{lines, results, reviews};
use crate::laboratory::verbs::acknowledge::acknowledge;
use crate::laboratory::verbs::verify::READ;
use crate::laboratory::views::Who;
use crate::laboratory::views::result::{PrintPage, ResultPage, ReviewsPage, ReviewsPart, Shown, Waiting};
use crate::live::Topic;
use crate::patients::model::Reach;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::TEXT;
use crate::web::live::{Watcher, stream};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Results on one page; the most pressing stand first.
const MOST: i64 = 50;

async fn waiting(app: &App, page: &Page) -> Result<Waiting, Error> {
    let me = page.actor()?.account;
    let reviews = reviews::open(&app.db, me, MOST).await?;
    let open = lines::waiting_for(&app.db, me).await?;
    Ok(Waiting { reviews, open })
}

/// The list.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let waiting = waiting(&app, &page).await?;
    html(ReviewsPage { page, waiting })
}

/// The part of it that changes.
pub async fn part(State(app): State<App>, page: Page) -> Answer {
    let waiting = waiting(&app, &page).await?;
    html(ReviewsPart { page, waiting })
}

/// Its stream.
pub async fn live(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    let topics = vec![Topic::Reviews(actor.account.0)];
    Ok(stream(&app, topics, Watcher::SignIn(actor.sign_in, actor.account.0)))
}

/// A result as somebody may read it, and why it waits for them: by the relation to the patient, or because they ordered
/// it. None where the record asks for a reason first.
async fn load(
    app: &App,
    page: &Page,
    id: ResultId,
) -> Result<(Option<(Shown, Option<ReviewReason>)>, crate::patients::PatientId), Error> {
    let me = page.actor()?.account;
    let line = lines::of_result(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = line.patient_id;
    let versions = results::of_line_for(&app.db, line.id, me).await?;
    let review = versions.iter().find(|found| found.version.id == id).and_then(|found| found.review());
    let door = record::door_of(app, page, patient, line.visit_id).await?;
    match door.reach {
        Reach::Related | Reach::Until(_) | Reach::Emergency(_) => {}
        // Whoever has to look at a result reads it, whatever else is closed to them.
        Reach::Closed | Reach::Sealed | Reach::SealedHere if line.ordered_by == me || review.is_some() => {}
        Reach::Closed | Reach::Sealed | Reach::SealedHere | Reach::Never => return Ok((None, patient)),
    }
    let versions: Vec<_> = versions.into_iter().map(|found| found.version).collect();
    let version = versions.iter().find(|version| version.id == id && version.verified_at.is_some()).cloned();
    let version = version.ok_or(Error::NotFound)?;
    let all = results::values_of_test(&app.db, door.whose(), line.test_id).await?;
    let who = Who::of_line(page, &line);
    let banner = door.banner.as_heading();
    Ok((Some((Shown { line, who, banner, version, versions, all }, review)), patient))
}

/// One version. Who reads which version is in the trail: when it is corrected, they are told.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ResultId>) -> Answer {
    let (found, patient) = load(&app, &page, id).await?;
    let Some((shown, review)) = found else { return Ok(see_other(&paths::patients::show(patient))) };
    record::read(&app, &page, &shown.banner, (READ, "lab_result", id.0)).await?;
    // A critical value is told before it is read: whoever reviews it says how.
    let tell = match (shown.line.in_person, shown.version.critical) {
        (true, _) => Tell::InPerson.as_str(),
        (false, true) => "",
        (false, false) => Tell::Now.as_str(),
    };
    let form = FormState::new().with("tell", tell);
    html(ResultPage { page, form, shown, review, notice: None })
}

/// One version on paper.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<ResultId>) -> Answer {
    let (found, patient) = load(&app, &page, id).await?;
    let Some((shown, _)) = found else { return Ok(see_other(&paths::patients::show(patient))) };
    record::read(&app, &page, &shown.banner, (READ, "lab_result", id.0)).await?;
    html(PrintPage { page, shown })
}

/// The doctor has looked, and says how the patient learns of it.
pub async fn acknowledged(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ResultId>,
    submission: Submission,
) -> Answer {
    let (found, _) = load(&app, &page, id).await?;
    let (shown, review) = found.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let tell: Option<Tell> = form.parse("tell", "Choose how the patient learns of it");
    let note = form.optional_text("note", TEXT / 8);
    if shown.line.in_person && tell.is_some_and(|tell| tell != Tell::InPerson) {
        form.refuse("tell", "This test is told in person only");
    }
    let (Some(tell), true) = (tell, form.is_ok()) else {
        return Ok(refused(html(ResultPage { page, form, shown, review, notice: None })?));
    };
    let mut work = submission.begin(&app).await?;
    match acknowledge(&mut work, id, tell, &note).await {
        Ok(()) => work.done(paths::laboratory::REVIEWS, "Reviewed").await,
        Err(why) => {
            work.undo();
            let notice = Some(sentence(why)?);
            // As it stands now: whose turn it still is can choose again.
            let (now, _) = load(&app, &page, id).await?;
            let (shown, review) = now.ok_or(Error::NotFound)?;
            form.renew();
            if shown.line.in_person {
                form.set("tell", Tell::InPerson.as_str());
            }
            Ok(conflicting(html(ResultPage { page, form, shown, review, notice })?))
        }
    }
}
