//! What people do at the door and at the points. Each verb runs inside one unit of work: the guarded change, its line in
//! the history, the trail, and who is told.

pub mod attention;
pub mod calls;
pub mod check_in;
pub mod day;
pub mod leaving;
pub mod moves;
pub mod pause;
pub mod transfer;
pub mod undo;

use crate::access::model::AccountId;
use crate::audit;
use crate::db::DbError;
use crate::live::Topic;
use crate::queue::appointments;
use crate::queue::model::{CannotMove, CannotUndo, EntryId, Move, PointId};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::events::{self, NewEvent};
use crate::queue::store::points;
pub use crate::work::Refused;
use crate::work::Work;

impl From<CannotMove> for Refused {
    fn from(why: CannotMove) -> Self {
        Refused::Because(why.to_string())
    }
}

impl From<CannotUndo> for Refused {
    fn from(why: CannotUndo) -> Self {
        Refused::Because(why.to_string())
    }
}

/// What the trail keeps of a reason in words.
pub const GIVEN: &str = "given";

/// Somebody else was quicker (Q4).
pub fn changed_meanwhile(token: &str) -> Refused {
    Refused::Because(format!("{token} was changed by a colleague a moment ago. Here is how it stands now."))
}

/// Why nothing happens at a point that does not work.
pub async fn closed(work: &mut Work, id: PointId) -> Result<Refused, DbError> {
    let point = points::even_closed(work.tx(), id).await?;
    Ok(point.map_or(Refused::NotFound, |point| Refused::Because(point.closed())))
}

/// An entry as the person saw it: found, and not changed since. `version` is none where any will do.
pub async fn seen(work: &mut Work, id: EntryId, version: Option<i64>) -> Result<Entry, Refused> {
    let entry = entries::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    match version {
        Some(version) if version != entry.version && entry.day < work.today() && !entry.state.is_open() => {
            Err(Refused::Because(format!(
                "The day of {} is over, and its visit ended with it. Whoever is still here is checked in again.",
                entry.token
            )))
        }
        Some(version) if version != entry.version => Err(changed_meanwhile(&entry.token)),
        Some(_) | None => Ok(entry),
    }
}

/// Who does it, if somebody is signed in.
pub fn doer_of(work: &Work) -> Option<AccountId> {
    work.doer().account_id.map(AccountId)
}

/// Saves a move: `before` as it was read, `after` as it is to be; then history, trail and watchers.
pub async fn record(
    work: &mut Work,
    made: Move,
    before: &Entry,
    after: &Entry,
    note: &str,
) -> Result<(), Refused> {
    let at = work.now();
    let bookings = match made {
        Move::Start | Move::Finish => appointments::standing(work, before).await?,
        Move::Call
        | Move::Recall
        | Move::Miss
        | Move::Park
        | Move::Unpark
        | Move::BringBack
        | Move::ReturnToWaiting
        | Move::Leave
        | Move::Transfer
        | Move::Undo => Vec::new(),
    };
    let saved = match entries::save(work.tx(), after).await {
        // The visit stands in another line by now.
        Err(error) if error.violates("queue_entry_visit_id_unique") => false,
        other => other?,
    };
    if !saved {
        return Err(changed_meanwhile(&after.token));
    }
    let kept = match made {
        Move::Undo => String::new(),
        Move::Call
        | Move::Recall
        | Move::Start
        | Move::Finish
        | Move::Miss
        | Move::Park
        | Move::Unpark
        | Move::BringBack
        | Move::ReturnToWaiting
        | Move::Leave
        | Move::Transfer => undo::kept(before, bookings),
    };
    let event =
        NewEvent { what: made.as_str(), from: Some(before.state), by: doer_of(work), note, before: &kept };
    events::insert(work.tx(), after, &event, at).await?;
    let entry = audit::Entry::new(action(made), "queue_entry", after.id.0)
        .of_patient(after.patient_id.0)
        .with("token", after.token.as_str())
        .with("point", after.point_id.0)
        .changed("state", &before.state.as_str(), &after.state.as_str());
    // Administrators read the trail: of what staff wrote it only says that there are words.
    let entry = match (note, matches!(made, Move::Park | Move::Leave)) {
        ("", _) => entry,
        (_, true) => entry.with("reason", GIVEN),
        (note, false) => entry.with("note", note),
    };
    work.audit(entry).await?;
    tell(work, after);
    Ok(())
}

/// Whoever watches this entry reads again. The visit stands first: a stream passes on the first topic that concerns it,
/// and the page of the one who is called does not take its time as those of the others may.
pub fn tell(work: &mut Work, entry: &Entry) {
    work.tell(Topic::Visit(entry.visit_id.0));
    work.tell(Topic::Point(entry.point_id.0));
    work.tell(Topic::Displays);
    work.tell(Topic::Arrivals);
}

const fn action(made: Move) -> &'static str {
    match made {
        Move::Call => "queue.called",
        Move::Recall => "queue.called_again",
        Move::Start => "queue.started",
        Move::Finish => "queue.finished",
        Move::Miss => "queue.missed",
        Move::Park => "queue.parked",
        Move::Unpark => "queue.unparked",
        Move::BringBack => "queue.brought_back",
        Move::ReturnToWaiting => "queue.returned",
        Move::Leave => "queue.left",
        Move::Transfer => "queue.transferred",
        Move::Undo => "queue.undone",
    }
}
