//! Saving a health record; every version is kept (LA2).

use super::{Refused, doer};
use crate::audit::Entry;
use crate::laboratory::model::HealthFacts;
use crate::laboratory::store::health;
use crate::patients::model::PatientId;
use crate::work::Work;

/// Writes the record, the first one with version 0. False when somebody saved it first.
pub async fn save(
    work: &mut Work,
    patient: PatientId,
    facts: &HealthFacts,
    version: i64,
) -> Result<bool, Refused> {
    let (by, at) = (doer(work)?, work.now());
    if !health::save(work.tx(), patient, facts, version, (by, at)).await? {
        return Ok(false);
    }
    let action = if version == 0 { "health_record.created" } else { "health_record.changed" };
    let entry = Entry::new(action, "patient", patient.0).of_patient(patient.0).with("version", version + 1);
    work.audit(entry).await?;
    Ok(true)
}
