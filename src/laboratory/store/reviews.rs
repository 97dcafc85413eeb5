//! What doctors have to look at, and what patients may read of their own. What waits for somebody who is no doctor here any
//! more waits for every doctor, until one of them has looked (rule A8).

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{LineId, ResultId, ReviewReason};
use crate::laboratory::store::results::Call;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A result that waits for a doctor.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct ToReview {
    pub result_id: ResultId,
    pub reason: ReviewReason,
    pub created_at: DateTime<Utc>,
    pub patient_id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub number: String,
    pub test: String,
    pub urgent: bool,
    pub critical: bool,
    pub in_person: bool,
    /// Whether there is no result that counts.
    pub void: bool,
    /// How many of its values are outside their ranges.
    pub outside: i64,
}

impl ToReview {
    /// The patient's name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }
}

/// Results that wait for a doctor, or for nobody who is here: critical and corrected ones first, then the oldest.
pub async fn open(store: impl Store, doctor: AccountId, limit: i64) -> Result<Vec<ToReview>, DbError> {
    sql("select w.result_id, w.reason, w.created_at, p.id as patient_id, p.family_name, p.given_names, p.number,
            t.name as test, l.urgent, r.critical, l.in_person, r.void,
            (select count(*) from lab_value v where v.result_id = r.id and v.flag not in ('none', 'normal')) as outside
         from lab_review w join lab_result r on r.id = w.result_id join lab_line l on l.id = w.line_id
         join patient p on p.id = l.patient_id join lab_test t on t.id = l.test_id
         where w.acknowledged_at is null and w.replaced_at is null and w.account_id in (select a.id from account a
                where a.kind = 'staff' and (a.id = $1 or a.state <> 'active' or not exists (select 1 from account_role d
                    where d.account_id = a.id and d.role = 'doctor')))
            and not exists (select 1 from lab_review o where o.result_id = w.result_id and o.id <> w.id
                and o.acknowledged_at is null and o.replaced_at is null and w.account_id <> $1
                and (o.account_id = $1 or o.id < w.id))
         order by r.critical desc, w.reason, w.id limit $2")
    .bind(doctor)
    .bind(limit)
    .all(store)
    .await
}

/// Puts a result before somebody.
pub async fn insert(
    tx: &mut Tx,
    (result, line): (ResultId, LineId),
    account: AccountId,
    reason: ReviewReason,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into lab_review (result_id, line_id, account_id, reason, created_at) values ($1, $2, $3, $4, $5)
         on conflict (result_id, account_id) do nothing")
    .bind(result)
    .bind(line)
    .bind(account)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// A newer version takes the place of what still waited of a line.
pub async fn replace(tx: &mut Tx, line: LineId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update lab_review set replaced_at = $2 where line_id = $1 and acknowledged_at is null and replaced_at is null")
        .bind(line)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Somebody has looked. False when nothing waited for them.
pub async fn acknowledge(
    tx: &mut Tx,
    result: ResultId,
    account: AccountId,
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update lab_review set acknowledged_at = $3, note = $4
         where result_id = $1 and account_id = $2 and acknowledged_at is null and replaced_at is null")
    .bind(result)
    .bind(account)
    .bind(at)
    .bind(note)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Takes a result over that waits for somebody who is no doctor here any more. False when none waits so.
pub async fn adopt(
    tx: &mut Tx,
    result: ResultId,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let left: Vec<Held> = sql("select w.line_id, w.account_id, w.reason, w.result_id from lab_review w
             join account a on a.id = w.account_id
         where w.result_id = $1 and w.acknowledged_at is null and w.replaced_at is null and w.account_id <> $2
            and (a.state <> 'active' or not exists (select 1 from account_role d
                where d.account_id = a.id and d.role = 'doctor'))
         order by w.id")
    .bind(result)
    .bind(account)
    .all(&mut *tx)
    .await?;
    for one in &left {
        pass_on(tx, one, account, at).await?;
    }
    Ok(!left.is_empty())
}

/// A result that waits for somebody.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Held {
    pub result_id: ResultId,
    pub line_id: LineId,
    pub account_id: AccountId,
    pub reason: ReviewReason,
}

/// The results of a visit that wait for whoever ordered them, or had them handed over; not those that wait for `other`.
pub async fn of_orderers(tx: &mut Tx, visit: VisitId, other: AccountId) -> Result<Vec<Held>, DbError> {
    sql("select w.result_id, w.line_id, w.account_id, w.reason
         from lab_line l left join order_handover h on h.line_id = l.id
             join lab_review w on w.line_id = l.id and w.account_id = coalesce(h.account_id, l.ordered_by)
         where l.visit_id = $1 and w.account_id <> $2 and w.acknowledged_at is null and w.replaced_at is null
         order by w.id")
    .bind(visit)
    .bind(other)
    .all(tx)
    .await
}

/// From now on a result waits for somebody else; who has reviewed it already does not review it again.
pub async fn pass_on(tx: &mut Tx, held: &Held, to: AccountId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update lab_review set replaced_at = $3
         where result_id = $1 and account_id = $2 and acknowledged_at is null and replaced_at is null")
    .bind(held.result_id)
    .bind(held.account_id)
    .bind(at)
    .run(&mut *tx)
    .await?;
    sql("insert into lab_review (result_id, line_id, account_id, reason, created_at) values ($1, $2, $3, $4, $5)
         on conflict (result_id, account_id) do update set replaced_at = null")
    .bind(held.result_id)
    .bind(held.line_id)
    .bind(to)
    .bind(held.reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// The doctor who served in a visit last and is here still; none where nobody is.
pub async fn present(tx: &mut Tx, visit: VisitId) -> Result<Option<AccountId>, DbError> {
    let found: Option<(AccountId,)> =
        sql("select a.id from queue_entry e join account a on a.id = e.served_by
             join account_role r on r.account_id = a.id
         where e.visit_id = $1 and a.state = 'active' and r.role = 'doctor' order by e.id desc limit 1")
        .bind(visit)
        .optional(tx)
        .await?;
    Ok(found.map(|(doctor,)| doctor))
}

/// Every doctor who is here.
pub async fn doctors(tx: &mut Tx) -> Result<Vec<AccountId>, DbError> {
    sql("select a.id from account a join account_role r on r.account_id = a.id
         where a.kind = 'staff' and a.state = 'active' and r.role = 'doctor' order by a.id")
    .scalars(tx)
    .await
}

/// Who is called about a version, and the calls so far in their order. Nobody is named where who reviews it is no doctor
/// here any more.
pub async fn calls(store: impl Store, result: ResultId) -> Result<(String, Vec<Call>), DbError> {
    let mut calls: Vec<Call> = sql("select x.at, x.name, x.told, x.means, x.reached, x.note from
            (select cast(0 as bigint) as id, r.entered_at as at, coalesce((select trim(a.title || ' ' || a.name)
                from account a join account_role d on d.account_id = a.id and d.role = 'doctor'
                where a.id = coalesce((select h.account_id from order_handover h where h.line_id = l.id), l.ordered_by)
                    and a.state = 'active'), '') as name, '' as told, '' as means, false as reached, '' as note
             from lab_result r join lab_line l on l.id = r.line_id where r.id = $1
             union all select c.id, c.at, a.name, c.told, c.means, c.reached, c.note
             from lab_call c join account a on a.id = c.account_id where c.result_id = $1) x
         order by x.id limit 50")
    .bind(result)
    .all(store)
    .await?;
    let reviewer = if calls.is_empty() { String::new() } else { calls.remove(0).name };
    Ok((reviewer, calls))
}

/// Which of these accounts may still review results.
pub async fn is_reviewer(tx: &mut Tx, account: i64) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select a.id from account a join account_role r on r.account_id = a.id
         where a.id = $1 and a.state = 'active' and r.role = 'doctor'")
    .bind(account)
    .optional(tx)
    .await?;
    Ok(found.is_some())
}

/// A result that a patient may read.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Mine {
    pub result_id: ResultId,
    pub plain_name: String,
    pub collected_at: DateTime<Utc>,
    /// Why it was corrected; empty for a first version.
    pub reason: String,
    /// Whether it may be read now; else an earlier version was, and this one is not released to the patient yet.
    pub readable: bool,
    /// Whether there is no result that counts.
    pub void: bool,
    /// How many of its values are outside their ranges.
    pub outside: i64,
}

/// What a patient may read now, the newest first: by the doctor's OK or after the delay, critical ones after the call, never
/// what is told in person (rule L5). What the patient could read and is corrected stands there without its values until the
/// new version may be read: the old ones are wrong. That a result is withdrawn is said at once.
pub async fn mine(
    store: impl Store,
    patient: PatientId,
    now: DateTime<Utc>,
    before: i64,
    limit: i64,
) -> Result<Vec<Mine>, DbError> {
    sql("select r.id as result_id, t.plain_name, s.collected_at, r.reason, r.void,
            ((l.state = 'released' or r.void) and l.patient_at <= $2) as readable,
            (select count(*) from lab_value v where v.result_id = r.id and v.flag not in ('none', 'normal')) as outside
         from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
         join lab_sample s on s.id = r.sample_id join lab_test t on t.id = l.test_id
         where l.patient_id = $1 and not l.in_person and r.id < $3 and (l.patient_since is not null
            or (l.patient_at <= $2 and l.released_at is not null and l.state <> 'verified'))
         order by r.id desc limit $4")
    .bind(patient)
    .bind(now)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// The same for one line, with whether it may be read now; none when the patient knows nothing of it, or whose it is.
pub async fn my_line(
    store: impl Store,
    patient: PatientId,
    result: ResultId,
    now: DateTime<Utc>,
) -> Result<Option<(LineId, bool)>, DbError> {
    sql("select l.id, ((l.state = 'released' or c.void) and l.patient_at <= $3) as readable
         from lab_result r join lab_line l on l.id = r.line_id
            join lab_result c on c.line_id = l.id and c.state = 'current'
         where r.id = $2 and r.state in ('current', 'superseded') and l.patient_id = $1 and not l.in_person
            and (l.patient_since is not null
                or (l.patient_at <= $3 and l.released_at is not null and l.state <> 'verified'))")
    .bind(patient)
    .bind(result)
    .bind(now)
    .optional(store)
    .await
}
