//! Stocktakes: begun, counted blind, handed in, posted by a second person.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::fields::{expiry_of, item, number, optional_units};
use super::places;
use crate::app::App;
use crate::stock::model::{CountId, CountState, ItemKind, StoreId};
use crate::stock::store::{batches, counts, lists};
use crate::stock::verbs::count;
use crate::stock::verbs::receive::Arrival;
use crate::stock::views::moving::{CountPage, CountSheet, CountsPage};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Lines of one page while it is counted.
const PAGE: usize = 40;
/// Most units of one line.
const MOST: i64 = 10_000_000;

/// Every stocktake.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let all = counts::all(&app.db).await?;
    let places = places(&app.db).await?;
    html(CountsPage { page, form: FormState::new(), all, places })
}

/// Begins one.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let places = places(&app.db).await?;
    let mut form = submission.form.clone();
    let store = form.parse::<StoreId>("store", "Choose the store that is counted");
    let known = store.is_some_and(|id| places.iter().any(|place| place.id == id));
    if store.is_some() && !known {
        form.refuse("store", "Choose the store that is counted");
    }
    let kind: Option<ItemKind> = form.optional_parse("kind", "Choose what is counted");
    let (Some(store), true) = (store, form.is_ok()) else {
        let all = counts::all(&app.db).await?;
        return Ok(refused(html(CountsPage { page, form, all, places })?));
    };
    let mut work = submission.begin(&app).await?;
    match count::begin(&mut work, store, kind).await {
        Ok(id) => work.done(paths::stock::count(id), "Count what lies there, batch by batch").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("store", sentence);
            form.renew();
            let all = counts::all(&app.db).await?;
            Ok(conflicting(html(CountsPage { page, form, all, places })?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Which lines are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: usize,
    all: String,
}

async fn load(app: &App, page: Page, id: CountId, asked: &Asked) -> Result<CountPage, Error> {
    let count = counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut lines = counts::lines(&app.db, id).await?;
    let mut more = None;
    let all = asked.all == "yes";
    if count.state == CountState::Counting {
        if !all {
            lines.retain(|line| line.counted.is_none());
        }
        let from = asked.from.min(lines.len());
        if lines.len() > from + PAGE {
            let all = if all { "&all=yes" } else { "" };
            more = Some(format!("{}?from={}{all}", paths::stock::count(id), from + PAGE));
        }
        lines = lines.into_iter().skip(from).take(PAGE).collect();
    }
    Ok(CountPage { page, form: FormState::new(), count, lines, all, more })
}

/// One stocktake. While it is counted, nobody sees what the books say.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<CountId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let mut shown = load(&app, page, id, &asked).await?;
    for line in &shown.lines {
        if let Some(counted) = line.counted {
            shown.form.set(&line.field(), counted);
        }
    }
    html(shown)
}

/// What is left to count, to go along the shelves with. Of a stocktake that was handed in there is nothing left.
pub async fn sheet(State(app): State<App>, page: Page, Id(id): Id<CountId>) -> Answer {
    let count = counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    if count.state != CountState::Counting {
        return Ok(see_other(&paths::stock::count(id)));
    }
    let mut lines = counts::lines(&app.db, id).await?;
    lines.retain(|line| line.counted.is_none());
    html(CountSheet { page, count, lines })
}

async fn again(app: &App, page: Page, id: CountId, form: FormState) -> Result<CountPage, Error> {
    let all = form.chosen("all", "yes");
    let asked = Asked { from: 0, all: if all { "yes" } else { "" }.to_owned() };
    let mut shown = load(app, page, id, &asked).await?;
    shown.form = form;
    Ok(shown)
}

/// The page as it stands now, with what kept the form from being done.
async fn disagreed(app: &App, page: Page, id: CountId, mut form: FormState, sentence: String) -> Answer {
    form.refuse("", sentence);
    form.renew();
    Ok(conflicting(html(again(app, page, id, form).await?)?))
}

/// Keeps what was counted.
pub async fn keep(State(app): State<App>, page: Page, Id(id): Id<CountId>, submission: Submission) -> Answer {
    counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let fields: Vec<String> = form.pairs().map(|(name, _)| name.to_owned()).collect();
    let mut counted = Vec::new();
    for field in fields {
        let Some(line) = field.strip_prefix("counted_").and_then(|id| id.parse::<i64>().ok()) else {
            continue;
        };
        if let Some(units) = optional_units(&mut form, &field, MOST) {
            counted.push((line, units));
        }
    }
    if form.is_ok() && counted.is_empty() {
        form.refuse("", "Enter what you counted of at least one batch. Enter 0 where nothing lies");
    }
    if !form.is_ok() {
        return Ok(refused(html(again(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match count::keep(&mut work, id, &counted).await {
        Ok(()) => work.done(paths::stock::count(id), &format!("{} counted", counted.len())).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            disagreed(&app, page, id, form, sentence).await
        }
        Err(why) => Err(why.into()),
    }
}

/// Keeps a batch that lies there and stands in no line.
pub async fn found(
    State(app): State<App>,
    page: Page,
    Id(id): Id<CountId>,
    submission: Submission,
) -> Answer {
    counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let names = lists::names(&app.db).await?;
    let mut form = submission.form.clone();
    let known = item(&mut form, "item", &names);
    let number = number(&mut form, "number");
    let expiry = expiry_of(&mut form, "expiry", known.map(|known| known.kind));
    let quantity = form.number("units", 1, MOST);
    let (Some(known), Some(expiry), true) = (known, expiry, form.is_ok()) else {
        return Ok(refused(html(again(&app, page, id, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let unit_cost = batches::last_cost(work.tx(), known.id).await?;
    let what = Arrival {
        item: known.id,
        name: known.name.clone(),
        number,
        expiry,
        quantity,
        unit_cost,
        price: None,
    };
    match count::found(&mut work, id, &what).await {
        Ok(()) => work.done(paths::stock::count(id), &format!("{} is counted, too", what.name)).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            disagreed(&app, page, id, form, sentence).await
        }
        Err(why) => Err(why.into()),
    }
}

/// Hands it in.
pub async fn hand_in(app: State<App>, page: Page, id: Id<CountId>, submission: Submission) -> Answer {
    turn(app, page, id, submission, CountState::Counted).await
}

/// Gives it back to be counted again.
pub async fn recount(app: State<App>, page: Page, id: Id<CountId>, submission: Submission) -> Answer {
    turn(app, page, id, submission, CountState::Counting).await
}

async fn turn(
    State(app): State<App>,
    page: Page,
    Id(id): Id<CountId>,
    submission: Submission,
    to: CountState,
) -> Answer {
    let one = counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    if to == CountState::Counted && one.done == 0 {
        form.refuse("", "Nothing is counted yet");
    }
    if !form.is_ok() {
        return Ok(refused(html(again(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match count::turn(&mut work, &one, version, to).await {
        Ok(()) => {
            let said = if to == CountState::Counted { "Handed in" } else { "To be counted again" };
            work.done(paths::stock::count(id), said).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            disagreed(&app, page, id, form, sentence).await
        }
        Err(why) => Err(why.into()),
    }
}

/// A second person posts the differences.
pub async fn post(State(app): State<App>, page: Page, Id(id): Id<CountId>, submission: Submission) -> Answer {
    let one = counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let reason = form.optional_text("reason", 200);
    if !form.is_ok() {
        return Ok(refused(html(again(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let lines = counts::lines(work.tx(), id).await?;
    match count::post(&mut work, &one, (version, &reason), &lines).await {
        Ok(posted) => {
            let said = match posted {
                0 => "Posted. Nothing differed".to_owned(),
                1 => "Posted with one difference".to_owned(),
                many => format!("Posted with {many} differences"),
            };
            work.done(paths::stock::count(id), &said).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            disagreed(&app, page, id, form, sentence).await
        }
        Err(why) => Err(why.into()),
    }
}

/// Cancels it.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    Id(id): Id<CountId>,
    submission: Submission,
) -> Answer {
    let one = counts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let why = form.text("why", "Say why it is cancelled", 200);
    if form.is_ok() && why.chars().count() < 3 {
        form.refuse("why", "Say in a few words why it is cancelled");
    }
    if !form.is_ok() {
        return Ok(refused(html(again(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match count::cancel(&mut work, &one, version, &why).await {
        Ok(()) => work.done(paths::stock::COUNTS, "Cancelled. Nothing was posted").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            disagreed(&app, page, id, form, sentence).await
        }
        Err(why) => Err(why.into()),
    }
}
