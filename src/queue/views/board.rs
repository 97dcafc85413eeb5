//! The staff board of one point, and one entry's page.

use askama::Template;
use chrono::{DateTime, Utc};

use super::onward::{BACK, Choices, choices};
use crate::access::model::{AccountId, Permission};
use crate::consultation::model::VitalsId;
use crate::queue::model::{
    AttentionKind, EntryId, EntryState, LineRules, Move, Placed, PointKind, Priority, WaitLevel,
    WaitThresholds, history_words, line,
};
use crate::queue::store::attention::Attention;
use crate::queue::store::entries::Entry;
use crate::queue::store::events::{Line as HistoryLine, MyLast};
use crate::queue::store::lines::Row;
use crate::queue::store::points::{AtWork, Point};
use crate::settings::model::{Clinic, age_on};
use crate::web::filters;
use crate::web::form::new_op;
use crate::web::{FormState, Page, paths};

/// The board of a point.
#[derive(Debug, Template)]
#[template(path = "queue/board.html")]
pub struct BoardPage {
    /// The frame.
    pub page: Page,
    /// What it shows.
    pub board: Board,
}

/// The part of the board that changes.
#[derive(Debug, Template)]
#[template(path = "queue/_board.html")]
pub struct BoardPart {
    /// The frame.
    pub page: Page,
    /// What it shows.
    pub board: Board,
}

/// What a board shows to one person at one moment.
#[derive(Debug)]
pub struct Board {
    /// The point.
    pub point: Point,
    /// All points that work, and the doctors who work at them today.
    pub points: Vec<Point>,
    /// Read only where somebody can be passed on.
    pub doctors: Vec<AtWork>,
    /// Who is with this person now.
    pub now: Vec<Seat>,
    /// Who waits, in the order of calling.
    pub line: Vec<Seat>,
    /// With colleagues, missed, parked.
    pub rest: Vec<Seat>,
    /// What doctors are told at once; read at consulting points only.
    pub attention: Vec<Attention>,
    /// The last step of this person, if it can be taken back.
    pub undo: Option<MyLast>,
    /// Why the last step was refused.
    pub notice: Option<String>,
    /// The typed reason of a pause that was refused.
    pub pause: FormState,
    /// The patient whose panel is open.
    pub panel: Option<Panel>,
}

/// Who is looked at beside the board.
#[derive(Debug)]
pub struct Panel {
    /// Which entry.
    pub id: EntryId,
    /// What happened in its visit.
    pub history: Vec<HistoryLine>,
}

impl Attention {
    /// The page of what it is about.
    pub fn page(&self) -> String {
        match self.kind {
            AttentionKind::EarlyWarning => paths::consultation::taking(VitalsId(self.about_id)),
        }
    }
}

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
                let ago = (page.now - at).num_minutes();
                let times = if entry.call_count > 1 {
                    format!(", {} times", entry.call_count)
                } else {
                    String::new()
                };
                format!("Called{place} at {}{times}, {ago} min ago{booked}", page.clinic.clock(at))
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

impl Board {
    /// Puts the rows of a point in order, as `who` sees them at `now`.
    pub fn new(point: Point, points: Vec<Point>, rows: Vec<Row>, who: AccountId, page: &Page) -> Self {
        let clinic = &page.clinic;
        let waiting = rows.iter().filter(|row| row.entry.state == EntryState::Waiting);
        let in_a_row = u32::try_from(point.booked_in_a_row).unwrap_or(0);
        let placed = line(
            waiting.map(|row| row.entry.waiting()).collect(),
            page.now,
            &LineRules::of(clinic),
            in_a_row,
        );
        let place_of = |entry: &Entry| placed.iter().find(|placed| placed.entry.id == entry.id);
        let (mut now, mut in_line, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let position = place_of(&row.entry).map(|placed| placed.position);
            let why = why(&row, place_of(&row.entry), clinic);
            let waited = waited(&row.entry, page.now);
            let level = WaitThresholds::of(clinic).level(u32::try_from(waited).unwrap_or(0));
            let seat = Seat { waited, level, why, row };
            let entry = &seat.row.entry;
            match (entry.state, entry.served_by) {
                (EntryState::Waiting, _) => in_line.push((position, seat)),
                (EntryState::Called | EntryState::InService, Some(by)) if by == who => now.push(seat),
                _ => rest.push(seat),
            }
        }
        in_line.sort_by_key(|(position, _)| *position);
        let line = in_line.into_iter().map(|(_, seat)| seat).collect();
        let (pause, doctors) = (FormState::new(), Vec::new());
        Board {
            point,
            points,
            doctors,
            now,
            line,
            rest,
            attention: Vec::new(),
            undo: None,
            notice: None,
            pause,
            panel: None,
        }
    }

    /// `18 waiting · longest 74 min`
    pub fn summary(&self) -> String {
        match self.line.iter().map(|seat| seat.waited).max() {
            None => "Nobody waiting".to_owned(),
            Some(longest) => format!("{} waiting · longest {longest} min", self.line.len()),
        }
    }

    /// The row whose panel is open, with its history.
    pub fn opened(&self) -> Option<(&Seat, &Panel)> {
        let panel = self.panel.as_ref()?;
        let mut seats = self.now.iter().chain(&self.line).chain(&self.rest);
        seats.find(|seat| seat.row.entry.id == panel.id).map(|seat| (seat, panel))
    }

    /// Whether a row's panel is open.
    pub fn is_open(&self, seat: &Seat) -> bool {
        self.panel.as_ref().is_some_and(|panel| panel.id == seat.row.entry.id)
    }

    /// Where one who is here can be passed on to.
    pub fn onward(&self, seat: &Seat) -> Choices {
        choices(&(&seat.row).into(), &self.points, &self.doctors)
    }

    /// Whether a doctor sees patients here.
    pub fn consults(&self) -> bool {
        self.point.kind == PointKind::Consulting
    }

    /// Whether medicines are given out here.
    pub fn gives_out(&self) -> bool {
        self.point.kind == PointKind::Pharmacy
    }

    /// Whether bills are paid here.
    pub fn takes_money(&self) -> bool {
        self.point.kind == PointKind::Cashier
    }

    /// Where one who is done here usually goes next: from triage to a doctor, from the laboratory back to the own one,
    /// from the pharmacy to the cashier. The value of the choice and the words of the button.
    pub fn next(&self, seat: &Seat) -> Option<(String, String)> {
        let to = |kind: PointKind| {
            let point = self.points.iter().find(|point| point.kind == kind)?;
            Some((point.id.to_string(), format!("Done, on to {}", point.name)))
        };
        match self.point.kind {
            PointKind::Triage => to(PointKind::Consulting),
            PointKind::Laboratory => {
                let doctor = seat.row.back_to.as_ref()?;
                Some((BACK.to_owned(), format!("Done, back to {doctor}")))
            }
            PointKind::Pharmacy => to(PointKind::Cashier),
            PointKind::Reception | PointKind::Consulting | PointKind::Cashier => None,
        }
    }

    /// What a screen reader hears when something changed: the newest call, and how many wait (A12).
    pub fn news(&self) -> String {
        let calls =
            self.now.iter().chain(&self.rest).filter(|seat| seat.row.entry.state == EntryState::Called);
        match calls.max_by_key(|seat| seat.row.entry.last_called_at) {
            Some(seat) => {
                let place = seat.row.room.as_deref().unwrap_or(&self.point.public_name);
                format!("{} called to {place}. {} waiting", seat.row.entry.token, self.line.len())
            }
            None => self.summary(),
        }
    }

    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }

    /// Whether this person may call here.
    pub fn may_work(&self, page: &Page) -> bool {
        page.may(Permission::WorkQueue)
    }

    /// The last step in words.
    pub fn undo_words(&self, last: &MyLast) -> String {
        let done = history_words(&last.what).to_lowercase();
        let onward = last.onward.as_ref().filter(|_| last.what == Move::Transfer.as_str());
        match onward {
            Some(to) => format!("passed on to {to}"),
            None => done,
        }
    }
}

/// Minutes since the booked time or the arrival, whichever is later (Q10).
fn waited(entry: &Entry, now: DateTime<Utc>) -> i64 {
    let since = entry.booked_at.map_or(entry.arrived_at, |booked| booked.max(entry.arrived_at));
    (now - since).num_minutes().max(0)
}

fn why(row: &Row, placed: Option<&Placed>, clinic: &Clinic) -> String {
    let entry = &row.entry;
    let for_whom = row.doctor.as_ref().map(|doctor| format!(", for {doctor}")).unwrap_or_default();
    let by = row.server.as_deref().unwrap_or("a colleague");
    match (placed, entry.state) {
        (Some(placed), _) => {
            let raised = if entry.priority == Priority::Normal {
                String::new()
            } else {
                format!(": {}", entry.priority_reason)
            };
            format!("{}{raised}{for_whom}", placed.why.in_words(clinic.zone()))
        }
        (None, EntryState::Missed) => {
            let last = entry.last_called_at.map(|at| clinic.clock(at)).unwrap_or_default();
            format!("Called {} times, last {last}", entry.call_count)
        }
        (None, EntryState::Parked) => {
            let since = entry.parked_at.map(|at| clinic.clock(at)).unwrap_or_default();
            format!("{}, parked by {by} {since}", entry.park_reason)
        }
        (None, EntryState::Called) => format!("Called by {by}"),
        (None, EntryState::InService) => format!("With {by}"),
        (None, _) => String::new(),
    }
}

impl Seat {
    /// One entry by itself, with the reason of its place left aside.
    pub fn alone(row: Row, page: &Page) -> Self {
        let why = why(&row, None, &page.clinic);
        let waited = waited(&row.entry, page.now);
        let level = WaitThresholds::of(&page.clinic).level(u32::try_from(waited).unwrap_or(0));
        Seat { waited, level, why, row }
    }
}
