//! Orders, samples and results of the demo: a few weeks of released ones, and today's at every step.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, Value, bulk, sql};
use crate::laboratory::model::{AgeAt, AnalyteKind, Flag, LineState, Move, TestId, pick, sample_code};
use crate::laboratory::verbs::enter::{Typed, judged};
use crate::laboratory::{Analyte, analytes_of_test, ensure_catalogue};
use crate::patients::model::Sex;
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
    let mut filling = Filling::begin(db, clinic, now, ProgressBar::hidden()).await?;
    let mut day = Day { chance: Chance::new(71), kinds, rows: Rows::default(), now, number: (today, 0) };
    for (at, visit) in seen.iter().enumerate() {
        let kind = [0, 1, 0, 2, 3, 0, 4, 5, 1, 6, 7][at % 11];
        day.order(&filling, visit, &[kind], (LineState::Released, at % 9 == 0));
    }
    for (at, (visit, stage)) in present.iter().zip(STAGES).enumerate() {
        let tests: &[usize] = match at % 4 {
            0 => &[0, 1],
            1 => &[3],
            2 => &[4],
            _ => &[1, 2],
        };
        day.order(&filling, visit, tests, stage);
    }
    // The student who is shown has results to read.
    let own: Option<Seen> = sql(
        "select v.id, v.patient_id, v.day, p.sex, p.born_on, cast(4 as bigint) as doctor, v.opened_at as at
         from visit v join patient p on p.id = v.patient_id where v.patient_id = 1 order by v.id limit 1",
    )
    .optional(db)
    .await?;
    if let Some(visit) = own {
        day.order(&filling, &visit, &[0, 1], (LineState::Released, false));
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
    number: (NaiveDate, i64),
}

/// How far along a state is.
fn rank(state: LineState) -> usize {
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

const WAY: [(Move, LineState); 6] = [
    (Move::Collect, LineState::Collected),
    (Move::Receive, LineState::Received),
    (Move::Start, LineState::InProgress),
    (Move::Enter, LineState::Entered),
    (Move::Verify, LineState::Verified),
    (Move::Release, LineState::Released),
];

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
    fn order(
        &mut self,
        filling: &Filling,
        visit: &Seen,
        tests: &[usize],
        (state, urgent): (LineState, bool),
    ) {
        let order = self.rows.orders.len() as i64 + 1;
        let ordered = visit.at + TimeDelta::minutes(6);
        let ordered = ordered.min(self.now - TimeDelta::minutes(1));
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
            // Steps are spread over the time that has passed; released ones over an ordinary hour.
            let steps = rank(state);
            let span = (self.now - ordered).num_seconds().clamp(60, 3_000);
            let moment = |step: usize| ordered + TimeDelta::seconds(span * step as i64 / 7);
            let sample = (steps > 0).then(|| match tubes.iter().find(|(known, _)| *known == specimen) {
                Some((_, sample)) => *sample,
                None => {
                    let sample = self.sample(visit, &specimen, moment(1), state);
                    tubes.push((specimen, sample));
                    sample
                }
            });
            self.line(filling, visit, *at, (order, ordered, urgent), (state, sample), &moment);
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

    fn line(
        &mut self,
        filling: &Filling,
        visit: &Seen,
        at: usize,
        (order, ordered, urgent): (i64, DateTime<Utc>, bool),
        (state, sample): (LineState, Option<i64>),
        moment: &dyn Fn(usize) -> DateTime<Utc>,
    ) {
        let line = self.rows.lines.len() as i64 + 1;
        let steps = rank(state);
        let test = self.kinds[at].test.clone();
        let verified = (steps >= 5).then(|| moment(5));
        let mut critical = false;
        if let Some(sample) = sample.filter(|_| steps >= 4) {
            let whose = AgeAt::at(visit.sex, visit.born_on, moment(1), &filling.clinic);
            let wild = state == LineState::Verified;
            critical = self.result(visit, at, (line, sample), (whose, wild), (moment(4), verified));
        }
        // A result without a critical value is released as soon as it is verified.
        let state = if state == LineState::Verified && !critical { LineState::Released } else { state };
        let called = (critical && state == LineState::Released).then(|| moment(6));
        let patient_at = verified.filter(|_| !test.in_person).map(|at| {
            if visit.day < filling.today || visit.patient_id == 1 { at } else { at + TimeDelta::days(3) }
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
    fn result(
        &mut self,
        visit: &Seen,
        at: usize,
        (line, sample): (i64, i64),
        (whose, wild): (AgeAt, bool),
        (entered, verified): (DateTime<Utc>, Option<DateTime<Utc>>),
    ) -> bool {
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

const SAMPLE: &[&str] = &[
    "id",
    "code",
    "patient_id",
    "visit_id",
    "specimen",
    "collected_by",
    "collected_at",
    "place",
    "rejected_at",
    "rejected_by",
    "reject_reason",
];
const LINE: &[&str] = &[
    "id",
    "order_id",
    "visit_id",
    "patient_id",
    "test_id",
    "ordered_by",
    "state",
    "urgent",
    "in_person",
    "price",
    "requested_at",
    "sample_id",
    "collected_at",
    "verified_at",
    "released_at",
    "critical",
    "called_back_at",
    "turnaround_minutes",
    "patient_at",
];
const STEP: &[&str] =
    &["line_id", "at", "move", "from_state", "to_state", "account_id", "sample_id", "place", "note"];
const RESULT: &[&str] = &[
    "id",
    "line_id",
    "sample_id",
    "number",
    "state",
    "critical",
    "entered_by",
    "entered_at",
    "verified_by",
    "verified_at",
];
const VALUE: &[&str] = &[
    "result_id",
    "analyte_id",
    "patient_id",
    "position",
    "name",
    "plain_name",
    "kind",
    "unit",
    "method",
    "decimals",
    "number",
    "words",
    "low",
    "high",
    "critical_low",
    "critical_high",
    "flag",
];

/// A believable value: mostly within the range, now and then outside; a wild one is critical where it can be.
fn typed(chance: &mut Chance, analyte: &Analyte, whose: AgeAt, wild: bool) -> Option<Typed> {
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

/// Health records of some students.
async fn health(filling: &mut Filling, now: DateTime<Utc>) -> Result<(), DbError> {
    let groups = ["O+", "O+", "A+", "B+", "O-", "AB+"];
    let genotypes = ["AA", "AA", "AS", "AA", "AS", "SS"];
    let (mut records, mut versions) = (Vec::new(), Vec::new());
    for id in 1..=40_i64 {
        let (group, genotype) = (groups[id as usize % 6], genotypes[(id as usize * 5 + 1) % 6]);
        let height = (id % 7 != 0).then_some(1_520 + id * 37 % 320);
        let weight = (id % 9 != 0).then_some((52 + id * 11 % 34) * 1_000);
        let at = now - TimeDelta::days(40 - id) - TimeDelta::minutes(id * 13);
        let notes = if id % 5 == 0 { "Wears glasses" } else { "" };
        records.push(row![id, id, group, genotype, height, weight, notes, BENCH[0], at]);
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
