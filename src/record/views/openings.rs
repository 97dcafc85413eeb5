//! Emergencies, seals and reviews.

use askama::Template;

use super::Banner;
use crate::access::model::{AccountId, spoken_roles};
use crate::patients::model::{OPEN_MINUTES, PatientId};
use crate::record::model::{Due, EmergencyReason, REVIEW_DAYS, Verdict, read_words};
use crate::record::store::{Emergency, Member, Opened, Seal, VisitSeal};
use crate::settings::model::{Clinic, plain_day};
use crate::web::{FormState, Page};

/// Breaking the glass.
#[derive(Debug, Template)]
#[template(path = "record/emergency.html")]
pub struct EmergencyPage {
    /// The frame.
    pub page: Page,
    /// Who this is; identity only.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// Whether the record is sealed.
    pub sealed: bool,
    /// Whether only visits of it are.
    pub visits: bool,
}

impl EmergencyPage {
    /// Whose record it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// For how long it opens.
    pub fn minutes(&self) -> i64 {
        OPEN_MINUTES
    }

    /// Within how many days it is reviewed.
    pub fn days(&self) -> i64 {
        REVIEW_DAYS
    }

    /// Reasons for the field.
    pub fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        EmergencyReason::choices()
    }
}

/// Sealing, or lifting the seal.
#[derive(Debug, Template)]
#[template(path = "record/seal.html")]
pub struct SealPage {
    /// The frame.
    pub page: Page,
    /// Who this is; identity only.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The seal that holds.
    pub seal: Option<Seal>,
    /// Visits that are sealed by themselves.
    pub visits: Vec<VisitSeal>,
}

impl SealPage {
    /// Whose record it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// Sealed visits to choose from.
    pub fn choices(&self) -> Vec<(String, String)> {
        let words = |visit: &VisitSeal| {
            let day = self.page.clinic.stamp(visit.opened_at);
            (visit.visit_id.to_string(), format!("Visit of {day}, sealed {}", visit.by(&self.page.clinic)))
        };
        self.visits.iter().map(words).collect()
    }

    /// Since when and by whom it is sealed.
    pub fn held(&self) -> Option<String> {
        let seal = self.seal.as_ref()?;
        Some(format!(
            "Sealed by {}, {}: {}",
            seal.sealed_name,
            self.page.clinic.stamp(seal.sealed_at),
            seal.reason
        ))
    }
}

/// Who reads a visit.
#[derive(Debug, Template)]
#[template(path = "record/visit_seal.html")]
pub struct VisitSealPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// For the form.
    pub form: FormState,
    /// The visit with its seal.
    pub visit: VisitSeal,
    /// Who treated in it.
    pub team: Vec<Member>,
    /// Who asks.
    pub me: AccountId,
}

impl VisitSealPage {
    /// Whether who asks treated in it.
    pub fn may(&self) -> bool {
        self.team.iter().any(|member| member.account_id == self.me)
    }
}

impl VisitSeal {
    /// Whether only those who treated in it read it.
    pub fn is_sealed(&self) -> bool {
        self.sealed_at.is_some()
    }

    /// `by Dr Zainab Bello, 9 Nov 2026, 10:20`.
    pub fn by(&self, clinic: &Clinic) -> String {
        let at = self.sealed_at.map(|at| clinic.stamp(at)).unwrap_or_default();
        match self.sealed_name.as_deref().unwrap_or_default() {
            "" => format!("by the reason of its booking, {at}"),
            name => format!("by {name}, {at}"),
        }
    }
}

/// Emergencies with their reviews.
#[derive(Debug, Template)]
#[template(path = "record/reviews.html")]
pub struct ReviewsPage {
    /// The frame.
    pub page: Page,
    /// What waits, the oldest first.
    pub waiting: Vec<Emergency>,
    /// What was reviewed, newest first.
    pub done: Vec<Emergency>,
    /// The address of more that waits.
    pub later: Option<String>,
    /// The address of older reviews.
    pub older: Option<String>,
}

/// One emergency.
#[derive(Debug, Template)]
#[template(path = "record/review.html")]
pub struct ReviewPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The emergency.
    pub emergency: Emergency,
    /// What its reader opened meanwhile.
    pub opened: Vec<Opened>,
    /// Whether it is the asking person's own.
    pub own: bool,
}

impl ReviewPage {
    /// Verdicts for the field.
    pub fn verdicts(&self) -> Vec<(&'static str, &'static str)> {
        Verdict::choices()
    }
}

impl Emergency {
    /// Where its review stands.
    pub fn due(&self, page: &Page) -> Due {
        Due::of(self.opened_at, self.verdict.is_some(), page.now)
    }

    /// `Overdue`, `3 days left`, `Reviewed`, with the kind of tag.
    pub fn due_words(&self, page: &Page) -> (String, &'static str) {
        match self.due(page) {
            Due::Done => ("Reviewed".to_owned(), "ok"),
            Due::Overdue => match self.days_over(page) {
                0 => ("Overdue since today".to_owned(), "danger"),
                1 => ("Overdue since 1 day".to_owned(), "danger"),
                days => (format!("Overdue since {days} days"), "danger"),
            },
            Due::Days(1) => ("1 day left".to_owned(), "wait"),
            Due::Days(days) => (format!("{days} days left"), "wait"),
        }
    }

    /// What the records officer wrote.
    pub fn found(&self) -> &str {
        self.review_words.as_deref().unwrap_or_default()
    }

    /// Who reviewed it, and when.
    pub fn reviewed(&self, page: &Page) -> String {
        let at = self.reviewed_at.map(|at| page.clinic.stamp(at)).unwrap_or_default();
        format!("{}, {at}", self.reviewed_name.as_deref().unwrap_or_default())
    }

    fn days_over(&self, page: &Page) -> i64 {
        (page.now - self.opened_at).num_days() - REVIEW_DAYS
    }

    /// The day and time as patients read it.
    pub fn spoken(&self, page: &Page) -> String {
        format!(
            "{} at {}",
            plain_day(page.clinic.day_of(self.opened_at)),
            page.clinic.spoken_clock(self.opened_at)
        )
    }
}

impl Opened {
    fn fact(&self, name: &str) -> String {
        let facts: serde_json::Value = serde_json::from_str(&self.detail).unwrap_or_default();
        facts.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }

    /// The roles as people read them.
    pub fn roles(&self) -> String {
        spoken_roles(&self.role)
    }

    /// `6 August 2026, 10:40am`.
    pub fn spoken(&self, page: &Page) -> String {
        format!("{}, {}", plain_day(page.clinic.day_of(self.at)), page.clinic.spoken_clock(self.at))
    }

    /// Who it was; whoever chooses a password with a code is not signed in yet.
    pub fn who(&self) -> &str {
        if self.action == "password.chosen" && self.name.is_empty() {
            return "Somebody with the code";
        }
        &self.name
    }

    /// Whether somebody had to give a reason, or the own account was given into other hands.
    pub fn is_loud(&self) -> bool {
        self.action.starts_with("record.opened_") || self.is_of_account()
    }

    /// Whether it is about the own account, not about the record.
    fn is_of_account(&self) -> bool {
        ["code.issued", "password.chosen"].contains(&self.action.as_str())
    }

    /// Whether content of the health part was shown.
    fn is_clinical(&self) -> bool {
        self.detail.contains("\"clinical\":true")
    }

    /// What was opened.
    pub fn what(&self) -> String {
        match self.action.as_str() {
            "record.opened_by_reason" => "Opened the health part with a reason".to_owned(),
            "record.opened_in_emergency" => "Opened the record in an emergency".to_owned(),
            "code.issued" => "Gave out a new code for your account".to_owned(),
            "password.chosen" => "Your password was replaced with a code".to_owned(),
            "appointment.opened" if self.is_clinical() => "Read: an appointment with your words".to_owned(),
            action => {
                let words = read_words(action, &self.fact("page")).unwrap_or("a part of the record");
                let nothing = action == "patient.opened" && !self.is_clinical();
                format!("Read: {words}{}", if nothing { ", nothing about your health" } else { "" })
            }
        }
    }

    /// Why: the reason that was given, or what the person had to do with the patient.
    pub fn why(&self) -> String {
        match (self.action.as_str(), self.fact("purpose").as_str()) {
            ("code.issued", "reset") => return "Your old password no longer works".to_owned(),
            ("code.issued", _) => return "You choose your password with it".to_owned(),
            ("password.chosen", _) => {
                return "If this was not you, tell the front desk of the clinic at once".to_owned();
            }
            _ => {}
        }
        let (reason, words) = (self.fact("reason"), self.fact("words"));
        if !reason.is_empty() {
            return if words.is_empty() { reason } else { format!("{reason}. {words}") };
        }
        match self.fact("why").as_str() {
            "treats" => "You were in the clinic, or had an appointment".to_owned(),
            "reason" => "With the reason given before".to_owned(),
            "safety" => "You were in the clinic: allergies, pregnancy and medicines, nothing else".to_owned(),
            "emergency" => "In the emergency named before".to_owned(),
            _ => "Work at the clinic".to_owned(),
        }
    }
}
