//! Taking money, mixed and in part, with its receipt; taking a mistake back (rules M6, M7).

use super::{Refused, because, bill, doer, in_shift, in_words, own_shift, tell, trail};
use crate::audit::Entry;
use crate::billing::model::{
    Code, InvoiceId, Method, Money, Paid, Paper, PaperLine, PaymentId, ReceiptId, Series, WalletKind, naira,
};
use crate::billing::store::invoices::{self, Invoice};
use crate::billing::store::payments::{self, NewPayment, NewReceipt};
use crate::billing::store::wallets::{self, NewEntry};
use crate::billing::store::{lines, settings, shifts::Shift};
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::work::Work;

/// What came by one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// How.
    pub method: Method,
    /// How much was handed over.
    pub amount: Money,
    /// What the machine or the bank calls it.
    pub reference: String,
}

/// What becomes of more than is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// It goes back at once, in cash.
    Change,
    /// It stays, for another time.
    Wallet,
}

/// One payment as it is about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How.
    pub method: Method,
    /// How much of it.
    pub amount: Money,
    /// Its reference.
    pub reference: String,
    /// Into the wallet instead of the invoice.
    pub to_wallet: bool,
}

/// What was given, divided: what pays the balance, what goes into the wallet, what goes back as change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Divided {
    /// The payments.
    pub parts: Vec<Part>,
    /// Cash that goes back.
    pub change: Money,
}

/// Divides what was given: wallet, card, transfer and mobile money first, cash last, so that only cash is ever change.
///
/// # Errors
/// A sentence where more comes without cash than is owed and it may not go into the wallet.
pub fn divide(balance: Money, given: &[Given], over: Over) -> Result<Divided, String> {
    let mut sorted: Vec<&Given> = given.iter().filter(|one| one.amount.is_some()).collect();
    sorted.sort_by_key(|one| match one.method {
        Method::Wallet => 0,
        Method::Card => 1,
        Method::Transfer => 2,
        Method::Mobile => 3,
        Method::Cash => 4,
    });
    let mut left = balance.max(Money::ZERO);
    let mut divided = Divided::default();
    for one in sorted {
        let used = one.amount.min(left);
        left = Money(left.0 - used.0);
        let more = Money(one.amount.0 - used.0);
        let part = |amount, to_wallet| Part {
            method: one.method,
            amount,
            reference: one.reference.clone(),
            to_wallet,
        };
        if used.is_some() {
            divided.parts.push(part(used, false));
        }
        if more.is_zero() {
            continue;
        }
        match (one.method, over) {
            (Method::Wallet, _) => {
                return Err(format!("{} of the wallet is not needed. Take less from it", naira(more.0)));
            }
            (Method::Cash, Over::Change) => divided.change = more,
            (_, Over::Wallet) if used.is_zero() => divided.parts.push(part(more, true)),
            (_, Over::Wallet) => {
                // The reference names one payment; its rest carries a mark of its own.
                let reference = if one.reference.is_empty() {
                    String::new()
                } else {
                    format!("{} (wallet)", one.reference)
                };
                divided.parts.push(Part { method: one.method, amount: more, reference, to_wallet: true });
            }
            (Method::Card | Method::Transfer | Method::Mobile, Over::Change) => {
                return Err(format!(
                    "{} by {} is more than is owed. Take less, or let the rest go into the wallet",
                    naira(one.amount.0),
                    one.method.label().to_lowercase()
                ));
            }
        }
    }
    Ok(divided)
}

/// Takes a payment for an issued invoice.
pub async fn pay(work: &mut Work, id: InvoiceId, given: &[Given], over: Over) -> Result<ReceiptId, Refused> {
    let shift = own_shift(work).await?;
    if !invoices::hold_issued(work.tx(), id).await? {
        return Err(because("Only an issued invoice can be paid. Here is how it stands now."));
    }
    let invoice = bill::seen(work, id).await?;
    if !invoice.balance().is_some() {
        return Err(because("This invoice was paid a moment ago. Here is how it stands now."));
    }
    let divided = divide(invoice.balance(), given, over).map_err(because)?;
    if divided.parts.is_empty() {
        return Err(because("Enter what the patient gives."));
    }
    let receipt =
        write(work, &shift, Whose { patient: invoice.patient_id, invoice: Some(&invoice) }, &divided).await?;
    invoices::settle(work.tx(), id).await?;
    let sum: i64 = divided.parts.iter().map(|part| part.amount.0).sum();
    work.audit(
        in_shift(trail("payment.taken", &invoice).with("amount", sum), shift.id).with("receipt", receipt.0),
    )
    .await?;
    tell(work, &invoice);
    Ok(receipt)
}

/// Pays into a patient's wallet.
pub async fn top_up(work: &mut Work, patient: PatientId, given: &Given) -> Result<ReceiptId, Refused> {
    let shift = own_shift(work).await?;
    let Given { method, amount, reference } = given.clone();
    let part = Part { method, amount, reference, to_wallet: true };
    let divided = Divided { parts: vec![part], change: Money::ZERO };
    let receipt = write(work, &shift, Whose { patient, invoice: None }, &divided).await?;
    let entry = Entry::new("wallet.topped_up", "receipt", receipt.0).of_patient(patient.0);
    work.audit(in_shift(entry.with("amount", given.amount.0), shift.id)).await?;
    work.tell(Topic::Money);
    Ok(receipt)
}

#[derive(Clone, Copy)]
struct Whose<'a> {
    patient: PatientId,
    invoice: Option<&'a Invoice>,
}

/// Writes receipt, payments and wallet entries.
async fn write(
    work: &mut Work,
    shift: &Shift,
    whose: Whose<'_>,
    divided: &Divided,
) -> Result<ReceiptId, Refused> {
    let (by, name, at, day) = (doer(work)?, work.doer().name.clone(), work.now(), work.today());
    let code = settings::next_code(work.tx(), Series::Receipt, day).await?;
    let paper = paper(work, code, whose, divided).await?;
    let snapshot = serde_json::to_string(&paper).map_err(|error| because(error.to_string()))?;
    let sum = |method: Option<Method>| -> i64 {
        let fits = |part: &&Part| method.is_none_or(|method| part.method == method);
        divided.parts.iter().filter(fits).map(|part| part.amount.0).sum()
    };
    let cash = sum(Some(Method::Cash));
    let new = NewReceipt {
        code,
        patient: whose.patient,
        invoice: whose.invoice.map(|invoice| invoice.id),
        shift: shift.id,
        total: Money(sum(None)),
        cash: (cash > 0).then_some((Money(cash + divided.change.0), divided.change)),
        snapshot: &snapshot,
        by,
        name: &name,
        at,
        day,
    };
    let receipt = payments::insert_receipt(work.tx(), &new).await.map_err(in_words)?;
    for part in &divided.parts {
        let invoice = whose.invoice.filter(|_| !part.to_wallet);
        if let Some(invoice) = invoice
            && !invoices::take_in(work.tx(), invoice.id, part.amount).await?
        {
            return Err(because("This invoice was paid a moment ago. Here is how it stands now."));
        }
        let new = NewPayment {
            receipt,
            invoice: invoice.map(|invoice| invoice.id),
            patient: whose.patient,
            shift: shift.id,
            method: part.method,
            amount: part.amount,
            reference: &part.reference,
            name: &name,
            at,
            day,
        };
        let payment = payments::insert(work.tx(), &new).await.map_err(in_words)?;
        let moved = match (part.method, part.to_wallet) {
            (Method::Wallet, _) => Some((WalletKind::Payment, Money(-part.amount.0))),
            (_, true) if whose.invoice.is_some() => Some((WalletKind::Overpaid, part.amount)),
            (_, true) => Some((WalletKind::TopUp, part.amount)),
            (_, false) => None,
        };
        if let Some((kind, amount)) = moved {
            let entry = NewEntry {
                patient: whose.patient,
                kind,
                amount,
                payment: Some(payment),
                refund: None,
                shift: Some(shift.id),
                reason: "",
                name: &name,
                at,
            };
            if !wallets::put(work.tx(), &entry).await.map_err(in_words)? {
                return Err(because("There is not that much in the wallet. Here is how it stands now."));
            }
        }
    }
    Ok(receipt)
}

/// What the receipt says for ever.
async fn paper(work: &mut Work, code: Code, whose: Whose<'_>, divided: &Divided) -> Result<Paper, Refused> {
    let clinic = work.app.clinic();
    let brief = crate::patients::brief(work.tx(), whose.patient).await?.ok_or(Refused::NotFound)?;
    let listed = match whose.invoice {
        Some(invoice) => lines::of_invoice(work.tx(), invoice.id).await?,
        None => Vec::new(),
    };
    let to_invoice: i64 = divided.parts.iter().filter(|part| !part.to_wallet).map(|part| part.amount.0).sum();
    let to_wallet: i64 = divided.parts.iter().filter(|part| part.to_wallet).map(|part| part.amount.0).sum();
    let cash: i64 =
        divided.parts.iter().filter(|part| part.method == Method::Cash).map(|part| part.amount.0).sum();
    let zero = Money::ZERO;
    let line = |line: &lines::Line| PaperLine {
        label: line.label.clone(),
        quantity: line.quantity,
        total: line.total,
    };
    let paid = |part: &Part| Paid {
        method: part.method.label().to_owned(),
        reference: part.reference.clone(),
        amount: part.amount,
    };
    Ok(Paper {
        clinic: clinic.name.clone(),
        address: clinic.address.clone(),
        phone: clinic.phone.clone(),
        code: code.to_string(),
        at: clinic.stamp(work.now()),
        patient: brief.name(),
        number: brief.number.clone(),
        invoice: whose.invoice.and_then(Invoice::code).map(|code| code.to_string()).unwrap_or_default(),
        lines: listed.iter().map(line).collect(),
        discount: whose.invoice.map_or(zero, |invoice| invoice.discount),
        tax: whose.invoice.map_or(zero, |invoice| invoice.tax),
        rounding: whose.invoice.map_or(zero, |invoice| invoice.rounding),
        total: whose.invoice.map_or(zero, |invoice| invoice.total),
        scheme: whose.invoice.map(|invoice| invoice.scheme_name.clone()).unwrap_or_default(),
        scheme_part: whose.invoice.map_or(zero, |invoice| invoice.scheme_part),
        credited: whose.invoice.map_or(zero, |invoice| invoice.credited_patient),
        paid_before: whose.invoice.map_or(zero, |invoice| Money(invoice.paid.0 - invoice.refunded.0)),
        paid: divided.parts.iter().map(paid).collect(),
        given: (cash > 0).then_some(Money(cash + divided.change.0)),
        change: divided.change,
        to_wallet: Money(to_wallet),
        left: whose.invoice.map_or(zero, |invoice| Money(invoice.balance().0 - to_invoice)),
        cashier: work.doer().name.clone(),
    })
}

/// Takes back a payment that was written down wrongly, in the shift that took it.
pub async fn reverse(work: &mut Work, id: PaymentId, reason: &str) -> Result<payments::Payment, Refused> {
    let shift = own_shift(work).await?;
    let payment = payments::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    if payment.shift_id != shift.id {
        return Err(because("A mistake is taken back in the shift that made it. Make a refund instead."));
    }
    if let Some(invoice) = payment.invoice_id {
        invoices::hold_issued(work.tx(), invoice).await?;
    }
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if !payments::reverse(work.tx(), id, at).await? {
        return Err(because(
            "This payment was taken back or refunded a moment ago. Here is how it stands now.",
        ));
    }
    payments::note_reversal(work.tx(), &payment, (by, &name), reason, at).await.map_err(in_words)?;
    if let Some(invoice) = payment.invoice_id {
        invoices::take_out(work.tx(), invoice, payment.amount).await?;
        invoices::settle(work.tx(), invoice).await?;
    }
    let back = match (payment.method, payment.invoice_id) {
        (Method::Wallet, _) => Some(payment.amount),
        (_, None) => Some(Money(-payment.amount.0)),
        (_, Some(_)) => None,
    };
    if let Some(amount) = back {
        let entry = NewEntry {
            patient: payment.patient_id,
            kind: WalletKind::Reversal,
            amount,
            payment: Some(id),
            refund: None,
            shift: Some(shift.id),
            reason,
            name: &name,
            at,
        };
        if !wallets::put(work.tx(), &entry).await.map_err(in_words)? {
            return Err(because("This money of the wallet was used already. It cannot be taken back."));
        }
    }
    let entry = Entry::new("payment.reversed", "payment", id.0).of_patient(payment.patient_id.0);
    work.audit(in_shift(entry.with("amount", payment.amount.0), shift.id)).await?;
    work.tell(Topic::Money);
    Ok(payment)
}
