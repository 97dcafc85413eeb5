//! Claims: gathered, sent, answered, sent again; what a scheme does not pay is moved on by an explicit act (rule M11).

use chrono::Datelike;

use super::{Refused, because, bill, in_words};
use crate::audit::Entry;
use crate::billing::model::{
    BatchId, ChargeKind, ClaimId, ClaimState, InvoiceId, Money, SchemeId, Series, spread,
};
use crate::billing::store::claims::{self, Claim, Step};
use crate::billing::store::invoices::{self, Invoice};
use crate::billing::store::lines::{self, NewLine};
use crate::billing::store::{schemes, settings};
use crate::live::Topic;
use crate::queue::model::VisitId;
use crate::work::Work;

/// Puts the claims of a scheme that were not sent yet into a batch; whether it is full, so that others wait for the next.
pub async fn gather(work: &mut Work, scheme: SchemeId) -> Result<(BatchId, bool), Refused> {
    let (name, at, year) = (work.doer().name.clone(), work.now(), i64::from(work.today().year()));
    let (id, gathered) = claims::gather(work.tx(), scheme, (&name, year), at).await?;
    if gathered == 0 {
        return Err(because("No claim of this scheme waits to be sent."));
    }
    let entry = Entry::new("claims.gathered", "claim_batch", id.0).with("claims", gathered as i64);
    work.audit(entry).await?;
    work.tell(Topic::Money);
    Ok((id, gathered as i64 == claims::MOST))
}

/// Sends a batch.
pub async fn send(work: &mut Work, id: BatchId) -> Result<(), Refused> {
    let (name, at, day) = (work.doer().name.clone(), work.now(), work.today());
    let code = settings::next_code(work.tx(), Series::Claims, day).await?;
    if !claims::send(work.tx(), (id, code), &name, at).await? {
        return Err(because("This batch was sent a moment ago. Here is how it stands now."));
    }
    work.audit(Entry::new("claims.sent", "claim_batch", id.0).with("number", code.to_string())).await?;
    work.tell(Topic::Money);
    Ok(())
}

async fn seen(work: &mut Work, id: ClaimId, version: i64) -> Result<Claim, Refused> {
    let claim = claims::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    if claim.version != version {
        return Err(meanwhile());
    }
    Ok(claim)
}

fn elsewhere() -> Refused {
    because("This claim does not stand where that is done. Here is how it stands now.")
}

fn meanwhile() -> Refused {
    because("A colleague changed this claim a moment ago. Here is how it stands now.")
}

async fn go(work: &mut Work, claim: &Claim, step: &Step<'_>) -> Result<(), Refused> {
    if !claim.state.leads_to(step.to) {
        return Err(elsewhere());
    }
    let entry = Entry::new("claim.moved", "claim", claim.id.0)
        .of_patient(claim.patient_id.0)
        .with("from", claim.state.as_str())
        .with("to", step.to.as_str())
        .with("amount", step.amount.0);
    work.audit(entry).await?;
    moved(work, claim, step).await
}

async fn moved(work: &mut Work, claim: &Claim, step: &Step<'_>) -> Result<(), Refused> {
    let (name, at) = (work.doer().name.clone(), work.now());
    if !claims::go(work.tx(), claim, step, &name, at).await? {
        return Err(meanwhile());
    }
    work.tell(Topic::Money);
    Ok(())
}

/// What the scheme did not pay; where nothing is missing, there is nothing to decide about.
fn missing(claim: &Claim) -> Result<Money, Refused> {
    let short = claim.short();
    if short.is_zero() {
        return Err(because("Nothing of this claim is missing any more. Here is how it stands now."));
    }
    Ok(short)
}

fn as_is<'a>(claim: &Claim, to: ClaimState, answer: &'a str) -> Step<'a> {
    Step {
        to,
        accepted: claim.accepted,
        written_off: claim.written_off,
        to_patient: claim.to_patient,
        patient_invoice: claim.patient_invoice_id,
        answer,
        amount: Money::ZERO,
    }
}

/// Writes down what the scheme answered: how much it pays of what it was asked for last.
pub async fn answer(
    work: &mut Work,
    id: ClaimId,
    version: i64,
    (paid, words): (Money, &str),
) -> Result<(), Refused> {
    let claim = seen(work, id, version).await?;
    if !claim.state.waits() {
        return Err(elsewhere());
    }
    // What was paid before it was sent again stays paid.
    if paid > claim.short() {
        return Err(because(format!(
            "The scheme was asked for {}. It cannot pay more than that.",
            claim.short()
        )));
    }
    let accepted = claim.accepted.plus(paid)?;
    let step = Step { accepted, amount: paid, ..as_is(&claim, answered(&claim, accepted), words) };
    go(work, &claim, &step).await
}

/// Where a claim stands of which the scheme pays so much in all.
fn answered(claim: &Claim, accepted: Money) -> ClaimState {
    match accepted {
        sum if sum >= claim.asked() => ClaimState::Accepted,
        Money::ZERO => ClaimState::Rejected,
        _ => ClaimState::Part,
    }
}

/// Corrects an answer that was typed wrongly, while nothing was done upon it: how much the scheme pays in all.
pub async fn correct(
    work: &mut Work,
    id: ClaimId,
    version: i64,
    (accepted, words): (Money, &str),
) -> Result<(), Refused> {
    let claim = held(work, id, version).await?;
    if !claim.state.is_answered() {
        return Err(elsewhere());
    }
    if accepted == claim.accepted {
        return Err(because(format!(
            "{accepted} is what is written down already. Enter what the letter says."
        )));
    }
    let most = Money(claim.asked().0 - claim.written_off.0 - claim.to_patient.0);
    if accepted > most {
        return Err(because(format!("The scheme was asked for {most}. It cannot pay more than that.")));
    }
    let words = format!("Corrected, before {}: {words}", claim.accepted);
    let step = Step { accepted, amount: accepted, ..as_is(&claim, answered(&claim, accepted), &words) };
    let entry = Entry::new("claim.corrected", "claim", id.0).of_patient(claim.patient_id.0);
    work.audit(entry.with("before", claim.accepted.0).with("amount", accepted.0)).await?;
    moved(work, &claim, &step).await
}

/// Sends a claim again with what was missing.
pub async fn resubmit(work: &mut Work, id: ClaimId, version: i64, words: &str) -> Result<(), Refused> {
    let claim = seen(work, id, version).await?;
    let step = Step { amount: missing(&claim)?, ..as_is(&claim, ClaimState::Resubmitted, words) };
    go(work, &claim, &step).await
}

/// A claim with its invoice, of which nothing is credited until this work ends.
async fn held(work: &mut Work, id: ClaimId, version: i64) -> Result<Claim, Refused> {
    let claim = seen(work, id, version).await?;
    invoices::hold_issued(work.tx(), claim.invoice_id).await?;
    seen(work, id, version).await
}

/// What a scheme does not pay in the end uses up no limit of its session; below zero it does again, because the scheme is
/// asked once more. Lines bear it by what they use, or by what was given back of them.
async fn free(work: &mut Work, claim: &Claim, amount: Money) -> Result<(), Refused> {
    let Some(place) = bill::seen(work, claim.invoice_id).await?.enrolment_id else { return Ok(()) };
    let all = lines::of_invoice(work.tx(), claim.invoice_id).await?;
    let again = amount.0 < 0;
    let bears: Vec<Money> = all.iter().map(|line| if again { line.freed } else { line.used() }).collect();
    let parts = spread(Money(amount.0.abs()), &bears);
    for (line, part) in all.iter().zip(parts).filter(|(_, part)| part.is_some()) {
        let part = if again { Money(-part.0) } else { part };
        lines::free(work.tx(), line.id, part).await?;
        schemes::free(work.tx(), place, &line.coverage_group, part).await?;
    }
    Ok(())
}

/// The clinic bears what the scheme did not pay.
pub async fn write_off(work: &mut Work, id: ClaimId, version: i64, words: &str) -> Result<(), Refused> {
    let claim = held(work, id, version).await?;
    let short = missing(&claim)?;
    let step = Step {
        written_off: Money(claim.written_off.0 + short.0),
        amount: short,
        ..as_is(&claim, ClaimState::WrittenOff, words)
    };
    go(work, &claim, &step).await?;
    free(work, &claim, short).await
}

/// The patient is asked for what the scheme did not pay, by an invoice of its own; the first one stays as it is.
pub async fn to_patient(
    work: &mut Work,
    id: ClaimId,
    version: i64,
    words: &str,
) -> Result<InvoiceId, Refused> {
    let claim = held(work, id, version).await?;
    let short = missing(&claim)?;
    let visit = claim.visit_id.map(VisitId);
    let draft = bill::begin(work, (visit, claim.patient_id), None).await?;
    invoices::choose_scheme(work.tx(), draft, None, "").await?;
    let label = format!("Not paid by {} for {}", claim.scheme, claim.code());
    let line = NewLine {
        charge: None,
        kind: ChargeKind::Other,
        service: 0,
        label: &label,
        quantity: 1,
        unit_price: short,
        shortfall: true,
    };
    lines::insert(work.tx(), draft, &line).await.map_err(in_words)?;
    bill::price(work, draft).await?;
    let step = Step {
        to_patient: Money(claim.to_patient.0 + short.0),
        patient_invoice: Some(draft),
        amount: short,
        ..as_is(&claim, ClaimState::WrittenOff, words)
    };
    go(work, &claim, &step).await?;
    free(work, &claim, short).await?;
    Ok(draft)
}

/// The invoice that asked the patient for a shortfall asks it no longer: somebody decides about the claim again.
pub async fn ask_no_more(work: &mut Work, asking: &Invoice, why: &str) -> Result<(), Refused> {
    let asked = claims::asked_by(work.tx(), asking.patient_id, asking.id).await?;
    let Some(claim) = asked else { return Ok(()) };
    let claim = held(work, claim.id, claim.version).await?;
    let to = if claim.accepted.is_some() { ClaimState::Part } else { ClaimState::Rejected };
    let step = Step {
        to_patient: Money::ZERO,
        patient_invoice: None,
        amount: claim.to_patient,
        ..as_is(&claim, to, why)
    };
    go(work, &claim, &step).await?;
    free(work, &claim, Money(-claim.to_patient.0)).await
}

/// The invoice that asked the patient for a shortfall is corrected: its new draft asks for it.
pub async fn ask_by(work: &mut Work, asking: &Invoice, draft: InvoiceId) -> Result<(), Refused> {
    let asked = claims::asked_by(work.tx(), asking.patient_id, asking.id).await?;
    let Some(claim) = asked else { return Ok(()) };
    claims::ask_by(work.tx(), claim.id, draft).await?;
    let entry = Entry::new("claim.asked_by", "claim", claim.id.0).of_patient(claim.patient_id.0);
    work.audit(entry.with("invoice", draft.0)).await?;
    Ok(())
}

/// What the patient was asked for instead of the scheme stands on an invoice of its own: before this one asks less of the
/// scheme than the scheme paid and the patient was asked for, that one is credited.
pub async fn may_credit(work: &mut Work, invoice: InvoiceId, scheme: Money) -> Result<(), Refused> {
    let Some(claim) = claims::of_invoice(work.tx(), invoice).await? else { return Ok(()) };
    let Some(asking) = claim.patient_invoice_id.filter(|_| claim.to_patient.is_some()) else { return Ok(()) };
    let left = claim.asked().0 - scheme.0 - claim.accepted.0 - claim.written_off.0;
    if left >= claim.to_patient.0 {
        return Ok(());
    }
    let asking = bill::seen(work, asking).await?;
    let (name, act) = match asking.code() {
        Some(code) => (code.to_string(), "Credit it"),
        None => ("a draft invoice of its own".to_owned(), "Give it up"),
    };
    Err(because(format!(
        "The patient was asked for {} of this, which the scheme did not pay, by {name}. {act} first. The way there is below.",
        claim.to_patient
    )))
}
