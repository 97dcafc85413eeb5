//! Orders, and what to order again.

use axum::extract::State;
use chrono::NaiveDate;

use super::fields::{found, optional_units};
use super::transfers::{lines, names};
use super::{places, suppliers};
use crate::app::App;
use crate::audit::Entry;
use crate::stock::model::{ItemId, Show, StockOrderId, StoreId, SupplierId};
use crate::stock::store::orders::{self, NewOrder};
use crate::stock::store::overview;
use crate::stock::views::buying::{OrderPage, OrdersPage, ReorderPage};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Most units of one line.
const MOST: i64 = 1_000_000;
/// Lines for what is not in the list.
const MORE: usize = 3;

/// Every order.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let all = orders::all(&app.db).await?;
    html(OrdersPage { page, all })
}

async fn load(app: &App, page: Page, form: FormState) -> Result<ReorderPage, Error> {
    let today = page.today();
    let all = overview::page(&app.db, (Show::All, ""), (today, today), overview::ALL).await?;
    let clinic = std::sync::Arc::clone(&page.clinic);
    let mut items: Vec<_> = all
        .into_iter()
        .filter(|one| one.active)
        .map(|one| {
            let usage = one.usage(today, &clinic);
            (one, usage)
        })
        .filter(|(one, usage)| one.suggested(*usage) > 0 || (one.is_low() && one.on_order == 0))
        .collect();
    // What is used and ends first stands first.
    items.sort_by_key(|(one, usage)| (one.days_left(*usage).unwrap_or(i64::MAX), one.usable > 0));
    let suppliers = suppliers(&app.db).await?;
    let places = places(&app.db).await?;
    Ok(ReorderPage { page, form, items, suppliers, places })
}

/// What to order again.
pub async fn reorder(State(app): State<App>, page: Page) -> Answer {
    let shown = load(&app, page, FormState::new()).await?;
    let mut form = FormState::new();
    for (item, usage) in &shown.items {
        let suggested = item.suggested(*usage);
        if suggested > 0 {
            form = form.with(&shown.field(item), suggested);
        }
    }
    html(ReorderPage { form, ..shown })
}

/// Makes a draft out of what is ticked and typed.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let names = names(&app).await?;
    let supplier = form.parse::<SupplierId>("supplier", "Choose the supplier");
    let store = form.parse::<StoreId>("store", "Choose where it is delivered");
    let expected: Option<NaiveDate> = form.optional_parse("expected", "Enter a day, for example 2026-09-30");
    let note = form.optional_text("note", 200);
    let mut wanted: Vec<(ItemId, i64)> = Vec::new();
    let ticked: Vec<i64> = form.values("tick").into_iter().filter_map(|id| id.parse().ok()).collect();
    for id in ticked {
        let field = format!("order_{id}");
        let units = optional_units(&mut form, &field, MOST).unwrap_or(0);
        if !names.iter().any(|one| one.id.0 == id) {
            form.refuse("", "An item of this list is no longer kept. Open the page again");
        } else if units == 0 && form.error(&field).is_none() {
            form.refuse(&field, "Enter how much is ordered, or take the tick away");
        } else {
            wanted.push((ItemId(id), units));
        }
    }
    if expected.is_some_and(|day| day < page.today()) {
        form.refuse("expected", "Choose today or a later day");
    }
    for at in 0..MORE {
        let field = format!("item_{at}");
        if let [one] = found(&names, form.value(&field)).as_slice()
            && wanted.iter().any(|(ticked, _)| *ticked == one.id)
        {
            form.refuse(&field, "This is ticked above. Change the amount there, and empty this line");
        }
    }
    for (item, units) in lines(&mut form, &names, MORE) {
        wanted.push((item.id, units));
    }
    if form.is_ok() && wanted.is_empty() {
        form.refuse("item_0", "Tick what is ordered, or enter an item");
    }
    if let Some(supplier) = supplier
        && !suppliers(&app.db).await?.iter().any(|one| one.id == supplier)
    {
        form.refuse("supplier", "Choose the supplier");
    }
    if let Some(store) = store
        && !places(&app.db).await?.iter().any(|one| one.id == store)
    {
        form.refuse("store", "Choose where it is delivered");
    }
    let (Some(supplier), Some(store), true) = (supplier, store, form.is_ok()) else {
        return Ok(refused(html(load(&app, page, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let name = work.doer().name.clone();
    let by = (work.doer().account_id.map(crate::access::model::AccountId), name.as_str());
    let new = NewOrder { supplier, store, expected, note: &note, by, at: work.now() };
    let id = orders::insert(work.tx(), &new).await?;
    for (item, units) in &wanted {
        orders::add_line(work.tx(), id, *item, *units).await?;
    }
    let entry = Entry::new("stock.order_made", "stock_order", id.0);
    work.audit(entry.with("supplier", supplier.0).with("items", wanted.len() as i64)).await?;
    work.done(paths::stock::order(id), "Draft made. Send it when it is complete").await
}

async fn one(app: &App, page: Page, id: StockOrderId, form: FormState) -> Result<OrderPage, Error> {
    let order = orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let lines = orders::lines(&app.db, id).await?;
    Ok(OrderPage { page, form, order, lines })
}

/// One order.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<StockOrderId>) -> Answer {
    html(one(&app, page, id, FormState::new()).await?)
}

async fn overtaken(app: &App, page: Page, id: StockOrderId, mut form: FormState) -> Answer {
    form.refuse("", "A colleague changed this order a moment ago. Here is how it stands now");
    form.renew();
    Ok(conflicting(html(one(app, page, id, form).await?)?))
}

/// Sends a draft.
pub async fn send(
    State(app): State<App>,
    page: Page,
    Id(id): Id<StockOrderId>,
    submission: Submission,
) -> Answer {
    orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    if !form.is_ok() {
        return Ok(refused(html(one(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !orders::send(work.tx(), (id, version), at).await? {
        work.undo();
        return overtaken(&app, page, id, form).await;
    }
    work.audit(Entry::new("stock.order_sent", "stock_order", id.0)).await?;
    work.done(paths::stock::order(id), "Marked as sent").await
}

/// Closes an order of which nothing more is expected.
pub async fn close(
    State(app): State<App>,
    page: Page,
    Id(id): Id<StockOrderId>,
    submission: Submission,
) -> Answer {
    orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let reason = form.text("reason", "Say why nothing more is expected", 200);
    if form.is_ok() && reason.chars().count() < 3 {
        form.refuse("reason", "Say in a few words why nothing more is expected");
    }
    if !form.is_ok() {
        return Ok(refused(html(one(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !orders::close(work.tx(), (id, version), &reason, at).await? {
        work.undo();
        return overtaken(&app, page, id, form).await;
    }
    work.audit(Entry::new("stock.order_closed", "stock_order", id.0).with("reason", reason.as_str())).await?;
    work.done(paths::stock::order(id), "Closed").await
}
