//! Credit notes, and correcting an invoice in one step: a credit note and a new draft (rules M4, M6, U15).

use std::collections::BTreeMap;

use super::cover::estimate_again;
use super::{Refused, because, bill, claim, doer, in_words, own_shift, refund, tell, trail};
use crate::billing::model::{DiscountKind, DiscountState, InvoiceId, InvoiceLineId, Method, Money, Series};
use crate::billing::store::credits::{self, NewNote};
use crate::billing::store::discounts::{self, NewDiscount};
use crate::billing::store::invoices::{self, Invoice};
use crate::billing::store::lines::{self, Line, NewLine};
use crate::billing::store::{claims, payments, schemes, settings};
use crate::work::Work;

/// What of a credit the scheme had paid, so that all credits together come to both parts exactly.
fn scheme_share(line: &Line, amount: Money) -> Money {
    if line.total.is_zero() {
        return Money::ZERO;
    }
    let after = i128::from(line.credited.0 + amount.0);
    let due = i128::from(line.covered.0) * after / i128::from(line.total.0);
    let share = i64::try_from(due).unwrap_or(line.covered.0) - line.credited_scheme.0;
    // What the patient's part cannot bear is the scheme's.
    let patient_left = line.patient.0 - (line.credited.0 - line.credited_scheme.0);
    Money(share.max(amount.0 - patient_left).clamp(0, amount.0))
}

/// Credits lines of an issued invoice.
pub async fn credit(
    work: &mut Work,
    id: InvoiceId,
    chosen: &[(InvoiceLineId, Money)],
    reason: &str,
) -> Result<Invoice, Refused> {
    let invoice = held(work, id).await?;
    let all = lines::of_invoice(work.tx(), id).await?;
    note(work, (&invoice, &all), chosen, reason, None).await?;
    invoices::settle(work.tx(), id).await?;
    bill::seen(work, id).await
}

async fn held(work: &mut Work, id: InvoiceId) -> Result<Invoice, Refused> {
    if !invoices::hold_issued(work.tx(), id).await? {
        bill::seen(work, id).await?;
        return Err(because("Only an issued invoice is credited. A draft is changed or given up."));
    }
    bill::seen(work, id).await
}

/// Writes the credit note and lowers everything that rests on its lines.
async fn note(
    work: &mut Work,
    (invoice, all): (&Invoice, &[Line]),
    chosen: &[(InvoiceLineId, Money)],
    reason: &str,
    corrected_by: Option<InvoiceId>,
) -> Result<(), Refused> {
    let (by, name, at, day) = (doer(work)?, work.doer().name.clone(), work.now(), work.today());
    let mut rows = Vec::new();
    let (mut scheme, mut patient) = (Money::ZERO, Money::ZERO);
    let mut groups: BTreeMap<&str, i64> = BTreeMap::new();
    for (line, amount) in chosen.iter().filter(|(_, amount)| amount.is_some()) {
        let line = all.iter().find(|one| one.id == *line).ok_or(Refused::NotFound)?;
        if let Some(why) = line.refuses(*amount) {
            return Err(because(format!("{}: {why}.", line.named())));
        }
        let covered = scheme_share(line, *amount);
        lines::credit(work.tx(), line.id, *amount, covered).await.map_err(in_words)?;
        let charge = line.charge_id.filter(|_| line.live);
        if let Some(charge) = charge.filter(|_| *amount == line.remaining()) {
            lines::end_charge(work.tx(), charge, corrected_by.is_some()).await?;
        } else if let Some(charge) = charge.filter(|_| *amount >= line.too_much()) {
            lines::settle_charge(work.tx(), charge).await?;
        }
        // What its claim gave back when it was closed is not given back twice.
        *groups.entry(&line.coverage_group).or_default() += covered.min(line.used()).0;
        scheme = scheme.plus(covered)?;
        patient = patient.plus(Money(amount.0 - covered.0))?;
        rows.push((line.id, line.label.clone(), *amount, covered));
    }
    if rows.is_empty() {
        return Err(because("Enter what is credited of at least one line."));
    }
    // Of a part that was rounded down no more is credited than it is; the last line of which the patient pays anything takes
    // along what remains of it, whatever the scheme still pays of others.
    let asked = |line: &Line| line.patient.0 - (line.credited.0 - line.credited_scheme.0);
    let left = all.iter().map(asked).sum::<i64>() - patient.0;
    let remains = Money(invoice.patient_part.0 - invoice.credited_patient.0);
    let part = if left == 0 { remains } else { patient.min(remains) };
    let rounding = Money(part.0 - patient.0);
    patient = part;
    let code = settings::next_code(work.tx(), Series::Credit, day).await?;
    let new = NewNote {
        code,
        invoice: invoice.id,
        patient: invoice.patient_id,
        reason,
        rounding,
        scheme_part: scheme,
        patient_part: patient,
        corrected_by,
        by,
        name: &name,
        at,
        day,
        lines: rows,
    };
    credits::insert(work.tx(), &new).await.map_err(in_words)?;
    invoices::credit(work.tx(), invoice.id, scheme, patient).await.map_err(in_words)?;
    if let Some(place) = invoice.enrolment_id {
        for (group, used) in groups.iter().filter(|(_, used)| **used > 0) {
            schemes::free(work.tx(), place, group, Money(*used)).await?;
        }
    }
    if chosen.iter().any(|(line, amount)| amount.is_some() && asks_shortfall(all, *line)) {
        match corrected_by {
            Some(draft) => claim::ask_by(work, invoice, draft).await?,
            None => claim::ask_no_more(work, invoice, "The invoice to the patient was credited").await?,
        }
    }
    if scheme.is_some() {
        claim::may_credit(work, invoice.id, scheme).await?;
        claims::credit(work.tx(), invoice.id, scheme).await.map_err(in_words)?;
    }
    // What is asked again, and what the scheme has left, is told as it is now.
    if let Some(visit) = invoice.visit_id {
        estimate_again(work, visit).await?;
    }
    let entry = trail("invoice.credited", invoice).with("note", code.to_string());
    work.audit(entry.with("total", scheme.0 + patient.0)).await?;
    tell(work, invoice);
    Ok(())
}

fn asks_shortfall(all: &[Line], id: InvoiceLineId) -> bool {
    all.iter().any(|line| line.id == id && line.shortfall)
}

/// Credits all that remains and begins a new draft with the same lines and discounts; what was paid goes into the wallet,
/// ready to pay the new one. Nothing of the old invoice changes.
pub async fn correct(work: &mut Work, id: InvoiceId, reason: &str) -> Result<InvoiceId, Refused> {
    if bill::seen(work, id).await?.paid.is_some() {
        own_shift(work).await?;
    }
    let invoice = held(work, id).await?;
    let all = lines::of_invoice(work.tx(), id).await?;
    let rest: Vec<(InvoiceLineId, Money)> = all.iter().map(|line| (line.id, line.remaining())).collect();
    if rest.iter().all(|(_, left)| left.is_zero()) {
        return Err(because(match all.iter().any(|line| line.total.is_some()) {
            true => {
                "All of this invoice was credited already. If it was corrected, its new draft stands in the patient's account."
            }
            false => "Nothing on this invoice costs anything. There is nothing to correct.",
        }));
    }
    let draft = bill::begin(work, (invoice.visit_id, invoice.patient_id), Some(id)).await?;
    if invoice.scheme_id.is_none() || !invoice.referral_code.is_empty() {
        let same = invoice.scheme_id.zip(invoice.enrolment_id);
        invoices::choose_scheme(work.tx(), draft, same, &invoice.referral_code).await?;
    }
    note(work, (&invoice, &all), &rest, reason, Some(draft)).await?;
    let same: Vec<&Line> = all.iter().filter(|line| line.remaining().is_some() && !line.withdrawn).collect();
    for line in &same {
        let new = NewLine {
            charge: line.charge_id.filter(|_| line.live),
            kind: line.kind,
            service: line.service,
            label: &line.label,
            quantity: line.is_for(),
            unit_price: line.unit_price,
            shortfall: line.shortfall,
        };
        let id = lines::insert(work.tx(), draft, &new).await.map_err(in_words)?;
        if line.surcharge.is_some() {
            let surcharge = (line.surcharge, line.surcharge_reason.as_str());
            lines::change(work.tx(), id, line.is_for(), surcharge).await?;
        }
    }
    let fully: Vec<&Line> = all.iter().collect();
    lower_again(work, &invoice, (before_discounts(&same), before_discounts(&fully)), draft).await?;
    ask_again(work, &invoice, &same, draft).await?;
    bill::price(work, draft).await?;
    invoices::settle(work.tx(), id).await?;
    keep_paid(work, id).await?;
    let entry = trail("invoice.corrected", &invoice).with("draft", draft.0);
    work.audit(entry).await?;
    Ok(draft)
}

/// What lines ask before discounts, for as much of them as was done.
fn before_discounts(lines: &[&Line]) -> i128 {
    let one = |line: &&Line| {
        let base = i128::from(line.base.0) * i128::from(line.is_for()) / i128::from(line.quantity);
        base + i128::from(line.surcharge.0)
    };
    lines.iter().map(one).sum()
}

/// Discounts that somebody approved for the old invoice stand on the new one; of a fixed amount, what its lines bear.
async fn lower_again(
    work: &mut Work,
    invoice: &Invoice,
    (same, all): (i128, i128),
    draft: InvoiceId,
) -> Result<(), Refused> {
    for old in discounts::of_invoice(work.tx(), invoice.id).await? {
        let share =
            |amount: Money| i64::try_from(i128::from(amount.0) * same / all.max(1)).unwrap_or(amount.0);
        let amount = old.amount.map(|amount| Money(share(amount)));
        if old.state == DiscountState::Approved && amount.is_none_or(Money::is_some) {
            discounts::carry(work.tx(), old.id, draft, amount).await?;
        }
    }
    Ok(())
}

/// What was credited of the same lines out of goodwill was never approved as a discount: it is asked for as one, and the
/// draft is not issued before somebody has decided.
async fn ask_again(
    work: &mut Work,
    invoice: &Invoice,
    same: &[&Line],
    draft: InvoiceId,
) -> Result<(), Refused> {
    let amount = Money(same.iter().map(|line| line.goodwill().0).sum());
    if amount.is_zero() {
        return Ok(());
    }
    let reason = format!("Credited on {} before it was corrected", invoice.title());
    let new = NewDiscount {
        invoice: draft,
        kind: DiscountKind::Fixed,
        percent_bp: None,
        amount: Some(amount),
        reason: &reason,
    };
    bill::propose(work, &new).await?;
    Ok(())
}

/// What a credited invoice owes back goes into the wallet.
async fn keep_paid(work: &mut Work, id: InvoiceId) -> Result<(), Refused> {
    let mut back = bill::seen(work, id).await?.owed_back();
    if back.is_zero() {
        return Ok(());
    }
    own_shift(work).await?;
    for payment in payments::of_invoice(work.tx(), id).await? {
        let amount = back.min(payment.refundable());
        if amount.is_some() {
            let reason = "Paid for an invoice that was corrected";
            refund::propose(work, &payment, (amount, Method::Wallet), reason).await?;
            back = Money(back.0 - amount.0);
        }
    }
    Ok(())
}
