//! How long tests took.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, sql};
use crate::laboratory::model::{SampleId, TestId};

/// What one verified test took.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Taken {
    pub test_id: TestId,
    pub name: String,
    pub target_minutes: i64,
    pub minutes: i64,
}

/// Tests of one look back; more would not change a median.
pub const MOST: i64 = 20_000;

/// Every test verified since a moment, for whom it counts: from the order to the verification.
pub async fn since(store: impl Store, since: DateTime<Utc>) -> Result<Vec<Taken>, DbError> {
    sql("select l.test_id, t.name, t.target_minutes, l.turnaround_minutes as minutes
         from lab_line l join lab_test t on t.id = l.test_id
         where l.verified_at >= $1 and l.turnaround_minutes is not null order by l.verified_at desc limit $2")
    .bind(since)
    .bind(MOST)
    .all(store)
    .await
}

/// A test that took longer than it should.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Late {
    pub test: String,
    pub sample_id: Option<SampleId>,
    pub code: Option<String>,
    pub verified_at: DateTime<Utc>,
    pub minutes: i64,
    pub target_minutes: i64,
}

/// The latest tests that took longer than they should.
pub async fn late(store: impl Store, since: DateTime<Utc>) -> Result<Vec<Late>, DbError> {
    sql("select t.name as test, l.sample_id, s.code, l.verified_at, l.turnaround_minutes as minutes,
            t.target_minutes
         from lab_line l join lab_test t on t.id = l.test_id left join lab_sample s on s.id = l.sample_id
         where l.verified_at >= $1 and l.turnaround_minutes > t.target_minutes order by l.verified_at desc limit 25")
    .bind(since)
    .all(store)
    .await
}
