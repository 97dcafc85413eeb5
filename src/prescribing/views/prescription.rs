//! Signed prescriptions: on the screen, on paper, in lists.

use askama::Template;

use crate::access::model::{AccountId, Permission};
use crate::patients::{Brief, Qr};
use crate::prescribing::model::{Frequency, LineId, LineState, Tier, Warning, plain_number};
use crate::prescribing::store::lines::Line;
use crate::prescribing::store::prescriptions::{Kept, Mark, Prescription};
use crate::prescribing::views::section::Earlier;
use crate::record::Banner;
use crate::settings::model::plain_day;
use crate::web::{FormState, Page};

/// One prescription.
#[derive(Debug, Template)]
#[template(path = "prescribing/prescription.html")]
pub struct PrescriptionPage {
    /// The frame.
    pub page: Page,
    /// A reason that was refused.
    pub form: FormState,
    /// The line it belongs to.
    pub at: Option<LineId>,
    /// The patient, with what could harm them.
    pub banner: Banner,
    /// The prescription.
    pub prescription: Prescription,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Warnings and steps of its lines.
    pub marks: Vec<Mark>,
}

impl PrescriptionPage {
    fn me(&self) -> Option<AccountId> {
        self.page.actor.as_ref().map(|actor| actor.account)
    }

    /// Whether the reader wrote it and may still cancel, change or stop.
    pub fn is_mine(&self) -> bool {
        self.me() == Some(self.prescription.prescriber_id) && self.page.may(Permission::Consult)
    }

    /// Whether the reader may prescribe the same again.
    pub fn may_renew(&self) -> bool {
        self.page.may(Permission::Consult)
    }

    /// Whether the reader gives out and something of it waits for that.
    pub fn gives_out(&self) -> bool {
        self.page.may(Permission::Dispense) && self.lines.iter().any(|line| line.state.waits())
    }

    /// Whether it can no longer be given out.
    pub fn is_expired(&self) -> bool {
        self.prescription.is_expired(self.page.today())
    }

    /// `6 November 2026`.
    pub fn signed_on(&self) -> String {
        plain_day(self.page.clinic.day_of(self.prescription.signed_at))
    }

    /// `6 February 2027`.
    pub fn valid_until(&self) -> String {
        plain_day(self.prescription.valid_until)
    }

    /// The warnings of a line as they were when it was signed.
    pub fn warnings(&self, line: &Line) -> Vec<Kept> {
        self.marks.iter().filter(|mark| mark.line_id == line.id).filter_map(Mark::warning).collect()
    }

    /// What happened to a line since: moment, words, who, why.
    pub fn steps(&self, line: &Line) -> Vec<(String, String)> {
        let own = self.marks.iter().filter(|mark| mark.line_id == line.id);
        own.filter_map(|mark| {
            let made = mark.step()?;
            let why = if mark.reason.is_empty() { String::new() } else { format!(": {}", mark.reason) };
            Some((self.page.clinic.stamp(mark.at), format!("{made} by {}{why}", mark.account_name)))
        })
        .collect()
    }

    /// Why a line was signed in spite of its warnings.
    pub fn reason(&self, line: &Line) -> Option<Kept> {
        self.warnings(line).into_iter().find(|kept| kept.tier == Tier::Stop)
    }

    /// Whether a line can be cancelled or changed: nothing was given of it (rules P4, P5).
    pub fn can_cancel(&self, line: &Line) -> bool {
        self.is_mine() && matches!(line.state, LineState::Open | LineState::Paused) && line.given == 0
    }

    /// Whether a line can be stopped: something was given of it, or a colleague prescribed it.
    pub fn can_stop(&self, line: &Line) -> bool {
        let may = self.page.may(Permission::Consult);
        may && line.state.is_live() && (line.given > 0 || !self.is_mine())
    }

    /// Whether the form of this line was refused.
    pub fn is_at(&self, line: &Line) -> bool {
        self.at == Some(line.id)
    }

    /// What the reason of a line says now: typed before, or nothing.
    pub fn typed(&self, line: &Line) -> &str {
        if self.is_at(line) { self.form.value("reason") } else { "" }
    }

    /// What is wrong with it.
    pub fn fault(&self, line: &Line) -> Option<&str> {
        if self.is_at(line) { self.form.error("reason") } else { None }
    }

    /// The last weight.
    pub fn weight(&self) -> String {
        self.prescription.weight_words()
    }
}

impl Prescription {
    /// `64.5 kg`; empty where nobody weighed.
    pub fn weight_words(&self) -> String {
        // Vital signs keep tenths of a kilogram.
        self.weight.map(|tenths| format!("{} kg", plain_number(tenths * 100))).unwrap_or_default()
    }
}

/// The same on paper (experience R1, R2).
#[derive(Debug, Template)]
#[template(path = "prescribing/print.html")]
pub struct PrintPage {
    /// The frame.
    pub page: Page,
    /// The patient.
    pub banner: Banner,
    /// The prescription.
    pub prescription: Prescription,
    /// Its lines that hold.
    pub lines: Vec<Line>,
    /// The code, drawn.
    pub qr: Qr,
}

impl PrintPage {
    /// `6 November 2026`.
    pub fn signed_on(&self) -> String {
        plain_day(self.page.clinic.day_of(self.prescription.signed_at))
    }

    /// `6 February 2027`.
    pub fn valid_until(&self) -> String {
        plain_day(self.prescription.valid_until)
    }

    /// Lines that hold for a shorter time than the whole.
    pub fn is_shorter(&self, line: &Line) -> bool {
        line.valid_until.is_some_and(|until| until < self.prescription.valid_until)
    }

    /// The code in groups, for reading aloud.
    pub fn code(&self) -> String {
        crate::patients::model::grouped(&self.prescription.code)
    }
}

/// Changing a line of which nothing was given.
#[derive(Debug, Template)]
#[template(path = "prescribing/change.html")]
pub struct ChangePage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The patient.
    pub banner: Banner,
    /// The line.
    pub line: Line,
    /// What is warned of, when a reason is asked for.
    pub warnings: Vec<Warning>,
    /// The stops as one text.
    pub seen: String,
}

impl ChangePage {
    /// `In tablets`.
    pub fn counted(&self) -> String {
        format!("In {}", self.line.unit.word(2_000))
    }

    /// How often.
    pub fn frequencies(&self) -> Vec<(&'static str, &'static str)> {
        Frequency::choices()
    }
}

/// Finding a prescription.
#[derive(Debug, Template)]
#[template(path = "prescribing/find.html")]
pub struct FindPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub q: String,
    /// Patients that fit.
    pub patients: Vec<Brief>,
}

/// The prescriptions of a patient.
#[derive(Debug, Template)]
#[template(path = "prescribing/of_patient.html")]
pub struct OfPatientPage {
    /// The frame.
    pub page: Page,
    /// The patient.
    pub banner: Banner,
    /// The prescriptions, the newest first.
    pub prescriptions: Vec<Earlier>,
    /// The address of older ones.
    pub older: Option<String>,
}
