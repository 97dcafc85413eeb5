//! Money: what was done becomes charges, charges become invoices, invoices are paid (rules §9, decision 021).
//!
//! Others call [`charge`], [`withdraw`], [`plan`], [`ahead`], [`count`], [`gate`], [`treat_now`] and [`due`], and show
//! amounts by [`model::naira`]. Billing knows nothing of medicines, tests or stock: whoever does a thing names it in
//! neutral words (rule A1).

mod handlers;
pub mod model;
pub(crate) mod store;
pub(crate) mod verbs;
mod views;

use std::collections::BTreeSet;

use crate::access::model::{AccountId, Permission};
use crate::web::paths::billing as paths;
use crate::web::routes::{Access, Routes};
pub use store::worklist::Tally;

use crate::billing::model::{Ahead, ChargeId, ChargeKind, Due, Gate, Money};
use crate::db::{DbError, Store};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::web::FormState;
use crate::web::form::LINE;
use crate::work::{Refused, Work};

/// The pages of this capability.
pub fn routes() -> Routes {
    let at_work = cashier_routes().merge(money_routes()).merge(admin_routes()).merge(claim_routes());
    at_work.within(handlers::own::bounds).merge(own_routes())
}

fn cashier_routes() -> Routes {
    use handlers::{account, bill, credit, draft, invoice, worklist};
    let (read, take) = (Access::May(Permission::ReadMoney), Access::May(Permission::TakePayments));
    Routes::new("billing")
        .get(paths::WORKLIST, read, worklist::index)
        .part(paths::WORKLIST_PART, read, worklist::part)
        .get(paths::WORKLIST_LIVE, read, worklist::live)
        .get(paths::OF_VISIT, read, bill::show)
        .post(paths::OF_VISIT, take, bill::create)
        .post(paths::DEFERRAL, take, bill::defer)
        .get(paths::ACCOUNT, read, account::show)
        .post(paths::ACCOUNT, take, account::begin)
        .get(paths::WALLET, read, account::wallet)
        .post(paths::WALLET, take, account::move_money)
        .get(paths::INVOICE, read, invoice::show)
        .get(paths::INVOICE_PRINT, read, invoice::print)
        .post(paths::LINES, take, draft::add)
        .get(paths::LINE, take, draft::line)
        .post(paths::LINE, take, draft::change)
        .post(paths::LINE_REMOVAL, take, draft::remove)
        .post(paths::COVER, take, draft::cover)
        .post(paths::REST, take, draft::add_rest)
        .post(paths::ISSUE, take, draft::issue)
        .post(paths::GIVING_UP, take, draft::give_up)
        .post(paths::DISCOUNTS, take, draft::propose)
        .post(paths::DISCOUNT_END, take, draft::withdraw)
        .get(paths::CREDITS, take, credit::new)
        .post(paths::CREDITS, take, credit::create)
        .get(paths::CREDIT_PRINT, read, credit::print)
        .post(paths::CORRECTION, take, credit::correct)
}

fn money_routes() -> Routes {
    use handlers::{approvals, pay, receipt, refund, shifts};
    let (read, take) = (Access::May(Permission::ReadMoney), Access::May(Permission::TakePayments));
    let approve = Access::May(Permission::ApproveMoney);
    Routes::new("billing")
        .get(paths::PAYMENTS, take, pay::new)
        .post(paths::PAYMENTS, take, pay::create)
        .get(paths::RECEIPT, read, receipt::show)
        .get(paths::RECEIPT_PRINT, read, receipt::paper)
        .post(paths::RECEIPT_PRINT, take, receipt::print)
        .post(paths::REVERSAL, take, refund::reverse)
        .get(paths::REFUNDS, take, refund::new)
        .post_confirmed(paths::REFUNDS, take, refund::create)
        .get(paths::REFUND_PRINT, read, refund::print)
        .post_confirmed(paths::REFUND, approve, approvals::refund)
        .post_confirmed(paths::PAYOUT, take, approvals::pay_out)
        .get(paths::APPROVALS, approve, approvals::index)
        .post(paths::DISCOUNT, approve, approvals::discount)
        .post(paths::SHIFT_CHECK, approve, approvals::shift)
        .get(paths::SHIFTS, read, shifts::index)
        .post(paths::SHIFTS, take, shifts::open)
        .get(paths::SHIFT, read, shifts::show)
        // The till of a cashier who is gone is counted by another one: whoever only approves sees its sums, and counts nothing.
        .get(paths::CLOSE, take, shifts::count)
        .post(paths::CLOSE, take, shifts::close)
        .post(paths::EXPLANATION, take, shifts::explain)
        .get(paths::TILL, read, shifts::till)
}

fn admin_routes() -> Routes {
    use handlers::{prices, schemes};
    let manage = Access::May(Permission::ManagePrices);
    Routes::new("billing")
        .get(paths::PRICES, manage, prices::index)
        .get(paths::PRICE, manage, prices::show)
        .post(paths::PRICE, manage, prices::set)
        .post(paths::RULE, manage, prices::rule)
        .get(paths::RULES, manage, prices::rules)
        .post(paths::RULES, manage, prices::save_rules)
        .get(paths::SCHEMES, manage, schemes::index)
        .post(paths::SCHEMES, manage, schemes::create)
        .get(paths::SCHEME, manage, schemes::show)
        .post(paths::SCHEME, manage, schemes::save)
        .post(paths::COVERAGE, manage, schemes::cover)
        .get(paths::MEMBERS, manage, schemes::members)
        .post(paths::MEMBERS, manage, schemes::enrol)
        .post(paths::STUDENTS, manage, schemes::enrol_students)
        .post(paths::ENROLMENT_END, manage, schemes::end)
}

fn claim_routes() -> Routes {
    use handlers::claims;
    let (read, take) = (Access::May(Permission::ReadMoney), Access::May(Permission::TakePayments));
    Routes::new("billing")
        .get(paths::CLAIMS, read, claims::index)
        .post(paths::CLAIMS, take, claims::gather)
        .get(paths::BATCH, read, claims::batch)
        .post(paths::BATCH, take, claims::send)
        .get(paths::CLAIM, read, claims::show)
        .post(paths::CLAIM, take, claims::answer)
        .post(paths::RESUBMISSION, take, claims::resubmit)
        .post(paths::ANSWER_CORRECTION, take, claims::correct)
        .post(paths::SHORTFALL, Access::May(Permission::ApproveMoney), claims::close)
}

fn own_routes() -> Routes {
    use handlers::mine;
    Routes::new("billing")
        .get(paths::MY_INVOICES, Access::Patient, mine::index)
        .get(paths::MY_INVOICE, Access::Patient, mine::show)
        .get(paths::MY_RECEIPT, Access::Patient, mine::receipt)
}

/// What waits for cashiers and for who approves, for the homes of staff.
pub async fn tally(store: impl Store, who: AccountId) -> Result<Tally, DbError> {
    store::worklist::tally(store, who).await
}

/// The desk at which somebody has an open shift.
pub async fn open_desk(store: impl Store, who: AccountId) -> Result<Option<String>, DbError> {
    Ok(store::shifts::open_of(store, who).await?.map(|shift| shift.desk))
}

/// Something that was done, or is about to be.
#[derive(Debug, Clone, Copy)]
pub struct NewCharge<'a> {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// What it is.
    pub kind: ChargeKind,
    /// What the price list calls it: visit reason, kind of procedure, test, medicine; 0 = of the kind in general.
    pub service: i64,
    /// The row it came from: one live charge for each (kind, source).
    pub source: i64,
    /// Neutral words for invoice and cashier (rule A1), never a diagnosis.
    pub label: &'a str,
    /// How many.
    pub quantity: i64,
    /// The catalogue's own price in kobo of one unit; a price list may replace it.
    pub unit_price: i64,
}

/// Records what was done (billable at once). The same (kind, source) again changes nothing and returns the first.
pub async fn charge(work: &mut Work, new: &NewCharge<'_>) -> Result<ChargeId, Refused> {
    verbs::charge::charge(work, new).await
}

/// The thing was entered in error: an unbilled charge is aborted; a billed one is left for a credit note and marked so
/// that the cashier sees it. Without a charge it does nothing.
pub async fn withdraw(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    verbs::charge::withdraw(work, kind, source, reason).await
}

/// Ordered but not done yet, and its service is "pay first": a planned charge that the cashier can already bill.
/// [`charge`] later turns it billable, or leaves it billed or paid. The same (kind, source) again with another number
/// changes the plan while no invoice has it; 0 ends it. Does nothing for services without the gate.
pub async fn plan(work: &mut Work, new: &NewCharge<'_>) -> Result<(), Refused> {
    verbs::charge::plan(work, new).await
}

/// What was planned or invoiced of something that is done in parts, before it was done; none where nothing was. Its charge
/// is held until the work ends.
pub async fn ahead(work: &mut Work, kind: ChargeKind, source: i64) -> Result<Option<Ahead>, Refused> {
    verbs::charge::ahead(work, kind, source).await
}

/// So many of what was invoiced ahead were done and kept, or still may be (`kept`), and so many came back just now
/// (`back`). What is asked above that is shown to the cashier, who credits it: it only ever falls. Does nothing while no
/// invoice has it.
pub async fn count(
    work: &mut Work,
    kind: ChargeKind,
    source: i64,
    (kept, back): (i64, i64),
) -> Result<(), Refused> {
    verbs::charge::count(work, kind, source, (kept, back)).await
}

/// Some of a thing came back and `kept` units stay, each at the price it was charged at. What stands on an issued invoice
/// waits for its credit, and a line of a draft for its removal; where nothing stays the charge is withdrawn.
pub async fn keep(
    work: &mut Work,
    kind: ChargeKind,
    source: i64,
    (kept, reason): (i64, &str),
) -> Result<(), Refused> {
    verbs::charge::keep(work, kind, source, (kept, reason)).await
}

/// What of a visit and kind is to be paid before it is done, by its sources, with the patient's part.
pub async fn asked_first(
    store: impl Store,
    visit: VisitId,
    kind: ChargeKind,
) -> Result<Vec<(i64, Money)>, DbError> {
    let asked = store::charges::asked_first(store, visit, kind).await?;
    Ok(asked.into_iter().map(|one| (one.source, one.owed)).collect())
}

/// What of a kind anybody has to pay before it is done, by its sources, for worklists.
pub async fn all_asked_first(store: impl Store, kind: ChargeKind) -> Result<BTreeSet<i64>, DbError> {
    let asked = store::charges::all_asked_first(store, kind).await?;
    Ok(asked.into_iter().map(|one| one.source).collect())
}

/// May it be done now? (rule M12: emergencies, what was waived, and "treat now, pay later" pass)
pub async fn gate(store: impl Store, visit: VisitId, kind: ChargeKind, source: i64) -> Result<Gate, DbError> {
    verbs::charge::gate(store, visit, kind, source).await
}

/// "Treat now, pay later": kept with its reason; afterwards the gate is open.
pub async fn treat_now(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    verbs::charge::treat_now(work, kind, source, reason).await
}

/// A note of a consultation was signed: the visit costs its fee, once, by its reason.
pub async fn consulted(work: &mut Work, visit: VisitId, patient: PatientId) -> Result<(), Refused> {
    let service = store::charges::reason_of_visit(work.tx(), visit).await?;
    let fee = NewCharge {
        visit,
        patient,
        kind: ChargeKind::Consultation,
        service,
        source: visit.0,
        label: "Consultation",
        quantity: 1,
        unit_price: 0,
    };
    charge(work, &fee).await?;
    Ok(())
}

/// The gate on a form: what is to be paid first and is not takes the field `treat_now` with a reason, which opens it.
/// False when the field is refused; then nothing may be done.
pub async fn pass(
    work: &mut Work,
    visit: VisitId,
    (kind, sources): (ChargeKind, &[i64]),
    form: &mut FormState,
) -> Result<bool, Refused> {
    for source in sources {
        let Gate::PayFirst { owed } = gate(work.tx(), visit, kind, *source).await? else { continue };
        let reason = form.optional_text("treat_now", LINE);
        if reason.chars().count() < 5 {
            let owed = model::naira(owed);
            form.refuse(
                "treat_now",
                format!("This is paid first: {owed} at the cashier. If it cannot wait, say why here"),
            );
            return Ok(false);
        }
        treat_now(work, kind, *source, &reason).await?;
    }
    Ok(true)
}

/// What a visit owes at this moment, for the patient's own page and for the stations: the patient's part of what is not
/// invoiced yet (an estimate) and of issued invoices that are not paid; and what of it is paid first (rule M12).
pub async fn due(store: impl Store, visit: VisitId) -> Result<Due, DbError> {
    store::charges::due(store, visit).await
}
