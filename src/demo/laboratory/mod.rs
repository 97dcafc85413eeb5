//! Orders, samples and results of the demo: a few weeks of released ones, and today's at every step.

use chrono::{DateTime, NaiveDate, Utc};
use indicatif::ProgressBar;

mod columns;
mod day;
mod values;

use day::Day;
use values::health;

use super::Filling;
use crate::db::{Db, DbError, bulk, sql};
use crate::laboratory::model::{LineState, TestId};
use crate::laboratory::{Analyte, analytes_of_test, ensure_catalogue};
use crate::patients::model::Sex;
use crate::settings::store as settings;

/// Who works in the laboratory.
const BENCH: [i64; 2] = [13, 5];
/// What the demo's doctors order, the most frequent first.
const CODES: [&str; 8] = ["MP", "FBC", "PCV", "URINE", "UE", "RBS", "WIDAL", "HBSAG"];
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
/// Past visits that went to the laboratory in the small demo.
const PAST: i64 = 150;
/// Visits that are read at once.
const BATCH: i64 = 5_000;

#[derive(Debug, Clone, serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    day: NaiveDate,
    sex: Sex,
    born_on: Option<NaiveDate>,
    doctor: i64,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, serde::Deserialize)]
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

/// Who went to the laboratory in the past.
#[derive(Debug, Clone, Copy)]
pub(super) enum Past {
    /// The last visits only.
    Weeks,
    /// One visit in so many, from the first day on.
    OneIn(i64),
}

/// Visits in which a doctor saw somebody, with what a sample's ranges need of the person.
macro_rules! seen {
    ($rest:literal) => {
        concat!(
            "select v.id, v.patient_id, v.day, p.sex, p.born_on, q.served_by as doctor, q.started_at as at
             from visit v join patient p on p.id = v.patient_id
             join queue_entry q on q.visit_id = v.id and q.point_id = 3 and q.started_at is not null
                and q.served_by is not null ",
            $rest
        )
    };
}

/// Fills the laboratory once.
pub(super) async fn write(db: &Db, now: DateTime<Utc>, past: Past, bar: ProgressBar) -> Result<(), DbError> {
    ensure_catalogue(db).await?;
    let clinic = settings::clinic(db).await?;
    let today = clinic.day_of(now);
    let kinds = kinds(db).await?;
    let mut filling = Filling::begin(db, clinic.clone(), now, bar).await?;
    let mut day = Day::new(kinds, clinic, now);
    let (mut after, one_in) = match past {
        Past::Weeks => (before_the_last(&mut filling, today).await?, 1),
        Past::OneIn(one_in) => (0, one_in),
    };
    let mut number = 0;
    loop {
        let seen: Vec<Seen> = sql(seen!(
            "where v.series <> 'B' and v.day < $1 and v.id > $2 and v.id % $3 = 0 order by v.id limit $4"
        ))
        .bind(today)
        .bind(after)
        .bind(one_in)
        .bind(BATCH)
        .all(filling.tx().await?)
        .await?;
        let Some(last) = seen.last() else { break };
        after = last.id;
        for visit in &seen {
            let kind = [0, 1, 0, 2, 3, 0, 4, 5, 1, 6, 7][number % 11];
            day.order(visit, &[kind], (LineState::Released, number % 9 == 0));
            number += 1;
        }
        day.save(&mut filling).await?;
        filling.step("laboratory", usize::try_from(after).unwrap_or(0)).await?;
    }
    day.of_today(&mut filling).await?;
    day.counted();
    day.save(&mut filling).await?;
    hand_over(&mut filling, today).await?;
    for table in ["lab_order", "lab_sample", "lab_line", "lab_result"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    filling.step("laboratory", 0).await?;
    health(&mut filling, now).await
}

/// Whoever finished a visit of today before its results were there still reviews them (rule V2).
async fn hand_over(filling: &mut Filling, today: NaiveDate) -> Result<(), DbError> {
    sql("insert into order_handover (line_id, visit_id, account_id, given_by, given_at)
         select l.id, l.visit_id, l.ordered_by, l.ordered_by, v.closed_at from visit v join lab_line l on l.visit_id = v.id
         where v.day = $1 and v.close_reason = 'finished' and l.state not in ('released', 'cancelled')")
    .bind(today)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}

/// The visit after which the last ones begin. Series B is whoever comes often, who would have all of them.
async fn before_the_last(filling: &mut Filling, today: NaiveDate) -> Result<i64, DbError> {
    let seen: Vec<Seen> = sql(seen!("where v.series <> 'B' and v.day < $1 order by v.id desc limit $2"))
        .bind(today)
        .bind(PAST)
        .all(filling.tx().await?)
        .await?;
    Ok(seen.last().map_or(0, |first| first.id - 1))
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

impl Day {
    /// Orders of today at every step; and the student who is shown has results to read.
    async fn of_today(&mut self, filling: &mut Filling) -> Result<(), DbError> {
        let present: Vec<Seen> = sql(seen!("where v.day = $1 order by v.id limit 12"))
            .bind(self.today)
            .all(filling.tx().await?)
            .await?;
        for (at, (visit, stage)) in present.iter().zip(STAGES).enumerate() {
            let tests: &[usize] = match at % 4 {
                0 => &[0, 1],
                1 => &[3],
                2 => &[4],
                _ => &[1, 2],
            };
            self.order(visit, tests, stage);
        }
        let own: Option<Seen> = sql(
            "select v.id, v.patient_id, v.day, p.sex, p.born_on, cast(4 as bigint) as doctor, v.opened_at as at
             from visit v join patient p on p.id = v.patient_id where v.patient_id = 1 order by v.id limit 1",
        )
        .optional(filling.tx().await?)
        .await?;
        if let Some(visit) = own {
            self.order(&visit, &[0, 1], (LineState::Released, false));
        }
        Ok(())
    }
}
