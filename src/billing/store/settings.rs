//! How the clinic deals with money, and numbers without gaps.

use chrono::NaiveDate;

use crate::billing::model::{Code, Money, Rounding, Series};
use crate::db::{DbError, Store, Tx, sql};

/// The one row of settings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Settings {
    /// What becomes of half a kobo.
    pub rounding: Rounding,
    /// Patients' parts are rounded to this many kobo; 1 for none.
    pub cash_step: i64,
    /// Refunds above this take a second person.
    pub refund_limit: Money,
    /// How long after a paid visit the follow-up price holds.
    pub follow_up_days: i64,
    /// Raised by each change.
    pub version: i64,
}

/// The settings.
pub async fn get(store: impl Store) -> Result<Settings, DbError> {
    sql("select rounding, cash_step, refund_limit, follow_up_days, version from money_setting where id = 1")
        .one(store)
        .await
}

/// Changes them, if they are still at this version.
pub async fn update(tx: &mut Tx, new: &Settings) -> Result<bool, DbError> {
    let changed =
        sql("update money_setting set rounding = $1, cash_step = $2, refund_limit = $3, follow_up_days = $4,
            version = version + 1 where id = 1 and version = $5")
        .bind(new.rounding)
        .bind(new.cash_step)
        .bind(new.refund_limit)
        .bind(new.follow_up_days)
        .bind(new.version)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// The next number of a series in the year of `day`. A transaction that fails gives it back, so there are no gaps
/// (rule M5).
pub async fn next_code(tx: &mut Tx, series: Series, day: NaiveDate) -> Result<Code, DbError> {
    use chrono::Datelike;
    let year = i64::from(day.year());
    let first = NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day);
    let number: i64 = sql("insert into counter (scope, day, last) values ($1, $2, 1)
         on conflict (scope, day) do update set last = counter.last + 1 returning last")
    .bind(format!("money:{}", series.as_str()))
    .bind(first)
    .scalar(tx)
    .await?;
    Ok(Code { series, year, number })
}
