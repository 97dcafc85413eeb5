//! One visit's order written out: its sample, lines, steps and results.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::columns::{LINE, RESULT, SAMPLE, STEP, VALUE};
use super::values::{Film, WAY, of_parasites, rank, typed};
use super::{BENCH, Kind, Seen};
use crate::db::{DbError, Value};
use crate::demo::names::Chance;
use crate::demo::{Filling, row};
use crate::laboratory::model::{AgeAt, LineState, Move, sample_code};
use crate::laboratory::verbs::enter::judged;
use crate::settings::model::Clinic;

const QUESTIONS: [&str; 4] = ["Fever for 3 days", "", "Tired and pale", "Before treatment"];

#[derive(Default)]
struct Rows {
    orders: Vec<Vec<Value>>,
    samples: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    steps: Vec<Vec<Value>>,
    results: Vec<Vec<Value>>,
    values: Vec<Vec<Value>>,
    reviews: Vec<Vec<Value>>,
    calls: Vec<Vec<Value>>,
    counters: Vec<Vec<Value>>,
}

/// The last ids that were given.
#[derive(Default)]
struct Ids {
    order: i64,
    sample: i64,
    line: i64,
    result: i64,
}

pub(super) struct Day {
    chance: Chance,
    kinds: Vec<Kind>,
    rows: Rows,
    ids: Ids,
    now: DateTime<Utc>,
    pub(super) today: NaiveDate,
    clinic: Clinic,
    /// The last number of each day's samples.
    numbers: BTreeMap<NaiveDate, i64>,
}

/// How a result came about.
struct How {
    whose: AgeAt,
    wild: bool,
    entered: DateTime<Utc>,
    verified: Option<DateTime<Utc>>,
}

/// An order on its way: its id, when it was placed, how soon, how far.
#[derive(Clone, Copy)]
struct Placing {
    order: i64,
    at: DateTime<Utc>,
    urgent: bool,
    state: LineState,
    now: DateTime<Utc>,
}

impl Placing {
    /// Steps are spread over the time that has passed, at most over an ordinary hour.
    fn moment(&self, step: usize) -> DateTime<Utc> {
        let span = (self.now - self.at).num_seconds().clamp(60, 3_000);
        self.at + TimeDelta::seconds(span * step as i64 / 7)
    }
}

impl Day {
    pub(super) fn new(kinds: Vec<Kind>, clinic: Clinic, now: DateTime<Utc>) -> Self {
        let today = clinic.day_of(now);
        let (rows, ids) = (Rows::default(), Ids::default());
        Day { chance: Chance::new(71), kinds, rows, ids, now, today, clinic, numbers: BTreeMap::new() }
    }

    /// Where the numbers of each day's samples stand, for the counter.
    pub(super) fn counted(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        self.rows.counters.extend(numbers.into_iter().map(|(day, number)| row!["sample", day, number]));
    }

    fn code(&mut self, day: NaiveDate) -> String {
        let number = self.numbers.entry(day).or_insert(0);
        *number += 1;
        sample_code(day, *number)
    }

    /// An order of one visit, each of its tests as far as `state`.
    pub(super) fn order(&mut self, visit: &Seen, tests: &[usize], (state, urgent): (LineState, bool)) {
        self.ids.order += 1;
        let order = self.ids.order;
        let ordered = visit.at + TimeDelta::minutes(6);
        let ordered = ordered.min(self.now - TimeDelta::minutes(1));
        let placing = Placing { order, at: ordered, urgent, state, now: self.now };
        let question = QUESTIONS[order as usize % QUESTIONS.len()];
        self.rows.orders.push(row![
            order,
            visit.id,
            visit.patient_id,
            visit.doctor,
            ordered,
            urgent,
            question
        ]);
        let mut tubes: Vec<(String, i64)> = Vec::new();
        for at in tests {
            let Some(kind) = self.kinds.get(*at % self.kinds.len().max(1)) else { continue };
            let specimen = kind.test.specimen.clone();
            let sample =
                (rank(state) > 0).then(|| match tubes.iter().find(|(known, _)| *known == specimen) {
                    Some((_, sample)) => *sample,
                    None => {
                        let sample = self.sample(visit, &specimen, placing.moment(1), state);
                        tubes.push((specimen, sample));
                        sample
                    }
                });
            self.line(visit, *at, placing, sample);
        }
    }

    fn sample(&mut self, visit: &Seen, specimen: &str, at: DateTime<Utc>, state: LineState) -> i64 {
        self.ids.sample += 1;
        let sample = self.ids.sample;
        let code = self.code(visit.day);
        let rejected = state == LineState::Rejected;
        self.rows.samples.push(row![
            sample,
            code,
            visit.patient_id,
            visit.id,
            specimen,
            BENCH[0],
            at,
            "Sample room",
            rejected.then_some(at + TimeDelta::minutes(4)),
            rejected.then_some(BENCH[0]),
            rejected.then(|| "too_little".to_owned())
        ]);
        sample
    }

    fn line(&mut self, visit: &Seen, at: usize, placing: Placing, sample: Option<i64>) {
        let Placing { order, at: ordered, urgent, state, .. } = placing;
        let moment = |step: usize| placing.moment(step);
        self.ids.line += 1;
        let line = self.ids.line;
        let steps = rank(state);
        let test = self.kinds[at].test.clone();
        let verified = (steps >= 5).then(|| moment(5));
        let mut critical = false;
        if let Some(sample) = sample.filter(|_| steps >= 4) {
            let whose = AgeAt::at(visit.sex, visit.born_on, moment(1), &self.clinic);
            let wild = state == LineState::Verified;
            let how = How { whose, wild, entered: moment(4), verified };
            critical = self.result(visit, at, (line, sample), how);
        }
        // A result without a critical value is released as soon as it is verified.
        let state = if state == LineState::Verified && !critical { LineState::Released } else { state };
        let called = (critical && state == LineState::Released).then(|| moment(6));
        let patient_at = verified.filter(|_| !test.in_person).map(|at| {
            if visit.day < self.today || visit.patient_id == 1 { at } else { at + TimeDelta::days(3) }
        });
        self.rows.lines.push(row![
            line,
            order,
            visit.id,
            visit.patient_id,
            test.id,
            visit.doctor,
            state,
            urgent,
            test.in_person,
            test.price,
            ordered,
            sample,
            (steps >= 1).then(|| moment(1)),
            verified,
            (state == LineState::Released).then(|| moment(6)),
            critical,
            called,
            verified.map(|at| (at - ordered).num_minutes()),
            patient_at
        ]);
        let mut before = LineState::Requested;
        for (step, (made, to)) in WAY
            .into_iter()
            .enumerate()
            .take(rank(state).min(if state == LineState::Rejected { 1 } else { 6 }))
        {
            let by = if made == Move::Verify || made == Move::Release { BENCH[1] } else { BENCH[0] };
            self.step((line, sample), (made, before, to), by, moment(step + 1));
            before = to;
        }
        if state == LineState::Rejected {
            self.step(
                (line, sample),
                (Move::Reject, LineState::Collected, LineState::Rejected),
                BENCH[0],
                moment(2),
            );
        }
    }

    fn step(
        &mut self,
        (line, sample): (i64, Option<i64>),
        (made, from, to): (Move, LineState, LineState),
        by: i64,
        at: DateTime<Utc>,
    ) {
        let note = if made == Move::Reject { "Too little" } else { "" };
        self.rows.steps.push(row![line, at, made, from, to, by, sample, "Sample room", note]);
    }

    /// A result with a value for every analyte; says whether one is critical.
    fn result(&mut self, visit: &Seen, at: usize, (line, sample): (i64, i64), how: How) -> bool {
        let How { whose, wild, entered, verified } = how;
        self.ids.result += 1;
        let result = self.ids.result;
        let mut critical = false;
        let kind = &self.kinds[at];
        let mut film = None;
        for analyte in &kind.analytes {
            let typed = match film {
                Some(Film::Clear) => break,
                Some(Film::Parasites) => Some(of_parasites(&mut self.chance, analyte)),
                None => typed(&mut self.chance, analyte, whose, wild),
            };
            let Some(typed) = typed else { continue };
            film = film.or(Film::of(analyte, &typed));
            let value = judged(analyte, &typed, whose);
            critical |= value.flag.is_critical();
            self.rows.values.push(row![
                result,
                value.analyte,
                visit.patient_id,
                value.position,
                value.name,
                value.plain_name,
                value.kind,
                value.unit,
                value.method,
                value.decimals,
                value.number,
                value.words,
                value.by.low,
                value.by.high,
                value.by.critical_low,
                value.by.critical_high,
                value.flag
            ]);
        }
        let state = if verified.is_some() { "current" } else { "pending" };
        let by = verified.map(|_| BENCH[1]);
        self.rows
            .results
            .push(row![result, line, sample, 1_i64, state, critical, BENCH[0], entered, by, verified]);
        if let Some(at) = verified {
            let seen = (visit.day < self.now.date_naive() || visit.patient_id == 1).then_some(at);
            self.rows.reviews.push(row![result, line, visit.doctor, "new", at, seen]);
            if critical && !wild {
                self.rows.calls.push(row![result, at, BENCH[1], "Dr Ọláwálé", "phone", true, true]);
            }
        }
        critical
    }

    pub(super) async fn save(&mut self, filling: &mut Filling) -> Result<(), DbError> {
        let rows = std::mem::take(&mut self.rows);
        filling
            .put(
                "lab_order",
                &["id", "visit_id", "patient_id", "ordered_by", "ordered_at", "urgent", "question"],
                rows.orders,
            )
            .await?;
        filling.put("lab_sample", SAMPLE, rows.samples).await?;
        filling.put("lab_line", LINE, rows.lines).await?;
        filling.put("lab_step", STEP, rows.steps).await?;
        filling.put("lab_result", RESULT, rows.results).await?;
        filling.put("lab_value", VALUE, rows.values).await?;
        let review = &["result_id", "line_id", "account_id", "reason", "created_at", "acknowledged_at"];
        filling.put("lab_review", review, rows.reviews).await?;
        let call = &["result_id", "at", "account_id", "told", "means", "reached", "read_back"];
        filling.put("lab_call", call, rows.calls).await?;
        filling.put("counter", &["scope", "day", "last"], rows.counters).await
    }
}
