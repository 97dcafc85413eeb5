//! Checking in: one visit and one token per patient and day (V1, Q1, Q2).

use chrono::{DateTime, TimeDelta, Utc};

use super::day::close_earlier_days;
use super::moves::{go_before, wait_again};
use super::{GIVEN, Refused, tell, undo};
use crate::access::model::AccountId;
use crate::audit;
use crate::patients::model::PatientId;
use crate::queue::appointments;
use crate::queue::model::{
    EntryId, EntryState, Happened, PointId, PointKind, Priority, TokenFormat, VisitId,
};
use crate::queue::store::appointments::{self as bookings, Booking};
use crate::queue::store::entries::{self, NewEntry};
use crate::queue::store::events::{self, NewEvent};
use crate::queue::store::points::{self, Point};
use crate::queue::store::visits::{self, NewVisit, Visit};
use crate::scheduling::model::{AppointmentId, AppointmentState, BookingRules, CannotCheckIn, self_check_in};
use crate::work::Work;

/// The clinic-wide series of tokens.
const SERIES: &str = "A";

/// How somebody came in who checked in without the desk.
pub const SELF: &str = "self";

/// Somebody is at the door.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who.
    pub patient: PatientId,
    /// For which appointment; none lets today's booking be found, if there is one.
    pub appointment: Option<AppointmentId>,
    /// Where to go first; none for the usual way.
    pub point: Option<PointId>,
    /// How soon.
    pub priority: Priority,
    /// Why sooner.
    pub reason: String,
    /// How they came in: `desk`, `self`.
    pub how: &'static str,
}

impl Arrival {
    /// A patient at the desk, on the usual way.
    pub fn at_desk(patient: PatientId) -> Self {
        Arrival {
            patient,
            appointment: None,
            point: None,
            priority: Priority::Normal,
            reason: String::new(),
            how: "desk",
        }
    }
}

/// A patient who is here.
#[derive(Debug, Clone)]
pub struct CheckedIn {
    /// The visit.
    pub visit: VisitId,
    /// Its token.
    pub token: String,
    /// The code on its slip.
    pub slip_code: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether this check-in opened it; otherwise the patient was here already.
    pub is_new: bool,
    /// The time of another booking that was checked in on the same token.
    pub also: Option<DateTime<Utc>>,
    /// Another booking of today whose check-in is not open yet: when and with whom.
    pub to_come: Option<(DateTime<Utc>, String)>,
    /// Whether the priority of the token was raised.
    pub raised: bool,
    /// How the token stood that waits again now.
    pub waits_again: Option<EntryState>,
}

/// Checks a patient in, also one whose record is deactivated: who stands at the door needs care, and an administrator takes
/// the record back later. A second check-in answers with the token of the first; another booking of the day joins it, and
/// a higher priority raises it. Who had left goes on with the same visit, its booking and its doctor.
pub async fn check_in(work: &mut Work, arrival: Arrival) -> Result<CheckedIn, Refused> {
    let (at, day) = (work.now(), work.today());
    if !visits::hold_patient(work.tx(), arrival.patient).await? {
        return Err(Refused::NotFound);
    }
    close_earlier_days(work, Some(arrival.patient)).await?;
    let present = visits::of_day(work.tx(), arrival.patient, day).await?;
    if let Some(visit) = present.as_ref().filter(|visit| visit.closed_at.is_none()) {
        return once_more(work, &arrival, visit).await;
    }
    let own = match &present {
        Some(visit) => going_on(work, &arrival, visit).await?,
        None => None,
    };
    let goes_on = own.is_some();
    let unmet = present.as_ref().is_none_or(|visit| visit.appointment_id.is_none());
    let booking = if goes_on { own } else { booking_for(work, &arrival, unmet).await? };
    let point = first_point(work, arrival.point).await?;
    let mut before = "check_in".to_owned();
    let mut opened = match present {
        Some(visit) => {
            let own = booking.as_ref().map(|booking| booking.id);
            if let Some(ending) = visits::ending(work.tx(), visit.id).await? {
                before = undo::ended(ending, appointments::standing_today(work, arrival.patient).await?);
            }
            visits::reopen(work.tx(), visit.id, own, Some(at)).await?;
            CheckedIn { is_new: true, since: at, ..already(&visit) }
        }
        None => open(work, &arrival, booking.as_ref()).await?,
    };
    let entry = join(work, &arrival, booking.as_ref(), &point, (opened.visit, &before)).await?;
    if let Some(booking) = &booking {
        appointments::arrive(work, booking.id).await?;
    }
    match arrival.appointment.filter(|_| goes_on) {
        Some(named) => join_named(work, &arrival, named, &mut opened).await?,
        None => join_another(work, &arrival, &mut opened).await?,
    }
    let note = audit::Entry::new("visit.checked_in", "visit", opened.visit.0)
        .of_patient(arrival.patient.0)
        .with("token", opened.token.as_str())
        .with("how", arrival.how)
        .with("point", point.name.as_str())
        .with("entry", entry.0);
    let note = match arrival.priority {
        Priority::Normal => note,
        Priority::Raised | Priority::Emergency => {
            note.with("priority", arrival.priority.as_str()).with("reason", GIVEN)
        }
    };
    work.audit(note).await?;
    Ok(opened)
}

fn already(visit: &Visit) -> CheckedIn {
    CheckedIn {
        visit: visit.id,
        token: visit.token.clone(),
        slip_code: visit.slip_code.clone(),
        since: visit.opened_at,
        is_new: false,
        also: None,
        to_come: None,
        raised: false,
        waits_again: None,
    }
}

/// With which booking a visit goes on whose patient had left: the one it was opened with, else one that was checked in
/// on its token. What a doctor began to see to gives way to another booking that the desk names.
async fn going_on(work: &mut Work, arrival: &Arrival, visit: &Visit) -> Result<Option<Booking>, Refused> {
    let own = match visit.appointment_id {
        Some(id) => bookings::by_id(work.tx(), id).await?,
        None => None,
    };
    let named = arrival.appointment;
    let goes_on = |one: &Booking| {
        one.state == AppointmentState::Arrived
            || one.state == AppointmentState::InService && named.is_none_or(|id| id == one.id)
    };
    match own.filter(goes_on) {
        Some(own) => Ok(Some(own)),
        None => Ok(appointments::arrived_today(work, arrival.patient).await?),
    }
}

/// What a check-in adds to a visit that is open already.
async fn once_more(work: &mut Work, arrival: &Arrival, visit: &Visit) -> Result<CheckedIn, Refused> {
    let mut here = already(visit);
    if arrival.how != SELF {
        here.waits_again = call_again(work, arrival, visit.id).await?;
    }
    if arrival.priority > Priority::Normal {
        let before = go_before(work, visit.id, arrival.priority, &arrival.reason).await?;
        here.raised = before.is_some();
    }
    match arrival.appointment {
        Some(named) => join_named(work, arrival, named, &mut here).await?,
        None => join_another(work, arrival, &mut here).await?,
    }
    Ok(here)
}

/// Who missed the calls and stands at the desk is brought back (Q7), and what is urgent is not left aside: neither would be
/// called where it is. Returns what it was until now.
async fn call_again(
    work: &mut Work,
    arrival: &Arrival,
    visit: VisitId,
) -> Result<Option<EntryState>, Refused> {
    let Some(id) = entries::open_of(work.tx(), visit).await? else { return Ok(None) };
    let Some(entry) = entries::by_id(work.tx(), id).await? else { return Ok(None) };
    let is_urgent = arrival.priority > Priority::Normal;
    if entry.state == EntryState::Missed || (entry.state == EntryState::Parked && is_urgent) {
        wait_again(work, &entry).await?;
        return Ok(Some(entry.state));
    }
    Ok(None)
}

/// The booking of today that the desk names joins the token that is there.
async fn join_named(
    work: &mut Work,
    arrival: &Arrival,
    named: AppointmentId,
    here: &mut CheckedIn,
) -> Result<(), Refused> {
    let booking = bookings::by_id(work.tx(), named).await?.ok_or(Refused::NotFound)?;
    let is_today = work.app.clinic().day_of(booking.starts_at) == work.today();
    if booking.patient_id == arrival.patient && waits(booking.state) && is_today {
        appointments::arrive(work, booking.id).await?;
        here.also = Some(booking.starts_at);
    }
    Ok(())
}

/// The next other booking of today joins the token that is there, once its check-in is open. A later one is told: joined
/// now, it would keep the visit open until then. Whoever comes too late for one tells the desk, which checks it in.
async fn join_another(work: &mut Work, arrival: &Arrival, here: &mut CheckedIn) -> Result<(), Refused> {
    let (rules, now) = (BookingRules::of(&work.app.clinic()), work.now());
    let by_desk = arrival.how != SELF;
    let is_missed = |one: &Booking| {
        self_check_in(one.state, one.starts_at, true, now, &rules) == Err(CannotCheckIn::TooLate)
    };
    let booked = appointments::booked_today(work, arrival.patient).await?;
    let Some(booking) = booked.into_iter().find(|one| by_desk || !is_missed(one)) else { return Ok(()) };
    if now < booking.starts_at - TimeDelta::minutes(i64::from(rules.check_in_minutes)) {
        here.to_come = Some((booking.starts_at, booking.doctor));
        return Ok(());
    }
    appointments::arrive(work, booking.id).await?;
    here.also = Some(booking.starts_at);
    Ok(())
}

/// Whether a booking of today waits for its patient: also one that was recorded as not attended too soon.
fn waits(state: AppointmentState) -> bool {
    matches!(state, AppointmentState::Booked | AppointmentState::NoShow)
}

/// With which booking a patient comes; `unmet` is whether the patient came with none today so far, and then may have
/// come for one that was missed.
async fn booking_for(work: &mut Work, arrival: &Arrival, unmet: bool) -> Result<Option<Booking>, Refused> {
    let day = work.today();
    let Some(id) = arrival.appointment else {
        return Ok(appointments::todays_booking_of(work, arrival.patient, unmet).await?);
    };
    let booking = bookings::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    if booking.patient_id != arrival.patient {
        return Err(Refused::NotFound);
    }
    if !waits(booking.state) {
        let state = booking.state.label().to_lowercase();
        return Err(Refused::Because(format!(
            "This appointment cannot be checked in: it is marked \"{state}\". Add the patient as a walk-in."
        )));
    }
    if work.app.clinic().day_of(booking.starts_at) != day {
        return Err(Refused::Because(
            "This appointment is on another day. Add the patient as a walk-in.".into(),
        ));
    }
    Ok(Some(booking))
}

/// Triage if it works, else the first consulting point, else whatever there is.
async fn first_point(work: &mut Work, wanted: Option<PointId>) -> Result<Point, Refused> {
    let points = points::active(work.tx(), None).await?;
    let of_kind = |kind| points.iter().find(|point| point.kind == kind);
    let found = match wanted {
        Some(id) => points.iter().find(|point| point.id == id),
        None => of_kind(PointKind::Triage)
            .or_else(|| of_kind(PointKind::Consulting))
            .or_else(|| points.iter().find(|point| point.kind != PointKind::Reception)),
    };
    let found = found.cloned().ok_or_else(|| {
        Refused::Because(
            "No service point is open to send the patient to. An administrator sets them up.".into(),
        )
    })?;
    if points::hold(work.tx(), found.id).await? {
        Ok(found)
    } else {
        Err(Refused::Because(format!(
            "{} was closed a moment ago. Choose another service point.",
            found.name
        )))
    }
}

async fn open(work: &mut Work, arrival: &Arrival, booking: Option<&Booking>) -> Result<CheckedIn, Refused> {
    let (at, day) = (work.now(), work.today());
    let digits = usize::try_from(work.app.clinic().token_digits).unwrap_or(3);
    let format = TokenFormat::parse(SERIES, digits).map_err(|fault| Refused::Because(fault.to_string()))?;
    let number = visits::next_number(work.tx(), SERIES, day).await?;
    let token = format.label(u32::try_from(number).unwrap_or(u32::MAX));
    let slip_code = format!("{:032x}", rand::random::<u128>());
    let new = NewVisit {
        patient: arrival.patient,
        day,
        series: SERIES,
        number,
        token: &token,
        slip_code: &slip_code,
        appointment: booking.map(|booking| booking.id),
        at,
    };
    let visit = visits::insert(work.tx(), &new).await?;
    Ok(CheckedIn {
        visit,
        token,
        slip_code,
        since: at,
        is_new: true,
        also: None,
        to_come: None,
        raised: false,
        waits_again: None,
    })
}

/// Opens the first entry of a visit.
async fn join(
    work: &mut Work,
    arrival: &Arrival,
    booking: Option<&Booking>,
    point: &Point,
    (visit, before): (VisitId, &str),
) -> Result<EntryId, Refused> {
    let (at, day) = (work.now(), work.today());
    let new = NewEntry {
        visit,
        patient: arrival.patient,
        point: point.id,
        day,
        priority: arrival.priority,
        priority_reason: arrival.reason.clone(),
        booked_at: booking.filter(|_| ranks_by_booking(point.kind)).map(|booking| booking.starts_at),
        arrived_at: at,
        entered_at: at,
        doctor: booking.filter(|_| point.kind == PointKind::Consulting).map(|booking| booking.doctor_id),
        coming_from: None,
    };
    enter(work, &new, Happened::CheckIn, before).await
}

/// Opens an entry with its line in the history; `before` is what taking it back needs, empty where it is not taken back.
pub async fn enter(work: &mut Work, new: &NewEntry, how: Happened, before: &str) -> Result<EntryId, Refused> {
    let id = entries::insert(work.tx(), new).await?;
    let entry = entries::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let by: Option<AccountId> = super::doer_of(work);
    let event = NewEvent { what: how.as_str(), from: None, by, note: &new.priority_reason, before };
    events::insert(work.tx(), &entry, &event, new.entered_at).await?;
    debug_assert_eq!(entry.state, EntryState::Waiting);
    tell(work, &entry);
    Ok(id)
}

/// The booked time ranks where the patient is waiting for the doctor; later points go by arrival.
pub const fn ranks_by_booking(kind: PointKind) -> bool {
    matches!(kind, PointKind::Triage | PointKind::Consulting)
}
