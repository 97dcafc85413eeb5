//! A patient who leaves by the own phone; what a doctor who leaves, is away or is no doctor any more leaves in the lines.

use super::{Refused, changed_meanwhile, doer_of, moves, record, seen, tell};
use crate::access::model::AccountId;
use crate::audit;
use crate::queue::model::{EntryId, EntryState, Happened, LEFT_BY_PHONE, Move, leaving_needs_reason};
use crate::queue::store::attention;
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::events::{self, NewEvent};
use crate::work::Work;

/// A patient leaves by the own phone, as the page showed the entry. Whoever is served, or goes before others, is known to
/// somebody who has to hear of it: of these colleagues too would have to say why.
///
/// # Errors
/// [`Refused::Because`] where a person has to be told instead, or the place changed since it was shown.
pub async fn by_phone(work: &mut Work, id: EntryId, shown: Option<(EntryId, i64)>) -> Result<Entry, Refused> {
    let entry = seen(work, id, None).await?;
    if entry.state == EntryState::InService {
        return Err(Refused::Because(
            "You are being served. Tell the person you are with before you go.".into(),
        ));
    }
    if leaving_needs_reason(entry.priority, true) || attention::is_asked(work.tx(), entry.visit_id).await? {
        return Err(Refused::Because(
            "Tell the desk or a nurse before you go. You cannot leave by phone now.".into(),
        ));
    }
    if shown != Some((entry.id, entry.version)) {
        return Err(Refused::Because(
            "Your place in the queue changed a moment ago. Look at it, then decide again.".into(),
        ));
    }
    moves::make(work, Move::Leave, &entry, LEFT_BY_PHONE).await
}

/// Who is affected in the lines.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// How many wait for anyone from now on.
    pub waiting: usize,
    /// The tokens of those who sit with the doctor now; a colleague takes them over.
    pub with: Vec<String>,
}

/// A doctor has left: who was called goes back to waiting in the old place, and who waits for this doctor waits for anyone.
///
/// # Errors
/// The database's.
pub async fn doctor_leaves(work: &mut Work, doctor: AccountId) -> Result<Left, Refused> {
    let called = entries::called_by(work.tx(), doctor).await?;
    for id in &called {
        let entry = seen(work, *id, None).await?;
        let after = Entry {
            state: entry.state.after(Move::ReturnToWaiting)?,
            room_id: None,
            served_by: None,
            // The calls of somebody who is gone put nobody back in the line.
            call_count: 0,
            last_called_at: None,
            ..entry.clone()
        };
        record(work, Move::ReturnToWaiting, &entry, &after, "").await?;
    }
    let waiting = entries::waiting_for(work.tx(), doctor).await?;
    for id in &waiting {
        let entry = seen(work, *id, None).await?;
        for_anyone(work, doctor, &entry).await?;
    }
    let others = called.iter().filter(|id| !waiting.contains(id)).count();
    let with = entries::served_by(work.tx(), doctor).await?;
    Ok(Left { waiting: waiting.len() + others, with })
}

/// Whoever waits for a doctor who is away now waits for anyone. Returns how many these are.
///
/// # Errors
/// The database's.
pub async fn doctors_are_away(work: &mut Work) -> Result<usize, Refused> {
    let now = work.now();
    let waiting = entries::waiting_for_absent(work.tx(), now).await?;
    for (id, doctor) in &waiting {
        let entry = seen(work, *id, None).await?;
        for_anyone(work, *doctor, &entry).await?;
    }
    Ok(waiting.len())
}

async fn for_anyone(work: &mut Work, doctor: AccountId, entry: &Entry) -> Result<(), Refused> {
    let at = work.now();
    if !entries::for_anyone(work.tx(), entry).await? {
        return Err(changed_meanwhile(&entry.token));
    }
    let after = Entry { doctor_id: None, ..entry.clone() };
    let what = Happened::DoctorLeft.as_str();
    let event = NewEvent { what, from: Some(entry.state), by: doer_of(work), note: "", before: "" };
    events::insert(work.tx(), &after, &event, at).await?;
    let trail = audit::Entry::new("queue.doctor_left", "queue_entry", entry.id.0);
    let trail = trail.of_patient(entry.patient_id.0).with("token", entry.token.as_str());
    work.audit(trail.with("doctor", doctor.0)).await?;
    tell(work, &after);
    Ok(())
}
