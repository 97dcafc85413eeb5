//! Whether what is offered lies within the hours that gave it, for `infirmary check`.

use super::model::{Declared, SlotId};
use super::store::hours::{self, HoursRow};
use crate::app::App;
use crate::db::DbError;

/// Open slots to come that lie outside the hours that gave them. Slots made by hand, and those left to who is in them, have
/// no hours.
///
/// # Errors
/// The database's.
pub async fn outside_hours(app: &App) -> Result<Vec<SlotId>, DbError> {
    let zone = app.clinic().zone();
    let mut hours: Option<Declared> = None;
    let mut outside = Vec::new();
    for slot in hours::offered(&app.db, app.clock.now()).await? {
        if hours.as_ref().map(|known| known.id) != Some(slot.availability_id) {
            let row = hours::by_id(&app.db, slot.availability_id).await?;
            hours = row.as_ref().and_then(HoursRow::declared);
        }
        let within = |known: &Declared| known.availability.gives(slot.starts_at, slot.ends_at, zone);
        if !hours.as_ref().is_some_and(within) {
            outside.push(slot.id);
        }
    }
    Ok(outside)
}
