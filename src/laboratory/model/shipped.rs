//! The catalogue that ships with the program, as its files in `data/` say it.

use serde::Deserialize;

use super::{AnalyteKind, Flag, parse_decimal};

const TESTS: &str = include_str!("../../../data/lab_tests.csv");
const ANALYTES: &str = include_str!("../../../data/lab_analytes.csv");
const RANGES: &str = include_str!("../../../data/lab_ranges.csv");

/// An age in days that nobody reaches: the files write it for "no end".
const NO_END: i64 = 54_787;

/// A test or panel of the files.
#[derive(Debug, Deserialize)]
pub struct ShippedTest {
    /// Its code.
    pub code: String,
    /// What staff call it.
    pub name: String,
    /// What it is in plain words.
    pub plain: String,
    synonyms: String,
    specimen: String,
    container: String,
    department: String,
    /// How long it should take.
    pub minutes: i64,
    /// What it costs.
    pub price_kobo: i64,
    in_person: i64,
    panel: String,
    /// What the patient or the collector must know.
    pub note: String,
}

impl ShippedTest {
    /// Whether its result is told in person only.
    pub fn in_person(&self) -> bool {
        self.in_person == 1
    }

    /// The codes of a panel's tests; none for a test.
    pub fn members(&self) -> Vec<&str> {
        self.panel.split('|').filter(|code| !code.is_empty()).collect()
    }

    /// The bench it belongs to: `Haematology`.
    pub fn department(&self) -> String {
        if self.panel.is_empty() { capitalised(&self.department) } else { "Panels".to_owned() }
    }

    /// Everything it is found by.
    pub fn words(&self) -> String {
        format!("{} {} {} {}", self.code, self.name, self.plain, self.synonyms.replace('|', " "))
    }

    /// `Venous blood, EDTA tube`: what is taken, and into what.
    pub fn specimen(&self) -> String {
        let specimen = match self.specimen.as_str() {
            "none" => return String::new(),
            "swab_vaginal" => "High vaginal swab".to_owned(),
            "swab_urethral" => "Urethral swab".to_owned(),
            "swab_throat" => "Throat swab".to_owned(),
            "swab_wound" => "Wound swab".to_owned(),
            "csf" => "Cerebrospinal fluid".to_owned(),
            other => capitalised(&other.replace('_', " ")),
        };
        let container = match self.container.as_str() {
            "EDTA" => "EDTA tube",
            "plain" => "plain tube",
            "citrate" => "citrate tube",
            "heparin" => "heparin tube",
            "fluoride" => "fluoride tube",
            "sterile_cup" => "sterile container",
            "stool_cup" => "stool container",
            "swab_transport" => "transport medium",
            other => other,
        };
        if container.is_empty() || container == "none" {
            specimen
        } else {
            format!("{specimen}, {container}")
        }
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

/// An analyte of the files.
#[derive(Debug, Deserialize)]
pub struct ShippedAnalyte {
    /// The test it belongs to.
    pub test: String,
    /// Its code within the test.
    pub code: String,
    /// What people call it.
    pub name: String,
    kind: String,
    /// Its unit, or empty.
    pub unit: String,
    decimals: Option<i64>,
    choices: String,
    abnormal: String,
    critical: String,
    lowest: String,
    highest: String,
    optional: Option<u8>,
}

impl ShippedAnalyte {
    /// Whether nobody misses it: it has no meaning where the test finds nothing, or is a remark.
    pub fn optional(&self) -> bool {
        self.optional == Some(1) || self.kind() == AnalyteKind::Text
    }

    /// What its result is.
    pub fn kind(&self) -> AnalyteKind {
        self.kind.parse().unwrap_or(AnalyteKind::Text)
    }

    /// Its decimals.
    pub fn decimals(&self) -> i64 {
        self.decimals.unwrap_or(0)
    }

    /// What is possible at all.
    pub fn limits(&self) -> (Option<i64>, Option<i64>) {
        (number(&self.lowest, self.decimals()), number(&self.highest, self.decimals()))
    }

    /// The choices in their order, with what each means.
    pub fn choices(&self) -> Vec<(&str, Flag)> {
        let among = |list: &str, one: &str| list.split('|').any(|other| other == one);
        let flag = |one: &str| match (among(&self.critical, one), among(&self.abnormal, one)) {
            (true, _) => Flag::Critical,
            (false, true) => Flag::Abnormal,
            (false, false) => Flag::Normal,
        };
        self.choices.split('|').filter(|one| !one.is_empty()).map(|one| (one, flag(one))).collect()
    }
}

/// A range of the files.
#[derive(Debug, Deserialize)]
pub struct ShippedRange {
    /// The test and the analyte it belongs to.
    pub test: String,
    /// The analyte's code.
    pub code: String,
    sex: String,
    /// From this age on, in days.
    pub from_days: i64,
    to_days: i64,
    pregnant: String,
    low: String,
    high: String,
    critical_low: String,
    critical_high: String,
}

impl ShippedRange {
    /// The stored word: empty for everybody.
    pub fn sex(&self) -> &str {
        if self.sex == "any" { "" } else { &self.sex }
    }

    /// Up to, but without, this age.
    pub fn to_days(&self) -> Option<i64> {
        (self.to_days < NO_END).then_some(self.to_days)
    }

    /// Low, high, critically low, critically high, with the analyte's decimals.
    pub fn limits(&self, decimals: i64) -> [Option<i64>; 4] {
        [&self.low, &self.high, &self.critical_low, &self.critical_high].map(|text| number(text, decimals))
    }
}

fn number(text: &str, decimals: i64) -> Option<i64> {
    parse_decimal(text, decimals).ok()
}

/// The files as rows; a file that cannot be read is a bug that a test finds.
fn rows<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    csv::Reader::from_reader(file.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
}

/// Every test and panel, in the catalogue's order.
pub fn tests() -> Vec<ShippedTest> {
    rows(TESTS)
}

/// Every analyte, in the order of its report.
pub fn analytes() -> Vec<ShippedAnalyte> {
    rows(ANALYTES)
}

/// Every range that holds without knowing of a pregnancy.
pub fn ranges() -> Vec<ShippedRange> {
    rows::<ShippedRange>(RANGES)
        .into_iter()
        .filter(|range| matches!(range.pregnant.as_str(), "any" | "no"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_files_is_read_and_fits_the_others() {
        let lines =
            |file: &str| csv::Reader::from_reader(file.as_bytes()).records().map(Result::unwrap).count();
        let (tests, analytes) = (tests(), analytes());
        assert_eq!(tests.len(), lines(TESTS));
        assert_eq!(analytes.len(), lines(ANALYTES));
        assert!(rows::<ShippedRange>(RANGES).len() == lines(RANGES) && tests.len() >= 60);
        let codes: BTreeSet<&str> = tests.iter().map(|test| test.code.as_str()).collect();
        let known: BTreeSet<(&str, &str)> =
            analytes.iter().map(|one| (one.test.as_str(), one.code.as_str())).collect();
        assert_eq!((codes.len(), known.len()), (tests.len(), analytes.len()), "a code stands twice");
        for test in &tests {
            assert!(test.members().iter().all(|code| codes.contains(code)), "{}", test.code);
            let measured = analytes.iter().any(|one| one.test == test.code);
            assert!(measured == test.members().is_empty(), "{} is neither test nor panel", test.code);
        }
        for one in &analytes {
            assert!(
                one.kind.parse::<AnalyteKind>().is_ok() && codes.contains(one.test.as_str()),
                "{}",
                one.code
            );
            assert!((one.kind() == AnalyteKind::Choice) != one.choices().is_empty(), "{}", one.code);
            let (low, high) = one.limits();
            assert!((one.kind() == AnalyteKind::Number) == (low.is_some() && high.is_some()), "{}", one.code);
        }
        for range in rows::<ShippedRange>(RANGES) {
            let analyte = analytes.iter().find(|one| one.test == range.test && one.code == range.code);
            let analyte = analyte.unwrap_or_else(|| panic!("{} {}", range.test, range.code));
            let texts = [&range.low, &range.high, &range.critical_low, &range.critical_high];
            for (text, value) in texts.into_iter().zip(range.limits(analyte.decimals())) {
                assert_eq!(text.is_empty(), value.is_none(), "{} {}: {text}", range.test, range.code);
            }
        }
        let told = |code: &str| tests.iter().find(|test| test.code == code).unwrap().in_person();
        assert!(told("HIV") && !told("FBC"));
    }
}
