//! Reading a file of students: columns, cells, and what a line means (rule I1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::birth::spoken_birth_date;
use super::names::fold;
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

impl Line {
    /// Reads the cells of one line.
    ///
    /// # Errors
    /// The sentence that says what to mend.
    pub fn read(
        cells: &[String],
        mapping: &Mapping,
        pattern: &str,
        today: NaiveDate,
    ) -> Result<Self, String> {
        if cells.len() != mapping.columns.len() {
            return Err(format!(
                "Has {} cells where the headings have {}",
                cells.len(),
                mapping.columns.len()
            ));
        }
        let mut line = Line::default();
        for (at, cell) in cells.iter().enumerate() {
            let cell = cell.trim();
            if let Some(column) = mapping.column(at).filter(|_| !cell.is_empty()) {
                line.take(column, cell, pattern, today)?;
            }
        }
        if line.matric_number.is_empty() {
            return Err("Has no matric number".to_owned());
        }
        if line.family_name.is_empty() || line.given_names.is_empty() {
            return Err("Needs a family name and given names".to_owned());
        }
        Ok(line)
    }

    fn take(&mut self, column: Column, cell: &str, pattern: &str, today: NaiveDate) -> Result<(), String> {
        if cell.chars().any(char::is_control) || cell.chars().count() > 200 {
            return Err(format!("{column}: shorten this to one line of 200 characters or fewer"));
        }
        let text = Some(cell.to_owned());
        let phone = || {
            Phone::parse(cell).map(|phone| Some(phone.typed)).map_err(|error| format!("{column}: {error}"))
        };
        match column {
            Column::Matric => {
                let matric = MatricNumber::parse(cell, pattern).ok_or_else(|| {
                    format!("Matric number \"{cell}\" must look like {}", MatricNumber::example(pattern))
                })?;
                self.matric_number = matric.to_string();
            }
            Column::Family => self.family_name = cell.to_owned(),
            Column::Given => self.given_names = cell.to_owned(),
            Column::Full => (self.family_name, self.given_names) = split_name(cell),
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
            Column::Address => self.address = text,
            Column::Faculty => self.faculty = text,
            Column::Department => self.department = text,
            Column::Level => self.level = text,
            Column::Session => self.session = text,
            Column::KinName => self.kin_name = text,
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
