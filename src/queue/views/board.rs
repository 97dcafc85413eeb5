//! The staff board of one point, and one entry's page.

use askama::Template;

use super::onward::{BACK, Choices, choices};
pub use super::seat::Seat;
use crate::access::model::{AccountId, Permission};
use crate::queue::model::{
    EntryId, EntryState, LineRules, Move, PointKind, eligible_for, history_words, line,
};
use crate::queue::store::attention::Attention;
use crate::queue::store::entries::Entry;
use crate::queue::store::events::{Line as HistoryLine, MyLast};
use crate::queue::store::lines::Row;
use crate::queue::store::points::{AtWork, Point};
use crate::web::filters;
use crate::web::form::new_op;
use crate::web::{FormState, Page};

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
    /// The token that "call next" calls for this person; none where everybody waits for somebody else.
    pub next_token: Option<String>,
    /// With colleagues, missed, parked.
    pub rest: Vec<Seat>,
    /// What doctors are told at once; read at consulting points only.
    pub attention: Vec<Attention>,
    /// The last step of this person, if it can be taken back.
    pub undo: Option<MyLast>,
    /// Why the last step was refused.
    pub notice: Option<String>,
    /// Whose visit would end without a sample: asked once.
    pub asks: Option<EntryId>,
    /// What was typed into a step that was refused: the reason of a pause, or a field of one seat's menus.
    pub tried: FormState,
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

impl Board {
    /// Puts the rows of a point in order, as `who` sees them at `now`.
    pub fn new(point: Point, points: Vec<Point>, rows: Vec<Row>, who: AccountId, page: &Page) -> Self {
        let clinic = &page.clinic;
        let waiting = rows.iter().filter(|row| row.entry.state == EntryState::Waiting);
        let in_a_row = u32::try_from(point.booked_in_a_row).unwrap_or(0);
        let waiting: Vec<_> = waiting.map(|row| row.entry.waiting()).collect();
        let rules = LineRules::of(clinic);
        let own = line(eligible_for(waiting.clone(), who), page.now, &rules, in_a_row);
        let first = own.first().map(|placed| placed.entry.id);
        let next_token =
            rows.iter().find(|row| Some(row.entry.id) == first).map(|row| row.entry.token.clone());
        let placed = line(waiting, page.now, &rules, in_a_row);
        let place_of = |entry: &Entry| placed.iter().find(|placed| placed.entry.id == entry.id);
        let (mut now, mut in_line, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let placed = place_of(&row.entry);
            let position = placed.map(|placed| placed.position);
            let seat = Seat::placed(row, placed, page);
            let entry = &seat.row.entry;
            match (entry.state, entry.served_by) {
                (EntryState::Waiting, _) => in_line.push((position, seat)),
                (EntryState::Called | EntryState::InService, Some(by)) if by == who => now.push(seat),
                _ => rest.push(seat),
            }
        }
        in_line.sort_by_key(|(position, _)| *position);
        let line = in_line.into_iter().map(|(_, seat)| seat).collect();
        let (tried, doctors) = (FormState::new(), Vec::new());
        Board {
            point,
            points,
            doctors,
            now,
            line,
            next_token,
            rest,
            attention: Vec::new(),
            undo: None,
            notice: None,
            asks: None,
            tried,
            panel: None,
        }
    }

    /// What doctors are told at once beyond what is shown.
    pub fn more_attention(&self) -> i64 {
        let shown = i64::try_from(self.attention.len()).unwrap_or(0);
        self.attention.first().map_or(0, |told| told.total - shown)
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

    /// The letter, where it is this one's to press: among those who are with one it is the latest call's, and of a step
    /// the latest of those who can take it (K4).
    pub fn key(&self, seat: &Seat, letter: &'static str) -> &'static str {
        let alike = |other: &&Seat| letter == "C" || other.row.entry.state == seat.row.entry.state;
        let moment = |other: &Seat| (other.row.entry.last_called_at, other.row.entry.id.0);
        let latest = self.now.iter().filter(alike).map(moment).max();
        if latest == Some(moment(seat)) { letter } else { "" }
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

    /// Where one who is done here usually goes next: back to the doctor who sent, from triage else to any, from the
    /// pharmacy to the cashier; to the laboratory first while a sample is to be taken. The value of the choice and the
    /// words of the button.
    pub fn next(&self, seat: &Seat) -> Option<(String, String)> {
        let to = |kind: PointKind| {
            let point = self.points.iter().find(|point| point.kind == kind)?;
            Some((point.id.to_string(), format!("Done, on to {}", point.name)))
        };
        let back = seat.row.back_to.as_ref();
        let back = back.map(|doctor| (BACK.to_owned(), format!("Done, back to {doctor}")));
        let sample = to(PointKind::Laboratory).filter(|_| seat.lacks_sample());
        match self.point.kind {
            PointKind::Triage => back.or_else(|| to(PointKind::Consulting)),
            PointKind::Laboratory => back,
            PointKind::Pharmacy => sample.or_else(|| to(PointKind::Cashier)),
            PointKind::Cashier if sample.is_some() => sample,
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
        match (onward, &last.by) {
            (_, Some(by)) => format!("was marked as left by {by}"),
            (Some(to), None) => format!("passed on to {to}"),
            (None, None) => done,
        }
    }
}
