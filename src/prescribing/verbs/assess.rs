//! The warnings at new lines, from everything that is known at this moment.

use chrono::NaiveDate;

use crate::access::model::AccountId;
use crate::db::DbError;
use crate::patients::PatientId;
use crate::prescribing::model::{Daily, Drug, LineState, Pregnancy, Tier, UsualDose, Warning, check, list};
use crate::prescribing::store::context::{self, Context};
use crate::prescribing::store::lines::Line;
use crate::prescribing::store::prescriptions::Prescription;
use crate::record;
use crate::settings::model::{Clinic, plain_day};
use crate::work::Work;

/// What the checks need to know of a patient, read inside of a work.
pub async fn context(work: &mut Work, patient: PatientId, author: AccountId) -> Result<Context, DbError> {
    let (clinic, today) = (work.app.clinic(), work.today());
    let known = context::known(&work.app.db).await?;
    let summary = record::summary(work.tx(), patient).await?.ok_or(DbError::Missing)?;
    Context::of(&summary, context::beside(work.tx(), patient, author).await?, (&clinic, today), known)
}

/// A new line with its warnings.
#[derive(Debug, Clone)]
pub struct Assessed {
    /// The line.
    pub line: Line,
    /// Its warnings, the loudest first.
    pub warnings: Vec<Warning>,
}

impl Assessed {
    /// What stops signing until there is a reason.
    pub fn stops(&self) -> Vec<&Warning> {
        self.warnings.iter().filter(|warning| warning.tier == Tier::Stop).collect()
    }

    /// The stops as one text: a reason covers those that stood beside it.
    pub fn seen(&self) -> String {
        self.stops().iter().map(|warning| warning.key()).collect::<Vec<_>>().join(",")
    }

    /// Whether somebody who saw `seen` has seen every stop that holds now.
    pub fn is_covered(&self, seen: &str) -> bool {
        let seen: Vec<&str> = seen.split(',').collect();
        self.stops().iter().all(|warning| seen.contains(&warning.key().as_str()))
    }
}

/// A line as the checks see it.
pub fn drug(line: &Line, clinic: &Clinic) -> Drug {
    let since = match line.signed_at {
        Some(at) => format!("from {}, {}", plain_day(clinic.day_of(at)), line.prescriber),
        None => String::new(),
    };
    let usual =
        UsualDose { dose: line.usual_dose, times: line.usual_times, most_doses: line.usual_most_doses };
    let taken = (line.dose, line.frequency, line.max_doses_a_day);
    Drug {
        line: line.id,
        label: line.label(),
        ingredients: list(&line.ingredients),
        classes: list(&line.classes),
        min_age: line.min_age,
        pregnancy: line.pregnancy.unwrap_or(Pregnancy::Ok),
        daily: Daily::of(taken, usual, (&line.strength, &line.ingredients, line.unit)),
        dose: line.dose,
        usual_dose: line.usual_dose,
        of_set: !line.set_code.is_empty(),
        stopped: line.stopped.clone(),
        is_free: line.is_free(),
        since,
    }
}

/// Every draft among the lines with its warnings, in the order in which they were added.
pub fn assess(lines: &[Line], context: &Context, clinic: &Clinic, today: NaiveDate) -> Vec<Assessed> {
    let is_draft = |line: &&Line| line.state == LineState::Draft;
    let active: Vec<Drug> = lines
        .iter()
        .filter(|line| line.state != LineState::Draft && line.is_active(clinic, today))
        .map(|line| drug(line, clinic))
        .collect();
    let drafts: Vec<&Line> = lines.iter().filter(is_draft).collect();
    let drugs: Vec<Drug> = drafts.iter().map(|line| drug(line, clinic)).collect();
    let one = |(at, line): (usize, &&Line)| {
        let before = drugs.get(..at).unwrap_or_default();
        let warnings = drugs
            .get(at)
            .map(|own| check(own, before, &active, &context.facts, &context.known))
            .unwrap_or_default();
        Assessed { line: (*line).clone(), warnings }
    };
    drafts.iter().enumerate().map(one).collect()
}

/// The drafts as one text: what is signed is what the page showed, in the versions it showed.
pub fn shown(assessed: &[Assessed]) -> String {
    let one = |one: &Assessed| format!("{}.{}", one.line.id, one.line.version);
    assessed.iter().map(one).collect::<Vec<_>>().join(",")
}

/// Between the entries of what was compared by hand, and before a medicine that is free text: no text holds a line between.
const BETWEEN: &str = " | ";
const FREE_LINE: &str = "not in the catalogue: ";

/// A text as it stands among what was compared.
fn compared_entry(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "/")
}

/// Whether somebody compared this text about allergies by hand, as a whole: it is no part of another, and no medicine.
fn was_compared(compared: &str, text: &str) -> bool {
    compared.split(BETWEEN).any(|entry| entry == compared_entry(text))
}

/// The texts about allergies that nobody compared by hand when a prescription was signed.
pub fn uncompared(context: &Context, prescription: &Prescription) -> Vec<String> {
    let mut texts = context.free_texts();
    texts.retain(|text| !was_compared(&prescription.compared, text));
    texts
}

/// What a tick says that somebody compared by hand: the free texts about allergies, and the new lines that are free text
/// themselves. Empty when nothing has to be compared (rule P2).
pub fn to_compare(assessed: &[Assessed], context: &Context) -> String {
    let texts = context.free_texts();
    let texts: Vec<String> = texts.iter().map(|text| compared_entry(text)).collect();
    let free: Vec<String> = assessed
        .iter()
        .filter(|one| one.line.is_free())
        .map(|one| format!("{FREE_LINE}{}", compared_entry(&one.line.label())))
        .collect();
    if assessed.is_empty() || (texts.is_empty() && free.is_empty()) {
        return String::new();
    }
    [texts, free].concat().join(BETWEEN)
}
