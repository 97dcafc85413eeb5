//! The second person: verification, what it releases, and whom it tells (rules L3, L5, L6).

use chrono::TimeDelta;

use super::hand_over::reviewer;
use super::{Refused, doer, meanwhile, seen, stepped, trail};
use crate::access::model::AccountId;
use crate::audit;
use crate::laboratory::model::{LineId, LineState, Move, ResultId, ReviewReason, VersionState};
use crate::laboratory::store::catalogue::{self, Setting};
use crate::laboratory::store::lines::{self, Held, Verified};
use crate::laboratory::store::results::{self, Version};
use crate::laboratory::store::{reviews, withdrawals};
use crate::live::Topic;
use crate::work::Work;

/// The action under which the trail knows who read which version.
pub const READ: &str = "lab.result_opened";

/// Verifies these lines, each as it was seen. Returns how many critical results wait for a call.
pub async fn verify(work: &mut Work, chosen: &[(LineId, i64)]) -> Result<usize, Refused> {
    let setting = catalogue::setting(work.tx()).await?;
    let mut critical = 0;
    for (id, version) in chosen {
        let line = seen(work, *id, Some(*version)).await?;
        line.state.after(Move::Verify)?;
        critical += usize::from(one(work, &line, &setting).await?);
    }
    Ok(critical)
}

async fn one(work: &mut Work, line: &Held, setting: &Setting) -> Result<bool, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let pending = results::in_state(work.tx(), line.id, VersionState::Pending).await?;
    let pending = pending.ok_or_else(|| meanwhile(&line.test))?;
    let alone = pending.entered_by == by;
    if alone && !setting.self_verify {
        let why = "You entered this result. A second person verifies it.";
        return Err(Refused::Because(format!("{}: {why}", line.test)));
    }
    if line.sample_rejected && !pending.void {
        let why =
            "Its sample was rejected, so this result cannot hold. Send it back: a new sample is asked for.";
        return Err(Refused::Because(format!("{}: {why}", line.test)));
    }
    let old = results::in_state(work.tx(), line.id, VersionState::Current).await?;
    results::supersede(work.tx(), line.id).await?;
    match results::verify(work.tx(), pending.id, by, alone, at).await {
        Ok(true) => {}
        Ok(false) => return Err(meanwhile(&line.test)),
        Err(error) if error.violates("lab_result_rejected_sample") => return Err(meanwhile(&line.test)),
        Err(error) => return Err(error.into()),
    }
    let delay = TimeDelta::days(setting.patient_delay_days);
    let made = Verified {
        critical: pending.critical,
        turnaround_minutes: line
            .turnaround_minutes
            .unwrap_or_else(|| (at - line.requested_at).num_minutes().max(0)),
        patient_at: (!line.in_person).then(|| at + delay),
    };
    if !lines::verified(work.tx(), line, made, at).await? {
        return Err(meanwhile(&line.test));
    }
    stepped(work, line, Move::Verify, LineState::Verified, if alone { "By the same person" } else { "" })
        .await?;
    let entry = trail("lab.verified", "lab_result", pending.id.0, line).with("self_verified", alone);
    work.audit(entry).await?;
    tell_readers(work, line, pending.id, old.as_ref()).await?;
    if pending.void {
        withdrawals::tell_patient(work.tx(), line.id, at).await?;
    }
    if !pending.critical {
        release(work, line, None).await?;
    }
    Ok(pending.critical)
}

/// Releases a verified line; a critical one with the moment of its call-back.
pub(super) async fn release(
    work: &mut Work,
    line: &Held,
    called_back_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<(), Refused> {
    let at = work.now();
    if !lines::released(work.tx(), line.id, called_back_at, at).await? {
        return Err(meanwhile(&line.test));
    }
    let verified = Held { state: LineState::Verified, ..line.clone() };
    stepped(work, &verified, Move::Release, LineState::Released, "").await
}

/// The orderer has it to review, or whoever stands in for one who has left; after a correction so has every doctor who read the old version.
pub(super) async fn tell_readers(
    work: &mut Work,
    line: &Held,
    new: ResultId,
    old: Option<&Version>,
) -> Result<(), Refused> {
    let at = work.now();
    reviews::replace(work.tx(), line.id, at).await?;
    let reason = if old.is_some() { ReviewReason::Corrected } else { ReviewReason::New };
    let mut readers = vec![reviewer(work, line).await?];
    for old in old.iter().map(|old| old.id).chain(old.and_then(|old| old.corrects_id)) {
        for reader in readers_of(work, old).await? {
            if !readers.contains(&reader) && reviews::is_reviewer(work.tx(), reader.0).await? {
                readers.push(reader);
            }
        }
    }
    for reader in readers {
        reviews::insert(work.tx(), (new, line.id), reader, reason, at).await?;
        work.tell(Topic::Reviews(reader.0));
    }
    Ok(())
}

/// Who opened a version, by the trail.
async fn readers_of(work: &mut Work, result: ResultId) -> Result<Vec<AccountId>, Refused> {
    let history = audit::history(work.tx(), "lab_result", result.0).await?;
    let opened = history.into_iter().filter(|entry| entry.action == READ);
    Ok(opened.filter_map(|entry| entry.account_id.map(AccountId)).collect())
}
