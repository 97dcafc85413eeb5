//! Where a token stands: people ahead, an honest range, when to be back (QU7, Q9).

use chrono::{DateTime, Utc};

use super::model::{EntryState, LineRules, come_back_at, estimate, line};
use super::store::entries::{self, Entry};
use super::store::places::{self as store, Held, Sample};
use super::views::place::Place;
use crate::db::{Db, DbError};
use crate::settings::model::Clinic;

/// The place of a visit at `now`. Two queries while the token waits, none otherwise.
pub async fn place(db: &Db, held: Held, clinic: &Clinic, now: DateTime<Utc>) -> Result<Place, DbError> {
    if held.state != EntryState::Waiting || held.closed_at.is_some() {
        return Ok(Place { held, ahead: None, range: None, back_at: None });
    }
    let waiting = entries::waiting_at(db, held.point_id).await?;
    let mine = waiting.iter().find(|entry| entry.id == held.entry_id).and_then(|entry| entry.doctor_id);
    // A patient of one doctor waits behind that doctor's patients and those of nobody in particular.
    let same_line = |entry: &&Entry| mine.is_none() || entry.doctor_id.is_none() || entry.doctor_id == mine;
    let others = waiting.iter().filter(same_line).map(Entry::waiting).collect();
    let in_a_row = u32::try_from(held.booked_in_a_row).unwrap_or(0);
    let placed = line(others, now, &LineRules::of(clinic), in_a_row);
    let position =
        placed.iter().find(|placed| placed.entry.id == held.entry_id).map(|placed| placed.position);
    let ahead = position.and_then(|position| i64::try_from(position - 1).ok());
    if held.paused_at.is_some() {
        return Ok(Place { held, ahead, range: None, back_at: None });
    }
    let samples = store::samples(db, held.point_id, clinic.day_of(now)).await?;
    let desks = if mine.is_some() { 1 } else { desks(&samples) };
    let range = position.and_then(|position| estimate(position, &seconds(&samples), desks));
    let back_at = range.and_then(|range| come_back_at(now, range));
    Ok(Place { held, ahead, range, back_at })
}

fn seconds(samples: &[Sample]) -> Vec<u32> {
    let length =
        |sample: &Sample| (sample.ended_at - sample.started_at).num_seconds() - sample.parked_seconds;
    samples.iter().map(|sample| u32::try_from(length(sample).max(0)).unwrap_or(u32::MAX)).collect()
}

/// The desks at work: everybody who finished one of the latest services.
fn desks(samples: &[Sample]) -> u32 {
    let mut people: Vec<i64> = samples.iter().filter_map(|sample| sample.served_by).collect();
    people.sort_unstable();
    people.dedup();
    u32::try_from(people.len()).unwrap_or(1)
}
