//! A visit for its patient, on paper and on the phone.

use std::collections::BTreeSet;

use askama::Template;
use chrono::NaiveDate;

use crate::consultation::model::Outcome;
use crate::diagnoses::Diagnosis;
use crate::letters::store::referrals::Referral;
use crate::letters::store::told::{Advice, Found, Next, Ordered, Visited};
use crate::letters::store::verifications::Verification;
use crate::letters::store::visits::Facts;
use crate::prescribing::Line;
use crate::procedures::Procedure;
use crate::record::Banner;
use crate::settings::model::{long_day, plain_day};
use crate::web::Page;

/// What the patient is told of a visit.
#[derive(Debug)]
pub struct Told {
    /// When it was.
    pub facts: Facts,
    /// What was found.
    pub diagnoses: Vec<Diagnosis>,
    /// The days on which diagnoses of the visit were withdrawn.
    pub withdrawn: BTreeSet<NaiveDate>,
    /// What was done.
    pub procedures: Vec<Procedure>,
    /// What was written for the patient.
    pub advice: Vec<Advice>,
    /// What was prescribed and not cancelled.
    pub medicines: Vec<Line>,
    /// What was tested.
    pub tests: Vec<Ordered>,
    /// When the patient comes back.
    pub next: Next,
}

impl Told {
    /// The doctors and nurses who wrote, each once.
    pub fn by(&self) -> String {
        let mut names: Vec<&str> = self.advice.iter().map(|note| note.author_name.as_str()).collect();
        names.dedup();
        names.join(", ")
    }

    /// The advice, line by line; then when to come back, which is a sentence of its own.
    pub fn lines(&self) -> Vec<String> {
        let of = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        };
        let note = |note: &Advice| {
            let back = of(&note.follow_up).join(", ");
            let back = (!back.is_empty()).then(|| format!("Come back: {back}"));
            of(&note.advice).into_iter().chain(back).collect::<Vec<_>>()
        };
        self.advice.iter().flat_map(note).collect()
    }

    /// That a diagnosis was withdrawn, without its name: whoever has read it learns of it (as of a corrected result).
    pub fn withdrawn_words(&self) -> Vec<String> {
        let words = |day: &NaiveDate| {
            format!("A diagnosis of this visit was withdrawn on {}. It no longer holds.", plain_day(*day))
        };
        self.withdrawn.iter().map(words).collect()
    }

    /// What became of the visit, once a doctor has signed or the visit is over; none where nobody said.
    pub fn outcome_words(&self) -> Option<String> {
        if self.advice.is_empty() && self.facts.closed_at.is_none() {
            return None;
        }
        let left = || (self.facts.close_reason == "left").then_some("You left before the visit was finished");
        let words = match self.next.outcome {
            Some(Outcome::Home) => "You could go home",
            Some(Outcome::FollowUp) => "You could go home, and come back to the clinic",
            Some(Outcome::Referred) => "You were referred",
            Some(Outcome::SentToHospital) => "You were sent to hospital",
            Some(Outcome::LeftAgainstAdvice) => "You left against the advice of the doctor",
            Some(Outcome::NotConsulted) | None => return left().map(str::to_owned),
        };
        let note = self.next.outcome_note.trim();
        Some(if note.is_empty() { words.to_owned() } else { format!("{words}: {note}") })
    }

    /// When the patient comes back, in words.
    pub fn next_words(&self, page: &Page) -> Vec<String> {
        let back = self.next.back_on.map(|day| format!("Come back on {}", long_day(day)));
        let booked = self.next.appointment_at.map(|at| {
            format!("Your next appointment: {}, {}", page.clinic.long_day(at), page.clinic.spoken_clock(at))
        });
        back.into_iter().chain(booked).collect()
    }

    /// Whether there is anything to tell yet.
    pub fn is_empty(&self) -> bool {
        self.diagnoses.is_empty()
            && self.medicines.is_empty()
            && self.procedures.is_empty()
            && self.advice.is_empty()
            && self.tests.is_empty()
            && self.withdrawn.is_empty()
            && self.outcome_words().is_none()
    }
}

impl Visited {
    /// What the line says.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if self.is_open {
            words.push("You are in the clinic now".to_owned());
        }
        if !self.found.is_empty() {
            words.push(self.found.clone());
        }
        if !self.doctor.is_empty() {
            words.push(self.doctor.clone());
        }
        words.join(". ")
    }
}

/// The summary on paper.
#[derive(Debug, Template)]
#[template(path = "letters/summary.html")]
pub struct SummaryPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What the patient is told.
    pub told: Told,
    /// Results that the patient may read.
    pub results: Vec<Found>,
}

/// The own visits.
#[derive(Debug, Template)]
#[template(path = "letters/my_visits.html")]
pub struct MyVisitsPage {
    /// The frame.
    pub page: Page,
    /// The newest first.
    pub visits: Vec<Visited>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// One of them.
#[derive(Debug, Template)]
#[template(path = "letters/my_visit.html")]
pub struct MyVisitPage {
    /// The frame.
    pub page: Page,
    /// What is told.
    pub told: Told,
    /// Its verifications.
    pub letters: Vec<Verification>,
    /// Its referrals.
    pub referrals: Vec<Referral>,
}
