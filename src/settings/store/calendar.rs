//! The SQL of opening hours and holidays.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::settings::model::{Holiday, HolidayId, OpeningHours};

/// Replaces the opening hours; the clinic's version guards them. Returns whether it was still `version`.
pub async fn replace_hours(
    tx: &mut Tx,
    hours: &[OpeningHours],
    version: i64,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let guarded =
        sql("update clinic set version = version + 1, updated_at = $2 where id = 1 and version = $1")
            .bind(version)
            .bind(at)
            .run(&mut *tx)
            .await?;
    if guarded == 0 {
        return Ok(false);
    }
    sql("delete from opening_hours").run(&mut *tx).await?;
    for day in hours {
        sql("insert into opening_hours (weekday, opens, closes) values ($1, $2, $3)")
            .bind(day.weekday)
            .bind(day.opens)
            .bind(day.closes)
            .run(&mut *tx)
            .await?;
    }
    Ok(true)
}

/// Days on which the clinic is closed, both ends included.
pub async fn holidays_between(
    store: impl Store,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Holiday>, DbError> {
    sql("select h.id, h.day, h.name, cast(coalesce((select sum((select count(*) from appointment a
                where a.decision_block = b.id and a.needs_decision and a.state = 'booked'))
             from blocked_time b where b.holiday = h.day and b.lifted_at is null), 0) as bigint) as undecided
         from holiday h where h.day >= $1 and h.day <= $2 order by h.day")
    .bind(from)
    .bind(to)
    .all(store)
    .await
}

/// One holiday, without who is booked on it.
pub async fn holiday(store: impl Store, id: HolidayId) -> Result<Option<Holiday>, DbError> {
    sql("select id, day, name, cast(0 as bigint) as undecided from holiday where id = $1")
        .bind(id)
        .optional(store)
        .await
}

/// Adds a holiday; a second one on its day violates `holiday_day_unique`.
pub async fn insert_holiday(tx: &mut Tx, day: NaiveDate, name: &str) -> Result<HolidayId, DbError> {
    sql("insert into holiday (day, name) values ($1, $2) returning id").bind(day).bind(name).scalar(tx).await
}

/// Takes a holiday away.
pub async fn delete_holiday(tx: &mut Tx, id: HolidayId) -> Result<bool, DbError> {
    Ok(sql("delete from holiday where id = $1").bind(id).run(tx).await? == 1)
}
