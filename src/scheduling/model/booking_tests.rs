use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

use super::wording::assert_clear;
use super::*;

const RULES: fn() -> BookingRules = BookingRules::default;

fn start() -> DateTime<Utc> {
    "2026-03-09T09:00:00Z".parse().expect("an instant")
}

fn earlier(minutes: i64) -> DateTime<Utc> {
    start() - TimeDelta::minutes(minutes)
}

/// A student asks online, a day before, for a slot with two public places and one for the desk, all free.
fn ask() -> Ask<'static> {
    Ask {
        now: earlier(24 * 60),
        zone: chrono_tz::Africa::Lagos,
        place: Place::Public,
        slot: SlotFacts {
            state: SlotState::Open,
            at: Interval::lasting(start(), 30),
            capacity: Capacity { total: 3, public: 2, taken: 0, taken_public: 0 },
            public_from: None,
        },
        open: &[],
        online_block_until: None,
        overriding: false,
    }
}

fn refused(ask: &Ask<'_>) -> Option<CannotBook> {
    bookable(ask, &RULES()).err()
}

#[test]
fn an_open_slot_with_a_free_place_can_be_booked() {
    assert_eq!(refused(&ask()), None);
}

#[test]
fn a_slot_can_be_booked_until_the_minutes_of_grace_are_over() {
    assert_eq!(refused(&Ask { now: earlier(-4), ..ask() }), None);
    assert_eq!(refused(&Ask { now: earlier(-5), ..ask() }), Some(CannotBook::Started));
}

#[test]
fn a_blocked_or_closed_slot_cannot_be_booked() {
    let mut asking = ask();
    asking.slot.state = SlotState::Blocked;
    assert_eq!(refused(&asking), Some(CannotBook::Blocked));
    asking.slot.state = SlotState::Closed;
    assert_eq!(refused(&asking), Some(CannotBook::Started));
}

#[test]
fn online_booking_ends_at_the_last_day_and_the_desk_goes_on() {
    let now = start() - TimeDelta::days(29);
    let last = NaiveDate::from_ymd_opt(2026, 3, 8).expect("a day");
    assert_eq!(refused(&Ask { now, ..ask() }), Some(CannotBook::TooFarAhead(last)));
    assert_eq!(refused(&Ask { now: start() - TimeDelta::days(28), ..ask() }), None);
    assert_eq!(refused(&Ask { now, place: Place::Desk, ..ask() }), None);
}

#[test]
fn missed_appointments_pause_online_booking_and_never_the_desk() {
    let asking = Ask { online_block_until: Some(start()), ..ask() };
    let day = NaiveDate::from_ymd_opt(2026, 3, 9).expect("a day");
    assert_eq!(refused(&asking), Some(CannotBook::OnlinePaused(day)));
    assert_eq!(refused(&Ask { place: Place::Desk, ..asking.clone() }), None);
    assert_eq!(refused(&Ask { online_block_until: Some(earlier(24 * 60)), ..ask() }), None);
}

#[test]
fn a_person_is_never_in_two_places_at_once() {
    let overlapping = [Interval::lasting(earlier(10), 30)];
    assert_eq!(refused(&Ask { open: &overlapping, ..ask() }), Some(CannotBook::Overlaps));
    let before = [Interval::lasting(earlier(30), 30)];
    assert_eq!(refused(&Ask { open: &before, ..ask() }), None);
}

#[test]
fn open_appointments_are_limited() {
    let open: Vec<Interval> =
        (1..=3).map(|day| Interval::lasting(start() + TimeDelta::days(day), 30)).collect();
    assert_eq!(refused(&Ask { open: &open, ..ask() }), Some(CannotBook::TooManyOpen(3)));
    assert_eq!(refused(&Ask { open: &open[1..], ..ask() }), None);
}

#[test]
fn only_staff_can_set_a_limit_aside_and_only_a_limit_of_the_person() {
    let open =
        [Interval::lasting(start(), 30), Interval::lasting(start(), 30), Interval::lasting(start(), 30)];
    let online = Ask { open: &open, overriding: true, ..ask() };
    assert_eq!(objections(&online, &RULES()), [CannotBook::Overlaps, CannotBook::TooManyOpen(3)]);
    let mut desk = Ask { place: Place::Desk, ..online };
    assert_eq!(refused(&desk), None);
    desk.slot.capacity.taken = 3;
    assert_eq!(refused(&desk), Some(CannotBook::Full));
}

#[test]
fn public_and_desk_places_are_apart_until_released() {
    let mut asking = ask();
    asking.slot.capacity = Capacity { total: 3, public: 2, taken: 2, taken_public: 2 };
    assert_eq!(refused(&asking), Some(CannotBook::KeptForDesk));
    asking.slot.capacity = Capacity { total: 3, public: 2, taken: 1, taken_public: 0 };
    assert_eq!(refused(&asking), None);
    asking.place = Place::Desk;
    assert_eq!(refused(&asking), Some(CannotBook::KeptForOnline));
    asking.now = earlier(61);
    assert_eq!(refused(&asking), Some(CannotBook::KeptForOnline));
    asking.now = earlier(60);
    assert_eq!(refused(&asking), None);
}

#[test]
fn a_freed_place_rests_for_the_public_and_is_the_desks_at_once() {
    let mut asking = ask();
    asking.slot.capacity = Capacity { total: 3, public: 2, taken: 2, taken_public: 1 };
    asking.slot.public_from = Some(asking.now + TimeDelta::minutes(4));
    assert_eq!(refused(&asking), Some(CannotBook::KeptForDesk));
    assert_eq!(refused(&Ask { place: Place::Desk, ..asking.clone() }), None);
    asking.now += TimeDelta::minutes(4);
    assert_eq!(refused(&asking), None);
    assert_eq!(refused(&Ask { place: Place::Desk, ..asking }), Some(CannotBook::KeptForOnline));
}

#[test]
fn a_freed_place_rests_from_one_minute_to_the_clinics_limit() {
    let rests = |most: u32, chance: f64| {
        let rules = BookingRules { freed_place_minutes: most, ..RULES() };
        rules.rests_until(start(), chance).map(|until| (until - start()).num_seconds())
    };
    assert_eq!([rests(15, 0.0), rests(15, 0.5), rests(15, 1.0)], [Some(60), Some(480), Some(900)]);
    assert_eq!([rests(1, 0.0), rests(1, 1.0)], [Some(60), Some(60)]);
    assert_eq!(rests(0, 0.5), None);
}

#[test]
fn every_reason_is_a_clear_sentence() {
    let day = NaiveDate::from_ymd_opt(2026, 8, 6).expect("a day");
    for reason in [
        CannotBook::Started,
        CannotBook::Blocked,
        CannotBook::TooFarAhead(day),
        CannotBook::OnlinePaused(day),
        CannotBook::Overlaps,
        CannotBook::AlreadyThere,
        CannotBook::TooManyOpen(3),
        CannotBook::Full,
        CannotBook::KeptForDesk,
        CannotBook::KeptForOnline,
    ] {
        assert_clear(&reason.to_string());
    }
    assert!(CannotBook::OnlinePaused(day).to_string().contains("6 August 2026"));
}

proptest! {
    #[test]
    fn bookings_one_by_one_never_pass_any_capacity(
        total in 0u32..6, public in 0u32..6,
        asks in prop::collection::vec((any::<bool>(), any::<bool>()), 0..20),
    ) {
        let mut capacity = Capacity { total, public: public.min(total), taken: 0, taken_public: 0 };
        let mut released = false;
        for (online, release) in asks {
            released |= release;
            let place = if online { Place::Public } else { Place::Desk };
            if capacity.free(place, released) > 0 {
                capacity.taken += 1;
                capacity.taken_public += u32::from(online);
            }
            prop_assert!(capacity.taken <= capacity.total);
            prop_assert!(capacity.taken_public <= capacity.public);
        }
        prop_assert!(capacity.free(Place::Desk, true) >= capacity.free(Place::Desk, false));
    }
}
