//! Places that come free: when the public may have them again (rule B9), and taking one's own back (rule B5).

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx, sql};
use crate::scheduling::model::{BookingRules, SlotId};

/// How long a freed place would rest, and on which day of the doctor one looks for others.
#[derive(Debug, Clone, Copy)]
pub struct Rest {
    /// The end of the rest.
    pub until: DateTime<Utc>,
    /// The day of the slot.
    pub day: (DateTime<Utc>, DateTime<Utc>),
    /// Now.
    pub now: DateTime<Utc>,
}

/// Lets the public places of a slot rest if the doctor's day is full: no slot of it has a public place that somebody
/// could book now. Comes before the place is given back, so that the place itself does not count.
pub async fn rest_if_full(
    tx: &mut Tx,
    slot: SlotId,
    rest: &Rest,
    rules: &BookingRules,
) -> Result<(), DbError> {
    let not_before = rest.now - (rules.bookable_until(rest.now) - rest.now);
    sql("update slot set public_from = $2 where id = $1 and (public_from is null or public_from < $2)
           and not exists (select 1 from slot o where o.doctor_id = slot.doctor_id and o.state = 'open'
             and o.starts_at >= $3 and o.starts_at < $4 and o.starts_at > $5
             and o.taken_public < o.public_capacity and o.taken_public + o.taken_desk < o.capacity
             and (o.public_from is null or o.public_from <= $6))")
    .bind(slot)
    .bind(rest.until)
    .bind(rest.day.0)
    .bind(rest.day.1)
    .bind(not_before)
    .bind(rest.now)
    .run(tx)
    .await?;
    Ok(())
}
