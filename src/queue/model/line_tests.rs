use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::access::model::AccountId;

/// Ten o'clock, plus minutes.
fn at(minutes: i64) -> DateTime<Utc> {
    "2026-03-09T10:00:00Z".parse::<DateTime<Utc>>().expect("an instant") + TimeDelta::minutes(minutes)
}

fn walk_in(id: i64, arrived: i64) -> Waiting {
    Waiting {
        id: EntryId(id),
        priority: Priority::Normal,
        booked_at: None,
        checked_in_at: at(arrived),
        arrived_at: at(arrived),
        assigned_to: None,
        call_count: 0,
        last_called_at: None,
        returned: None,
    }
}

fn booked(id: i64, time: i64, arrived: i64) -> Waiting {
    Waiting { booked_at: Some(at(time)), ..walk_in(id, arrived) }
}

fn raised(entry: Waiting) -> Waiting {
    Waiting { priority: Priority::Raised, ..entry }
}

fn emergency(entry: Waiting) -> Waiting {
    Waiting { priority: Priority::Emergency, ..entry }
}

fn called(entry: Waiting, time: i64) -> Waiting {
    Waiting { call_count: 1, last_called_at: Some(at(time)), ..entry }
}

fn back(entry: Waiting, time: i64, behind: [i64; 2]) -> Waiting {
    Waiting { returned: Some(Returned { at: at(time), behind: behind.map(|id| Some(EntryId(id))) }), ..entry }
}

fn ids(line: &[Placed]) -> Vec<i64> {
    line.iter().map(|placed| placed.entry.id.0).collect()
}

/// The line at ten o'clock, nobody called before.
fn now(entries: Vec<Waiting>) -> Vec<i64> {
    ids(&line(entries, at(0), &LineRules::default(), 0))
}

#[test]
fn an_emergency_is_first_and_booked_patients_come_before_walk_ins() {
    assert_eq!(now(vec![walk_in(1, -50), booked(2, -5, -20), emergency(walk_in(3, -1))]), [3, 2, 1]);
}

#[test]
fn a_booked_time_has_come_two_minutes_before() {
    assert_eq!(now(vec![walk_in(1, -10), booked(2, 2, -20)]), [2, 1]);
    assert_eq!(now(vec![walk_in(1, -10), booked(2, 3, -20)]), [1, 2]);
}

#[test]
fn who_comes_early_is_served_early_only_if_no_one_else_waits() {
    let placed = line(vec![booked(2, 30, -20)], at(0), &LineRules::default(), 0);
    assert_eq!((ids(&placed), placed[0].why), (vec![2], Why::Early(at(30))));
    assert_eq!(now(vec![booked(2, 30, -20), walk_in(1, 0)]), [1, 2]);
}

#[test]
fn who_comes_late_ranks_by_arrival() {
    let entries = vec![walk_in(1, -20), booked(2, -31, -15), walk_in(3, -10), booked(4, -30, -15)];
    let placed = line(entries, at(0), &LineRules::default(), 0);
    assert_eq!(ids(&placed), [4, 1, 2, 3], "15 minutes are tolerated, 16 are late");
    assert_eq!(placed[2].why, Why::Late(at(-15)));
}

#[test]
fn being_passed_on_makes_no_one_late() {
    let from_triage = Waiting { checked_in_at: at(-40), ..booked(2, -30, -5) };
    assert_eq!(now(vec![walk_in(1, -20), from_triage]), [2, 1]);
}

#[test]
fn a_raised_walk_in_goes_before_a_later_booked_time_only() {
    let entries =
        vec![booked(1, -30, -40), raised(walk_in(2, -20)), booked(3, -20, -40), booked(4, -10, -40)];
    assert_eq!(now(entries), [1, 3, 2, 4]);
}

#[test]
fn raising_lifts_a_booked_patient_too() {
    assert_eq!(now(vec![walk_in(1, -50), raised(booked(2, 30, -10)), booked(3, -5, -20)]), [2, 3, 1]);
    assert_eq!(now(vec![walk_in(1, -50), raised(booked(2, -60, -10)), booked(3, -5, -20)]), [2, 3, 1]);
}

#[test]
fn after_three_booked_patients_a_walk_in_who_waits_too_long_is_taken() {
    let mut entries: Vec<Waiting> = (1..=5).map(|id| booked(id, -20 + id, -30)).collect();
    entries.extend([walk_in(11, -61), walk_in(12, -60)]);
    let rules = LineRules::default();
    let placed = line(entries.clone(), at(0), &rules, 0);
    assert_eq!(ids(&placed), [1, 2, 3, 11, 4, 5, 12]);
    assert_eq!(placed[3].why, Why::LongWait(at(-61)));
    assert_eq!(ids(&line(entries.clone(), at(0), &rules, 2)), [1, 11, 2, 3, 4, 5, 12]);
    assert_eq!(ids(&line(entries, at(1), &rules, 3)), [11, 1, 2, 3, 12, 4, 5]);
}

#[test]
fn who_did_not_answer_is_not_offered_again_for_five_minutes() {
    let entries = vec![called(walk_in(1, -50), -4), walk_in(2, -10), booked(3, 30, -10)];
    assert_eq!(now(entries.clone()), [2, 3, 1]);
    assert_eq!(ids(&line(entries, at(1), &LineRules::default(), 0)), [1, 2, 3]);
    assert_eq!(now(vec![called(walk_in(1, -50), -1)]), [1], "no one else waits");
    assert_eq!(now(vec![called(emergency(walk_in(1, -50)), -1), walk_in(2, -10)]), [1, 2]);
}

#[test]
fn who_comes_back_stands_behind_the_next_two() {
    let waiting = vec![walk_in(1, -50), walk_in(2, -40), walk_in(3, -30)];
    let before = line(waiting.clone(), at(-1), &LineRules::default(), 0);
    let behind = behind_next_two(&before);
    assert_eq!(behind, [Some(EntryId(1)), Some(EntryId(2))]);
    let returned = back(called(walk_in(9, -60), -3), -1, [1, 2]);
    let with = |entries: &[Waiting]| now([entries, std::slice::from_ref(&returned)].concat());
    assert_eq!(with(&waiting), [1, 2, 9, 3]);
    assert_eq!(with(&waiting[1..]), [2, 9, 3], "one has been called since");
    assert_eq!(with(&waiting[2..]), [9, 3], "both have been called since");
    assert_eq!(with(&[]), [9]);
}

#[test]
fn who_comes_back_stands_behind_nobody_who_is_held_back() {
    let early = booked(1, 30, -20);
    let before = line(vec![early.clone(), walk_in(2, -10)], at(-1), &LineRules::default(), 0);
    assert_eq!(behind_next_two(&before), [Some(EntryId(2)), None]);
    let alone = line(vec![early.clone()], at(-1), &LineRules::default(), 0);
    assert_eq!(behind_next_two(&alone), [None, None]);
    // The two did not answer since, and one of them is early.
    let returned = back(walk_in(9, -60), -5, [1, 2]);
    assert_eq!(now(vec![early, called(walk_in(2, -10), -1), returned.clone()]), [9, 1, 2]);
    // Somebody who came later gains nothing by it.
    assert_eq!(now(vec![called(walk_in(1, -50), -1), walk_in(3, -2), returned]), [9, 3, 1]);
}

#[test]
fn new_arrivals_push_no_one_back_who_came_back() {
    let entries = vec![
        walk_in(1, -50),
        walk_in(2, -40),
        back(walk_in(9, -60), -5, [1, 2]),
        booked(3, -2, -3),
        emergency(walk_in(4, -1)),
    ];
    assert_eq!(now(entries), [4, 3, 1, 9, 2]);
}

#[test]
fn two_who_come_back_keep_the_order_of_coming_back() {
    let waiting = [walk_in(1, -50), walk_in(2, -40), walk_in(3, -30)];
    let returned = [back(walk_in(9, -60), -5, [1, 2]), back(walk_in(8, -70), -4, [1, 2])];
    assert_eq!(now([&waiting[..], &returned[..]].concat()), [1, 2, 9, 8, 3]);
    let chained = [back(walk_in(9, -60), -5, [1, 2]), back(walk_in(8, -70), -4, [2, 9])];
    assert_eq!(now([&waiting[1..], &chained[..]].concat()), [2, 9, 8, 3]);
    assert_eq!(now([&waiting[2..], &chained[..]].concat()), [9, 8, 3]);
}

#[test]
fn an_assigned_patient_is_offered_to_the_own_doctor_only() {
    let own = Waiting { assigned_to: Some(AccountId(7)), ..walk_in(1, -50) };
    let entries = vec![own, walk_in(2, -40)];
    assert_eq!(now(eligible_for(entries.clone(), AccountId(7))), [1, 2]);
    assert_eq!(now(eligible_for(entries, AccountId(8))), [2]);
}

#[test]
fn a_thousand_who_came_back_are_ordered_too() {
    let entries: Vec<Waiting> = (0..1000).map(|id| back(walk_in(id, -60), -5, [id - 1, id - 2])).collect();
    assert_eq!(now(entries).len(), 1000);
}

prop_compose! {
    fn any_entry()(
        booked_at in prop::option::of(-90i64..60), arrived in -120i64..1, travel in 0i64..40,
        priority in prop::sample::select(vec![0, 0, 0, 0, 0, 0, 1, 2]),
        called in prop::option::weighted(0.2, -20i64..1),
        returned in prop::option::weighted(0.1, (-20i64..1, 0i64..60, 0i64..60)),
    ) -> Waiting {
        Waiting {
            priority: Priority::ALL[priority],
            booked_at: booked_at.map(at),
            checked_in_at: at(arrived - travel),
            call_count: u32::from(called.is_some()),
            last_called_at: called.map(at),
            returned: returned.map(|(time, one, two)| Returned {
                at: at(time), behind: [Some(EntryId(one)), Some(EntryId(two))],
            }),
            ..walk_in(0, arrived)
        }
    }
}

/// Long lines and, as often, short ones, in which those whom somebody stands behind are mostly there.
fn any_queue() -> impl Strategy<Value = Vec<Waiting>> {
    prop_oneof![0usize..6, 0usize..60]
        .prop_flat_map(|people| prop::collection::vec(any_entry(), people))
        .prop_map(|entries| {
            let people = entries.len() as i64 + 1;
            let numbered = entries.into_iter().zip(0..);
            let there = |returned: Returned| Returned {
                behind: returned.behind.map(|id| id.map(|id| EntryId(id.0 % people))),
                ..returned
            };
            numbered
                .map(|(entry, id)| Waiting {
                    id: EntryId(id),
                    returned: entry.returned.clone().map(there),
                    ..entry
                })
                .collect()
        })
}

proptest! {
    #[test]
    fn everyone_is_in_the_line_once(entries in any_queue(), in_a_row in 0u32..6) {
        let placed = line(entries.clone(), at(0), &LineRules::default(), in_a_row);
        let mut found = ids(&placed);
        found.sort_unstable();
        prop_assert_eq!(found, (0..entries.len() as i64).collect::<Vec<_>>());
        prop_assert!(placed.iter().zip(1..).all(|(placed, place)| placed.position == place));
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        (entries, shuffled) in any_queue().prop_flat_map(|q| (Just(q.clone()), Just(q).prop_shuffle())),
        in_a_row in 0u32..6,
    ) {
        let rules = LineRules::default();
        prop_assert_eq!(line(entries, at(0), &rules, in_a_row), line(shuffled, at(0), &rules, in_a_row));
    }

    #[test]
    fn emergencies_are_first(entries in any_queue()) {
        let placed = line(entries, at(0), &LineRules::default(), 0);
        let urgent = |placed: &Placed| placed.entry.priority == Priority::Emergency;
        prop_assert!(placed.iter().skip_while(|placed| urgent(placed)).all(|placed| !urgent(placed)));
    }

    #[test]
    fn each_group_keeps_its_own_order(entries in any_queue(), in_a_row in 0u32..6) {
        let placed = line(entries, at(0), &LineRules::default(), in_a_row);
        let (mut booked, mut walk_ins, mut early) = (vec![], vec![], vec![]);
        for placed in &placed {
            match placed.why {
                Why::Booked(time) => booked.push(time),
                Why::WalkIn(since) | Why::LongWait(since) | Why::Late(since) => walk_ins.push(since),
                Why::Early(time) => early.push(time),
                Why::Emergency | Why::Raised(_) | Why::CameBack(_) | Why::NoAnswer(_) => {}
            }
        }
        prop_assert!(booked.is_sorted() && walk_ins.is_sorted() && early.is_sorted());
    }

    #[test]
    fn no_one_is_offered_before_the_time_or_again_too_soon_while_others_wait(entries in any_queue()) {
        let placed = line(entries, at(0), &LineRules::default(), 0);
        if let Some(first) = placed.first() {
            prop_assert!(!first.why.is_held_back() || placed.iter().all(|placed| placed.why.is_held_back()));
        }
    }

    #[test]
    fn who_came_back_waits_for_at_most_two_others(entries in any_queue()) {
        let placed = line(entries, at(0), &LineRules::default(), 0);
        for (index, one) in placed.iter().enumerate() {
            if matches!(one.why, Why::CameBack(_)) {
                let others = placed[..index].iter()
                    .filter(|other| !matches!(other.why, Why::CameBack(_) | Why::Emergency)).count();
                prop_assert!(others <= 2, "{} others", others);
            }
        }
    }

    /// The desk calls the first of the line every 4 minutes, while a new booked patient is due each time.
    #[test]
    fn nobody_starves_under_a_steady_stream_of_booked_patients(waiting in 1i64..12, in_a_row in 0u32..6) {
        let rules = LineRules::default();
        let mut queue: Vec<Waiting> = (0..waiting).map(|id| walk_in(id, id - waiting)).collect();
        let mut in_a_row = in_a_row;
        let mut minute = 0;
        while queue.iter().any(|entry| entry.booked_at.is_none()) {
            queue.push(booked(1000 + minute, minute, minute));
            let placed = line(queue.clone(), at(minute), &rules, in_a_row);
            let next = &placed[0].entry;
            in_a_row = if next.booked_at.is_some() { in_a_row + 1 } else { 0 };
            let called = next.id;
            queue.retain(|entry| entry.id != called);
            minute += 4;
            prop_assert!(minute <= 60 + 4 * 4 * (waiting + 2), "still waiting after {} minutes", minute);
        }
    }
}
