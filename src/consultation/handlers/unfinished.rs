//! Everything that this person has begun and not finished.

use axum::extract::State;

use crate::app::App;
use crate::consultation::model::DayItem;
use crate::consultation::views::UnfinishedPage;
use crate::web::{Answer, Page, html};

/// The list.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let mut items = crate::consultation::day_of(&app, &page).await?;
    items.retain(|item| !matches!(item.what, DayItem::Booking | DayItem::Procedure));
    html(UnfinishedPage { page, items })
}
