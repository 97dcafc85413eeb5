//! What a doctor who leaves, or is no doctor any more, leaves in the lines.

use super::{Refused, changed_meanwhile, doer_of, record, seen, tell};
use crate::access::model::AccountId;
use crate::audit;
use crate::queue::model::{Happened, Move};
use crate::queue::store::entries::{self, Entry};
use crate::queue::store::events::{self, NewEvent};
use crate::work::Work;

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
