//! Calling: the next of the line, one of them, and once more (Q4, Q5, Q7).

use super::{Refused, changed_meanwhile, closed, record, seen};
use crate::access::model::AccountId;
use crate::queue::model::{
    EntryId, EntryState, LineRules, Move, PointId, Priority, RoomId, Why, eligible_for, line,
};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::lines::{self, InLine};
use crate::queue::store::{events, points};
use crate::work::Work;

/// Who calls, and to where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person.
    pub who: AccountId,
    /// The point.
    pub point: PointId,
    /// The room; none where the point has none.
    pub room: Option<RoomId>,
    /// What screens say: the room's or the point's public name.
    pub place: String,
}

/// What comes of calling the next one.
#[derive(Debug)]
pub enum Next {
    /// The token that was called, or that is missed instead.
    Called(Box<Entry>),
    /// Nobody is to be called: why.
    Nobody(String),
}

/// Calls whoever is next for this person. Who did not answer a moment ago is not offered again yet, also where nobody else
/// waits (Q7).
pub async fn call_next(work: &mut Work, caller: &Caller) -> Result<Next, Refused> {
    let in_a_row = take_turn(work, caller.point).await?;
    let waiting = lines::waiting_at(work.tx(), caller.point).await?;
    let mut mine = eligible_for(waiting.iter().map(InLine::waiting).collect(), caller.who);
    let at = work.now();
    let rules = LineRules::of(&work.app.clinic());
    // The clinic may have come to allow fewer calls while these waited.
    for used_up in mine.extract_if(.., |one| rules.calls_are_used_up(one.call_count)) {
        let entry = seen(work, used_up.id, None).await?;
        miss(work, &entry).await?;
    }
    let placed = line(mine, at, &rules, u32::try_from(in_a_row).unwrap_or(0));
    let nobody = || Ok(Next::Nobody("Nobody waits for you here".to_owned()));
    let Some(first) = placed.first() else { return nobody() };
    let Some(entry) = entries::by_id(work.tx(), first.entry.id).await? else { return nobody() };
    if let Why::NoAnswer(again) = first.why {
        let again = work.app.clinic().clock(again);
        return Ok(Next::Nobody(format!(
            "{} did not answer and is next from {again}. Who is there all the same is called by name below",
            entry.token
        )));
    }
    let in_a_row = match first.why {
        Why::Booked(_) => in_a_row + 1,
        Why::WalkIn(_) | Why::LongWait(_) | Why::Late(_) => 0,
        Why::Emergency | Why::Raised(_) | Why::Early(_) | Why::CameBack(_) | Why::NoAnswer(_) => in_a_row,
    };
    points::set_in_a_row(work.tx(), caller.point, in_a_row).await?;
    call(work, caller, &entry, Move::Call).await.map(|entry| Next::Called(Box::new(entry)))
}

/// Calls one who waits, out of order, or calls one again. Above the clinic's number of calls the token is missed instead
/// (Q7).
pub async fn call_one(
    work: &mut Work,
    caller: &Caller,
    id: EntryId,
    version: Option<i64>,
) -> Result<Entry, Refused> {
    take_turn(work, caller.point).await?;
    let entry = seen(work, id, version).await?;
    if entry.point_id != caller.point {
        return Err(changed_meanwhile(&entry.token));
    }
    is_for(caller, &entry)?;
    if entry.state == EntryState::Waiting && are_used_up(work, &entry) {
        return miss(work, &entry).await;
    }
    call(work, caller, &entry, Move::Call).await
}

/// Calls somebody again who was called, or who missed the calls.
pub async fn call_again(
    work: &mut Work,
    caller: &Caller,
    id: EntryId,
    version: Option<i64>,
) -> Result<Entry, Refused> {
    take_turn(work, caller.point).await?;
    let entry = seen(work, id, version).await?;
    is_for(caller, &entry)?;
    if entry.state == EntryState::Called && are_used_up(work, &entry) {
        return miss(work, &entry).await;
    }
    call(work, caller, &entry, Move::Recall).await
}

/// Whether a token was called as often as the clinic calls (Q7).
pub fn are_used_up(work: &Work, entry: &Entry) -> bool {
    let calls = u32::try_from(entry.call_count).unwrap_or(0);
    LineRules::of(&work.app.clinic()).calls_are_used_up(calls)
}

/// Its calls are used up: it is not offered again until it is brought back.
async fn miss(work: &mut Work, entry: &Entry) -> Result<Entry, Refused> {
    let after = Entry { state: EntryState::Missed, ..entry.clone() };
    record(work, Move::Miss, entry, &after, "").await?;
    Ok(after)
}

/// Who waits for a doctor is called by that doctor only; an emergency by whoever is there.
fn is_for(caller: &Caller, entry: &Entry) -> Result<(), Refused> {
    if entry.priority == Priority::Emergency || entry.doctor_id.is_none_or(|doctor| doctor == caller.who) {
        return Ok(());
    }
    Err(Refused::Because(format!(
        "{} waits for a particular doctor. Pass the token on if you take over.",
        entry.token
    )))
}

async fn take_turn(work: &mut Work, point: PointId) -> Result<i64, Refused> {
    if let Some(in_a_row) = points::take_turn(work.tx(), point).await? {
        return Ok(in_a_row);
    }
    let Some(point) = points::by_id(work.tx(), point).await? else {
        return Err(closed(work, point).await?);
    };
    Err(Refused::Because(format!(
        "{} is paused: {}. Resume the queue to call again.",
        point.name, point.pause_reason
    )))
}

async fn call(work: &mut Work, caller: &Caller, entry: &Entry, made: Move) -> Result<Entry, Refused> {
    // The room of a station may have been closed or moved to another point since.
    if let Some(room) = caller.room
        && !points::hold_room(work.tx(), room, caller.point).await?
    {
        return Err(Refused::Because(
            "Your room is not in use at this service point any more. \
            Choose your room, then call again."
                .into(),
        ));
    }
    let at = work.now();
    let mut after = entry.clone();
    after.state = entry.state.after(made)?;
    after.call_count += 1;
    after.last_called_at = Some(at);
    after.called_at = if made == Move::Call { Some(at) } else { entry.called_at.or(Some(at)) };
    after.room_id = caller.room;
    after.served_by = Some(caller.who);
    record(work, made, entry, &after, &caller.place).await?;
    let day = work.today();
    events::announce(work.tx(), &after, day, &caller.place, at).await?;
    Ok(after)
}
