//! Medicines that are paid before they are given (rule M12, decision 025). What is still to be given of a signed line is
//! planned for the cashier; what was invoiced of it is used up by what is given, and the difference is the cashier's to
//! credit (rule M13).

use crate::billing::model::ChargeKind;
use crate::billing::{self, NewCharge};
use crate::prescribing::model::LineId;
use crate::prescribing::store::lines::{self, Line};
use crate::prescribing::verbs::Refused;
use crate::work::Work;

/// What the charge of a prescribed line comes from. Lines that were given have positive numbers.
pub const fn source(line: LineId) -> i64 {
    -line.0
}

/// What of a line is to be paid before it is given: the units that are left of those on an invoice, and why it is given
/// before it is paid where somebody said so; none where it is charged as it is given. Nobody invoices it until this work
/// ends.
pub async fn left(work: &mut Work, line: &Line) -> Result<Option<(i64, String)>, Refused> {
    let ahead = billing::ahead(work, ChargeKind::Medicine, source(line.id)).await?;
    Ok(ahead.map(|ahead| (ahead.units - (line.given_ahead - line.returned_ahead), ahead.treated_now)))
}

/// Brings the plan of a signed line in step with what is still to be given of it, and counts what was given of what was
/// invoiced; `back` came back just now. Whoever changed the line calls it once, in the same work.
pub async fn keep(work: &mut Work, id: LineId, back: i64) -> Result<(), Refused> {
    let line = lines::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let Some(medicine) = line.medicine_id else { return Ok(()) };
    let left = if line.state.waits() { line.remaining() } else { 0 };
    let label = line.form.charged_as();
    let cost = NewCharge {
        visit: line.visit_id,
        patient: line.patient_id,
        kind: ChargeKind::Medicine,
        service: medicine.0,
        source: source(id),
        label: &label,
        // What came back is nobody's to pay unless it is given again; then it is charged by itself.
        quantity: (left - line.returned).max(0),
        unit_price: line.price,
    };
    billing::plan(work, &cost).await?;
    let untouched = line.state.waits() && line.given == 0;
    if untouched {
        return Ok(());
    }
    let kept = line.given_ahead - line.returned_ahead + left;
    billing::count(work, ChargeKind::Medicine, source(id), (kept, back)).await
}
