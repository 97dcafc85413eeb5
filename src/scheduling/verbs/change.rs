//! Cancelling and moving.

use crate::audit::Entry;
use crate::live::Topic;
use crate::scheduling::model::{
    self, AppointmentId, AppointmentState, BookingRules, Cancellation, CancelledBy, CannotCancel, SlotId,
    may_reschedule,
};
use crate::scheduling::store::appointments::{self, AppointmentRow};
use crate::scheduling::store::states::Ending;
use crate::scheduling::store::{people, slots, states};
use crate::work::Work;

use super::book::{At, Booking, From, give_back, place, tell};
use super::refusal::Refusal;
use super::steps::pause_anew;

/// Reads an appointment with its patient locked, so that nobody else changes it until the end of the work.
pub(super) async fn locked(work: &mut Work, id: AppointmentId) -> Result<AppointmentRow, Refusal> {
    let row = appointments::by_id(work.tx(), id).await?.ok_or(Refusal::Missing)?;
    people::lock(work.tx(), row.patient_id).await?;
    appointments::by_id(work.tx(), id).await?.ok_or(Refusal::Missing)
}

/// Whether the patient came for the appointment and is still in the clinic: the token goes back first.
pub(in crate::scheduling) fn is_here(row: &AppointmentRow) -> bool {
    row.state == AppointmentState::Arrived && row.in_house
}

/// Cancels and frees the place exactly once (rule B6).
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn cancel(
    work: &mut Work,
    id: AppointmentId,
    by: CancelledBy,
    reason: &str,
) -> Result<Cancellation, Refusal> {
    let row = locked(work, id).await?;
    if is_here(&row) {
        return Err(Refusal::Cancel(CannotCancel::Here));
    }
    let rules = BookingRules::of(&work.app.clinic());
    let at = work.now();
    let done = model::cancel(row.state, row.starts_at, by, at, &rules).map_err(Refusal::Cancel)?;
    slots::lock(work.tx(), &[row.slot_id]).await?;
    let ending = Ending {
        state: AppointmentState::Cancelled,
        by: by.as_str(),
        reason,
        // Who had arrived has a token: that goes back in the queue, not here.
        undo_by: work.doer().account_id.filter(|_| row.state == AppointmentState::Booked),
        late: done.late,
        counts: false,
    };
    if !states::end(work.tx(), id, row.state, &ending, at).await? {
        return Err(Refusal::Changed);
    }
    give_back(work, row.slot_id, row.place).await?;
    let entry = Entry::new("appointment.cancelled", "appointment", id.0)
        .of_patient(row.patient_id.0)
        .with("by", by.as_str())
        .with("reason", reason)
        .with("late", done.late);
    work.audit(entry).await?;
    if row.state == AppointmentState::Arrived {
        work.tell(Topic::Arrivals);
    }
    tell(work, row.doctor_id.0, row.starts_at);
    // What counts towards the limit counts at once (rule N4).
    if done.late {
        pause_anew(work, row.patient_id).await?;
    }
    Ok(done)
}

/// Moves an appointment to another slot; if that cannot be booked, the old one stays (rule B8).
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn reschedule(
    work: &mut Work,
    id: AppointmentId,
    to: SlotId,
    at: At<'_>,
) -> Result<AppointmentId, Refusal> {
    let old = locked(work, id).await?;
    let now = work.now();
    may_reschedule(old.state, old.starts_at, now).map_err(Refusal::Move)?;
    slots::lock(work.tx(), &[old.slot_id, to]).await?;
    let ending = Ending {
        state: AppointmentState::Rescheduled,
        by: if at.place == model::Place::Public { "patient" } else { "staff" },
        reason: "Moved to another time",
        undo_by: work.doer().account_id,
        late: false,
        counts: false,
    };
    if !states::end(work.tx(), id, old.state, &ending, now).await? {
        return Err(Refusal::Changed);
    }
    let booking = Booking {
        patient: old.patient_id,
        slot: to,
        reason: old.reason_id,
        complaint: old.complaint.clone(),
    };
    let from = From {
        uid: old.calendar_uid.clone(),
        sequence: old.calendar_sequence + 1,
        place: old.place,
        minutes: (old.ends_at - old.starts_at).num_minutes(),
    };
    let new = place(work, &booking, at, AppointmentState::Booked, Some(from)).await?;
    states::moved_to(work.tx(), id, new).await?;
    give_back(work, old.slot_id, old.place).await?;
    let mut entry = Entry::new("appointment.moved", "appointment", id.0)
        .of_patient(old.patient_id.0)
        .with("to", new.0)
        .with("slot", to.0);
    if let Some(reason) = at.override_reason {
        entry = entry.with("override", reason);
    }
    work.audit(entry).await?;
    tell(work, old.doctor_id.0, old.starts_at);
    Ok(new)
}
