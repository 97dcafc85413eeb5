//! A file of students as cells: separators, headings, faults of the file itself.

use super::import::Column;
use super::names::fold;
use crate::spreadsheet::untamed;

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("The file is empty. Choose a file with one line of headings and one line for each student")]
    Empty,
    /// Bytes that are no text.
    #[error("The file is not UTF-8 text. Save it as \"CSV UTF-8\" in the spreadsheet program")]
    NotText,
    /// Headings and nothing else.
    #[error("The file has headings and no students")]
    NoLines,
    /// A quotation mark without its twin.
    #[error("A quotation mark in the file is opened and never closed. Save the file again as CSV")]
    Quotes,
    /// A cell that is no cell of a list of students.
    #[error("Line {0} has a cell of more than 1,000 characters. Look for a missing quotation mark there")]
    LongCell(u64),
    /// More than one import takes.
    #[error("The file has more than 20,000 students. Split it into smaller files")]
    TooMany,
    /// One column only: the file is separated by something else.
    #[error("The file has one column. Save it as CSV with commas, semicolons or tabs between the columns")]
    OneColumn,
}

const LONGEST_CELL: usize = 1_000;
const MOST_LINES: usize = 20_000;

fn reader(content: &str) -> csv::Reader<&[u8]> {
    let first = content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    let separator =
        [',', ';', '\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == ','));
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(separator.map_or(b',', |separator| separator as u8))
        .trim(csv::Trim::All)
        .from_reader(content.as_bytes())
}

/// Every line with its number as a spreadsheet counts it: the reader itself counts neither empty lines nor both halves of
/// a line's end.
fn records(content: &str) -> Vec<(u64, csv::Result<csv::StringRecord>)> {
    let content = content.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let bytes = content.as_bytes();
    let (mut seen, mut line) = (0, 1);
    let number = |record: csv::Result<csv::StringRecord>| {
        let begins = record.as_ref().ok().and_then(csv::StringRecord::position).map(csv::Position::byte);
        let mut at = begins.and_then(|byte| usize::try_from(byte).ok()).unwrap_or(seen);
        while bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        let passed = bytes.get(seen..at).unwrap_or_default();
        line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        seen = at.max(seen);
        (line, record)
    };
    reader(&content).into_records().map(number).collect()
}

/// The headings, after a look at the whole file.
///
/// # Errors
/// What makes the file unreadable.
pub fn columns_of(content: &str) -> Result<Vec<String>, FileError> {
    if content.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err(FileError::Empty);
    }
    if content.contains('\0') {
        return Err(FileError::NotText);
    }
    if content.matches('"').count() % 2 == 1 {
        return Err(FileError::Quotes);
    }
    let mut lines = records(content).into_iter();
    let headings = lines.next().and_then(|(_, line)| line.ok()).ok_or(FileError::Empty)?;
    let mut count = 0;
    for (at, line) in lines {
        let line = line.map_err(|_| FileError::NotText)?;
        if line.iter().any(|cell| cell.chars().count() > LONGEST_CELL) {
            return Err(FileError::LongCell(at));
        }
        count += 1;
    }
    if headings.iter().any(|cell| cell.chars().count() > LONGEST_CELL) {
        return Err(FileError::LongCell(1));
    }
    match count {
        _ if headings.len() < 2 => Err(FileError::OneColumn),
        0 => Err(FileError::NoLines),
        count if count > MOST_LINES => Err(FileError::TooMany),
        _ => Ok(headings.iter().map(str::to_owned).collect()),
    }
}

/// The lines beneath the headings with their line numbers; empty lines are left out.
pub fn lines_of(content: &str) -> Vec<(i64, Vec<String>)> {
    let lines = records(content).into_iter().skip(1);
    lines
        .filter_map(|(at, record)| Some((i64::try_from(at).ok()?, record.ok()?)))
        .filter(|(_, record)| record.iter().any(|cell| !cell.is_empty()))
        .map(|(at, record)| (at, record.iter().map(untamed).map(str::to_owned).collect()))
        .collect()
}

/// What a heading most likely means.
pub fn guess(headings: &[String]) -> Vec<String> {
    const WORDS: &[(Column, &[&str])] = &[
        (Column::KinPhone, &["kin phone", "next of kin phone", "emergency phone", "phone of next of kin"]),
        (Column::KinName, &["kin", "next of kin", "kin name", "next of kin name", "emergency contact"]),
        (
            Column::Matric,
            &["matric", "matric number", "matric no", "matriculation number", "matric no.", "reg no"],
        ),
        (Column::Family, &["family name", "surname", "last name", "lastname", "family"]),
        (
            Column::Given,
            &[
                "given names",
                "given name",
                "given",
                "forename",
                "forenames",
                "first name",
                "firstname",
                "other names",
                "first names",
            ],
        ),
        (Column::Full, &["name", "full name", "student name", "names", "student"]),
        (Column::Sex, &["sex", "gender"]),
        (Column::Born, &["born", "date of birth", "dob", "birth date", "birthday", "born on"]),
        (Column::Phone, &["phone", "phone number", "mobile", "telephone", "gsm", "tel"]),
        (Column::Email, &["email", "e mail", "mail", "email address"]),
        (Column::Address, &["address", "home address"]),
        (Column::Faculty, &["faculty", "college", "school"]),
        (Column::Department, &["department", "dept", "programme", "course"]),
        (Column::Level, &["level", "study level", "year of study"]),
        (Column::Session, &["session", "academic session", "session of entry"]),
    ];
    let mut used: Vec<Column> = Vec::new();
    let mut mapping = Vec::with_capacity(headings.len());
    for heading in headings {
        let heading = fold(&heading.replace('_', " "));
        let fits = |(_, words): &&(Column, &[&str])| words.iter().any(|word| fold(word) == heading);
        let found =
            WORDS.iter().find(fits).map(|(column, _)| *column).filter(|column| !used.contains(column));
        used.extend(found);
        mapping.push(found.map_or_else(String::new, |column| column.as_str().to_owned()));
    }
    mapping
}
