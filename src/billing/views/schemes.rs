//! Schemes and who belongs to them.

use askama::Template;

use crate::billing::model::percent;
use crate::billing::store::schemes::{Coverage, Enrolment, Scheme};
use crate::patients::Brief;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page};

/// Every scheme.
#[derive(Debug, Template)]
#[template(path = "billing/schemes.html")]
pub struct SchemesPage {
    pub page: Page,
    pub form: FormState,
    pub schemes: Vec<Scheme>,
}

/// One scheme with what it pays.
#[derive(Debug, Template)]
#[template(path = "billing/scheme.html")]
pub struct SchemePage {
    pub page: Page,
    pub form: FormState,
    pub scheme: Scheme,
    pub rules: Vec<Coverage>,
    pub conflict: Option<Conflict>,
}

impl Coverage {
    /// `90%`.
    pub fn percent_words(&self) -> String {
        percent(self.percent_bp)
    }

    /// The field that says at which version the page showed it.
    pub fn field(&self) -> String {
        format!("rule_{}", self.id)
    }
}

/// Who belongs to a scheme.
#[derive(Debug, Template)]
#[template(path = "billing/members.html")]
pub struct MembersPage {
    pub page: Page,
    pub form: FormState,
    pub scheme: Scheme,
    pub members: Vec<Enrolment>,
    /// People who fit what was searched.
    pub found: Vec<Brief>,
    pub older: Option<String>,
}
