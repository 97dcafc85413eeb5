//! Suppliers, stores, and the clinic's own rules of stock.

use axum::extract::State;

use super::fields::naira;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::laboratory::model::decimal;
use crate::settings::store::points;
use crate::stock::LONGEST;
use crate::stock::model::{StoreId, StoreKind, SupplierId};
use crate::stock::store::stores::{self, Setting, StockStore, Supplier};
use crate::stock::views::buying::{RulesPage, StoresPage, SuppliersPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Naira above which a correction may need a second person, at most.
const LIMIT: i64 = 100_000_000;

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "" }
}

async fn sellers(app: &App, page: Page, form: FormState) -> Result<SuppliersPage, Error> {
    let all = stores::suppliers(&app.db).await?;
    Ok(SuppliersPage { page, form, all, one: None, conflict: None })
}

/// Suppliers.
pub async fn suppliers(State(app): State<App>, page: Page) -> Answer {
    html(sellers(&app, page, FormState::new().with("active", "yes")).await?)
}

/// One supplier.
pub async fn supplier(State(app): State<App>, page: Page, Id(id): Id<SupplierId>) -> Answer {
    let one = stores::supplier(&app.db, id).await?.ok_or(Error::NotFound)?;
    let form = FormState::new()
        .with("version", one.version)
        .with("name", &one.name)
        .with("phone", &one.phone)
        .with("email", &one.email)
        .with("address", &one.address)
        .with("active", yes(one.active));
    let shown = sellers(&app, page, form).await?;
    html(SuppliersPage { one: Some(one), ..shown })
}

fn read_supplier(form: &mut FormState, id: SupplierId) -> Supplier {
    let name = form.text("name", "Enter the supplier's name", LINE);
    if form.error("name").is_none() && name.chars().count() < 2 {
        form.refuse("name", "Enter the supplier's name");
    }
    let email = form.optional_text("email", LINE);
    if !email.is_empty() && !email.contains('@') {
        form.refuse("email", "Enter the e-mail address with its @, or leave it empty");
    }
    Supplier {
        id,
        name,
        phone: form.optional_text("phone", 40),
        email,
        address: form.optional_text("address", 200),
        active: form.chosen("active", "yes"),
        version: 1,
    }
}

/// Adds a supplier.
pub async fn add_supplier(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let new = Supplier { active: true, ..read_supplier(&mut form, SupplierId(0)) };
    if !form.is_ok() {
        return Ok(refused(html(sellers(&app, page, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let Some(id) = stores::insert_supplier(work.tx(), &new).await? else {
        work.undo();
        form.refuse("name", "A supplier of this name is there already");
        form.renew();
        return Ok(conflicting(html(sellers(&app, page, form).await?)?));
    };
    work.audit(Entry::new("stock.supplier_added", "supplier", id.0).with("name", new.name.as_str())).await?;
    work.done(paths::stock::SUPPLIERS, &format!("{} added", new.name)).await
}

/// Changes a supplier.
pub async fn save_supplier(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SupplierId>,
    submission: Submission,
) -> Answer {
    let old = stores::supplier(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let new = Supplier { version, ..read_supplier(&mut form, id) };
    if !form.is_ok() {
        let shown = sellers(&app, page, form).await?;
        return Ok(refused(html(SuppliersPage { one: Some(old), ..shown })?));
    }
    let mut work = submission.begin(&app).await?;
    let done = stores::update_supplier(work.tx(), &new).await;
    if done.as_ref().is_err_and(|error| error.violates("supplier_name_unique")) {
        work.undo();
        form.refuse("name", "Another supplier has this name");
        let shown = sellers(&app, page, form).await?;
        return Ok(refused(html(SuppliersPage { one: Some(old), ..shown })?));
    }
    if !done? {
        work.undo();
        let now = stores::supplier(&app.db, id).await?.ok_or(Error::NotFound)?;
        let who = audit::last_change(&app.db, "supplier", id.0).await?;
        let stored = [("name", "Name", now.name.clone()), ("phone", "Phone", now.phone.clone())];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        let shown = sellers(&app, page, form).await?;
        return Ok(conflicting(html(SuppliersPage { one: Some(now), conflict: Some(conflict), ..shown })?));
    }
    let entry = Entry::new("stock.supplier_changed", "supplier", id.0)
        .changed("name", &old.name, &new.name)
        .changed("phone", &old.phone, &new.phone)
        .changed("active", &old.active, &new.active);
    work.audit(entry).await?;
    work.done(paths::stock::SUPPLIERS, "Saved").await
}

async fn rooms(app: &App, page: Page, form: FormState) -> Result<StoresPage, Error> {
    let all = stores::all(&app.db).await?;
    let points = points::points(&app.db, true).await?;
    let points = points.into_iter().map(|point| (point.id.to_string(), point.name)).collect();
    Ok(StoresPage { page, form, all, points, one: None, conflict: None })
}

/// Stores.
pub async fn all_stores(State(app): State<App>, page: Page) -> Answer {
    html(rooms(&app, page, FormState::new().with("kind", "store")).await?)
}

/// One store.
pub async fn store(State(app): State<App>, page: Page, Id(id): Id<StoreId>) -> Answer {
    let one = stores::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let form = FormState::new()
        .with("version", one.version)
        .with("name", &one.name)
        .with("kind", one.kind.as_str())
        .with("point", one.service_point_id.map(|id| id.to_string()).unwrap_or_default())
        .with("active", yes(one.active));
    let shown = rooms(&app, page, form).await?;
    html(StoresPage { one: Some(one), ..shown })
}

fn read_store(form: &mut FormState, shown: &StoresPage, old: Option<&StockStore>) -> StockStore {
    let name = form.text("name", "Enter what the store is called", 60);
    if form.error("name").is_none() && name.chars().count() < 2 {
        form.refuse("name", "Enter what the store is called");
    }
    let quarantine = old.is_some_and(|one| one.kind == StoreKind::Quarantine);
    let kind = form.parse::<StoreKind>("kind", "Choose what it is for").unwrap_or(StoreKind::Store);
    if (kind == StoreKind::Quarantine) != quarantine {
        form.refuse("kind", "There is one quarantine. Choose another use");
    }
    let point: Option<i64> = form.optional_parse("point", "Choose the service point");
    if point.is_some_and(|id| !shown.points.iter().any(|(known, _)| *known == id.to_string())) {
        form.refuse("point", "Choose the service point");
    }
    StockStore {
        id: old.map_or(StoreId(0), |one| one.id),
        name,
        kind,
        service_point_id: point,
        position: old.map_or(shown.all.len() as i64 + 1, |one| one.position),
        active: old.is_none() || quarantine || form.chosen("active", "yes"),
        version: 1,
    }
}

/// Adds a store.
pub async fn add_store(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let mut shown = rooms(&app, page, FormState::new()).await?;
    let new = read_store(&mut form, &shown, None);
    if !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    let Some(id) = stores::insert(work.tx(), &new).await? else {
        work.undo();
        form.refuse("name", "A store of this name is there already");
        form.renew();
        shown.form = form;
        return Ok(conflicting(html(shown)?));
    };
    work.audit(Entry::new("stock.store_added", "stock_store", id.0).with("name", new.name.as_str())).await?;
    work.done(paths::stock::STORES, &format!("{} added", new.name)).await
}

/// Why a store stays in use as it is.
fn kept(error: &DbError) -> Option<&'static str> {
    if error.violates("stock_store_holds") {
        Some("Things still lie here. Send them to another store first")
    } else if error.violates("stock_store_awaits") {
        Some("A transfer to or from this store is still on its way. Accept or refuse it first")
    } else if error.violates("stock_store_last") {
        Some("This is the only store that hands out to patients. Set up another one first")
    } else {
        None
    }
}

/// Changes a store.
pub async fn save_store(
    State(app): State<App>,
    page: Page,
    Id(id): Id<StoreId>,
    submission: Submission,
) -> Answer {
    let old = stores::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let mut shown = rooms(&app, page, FormState::new()).await?;
    shown.one = Some(old.clone());
    let version = form.number("version", 1, i64::MAX);
    let new = StockStore { version, ..read_store(&mut form, &shown, Some(&old)) };
    if !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    let done = stores::update(work.tx(), &new).await;
    if done.as_ref().is_err_and(|error| error.violates("stock_store_name_unique")) {
        work.undo();
        form.refuse("name", "Another store has this name");
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let kept = done.as_ref().err().and_then(kept);
    if let Some(sentence) = kept {
        work.undo();
        form.refuse(if new.active { "kind" } else { "active" }, sentence);
        form.renew();
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    if !done? {
        work.undo();
        let now = stores::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
        let who = audit::last_change(&app.db, "stock_store", id.0).await?;
        let stored = [("name", "Name", now.name.clone())];
        shown.conflict = Some(Conflict::of(&mut form, who, &stored, now.version));
        (shown.one, shown.form) = (Some(now), form);
        return Ok(conflicting(html(shown)?));
    }
    let entry = Entry::new("stock.store_changed", "stock_store", id.0)
        .changed("name", &old.name, &new.name)
        .changed("use", &old.kind.as_str(), &new.kind.as_str())
        .changed("active", &old.active, &new.active);
    work.audit(entry).await?;
    work.done(paths::stock::STORES, "Saved").await
}

/// The rules.
pub async fn rules(State(app): State<App>, page: Page) -> Answer {
    let setting = stores::setting(&app.db).await?;
    let form = FormState::new()
        .with("version", setting.version)
        .with("limit", decimal(setting.approve_above, 2))
        .with("shelf_days", setting.shelf_days)
        .with("soon_days", setting.soon_days)
        .with("reserve_days", setting.reserve_days);
    html(RulesPage { page, form, conflict: None })
}

/// Saves the rules.
pub async fn save_rules(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = stores::setting(&app.db).await?;
    let mut form = submission.form.clone();
    let new = Setting {
        approve_above: naira(&mut form, "limit", LIMIT),
        shelf_days: form.number("shelf_days", 0, 3_650),
        soon_days: form.number("soon_days", 1, 3_650),
        reserve_days: form.number("reserve_days", 0, LONGEST),
        version: form.number("version", 1, i64::MAX),
    };
    if !form.is_ok() {
        return Ok(refused(html(RulesPage { page, form, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    if !stores::update_setting(work.tx(), &new).await? {
        work.undo();
        let now = stores::setting(&app.db).await?;
        let who = audit::last_change(&app.db, "stock_setting", 1).await?;
        let stored = [
            ("limit", "Limit in naira", decimal(now.approve_above, 2)),
            ("shelf_days", "Shelf life", now.shelf_days.to_string()),
            ("soon_days", "Expires soon", now.soon_days.to_string()),
            ("reserve_days", "Reserved for", now.reserve_days.to_string()),
        ];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(RulesPage { page, form, conflict: Some(conflict) })?));
    }
    let entry = Entry::new("stock.rules_changed", "stock_setting", 1)
        .changed("limit in kobo", &old.approve_above, &new.approve_above)
        .changed("shelf life", &old.shelf_days, &new.shelf_days)
        .changed("expires soon", &old.soon_days, &new.soon_days)
        .changed("days reserved", &old.reserve_days, &new.reserve_days);
    work.audit(entry).await?;
    work.done(paths::stock::RULES, "Saved").await
}
