//! Where a token stands: people ahead, an honest range, when to be back (QU7, Q9).

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::model::{EntryState, LineRules, Waiting, come_back_at, estimate, line};
use super::store::lines::{self, InLine};
use super::store::places::{self as store, Held};
use super::views::place::Place;
use crate::db::{Db, DbError};
use crate::settings::model::Clinic;

/// For so long after the last service somebody counts as being at work, in minutes: a longer service than most, or a short
/// break. Who went home no longer shortens the wait of those who stay.
const AT_WORK_MINUTES: i64 = 30;

/// The place of a visit at `now`. Two queries while the token waits, none otherwise.
pub async fn place(db: &Db, held: Held, clinic: &Clinic, now: DateTime<Utc>) -> Result<Place, DbError> {
    if held.state != EntryState::Waiting || held.closed_at.is_some() {
        return Ok(Place { held, due: None, ahead: None, range: None, back_at: None, booked_at: None });
    }
    let waiting = lines::waiting_at(db, held.point_id).await?;
    let own = waiting.iter().find(|one| one.id == held.entry_id);
    let mine = own.and_then(|one| one.doctor_id);
    let booked_at = own.and_then(|one| one.booked_at).filter(|at| *at > now);
    // A patient of one doctor waits behind that doctor's patients and those of nobody in particular.
    let same_line = |one: &&InLine| mine.is_none() || one.doctor_id.is_none() || one.doctor_id == mine;
    let others: Vec<Waiting> = waiting.iter().filter(same_line).map(InLine::waiting).collect();
    let in_a_row = u32::try_from(held.booked_in_a_row).unwrap_or(0);
    let position_at = |moment| {
        let placed = line(others.clone(), moment, &LineRules::of(clinic), in_a_row);
        placed.iter().find(|placed| placed.entry.id == held.entry_id).map(|placed| placed.position)
    };
    // Who came before the booked time stands behind the walk-ins until then, and before them from then on.
    let position = position_at(now);
    let then = booked_at.and_then(position_at);
    let least = position.min(then.or(position));
    let ahead = least.and_then(|position| i64::try_from(position - 1).ok());
    if held.paused_at.is_some() {
        return Ok(Place { held, due: None, ahead, range: None, back_at: None, booked_at: None });
    }
    // From minute to minute the question is the same, and so is its answer (decision 026).
    let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
    let since = minute - TimeDelta::minutes(AT_WORK_MINUTES);
    let pace = store::pace(db, held.point_id, clinic.day_of(now), since).await?;
    let desks = if mine.is_some() { 1 } else { u32::try_from(pace.people).unwrap_or(1) };
    let range = position.and_then(|position| estimate(position, pace, desks));
    let range = match (range, then.and_then(|position| estimate(position, pace, desks)), booked_at) {
        (Some(range), Some(then), Some(at)) => Some(range.booked((at - now).num_minutes(), then)),
        (range, _, _) => range,
    };
    let back_at = range.and_then(|range| come_back_at(now, range));
    let booked_at = booked_at.filter(|_| position.is_some_and(|position| position > 1));
    Ok(Place { held, due: None, ahead, range, back_at, booked_at })
}
