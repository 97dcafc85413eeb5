//! Recording what was done, taking it back, and the gate before it (rules M3, M12, M13).

use chrono::TimeDelta;

use super::cover::estimate_again;
use super::{Refused, because};
use crate::audit::Entry;
use crate::billing::NewCharge;
use crate::billing::model::{Ahead, Asked, ChargeId, ChargeKind, ChargeState, Gate, Money, amounts, split};
use crate::billing::store::charges::{self, AtGate, Charge, Writing};
use crate::billing::store::lines;
use crate::billing::store::terms::{self, Terms};
use crate::db::{DbError, Store};
use crate::live::Topic;
use crate::queue::model::VisitId;
use crate::work::Work;

/// The price of one unit for somebody who pays alone: the price list's before the catalogue's, and the follow-up price
/// soon after a paid visit (rule B14).
async fn own_price(work: &mut Work, new: &NewCharge<'_>, terms: &Terms) -> Result<Money, DbError> {
    let listed = terms.price.unwrap_or(Money(new.unit_price));
    let Some(again) = terms.follow_up else { return Ok(listed) };
    let since = work.now() - TimeDelta::days(terms.follow_up_days);
    let (who, what) = ((new.patient, new.visit), (new.kind, new.service));
    let before = terms::paid_before(work.tx(), who, what, since).await?;
    Ok(if before { again } else { listed })
}

async fn writing<'a>(
    work: &mut Work,
    new: &'a NewCharge<'a>,
    terms: &Terms,
    state: ChargeState,
) -> Result<Writing<'a>, Refused> {
    let unit_price = own_price(work, new, terms).await?;
    let unit = terms.scheme_price.unwrap_or(unit_price);
    let tax_bp = terms.tax_bp.unwrap_or_default();
    let asked = Asked { quantity: new.quantity, unit, surcharge: Money::ZERO, discount: Money::ZERO, tax_bp };
    let total = amounts(&asked, terms.rounding)?.total;
    let estimate = split(total, new.quantity, &terms.cover(), terms.rounding)?.1;
    Ok(Writing { new, unit_price, estimate, pay_first: terms.pay_first.unwrap_or_default(), state })
}

fn tell(work: &mut Work, visit: VisitId) {
    work.tell(Topic::Visit(visit.0));
    work.tell(Topic::Money);
}

async fn write(
    work: &mut Work,
    new: &NewCharge<'_>,
    terms: &Terms,
    state: ChargeState,
) -> Result<ChargeId, Refused> {
    let writing = writing(work, new, terms, state).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    let Some(id) = charges::insert(work.tx(), &writing, &doer, at).await? else {
        // Somebody recorded the same thing at the same moment.
        let there = charges::of_source(work.tx(), new.kind, new.source).await?;
        return Ok(there.ok_or(Refused::NotFound)?.id);
    };
    let entry = Entry::new("charge.recorded", "charge", id.0)
        .of_patient(new.patient.0)
        .with("visit", new.visit.0)
        .with("kind", new.kind.as_str())
        .with("quantity", new.quantity)
        .with("unit_price", writing.unit_price.0)
        .with("state", state.as_str());
    work.audit(entry).await?;
    estimate_again(work, new.visit).await?;
    tell(work, new.visit);
    Ok(id)
}

/// The live charge, which nobody else touches until this work ends.
async fn known(work: &mut Work, kind: ChargeKind, source: i64) -> Result<Option<Charge>, DbError> {
    if charges::of_source(work.tx(), kind, source).await?.is_none() {
        return Ok(None);
    }
    charges::hold_source(work.tx(), kind, source).await?;
    charges::of_source(work.tx(), kind, source).await
}

/// See [`crate::billing::charge`].
pub async fn charge(work: &mut Work, new: &NewCharge<'_>) -> Result<ChargeId, Refused> {
    let there = known(work, new.kind, new.source).await?;
    if let Some(there) = there.as_ref().filter(|there| there.done_at.is_some()) {
        return Ok(there.id);
    }
    let (at, today) = (work.now(), work.today());
    let terms = terms::of(work.tx(), (new.kind, new.service), new.patient, today).await?;
    let Some(there) = there else { return write(work, new, &terms, ChargeState::Billable).await };
    match there.state {
        ChargeState::Planned => {
            let writing = writing(work, new, &terms, ChargeState::Billable).await?;
            charges::rewrite(work.tx(), there.id, &writing, at).await?;
            estimate_again(work, new.visit).await?;
        }
        ChargeState::Billed | ChargeState::Paid => {
            charges::done_billed(work.tx(), there.id, new.quantity, at).await?;
            settle_credited(work, there.id).await?;
        }
        ChargeState::Billable | ChargeState::Aborted | ChargeState::EnteredInError => {}
    }
    let entry = Entry::new("charge.done", "charge", there.id.0).of_patient(new.patient.0);
    work.audit(entry.with("visit", new.visit.0).with("quantity", new.quantity)).await?;
    tell(work, new.visit);
    Ok(there.id)
}

/// See [`crate::billing::plan`].
pub async fn plan(work: &mut Work, new: &NewCharge<'_>) -> Result<(), Refused> {
    let there = known(work, new.kind, new.source).await?;
    let planned = there.as_ref().is_none_or(|there| there.state == ChargeState::Planned);
    let same = there.as_ref().map_or(0, |there| there.quantity) == new.quantity;
    if !planned || same {
        return Ok(());
    }
    if new.quantity == 0 {
        return withdraw(work, new.kind, new.source, "Nothing of it is left to do").await;
    }
    let (at, today) = (work.now(), work.today());
    let terms = terms::of(work.tx(), (new.kind, new.service), new.patient, today).await?;
    let Some(there) = there else {
        if terms.pay_first == Some(true) {
            write(work, new, &terms, ChargeState::Planned).await?;
        }
        return Ok(());
    };
    let writing = writing(work, new, &terms, ChargeState::Planned).await?;
    charges::rewrite(work.tx(), there.id, &writing, at).await?;
    estimate_again(work, new.visit).await?;
    let entry = Entry::new("charge.planned", "charge", there.id.0).of_patient(new.patient.0);
    work.audit(entry.changed("quantity", &there.quantity, &new.quantity)).await?;
    tell(work, new.visit);
    Ok(())
}

/// See [`crate::billing::ahead`].
pub async fn ahead(work: &mut Work, kind: ChargeKind, source: i64) -> Result<Option<Ahead>, Refused> {
    let there = known(work, kind, source).await?;
    Ok(there.map(|there| Ahead {
        units: match there.state {
            ChargeState::Billable | ChargeState::Billed | ChargeState::Paid => {
                there.done_quantity.unwrap_or(there.quantity)
            }
            ChargeState::Planned | ChargeState::Aborted | ChargeState::EnteredInError => 0,
        },
        treated_now: there.treat_now_reason,
    }))
}

/// See [`crate::billing::count`].
pub async fn count(
    work: &mut Work,
    kind: ChargeKind,
    source: i64,
    (kept, back): (i64, i64),
) -> Result<(), Refused> {
    let Some(there) = known(work, kind, source).await? else { return Ok(()) };
    if !matches!(there.state, ChargeState::Billable | ChargeState::Billed | ChargeState::Paid) {
        return Ok(());
    }
    let asked = there.done_quantity.unwrap_or(there.quantity);
    let done = kept.min(asked - back);
    if done <= 0 {
        return withdraw(work, kind, source, "None of it was given").await;
    }
    if there.done_at.is_some() && asked == done {
        return Ok(());
    }
    is_for(work, &there, done).await
}

/// So many of it were done and stay, each at the price it had.
async fn is_for(work: &mut Work, there: &Charge, done: i64) -> Result<(), Refused> {
    let at = work.now();
    charges::done_billed(work.tx(), there.id, done, at).await?;
    settle_credited(work, there.id).await?;
    if there.state.is_open() {
        estimate_again(work, there.visit_id).await?;
    }
    let entry = Entry::new("charge.done", "charge", there.id.0).of_patient(there.patient_id.0);
    work.audit(entry.with("visit", there.visit_id.0).with("quantity", done)).await?;
    tell(work, there.visit_id);
    Ok(())
}

/// What is not kept was credited before, out of goodwill: nothing waits for a credit note.
async fn settle_credited(work: &mut Work, charge: ChargeId) -> Result<(), DbError> {
    let line = lines::issued_of_charge(work.tx(), charge).await?;
    if line.is_some_and(|line| line.done_quantity.is_some() && line.too_much().is_zero()) {
        lines::settle_charge(work.tx(), charge).await?;
    }
    Ok(())
}

/// See [`crate::billing::keep`].
pub async fn keep(
    work: &mut Work,
    kind: ChargeKind,
    source: i64,
    (kept, reason): (i64, &str),
) -> Result<(), Refused> {
    if kept < 1 {
        return withdraw(work, kind, source, reason).await;
    }
    let Some(there) = known(work, kind, source).await? else { return Ok(()) };
    match there.state {
        // It was credited in full: nothing is asked for what stays either.
        ChargeState::Aborted => is_for(work, &there, kept).await,
        ChargeState::Billable | ChargeState::Billed | ChargeState::Paid => {
            count(work, kind, source, (kept, 0)).await
        }
        ChargeState::Planned | ChargeState::EnteredInError => Ok(()),
    }
}

/// See [`crate::billing::withdraw`].
pub async fn withdraw(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    let Some(there) = known(work, kind, source).await? else { return Ok(()) };
    let (name, at) = (work.doer().name.clone(), work.now());
    let reason = if reason.trim().is_empty() { "Entered in error" } else { reason };
    charges::withdraw(work.tx(), there.id, (&name, reason), at).await?;
    if there.state.is_open() {
        estimate_again(work, there.visit_id).await?;
    }
    let entry = Entry::new("charge.withdrawn", "charge", there.id.0)
        .of_patient(there.patient_id.0)
        .with("visit", there.visit_id.0)
        .with("was", there.state.as_str());
    work.audit(entry).await?;
    tell(work, there.visit_id);
    Ok(())
}

/// See [`crate::billing::treat_now`].
pub async fn treat_now(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    let there = known(work, kind, source).await?.ok_or(Refused::NotFound)?;
    if reason.trim().chars().count() < 5 {
        return Err(because("Say in a few words why the patient is treated before paying."));
    }
    defer(work, &there, reason).await
}

/// The same of a charge that is at hand.
pub async fn defer(work: &mut Work, there: &Charge, reason: &str) -> Result<(), Refused> {
    let (name, at) = (work.doer().name.clone(), work.now());
    if charges::treat_now(work.tx(), there.id, (&name, reason.trim()), at).await? {
        let entry = Entry::new("charge.treat_now", "charge", there.id.0).of_patient(there.patient_id.0);
        work.audit(entry.with("visit", there.visit_id.0)).await?;
        tell(work, there.visit_id);
    }
    Ok(())
}

/// See [`crate::billing::gate`].
pub async fn gate(store: impl Store, visit: VisitId, kind: ChargeKind, source: i64) -> Result<Gate, DbError> {
    let Some(found) = charges::at_gate(store, visit, (kind, source)).await? else { return Ok(Gate::Open) };
    Ok(if is_open(&found) { Gate::Open } else { Gate::PayFirst { owed: found.owed } })
}

fn is_open(found: &AtGate) -> bool {
    let settled = match found.state {
        ChargeState::Planned | ChargeState::Billed => found.owed == 0,
        ChargeState::Billable | ChargeState::Paid | ChargeState::Aborted | ChargeState::EnteredInError => {
            true
        }
    };
    !found.pay_first || found.treat_now || found.emergency || settled
}
