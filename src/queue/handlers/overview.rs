//! All lines at a glance, and choosing where one works.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::audit::Entry as Trail;
use crate::live::Topic;
use crate::queue::model::{PointId, RoomId};
use crate::queue::store::{lines, points, stats};
use crate::queue::views::overview::{Glance, OverviewPage, OverviewPart, StationPage, place};
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn glances(app: &App, page: &Page) -> Result<Vec<Glance>, Error> {
    let points = points::active(&app.db, Some(page.actor()?.account)).await?;
    let open = lines::everywhere(&app.db).await?;
    let closed = stats::closed_on(&app.db, page.today()).await?;
    Ok(Glance::all(points, &open, &closed, page))
}

/// Every point.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let points = glances(&app, &page).await?;
    html(OverviewPage { page, points })
}

/// The part that changes.
pub async fn part(State(app): State<App>, page: Page) -> Answer {
    let points = glances(&app, &page).await?;
    html(OverviewPart { page, points })
}

/// The point one comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    point: Option<i64>,
}

/// Where one works: the form.
pub async fn station(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let points = points::active(&app.db, Some(page.actor()?.account)).await?;
    let rooms = points::rooms(&app.db).await?;
    let mine = points.iter().find(|point| point.mine).map(|point| (point.id, point.my_room));
    let wanted = asked.point.map(PointId).filter(|id| mine.is_none_or(|(point, _)| point != *id));
    let first = |id| (id, rooms.iter().find(|room| room.point_id == id).map(|room| room.id));
    let chosen = wanted.map(first).or(mine);
    let form =
        FormState::new().with("place", chosen.map(|(point, room)| place(point, room)).unwrap_or_default());
    html(StationPage { page, form, points, rooms })
}

/// Keeps where one works.
pub async fn choose(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let points = points::active(&app.db, None).await?;
    let rooms = points::rooms(&app.db).await?;
    let (point, room) = form.value("place").split_once('-').unwrap_or_default();
    let point = point.parse().ok().map(PointId).filter(|id| points.iter().any(|point| point.id == *id));
    let room = room.parse().ok().map(RoomId);
    let known = room.is_none_or(|id| rooms.iter().any(|room| room.id == id && Some(room.point_id) == point));
    let (Some(point), true) = (point, known) else {
        form.refuse("place", "Choose where you work today");
        return Ok(refused(html(StationPage { page, form, points, rooms })?));
    };
    let who = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    points::set_station(work.tx(), who, point, room, at).await?;
    let entry = Trail::new("queue.station_chosen", "account", who.0).with("point", point.0);
    work.audit(entry.with("room", room.map(|room| room.0))).await?;
    work.tell(Topic::Point(point.0));
    work.done(paths::queue::board(point), "").await
}
