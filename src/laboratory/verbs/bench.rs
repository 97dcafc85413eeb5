//! A sample at the bench: received, started, rejected; a result sent back before its verification.

use super::{Refused, doer, go, seen, trail};
use crate::laboratory::model::{CannotMove, LineId, Move, RejectReason, SampleId};
use crate::laboratory::store::lines::{self, Held};
use crate::laboratory::store::{results, samples};
use crate::work::Work;

/// Makes a move of every line on a sample that allows it; refused when none does.
async fn all(work: &mut Work, sample: SampleId, made: Move, note: &str) -> Result<Vec<Held>, Refused> {
    let on = lines::held_on(work.tx(), sample).await?;
    let Some(first) = on.first() else { return Err(Refused::NotFound) };
    let able: Vec<&Held> = on.iter().filter(|line| line.state.after(made).is_ok()).collect();
    if able.is_empty() {
        return Err(CannotMove { state: first.state, tried: made }.into());
    }
    let mut moved = Vec::new();
    for line in able {
        moved.push(go(work, line, made, note).await?);
    }
    Ok(moved)
}

async fn kept(
    work: &mut Work,
    action: &'static str,
    sample: SampleId,
    moved: &[Held],
) -> Result<(), Refused> {
    if let Some(first) = moved.first() {
        let entry = trail(action, "lab_sample", sample.0, first).with("tests", moved.len() as i64);
        work.audit(entry).await?;
    }
    Ok(())
}

/// The sample has arrived in the laboratory.
pub async fn receive(work: &mut Work, sample: SampleId) -> Result<(), Refused> {
    let moved = all(work, sample, Move::Receive, "").await?;
    kept(work, "lab.received", sample, &moved).await
}

/// Work on the sample begins.
pub async fn start(work: &mut Work, sample: SampleId) -> Result<(), Refused> {
    let moved = all(work, sample, Move::Start, "").await?;
    kept(work, "lab.started", sample, &moved).await
}

/// The sample cannot be used: every test on it whose result is not verified needs a new one, and what was entered of it is
/// taken back. What was verified before stays; its pages say that the sample was rejected.
pub async fn reject(
    work: &mut Work,
    sample: SampleId,
    reason: RejectReason,
    note: &str,
) -> Result<(), Refused> {
    let (by, at) = (doer(work)?, work.now());
    let words =
        if note.is_empty() { reason.label().to_owned() } else { format!("{}: {note}", reason.label()) };
    let moved = all(work, sample, Move::Reject, &words).await?;
    for line in &moved {
        results::withdraw(work.tx(), line.id).await?;
    }
    // A sample that was rejected before keeps its first reason; what was left on it goes with it now.
    samples::reject(work.tx(), sample, (reason, note), by, at).await?;
    kept(work, "lab.rejected", sample, &moved).await
}

/// A result goes back to the bench before it is verified, with what is to be looked at. Nothing is measured again in a
/// sample that was rejected: then a new one is asked for. Returns whether it is.
pub async fn send_back(work: &mut Work, id: LineId, version: i64, note: &str) -> Result<bool, Refused> {
    let line = seen(work, id, Some(version)).await?;
    let again = line.sample_rejected;
    // Only what waits for verification is sent back.
    line.state.after(Move::SendBack)?;
    let line = go(work, &line, if again { Move::Reject } else { Move::SendBack }, note).await?;
    results::withdraw(work.tx(), id).await?;
    work.audit(trail("lab.sent_back", "lab_line", id.0, &line)).await?;
    Ok(again)
}
