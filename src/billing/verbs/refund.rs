//! Refunds: never more than was paid, by a second person above a limit, paid out in a shift (rule M8).

use chrono::Datelike;

use super::{Refused, because, doer, in_shift, in_words, own_shift};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing::model::{Method, Money, RefundId, RefundState, Series, WalletKind};
use crate::billing::store::payments::{self, Payment};
use crate::billing::store::refunds::{self, NewRefund, Refund, Unseen};
use crate::billing::store::wallets::{self, NewEntry};
use crate::billing::store::{invoices, settings};
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::work::Work;

/// How a refund went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// It waits for a second person.
    Waits(RefundId),
    /// It was paid out.
    Out(RefundId),
}

fn trail(action: &'static str, refund: &Refund) -> Entry {
    Entry::new(action, "refund", refund.id.0)
        .of_patient(refund.patient_id.0)
        .with("payment", refund.payment_id.0)
        .with("amount", refund.amount.0)
}

async fn seen(work: &mut Work, id: RefundId) -> Result<Refund, Refused> {
    refunds::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)
}

/// What went out to a patient today in nobody's sight. The patient is held first, so that of two cashiers at once the second
/// reads what the first gave (rule M8).
async fn unseen(work: &mut Work, patient: PatientId) -> Result<Unseen, Refused> {
    let since = work.app.clinic().start_of(work.today());
    refunds::hold(work.tx(), patient).await?;
    Ok(refunds::unseen(work.tx(), patient, since).await?)
}

/// Asks for a refund of a payment. Up to the limit, and into the wallet, it is paid out at once; above it, a second person
/// approves it first.
pub async fn propose(
    work: &mut Work,
    payment: &Payment,
    (amount, method): (Money, Method),
    reason: &str,
) -> Result<Went, Refused> {
    let (by, name, at, today) = (doer(work)?, work.doer().name.clone(), work.now(), work.today());
    let limit = settings::get(work.tx()).await?.refund_limit;
    // Money that stays with the clinic as the patient's own needs nobody's approval.
    let goes_out = method != Method::Wallet;
    // Everybody takes shift, invoice, patient and payment in this order: nobody waits in a circle.
    if !goes_out || amount <= limit {
        own_shift(work).await?;
    }
    if let Some(invoice) = payment.invoice_id {
        invoices::hold_issued(work.tx(), invoice).await?;
    }
    let needs_second = goes_out && unseen(work, payment.patient_id).await?.takes_second(amount);
    if !payments::set_aside(work.tx(), payment.id, amount).await? {
        return Err(because("This is more than is left of the payment. Here is how it stands now."));
    }
    if payment.invoice_id.is_none() {
        take_from_wallet(work, payment, amount).await?;
    }
    let new = NewRefund {
        payment: payment.id,
        invoice: payment.invoice_id,
        patient: payment.patient_id,
        method,
        amount,
        reason,
        needs_second,
        year: i64::from(today.year()),
    };
    let id = refunds::insert(work.tx(), &new, (by, &name), at).await.map_err(in_words)?;
    let refund = seen(work, id).await?;
    work.audit(trail("refund.proposed", &refund).with("needs_second", needs_second)).await?;
    work.tell(Topic::Money);
    if needs_second {
        return Ok(Went::Waits(id));
    }
    pay_out(work, id).await?;
    Ok(Went::Out(id))
}

/// What was paid into the wallet goes out of it when it is refunded.
async fn take_from_wallet(work: &mut Work, payment: &Payment, amount: Money) -> Result<(), Refused> {
    let (name, at) = (work.doer().name.clone(), work.now());
    let entry = NewEntry {
        patient: payment.patient_id,
        kind: WalletKind::Reversal,
        amount: Money(-amount.0),
        payment: Some(payment.id),
        refund: None,
        shift: None,
        reason: "Given back",
        name: &name,
        at,
    };
    if wallets::put(work.tx(), &entry).await.map_err(in_words)? {
        return Ok(());
    }
    Err(because("This money of the wallet was used already. It cannot be given back."))
}

/// Approves or declines what somebody else asked for.
pub async fn decide(work: &mut Work, id: RefundId, to: RefundState, note: &str) -> Result<Refund, Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let refund = seen(work, id).await?;
    if refund.proposed_by == by {
        return Err(because("Somebody else has to decide this: never the same person who asked for it."));
    }
    if !refunds::decide(work.tx(), (id, to), (by, &name), note, at).await.map_err(in_words)? {
        return Err(because("This refund was decided a moment ago. Here is how it stands now."));
    }
    if to == RefundState::Declined {
        payments::let_go(work.tx(), refund.payment_id, refund.amount).await?;
        if refund.invoice_id.is_none() {
            let back = NewEntry {
                patient: refund.patient_id,
                kind: WalletKind::Reversal,
                amount: refund.amount,
                payment: Some(refund.payment_id),
                refund: Some(id),
                shift: None,
                reason: "Not given back after all",
                name: &name,
                at,
            };
            wallets::put(work.tx(), &back).await?;
        }
    }
    work.audit(trail("refund.decided", &refund).with("to", to.as_str())).await?;
    work.tell(Topic::Money);
    Ok(refund)
}

/// Pays an approved refund out, in the shift of who does it.
pub async fn pay_out(work: &mut Work, id: RefundId) -> Result<Refund, Refused> {
    let shift = own_shift(work).await?;
    let refund = seen(work, id).await?;
    if let Some(invoice) = refund.invoice_id {
        invoices::hold_issued(work.tx(), invoice).await?;
    }
    let (name, at, day) = (work.doer().name.clone(), work.now(), work.today());
    let code = settings::next_code(work.tx(), Series::Refund, day).await?;
    let paid = refunds::pay_out(work.tx(), (id, code), shift.id, &name, (at, day)).await.map_err(in_words)?;
    if !paid {
        return Err(because("This refund was paid out or declined a moment ago. Here is how it stands now."));
    }
    if let Some(invoice) = refund.invoice_id {
        invoices::give_back(work.tx(), invoice, refund.amount).await?;
        invoices::settle(work.tx(), invoice).await?;
    }
    if refund.method == Method::Wallet {
        let entry = NewEntry {
            patient: refund.patient_id,
            kind: WalletKind::Refund,
            amount: refund.amount,
            payment: Some(refund.payment_id),
            refund: Some(id),
            shift: Some(shift.id),
            reason: &refund.reason,
            name: &name,
            at,
        };
        wallets::put(work.tx(), &entry).await.map_err(in_words)?;
    }
    let entry =
        trail("refund.paid", &refund).with("number", code.to_string()).with("method", refund.method.as_str());
    work.audit(in_shift(entry, shift.id)).await?;
    work.tell(Topic::Money);
    Ok(refund)
}

/// Pays money of a wallet out in cash. Above the limit of refunds, together with all that went out to the patient today,
/// `second` has seen it: money that was given back into the wallet is a refund still (rule M8).
pub async fn empty_wallet(
    work: &mut Work,
    patient: PatientId,
    amount: Money,
    second: Option<&(AccountId, String)>,
) -> Result<(), Refused> {
    let shift = own_shift(work).await?;
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let unseen = unseen(work, patient).await?;
    let second = second.filter(|(id, _)| *id != by);
    let seen = second.map(|(_, name)| format!("seen by {name}")).unwrap_or_default();
    let entry = NewEntry {
        patient,
        kind: WalletKind::Payout,
        amount: Money(-amount.0),
        payment: None,
        refund: None,
        shift: Some(shift.id),
        reason: &seen,
        name: &name,
        at,
    };
    if !wallets::put(work.tx(), &entry).await.map_err(in_words)? {
        return Err(because("There is not that much in the wallet. Here is how it stands now."));
    }
    // Said only where there is that much: the page offers nobody otherwise.
    if unseen.takes_second(amount) && second.is_none() {
        let limit = unseen.refund_limit;
        return Err(because(format!(
            "More than {limit} is paid out in the sight of a second person. Choose who sees it."
        )));
    }
    let entry = Entry::new("wallet.paid_out", "patient", patient.0).of_patient(patient.0);
    let entry = entry.with("amount", amount.0).with("second", second.map_or(0, |(id, _)| id.0));
    work.audit(in_shift(entry, shift.id)).await?;
    work.tell(Topic::Money);
    Ok(())
}
