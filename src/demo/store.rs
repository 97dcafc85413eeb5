//! The SQL of the demo that is not a row of a table.

use chrono::{DateTime, NaiveDate, Utc};

use crate::audit::{self, Entry};
use crate::db::{Db, DbError, Store, Tx, sql};
use crate::work::Doer;

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Present {
    Empty,
    Demo { filled: bool },
    Other,
}

/// The series under which the end of a filling is noted.
const MARK: &str = "demo:filled";

pub(super) async fn present(db: &Db) -> Result<Present, DbError> {
    let is_demo: Option<(bool,)> = sql("select is_demo from clinic where id = 1").optional(db).await?;
    let rows: i64 =
        sql("select (select count(*) from account) + (select count(*) from patient)").scalar(db).await?;
    Ok(match is_demo {
        None if rows == 0 => Present::Empty,
        Some((true,)) => {
            let marks: i64 =
                sql("select count(*) from counter where scope = $1").bind(MARK).scalar(db).await?;
            Present::Demo { filled: marks > 0 }
        }
        Some((false,)) | None => Present::Other,
    })
}

pub(super) async fn mark_filled(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into counter (scope, day, last) values ($1, $2, 1)")
        .bind(MARK)
        .bind(now.date_naive())
        .run(db)
        .await?;
    Ok(())
}

/// The trail says where all this comes from.
pub(super) async fn tell_of_filling(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), DbError> {
    audit::record(tx, now, &Doer::operator(), Entry::new("demo.filled", "clinic", 1)).await
}

/// The account and the name of somebody, by the name they sign in with.
pub(super) async fn name_of(tx: &mut Tx, sign_in_name: &'static str) -> Result<(i64, String), DbError> {
    sql("select id, name from account where sign_in_name = $1").bind(sign_in_name).one(tx).await
}

/// The day of the newest visit.
pub(super) async fn last_day(store: impl Store) -> Result<Option<NaiveDate>, DbError> {
    let last: Option<(NaiveDate,)> =
        sql("select day from visit order by day desc limit 1").optional(store).await?;
    Ok(last.map(|(day,)| day))
}

/// An appointment of today whose patient may be here.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Due {
    pub id: i64,
    pub patient_id: i64,
    pub doctor_id: i64,
    pub starts_at: DateTime<Utc>,
}

pub(super) async fn due(tx: &mut Tx, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Due>, DbError> {
    sql("select id, patient_id, doctor_id, starts_at from appointment
         where starts_at >= $1 and starts_at < $2 and state = 'booked' and patient_id <> 1 order by starts_at, id")
    .bind(from)
    .bind(until)
    .all(tx)
    .await
}

/// Students without a visit or booking on `day`, in an order that differs from day to day.
pub(super) async fn free_students(
    tx: &mut Tx,
    day: NaiveDate,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    count: i64,
) -> Result<Vec<i64>, DbError> {
    sql("select id from patient where id > 27 and not exists (select 1 from visit where patient_id = patient.id and day = $1)
           and not exists (select 1 from visit where patient_id = patient.id and closed_at is null)
           and not exists (select 1 from appointment where patient_id = patient.id and starts_at >= $2 and starts_at < $3)
         order by id desc limit $4")
    .bind(day)
    .bind(from)
    .bind(until)
    .bind(count)
    .scalars(tx)
    .await
}

/// The highest ids of visits and queue entries.
pub(super) async fn last_ids(tx: &mut Tx) -> Result<(i64, i64), DbError> {
    sql("select coalesce((select max(id) from visit), 0) as visit, coalesce((select max(id) from queue_entry), 0) as entry")
        .one(tx)
        .await
}

pub(super) async fn came(
    tx: &mut Tx,
    appointment: i64,
    state: &'static str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let ended = (state == "fulfilled").then_some(at);
    sql("update appointment set state = $2, ended_at = $3, updated_at = $4, version = version + 1 where id = $1")
        .bind(appointment)
        .bind(state)
        .bind(ended)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends what was left open on earlier days, as the close of a day does (Q13).
pub(super) async fn close_earlier(tx: &mut Tx, today: NaiveDate, now: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into queue_event (entry_id, at, move, from_state, to_state)
         select id, $2, 'day_close', state, 'left' from queue_entry
         where day < $1 and state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .bind(today)
    .bind(now)
    .run(&mut *tx)
    .await?;
    sql("update queue_entry set state = 'left', ended_at = $2, version = version + 1
         where day < $1 and state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .bind(today)
    .bind(now)
    .run(&mut *tx)
    .await?;
    sql("update appointment set state = 'fulfilled', ended_at = $2, updated_at = $2, version = version + 1
         where state in ('arrived', 'in_service')
           and id in (select appointment_id from visit where day < $1 and closed_at is null)")
    .bind(today)
    .bind(now)
    .run(&mut *tx)
    .await?;
    sql("update visit set closed_at = $2, close_reason = 'day_close', version = version + 1
         where day < $1 and closed_at is null")
    .bind(today)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}
