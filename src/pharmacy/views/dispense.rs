//! Giving out of a prescription.

use askama::Template;
use chrono::{Days, NaiveDate};

use crate::access::second::{self, Colleague};
use crate::billing::model::Money;
use crate::pharmacy::model::{Ratio, Substitution};
use crate::pharmacy::store::dispensings::Dispensing;
use crate::pharmacy::store::messages::Message;
use crate::pharmacy::store::shelf::OnShelf;
use crate::prescribing::model::{LineMove, LineState, quantity_words};
use crate::prescribing::now::Standing;
use crate::prescribing::{Kept, Line, Mark, Prescription, ahead};
use crate::record::Banner;
use crate::settings::model::plain_day;
use crate::stock::StockStore;
use crate::stock::model::{Candidate, Choice, expiry_words};
use crate::web::{FormState, Page};

/// Another medicine of the same ingredients.
#[derive(Debug, Clone)]
pub struct Other {
    /// What it is.
    pub medicine: OnShelf,
    /// What stands for what.
    pub ratio: Ratio,
    /// Units that can be given of it.
    pub usable: i64,
}

/// A prescribed line with what lies on the shelf for it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The line.
    pub line: Line,
    /// The prescribed medicine; none where it was written as free text.
    pub medicine: Option<OnShelf>,
    /// What would be chosen for what remains.
    pub choice: Option<Choice>,
    /// Its batches that may leave.
    pub batches: Vec<Candidate>,
    /// What could be given instead.
    pub others: Vec<Other>,
    /// What is warned of now.
    pub standing: Vec<Standing>,
}

impl Offer {
    /// Whether a second person sees it leave when this medicine is given for the line: it was controlled when it was signed,
    /// or what is given is so now (rule P10).
    pub fn needs_second(&self, given: Option<&OnShelf>) -> bool {
        self.line.controlled || given.is_some_and(|medicine| medicine.controlled)
    }

    /// Whether that can be so for anything that may be given.
    pub fn may_need_second(&self) -> bool {
        let own = self.needs_second(self.medicine.as_ref());
        own || self.others.iter().any(|other| self.needs_second(Some(&other.medicine)))
    }

    /// Units of it that can be given now.
    pub fn usable(&self) -> i64 {
        self.choice.as_ref().map_or(0, Choice::total)
    }

    /// Whether something can be given of it.
    pub fn is_open(&self, page: &Page) -> bool {
        matches!(self.line.state, LineState::Open | LineState::Partly) && !self.line.is_expired(page.today())
    }

    /// What speaks against it and was not known to the prescriber, as one text; empty without anything.
    pub fn asked_about(&self) -> String {
        let asks = self.standing.iter().filter(|one| one.asks());
        asks.map(|one| one.warning.key()).collect::<Vec<_>>().join(",")
    }

    /// Why it was signed in spite of what still stops.
    pub fn reason(&self) -> Option<&Kept> {
        self.standing.iter().filter_map(|one| one.kept.as_ref()).find(|kept| !kept.reason.is_empty())
    }

    /// Whether something can be reserved for it, or what is reserved can be released.
    pub fn is_reservable(&self, page: &Page) -> bool {
        self.medicine.is_some() && (self.is_open(page) || self.reserved_words().is_some())
    }

    /// `30 capsules`.
    pub fn remaining_words(&self) -> String {
        quantity_words(self.line.remaining(), self.line.unit, self.line.step)
    }

    /// `18 capsules` out of what remains.
    pub fn usable_words(&self) -> String {
        quantity_words(self.usable(), self.line.unit, self.line.step)
    }

    /// `15 capsules until 26 November 2026`; none where nothing is reserved for the line.
    pub fn reserved_words(&self) -> Option<String> {
        let medicine = self.medicine.as_ref()?;
        let (units, until) = (medicine.reserved().own, medicine.until?);
        let units = quantity_words(units, self.line.unit, self.line.step);
        Some(format!("{units} until {}", plain_day(until)))
    }

    /// The day until which it is reserved unless somebody chooses another one: for as long as the clinic
    /// reserves by its own rule, three days where it does not, and no longer than the prescription holds.
    pub fn keeps_until(&self, today: NaiveDate) -> NaiveDate {
        let rule = self.medicine.as_ref().map(|medicine| medicine.reserve_days).filter(|days| *days > 0);
        let days = Days::new(rule.unwrap_or(3).unsigned_abs());
        let until = today.checked_add_days(days).unwrap_or(today);
        self.line.valid_until.map_or(until, |last| last.min(until)).max(today)
    }

    /// `5 capsules`: what could be given if it were not reserved for others; none where nothing is.
    pub fn others_words(&self) -> Option<String> {
        let units = self.choice.as_ref().map_or(0, |choice| choice.reserved);
        (units > 0).then(|| quantity_words(units, self.line.unit, self.line.step))
    }

    /// Whether less lies there than remains.
    pub fn is_short(&self) -> bool {
        self.usable() < self.line.remaining()
    }

    /// `18 capsules of batch BT1021, expires March 2027`.
    pub fn taken(&self) -> Vec<String> {
        let taken = self.choice.iter().flat_map(|choice| &choice.taken);
        let early = |ends: bool| if ends { ", before the course ends" } else { "" };
        taken
            .map(|one| {
                let expiry = expiry_words(one.expiry);
                let units = quantity_words(one.quantity, self.line.unit, self.line.step);
                format!("{units} of batch {}, expires {expiry}{}", one.number, early(one.ends_early))
            })
            .collect()
    }

    /// `BT1020: expired`.
    pub fn passed(&self) -> Vec<String> {
        let passed = self.choice.iter().flat_map(|choice| &choice.passed);
        passed.map(|one| format!("Batch {}: {}", one.number, one.why)).collect()
    }

    /// The batches as choices: number and expiry.
    pub fn batch_choices(&self) -> Vec<(String, String)> {
        let one = |batch: &Candidate| {
            let units = quantity_words(batch.on_hand, self.line.unit, self.line.step);
            let words = format!("{}, expires {}, {units} there", batch.number, expiry_words(batch.expiry));
            (batch.batch.to_string(), words)
        };
        self.batches.iter().map(one).collect()
    }

    /// The other medicines as choices.
    pub fn other_choices(&self) -> Vec<(String, String)> {
        self.others.iter().map(|other| (other.medicine.medicine_id.to_string(), other.words())).collect()
    }
}

impl Other {
    /// `amoxicillin 250 mg capsule, 2 for 1, 40 capsules there`.
    pub fn words(&self) -> String {
        let medicine = &self.medicine;
        let name = medicine.label();
        let there = quantity_words(self.usable, medicine.unit, medicine.step);
        if self.ratio == Ratio::SAME {
            format!("{name}, {there} there")
        } else {
            format!("{name}, {} for {}, {there} there", self.ratio.given, self.ratio.covers)
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pharmacy/dispense.html")]
pub struct DispensePage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Allergies and pregnancy.
    pub banner: Banner,
    /// The prescription.
    pub prescription: Prescription,
    /// Lines that wait.
    pub offers: Vec<Offer>,
    /// Lines that are over.
    pub over: Vec<Line>,
    /// Warnings and steps of its lines.
    pub marks: Vec<Mark>,
    /// What is to be paid before it is given, by its source, with the patient's part.
    pub asked: Vec<(i64, Money)>,
    /// Stores that hand out, and the one that is looked into.
    pub stores: Vec<StockStore>,
    /// The store that is looked into.
    pub store: i64,
    /// Who can see a controlled medicine leave.
    pub colleagues: Vec<Colleague>,
    /// Questions and answers.
    pub messages: Vec<Message>,
    /// What was given out before.
    pub before: Vec<Dispensing>,
}

impl DispensePage {
    /// Whether anything can be reserved.
    pub fn reserves(&self) -> bool {
        self.offers.iter().any(|offer| offer.is_reservable(&self.page))
    }

    /// Whether anything can be given.
    pub fn is_open(&self) -> bool {
        self.offers.iter().any(|offer| offer.is_open(&self.page))
    }

    /// What the patient pays before this line is given.
    pub fn asks(&self, line: &Line) -> Option<Money> {
        let source = ahead::source(line.id);
        self.asked.iter().find(|(asked, _)| *asked == source).map(|(_, owed)| *owed)
    }

    /// Whether a second person has to see it.
    pub fn needs_second(&self) -> bool {
        self.offers.iter().any(Offer::may_need_second)
    }

    /// The colleagues as choices.
    pub fn seconds(&self) -> Vec<(String, String)> {
        second::choices(&self.colleagues)
    }

    /// The stores as choices.
    pub fn store_choices(&self) -> Vec<(String, String)> {
        self.stores.iter().map(|store| (store.id.to_string(), store.name.clone())).collect()
    }

    /// Why another medicine is given.
    pub fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        Substitution::choices()
    }

    /// What happened to a line since: paused and why, given, stopped.
    pub fn steps(&self, line: &Line) -> Vec<String> {
        let own = self.marks.iter().filter(|mark| mark.line_id == line.id);
        own.filter_map(|mark| {
            let made = mark.step()?;
            let why = if mark.reason.is_empty() { String::new() } else { format!(": {}", mark.reason) };
            Some(format!("{}, {made} by {}{why}", self.page.clinic.stamp(mark.at), mark.account_name))
        })
        .collect()
    }

    /// `6 November 2026, 14:05`.
    pub fn signed_on(&self) -> String {
        let (clinic, at) = (&self.page.clinic, self.prescription.signed_at);
        format!("{}, {}", plain_day(clinic.day_of(at)), clinic.clock(at))
    }

    /// Moves that a line allows the pharmacy: stored word and label.
    pub fn moves(&self, line: &Line) -> Vec<(&'static str, &'static str)> {
        match line.state {
            LineState::Open | LineState::Partly => {
                vec![(LineMove::Pause.as_str(), "Pause"), (LineMove::Stop.as_str(), "Close")]
            }
            LineState::Paused => {
                vec![(LineMove::Resume.as_str(), "Go on"), (LineMove::Stop.as_str(), "Close")]
            }
            LineState::Draft | LineState::Complete | LineState::Closed | LineState::Cancelled => Vec::new(),
        }
    }
}
