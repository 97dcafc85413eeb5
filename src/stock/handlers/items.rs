//! The list of what there is, one item with its ledger, a new item.

use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{Days, NaiveDate};
use futures::try_join;
use serde::Deserialize;

use super::fields::{found, optional_units};
use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::{DbError, Tx};
use crate::live::Topic;
use crate::patients::model::{fold, words_of};
use crate::stock::catalogue::alias;
use crate::stock::model::{BatchId, ItemId, ItemKind, Kind, Show, StoreId};
use crate::stock::store::items::{self, Item, NewItem};
use crate::stock::store::ledger::{self, Filter};
use crate::stock::store::overview::{self, Stocked};
use crate::stock::store::{lists, reservations, stores};
use crate::stock::views::batch::EndingPage;
use crate::stock::views::items::{ItemPage, ItemsPage, NewItemPage, Options};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::live::{Watcher, stream};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Items of one page.
const PAGE: i64 = 60;
/// Rows of the ledger on one page.
const ROWS: i64 = 50;
/// Letters of a word by which a medicine is found.
const TERM: usize = 60;
/// Options of one list.
const OPTIONS: usize = 12;
/// Most units that a field takes.
const MOST: i64 = 1_000_000;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    show: String,
    from: i64,
    days: String,
}

fn soon(today: NaiveDate, days: i64) -> NaiveDate {
    today.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(today)
}

fn fits(one: &Stocked, words: &[String]) -> bool {
    let all = fold(&format!("{} {}", one.name, one.brands.replace('|', " ")));
    words.iter().all(|word| all.split(' ').any(|own| own.starts_with(word.as_str())))
}

/// The items of one page, and how many fit in all. With typed words the database narrows by the longest.
async fn listed(
    app: &App,
    (show, q, from): (Show, &str, i64),
    days: (NaiveDate, NaiveDate),
    shown: i64,
) -> Result<(Vec<Stocked>, i64), Error> {
    let words = words_of(q);
    let Some(longest) = words.iter().max_by_key(|word| word.chars().count()) else {
        return Ok((overview::page(&app.db, (show, ""), days, (from, PAGE)).await?, shown));
    };
    let longest: String = longest.chars().take(TERM).collect();
    let mut fitting = overview::page(&app.db, (show, &longest), days, overview::ALL).await?;
    fitting.retain(|one| fits(one, &words));
    let found = fitting.len() as i64;
    Ok((fitting.into_iter().skip(from as usize).take(PAGE as usize).collect(), found))
}

/// The list.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let q: String = asked.q.chars().take(100).collect();
    let show: Show = asked.show.parse().unwrap_or(Show::All);
    let setting = stores::setting(&app.db).await?;
    let days = (page.today(), soon(page.today(), setting.soon_days));
    let tiles = overview::tiles(&app.db, show, days).await?;
    let waiting = lists::waiting(&app.db).await?;
    let from = asked.from.clamp(0, tiles.shown);
    let (items, found) = listed(&app, (show, &q, from), days, tiles.shown).await?;
    let typed = paths::encoded(&q);
    let at = |from: i64| format!("{}?show={}&q={typed}&from={from}", paths::stock::STOCK, show.as_str());
    let (own, next) = (at(from), from + PAGE);
    let more = (next < found).then(|| at(next));
    html(ItemsPage { page, q, show, items, found, tiles, waiting, own, more })
}

/// The stream of what lies on the shelves; whatever changes them concerns the pharmacy.
pub async fn live(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    Ok(stream(&app, vec![Topic::Pharmacy], Watcher::SignIn(actor.sign_in, actor.account.0)))
}

/// What fits while one types.
pub async fn options(State(app): State<App>, Query(asked): Query<Asked>) -> Answer {
    let q: String = asked.q.chars().take(100).collect();
    let names = lists::names(&app.db).await?;
    let items = found(&names, &q).into_iter().take(OPTIONS).cloned().collect();
    html(Options { items })
}

/// What is expired, expires soon, is held or recalled.
pub async fn ending(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let setting = stores::setting(&app.db).await?;
    let days = asked.days.trim().parse().ok().filter(|days| (0..=3650).contains(days));
    let days: i64 = days.unwrap_or(setting.soon_days);
    let levels = lists::ending(&app.db, soon(page.today(), days)).await?;
    html(EndingPage { page, days, levels })
}

/// Which rows of the ledger are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rows {
    batch: String,
    store: String,
    kind: String,
    from: String,
    to: String,
    before: String,
}

impl Rows {
    fn filter(&self) -> Filter {
        let id = |text: &str| text.parse::<i64>().ok().filter(|id| *id > 0);
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        Filter {
            batch: id(&self.batch).map(BatchId),
            store: id(&self.store).map(StoreId),
            kind: self.kind.parse::<Kind>().ok(),
            from: day(&self.from),
            to: day(&self.to),
            before: id(&self.before),
        }
    }
}

fn address(item: ItemId, filter: &Filter) -> String {
    let asked = [
        ("before", filter.before.map(|id| id.to_string())),
        ("batch", filter.batch.map(|id| id.to_string())),
        ("store", filter.store.map(|id| id.to_string())),
        ("kind", filter.kind.map(|kind| kind.as_str().to_owned())),
        ("from", filter.from.map(|day| day.to_string())),
        ("to", filter.to.map(|day| day.to_string())),
    ];
    let asked: Vec<String> =
        asked.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?))).collect();
    let path = paths::stock::item(item);
    if asked.is_empty() { path } else { format!("{path}?{}", asked.join("&")) }
}

async fn load(app: &App, page: Page, id: ItemId, filter: Filter) -> Result<ItemPage, Error> {
    let today = page.today();
    // What expires soon is told batch by batch here.
    let item = overview::one(&app.db, id, (today, today)).await?.ok_or(Error::NotFound)?;
    let reserved = async {
        if item.reserved > 0 { reservations::of_item(&app.db, id, today).await } else { Ok(Vec::new()) }
    };
    let aliases = async {
        let manages = page.may(Permission::ManageStock);
        if manages { items::aliases_of(&app.db, id).await } else { Ok(Vec::new()) }
    };
    let (levels, reserved, mut rows, aliases) = try_join!(
        lists::of_item(&app.db, id),
        reserved,
        ledger::of_item(&app.db, id, &filter, ROWS + 1),
        aliases,
    )?;
    let is_more = rows.len() as i64 > ROWS;
    rows.truncate(ROWS as usize);
    let own = address(id, &filter);
    let older = |last: &ledger::Movement| address(id, &Filter { before: Some(last.id.0), ..filter.clone() });
    let more = rows.last().filter(|_| is_more).map(older);
    let form = FormState::new();
    Ok(ItemPage { page, form, item, levels, reserved, rows, filter, own, more, aliases, conflict: None })
}

fn filled(item: &Stocked, aliases: &[String]) -> FormState {
    FormState::new()
        .with("version", item.version)
        .with("name", &item.name)
        .with("unit", &item.unit)
        .with("pack", item.pack)
        .with("reorder", item.reorder_level.map(|level| level.to_string()).unwrap_or_default())
        .with("lead_days", item.lead_days)
        .with("cover_days", item.cover_days)
        .with("aliases", aliases.join("\n"))
        .with("active", if item.active { "yes" } else { "" })
}

/// One item: what lies where, and every movement.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ItemId>,
    Query(rows): Query<Rows>,
) -> Answer {
    let mut shown = load(&app, page, id, rows.filter()).await?;
    shown.form = filled(&shown.item, &shown.aliases);
    html(shown)
}

/// The names of a field, one a line.
fn names(form: &mut FormState) -> Vec<String> {
    let typed = form.optional_text("aliases", 1_000);
    let mut names: Vec<String> = typed.lines().map(alias).filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup();
    names
}

/// Gives an item these names and no others, or says why it cannot have one of them.
async fn rename(tx: &mut Tx, id: ItemId, aliases: &[String]) -> Result<Option<String>, DbError> {
    items::unname(tx, id).await?;
    for name in aliases {
        match items::name(tx, name, id).await {
            Ok(true) => {}
            Ok(false) => {
                let other = items::named(&mut *tx, name).await?.unwrap_or_default();
                return Ok(Some(format!("“{name}” means {other} already. Take the name away there first")));
            }
            Err(error) if error.violates("stock_alias_controlled") => {
                let words = "This is a controlled medicine: a second person sees it leave, and no procedure uses it up";
                return Ok(Some(words.to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Saves what the clinic decides about an item.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<ItemId>, submission: Submission) -> Answer {
    let old = items::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let aliases = names(&mut form);
    let mut new = Item {
        lead_days: form.number("lead_days", 0, 365),
        cover_days: form.number("cover_days", 1, 365),
        version: form.number("version", 1, i64::MAX),
        ..old.clone()
    };
    if old.medicine_id.is_none() {
        new.name = form.text("name", "Enter its name", 120);
        new.unit = form.text("unit", "Enter what is counted", 20);
        new.pack = form.number("pack", 1, 10_000);
        new.reorder_level = optional_units(&mut form, "reorder", MOST);
        new.active = form.chosen("active", "yes");
    }
    if !form.is_ok() {
        let mut shown = load(&app, page, id, Filter::default()).await?;
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    let done = items::update(work.tx(), &new, &fold(&new.name)).await;
    let sentence = match &done {
        Err(error) if error.violates("stock_item_folded_unique") => {
            Some(("name", "Another item has this name"))
        }
        Err(error) if error.violates("stock_item_unit") => {
            Some(("unit", "Units of it are in the books already. Add a new item to count it differently"))
        }
        Ok(_) | Err(_) => None,
    };
    if let Some((field, sentence)) = sentence {
        work.undo();
        form.refuse(field, sentence);
        let mut shown = load(&app, page, id, Filter::default()).await?;
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    if !done? {
        work.undo();
        let mut shown = load(&app, page, id, Filter::default()).await?;
        let who = audit::last_change(&app.db, "stock_item", id.0).await?;
        let stored = [
            ("lead_days", "Days until a delivery is here", shown.item.lead_days.to_string()),
            ("cover_days", "Days that it should last", shown.item.cover_days.to_string()),
        ];
        shown.conflict = Some(Conflict::of(&mut form, who, &stored, shown.item.version));
        shown.form = form;
        return Ok(conflicting(html(shown)?));
    }
    if let Some(sentence) = rename(work.tx(), id, &aliases).await? {
        work.undo();
        form.refuse("aliases", sentence);
        let mut shown = load(&app, page, id, Filter::default()).await?;
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let entry = Entry::new("stock.item_changed", "stock_item", id.0)
        .with("item", new.name.as_str())
        .with("names", aliases.len() as i64)
        .changed("days until it is here", &old.lead_days, &new.lead_days)
        .changed("days it should last", &old.cover_days, &new.cover_days)
        .changed("kept", &old.active, &new.active);
    work.audit(entry).await?;
    work.done(paths::stock::item(id), "Saved").await
}

/// The empty form of a supply or piece of equipment.
pub async fn new(page: Page) -> Answer {
    let form = FormState::new().with("kind", "supply").with("pack", 1);
    html(NewItemPage { page, form })
}

/// Adds a supply or piece of equipment.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let kind = form.parse::<ItemKind>("kind", "Choose what it is");
    let name = form.text("name", "Enter its name", 120);
    let unit = form.text("unit", "Enter what is counted: piece, pair, mL", 20);
    let pack = form.number("pack", 1, 10_000);
    let reorder_level = optional_units(&mut form, "reorder", MOST);
    if kind == Some(ItemKind::Medicine) {
        form.refuse("kind", "Medicines are added in their catalogue");
    }
    let (Some(kind), true) = (kind, form.is_ok()) else {
        return Ok(refused(html(NewItemPage { page, form })?));
    };
    let mut work = submission.begin(&app).await?;
    let folded = fold(&name);
    let row = NewItem { kind, name: &name, folded: &folded, unit: &unit, pack, reorder_level };
    let Some(id) = items::insert(work.tx(), &row).await? else {
        work.undo();
        form.refuse("name", "An item of this name is there already");
        form.renew();
        return Ok(conflicting(html(NewItemPage { page, form })?));
    };
    work.audit(Entry::new("stock.item_added", "stock_item", id.0).with("item", name.as_str())).await?;
    work.done(paths::stock::item(id), &format!("{name} added")).await
}
