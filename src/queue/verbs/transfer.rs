//! Passing a token on: the old entry ends and the new one begins at the same instant (Q11, QU8).

use super::check_in::{enter, ranks_by_booking};
use super::moves::end;
use super::{Refused, closed, record, seen};
use crate::access::model::AccountId;
use crate::queue::appointments;
use crate::queue::model::{EntryId, Happened, Move, PointId, PointKind, Priority, Whom};
use crate::queue::store::entries::{self, Entry, NewEntry};
use crate::queue::store::points::{self, Point};
use crate::work::Work;

/// Passes a token on to a point, and there to a doctor if one is named. Who only changes the doctor at the same point
/// keeps the place in the line.
pub async fn transfer(
    work: &mut Work,
    id: EntryId,
    version: Option<i64>,
    to: PointId,
    whom: Whom,
) -> Result<EntryId, Refused> {
    if !points::hold(work.tx(), to).await? {
        return Err(closed(work, to).await?);
    }
    let entry = seen(work, id, version).await?;
    let point = points::by_id(work.tx(), to).await?.ok_or(Refused::NotFound)?;
    let at = work.now();
    let named = match whom {
        Whom::Doctor(doctor) => Some(doctor),
        Whom::Usual | Whom::Anyone => None,
    };
    let booking = appointments::next_of(work, &entry, named).await?;
    let booked_at =
        booking.as_ref().filter(|_| ranks_by_booking(point.kind)).map(|booking| booking.starts_at);
    let doctor = match whom {
        _ if point.kind != PointKind::Consulting => None,
        Whom::Usual => booking.map(|booking| booking.doctor_id),
        Whom::Anyone => None,
        Whom::Doctor(doctor) => Some(at_work(work, &point, doctor).await?),
    };
    let here = point.id == entry.point_id;
    if here && doctor == entry.doctor_id {
        return Err(Refused::Because(format!(
            "{} is already at {}. Choose another place.",
            entry.token, point.name
        )));
    }
    let arrived_at = if here { entry.arrived_at } else { at };
    let new = NewEntry { booked_at, doctor, arrived_at, ..onward(&entry, to, at) };
    pass_on(work, &entry, &new, &point.name).await
}

/// A doctor who is chosen works at the point today, so that nobody waits for somebody who is not there.
async fn at_work(work: &mut Work, point: &Point, doctor: AccountId) -> Result<AccountId, Refused> {
    let (now, today) = (work.now(), work.today());
    if points::is_away(work.tx(), doctor, now).await? {
        return Err(Refused::Because("This doctor is away now. Choose one who is here, or anyone.".into()));
    }
    let begin = work.app.clinic().start_of(today);
    let doctors = points::doctors_at_work(work.tx(), today, begin).await?;
    if doctors.iter().any(|one| one.point_id == point.id && one.doctor_id == doctor) {
        return Ok(doctor);
    }
    Err(Refused::Because(format!(
        "This doctor does not work at {} today. Choose one who does, or anyone.",
        point.name
    )))
}

/// Sends a token back to the doctor who passed it on, with the arrival it had there.
pub async fn send_back(work: &mut Work, id: EntryId, version: Option<i64>) -> Result<EntryId, Refused> {
    let entry = seen(work, id, version).await?;
    let from = entries::last_consultation(work.tx(), entry.visit_id, entry.id).await?.ok_or_else(|| {
        Refused::Because(format!("{} has not been with a doctor today. Pass it on instead.", entry.token))
    })?;
    points::hold(work.tx(), from.point_id).await?;
    let point = points::by_id(work.tx(), from.point_id).await?.ok_or_else(|| {
        Refused::Because("The doctor's service point is closed. Pass the token on elsewhere.".into())
    })?;
    let at = work.now();
    let new = NewEntry {
        booked_at: from.booked_at,
        doctor: Some(from.served_by),
        arrived_at: from.arrived_at,
        ..onward(&entry, from.point_id, at)
    };
    pass_on(work, &entry, &new, &point.name).await
}

fn onward(entry: &Entry, to: PointId, at: chrono::DateTime<chrono::Utc>) -> NewEntry {
    NewEntry {
        visit: entry.visit_id,
        patient: entry.patient_id,
        point: to,
        day: entry.day,
        priority: entry.priority,
        priority_reason: match entry.priority {
            Priority::Normal => String::new(),
            Priority::Raised | Priority::Emergency => entry.priority_reason.clone(),
        },
        booked_at: None,
        arrived_at: at,
        entered_at: at,
        doctor: None,
        coming_from: Some(entry.id),
    }
}

async fn pass_on(work: &mut Work, entry: &Entry, new: &NewEntry, to: &str) -> Result<EntryId, Refused> {
    let mut after = entry.clone();
    after.state = entry.state.after(Move::Transfer)?;
    end(&mut after, work.now());
    record(work, Move::Transfer, entry, &after, to).await?;
    enter(work, new, Happened::PassedIn, "").await
}
