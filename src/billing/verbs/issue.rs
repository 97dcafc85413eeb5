//! Issuing a draft: it gets its number, and everything on it is fixed (rules M4, M5, M11).

use std::collections::BTreeMap;

use super::{Refused, because, bill, in_words, tell, trail};
use crate::billing::model::{InvoiceId, Money, Series};
use crate::billing::store::invoices::{self, Invoice, Issue};
use crate::billing::store::{claims, lines, schemes, settings};
use crate::work::Work;

/// Issues a draft as it was seen; `version` is what the page showed, none for who makes and issues it in one step.
pub async fn issue(work: &mut Work, id: InvoiceId, version: Option<i64>) -> Result<Invoice, Refused> {
    // Held first: what is compared here can change no more. The hold itself has raised the version by one.
    let draft = bill::held(work, id).await?;
    if version.is_some_and(|version| version != draft.version - 1) {
        return Err(because("This draft was changed a moment ago. Here is how it stands now."));
    }
    let sums = bill::price(work, id).await?;
    if version.is_some() && (sums.patient, sums.scheme) != (draft.patient_part, draft.scheme_part) {
        return Err(because(
            "What the patient or the scheme pays has changed since this draft was made. Here is how it stands now.",
        ));
    }
    let all = lines::of_invoice(work.tx(), id).await?;
    if all.is_empty() {
        return Err(because("An invoice needs at least one line."));
    }
    if let Some(line) = all.iter().find(|line| line.is_changed()) {
        return Err(because(line.what_changed()));
    }
    let eligibility = use_coverage(work, &draft, &all).await?;
    let (name, at, day) = (work.doer().name.clone(), work.now(), work.today());
    let code = settings::next_code(work.tx(), Series::Invoice, day).await?;
    let fixed = Issue { code, eligibility: &eligibility, name: &name, at, day };
    if !invoices::issue(work.tx(), id, &fixed).await.map_err(in_words)? {
        return Err(because("This invoice was issued or given up a moment ago. Here is how it stands now."));
    }
    claims::insert(work.tx(), id, at).await?;
    invoices::settle(work.tx(), id).await?;
    let issued = bill::seen(work, id).await?;
    let entry =
        trail("invoice.issued", &issued).with("total", issued.total.0).with("lines", all.len() as i64);
    work.audit(entry.with("scheme_part", issued.scheme_part.0)).await?;
    tell(work, &issued);
    Ok(issued)
}

/// Checks that the patient still belongs to the scheme and takes what it pays from its limits; says so in words, which
/// are kept with the invoice.
async fn use_coverage(work: &mut Work, draft: &Invoice, all: &[lines::Line]) -> Result<String, Refused> {
    let Some(place) = draft.enrolment_id else { return Ok(String::new()) };
    let live = schemes::live_of(work.tx(), draft.patient_id).await?;
    let Some(live) = live.filter(|live| live.id == place) else {
        return Err(because(
            "This scheme does not pay for the patient now: the membership has ended or the scheme is switched off. Take the scheme off the draft.",
        ));
    };
    let mut by_group: BTreeMap<&str, i64> = BTreeMap::new();
    for line in all.iter().filter(|line| line.covered.is_some()) {
        *by_group.entry(&line.coverage_group).or_default() += line.covered.0;
    }
    for (group, covered) in &by_group {
        if !schemes::use_up(work.tx(), place, group, Money(*covered)).await? {
            return Err(because(
                "What the scheme pays in a year was used up meanwhile. Here is how it stands now.",
            ));
        }
    }
    let number = if live.number.is_empty() {
        "without a number".to_owned()
    } else {
        format!("number {}", live.number)
    };
    Ok(format!("{} for {}, {number}", live.scheme, live.session))
}
