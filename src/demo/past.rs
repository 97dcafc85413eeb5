//! What happened before today: closed slots, their appointments, visits and how they went.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::names::Chance;
use super::{Filling, Shape, clinic, row};
use crate::db::{DbError, Value};

/// The last ids given away.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub slot: i64,
    pub appointment: i64,
    pub visit: i64,
    pub entry: i64,
}

pub(super) const SLOT: &[&str] = &[
    "id",
    "doctor_id",
    "room_id",
    "day",
    "starts_at",
    "ends_at",
    "capacity",
    "public_capacity",
    "taken_public",
    "taken_desk",
    "state",
];
pub(super) const APPOINTMENT: &[&str] = &[
    "id",
    "reference",
    "calendar_uid",
    "patient_id",
    "slot_id",
    "doctor_id",
    "starts_at",
    "ends_at",
    "reason_id",
    "place",
    "state",
    "booked_at",
    "ended_at",
    "ended_by",
    "counts_as_no_show",
    "created_at",
    "updated_at",
];
const VISIT: &[&str] = &[
    "id",
    "patient_id",
    "day",
    "series",
    "number",
    "token",
    "slip_code",
    "appointment_id",
    "opened_at",
    "closed_at",
    "close_reason",
];
const ENTRY: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "point_id",
    "day",
    "state",
    "booked_at",
    "arrived_at",
    "entered_at",
    "doctor_id",
    "room_id",
    "served_by",
    "called_at",
    "started_at",
    "ended_at",
    "call_count",
    "coming_from",
];
pub(super) const EVENT: &[&str] =
    &["entry_id", "at", "move", "from_state", "to_state", "account_id", "room_id"];

/// Half-hour slots of a doctor's day.
pub(super) const STARTS: [(u32, u32); 15] = [
    (8, 0),
    (8, 30),
    (9, 0),
    (9, 30),
    (10, 0),
    (10, 30),
    (11, 0),
    (11, 30),
    (12, 0),
    (13, 0),
    (13, 30),
    (14, 0),
    (14, 30),
    (15, 0),
    (15, 30),
];

/// `K7M4-P2WD`.
pub(super) fn reference(chance: &mut Chance) -> String {
    let code = chance.code();
    format!("{}-{}", &code[..4], &code[4..8])
}

pub(super) fn is_weekday(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() < 6
}

#[derive(Default)]
struct Rows {
    slots: Vec<Vec<Value>>,
    appointments: Vec<Vec<Value>>,
    visits: Vec<Vec<Value>>,
    entries: Vec<Vec<Value>>,
    events: Vec<Vec<Value>>,
    counters: Vec<Vec<Value>>,
}

/// Somebody who came, before numbers are given.
struct Came {
    patient: i64,
    appointment: Option<(i64, DateTime<Utc>)>,
    doctor: usize,
    at: DateTime<Utc>,
}

/// Every past clinic day, oldest first.
pub(super) async fn write(filling: &mut Filling, shape: Shape) -> Result<Ids, DbError> {
    let mut days: Vec<NaiveDate> = Vec::new();
    let mut day = filling.today;
    while days.len() < shape.past_days {
        day = day - Days::new(1);
        if is_weekday(day) {
            days.push(day);
        }
    }
    let mut chance = Chance::new(44);
    let mut ids = Ids::default();
    let mut rows = Rows::default();
    // The known student keeps a clean record; everybody else comes in turn, so nobody twice a day.
    let mut next = 1;
    for (done, day) in days.iter().rev().enumerate() {
        let came = booked(filling, shape, *day, (&mut chance, &mut ids, &mut rows, &mut next));
        visits(filling, shape, *day, came, (&mut chance, &mut ids, &mut rows));
        let last = done + 1 == days.len();
        if rows.visits.len() > 10_000 || last {
            flush(filling, &mut rows).await?;
            filling.step("past visits", (done + 1) * (shape.booked_a_day + shape.walk_ins_a_day)).await?;
        }
    }
    Ok(ids)
}

async fn flush(filling: &mut Filling, rows: &mut Rows) -> Result<(), DbError> {
    filling.put("slot", SLOT, std::mem::take(&mut rows.slots)).await?;
    filling.put("appointment", APPOINTMENT, std::mem::take(&mut rows.appointments)).await?;
    filling.put("visit", VISIT, std::mem::take(&mut rows.visits)).await?;
    filling.put("queue_entry", ENTRY, std::mem::take(&mut rows.entries)).await?;
    filling.put("queue_event", EVENT, std::mem::take(&mut rows.events)).await?;
    filling.put("counter", &["scope", "day", "last"], std::mem::take(&mut rows.counters)).await
}

fn turn(next: &mut usize, students: usize) -> i64 {
    *next = if *next + 1 >= students { 1 } else { *next + 1 };
    *next as i64 + 1
}

type Making<'a> = (&'a mut Chance, &'a mut Ids, &'a mut Rows, &'a mut usize);

/// The slots of a day and who had booked them; who came, and the day's walk-ins.
fn booked(filling: &Filling, shape: Shape, day: NaiveDate, making: Making<'_>) -> Vec<Came> {
    let (chance, ids, rows, next) = making;
    let places = filling.doctors.len() * STARTS.len();
    let each = shape.booked_a_day.div_ceil(places).max(2) as i64 + 1;
    let mut came = Vec::new();
    let mut left = shape.booked_a_day;
    for (at, (hour, minute)) in STARTS.iter().enumerate() {
        let starts =
            NaiveTime::from_hms_opt(*hour, *minute, 0).and_then(|time| filling.clinic.instant(day, time));
        let Some(starts) = starts else { continue };
        let ends = starts + TimeDelta::minutes(30);
        for (doctor, account) in filling.doctors.iter().enumerate() {
            ids.slot += 1;
            let still = places - (at * filling.doctors.len() + doctor);
            let share =
                if still >= left { usize::from(chance.below(still) < left) } else { left.div_ceil(still) };
            left -= share;
            let (mut public, mut desk) = (0_i64, 0_i64);
            for taken in 0..share {
                ids.appointment += 1;
                let patient = turn(next, shape.students);
                let place = if (taken as i64) < each - 1 { "public" } else { "desk" };
                let state = chance.of(&["fulfilled"; 14]);
                let state = match chance.below(16) {
                    0 => "no_show",
                    1 => "cancelled",
                    _ => state,
                };
                match (state, place) {
                    ("cancelled", _) => {}
                    (_, "public") => public += 1,
                    _ => desk += 1,
                }
                let made = starts - TimeDelta::hours(chance.between(20, 300));
                let ended_by = match state {
                    "no_show" => Some("system"),
                    "cancelled" => Some("patient"),
                    _ => None,
                };
                let ended = if state == "cancelled" { starts - TimeDelta::hours(5) } else { ends };
                let reference = reference(chance);
                rows.appointments.push(row![
                    ids.appointment,
                    reference.as_str(),
                    reference.as_str(),
                    patient,
                    ids.slot,
                    *account,
                    starts,
                    ends,
                    chance.between(1, clinic::REASON_COUNT - 1),
                    place,
                    state,
                    made,
                    ended,
                    ended_by,
                    state == "no_show",
                    made,
                    ended
                ]);
                if state == "fulfilled" {
                    let at = starts + TimeDelta::minutes(chance.between(-25, 8));
                    came.push(Came { patient, appointment: Some((ids.appointment, starts)), doctor, at });
                }
            }
            rows.slots.push(row![
                ids.slot,
                *account,
                room_of(doctor),
                day,
                starts,
                ends,
                each + 1,
                each,
                public,
                desk,
                "closed"
            ]);
        }
    }
    for _ in 0..shape.walk_ins_a_day {
        let at = filling.clinic.start_of(day) + TimeDelta::minutes(480 + chance.between(0, 440));
        let patient = turn(next, shape.students);
        came.push(Came { patient, appointment: None, doctor: chance.below(filling.doctors.len()), at });
    }
    came.sort_by_key(|one| one.at);
    came
}

pub(super) fn room_of(doctor: usize) -> i64 {
    4 + (doctor % 4) as i64
}

/// Tokens in the order of arrival, and how each visit went.
fn visits(
    filling: &Filling,
    shape: Shape,
    day: NaiveDate,
    came: Vec<Came>,
    making: (&mut Chance, &mut Ids, &mut Rows),
) {
    let (chance, ids, rows) = making;
    rows.counters.push(row!["token:A", day, came.len() as i64]);
    for (number, one) in (1_i64..).zip(came) {
        ids.visit += 1;
        let called = one.at + TimeDelta::minutes(chance.between(4, 50));
        let started = called + TimeDelta::seconds(chance.between(20, 140));
        let ended = started + TimeDelta::seconds(chance.between(280, 1_500));
        let goes_on = chance.one_in(shape.pharmacy_one_in);
        let doctor = filling.doctors[one.doctor];
        let (appointment, time) = one.appointment.unzip();
        let state = if goes_on { "transferred" } else { "done" };
        let mut closed = ended;
        ids.entry += 1;
        let first = ids.entry;
        rows.entries.push(row![
            first,
            ids.visit,
            one.patient,
            3_i64,
            day,
            state,
            time,
            one.at,
            one.at,
            doctor,
            room_of(one.doctor),
            doctor,
            called,
            started,
            ended,
            1_i64,
            Value::Int(None)
        ]);
        if shape.events {
            steps(rows, first, [one.at, called, started, ended], (state, doctor, room_of(one.doctor)));
        }
        if goes_on {
            let called = ended + TimeDelta::minutes(chance.between(1, 15));
            let started = called + TimeDelta::seconds(chance.between(10, 60));
            closed = started + TimeDelta::seconds(chance.between(60, 400));
            ids.entry += 1;
            rows.entries.push(row![
                ids.entry,
                ids.visit,
                one.patient,
                5_i64,
                day,
                "done",
                time,
                one.at,
                ended,
                Value::Int(None),
                9_i64,
                6_i64,
                called,
                started,
                closed,
                1_i64,
                first
            ]);
            if shape.events {
                steps(rows, ids.entry, [ended, called, started, closed], ("done", 6, 9));
            }
        }
        rows.visits.push(row![
            ids.visit,
            one.patient,
            day,
            "A",
            number,
            format!("A{number:03}"),
            chance.slip(),
            appointment,
            one.at,
            closed,
            "finished"
        ]);
    }
}

fn steps(rows: &mut Rows, entry: i64, times: [DateTime<Utc>; 4], who: (&'static str, i64, i64)) {
    let (end, by, room) = who;
    let last = if end == "done" { "finish" } else { "transfer" };
    let none = Value::Text(None);
    rows.events.push(vec![
        entry.into(),
        times[0].into(),
        if who.1 == 6 { "passed_in" } else { "check_in" }.into(),
        none,
        "waiting".into(),
        Value::Int(None),
        Value::Int(None),
    ]);
    rows.events.push(row![entry, times[1], "call", "waiting", "called", by, room]);
    rows.events.push(row![entry, times[2], "start", "called", "in_service", by, room]);
    rows.events.push(row![entry, times[3], last, "in_service", end, by, room]);
}
