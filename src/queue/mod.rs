//! Arrivals, tokens, the lines at the service points, displays, the patient's place.

mod appointments;
mod handlers;
pub mod model;
mod people;
mod places;
mod store;
pub mod verbs;
mod views;

use std::time::Duration;

use crate::access::model::Permission as P;
use crate::app::App;
use crate::jobs::Job;
use crate::patients::model::PatientId;
use crate::web::paths::queue as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    desk_routes().merge(board_routes()).merge(display_routes()).merge(place_routes())
}

fn desk_routes() -> Routes {
    use handlers::{arrivals, print, streams, unsettled};
    Routes::new("queue")
        .get(paths::ARRIVALS, Access::May(P::CheckIn), arrivals::index)
        .part(paths::ARRIVALS_PART, Access::May(P::CheckIn), arrivals::part)
        .get(paths::ARRIVALS_LIVE, Access::May(P::CheckIn), streams::arrivals)
        .post(paths::CHECK_INS, Access::May(P::CheckIn), arrivals::create)
        .get(paths::SLIP, Access::May(P::WorkQueue), print::slip)
        .get(paths::UNSETTLED, Access::May(P::SettleVisits), unsettled::index)
        .post(paths::SETTLEMENT, Access::May(P::SettleVisits), unsettled::settle)
        .get(paths::POSTER, Access::May(P::SeeQueue), print::poster)
}

fn board_routes() -> Routes {
    use handlers::{attention, board, moves, overview, streams};
    Routes::new("queue")
        .get(paths::QUEUES, Access::May(P::SeeQueue), overview::index)
        .part(paths::QUEUES_PART, Access::May(P::SeeQueue), overview::part)
        .get(paths::QUEUES_LIVE, Access::May(P::SeeQueue), streams::queues)
        .get(paths::STATION, Access::May(P::WorkQueue), overview::station)
        .post(paths::STATION, Access::May(P::WorkQueue), overview::choose)
        .get(paths::BOARD, Access::May(P::SeeQueue), board::show)
        .part(paths::BOARD_PART, Access::May(P::SeeQueue), board::part)
        .get(paths::BOARD_LIVE, Access::May(P::SeeQueue), streams::board)
        .post(paths::CALLS, Access::May(P::WorkQueue), board::call)
        .post(paths::PAUSE, Access::May(P::WorkQueue), board::pause)
        .post(paths::RESUMPTION, Access::May(P::WorkQueue), board::resume)
        .get(paths::ENTRY, Access::May(P::SeeQueue), moves::show)
        .post(paths::MOVES, Access::May(P::WorkQueue), moves::create)
        .post(paths::TRANSFERS, Access::May(P::WorkQueue), moves::pass_on)
        .part(paths::NEEDS, Access::May(P::Consult), attention::index)
        .post(paths::ATTENTION, Access::May(P::OpenRecords), attention::see_to)
        .post(paths::PRIORITY, Access::May(P::RaisePriority), moves::prioritise)
}

fn display_routes() -> Routes {
    use handlers::{display, displays, streams};
    Routes::new("queue")
        .get(paths::DISPLAYS, Access::May(P::ManagePoints), displays::index)
        .post(paths::DISPLAYS, Access::May(P::ManagePoints), displays::create)
        .post(paths::REVOCATION, Access::May(P::ManagePoints), displays::revoke)
        .get(paths::SCREEN, Access::Public, display::show)
        .part(paths::SCREEN_NOW, Access::Public, display::part)
        .get(paths::SCREEN_CALLS, Access::Public, display::announcements)
        .get(paths::SCREEN_LIVE, Access::Public, streams::display)
}

fn place_routes() -> Routes {
    use handlers::{check_in, place, streams};
    Routes::new("queue")
        .get(paths::MY_PLACE, Access::Patient, place::mine)
        .get(paths::CHECK_IN, Access::Patient, check_in::new)
        .post(paths::CHECK_IN, Access::Patient, check_in::create)
        .get(paths::PLACE, Access::Public, place::show)
        .part(paths::PLACE_NOW, Access::Anyone, place::part)
        .get(paths::PLACE_LIVE, Access::Public, streams::place)
        .get(paths::PLACE_LEAVE, Access::Public, place::leaving)
        .post(paths::PLACE_LEAVE, Access::Public, place::leave)
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            name: "close_the_day",
            every: Duration::from_secs(60),
            run: |app| Box::pin(verbs::day::close_the_day(app)),
        },
        Job {
            name: "release_the_waiting",
            every: Duration::from_secs(60),
            run: |app| Box::pin(verbs::day::release_the_waiting(app)),
        },
        Job {
            name: "expire_pairings",
            every: Duration::from_secs(300),
            run: |app| Box::pin(verbs::day::expire_pairings(app)),
        },
    ]
}

/// Whether a display may go on showing.
pub async fn display_is_paired(app: &App, display: i64) -> Result<bool, crate::db::DbError> {
    store::displays::is_live(&app.db, display).await
}

/// Whether a visit is open, so that its slip has something to follow.
pub async fn visit_is_open(app: &App, visit: i64) -> Result<bool, crate::db::DbError> {
    let visit = store::visits::by_id(&app.db, model::VisitId(visit)).await?;
    Ok(visit.is_some_and(|visit| visit.closed_at.is_none()))
}

pub use handlers::board::caller;
pub use store::attention::{NewAttention, open as open_attention};
pub use store::entries::point_of;
pub use store::lines::Count;
pub use store::named::Named;
pub use store::visits::{Visit, by_id as visit};
pub use verbs::attention::{ask as ask_for_attention, withdraw as withdraw_attention};
pub use verbs::calls::{Caller, call_one};
pub use verbs::leaving::{doctor_leaves, doctors_are_away};
pub use verbs::moves::{go_back, go_before, make_seen as make_move, take_over};
pub use verbs::transfer::{send_back, transfer};
pub use views::attention::Needs;
pub use views::place::Place;
pub use views::seat::used_up;

pub use views::onward::{BACK, Choices, Onward, Standing};

/// Where a token can go from here.
pub async fn onward(app: &App, token: &Standing<'_>) -> Result<Onward, crate::db::DbError> {
    let (clinic, now) = (app.clinic(), app.clock.now());
    let today = clinic.day_of(now);
    let (points, doctors) = store::points::with_doctors(&app.db, today, clinic.start_of(today)).await?;
    Ok(views::onward::onward(token, &points, &doctors))
}

/// The place of a patient today, for the patient's home; none without a token.
pub async fn place_of(app: &App, patient: PatientId) -> Result<Option<Place>, crate::db::DbError> {
    let (clinic, now) = (app.clinic(), app.clock.now());
    match store::places::of_patient(&app.db, patient, clinic.day_of(now)).await? {
        Some(held) => places::place(&app.db, held, &clinic, now).await.map(Some),
        None => Ok(None),
    }
}

/// The token of a patient who is in the clinic now.
pub async fn token_of(
    app: &crate::app::App,
    patient: crate::patients::PatientId,
) -> Result<Option<String>, crate::db::DbError> {
    let day = app.clinic().day_of(app.clock.now());
    let held = store::places::of_patient(&app.db, patient, day).await?;
    Ok(held.filter(|held| held.closed_at.is_none()).map(|held| held.token))
}

/// The tokens of today that a text names, for the search.
pub async fn named(app: &App, text: &str) -> Result<Vec<Named>, crate::db::DbError> {
    store::named::named(&app.db, app.clinic().day_of(app.clock.now()), text).await
}

/// How many wait at each point, for the homes of staff.
pub async fn counts(store: impl crate::db::Store) -> Result<Vec<Count>, crate::db::DbError> {
    store::lines::counts(store).await
}
