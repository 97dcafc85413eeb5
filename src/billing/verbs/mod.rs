//! What people do with money. Each verb runs inside one unit of work: the guarded change, the trail, and who is told.

pub mod bill;
pub mod charge;
pub mod claim;
pub mod cover;
pub mod credit;
pub mod issue;
pub mod pay;
pub mod refund;
pub mod shift;

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing::model::ShiftId;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::shifts::{self, Shift};
use crate::db::DbError;
use crate::live::Topic;
pub use crate::work::Refused;
use crate::work::Work;

/// Who does it.
pub fn doer(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| because("Sign in to do this."))
}

/// A sentence as a refusal.
pub fn because(sentence: impl Into<String>) -> Refused {
    Refused::Because(sentence.into())
}

/// An entry of the trail about an invoice.
fn trail(action: &'static str, invoice: &Invoice) -> Entry {
    let entry = Entry::new(action, "invoice", invoice.id.0).of_patient(invoice.patient_id.0);
    invoice.code().map_or(entry.clone(), |code| entry.with("number", code.to_string()))
}

/// Whoever watches this invoice reads again.
fn tell(work: &mut Work, invoice: &Invoice) {
    work.tell(Topic::Money);
    if let Some(visit) = invoice.visit_id {
        work.tell(Topic::Visit(visit.0));
    }
}

/// The open shift of who does it, held until the work ends: nobody closes it in between (rule M10).
pub async fn own_shift(work: &mut Work) -> Result<Shift, Refused> {
    let by = doer(work)?;
    let none = || because("Open your shift first: money is taken and given in a shift only.");
    let shift = shifts::open_of(work.tx(), by).await?.ok_or_else(none)?;
    if !shifts::hold(work.tx(), shift.id, by).await? {
        return Err(none());
    }
    Ok(shift)
}

/// A shift as an entry's value.
fn in_shift(entry: Entry, shift: ShiftId) -> Entry {
    entry.with("shift", shift.0)
}

/// The sentence of what the tables refused.
pub fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("invoice_line_charge_id_unique") {
        "Something of this is on another invoice already. Open the bill again to see how it stands."
    } else if error.violates("invoice_line_kept") || error.violates("invoice_kept") {
        "This invoice was issued or given up a moment ago. Here is how it stands now."
    } else if error.violates("invoice_without_lines") {
        "An invoice needs at least one line."
    } else if error.violates("invoice_discount_open") {
        "A discount of this invoice waits for approval. Wait for the decision, or take the discount back."
    } else if error.violates("invoice_line_credited") || error.violates("invoice_credited") {
        "This is more than what remains of the invoice. Open it again to see what was credited meanwhile."
    } else if error.violates("payment_method_reference_unique") {
        "A payment with this reference is recorded already. Look it up before you take it again."
    } else if error.violates("shift_open") || error.violates("payment_reversal_shift") {
        "The shift of this payment is closed. A closed shift stays as it is: make a refund instead."
    } else if error.violates("discount_second_person") || error.violates("refund_second_person") {
        "Somebody else has to decide this: never the same person who asked for it."
    } else if error.violates("shift_second_person") {
        "Somebody else looks at this difference: neither whose shift it was nor who counted it."
    } else if error.violates("shift_closed_by") {
        "Say in a few words why you count the till of somebody else."
    } else if error.violates("shift_account_id_unique") {
        "You have an open shift already."
    } else if error.violates("shift_point_id_unique") || error.violates("shift_previous_id_unique") {
        "Somebody else opened this desk a moment ago. Choose another one, or wait for the handover."
    } else if error.violates("shift_explained") {
        "The difference has no explanation yet. Ask the cashier to write one."
    } else {
        return error.into();
    };
    because(sentence)
}
