//! The checks before a medicine is signed (rule P2, experience C4): recorded allergies by substance and class, duplicates,
//! interactions, the amount of a day, age and pregnancy. What they know is our own small list: no warning does not mean safe.
//!
//! Tiers: a recorded allergy, the same ingredient twice, a serious interaction, far more than the usual dose and what is
//! contraindicated stop until there is a reason; cautions stand beside the line; notes are read in passing.

use crate::record::model::{AllergenKind, Allergy, Severity};
use crate::words;

use super::adult::of_adult;
use super::dose::{Daily, Excess};
use super::families::{Class, Family, Interaction};
use super::{LineId, Pregnancy};

words! {
    /// How loud a warning is.
    pub enum Tier {
        Stop = "stop" => "Stop",
        Caution = "caution" => "Caution",
        Note = "note" => "Note",
    }
}

words! {
    /// What a warning is about.
    pub enum WarningKind {
        Allergy = "allergy" => "Recorded allergy",
        Cross = "cross" => "May cross-react",
        Duplicate = "duplicate" => "Duplicate",
        Interaction = "interaction" => "Interaction",
        Dose = "dose" => "Dose",
        Age = "age" => "Age",
        Pregnancy = "pregnancy" => "Pregnancy",
        Unasked = "unasked" => "Allergies not asked",
        Free = "free" => "Not in the catalogue",
        Stopped = "stopped" => "Stopped before",
    }
}

/// A warning at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// How loud.
    pub tier: Tier,
    /// What exactly, for comparing: `penicillin`, `line 17`.
    pub about: String,
    /// What people read.
    pub words: String,
    /// What to do, where the list says it.
    pub advice: String,
}

impl Warning {
    /// By what one warning is known again: a reason covers the stops that stood beside it.
    pub fn key(&self) -> String {
        key(self.kind, &self.about)
    }
}

/// See [`Warning::key`].
pub fn key(kind: WarningKind, about: &str) -> String {
    format!("{}:{}", kind.as_str(), about.replace(',', " "))
}

/// A medicine as the checks see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drug {
    /// The line, new or active.
    pub line: LineId,
    /// Name, strength and form.
    pub label: String,
    /// Slugs of its ingredients; none for free text.
    pub ingredients: Vec<String>,
    /// Its classes, the closest first.
    pub classes: Vec<String>,
    /// From this age on.
    pub min_age: Option<i64>,
    /// Whether a pregnant woman may take it.
    pub pregnancy: Pregnancy,
    /// What is taken of it in a day, where that is counted.
    pub daily: Option<Daily>,
    /// What is taken at once, in thousandths of the unit.
    pub dose: Option<i64>,
    /// What is usual for an adult, in thousandths of the unit.
    pub usual_dose: Option<i64>,
    /// Whether an order set proposed it.
    pub of_set: bool,
    /// Why the line that is prescribed again was stopped; empty where it was not.
    pub stopped: String,
    /// Whether it was written as free text.
    pub is_free: bool,
    /// Since when and by whom, for what is active: `from 3 November 2026, Dr Okoro`.
    pub since: String,
}

/// What is known of the patient.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whole years; none where the date of birth is not recorded.
    pub age: Option<u32>,
    /// The last weight, in tenths of a kilogram.
    pub weight: Option<i64>,
    /// Whether she is known to be pregnant.
    pub pregnant: bool,
    /// Whether she could be, as far as sex and age say.
    pub may_be_pregnant: bool,
    /// The allergies that hold.
    pub allergies: Vec<Allergy>,
    /// Whether anybody has asked about allergies.
    pub asked: bool,
}

/// What the catalogue knows.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The classes.
    pub classes: Vec<Class>,
    /// The families of ingredients.
    pub families: Vec<Family>,
    /// What does not go together.
    pub interactions: Vec<Interaction>,
}

impl Known {
    fn class(&self, code: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.code == code)
    }

    fn is_by_use(&self, code: &str) -> bool {
        self.class(code).is_some_and(|class| class.by_use)
    }

    fn name(&self, code: &str) -> String {
        self.class(code).map_or_else(|| code.replace('_', " "), |class| class.name.clone())
    }
}

/// The loudest tier among warnings.
pub fn worst(warnings: &[Warning]) -> Option<Tier> {
    warnings.iter().map(|warning| warning.tier).min()
}

/// The warnings at one new line. `before` are the other new lines that stand before it, `active` what the patient takes.
pub fn check(drug: &Drug, before: &[Drug], active: &[Drug], facts: &Facts, known: &Known) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for allergy in &facts.allergies {
        warnings.extend(of_allergy(drug, allergy, known));
    }
    let others = before.iter().map(|other| (other, "also on this prescription".to_owned()));
    let taken = active.iter().map(|other| (other, other.since.clone()));
    for (other, since) in others.chain(taken) {
        match duplicate(drug, other, &since, known) {
            Some(warning) => warnings.push(warning),
            None => warnings.extend(interaction(drug, other, &since, known)),
        }
    }
    warnings.extend(of_dose(drug));
    warnings.extend(of_adult(drug, facts));
    warnings.extend(of_age(drug, facts));
    warnings.extend(of_pregnancy(drug, facts));
    if !drug.stopped.is_empty() {
        let words = format!("It was stopped for this patient: {}", drug.stopped);
        warnings.push(warning(WarningKind::Stopped, Tier::Stop, "stopped", words));
    }
    if drug.is_free {
        let words = "It is not in the catalogue: nothing was compared by the program".to_owned();
        warnings.push(warning(WarningKind::Free, Tier::Caution, "free", words));
    }
    if !facts.asked {
        let words = "Nobody has asked this patient about allergies yet".to_owned();
        warnings.push(warning(WarningKind::Unasked, Tier::Caution, "unasked", words));
    }
    warnings.sort_by_key(|warning| warning.tier);
    warnings
}

fn warning(kind: WarningKind, tier: Tier, about: &str, words: String) -> Warning {
    Warning { kind, tier, about: about.to_owned(), words, advice: String::new() }
}

/// An allergy against a medicine: the substance itself and its own family stop; families that may cross-react warn as the
/// list says, and stop where the reaction was severe.
fn of_allergy(drug: &Drug, allergy: &Allergy, known: &Known) -> Option<Warning> {
    let families: Vec<(&str, bool)> = match allergy.kind {
        AllergenKind::Medicine => {
            if drug.ingredients.contains(&allergy.code) && !allergy.code.is_empty() {
                let words = format!("Recorded allergy to {}", allergy.words());
                return Some(warning(WarningKind::Allergy, Tier::Stop, &allergy.code, words));
            }
            let own = known.families.iter().filter(|family| family.ingredient == allergy.code);
            own.map(|family| (family.class.as_str(), family.sure)).collect()
        }
        AllergenKind::Class if !allergy.code.is_empty() => vec![(allergy.code.as_str(), true)],
        AllergenKind::Class | AllergenKind::Food | AllergenKind::Environment | AllergenKind::Other => {
            return None;
        }
    };
    let found = families.iter().filter_map(|(family, sure)| against_family(drug, family, *sure, known));
    let (tier, class, direct) = found.min_by_key(|found| found.0)?;
    let tier = if allergy.severity == Severity::Severe { Tier::Stop } else { tier };
    let (kind, words) = if direct {
        let words = format!("Recorded allergy to {}. Same family: {}", allergy.words(), known.name(&class));
        (WarningKind::Allergy, words)
    } else {
        let words =
            format!("Recorded allergy to {}. {} may cross-react", allergy.words(), known.name(&class));
        (WarningKind::Cross, words)
    };
    let about = format!("{}/{class}", allergy.code);
    Some(warning(kind, tier, &about, words))
}

/// How a family stands to a medicine: tier, the class of the medicine, whether it is the family itself.
fn against_family(drug: &Drug, family: &str, sure: bool, known: &Known) -> Option<(Tier, String, bool)> {
    let in_drug = |class: &str| drug.classes.iter().any(|own| own == class);
    let doubted = |tier: Tier| if sure { tier } else { Tier::Caution };
    if known.is_by_use(family) {
        return None;
    }
    if in_drug(family) {
        return Some((doubted(Tier::Stop), family.to_owned(), true));
    }
    let class = known.class(family)?;
    let also = class.also.iter().find(|also| in_drug(also) && !known.is_by_use(also))?;
    Some((doubted(class.level), also.clone(), false))
}

/// The same ingredient stops; the same use or the same closest family is a caution.
fn duplicate(drug: &Drug, other: &Drug, since: &str, known: &Known) -> Option<Warning> {
    let about = format!("line {}", other.line);
    if let Some(same) = drug.ingredients.iter().find(|one| other.ingredients.contains(one)) {
        let words = format!("{} is in {} ({since})", capital(&same.replace('_', " ")), other.label);
        return Some(warning(WarningKind::Duplicate, Tier::Stop, &about, words));
    }
    let by_use = drug.classes.iter().find(|class| known.is_by_use(class) && other.classes.contains(class));
    let closest = drug.classes.first().filter(|class| other.classes.first() == Some(*class));
    let class = by_use.or(closest)?;
    let words = format!("Same kind as {} ({since}): {}", other.label, known.name(class));
    let found = warning(WarningKind::Duplicate, Tier::Caution, &about, words);
    // A serious interaction between the two is worse news than that they are alike.
    match interaction(drug, other, since, known) {
        Some(worse) if worse.tier < found.tier => Some(worse),
        Some(_) | None => Some(found),
    }
}

fn goes_by(drug: &Drug, side: &str) -> bool {
    match side.strip_prefix("class:") {
        Some(class) => drug.classes.iter().any(|own| own == class),
        None => drug.ingredients.iter().any(|own| own == side),
    }
}

/// The worse of the interactions that match, where several do.
fn interaction(drug: &Drug, other: &Drug, since: &str, known: &Known) -> Option<Warning> {
    let both = |one: &&Interaction| {
        (goes_by(drug, &one.a) && goes_by(other, &one.b)) || (goes_by(drug, &one.b) && goes_by(other, &one.a))
    };
    let found = known.interactions.iter().filter(both).min_by_key(|one| one.level)?;
    Some(Warning {
        kind: WarningKind::Interaction,
        tier: found.level,
        about: format!("line {}", other.line),
        words: format!("With {} ({since}): {}", other.label, found.effect),
        advice: found.advice.clone(),
    })
}

fn of_dose(drug: &Drug) -> Option<Warning> {
    let daily = drug.daily.as_ref()?;
    let (excess, words) = daily.excess()?;
    let tier = match excess {
        Excess::Unusual => Tier::Caution,
        Excess::TooMuch => Tier::Stop,
    };
    Some(warning(WarningKind::Dose, tier, &format!("{} a day", daily.taken), words))
}

fn of_age(drug: &Drug, facts: &Facts) -> Option<Warning> {
    let least = drug.min_age?;
    let years = if least == 1 { "1 year".to_owned() } else { format!("{least} years") };
    match facts.age {
        Some(age) if i64::from(age) < least => {
            let words = format!("From {years} on, and this patient is {age}");
            Some(warning(WarningKind::Age, Tier::Stop, "age", words))
        }
        None => {
            let words = format!("From {years} on, and the date of birth is not recorded");
            Some(warning(WarningKind::Age, Tier::Note, "age", words))
        }
        Some(_) => None,
    }
}

fn of_pregnancy(drug: &Drug, facts: &Facts) -> Option<Warning> {
    let (tier, words) = match (drug.pregnancy, facts.pregnant) {
        (Pregnancy::Avoid, true) => (Tier::Stop, "To be avoided in pregnancy, and this patient is pregnant"),
        (Pregnancy::Caution, true) => (Tier::Caution, "Caution in pregnancy, and this patient is pregnant"),
        (Pregnancy::Avoid, false) if facts.may_be_pregnant => {
            (Tier::Note, "To be avoided in pregnancy: ask whether she may be pregnant")
        }
        (Pregnancy::Avoid | Pregnancy::Caution | Pregnancy::Ok, _) => return None,
    };
    Some(warning(WarningKind::Pregnancy, tier, "pregnancy", words.to_owned()))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}
