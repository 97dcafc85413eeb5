//! Ordering tests for a visit, and taking an order back.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::laboratory::model::{LineId, TestId};
use crate::laboratory::store::{catalogue, lines, orders};
use crate::laboratory::verbs::place::{Placed, cancel, expanded, place};
use crate::laboratory::verbs::withdraw::FEWEST;
use crate::laboratory::views::order::{OrderPage, why_of};
use crate::patients::model::fold;
use crate::patients::{self, PatientId};
use crate::queue::model::VisitId;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::{LINE, TEXT};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// What is said while the record is closed to who orders.
const CLOSED: &str = "Open the patient's record with a reason first.";

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    /// Codes of tests that are ticked from the start: the proposal of an order set.
    tick: String,
}

/// The page as it stands; or the patient, when the record has to be opened with a reason first.
async fn load(
    app: &App,
    page: Page,
    id: VisitId,
    form: FormState,
    q: &str,
) -> Result<Result<OrderPage, PatientId>, Error> {
    let visit = orders::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, &page, visit.patient_id, id).await?;
    if door.closed() {
        return Ok(Err(visit.patient_id));
    }
    let lines = lines::around_visit(&app.db, id, door.whose()).await?;
    let banner = door.banner.as_heading();
    let words: Vec<String> = fold(q).split_whitespace().map(str::to_owned).collect();
    let fits = |test: &catalogue::Test| words.iter().all(|word| test.search_words.contains(word.as_str()));
    let ticked = |test: &catalogue::Test| form.chosen("test", test.id);
    let mut tests = catalogue::tests(&app.db).await?;
    tests.retain(|test| test.active && (fits(test) || ticked(test)));
    Ok(Ok(OrderPage { page, form, visit, banner, tests, q: q.to_owned(), lines, again: Vec::new() }))
}

/// The catalogue to tick, beside what is ordered already.
pub async fn new(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let q: String = asked.q.chars().take(60).collect();
    match load(&app, page, id, FormState::new(), &q).await? {
        Ok(mut order) => {
            let codes: Vec<&str> = asked.tick.split(',').collect();
            let open =
                |test: TestId| order.lines.iter().any(|line| line.state.is_open() && line.test_id == test);
            let proposed =
                order.tests.iter().filter(|test| codes.contains(&test.code.as_str()) && !open(test.id));
            order.form = proposed.fold(order.form, |form, test| form.with("test", test.id));
            record::read(&app, &order.page, &order.banner, ("lab.orders_opened", "visit", id.0)).await?;
            html(order)
        }
        Err(patient) => Ok(see_other(&paths::patients::show(patient))),
    }
}

/// Places the order. What is open already is asked about once.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let ticked: Vec<TestId> = form.values("test").iter().filter_map(|id| id.parse().ok()).collect();
    let question = form.optional_text("question", TEXT / 8);
    let Ok(mut order) = load(&app, page, id, form.clone(), "").await? else {
        return Err(Error::Forbidden(CLOSED));
    };
    let tests = expanded(&order.tests, &ticked).filter(|tests| !tests.is_empty());
    if tests.is_none() {
        form.refuse("test", "Tick at least one test that is offered");
    }
    let tests = tests.unwrap_or_default();
    let open = order.lines.iter().filter(|line| line.state.is_open() && tests.contains(&line.test_id));
    let again: Vec<String> = open.map(|line| line.test.clone()).collect();
    if !again.is_empty() && !form.chosen("again", "yes") {
        form.refuse(
            "again",
            "Some of these tests are open already. Untick them, or say that you want them again",
        );
        order.again = again;
    }
    if !form.is_ok() {
        return Ok(refused(html(OrderPage { form, ..order })?));
    }
    let urgent = form.chosen("urgent", "yes");
    let patient = order.visit.patient_id;
    let mut work = submission.begin(&app).await?;
    match place(&mut work, &Placed { visit: id, patient, lines: ticked, urgent, question }).await {
        Ok(lines) => {
            let words = if lines.len() == 1 {
                "1 test ordered".to_owned()
            } else {
                format!("{} tests ordered", lines.len())
            };
            work.done(paths::laboratory::order(id), &words).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            Ok(conflicting(html(OrderPage { form, ..order })?))
        }
    }
}

/// Cancels a test whose sample is not taken yet, with the reason (rule R3).
pub async fn cancel_line(
    State(app): State<App>,
    page: Page,
    Id(id): Id<LineId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version: Option<i64> = form.optional_parse("version", "Open the page again");
    let line = lines::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(&app, &page, line.patient_id).await?;
    let mine = line.ordered_by == page.actor()?.account;
    let (reach, sealed) = patients::reach(&app, &page, line.patient_id).await?;
    if !mine && (!reach.is_open() || sealed.holds(line.visit_id.0)) {
        return Err(Error::NotFound);
    }
    // A released result is withdrawn with its test: the reason then stands with the result.
    let withdraws = line.current_id.is_some() && !line.withdrawn;
    let fewest = if withdraws { FEWEST } else { 3 };
    let why = form.reason(&why_of(id), "Say why the test is cancelled", (fewest, LINE));
    if !form.is_ok() {
        let shown = load(&app, page, line.visit_id, form, "").await?;
        let Ok(order) = shown else { return Err(Error::Forbidden(CLOSED)) };
        return Ok(refused(html(order)?));
    }
    let mut work = submission.begin(&app).await?;
    match cancel(&mut work, id, version, &why).await {
        Ok(visit) => {
            let also = if withdraws { ". Its released result is withdrawn" } else { "" };
            let words = format!("{} cancelled{also}", line.test);
            work.done(paths::laboratory::order(visit), &words).await
        }
        Err(why) => {
            work.undo();
            Err(Error::Conflict(sentence(why)?))
        }
    }
}
