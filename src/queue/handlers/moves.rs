//! One entry: its page, its moves, passing it on, its priority.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::board::{self, caller, without_sample};
use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry as Trail};
use crate::queue::model::{EntryId, Missing, Move, PointId, Priority, Whom};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::{events, lines, points};
use crate::queue::verbs::calls::call_again;
use crate::queue::verbs::{Refused, moves, transfer, undo};
use crate::queue::views::board::{Board, BoardPage};
use crate::queue::views::entry::EntryPage;
use crate::queue::views::onward;
use crate::queue::views::seat::{Seat, asks_why, field, used_up};
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{Answering, refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// One entry with its history. Opening it is kept in the trail.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<EntryId>) -> Answer {
    let entry = load(&app, page, id, FormState::new()).await?;
    opened(&app, &entry).await?;
    html(entry)
}

async fn opened(app: &App, shown: &EntryPage) -> Result<(), Error> {
    let entry = &shown.seat.row.entry;
    let opened = Trail::new("queue.entry_opened", "queue_entry", entry.id.0);
    Ok(audit::opened(app, &shown.page, opened.of_patient(entry.patient_id.0)).await?)
}

async fn load(app: &App, page: Page, id: EntryId, form: FormState) -> Result<EntryPage, Error> {
    let row = lines::one(&app.db, id).await?.ok_or(Error::NotFound)?;
    let today = page.today();
    let (points, doctors) = points::with_doctors(&app.db, today, page.clinic.start_of(today)).await?;
    let here = row.entry.point_id;
    let point = match points.iter().find(|point| point.id == here) {
        Some(point) => point.clone(),
        // What happened at a point outlasts it.
        None => points::even_closed(&app.db, here).await?.ok_or(Error::NotFound)?,
    };
    let mut onward = onward::Choices::new();
    if row.entry.state.is_open() && page.may(Permission::WorkQueue) {
        onward = onward::choices(&(&row).into(), &points, &doctors);
    }
    let history = events::of_visit(&app.db, row.entry.visit_id).await?;
    let form = form.with("priority", row.entry.priority.as_str());
    let stationed = is_stationed(app, &page, here).await?;
    let seat = Seat::alone(row, &page);
    Ok(EntryPage { seat, point, stationed, onward, history, form, notice: None, page })
}

/// Whether who asks works at a point.
async fn is_stationed(app: &App, page: &Page, point: PointId) -> Result<bool, Error> {
    let points = points::active(&app.db, Some(page.actor()?.account)).await?;
    Ok(points.iter().any(|one| one.id == point && one.mine))
}

/// Why a move needs words that were not given; none where it does not.
async fn lacks_reason(app: &App, page: &Page, made: Move, entry: &Entry) -> Result<Option<String>, Error> {
    if made == Move::Park {
        return Ok(Some("Enter why the token is parked, so that colleagues know".to_owned()));
    }
    let asks = made == Move::Leave && asks_why(entry, page, is_stationed(app, page, entry.point_id).await?);
    Ok(asks.then(|| {
        format!(
            "Enter how you know that {} left. The colleagues at the service point read it and can undo it.",
            entry.token
        )
    }))
}

/// A move of an entry.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<EntryId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let made: Option<Move> = form.parse("move", "Choose what to do");
    let Some(made) = made else { return Err(Error::Invalid("This form names no step of the queue.".into())) };
    let version: Option<i64> = form.optional_parse("version", "Open the page again");
    let note = form.optional_text("reason", LINE);
    let entry = entries::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let point = entry.point_id;
    let mut tried = match made {
        Move::Park => Tried::new("park", form.value("reason")),
        Move::Leave => Tried::new("left", form.value("reason")),
        Move::Call | Move::Recall | Move::Start | Move::Miss | Move::Unpark => Tried::nothing(),
        Move::BringBack | Move::ReturnToWaiting | Move::Finish | Move::Undo | Move::Transfer => {
            Tried::nothing()
        }
    };
    tried.wrong = form.error("reason").map(str::to_owned);
    if note.is_empty() && version.is_none_or(|version| version == entry.version) {
        tried.wrong = lacks_reason(&app, &page, made, &entry).await?;
    }
    if tried.wrong.is_some() {
        return again(&app, page, id, tried, None).await;
    }
    let mut to = None;
    if made == Move::Recall {
        to = caller(&app, &page, point).await?;
        if to.is_none() {
            return Ok(see_other(&paths::queue::station_at(point)));
        }
    }
    let mut work = submission.begin(&app).await?;
    let moved = match (made, to) {
        (Move::Recall, Some(caller)) => call_again(&mut work, &caller, id, version).await,
        (Move::Undo, _) => undo::undo(&mut work, id, version).await,
        _ => moves::make_seen(&mut work, made, id, version, &note).await,
    };
    if let Ok(entry) = &moved
        && made == Move::Finish
        && !form.chosen("without_sample", "yes")
        && lines::lacks_sample(work.tx(), entry.visit_id).await?
    {
        work.undo();
        return without_sample(&app, page, point, id).await;
    }
    match moved {
        Ok(entry) => finish(work, made, &entry).await,
        Err(refused) => {
            work.undo();
            // What is missing stands where it can be done.
            let unfinished = |why: &str| Missing::ALL.iter().any(|missing| missing.label() == why);
            match refused {
                Refused::Because(why) if unfinished(&why) && page.may(Permission::Consult) => {
                    let entry = entries::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
                    Ok(see_other(&paths::consultation::consult_at(entry.visit_id, "finish")))
                }
                refused @ (Refused::NotFound | Refused::Because(_) | Refused::Db(_)) => {
                    again(&app, page, id, tried, Some(refused)).await
                }
            }
        }
    }
}

async fn finish(work: Answering, made: Move, entry: &Entry) -> Answer {
    // The strip with the undo button tells of every other step.
    let words = match made {
        Move::Recall | Move::ReturnToWaiting => used_up(entry).unwrap_or_default(),
        Move::Undo => format!("{}: last step undone", entry.token),
        Move::Call | Move::Start | Move::Finish | Move::Miss | Move::Park => String::new(),
        Move::Unpark | Move::BringBack | Move::Leave | Move::Transfer => String::new(),
    };
    work.done(paths::queue::board(entry.point_id), &words).await
}

/// Passes an entry on to another point, or back to the doctor.
pub async fn pass_on(
    State(app): State<App>,
    page: Page,
    Id(id): Id<EntryId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version: Option<i64> = form.optional_parse("version", "Open the page again");
    let point = entries::by_id(&app.db, id).await?.ok_or(Error::NotFound)?.point_id;
    let mut tried = Tried::new("to", form.value("to"));
    let back = form.value("to") == "back";
    let to = Whom::read(form.value("to"));
    if to.is_none() && !back {
        tried.wrong = Some("Choose where the token goes, then transfer it".to_owned());
        return again(&app, page, id, tried, None).await;
    }
    let mut work = submission.begin(&app).await?;
    let passed = match to {
        Some((to, whom)) => transfer::transfer(&mut work, id, version, to, whom).await,
        None => transfer::send_back(&mut work, id, version).await,
    };
    match passed {
        Ok(_) => work.done(paths::queue::board(point), "").await,
        Err(refused) => {
            work.undo();
            again(&app, page, id, tried, Some(refused)).await
        }
    }
}

/// A step of a menu that asks for something, as it was sent.
struct Tried {
    /// The menu: `park`, `left` or `to`; empty for a step that asks for nothing.
    menu: &'static str,
    typed: String,
    wrong: Option<String>,
}

impl Tried {
    fn new(menu: &'static str, typed: &str) -> Self {
        Tried { menu, typed: typed.to_owned(), wrong: None }
    }

    fn nothing() -> Self {
        Tried::new("", "")
    }
}

/// The page of a refused step as things stand now (Q4), its menu open with what was typed: 422 with what is wrong with that, 409
/// with what came in between. Who is not with this person has the menu on the token's own page.
async fn again(app: &App, page: Page, id: EntryId, tried: Tried, refusal: Option<Refused>) -> Answer {
    let status = if refusal.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let notice = refusal.map(sentence).transpose()?;
    let entry = entries::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let name = field(tried.menu, id);
    let mut form = FormState::new().with(&name, &tried.typed);
    if let Some(wrong) = tried.wrong {
        form.refuse(&name, wrong);
    }
    let loaded = board::load(app, &page, entry.point_id).await;
    let is_mine = |board: &Board| board.now.iter().any(|seat| seat.row.entry.id == id);
    let elsewhere = !loaded.as_ref().is_ok_and(is_mine);
    if !tried.menu.is_empty() && tried.menu != "park" && entry.state.is_open() && elsewhere {
        let mut shown = load(app, page, id, form).await?;
        shown.notice = notice;
        opened(app, &shown).await?;
        return Ok((status, html(shown)?).into_response());
    }
    let mut board = match (loaded, &notice) {
        // Of a point that is closed there is no board; what happened is said all the same.
        (Err(Error::Conflict(_)), Some(notice)) => return Err(Error::Conflict(notice.clone())),
        (loaded, _) => loaded?,
    };
    board.tried = form;
    board.notice = notice;
    Ok((status, html(BoardPage { page, board })?).into_response())
}

/// Changes the priority, with a reason.
pub async fn prioritise(
    State(app): State<App>,
    page: Page,
    Id(id): Id<EntryId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version: Option<i64> = form.optional_parse("version", "Open the page again");
    let priority: Option<Priority> = form.parse("priority", "Choose a priority");
    let reason = form.text("reason", "Enter the reason", 120);
    let (Some(priority), true) = (priority, form.is_ok()) else {
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    match moves::set_priority(&mut work, id, version, priority, &reason).await {
        Ok(entry) => {
            let words = format!("{}: priority {}", entry.token, priority.label().to_lowercase());
            work.done(paths::queue::board(entry.point_id), &words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.renew();
            let mut entry = load(&app, page, id, form).await?;
            entry.notice = Some(sentence);
            Ok(conflicting(html(entry)?))
        }
        Err(refused) => Err(refused.into()),
    }
}
