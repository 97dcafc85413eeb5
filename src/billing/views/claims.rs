//! Claims and their batches.

use askama::Template;

use crate::billing::model::{BatchState, ClaimState, Money, SchemeId};
use crate::billing::store::claims::{Batch, Claim, Past, Sum};
use crate::web::{FormState, Page, filters};

/// What stands with whom.
#[derive(Debug, Template)]
#[template(path = "billing/claims.html")]
pub struct ClaimsPage {
    pub page: Page,
    pub form: FormState,
    pub sums: Vec<Sum>,
    pub batches: Vec<Batch>,
    /// Answered in part or rejected: somebody decides.
    pub short: Vec<Claim>,
}

impl ClaimsPage {
    /// Schemes with claims that were not sent: id, name, how many, how much.
    pub fn unsent(&self) -> Vec<(SchemeId, &str, i64, Money)> {
        let drafts = self.sums.iter().filter(|sum| sum.state == ClaimState::Draft);
        drafts.map(|sum| (sum.scheme_id, sum.scheme.as_str(), sum.claims, sum.asked)).collect()
    }
}

/// One batch, also on paper.
#[derive(Debug, Template)]
#[template(path = "billing/batch.html")]
pub struct BatchPage {
    pub page: Page,
    pub form: FormState,
    pub batch: Batch,
    pub claims: Vec<Claim>,
}

impl BatchPage {
    /// Whether it can be sent.
    pub fn is_draft(&self) -> bool {
        self.batch.state == BatchState::Draft
    }
}

/// One claim.
#[derive(Debug, Template)]
#[template(path = "billing/claim.html")]
pub struct ClaimPage {
    pub page: Page,
    pub form: FormState,
    pub claim: Claim,
    pub steps: Vec<Past>,
}

impl ClaimPage {
    /// What becomes of the shortfall.
    pub fn ways(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("write_off", "The clinic bears it"),
            ("patient", "The patient is asked for it, by an invoice of its own"),
        ]
    }
}
