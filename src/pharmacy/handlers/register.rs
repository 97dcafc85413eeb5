//! The register of controlled medicines.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::super::store::register::{self, Row};
use super::super::views::register::RegisterPage;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::stock::model::ItemId;
use crate::web::{Answer, FormState, Page, html, paths};

/// Rows of one page.
const PAGE: i64 = 50;

/// The medicine that is asked for, and where its rows go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    item: Option<i64>,
    before: Option<i64>,
}

/// One medicine's page of the register; the first one's when none is named.
pub async fn show(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let medicines = register::medicines(&app.db).await?;
    let one = medicines.iter().find(|one| Some(one.item_id) == asked.item.map(ItemId)).or(medicines.first());
    let one = one.cloned();
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
