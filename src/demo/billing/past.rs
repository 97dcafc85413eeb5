//! What past visits cost: charges, an invoice, its payment and receipt for each, a shift for each day.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::super::names::Chance;
use super::columns::{CHARGE, INVOICE, LINE, PAYMENT, RECEIPT, SHIFT};
use super::{CASHIER, DESK, FEE, FLOAT, Filling, row};
use crate::billing::model::{Code, Money, Paid, Paper, PaperLine, Series};
use crate::db::{DbError, Value, bulk, sql};

/// A visit of the past in which somebody was with a doctor.
#[derive(serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    name: String,
    number: String,
    at: DateTime<Utc>,
}

/// Something that was done in it besides.
#[derive(serde::Deserialize)]
struct Done {
    visit_id: i64,
    kind: String,
    service: i64,
    source: i64,
    label: String,
    quantity: i64,
    price: i64,
}

impl Done {
    fn total(&self) -> i64 {
        self.quantity * self.price
    }
}

#[derive(Default)]
struct Rows {
    charges: Vec<Vec<Value>>,
    invoices: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    receipts: Vec<Vec<Value>>,
    payments: Vec<Vec<Value>>,
}

/// Numbers that go on from day to day.
struct Making {
    chance: Chance,
    charge: i64,
    invoice: i64,
    receipt: i64,
    shift: i64,
    /// Invoices and receipts before this year began.
    before: BTreeMap<i32, (i64, i64)>,
    cash: i64,
    clinic: (String, String, String),
}

/// Goes through the past day by day, as its cashier did.
pub(super) async fn write(filling: &mut Filling) -> Result<(), DbError> {
    let clinic = (filling.clinic.name.clone(), filling.clinic.address.clone(), filling.clinic.phone.clone());
    let mut making = Making {
        chance: Chance::new(1_234),
        charge: 0,
        invoice: 0,
        receipt: 0,
        shift: 0,
        before: BTreeMap::new(),
        cash: 0,
        clinic,
    };
    let mut after = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(filling.today);
    loop {
        let next: Option<(NaiveDate,)> =
            sql("select v.day from visit v where v.day > $1 and v.day < $2 order by v.day limit 1")
                .bind(after)
                .bind(filling.today)
                .optional(filling.tx().await?)
                .await?;
        let Some((day,)) = next else { break };
        after = day;
        one_day(filling, &mut making, day).await?;
        if making.shift % 8 == 0 {
            filling.step("invoices and payments", usize::try_from(making.invoice).unwrap_or(0)).await?;
        }
    }
    for (year, (invoices, receipts)) in &making.before {
        let end = making.before.range(year + 1..).next().map(|(_, before)| *before);
        let (last_invoice, last_receipt) = end.unwrap_or((making.invoice, making.receipt));
        for (series, last) in [("INV", last_invoice - invoices), ("RCP", last_receipt - receipts)] {
            if last > 0 {
                sql("insert into counter (scope, day, last) values ($1, $2, $3)")
                    .bind(format!("money:{series}"))
                    .bind(NaiveDate::from_ymd_opt(*year, 1, 1))
                    .bind(last)
                    .run(filling.tx().await?)
                    .await?;
            }
        }
    }
    for table in ["charge", "invoice", "receipt", "shift"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    filling.step("invoices and payments", usize::try_from(making.invoice).unwrap_or(0)).await
}

async fn one_day(filling: &mut Filling, making: &mut Making, day: NaiveDate) -> Result<(), DbError> {
    let seen: Vec<Seen> =
        sql("select v.id, v.patient_id, trim(p.given_names || ' ' || p.family_name) as name, p.number,
            coalesce(v.closed_at, v.opened_at) as at
         from visit v join patient p on p.id = v.patient_id
         where v.day = $1 and exists (select 1 from queue_entry e where e.visit_id = v.id and e.point_id = 3
            and e.started_at is not null) order by v.number, v.id")
        .bind(day)
        .all(filling.tx().await?)
        .await?;
    if seen.is_empty() {
        return Ok(());
    }
    let done: Vec<Done> = sql("select l.visit_id, 'test' as kind, l.test_id as service, l.id as source,
            case when l.in_person then 'Laboratory test' else 'Laboratory test (' || t.department || ')' end as label,
            1 as quantity, l.price
         from visit v join lab_line l on l.visit_id = v.id join lab_test t on t.id = l.test_id
         where v.day = $1 and l.collected_at is not null
         union all select p.visit_id, 'procedure', p.kind_id, p.id,
            case when p.sensitive then 'Procedure' else 'Procedure: ' || p.name end, 1, p.price
         from visit v join visit_procedure p on p.visit_id = v.id where v.day = $1 and p.state = 'done'
         union all select d.visit_id, 'medicine', g.medicine_id, g.id, g.form, g.quantity, g.price
         from dispensing d join dispensing_line g on g.dispensing_id = d.id where d.day = $1 order by 1, 4")
    .bind(day)
    .all(filling.tx().await?)
    .await?;
    let mut by_visit: BTreeMap<i64, Vec<Done>> = BTreeMap::new();
    for mut one in done {
        if one.kind == "medicine" {
            one.label = super::medicine(&one.label);
        }
        by_visit.entry(one.visit_id).or_default().push(one);
    }
    making.shift += 1;
    making.cash = 0;
    making.before.entry(day.year()).or_insert((making.invoice, making.receipt));
    let opened = filling.clinic.start_of(day) + TimeDelta::minutes(465);
    let previous = (making.shift > 1).then_some(making.shift - 1);
    let left = if previous.is_some() { FLOAT } else { 0 };
    let shift = row![making.shift, CASHIER.0, CASHIER.1, DESK.0, DESK.1, previous, left, FLOAT, opened];
    filling.put("shift", SHIFT, vec![shift]).await?;
    let first = making.invoice + 1;
    let mut rows = Rows::default();
    for visit in &seen {
        let done = by_visit.remove(&visit.id).unwrap_or_default();
        making.visit(visit, &done, day, &mut rows);
    }
    filling.put("charge", CHARGE, rows.charges).await?;
    filling.put("invoice", INVOICE, rows.invoices).await?;
    filling.put("invoice_line", LINE, rows.lines).await?;
    filling.put("receipt", RECEIPT, rows.receipts).await?;
    filling.put("payment", PAYMENT, rows.payments).await?;
    let base = making.before.get(&day.year()).map_or(0, |before| before.0);
    sql("update invoice set state = 'issued', number = id - $1, issued_at = drafted_at, issued_day = $2,
            paid = coalesce((select sum(p.amount) from payment p where p.invoice_id = invoice.id), 0)
         where id between $3 and $4 and state = 'draft'")
    .bind(base)
    .bind(day)
    .bind(first)
    .bind(making.invoice)
    .run(filling.tx().await?)
    .await?;
    // Of the newest past shift ₦200 are missing, and nobody has looked at it yet.
    let newest = filling.today - TimeDelta::days(4) < day && making.shift % 3 == 0;
    let (missing, why) =
        if newest { (20_000, "Gave ₦200 too much change, I think at noon") } else { (0, "") };
    sql("update shift set counted = cast($2 as bigint) - cast($3 as bigint), expected = $2, left_in_till = $4, reason = $5, closed_at = $6 where id = $1")
        .bind(making.shift)
        .bind(FLOAT + making.cash)
        .bind(missing)
        .bind(FLOAT)
        .bind(why)
        .bind(opened + TimeDelta::minutes(520))
        .run(filling.tx().await?)
        .await?;
    Ok(())
}

impl Making {
    fn visit(&mut self, seen: &Seen, done: &[Done], day: NaiveDate, rows: &mut Rows) {
        let fee = Done {
            visit_id: seen.id,
            kind: "consultation".to_owned(),
            service: 0,
            source: seen.id,
            label: "Consultation".to_owned(),
            quantity: 1,
            price: FEE.0,
        };
        let all: Vec<&Done> = std::iter::once(&fee).chain(done).collect();
        let total: i64 = all.iter().map(|one| one.total()).sum();
        // Few go without paying, some pay a part.
        let paid = match self.chance.below(60) {
            0 => 0,
            1 => total / 2,
            _ => total,
        };
        let state = if paid == total { "paid" } else { "billed" };
        self.invoice += 1;
        let at = seen.at;
        for (position, one) in (1_i64..).zip(&all) {
            self.charge += 1;
            rows.charges.push(row![
                self.charge,
                seen.id,
                seen.patient_id,
                one.kind.as_str(),
                one.service,
                one.source,
                one.label.as_str(),
                one.quantity,
                one.price,
                one.total(),
                state,
                at,
                "Clinic",
                at
            ]);
            rows.lines.push(row![
                self.invoice,
                self.charge,
                position,
                one.kind.as_str(),
                one.service,
                one.label.as_str(),
                one.quantity,
                one.price,
                one.total(),
                one.total(),
                one.total(),
                one.kind.as_str()
            ]);
        }
        rows.invoices.push(row![
            self.invoice,
            i64::from(day.year()),
            seen.id,
            seen.patient_id,
            seen.name.as_str(),
            seen.number.as_str(),
            "draft",
            total,
            total,
            total,
            CASHIER.0,
            CASHIER.1,
            at,
            CASHIER.1
        ]);
        if paid > 0 {
            self.pay((seen, &all), (total, paid), day, rows);
        }
    }

    fn pay(
        &mut self,
        (seen, all): (&Seen, &[&Done]),
        (total, paid): (i64, i64),
        day: NaiveDate,
        rows: &mut Rows,
    ) {
        self.receipt += 1;
        let (method, label) = [
            ("cash", "Cash"),
            ("cash", "Cash"),
            ("cash", "Cash"),
            ("transfer", "Bank transfer"),
            ("card", "Card"),
            ("mobile", "Mobile money"),
        ][self.chance.below(6)];
        let reference = if method == "cash" { String::new() } else { format!("R{:07}", self.receipt) };
        // Notes of ₦1,000.
        let given = (method == "cash").then_some((paid + 99_999) / 100_000 * 100_000);
        if method == "cash" {
            self.cash += paid;
        }
        let before = self.before.get(&day.year()).copied().unwrap_or_default();
        let code = |series, number| Code { series, year: i64::from(day.year()), number }.to_string();
        let line = |one: &&Done| PaperLine {
            label: one.label.clone(),
            quantity: one.quantity,
            total: Money(one.total()),
        };
        let paper = Paper {
            clinic: self.clinic.0.clone(),
            address: self.clinic.1.clone(),
            phone: self.clinic.2.clone(),
            code: code(Series::Receipt, self.receipt - before.1),
            at: (seen.at + TimeDelta::hours(1)).format("%Y-%m-%d %H:%M").to_string(),
            patient: seen.name.clone(),
            number: seen.number.clone(),
            invoice: code(Series::Invoice, self.invoice - before.0),
            lines: all.iter().map(line).collect(),
            total: Money(total),
            paid: vec![Paid { method: label.to_owned(), reference: reference.clone(), amount: Money(paid) }],
            given: given.map(Money),
            change: Money(given.map_or(0, |given| given - paid)),
            left: Money(total - paid),
            cashier: CASHIER.1.to_owned(),
            ..Paper::default()
        };
        let snapshot = serde_json::to_string(&paper).unwrap_or_default();
        rows.receipts.push(row![
            self.receipt,
            i64::from(day.year()),
            self.receipt - before.1,
            seen.patient_id,
            self.invoice,
            self.shift,
            paid,
            given,
            given.map(|given| given - paid),
            snapshot,
            CASHIER.0,
            CASHIER.1,
            seen.at,
            day
        ]);
        rows.payments.push(row![
            self.receipt,
            self.invoice,
            seen.patient_id,
            self.shift,
            method,
            paid,
            reference,
            CASHIER.1,
            seen.at,
            day
        ]);
    }
}
