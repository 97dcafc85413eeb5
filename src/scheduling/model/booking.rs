//! Whether a person may book a slot now, and how many places are left for whom.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::rules::minutes;
use super::{BookingRules, Interval, Place, SlotState};

/// The places of a slot (rules B1, B10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// All places.
    pub total: u32,
    /// How many of them the public may book, at most `total`.
    pub public: u32,
    /// Places taken, by whomever.
    pub taken: u32,
    /// Those of them that were booked online.
    pub taken_public: u32,
}

impl Capacity {
    /// Places free for `place`. Public and desk places are apart; once `released`, the desk may also use what
    /// the public left over, and the public keeps seeing it until someone takes it (rule B10).
    pub fn free(&self, place: Place, released: bool) -> u32 {
        let left = self.total.saturating_sub(self.taken);
        match place {
            Place::Public => left.min(self.public.saturating_sub(self.taken_public)),
            Place::Desk if released => left,
            Place::Desk => {
                let kept_for_desk = self.total.saturating_sub(self.public);
                left.min(kept_for_desk.saturating_sub(self.taken.saturating_sub(self.taken_public)))
            }
        }
    }
}

impl BookingRules {
    /// The first moment at which a slot that starts at `starts_at` can no longer be booked (rule B2).
    pub fn bookable_until(&self, starts_at: DateTime<Utc>) -> DateTime<Utc> {
        starts_at + minutes(self.bookable_grace_minutes)
    }

    /// What starts later than this can still be booked at `now`; the other side of [`Self::bookable_until`].
    pub fn earliest_start(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - minutes(self.bookable_grace_minutes)
    }

    /// Whether free public places of that slot are the desk's too (rule B10).
    pub fn released_to_desk(&self, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        starts_at - minutes(self.desk_release_minutes) <= now
    }

    /// Until when a place that is freed now rests before the public can have it (rule B9): from one minute to the
    /// clinic's limit, `chance` of the way between. `None`: it does not rest.
    pub fn rests_until(&self, now: DateTime<Utc>, chance: f64) -> Option<DateTime<Utc>> {
        let most = i64::from(self.freed_place_minutes) * 60;
        let seconds = 60 + ((most - 60) as f64 * chance.clamp(0.0, 1.0)) as i64;
        (most > 0).then(|| now + TimeDelta::seconds(seconds))
    }

    /// When a hold made now runs out (rule B7).
    pub fn hold_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + minutes(self.hold_minutes)
    }

    /// The last clinic day that can be booked online.
    pub fn last_day(&self, today: NaiveDate) -> NaiveDate {
        today.checked_add_days(Days::new(u64::from(self.days_ahead))).unwrap_or(NaiveDate::MAX)
    }
}

/// A slot as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotFacts {
    /// Its state.
    pub state: SlotState,
    /// When.
    pub at: Interval,
    /// Its places.
    pub capacity: Capacity,
    /// Until then its free public places rest: they were freed when the doctor's day was full (rule B9).
    pub public_from: Option<DateTime<Utc>>,
}

impl SlotFacts {
    /// Places free for `place` at `now`. A place that rests is the desk's to use at once (rule B9).
    pub fn free(&self, place: Place, now: DateTime<Utc>, rules: &BookingRules) -> u32 {
        let rests = self.public_from.is_some_and(|from| from > now);
        match place {
            Place::Public if rests => 0,
            Place::Public | Place::Desk => {
                let released = rests || rules.released_to_desk(self.at.starts_at(), now);
                self.capacity.free(place, released)
            }
        }
    }
}

/// A wish to book one slot for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask<'a> {
    /// The moment of asking.
    pub now: DateTime<Utc>,
    /// The clinic's zone.
    pub zone: Tz,
    /// Online or at the desk.
    pub place: Place,
    /// The slot.
    pub slot: SlotFacts,
    /// The person's open appointments and holds, without the one that is being moved and without a hold on
    /// this slot.
    pub open: &'a [Interval],
    /// Until when online booking is paused for this person, from [`super::online_block_until`].
    pub online_block_until: Option<DateTime<Utc>>,
    /// Staff set the limits of rule B4 aside; the caller keeps their reason (rule R9).
    pub overriding: bool,
}

/// Why a slot cannot be booked. `Display` says what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotBook {
    /// The slot has started, or is over.
    Started,
    /// The slot is blocked.
    Blocked,
    /// The slot lies beyond the days that can be booked online; the last one is named.
    TooFarAhead(NaiveDate),
    /// Online booking is paused for this person, until that clinic day (rule N4).
    OnlinePaused(NaiveDate),
    /// The person has another appointment then (rule B4).
    Overlaps,
    /// The person has a place in this very slot.
    AlreadyThere,
    /// The person holds as many open appointments as allowed (rule B4).
    TooManyOpen(u32),
    /// No place is left (rule B2).
    Full,
    /// Places are left, but for the desk (rule B10).
    KeptForDesk,
    /// Places are left, but for online booking (rule B10).
    KeptForOnline,
}

impl CannotBook {
    /// Whether staff may book all the same, giving a reason (rules B4, R9).
    pub const fn staff_may_override(self) -> bool {
        match self {
            CannotBook::Overlaps | CannotBook::TooManyOpen(_) => true,
            CannotBook::Started
            | CannotBook::Blocked
            | CannotBook::TooFarAhead(_)
            | CannotBook::OnlinePaused(_)
            | CannotBook::AlreadyThere
            | CannotBook::Full
            | CannotBook::KeptForDesk
            | CannotBook::KeptForOnline => false,
        }
    }
}

impl fmt::Display for CannotBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotBook::Started => f.write_str("This time has already started. Choose a later time."),
            CannotBook::Blocked => f.write_str("This time cannot be booked any more. Choose another time."),
            CannotBook::TooFarAhead(last) => {
                write!(f, "Online booking is open until {}. Choose an earlier day.", long_date(*last))
            }
            CannotBook::OnlinePaused(until) => write!(
                f,
                "Online booking is paused until {}, after missed appointments. The desk can book for you.",
                long_date(*until)
            ),
            CannotBook::Overlaps => f.write_str(
                "There is another appointment at this time. Choose another time, or move the other one.",
            ),
            CannotBook::AlreadyThere => f.write_str(
                "There is an appointment at this time with this doctor already. Choose another time.",
            ),
            CannotBook::TooManyOpen(limit) => {
                let plural = if *limit == 1 { "" } else { "s" };
                write!(
                    f,
                    "The limit of {limit} open appointment{plural} is reached. Cancel one, or ask the desk."
                )
            }
            CannotBook::Full => f.write_str("This time has just been taken. Choose another time."),
            CannotBook::KeptForDesk => f.write_str(
                "The places left at this time are kept for the desk. Choose another time, or ask there.",
            ),
            CannotBook::KeptForOnline => {
                f.write_str("The places left at this time are kept for online booking. Choose another time.")
            }
        }
    }
}

/// "6 August 2026" (experience.md X4).
fn long_date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// Everything that speaks against booking, the weightiest first. Empty: it may be booked, though the last
/// place may go in the same moment, which only the guarded statement of rule B2 decides.
pub fn objections(ask: &Ask<'_>, rules: &BookingRules) -> Vec<CannotBook> {
    let mut found = Vec::new();
    let starts_at = ask.slot.at.starts_at();
    let clinic_day = |at: DateTime<Utc>| at.with_timezone(&ask.zone).date_naive();
    match ask.slot.state {
        SlotState::Closed => found.push(CannotBook::Started),
        SlotState::Open | SlotState::Blocked if rules.bookable_until(starts_at) <= ask.now => {
            found.push(CannotBook::Started);
        }
        SlotState::Blocked => found.push(CannotBook::Blocked),
        SlotState::Open => {}
    }
    if ask.place == Place::Public {
        let last = rules.last_day(clinic_day(ask.now));
        if clinic_day(starts_at) > last {
            found.push(CannotBook::TooFarAhead(last));
        }
        if let Some(until) = ask.online_block_until.filter(|until| *until > ask.now) {
            found.push(CannotBook::OnlinePaused(clinic_day(until)));
        }
    }
    if ask.open.iter().any(|other| other.overlaps(&ask.slot.at)) {
        found.push(CannotBook::Overlaps);
    }
    if ask.open.len() >= rules.max_open as usize {
        found.push(CannotBook::TooManyOpen(rules.max_open));
    }
    found.extend(no_place(ask, rules));
    found.retain(|reason| !(ask.overriding && ask.place == Place::Desk && reason.staff_may_override()));
    found
}

fn no_place(ask: &Ask<'_>, rules: &BookingRules) -> Option<CannotBook> {
    let capacity = ask.slot.capacity;
    if ask.slot.free(ask.place, ask.now, rules) > 0 {
        None
    } else if capacity.taken >= capacity.total {
        Some(CannotBook::Full)
    } else {
        Some(match ask.place {
            Place::Public => CannotBook::KeptForDesk,
            Place::Desk => CannotBook::KeptForOnline,
        })
    }
}

/// Whether the slot may be booked, and if not, the weightiest reason.
pub fn bookable(ask: &Ask<'_>, rules: &BookingRules) -> Result<(), CannotBook> {
    objections(ask, rules).first().map_or(Ok(()), |reason| Err(*reason))
}
