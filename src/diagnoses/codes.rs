//! The lists of diagnoses: the own one that ships, and what the clinic imports.

use std::collections::BTreeMap;

use super::model::{CodeFile, CodeId, System};
use super::store::codes::{self, NewCode};
use crate::app::App;
use crate::audit::Entry;
use crate::db::{Db, DbError};
use crate::work::{Doer, Work};

const FILE: &str = include_str!("../../data/diagnoses.csv");
/// Codes that are saved at once: the clinic goes on between them.
const STEP: usize = 1_000;

#[derive(Debug, serde::Deserialize)]
struct Shipped {
    code: String,
    term: String,
    plain: String,
    synonyms: String,
    area: String,
    sensitive: i64,
}

fn shipped() -> Vec<NewCode> {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    let lines = reader.deserialize::<Shipped>().filter_map(Result::ok);
    let code = |line: Shipped| NewCode {
        system: System::Own,
        code: line.code,
        term: line.term,
        plain_name: line.plain,
        synonyms: line.synonyms,
        area: line.area,
        sensitive: line.sensitive == 1,
    };
    lines.map(code).collect()
}

/// Adds terms of the list that ships and that the clinic does not know. Safe to run at every start, on several nodes.
pub async fn ensure_catalogue(db: &Db) -> Result<(), DbError> {
    let known = codes::of_system(db, System::Own).await?;
    let mut missing = shipped();
    missing.retain(|new| !known.iter().any(|(_, code, term)| *code == new.code && *term == new.term));
    if missing.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let known = codes::of_system(&mut tx, System::Own).await?;
    missing.retain(|new| !known.iter().any(|(_, code, term)| *code == new.code && *term == new.term));
    match codes::insert(&mut tx, &missing).await {
        Ok(()) => tx.commit().await,
        // Another node that started at the same moment has just put them there.
        Err(error) if error.violates("diagnosis_code_system_code_term_unique") => Ok(()),
        Err(error) => Err(error),
    }
}

/// What an import did, or would do.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Codes that were not there.
    pub new: usize,
    /// Codes with another title now.
    pub renamed: usize,
    /// Codes that are the same.
    pub same: usize,
}

/// Takes the codes of a file into a list; what is there and not in the file stays, because visits name it. `told` hears
/// how many are done. The same file again changes nothing.
///
/// # Errors
/// When the database fails. What was saved until then stays; the same file again does the rest.
pub async fn import(
    app: &App,
    system: System,
    file: &CodeFile,
    dry_run: bool,
    told: impl Fn(usize),
) -> Result<Imported, DbError> {
    let known: BTreeMap<String, (CodeId, String)> = codes::of_system(&app.db, system)
        .await?
        .into_iter()
        .map(|(id, code, term)| (code, (id, term)))
        .collect();
    let mut done = Imported::default();
    for (at, lines) in file.lines.chunks(STEP).enumerate() {
        let (mut new, mut renamed) = (Vec::new(), Vec::new());
        for line in lines {
            let code = NewCode {
                system,
                code: line.code.clone(),
                term: line.title.clone(),
                plain_name: line.title.clone(),
                synonyms: String::new(),
                area: String::new(),
                sensitive: is_sensitive(system, &line.code),
            };
            match known.get(&line.code) {
                None => new.push(code),
                Some((id, term)) if *term != line.title => renamed.push((*id, code)),
                Some(_) => done.same += 1,
            }
        }
        done.new += new.len();
        done.renamed += renamed.len();
        if !(dry_run || new.is_empty() && renamed.is_empty()) {
            save(app, system, &new, &renamed).await?;
        }
        told((at * STEP + lines.len()).min(file.lines.len()));
    }
    Ok(done)
}

async fn save(
    app: &App,
    system: System,
    new: &[NewCode],
    renamed: &[(CodeId, NewCode)],
) -> Result<(), DbError> {
    let mut work = Work::begin(app, Doer::operator()).await?;
    codes::insert(work.tx(), new).await?;
    for (id, code) in renamed {
        codes::rename(work.tx(), *id, code).await?;
    }
    let entry = Entry::new("diagnosis.codes_imported", "diagnosis_code", None)
        .with("system", system.as_str())
        .with("new", new.len() as i64)
        .with("renamed", renamed.len() as i64);
    work.audit(entry).await?;
    work.commit().await
}

/// Chapters and categories whose name alone says what nobody else should read: sexually transmitted infection, HIV, viral
/// hepatitis, mental health and substances, pregnancy and contraception, self-harm and assault. Where in doubt, yes.
fn is_sensitive(system: System, code: &str) -> bool {
    let within = |from: &str, to: &str| code >= from && code.get(..to.len()).unwrap_or(code) <= to;
    match system {
        System::Own | System::Icd10 => [
            ("A50", "A64"),
            ("B15", "B24"),
            ("F00", "F99"),
            ("O00", "O99"),
            ("T36", "T65"),
            ("T74", "T74"),
            ("X60", "Y09"),
            ("Y10", "Y34"),
            ("Z20", "Z22"),
            ("Z30", "Z39"),
            ("Z64", "Z65"),
            ("Z70", "Z72"),
            ("Z11", "Z11"),
        ]
        .iter()
        .any(|(from, to)| within(from, to)),
        System::Icd11 => {
            let first = code.chars().next().unwrap_or(' ');
            [
                "1A6", "1A7", "1A8", "1A9", "1C6", "1E5", "NE6", "PB", "PC", "PD", "PE", "PF", "QA2", "QA4",
                "QC0", "QE8", "GA3",
            ]
            .iter()
            .any(|start| code.starts_with(start))
                || first == '6'
                || code.starts_with("JA")
                || code.starts_with("JB")
                || code.starts_with("HA")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_is_whole_and_no_term_comes_twice() {
        let list = shipped();
        assert!(list.len() > 450, "{}", list.len());
        let mut names: Vec<_> = list.iter().map(|code| (&code.code, &code.term)).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), list.len());
        assert!(list.iter().all(|code| !code.plain_name.is_empty() && code.words().len() > 1));
        assert!(list.iter().any(|code| code.sensitive) && list.iter().any(|code| !code.sensitive));
    }

    #[test]
    fn what_an_import_brings_is_sensitive_where_its_chapter_is() {
        for code in ["A54.9", "B20", "F32.1", "O80", "X84", "Z30.0", "B18.1"] {
            assert!(is_sensitive(System::Icd10, code), "{code}");
        }
        for code in ["A09.9", "B50.9", "J06.9", "G43.1", "Z00.0", "S61.9"] {
            assert!(!is_sensitive(System::Icd10, code), "{code}");
        }
        for code in ["6A70.0", "1C60", "JA00", "1A70"] {
            assert!(is_sensitive(System::Icd11, code), "{code}");
        }
        assert!(!is_sensitive(System::Icd11, "1F40.Z"));
    }
}
