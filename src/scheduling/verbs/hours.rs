//! Hours, slots and time away. Whatever takes slots from people who are booked needs a decision for each of them
//! (rule B11).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::clock::wall;
use crate::live::Topic;
use crate::scheduling::model::Decision;
use crate::scheduling::model::{
    AppointmentId, Availability, AvailabilityId, BlockId, Calendar, CancelledBy, Declared, Plan, SlotId,
    planned_slots,
};
use crate::scheduling::store::appointments::{self, Affected};
use crate::scheduling::store::hours::{self, HoursRow};
use crate::scheduling::store::slots::NewSlot;
use crate::scheduling::store::{away, people, slots, states};
use crate::settings::model::{Clinic, weekday_number};
use crate::work::Work;

use super::away::FAR;
use super::change::cancel;
use super::refusal::Refusal;

/// The decisions so far.
pub type Decisions = BTreeMap<AppointmentId, Decision>;

/// Either it is done, or these people need a decision first.
pub type Decided<T> = Result<T, Vec<Affected>>;

/// Where somebody without a decision stops the work. What has begun `now` is not moved any more (rule B8): finding another
/// time is none for it.
pub(super) fn undecided(
    affected: Vec<Affected>,
    decisions: &Decisions,
    now: DateTime<Utc>,
) -> Decided<Vec<Affected>> {
    let decided = |one: &Affected| match decisions.get(&one.id) {
        Some(Decision::Keep | Decision::Cancel) => true,
        Some(Decision::Move) => one.starts_at > now,
        None => false,
    };
    if affected.iter().all(decided) { Ok(affected) } else { Err(affected) }
}

/// Plans the slots of a doctor from one day to another, and makes those that are missing. Returns how many it made
/// and what gave none.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn make(
    work: &mut Work,
    doctor: AccountId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<(usize, Plan), Refusal> {
    slots::lock_offer(work.tx()).await?;
    let clinic = work.app.clinic();
    let declared: Vec<Declared> =
        hours::current(work.tx(), Some(doctor), from).await?.iter().filter_map(HoursRow::declared).collect();
    let (begin, end) = (clinic.start_of(from), clinic.start_of(to + Days::new(1)));
    let calendar = Calendar {
        zone: clinic.zone(),
        closed_days: hours::closed_days(work.tx(), from, to).await?.into_iter().collect(),
        blocks: away::blocks(work.tx(), Some(doctor), begin, end)
            .await?
            .iter()
            .filter_map(|b| b.block())
            .collect(),
        standing: hours::standing(work.tx(), doctor, begin - TimeDelta::hours(4), end).await?,
    };
    let plan = planned_slots(&declared, from..=to, &calendar);
    let now = work.now();
    let mut made = 0;
    for slot in plan.slots.iter().filter(|slot| slot.at.starts_at() > now) {
        let new = NewSlot {
            doctor,
            room: slot.room.map(|room| room.0),
            availability: Some(slot.availability.0),
            day: clinic.day_of(slot.at.starts_at()),
            at: slot.at,
            capacity: i64::from(slot.capacity),
            public_capacity: i64::from(slot.public_capacity),
        };
        made += usize::from(slots::insert(work.tx(), &new).await?);
    }
    if made > 0 {
        let entry = Entry::new("slots.made", "account", doctor.0).with("count", made);
        work.audit(entry.with("from", from.to_string()).with("to", to.to_string())).await?;
        work.tell(Topic::Doctor(doctor.0));
    }
    Ok((made, plan))
}

/// The last day that the rolling offer covers.
pub(in crate::scheduling) fn horizon(clinic: &Clinic, today: NaiveDate) -> NaiveDate {
    today + Days::new(u64::try_from(clinic.book_days_ahead).unwrap_or(0))
}

/// Declares hours and makes their slots.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn declare(
    work: &mut Work,
    new: &Availability,
) -> Result<(AvailabilityId, usize), Refusal> {
    slots::lock_offer(work.tx()).await?;
    let id = hours::insert(work.tx(), new).await?;
    work.audit(describe(Entry::new("hours.declared", "availability", id.0), new)).await?;
    let (clinic, today) = (work.app.clinic(), work.today());
    let (made, _) = make(work, new.doctor, today, horizon(&clinic, today)).await?;
    Ok((id, made))
}

fn describe(entry: Entry, hours: &Availability) -> Entry {
    entry
        .with("doctor", hours.doctor.0)
        .with("weekday", hours.weekday.to_string())
        .with("from", wall(hours.starts))
        .with("to", wall(hours.ends))
        .with("minutes", hours.slot_minutes)
        .with("places", hours.capacity)
        .with("online", hours.public_capacity)
}

/// What a change of hours does to slots that stand.
#[derive(Debug, Clone, Default)]
pub(in crate::scheduling) struct Effect {
    free: Vec<SlotId>,
    taken: Vec<SlotId>,
    stay: Vec<SlotId>,
    /// Who is booked in slots that the new hours do not give.
    pub affected: Vec<Affected>,
}

async fn effect(work: &mut Work, row: &HoursRow, new: &Availability) -> Result<Effect, Refusal> {
    let clinic = work.app.clinic();
    let now = work.now();
    let made = hours::made_by(work.tx(), row.id, now).await?;
    let Some(last) = made.last() else { return Ok(Effect::default()) };
    let declared = [Declared { id: row.id, availability: new.clone() }];
    let plan = planned_slots(
        &declared,
        clinic.day_of(now)..=clinic.day_of(last.starts_at),
        &Calendar::empty(clinic.zone()),
    );
    let kept: BTreeSet<_> = plan.slots.iter().map(|slot| (slot.at.starts_at(), slot.at.ends_at())).collect();
    let mut effect = Effect::default();
    for slot in &made {
        let list = if kept.contains(&(slot.starts_at, slot.ends_at)) {
            &mut effect.stay
        } else if slot.taken == 0 {
            &mut effect.free
        } else {
            &mut effect.taken
        };
        list.push(slot.id);
    }
    let until = last.ends_at + TimeDelta::seconds(1);
    let booked = appointments::booked_between(work.tx(), Some(row.doctor_id), now, until).await?;
    effect.affected = booked.into_iter().filter(|one| effect.taken.contains(&one.slot_id)).collect();
    Ok(effect)
}

/// Changes hours, or ends them by their last day. Slots with bookings never move by themselves. Where somebody needs a
/// decision first, the caller drops the work.
///
/// # Errors
/// [`Refusal::Changed`] when somebody else changed them meanwhile.
pub(in crate::scheduling) async fn change(
    work: &mut Work,
    row: &HoursRow,
    new: &Availability,
    decisions: &Decisions,
) -> Result<Decided<usize>, Refusal> {
    slots::lock_offer(work.tx()).await?;
    let now = work.now();
    let seen = effect(work, row, new).await?;
    let people = match undecided(seen.affected, decisions, now) {
        Ok(people) => people,
        Err(affected) => return Ok(Err(affected)),
    };
    lock_all(work, &people, &[seen.free, seen.taken, seen.stay].concat()).await?;
    // Nobody books these slots any more; who did until now is among the affected.
    let effect = effect(work, row, new).await?;
    let affected = match undecided(effect.affected, decisions, now) {
        Ok(affected) => affected,
        Err(affected) => return Ok(Err(affected)),
    };
    let ended = new.valid_until.map(|_| now);
    if !hours::update(work.tx(), row.id, row.version, new, ended).await? {
        return Err(Refusal::Changed);
    }
    work.audit(describe(Entry::new("hours.changed", "availability", row.id.0), new)).await?;
    apply(work, &affected, decisions, ("The doctor's hours changed", None)).await?;
    for slot in effect.free.iter().chain(&effect.taken) {
        if !slots::withdraw(work.tx(), *slot).await? {
            slots::freeze(work.tx(), *slot).await?;
        }
    }
    for slot in &effect.stay {
        let places = (i64::from(new.capacity), i64::from(new.public_capacity));
        slots::reshape(work.tx(), *slot, places, new.room).await?;
    }
    let (clinic, today) = (work.app.clinic(), work.today());
    let (made, _) = make(work, row.doctor_id, today, horizon(&clinic, today)).await?;
    work.tell(Topic::Doctor(row.doctor_id.0));
    Ok(Ok(made))
}

/// Closes days of the week, 1 is Monday: the doctors' hours of these days end, what is free goes, and whoever is booked
/// needs a decision. Where somebody has none yet, the caller drops the work. Returns how many rows of hours ended.
///
/// # Errors
/// The database's, and those of cancelling.
pub async fn close_weekdays(
    work: &mut Work,
    weekdays: &[i64],
    decisions: &Decisions,
) -> Result<Decided<usize>, Refusal> {
    if weekdays.is_empty() {
        return Ok(Ok(0));
    }
    slots::lock_offer(work.tx()).await?;
    let (now, today, clinic) = (work.now(), work.today(), work.app.clinic());
    let closes = |at: DateTime<Utc>| weekdays.contains(&weekday_number(clinic.day_of(at)));
    let seen = match undecided(booked_on(work, &closes).await?, decisions, now) {
        Ok(seen) => seen,
        Err(affected) => return Ok(Err(affected)),
    };
    let mut going: Vec<SlotId> = Vec::new();
    for (slot, starts_at) in hours::to_come(work.tx(), now).await? {
        if closes(starts_at) {
            going.push(slot);
        }
    }
    lock_all(work, &seen, &going).await?;
    // Nobody books these slots any more; who did until now is among the affected.
    let affected = match undecided(booked_on(work, &closes).await?, decisions, now) {
        Ok(affected) => affected,
        Err(affected) => return Ok(Err(affected)),
    };
    let mut ended = 0;
    for row in hours::current(work.tx(), None, today).await? {
        let Some(declared) = row.declared().filter(|_| weekdays.contains(&row.weekday)) else { continue };
        let last = (today - Days::new(1)).max(row.valid_from);
        if !hours::end(work.tx(), row.id, row.version, last, now).await? {
            return Err(Refusal::Changed);
        }
        let entry = Entry::new("hours.changed", "availability", row.id.0).with("last day", last.to_string());
        work.audit(describe(entry, &declared.availability)).await?;
        ended += 1;
    }
    apply(work, &affected, decisions, ("The clinic no longer opens on this day", None)).await?;
    for slot in going {
        if !slots::withdraw(work.tx(), slot).await? {
            slots::freeze(work.tx(), slot).await?;
        }
    }
    work.tell(Topic::All);
    Ok(Ok(ended))
}

/// Who is booked from now on at a time that `closes`.
async fn booked_on(
    work: &mut Work,
    closes: &impl Fn(DateTime<Utc>) -> bool,
) -> Result<Vec<Affected>, Refusal> {
    let now = work.now();
    let booked = appointments::booked_between(work.tx(), None, now, now + TimeDelta::days(FAR)).await?;
    Ok(booked.into_iter().filter(|one| closes(one.starts_at)).collect())
}

pub(super) async fn lock_all(
    work: &mut Work,
    affected: &[Affected],
    touched: &[SlotId],
) -> Result<(), Refusal> {
    let patients: BTreeSet<_> = affected.iter().map(|one| one.patient_id).collect();
    for patient in patients {
        people::lock(work.tx(), patient).await?;
    }
    slots::lock(work.tx(), touched).await?;
    Ok(())
}

pub(super) async fn apply(
    work: &mut Work,
    affected: &[Affected],
    decisions: &Decisions,
    (reason, block): (&str, Option<BlockId>),
) -> Result<(), Refusal> {
    for one in affected {
        let at = work.now();
        match decisions.get(&one.id).copied().unwrap_or(Decision::Move) {
            Decision::Keep => {}
            Decision::Move => {
                states::mark_undecided(work.tx(), one.id, block, at).await?;
                let entry = Entry::new("appointment.to_move", "appointment", one.id.0);
                work.audit(entry.of_patient(one.patient_id.0).with("reason", reason)).await?;
            }
            Decision::Cancel => {
                cancel(work, one.id, CancelledBy::Clinic, reason).await?;
            }
        }
    }
    Ok(())
}

/// Makes one slot by hand. `false`: the doctor has one that overlaps, or the time is blocked.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn make_one(work: &mut Work, slot: &NewSlot) -> Result<bool, Refusal> {
    let (from, until): (DateTime<Utc>, DateTime<Utc>) = (slot.at.starts_at(), slot.at.ends_at());
    slots::lock_offer(work.tx()).await?;
    let blocked = !away::blocks(work.tx(), Some(slot.doctor), from, until).await?.is_empty();
    if blocked || !slots::insert(work.tx(), slot).await? {
        return Ok(false);
    }
    let entry = Entry::new("slots.made", "account", slot.doctor.0).with("count", 1);
    work.audit(entry.with("starts_at", from.to_rfc3339())).await?;
    work.tell(Topic::Doctor(slot.doctor.0));
    Ok(true)
}
