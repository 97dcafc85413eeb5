//! The event streams: topics only, for each audience its own.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::display;
use crate::app::App;
use crate::live::Topic;
use crate::queue::model::PointId;
use crate::queue::store::{places, points};
use crate::web::live::{Watcher, over, stream};
use crate::web::request::Id;
use crate::web::{Error, Page};

fn signed_in(page: &Page) -> Result<Watcher, Error> {
    let actor = page.actor()?;
    Ok(Watcher::SignIn(actor.sign_in, actor.account.0))
}

/// One service point, for staff.
pub async fn board(State(app): State<App>, page: Page, Id(point): Id<PointId>) -> Result<Response, Error> {
    points::by_id(&app.db, point).await?.ok_or(Error::NotFound)?;
    Ok(stream(&app, vec![Topic::Point(point.0)], signed_in(&page)?))
}

/// All service points, for staff.
pub async fn queues(State(app): State<App>, page: Page) -> Result<Response, Error> {
    Ok(stream(&app, vec![Topic::Displays], signed_in(&page)?))
}

/// Today's arrivals, for the desk.
pub async fn arrivals(State(app): State<App>, page: Page) -> Result<Response, Error> {
    Ok(stream(&app, vec![Topic::Arrivals], signed_in(&page)?))
}

/// A screen of the waiting room.
pub async fn display(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    let display = display::of(&app, &headers).await?.ok_or(Error::NotFound)?;
    let id = display.id.0;
    let topics = vec![Topic::Displays, Topic::Display(id), Topic::Settings];
    Ok(stream(&app, topics, Watcher::Display(id)))
}

/// The point at which the token stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Standing {
    point: Option<i64>,
}

/// One place, for whoever holds the slip, while the visit is open.
pub async fn place(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(standing): Query<Standing>,
) -> Result<Response, Error> {
    let held = places::by_code(&app.db, &code).await?.ok_or(Error::NotFound)?;
    if held.closed_at.is_some() {
        return Ok(over());
    }
    let point = standing.point.unwrap_or(held.point_id.0);
    let visit = held.visit_id.0;
    Ok(stream(&app, vec![Topic::Visit(visit), Topic::Point(point)], Watcher::Slip(visit)))
}
