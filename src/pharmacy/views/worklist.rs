//! What waits, what was given, what the prescriber is asked.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::pharmacy::model::MessageKind;
use crate::pharmacy::store::dispensings::Dispensing;
use crate::pharmacy::store::messages::Message;
use crate::pharmacy::store::worklist::Waiting;
use crate::prescribing::ahead;
use crate::prescribing::model::{LineState, PrescriptionId};
use crate::queue::model::{EntryState, Priority};
use crate::web::{FormState, Page};

/// How much of a prescription lies on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stocked {
    /// Everything.
    All,
    /// Some of it.
    Part,
    /// Nothing.
    None,
}

impl Stocked {
    /// The words a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Stocked::All => "In stock",
            Stocked::Part => "Partly in stock",
            Stocked::None => "Not in stock",
        }
    }

    /// The mark of a tag.
    pub fn kind(self) -> &'static str {
        match self {
            Stocked::All => "ok",
            Stocked::Part => "wait",
            Stocked::None => "danger",
        }
    }
}

/// A prescription that waits.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its lines that wait, never empty.
    pub lines: Vec<Waiting>,
    /// How much of it lies on the shelf.
    pub stocked: Stocked,
    /// Whether something of it is to be paid before it is given (rule M12).
    pub unpaid: bool,
}

impl Job {
    /// Puts lines together by prescription, in the order in which they come. `usable` of each medicine lies on the shelves;
    /// `unpaid` are the sources that are to be paid first.
    pub fn all(lines: Vec<Waiting>, usable: &BTreeMap<i64, i64>, unpaid: &BTreeSet<i64>) -> Vec<Self> {
        let mut jobs: Vec<(PrescriptionId, Vec<Waiting>)> = Vec::new();
        for line in lines {
            match jobs.iter_mut().find(|(id, _)| *id == line.prescription_id) {
                Some((_, own)) => own.push(line),
                None => jobs.push((line.prescription_id, vec![line])),
            }
        }
        let first = |line: &Waiting| unpaid.contains(&ahead::source(line.line_id));
        jobs.into_iter()
            .map(|(_, lines)| Job {
                stocked: stocked(&lines, usable),
                unpaid: lines.iter().any(first),
                lines,
            })
            .collect()
    }

    /// Its first line.
    pub fn first(&self) -> &Waiting {
        &self.lines[0]
    }

    /// The state of its token at the pharmacy.
    pub fn here(&self) -> Option<EntryState> {
        self.first().entry_state
    }

    /// Emergencies first, then whoever is at the counter, then the oldest.
    pub fn rank(&self) -> (u8, u8, chrono::DateTime<chrono::Utc>) {
        let first = self.first();
        let urgent = u8::from(first.priority != Some(Priority::Emergency));
        let here = match first.entry_state {
            Some(EntryState::InService) => 0,
            Some(EntryState::Called) => 1,
            Some(_) => 2,
            None => 3,
        };
        (urgent, here, first.entered_at.unwrap_or(first.signed_at))
    }

    /// `3 medicines, 1 owed`.
    pub fn medicines(&self) -> String {
        let all = self.lines.len();
        let owed = self.lines.iter().filter(|line| line.owed).count();
        let words = if all == 1 { "1 medicine".to_owned() } else { format!("{all} medicines") };
        if owed > 0 { format!("{words}, {owed} owed") } else { words }
    }

    /// Whether one of them is controlled.
    pub fn controlled(&self) -> bool {
        self.lines.iter().any(|line| line.controlled)
    }

    /// Whether one was signed against a warning.
    pub fn overridden(&self) -> bool {
        self.lines.iter().any(|line| line.overridden)
    }

    /// Whether everything is paused.
    pub fn paused(&self) -> bool {
        self.lines.iter().all(|line| line.state == LineState::Paused)
    }

    /// Minutes since it was signed, or since the patient came to the counter.
    pub fn minutes(&self, page: &Page) -> i64 {
        let first = self.first();
        (page.now - first.entered_at.unwrap_or(first.signed_at)).num_minutes().max(0)
    }

    /// `12 min`, `41 min, long`, `3 h 05 min`; a day for what is older.
    pub fn waits(&self, page: &Page) -> String {
        let minutes = self.minutes(page);
        let words = match minutes {
            0..60 => format!("{minutes} min"),
            60..720 => format!("{} h {:02} min", minutes / 60, minutes % 60),
            _ => return page.clinic.stamp(self.first().signed_at),
        };
        if self.level(page) == "over" { format!("{words}, long") } else { words }
    }

    /// How near it is to too long.
    pub fn level(&self, page: &Page) -> &'static str {
        match (self.here(), self.minutes(page)) {
            (Some(_), 21..) => "over",
            (Some(_), 11..) => "long",
            (Some(_) | None, _) => "fine",
        }
    }
}

fn stocked(lines: &[Waiting], usable: &BTreeMap<i64, i64>) -> Stocked {
    let units = |line: &Waiting| {
        let free = line.medicine_id.and_then(|medicine| usable.get(&medicine.0)).copied().unwrap_or(0);
        free + line.reserved
    };
    let some = lines.iter().any(|line| units(line) > 0);
    match lines.iter().filter(|line| units(line) >= line.remaining).count() {
        all if all == lines.len() => Stocked::All,
        0 if !some => Stocked::None,
        _ => Stocked::Part,
    }
}

/// The worklist.
#[derive(Debug, Template)]
#[template(path = "pharmacy/worklist.html")]
pub struct WorklistPage {
    /// The frame.
    pub page: Page,
    /// What waits, the most pressing first.
    pub jobs: Vec<Job>,
}

/// The part of it that changes.
#[derive(Debug, Template)]
#[template(path = "pharmacy/_worklist.html")]
pub struct WorklistPart {
    /// The frame.
    pub page: Page,
    /// What waits.
    pub jobs: Vec<Job>,
}

/// What the page says aloud when it changes.
pub fn news(jobs: &[Job]) -> String {
    match jobs.len() {
        0 => "Nothing waits".to_owned(),
        1 => "1 prescription waits".to_owned(),
        more => format!("{more} prescriptions wait"),
    }
}

/// What was prescribed earlier and still waits.
#[derive(Debug, Template)]
#[template(path = "pharmacy/earlier.html")]
pub struct EarlierPage {
    /// The frame.
    pub page: Page,
    /// Only what is owed.
    pub owed: bool,
    /// What waits, the newest first.
    pub jobs: Vec<Job>,
    /// Where the list goes on.
    pub older: Option<String>,
}

/// What was given out on a day.
#[derive(Debug, Template)]
#[template(path = "pharmacy/given.html")]
pub struct GivenPage {
    /// The frame.
    pub page: Page,
    /// The day as the form has it.
    pub form: FormState,
    /// The day in words.
    pub day: String,
    /// The newest first.
    pub all: Vec<Dispensing>,
    /// Where the list goes on.
    pub older: Option<String>,
}

/// What the pharmacy asks and tells a prescriber.
#[derive(Debug, Template)]
#[template(path = "pharmacy/messages.html")]
pub struct MessagesPage {
    /// The frame.
    pub page: Page,
    /// An answer that was refused.
    pub form: FormState,
    /// The message it belongs to.
    pub at: Option<crate::pharmacy::model::MessageId>,
    /// What waits, the oldest first.
    pub messages: Vec<Message>,
}

impl MessagesPage {
    /// Whether the refused answer belongs to it.
    pub fn is_at(&self, message: &Message) -> bool {
        self.at == Some(message.id)
    }
}

impl Message {
    /// Whether it waits for an answer in words.
    pub fn is_query(&self) -> bool {
        self.kind == MessageKind::Query
    }
}
