//! What the clinic offers: price, time, consent, supplies.

use axum::extract::State;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::laboratory::model::{decimal, parse_decimal};
use crate::procedures::model::{KindId, ROWS, Supply};
use crate::procedures::store::kinds::{self, Kind};
use crate::procedures::views::{KindPage, KindsPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Every kind.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let kinds = kinds::all(&app.db).await?;
    html(KindsPage { page, kinds })
}

fn filled(kind: &Kind, supplies: &[Supply]) -> FormState {
    let yes = |yes: bool| if yes { "yes" } else { "" };
    let mut form = FormState::new()
        .with("version", kind.version)
        .with("price", decimal(kind.price, 2))
        .with("minutes", kind.minutes)
        .with("consent", yes(kind.consent))
        .with("active", yes(kind.active));
    for (at, supply) in supplies.iter().enumerate() {
        form = form
            .with(&format!("item_{at}"), &supply.item)
            .with(&format!("quantity_{at}"), supply.quantity)
            .with(&format!("unit_{at}"), &supply.unit);
    }
    form
}

/// One kind with what may be changed.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<KindId>) -> Answer {
    let kind = kinds::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let supplies = kinds::supplies(&app.db, id).await?;
    let form = filled(&kind, &supplies);
    html(KindPage { page, form, kind, conflict: None })
}

fn read(form: &mut FormState, old: &Kind) -> (Kind, Vec<Supply>) {
    let version = form.number("version", 1, i64::MAX);
    let typed = form.value("price").replace([',', '₦', ' '], "");
    let price = parse_decimal(&typed, 2).ok().filter(|kobo| (0..=100_000_000).contains(kobo));
    if price.is_none() {
        form.refuse("price", "Enter a price from 0 to 1,000,000 naira");
    }
    let kind = Kind {
        price: price.unwrap_or_default(),
        minutes: form.number("minutes", 1, 1_440),
        consent: form.chosen("consent", "yes"),
        active: form.chosen("active", "yes"),
        version,
        ..old.clone()
    };
    let mut supplies: Vec<Supply> = Vec::new();
    for at in 0..ROWS {
        let (name, count) = (format!("item_{at}"), format!("quantity_{at}"));
        let item = form.optional_text(&name, 80);
        let unit = form.optional_text(&format!("unit_{at}"), 20);
        if item.is_empty() {
            if !form.value(&count).trim().is_empty() {
                form.refuse(&name, "Enter what it is, or empty the number beside it");
            }
        } else if supplies.iter().any(|other| other.item == item) {
            form.refuse(&name, "This stands in the list already");
        } else {
            supplies.push(Supply { item, quantity: form.number(&count, 1, 10_000), unit });
        }
    }
    (kind, supplies)
}

/// Saves it. What is planned already keeps its price.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<KindId>, submission: Submission) -> Answer {
    let old = kinds::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let (new, supplies) = read(&mut form, &old);
    if !form.is_ok() {
        return Ok(refused(html(KindPage { page, form, kind: old, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    if !kinds::update(work.tx(), &new, &supplies).await? {
        work.undo();
        let now = kinds::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
        let who = audit::last_change(&app.db, "procedure_kind", id.0).await?;
        let stored =
            [("price", "Price", decimal(now.price, 2)), ("minutes", "Minutes", now.minutes.to_string())];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(KindPage { page, form, kind: now, conflict: Some(conflict) })?));
    }
    let entry = Entry::new("procedure.kind_changed", "procedure_kind", id.0)
        .with("procedure", old.name.as_str())
        .with("supplies", supplies.len() as i64)
        .changed("price", &old.price, &new.price)
        .changed("minutes", &old.minutes, &new.minutes)
        .changed("consent", &old.consent, &new.consent)
        .changed("offered", &old.active, &new.active);
    work.audit(entry).await?;
    work.done(paths::procedures::CATALOGUE, &format!("{} saved", old.name)).await
}
