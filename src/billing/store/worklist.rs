//! Whom the cashier serves next, and what waits.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{Code, InvoiceId, Money, Series};
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryState, VisitId};

/// Somebody who is here with something to pay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Person {
    pub visit_id: VisitId,
    pub token: String,
    pub patient_id: PatientId,
    pub name: String,
    pub number: String,
    /// How the token stands at the cashier's; none while it is elsewhere.
    pub queue: Option<EntryState>,
    pub since: Option<DateTime<Utc>>,
    /// What is not invoiced yet, as far as one can say.
    pub estimate: Money,
    /// What issued invoices ask.
    pub invoiced: Money,
    /// What was done or given for other visits and nobody has invoiced.
    pub earlier: Money,
}

impl Person {
    /// Everything.
    pub const fn total(&self) -> Money {
        Money(self.estimate.0 + self.invoiced.0)
    }
}

/// People of a day at the cashier's point, first come first; then others with something to invoice.
pub async fn people(store: impl Store, day: NaiveDate) -> Result<Vec<Person>, DbError> {
    sql("select v.id as visit_id, v.token, v.patient_id, trim(p.given_names || ' ' || p.family_name) as name, p.number,
            e.state as queue, e.entered_at as since,
            cast(coalesce((select sum(c.estimate) from charge c where c.visit_id = v.id and c.state in ('planned', 'billable')), 0)
                + coalesce((select sum(i.patient_part) from invoice i where i.visit_id = v.id and i.state = 'draft'), 0)
                as bigint) as estimate,
            cast(coalesce((select sum(i.patient_part - i.credited_patient - i.paid + i.refunded) from invoice i
                where i.visit_id = v.id and i.state = 'issued' and i.patient_part - i.credited_patient > i.paid - i.refunded), 0)
                as bigint) as invoiced,
            cast(coalesce((select sum(c.estimate) from charge c where c.patient_id = v.patient_id and c.state = 'billable'
                and c.visit_id <> v.id), 0) as bigint) as earlier
         from visit v join patient p on p.id = v.patient_id
         left join queue_entry e on e.visit_id = v.id and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and e.point_id in (select s.id from service_point s where s.kind = 'cashier')
         where v.day = $1 and (e.id is not null
            or exists (select 1 from charge c where c.visit_id = v.id and c.state in ('planned', 'billable')))
         order by case when e.id is null then 1 else 0 end, e.entered_at, v.number limit 200")
    .bind(day)
    .all_kept(store)
    .await
}

/// What was done or given for a visit and is on no invoice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Uninvoiced {
    pub visit_id: VisitId,
    pub day: NaiveDate,
    pub token: String,
    pub patient_id: PatientId,
    pub name: String,
    pub number: String,
    /// The patient's part, as far as one can say.
    pub estimate: Money,
}

macro_rules! uninvoiced {
    ($narrowed:literal) => {
        concat!(
            "select v.id as visit_id, v.day, v.token, v.patient_id,
                trim(p.given_names || ' ' || p.family_name) as name, p.number, c.estimate
             from (select c.visit_id, cast(sum(c.estimate) as bigint) as estimate from charge c
                where c.state = 'billable'",
            $narrowed,
            " group by c.visit_id) c join visit v on v.id = c.visit_id join patient p on p.id = v.patient_id"
        )
    };
}

/// Of visits before `day`, the newest first: what was given later than the visit, and what was forgotten.
pub async fn left(store: impl Store, day: NaiveDate) -> Result<Vec<Uninvoiced>, DbError> {
    sql(concat!(uninvoiced!(""), " where v.day < $1 order by v.id desc limit 100"))
        .bind(day)
        .all_kept(store)
        .await
}

/// Of one patient, the newest first.
pub async fn left_of(store: impl Store, patient: PatientId) -> Result<Vec<Uninvoiced>, DbError> {
    sql(concat!(uninvoiced!(" and c.patient_id = $1"), " order by v.id desc limit 100"))
        .bind(patient)
        .all(store)
        .await
}

/// Something that was invoiced for more than was done, and is not credited yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Uncredited {
    pub invoice_id: InvoiceId,
    pub visit_id: VisitId,
    pub year: i64,
    pub number: i64,
    pub patient: String,
    pub patient_number: String,
    pub label: String,
    /// How many were invoiced, and how many were done.
    pub quantity: i64,
    pub done: i64,
    /// Why, where it was entered in error.
    pub reason: String,
}

impl Uncredited {
    /// The number of its invoice.
    pub fn title(&self) -> String {
        Code { series: Series::Invoice, year: self.year, number: self.number }.to_string()
    }

    /// `20 invoiced, 15 done`, or why it was taken back.
    pub fn why(&self) -> String {
        if self.reason.is_empty() {
            format!("{} invoiced, {} done", self.quantity, self.done)
        } else {
            self.reason.clone()
        }
    }
}

/// What waits for a credit note, whatever day it is of.
pub async fn uncredited(store: impl Store) -> Result<Vec<Uncredited>, DbError> {
    sql("select l.invoice_id, c.visit_id, i.year, i.number, i.patient_name as patient, i.patient_number, l.label, l.quantity,
            case when c.withdrawn_at is null then c.done_quantity else 0 end as done, c.withdraw_reason as reason
         from charge c join invoice_line l on l.charge_id = c.id and l.live join invoice i on i.id = l.invoice_id
         where c.state in ('billed', 'paid') and (c.withdrawn_at is not null or c.done_quantity is not null)
            and i.state = 'issued' and l.total > l.credited
         order by c.id limit 100")
    .all_kept(store)
    .await
}

/// The visit of a token of a day.
pub async fn of_token(store: impl Store, day: NaiveDate, token: &str) -> Result<Option<VisitId>, DbError> {
    let found: Option<(VisitId,)> =
        sql("select id from visit where day = $1 and upper(token) = $2 order by id limit 1")
            .bind(day)
            .bind(token)
            .optional(store)
            .await?;
    Ok(found.map(|(id,)| id))
}

/// What waits for cashiers and for who approves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Tally {
    /// People in the cashier's lines.
    pub here: i64,
    /// Whether who asks has an open shift.
    pub on_shift: bool,
    /// Discounts of others that wait for approval.
    pub discounts: i64,
    /// Refunds of others that wait for approval.
    pub refunds: i64,
    /// Approved refunds that are not paid out.
    pub payouts: i64,
    /// Shifts of others with a difference.
    pub differences: i64,
}

/// The counts for one account.
pub async fn tally(store: impl Store, who: AccountId) -> Result<Tally, DbError> {
    sql("select (select count(*) from service_point s join queue_entry e on e.point_id = s.id and e.state = 'waiting'
                where s.kind = 'cashier') as here,
            exists (select 1 from shift s where s.account_id = $1 and s.closed_at is null) as on_shift,
            (select count(*) from discount d join invoice i on i.id = d.invoice_id and i.state = 'draft'
                where d.state = 'proposed' and d.proposed_by <> $1) as discounts,
            (select count(*) from refund r where r.state in ('proposed', 'approved') and r.state = 'proposed'
                and r.proposed_by <> $1) as refunds,
            (select count(*) from refund r where r.state in ('proposed', 'approved') and r.state = 'approved') as payouts,
            (select count(*) from shift s where s.closed_at is not null and s.counted <> s.expected
                and s.checked_at is null and s.account_id <> $1 and coalesce(s.closed_by, 0) <> $1) as differences")
    .bind(who)
    .one(store)
    .await
}
