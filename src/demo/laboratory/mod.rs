//! Orders, samples and results of the demo: a few weeks of released ones, and today's at every step.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;

mod columns;
mod values;

use columns::{LINE, RESULT, SAMPLE, STEP, VALUE};
use values::{WAY, health, rank, typed};

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, Value, bulk, sql};
use crate::laboratory::model::{AgeAt, LineState, Move, TestId, sample_code};
use crate::laboratory::verbs::enter::judged;
use crate::laboratory::{Analyte, analytes_of_test, ensure_catalogue};
use crate::patients::model::Sex;
use crate::settings::model::Clinic;
use crate::settings::store as settings;

/// Who works in the laboratory.
const BENCH: [i64; 2] = [13, 5];
/// What the demo's doctors order, the most frequent first.
const CODES: [&str; 8] = ["MP", "FBC", "PCV", "URINE", "UE", "RBS", "WIDAL", "HBSAG"];
const QUESTIONS: [&str; 4] = ["Fever for 3 days", "", "Tired and pale", "Before treatment"];
/// The orders of today, the oldest first: how far they are, whether urgent.
const STAGES: [(LineState, bool); 12] = [
    (LineState::Released, false),
    (LineState::Released, false),
    (LineState::Verified, true),
    (LineState::Entered, false),
    (LineState::Released, false),
    (LineState::InProgress, false),
    (LineState::Entered, true),
    (LineState::Received, false),
    (LineState::Collected, false),
    (LineState::Rejected, false),
    (LineState::Requested, true),
    (LineState::Requested, false),
];
/// Past visits that went to the laboratory.
const PAST: i64 = 150;

#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    day: NaiveDate,
    sex: Sex,
    born_on: Option<NaiveDate>,
    doctor: i64,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
struct Test {
    id: TestId,
    code: String,
    specimen: String,
    price: i64,
    in_person: bool,
}

struct Kind {
    test: Test,
    analytes: Vec<Analyte>,
}

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

/// Fills the laboratory once.
pub(super) async fn write(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    ensure_catalogue(db).await?;
    let clinic = settings::clinic(db).await?;
    let today = clinic.day_of(now);
    let kinds = kinds(db).await?;
    let mut seen: Vec<Seen> = sql("select v.id, v.patient_id, v.day, p.sex, p.born_on, q.served_by as doctor, q.started_at as at
         from visit v join patient p on p.id = v.patient_id
         join queue_entry q on q.visit_id = v.id and q.point_id = 3 and q.started_at is not null and q.served_by is not null
         where v.day < $1 order by v.day desc, v.id desc limit $2")
    .bind(today)
    .bind(PAST)
    .all(db)
    .await?;
    seen.reverse();
    let present: Vec<Seen> = sql("select v.id, v.patient_id, v.day, p.sex, p.born_on, q.served_by as doctor, q.started_at as at
         from visit v join patient p on p.id = v.patient_id
         join queue_entry q on q.visit_id = v.id and q.point_id = 3 and q.started_at is not null and q.served_by is not null
         where v.day = $1 order by v.id limit 12")
    .bind(today)
    .all(db)
    .await?;
    let mut filling = Filling::begin(db, clinic.clone(), now, ProgressBar::hidden()).await?;
    let chance = Chance::new(71);
    let mut day = Day { chance, kinds, rows: Rows::default(), now, today, clinic, number: (today, 0) };
    for (at, visit) in seen.iter().enumerate() {
        let kind = [0, 1, 0, 2, 3, 0, 4, 5, 1, 6, 7][at % 11];
        day.order(visit, &[kind], (LineState::Released, at % 9 == 0));
    }
    for (at, (visit, stage)) in present.iter().zip(STAGES).enumerate() {
        let tests: &[usize] = match at % 4 {
            0 => &[0, 1],
            1 => &[3],
            2 => &[4],
            _ => &[1, 2],
        };
        day.order(visit, tests, stage);
    }
    // The student who is shown has results to read.
    let own: Option<Seen> = sql(
        "select v.id, v.patient_id, v.day, p.sex, p.born_on, cast(4 as bigint) as doctor, v.opened_at as at
         from visit v join patient p on p.id = v.patient_id where v.patient_id = 1 order by v.id limit 1",
    )
    .optional(db)
    .await?;
    if let Some(visit) = own {
        day.order(&visit, &[0, 1], (LineState::Released, false));
    }
    day.end_of_day();
    day.save(&mut filling).await?;
    health(&mut filling, now).await
}

async fn kinds(db: &Db) -> Result<Vec<Kind>, DbError> {
    let tests: Vec<Test> =
        sql("select id, code, specimen, price, in_person from lab_test order by id").all(db).await?;
    let mut kinds = Vec::new();
    for code in CODES {
        if let Some(test) = tests.iter().find(|test| test.code == code).cloned() {
            let analytes = analytes_of_test(db, test.id).await?;
            kinds.push(Kind { test, analytes });
        }
    }
    Ok(kinds)
}

struct Day {
    chance: Chance,
    kinds: Vec<Kind>,
    rows: Rows,
    now: DateTime<Utc>,
    today: NaiveDate,
    clinic: Clinic,
    number: (NaiveDate, i64),
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
    fn end_of_day(&mut self) {
        let (day, number) = self.number;
        if number > 0 {
            self.rows.counters.push(row!["sample", day, number]);
        }
    }

    fn code(&mut self, day: NaiveDate) -> String {
        if self.number.0 != day {
            self.end_of_day();
            self.number = (day, 0);
        }
        self.number.1 += 1;
        sample_code(day, self.number.1)
    }

    /// An order of one visit, each of its tests as far as `state`.
    fn order(&mut self, visit: &Seen, tests: &[usize], (state, urgent): (LineState, bool)) {
        let order = self.rows.orders.len() as i64 + 1;
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
        let sample = self.rows.samples.len() as i64 + 1;
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
        let line = self.rows.lines.len() as i64 + 1;
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
        let result = self.rows.results.len() as i64 + 1;
        let mut critical = false;
        let kind = &self.kinds[at];
        for analyte in &kind.analytes {
            let Some(typed) = typed(&mut self.chance, analyte, whose, wild) else { continue };
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

    async fn save(self, filling: &mut Filling) -> Result<(), DbError> {
        let rows = self.rows;
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
        filling.put("counter", &["scope", "day", "last"], rows.counters).await?;
        for table in ["lab_order", "lab_sample", "lab_line", "lab_result"] {
            bulk::follow_ids(filling.tx().await?, table).await?;
        }
        filling.step("laboratory", 0).await
    }
}
