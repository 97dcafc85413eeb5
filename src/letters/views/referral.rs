//! Referrals.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::letters::model::{Part, ReferralState, Urgency};
use crate::letters::store::referrals::Referral;
use crate::letters::store::visits::Facts;
use crate::record::Banner;
use crate::web::{FormState, Page};

impl Referral {
    /// The parts that were copied of the record: heading and lines.
    pub fn parts(&self) -> Vec<(String, Vec<String>)> {
        let part = |part: &str| {
            let mut lines = part.lines().map(str::to_owned);
            lines.next().map(|heading| (heading, lines.collect()))
        };
        self.copied.split("\n\n").filter_map(part).collect()
    }

    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.state == ReferralState::Signed
    }

    /// `2026-11-09 10:40`, of its signature.
    pub fn signed(&self, page: &Page) -> String {
        self.signed_at.map(|at| page.clinic.stamp(at)).unwrap_or_default()
    }
}

/// Writing a letter.
#[derive(Debug, Template)]
#[template(path = "letters/write.html")]
pub struct WritePage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The visit.
    pub facts: Facts,
    /// The author's draft, as last saved.
    pub draft: Option<Referral>,
    /// Whether the reader's time is over.
    pub closed: bool,
}

impl WritePage {
    /// What may be copied.
    pub fn options(&self) -> Vec<(&'static str, &'static str)> {
        Part::choices()
    }

    /// How soon.
    pub fn urgencies(&self) -> Vec<(&'static str, &'static str)> {
        Urgency::choices()
    }
}

/// A signed letter.
#[derive(Debug, Template)]
#[template(path = "letters/referral.html")]
pub struct ReferralPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// The letter.
    pub referral: Referral,
    /// When a result that it carries was corrected.
    pub corrected: Option<DateTime<Utc>>,
}

/// The same on paper.
#[derive(Debug, Template)]
#[template(path = "letters/referral_print.html")]
pub struct ReferralPrint {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// The letter.
    pub referral: Referral,
}
