//! The SQL of the settings; places, reasons and holidays have files of their own.

pub mod calendar;
pub mod points;
pub mod reasons;

use chrono::{DateTime, Utc};

use super::model::{Clinic, OpeningHours, hours_in_words};
use crate::db::{Db, DbError, Store, Tx, sql};

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
            no_show_block_days, late_cancel_halves, no_show_days, objection_days, undo_minutes, desk_release_minutes,
            freed_place_minutes, self_check_in_minutes, max_calls,
            recall_pause_minutes, booked_in_a_row, walk_in_limit_minutes, long_wait_minutes, very_long_wait_minutes, token_digits,
            staff_idle_minutes, patient_idle_minutes, matric_pattern, is_demo, version, updated_at
         from clinic where id = 1")
    .one(store)
    .await
}

/// The clinic's settings; on a new database `fresh` becomes them first.
pub async fn ensure_clinic(db: &Db, fresh: &Clinic) -> Result<Clinic, DbError> {
    sql("insert into clinic (id, name, address, phone, time_zone, notice, slot_minutes, book_days_ahead,
            max_open_bookings, hold_minutes, late_tolerance_minutes, late_cancel_hours, no_show_limit,
            no_show_window_months, no_show_block_days, desk_release_minutes, freed_place_minutes, self_check_in_minutes, max_calls,
            recall_pause_minutes, booked_in_a_row, walk_in_limit_minutes, long_wait_minutes, very_long_wait_minutes,
            token_digits, staff_idle_minutes, patient_idle_minutes, matric_pattern, is_demo, version, updated_at,
            late_cancel_halves, no_show_days, objection_days, undo_minutes)
         values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, $28, 1, $29, $30, $31, $32, $33) on conflict (id) do nothing")
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
    .bind(fresh.freed_place_minutes)
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
    .bind(fresh.late_cancel_halves)
    .bind(fresh.no_show_days)
    .bind(fresh.objection_days)
    .bind(fresh.undo_minutes)
    .run(db)
    .await?;
    clinic(db).await
}

/// Changes the settings if they are still at `clinic.version`. Returns whether they were.
pub async fn update(tx: &mut Tx, clinic: &Clinic, at: DateTime<Utc>) -> Result<bool, DbError> {
    let changed = sql("update clinic set name = $1, address = $2, phone = $3, time_zone = $4, notice = $5, slot_minutes = $6,
            book_days_ahead = $7, max_open_bookings = $8, hold_minutes = $9, late_tolerance_minutes = $10,
            late_cancel_hours = $11, no_show_limit = $12, no_show_window_months = $13, no_show_block_days =
            $14, desk_release_minutes = $15, freed_place_minutes = $16, self_check_in_minutes = $17, max_calls = $18,
            recall_pause_minutes = $19, booked_in_a_row = $20, walk_in_limit_minutes = $21,
            long_wait_minutes = $22, very_long_wait_minutes = $23, token_digits = $24, staff_idle_minutes =
            $25, patient_idle_minutes = $26, matric_pattern = $27,
            late_cancel_halves = $30, no_show_days = $31, objection_days = $32, undo_minutes = $33,
            updated_at = $28, version = version + 1
         where id = 1 and version = $29")
    .bind(&clinic.name)
    .bind(&clinic.address)
    .bind(&clinic.phone)
    .bind(&clinic.time_zone)
    .bind(&clinic.notice)
    .bind(clinic.slot_minutes)
    .bind(clinic.book_days_ahead)
    .bind(clinic.max_open_bookings)
    .bind(clinic.hold_minutes)
    .bind(clinic.late_tolerance_minutes)
    .bind(clinic.late_cancel_hours)
    .bind(clinic.no_show_limit)
    .bind(clinic.no_show_window_months)
    .bind(clinic.no_show_block_days)
    .bind(clinic.desk_release_minutes)
    .bind(clinic.freed_place_minutes)
    .bind(clinic.self_check_in_minutes)
    .bind(clinic.max_calls)
    .bind(clinic.recall_pause_minutes)
    .bind(clinic.booked_in_a_row)
    .bind(clinic.walk_in_limit_minutes)
    .bind(clinic.long_wait_minutes)
    .bind(clinic.very_long_wait_minutes)
    .bind(clinic.token_digits)
    .bind(clinic.staff_idle_minutes)
    .bind(clinic.patient_idle_minutes)
    .bind(&clinic.matric_pattern)
    .bind(at)
    .bind(clinic.version)
    .bind(clinic.late_cancel_halves)
    .bind(clinic.no_show_days)
    .bind(clinic.objection_days)
    .bind(clinic.undo_minutes)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
