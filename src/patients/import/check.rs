//! The dry run: what would become of each line.

use std::collections::HashMap;

use super::Planned;
use crate::app::App;
use crate::db::{DbError, Store};
use crate::patients::campus::Campus;
use crate::patients::model::{
    Details, Line, Mapping, Outcome, PatientId, PatientState, Phone, Read, lines_of, same_facts_of_student,
    words_of,
};
use crate::patients::store;
use crate::patients::store::import_lines::{self, Existing, LOOKED_UP};
use crate::patients::store::imports::Checked;

/// What a check compares the lines with.
struct Beside<'a> {
    app: &'a App,
    mapping: &'a Mapping,
    campus: Campus,
    known: HashMap<String, Existing>,
    /// On which lines each matric number stands, whatever else is wrong with them.
    lines: HashMap<String, Vec<i64>>,
    /// On which lines, and under which number, each name stands together with one date of birth, phone or e-mail.
    people: HashMap<String, Vec<(i64, String)>>,
    /// How the reader of the outcome lets unknown faculties and the like be made.
    to_make: &'a str,
}

/// The dry run: what would become of each line. Reads only. `to_make` says how what is not known is made, at the end of
/// "Correct it, or …".
pub async fn classify(
    app: &App,
    content: &str,
    mapping: &Mapping,
    to_make: &str,
) -> Result<Vec<Checked>, DbError> {
    let clinic = app.clinic();
    let today = clinic.day_of(app.clock.now());
    let read: Vec<(i64, Vec<String>, Read)> = lines_of(content)
        .into_iter()
        .map(|(at, cells)| {
            let read = Read::of(&cells, mapping, &clinic.matric_pattern, today);
            (at, cells, read)
        })
        .collect();
    let mut lines: HashMap<String, Vec<i64>> = HashMap::new();
    for (at, _, read) in read.iter().filter(|(_, _, read)| !read.number.is_empty()) {
        lines.entry(read.number.clone()).or_default().push(*at);
    }
    let mut people: HashMap<String, Vec<(i64, String)>> = HashMap::new();
    for (at, _, read) in read.iter().filter(|(_, _, read)| !read.number.is_empty()) {
        for fact in facts(&read.line) {
            people.entry(fact).or_default().push((*at, read.number.clone()));
        }
    }
    let known = known_students(&app.db, lines.keys().cloned().collect()).await?;
    let campus = Campus::read(&app.db).await?;
    let beside = Beside { app, mapping, campus, known, lines, people, to_make };
    let mut checked = Vec::with_capacity(read.len());
    for (at, cells, read) in read {
        checked.push(beside.judge(at, cells, read).await?);
    }
    Ok(checked)
}

async fn known_students(
    store: impl Store + Copy,
    matrics: Vec<String>,
) -> Result<HashMap<String, Existing>, DbError> {
    let mut known = HashMap::new();
    for some in matrics.chunks(LOOKED_UP) {
        for student in import_lines::by_matric(store, some).await? {
            known.insert(student.details.matric_number.clone().unwrap_or_default(), student);
        }
    }
    Ok(known)
}

/// The name of a line's student with each fact that makes it likely one person (as in `same_facts_of_student`).
fn facts(line: &Line) -> Vec<String> {
    let mut words = words_of(&format!("{} {}", line.family_name, line.given_names));
    words.sort_unstable();
    let phone = line.phone.as_deref().and_then(|typed| Phone::parse(typed).ok());
    let known = [
        line.born_on.map(|day| day.to_string()),
        phone.map(|phone| phone.digits).filter(|digits| !digits.is_empty()),
        line.email.clone().filter(|email| !email.is_empty()),
    ];
    known.into_iter().flatten().map(|fact| format!("{} {fact}", words.join(" "))).collect()
}

/// What became of a line, and why.
type Judged = (Outcome, Option<PatientId>, String);

impl Beside<'_> {
    async fn judge(&self, at: i64, cells: Vec<String>, mut read: Read) -> Result<Checked, DbError> {
        let known = self.known.get(&read.number);
        if let (Some(known), Some(_)) = (known, &read.number_fault) {
            // The number was taken by an earlier pattern, and the student kept it.
            read.number_fault = None;
            read.line.matric_number = known.details.matric_number.clone().unwrap_or_default();
        }
        if let Some([_, _, ..]) = self.lines.get(&read.number).map(Vec::as_slice) {
            read.faults.push(self.twice(&read.number));
        }
        if let Some(known) = known.filter(|known| known.state == PatientState::Deactivated) {
            read.faults.push(format!(
                "{} is deactivated. An administrator takes the record back first, or leave this line out",
                known.number
            ));
        }
        let mut details = known.map(|known| known.details.clone()).unwrap_or_default();
        read.line.fill(&mut details);
        let unknown = self.places(&mut read, &mut details);
        let name = format!("{} {}", read.line.given_names, read.line.family_name).trim().to_owned();
        let (outcome, patient_id, message) = match read.fault() {
            Some(fault) => (Outcome::Error, known.map(|known| known.id), fault),
            None => match self.compare(known, &details, &unknown).await? {
                (Outcome::New, _, message) => self.beside(&read, message),
                judged => judged,
            },
        };
        let left_out = matches!(outcome, Outcome::Error | Outcome::Review);
        let planned = Planned {
            line: read.line,
            version: known.map_or(0, |known| known.version),
            cells: if left_out { cells } else { Vec::new() },
        };
        let payload = serde_json::to_string(&planned).unwrap_or_default();
        Ok(Checked { line: at, outcome, matric_number: read.number, name, message, patient_id, payload })
    }

    /// A new student who stands on another line under another number: a person looks at both.
    fn beside(&self, read: &Read, message: String) -> Judged {
        let same = facts(&read.line).into_iter().filter_map(|fact| self.people.get(&fact)).flatten();
        match same.into_iter().find(|(_, number)| *number != read.number) {
            Some((line, number)) => {
                let words = format!(
                    "Perhaps the student on line {line}, {number}: the same name, and the same \
                    date of birth, phone or e-mail"
                );
                (Outcome::Review, None, words)
            }
            None => (Outcome::New, None, message),
        }
    }

    fn twice(&self, matric: &str) -> String {
        let lines: Vec<String> = self.lines.get(matric).into_iter().flatten().map(i64::to_string).collect();
        format!("Matric number {matric} is on lines {}", lines.join(" and "))
    }

    /// Finds the faculty and the like; what is not known is a fault unless it is made.
    fn places(&self, read: &mut Read, details: &mut Details) -> Vec<String> {
        match self.campus.resolve(&read.line, details) {
            Err(message) => {
                read.faults.push(message);
                Vec::new()
            }
            Ok(unknown) => {
                let unknown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
                if !self.mapping.create_missing && !unknown.is_empty() {
                    read.faults.push(format!("{}. Correct it, or {}", unknown.join(". "), self.to_make));
                }
                unknown
            }
        }
    }

    async fn compare(
        &self,
        known: Option<&Existing>,
        details: &Details,
        unknown: &[String],
    ) -> Result<Judged, DbError> {
        if let Some(known) = known {
            let mut words: Vec<String> = known
                .details
                .differences(details, &|what, id| self.campus.name_of(what, id))
                .into_iter()
                .map(|(field, old, new)| {
                    format!("{field}: {} → {new}", if old.is_empty() { "nothing" } else { &old })
                })
                .collect();
            words.extend(unknown.iter().map(|unknown| format!("{unknown}, it is made")));
            let outcome = if words.is_empty() { Outcome::Same } else { Outcome::Changed };
            return Ok((outcome, Some(known.id), words.join("; ")));
        }
        let candidates = store::candidates(&self.app.db, details).await?;
        Ok(match same_facts_of_student(details, candidates).into_iter().next() {
            Some((likely, why)) => {
                let matric = likely.matric_number.clone().unwrap_or_default();
                let message = format!("Perhaps {} {} {matric}. {why}", likely.number, likely.name());
                (Outcome::Review, Some(likely.id), message)
            }
            None => (Outcome::New, None, unknown.iter().map(|one| format!("{one}, it is made. ")).collect()),
        })
    }
}
