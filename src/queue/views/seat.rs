//! One patient in a queue, as staff see them: on boards and on a page of their own.

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, Permission};
use crate::queue::model::{
    EntryId, EntryState, LineRules, Placed, PointKind, Priority, WaitLevel, WaitThresholds,
    leaving_needs_reason, waits_since,
};
use crate::queue::store::entries::Entry;
use crate::queue::store::lines::Row;
use crate::settings::model::age_on;
use crate::web::Page;

/// One row of the board.
#[derive(Debug)]
pub struct Seat {
    /// The entry with its names.
    pub row: Row,
    /// Whole minutes of waiting.
    pub waited: i64,
    /// How long that is.
    pub level: WaitLevel,
    /// Why it stands there.
    pub why: String,
}

impl Seat {
    /// The patient's full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.row.given_names, self.row.family_name)
    }

    /// `20, f`
    pub fn facts(&self, page: &Page) -> String {
        let age = self.row.born_on.and_then(|born| age_on(page.today(), born));
        let sex = match self.row.sex.as_str() {
            "female" => "f",
            "male" => "m",
            "intersex" => "x",
            _ => "",
        };
        let age = age.map(|age| age.to_string()).unwrap_or_default();
        [age.as_str(), sex].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
    }

    /// The state as the style sheet knows it.
    pub fn state(&self) -> &'static str {
        match (self.row.entry.state, self.row.entry.priority) {
            (EntryState::Waiting, Priority::Emergency) => "emergency",
            (EntryState::Waiting, Priority::Normal | Priority::Raised) => "waiting",
            (EntryState::Called, _) => "called",
            (EntryState::InService, _) => "serving",
            (EntryState::Parked, _) => "parked",
            (EntryState::Missed, _) => "missed",
            (EntryState::Done | EntryState::Transferred, _) => "done",
            (EntryState::Left | EntryState::Void, _) => "left",
        }
    }

    /// The state in a word or two.
    pub fn word(&self) -> &'static str {
        match (self.row.entry.state, self.row.entry.priority, self.row.from_kind) {
            (EntryState::Waiting, Priority::Emergency, _) => "Emergency",
            (EntryState::Waiting, Priority::Raised, _) => "Raised",
            (EntryState::Waiting, Priority::Normal, Some(PointKind::Laboratory)) => "Back from lab",
            (state, _, _) => state.label(),
        }
    }

    /// The attribute of a long wait.
    pub fn level_name(&self) -> &'static str {
        match self.level {
            WaitLevel::Ok => "",
            WaitLevel::Long => "long",
            WaitLevel::VeryLong => "over",
        }
    }

    /// `41 min, long`
    pub fn waited_words(&self, page: &Page) -> String {
        match self.level {
            WaitLevel::Ok => format!("{} min", self.waited),
            WaitLevel::Long => format!("{} min, long", self.waited),
            WaitLevel::VeryLong => {
                let words =
                    WaitThresholds::of(&page.clinic).in_words(u32::try_from(self.waited).unwrap_or(0));
                words.trim_start_matches("Waiting ").replace(" - ", ", ")
            }
        }
    }

    /// Where the one who was called or is served stands, in a sentence.
    pub fn stands(&self, page: &Page) -> String {
        let entry = &self.row.entry;
        let place = self.row.room.as_deref().map(|room| format!(" to {room}")).unwrap_or_default();
        let booked =
            entry.booked_at.map(|at| format!(" · booked {}", page.clinic.clock(at))).unwrap_or_default();
        match (entry.state, entry.last_called_at, entry.started_at) {
            (EntryState::InService, _, Some(at)) => {
                format!("With you since {}{booked}", page.clinic.clock(at))
            }
            (_, Some(at), _) => {
                let ago = match (page.now - at).num_minutes() {
                    ..1 => "just now".to_owned(),
                    minutes => format!("{minutes} min ago"),
                };
                let times = if entry.call_count > 1 {
                    format!(", {}", times(entry.call_count))
                } else {
                    String::new()
                };
                format!("Called{place} at {}{times}, {ago}{booked}", page.clinic.clock(at))
            }
            _ => String::new(),
        }
    }

    /// Whether the call was not confirmed for a while (Q8).
    pub fn nudge(&self, page: &Page) -> bool {
        let entry = &self.row.entry;
        entry.state == EntryState::Called
            && entry.last_called_at.is_some_and(|at| LineRules::of(&page.clinic).needs_a_nudge(at, page.now))
    }
}

/// Whole minutes of waiting (Q10); who is served, or was, waits no longer.
fn waited(entry: &Entry, now: DateTime<Utc>) -> i64 {
    let since = waits_since(entry.priority, entry.booked_at, entry.arrived_at);
    let until = match entry.state {
        EntryState::Waiting | EntryState::Called | EntryState::Missed | EntryState::Void => None,
        EntryState::InService | EntryState::Parked | EntryState::Done | EntryState::Transferred => {
            entry.started_at
        }
        EntryState::Left => entry.ended_at,
    };
    (until.unwrap_or(now) - since).num_minutes().max(0)
}

/// What stands at the fields for such words.
pub const WHO_READS: &str = "Colleagues who treat read this. Others see the category only";

/// Whether somebody reads the words of a reason: who treats, and who wrote them; all others read the category only (A1).
pub fn reads_words(page: &Page, writer: Option<AccountId>) -> bool {
    let me = page.actor().ok().map(|actor| actor.account);
    page.may(Permission::OpenRecords) || (writer.is_some() && writer == me)
}

/// How often, in words.
pub fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    }
}

/// What whoever pressed a call is told where the token is missed instead (Q7); none where it was called.
pub fn used_up(entry: &Entry) -> Option<String> {
    let is_missed = entry.state == EntryState::Missed;
    is_missed.then(|| format!("{} was called {} and is now missed", entry.token, times(entry.call_count)))
}

fn why(row: &Row, placed: Option<&Placed>, page: &Page) -> String {
    let (entry, clinic) = (&row.entry, &page.clinic);
    let for_whom = row.doctor.as_ref().map(|doctor| format!(", for {doctor}")).unwrap_or_default();
    let by = row.server.as_deref().unwrap_or("a colleague");
    let urgent = match entry.priority {
        Priority::Normal => String::new(),
        Priority::Raised | Priority::Emergency => format!("{}. ", entry.priority.label()),
    };
    match (placed, entry.state) {
        (Some(placed), _) => {
            let reads = entry.priority != Priority::Normal && reads_words(page, None);
            let raised = if reads { format!(": {}", entry.priority_reason) } else { String::new() };
            format!("{}{raised}{for_whom}", placed.why.in_words(clinic.zone()))
        }
        (None, EntryState::Missed) => {
            let last = entry.last_called_at.map(|at| clinic.clock(at)).unwrap_or_default();
            format!("{urgent}Called {}, last {last}", times(entry.call_count))
        }
        (None, EntryState::Parked) => {
            let since = entry.parked_at.map(|at| clinic.clock(at)).unwrap_or_default();
            // Of somebody who was being served the server is known, not who put the token aside.
            let whose = match entry.started_at {
                Some(_) => format!("{since}, was with {by}"),
                None => format!("by {by} {since}"),
            };
            if reads_words(page, entry.served_by) {
                format!("{urgent}{}, parked {whose}", entry.park_reason)
            } else {
                format!("{urgent}Parked {whose}")
            }
        }
        (None, EntryState::Called) => format!("Called by {by}"),
        (None, EntryState::InService) => format!("With {by}"),
        (None, _) => String::new(),
    }
}

impl Seat {
    /// One entry by itself, with the reason of its place left aside.
    pub fn alone(row: Row, page: &Page) -> Self {
        Seat::placed(row, None, page)
    }

    /// One entry at its place in the line, if it waits.
    pub fn placed(row: Row, placed: Option<&Placed>, page: &Page) -> Self {
        let why = why(&row, placed, page);
        let waited = waited(&row.entry, page.now);
        let level = WaitThresholds::of(&page.clinic).level(u32::try_from(waited).unwrap_or(0));
        Seat { waited, level, why, row }
    }

    /// The reason of the priority, for those who read it.
    pub fn priority_reason(&self, page: &Page) -> &str {
        if reads_words(page, None) { &self.row.entry.priority_reason } else { "" }
    }

    /// The field of one of its menus: `park`, `left` or `to`, with the number of the entry.
    pub fn field(&self, menu: &str) -> String {
        field(menu, self.row.entry.id)
    }

    /// Whether it takes a reason to say that the patient has left; `stationed` is whether who asks works at the point.
    pub fn asks_why(&self, page: &Page, stationed: &bool) -> bool {
        asks_why(&self.row.entry, page, *stationed)
    }
}

/// The field of a menu of one entry; several stand on one board.
pub fn field(menu: &str, id: EntryId) -> String {
    format!("{menu}-{id}")
}

/// Whether it takes a reason to say that somebody has left: an emergency, and whoever is with colleagues elsewhere.
pub fn asks_why(entry: &Entry, page: &Page, stationed: bool) -> bool {
    let me = page.actor().ok().map(|actor| actor.account);
    let own = stationed || page.may(Permission::CheckIn) || (me.is_some() && entry.served_by == me);
    leaving_needs_reason(entry.priority, own)
}
