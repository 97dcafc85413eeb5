//! A believable campus clinic, for looking around and for measuring. Everybody in it is invented.
//!
//! The same size gives the same people every time; days and times lie around the moment of filling.

mod billing;
mod clinic;
mod findings;
mod laboratory;
mod letters;
mod names;
mod notes;
mod past;
mod people;
mod prescribing;
mod record;
mod schedule;
mod stock;
mod store;
mod today;
mod university;
mod vitals;
mod warnings;

use chrono::{DateTime, NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressStyle};

use crate::access::password;
use crate::config::PasswordCost;
use crate::db::{Db, DbError, Tx, Value, bulk, guards};
use crate::settings::model::Clinic;
use crate::settings::store as settings;

/// How much there is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// 200 students and 13 members of staff.
    Small,
    /// 100,000 students, 1,000,000 past appointments and visits.
    Large,
}

/// Everybody's password.
pub const PASSWORD: &str = "infirmary-demo";
/// The student who is shown: has a token today and an appointment soon.
pub const STUDENT: &str = "19/52HA001";

/// The accounts that are shown at the start.
pub const SIGN_INS: &[(&str, &str)] = &[
    ("admin", "administrator"),
    ("reception", "front desk"),
    ("nurse", "triage"),
    ("doctor", "consulting, Room 1"),
    ("lab", "laboratory; lab.musa is the second person"),
    ("pharmacy", "pharmacy"),
    ("cashier", "cash desk"),
    (STUDENT, "a student with a token today"),
];

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Somebody's data.
    #[error(
        "this database holds a clinic of its own; the demo only uses an empty database or one it made itself"
    )]
    NotOurs,
    /// An earlier filling was broken off.
    #[error("an earlier demo was not filled to its end; remove its database and start again")]
    Unfinished,
    /// The password could not be hashed.
    #[error("cannot hash the password: {0}")]
    Hash(String),
    /// The database answered with a fault.
    #[error("{0}")]
    Database(#[from] DbError),
}

/// The measures of a size.
#[derive(Debug, Clone, Copy)]
struct Shape {
    students: usize,
    /// Doctors beyond the four of the small clinic.
    more_doctors: usize,
    /// Clinic days before today.
    past_days: usize,
    booked_a_day: usize,
    walk_ins_a_day: usize,
    upcoming: usize,
    /// One past visit in so many went on to the pharmacy.
    pharmacy_one_in: usize,
    /// Which past visits went on to the laboratory.
    laboratory: laboratory::Past,
    /// Whether each step of past visits is written too.
    events: bool,
}

impl Size {
    fn shape(self) -> Shape {
        match self {
            Size::Small => Shape {
                students: 200,
                more_doctors: 0,
                past_days: 20,
                booked_a_day: 22,
                walk_ins_a_day: 9,
                upcoming: 110,
                pharmacy_one_in: 2,
                laboratory: laboratory::Past::Weeks,
                events: true,
            },
            Size::Large => Shape {
                students: 100_000,
                more_doctors: 20,
                past_days: 640,
                booked_a_day: 1_563,
                walk_ins_a_day: 190,
                upcoming: 3_000,
                pharmacy_one_in: 10,
                laboratory: laboratory::Past::OneIn(4),
                events: false,
            },
        }
    }
}

/// Builds a row of values.
macro_rules! row {
    ($($value:expr),+ $(,)?) => { vec![$($crate::db::Value::from($value)),+] };
}
use row;

/// A filling under way.
struct Filling {
    db: Db,
    tx: Option<Tx>,
    clinic: Clinic,
    now: DateTime<Utc>,
    today: NaiveDate,
    doctors: Vec<i64>,
    holidays: usize,
    bar: ProgressBar,
}

impl Filling {
    async fn begin(db: &Db, clinic: Clinic, now: DateTime<Utc>, bar: ProgressBar) -> Result<Self, DbError> {
        let today = clinic.day_of(now);
        let tx = Some(db.begin().await?);
        Ok(Filling { db: db.clone(), tx, clinic, now, today, doctors: Vec::new(), holidays: 0, bar })
    }

    /// The open transaction.
    async fn tx(&mut self) -> Result<&mut Tx, DbError> {
        let tx = match self.tx.take() {
            Some(tx) => tx,
            None => self.db.begin().await?,
        };
        Ok(self.tx.insert(tx))
    }

    async fn put(
        &mut self,
        name: &'static str,
        columns: &'static [&'static str],
        mut rows: Vec<Vec<Value>>,
    ) -> Result<(), DbError> {
        bulk::fill(self.tx().await?, bulk::Table { name, columns }, &mut rows).await
    }

    /// Makes durable what is there so far and shows how far it is.
    async fn step(&mut self, what: &'static str, done: usize) -> Result<(), DbError> {
        if let Some(tx) = self.tx.take() {
            tx.commit().await?;
        }
        self.bar.set_message(what);
        self.bar.set_position(done as u64);
        Ok(())
    }
}

/// Tables whose rows come with ids of their own.
const WITH_IDS: [&str; 15] = [
    "faculty",
    "department",
    "study_level",
    "academic_session",
    "patient",
    "account",
    "service_point",
    "room",
    "visit_reason",
    "availability",
    "slot",
    "appointment",
    "visit",
    "queue_entry",
    "holiday",
];

/// Fills an empty database; on the demo's own, moves the queue to today when the day has changed.
///
/// # Errors
/// `NotOurs` when the database holds something else.
pub async fn prepare(db: &Db, now: DateTime<Utc>, size: Size) -> Result<(), DemoError> {
    match store::present(db).await? {
        store::Present::Empty => fill(db, now, size.shape()).await,
        store::Present::Demo { filled: true } => Ok(today::move_on(db, now).await?),
        store::Present::Demo { filled: false } => Err(DemoError::Unfinished),
        store::Present::Other => Err(DemoError::NotOurs),
    }
}

async fn fill(db: &Db, now: DateTime<Utc>, shape: Shape) -> Result<(), DemoError> {
    let hash = password::hash_blocking(PasswordCost::FLOOR, PASSWORD).map_err(DemoError::Hash)?;
    let clinic = settings::ensure_clinic(db, &clinic::settings(now)).await?;
    crate::record::fill_catalogue(db).await?;
    crate::prescribing::ensure_catalogue(db).await?;
    crate::diagnoses::codes::ensure_catalogue(db).await?;
    crate::procedures::ensure_catalogue(db).await?;
    crate::stock::ensure_catalogue(db).await?;
    bulk::widen(db, true).await?;
    let lifted = guards::lift_for_filling(db).await?;
    let bar = ProgressBar::new(shape.students as u64);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos:>7}/{len} {msg}") {
        bar.set_style(style);
    }
    let mut filling = Filling::begin(db, clinic, now, bar.clone()).await?;
    clinic::places(&mut filling).await?;
    clinic::staff(&mut filling, &hash, shape.more_doctors).await?;
    people::students(&mut filling, shape.students, &hash).await?;
    bar.set_length((shape.past_days * (shape.booked_a_day + shape.walk_ins_a_day)) as u64);
    let mut ids = past::write(&mut filling, shape).await?;
    // What follows reads what was written.
    filling.step("notes", shape.past_days * (shape.booked_a_day + shape.walk_ins_a_day)).await?;
    bulk::analyze(db).await?;
    notes::often(&mut filling).await?;
    vitals::write(&mut filling).await?;
    notes::write(&mut filling, shape.events).await?;
    schedule::write(&mut filling, shape, &mut ids).await?;
    record::write(&mut filling, shape.students).await?;
    store::tell_of_filling(filling.tx().await?, now).await?;
    for table in WITH_IDS {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    filling.step("today", shape.students).await?;
    today::write(db, now).await?;
    bulk::analyze(db).await?;
    laboratory::write(db, now, shape.laboratory, bar.clone()).await?;
    prescribing::write(db, now, (shape.events, 4), bar.clone()).await?;
    warnings::write(db, now, bar.clone()).await?;
    findings::write(db, now, shape.events, bar.clone()).await?;
    letters::write(db, now, bar.clone()).await?;
    stock::write(db, now, bar.clone()).await?;
    billing::write(db, now, bar.clone()).await?;
    bulk::analyze(db).await?;
    bar.set_message("what happened");
    guards::put_back_after_filling(db, lifted).await?;
    store::mark_filled(db, now).await?;
    bulk::widen(db, false).await?;
    bulk::analyze(db).await?;
    bar.finish_and_clear();
    Ok(())
}
