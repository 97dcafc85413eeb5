//! Taking back the last move (Q11, K7): the entry stands again as the history kept it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Refused, record, seen};
use crate::access::model::AccountId;
use crate::queue::appointments::{self, Stands};
use crate::queue::model::{EntryId, EntryState, Happened, LastMove, LineRules, Move, RoomId, may_undo};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::{events, points, visits};
use crate::work::Work;

/// What a move can change, as it was before.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    room_id: Option<RoomId>,
    served_by: Option<AccountId>,
    called_at: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    call_count: i64,
    last_called_at: Option<DateTime<Utc>>,
    returned_at: Option<DateTime<Utc>>,
    behind_first: Option<EntryId>,
    behind_second: Option<EntryId>,
    park_reason: String,
    parked_seconds: i64,
    parked_at: Option<DateTime<Utc>>,
    /// The bookings of the day, where the move can change them.
    #[serde(default)]
    bookings: Stands,
}

/// What a check-in changes of a visit that had ended, as it was before.
#[derive(Debug, Serialize, Deserialize)]
struct Ended {
    visit: visits::Ending,
    bookings: Stands,
}

/// A visit that had ended as the history keeps it, before its patient is checked in again.
pub fn ended(visit: visits::Ending, bookings: Stands) -> String {
    serde_json::to_string(&Ended { visit, bookings }).unwrap_or_default()
}

/// An entry as the history keeps it.
pub fn kept(entry: &Entry, bookings: Stands) -> String {
    let kept = Kept {
        room_id: entry.room_id,
        served_by: entry.served_by,
        called_at: entry.called_at,
        started_at: entry.started_at,
        ended_at: entry.ended_at,
        call_count: entry.call_count,
        last_called_at: entry.last_called_at,
        returned_at: entry.returned_at,
        behind_first: entry.behind_first,
        behind_second: entry.behind_second,
        park_reason: entry.park_reason.clone(),
        parked_seconds: entry.parked_seconds,
        parked_at: entry.parked_at,
        bookings,
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

fn restored(entry: &Entry, kept: &Kept) -> Entry {
    Entry {
        room_id: kept.room_id,
        served_by: kept.served_by,
        called_at: kept.called_at,
        started_at: kept.started_at,
        ended_at: kept.ended_at,
        call_count: kept.call_count,
        last_called_at: kept.last_called_at,
        returned_at: kept.returned_at,
        behind_first: kept.behind_first,
        behind_second: kept.behind_second,
        park_reason: kept.park_reason.clone(),
        parked_seconds: kept.parked_seconds,
        parked_at: kept.parked_at,
        ..entry.clone()
    }
}

/// Takes back the last move of an entry.
pub async fn undo(work: &mut Work, id: EntryId, version: Option<i64>) -> Result<Entry, Refused> {
    let entry = seen(work, id, version).await?;
    // Whoever checks this patient in at the same moment waits for this, or was first and is seen below.
    visits::hold_patient(work.tx(), entry.patient_id).await?;
    let last = events::last(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let made = last.what.parse::<Move>().ok();
    let opened = last.what == Happened::CheckIn.as_str();
    if last.before.is_empty() || !(opened || made.is_some()) {
        return Err(Refused::Because("The last step of this token cannot be undone.".into()));
    }
    let onward = match made {
        Some(Move::Transfer) => entries::onward_of(work.tx(), id).await?,
        _ => None,
    };
    let untouched = |next: &Entry| next.version == 1 && next.state == EntryState::Waiting;
    // What came after in the same visit, other than by this move, keeps its place in the history (rule Q3).
    let overtaken = onward.is_none() && entries::has_later(work.tx(), &entry).await?;
    let facts = LastMove {
        at: last.at,
        untouched: entry.version == last.entry_version && !overtaken,
        onward_untouched: onward.as_ref().is_none_or(untouched),
    };
    may_undo(&facts, work.now(), &LineRules::of(&work.app.clinic()))?;
    let before = serde_json::from_str::<Kept>(&last.before).ok();
    let mut after = before.as_ref().map_or_else(|| entry.clone(), |kept| restored(&entry, kept));
    after.state = entry.state.undone(last.from_state)?;
    // Nobody waits where nobody works.
    if after.state.is_open() && !entry.state.is_open() && !points::hold(work.tx(), entry.point_id).await? {
        let name = points::even_closed(work.tx(), entry.point_id).await?.map(|point| point.name);
        return Err(Refused::Because(format!(
            "{} was closed since, so this step stays. Pass {} on from where it waits now, \
            or check the patient in again.",
            name.unwrap_or_default(),
            entry.token
        )));
    }
    if let Some(onward) = onward {
        void(work, &onward).await?;
    }
    record(work, Move::Undo, &entry, &after, "").await?;
    match made {
        Some(made) => {
            follow(work, made, &after, before.map(|kept| kept.bookings).unwrap_or_default()).await?
        }
        None => not_here(work, &after, &last.before).await?,
    }
    Ok(after)
}

async fn void(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    let after = Entry { state: EntryState::Void, ended_at: Some(work.now()), ..entry.clone() };
    record(work, Move::Undo, entry, &after, "").await
}

/// The check-in is taken back: a visit that had ended before has ended as it had.
async fn not_here(work: &mut Work, entry: &Entry, before: &str) -> Result<(), Refused> {
    let at = work.now();
    let Ok(Ended { visit, bookings }) = serde_json::from_str(before) else {
        visits::close(work.tx(), entry.visit_id, "left", at).await?;
        return appointments::not_here(work, entry).await;
    };
    appointments::restore(work, &bookings).await?;
    Ok(visits::end_as(work.tx(), entry.visit_id, &visit).await?)
}

/// What taking back means for the visit and the bookings.
async fn follow(work: &mut Work, made: Move, entry: &Entry, bookings: Stands) -> Result<(), Refused> {
    match made {
        Move::Finish | Move::Leave => {
            visits::reopen(work.tx(), entry.visit_id, None, None).await?;
            appointments::restore(work, &bookings).await?;
        }
        Move::Start => appointments::restore(work, &bookings).await?,
        Move::Call
        | Move::Recall
        | Move::Miss
        | Move::Park
        | Move::Unpark
        | Move::BringBack
        | Move::ReturnToWaiting
        | Move::Transfer
        | Move::Undo => {}
    }
    Ok(())
}
