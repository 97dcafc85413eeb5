//! The catalogue of medicines that ships with the program, as its files in `data/` say it.

use serde::Deserialize;

use super::families::{Class, Interaction, list};
use super::{Form, Pregnancy, Route, Tier, Unit};

const MEDICINES: &str = include_str!("../../../data/medicines.csv");
const CLASSES: &str = include_str!("../../../data/medicine_classes.csv");
const INTERACTIONS: &str = include_str!("../../../data/interactions.csv");
const SETS: &str = include_str!("../../../data/order_sets.csv");

/// Classes that group by use: for duplicates, never for allergies (`data/README.md`).
const BY_USE: [&str; 8] = [
    "antimalarial",
    "antiplatelet",
    "sedating_antihistamine",
    "anticholinergic",
    "muscle_relaxant",
    "potassium_sparing_diuretic",
    "antituberculosis",
    "combined_contraceptive",
];

/// A medicine of the files.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in data/README.md")]
pub struct ShippedMedicine {
    pub code: String,
    pub generic: String,
    pub strength: String,
    pub form: Form,
    pub route: Route,
    pub unit: Unit,
    pub pack: i64,
    pub ingredients: String,
    pub classes: String,
    pub dose_units: Option<i64>,
    pub times_a_day: Option<i64>,
    pub days: Option<i64>,
    as_needed: i64,
    pub max_doses_a_day: Option<i64>,
    controlled: i64,
    pub min_age_years: Option<i64>,
    pub pregnancy: Pregnancy,
    pub brands: String,
    pub advice: String,
    pub price_kobo: i64,
}

impl ShippedMedicine {
    /// Whether it may be taken as needed.
    pub fn as_needed(&self) -> bool {
        self.as_needed == 1
    }

    /// Whether the law wants a register for it.
    pub fn controlled(&self) -> bool {
        self.controlled == 1
    }

    /// The least that leaves the pharmacy: the container of what is measured, one of everything else.
    pub fn step(&self) -> i64 {
        if self.unit.is_held() { self.pack } else { 1 }
    }
}

#[derive(Debug, Deserialize)]
struct ClassRow {
    class: String,
    name: String,
    also: String,
    level: String,
}

#[derive(Debug, Deserialize)]
struct InteractionRow {
    a: String,
    b: String,
    severity: Tier,
    effect: String,
    advice: String,
}

#[derive(Debug, Deserialize)]
struct SetRow {
    code: String,
    name: String,
    diagnosis_code: String,
    diagnosis_term: String,
    tests: String,
    medicines: String,
}

/// A proposal for a diagnosis: medicines and tests (CO11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSet {
    /// Its slug.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code of the diagnosis it is for.
    pub diagnosis_code: String,
    /// The diagnosis it is for.
    pub diagnosis: String,
    /// Codes of the tests it proposes.
    pub tests: Vec<String>,
    /// Its medicines.
    pub medicines: Vec<SetLine>,
}

/// A medicine of an order set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLine {
    /// The medicine's code.
    pub code: String,
    /// Thousandths; none for a cream.
    pub dose: Option<i64>,
    /// Times a day.
    pub times: i64,
    /// Days.
    pub days: i64,
}

fn rows<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    csv::Reader::from_reader(file.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
}

/// Every medicine.
pub fn medicines() -> Vec<ShippedMedicine> {
    rows(MEDICINES)
}

/// Every class.
pub fn classes() -> Vec<Class> {
    let class = |row: ClassRow| Class {
        by_use: BY_USE.contains(&row.class.as_str()),
        also: list(&row.also),
        level: row.level.parse().unwrap_or(Tier::Caution),
        code: row.class,
        name: row.name,
    };
    rows::<ClassRow>(CLASSES).into_iter().map(class).collect()
}

/// Every interaction.
pub fn interactions() -> Vec<Interaction> {
    let one = |row: InteractionRow| Interaction {
        a: row.a,
        b: row.b,
        level: row.severity,
        effect: row.effect,
        advice: row.advice,
    };
    rows::<InteractionRow>(INTERACTIONS).into_iter().map(one).collect()
}

/// `code:dose:times:days`.
fn set_line(text: &str) -> Option<SetLine> {
    let mut parts = text.split(':');
    let code = parts.next()?.to_owned();
    let dose = parts.next()?;
    let dose = if dose.is_empty() { None } else { Some(dose.parse().ok()?) };
    Some(SetLine { code, dose, times: parts.next()?.parse().ok()?, days: parts.next()?.parse().ok()? })
}

/// Every order set; read once a process.
pub fn sets() -> &'static [OrderSet] {
    static READ: std::sync::OnceLock<Vec<OrderSet>> = std::sync::OnceLock::new();
    READ.get_or_init(|| {
        let set = |row: SetRow| OrderSet {
            code: row.code,
            name: row.name,
            diagnosis_code: row.diagnosis_code,
            diagnosis: row.diagnosis_term,
            tests: list(&row.tests),
            medicines: row.medicines.split('|').filter_map(set_line).collect(),
        };
        rows::<SetRow>(SETS).into_iter().map(set).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::prescribing::model::{Frequency, quantity};

    fn lines(file: &str) -> usize {
        csv::Reader::from_reader(file.as_bytes()).records().map(Result::unwrap).count()
    }

    #[test]
    fn every_line_of_the_files_is_read_and_fits_the_others() {
        let (medicines, classes, interactions) = (medicines(), classes(), interactions());
        assert_eq!(medicines.len(), lines(MEDICINES));
        assert_eq!((classes.len(), interactions.len()), (lines(CLASSES), lines(INTERACTIONS)));
        assert_eq!(sets().len(), lines(SETS));
        assert!(medicines.len() >= 180, "{}", medicines.len());
        let known: BTreeSet<&str> = classes.iter().map(|class| class.code.as_str()).collect();
        let codes: BTreeSet<&str> = medicines.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.len(), medicines.len(), "a code stands twice");
        let ingredients: BTreeSet<String> = medicines.iter().flat_map(|one| list(&one.ingredients)).collect();
        for one in &medicines {
            assert!(list(&one.classes).iter().all(|class| known.contains(class.as_str())), "{}", one.code);
            let bare = one.form == Form::Device;
            assert!((bare || !list(&one.ingredients).is_empty()) && one.pack > 0, "{}", one.code);
        }
        for class in &classes {
            assert!(class.also.iter().all(|also| known.contains(also.as_str())), "{}", class.code);
        }
        for one in &interactions {
            for side in [&one.a, &one.b] {
                let fits = match side.strip_prefix("class:") {
                    Some(class) => known.contains(class),
                    None => ingredients.contains(side.as_str()),
                };
                assert!(fits, "{side}");
            }
        }
        assert!(BY_USE.iter().all(|class| known.contains(class)));
    }

    #[test]
    fn every_order_set_can_be_prescribed() {
        let medicines = medicines();
        for set in sets() {
            assert!(!set.medicines.is_empty(), "{}", set.code);
            for line in &set.medicines {
                let medicine = medicines.iter().find(|one| one.code == line.code);
                let medicine = medicine.unwrap_or_else(|| panic!("{} {}", set.code, line.code));
                let frequency = Frequency::of_times(line.times).unwrap();
                let units =
                    line.dose.map_or(Some(1), |dose| quantity(dose, frequency, line.days, medicine.step()));
                assert!(units.is_some(), "{} {}", set.code, line.code);
            }
        }
    }
}
