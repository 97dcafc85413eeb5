//! The staff board of one point, calling, pausing.

use axum::extract::{Query, State};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry as Trail};
use crate::queue::model::{EntryId, PointId, PointKind};
use crate::queue::store::{attention, events, lines, points};
use crate::queue::verbs::calls::{Caller, Next, call_next, call_one};
use crate::queue::verbs::{Refused, pause as pausing};
use crate::queue::views::board::{Board, BoardPage, BoardPart, Panel};
use crate::queue::views::seat::used_up;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, Page, Submission, html, paths};

/// How long the undo strip stays.
const UNDO_SHOWN: TimeDelta = TimeDelta::minutes(2);

/// Whose panel is open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    entry: Option<i64>,
}

/// The board of a point. Opening a patient's panel is kept in the trail.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(point): Id<PointId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let Some(id) = asked.entry.map(EntryId) else {
        let board = load(&app, &page, point).await?;
        return html(BoardPage { page, board });
    };
    let mut board = seats(&app, &page, point).await?;
    board.panel = Some(Panel { id, history: Vec::new() });
    let opened = board.opened().map(|(seat, _)| (seat.row.entry.visit_id, seat.row.entry.patient_id));
    // Who has moved on meanwhile has a page of their own.
    let Some((visit, patient)) = opened else { return Ok(see_other(&paths::queue::entry(id))) };
    board.panel = Some(Panel { id, history: events::of_visit(&app.db, visit).await? });
    let opened = Trail::new("queue.entry_opened", "queue_entry", id.0);
    audit::opened(&app, &page, opened.of_patient(patient.0)).await?;
    html(BoardPage { page, board })
}

/// The part of it that changes.
pub async fn part(State(app): State<App>, page: Page, Id(point): Id<PointId>) -> Answer {
    let board = load(&app, &page, point).await?;
    html(BoardPart { page, board })
}

/// The board of a point as it stands, with the last step that can be taken back.
pub async fn load(app: &App, page: &Page, id: PointId) -> Result<Board, Error> {
    let mut board = seats(app, page, id).await?;
    let who = page.actor()?.account;
    let last = events::my_last(&app.db, id, who, (page.today(), page.now - UNDO_SHOWN)).await?;
    board.undo = last.filter(|last| last.version == last.entry_version);
    Ok(board)
}

async fn seats(app: &App, page: &Page, id: PointId) -> Result<Board, Error> {
    let who = page.actor()?.account;
    let points = points::active(&app.db, Some(who)).await?;
    let Some(point) = points.iter().find(|point| point.id == id).cloned() else {
        return Err(closed(app, id).await?);
    };
    let rows = lines::at_point(&app.db, id).await?;
    let consulting = point.kind == PointKind::Consulting;
    let mut board = Board::new(point, points, rows, who, page);
    if consulting && page.may(Permission::OpenRecords) {
        board.attention = attention::open(&app.db).await?;
    }
    if !board.now.is_empty() {
        let today = page.today();
        board.doctors = points::doctors_at_work(&app.db, today, page.clinic.start_of(today)).await?;
    }
    Ok(board)
}

/// What is answered for a point that is not among those that work.
async fn closed(app: &App, id: PointId) -> Result<Error, Error> {
    let point = points::even_closed(&app.db, id).await?;
    Ok(point.map_or(Error::NotFound, |point| Error::Conflict(point.closed())))
}

/// The board again, with why nothing happened and how things stand now (Q4).
pub async fn conflict(app: &App, page: Page, point: PointId, refused: Refused) -> Answer {
    let sentence = match refused {
        Refused::Because(sentence) => sentence,
        Refused::NotFound | Refused::Db(_) => return Err(refused.into()),
    };
    let mut board = match load(app, &page, point).await {
        // Of a point that is closed there is no board; what happened is said all the same.
        Err(Error::Conflict(_)) => return Err(Error::Conflict(sentence)),
        loaded => loaded?,
    };
    board.notice = Some(sentence);
    Ok(conflicting(html(BoardPage { page, board })?))
}

/// The board again, with the question whether a visit ends though a sample is not taken.
pub async fn without_sample(app: &App, page: Page, point: PointId, entry: EntryId) -> Answer {
    let mut board = load(app, &page, point).await?;
    board.asks = Some(entry);
    Ok(conflicting(html(BoardPage { page, board })?))
}

/// Who calls and to where; none when the room has to be chosen first.
pub async fn caller(app: &App, page: &Page, id: PointId) -> Result<Option<Caller>, Error> {
    let who = page.actor()?.account;
    let points = points::active(&app.db, Some(who)).await?;
    let Some(point) = points.into_iter().find(|point| point.id == id) else {
        return Err(closed(app, id).await?);
    };
    if point.mine && point.my_room.is_some() {
        return Ok(Some(Caller { who, point: id, room: point.my_room, place: point.place().to_owned() }));
    }
    let rooms = points::rooms(&app.db).await?;
    let mut here = rooms.into_iter().filter(|room| room.point_id == id);
    Ok(match (here.next(), here.next()) {
        (None, _) => Some(Caller { who, point: id, room: None, place: point.public_name }),
        (Some(only), None) => Some(Caller { who, point: id, room: Some(only.id), place: only.name }),
        (Some(_), Some(_)) => None,
    })
}

/// Calls the next one, or the one whose entry is named.
pub async fn call(
    State(app): State<App>,
    page: Page,
    Id(point): Id<PointId>,
    submission: Submission,
) -> Answer {
    let Some(caller) = caller(&app, &page, point).await? else {
        return Ok(see_other(&paths::queue::station_at(point)));
    };
    let mut form = submission.form.clone();
    let entry: Option<EntryId> = form.optional_parse("entry", "Choose a token of this queue");
    let version: Option<i64> = form.optional_parse("version", "Open the page again");
    let mut work = submission.begin(&app).await?;
    let called = match entry {
        Some(entry) => {
            call_one(&mut work, &caller, entry, version).await.map(|entry| Next::Called(Box::new(entry)))
        }
        None => call_next(&mut work, &caller).await,
    };
    match called {
        // The strip with the undo button says who was called where.
        Ok(Next::Called(entry)) => {
            work.done(paths::queue::board(point), &used_up(&entry).unwrap_or_default()).await
        }
        Ok(Next::Nobody(why)) => work.done(paths::queue::board(point), &why).await,
        Err(refused) => {
            work.undo();
            conflict(&app, page, point, refused).await
        }
    }
}

/// Pauses the queue, with a reason.
pub async fn pause(
    State(app): State<App>,
    page: Page,
    Id(point): Id<PointId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let reason = form.text("reason", "Enter why the queue pauses", 120);
    if !form.is_ok() {
        let mut board = load(&app, &page, point).await?;
        board.tried = form;
        return Ok(refused(html(BoardPage { page, board })?));
    }
    let mut work = submission.begin(&app).await?;
    match pausing::pause(&mut work, point, &reason).await {
        Ok(()) => work.done(paths::queue::board(point), "Queue paused").await,
        Err(refused) => {
            work.undo();
            conflict(&app, page, point, refused).await
        }
    }
}

/// Takes the queue up again.
pub async fn resume(
    State(app): State<App>,
    page: Page,
    Id(point): Id<PointId>,
    submission: Submission,
) -> Answer {
    let mut work = submission.begin(&app).await?;
    match pausing::resume(&mut work, point).await {
        Ok(()) => work.done(paths::queue::board(point), "Queue resumed").await,
        Err(refused) => {
            work.undo();
            conflict(&app, page, point, refused).await
        }
    }
}
