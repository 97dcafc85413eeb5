//! The SQL of the settings.

use super::model::{Clinic, OpeningHours, hours_in_words};
use crate::db::{Db, DbError, Store, sql};

/// The opening hours, by weekday.
pub async fn opening_hours(store: impl Store) -> Result<Vec<OpeningHours>, DbError> {
    sql("select weekday, opens, closes from opening_hours order by weekday").all(store).await
}

/// The clinic's settings, with the opening hours in words.
pub async fn clinic(db: &Db) -> Result<Clinic, DbError> {
    let hours_words = hours_in_words(&opening_hours(db).await?);
    Ok(Clinic { hours_words, ..clinic_row(db).await? })
}

async fn clinic_row(store: impl Store) -> Result<Clinic, DbError> {
    sql("select name, address, phone, time_zone, notice, slot_minutes, book_days_ahead, max_open_bookings,
            hold_minutes, late_tolerance_minutes, late_cancel_hours, no_show_limit, no_show_window_months,
            no_show_block_days, desk_release_minutes, self_check_in_minutes, max_calls, recall_pause_minutes,
            booked_in_a_row, walk_in_limit_minutes, long_wait_minutes, very_long_wait_minutes, token_digits,
            staff_idle_minutes, patient_idle_minutes, matric_pattern, is_demo, version, updated_at
         from clinic where id = 1")
    .one(store)
    .await
}

/// The clinic's settings; on a new database `fresh` becomes them first.
pub async fn ensure_clinic(db: &Db, fresh: &Clinic) -> Result<Clinic, DbError> {
    sql("insert into clinic (id, name, address, phone, time_zone, notice, slot_minutes, book_days_ahead,
            max_open_bookings, hold_minutes, late_tolerance_minutes, late_cancel_hours, no_show_limit,
            no_show_window_months, no_show_block_days, desk_release_minutes, self_check_in_minutes, max_calls,
            recall_pause_minutes, booked_in_a_row, walk_in_limit_minutes, long_wait_minutes, very_long_wait_minutes,
            token_digits, staff_idle_minutes, patient_idle_minutes, matric_pattern, is_demo, version, updated_at)
         values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, 1, $28) on conflict (id) do nothing")
    .bind(&fresh.name)
    .bind(&fresh.address)
    .bind(&fresh.phone)
    .bind(&fresh.time_zone)
    .bind(&fresh.notice)
    .bind(fresh.slot_minutes)
    .bind(fresh.book_days_ahead)
    .bind(fresh.max_open_bookings)
    .bind(fresh.hold_minutes)
    .bind(fresh.late_tolerance_minutes)
    .bind(fresh.late_cancel_hours)
    .bind(fresh.no_show_limit)
    .bind(fresh.no_show_window_months)
    .bind(fresh.no_show_block_days)
    .bind(fresh.desk_release_minutes)
    .bind(fresh.self_check_in_minutes)
    .bind(fresh.max_calls)
    .bind(fresh.recall_pause_minutes)
    .bind(fresh.booked_in_a_row)
    .bind(fresh.walk_in_limit_minutes)
    .bind(fresh.long_wait_minutes)
    .bind(fresh.very_long_wait_minutes)
    .bind(fresh.token_digits)
    .bind(fresh.staff_idle_minutes)
    .bind(fresh.patient_idle_minutes)
    .bind(&fresh.matric_pattern)
    .bind(fresh.is_demo)
    .bind(fresh.updated_at)
    .run(db)
    .await?;
    clinic(db).await
}
