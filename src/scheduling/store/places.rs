//! Places that come free: when the public may have them again (rule B9), and taking one's own back (rule B5).

use chrono::{DateTime, Utc};

use super::slots;
use crate::db::{DbError, Tx, sql};
use crate::scheduling::model::{AppointmentId, AppointmentState, BookingRules, Place, SlotId};

/// Lets the public places of a slot rest if the doctor's day is full: no slot of it has a public place that somebody
/// could book now. Comes before the place is given back, so that the place itself does not count.
pub async fn rest_if_full(
    tx: &mut Tx,
    slot: SlotId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<(), DbError> {
    sql("update slot set public_from = $2 where id = $1 and (public_from is null or public_from < $2)
           and not exists (select 1 from slot o where o.day = slot.day and o.doctor_id = slot.doctor_id
             and o.state = 'open' and o.starts_at > $3 and o.public_left > 0
             and (o.public_from is null or o.public_from <= $4))")
    .bind(slot)
    .bind(until)
    .bind(rules.earliest_start(now))
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes the own place back that was given up by mistake: as [`slots::take`] does, but a rest does not keep it from the
/// one who caused it (rule B5).
pub async fn take_own(
    tx: &mut Tx,
    slot: SlotId,
    place: Place,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<bool, DbError> {
    match place {
        Place::Desk => slots::take(tx, slot, place, now, rules).await,
        Place::Public => {
            let taken = sql("update slot set taken_public = taken_public + 1 where id = $1 and state = 'open'
                 and taken_public < public_capacity and taken_public + taken_desk < capacity and starts_at > $2")
            .bind(slot)
            .bind(rules.earliest_start(now))
            .run(tx)
            .await?;
            Ok(taken == 1)
        }
    }
}

/// Takes an ending back, if it stands as `from` and somebody may: calendars get it by a sequence above all before (rules
/// B5, B13). Ending took the mark off; where the record is deactivated somebody has to decide again.
pub async fn undo_end(
    tx: &mut Tx,
    id: AppointmentId,
    (from, before): (AppointmentState, AppointmentState),
    sequence: i64,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("update appointment set state = $3, ended_at = null, ended_by = null, end_reason = '', undo_by = null,
            late_cancel = $5, counts_as_no_show = $5, rescheduled_to = null, calendar_sequence = $6, updated_at = $4,
            needs_decision = exists (select 1 from patient p
                where p.id = appointment.patient_id and p.state <> 'active'),
            version = version + 1
         where id = $1 and state = $2 and undo_by is not null and objection_state is null")
    .bind(id)
    .bind(from)
    .bind(before)
    .bind(at)
    .bind(false)
    .bind(sequence)
    .run(tx)
    .await?;
    Ok(touched == 1)
}
