//! Handing over what a visit leaves open: its results go to the review list of the doctor who is named (rule V2), or who
//! takes the visit over (rule R8); and what nobody who is here would review (rule A8).

use super::{Refused, doer};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::laboratory::store::lines::Held;
use crate::laboratory::store::{handover, reviews};
use crate::live::Topic;
use crate::queue::Visit;
use crate::work::Work;

/// Hands every test of the visit that is not done over to a doctor.
///
/// # Errors
/// `Because` when this account reviews no results.
pub async fn hand_over(work: &mut Work, visit: &Visit, to: AccountId) -> Result<u64, Refused> {
    let (by, at) = (doer(work)?, work.now());
    if !reviews::is_reviewer(work.tx(), to.0).await? {
        return Err(Refused::Because(
            "Choose a doctor who works here. Results are reviewed by doctors.".into(),
        ));
    }
    let given = handover::give(work.tx(), visit.id, (to, by), at).await?;
    if given > 0 {
        let entry = Entry::new("lab.handed_over", "visit", visit.id.0).of_patient(visit.patient_id.0);
        work.audit(entry.with("to", to.0).with("tests", given)).await?;
        work.tell(Topic::Reviews(to.0));
    }
    Ok(given)
}

/// Whoever takes a visit over reviews its tests that are not done, and its results that wait for whoever had it. Somebody
/// who reviews no results leaves them where they are.
///
/// # Errors
/// None but those of the database.
pub async fn take_over(work: &mut Work, visit: &Visit) -> Result<(), Refused> {
    let (me, at) = (doer(work)?, work.now());
    if !reviews::is_reviewer(work.tx(), me.0).await? {
        return Ok(());
    }
    let waiting = reviews::of_orderers(work.tx(), visit.id, me).await?;
    for one in &waiting {
        reviews::pass_on(work.tx(), one, me, at).await?;
        handover::give_one(work.tx(), one.line_id, (me, me), at).await?;
        work.tell(Topic::Reviews(one.account_id.0));
    }
    let given = handover::give(work.tx(), visit.id, (me, me), at).await?;
    if given > 0 || !waiting.is_empty() {
        let entry = Entry::new("lab.taken_over", "visit", visit.id.0).of_patient(visit.patient_id.0);
        work.audit(entry.with("tests", given).with("reviews", waiting.len())).await?;
        work.tell(Topic::Reviews(me.0));
    }
    Ok(())
}

/// Who reviews a result of this line. Where that is somebody who is no doctor here any more, the doctor who served in the
/// visit last has it from now on; where there is none, it waits for every doctor.
pub(super) async fn reviewer(work: &mut Work, line: &Held) -> Result<AccountId, Refused> {
    if reviews::is_reviewer(work.tx(), line.reviewer.0).await? {
        return Ok(line.reviewer);
    }
    if let Some(present) = reviews::present(work.tx(), line.visit_id).await? {
        let (by, at) = (doer(work)?, work.now());
        handover::give_one(work.tx(), line.id, (present, by), at).await?;
        return Ok(present);
    }
    for doctor in reviews::doctors(work.tx()).await? {
        work.tell(Topic::Reviews(doctor.0));
    }
    Ok(line.reviewer)
}
