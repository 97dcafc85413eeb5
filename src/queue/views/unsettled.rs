//! The worklist of visits that the day closed by itself.

use askama::Template;

use crate::queue::store::unsettled::Unsettled;
use crate::web::filters;
use crate::web::form::new_op;
use crate::web::{FormState, Page};

/// The worklist.
#[derive(Debug, Template)]
#[template(path = "queue/unsettled.html")]
pub struct UnsettledPage {
    /// The frame.
    pub page: Page,
    /// The notes as typed, one field a visit.
    pub form: FormState,
    /// The oldest first.
    pub visits: Vec<Unsettled>,
    /// Where the page before ended.
    pub after: String,
    /// The page after this one.
    pub more: Option<String>,
    /// That a colleague was quicker.
    pub notice: Option<String>,
}

impl Unsettled {
    /// The field of its note.
    pub fn field(&self) -> String {
        format!("note-{}", self.id)
    }

    /// `Laboratory, parked`
    pub fn place(&self) -> String {
        let stood = self.stood.map(|state| state.label().to_lowercase());
        [self.point.clone(), stood].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl UnsettledPage {
    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }
}
