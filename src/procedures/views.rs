//! Pages of procedures.

use askama::Template;

use super::model::{MORE, ROWS, State, Supply};
use super::store::kinds::Kind;
use super::store::procedures::Procedure;
use crate::billing::model::naira;
use crate::queue::Visit;
use crate::record::Banner;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page, filters};

/// What fits a few typed letters.
#[derive(Debug, Template)]
#[template(path = "procedures/_options.html")]
pub struct Options {
    /// What fits.
    pub kinds: Vec<Kind>,
}

/// The procedures of a visit.
#[derive(Debug, Template)]
#[template(path = "procedures/visit.html")]
pub struct VisitPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The visit.
    pub visit: Visit,
    /// What is planned and done.
    pub all: Vec<Procedure>,
    /// What fits the typed text, when several do.
    pub choices: Vec<Kind>,
    /// Whether the reader's time is over: then nothing of the visit is shown.
    pub closed: bool,
}

impl VisitPage {
    /// What still has to be done.
    pub fn open(&self) -> usize {
        self.all.iter().filter(|one| one.state.is_open()).count()
    }
}

/// One procedure.
#[derive(Debug, Template)]
#[template(path = "procedures/procedure.html")]
pub struct ProcedurePage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The procedure.
    pub procedure: Procedure,
    /// What it usually takes.
    pub usual: Vec<Supply>,
    /// Whether the reader's time is over.
    pub closed: bool,
    /// Whether more was used than the books know.
    pub beyond: bool,
}

impl ProcedurePage {
    /// Whether it is asked if more was used than the books know.
    pub fn asks_beyond(&self) -> bool {
        self.beyond || self.form.chosen("beyond", "yes")
    }

    /// The usual supplies with the names of their fields.
    pub fn rows(&self) -> Vec<(String, &Supply)> {
        self.usual.iter().enumerate().map(|(at, supply)| (format!("used_{at}"), supply)).collect()
    }

    /// The names of the fields for other things: what, how much, of what.
    pub fn more(&self) -> Vec<(String, String, String)> {
        let names =
            |at| (format!("more_item_{at}"), format!("more_quantity_{at}"), format!("more_unit_{at}"));
        (0..MORE).map(names).collect()
    }
}

/// What the clinic offers.
#[derive(Debug, Template)]
#[template(path = "procedures/kinds.html")]
pub struct KindsPage {
    /// The frame.
    pub page: Page,
    /// Every kind.
    pub kinds: Vec<Kind>,
}

/// One kind.
#[derive(Debug, Template)]
#[template(path = "procedures/kind.html")]
pub struct KindPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The kind.
    pub kind: Kind,
    /// Who changed it meanwhile.
    pub conflict: Option<Conflict>,
}

impl KindPage {
    /// The names of the fields of the supplies.
    pub fn rows(&self) -> Vec<(String, String, String)> {
        (0..ROWS).map(|at| (format!("item_{at}"), format!("quantity_{at}"), format!("unit_{at}"))).collect()
    }
}

impl Kind {
    /// `₦1,500`, or that it is free.
    pub fn price_words(&self) -> String {
        if self.price == 0 { "free".to_owned() } else { naira(self.price) }
    }
}

impl Procedure {
    /// `₦1,500`, or that it is free.
    pub fn price_words(&self) -> String {
        if self.price == 0 { "free".to_owned() } else { naira(self.price) }
    }

    /// What was used, one thing each.
    pub fn used_words(&self) -> Vec<String> {
        let parts = self.used.split('|').map(str::trim).filter(|words| !words.is_empty());
        parts.map(|words| in_words(words).unwrap_or_else(|| words.to_owned())).collect()
    }

    /// Whether it is still to be done.
    pub fn is_planned(&self) -> bool {
        self.state == State::Planned
    }

    /// Whether it was done and stands.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }
}

/// `Sterile gauze swab: 6 piece` as one says it: `Sterile gauze swab: 6 pieces`.
fn in_words(used: &str) -> Option<String> {
    let (item, amount) = used.rsplit_once(": ")?;
    let (quantity, unit) = amount.split_once(' ')?;
    Some(
        Supply { item: item.to_owned(), quantity: quantity.parse().ok()?, unit: unit.trim().to_owned() }
            .words(),
    )
}
