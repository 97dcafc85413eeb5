use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc, Weekday,
};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::availability::tests::{at, mondays};
use super::*;
use crate::access::model::AccountId;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn declared(id: i64, hours: Hours) -> Declared {
    Declared { id: AvailabilityId(id), availability: Availability::parse(hours).expect("hours") }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The Sunday on which the clocks change, from midnight to 5:00, in slots of 30 minutes.
fn sunday_night(on: NaiveDate, zone: Tz) -> Plan {
    let hours =
        Hours { weekday: Weekday::Sun, starts: at(0, 0), ends: at(5, 0), valid_from: on, ..mondays() };
    planned_slots(&[declared(1, hours)], on..=on, &Calendar::empty(zone))
}

#[test]
fn a_week_of_hours_gives_its_slots_in_the_clinics_zone() {
    let plan = planned_slots(
        &[declared(1, mondays())],
        day(2026, 3, 2)..=day(2026, 3, 15),
        &Calendar::empty(chrono_tz::Africa::Lagos),
    );
    assert_eq!(plan.slots.len(), 12);
    assert_eq!(plan.slots[0].at, Interval::lasting(utc("2026-03-02T08:00:00Z"), 30));
    assert_eq!(plan.slots[11].at.ends_at(), utc("2026-03-09T11:00:00Z"));
    assert_eq!(plan.dropped, []);
}

#[test]
fn a_time_that_the_clocks_jump_over_gives_no_slot() {
    // London 2026-03-29: 1:00 becomes 2:00.
    let plan = sunday_night(day(2026, 3, 29), chrono_tz::Europe::London);
    assert_eq!(plan.slots.len(), 8);
    let dropped: Vec<NaiveTime> = plan.dropped.iter().map(|dropped| dropped.starts).collect();
    assert_eq!(dropped, [at(1, 0), at(1, 30)]);
    assert!(plan.dropped.iter().all(|dropped| dropped.because == DropReason::ClockChange));
}

#[test]
fn a_slot_that_the_clocks_cut_short_is_not_made() {
    let on = day(2026, 3, 29);
    let hours = Hours {
        weekday: Weekday::Sun,
        starts: at(0, 30),
        ends: at(4, 0),
        slot_minutes: 50,
        valid_from: on,
        ..mondays()
    };
    let plan = planned_slots(&[declared(1, hours)], on..=on, &Calendar::empty(chrono_tz::Europe::London));
    let starts: Vec<String> = plan.slots.iter().map(|slot| slot.at.starts_at().to_rfc3339()).collect();
    assert_eq!(starts, ["2026-03-29T01:10:00+00:00", "2026-03-29T02:00:00+00:00"]);
}

#[test]
fn a_time_that_comes_twice_gives_one_slot() {
    // New York 2026-11-01: 2:00 becomes 1:00.
    let plan = sunday_night(day(2026, 11, 1), chrono_tz::America::New_York);
    assert_eq!(plan.slots.len(), 10);
    assert_eq!(plan.dropped, []);
    assert_eq!(plan.slots[2].at.starts_at(), utc("2026-11-01T05:00:00Z"));
    assert_eq!(plan.slots[4].at.starts_at(), utc("2026-11-01T07:00:00Z"));
}

#[test]
fn closed_days_and_blocks_give_nothing() {
    let mut calendar = Calendar::empty(chrono_tz::Africa::Lagos);
    calendar.closed_days = BTreeSet::from([day(2026, 3, 2)]);
    calendar.blocks = vec![
        Block { doctor: Some(AccountId(7)), at: Interval::lasting(utc("2026-03-09T08:15:00Z"), 20) },
        Block { doctor: Some(AccountId(8)), at: Interval::lasting(utc("2026-03-09T10:00:00Z"), 60) },
    ];
    let plan = planned_slots(&[declared(1, mondays())], day(2026, 3, 1)..=day(2026, 3, 9), &calendar);
    let starts: Vec<u32> = plan.slots.iter().map(|slot| slot.at.starts_at().hour()).collect();
    assert_eq!(starts, [9, 9, 10, 10]);
    assert_eq!(plan.dropped.len(), 2);
    assert!(plan.dropped.iter().all(|dropped| dropped.because == DropReason::Blocked));
}

#[test]
fn hours_declared_earlier_win() {
    let later = Hours { starts: at(11, 45), ends: at(13, 0), ..mondays() };
    let plan = planned_slots(
        &[declared(1, mondays()), declared(2, later)],
        day(2026, 3, 2)..=day(2026, 3, 2),
        &Calendar::empty(chrono_tz::Africa::Lagos),
    );
    assert_eq!(plan.slots.len(), 7);
    assert_eq!(
        plan.dropped,
        [Dropped {
            availability: AvailabilityId(2),
            doctor: AccountId(7),
            day: day(2026, 3, 2),
            starts: at(11, 45),
            because: DropReason::Overlaps(AvailabilityId(1)),
        }]
    );
}

#[test]
fn two_doctors_may_work_at_the_same_time() {
    let plan = planned_slots(
        &[declared(1, mondays()), declared(2, Hours { doctor: AccountId(8), ..mondays() })],
        day(2026, 3, 2)..=day(2026, 3, 2),
        &Calendar::empty(chrono_tz::Africa::Lagos),
    );
    assert_eq!((plan.slots.len(), plan.dropped.len()), (12, 0));
}

#[test]
fn planning_again_adds_nothing_and_older_slots_stay() {
    let mut calendar = Calendar::empty(chrono_tz::Africa::Lagos);
    let days = day(2026, 3, 2)..=day(2026, 3, 2);
    let first = planned_slots(&[declared(1, mondays())], days.clone(), &calendar);
    calendar.standing = first.slots.iter().map(|slot| (slot.doctor, slot.at)).collect();
    assert_eq!(planned_slots(&[declared(1, mondays())], days.clone(), &calendar), Plan::default());

    let moved = declared(1, Hours { starts: at(9, 15), ..mondays() });
    let plan = planned_slots(&[moved], days, &calendar);
    assert_eq!(plan.slots, []);
    assert!(plan.dropped.iter().all(|dropped| dropped.because == DropReason::Standing));
}

#[test]
fn every_drop_reason_is_a_clear_sentence() {
    for reason in [
        DropReason::Overlaps(AvailabilityId(1)),
        DropReason::Standing,
        DropReason::Blocked,
        DropReason::ClockChange,
    ] {
        wording::assert_clear(&reason.to_string());
    }
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        chrono_tz::Europe::London,
        chrono_tz::America::New_York,
        chrono_tz::Africa::Lagos,
        chrono_tz::Australia::Lord_Howe,
    ])
}

/// Days around the changes of clocks of 2026 and one ordinary month.
fn first_days() -> impl Strategy<Value = NaiveDate> {
    prop::sample::select(vec![
        day(2026, 3, 5),
        day(2026, 3, 27),
        day(2026, 4, 3),
        day(2026, 6, 1),
        day(2026, 10, 2),
        day(2026, 10, 23),
        day(2026, 10, 30),
    ])
}

prop_compose! {
    fn any_hours()(
        doctor in 1i64..4, weekday in 0u8..7, start in 0u32..1300, length in 5u32..600,
        slot in 5u32..240, capacity in 1u32..5,
    ) -> Option<Availability> {
        let minute = |m: u32| at(m.min(1439) / 60, m.min(1439) % 60);
        Availability::parse(Hours {
            doctor: AccountId(doctor),
            weekday: Weekday::try_from(weekday).expect("a weekday"),
            starts: minute(start),
            ends: minute(start + length),
            slot_minutes: slot,
            capacity,
            public_capacity: capacity / 2,
            ..mondays()
        }).ok()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn planned_slots_lie_within_their_hours_and_never_overlap(
        hours in prop::collection::vec(any_hours(), 1..8), zone in zones(), first in first_days(),
    ) {
        let declared: Vec<Declared> = hours.into_iter().flatten().zip(1..)
            .map(|(availability, id)| Declared { id: AvailabilityId(id), availability })
            .collect();
        let days = first..=first + chrono::Days::new(8);
        let plan = planned_slots(&declared, days.clone(), &Calendar::empty(zone));

        let mut wanted = 0;
        for day in first.iter_days().take_while(|day| day <= days.end()) {
            for hours in &declared {
                wanted += if hours.availability.holds_on(day) { hours.availability.slots_a_day() } else { 0 };
            }
        }
        prop_assert_eq!(plan.slots.len() + plan.dropped.len(), wanted as usize, "each slot is made or told");

        for (index, slot) in plan.slots.iter().enumerate() {
            let id = slot.availability;
            let hours = declared.iter().find(|hours| hours.id == id).expect("its hours");
            let local = slot.at.starts_at().with_timezone(&zone);
            prop_assert_eq!(slot.at.length(), TimeDelta::minutes(i64::from(hours.availability.slot_minutes)));
            prop_assert_eq!(local.weekday(), hours.availability.weekday);
            prop_assert!(local.time() >= hours.availability.starts);
            let since = (local.time() - hours.availability.starts).num_minutes();
            prop_assert_eq!(since % i64::from(hours.availability.slot_minutes), 0);
            let end = local.date_naive().and_time(hours.availability.ends);
            if let Some(end) = zone.from_local_datetime(&end).latest() {
                prop_assert!(slot.at.ends_at() <= end.to_utc(), "the last slot ends within the hours");
            }
            for other in &plan.slots[index + 1..] {
                prop_assert!(slot.doctor != other.doctor || !slot.at.overlaps(&other.at));
            }
        }
    }

    #[test]
    fn a_zone_without_clock_changes_drops_nothing_for_one_declaration(
        hours in any_hours(), first in first_days(),
    ) {
        if let Some(availability) = hours {
            let declared = [Declared { id: AvailabilityId(1), availability }];
            let calendar = Calendar::empty(chrono_tz::Africa::Lagos);
            let plan = planned_slots(&declared, first..=first + chrono::Days::new(6), &calendar);
            prop_assert_eq!(plan.dropped.len(), 0);
            prop_assert_eq!(plan.slots.len(), declared[0].availability.slots_a_day() as usize);
        }
    }
}
