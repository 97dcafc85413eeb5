//! One entry with everything that happened in its visit.

use askama::Template;

use super::board::Seat;
use super::onward::Choices;
use crate::queue::model::{Priority, history_words};
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
}
