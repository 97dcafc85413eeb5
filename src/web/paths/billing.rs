//! Bills, invoices, payments, shifts, prices, schemes and claims.

use std::borrow::Borrow;

use crate::billing::model::{
    BatchId, ChargeId, ChargeKind, ClaimId, CreditNoteId, DiscountId, EnrolmentId, InvoiceId, InvoiceLineId,
    PaymentId, ReceiptId, RefundId, SchemeId, ServiceKey, ShiftId,
};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// Declares an address with one id and the function that fills it in.
macro_rules! addresses {
    ($($(#[$doc:meta])* $pattern:ident = $path:literal, $name:ident($id:ty) = $filled:literal;)+) => {$(
        $(#[$doc])*
        pub const $pattern: &str = $path;
        $(#[$doc])*
        pub fn $name(id: impl Borrow<$id>) -> String {
            format!($filled, id.borrow())
        }
    )+};
}

/// Whom the cashier serves next.
pub const WORKLIST: &str = "/billing";
/// The part of it that changes.
pub const WORKLIST_PART: &str = "/billing/list";
/// Its stream.
pub const WORKLIST_LIVE: &str = "/billing/live";
/// What waits for a second person.
pub const APPROVALS: &str = "/approvals";
/// Shifts; opening one by POST.
pub const SHIFTS: &str = "/shifts";
/// The day's till by method.
pub const TILL: &str = "/till";
/// Price lists.
pub const PRICES: &str = "/prices";
/// The price and rule of one service.
pub const PRICE: &str = "/prices/{id}";
/// Tax, gate and group of one service, by POST.
pub const RULE: &str = "/prices/{id}/rule";
/// Rounding, limits.
pub const RULES: &str = "/money-rules";
/// Schemes; adding one by POST.
pub const SCHEMES: &str = "/schemes";
/// Claims; making a batch by POST.
pub const CLAIMS: &str = "/claims";
/// A patient's own invoices.
pub const MY_INVOICES: &str = "/my/invoices";

addresses! {
    /// What a visit costs; making a draft by POST.
    OF_VISIT = "/visits/{id}/bill", of_visit(VisitId) = "/visits/{}/bill";
    /// Treating before paying, by POST.
    DEFERRAL = "/charges/{id}/deferral", deferral(ChargeId) = "/charges/{}/deferral";
    /// A patient's invoices, receipts and wallet; an empty draft by POST.
    ACCOUNT = "/patients/{id}/account", account(PatientId) = "/patients/{}/account";
    /// Money into or out of a wallet.
    WALLET = "/patients/{id}/wallet", wallet(PatientId) = "/patients/{}/wallet";
    /// One invoice.
    INVOICE = "/invoices/{id}", invoice(InvoiceId) = "/invoices/{}";
    /// It on paper.
    INVOICE_PRINT = "/invoices/{id}/print", invoice_print(InvoiceId) = "/invoices/{}/print";
    /// An own line, by POST.
    LINES = "/invoices/{id}/lines", lines(InvoiceId) = "/invoices/{}/lines";
    /// One line of a draft.
    LINE = "/invoice-lines/{id}", line(InvoiceLineId) = "/invoice-lines/{}";
    /// Taking a line off, by POST.
    LINE_REMOVAL = "/invoice-lines/{id}/removal", line_removal(InvoiceLineId) = "/invoice-lines/{}/removal";
    /// Through a scheme or without, by POST.
    COVER = "/invoices/{id}/scheme", cover(InvoiceId) = "/invoices/{}/scheme";
    /// What has arisen since goes onto the draft, by POST.
    REST = "/invoices/{id}/rest", rest(InvoiceId) = "/invoices/{}/rest";
    /// Issuing it, by POST.
    ISSUE = "/invoices/{id}/issue", issue(InvoiceId) = "/invoices/{}/issue";
    /// Giving a draft up, by POST.
    GIVING_UP = "/invoices/{id}/void", giving_up(InvoiceId) = "/invoices/{}/void";
    /// Taking payments.
    PAYMENTS = "/invoices/{id}/payments", payments(InvoiceId) = "/invoices/{}/payments";
    /// Crediting it, in part or whole.
    CREDITS = "/invoices/{id}/credits", credits(InvoiceId) = "/invoices/{}/credits";
    /// A credit note on paper.
    CREDIT_PRINT = "/credit-notes/{id}/print", credit_print(CreditNoteId) = "/credit-notes/{}/print";
    /// Correcting it in one step, by POST.
    CORRECTION = "/invoices/{id}/correction", correction(InvoiceId) = "/invoices/{}/correction";
    /// Asking for a discount, by POST.
    DISCOUNTS = "/invoices/{id}/discounts", discounts(InvoiceId) = "/invoices/{}/discounts";
    /// Taking an own discount back, by POST.
    DISCOUNT_END = "/discounts/{id}/withdrawal", discount_end(DiscountId) = "/discounts/{}/withdrawal";
    /// Deciding about a discount, by POST.
    DISCOUNT = "/discounts/{id}", discount(DiscountId) = "/discounts/{}";
    /// One receipt.
    RECEIPT = "/receipts/{id}", receipt(ReceiptId) = "/receipts/{}";
    /// It on paper; numbering a print by POST.
    RECEIPT_PRINT = "/receipts/{id}/print", receipt_print(ReceiptId) = "/receipts/{}/print";
    /// Taking a payment back, by POST.
    REVERSAL = "/payments/{id}/reversal", reversal(PaymentId) = "/payments/{}/reversal";
    /// Giving money of a payment back.
    REFUNDS = "/payments/{id}/refunds", refunds(PaymentId) = "/payments/{}/refunds";
    /// Deciding about a refund, by POST.
    REFUND = "/refunds/{id}", refund(RefundId) = "/refunds/{}";
    /// It on paper, once it was paid out.
    REFUND_PRINT = "/refunds/{id}/print", refund_print(RefundId) = "/refunds/{}/print";
    /// Paying an approved refund out, by POST.
    PAYOUT = "/refunds/{id}/payout", payout(RefundId) = "/refunds/{}/payout";
    /// One shift.
    SHIFT = "/shifts/{id}", shift(ShiftId) = "/shifts/{}";
    /// Counting and closing it.
    CLOSE = "/shifts/{id}/close", close(ShiftId) = "/shifts/{}/close";
    /// Explaining its difference, by POST.
    EXPLANATION = "/shifts/{id}/explanation", explanation(ShiftId) = "/shifts/{}/explanation";
    /// Looking at its difference, by POST.
    SHIFT_CHECK = "/shifts/{id}/check", shift_check(ShiftId) = "/shifts/{}/check";
    /// One scheme.
    SCHEME = "/schemes/{id}", scheme(SchemeId) = "/schemes/{}";
    /// What it pays, by POST.
    COVERAGE = "/schemes/{id}/coverage", coverage(SchemeId) = "/schemes/{}/coverage";
    /// Who belongs to it; enrolling by POST.
    MEMBERS = "/schemes/{id}/members", members(SchemeId) = "/schemes/{}/members";
    /// Enrolling every student of the session, by POST.
    STUDENTS = "/schemes/{id}/students", students(SchemeId) = "/schemes/{}/students";
    /// Ending an enrolment, by POST.
    ENROLMENT_END = "/enrolments/{id}/end", enrolment_end(EnrolmentId) = "/enrolments/{}/end";
    /// Claims that go together; sending them by POST.
    BATCH = "/claim-batches/{id}", batch(BatchId) = "/claim-batches/{}";
    /// One claim; what the scheme answered by POST.
    CLAIM = "/claims/{id}", claim(ClaimId) = "/claims/{}";
    /// Sending a claim again, by POST.
    RESUBMISSION = "/claims/{id}/resubmission", resubmission(ClaimId) = "/claims/{}/resubmission";
    /// Correcting an answer that was typed wrongly, by POST.
    ANSWER_CORRECTION = "/claims/{id}/correction", answer_correction(ClaimId) = "/claims/{}/correction";
    /// Closing what a scheme did not pay, by POST.
    SHORTFALL = "/claims/{id}/shortfall", shortfall(ClaimId) = "/claims/{}/shortfall";
    /// One of the own invoices.
    MY_INVOICE = "/my/invoices/{id}", my_invoice(InvoiceId) = "/my/invoices/{}";
    /// One of the own receipts.
    MY_RECEIPT = "/my/receipts/{id}", my_receipt(ReceiptId) = "/my/receipts/{}";
}

/// The price and rule of one service.
pub fn price(service: impl Borrow<ServiceKey>) -> String {
    format!("/prices/{}", service.borrow())
}

/// Tax, gate and group of one service, by POST.
pub fn rule(service: impl Borrow<ServiceKey>) -> String {
    format!("/prices/{}/rule", service.borrow())
}

/// The services of a kind.
pub fn prices(kind: impl Borrow<ChargeKind>) -> String {
    format!("{PRICES}?kind={}", kind.borrow().as_str())
}

/// The print of a receipt at a size.
pub fn receipt_at(id: impl Borrow<ReceiptId>, paper: &str) -> String {
    format!("/receipts/{}/print?paper={paper}", id.borrow())
}
