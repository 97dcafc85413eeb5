//! Verifications as doctors see them, and the sheet.

use askama::Template;
use chrono::NaiveDate;

use crate::diagnoses::Diagnosis;
use crate::letters::model::CONSENT;
use crate::letters::store::referrals::Referral;
use crate::letters::store::settings::Reason;
use crate::letters::store::verifications::Verification;
use crate::letters::store::visits::Facts;
use crate::patients::Qr;
use crate::record::Banner;
use crate::settings::model::{long_day, plain_day};
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page, filters};

impl Facts {
    /// `Wednesday 6 August 2026`.
    pub fn day_words(&self) -> String {
        long_day(self.day)
    }
}

/// The letters of a visit.
#[derive(Debug, Template)]
#[template(path = "letters/visit.html")]
pub struct LettersPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// The visit.
    pub facts: Facts,
    /// Its verifications, the newest first.
    pub verifications: Vec<Verification>,
    /// Its referrals, the newest first.
    pub referrals: Vec<Referral>,
    /// Why none may be issued.
    pub hindrance: Option<String>,
}

impl LettersPage {
    /// Whether one stands.
    pub fn stands(&self) -> bool {
        self.verifications.iter().any(|one| one.revoked_at.is_none())
    }
}

/// Issuing one.
#[derive(Debug, Template)]
#[template(path = "letters/issue.html")]
pub struct IssuePage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The visit.
    pub facts: Facts,
    /// What was signed in it.
    pub diagnoses: Vec<Diagnosis>,
    /// The last day of rest that may be advised.
    pub latest: Option<NaiveDate>,
    /// Why none may be issued.
    pub hindrance: Option<String>,
    /// Whether the reader's time is over.
    pub closed: bool,
}

impl IssuePage {
    /// The days that may be chosen, with their words.
    pub fn days(&self) -> Vec<(String, String)> {
        let mut day = self.page.today();
        let mut days = Vec::new();
        while self.latest.is_some_and(|latest| day <= latest) {
            days.push((day.to_string(), long_day(day)));
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
        days
    }

    /// `10:40am to 11:15am`.
    pub fn times(&self) -> String {
        super::times(&self.page, self.facts.opened_at, self.facts.left_at())
    }

    /// Why none may be issued; it tells what the visit was for, so only where the record is open.
    pub fn hindrance_words(&self) -> Option<&str> {
        self.hindrance.as_deref().filter(|_| !self.closed)
    }

    /// What the patient is asked.
    pub fn consent_words(&self) -> &'static str {
        CONSENT
    }

    /// The two answers.
    pub fn answers(&self) -> [(&'static str, &'static str); 2] {
        [("yes", "The patient agrees"), ("no", "The patient does not agree, or was not asked")]
    }
}

/// One verification.
#[derive(Debug, Template)]
#[template(path = "letters/verification.html")]
pub struct VerificationPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// What it says.
    pub verification: Verification,
    /// Whether the reader's time is over.
    pub closed: bool,
}

/// The sheet.
#[derive(Debug, Template)]
#[template(path = "letters/sheet.html")]
pub struct SheetPage {
    /// The frame.
    pub page: Page,
    /// For the form that numbers the print.
    pub form: FormState,
    /// What it says.
    pub verification: Verification,
    /// Whether it is a copy.
    pub copy: bool,
    /// The square code that leads to the check.
    pub qr: Qr,
    /// The address that people type.
    pub short: String,
}

impl SheetPage {
    /// A sheet with its square code.
    pub fn new(
        page: Page,
        form: FormState,
        verification: Verification,
        copy: bool,
        (address, short): (&str, String),
    ) -> Self {
        SheetPage { page, form, verification, copy, qr: Qr::of(address), short }
    }

    /// `6 August 2026`.
    pub fn issued(&self) -> String {
        plain_day(self.page.clinic.day_of(self.verification.issued_at))
    }
}

/// What the clinic allows.
#[derive(Debug, Template)]
#[template(path = "letters/rules.html")]
pub struct RulesPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The reasons of bookings.
    pub reasons: Vec<Reason>,
    /// Who changed it meanwhile.
    pub conflict: Option<Conflict>,
}

impl RulesPage {
    /// The reasons to tick.
    pub fn options(&self) -> Vec<(String, String)> {
        self.reasons.iter().map(|reason| (reason.id.to_string(), reason.name.clone())).collect()
    }
}
