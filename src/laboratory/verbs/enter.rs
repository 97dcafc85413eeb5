//! Entering results: what was typed, judged by the range that holds for the person at collection (rule L4).

use chrono::NaiveDate;

use super::{Refused, doer, go, meanwhile, seen, trail};
use crate::laboratory::model::{
    AgeAt, AnalyteId, AnalyteKind, Flag, Judged, LineId, LineState, Move, SampleId, TestId, VersionState,
    judge, pick,
};
use crate::laboratory::store::catalogue::Analyte;
use crate::laboratory::store::lines::Held;
use crate::laboratory::store::results::{self, NewValue, NewVersion};
use crate::patients::model::Sex;
use crate::work::Work;

/// What was typed for one analyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A number with the analyte's decimals.
    Number(i64),
    /// One of the choices, or words.
    Words(String),
}

/// The results of one line as typed.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The line.
    pub line: LineId,
    /// As it was when the page was opened.
    pub version: i64,
    /// Each analyte with what was typed.
    pub values: Vec<(AnalyteId, Typed)>,
    /// A remark that goes with the result.
    pub comment: String,
}

/// Whose sample it is, for the range.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// Sex as the record carries it.
    pub sex: Sex,
    /// The birth date, where known.
    pub born_on: Option<NaiveDate>,
}

/// A typed value with the range by which it is judged.
pub fn judged(analyte: &Analyte, typed: &Typed, who: AgeAt) -> NewValue {
    let (number, words, by, flag) = match typed {
        Typed::Number(number) => {
            let by = pick(&analyte.ranges(), who);
            (Some(*number), String::new(), by, judge(*number, &by))
        }
        Typed::Words(words) => {
            let choice = analyte.choices().into_iter().find(|(choice, _)| choice == words);
            let flag = match (analyte.kind, choice) {
                (_, Some((_, flag))) => flag,
                (AnalyteKind::Text | AnalyteKind::Choice | AnalyteKind::Number, None) => Flag::None,
            };
            (None, words.clone(), Judged::default(), flag)
        }
    };
    NewValue {
        analyte: analyte.id,
        position: analyte.position,
        name: analyte.name.clone(),
        plain_name: analyte.plain_name.clone(),
        kind: analyte.kind,
        unit: analyte.unit.clone(),
        method: analyte.method.clone(),
        decimals: analyte.decimals,
        number,
        words,
        by,
        flag,
    }
}

/// What a test would also measure of which nothing was typed, in the order of the report, but for what nobody misses.
pub fn not_done<'a>(
    analytes: &'a [Analyte],
    test: TestId,
    values: &[(AnalyteId, Typed)],
) -> Vec<&'a Analyte> {
    let is_missed = |analyte: &&Analyte| {
        analyte.test_id == test && !analyte.optional && values.iter().all(|(id, _)| *id != analyte.id)
    };
    analytes.iter().filter(is_missed).collect()
}

/// Writes a version of a line's result that waits for its verification; returns whether something in it is critical.
pub(super) async fn write(
    work: &mut Work,
    line: &Held,
    analytes: &[Analyte],
    (filled, whose): (&Filled, Whose),
    (corrects, reason): (Option<crate::laboratory::model::ResultId>, &str),
) -> Result<bool, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let sample: SampleId = line.sample_id.ok_or(Refused::NotFound)?;
    let who = AgeAt::at(whose.sex, whose.born_on, line.collected_at.unwrap_or(at), &work.app.clinic());
    let own =
        |id: &AnalyteId| analytes.iter().find(|analyte| analyte.id == *id && analyte.test_id == line.test_id);
    let mut values = Vec::new();
    for (id, typed) in &filled.values {
        values.push(judged(own(id).ok_or(Refused::NotFound)?, typed, who));
    }
    let not_done = not_done(analytes, line.test_id, &filled.values);
    let not_done: Vec<&str> = not_done.iter().map(|analyte| analyte.name.as_str()).collect();
    let not_done = not_done.join(", ");
    let critical = values.iter().any(|value| value.flag.is_critical());
    let new = NewVersion {
        line: line.id,
        sample,
        critical,
        void: false,
        comment: &filled.comment,
        not_done: &not_done,
        corrects,
        reason,
        by,
    };
    let result = match results::insert(work.tx(), &new, at).await {
        Err(error) if error.violates("lab_result_line_id_state_unique") => return Err(meanwhile(&line.test)),
        other => other?,
    };
    results::insert_values(work.tx(), result, line.patient_id, &values).await?;
    let entry =
        trail("lab.result_entered", "lab_result", result.0, line).with("correction", corrects.is_some());
    work.audit(entry).await?;
    Ok(critical)
}

/// Enters the results of lines on one sample. A line that was only received is started with it. Returns whether
/// something is critical.
pub async fn enter(
    work: &mut Work,
    sample: SampleId,
    analytes: &[Analyte],
    filled: &[Filled],
    whose: Whose,
) -> Result<bool, Refused> {
    let mut critical = false;
    for filled in filled {
        let mut line = seen(work, filled.line, Some(filled.version)).await?;
        if line.sample_id != Some(sample) {
            return Err(Refused::NotFound);
        }
        if line.state == LineState::Received {
            line = go(work, &line, Move::Start, "").await?;
        }
        let entered = go(work, &line, Move::Enter, "").await?;
        // What was sent back after a correction is a correction still, with the reason given then.
        let current = results::in_state(work.tx(), line.id, VersionState::Current).await?;
        let mut reason = String::new();
        if current.is_some() {
            let back = results::in_state(work.tx(), line.id, VersionState::Withdrawn).await?;
            reason = back
                .map(|back| back.reason)
                .filter(|reason| !reason.is_empty())
                .unwrap_or_else(|| "Entered again from a new sample".to_owned());
        }
        let corrects = current.map(|current| current.id);
        critical |= write(work, &entered, analytes, (filled, whose), (corrects, &reason)).await?;
    }
    Ok(critical)
}
