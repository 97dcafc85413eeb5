//! Versions of results, their values and the calls about them.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, Value as Bound, sql};
use crate::laboratory::model::{
    AnalyteId, AnalyteKind, Flag, Judged, LineId, ResultId, ReviewReason, SampleId, TestId, VersionState,
    decimal, range_words,
};
use crate::patients::model::{PatientId, SealedVisits};

/// One version of a result.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Version {
    pub id: ResultId,
    pub number: i64,
    pub state: VersionState,
    pub critical: bool,
    /// Whether it says that there is no result that counts.
    pub void: bool,
    pub comment: String,
    /// What the test would also measure and nobody measured, by name; empty when it is whole.
    pub not_done: String,
    pub corrects_id: Option<ResultId>,
    pub reason: String,
    pub entered_by: AccountId,
    pub enterer: String,
    pub entered_at: DateTime<Utc>,
    pub verifier: Option<String>,
    pub verified_at: Option<DateTime<Utc>>,
    pub self_verified: bool,
    /// Who was told of a critical value, when somebody was reached.
    pub told: Option<String>,
    pub told_at: Option<DateTime<Utc>>,
}

macro_rules! versions {
    ($tail:literal) => {
        concat!(
            "select r.id, r.number, r.state, r.critical, r.void, r.comment, r.not_done, r.corrects_id, r.reason, r.entered_by,
                e.name as enterer, r.entered_at, v.name as verifier, r.verified_at, r.self_verified, c.told, c.at as told_at
             from lab_result r join account e on e.id = r.entered_by left join account v on v.id = r.verified_by
             left join lab_call c on c.id = (select max(x.id) from lab_call x where x.result_id = r.id and x.reached) where ",
            $tail
        )
    };
}

/// Every version of a line's result, the oldest first; what was sent back before verification is none.
pub async fn of_line(store: impl Store, line: LineId) -> Result<Vec<Version>, DbError> {
    sql(versions!("r.line_id = $1 and r.state <> 'withdrawn' order by r.number limit 50"))
        .bind(line)
        .all(store)
        .await
}

/// A version, and how the review of one person stands.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ForReader {
    pub version: Version,
    pub review_reason: Option<ReviewReason>,
    pub review_closed: bool,
}

impl ForReader {
    /// Why the version waits for that person; none when it does not.
    pub fn review(&self) -> Option<ReviewReason> {
        self.review_reason.filter(|_| !self.review_closed)
    }
}

/// Every version of a line's result with what one person has to review of it, the oldest first; a doctor also what waits
/// for somebody who is no doctor here any more.
pub async fn of_line_for(
    store: impl Store,
    line: LineId,
    reader: AccountId,
) -> Result<Vec<ForReader>, DbError> {
    sql("select r.id, r.number, r.state, r.critical, r.void, r.comment, r.not_done, r.corrects_id, r.reason, r.entered_by,
            e.name as enterer, r.entered_at, v.name as verifier, r.verified_at, r.self_verified, c.told, c.at as told_at,
            w.reason as review_reason,
            (w.acknowledged_at is not null or w.replaced_at is not null) as review_closed
         from lab_result r join account e on e.id = r.entered_by left join account v on v.id = r.verified_by
         left join lab_call c on c.id = (select max(x.id) from lab_call x where x.result_id = r.id and x.reached)
         left join lab_review w on w.id = (select x.id from lab_review x join account a on a.id = x.account_id
            where x.result_id = r.id and (x.account_id = $2 or (x.acknowledged_at is null and x.replaced_at is null
                and (a.state <> 'active' or not exists (select 1 from account_role d
                    where d.account_id = a.id and d.role = 'doctor'))
                and exists (select 1 from account_role d where d.account_id = $2 and d.role = 'doctor')))
            order by x.acknowledged_at is not null or x.replaced_at is not null, x.account_id <> $2, x.id limit 1)
         where r.line_id = $1 and r.state <> 'withdrawn' order by r.number limit 50")
    .bind(line)
    .bind(reader)
    .all(store)
    .await
}

/// The one version of a line in this state.
pub async fn in_state(
    store: impl Store,
    line: LineId,
    state: VersionState,
) -> Result<Option<Version>, DbError> {
    sql(versions!("r.line_id = $1 and r.state = $2 order by r.number desc limit 1"))
        .bind(line)
        .bind(state)
        .optional(store)
        .await
}

/// A measured value with everything it was judged by.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Value {
    pub result_id: ResultId,
    pub line_id: LineId,
    pub test_id: TestId,
    pub analyte_id: AnalyteId,
    pub name: String,
    pub plain_name: String,
    pub kind: AnalyteKind,
    pub unit: String,
    pub method: String,
    pub decimals: i64,
    pub amount: Option<i64>,
    pub words: String,
    pub low: Option<i64>,
    pub high: Option<i64>,
    pub flag: Flag,
    pub state: VersionState,
    pub collected_at: DateTime<Utc>,
}

impl Value {
    /// The result without its unit.
    pub fn shown(&self) -> String {
        self.amount.map_or_else(|| self.words.clone(), |amount| decimal(amount, self.decimals))
    }

    /// The result with its unit.
    pub fn with_unit(&self) -> String {
        format!("{} {}", self.shown(), self.unit).trim().to_owned()
    }

    /// `3.5 to 5.1 mmol/L`, or nothing.
    pub fn range(&self) -> String {
        match range_words(self.low, self.high, self.decimals) {
            words if words.is_empty() => words,
            words => format!("{words} {}", self.unit).trim().to_owned(),
        }
    }
}

macro_rules! values {
    ($tail:literal) => {
        concat!(
            "select v.result_id, r.line_id, a.test_id, v.analyte_id, v.name, v.plain_name, v.kind, v.unit, v.method,
                v.decimals, v.number as amount, v.words, v.low, v.high, v.flag, r.state, s.collected_at
             from lab_value v join lab_result r on r.id = v.result_id join lab_sample s on s.id = r.sample_id
             join lab_analyte a on a.id = v.analyte_id where ",
            $tail
        )
    };
}

/// A value with the version it belongs to, so that a page asks once for both.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct OfVersion {
    pub value: Value,
    pub version: Version,
}

/// The values of a patient for the tests on a sample: those of the sample, and those of earlier ones, the newest first.
pub async fn values_around(
    store: impl Store,
    sample: SampleId,
    patient: PatientId,
) -> Result<Vec<OfVersion>, DbError> {
    sql("select v.result_id, r.line_id, a.test_id, v.analyte_id, v.name, v.plain_name, v.kind, v.unit, v.method,
            v.decimals, v.number as amount, v.words, v.low, v.high, v.flag, r.state, s.collected_at,
            r.id, r.number, r.critical, r.void, r.comment, r.not_done, r.corrects_id, r.reason, r.entered_by, e.name as enterer,
            r.entered_at, k.name as verifier, r.verified_at, r.self_verified, c.told, c.at as told_at
         from lab_value v join lab_result r on r.id = v.result_id join lab_sample s on s.id = r.sample_id
         join lab_analyte a on a.id = v.analyte_id join account e on e.id = r.entered_by
         left join account k on k.id = r.verified_by
         left join lab_call c on c.id = (select max(x.id) from lab_call x where x.result_id = r.id and x.reached)
         where v.patient_id = $2 and v.analyte_id in (select x.id from lab_line l join lab_analyte x
            on x.test_id = l.test_id where l.sample_id = $1) and r.state in ('pending', 'current')
         order by v.result_id desc, v.position limit 400")
    .bind(sample)
    .bind(patient)
    .all(store)
    .await
}

/// The values of a patient for one test, superseded versions included, the newest first.
pub async fn values_of_test(
    store: impl Store,
    (patient, sealed): (PatientId, &SealedVisits),
    test: TestId,
) -> Result<Vec<Value>, DbError> {
    sql(values!(
        "v.patient_id = $1 and v.analyte_id in (select x.id from lab_analyte x where x.test_id = $2)
            and ($3 = '' or $3 not like '%,' || (select k.visit_id from lab_line k where k.id = r.line_id) || ',%')
            and r.state in ('current', 'superseded')
         order by v.result_id desc, v.position limit 400"
    ))
    .bind(patient)
    .bind(test)
    .bind(sealed.visits())
    .all(store)
    .await
}

/// A version on its way into the table.
#[derive(Debug)]
pub struct NewVersion<'a> {
    pub line: LineId,
    pub sample: SampleId,
    pub critical: bool,
    /// Whether it says that there is no result that counts.
    pub void: bool,
    pub comment: &'a str,
    /// What the test would also measure and nobody measured.
    pub not_done: &'a str,
    pub corrects: Option<ResultId>,
    pub reason: &'a str,
    pub by: AccountId,
}

/// Writes a version that waits for its verification.
pub async fn insert(tx: &mut Tx, new: &NewVersion<'_>, at: DateTime<Utc>) -> Result<ResultId, DbError> {
    sql("insert into lab_result (line_id, sample_id, number, state, critical, comment, corrects_id, reason, entered_by,
            entered_at, void, not_done)
         values ($1, $2, (select coalesce(max(number), 0) + 1 from lab_result where line_id = $1), 'pending', $3, $4,
            $5, $6, $7, $8, $9, $10) returning id")
    .bind(new.line)
    .bind(new.sample)
    .bind(new.critical)
    .bind(new.comment)
    .bind(new.corrects)
    .bind(new.reason)
    .bind(new.by)
    .bind(at)
    .bind(new.void)
    .bind(new.not_done)
    .scalar(tx)
    .await
}

/// A value on its way into the table.
#[derive(Debug, Clone)]
pub struct NewValue {
    pub analyte: AnalyteId,
    pub position: i64,
    pub name: String,
    pub plain_name: String,
    pub kind: AnalyteKind,
    pub unit: String,
    pub method: String,
    pub decimals: i64,
    pub number: Option<i64>,
    pub words: String,
    pub by: Judged,
    pub flag: Flag,
}

/// Writes the values of a version.
pub async fn insert_values(
    tx: &mut Tx,
    result: ResultId,
    patient: PatientId,
    values: &[NewValue],
) -> Result<(), DbError> {
    const VALUES: Table = Table {
        name: "lab_value",
        columns: &[
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
        ],
    };
    let row = |value: &NewValue| -> Vec<Bound> {
        vec![
            result.into(),
            value.analyte.into(),
            patient.into(),
            value.position.into(),
            value.name.as_str().into(),
            value.plain_name.as_str().into(),
            value.kind.into(),
            value.unit.as_str().into(),
            value.method.as_str().into(),
            value.decimals.into(),
            value.number.into(),
            value.words.as_str().into(),
            value.by.low.into(),
            value.by.high.into(),
            value.by.critical_low.into(),
            value.by.critical_high.into(),
            value.flag.into(),
        ]
    };
    bulk::insert(tx, VALUES, &mut values.iter().map(row).collect()).await
}

/// Takes a pending version back; it stays in the history.
pub async fn withdraw(tx: &mut Tx, line: LineId) -> Result<(), DbError> {
    sql("update lab_result set state = 'withdrawn' where line_id = $1 and state = 'pending'")
        .bind(line)
        .run(tx)
        .await?;
    Ok(())
}

/// What held until now is superseded.
pub async fn supersede(tx: &mut Tx, line: LineId) -> Result<(), DbError> {
    sql("update lab_result set state = 'superseded' where line_id = $1 and state = 'current'")
        .bind(line)
        .run(tx)
        .await?;
    Ok(())
}

/// A pending version holds from now on. False when it no longer waited.
pub async fn verify(
    tx: &mut Tx,
    id: ResultId,
    by: AccountId,
    alone: bool,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update lab_result set state = 'current', verified_by = $2, verified_at = $3, self_verified = $4
         where id = $1 and state = 'pending'")
        .bind(id)
        .bind(by)
        .bind(at)
        .bind(alone)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// A call about a critical value.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Call {
    pub at: DateTime<Utc>,
    pub name: String,
    pub told: String,
    pub means: String,
    pub reached: bool,
    pub note: String,
}

/// A call on its way into the table.
#[derive(Debug)]
pub struct NewCall<'a> {
    pub result: ResultId,
    pub by: AccountId,
    pub told: &'a str,
    pub means: &'a str,
    pub reached: bool,
    pub read_back: bool,
    pub note: &'a str,
}

/// Notes a call.
pub async fn insert_call(tx: &mut Tx, new: &NewCall<'_>, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into lab_call (result_id, at, account_id, told, means, reached, read_back, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(new.result)
    .bind(at)
    .bind(new.by)
    .bind(new.told)
    .bind(new.means)
    .bind(new.reached)
    .bind(new.read_back)
    .bind(new.note)
    .run(tx)
    .await?;
    Ok(())
}
