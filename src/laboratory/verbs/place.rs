//! Ordering tests, and taking an order back before its sample is taken.

use std::collections::BTreeSet;

use super::{Refused, cost, doer, go, label, seen, trail};
use crate::audit::Entry;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::laboratory::model::{LineId, Move, TestId};
use crate::laboratory::store::catalogue::{self, Test};
use crate::laboratory::store::lines::held;
use crate::laboratory::store::orders::{self, NewOrder};
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
        return Err(Refused::Because("This visit is closed. Check the patient in to order tests.".into()));
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
        let line = orders::insert_line(work.tx(), order, &new, test, at).await?;
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

/// Cancels a test whose sample is not taken yet.
pub async fn cancel(
    work: &mut Work,
    id: LineId,
    version: Option<i64>,
    note: &str,
) -> Result<VisitId, Refused> {
    let line = seen(work, id, version).await?;
    go(work, &line, Move::Cancel, note).await?;
    billing::withdraw(work, ChargeKind::Test, id.0, "The test was cancelled").await?;
    work.audit(trail("lab.cancelled", "lab_line", id.0, &line)).await?;
    Ok(line.visit_id)
}
