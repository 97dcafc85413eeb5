//! Reading a file of students: columns, cells, and what a line means (rule I1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::birth::spoken_birth_date;
use super::names::{LONGEST, fold, visible};
use super::numbers::{MatricNumber, Phone};
use super::people::{Details, Kind, Sex};
use crate::words;

words! {
    /// What a column of the file holds.
    pub enum Column {
        Matric = "matric_number" => "Matric number",
        Family = "family_name" => "Family name",
        Given = "given_names" => "Given names",
        Full = "full_name" => "Full name, family name first",
        Sex = "sex" => "Sex",
        Born = "born_on" => "Date of birth",
        Phone = "phone" => "Phone number",
        Email = "email" => "E-mail",
        Address = "address" => "Address",
        Faculty = "faculty" => "Faculty",
        Department = "department" => "Department",
        Level = "level" => "Level",
        Session = "session" => "Session",
        KinName = "kin_name" => "Next of kin",
        KinPhone = "kin_phone" => "Phone of next of kin",
    }
}

words! {
    /// What becomes of a line.
    pub enum Outcome {
        New = "new" => "New student",
        Changed = "changed" => "Already here, changed",
        Same = "same" => "Already here, the same",
        Review = "review" => "Perhaps already here",
        Error = "error" => "Has a problem",
    }
}

/// Which column holds what, and whether unknown faculties and the like are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The stored word of a [`Column`] for each column of the file; empty for columns that are left out.
    pub columns: Vec<String>,
    /// Whether unknown faculties, departments, levels and sessions are made on import.
    pub create_missing: bool,
    /// The headings of the file: they outlast its content, for whoever corrects the lines that are left out.
    #[serde(default)]
    pub headings: Vec<String>,
}

impl Mapping {
    /// What a column of the file holds.
    pub fn column(&self, at: usize) -> Option<Column> {
        self.columns.get(at).and_then(|word| word.parse().ok())
    }

    /// What is wrong with the choice of columns, for a message.
    pub fn fault(&self) -> Option<String> {
        let has = |column: Column| self.columns.iter().filter(|word| *word == column.as_str()).count();
        if let Some(twice) = Column::ALL.iter().find(|column| has(**column) > 1) {
            return Some(format!("Choose one column for \"{twice}\", not two"));
        }
        if has(Column::Matric) == 0 {
            return Some("Choose the column with the matric number".to_owned());
        }
        let split = has(Column::Family) == 1 && has(Column::Given) == 1;
        (!split && has(Column::Full) == 0).then(|| {
            "Choose the columns with the family name and the given names, or one with the full name"
                .to_owned()
        })
    }
}

/// One student as the file has it. What is absent was not in the file or was left empty, and changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the columns")]
pub struct Line {
    pub matric_number: String,
    pub family_name: String,
    pub given_names: String,
    pub sex: Option<String>,
    pub born_on: Option<NaiveDate>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub faculty: Option<String>,
    pub department: Option<String>,
    pub level: Option<String>,
    pub session: Option<String>,
    pub kin_name: Option<String>,
    pub kin_phone: Option<String>,
}

/// A line as it was read, with everything that is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// What could be read of it.
    pub line: Line,
    /// The matric number in its stored form, also where it does not fit the pattern.
    pub number: String,
    /// What is wrong with the number; a student who is here already keeps one that an earlier pattern took.
    pub number_fault: Option<String>,
    /// What else has to be mended, a sentence each.
    pub faults: Vec<String>,
}

impl Read {
    /// Reads the cells of one line, to its end whatever is wrong with it.
    pub fn of(cells: &[String], mapping: &Mapping, pattern: &str, today: NaiveDate) -> Self {
        let mut read = Read::default();
        let whole = cells.len() == mapping.columns.len();
        for (at, cell) in cells.iter().enumerate() {
            // One letter is written in two ways; files of some programs hold the other one.
            let cell: String = cell.trim().nfc().collect();
            let cell = cell.as_str();
            if let Some(column) = mapping.column(at).filter(|_| !cell.is_empty()) {
                // In a line that lacks a cell nothing is in its place for sure: who it may be is enough.
                if whole || column.names_a_person() {
                    read.take(column, cell, pattern, today);
                }
            }
        }
        if !whole {
            let words =
                format!("Has {} cells where the headings have {}", cells.len(), mapping.columns.len());
            return Read { number_fault: None, faults: vec![words], ..read };
        }
        if read.number.is_empty() {
            read.number_fault = Some("Has no matric number".to_owned());
        }
        if read.line.family_name.is_empty() || read.line.given_names.is_empty() {
            read.faults.push("Needs a family name and given names".to_owned());
        }
        read
    }

    /// Everything that is wrong with it, in one text; none where nothing is.
    pub fn fault(&self) -> Option<String> {
        let faults: Vec<&str> = self.number_fault.iter().chain(&self.faults).map(String::as_str).collect();
        (!faults.is_empty()).then(|| faults.join(". "))
    }

    fn take(&mut self, column: Column, cell: &str, pattern: &str, today: NaiveDate) {
        if column == Column::Matric {
            self.number = MatricNumber::normal(cell).chars().take(LONGEST).collect();
            match MatricNumber::parse(cell, pattern) {
                Some(matric) => self.line.matric_number = matric.to_string(),
                None => {
                    let example = MatricNumber::example(pattern);
                    let cell: String = cell.chars().take(40).collect();
                    self.number_fault = Some(format!("Matric number \"{cell}\" must look like {example}"));
                }
            }
        } else if let Err(fault) = self.line.take(column, cell, today) {
            self.faults.push(fault);
        }
    }
}

impl Column {
    fn names_a_person(self) -> bool {
        matches!(self, Column::Matric | Column::Family | Column::Given | Column::Full)
    }
}

/// A cell of one line that is as short as the forms take it.
fn short(column: Column, cell: &str) -> Result<String, String> {
    if cell.chars().any(char::is_control) || cell.chars().count() > LONGEST {
        return Err(format!("{column}: shorten this to one line of {LONGEST} characters or fewer"));
    }
    Ok(cell.to_owned())
}

impl Line {
    fn take(&mut self, column: Column, cell: &str, today: NaiveDate) -> Result<(), String> {
        if column == Column::Full {
            (self.family_name, self.given_names) = split_name(&visible(cell));
            short(Column::Family, &self.family_name)?;
            return short(Column::Given, &self.given_names).map(|_| ());
        }
        let text = short(column, cell)?;
        let phone = || {
            Phone::parse(cell).map(|phone| Some(phone.typed)).map_err(|error| format!("{column}: {error}"))
        };
        match column {
            Column::Matric | Column::Full => {}
            Column::Family => self.family_name = visible(cell),
            Column::Given => self.given_names = visible(cell),
            Column::Sex => {
                self.sex = Some(
                    read_sex(cell)
                        .ok_or_else(|| format!("Sex \"{cell}\" must be male or female"))?
                        .as_str()
                        .to_owned(),
                );
            }
            Column::Born => {
                self.born_on =
                    spoken_birth_date(cell, today).map_err(|error| format!("{error}, not \"{cell}\""))?
            }
            Column::Phone => self.phone = phone()?,
            Column::KinPhone => self.kin_phone = phone()?,
            Column::Email if looks_like_email(cell) => self.email = Some(cell.to_lowercase()),
            Column::Email => return Err(format!("E-mail \"{cell}\" needs an @ and a full stop after it")),
            Column::Address => self.address = Some(text),
            Column::Faculty => self.faculty = Some(text),
            Column::Department => self.department = Some(text),
            Column::Level => self.level = Some(text),
            Column::Session => self.session = Some(text),
            Column::KinName => self.kin_name = Some(visible(cell)),
        }
        Ok(())
    }

    /// Puts what the file knows into a patient's details; faculties and the like are resolved elsewhere.
    pub fn fill(&self, details: &mut Details) {
        details.kind = Kind::Student;
        details.matric_number = Some(self.matric_number.clone());
        details.family_name.clone_from(&self.family_name);
        details.given_names.clone_from(&self.given_names);
        if let Some(sex) = self.sex.as_deref().and_then(|word| word.parse().ok()) {
            details.sex = sex;
        }
        details.born_on = self.born_on.or(details.born_on);
        let fields = [
            (&self.phone, &mut details.phone),
            (&self.email, &mut details.email),
            (&self.address, &mut details.address),
            (&self.kin_name, &mut details.kin_name),
            (&self.kin_phone, &mut details.kin_phone),
        ];
        for (new, old) in fields {
            if let Some(new) = new {
                old.clone_from(new);
            }
        }
    }
}

/// `SURNAME, Given Names`; without a comma the first word is the family name.
fn split_name(cell: &str) -> (String, String) {
    let (family, given) = cell.split_once(',').or_else(|| cell.split_once(' ')).unwrap_or((cell, ""));
    (family.trim().to_owned(), given.trim().to_owned())
}

fn read_sex(cell: &str) -> Option<Sex> {
    match fold(cell).as_str() {
        "f" | "female" | "woman" => Some(Sex::Female),
        "m" | "male" | "man" => Some(Sex::Male),
        "intersex" | "i" | "x" => Some(Sex::Intersex),
        "unknown" | "u" | "not known" => Some(Sex::Unknown),
        _ => None,
    }
}

/// Whether a text can be an e-mail address; whether it is one, only a message tells.
fn looks_like_email(text: &str) -> bool {
    let (name, host) = text.rsplit_once('@').unwrap_or(("", ""));
    !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
