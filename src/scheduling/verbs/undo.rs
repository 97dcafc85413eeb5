//! Taking back what was done by mistake: cancelling, not attended, moving (rule B5).

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::scheduling::model::{
    AppointmentId, AppointmentState, Ask, BookingRules, CannotBook, CannotUndo, SlotFacts, bookable, may_undo,
};
use crate::scheduling::store::appointments::{self, AppointmentRow};
use crate::scheduling::store::states::Ending;
use crate::scheduling::store::{places, slots, states};
use crate::work::Work;

use super::book::{give_back, tell};
use super::change::locked;
use super::refusal::{Refusal, of_insert};
use super::steps::pause_anew;

/// Until when `who` can take the last step of an appointment back: that it was cancelled, not attended, or moved here.
/// Arriving and being seen have a token and are taken back in the queue.
pub(in crate::scheduling) fn undoable(
    row: &AppointmentRow,
    who: Option<AccountId>,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<DateTime<Utc>, CannotUndo> {
    use AppointmentState as S;
    let (state, at, by) = match row.state {
        S::Cancelled | S::NoShow => (row.state, row.ended_at, row.undo_by),
        S::Booked => (S::Rescheduled, row.moved_at, row.move_undo_by),
        S::Hold | S::Arrived | S::InService | S::Fulfilled | S::Rescheduled | S::EnteredInError => {
            (row.state, None, None)
        }
    };
    let at = at.ok_or(CannotUndo::NoWayBack(row.state))?;
    may_undo(state, at, by.is_some() && by == who, now, rules)?;
    Ok(rules.undo_until(at))
}

/// Takes the last step of an appointment back: the same person within some minutes, and only if the place that was given
/// up can still be taken and no limit of the patient speaks against it. Returns the appointment that stands now.
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn undo(work: &mut Work, id: AppointmentId) -> Result<AppointmentId, Refusal> {
    let row = locked(work, id).await?;
    let rules = BookingRules::of(&work.app.clinic());
    let who = work.doer().account_id.map(AccountId);
    undoable(&row, who, work.now(), &rules).map_err(Refusal::Undo)?;
    let Some(old) = row.moved_from.filter(|_| row.state == AppointmentState::Booked) else {
        restore(work, &row, row.calendar_sequence + 1, &rules).await?;
        return Ok(id);
    };
    let old = appointments::by_id(work.tx(), old).await?.ok_or(Refusal::Missing)?;
    slots::lock(work.tx(), &[old.slot_id, row.slot_id]).await?;
    let now = work.now();
    let ending = Ending {
        state: AppointmentState::Cancelled,
        by: if old.ended_by.as_deref() == Some("patient") { "patient" } else { "staff" },
        reason: "The move was undone",
        undo_by: None,
        late: false,
        counts: false,
    };
    if !states::end(work.tx(), id, row.state, &ending, now).await? {
        return Err(Refusal::Changed);
    }
    let entry = Entry::new("appointment.move_undone", "appointment", id.0).of_patient(row.patient_id.0);
    work.audit(entry.with("back_to", old.id.0)).await?;
    // The cancelled one raised its sequence by one; calendars know both by the same id.
    restore(work, &old, row.calendar_sequence + 2, &rules).await?;
    give_back(work, row.slot_id, row.place).await?;
    tell(work, row.doctor_id.0, row.starts_at);
    Ok(old.id)
}

/// Lets an appointment stand again that has ended.
async fn restore(
    work: &mut Work,
    row: &AppointmentRow,
    sequence: i64,
    rules: &BookingRules,
) -> Result<(), Refusal> {
    let (now, booked) = (work.now(), AppointmentState::Booked);
    if !row.state.takes_a_place() {
        take_again(work, row, rules).await?;
    }
    let restored = places::undo_end(work.tx(), row.id, (row.state, booked), sequence, now).await;
    if !restored.map_err(of_insert)? {
        return Err(Refusal::Changed);
    }
    let entry = Entry::new("appointment.step_undone", "appointment", row.id.0)
        .of_patient(row.patient_id.0)
        .changed("state", &row.state, &booked);
    work.audit(entry).await?;
    pause_anew(work, row.patient_id).await?;
    tell(work, row.doctor_id.0, row.starts_at);
    Ok(())
}

async fn take_again(work: &mut Work, row: &AppointmentRow, rules: &BookingRules) -> Result<(), Refusal> {
    let now = work.now();
    slots::lock(work.tx(), &[row.slot_id]).await?;
    let slot = slots::by_id(work.tx(), row.slot_id).await?.ok_or(Refusal::Missing)?;
    let open = appointments::open_of(work.tx(), row.patient_id, now, Some(row.id)).await?;
    let ask = Ask {
        now,
        zone: work.app.clinic().zone(),
        place: row.place,
        // The rest keeps others from the place, not the one who gave it up a moment ago.
        slot: SlotFacts { public_from: None, ..slot.facts() },
        open: &open,
        online_block_until: None,
        overriding: !row.override_reason.is_empty(),
    };
    bookable(&ask, rules).map_err(Refusal::Book)?;
    if places::take_own(work.tx(), row.slot_id, row.place, now, rules).await? {
        Ok(())
    } else {
        Err(Refusal::Book(CannotBook::Full))
    }
}
