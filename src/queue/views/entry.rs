//! One entry with everything that happened in its visit.

use askama::Template;

use super::onward::Choices;
use super::seat::{Seat, reads_words};
use crate::queue::model::{
    Happened, LEFT_BY_PHONE, LastMove, LineRules, Move, Priority, history_words, may_undo,
};
use crate::queue::store::events::Line;
use crate::queue::store::points::Point;
use crate::web::filters;
use crate::web::form::new_op;
use crate::web::{FormState, Page};

/// One entry with everything that happened in its visit.
#[derive(Debug, Template)]
#[template(path = "queue/entry.html")]
pub struct EntryPage {
    /// The frame.
    pub page: Page,
    /// The entry.
    pub seat: Seat,
    /// Its point.
    pub point: Point,
    /// Whether who looks works there.
    pub stationed: bool,
    /// Where it can be passed on to.
    pub onward: Choices,
    /// The visit's history.
    pub history: Vec<Line>,
    /// The priority form.
    pub form: FormState,
    /// Why the last step was refused.
    pub notice: Option<String>,
}

impl EntryPage {
    /// The choices of priority.
    pub fn priorities(&self) -> Vec<(&'static str, &'static str)> {
        Priority::choices()
    }

    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }

    /// Whether the last step of this token can be taken back now (Q11).
    pub fn may_undo(&self) -> bool {
        let entry = &self.seat.row.entry;
        let last = self.history.iter().rev().find(|line| line.entry_id == entry.id);
        last.filter(|line| line.kept).is_some_and(|line| {
            let untouched = line.entry_version == entry.version;
            let facts = LastMove { at: line.at, untouched, onward_untouched: true };
            may_undo(&facts, self.page.now, &LineRules::of(&self.page.clinic)).is_ok()
        })
    }

    /// Whether the token still takes part.
    pub fn is_open(&self) -> bool {
        self.seat.row.entry.state.is_open()
    }
}

impl Line {
    /// What happened, where and by whom.
    pub fn words(&self) -> String {
        let mut words = format!("{}, {}", history_words(&self.what), self.point);
        if let Some(room) = &self.room {
            words.push_str(&format!(", {room}"));
        }
        if let Some(by) = &self.by {
            words.push_str(&format!(", by {by}"));
        }
        words
    }

    /// The remark of a step: where it was called or passed on to, and the words of a reason to those who read them. Of a
    /// priority all others read which one.
    pub fn remark(&self, page: &Page) -> &str {
        let wrote = self.by_id.filter(|_| self.what != Happened::PassedIn.as_str());
        let category = || self.note.split(": ").next().unwrap_or_default();
        match (self.what.parse::<Move>(), self.what.parse::<Happened>()) {
            _ if reads_words(page, wrote) || self.note == LEFT_BY_PHONE => &self.note,
            (Ok(Move::Park | Move::Leave), _) | (_, Ok(Happened::CheckIn | Happened::PassedIn)) => "",
            (_, Ok(Happened::Priority)) => category(),
            (_, _) => &self.note,
        }
    }
}
