//! Today's queue in full swing: who is gone, served, called, waiting, parked and missed at this very moment.

use chrono::{DateTime, Days, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::clinic::{AT_POINT, DOCTORS, POINTS};
use super::names::Chance;
use super::past::EVENT;
use super::{Filling, row, store};
use crate::db::{Db, DbError, Value, bulk};
use crate::settings::store as settings;

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
    "priority",
    "priority_reason",
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
    "last_called_at",
    "park_reason",
    "parked_at",
    "coming_from",
];
const ANNOUNCEMENT: &[&str] = &["day", "at", "point_id", "entry_id", "token", "place", "call_number"];

/// Where somebody stands now: point, state, priority, and the desk of the point that serves them.
type Stage = (i64, &'static str, &'static str, usize);

/// In the order of arrival; the first to come are furthest along. The known student is [`KNOWN`].
const STAGES: [Stage; 38] = [
    (5, "done", "normal", 0),
    (6, "done", "normal", 0),
    (5, "done", "normal", 0),
    (3, "done", "normal", 1),
    (5, "done", "normal", 0),
    (3, "done", "normal", 2),
    (3, "left", "normal", 0),
    (6, "done", "normal", 0),
    (4, "in_service", "normal", 0),
    (5, "in_service", "normal", 0),
    (5, "called", "normal", 0),
    (6, "in_service", "normal", 0),
    (5, "waiting", "normal", 0),
    (4, "waiting", "normal", 0),
    (5, "waiting", "normal", 0),
    (6, "waiting", "normal", 0),
    (4, "waiting", "normal", 0),
    (3, "missed", "normal", 0),
    (3, "in_service", "normal", 0),
    (3, "in_service", "normal", 2),
    (3, "parked", "normal", 0),
    (3, "called", "normal", 1),
    (3, "waiting", "normal", 0),
    (3, "waiting", "normal", 0),
    (3, "waiting", "raised", 0),
    (3, "waiting", "normal", 0),
    (3, "waiting", "normal", 0),
    (3, "waiting", "normal", 0),
    (3, "waiting", "emergency", 0),
    (3, "waiting", "normal", 0),
    (3, "waiting", "normal", 0),
    (2, "in_service", "normal", 0),
    (2, "waiting", "normal", 0),
    (2, "waiting", "normal", 0),
    (2, "waiting", "normal", 0),
    (1, "called", "normal", 0),
    (1, "waiting", "normal", 0),
    (1, "waiting", "normal", 0),
];
/// The stage of the student who is shown.
const KNOWN: usize = 25;
/// The first to come was here so many minutes ago, if the day is that old.
const MORNING: i64 = 170;

/// On a new day the demo's queue begins anew; on the same day it is left as people made it.
pub(super) async fn move_on(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    if store::last_day(db).await?.is_some_and(|last| last >= clinic.day_of(now)) {
        return Ok(());
    }
    write(db, now).await
}

struct Day {
    filling: Filling,
    chance: Chance,
    entry: i64,
    entries: Vec<Vec<Value>>,
    events: Vec<Vec<Value>>,
    calls: Vec<(DateTime<Utc>, i64, i64, String, String)>,
}

/// Who stands at a stage.
struct Person {
    visit: i64,
    patient: i64,
    token: String,
    at: DateTime<Utc>,
    due: Option<store::Due>,
}

/// Ends what earlier days left open and writes today's visits.
pub(super) async fn write(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let mut filling = Filling::begin(db, clinic, now, ProgressBar::hidden()).await?;
    let today = filling.today;
    let bounds = (filling.clinic.start_of(today), filling.clinic.start_of(today + Days::new(1)));
    let tx = filling.tx().await?;
    store::close_earlier(tx, today, now).await?;
    let due = store::due(tx, bounds.0, (now + TimeDelta::minutes(45)).min(bounds.1)).await?;
    let walk_ins = store::free_students(tx, today, bounds, STAGES.len() as i64).await?;
    let (last_visit, last_entry) = store::last_ids(tx).await?;
    let chance = Chance::new(today.format("%Y%m%d").to_string().parse().unwrap_or(1));
    let mut day = Day {
        filling,
        chance,
        entry: last_entry,
        entries: Vec::new(),
        events: Vec::new(),
        calls: Vec::new(),
    };
    let (mut due, mut walk_ins) = (due.into_iter(), walk_ins.into_iter());
    let since = (now - bounds.0).num_seconds().clamp(60, MORNING * 60);
    let mut visits = Vec::new();
    let mut appointments = Vec::new();
    for (at, stage) in STAGES.into_iter().enumerate() {
        // Every other one had booked; who left was a walk-in, because a booked one would have to cancel.
        let booked = if at % 2 == 0 && at != KNOWN && stage.1 != "left" { due.next() } else { None };
        let patient = match (&booked, at) {
            (Some(booked), _) => Some(booked.patient_id),
            (None, KNOWN) => Some(1),
            (None, _) => walk_ins.next(),
        };
        let Some(patient) = patient else { continue };
        let number = visits.len() as i64 + 1;
        let waited = since * (STAGES.len() - at) as i64 / STAGES.len() as i64;
        let person = Person {
            visit: last_visit + number,
            patient,
            token: format!("A{number:03}"),
            at: now - TimeDelta::seconds(waited),
            due: booked,
        };
        if let Some(booked) = &person.due {
            appointments.push((booked.id, appointment_state(stage)));
        }
        let ended = day.walk(&person, stage);
        let reason = ended.map(|_| if stage.1 == "left" { "left" } else { "finished" });
        visits.push(row![
            person.visit,
            patient,
            today,
            "A",
            number,
            person.token,
            day.chance.slip(),
            person.due.map(|due| due.id),
            person.at,
            ended,
            reason
        ]);
    }
    day.save(visits, appointments).await
}

fn appointment_state((point, state, _, _): Stage) -> &'static str {
    match (point, state) {
        (1 | 2, _) | (3, "waiting" | "called" | "parked" | "missed") => "arrived",
        (3, "in_service") => "in_service",
        _ => "fulfilled",
    }
}

fn route(point: i64) -> &'static [i64] {
    match point {
        1 => &[1],
        2 => &[2],
        3 => &[2, 3],
        4 => &[2, 3, 4],
        5 => &[2, 3, 5],
        _ => &[2, 3, 5, 6],
    }
}

/// One stay at a point: since when, how it ended or stands, and when each step was.
struct Leg<'a> {
    point: i64,
    state: &'static str,
    priority: &'static str,
    desk: usize,
    entered: DateTime<Utc>,
    steps: &'a [(&'static str, &'static str, DateTime<Utc>)],
    from: Option<i64>,
}

impl Day {
    /// Writes a person's way to a stage; returns when the visit ended, if it did.
    fn walk(&mut self, person: &Person, (point, state, priority, desk): Stage) -> Option<DateTime<Utc>> {
        let now = self.filling.now;
        let over = matches!(state, "done" | "left");
        let way = route(point);
        let span = (now - person.at).num_seconds();
        let share = span * if over { 9 } else { 7 } / 10 / (way.len() as i64 - i64::from(!over)).max(1);
        let mut entered = person.at;
        let mut from = None;
        for (at, leg) in way.iter().enumerate() {
            let last = at + 1 == way.len();
            let moment = |part: i64| entered + TimeDelta::seconds(share * part / 10);
            let ago = |seconds: i64| (now - TimeDelta::seconds(seconds)).max(entered);
            let end = if last { "done" } else { "transferred" };
            let steps: Vec<(&str, &str, DateTime<Utc>)> = match (last, state) {
                (false, _) | (true, "done") => {
                    vec![
                        ("call", "called", moment(5)),
                        ("start", "in_service", moment(6)),
                        (if last { "finish" } else { "transfer" }, end, moment(10)),
                    ]
                }
                (true, "left") => vec![("leave", "left", moment(10))],
                (true, "called") => vec![("call", "called", ago(75))],
                (true, "in_service") => vec![("call", "called", ago(560)), ("start", "in_service", ago(500))],
                (true, "parked") => vec![("park", "parked", ago(400))],
                (true, "missed") => vec![("call", "called", ago(900)), ("miss", "missed", ago(420))],
                (true, _) => Vec::new(),
            };
            let state = if last { state } else { "transferred" };
            let desk = if last { desk } else { person.visit as usize % 4 };
            let id = self.leg(
                person,
                Leg {
                    point: *leg,
                    state,
                    priority: if last { priority } else { "normal" },
                    desk,
                    entered,
                    steps: &steps,
                    from,
                },
            );
            from = Some(id);
            if let Some((_, _, at)) = steps.last() {
                entered = *at;
            }
        }
        over.then_some(entered)
    }

    fn leg(&mut self, person: &Person, leg: Leg<'_>) -> i64 {
        self.entry += 1;
        let id = self.entry;
        let time = |wanted: &str| leg.steps.iter().find(|(_, to, _)| *to == wanted).map(|(_, _, at)| *at);
        let (called, started) = (time("called"), time("in_service"));
        let ended = time("done").or(time("transferred")).or(time("left"));
        let room = match leg.point {
            1 => 1,
            2 => 3,
            3 => 4 + leg.desk as i64 % 4,
            4 => 8,
            5 => 9,
            _ => 11,
        };
        let by = if leg.point == 3 { DOCTORS[leg.desk % 4] } else { AT_POINT[(leg.point - 1) as usize] };
        let due = person.due.as_ref();
        let doctor = match (leg.point, called) {
            (3, Some(_)) => Some(by),
            (3, None) => due.map(|due| due.doctor_id),
            _ => None,
        };
        let reason = match leg.priority {
            "raised" => "Faint on arrival, pulse rechecked",
            "emergency" => "Asthma attack",
            _ => "",
        };
        let at_desk = called.map(|_| room);
        let calls = if leg.state == "missed" { 3_i64 } else { i64::from(called.is_some()) };
        let parked = time("parked");
        self.entries.push(row![
            id,
            person.visit,
            person.patient,
            leg.point,
            self.filling.today,
            leg.state,
            leg.priority,
            reason,
            due.map(|due| due.starts_at),
            person.at,
            leg.entered,
            doctor,
            at_desk,
            called.map(|_| by),
            called,
            started,
            ended,
            calls,
            called,
            if parked.is_some() { "Fetching an earlier result" } else { "" },
            parked,
            leg.from
        ]);
        self.events.push(row![
            id,
            leg.entered,
            if leg.from.is_some() { "passed_in" } else { "check_in" },
            Value::Text(None),
            "waiting",
            Value::Int(None),
            Value::Int(None)
        ]);
        let mut before = "waiting";
        for (step, to, at) in leg.steps {
            self.events.push(row![id, *at, *step, before, *to, by, at_desk]);
            before = to;
            if *to == "called" {
                let place = rooms()[(room - 1) as usize].to_owned();
                self.calls.push((*at, leg.point, id, person.token.clone(), place));
            }
        }
        id
    }

    async fn save(
        mut self,
        visits: Vec<Vec<Value>>,
        appointments: Vec<(i64, &'static str)>,
    ) -> Result<(), DbError> {
        let today = self.filling.today;
        let now = self.filling.now;
        self.calls.sort();
        let calls = self
            .calls
            .into_iter()
            .map(|(at, point, entry, token, place)| row![today, at, point, entry, token, place, 1_i64]);
        let count = visits.len() as i64;
        let filling = &mut self.filling;
        filling.put("visit", VISIT, visits).await?;
        filling.put("queue_entry", ENTRY, self.entries).await?;
        filling.put("queue_event", EVENT, self.events).await?;
        filling.put("announcement", ANNOUNCEMENT, calls.collect()).await?;
        filling.put("counter", &["scope", "day", "last"], vec![row!["token:A", today, count]]).await?;
        let tx = filling.tx().await?;
        for (appointment, state) in appointments {
            store::came(tx, appointment, state, now).await?;
        }
        for table in ["visit", "queue_entry"] {
            bulk::follow_ids(filling.tx().await?, table).await?;
        }
        super::vitals::write(filling).await?;
        super::notes::write(filling, true).await?;
        filling.step("today", 0).await
    }
}

/// Rooms in the order of their ids.
fn rooms() -> Vec<&'static str> {
    POINTS.iter().flat_map(|(_, _, rooms)| rooms.iter().copied()).collect()
}
