//! A patient's own prescriptions.

use std::collections::BTreeMap;

use axum::extract::{Query, State};

use super::show::{Before, of};
use crate::app::App;
use crate::prescribing::views::mine::MyPrescriptionsPage;
use crate::record;
use crate::web::{Answer, Error, Page, html, paths};
use crate::{pharmacy, stock};

/// What to take and how.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Before>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let path = paths::prescribing::MY_PRESCRIPTIONS;
    let (prescriptions, older) = of(&app, &page, patient, (asked.before(), path)).await?;
    record::read_apart(&app, &page, ("prescriptions.own_opened", "patient", patient.0), patient).await?;
    let waits = prescriptions.iter().flat_map(|one| &one.lines).filter(|line| line.state.waits());
    let named: Vec<i64> = waits.filter_map(|line| line.medicine_id.map(|id| id.0)).collect();
    let usable = match named.as_slice() {
        [] => BTreeMap::new(),
        named => stock::usable_of_medicines(&app.db, named, page.today()).await?,
    };
    let reserved = match named.as_slice() {
        [] => Vec::new(),
        _ => stock::reserved_for(&app.db, patient.0, page.today()).await?,
    };
    let recalled = pharmacy::recalled(&app.db, patient, page.now).await?;
    html(MyPrescriptionsPage { page, prescriptions, usable, reserved, recalled, older })
}
