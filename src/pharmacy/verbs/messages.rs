//! Asking the prescriber, and answering.

use crate::audit::Entry;
use crate::live::Topic;
use crate::pharmacy::model::{MessageId, MessageKind};
use crate::pharmacy::store::messages::{self, Message, NewMessage};
use crate::pharmacy::verbs::{Refused, doer};
use crate::prescribing::{Line, Prescription};
use crate::work::Work;

/// Asks the prescriber about a prescription.
pub async fn ask(work: &mut Work, about: &Prescription, words: &str) -> Result<MessageId, Refused> {
    let (from, who, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let new = NewMessage {
        kind: MessageKind::Query,
        prescription: about.id,
        line: None,
        patient: about.patient_id,
        to: about.prescriber_id,
        from: (from, &who),
        words,
    };
    let id = messages::insert(work.tx(), &new, at).await?;
    let entry = Entry::new("pharmacy.asked", "prescription", about.id.0).of_patient(about.patient_id.0);
    work.audit(entry.with("message", id.0)).await?;
    work.tell(Topic::Pharmacy);
    work.tell(Topic::Reviews(about.prescriber_id.0));
    Ok(id)
}

/// The prescriber reads what was given instead (rule P6), given in spite of what they did not know, or stopped.
pub async fn tell(work: &mut Work, line: &Line, kind: MessageKind, words: &str) -> Result<(), Refused> {
    let (from, who, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let new = NewMessage {
        kind,
        prescription: line.prescription_id,
        line: Some(line.id),
        patient: line.patient_id,
        to: line.prescriber_id,
        from: (from, &who),
        words,
    };
    messages::insert(work.tx(), &new, at).await?;
    work.tell(Topic::Reviews(line.prescriber_id.0));
    Ok(())
}

/// The prescriber answers a question, or has read what was told.
///
/// # Errors
/// A sentence when it was answered already.
pub async fn answer(work: &mut Work, message: &Message, words: &str) -> Result<(), Refused> {
    let (by, who, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if !messages::answer(work.tx(), message.id, (by, &who), words, at).await? {
        return Err(Refused::Because("A colleague answered this a moment ago.".to_owned()));
    }
    let entry = Entry::new("pharmacy.answered", "prescription", message.prescription_id.0)
        .of_patient(message.patient_id.0)
        .with("message", message.id.0);
    work.audit(entry).await?;
    work.tell(Topic::Pharmacy);
    work.tell(Topic::Reviews(message.to_id.0));
    Ok(())
}
