//! Patients as bookings need them, and why they come.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::scheduling::model::{Missed, MissedKind, ReasonId};

/// A patient who books.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Booker {
    /// The clinic day on which online booking opens again.
    pub online_block_until: Option<NaiveDate>,
}

/// The patient; none when deactivated.
pub async fn booker(store: impl Store, patient: PatientId) -> Result<Option<Booker>, DbError> {
    sql("select online_block_until from patient
         where id = $1 and state = 'active'")
    .bind(patient)
    .optional(store)
    .await
}

/// A patient at the desk, with how often nobody came since a moment (SC6).
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Known {
    pub id: PatientId,
    pub name: String,
    pub number: String,
    pub phone: String,
    pub missed: i64,
}

/// The patient as the desk books for them; none when deactivated.
pub async fn known(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Option<Known>, DbError> {
    sql("select id, given_names || ' ' || family_name as name, number, phone,
            (select count(*) from appointment a where a.patient_id = patient.id and a.starts_at > $2
              and a.counts_as_no_show) as missed
         from patient where id = $1 and state = 'active'")
    .bind(patient)
    .bind(since)
    .optional(store)
    .await
}

/// Lets nobody else book for this patient until the end of the transaction (rule B4).
pub async fn lock(tx: &mut Tx, patient: PatientId) -> Result<bool, DbError> {
    let touched = sql("update patient set version = version where id = $1").bind(patient).run(tx).await?;
    Ok(touched == 1)
}

/// Pauses online booking, or ends the pause (rule N4).
pub async fn pause_online(tx: &mut Tx, patient: PatientId, until: Option<NaiveDate>) -> Result<(), DbError> {
    sql("update patient set online_block_until = $2 where id = $1").bind(patient).bind(until).run(tx).await?;
    Ok(())
}

/// Whose online booking is paused after `today`, and until when.
pub async fn paused(store: impl Store, today: NaiveDate) -> Result<BTreeMap<PatientId, NaiveDate>, DbError> {
    let rows: Vec<(PatientId, NaiveDate)> =
        sql("select id, online_block_until from patient where online_block_until > $1")
            .bind(today)
            .all(store)
            .await?;
    Ok(rows.into_iter().collect())
}

#[derive(serde::Deserialize)]
struct MissedRow {
    patient_id: PatientId,
    starts_at: DateTime<Utc>,
    late_cancel: bool,
}

impl MissedRow {
    fn missed(&self) -> Missed {
        let kind = if self.late_cancel { MissedKind::LateCancel } else { MissedKind::NoShow };
        Missed { at: self.starts_at, kind }
    }
}

/// What everybody missed since a moment who missed at least `limit` times.
pub async fn missed_by_many(
    store: impl Store,
    since: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(PatientId, Missed)>, DbError> {
    let rows: Vec<MissedRow> = sql("select patient_id, starts_at, late_cancel from appointment
         where starts_at > $1 and (counts_as_no_show or late_cancel)
           and patient_id in (select patient_id from appointment
             where starts_at > $1 and (counts_as_no_show or late_cancel) group by patient_id having count(*) >= $2)
         order by patient_id, starts_at")
    .bind(since)
    .bind(i64::from(limit))
    .all(store)
    .await?;
    Ok(rows.iter().map(|row| (row.patient_id, row.missed())).collect())
}

/// What a patient missed since a moment, as the rule counts it.
pub async fn missed(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<Missed>, DbError> {
    let rows: Vec<MissedRow> = sql("select patient_id, starts_at, late_cancel from appointment
         where patient_id = $1 and starts_at > $2 and (counts_as_no_show or late_cancel) order by starts_at")
    .bind(patient)
    .bind(since)
    .all(store)
    .await?;
    Ok(rows.iter().map(MissedRow::missed).collect())
}

/// How often a patient did not come since a moment; granted objections do not count.
pub async fn no_show_count(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<i64, DbError> {
    sql("select count(*) from appointment where patient_id = $1 and starts_at > $2 and counts_as_no_show")
        .bind(patient)
        .bind(since)
        .scalar(store)
        .await
}

/// Why people come.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Reason {
    pub id: ReasonId,
    pub name: String,
    pub minutes: i64,
    pub question: String,
    pub bookable_online: bool,
}

/// Every reason in use, in the clinic's order.
pub async fn reasons(store: impl Store) -> Result<Vec<Reason>, DbError> {
    sql("select id, name, minutes, question, bookable_online from visit_reason where active order by position, id")
        .all_kept(store)
        .await
}

/// One reason, also one that is not in use any more: an appointment keeps the reason it was booked with.
pub async fn any_reason(store: impl Store, id: ReasonId) -> Result<Option<Reason>, DbError> {
    sql("select id, name, minutes, question, bookable_online from visit_reason where id = $1")
        .bind(id)
        .optional(store)
        .await
}

/// One reason in use.
pub async fn reason(store: impl Store, id: ReasonId) -> Result<Option<Reason>, DbError> {
    let known = reasons(store).await?;
    Ok(known.into_iter().find(|reason| reason.id == id))
}
