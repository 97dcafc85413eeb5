//! Issuing, revoking, agreeing, checking.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::doer;
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::letters::model::{CONSENT, VerificationId, fresh_code};
use crate::letters::store::verifications::{self, NewVerification, Shown, Verification, Word};
use crate::letters::store::visits::Facts;
use crate::live::Topic;
use crate::work::{Refused, Work};

/// For how long the first print stays the original: a page that is loaded again is the same sheet.
const SAME_SHEET: TimeDelta = TimeDelta::minutes(10);

/// What the doctor adds to the facts of the visit.
#[derive(Debug)]
pub struct Issue {
    /// Until when rest is advised.
    pub rest_until: Option<NaiveDate>,
    /// The diagnosis in words, only by the patient's own written wish.
    pub diagnosis: String,
    /// That wish, word by word.
    pub asked: String,
    /// Whether the patient agrees to checks.
    pub consented: bool,
}

/// Why no verification is issued for a visit; none when one may be.
pub fn hindrance(facts: &Facts) -> Option<String> {
    if !facts.was_served {
        return Some(
            "Nobody has served this patient in this visit. A verification is for a visit that took place"
                .into(),
        );
    }
    facts.is_routine.then(|| {
        format!(
            "This visit was booked for “{}”. The clinic issues no verification for routine visits",
            facts.reason
        )
    })
}

/// Issues a verification with the day and the times of the visit; today is the day of issue, nobody can name another.
pub async fn issue(work: &mut Work, facts: &Facts, issue: &Issue) -> Result<VerificationId, Refused> {
    if let Some(why) = hindrance(facts) {
        return Err(Refused::Because(why));
    }
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let (today, clinic) = (work.today(), work.app.clinic());
    let new = NewVerification {
        code: &fresh_code(rand::random()),
        visit: facts.id,
        patient: facts.patient_id,
        clinic_name: &clinic.name,
        name: &facts.name,
        matric: &facts.matric,
        day: facts.day,
        time_in: facts.opened_at,
        time_out: facts.left_at(),
        rest_until: issue.rest_until,
        diagnosis: &issue.diagnosis,
        asked: &issue.asked,
        by,
        by_name: &name,
        at,
        today,
    };
    let id = verifications::insert(work.tx(), &new).await.map_err(in_words)?;
    if issue.consented {
        let word = Word { given: true, words: CONSENT, by, name: &name, own: false, at };
        verifications::consent(work.tx(), id, &word).await?;
    }
    let entry = Entry::new("verification.issued", "verification", id.0)
        .of_patient(facts.patient_id.0)
        .with("visit", facts.id.0)
        .with("checks_allowed", issue.consented)
        .with("by_written_wish", !issue.diagnosis.is_empty());
    work.audit(entry).await?;
    work.tell(Topic::Visit(facts.id.0));
    Ok(id)
}

/// Revokes it: from now on a check says so.
pub async fn revoke(work: &mut Work, verification: &Verification, reason: &str) -> Result<(), Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if !verifications::revoke(work.tx(), verification.id, (by, &name), reason, at).await? {
        return Err(Refused::Because("This verification is revoked already.".to_owned()));
    }
    let entry = Entry::new("verification.revoked", "verification", verification.id.0);
    Ok(work.audit(entry.of_patient(verification.patient_id.0)).await?)
}

/// Writes the patient's word about checks down: by a doctor who was told it, or by the patient.
pub async fn consent(
    work: &mut Work,
    verification: &Verification,
    (given, own): (bool, bool),
) -> Result<(), Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let words = if given { CONSENT } else { "Nobody may check this verification any more." };
    let word = Word { given, words, by, name: &name, own, at };
    if verifications::consent(work.tx(), verification.id, &word).await? {
        let action = if given { "verification.checks_allowed" } else { "verification.checks_forbidden" };
        let entry = Entry::new(action, "verification", verification.id.0);
        work.audit(entry.of_patient(verification.patient_id.0).with("by_the_patient", own)).await?;
    }
    Ok(())
}

/// What somebody is told who has a code, and counts that. Nothing tells a code that nobody has from one whose patient
/// does not agree.
pub async fn check(app: &App, code: Option<&str>) -> Result<Option<Shown>, DbError> {
    let Some(shown) = verifications::shown(&app.db, code.unwrap_or_default()).await? else { return Ok(None) };
    let mut tx = app.db.begin().await?;
    // Who withdraws at this moment is heard: then nothing is counted and nothing is shown.
    let counted = verifications::count_check(&mut tx, &shown, app.clock.now()).await?;
    tx.commit().await?;
    Ok(counted.then_some(shown))
}

/// Numbers a print.
pub async fn print(work: &mut Work, verification: &Verification) -> Result<i64, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let number = verifications::print(work.tx(), verification.id, by, at).await.map_err(|error| {
        if error.violates("verification_print_verification_id_number_unique") {
            return Refused::Because(
                "Somebody else is printing this at the same moment. Print it again.".into(),
            );
        }
        error.into()
    })?;
    let entry = Entry::new("verification.printed", "verification", verification.id.0).with("number", number);
    work.audit(entry.of_patient(verification.patient_id.0)).await?;
    Ok(number)
}

/// Whether a sheet that is printed now is a copy.
pub fn is_copy(original: Option<DateTime<Utc>>, prints: i64, now: DateTime<Utc>) -> bool {
    prints > 1 || original.is_none_or(|at| now - at > SAME_SHEET)
}

fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("verification_visit_id_unique") {
        "A verification of this visit stands already. Revoke it before you issue another one."
    } else if error.violates("verification_visit_took_place") {
        "Nobody has served this patient in this visit. A verification is for a visit that took place."
    } else if error.violates("verification_rest_too_long") {
        "This is more rest than the clinic advises by one visit. Choose an earlier day."
    } else if error.violates("verification_extended") {
        "An earlier verification of this visit advised less rest. More rest needs a new visit."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
