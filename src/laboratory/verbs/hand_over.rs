//! Handing over what a visit leaves open: its results go to the review list of the doctor who is named (rule V2).

use super::{Refused, doer};
use crate::access::model::AccountId;
use crate::audit::Entry;
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
