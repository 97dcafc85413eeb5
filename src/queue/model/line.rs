//! Who comes next, and why: the complete order of those who wait at one service point (rules Q5, Q7).

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::rules::minutes;
use super::{EntryId, LineRules, Priority, Why};
use crate::access::model::AccountId;

/// Someone who came back after a missed call (rule Q7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// When.
    pub at: DateTime<Utc>,
    /// The two who came next at that moment, from [`behind_next_two`]; fewer if fewer waited. Those who have
    /// been called since no longer stand in the way.
    pub behind: [Option<EntryId>; 2],
}

/// An entry that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub id: EntryId,
    /// How soon it must be served.
    pub priority: Priority,
    /// The booked time; `None` for a walk-in.
    pub booked_at: Option<DateTime<Utc>>,
    /// When the patient checked in at the clinic today. Decides whether a booked patient came late: being
    /// passed on from triage makes no one late.
    pub checked_in_at: DateTime<Utc>,
    /// The arrival that ranks in this queue. "Back to the same doctor" keeps the original one (rule Q11).
    pub arrived_at: DateTime<Utc>,
    /// Only this person serves the entry; `None`: anyone.
    pub assigned_to: Option<AccountId>,
    /// Calls since the entry was opened or came back.
    pub call_count: u32,
    /// The last of these calls.
    pub last_called_at: Option<DateTime<Utc>>,
    /// Set when the patient came back after a missed call.
    pub returned: Option<Returned>,
}

impl Waiting {
    /// Whether `who` may be offered this entry: an emergency is anybody's, whoever was booked (rule Q5).
    pub fn is_for(&self, who: AccountId) -> bool {
        self.priority == Priority::Emergency || self.assigned_to.is_none_or(|assigned| assigned == who)
    }
}

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The entry.
    pub entry: Waiting,
    /// Its place: 1 is called next.
    pub position: usize,
    /// Why it stands there.
    pub why: Why,
}

/// Those among `entries` whom `who` may be offered. Filter first, then make the [`line`]: it is `who`'s own.
pub fn eligible_for(entries: Vec<Waiting>, who: AccountId) -> Vec<Waiting> {
    entries.into_iter().filter(|entry| entry.is_for(who)).collect()
}

/// The next two of a line, to keep with someone who comes back now (rule Q7). Emergencies go first anyway and
/// do not count, nor does who is held back: nobody who may be called stands behind them.
pub fn behind_next_two(line: &[Placed]) -> [Option<EntryId>; 2] {
    let counts = |placed: &&Placed| placed.why != Why::Emergency && !placed.why.is_held_back();
    let mut next = line.iter().filter(counts).map(|placed| placed.entry.id);
    [next.next(), next.next()]
}

/// The complete order at `now`; the first is the next to be called.
///
/// 1. Emergencies, by arrival.
/// 2. Booked patients whose time has come, by booked time; a raised walk-in goes before one whose time is
///    later than the walk-in's arrival. Raising also lifts a booked patient who came early or late.
/// 3. Walk-ins by arrival, among them those who came late for their time. After `rules.booked_in_a_row`
///    booked patients one of them is taken in between, if the first of them waits longer than the limit.
/// 4. Booked patients who came early, by booked time.
/// 5. Those who did not answer a call within the last minutes, the longest ago first. Emergencies are never
///    put back.
///
/// Someone who came back after a missed call stands behind at most two others who are no emergency, and before
/// all of 4 and 5.
///
/// `booked_in_a_row` counts the booked patients this point called since it last called a walk-in, emergencies
/// and raised ones left aside. The result does not depend on the order of `entries`.
pub fn line(
    entries: Vec<Waiting>,
    now: DateTime<Utc>,
    rules: &LineRules,
    booked_in_a_row: u32,
) -> Vec<Placed> {
    let mut groups = Groups::default();
    for entry in entries {
        let why = why(&entry, now, rules);
        groups.of(why).push((why, entry));
    }
    groups.sort();

    let emergencies = groups.emergencies.len();
    let mut order = groups.emergencies;
    order.extend(with_walk_ins_between(groups.first, groups.walk_ins, now, rules, booked_in_a_row));
    order.extend(groups.early);
    order.extend(groups.no_answer);
    for (earlier, one) in groups.came_back.into_iter().enumerate() {
        let place = place_of_returned(&order, &one.1, emergencies, earlier);
        order.insert(place, one);
    }
    let places = order.into_iter().zip(1..);
    places.map(|((why, entry), position)| Placed { entry, position, why }).collect()
}

type Ranked = (Why, Waiting);

#[derive(Default)]
struct Groups {
    emergencies: Vec<Ranked>,
    first: Vec<Ranked>,
    walk_ins: Vec<Ranked>,
    early: Vec<Ranked>,
    no_answer: Vec<Ranked>,
    came_back: Vec<Ranked>,
}

impl Groups {
    fn of(&mut self, why: Why) -> &mut Vec<Ranked> {
        match why {
            Why::Emergency => &mut self.emergencies,
            Why::Booked(_) | Why::Raised(_) => &mut self.first,
            Why::WalkIn(_) | Why::LongWait(_) | Why::Late(_) => &mut self.walk_ins,
            Why::Early(_) => &mut self.early,
            Why::NoAnswer(_) => &mut self.no_answer,
            Why::CameBack(_) => &mut self.came_back,
        }
    }

    fn sort(&mut self) {
        let Groups { emergencies, first, walk_ins, early, no_answer, came_back } = self;
        for group in [emergencies, first, walk_ins, early, no_answer, came_back] {
            group.sort_by_key(|(why, entry)| (rank(*why), entry.arrived_at, entry.id));
        }
    }
}

fn why(entry: &Waiting, now: DateTime<Utc>, rules: &LineRules) -> Why {
    if entry.priority == Priority::Emergency {
        return Why::Emergency;
    }
    let came_back = entry.returned.as_ref().map(|returned| returned.at);
    // Coming back resets the calls, so a call before it no longer cools down.
    let unanswered = entry.last_called_at.filter(|called| came_back.is_none_or(|back| *called > back));
    if let Some(called) = unanswered
        && now < called + minutes(rules.cool_down_minutes)
    {
        return Why::NoAnswer(called + minutes(rules.cool_down_minutes));
    }
    if let Some(back) = came_back {
        return Why::CameBack(back);
    }
    let tolerance = minutes(rules.late_tolerance_minutes);
    match (entry.priority, entry.booked_at) {
        (Priority::Raised, Some(booked)) if entry.checked_in_at <= booked + tolerance => {
            Why::Raised(booked.min(entry.arrived_at))
        }
        (Priority::Raised, Some(_) | None) => Why::Raised(entry.arrived_at),
        (Priority::Normal | Priority::Emergency, None) => Why::WalkIn(entry.arrived_at),
        (Priority::Normal | Priority::Emergency, Some(booked)) => {
            if entry.checked_in_at > booked + tolerance {
                Why::Late(entry.arrived_at)
            } else if booked <= now + TimeDelta::seconds(i64::from(rules.due_within_seconds)) {
                Why::Booked(booked)
            } else {
                Why::Early(booked)
            }
        }
    }
}

/// The moment that ranks within a group. At the same moment a booked patient goes before a raised walk-in,
/// whose arrival must be earlier than the booked time to overtake.
fn rank(why: Why) -> (Option<DateTime<Utc>>, bool) {
    match why {
        Why::Emergency => (None, false),
        Why::Raised(at) => (Some(at), true),
        Why::Booked(at)
        | Why::WalkIn(at)
        | Why::LongWait(at)
        | Why::Late(at)
        | Why::Early(at)
        | Why::CameBack(at)
        | Why::NoAnswer(at) => (Some(at), false),
    }
}

/// Booked and raised first, with a walk-in in between where rule Q5 caps the booked ones.
fn with_walk_ins_between(
    first: Vec<Ranked>,
    walk_ins: Vec<Ranked>,
    now: DateTime<Utc>,
    rules: &LineRules,
    mut in_a_row: u32,
) -> Vec<Ranked> {
    let limit = minutes(rules.walk_in_limit_minutes);
    let mut order = Vec::with_capacity(first.len() + walk_ins.len());
    let mut walk_ins = VecDeque::from(walk_ins);
    for one in first {
        let booked = matches!(one.0, Why::Booked(_));
        if booked
            && in_a_row >= rules.booked_in_a_row
            && let Some((_, entry)) = walk_ins.pop_front_if(|(_, entry)| now - entry.arrived_at > limit)
        {
            order.push((Why::LongWait(entry.arrived_at), entry));
            in_a_row = 0;
        }
        in_a_row = in_a_row.saturating_add(u32::from(booked));
        order.push(one);
    }
    order.extend(walk_ins);
    order
}

/// Where someone who came back goes: behind those of "the next two" who still wait, but behind no more than
/// two who are neither emergencies nor came back earlier, and behind nobody who is held back.
fn place_of_returned(
    order: &[Ranked],
    entry: &Waiting,
    emergencies: usize,
    came_back_earlier: usize,
) -> usize {
    let behind = entry.returned.as_ref().map_or([None; 2], |returned| returned.behind);
    let may_be_called = order.iter().position(|(why, _)| why.is_held_back()).unwrap_or(order.len());
    let order = &order[..may_be_called];
    let last_of_them = order.iter().rposition(|(_, other)| behind.contains(&Some(other.id)));
    let farthest = (emergencies + 2 + came_back_earlier).min(order.len());
    let mut place =
        last_of_them.map_or(emergencies, |found| found + 1).clamp(emergencies.min(farthest), farthest);
    while place < farthest && matches!(order[place].0, Why::CameBack(_)) {
        place += 1;
    }
    place
}
