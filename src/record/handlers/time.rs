//! The line of time (PT3), with its filters.

use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use futures::{TryFutureExt, try_join};
use serde::Deserialize;

use super::{Door, store};
use crate::access::model::Permission;
use crate::app::App;
use crate::patients::model::{PatientId, Reach, SealedVisits};
use crate::record::model::{Cursor, What};
use crate::record::store::Narrow;
use crate::record::views::{Banner, TimelinePage};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Lines on one page.
const PAGE: i64 = 50;

/// The filter, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    what: String,
    from: String,
    to: String,
    after: String,
}

/// A page of the line. The desk sees visits and appointments; the rest belongs to the health part.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let door = front_door(&app, &page, id).await?;
    let mut form = FormState::new();
    let mut terms = Vec::new();
    for (name, value) in [("what", &asked.what), ("from", &asked.from), ("to", &asked.to)] {
        form = form.with(name, value);
        if !value.is_empty() {
            terms.push(format!("{name}={}", paths::encoded(value)));
        }
    }
    let wrong = "Enter a day that there is, for example 2026-11-09";
    let from: Option<NaiveDate> = form.optional_parse("from", wrong);
    let to: Option<NaiveDate> = form.optional_parse("to", wrong);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        form.refuse("to", "The days are swapped: the last one lies before the first");
    }
    if !form.is_ok() {
        super::opened(&app, &page, &door, "timeline").await?;
        let none = TimelinePage { page, banner: door.banner, form, happenings: Vec::new(), older: None };
        return Ok(refused(html(none)?));
    }
    let next = |day: NaiveDate| day.checked_add_days(Days::new(1));
    let narrow = Narrow {
        what: form.value("what").parse::<What>().ok(),
        from: from.map(|day| page.clinic.start_of(day)),
        until: to.and_then(next).map(|day| page.clinic.start_of(day)),
        after: Cursor::read(&asked.after),
        clinical: door.reach.is_open(),
        own: false,
        sealed: door.sealed.clone(),
    };
    let (mut happenings, ()) = try_join!(
        store::timeline(&app.db, id, &narrow, PAGE + 1).err_into(),
        super::opened(&app, &page, &door, "timeline"),
    )?;
    let more = happenings.len() as i64 > PAGE;
    happenings.truncate(PAGE as usize);
    let older = happenings.last().filter(|_| more).map(|last| {
        terms.push(format!("after={}", Cursor::after(last).text()));
        format!("{}?{}", paths::record::timeline(id), terms.join("&"))
    });
    html(TimelinePage { page, banner: door.banner, form, happenings, older })
}

/// The door for every member of staff who finds patients: whoever has no clinical content gets the identity.
async fn front_door(app: &App, page: &Page, id: PatientId) -> Result<Door, Error> {
    if page.may(Permission::OpenRecords) {
        return super::door(app, page, id).await;
    }
    super::not_own(app, page, id).await?;
    let summary = store::summary(&app.db, id, false).await?.ok_or(Error::NotFound)?;
    Ok(Door { reach: Reach::Never, banner: Banner::of(summary), sealed: SealedVisits::default() })
}
