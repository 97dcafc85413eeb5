//! Taking an ending back that was set by mistake (rule B5).

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::scheduling::model::{
    AppointmentId, AppointmentState, Ask, BookingRules, CannotBook, CannotUndo, SlotFacts, bookable, may_undo,
};
use crate::scheduling::store::appointments::{self, AppointmentRow};
use crate::scheduling::store::{places, slots};
use crate::work::Work;

use super::book::tell;
use super::change::locked;
use super::refusal::{Refusal, of_insert};
use super::steps::pause_anew;

/// Whether `who` may take the ending of an appointment back now, and to which state that leads. Arriving and being
/// seen have a token and are taken back in the queue.
pub(in crate::scheduling) fn undoable(
    row: &AppointmentRow,
    who: Option<AccountId>,
    now: chrono::DateTime<chrono::Utc>,
    rules: &BookingRules,
) -> Result<AppointmentState, CannotUndo> {
    let ending = matches!(row.state, AppointmentState::Cancelled | AppointmentState::NoShow);
    match row.ended_at.filter(|_| ending) {
        Some(ended) => may_undo(row.state, ended, row.undo_by.is_some() && row.undo_by == who, now, rules),
        None => Err(CannotUndo::NoWayBack(row.state)),
    }
}

/// Takes the ending of an appointment back: the same person within some minutes, and a cancelled one only if its place
/// can still be taken and no limit of the patient speaks against it.
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn undo(work: &mut Work, id: AppointmentId) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    let rules = BookingRules::of(&work.app.clinic());
    let now = work.now();
    let who = work.doer().account_id.map(AccountId);
    let before = undoable(&row, who, now, &rules).map_err(Refusal::Undo)?;
    if !row.state.takes_a_place() {
        take_again(work, &row, &rules).await?;
    }
    if !places::undo_end(work.tx(), id, (row.state, before), now).await.map_err(of_insert)? {
        return Err(Refusal::Changed);
    }
    let entry = Entry::new("appointment.step_undone", "appointment", id.0)
        .of_patient(row.patient_id.0)
        .changed("state", &row.state, &before);
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
