//! Putting a draft together: from a visit or by hand; its lines, scheme and discounts (rules M2, M3, M9, M11).

use chrono::Datelike;

use super::cover::{Left, estimate_again};
use super::{Refused, because, claim, doer, in_words, tell, trail};
use crate::app::App;
use crate::audit::Entry;
use crate::billing::model::{
    Asked, ChargeId, ChargeKind, Cover, DiscountId, DiscountKind, DiscountState, InvoiceId, InvoiceLineId,
    Money, Rounding, amounts, rounded_to, split, spread,
};
use crate::billing::store::charges::{self, Charge};
use crate::billing::store::discounts::{self, Discount, NewDiscount};
use crate::billing::store::invoices::{self, Invoice, NewDraft, Sums};
use crate::billing::store::lines::{self, Line, NewLine, Priced, ToPrice};
use crate::billing::store::schemes;
use crate::billing::store::settings;
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::web::Error;
use crate::work::{Doer, Work};

/// Lines of one invoice.
const MOST: usize = 200;

/// The invoice as it stands in this work.
pub async fn seen(work: &mut Work, id: InvoiceId) -> Result<Invoice, Refused> {
    invoices::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)
}

/// A draft, held until the work ends.
pub async fn held(work: &mut Work, id: InvoiceId) -> Result<Invoice, Refused> {
    if !invoices::hold_draft(work.tx(), id).await? {
        seen(work, id).await?;
        return Err(because("This invoice was issued or given up a moment ago. Here is how it stands now."));
    }
    seen(work, id).await
}

/// Begins an empty draft by hand.
pub async fn begin(
    work: &mut Work,
    (visit, patient): (Option<VisitId>, PatientId),
    corrects: Option<InvoiceId>,
) -> Result<InvoiceId, Refused> {
    let (doer, at, year) = (work.doer().clone(), work.now(), i64::from(work.today().year()));
    let new = NewDraft { visit, patient, year, corrects };
    let id = invoices::insert(work.tx(), new, &doer, at).await?;
    // Whoever belongs to a scheme is invoiced through it; the cashier may take it off.
    if let Some(place) = schemes::live_of(work.tx(), patient).await? {
        invoices::choose_scheme(work.tx(), id, Some((place.scheme_id, place.id)), "").await?;
    }
    let entry = Entry::new("invoice.drafted", "invoice", id.0).of_patient(patient.0);
    work.audit(visit.map_or(entry.clone(), |visit| entry.with("visit", visit.0))).await?;
    work.tell(Topic::Money);
    Ok(id)
}

/// Makes a draft out of what was done in a visit: all that waits, or the chosen part of it.
pub async fn of_visit(
    work: &mut Work,
    (visit, patient): (VisitId, PatientId),
    chosen: Option<&[ChargeId]>,
) -> Result<InvoiceId, Refused> {
    charges::hold_open(work.tx(), visit).await?;
    let mut open = charges::open_of_visit(work.tx(), visit).await?;
    if let Some(chosen) = chosen {
        open.retain(|charge| chosen.contains(&charge.id));
    }
    open.retain(|charge| charge.invoice_id.is_none());
    if open.is_empty() {
        return Err(because("Nothing of this visit waits for an invoice. Here is how it stands now."));
    }
    let id = begin(work, (Some(visit), patient), None).await?;
    for charge in &open {
        put_charge(work, id, charge).await?;
    }
    lines::bill_charges(work.tx(), id).await?;
    price(work, id).await?;
    // What was left out has the rest of the scheme's limits.
    estimate_again(work, visit).await?;
    work.tell(Topic::Visit(visit.0));
    Ok(id)
}

async fn put_charge(work: &mut Work, invoice: InvoiceId, charge: &Charge) -> Result<(), Refused> {
    let line = NewLine {
        charge: Some(charge.id),
        kind: charge.kind,
        service: charge.service,
        label: &charge.label,
        quantity: charge.quantity,
        unit_price: charge.unit_price,
        shortfall: false,
    };
    lines::insert(work.tx(), invoice, &line).await.map_err(in_words)?;
    Ok(())
}

/// Puts what has arisen since onto a draft.
pub async fn add_open(work: &mut Work, id: InvoiceId) -> Result<usize, Refused> {
    let draft = held(work, id).await?;
    let Some(visit) = draft.visit_id else { return Ok(0) };
    charges::hold_open(work.tx(), visit).await?;
    let mut open = charges::open_of_visit(work.tx(), visit).await?;
    open.retain(|charge| charge.invoice_id.is_none());
    for charge in &open {
        put_charge(work, id, charge).await?;
    }
    lines::bill_charges(work.tx(), id).await?;
    price_again(work, &draft).await?;
    work.audit(trail("invoice.lines_added", &draft).with("lines", open.len() as i64)).await?;
    tell(work, &draft);
    Ok(open.len())
}

/// A line written by hand.
#[derive(Debug)]
pub struct Own<'a> {
    /// What it is for.
    pub label: &'a str,
    /// Its kind, for tax and schemes.
    pub kind: ChargeKind,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit_price: Money,
}

/// Puts an own line onto a draft.
pub async fn add(work: &mut Work, id: InvoiceId, own: &Own<'_>) -> Result<(), Refused> {
    let draft = held(work, id).await?;
    if lines::of_invoice(work.tx(), id).await?.len() >= MOST {
        return Err(because("An invoice takes at most 200 lines. Make out a second one."));
    }
    let Own { label, kind, quantity, unit_price } = *own;
    let line = NewLine { charge: None, kind, service: 0, label, quantity, unit_price, shortfall: false };
    lines::insert(work.tx(), id, &line).await.map_err(in_words)?;
    price_again(work, &draft).await?;
    let entry = trail("invoice.line_added", &draft).with("quantity", quantity);
    work.audit(entry.with("unit_price", unit_price.0)).await?;
    tell(work, &draft);
    Ok(())
}

async fn line_of(work: &mut Work, id: InvoiceLineId) -> Result<(Line, Invoice), Refused> {
    let line = lines::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let draft = held(work, line.invoice_id).await?;
    Ok((line, draft))
}

/// Takes a line off a draft; its charge waits again.
pub async fn remove(work: &mut Work, id: InvoiceLineId) -> Result<InvoiceId, Refused> {
    let (line, draft) = line_of(work, id).await?;
    if let Some(charge) = line.charge_id {
        lines::free_charges(work.tx(), draft.id, Some(charge)).await?;
    }
    lines::remove(work.tx(), id).await.map_err(in_words)?;
    price_again(work, &draft).await?;
    if line.shortfall {
        claim::ask_no_more(work, &draft, "Its line was taken off the draft to the patient").await?;
    }
    if let Some(visit) = draft.visit_id {
        estimate_again(work, visit).await?;
    }
    work.audit(trail("invoice.line_removed", &draft).with("amount", line.total.0)).await?;
    tell(work, &draft);
    Ok(draft.id)
}

/// Changes a line of a draft: the number of an own line, and what is added to any line with its reason.
pub async fn change(
    work: &mut Work,
    id: InvoiceLineId,
    quantity: i64,
    (surcharge, reason): (Money, &str),
) -> Result<InvoiceId, Refused> {
    let (line, draft) = line_of(work, id).await?;
    let fixed = line.charge_id.is_some() || line.shortfall;
    let quantity = if fixed { line.quantity } else { quantity };
    lines::change(work.tx(), id, quantity, (surcharge, reason)).await.map_err(in_words)?;
    price_again(work, &draft).await?;
    let entry = trail("invoice.line_changed", &draft).changed("quantity", &line.quantity, &quantity).changed(
        "surcharge",
        &line.surcharge.0,
        &surcharge.0,
    );
    work.audit(entry).await?;
    tell(work, &draft);
    Ok(draft.id)
}

/// Invoices through the patient's scheme, or without one.
pub async fn choose_scheme(
    work: &mut Work,
    id: InvoiceId,
    through: bool,
    referral: &str,
) -> Result<(), Refused> {
    let draft = held(work, id).await?;
    let place = if through { schemes::live_of(work.tx(), draft.patient_id).await? } else { None };
    if through && place.is_none() {
        return Err(because("This patient belongs to no scheme in this session. Enrol the patient first."));
    }
    let chosen = place.map(|place| (place.scheme_id, place.id));
    invoices::choose_scheme(work.tx(), id, chosen, referral).await?;
    price_again(work, &draft).await?;
    let entry = trail("invoice.scheme_chosen", &draft).with("through_scheme", through);
    work.audit(entry.with("referral", !referral.is_empty())).await?;
    tell(work, &draft);
    Ok(())
}

/// Gives a draft up; what was on it waits again.
pub async fn give_up(work: &mut Work, id: InvoiceId, reason: &str) -> Result<Invoice, Refused> {
    let draft = held(work, id).await?;
    let (name, at) = (work.doer().name.clone(), work.now());
    lines::free_charges(work.tx(), id, None).await?;
    discounts::drop_all(work.tx(), id, &name, at).await?;
    invoices::give_up(work.tx(), id, (&name, reason), at).await?;
    claim::ask_no_more(work, &draft, "The draft to the patient was given up").await?;
    if let Some(visit) = draft.visit_id {
        estimate_again(work, visit).await?;
    }
    work.audit(trail("invoice.given_up", &draft)).await?;
    tell(work, &draft);
    Ok(draft)
}

/// Asks for a discount. It counts once somebody else has approved it.
pub async fn propose(work: &mut Work, new: &NewDiscount<'_>) -> Result<DiscountId, Refused> {
    let draft = held(work, new.invoice).await?;
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let id = discounts::insert(work.tx(), new, (by, &name), at).await?;
    let entry = trail("discount.proposed", &draft).with("kind", new.kind.as_str());
    work.audit(entry.with("discount", id.0)).await?;
    tell(work, &draft);
    Ok(id)
}

/// Approves, declines or takes back a discount; `seen` is what the draft asked before discounts when whoever decides looked
/// at it. One that is approved may be dropped by anybody who works on the draft: the patient is asked for more, not less.
pub async fn decide(
    work: &mut Work,
    discount: &Discount,
    (to, seen): (DiscountState, Option<Money>),
    note: &str,
) -> Result<(), Refused> {
    let draft = held(work, discount.invoice_id).await?;
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let own = discount.proposed_by == by;
    let drops = to == DiscountState::Withdrawn && discount.state == DiscountState::Approved;
    if !drops && (to == DiscountState::Withdrawn) != own {
        return Err(because("Somebody else has to decide this: never the same person who asked for it."));
    }
    if to == DiscountState::Approved && seen.is_some_and(|seen| seen != draft.gross) {
        return Err(because(format!(
            "The draft has changed: it asks {} before discounts now. Look at it, then decide.",
            draft.gross
        )));
    }
    let decided =
        discounts::decide(work.tx(), (discount.id, to), (by, &name), note, at).await.map_err(in_words)?;
    if !decided {
        return Err(because("This discount was decided a moment ago. Here is how it stands now."));
    }
    price(work, draft.id).await?;
    let entry = trail("discount.decided", &draft).with("discount", discount.id.0);
    work.audit(entry.with("to", to.as_str())).await?;
    tell(work, &draft);
    Ok(())
}

/// The discount of each line: percents first, then amounts, then waivers, and never more than the line.
fn discounted(all: &[Discount], full: &[Money], rounding: Rounding) -> Result<Vec<Money>, Refused> {
    let mut off = vec![Money::ZERO; full.len()];
    let approved = || all.iter().filter(|one| one.state == DiscountState::Approved);
    for one in approved().filter(|one| one.kind == DiscountKind::Percent) {
        for (off, full) in off.iter_mut().zip(full) {
            let more = full.share(one.percent_bp.unwrap_or_default(), rounding)?;
            *off = off.plus(more)?.min(*full);
        }
    }
    for one in approved().filter(|one| one.kind == DiscountKind::Fixed) {
        let left: Vec<Money> = full.iter().zip(&off).map(|(full, off)| Money(full.0 - off.0)).collect();
        for (off, more) in off.iter_mut().zip(spread(one.amount.unwrap_or_default(), &left)) {
            *off = off.plus(more)?;
        }
    }
    if approved().any(|one| one.kind == DiscountKind::Waiver) {
        off.copy_from_slice(full);
    }
    Ok(off)
}

/// Works out a draft that was changed. What somebody approved was what they saw: a discount that would take more off now
/// is asked for again (rule M9).
async fn price_again(work: &mut Work, before: &Invoice) -> Result<(), Refused> {
    let sums = price(work, before.id).await?;
    if sums.discount > before.discount && discounts::ask_again(work.tx(), before.id).await? > 0 {
        work.audit(trail("discount.asked_again", before).with("discount", sums.discount.0)).await?;
        price(work, before.id).await?;
    }
    Ok(())
}

/// Works out a draft as it stands today, by itself.
pub async fn work_out_again(app: &App, doer: &Doer, id: InvoiceId) -> Result<(), Error> {
    let mut work = Work::begin(app, doer.clone()).await?;
    if invoices::hold_draft(work.tx(), id).await? {
        price(&mut work, id).await?;
        work.tell(Topic::Money);
        work.commit().await?;
    }
    Ok(())
}

/// Works out every line and the sums of a draft again. What was typed stays; what a browser sent as a sum is never read.
pub async fn price(work: &mut Work, id: InvoiceId) -> Result<Sums, Refused> {
    let day = work.today();
    let draft = seen(work, id).await?;
    let rules = settings::get(work.tx()).await?;
    let to_price: Vec<ToPrice> = lines::to_price(work.tx(), id, day).await?;
    let off = discounts::of_invoice(work.tx(), id).await?;
    let covered = match (draft.scheme_id, draft.enrolment_id) {
        (Some(scheme), Some(place)) => schemes::coverage(work.tx(), scheme, Some(place)).await?,
        (None, _) | (_, None) => Vec::new(),
    };
    let mut full = Vec::with_capacity(to_price.len());
    for line in &to_price {
        let unit = line.scheme_unit.or(line.own_unit).unwrap_or(line.unit_price);
        full.push(unit.times(line.quantity)?.plus(line.surcharge)?);
    }
    let off = discounted(&off, &full, rules.rounding)?;
    let mut left = Left::new(&covered, !draft.referral_code.trim().is_empty());
    let mut sums = Sums::default();
    for (line, discount) in to_price.iter().zip(off) {
        let unit = line.scheme_unit.or(line.own_unit).unwrap_or(line.unit_price);
        let asked =
            Asked { quantity: line.quantity, unit, surcharge: line.surcharge, discount, tax_bp: line.tax_bp };
        let all = amounts(&asked, rules.rounding)?;
        let cover = if line.shortfall { Cover::default() } else { left.cover(&line.coverage_group) };
        let (scheme, patient) = split(all.total, line.quantity, &cover, rules.rounding)?;
        left.take(&line.coverage_group, scheme);
        let priced = Priced {
            id: line.id,
            unit_price: unit,
            amounts: all,
            tax_bp: line.tax_bp,
            coverage_group: &line.coverage_group,
            percent_bp: cover.percent_bp,
            covered: scheme,
            patient,
        };
        lines::price(work.tx(), &priced).await.map_err(in_words)?;
        sums.gross = sums.gross.plus(all.base)?.plus(all.surcharge)?;
        sums.discount = sums.discount.plus(all.discount)?;
        sums.tax = sums.tax.plus(all.tax)?;
        sums.scheme = sums.scheme.plus(scheme)?;
        sums.patient = sums.patient.plus(patient)?;
    }
    sums.rounding = rounded_to(rules.cash_step, sums.patient, rules.rounding);
    sums.patient = sums.patient.plus(sums.rounding)?;
    invoices::set_sums(work.tx(), id, &sums).await?;
    Ok(sums)
}
