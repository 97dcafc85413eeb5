//! A batch, and what ends.

use askama::Template;

use crate::access::model::Permission;
use crate::billing::model::naira;
use crate::stock::model::{BatchMove, NEVER, Reason, expiry_words, quantity_words, worth};
use crate::stock::store::batches::{Batch, BatchEvent};
use crate::stock::store::items::Item;
use crate::stock::store::ledger::Gone;
use crate::stock::store::lists::Level;
use crate::web::paths;
use crate::web::{FormState, Page, filters};

/// A batch.
#[derive(Debug, Template)]
#[template(path = "stock/batch.html")]
pub struct BatchPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The batch.
    pub batch: Batch,
    /// Its item.
    pub item: Item,
    /// Where it lies.
    pub levels: Vec<Level>,
    /// What was done to it.
    pub events: Vec<BatchEvent>,
    /// What went to patients and is still out.
    pub out: Vec<Gone>,
}

impl BatchPage {
    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// `20 tablets`.
    pub fn words(&self, units: impl std::borrow::Borrow<i64>) -> String {
        quantity_words(*units.borrow(), &self.item.unit)
    }

    /// When it expires.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.batch.expiry)
    }

    /// Whether it is expired today.
    pub fn is_expired(&self) -> bool {
        self.batch.expiry <= self.page.today()
    }

    /// Whether its expiry may be corrected.
    pub fn expires(&self) -> bool {
        self.batch.expiry < NEVER
    }

    /// What a unit cost.
    pub fn cost_words(&self) -> String {
        naira(self.batch.unit_cost)
    }

    /// Reasons of a correction.
    pub fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        Reason::choices()
    }

    /// Stores of a correction.
    pub fn places(&self) -> Vec<(String, String)> {
        let words = |level: &Level| format!("{}: {}", level.store, level.words());
        self.levels.iter().map(|level| (level.store_id.to_string(), words(level))).collect()
    }

    /// `20 tablets went to patients in 3 hand-outs.`
    pub fn went(&self) -> String {
        let words = |gone: &Gone| {
            let (units, times) = (self.words(gone.units), gone.times);
            if gone.ref_kind == "dispensing_line" {
                return format!("{units} went to patients in {}.", quantity_words(times, "hand-out"));
            }
            let were = if gone.units == 1 { "was" } else { "were" };
            format!("{units} {were} used in {}.", quantity_words(times, "treatment"))
        };
        self.out.iter().map(words).collect::<Vec<_>>().join(" ")
    }

    /// What may be done to it now: value, label, what it means.
    pub fn moves(&self) -> Vec<(BatchMove, &'static str, &'static str)> {
        let held = match self.batch.held_at {
            Some(_) => (BatchMove::Released, "Release it", "It may leave again, if nothing else bars it"),
            None => (BatchMove::Held, "Put it on hold", "Nothing of it leaves until it is released"),
        };
        let recalled = if self.batch.recalled_at.is_some() {
            (BatchMove::RecallEnded, "End the recall", "It may leave again, if nothing else bars it")
        } else {
            (
                BatchMove::Recalled,
                "Recall it",
                "It stops at once everywhere, and those who received it are listed",
            )
        };
        let mut moves = vec![held, recalled];
        moves.retain(|(made, _, _)| *made != BatchMove::Released || !self.needs_another());
        moves
    }

    /// Whether the release is somebody else's: who corrected the expiry last does not do both (rule P8).
    pub fn needs_another(&self) -> bool {
        let last = self.events.iter().find(|event| match event.made {
            BatchMove::Held | BatchMove::Released | BatchMove::Expiry => true,
            BatchMove::Recalled | BatchMove::RecallEnded => false,
        });
        let own =
            |event: &BatchEvent| self.page.actor().is_ok_and(|actor| event.account_id == Some(actor.account));
        self.batch.held_at.is_some()
            && last.is_some_and(|event| event.made == BatchMove::Expiry && own(event))
    }

    /// The ledger of this batch.
    pub fn ledger(&self) -> String {
        format!("{}?batch={}#ledger", paths::stock::item(self.item.id), self.batch.id)
    }
}

/// What is expired, expires soon, is held or recalled.
#[derive(Debug, Template)]
#[template(path = "stock/ending.html")]
pub struct EndingPage {
    /// The frame.
    pub page: Page,
    /// The days ahead.
    pub days: i64,
    /// What lies there.
    pub levels: Vec<Level>,
}

impl EndingPage {
    /// What it cost together.
    pub fn total(&self) -> String {
        naira(self.levels.iter().map(|level| worth(level.on_hand, level.unit_cost)).sum::<i64>())
    }
}
