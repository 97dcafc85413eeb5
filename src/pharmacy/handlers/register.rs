//! The register of controlled medicines, and who was given of a batch.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::super::store::recalls;
use super::super::store::register::{self, Row};
use super::super::views::register::{ReceiversPage, RegisterPage};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::stock::model::{BatchId, ItemId};
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Rows of one page.
const PAGE: i64 = 50;

/// The medicine that is asked for, and where its rows go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    item: Option<i64>,
    before: Option<i64>,
}

/// One medicine's page of the register; when none is named, of the first one that is kept.
pub async fn show(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let medicines = register::medicines(&app.db).await?;
    let asked_for = medicines.iter().find(|one| Some(one.item_id) == asked.item.map(ItemId));
    let kept = || medicines.iter().find(|one| one.on_hand > 0);
    let one = asked_for.or_else(kept).or(medicines.first()).cloned();
    let before = asked.before.unwrap_or(i64::MAX);
    let (mut rows, mut balance) = match &one {
        Some(one) => (
            register::rows(&app.db, one.item_id, before, PAGE + 1).await?,
            register::balance_before(&app.db, one.item_id, before).await?,
        ),
        None => (Vec::new(), 0),
    };
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let item = one.as_ref().map_or(0, |one| one.item_id.0);
    let older = rows
        .last()
        .filter(|_| more)
        .map(|last| format!("{}?item={item}&before={}", paths::pharmacy::REGISTER, last.id));
    let with_balance = |row: Row| {
        let after = balance;
        balance -= row.quantity;
        (row, after)
    };
    let rows = rows.into_iter().map(with_balance).collect();
    let entry = Entry::new("pharmacy.register_opened", "stock_item", item);
    audit::opened(&app, &page, entry.with("clinical", true)).await?;
    let form = FormState::new().with("item", item);
    html(RegisterPage { page, form, medicines, one, rows, older })
}

/// People of one page: as many as somebody calls in a day.
const PEOPLE: i64 = 200;

/// Who was given of a batch and still has it: whom to call when it is recalled (PH6).
pub async fn receivers(
    State(app): State<App>,
    page: Page,
    Id(id): Id<BatchId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let batch = recalls::batch(&app.db, id).await?.ok_or(Error::NotFound)?;
    let before = asked.before.unwrap_or(0);
    let people = recalls::receiver_count(&app.db, id).await?;
    let mut receivers = recalls::receivers(&app.db, id, before, PEOPLE + 1).await?;
    let more = receivers.len() as i64 > PEOPLE;
    receivers.truncate(PEOPLE as usize);
    let older = receivers
        .last()
        .filter(|_| more)
        .map(|last| format!("{}?before={}", paths::pharmacy::receivers(id), last.mark));
    let entry = Entry::new("pharmacy.receivers_opened", "stock_batch", id.0);
    let shown = receivers.len() as i64;
    audit::opened(&app, &page, entry.with("clinical", true).with("people", shown)).await?;
    html(ReceiversPage { page, batch, people, receivers, older })
}
