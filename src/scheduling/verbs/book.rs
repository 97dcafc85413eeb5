//! Holding, confirming and booking.

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::Entry;
use crate::db::DbError;
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::scheduling::model::{
    AppointmentId, AppointmentState, Ask, BookingRules, CannotBook, Place, ReasonId, SlotId, SlotState,
    bookable,
};
use crate::scheduling::store::appointments::{self, Held};
use crate::scheduling::store::places;
use crate::scheduling::store::slots::{self, SlotRow};
use crate::scheduling::store::{people, states};
use crate::work::Work;

use super::refusal::{Refusal, of_insert};

/// Whose places are used, and what sets limits aside.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Online or at the desk.
    pub place: Place,
    /// Why staff books against a limit; kept with the appointment.
    pub override_reason: Option<&'a str>,
}

impl At<'_> {
    /// Online.
    pub const ONLINE: At<'static> = At { place: Place::Public, override_reason: None };
    /// At the desk, within the limits.
    pub const DESK: At<'static> = At { place: Place::Desk, override_reason: None };
}

/// What someone wants to book.
#[derive(Debug, Clone)]
pub struct Booking {
    /// For whom.
    pub patient: PatientId,
    /// When and with whom.
    pub slot: SlotId,
    /// Why.
    pub reason: ReasonId,
    /// The patient's own words; may be empty.
    pub complaint: String,
}

/// How long somebody may take over choosing a time: words written for a hold before go along.
const JOURNEY: TimeDelta = TimeDelta::hours(1);

/// Keeps a place for the minutes of rule B7 while the patient checks the details. An earlier hold of the same patient
/// is let go.
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn hold(work: &mut Work, booking: &Booking) -> Result<AppointmentId, Refusal> {
    let since = work.now() - JOURNEY;
    let mut booking = booking.clone();
    if booking.complaint.is_empty() {
        booking.complaint = appointments::words_so_far(work.tx(), booking.patient, since).await?;
    }
    let id = place_instead(work, &booking, At::ONLINE, AppointmentState::Hold).await?;
    let entry = Entry::new("appointment.held", "appointment", id.0).of_patient(booking.patient.0);
    work.audit(entry.with("slot", booking.slot.0)).await?;
    Ok(id)
}

/// Turns a hold into a booking. Confirming twice is confirming once.
///
/// # Errors
/// [`Refusal::HoldOver`] when its minutes were over.
pub async fn confirm(work: &mut Work, patient: PatientId, id: AppointmentId) -> Result<(), Refusal> {
    people::lock(work.tx(), patient).await?;
    let row = appointments::by_id(work.tx(), id).await?.filter(|row| row.patient_id == patient);
    let row = row.ok_or(Refusal::Missing)?;
    if row.state == AppointmentState::Booked {
        return Ok(());
    }
    // The time may have been blocked, or its doctor may have left, while the place was kept.
    slots::lock(work.tx(), &[row.slot_id]).await?;
    let slot = slots::by_id(work.tx(), row.slot_id).await?.ok_or(Refusal::Missing)?;
    if row.state == AppointmentState::Hold && slot.state == SlotState::Blocked {
        return Err(Refusal::Book(CannotBook::Blocked));
    }
    let (at, by) = (work.now(), work.doer().account_id);
    if !states::confirm(work.tx(), id, at, by).await? {
        return Err(Refusal::HoldOver);
    }
    let entry = Entry::new("appointment.booked", "appointment", id.0).of_patient(patient.0);
    work.audit(entry.with("doctor", row.doctor_id.0).with("starts_at", row.starts_at.to_rfc3339())).await?;
    tell(work, row.doctor_id.0, row.starts_at);
    Ok(())
}

/// Books at once, at the desk. With a reason, staff may pass the limits of rule B4 (R9).
///
/// # Errors
/// [`Refusal`]; the caller drops the work.
pub async fn book_at_desk(
    work: &mut Work,
    booking: &Booking,
    override_reason: Option<&str>,
) -> Result<AppointmentId, Refusal> {
    let at = At { place: Place::Desk, override_reason };
    let id = place_instead(work, booking, at, AppointmentState::Booked).await?;
    let mut entry = Entry::new("appointment.booked", "appointment", id.0)
        .of_patient(booking.patient.0)
        .with("slot", booking.slot.0);
    if let Some(reason) = override_reason {
        entry = entry.with("override", reason);
    }
    work.audit(entry).await?;
    Ok(id)
}

/// Another reason for a hold, before it is confirmed.
///
/// # Errors
/// [`Refusal::HoldOver`] when its minutes were over.
pub async fn change_hold(
    work: &mut Work,
    patient: PatientId,
    id: AppointmentId,
    reason: ReasonId,
    complaint: &str,
) -> Result<(), Refusal> {
    people::lock(work.tx(), patient).await?;
    let row = appointments::by_id(work.tx(), id).await?.filter(|row| row.patient_id == patient);
    let row = row.ok_or(Refusal::Missing)?;
    let wanted = people::reason(work.tx(), reason).await?.filter(|reason| reason.bookable_online);
    let wanted = wanted.ok_or(Refusal::Missing)?;
    if wanted.minutes > (row.ends_at - row.starts_at).num_minutes() {
        return Err(Refusal::TooShort(wanted.minutes));
    }
    let at = work.now();
    if !states::change_reason(work.tx(), id, reason, complaint, at).await? {
        return Err(Refusal::HoldOver);
    }
    let entry = Entry::new("appointment.reason_changed", "appointment", id.0).of_patient(patient.0);
    work.audit(entry.with("reason", wanted.name)).await?;
    Ok(())
}

/// Locks the patient and every slot that the booking may touch; returns the patient's holds.
async fn begin(work: &mut Work, booking: &Booking) -> Result<Vec<Held>, Refusal> {
    if !people::lock(work.tx(), booking.patient).await? {
        return Err(Refusal::Missing);
    }
    let held = appointments::holds_of(work.tx(), booking.patient).await?;
    let mut touched: Vec<SlotId> = held.iter().map(|held| held.slot_id).collect();
    touched.push(booking.slot);
    slots::lock(work.tx(), &touched).await?;
    Ok(held)
}

/// A new place instead of those that the patient holds.
async fn place_instead(
    work: &mut Work,
    booking: &Booking,
    at: At<'_>,
    state: AppointmentState,
) -> Result<AppointmentId, Refusal> {
    let mut freed = Vec::new();
    for held in begin(work, booking).await? {
        if !end_hold(work, &held, false).await? {
            continue;
        }
        // The same time chosen once more is the same place: nobody else had a chance of it.
        if held.slot_id == booking.slot {
            slots::release(work.tx(), held.slot_id, held.place).await?;
        } else {
            freed.push(held);
        }
    }
    let id = place(work, booking, at, state, None).await?;
    for held in freed {
        give_back(work, held.slot_id, held.place).await?;
    }
    Ok(id)
}

/// Gives a place back; on a full day it rests before the public can have it (rule B9). Comes after the place that is
/// taken instead, if there is one.
pub(super) async fn give_back(work: &mut Work, slot: SlotId, place: Place) -> Result<(), DbError> {
    let (rules, now) = (BookingRules::of(&work.app.clinic()), work.now());
    if let Some(until) = rules.rests_until(now, rand::random()) {
        places::rest_if_full(work.tx(), slot, until, now, &rules).await?;
    }
    slots::release(work.tx(), slot, place).await
}

/// Lets a hold go and frees its place exactly once. `over`: only if its minutes are over.
pub(in crate::scheduling) async fn let_go(work: &mut Work, held: &Held, over: bool) -> Result<bool, Refusal> {
    let ended = end_hold(work, held, over).await?;
    if ended {
        give_back(work, held.slot_id, held.place).await?;
    }
    Ok(ended)
}

async fn end_hold(work: &mut Work, held: &Held, over: bool) -> Result<bool, Refusal> {
    let at = work.now();
    if !states::drop_hold(work.tx(), held.id, at, over).await? {
        return Ok(false);
    }
    let entry = Entry::new("appointment.hold_ended", "appointment", held.id.0).of_patient(held.patient_id.0);
    work.audit(entry.with("ran_out", over)).await?;
    work.tell(Topic::Doctor(held.doctor_id.0));
    Ok(true)
}

/// Where the new appointment of a move comes from.
pub(super) struct From {
    pub uid: String,
    pub sequence: i64,
    /// Where the old one was booked, and how many minutes it has.
    pub place: Place,
    pub minutes: i64,
}

/// Checks the rules, takes the place and inserts the appointment. Patient and slot are locked by the caller.
pub(super) async fn place(
    work: &mut Work,
    booking: &Booking,
    at: At<'_>,
    state: AppointmentState,
    from: Option<From>,
) -> Result<AppointmentId, Refusal> {
    let clinic = work.app.clinic();
    let rules = BookingRules::of(&clinic);
    let now = work.now();
    let slot = slots::by_id(work.tx(), booking.slot).await?.ok_or(Refusal::Missing)?;
    let person = people::booker(work.tx(), booking.patient).await?.ok_or(Refusal::Missing)?;
    fits(work, booking, &slot, at, from.as_ref()).await?;
    let open = appointments::open_of(work.tx(), booking.patient, now, None).await?;
    // Who moves one holds as many as before, whatever the limit became meanwhile.
    let max_open = if from.is_some() { u32::MAX } else { rules.max_open };
    let ask = Ask {
        now,
        zone: clinic.zone(),
        place: at.place,
        slot: slot.facts(),
        open: &open,
        online_block_until: person.online_block_until.map(|day| clinic.start_of(day)),
        overriding: at.override_reason.is_some(),
    };
    bookable(&ask, &BookingRules { max_open, ..rules }).map_err(Refusal::Book)?;
    if !slots::take(work.tx(), slot.id, at.place, now, &rules).await? {
        return Err(Refusal::Book(CannotBook::Full));
    }
    let reference = reference();
    let new = states::New {
        patient: booking.patient,
        slot: slot.id,
        reason: booking.reason,
        complaint: booking.complaint.clone(),
        place: at.place,
        state,
        held_until: (state == AppointmentState::Hold).then(|| rules.hold_until(now)),
        by: work.doer().account_id,
        override_reason: at.override_reason.unwrap_or_default().to_owned(),
        calendar_uid: from.as_ref().map_or_else(|| reference.clone(), |from| from.uid.clone()),
        calendar_sequence: from.map_or(0, |from| from.sequence),
        reference,
        at: now,
    };
    let id = states::insert(work.tx(), &new).await.map_err(of_insert)?;
    tell(work, slot.doctor_id.0, slot.starts_at);
    Ok(id)
}

/// The reason decides how long the visit takes; online only some can be booked. An appointment that moves is measured by
/// what it was booked with: the clinic may have changed its reasons since.
async fn fits(
    work: &mut Work,
    booking: &Booking,
    slot: &SlotRow,
    at: At<'_>,
    from: Option<&From>,
) -> Result<(), Refusal> {
    let online = at.place == Place::Public;
    if let Some(from) = from {
        let reason = people::any_reason(work.tx(), booking.reason).await?.ok_or(Refusal::Missing)?;
        if online && from.place == Place::Desk && !reason.bookable_online {
            return Err(Refusal::DeskOnly);
        }
        let minutes = reason.minutes.min(from.minutes);
        if minutes > slot.minutes() && (online || at.override_reason.is_none()) {
            return Err(Refusal::TooShort(minutes));
        }
        return Ok(());
    }
    let reason = people::reason(work.tx(), booking.reason).await?.ok_or(Refusal::Missing)?;
    if online && !reason.bookable_online {
        return Err(Refusal::Missing);
    }
    if reason.minutes > slot.minutes() && (online || at.override_reason.is_none()) {
        return Err(Refusal::TooShort(reason.minutes));
    }
    Ok(())
}

/// Those who watch the doctor's slots, and today's arrivals where it is today.
pub(super) fn tell(work: &mut Work, doctor: i64, starts_at: DateTime<Utc>) {
    work.tell(Topic::Doctor(doctor));
    if work.app.clinic().day_of(starts_at) == work.today() {
        work.tell(Topic::Arrivals);
    }
}

/// Letters and digits that nobody mixes up when reading them out.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A fresh reference such as `K7M4-P2WD`: 40 random bits.
fn reference() -> String {
    let bits = rand::random::<u64>();
    let letter = |place: u32| char::from(ALPHABET[(bits >> (place * 5)) as usize % 32]);
    let word = |from: u32| (from..from + 4).map(letter).collect::<String>();
    format!("{}-{}", word(0), word(4))
}
