//! Transfers: sending, accepting with what arrived, refusing.

use axum::extract::State;

use super::fields::{item, optional_units};
use super::places;
use crate::app::App;
use crate::db::DbError;
use crate::stock::model::{StoreId, StoreKind, TransferId};
use crate::stock::store::lists::{self, Named};
use crate::stock::store::stores::StockStore;
use crate::stock::store::transfers::{self, TransferLine};
use crate::stock::verbs::transfer::{self, Part};
use crate::stock::views::moving::{LINES, NewTransferPage, TransferPage, TransfersPage};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Most units of one line.
const MOST: i64 = 1_000_000;

/// What is on its way, and the latest others.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let all = transfers::all(&app.db).await?;
    html(TransfersPage { page, all })
}

/// The empty form.
pub async fn new(State(app): State<App>, page: Page) -> Answer {
    let places = places(&app.db).await?;
    html(NewTransferPage { page, form: FormState::new(), places })
}

/// Units of a line out of whole packs and single units.
pub(super) fn units(form: &mut FormState, (units, packs): (&str, &str), pack: i64) -> i64 {
    let single = optional_units(form, units, MOST).unwrap_or(0);
    let whole = optional_units(form, packs, 100_000).unwrap_or(0);
    let all = whole.saturating_mul(pack).saturating_add(single);
    if all == 0 {
        form.refuse(units, "Enter how many packs, units, or both");
    } else if all > MOST {
        form.refuse(units, "This is more than one line takes");
    }
    all
}

/// The lines of a form: items with their units.
pub(super) fn lines<'a>(form: &mut FormState, names: &'a [Named], most: usize) -> Vec<(&'a Named, i64)> {
    let mut lines: Vec<(&Named, i64)> = Vec::new();
    for at in 0..most {
        let (name, single, whole) = (format!("item_{at}"), format!("units_{at}"), format!("packs_{at}"));
        let empty = |field: &str| form.value(field).trim().is_empty();
        if empty(&name) && empty(&single) && empty(&whole) {
            continue;
        }
        let Some(item) = item(form, &name, names) else { continue };
        if lines.iter().any(|(known, _)| known.id == item.id) {
            form.refuse(&name, "This stands in the list already");
            continue;
        }
        let quantity = units(form, (&single, &whole), item.pack);
        lines.push((item, quantity));
    }
    lines
}

/// Sends.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let places = places(&app.db).await?;
    let names = lists::names(&app.db).await?;
    let mut form = submission.form.clone();
    let store = |form: &mut FormState, field: &str, message: &str| {
        let id = form.parse::<StoreId>(field, message)?;
        let known = places.iter().any(|store| store.id == id);
        if !known {
            form.refuse(field, message);
        }
        known.then_some(id)
    };
    let from = store(&mut form, "from", "Choose where it leaves");
    let to = store(&mut form, "to", "Choose where it goes");
    if from.is_some() && from == to {
        form.refuse("to", "Choose another store than the one it leaves");
    }
    let note = form.optional_text("note", 200);
    let apart = |store: &StockStore| store.kind == StoreKind::Quarantine && Some(store.id) == from;
    if note.chars().count() < 3 && places.iter().any(apart) {
        form.refuse("note", "Say why it may leave the quarantine, and who looked at it");
    }
    let lines = lines(&mut form, &names, LINES);
    if form.is_ok() && lines.is_empty() {
        form.refuse("item_0", "Enter what is sent");
    }
    let (Some(from), Some(to), true) = (from, to, form.is_ok()) else {
        return Ok(refused(html(NewTransferPage { page, form, places })?));
    };
    let mut work = submission.begin(&app).await?;
    let parts: Vec<Part> = lines
        .iter()
        .map(|(item, quantity)| Part { item: item.id, quantity: *quantity, step: item.step })
        .collect();
    match transfer::send(&mut work, (from, to), &note, &parts).await {
        Ok(id) => work.done(paths::stock::transfer(id), "Sent. It waits to be accepted").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(NewTransferPage { page, form, places })?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn load(app: &App, page: Page, id: TransferId) -> Result<TransferPage, Error> {
    let transfer = transfers::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let lines = transfers::lines(&app.db, id).await?;
    Ok(TransferPage { page, form: FormState::new(), transfer, lines })
}

/// One transfer.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<TransferId>) -> Answer {
    let mut shown = load(&app, page, id).await?;
    for line in &shown.lines {
        shown.form.set(&line.field(), line.accepted.unwrap_or(line.quantity));
    }
    html(shown)
}

async fn again(app: &App, page: Page, id: TransferId, form: FormState) -> Result<TransferPage, Error> {
    let mut shown = load(app, page, id).await?;
    shown.form = form;
    Ok(shown)
}

/// What arrived, line by line.
fn arrived(form: &mut FormState, lines: &[TransferLine]) -> Vec<(TransferLine, i64)> {
    let mut arrived = Vec::new();
    for line in lines {
        let units = form.number(&line.field(), 0, line.quantity);
        arrived.push((line.clone(), units));
    }
    arrived
}

/// Accepts what arrived.
pub async fn accept(
    State(app): State<App>,
    page: Page,
    Id(id): Id<TransferId>,
    submission: Submission,
) -> Answer {
    let shown = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let arrived = arrived(&mut form, &shown.lines);
    let reason = form.optional_text("reason", 200);
    let differs = arrived.iter().any(|(line, units)| *units != line.quantity);
    if differs && reason.chars().count() < 3 {
        form.refuse("reason", "Say what is missing, and why");
    }
    if !form.is_ok() {
        return Ok(refused(html(again(&app, shown.page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let done = transfer::accept(&mut work, &shown.transfer, &arrived, &reason).await;
    match done {
        Ok(false) => work.done(paths::stock::transfer(id), "Accepted").await,
        Ok(true) => {
            let words = "Accepted. What is missing waits in quarantine for a second person";
            work.done(paths::stock::transfer(id), words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(again(&app, shown.page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Refuses it.
pub async fn refuse(
    State(app): State<App>,
    page: Page,
    Id(id): Id<TransferId>,
    submission: Submission,
) -> Answer {
    let shown = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.text("refusal", "Say why it is refused", 200);
    if form.is_ok() && reason.chars().count() < 3 {
        form.refuse("refusal", "Say in a few words why it is refused");
    }
    if !form.is_ok() {
        return Ok(refused(html(again(&app, shown.page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match transfer::refuse(&mut work, &shown.transfer, &shown.lines, &reason).await {
        Ok(()) => work.done(paths::stock::transfer(id), "Refused. Everything is booked back").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(again(&app, shown.page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Names for the lines of other forms.
pub(super) async fn names(app: &App) -> Result<Vec<Named>, DbError> {
    lists::names(&app.db).await
}
