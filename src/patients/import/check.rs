//! The dry run: what would become of each line.

use std::collections::HashMap;

use super::Planned;
use crate::app::App;
use crate::db::{DbError, Store};
use crate::patients::campus::Campus;
use crate::patients::model::{Line, Mapping, Outcome, lines_of, same_facts};
use crate::patients::store;
use crate::patients::store::import_lines::{self, Existing, LOOKED_UP};
use crate::patients::store::imports::Checked;

/// The dry run: what would become of each line. Reads only.
pub async fn classify(app: &App, content: &str, mapping: &Mapping) -> Result<Vec<Checked>, DbError> {
    let clinic = app.clinic();
    let today = clinic.day_of(app.clock.now());
    let lines: Vec<(i64, Result<Line, String>)> = lines_of(content)
        .into_iter()
        .map(|(at, cells)| (at, Line::read(&cells, mapping, &clinic.matric_pattern, today)))
        .collect();
    let mut where_used: HashMap<String, Vec<i64>> = HashMap::new();
    for (at, line) in &lines {
        if let Ok(line) = line {
            where_used.entry(line.matric_number.clone()).or_default().push(*at);
        }
    }
    let known = known_students(&app.db, where_used.keys().cloned().collect()).await?;
    let campus = Campus::read(&app.db).await?;
    let mut checked = Vec::with_capacity(lines.len());
    for (at, line) in lines {
        let line = line.and_then(|line| match where_used.get(&line.matric_number).map(Vec::as_slice) {
            Some([_, _, ..]) => Err(twice(&line.matric_number, &where_used)),
            Some([]) | Some([_]) | None => Ok(line),
        });
        checked.push(match line {
            Ok(line) => judge(app, &campus, mapping, known.get(&line.matric_number), (at, line)).await?,
            Err(message) => fault(at, None, message),
        });
    }
    Ok(checked)
}

fn twice(matric: &str, where_used: &HashMap<String, Vec<i64>>) -> String {
    let lines: Vec<String> = where_used.get(matric).into_iter().flatten().map(i64::to_string).collect();
    format!("Matric number {matric} is on lines {}", lines.join(" and "))
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

fn fault(at: i64, line: Option<&Line>, message: String) -> Checked {
    let name = line.map(|line| format!("{} {}", line.given_names, line.family_name)).unwrap_or_default();
    Checked {
        line: at,
        outcome: Outcome::Error,
        matric_number: line.map(|line| line.matric_number.clone()).unwrap_or_default(),
        name,
        message,
        patient_id: None,
        payload: String::new(),
    }
}

async fn judge(
    app: &App,
    campus: &Campus,
    mapping: &Mapping,
    known: Option<&Existing>,
    (at, line): (i64, Line),
) -> Result<Checked, DbError> {
    let mut details = known.map(|known| known.details.clone()).unwrap_or_default();
    line.fill(&mut details);
    let unknown = match campus.resolve(&line, &mut details) {
        Ok(unknown) => unknown,
        Err(message) => return Ok(fault(at, Some(&line), message)),
    };
    if let (Some(first), false) = (unknown.first(), mapping.create_missing) {
        let message = format!("{first}. Correct it, or tick \"Make what is not known\"");
        return Ok(fault(at, Some(&line), message));
    }
    let (outcome, patient_id, message) = match known {
        Some(known) => {
            let mut words: Vec<String> = known
                .details
                .differences(&details, &|what, id| campus.name_of(what, id))
                .into_iter()
                .map(|(field, old, new)| {
                    format!("{field}: {} → {new}", if old.is_empty() { "nothing" } else { &old })
                })
                .collect();
            words.extend(unknown.iter().map(|unknown| format!("{unknown}, it is made")));
            let outcome = if words.is_empty() { Outcome::Same } else { Outcome::Changed };
            (outcome, Some(known.id), words.join("; "))
        }
        None => match same_facts(&details, store::candidates(&app.db, &details).await?).into_iter().next() {
            Some((likely, why)) => {
                let matric = likely.matric_number.clone().unwrap_or_default();
                let message = format!("Perhaps {} {} {matric}. {why}", likely.number, likely.name());
                (Outcome::Review, Some(likely.id), message)
            }
            None => (
                Outcome::New,
                None,
                unknown.iter().map(|unknown| format!("{unknown}, it is made. ")).collect(),
            ),
        },
    };
    Ok(Checked {
        line: at,
        outcome,
        matric_number: line.matric_number.clone(),
        name: details.name(),
        message,
        patient_id,
        payload: serde_json::to_string(&Planned { line, version: known.map_or(0, |known| known.version) })
            .unwrap_or_default(),
    })
}
