//! A file of codes that the clinic is entitled to: comma, semicolon or tab between its columns, with headings that name
//! code and title, the simple tabulation of ICD-11, or the code file of ICD-10 without headings.

use std::collections::BTreeMap;

/// Headings that name the code, in small letters.
const CODE: [&str; 6] = ["code", "icd10code", "icd11code", "icd10_code", "icd-10 code", "icd-11 code"];
/// Headings that name the title.
const TITLE: [&str; 8] =
    ["title", "titleen", "title_en", "description", "long description", "term", "name", "descriptor"];
/// The heading that says whether a line is a chapter, a block or a category.
const KIND: [&str; 2] = ["classkind", "class kind"];
/// Longest title that is kept.
const LONGEST: usize = 300;

/// Which columns hold code and title: by heading or by number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The column of the code.
    pub code: String,
    /// The column of the title.
    pub title: String,
}

impl std::str::FromStr for Pick {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(',') {
            Some((code, title)) if !code.trim().is_empty() && !title.trim().is_empty() => {
                Ok(Pick { code: code.trim().to_owned(), title: title.trim().to_owned() })
            }
            _ => Err("name two columns with a comma between, for instance code,title or 2,5".to_owned()),
        }
    }
}

/// A code of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line it stands on.
    pub line: u64,
    /// The code: `B50.9`, `1F40.Z`.
    pub code: String,
    /// What it says.
    pub title: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The columns are not to be found.
    #[error("no column is recognised as {0}; name both with --columns, for instance --columns 2,5")]
    Columns(&'static str),
}

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CodeFile {
    /// Its codes, each once, in their order.
    pub lines: Vec<Line>,
    /// Lines that could not be used: number and why.
    pub faults: Vec<(u64, String)>,
    /// Chapters and blocks, which carry no code.
    pub groups: usize,
}

/// Where code and title are found in a line.
enum Columns {
    At {
        code: usize,
        title: usize,
        kind: Option<usize>,
    },
    /// Without headings: several forms of the code stand before the title.
    BeforeTitle,
}

impl CodeFile {
    /// Reads a file; what is no UTF-8 is read as Latin 1.
    pub fn read(bytes: &[u8], pick: Option<&Pick>) -> Result<Self, FileFault> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().next().filter(|line| !line.trim().is_empty()).ok_or(FileFault::Empty)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(first))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let Some(Ok(head)) = records.next() else { return Err(FileFault::Empty) };
        let (columns, is_heading) = columns(&head, pick)?;
        let mut file = CodeFile::default();
        let mut seen = BTreeMap::new();
        if !is_heading {
            file.take(1, &head, &columns, &mut seen);
        }
        for (at, record) in records.enumerate() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(at as u64 + 2, csv::Position::line);
                    file.take(line, &record, &columns, &mut seen);
                }
                Err(error) => {
                    let line = error.position().map_or(at as u64 + 2, csv::Position::line);
                    file.faults.push((line, "this line cannot be read".to_owned()));
                }
            }
        }
        Ok(file)
    }

    fn take(
        &mut self,
        line: u64,
        record: &csv::StringRecord,
        columns: &Columns,
        seen: &mut BTreeMap<String, (u64, String)>,
    ) {
        let (code, title) = match columns {
            Columns::At { code, title, kind } => {
                let kind = kind.and_then(|kind| record.get(kind)).unwrap_or("category");
                if !kind.trim().eq_ignore_ascii_case("category") {
                    self.groups += 1;
                    return;
                }
                (record.get(*code).unwrap_or_default(), record.get(*title).unwrap_or_default())
            }
            Columns::BeforeTitle => before_title(record).unwrap_or_default(),
        };
        let (code, title) = (clean_code(code), clean_title(title));
        match (code, title.is_empty()) {
            (Ok(code), true) if code.is_empty() => {}
            (Ok(code), false) if code.is_empty() => self.groups += 1,
            (Ok(_), true) => self.faults.push((line, "this line has a code and no title".to_owned())),
            (Err(code), _) => self.faults.push((line, format!("{code:?} is no code"))),
            (Ok(code), false) => match seen.get(&code) {
                Some((_, known)) if *known == title => {}
                Some((first, _)) => {
                    self.faults.push((line, format!("{code} has another title on line {first}")));
                }
                None => {
                    seen.insert(code.clone(), (line, title.clone()));
                    self.lines.push(Line { line, code, title });
                }
            },
        }
    }
}

/// What stands most often between the words of the first line.
fn separator(first: &str) -> u8 {
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    [b'\t', b';', b','].into_iter().max_by_key(|mark| (count(*mark), *mark == b'\t')).unwrap_or(b',')
}

fn columns(head: &csv::StringRecord, pick: Option<&Pick>) -> Result<(Columns, bool), FileFault> {
    let names: Vec<String> = head.iter().map(|name| name.trim().to_lowercase()).collect();
    let named = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
    if let Some(pick) = pick {
        let column = |wanted: &str| match wanted.parse::<usize>() {
            Ok(number) => number.checked_sub(1),
            Err(_) => named(&[wanted.to_lowercase().as_str()]),
        };
        let code = column(&pick.code).ok_or(FileFault::Columns("the code"))?;
        let title = column(&pick.title).ok_or(FileFault::Columns("the title"))?;
        let by_number = pick.code.parse::<usize>().is_ok();
        let heading = !by_number || head.get(code).is_some_and(|first| !is_code(first));
        return Ok((Columns::At { code, title, kind: named(&KIND) }, heading));
    }
    match (named(&CODE), named(&TITLE)) {
        (Some(code), Some(title)) => Ok((Columns::At { code, title, kind: named(&KIND) }, true)),
        _ if before_title(head).is_some() => Ok((Columns::BeforeTitle, false)),
        (None, _) => Err(FileFault::Columns("the code")),
        (Some(_), None) => Err(FileFault::Columns("the title")),
    }
}

/// The code file of ICD-10: `4;T;X;01;A00;A00.0;A00.0;A000;Cholera due to …`. The title follows the last form of the code,
/// which has no dot; the one before it has.
fn before_title(record: &csv::StringRecord) -> Option<(&str, &str)> {
    let last = (1..record.len()).rev().find(|at| record.get(*at).is_some_and(is_code))?;
    let title = record.get(last + 1)?;
    let code = record.get(last.checked_sub(1)?).filter(|code| is_code(code)).or_else(|| record.get(last))?;
    Some((code, title))
}

/// A letter or digit, and at least two more: `A00`, `B50.9`, `1F40.Z`, `M01.0*`, `8A68.0Z`.
fn is_code(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['*', '+', '†', '-', '.']);
    let clean =
        text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '.');
    clean
        && (3..=12).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn clean_code(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches(['*', '+', '†', '-', '.']).trim();
    if text.is_empty() || is_code(text) { Ok(text.to_owned()) } else { Err(text.chars().take(20).collect()) }
}

/// Titles of the simple tabulation begin with a dash for each step down.
fn clean_title(text: &str) -> String {
    let text = text.trim_start_matches(|letter: char| letter == '-' || letter.is_whitespace());
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}
