//! Receiving a delivery, with or without an order: several batches in one form, packs converted.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::fields::{expiry_of, item, naira, number};
use super::transfers::units;
use super::{places, suppliers};
use crate::app::App;
use crate::laboratory::model::decimal;
use crate::stock::model::{
    ReceiptId, StockOrderId, StoreId, SupplierId, cost_of_packs, cost_of_unit, quantity_words, worth,
};
use crate::stock::store::lists::{self, Named};
use crate::stock::store::orders::{self, Order, OrderLine, Price};
use crate::stock::store::stores::{self, Setting};
use crate::stock::store::{items, ledger};
use crate::stock::verbs::receive::{self, Arrival, Delivery};
use crate::stock::views::buying::{DELIVERED, DeliveryRow, OverPage, ReceiptPage, ReceivePage};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Naira that a pack costs at most.
const COST: i64 = 10_000_000;
/// Units that a pack holds at most.
const PACK: i64 = 10_000;
/// Lines of a delivery at most.
const LINES: usize = 40;

/// Against which order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    order: Option<i64>,
}

/// The order that something is still expected of, with what that is.
async fn expected(app: &App, order: Option<Order>) -> Result<Option<(Order, Vec<OrderLine>)>, Error> {
    let Some(order) = order else { return Ok(None) };
    if !order.is_expected() {
        return Err(Error::NotFound);
    }
    let mut lines = orders::lines(&app.db, order.id).await?;
    lines.retain(|line| line.left() > 0);
    lines.truncate(LINES);
    Ok(Some((order, lines)))
}

async fn load(
    app: &App,
    page: Page,
    form: FormState,
    order: Option<(Order, Vec<OrderLine>)>,
) -> Result<ReceivePage, Error> {
    let (order, lines) = order.map_or((None, Vec::new()), |(order, lines)| (Some(order), lines));
    let rows = if order.is_some() {
        // By what the form says, not by what is left now: nothing that was typed moves to another item.
        let row = |at: usize| {
            let typed = form.value(format!("item_{at}"));
            let line = lines.iter().find(|line| line.item == typed)?;
            let (item, pack) = (line.item.clone(), line.pack_words());
            Some(DeliveryRow { item, pack, expected: line.words(line.left()), at })
        };
        (0..LINES).filter_map(row).collect()
    } else {
        let empty =
            |at| DeliveryRow { item: String::new(), pack: String::new(), expected: String::new(), at };
        (0..DELIVERED).map(empty).collect()
    };
    let places = places(&app.db).await?;
    let suppliers = suppliers(&app.db).await?;
    Ok(ReceivePage { page, form, places, suppliers, order, rows })
}

/// The empty form, or what is expected of an order.
pub async fn new(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let order = match asked.order.map(StockOrderId) {
        Some(id) => Some(orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    if let Some(order) = order.clone().filter(Order::is_over) {
        let last = orders::last_receipt(&app.db, order.id).await?;
        return html(OverPage { page, order, last });
    }
    let order = expected(&app, order).await?;
    let mut form = FormState::new();
    if let Some((order, lines)) = &order {
        form = form
            .with("order", order.id)
            .with("seen", order.version)
            .with("store", order.store_id)
            .with("supplier", order.supplier_id);
        for (at, line) in lines.iter().enumerate() {
            let pack_cost = line.unit_cost.saturating_mul(line.pack);
            // A price that nobody knows is asked for, not 0.
            let cost = if pack_cost > 0 { decimal(pack_cost, 2) } else { String::new() };
            form = form
                .with(&format!("item_{at}"), &line.item)
                .with(&format!("packs_{at}"), line.left() / line.pack)
                .with(&format!("units_{at}"), line.left() % line.pack)
                .with(&format!("pack_{at}"), line.pack)
                .with(&format!("cost_{at}"), cost);
        }
    }
    html(load(&app, page, form, order).await?)
}

/// One line of the form; nothing where it is empty.
fn line(
    form: &mut FormState,
    at: usize,
    names: &[Named],
    (page, setting): (&Page, &Setting),
) -> Option<Arrival> {
    let field = |name: &str| format!("{name}_{at}");
    let empty = |form: &FormState, name: &str| form.value(field(name)).trim().is_empty();
    let all = ["item", "number", "expiry", "packs", "units", "cost"];
    if all.iter().all(|name| empty(form, name))
        || (!empty(form, "item") && empty(form, "number") && nothing(form, at))
    {
        return None;
    }
    let known = item(form, &field("item"), names)?;
    let number = number(form, &field("number"));
    let expiry = expiry_of(form, &field("expiry"), Some(known.kind));
    let pack = if empty(form, "pack") { known.pack } else { form.number(&field("pack"), 1, PACK) };
    let quantity = units(form, (&field("units"), &field("packs")), pack);
    let cost = match empty(form, "cost") {
        true => {
            form.refuse(&field("cost"), "Enter what a pack cost, or 0 if it cost nothing");
            0
        }
        false => naira(form, &field("cost"), COST),
    };
    let unit_cost = cost_of_unit(cost, pack);
    let expiry = expiry?;
    let left = (expiry - page.today()).num_days();
    if left <= 0 {
        form.refuse(&field("expiry"), "This is expired. What is expired is not received");
    } else if left < setting.shelf_days && !form.chosen(&field("short"), "yes") {
        form.refuse(
            &field("expiry"),
            format!(
                "This expires in {}. Tick “Short life is fine” if you take it",
                quantity_words(left, "day")
            ),
        );
    }
    let name = known.name.clone();
    let price = Some((pack, cost));
    Some(Arrival { item: known.id, name, number, expiry, quantity, unit_cost, price })
}

/// Of what an order names, nothing arrived on this line.
fn nothing(form: &FormState, at: usize) -> bool {
    let number = |name: &str| form.value(format!("{name}_{at}")).trim().parse::<i64>().unwrap_or(0);
    !form.value("order").is_empty()
        && (form.value(format!("none_{at}")) == "yes" || number("packs") + number("units") == 0)
}

/// The form once more, with what was typed, when a colleague booked something against the order meanwhile.
async fn overtaken(app: &App, page: Page, mut form: FormState, id: StockOrderId) -> Answer {
    let order = orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let lines = orders::lines(&app.db, id).await?;
    let over = if order.is_expected() { "" } else { " Nothing more is expected of this order." };
    let words = match orders::last_receipt(&app.db, id).await? {
        Some(last) => format!(
            "{} booked delivery {} against this order, {}.{over} Nothing of what you typed was booked. Look at that \
             delivery first: if it is the one in front of you, you are done.",
            last.account_name,
            last.id,
            page.clinic.stamp(last.at)
        ),
        None => format!("A colleague changed this order a moment ago.{over} Nothing was booked."),
    };
    form.refuse("", words);
    form.renew();
    form.set("seen", order.version);
    Ok(conflicting(html(load(app, page, form, Some((order, lines))).await?)?))
}

/// Books the delivery.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let order = form.optional_parse::<i64>("order", "Open the order again");
    let seen: i64 = form.value("seen").parse().unwrap_or(0);
    let mut expected = match order {
        None => None,
        Some(id) => {
            let id = StockOrderId(id);
            let order = orders::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
            Some((order, orders::lines(&app.db, id).await?))
        }
    };
    if let Some((order, _)) =
        expected.as_ref().filter(|(order, _)| !order.is_expected() || order.version != seen)
    {
        let id = order.id;
        return overtaken(&app, page, form, id).await;
    }
    let names = lists::names(&app.db).await?;
    let setting = stores::setting(&app.db).await?;
    let store = form.parse::<StoreId>("store", "Choose where it is put");
    let supplier = form.optional_parse::<SupplierId>("supplier", "Choose who delivered it");
    let note = form.optional_text("note", 120);
    let most = if expected.is_some() { LINES } else { DELIVERED };
    let mut arrivals: Vec<Arrival> = Vec::new();
    for at in 0..most {
        let Some(arrival) = line(&mut form, at, &names, (&page, &setting)) else { continue };
        // Of one batch some may be paid and some come for nothing.
        let free = arrival.unit_cost == 0;
        let twice = |one: &Arrival| {
            one.item == arrival.item && one.number == arrival.number && (one.unit_cost == 0) == free
        };
        if arrivals.iter().any(twice) {
            form.refuse(&format!("number_{at}"), "This batch stands in the list already");
        }
        arrivals.push(arrival);
    }
    if form.is_ok() && arrivals.is_empty() {
        form.refuse("item_0", "Enter what arrived");
    }
    let word = note.split(|letter: char| !letter.is_alphabetic()).any(|word| word.chars().count() > 2);
    if form.is_ok() && !word && arrivals.iter().any(|one| one.unit_cost == 0) {
        form.refuse("note", "Say in a word why something cost nothing, for example: donation");
    }
    let known = |store: &StoreId, all: &[stores::StockStore]| all.iter().any(|one| one.id == *store);
    if let Some(store) = store
        && !known(&store, &places(&app.db).await?)
    {
        form.refuse("store", "Choose where it is put");
    }
    if let Some(supplier) = supplier
        && stores::supplier(&app.db, supplier).await?.is_none()
    {
        form.refuse("supplier", "Choose who delivered it");
    }
    let (Some(store), true) = (store, form.is_ok()) else {
        return Ok(refused(html(load(&app, page, form, expected).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let order = expected.as_ref().map(|(order, _)| order.id);
    if let Some(order) = order
        && !orders::stands(work.tx(), order, seen).await?
    {
        work.undo();
        return overtaken(&app, page, form, order).await;
    }
    let delivery = Delivery { store, supplier, order, note: &note };
    match receive::receive(&mut work, &delivery, &arrivals).await {
        Ok(id) => {
            let batches = arrivals.len();
            let s = if batches == 1 { "" } else { "es" };
            work.done(paths::stock::receipt(id), &format!("{batches} batch{s} booked")).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            let at = arrivals.iter().position(|one| sentence.contains(&format!("atch {} ", one.number)));
            form.refuse(&at.map(|at| format!("number_{at}")).unwrap_or_default(), sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, form, expected.take()).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// One delivery.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ReceiptId>) -> Answer {
    let receipt = orders::receipt(&app.db, id).await?.ok_or(Error::NotFound)?;
    let rows = ledger::of_ref(&app.db, "receipt", id.0).await?;
    let known = items::all(&app.db).await?;
    let prices = orders::prices(&app.db, id).await?;
    let lines = rows
        .into_iter()
        .filter_map(|row| {
            let mut item = known.iter().find(|item| item.id == row.item_id)?.clone();
            let is_of = |price: &&Price| {
                price.batch_id == row.batch_id && cost_of_unit(price.pack_cost, price.pack) == row.unit_cost
            };
            let price = prices.iter().find(is_of);
            // In packs as they came.
            item.pack = price.map_or(item.pack, |price| price.pack);
            let cost = match price {
                Some(price) => cost_of_packs(row.quantity, price.pack_cost, price.pack),
                None => worth(row.quantity, row.unit_cost),
            };
            Some((row, item, cost))
        })
        .collect();
    html(ReceiptPage { page, receipt, lines })
}
