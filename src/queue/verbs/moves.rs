//! The moves of one entry at its point.

use chrono::{DateTime, Utc};

use super::calls::are_used_up;
use super::{GIVEN, Refused, changed_meanwhile, doer_of, record, seen};
use crate::audit;
use crate::db::DbError;
use crate::queue::appointments;
use crate::queue::model::{
    EntryId, EntryState, Happened, LineRules, Missing, Move, PointKind, Priority, VisitId, behind_next_two,
    line,
};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::events::{self, NewEvent};
use crate::queue::store::lines::{self, InLine};
use crate::queue::store::{points, visits};
use crate::work::Work;

/// Makes a move that needs nothing but the entry and a remark.
pub async fn make_seen(
    work: &mut Work,
    made: Move,
    id: EntryId,
    version: Option<i64>,
    note: &str,
) -> Result<Entry, Refused> {
    let entry = seen(work, id, version).await?;
    // Who was called often enough is not offered again (Q7).
    let last = made == Move::ReturnToWaiting && are_used_up(work, &entry);
    make(work, if last { Move::Miss } else { made }, &entry, note).await
}

/// Makes a move of an entry as it was read in this work. Calls and transfers have functions of their own.
pub async fn make(work: &mut Work, made: Move, entry: &Entry, note: &str) -> Result<Entry, Refused> {
    let at = work.now();
    let mut after = entry.clone();
    after.state = entry.state.after(made)?;
    match made {
        Move::Start => {
            resume(&mut after, at);
            after.started_at = entry.started_at.or(Some(at));
            after.served_by = doer_of(work).or(entry.served_by);
        }
        Move::Finish | Move::Leave => end(&mut after, at),
        Move::Park => {
            resume(&mut after, at);
            after.parked_at = Some(at);
            after.park_reason = note.to_owned();
            // Who served stays known: the patient comes back to them, whoever puts the token aside meanwhile (Q11).
            after.served_by = entry.served_by.filter(|_| entry.started_at.is_some()).or(doer_of(work));
        }
        Move::Unpark => unpark(&mut after),
        Move::BringBack => come_back(work, &mut after).await?,
        Move::Miss | Move::ReturnToWaiting => {}
        Move::Call | Move::Recall | Move::Transfer | Move::Undo => {
            return Err(Refused::Because("This is not done here. Use its own button.".into()));
        }
    }
    record(work, made, entry, &after, note).await?;
    follow(work, made, &after).await?;
    Ok(after)
}

/// What lies between being parked and being served again, or the end, is not service time (Q10): the stretch in the
/// place, the wait for the next call, and the way.
fn resume(after: &mut Entry, at: DateTime<Utc>) {
    let parked = after.parked_at.take().map_or(0, |since| (at - since).num_seconds());
    if after.started_at.is_some() {
        after.parked_seconds += parked;
    }
}

/// The entry ends.
pub fn end(after: &mut Entry, at: DateTime<Utc>) {
    resume(after, at);
    after.ended_at = Some(at);
}

/// The calls from before do not cool down. Since when it was parked stays known until it is served again.
fn unpark(after: &mut Entry) {
    after.park_reason = String::new();
    after.call_count = 0;
    after.last_called_at = None;
}

/// Behind the two who are next now; the calls count anew (Q7).
async fn come_back(work: &mut Work, after: &mut Entry) -> Result<(), Refused> {
    let at = work.now();
    let point = points::by_id(work.tx(), after.point_id).await?.ok_or(Refused::NotFound)?;
    let waiting = lines::waiting_at(work.tx(), after.point_id).await?;
    let same_line = |entry: &&InLine| {
        after.doctor_id.is_none() || entry.doctor_id.is_none() || entry.doctor_id == after.doctor_id
    };
    let others = waiting.iter().filter(same_line).map(InLine::waiting).collect();
    let in_a_row = u32::try_from(point.booked_in_a_row).unwrap_or(0);
    let placed = line(others, at, &LineRules::of(&work.app.clinic()), in_a_row);
    [after.behind_first, after.behind_second] = behind_next_two(&placed);
    after.returned_at = Some(at);
    after.call_count = 0;
    Ok(())
}

/// What a move means for the visit and the appointment.
async fn follow(work: &mut Work, made: Move, entry: &Entry) -> Result<(), Refused> {
    let at = work.now();
    match made {
        Move::Start => {
            if is_consultation(work, entry).await? {
                appointments::in_service(work, entry).await?;
            }
        }
        Move::Finish => {
            let (by, name) = (doer_of(work), work.doer().name.clone());
            visits::not_consulted(work.tx(), entry.visit_id, (by, &name), at).await?;
            visits::close(work.tx(), entry.visit_id, "finished", at).await.map_err(unfinished)?;
            appointments::fulfil(work, entry).await?;
        }
        Move::Leave => visits::close(work.tx(), entry.visit_id, "left", at).await?,
        Move::Call
        | Move::Recall
        | Move::Miss
        | Move::Park
        | Move::Unpark
        | Move::BringBack
        | Move::ReturnToWaiting
        | Move::Transfer
        | Move::Undo => {}
    }
    Ok(())
}

/// What keeps a visit from being finished, in words (rule V2).
fn unfinished(error: DbError) -> Refused {
    match Missing::ALL.iter().find(|missing| error.violates(missing.as_str())) {
        Some(missing) => Refused::Because(missing.label().to_owned()),
        None => error.into(),
    }
}

/// A colleague takes over whoever is called or served: from now on the patient is with who does this.
pub async fn take_over(work: &mut Work, id: EntryId, version: Option<i64>) -> Result<Entry, Refused> {
    let entry = seen(work, id, version).await?;
    let mut after = entry.clone();
    after.served_by = doer_of(work);
    if entry.served_by == after.served_by
        || !matches!(entry.state, EntryState::Called | EntryState::InService)
    {
        return Ok(entry);
    }
    let at = work.now();
    if !entries::save(work.tx(), &after).await? {
        return Err(changed_meanwhile(&entry.token));
    }
    let what = Happened::TakenOver.as_str();
    let event = NewEvent { what, from: Some(entry.state), by: doer_of(work), note: "", before: "" };
    events::insert(work.tx(), &after, &event, at).await?;
    let trail =
        audit::Entry::new("queue.taken_over", "queue_entry", entry.id.0).of_patient(entry.patient_id.0);
    let old = entry.served_by.map_or(0, |account| account.0);
    work.audit(trail.with("token", entry.token.as_str()).with("from", old)).await?;
    super::tell(work, &after);
    Ok(after)
}

/// Whether an entry stands at a point where a doctor sees the patient.
pub async fn is_consultation(work: &mut Work, entry: &Entry) -> Result<bool, Refused> {
    let point = points::by_id(work.tx(), entry.point_id).await?;
    Ok(point.is_some_and(|point| point.kind == PointKind::Consulting))
}

/// Changes how soon somebody is served, with a reason that stays (Q6).
pub async fn set_priority(
    work: &mut Work,
    id: EntryId,
    version: Option<i64>,
    priority: Priority,
    reason: &str,
) -> Result<Entry, Refused> {
    let entry = seen(work, id, version).await?;
    if !matches!(
        entry.state,
        EntryState::Waiting | EntryState::Called | EntryState::Parked | EntryState::Missed
    ) {
        return Err(Refused::Because(format!(
            "{} no longer waits. Its priority stays as it is.",
            entry.token
        )));
    }
    let after = prioritise(work, &entry, (priority, reason), reason).await?;
    not_aside(work, after).await
}

/// An emergency is not left aside: nobody would call it where it is.
async fn not_aside(work: &mut Work, entry: Entry) -> Result<Entry, Refused> {
    let aside = matches!(entry.state, EntryState::Missed | EntryState::Parked);
    if entry.priority != Priority::Emergency || !aside {
        return Ok(entry);
    }
    let entry = seen(work, entry.id, None).await?;
    wait_again(work, &entry).await
}

/// Brings a token back that missed its calls, or that was put aside.
pub async fn wait_again(work: &mut Work, entry: &Entry) -> Result<Entry, Refused> {
    let made = if entry.state == EntryState::Parked { Move::Unpark } else { Move::BringBack };
    make(work, made, entry, "").await
}

/// Lets whoever is in the clinic go before others, wherever the token stands now; a priority that is as high already
/// stays. Nothing happens to somebody who has left. Gives what stood before, if it changed.
pub async fn go_before(
    work: &mut Work,
    visit: VisitId,
    priority: Priority,
    reason: &str,
) -> Result<Option<(Priority, String)>, Refused> {
    let Some(id) = entries::open_of(work.tx(), visit).await? else { return Ok(None) };
    let entry = seen(work, id, None).await?;
    if entry.priority >= priority {
        return Ok(None);
    }
    let after = prioritise(work, &entry, (priority, reason), reason).await?;
    not_aside(work, after).await?;
    Ok(Some((entry.priority, entry.priority_reason)))
}

/// Takes back what [`go_before`] did, and puts `to` in its place; a priority that somebody chose since stays.
pub async fn go_back(
    work: &mut Work,
    visit: VisitId,
    from: (Priority, &str),
    to: &(Priority, String),
    why: &str,
) -> Result<(), Refused> {
    let Some(id) = entries::open_of(work.tx(), visit).await? else { return Ok(()) };
    let entry = seen(work, id, None).await?;
    if (entry.priority, entry.priority_reason.as_str()) == from {
        prioritise(work, &entry, (to.0, &to.1), why).await?;
    }
    Ok(())
}

async fn prioritise(
    work: &mut Work,
    entry: &Entry,
    (priority, reason): (Priority, &str),
    why: &str,
) -> Result<Entry, Refused> {
    let at = work.now();
    let mut after = entry.clone();
    after.priority = priority;
    after.priority_reason = if priority == Priority::Normal { String::new() } else { reason.to_owned() };
    if !entries::save(work.tx(), &after).await? {
        return Err(changed_meanwhile(&entry.token));
    }
    let what = Happened::Priority.as_str();
    let note = format!("{}: {why}", priority.label());
    let event = NewEvent { what, from: Some(entry.state), by: doer_of(work), note: &note, before: "" };
    events::insert(work.tx(), &after, &event, at).await?;
    let trail = audit::Entry::new("queue.priority_changed", "queue_entry", entry.id.0)
        .of_patient(entry.patient_id.0)
        .with("reason", if why.is_empty() { "" } else { GIVEN })
        .changed("priority", &entry.priority.as_str(), &priority.as_str());
    work.audit(trail).await?;
    super::tell(work, &after);
    Ok(after)
}
