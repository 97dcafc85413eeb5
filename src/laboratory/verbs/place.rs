//! Ordering tests, and taking an order back before its sample is taken.

use std::collections::BTreeSet;

use super::withdraw::at_once;
use super::{Refused, cost, doer, go, label, seen, trail};
use crate::audit::Entry;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::db::DbError;
use crate::laboratory::model::{LineId, Move, TestId, VersionState};
use crate::laboratory::store::catalogue::{self, Test};
use crate::laboratory::store::lines::held;
use crate::laboratory::store::orders::{self, NewOrder};
use crate::laboratory::store::results;
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::work::Work;

/// What a doctor orders.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// Tests and panels; a panel stands for its tests.
    pub lines: Vec<TestId>,
    /// Whether it goes before what is not urgent.
    pub urgent: bool,
    /// What the doctor wants to know; the laboratory reads it.
    pub question: String,
}

/// The tests behind what was ticked, each once, in the order ticked. None when something of it is not offered.
pub fn expanded(catalogue: &[Test], ticked: &[TestId]) -> Option<Vec<TestId>> {
    let find = |id: &TestId| catalogue.iter().find(|test| test.id == *id && test.active);
    let mut once = BTreeSet::new();
    let mut tests = Vec::new();
    for id in ticked {
        for test in find(id)?.tests() {
            find(&test).filter(|test| !test.is_panel)?;
            if once.insert(test) {
                tests.push(test);
            }
        }
    }
    Some(tests)
}

/// Places an order for an open visit.
pub async fn place(work: &mut Work, placed: &Placed) -> Result<Vec<LineId>, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let visit = orders::visit(work.tx(), placed.visit).await?.ok_or(Refused::NotFound)?;
    if visit.patient_id != placed.patient {
        return Err(Refused::NotFound);
    }
    if visit.closed_at.is_some() {
        return Err(closed());
    }
    let catalogue = catalogue::tests(work.tx()).await?;
    let tests = expanded(&catalogue, &placed.lines).filter(|tests| !tests.is_empty());
    let Some(tests) = tests else {
        return Err(Refused::Because("A test of this order is no longer offered. Choose again.".into()));
    };
    let new = NewOrder {
        visit: placed.visit,
        patient: placed.patient,
        by,
        urgent: placed.urgent,
        question: &placed.question,
    };
    let order = orders::insert(work.tx(), &new, at).await?;
    let mut lines = Vec::new();
    for test in tests {
        let line = orders::insert_line(work.tx(), order, &new, test, at).await.map_err(in_words)?;
        lines
            .push(line.ok_or_else(|| Refused::Because("A test of this order is no longer offered.".into()))?);
    }
    for line in &lines {
        // What is paid first waits at the cashier at once.
        if let Some(held) = held(work.tx(), *line).await? {
            billing::plan(work, &cost(&held, &label(&held))).await?;
        }
    }
    let entry = Entry::new("lab.ordered", "lab_order", order.0)
        .of_patient(placed.patient.0)
        .with("tests", lines.len() as i64)
        .with("urgent", placed.urgent);
    work.audit(entry).await?;
    work.tell(Topic::Laboratory);
    work.tell(Topic::Visit(placed.visit.0));
    work.tell(Topic::Reviews(by.0));
    Ok(lines)
}

fn closed() -> Refused {
    Refused::Because("This visit is closed. Check the patient in to order tests.".into())
}

/// A colleague closed the visit in the same moment.
fn in_words(error: DbError) -> Refused {
    if error.violates("lab_line_open_visit") { closed() } else { error.into() }
}

/// Cancels a test whose sample is not taken yet. A result of it that was released before is withdrawn with it; what was done
/// for that result stays charged, and the cashier can credit it.
pub async fn cancel(
    work: &mut Work,
    id: LineId,
    version: Option<i64>,
    note: &str,
) -> Result<VisitId, Refused> {
    let line = seen(work, id, version).await?;
    line.state.after(Move::Cancel)?;
    match results::in_state(work.tx(), id, VersionState::Current).await? {
        Some(old) if !old.void => at_once(work, &line, &old, note).await?,
        Some(_) => {}
        None => billing::withdraw(work, ChargeKind::Test, id.0, "The test was cancelled").await?,
    }
    go(work, &line, Move::Cancel, note).await?;
    work.audit(trail("lab.cancelled", "lab_line", id.0, &line)).await?;
    Ok(line.visit_id)
}
