//! Credit notes, and correcting an invoice in one step: a credit note and a new draft (rules M4, M6, U15).

use std::collections::BTreeMap;

use super::{Refused, because, bill, doer, in_words, own_shift, refund, tell, trail};
use crate::billing::model::{InvoiceId, InvoiceLineId, Method, Money, Series};
use crate::billing::store::credits::{self, NewNote};
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
        let covered = scheme_share(line, *amount);
        lines::credit(work.tx(), line.id, *amount, covered).await.map_err(in_words)?;
        let charge = line.charge_id.filter(|_| line.live);
        if let Some(charge) = charge.filter(|_| *amount == line.remaining()) {
            lines::end_charge(work.tx(), charge, corrected_by.is_some()).await?;
        } else if let Some(charge) = charge.filter(|_| *amount >= line.too_much()) {
            lines::settle_charge(work.tx(), charge).await?;
        }
        *groups.entry(&line.coverage_group).or_default() += covered.0;
        scheme = scheme.plus(covered)?;
        patient = patient.plus(Money(amount.0 - covered.0))?;
        rows.push((line.id, line.label.clone(), *amount, covered));
    }
    // The rounding goes with the last line.
    let lines_left: i64 = all.iter().map(|line| line.remaining().0).sum::<i64>() - scheme.0 - patient.0;
    let rounding = if lines_left == 0 { invoice.rounding } else { Money::ZERO };
    patient = patient.plus(rounding)?;
    if rows.is_empty() || scheme.plus(patient)?.is_zero() {
        return Err(because("Enter what is credited of at least one line."));
    }
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
        for (group, covered) in groups.iter().filter(|(_, covered)| **covered > 0) {
            schemes::free(work.tx(), place, group, Money(*covered)).await?;
        }
    }
    if scheme.is_some() {
        claims::credit(work.tx(), invoice.id, scheme).await.map_err(in_words)?;
    }
    let entry = trail("invoice.credited", invoice).with("note", code.to_string());
    work.audit(entry.with("total", scheme.0 + patient.0)).await?;
    tell(work, invoice);
    Ok(())
}

/// Credits all that remains and begins a new draft with the same lines; what was paid goes into the wallet, ready to pay
/// the new one. Nothing of the old invoice changes.
pub async fn correct(work: &mut Work, id: InvoiceId, reason: &str) -> Result<InvoiceId, Refused> {
    if bill::seen(work, id).await?.paid.is_some() {
        own_shift(work).await?;
    }
    let invoice = held(work, id).await?;
    let all = lines::of_invoice(work.tx(), id).await?;
    let rest: Vec<(InvoiceLineId, Money)> = all.iter().map(|line| (line.id, line.remaining())).collect();
    let draft = bill::begin(work, (invoice.visit_id, invoice.patient_id), Some(id)).await?;
    if invoice.scheme_id.is_none() || !invoice.referral_code.is_empty() {
        let same = invoice.scheme_id.zip(invoice.enrolment_id);
        invoices::choose_scheme(work.tx(), draft, same, &invoice.referral_code).await?;
    }
    note(work, (&invoice, &all), &rest, reason, Some(draft)).await?;
    for line in all.iter().filter(|line| line.remaining().is_some() && !line.withdrawn) {
        let new = NewLine {
            charge: line.charge_id.filter(|_| line.live),
            kind: line.kind,
            service: line.service,
            label: &line.label,
            quantity: line.done_quantity.or(line.charged).unwrap_or(line.quantity),
            unit_price: line.unit_price,
        };
        lines::insert(work.tx(), draft, &new).await.map_err(in_words)?;
    }
    bill::price(work, draft).await?;
    invoices::settle(work.tx(), id).await?;
    keep_paid(work, id).await?;
    let entry = trail("invoice.corrected", &invoice).with("draft", draft.0);
    work.audit(entry).await?;
    Ok(draft)
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
