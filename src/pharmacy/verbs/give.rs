//! Giving out: all lines of one hand-out, or none (rules P4, P7–P10, M13).

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing::model::ChargeKind;
use crate::billing::{self, NewCharge};
use crate::live::Topic;
use crate::pharmacy::model::{DispensedId, DispensingId, LEDGER, MessageKind, Ratio, Substitution};
use crate::pharmacy::store::dispensings::{self, NewDispensed, NewDispensing};
use crate::pharmacy::store::shelf::OnShelf;
use crate::pharmacy::verbs::messages::tell;
use crate::pharmacy::verbs::{IN_SPITE, Refused, doer, in_words};
use crate::prescribing::model::{LineId, LineMove, LineState, directions};
use crate::prescribing::now::{self, Standing};
use crate::prescribing::{Line, Mark, Prescription, ahead, pharmacist};
use crate::record;
use crate::stock::model::{BatchId, Kind, Out, StoreId, Wanted};
use crate::stock::{hold, take};
use crate::web::FormState;
use crate::work::Work;

/// What is given for one prescribed line.
#[derive(Debug)]
pub struct Gift<'a> {
    /// The prescribed line.
    pub line: LineId,
    /// Its version as it was seen.
    pub version: i64,
    /// Units of the prescribed line.
    pub covers: i64,
    /// The medicine that is given, with what stands for what.
    pub medicine: &'a OnShelf,
    pub ratio: Ratio,
    /// Why it is another one than prescribed, and a word about it.
    pub instead: Option<(Substitution, String)>,
    /// Batches chosen by hand, and why (rule P8).
    pub first: Vec<BatchId>,
    pub why: String,
    /// What the page showed to speak against it that the prescriber did not know, and why it is given all the same.
    pub seen: String,
    pub in_spite: String,
}

/// What is given out at one moment.
#[derive(Debug)]
pub struct Gifts<'a> {
    pub prescription: &'a Prescription,
    /// What was warned of when it was signed.
    pub marks: &'a [Mark],
    pub store: StoreId,
    /// Never empty.
    pub gifts: Vec<Gift<'a>>,
    /// Who saw controlled medicines leave (rule P10).
    pub second: Option<(AccountId, &'a str)>,
    /// Who fetched it, when it was not the patient.
    pub collected_by: &'a str,
    /// What was said about taking it.
    pub advice: &'a str,
}

/// Gives out, unless the form is refused at the gate of what is paid first; then nothing may be kept. The patient is held
/// before anything else, as for signing: an allergy that is recorded meanwhile comes before or after, and what
/// speaks against a line now is looked up here once more. Every
/// line of the prescription is taken first in the order of its id, also those of which nothing is given: they
/// are noted as owed. Then come the charges, then every item in the order of its id, so that two who give out
/// at once, and whoever stops a line meanwhile, never wait crosswise. Then each line is written, leaves the
/// stock and is charged.
///
/// # Errors
/// A sentence when a line is no longer as it was seen, or not enough lies in the store; then nothing is kept.
pub async fn give(
    work: &mut Work,
    new: &Gifts<'_>,
    form: &mut FormState,
) -> Result<Option<DispensingId>, Refused> {
    let (account, who) = (doer(work)?, work.doer().clone());
    let (at, today) = (work.now(), work.today());
    record::hold_patient(work.tx(), new.prescription.patient_id).await?;
    let lines = pharmacist::hold_all(work, new.prescription.id).await?;
    let mut gifts: Vec<&Gift<'_>> = new.gifts.iter().collect();
    gifts.sort_by_key(|gift| gift.line);
    let mut held = Vec::with_capacity(gifts.len());
    for gift in gifts {
        let line = pharmacist::as_seen(&lines, gift.line, gift.version)?;
        fits(line, gift, today)?;
        held.push((gift, line));
    }
    let (now, clinic) = (now::in_work(work, new.prescription.patient_id).await?, work.app.clinic());
    let mut warned = Vec::with_capacity(held.len());
    for (gift, line) in &held {
        warned.push(in_spite_of(&now.at(line, new.prescription, new.marks, &clinic), gift, line)?);
    }
    let Some(visit) = held.first().map(|(_, line)| line.visit_id) else { return Err(Refused::NotFound) };
    let asked: Vec<i64> = held.iter().map(|(gift, _)| ahead::source(gift.line)).collect();
    if !billing::pass(work, visit, (ChargeKind::Medicine, &asked), form).await? {
        return Ok(None);
    }
    hold(work, &new.gifts.iter().map(|gift| gift.medicine.item_id).collect::<Vec<_>>()).await?;
    let head = NewDispensing {
        prescription: new.prescription.id,
        patient: new.prescription.patient_id,
        visit,
        store: new.store,
        account,
        name: &who.name,
        second: new.second,
        collected_by: new.collected_by,
        advice: new.advice,
    };
    let id = dispensings::insert(work.tx(), &head, (at, today)).await.map_err(in_words)?;
    for ((gift, line), warned) in held.iter().zip(&warned) {
        one(work, (id, new.store), (gift, warned), line).await?;
    }
    dispensings::owe_the_rest(work.tx(), new.prescription.id).await?;
    let owed = held.iter().filter(|(gift, line)| gift.covers < line.remaining()).count();
    let entry = Entry::new("dispensing.given", "dispensing", id.0)
        .of_patient(new.prescription.patient_id.0)
        .with("prescription", new.prescription.id.0)
        .with("lines", held.len() as i64)
        .with("owed", owed as i64)
        .with("in_spite", warned.iter().filter(|words| !words.is_empty()).count() as i64)
        .with("second", new.second.map_or(0, |(second, _)| second.0));
    work.audit(entry).await?;
    work.tell(Topic::Visit(visit.0));
    work.tell(Topic::Pharmacy);
    Ok(Some(id))
}

/// Whether a line may be given out at all (rules P3, P4); the table's triggers say the same.
fn fits(line: &Line, gift: &Gift<'_>, today: chrono::NaiveDate) -> Result<(), Refused> {
    let because = |words: String| Err(Refused::Because(words));
    if line.is_expired(today) {
        return because(format!("The prescription of {} has expired. Ask the prescriber.", line.label()));
    }
    if !matches!(line.state, LineState::Open | LineState::Partly) {
        let state = line.state.label().to_lowercase();
        return because(format!("{} is {state}. Nothing can be given of it.", line.label()));
    }
    if gift.covers < 1 || gift.covers > line.remaining() {
        return because(format!("{}: {} can still be given.", line.label(), line.remaining()));
    }
    Ok(())
}

/// What speaks against a line now and was not signed in spite of, in words; empty without anything.
///
/// # Errors
/// A sentence when the page did not show it, or no reason was given for it.
fn in_spite_of(standing: &[Standing], gift: &Gift<'_>, line: &Line) -> Result<String, Refused> {
    let asks: Vec<&Standing> = standing.iter().filter(|one| one.asks()).collect();
    let seen: Vec<&str> = gift.seen.split(',').collect();
    let new = asks.iter().any(|one| !seen.contains(&one.warning.key().as_str()));
    if new || (!asks.is_empty() && gift.in_spite.chars().count() < IN_SPITE) {
        return Err(Refused::Because(format!(
            "{}: something speaks against it that the prescriber did not know. Nothing was given out. Read it, then \
             ask the prescriber, or give the reason.",
            line.label()
        )));
    }
    let words = |one: &Standing| one.warning.words.trim_end_matches('.').to_owned();
    Ok(asks.into_iter().map(words).collect::<Vec<_>>().join("; "))
}

async fn one(
    work: &mut Work,
    (dispensing, store): (DispensingId, StoreId),
    (gift, warned): (&Gift<'_>, &str),
    line: &Line,
) -> Result<(), Refused> {
    let (medicine, today) = (gift.medicine, work.today());
    let Some(quantity) = gift.ratio.given_for(gift.covers) else {
        return Err(Refused::Because(format!(
            "{} does not come out even. Give another amount.",
            line.label()
        )));
    };
    let words = taken(line, medicine, gift.ratio)?;
    let paid = ahead::left(work, line).await?;
    let left_ahead = paid.as_ref().map_or(0, |(left, _)| *left);
    let billed_ahead = gift.instead.is_none() && left_ahead >= gift.covers;
    let new = NewDispensed {
        dispensing,
        line: line.id,
        item: medicine.item_id,
        medicine: medicine.medicine_id,
        name: &medicine.name,
        strength: &medicine.strength,
        form: medicine.form,
        unit: medicine.unit,
        step: medicine.step,
        quantity,
        covers: gift.covers,
        owed: line.remaining() - gift.covers,
        directions: &words,
        price: medicine.price,
        billed_ahead,
        substitution: gift.instead.as_ref().map(|(why, _)| *why),
        note: gift.instead.as_ref().map_or(&gift.why, |(_, note)| note),
        warned,
        warned_reason: if warned.is_empty() { "" } else { &gift.in_spite },
    };
    let id = dispensings::insert_line(work.tx(), &new, today).await.map_err(in_words)?;
    let made = if gift.covers == line.remaining() { LineMove::Complete } else { LineMove::Give };
    pharmacist::note(work, line, made, "").await?;
    let want = Wanted {
        item: medicine.item_id,
        store,
        quantity,
        step: medicine.step,
        today,
        until: Some(line.lasts_until(gift.covers, today)),
        first: gift.first.clone(),
    };
    let out = Out { kind: Kind::Issue, reason: &gift.why, ref_kind: LEDGER, ref_id: id.0, partly: false };
    take(work, &want, &out).await?;
    if !billed_ahead {
        let treated_now = paid.as_ref().map_or("", |(_, reason)| reason);
        charge(work, (id, quantity), medicine, (line, treated_now)).await?;
    }
    if paid.is_some() {
        ahead::keep(work, line.id, 0).await?;
    }
    if let Some((why, note)) = &gift.instead {
        tell(work, line, MessageKind::Substitution, &substituted(line, medicine, (*why, note))).await?;
    }
    if !warned.is_empty() {
        let words =
            format!("{} was given in spite of this. {warned}. The reason: {}", line.label(), gift.in_spite);
        tell(work, line, MessageKind::Warning, &words).await?;
    }
    Ok(())
}

/// It costs what is given (rule M13). A reason for giving before paying goes along.
async fn charge(
    work: &mut Work,
    (id, quantity): (DispensedId, i64),
    medicine: &OnShelf,
    (line, treated_now): (&Line, &str),
) -> Result<(), Refused> {
    let label = medicine.form.charged_as();
    let charge = NewCharge {
        visit: line.visit_id,
        patient: line.patient_id,
        kind: ChargeKind::Medicine,
        service: medicine.medicine_id.0,
        source: id.0,
        label: &label,
        quantity,
        unit_price: medicine.price,
    };
    billing::charge(work, &charge).await?;
    if !treated_now.is_empty() {
        billing::treat_now(work, ChargeKind::Medicine, id.0, treated_now).await?;
    }
    Ok(())
}

/// How it is taken: as prescribed, or in the units of what is given instead.
///
/// # Errors
/// A sentence where nobody could take that dose of it.
fn taken(line: &Line, medicine: &OnShelf, ratio: Ratio) -> Result<String, Refused> {
    let alike = ratio == Ratio::SAME && medicine.unit == line.unit;
    if alike && Some(medicine.medicine_id) == line.medicine_id {
        return Ok(line.directions.clone());
    }
    let dose = medicine.dose_for(line, ratio).map_err(|why| {
        Refused::Because(format!("{}: {why}. Give another one, or ask the prescriber.", medicine.label()))
    })?;
    if alike {
        return Ok(line.directions.clone());
    }
    let taken = (medicine.unit, line.route);
    Ok(directions(dose, taken, line.frequency, line.days, line.max_doses_a_day))
}

/// What was given instead, and why.
fn substituted(line: &Line, medicine: &OnShelf, (why, note): (Substitution, &str)) -> String {
    let mut words = format!("{} was given instead of {}. {}", medicine.label(), line.label(), why.label());
    if !note.is_empty() {
        words.push_str(&format!(": {note}"));
    }
    words
}
