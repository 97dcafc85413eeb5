//! Money of the demo: prices, the students' scheme, what the past cost and who paid it, today's till.

mod columns;
mod past;
mod today;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use indicatif::ProgressBar;

use super::{Filling, row};
use crate::db::{Db, DbError, sql};
use crate::settings::store as settings;

/// The cashier of the demo.
const CASHIER: (i64, &str) = (7, "Ometere Onimisi");
/// The cash desk.
const DESK: (i64, &str) = (6, "Cashier");
/// What lies in the till in the morning, in kobo.
const FLOAT: i64 = 500_000;
/// What a consultation costs, and what the next one soon after it costs.
const FEE: (i64, i64) = (100_000, 50_000);
/// Surcharges of reasons: their place in the list of reasons, and their price.
const FEES: [(i64, i64); 3] = [(3, 250_000), (5, 50_000), (6, 75_000)];

/// Fills every table of money.
pub(super) async fn write(db: &Db, now: DateTime<Utc>, bar: ProgressBar) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    prices(&mut filling).await?;
    past::write(&mut filling).await?;
    schemes(&mut filling).await?;
    filling.step("money", 0).await?;
    today::write(db, now).await
}

/// Prices since the beginning of the session before the last.
async fn prices(filling: &mut Filling) -> Result<(), DbError> {
    let now = filling.now;
    let from = NaiveDate::from_ymd_opt(filling.today.year() - 3, 9, 1).unwrap_or(filling.today);
    const PRICE: &[&str] =
        &["kind", "service", "amount", "follow_up", "from_day", "set_by", "set_name", "set_at"];
    let mut rows = vec![row!["consultation", 0_i64, FEE.0, FEE.1, from, 1_i64, "Fọlákẹ́ Adéyẹmí", now]];
    for (reason, amount) in FEES {
        rows.push(row!["consultation", reason, amount, None::<i64>, from, 1_i64, "Fọlákẹ́ Adéyẹmí", now]);
    }
    filling.put("price", PRICE, rows).await?;
    // One test is dear and paid first.
    sql("insert into service_rule (kind, service, tax_bp, pay_first, coverage_group)
         select 'test', t.id, 0, $1, 'test' from lab_test t where t.code = 'HBA1C' and t.active")
    .bind(true)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}

/// The students' scheme with everybody of the present session, and one of the staff.
async fn schemes(filling: &mut Filling) -> Result<(), DbError> {
    let now = filling.now;
    for (name, payer) in [
        ("Students' health scheme", "Students' affairs, the university"),
        ("Staff health plan", "Bursary, the university"),
    ] {
        sql("insert into scheme (name, payer) values ($1, $2)")
            .bind(name)
            .bind(payer)
            .run(filling.tx().await?)
            .await?;
    }
    for (group, percent, limit) in [
        ("consultation", 5_000_i64, None),
        ("medicine", 9_000, Some(3_000_000_i64)),
        ("procedure", 9_000, Some(5_000_000)),
        ("test", 9_000, Some(2_000_000)),
    ] {
        sql("insert into coverage_rule (scheme_id, coverage_group, percent_bp, year_limit)
             select id, $1, $2, $3 from scheme where name = 'Students'' health scheme'")
        .bind(group)
        .bind(percent)
        .bind(limit)
        .run(filling.tx().await?)
        .await?;
    }
    sql("insert into scheme_enrolment (scheme_id, patient_id, session_id, number, added_by, added_name, added_at)
         select s.id, p.id, a.id, coalesce(p.matric_number, ''), 1, 'Fọlákẹ́ Adéyẹmí', $1
         from academic_session a join patient p on p.kind = 'student' and p.state = 'active'
         join scheme s on s.name = 'Students'' health scheme' where a.is_current and p.id % 7 <> 0")
    .bind(now)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}

/// What the cashier reads of a medicine, by the stored word of its form (rule A1).
fn medicine(form: &str) -> String {
    form.parse().map_or_else(|_| "Medicine".to_owned(), crate::prescribing::model::Form::charged_as)
}
