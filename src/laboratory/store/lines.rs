//! Lines of orders as pages show them, their guarded steps and their history.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{LineId, LineState, Move, OrderId, RejectReason, ResultId, SampleId, TestId};
use crate::patients::model::{PatientId, SealedVisits, Sex};
use crate::queue::model::VisitId;

/// One test of an order with everything that a list says of it. It carries the doctor's question and nothing else that
/// a doctor wrote (rule A1).
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Line {
    pub id: LineId,
    pub order_id: OrderId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub test_id: TestId,
    pub test: String,
    pub plain_name: String,
    pub specimen: String,
    pub target_minutes: i64,
    pub preparation: String,
    pub state: LineState,
    pub urgent: bool,
    pub in_person: bool,
    pub requested_at: DateTime<Utc>,
    pub sample_id: Option<SampleId>,
    pub code: Option<String>,
    pub collected_at: Option<DateTime<Utc>>,
    pub verified_at: Option<DateTime<Utc>>,
    pub critical: bool,
    pub patient_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub question: String,
    pub ordered_by: AccountId,
    pub doctor: String,
    pub family_name: String,
    pub given_names: String,
    pub sex: Sex,
    pub born_on: Option<NaiveDate>,
    pub number: String,
    pub matric_number: Option<String>,
    /// The version that holds, where there is one.
    pub current_id: Option<ResultId>,
    /// Whether that one says that there is no result that counts.
    pub withdrawn: bool,
    /// Whether a value of that one is outside its range.
    pub outside: bool,
    /// Why its sample cannot be used, where somebody said so.
    pub reject_reason: Option<RejectReason>,
}

macro_rules! lines {
    ($tail:literal) => {
        lines!("lab_line l", "where ", $tail)
    };
    ($from:literal, $where:literal, $tail:literal) => {
        concat!(
            "select l.id, l.order_id, l.visit_id, l.patient_id, l.test_id, t.name as test, t.plain_name, t.specimen,
                t.target_minutes, t.preparation, l.state, l.urgent, l.in_person, l.requested_at, l.sample_id, s.code,
                l.collected_at, l.verified_at, l.critical, l.patient_at, l.version, o.question, l.ordered_by,
                trim(d.title || ' ' || d.name) as doctor, p.family_name, p.given_names, p.sex, p.born_on, p.number,
                p.matric_number, c.id as current_id, coalesce(c.void, false) as withdrawn, s.reject_reason,
                exists (select 1 from lab_value v where v.result_id = c.id and v.flag not in ('none', 'normal')) as outside
             from ",
            $from,
            " join lab_order o on o.id = l.order_id join lab_test t on t.id = l.test_id
             join patient p on p.id = l.patient_id join account d on d.id = l.ordered_by
             left join lab_sample s on s.id = l.sample_id
             left join lab_result c on c.line_id = l.id and c.state = 'current' ",
            $where,
            $tail
        )
    };
}

/// Everything that somebody still has to do, urgent and old first; more than these wait behind them.
pub async fn open(store: impl Store) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "l.state in ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
         order by l.urgent desc, l.requested_at, l.id limit 400"
    ))
    .all_kept(store)
    .await
}

/// The lines on a sample, and those that went on from it to a new sample.
pub async fn of_sample(store: impl Store, sample: SampleId) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "(select cast($1 as bigint) as id union all select n.id from lab_sample n where n.replaces_id = $1) q
            join lab_line l on l.sample_id = q.id",
        "",
        "order by l.id limit 60"
    ))
    .bind(sample)
    .all(store)
    .await
}

/// The lines of a visit, in the order in which they were ordered.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Line>, DbError> {
    sql(lines!("l.visit_id = $1 order by l.id limit 200")).bind(visit).all(store).await
}

/// The lines of a visit, and what is open of the same patient from other visits.
pub async fn around_visit(
    store: impl Store,
    visit: VisitId,
    (patient, sealed): (PatientId, &SealedVisits),
) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "l.patient_id = $2 and (l.visit_id = $1 or (l.state in
            ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
            and $3 not like '%,' || l.visit_id || ',%'))
         order by l.id limit 300"
    ))
    .bind(visit)
    .bind(patient)
    .bind(sealed.visits())
    .all(store)
    .await
}

/// One line.
pub async fn by_id(store: impl Store, id: LineId) -> Result<Option<Line>, DbError> {
    sql(lines!("l.id = $1")).bind(id).optional(store).await
}

/// The line of a version of a result.
pub async fn of_result(store: impl Store, result: ResultId) -> Result<Option<Line>, DbError> {
    sql(lines!("l.id = (select r.line_id from lab_result r where r.id = $1)"))
        .bind(result)
        .optional(store)
        .await
}

/// What a doctor ordered and what needs a new sample or a call now.
pub async fn waiting_for(store: impl Store, doctor: AccountId) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "(l.ordered_by = $1 and not exists (select 1 from order_handover h where h.line_id = l.id)
            or l.id in (select h.line_id from order_handover h where h.account_id = $1)) and l.state in
            ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
         order by l.state desc, l.requested_at limit 50"
    ))
    .bind(doctor)
    .all(store)
    .await
}

/// What waits for somebody of the laboratory.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub struct Tally {
    /// Critical results that nobody was reached for.
    pub calls: i64,
    /// Tests without a sample.
    pub collect: i64,
    /// Results that wait for the second person.
    pub verify: i64,
}

/// The counts.
pub async fn tally(store: impl Store) -> Result<Tally, DbError> {
    sql("select count(case when state = 'verified' then 1 end) as calls,
            count(case when state in ('requested', 'rejected') then 1 end) as collect,
            count(case when state = 'entered' then 1 end) as verify
         from lab_line where state in
            ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')")
    .one_kept(store)
    .await
}

/// A line as its verbs need it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Held {
    pub id: LineId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub test_id: TestId,
    /// Who reviews the result: whoever ordered it, or to whom it was handed over.
    pub reviewer: AccountId,
    pub state: LineState,
    pub in_person: bool,
    pub requested_at: DateTime<Utc>,
    pub sample_id: Option<SampleId>,
    pub sample_rejected: bool,
    pub collected_at: Option<DateTime<Utc>>,
    pub turnaround_minutes: Option<i64>,
    pub version: i64,
    pub test: String,
    pub specimen: String,
    pub department: String,
    /// Kobo, as it was when ordered.
    pub price: i64,
}

macro_rules! held {
    ($tail:literal) => {
        concat!(
            "select l.id, l.visit_id, l.patient_id, l.test_id, coalesce(h.account_id, l.ordered_by) as reviewer, l.state,
                l.in_person, l.requested_at, l.sample_id, (s.rejected_at is not null) as sample_rejected, l.collected_at,
                l.turnaround_minutes, l.version, t.name as test, t.specimen, t.department, l.price
             from lab_line l join lab_test t on t.id = l.test_id left join order_handover h on h.line_id = l.id
             left join lab_sample s on s.id = l.sample_id where ",
            $tail
        )
    };
}

/// A line inside a work.
pub async fn held(tx: &mut Tx, id: LineId) -> Result<Option<Held>, DbError> {
    sql(held!("l.id = $1")).bind(id).optional(tx).await
}

/// The lines that are on a sample now.
pub async fn held_on(tx: &mut Tx, sample: SampleId) -> Result<Vec<Held>, DbError> {
    sql(held!("l.sample_id = $1 order by l.id")).bind(sample).all(tx).await
}

/// The lines of a visit that have no usable sample.
pub async fn held_without_sample(tx: &mut Tx, visit: VisitId) -> Result<Vec<Held>, DbError> {
    sql(held!("l.visit_id = $1 and l.state in ('requested', 'rejected') order by l.id"))
        .bind(visit)
        .all(tx)
        .await
}

/// Moves a line on if it still stands as it was read. Returns whether it did: of two who are at it, one wins.
pub async fn go(tx: &mut Tx, line: &Held, to: LineState) -> Result<bool, DbError> {
    let moved = sql(
        "update lab_line set state = $3, version = version + 1 where id = $1 and version = $2 and state = $4",
    )
    .bind(line.id)
    .bind(line.version)
    .bind(to)
    .bind(line.state)
    .run(tx)
    .await?;
    Ok(moved == 1)
}

/// Puts a line on its sample.
pub async fn put_on(tx: &mut Tx, line: &Held, sample: SampleId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved = sql(
        "update lab_line set state = 'collected', sample_id = $3, collected_at = $4, version = version + 1
         where id = $1 and version = $2 and state in ('requested', 'rejected')",
    )
    .bind(line.id)
    .bind(line.version)
    .bind(sample)
    .bind(at)
    .run(tx)
    .await?;
    Ok(moved == 1)
}

/// What verification makes of a line.
#[derive(Debug, Clone, Copy)]
pub struct Verified {
    pub critical: bool,
    pub turnaround_minutes: i64,
    pub patient_at: Option<DateTime<Utc>>,
}

/// Verifies a line; a call-back of an earlier version does not count for this one, nor does the moment from which the
/// patient could read that. False when the line was changed, or is told in person since it was read.
pub async fn verified(tx: &mut Tx, line: &Held, made: Verified, at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved =
        sql("update lab_line set state = 'verified', verified_at = $3, critical = $4, called_back_at = null,
            patient_since = case when released_at is not null and patient_at <= $3
                then coalesce(patient_since, patient_at) else patient_since end,
            turnaround_minutes = $5, patient_at = $6, version = version + 1
         where id = $1 and version = $2 and state = 'entered' and in_person = $7")
        .bind(line.id)
        .bind(line.version)
        .bind(at)
        .bind(made.critical)
        .bind(made.turnaround_minutes)
        .bind(made.patient_at)
        .bind(line.in_person)
        .run(tx)
        .await?;
    Ok(moved == 1)
}

/// Releases a line; a critical one only with the moment of its call-back.
pub async fn released(
    tx: &mut Tx,
    id: LineId,
    called_back_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let moved = sql(
        "update lab_line set state = 'released', released_at = $3, called_back_at = $2, version = version + 1
         where id = $1 and state = 'verified'",
    )
    .bind(id)
    .bind(called_back_at)
    .bind(at)
    .run(tx)
    .await?;
    Ok(moved == 1)
}

/// The doctor keeps it for a talk: from now on it is told in person only.
pub async fn keep_for_talk(tx: &mut Tx, id: LineId) -> Result<(), DbError> {
    sql("update lab_line set in_person = $2, patient_at = null where id = $1")
        .bind(id)
        .bind(true)
        .run(tx)
        .await?;
    Ok(())
}

/// The doctor lets the patient read it from now on, if not before. False when it is told in person only.
pub async fn let_read(tx: &mut Tx, id: LineId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let let_read =
        sql("update lab_line set patient_at = case when patient_at <= $2 then patient_at else $2 end
         where id = $1 and not in_person")
        .bind(id)
        .bind(at)
        .run(tx)
        .await?;
    Ok(let_read == 1)
}

/// A step that is about to be noted.
#[derive(Debug)]
pub struct NewStep<'a> {
    pub line: LineId,
    pub made: Move,
    pub from: LineState,
    pub to: LineState,
    pub by: Option<AccountId>,
    pub sample: Option<SampleId>,
    pub note: &'a str,
}

/// Notes a step with the place where who does it works now (rule L1).
pub async fn note_step(tx: &mut Tx, step: &NewStep<'_>, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into lab_step (line_id, at, move, from_state, to_state, account_id, sample_id, note, place)
         values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce((select coalesce(r.name, sp.name) from station st
            join service_point sp on sp.id = st.point_id left join room r on r.id = st.room_id
            where st.account_id = $6), ''))")
    .bind(step.line)
    .bind(at)
    .bind(step.made)
    .bind(step.from)
    .bind(step.to)
    .bind(step.by)
    .bind(step.sample)
    .bind(step.note)
    .run(tx)
    .await?;
    Ok(())
}

/// A step of the history.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Step {
    pub test: String,
    pub at: DateTime<Utc>,
    #[serde(rename = "move")]
    pub made: Move,
    pub name: Option<String>,
    pub place: String,
    pub note: String,
}

/// The history of the lines that are on a sample, and what was done with it of those that went on to a new one.
pub async fn steps_of_sample(store: impl Store, sample: SampleId) -> Result<Vec<Step>, DbError> {
    sql("select t.name as test, st.at, st.move, a.name, st.place, st.note
         from lab_sample s join lab_line l on l.visit_id = s.visit_id join lab_step st on st.line_id = l.id
             join lab_test t on t.id = l.test_id left join account a on a.id = st.account_id
         where s.id = $1 and (l.sample_id = $1 or st.sample_id = $1) order by st.id limit 300")
    .bind(sample)
    .all(store)
    .await
}
