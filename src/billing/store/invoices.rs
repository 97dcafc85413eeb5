//! Invoices: drafts, issue, and the sums that move afterwards.

use chrono::{DateTime, NaiveDate, Utc};

use crate::billing::model::{
    Code, EnrolmentId, InvoiceId, InvoiceState, Money, SchemeId, Series, Standing, Status,
};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::work::Doer;

/// An invoice with the name of its patient as it is now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Invoice {
    pub id: InvoiceId,
    pub year: i64,
    pub number: Option<i64>,
    pub visit_id: Option<VisitId>,
    pub token: Option<String>,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_number: String,
    pub scheme_id: Option<SchemeId>,
    pub scheme_name: String,
    pub enrolment_id: Option<EnrolmentId>,
    pub enrolment_number: String,
    pub referral_code: String,
    pub eligibility: String,
    pub state: InvoiceState,
    pub gross: Money,
    pub discount: Money,
    pub tax: Money,
    pub rounding: Money,
    pub total: Money,
    pub scheme_part: Money,
    pub patient_part: Money,
    pub credited: Money,
    pub credited_patient: Money,
    pub paid: Money,
    pub refunded: Money,
    pub corrects_id: Option<InvoiceId>,
    pub drafted_name: String,
    pub drafted_at: DateTime<Utc>,
    pub issued_name: String,
    pub issued_at: Option<DateTime<Utc>>,
    pub voided_name: String,
    pub voided_at: Option<DateTime<Utc>>,
    pub void_reason: String,
    pub version: i64,
}

impl Invoice {
    /// `INV-2026-000123`; a draft has none.
    pub fn code(&self) -> Option<Code> {
        self.number.map(|number| Code { series: Series::Invoice, year: self.year, number })
    }

    /// The number, or what a draft is called.
    pub fn title(&self) -> String {
        self.code().map_or_else(|| "Draft invoice".to_owned(), |code| code.to_string())
    }

    /// The sums its status is derived from.
    pub const fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            patient: self.patient_part,
            credited: self.credited_patient,
            paid: self.paid,
            refunded: self.refunded,
        }
    }

    /// What it is called now.
    pub const fn status(&self) -> Status {
        self.standing().status()
    }

    /// What the patient still owes; below zero it is owed to the patient.
    pub const fn balance(&self) -> Money {
        self.standing().balance()
    }

    /// What lies with the clinic and is owed to the patient.
    pub fn owed_back(&self) -> Money {
        Money((-self.balance().0).max(0))
    }

    /// Whether it is still put together.
    pub fn is_draft(&self) -> bool {
        self.state == InvoiceState::Draft
    }

    /// Whether it is issued.
    pub fn is_issued(&self) -> bool {
        self.state == InvoiceState::Issued
    }
}

macro_rules! invoices {
    ($tail:literal) => {
        invoices!("invoice i", "where ", $tail)
    };
    ($from:literal, $where:literal, $tail:literal) => {
        concat!(
            "select i.id, i.year, i.number, i.visit_id, v.token, i.patient_id,
                case when i.state = 'issued' then i.patient_name else trim(p.given_names || ' ' || p.family_name) end
                    as patient_name,
                case when i.state = 'issued' then i.patient_number else p.number end as patient_number,
                i.scheme_id, i.scheme_name, i.enrolment_id, i.enrolment_number, i.referral_code, i.eligibility, i.state,
                i.gross, i.discount, i.tax, i.rounding, i.total, i.scheme_part, i.patient_part, i.credited,
                i.credited_patient, i.paid, i.refunded, i.corrects_id, i.drafted_name, i.drafted_at, i.issued_name,
                i.issued_at, i.voided_name, i.voided_at, i.void_reason, i.version
             from ",
            $from,
            " join patient p on p.id = i.patient_id left join visit v on v.id = i.visit_id ",
            $where,
            $tail
        )
    };
}

/// One invoice.
pub async fn by_id(store: impl Store, id: InvoiceId) -> Result<Option<Invoice>, DbError> {
    sql(invoices!("i.id = $1")).bind(id).optional(store).await
}

/// The invoice of a number.
pub async fn by_code(store: impl Store, code: Code) -> Result<Option<InvoiceId>, DbError> {
    let found: Option<(InvoiceId,)> = sql("select id from invoice where year = $1 and number = $2")
        .bind(code.year)
        .bind(code.number)
        .optional(store)
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Those of a visit, in the order they were begun.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Invoice>, DbError> {
    sql(invoices!("i.visit_id = $1 and i.state <> 'void' order by i.id limit 100"))
        .bind(visit)
        .all(store)
        .await
}

/// Those of a patient, the newest first, before an id.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Invoice>, DbError> {
    sql(invoices!("i.patient_id = $1 and i.id < $2 and i.state <> 'void' order by i.id desc limit $3"))
        .bind(patient)
        .bind(before)
        .bind(limit)
        .all(store)
        .await
}

/// What was issued to a patient, the newest first, before an id.
pub async fn issued_of(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Invoice>, DbError> {
    sql(invoices!("i.patient_id = $1 and i.id < $2 and i.state = 'issued' order by i.id desc limit $3"))
        .bind(patient)
        .bind(before)
        .bind(limit)
        .all(store)
        .await
}

/// What the cashier works on: drafts, what is owed back, what is owed; the newest first.
pub async fn open(store: impl Store) -> Result<Vec<Invoice>, DbError> {
    // Picked before anything is joined to them: a million others are paid.
    sql(invoices!(
        "(select a.id from (select d.id from invoice d where d.state = 'draft' order by d.id desc limit 40) a
            union all select b.id from (select o.id from invoice o where o.state = 'issued'
                and o.patient_part - o.credited_patient < o.paid - o.refunded order by o.issued_at desc limit 40) b
            union all select c.id from (select u.id from invoice u where u.state = 'issued'
                and u.patient_part - u.credited_patient > u.paid - u.refunded order by u.issued_at desc limit 60) c) picked
            join invoice i on i.id = picked.id",
        "",
        "order by case when i.state = 'draft' then 0 else 1 end, i.id desc"
    ))
    .all_kept(store)
    .await
}

/// Whose an invoice is and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct NewDraft {
    pub visit: Option<VisitId>,
    pub patient: PatientId,
    pub year: i64,
    pub corrects: Option<InvoiceId>,
}

/// Begins a draft.
pub async fn insert(
    tx: &mut Tx,
    new: NewDraft,
    doer: &Doer,
    at: DateTime<Utc>,
) -> Result<InvoiceId, DbError> {
    sql("insert into invoice (year, visit_id, patient_id, state, corrects_id, drafted_by, drafted_name, drafted_at)
         values ($1, $2, $3, 'draft', $4, $5, $6, $7) returning id")
    .bind(new.year)
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.corrects)
    .bind(doer.account_id)
    .bind(&doer.name)
    .bind(at)
    .scalar(tx)
    .await
}

/// Holds a draft for this transaction; false when it is no draft any more.
pub async fn hold_draft(tx: &mut Tx, id: InvoiceId) -> Result<bool, DbError> {
    hold(tx, id, InvoiceState::Draft).await
}

/// Holds an issued invoice for this transaction; false when it is none.
pub async fn hold_issued(tx: &mut Tx, id: InvoiceId) -> Result<bool, DbError> {
    hold(tx, id, InvoiceState::Issued).await
}

async fn hold(tx: &mut Tx, id: InvoiceId, state: InvoiceState) -> Result<bool, DbError> {
    let held = sql("update invoice set version = version + 1 where id = $1 and state = $2");
    Ok(held.bind(id).bind(state).run(tx).await? == 1)
}

/// Chooses the scheme of a draft, or none; what it pays is worked out afterwards.
pub async fn choose_scheme(
    tx: &mut Tx,
    id: InvoiceId,
    chosen: Option<(SchemeId, EnrolmentId)>,
    referral: &str,
) -> Result<(), DbError> {
    sql("update invoice set scheme_id = $2, enrolment_id = $3, referral_code = $4, scheme_part = 0, patient_part = total
         where id = $1 and state = 'draft'")
        .bind(id)
        .bind(chosen.map(|(scheme, _)| scheme))
        .bind(chosen.map(|(_, enrolment)| enrolment))
        .bind(referral)
        .run(tx)
        .await?;
    Ok(())
}

/// The sums of a draft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub gross: Money,
    pub discount: Money,
    pub tax: Money,
    pub rounding: Money,
    pub scheme: Money,
    pub patient: Money,
}

/// Writes the sums of a draft.
pub async fn set_sums(tx: &mut Tx, id: InvoiceId, sums: &Sums) -> Result<(), DbError> {
    sql("update invoice set gross = $2, discount = $3, tax = $4, rounding = $5, scheme_part = $6, patient_part = $7,
            total = cast($6 as bigint) + cast($7 as bigint) where id = $1 and state = 'draft'")
    .bind(id)
    .bind(sums.gross)
    .bind(sums.discount)
    .bind(sums.tax)
    .bind(sums.rounding)
    .bind(sums.scheme)
    .bind(sums.patient)
    .run(tx)
    .await?;
    Ok(())
}

/// What is fixed at issue besides the sums (rule M4).
#[derive(Debug)]
pub struct Issue<'a> {
    pub code: Code,
    pub eligibility: &'a str,
    pub name: &'a str,
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
}

/// Issues a draft.
///
/// # Errors
/// Violations of `invoice_without_lines`, `invoice_discount_open`, `invoice_totals`.
pub async fn issue(tx: &mut Tx, id: InvoiceId, issue: &Issue<'_>) -> Result<bool, DbError> {
    let issued = sql("update invoice set state = 'issued', year = $2, number = $3, eligibility = $4, issued_name = $5,
            issued_at = $6, issued_day = $7, version = version + 1,
            patient_name = (select trim(p.given_names || ' ' || p.family_name) from patient p where p.id = invoice.patient_id),
            patient_number = (select p.number from patient p where p.id = invoice.patient_id),
            scheme_name = coalesce((select s.name from scheme s where s.id = invoice.scheme_id), ''),
            enrolment_number = coalesce((select e.number from scheme_enrolment e where e.id = invoice.enrolment_id), '')
         where id = $1 and state = 'draft'")
    .bind(id)
    .bind(issue.code.year)
    .bind(issue.code.number)
    .bind(issue.eligibility)
    .bind(issue.name)
    .bind(issue.at)
    .bind(issue.day)
    .run(tx)
    .await?;
    Ok(issued == 1)
}

/// Gives a draft up.
pub async fn give_up(
    tx: &mut Tx,
    id: InvoiceId,
    (name, reason): (&str, &str),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update invoice set state = 'void', voided_name = $2, void_reason = $3, voided_at = $4,
            version = version + 1 where id = $1 and state = 'draft'")
    .bind(id)
    .bind(name)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// Takes an amount in, if that much is still owed: of two who pay the same, one does (rule M6, P8).
pub async fn take_in(tx: &mut Tx, id: InvoiceId, amount: Money) -> Result<bool, DbError> {
    let taken =
        sql("update invoice set paid = paid + $2, version = version + 1 where id = $1 and state = 'issued'
            and patient_part - credited_patient - paid + refunded >= $2")
        .bind(id)
        .bind(amount)
        .run(tx)
        .await?;
    Ok(taken == 1)
}

/// A payment of it was taken back.
pub async fn take_out(tx: &mut Tx, id: InvoiceId, amount: Money) -> Result<(), DbError> {
    sql("update invoice set paid = paid - $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(amount)
        .run(tx)
        .await?;
    Ok(())
}

/// Money of it went back.
pub async fn give_back(tx: &mut Tx, id: InvoiceId, amount: Money) -> Result<(), DbError> {
    sql("update invoice set refunded = refunded + $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(amount)
        .run(tx)
        .await?;
    Ok(())
}

/// Some of it is asked no longer.
///
/// # Errors
/// A violation of `invoice_credited` above what remains.
pub async fn credit(tx: &mut Tx, id: InvoiceId, scheme: Money, patient: Money) -> Result<(), DbError> {
    sql("update invoice set credited = credited + cast($2 as bigint) + cast($3 as bigint),
            credited_scheme = credited_scheme + $2, credited_patient = credited_patient + $3,
            version = version + 1 where id = $1 and state = 'issued'")
    .bind(id)
    .bind(scheme)
    .bind(patient)
    .run(tx)
    .await?;
    Ok(())
}

/// Its charges are paid when it is, and billed when it is not.
pub async fn settle(tx: &mut Tx, id: InvoiceId) -> Result<(), DbError> {
    sql("update charge set state = 'paid', version = version + 1 where state = 'billed' and id in
            (select l.charge_id from invoice_line l join invoice i on i.id = l.invoice_id
             where i.id = $1 and l.live and i.state = 'issued' and i.patient_part - i.credited_patient <= i.paid - i.refunded)")
    .bind(id)
    .run(&mut *tx)
    .await?;
    sql("update charge set state = 'billed', version = version + 1 where state = 'paid' and id in
            (select l.charge_id from invoice_line l join invoice i on i.id = l.invoice_id
             where i.id = $1 and l.live and i.state = 'issued' and i.patient_part - i.credited_patient > i.paid - i.refunded)")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}
