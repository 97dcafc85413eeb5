//! What the front page of staff reads besides the queues: one row of counts.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};

/// The clinic's day in numbers, or a doctor's.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Tally {
    /// Visits opened today.
    pub arrived: i64,
    /// Visits closed today.
    pub finished: i64,
    /// Bookings of today whose patients have not come yet.
    pub expected: i64,
    /// Bookings of today that nobody came to.
    pub missed: i64,
    /// Bookings whose doctor is away: each needs a decision.
    pub undecided: i64,
    /// Visits that the day closed by itself and nobody has seen to.
    pub unsettled: i64,
    /// The next booked time of today.
    pub next_booked: Option<DateTime<Utc>>,
}

/// The tally of `day`, which lasts over `[from, until)`; with only the bookings of `doctor`, or everybody's.
pub async fn tally(
    store: impl Store,
    day: NaiveDate,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    doctor: Option<AccountId>,
) -> Result<Tally, DbError> {
    sql("select (select count(*) from visit where day = $1) as arrived,
            (select count(*) from visit where day = $1 and closed_at is not null) as finished,
            (select count(*) from appointment where starts_at >= $2 and starts_at < $3 and state = 'booked'
                and (doctor_id = $4 or $4 = 0)) as expected,
            (select count(*) from appointment where starts_at >= $2 and starts_at < $3 and state = 'no_show'
                and (doctor_id = $4 or $4 = 0)) as missed,
            (select count(*) from appointment where state = 'booked' and needs_decision) as undecided,
            (select count(*) from visit where close_reason = 'day_close' and seen_to_at is null) as unsettled,
            (select min(starts_at) from appointment where starts_at >= $2 and starts_at < $3 and state = 'booked'
                and (doctor_id = $4 or $4 = 0)) as next_booked")
    .bind(day)
    .bind(from)
    .bind(until)
    .bind(doctor.map_or(0, |doctor| doctor.0))
    .one_kept(store)
    .await
}

/// What concerns only the person who asks, of those who serve in a queue or order tests.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Own {
    /// Entries that this person finished or passed on today.
    pub served: i64,
    /// Where this person calls to.
    pub station: Option<i64>,
    /// Questions and notes of the pharmacy.
    pub asked: i64,
    /// Results to review.
    pub reviews: i64,
    /// Own tests that need a new sample.
    pub rejected: i64,
}

/// What concerns `who` on `day`.
pub async fn own(store: impl Store, day: NaiveDate, who: AccountId) -> Result<Own, DbError> {
    // SQLite takes the index of open tests only where its condition stands word for word.
    sql("select (select count(*) from queue_entry where day = $1 and served_by = $2
                and state in ('done', 'transferred')) as served,
            (select point_id from station where account_id = $2) as station,
            (select count(*) from pharmacy_message where to_id = $2 and answered_at is null) as asked,
            (select count(*) from lab_review w where w.acknowledged_at is null and w.replaced_at is null
                and w.account_id in (select a.id from account a where a.kind = 'staff' and (a.id = $2
                    or a.state <> 'active' or not exists (select 1 from account_role d
                        where d.account_id = a.id and d.role = 'doctor')))) as reviews,
            (select count(*) from lab_line where state in
                ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
                and state = 'rejected' and ordered_by = $2) as rejected")
    .bind(day)
    .bind(who)
    .one(store)
    .await
}

/// What waits for an administrator.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub struct Attention {
    /// Screens that showed nothing for a while.
    pub silent_displays: i64,
    /// Staff who have not chosen a password yet.
    pub without_password: i64,
    /// Imports that somebody began and nobody finished.
    pub open_imports: i64,
    /// Doctors of whom nobody knows the hours.
    pub without_hours: i64,
    /// Emergency openings of records that nobody has reviewed.
    pub reviews: i64,
    /// Those of them that wait longer than they may.
    pub overdue: i64,
    /// Nowhere does a doctor see patients.
    pub no_consulting: bool,
    /// Nobody is a doctor.
    pub no_doctor: bool,
    /// Nobody can say why one comes.
    pub no_reason: bool,
    /// Consultations have no price, not even none.
    pub no_price: bool,
}

/// What waits for an administrator: screens not seen since `silent`, what was begun but not finished, emergencies without a
/// review, late ones opened before `overdue`.
pub async fn attention(
    store: impl Store,
    (silent, overdue): (DateTime<Utc>, DateTime<Utc>),
    today: NaiveDate,
) -> Result<Attention, DbError> {
    sql("with waiting as (select r.opened_at from record_opening r where r.kind = 'emergency'
                and not exists (select 1 from record_opening_review w where w.opening_id = r.id))
         select (select count(*) from display where paired_at is not null and revoked_at is null
                and (seen_at is null or seen_at < $1)) as silent_displays,
            (select count(*) from account where kind = 'staff' and state = 'active'
                and password_hash is null) as without_password,
            (select count(*) from student_import where state in ('uploaded', 'checked')) as open_imports,
            (select count(*) from account_role r join account a on a.id = r.account_id
                where r.role = 'doctor' and a.state = 'active' and not exists
                    (select 1 from availability v where v.doctor_id = a.id and v.ended_at is null
                        and (v.valid_until is null or v.valid_until >= $2))) as without_hours,
            (select count(*) from waiting) as reviews, (select count(*) from waiting where opened_at < $3) as overdue,
            not exists (select 1 from service_point where kind = 'consulting' and active) as no_consulting,
            not exists (select 1 from account_role r join account a on a.id = r.account_id
                where r.role = 'doctor' and a.state = 'active') as no_doctor,
            not exists (select 1 from visit_reason where active) as no_reason,
            not exists (select 1 from price where kind = 'consultation' and scheme_id is null) as no_price")
    .bind(silent)
    .bind(today)
    .bind(overdue)
    .one(store)
    .await
}
