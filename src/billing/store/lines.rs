//! Lines of invoices.

use chrono::NaiveDate;

use crate::billing::model::{Amounts, ChargeId, ChargeKind, InvoiceId, InvoiceLineId, Money};
use crate::db::{DbError, Store, Tx, sql};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Line {
    pub id: InvoiceLineId,
    pub invoice_id: InvoiceId,
    pub charge_id: Option<ChargeId>,
    pub kind: ChargeKind,
    pub service: i64,
    pub label: String,
    pub quantity: i64,
    pub unit_price: Money,
    pub base: Money,
    pub surcharge: Money,
    pub surcharge_reason: String,
    pub discount: Money,
    pub tax_bp: i64,
    pub tax: Money,
    pub total: Money,
    pub percent_bp: i64,
    pub coverage_group: String,
    pub covered: Money,
    pub patient: Money,
    pub credited: Money,
    pub credited_scheme: Money,
    /// What of the scheme's part uses up its limits no longer: the claim was closed without it.
    pub freed: Money,
    /// It asks for what a scheme did not pay.
    pub shortfall: bool,
    pub live: bool,
    /// Its charge was entered in error.
    pub withdrawn: bool,
    /// How many were really done, where that is another number.
    pub done_quantity: Option<i64>,
    /// How many its charge is for: fewer than the line's when the difference was credited.
    pub charged: Option<i64>,
}

impl Line {
    /// What may still be credited.
    pub const fn remaining(&self) -> Money {
        Money(self.total.0 - self.credited.0)
    }

    /// How many it is for by now: what was done, or what is left of its charge.
    pub fn is_for(&self) -> i64 {
        self.done_quantity.or(self.charged).unwrap_or(self.quantity)
    }

    /// Why so much of it is not credited.
    pub fn refuses(&self, amount: Money) -> Option<String> {
        if amount > self.remaining() {
            return Some(format!("{} remain of this line", self.remaining()));
        }
        let in_part = self.shortfall && amount.is_some() && amount != self.remaining();
        in_part.then(|| format!("What a scheme did not pay is credited as a whole: {}", self.remaining()))
    }

    /// What of the scheme's part uses up its limits.
    pub const fn used(&self) -> Money {
        Money(self.covered.0 - self.credited_scheme.0 - self.freed.0)
    }

    /// What was credited though it was done, before tax.
    pub fn goodwill(&self) -> Money {
        let (total, tax) = (i128::from(self.total.0), i128::from(self.tax.0));
        let done = total * i128::from(self.is_for()) / i128::from(self.quantity);
        let beyond = (done - i128::from(self.remaining().0)).max(0);
        Money(i64::try_from(beyond * (total - tax) / total.max(1)).unwrap_or_default())
    }

    /// What was invoiced for more than was done, and is not credited yet.
    pub fn too_much(&self) -> Money {
        let keep = match self.done_quantity {
            _ if self.withdrawn => 0,
            Some(done) => i128::from(self.total.0) * i128::from(done) / i128::from(self.quantity),
            None => i128::from(self.total.0),
        };
        let over = i128::from(self.total.0) - keep - i128::from(self.credited.0);
        Money(i64::try_from(over).unwrap_or_default().max(0))
    }

    /// Whether what it asks for was taken back, or done in another number.
    pub fn is_changed(&self) -> bool {
        self.live && (self.withdrawn || self.done_quantity.is_some())
    }

    /// Whether its credit waits: what cost nothing has nothing to be credited.
    pub fn is_wrong(&self) -> bool {
        self.is_changed() && !self.remaining().is_zero()
    }

    /// Which line it is, where several have the same words.
    pub fn named(&self) -> String {
        format!("{}, {} at {}", self.label, self.quantity, self.unit_price)
    }

    /// Why a draft with it is not issued, and what to do.
    pub fn what_changed(&self) -> String {
        let line = self.named();
        match self.done_quantity.filter(|_| !self.withdrawn) {
            None => format!("{line}: this was taken back. Remove the line."),
            Some(done) => {
                format!("{line}: {done} are to be paid. Remove the line, then put the rest on the draft.")
            }
        }
    }
}

macro_rules! lines {
    ($tail:literal) => {
        concat!(
            "select l.id, l.invoice_id, l.charge_id, l.kind, l.service, l.label, l.quantity, l.unit_price, l.base, l.surcharge,
                l.surcharge_reason, l.discount, l.tax_bp, l.tax, l.total, l.percent_bp, l.coverage_group, l.covered,
                l.patient, l.credited, l.credited_scheme, l.freed, l.shortfall, l.live,
                c.withdrawn_at is not null as withdrawn, c.done_quantity,
                c.quantity as charged
             from invoice_line l left join charge c on c.id = l.charge_id where ",
            $tail
        )
    };
}

/// The lines of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Vec<Line>, DbError> {
    sql(lines!("l.invoice_id = $1 order by l.position, l.id limit 500")).bind(invoice).all(store).await
}

/// The line of an issued invoice that asks for a charge.
pub async fn issued_of_charge(store: impl Store, charge: ChargeId) -> Result<Option<Line>, DbError> {
    sql(lines!(
        "l.charge_id = $1 and l.live and exists (select 1 from invoice i where i.id = l.invoice_id and i.state = 'issued')"
    ))
    .bind(charge)
    .optional(store)
    .await
}

/// One line.
pub async fn by_id(store: impl Store, id: InvoiceLineId) -> Result<Option<Line>, DbError> {
    sql(lines!("l.id = $1")).bind(id).optional(store).await
}

/// A line that is about to be put on a draft; its amounts are worked out afterwards.
#[derive(Debug)]
pub struct NewLine<'a> {
    pub charge: Option<ChargeId>,
    pub kind: ChargeKind,
    pub service: i64,
    pub label: &'a str,
    pub quantity: i64,
    pub unit_price: Money,
    /// It asks for what a scheme did not pay: no tax on it, and no scheme pays it.
    pub shortfall: bool,
}

/// Puts a line on a draft.
///
/// # Errors
/// A violation of `invoice_line_charge_id_unique` when its charge is on a live invoice already (rule M3).
pub async fn insert(tx: &mut Tx, invoice: InvoiceId, new: &NewLine<'_>) -> Result<InvoiceLineId, DbError> {
    sql("insert into invoice_line (invoice_id, charge_id, position, kind, service, label, quantity, unit_price, base, total,
            patient, shortfall)
         values ($1, $2, (select coalesce(max(o.position), 0) + 1 from invoice_line o where o.invoice_id = $1), $3, $4, $5,
            $6, $7, cast($6 as bigint) * cast($7 as bigint), cast($6 as bigint) * cast($7 as bigint),
            cast($6 as bigint) * cast($7 as bigint), $8) returning id")
    .bind(invoice)
    .bind(new.charge)
    .bind(new.kind)
    .bind(new.service)
    .bind(new.label)
    .bind(new.quantity)
    .bind(new.unit_price)
    .bind(new.shortfall)
    .scalar(tx)
    .await
}

/// Takes a line off a draft.
pub async fn remove(tx: &mut Tx, id: InvoiceLineId) -> Result<u64, DbError> {
    sql("delete from invoice_line where id = $1").bind(id).run(tx).await
}

/// Changes what somebody may change of a line of a draft.
pub async fn change(
    tx: &mut Tx,
    id: InvoiceLineId,
    quantity: i64,
    (surcharge, reason): (Money, &str),
) -> Result<(), DbError> {
    sql("update invoice_line set quantity = $2, base = cast($2 as bigint) * unit_price, surcharge = $3,
            surcharge_reason = $4, discount = 0, tax = 0, covered = 0,
            total = cast($2 as bigint) * unit_price + cast($3 as bigint),
            patient = cast($2 as bigint) * unit_price + cast($3 as bigint) where id = $1")
    .bind(id)
    .bind(quantity)
    .bind(surcharge)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(())
}

/// A line of a draft with all that its price depends on.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ToPrice {
    pub id: InvoiceLineId,
    pub quantity: i64,
    pub unit_price: Money,
    pub surcharge: Money,
    /// The price of its charge.
    pub own_unit: Option<Money>,
    /// The price list of the draft's scheme.
    pub scheme_unit: Option<Money>,
    pub tax_bp: i64,
    pub coverage_group: String,
    pub shortfall: bool,
}

/// The lines of a draft, to be priced on a day.
pub async fn to_price(tx: &mut Tx, invoice: InvoiceId, day: NaiveDate) -> Result<Vec<ToPrice>, DbError> {
    sql("select l.id, l.quantity, l.unit_price, l.surcharge, c.unit_price as own_unit,
            (select q.amount from price q where q.kind = l.kind and q.service in (l.service, 0)
                and q.scheme_id = i.scheme_id and q.from_day <= $2 and l.charge_id is not null
                order by q.service desc, q.from_day desc limit 1) as scheme_unit,
            case when l.shortfall then 0 else coalesce((select q.tax_bp from service_rule q where q.kind = l.kind
                and q.service in (l.service, 0) order by q.service desc limit 1), 0) end as tax_bp,
            coalesce((select q.coverage_group from service_rule q where q.kind = l.kind and q.service in (l.service, 0)
                order by q.service desc limit 1), l.kind) as coverage_group, l.shortfall
         from invoice_line l join invoice i on i.id = l.invoice_id left join charge c on c.id = l.charge_id
         where l.invoice_id = $1 order by l.position, l.id")
    .bind(invoice)
    .bind(day)
    .all(tx)
    .await
}

/// What a line of a draft comes to.
#[derive(Debug)]
pub struct Priced<'a> {
    pub id: InvoiceLineId,
    pub unit_price: Money,
    pub amounts: Amounts,
    pub tax_bp: i64,
    pub coverage_group: &'a str,
    pub percent_bp: i64,
    pub covered: Money,
    pub patient: Money,
}

/// Writes the amounts of a line of a draft.
pub async fn price(tx: &mut Tx, line: &Priced<'_>) -> Result<(), DbError> {
    sql("update invoice_line set unit_price = $2, base = $3, discount = $4, tax_bp = $5, tax = $6, total = $7,
            coverage_group = $8, percent_bp = $9, covered = $10, patient = $11 where id = $1")
    .bind(line.id)
    .bind(line.unit_price)
    .bind(line.amounts.base)
    .bind(line.amounts.discount)
    .bind(line.tax_bp)
    .bind(line.amounts.tax)
    .bind(line.amounts.total)
    .bind(line.coverage_group)
    .bind(line.percent_bp)
    .bind(line.covered)
    .bind(line.patient)
    .run(tx)
    .await?;
    Ok(())
}

/// The charges of an invoice go onto it, or wait again when it is given up.
pub async fn bill_charges(tx: &mut Tx, invoice: InvoiceId) -> Result<(), DbError> {
    sql("update charge set state = 'billed', version = version + 1 where state in ('planned', 'billable')
            and id in (select l.charge_id from invoice_line l where l.invoice_id = $1)")
    .bind(invoice)
    .run(tx)
    .await?;
    Ok(())
}

/// The charges of a draft that is given up, or of one of its lines, wait again with what was done of them; what was
/// withdrawn meanwhile ends.
pub async fn free_charges(tx: &mut Tx, invoice: InvoiceId, only: Option<ChargeId>) -> Result<(), DbError> {
    sql("update charge set state = case when withdrawn_at is not null then 'aborted'
                when done_at is null then 'planned' else 'billable' end, quantity = coalesce(done_quantity, quantity),
            estimate = estimate * coalesce(done_quantity, quantity) / quantity, done_quantity = null, version = version + 1
         where state = 'billed' and id in (select l.charge_id from invoice_line l where l.invoice_id = $1
            and (cast($2 as bigint) is null or l.charge_id = $2))")
    .bind(invoice)
    .bind(only)
    .run(&mut *tx)
    .await?;
    if only.is_none() {
        sql("update invoice_line set live = $2 where invoice_id = $1")
            .bind(invoice)
            .bind(false)
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Credits a part of a line.
///
/// # Errors
/// A violation of `invoice_line_credited` above what remains.
pub async fn credit(tx: &mut Tx, id: InvoiceLineId, amount: Money, covered: Money) -> Result<(), DbError> {
    sql("update invoice_line set credited = credited + $2, credited_scheme = credited_scheme + $3,
            freed = case when freed > covered - credited_scheme - $3 then covered - credited_scheme - $3 else freed end,
            live = (live and credited + $2 < total) where id = $1")
    .bind(id)
    .bind(amount)
    .bind(covered)
    .run(tx)
    .await?;
    Ok(())
}

/// So much more of its scheme's part uses up the limits no longer; below zero it does again.
pub async fn free(tx: &mut Tx, id: InvoiceLineId, amount: Money) -> Result<(), DbError> {
    sql("update invoice_line set freed = freed + $2 where id = $1").bind(id).bind(amount).run(tx).await?;
    Ok(())
}

/// What was invoiced for more than was done is credited: the charge is for what was done.
pub async fn settle_charge(tx: &mut Tx, charge: ChargeId) -> Result<(), DbError> {
    sql("update charge set quantity = done_quantity, done_quantity = null, version = version + 1
         where id = $1 and done_quantity is not null and state in ('billed', 'paid')")
    .bind(charge)
    .run(tx)
    .await?;
    Ok(())
}

/// The charge of a line that was credited in full ends, goes on to another invoice as billed, or is asked again where it
/// is to be paid before it is done.
pub async fn end_charge(tx: &mut Tx, charge: ChargeId, goes_on: bool) -> Result<(), DbError> {
    sql("update charge set state = case when withdrawn_at is not null then 'entered_in_error'
            when $2 = 1 then 'billed' when done_at is null then 'planned' else 'aborted' end, quantity = coalesce(done_quantity, quantity),
            done_quantity = null, version = version + 1 where id = $1 and state in ('billed', 'paid')")
    .bind(charge)
    .bind(i64::from(goes_on))
    .run(tx)
    .await?;
    Ok(())
}
