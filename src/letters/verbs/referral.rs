//! Writing a referral: what is copied of the record, saving, signing, correcting by a new version.

use std::collections::BTreeSet;

use super::doer;
use crate::app::App;
use crate::audit::Entry;
use crate::consultation::model::{Consciousness, Escalation, Oxygen, Sign};
use crate::consultation::{self, Signs, Vitals};
use crate::db::DbError;
use crate::diagnoses::model::State;
use crate::diagnoses::{self, Diagnosis};
use crate::laboratory::READ;
use crate::letters::model::{Part, ReferralId};
use crate::letters::store::referrals::{self, Referral, Text};
use crate::letters::store::told;
use crate::letters::store::visits::Facts;
use crate::live::Topic;
use crate::prescribing;
use crate::prescribing::model::LineState;
use crate::record::Door;
use crate::settings::model::Clinic;
use crate::work::{Refused, Work};

/// Earlier diagnoses that are copied at most.
const PROBLEMS: i64 = 20;

/// The heading and lines of a part.
pub type Copied = (String, Vec<String>);

fn named(diagnosis: &Diagnosis) -> String {
    let code = if diagnosis.code.is_empty() { String::new() } else { format!(" ({})", diagnosis.code) };
    let main = if diagnosis.is_main { ", main" } else { "" };
    format!("{}{code}, {}{main}", diagnosis.term, diagnosis.certainty.label().to_lowercase())
}

/// A medicine as it is taken; of one that was stopped only that it was, so that nobody goes on with it.
fn medicine(line: &prescribing::Line) -> String {
    match (line.state, line.state_reason.trim()) {
        (LineState::Closed, "") => format!("{}: stopped", line.label()),
        (LineState::Closed, reason) => format!("{}: stopped ({reason})", line.label()),
        (
            LineState::Draft
            | LineState::Open
            | LineState::Partly
            | LineState::Complete
            | LineState::Paused
            | LineState::Cancelled,
            _,
        ) => line.in_words(),
    }
}

/// Copies the chosen parts of the record, in words.
pub async fn copy(app: &App, facts: &Facts, door: &Door, parts: &[Part]) -> Result<String, DbError> {
    let mut all: Vec<Copied> = Vec::new();
    for part in parts {
        let lines = match part {
            Part::Diagnoses => {
                let all = diagnoses::of_visit(&app.db, facts.id).await?;
                all.iter().filter(|one| one.state == State::Signed).map(named).collect()
            }
            Part::Problems => {
                let earlier =
                    diagnoses::of_patient(&app.db, facts.patient_id, &door.sealed, PROBLEMS).await?;
                let conditions = door.banner.summary.entries.iter().filter(|entry| {
                    matches!(
                        entry.kind,
                        crate::record::model::EntryKind::Condition | crate::record::model::EntryKind::Surgery
                    )
                });
                let mut lines: Vec<String> = conditions.map(|entry| entry.words.clone()).collect();
                lines.extend(earlier.iter().filter(|one| one.visit_id != facts.id).map(named));
                lines
            }
            Part::Medicines => {
                let lines = prescribing::of_visit(&app.db, facts.id).await?;
                let stands = lines.iter().filter(|line| line.state != LineState::Cancelled);
                stands.map(medicine).collect()
            }
            Part::Allergies => {
                let mut lines = door.banner.allergies();
                if !door.banner.told().is_empty() {
                    lines.push(format!("As told, not examined: {}", door.banner.told()));
                }
                if lines.is_empty() {
                    let none = door.banner.summary.none.is_some();
                    lines.push(if none { "No known allergies" } else { "Not asked" }.to_owned());
                }
                lines
            }
            Part::Vitals => measured(&consultation::signs_of_visit(&app.db, facts.id).await?, &app.clinic()),
            Part::Results => {
                told::results(&app.db, facts.id, None).await?.iter().map(told::Found::line).collect()
            }
        };
        all.push((part.label().to_owned(), lines));
    }
    Ok(written(&all))
}

/// What was measured last of each sign in a visit, and the last whole score, each with its time where they are of several
/// takings; a line a taking, that of the score first.
fn measured(signs: &Signs, clinic: &Clinic) -> Vec<String> {
    let mut lines: Vec<(bool, &Vitals, String)> = signs
        .takings()
        .iter()
        .map(|taking| (is_scored(signs, taking), taking, words_of(signs, taking)))
        .filter(|(_, _, words)| !words.is_empty())
        .collect();
    lines.sort_by_key(|(scored, _, _)| !scored);
    let several = lines.len() > 1;
    let line = |(_, taking, words): (bool, &Vitals, String)| match several {
        true => format!("{}: {words}", clinic.clock(taking.taken_at)),
        false => words,
    };
    lines.into_iter().map(line).collect()
}

/// Whether the last whole score of the visit is of this taking.
fn is_scored(signs: &Signs, taking: &Vitals) -> bool {
    signs.scored().is_some_and(|(_, of)| of.id == taking.id)
}

/// What of a taking is the last of its sign; empty where all of it was measured again.
fn words_of(signs: &Signs, taking: &Vitals) -> String {
    let here = |of: &Vitals| of.id == taking.id;
    let value = |sign: Sign| signs.of(sign).filter(|(_, of)| here(of)).map(|(value, _)| value);
    let amount = |sign: Sign, name: &str| value(sign).map(|value| format!("{name} {}", sign.amount(value)));
    let pressure = value(Sign::Systolic).zip(value(Sign::Diastolic));
    let awake = signs.consciousness().filter(|(awake, of)| here(of) && *awake != Consciousness::Alert);
    let oxygen = signs.oxygen().filter(|(oxygen, of)| here(of) && *oxygen == Oxygen::Given);
    let score = signs.scored().filter(|(_, of)| here(of)).map(|(score, _)| {
        let how = match score.escalation() {
            Escalation::None => "",
            Escalation::Urgent => " (urgent)",
            Escalation::Emergency => " (emergency)",
        };
        format!("NEWS2 {}{how}", score.total)
    });
    let parts = [
        amount(Sign::Temperature, "temperature"),
        amount(Sign::Pulse, "pulse"),
        amount(Sign::Respiration, "respiration"),
        pressure.map(|(high, low)| format!("blood pressure {high}/{low} mmHg")),
        amount(Sign::OxygenSaturation, "oxygen saturation"),
        oxygen.map(|_| "with oxygen given".to_owned()),
        amount(Sign::Weight, "weight"),
        awake.map(|(awake, _)| awake.label().to_lowercase()),
        score,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A heading, then its lines; a blank line between parts.
fn written(parts: &[Copied]) -> String {
    let clean = |line: &String| line.replace('\n', " ");
    let part = |(heading, lines): &Copied| {
        let lines: Vec<String> = if lines.is_empty() {
            vec!["Nothing recorded".to_owned()]
        } else {
            lines.iter().map(clean).collect()
        };
        format!("{heading}\n{}", lines.join("\n"))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n\n")
}

/// Saves the author's draft of a visit; returns its id.
pub async fn save(
    work: &mut Work,
    facts: &Facts,
    (draft, version): (Option<&Referral>, i64),
    replaces: Option<&Referral>,
    text: &Text,
) -> Result<ReferralId, Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let overtaken = || {
        Refused::Because(
            "You wrote in this draft in another window. Open the page again to see it, then go on."
                .to_owned(),
        )
    };
    match draft {
        Some(draft) if draft.version != version => Err(overtaken()),
        Some(draft) => {
            if referrals::update(work.tx(), draft.id, version, text, at).await? {
                Ok(draft.id)
            } else {
                Err(overtaken())
            }
        }
        None => {
            let who = (facts.id, facts.patient_id);
            let id = referrals::insert(work.tx(), who, replaces, text, (by, &name, at)).await;
            id.map_err(|error| {
                if error.violates("referral_visit_id_author_id_unique") { overtaken() } else { error.into() }
            })
        }
    }
}

/// Signs a draft: it is immutable from now on, and what it replaces is superseded. Whoever copied a result has read it: a
/// correction is told to them (rule L6).
pub async fn sign(work: &mut Work, facts: &Facts, id: ReferralId, parts: &str) -> Result<(), Refused> {
    let at = work.now();
    referrals::sign(work.tx(), id, at).await.map_err(|error| {
        if error.violates("referral_replaces_id_unique") {
            return Refused::Because(
                "A newer version of this letter is signed already. Correct that one.".to_owned(),
            );
        }
        error.into()
    })?;
    let entry = Entry::new("referral.signed", "referral", id.0);
    work.audit(entry.of_patient(facts.patient_id.0).with("visit", facts.id.0)).await?;
    if includes(parts, Part::Results) {
        let copied: BTreeSet<i64> =
            told::results(work.tx(), facts.id, None).await?.iter().map(|found| found.result_id.0).collect();
        for result in copied {
            let read = Entry::new(READ, "lab_result", result).of_patient(facts.patient_id.0);
            work.audit(read.with("referral", id.0)).await?;
        }
    }
    work.tell(Topic::Visit(facts.id.0));
    Ok(())
}

/// Whether a letter carries a part of the record.
pub fn includes(parts: &str, part: Part) -> bool {
    parts.split(',').any(|one| one == part.as_str())
}

/// Throws a draft away.
pub async fn discard(work: &mut Work, draft: &Referral) -> Result<(), Refused> {
    Ok(referrals::discard(work.tx(), draft.id).await?)
}
