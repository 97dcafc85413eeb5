//! Charges: what was done and costs.

use chrono::{DateTime, NaiveDate, Utc};

use crate::billing::model::{
    ChargeId, ChargeKind, ChargeState, Due, EnrolmentId, InvoiceId, Money, Rounding, SchemeId,
};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::work::Doer;

/// A charge.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Charge {
    pub id: ChargeId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub kind: ChargeKind,
    pub service: i64,
    pub label: String,
    pub quantity: i64,
    pub unit_price: Money,
    /// The patient's part, as far as one can say before the invoice.
    pub estimate: Money,
    pub pay_first: bool,
    pub state: ChargeState,
    pub done_at: Option<DateTime<Utc>>,
    /// How many were really done, where that is another number than was invoiced.
    pub done_quantity: Option<i64>,
    pub treat_now_at: Option<DateTime<Utc>>,
    pub treat_now_name: String,
    pub treat_now_reason: String,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdraw_reason: String,
    pub recorded_name: String,
    pub recorded_at: DateTime<Utc>,
    /// The live invoice it is on.
    pub invoice_id: Option<InvoiceId>,
}

macro_rules! charges {
    ($tail:literal) => {
        concat!(
            "select c.id, c.visit_id, c.patient_id, c.kind, c.service, c.label, c.quantity, c.unit_price, c.estimate,
                c.pay_first, c.state, c.done_at, c.done_quantity, c.treat_now_at, c.treat_now_name, c.treat_now_reason,
                c.withdrawn_at, c.withdraw_reason, c.recorded_name, c.recorded_at, l.invoice_id
             from charge c left join invoice_line l on l.charge_id = c.id and l.live where ",
            $tail
        )
    };
}

/// Everything of a visit, in the order it arose.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Charge>, DbError> {
    sql(charges!("c.visit_id = $1 order by c.id limit 500")).bind(visit).all(store).await
}

/// What of a visit waits for an invoice.
pub async fn open_of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Charge>, DbError> {
    sql(charges!("c.visit_id = $1 and c.state in ('planned', 'billable') order by c.id limit 500"))
        .bind(visit)
        .all(store)
        .await
}

/// The live charge of something that was done or is planned.
pub async fn of_source(store: impl Store, kind: ChargeKind, source: i64) -> Result<Option<Charge>, DbError> {
    sql(charges!("c.kind = $1 and c.source = $2 and c.withdrawn_at is null"))
        .bind(kind)
        .bind(source)
        .optional(store)
        .await
}

/// Takes the live charge of something for the rest of the work: nobody invoices or withdraws it meanwhile.
pub async fn hold_source(tx: &mut Tx, kind: ChargeKind, source: i64) -> Result<(), DbError> {
    sql("update charge set version = version where kind = $1 and source = $2 and withdrawn_at is null")
        .bind(kind)
        .bind(source)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes what of a visit waits for an invoice for the rest of the work.
pub async fn hold_open(tx: &mut Tx, visit: VisitId) -> Result<(), DbError> {
    sql("update charge set version = version where visit_id = $1 and state in ('planned', 'billable')")
        .bind(visit)
        .run(tx)
        .await?;
    Ok(())
}

/// One charge.
pub async fn by_id(store: impl Store, id: ChargeId) -> Result<Option<Charge>, DbError> {
    sql(charges!("c.id = $1")).bind(id).optional(store).await
}

/// A charge that is about to be written.
#[derive(Debug)]
pub struct Writing<'a> {
    pub new: &'a crate::billing::NewCharge<'a>,
    pub unit_price: Money,
    pub estimate: Money,
    pub pay_first: bool,
    pub state: ChargeState,
}

/// Writes a charge; none when another one of the same thing was first.
pub async fn insert(
    tx: &mut Tx,
    writing: &Writing<'_>,
    doer: &Doer,
    at: DateTime<Utc>,
) -> Result<Option<ChargeId>, DbError> {
    let new = writing.new;
    let id: Option<(ChargeId,)> =
        sql("insert into charge (visit_id, patient_id, kind, service, source, label, quantity, unit_price, estimate,
            pay_first, state, done_at, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (kind, source) where withdrawn_at is null do nothing returning id")
        .bind(new.visit)
        .bind(new.patient)
        .bind(new.kind)
        .bind(new.service)
        .bind(new.source)
        .bind(new.label)
        .bind(new.quantity)
        .bind(writing.unit_price)
        .bind(writing.estimate)
        .bind(writing.pay_first)
        .bind(writing.state)
        .bind((writing.state == ChargeState::Billable).then_some(at))
        .bind(doer.account_id)
        .bind(&doer.name)
        .bind(at)
        .optional(tx)
        .await?;
    Ok(id.map(|(id,)| id))
}

/// Writes what is known now of what was planned; done, it is billable at once with what was really done of it.
pub async fn rewrite(
    tx: &mut Tx,
    id: ChargeId,
    writing: &Writing<'_>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update charge set state = $7, done_at = $2, label = $3, quantity = $4, unit_price = $5, estimate = $6,
            version = version + 1 where id = $1 and state = 'planned'")
    .bind(id)
    .bind((writing.state == ChargeState::Billable).then_some(at))
    .bind(writing.new.label)
    .bind(writing.new.quantity)
    .bind(writing.unit_price)
    .bind(writing.estimate)
    .bind(writing.state)
    .run(tx)
    .await?;
    Ok(())
}

/// Something that waits, with all that the patient's part of it depends on.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ToEstimate {
    pub id: ChargeId,
    pub patient_id: PatientId,
    pub quantity: i64,
    pub unit_price: Money,
    /// The price list of the patient's scheme.
    pub scheme_unit: Option<Money>,
    pub tax_bp: i64,
    pub coverage_group: String,
    pub scheme_id: Option<SchemeId>,
    pub enrolment_id: Option<EnrolmentId>,
    pub rounding: Rounding,
    pub estimate: Money,
}

/// What of a visit waits for an invoice, to be priced on a day.
pub async fn to_estimate(tx: &mut Tx, visit: VisitId, day: NaiveDate) -> Result<Vec<ToEstimate>, DbError> {
    sql("select c.id, c.patient_id, c.quantity, c.unit_price,
            (select q.amount from price q where q.kind = c.kind and q.service in (c.service, 0)
                and q.scheme_id = e.scheme_id and q.from_day <= $2
                order by q.service desc, q.from_day desc limit 1) as scheme_unit,
            coalesce((select q.tax_bp from service_rule q where q.kind = c.kind and q.service in (c.service, 0)
                order by q.service desc limit 1), 0) as tax_bp,
            coalesce((select q.coverage_group from service_rule q where q.kind = c.kind and q.service in (c.service, 0)
                order by q.service desc limit 1), c.kind) as coverage_group,
            e.scheme_id, e.id as enrolment_id, m.rounding, c.estimate
         from charge c join money_setting m on m.id = 1
         left join scheme_enrolment e on e.patient_id = c.patient_id and e.ended_at is null
            and e.session_id = (select a.id from academic_session a where a.is_current)
            and exists (select 1 from scheme s where s.id = e.scheme_id and s.active)
         where c.visit_id = $1 and c.state in ('planned', 'billable') order by c.id limit 500")
    .bind(visit)
    .bind(day)
    .all(tx)
    .await
}

/// Writes the patient's part of something that waits.
pub async fn estimate(tx: &mut Tx, id: ChargeId, patient: Money) -> Result<(), DbError> {
    sql("update charge set estimate = $2, version = version + 1
         where id = $1 and state in ('planned', 'billable')")
    .bind(id)
    .bind(patient)
    .run(tx)
    .await?;
    Ok(())
}

/// What was planned and invoiced was done; another number than was invoiced is kept for the cashier. What came off its
/// draft again, or was credited in full, is simply of that number.
pub async fn done_billed(tx: &mut Tx, id: ChargeId, quantity: i64, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update charge set done_at = coalesce(done_at, $2),
            quantity = case when state in ('billable', 'aborted') then $3 else quantity end,
            estimate = case when state = 'billable' then estimate * $3 / quantity else estimate end,
            done_quantity = case when state in ('billable', 'aborted') or quantity = $3 then null else $3 end,
            version = version + 1
         where id = $1 and state in ('billable', 'billed', 'paid', 'aborted')")
    .bind(id)
    .bind(at)
    .bind(quantity)
    .run(tx)
    .await?;
    Ok(())
}

/// It was entered in error: not invoiced, it ends here; invoiced, it is marked.
pub async fn withdraw(
    tx: &mut Tx,
    id: ChargeId,
    (name, reason): (&str, &str),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update charge set withdrawn_at = $2, withdrawn_name = $3, withdraw_reason = $4,
            state = case when state in ('planned', 'billable') then 'aborted' else state end, version = version + 1
         where id = $1 and withdrawn_at is null")
    .bind(id)
    .bind(at)
    .bind(name)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(())
}

/// "Treat now, pay later" (rule M12).
pub async fn treat_now(
    tx: &mut Tx,
    id: ChargeId,
    (name, reason): (&str, &str),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update charge set treat_now_at = $2, treat_now_name = $3, treat_now_reason = $4,
            version = version + 1 where id = $1 and treat_now_at is null")
    .bind(id)
    .bind(at)
    .bind(name)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// The reason a visit was booked for; 0 for who came without a booking.
pub async fn reason_of_visit(store: impl Store, visit: VisitId) -> Result<i64, DbError> {
    let found: Option<(i64,)> =
        sql("select a.reason_id from visit v join appointment a on a.id = v.appointment_id where v.id = $1")
            .bind(visit)
            .optional(store)
            .await?;
    Ok(found.map_or(0, |(reason,)| reason))
}

/// What decides whether something may be done now.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct AtGate {
    /// The patient's part.
    pub owed: i64,
    /// Whether its service is paid first.
    pub pay_first: bool,
    /// Where its charge stands.
    pub state: ChargeState,
    /// Somebody decided to treat now.
    pub treat_now: bool,
    /// The visit is an emergency.
    pub emergency: bool,
}

/// The charge of something as its gate sees it.
pub async fn at_gate(
    store: impl Store,
    visit: VisitId,
    (kind, source): (ChargeKind, i64),
) -> Result<Option<AtGate>, DbError> {
    sql("select coalesce(l.patient, c.estimate) as owed, c.pay_first, c.state, c.treat_now_at is not null as treat_now,
            exists (select 1 from queue_entry e where e.visit_id = $1 and e.priority = 'emergency') as emergency
         from charge c left join invoice_line l on l.charge_id = c.id and l.live
         where c.kind = $2 and c.source = $3 and c.withdrawn_at is null and c.visit_id = $1")
    .bind(visit)
    .bind(kind)
    .bind(source)
    .optional(store)
    .await
}

/// Something that is to be paid before it is done.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Asked {
    /// What it came from.
    pub source: i64,
    /// The patient's part.
    pub owed: Money,
}

/// Whether the charge `c`, with its line `l` on an invoice, is to be paid before it is done.
macro_rules! asked_first {
    () => {
        "c.withdrawn_at is null and c.state in ('planned', 'billed')
            and c.treat_now_at is null and c.pay_first and coalesce(l.patient, c.estimate) > 0
            and not exists (select 1 from queue_entry e where e.visit_id = c.visit_id and e.priority = 'emergency')"
    };
    ($tail:literal) => {
        concat!(
            "select c.source, coalesce(l.patient, c.estimate) as owed
             from charge c left join invoice_line l on l.charge_id = c.id and l.live
             where c.kind = $1 and ", asked_first!(), $tail
        )
    };
}

/// What of a visit is to be paid before it is done of one kind.
pub async fn asked_first(store: impl Store, visit: VisitId, kind: ChargeKind) -> Result<Vec<Asked>, DbError> {
    sql(asked_first!(" and c.visit_id = $2 order by c.id limit 100")).bind(kind).bind(visit).all(store).await
}

/// The same of everybody; of medicines, whose sources are negative, the newest first.
pub async fn all_asked_first(store: impl Store, kind: ChargeKind) -> Result<Vec<Asked>, DbError> {
    sql(asked_first!(" order by c.source limit 1000")).bind(kind).all_kept(store).await
}

/// What a visit owes, and what of it is paid first.
pub async fn due(store: impl Store, visit: VisitId) -> Result<Due, DbError> {
    // Each sum from all that the visit has: asked for some of it apart, PostgreSQL looks through that of everybody.
    sql(concat!(
        "select cast(coalesce(c.estimate, 0) + coalesce(i.drafted, 0) as bigint) as estimate,
            cast(coalesce(i.owed, 0) as bigint) as invoiced, cast(coalesce(c.first, 0) as bigint) as first
         from (select sum(case when c.state in ('planned', 'billable') then c.estimate end) as estimate,
                sum(case when ",
        asked_first!(),
        " then coalesce(l.patient, c.estimate) end) as first
            from charge c left join invoice_line l on l.charge_id = c.id and l.live where c.visit_id = $1) c,
            (select sum(case when state = 'draft' then patient_part end) as drafted,
                sum(case when state = 'issued' and patient_part - credited_patient > paid - refunded
                    then patient_part - credited_patient - paid + refunded end) as owed
            from invoice where visit_id = $1) i"
    ))
    .bind(visit)
    .one(store)
    .await
}
