//! Taking vital signs: keeping them, judging them, and telling the doctors of a bad score or a grave sign, in one unit of
//! work.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::consultation::model::{Alarm, Escalation, News2, Sign, Taken, VitalsId, judge};
use crate::consultation::store::vitals::{self, Flag, NewVitals};
use crate::db::DbError;
use crate::patients::PatientId;
use crate::queue::model::{AttentionKind, Priority, VisitId};
use crate::queue::{self, NewAttention};
use crate::settings::model::age_on;
use crate::work::{Refused, Work};

/// What the board says about a priority that vital signs raised; the desk reads it, so it says nothing clinical.
const RAISED: &str = "Seen to be urgent at triage";
/// What the history says when a correction takes that priority back.
const PUT_RIGHT: &str = "The measurement at triage was corrected";

/// A taking as it comes from the form.
#[derive(Debug)]
pub struct Taking {
    pub visit: VisitId,
    pub patient: PatientId,
    /// For the age, on which ranges and score depend.
    pub born_on: Option<NaiveDate>,
    pub taken: Taken,
    /// Since when she is believed to be pregnant by what she said before.
    pub pregnant_since: Option<DateTime<Utc>>,
    pub note: String,
    /// What it corrects.
    pub corrects: Option<Correction>,
}

/// What is corrected, and why.
#[derive(Debug)]
pub struct Correction {
    pub id: VitalsId,
    /// When it was measured; the correction is of the same moment (rule V4).
    pub taken_at: DateTime<Utc>,
    pub reason: String,
}

/// What was kept.
#[derive(Debug)]
pub struct Kept {
    pub id: VitalsId,
    pub escalation: Escalation,
}

/// Keeps a taking with its flags and its score. A bad score, or without a whole one a grave sign alone, lets the patient go
/// before others and asks the doctors for attention (rule W3); a correction takes back what it corrects asked for. A visit
/// that is over raises nothing.
///
/// # Errors
/// `Because` when the visit is closed, or a colleague corrected the same taking first.
pub async fn keep(work: &mut Work, taking: &Taking) -> Result<Kept, Refused> {
    let by = AccountId(work.doer().account_id.ok_or(Refused::NotFound)?);
    let corrects = taking.corrects.as_ref();
    let at = corrects.map_or(work.now(), |old| old.taken_at);
    let day = work.app.clinic().day_of(at);
    let age = taking.born_on.and_then(|born| age_on(day, born));
    let score = News2::of(&taking.taken, age).ok();
    let replaces = corrects.map(|old| old.id);
    let new = NewVitals {
        visit: taking.visit,
        patient: taking.patient,
        by,
        age,
        taken: &taking.taken,
        pregnant_since: taking
            .pregnant_since
            .filter(|since| *since <= at && taking.taken.pregnant == Some(true)),
        news2: score.as_ref().map(|score| score.total),
        news2_red: score.as_ref().is_some_and(News2::has_red),
        note: &taking.note,
        replaces,
        reason: corrects.map_or("", |old| old.reason.as_str()),
        at,
        entered_at: corrects.map(|_| work.now()),
    };
    let id = vitals::insert(work.tx(), &new).await.map_err(in_words)?;
    for flag in flags(id, &taking.taken, age) {
        vitals::insert_flag(work.tx(), &flag).await?;
    }
    let action = if replaces.is_some() { "vitals.corrected" } else { "vitals.taken" };
    let entry = Entry::new(action, "vitals", id.0).of_patient(taking.patient.0).with("visit", taking.visit.0);
    let entry = replaces.map_or(entry.clone(), |old| entry.with("replaces", old.0));
    work.audit(entry).await?;
    let alarm = Alarm::of(&taking.taken, age);
    let escalation = alarm.as_ref().map_or(Escalation::None, |alarm| alarm.escalation);
    let before = match replaces {
        Some(old) => take_back(work, taking.visit, old, escalation).await?,
        None => None,
    };
    let visit = queue::visit(work.tx(), taking.visit).await?.ok_or(Refused::NotFound)?;
    if let Some(alarm) = alarm.filter(|_| visit.closed_at.is_none()) {
        escalate(work, taking, (id, before), &alarm).await?;
    }
    Ok(Kept { id, escalation })
}

/// How soon somebody is served whose vital signs say so; none where they say nothing.
fn priority_of(escalation: Escalation) -> Option<Priority> {
    match escalation {
        Escalation::None => None,
        Escalation::Urgent => Some(Priority::Raised),
        Escalation::Emergency => Some(Priority::Emergency),
    }
}

/// Takes back what a corrected taking asked for: the doctors' attention, and the place before others, unless the
/// correction asks for the same place or somebody decided on it since. Gives what stood before where the place is kept.
async fn take_back(
    work: &mut Work,
    visit: VisitId,
    old: VitalsId,
    now: Escalation,
) -> Result<Option<(Priority, String)>, Refused> {
    let withdrawn = queue::withdraw_attention(work, AttentionKind::EarlyWarning, old.0).await?;
    let was = vitals::by_id(work.tx(), old).await?.and_then(|old| Alarm::of(&old.taken(), old.years()));
    let was = was.and_then(|alarm| priority_of(alarm.escalation));
    let (Some(before), Some(raised)) = (withdrawn, was) else { return Ok(None) };
    if priority_of(now) == Some(raised) {
        return Ok(Some(before));
    }
    queue::go_back(work, visit, (raised, RAISED), &before, PUT_RIGHT).await?;
    Ok(None)
}

async fn escalate(
    work: &mut Work,
    taking: &Taking,
    (id, kept): (VitalsId, Option<(Priority, String)>),
    alarm: &Alarm,
) -> Result<(), Refused> {
    let Some(priority) = priority_of(alarm.escalation) else { return Ok(()) };
    let before = queue::go_before(work, taking.visit, priority, RAISED).await?.or(kept);
    let new = NewAttention {
        visit: taking.visit,
        patient: taking.patient,
        kind: AttentionKind::EarlyWarning,
        about: id.0,
        rank: alarm.rank,
        words: &alarm.words,
        at: work.now(),
        before,
    };
    Ok(queue::ask_for_attention(work, &new).await?)
}

/// What is out of its range, sign by sign.
pub fn flags(id: VitalsId, taken: &Taken, age: Option<u32>) -> Vec<Flag> {
    let of_sign = |sign: &Sign| {
        let (value, level, range) = judge(*sign, taken, age)?;
        let sign = sign.as_str().to_owned();
        let flag = Flag { vitals_id: id, sign, value, level, low: range.low, high: range.high };
        level.is_flagged().then_some(flag)
    };
    Sign::ALL.iter().filter_map(of_sign).collect()
}

fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("vitals_open_visit") {
        "This visit is closed. Vital signs belong to a visit that is open."
    } else if error.violates("vitals_replaces_unique") {
        "A colleague corrected these vital signs a moment ago. Open them again to see the correction."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
