//! Believable values and health records.

use chrono::{DateTime, TimeDelta, Utc};

use super::BENCH;
use crate::db::{DbError, bulk, sql};
use crate::demo::names::Chance;
use crate::demo::{Filling, row};
use crate::laboratory::Analyte;
use crate::laboratory::model::{AgeAt, AnalyteKind, Flag, LineState, Move, pick};
use crate::laboratory::verbs::enter::Typed;

/// How far along a state is.
pub(super) fn rank(state: LineState) -> usize {
    match state {
        LineState::Requested | LineState::Cancelled => 0,
        LineState::Collected => 1,
        LineState::Rejected | LineState::Received => 2,
        LineState::InProgress => 3,
        LineState::Entered => 4,
        LineState::Verified => 5,
        LineState::Released => 6,
    }
}

/// The way of a line that goes well.
pub(super) const WAY: [(Move, LineState); 6] = [
    (Move::Collect, LineState::Collected),
    (Move::Receive, LineState::Received),
    (Move::Start, LineState::InProgress),
    (Move::Enter, LineState::Entered),
    (Move::Verify, LineState::Verified),
    (Move::Release, LineState::Released),
];

/// A believable value: mostly within the range, now and then outside; a wild one is critical where it can be.
pub(super) fn typed(chance: &mut Chance, analyte: &Analyte, whose: AgeAt, wild: bool) -> Option<Typed> {
    match analyte.kind {
        AnalyteKind::Text => None,
        AnalyteKind::Choice => {
            let choices = analyte.choices();
            let normal = choices.iter().filter(|(_, flag)| *flag == Flag::Normal).count().max(1);
            let odd = chance.one_in(6);
            let at = chance.below(if odd { choices.len() } else { normal.min(2) });
            choices.get(at).map(|(words, _)| Typed::Words((*words).to_owned()))
        }
        AnalyteKind::Number => {
            let by = pick(&analyte.ranges(), whose);
            if let Some(critical) = by.critical_high.filter(|_| wild) {
                return Some(Typed::Number(critical + 1));
            }
            let low = by.low.or(analyte.hard_low).unwrap_or(0);
            let high = by.high.unwrap_or(low + 10).max(low + 1);
            let span = high - low;
            let value = match chance.below(10) {
                0 => low - span / 12 - 1,
                1 => high + span / 12 + 1,
                _ => chance.between(low, high),
            };
            let floor = analyte.hard_low.unwrap_or(0);
            Some(Typed::Number(value.clamp(floor, analyte.hard_high.unwrap_or(i64::MAX))))
        }
    }
}

/// What a blood film showed of malaria; it says what else of it is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Film {
    /// No parasite: no kind and no number of them either.
    Clear,
    /// Parasites, with their kind and number.
    Parasites,
}

impl Film {
    /// What it showed, where this is what says so.
    pub(super) fn of(analyte: &Analyte, typed: &Typed) -> Option<Film> {
        let Typed::Words(words) = typed else { return None };
        let film = if words == "Not seen" { Film::Clear } else { Film::Parasites };
        (analyte.name == "Malaria parasites").then_some(film)
    }
}

/// Kind or number of parasites that were seen.
pub(super) fn of_parasites(chance: &mut Chance, analyte: &Analyte) -> Typed {
    match analyte.kind {
        AnalyteKind::Number => Typed::Number(200 + 40 * chance.below(900) as i64),
        AnalyteKind::Choice | AnalyteKind::Text => {
            let choices = analyte.choices();
            let kind = choices.iter().find(|(_, flag)| *flag != Flag::Normal);
            Typed::Words(kind.map_or_else(String::new, |(words, _)| (*words).to_owned()))
        }
    }
}

/// Health records of some students.
pub(super) async fn health(filling: &mut Filling, now: DateTime<Utc>) -> Result<(), DbError> {
    let told: Vec<(i64, String, String)> =
        sql("select id, blood_group, genotype from patient where id <= 40 order by id")
            .all(filling.tx().await?)
            .await?;
    let (mut records, mut versions) = (Vec::new(), Vec::new());
    for (id, group, genotype) in &told {
        // The test found what was told; where nobody knew, the commonest.
        let or = |common: &str, told: &str| if told.is_empty() { common } else { told }.to_owned();
        let (id, group, genotype) = (*id, or("O+", group), or("AA", genotype));
        let height = (id % 7 != 0).then_some(1_520 + id * 37 % 320);
        let weight = (id % 9 != 0).then_some((52 + id * 11 % 34) * 1_000);
        let at = now - TimeDelta::days(40 - id) - TimeDelta::minutes(id * 13);
        let notes = if id % 5 == 0 { "Wears glasses" } else { "" };
        records.push(row![id, id, group.as_str(), genotype.as_str(), height, weight, notes, BENCH[0], at]);
        versions.push(row![id, 1_i64, group, genotype, height, weight, notes, BENCH[0], at]);
    }
    let columns = &[
        "id",
        "patient_id",
        "blood_group",
        "genotype",
        "height_mm",
        "weight_g",
        "notes",
        "updated_by",
        "updated_at",
    ];
    filling.put("health_record", columns, records).await?;
    let columns = &[
        "record_id",
        "version",
        "blood_group",
        "genotype",
        "height_mm",
        "weight_g",
        "notes",
        "account_id",
        "at",
    ];
    filling.put("health_record_version", columns, versions).await?;
    bulk::follow_ids(filling.tx().await?, "health_record").await?;
    filling.step("laboratory", 0).await
}
