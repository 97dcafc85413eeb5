//! Slots made from weekly hours: the time on the wall converted for each date (rules T2, B3, B12).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{AvailabilityId, Declared, Interval};
use crate::access::model::AccountId;
use crate::queue::model::RoomId;

/// A stretch of time without bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Whose time; `None` blocks every doctor.
    pub doctor: Option<AccountId>,
    /// When.
    pub at: Interval,
}

/// What the clinic's calendar says about the days to plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The clinic's zone.
    pub zone: Tz,
    /// Holidays and other days without slots, as clinic days.
    pub closed_days: BTreeSet<NaiveDate>,
    /// Leave, breaks and the like.
    pub blocks: Vec<Block>,
    /// Slots that exist already and stay as they are (rule B11). A planned slot that equals one of them is
    /// left out without a word, so that planning twice adds nothing (rule R11).
    pub standing: Vec<(AccountId, Interval)>,
}

impl Calendar {
    /// A calendar without holidays, blocks or earlier slots.
    pub fn empty(zone: Tz) -> Calendar {
        Calendar { zone, closed_days: BTreeSet::new(), blocks: Vec::new(), standing: Vec::new() }
    }
}

/// A slot to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSlot {
    /// The hours that it comes from.
    pub availability: AvailabilityId,
    /// Whose slot.
    pub doctor: AccountId,
    /// Where, if the hours say so.
    pub room: Option<RoomId>,
    /// When.
    pub at: Interval,
    /// Places.
    pub capacity: u32,
    /// Places for online booking, at most `capacity`.
    pub public_capacity: u32,
}

/// Why hours gave no slot at a time when they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// The doctor has a slot from hours declared earlier.
    Overlaps(AvailabilityId),
    /// The doctor has an older slot at other times of day, which stays (rule B11).
    Standing,
    /// The time is blocked.
    Blocked,
    /// The clocks go forward: the time does not exist on that day, or not for a whole slot.
    ClockChange,
}

impl std::fmt::Display for DropReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            DropReason::Overlaps(_) => {
                "Other hours of this doctor, declared earlier, already give a slot then."
            }
            DropReason::Standing => "An older slot of this doctor stays at that time.",
            DropReason::Blocked => "The time is blocked.",
            DropReason::ClockChange => "The clocks go forward and this time does not exist on that day.",
        })
    }
}

/// A slot that was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The hours that asked for it.
    pub availability: AvailabilityId,
    /// Whose slot it would have been.
    pub doctor: AccountId,
    /// The clinic day.
    pub day: NaiveDate,
    /// Its start on the clinic's wall.
    pub starts: NaiveTime,
    /// Why it was not made.
    pub because: DropReason,
}

/// What [`planned_slots`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// By start, then doctor; never overlapping for one doctor.
    pub slots: Vec<PlannedSlot>,
    /// In the order of declaration, then time.
    pub dropped: Vec<Dropped>,
}

/// The slots that `declared` hours give on `days`.
///
/// Where hours of one doctor overlap, those that come earlier in `declared` win. Closed days give nothing at
/// all. Slots in the past are made like any other: whoever knows the time chooses the days.
pub fn planned_slots(declared: &[Declared], days: RangeInclusive<NaiveDate>, calendar: &Calendar) -> Plan {
    let mut plan = Plan::default();
    let mut taken = Taken::new(calendar);
    for hours in declared {
        for day in days.start().iter_days().take_while(|day| day <= days.end()) {
            if hours.availability.holds_on(day) && !calendar.closed_days.contains(&day) {
                plan_day(hours, day, calendar.zone, &mut taken, &mut plan);
            }
        }
    }
    plan.slots.sort_by_key(|slot| (slot.at, slot.doctor));
    plan
}

fn plan_day(hours: &Declared, day: NaiveDate, zone: Tz, taken: &mut Taken<'_>, plan: &mut Plan) {
    let Declared { id, availability } = hours;
    let length = TimeDelta::minutes(i64::from(availability.slot_minutes));
    let ends = day.and_time(availability.ends);
    let mut starts = day.and_time(availability.starts);
    while starts + length <= ends {
        let found = on_the_wall(starts, availability.slot_minutes, zone)
            .ok_or(Some(DropReason::ClockChange))
            .and_then(|at| taken.take(availability.doctor, at, *id).map(|()| at));
        match found {
            Ok(at) => plan.slots.push(PlannedSlot {
                availability: *id,
                doctor: availability.doctor,
                room: availability.room,
                at,
                capacity: availability.capacity,
                public_capacity: availability.public_capacity,
            }),
            Err(Some(because)) => plan.dropped.push(Dropped {
                availability: *id,
                doctor: availability.doctor,
                day,
                starts: starts.time(),
                because,
            }),
            Err(None) => {}
        }
        starts += length;
    }
}

/// The slot that starts at `starts` on the wall. `None` when the clocks jump over its start or cut it short.
/// When the clocks go back, the first of the two moments counts, and the slot keeps its length.
fn on_the_wall(starts: NaiveDateTime, minutes: u32, zone: Tz) -> Option<Interval> {
    let at = Interval::lasting(instant(starts, zone)?, minutes);
    let wall_end = starts + TimeDelta::minutes(i64::from(minutes));
    // An end inside the gap is the moment of the jump: the minute after the last one that exists.
    let latest_end = (0..=i64::from(minutes)).find_map(|back| {
        let wall = wall_end - TimeDelta::minutes(back);
        instant(wall, zone).map(|at| at + TimeDelta::minutes(back.min(1)))
    })?;
    (at.ends_at() <= latest_end).then_some(at)
}

fn instant(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&wall).earliest().map(|at| at.to_utc())
}

/// Whose time is spoken for. Slots of one doctor never overlap, so the last one that starts before another
/// ends is the only one that can overlap it.
struct Taken<'a> {
    blocks: &'a [Block],
    slots: BTreeMap<(AccountId, DateTime<Utc>), (Interval, Option<AvailabilityId>)>,
}

impl<'a> Taken<'a> {
    fn new(calendar: &'a Calendar) -> Self {
        let standing = calendar.standing.iter();
        let slots = standing.map(|&(doctor, at)| ((doctor, at.starts_at()), (at, None))).collect();
        Taken { blocks: &calendar.blocks, slots }
    }

    /// Reserves the time. `Err(None)` when exactly this slot stands already.
    fn take(
        &mut self,
        doctor: AccountId,
        at: Interval,
        by: AvailabilityId,
    ) -> Result<(), Option<DropReason>> {
        let earlier = self.slots.range(..(doctor, at.ends_at())).next_back();
        if let Some((&(owner, _), &(other, source))) = earlier
            && owner == doctor
            && other.overlaps(&at)
        {
            return Err(match source {
                Some(id) => Some(DropReason::Overlaps(id)),
                None if other == at => None,
                None => Some(DropReason::Standing),
            });
        }
        let mut blocks = self.blocks.iter();
        if blocks.any(|block| block.doctor.is_none_or(|who| who == doctor) && block.at.overlaps(&at)) {
            return Err(Some(DropReason::Blocked));
        }
        self.slots.insert((doctor, at.starts_at()), (at, Some(by)));
        Ok(())
    }
}
