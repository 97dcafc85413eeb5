//! What comes back (rule P12): only from what was given out, never more, into quarantine unless it is sealed. Its money
//! changes by the cashier's credit note.

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::live::Topic;
use crate::pharmacy::model::{DispensedId, LEDGER, Ratio};
use crate::pharmacy::store::dispensings::{self, Dispensing, NewReturn};
use crate::pharmacy::verbs::{Refused, in_words};
use crate::prescribing::model::{LineMove, LineState};
use crate::prescribing::{self, ahead, pharmacist};
use crate::stock::model::{BatchId, Kind, Out};
use crate::stock::{put_back, quarantine};
use crate::work::Work;

/// What comes back.
#[derive(Debug)]
pub struct Back<'a> {
    /// The line that was given out.
    pub line: DispensedId,
    /// The batch on the pack.
    pub batch: BatchId,
    /// Units.
    pub quantity: i64,
    /// Accepted as sealed: it goes back to where it came from.
    pub sealed: bool,
    /// Why.
    pub reason: &'a str,
    /// Who saw a controlled medicine come back (rule P10).
    pub second: Option<(AccountId, &'a str)>,
}

/// Takes it back.
///
/// # Errors
/// A sentence when more comes back than was given of this batch.
pub async fn take_back(work: &mut Work, of: &Dispensing, back: &Back<'_>) -> Result<(), Refused> {
    let given = dispensings::line(work.tx(), back.line).await?.filter(|line| line.dispensing_id == of.id);
    let given = given.ok_or(Refused::NotFound)?;
    let line = prescribing::line(work.tx(), given.line_id).await?.ok_or(Refused::NotFound)?;
    let line = pharmacist::hold(work, line.id, line.version).await?;
    // Now that nobody else is at it: what came back a moment ago must not be charged again.
    let given = dispensings::line(work.tx(), back.line).await?.ok_or(Refused::NotFound)?;
    let out = dispensings::batches(work.tx(), of.id).await?;
    let out = out.iter().find(|out| out.line_id == given.id && out.batch_id == back.batch);
    let there = out.map_or(0, |out| out.quantity);
    if back.quantity > there {
        return Err(Refused::Because(format!("Of this batch {there} are still out. No more can come back.")));
    }
    let ratio = Ratio::lowest(given.quantity, given.covers);
    let Some(covers) = ratio.covered_by(back.quantity) else {
        return Err(Refused::Because(format!("Give back a multiple of {}.", ratio.given)));
    };
    let (who, at) = (work.doer().clone(), work.now());
    let store = if back.sealed { of.store_id } else { quarantine(work.tx()).await? };
    let new = NewReturn {
        line: given.id,
        batch: back.batch,
        store,
        quantity: back.quantity,
        covers,
        sealed: back.sealed,
        reason: back.reason,
        second: back.second,
    };
    dispensings::insert_return(work.tx(), &new, (&who, at)).await.map_err(in_words)?;
    if line.state != LineState::Closed {
        pharmacist::note(work, &line, LineMove::Return, back.reason).await?;
    }
    let into = Out {
        kind: Kind::ReturnIn,
        reason: back.reason,
        ref_kind: LEDGER,
        ref_id: given.id.0,
        partly: false,
    };
    put_back(work, back.batch, store, back.quantity, &into).await?;
    if given.billed_ahead {
        ahead::keep(work, line.id, covers).await?;
    } else {
        // What stays with the patient is what is charged (rule M13).
        let kept = given.quantity - given.returned - back.quantity;
        billing::keep(work, ChargeKind::Medicine, given.id.0, (kept, back.reason)).await?;
    }
    let entry = Entry::new("dispensing.returned", "dispensing", of.id.0)
        .of_patient(of.patient_id.0)
        .with("line", given.id.0)
        .with("quantity", back.quantity)
        .with("sealed", back.sealed)
        .with("second", back.second.map_or(0, |(second, _)| second.0));
    work.audit(entry).await?;
    work.tell(Topic::Visit(of.visit_id.0));
    work.tell(Topic::Pharmacy);
    Ok(())
}
