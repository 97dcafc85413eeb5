//! Procedures.

use std::borrow::Borrow;

use crate::procedures::model::{KindId, ProcedureId};
use crate::queue::model::VisitId;

/// What fits a few typed letters.
pub const OPTIONS: &str = "/procedure-options";
/// What is planned and done in a visit; adding one by POST.
pub const OF_VISIT: &str = "/visits/{id}/procedures";
/// One procedure; recording it as done by POST.
pub const PROCEDURE: &str = "/procedures/{id}";
/// Cancelling what was planned, by POST.
pub const CANCELLATION: &str = "/procedures/{id}/cancellation";
/// Marking what was done as entered in error, by POST.
pub const ERROR: &str = "/procedures/{id}/error";
/// What the clinic offers.
pub const CATALOGUE: &str = "/procedure-kinds";
/// One kind with its price and supplies.
pub const KIND: &str = "/procedure-kinds/{id}";

/// What is planned and done in a visit.
pub fn of_visit(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/procedures", visit.borrow())
}

/// One procedure.
pub fn procedure(id: impl Borrow<ProcedureId>) -> String {
    format!("/procedures/{}", id.borrow())
}

/// Cancelling what was planned, by POST.
pub fn cancellation(id: impl Borrow<ProcedureId>) -> String {
    format!("/procedures/{}/cancellation", id.borrow())
}

/// Marking what was done as entered in error, by POST.
pub fn error(id: impl Borrow<ProcedureId>) -> String {
    format!("/procedures/{}/error", id.borrow())
}

/// One kind with its price and supplies.
pub fn kind(id: impl Borrow<KindId>) -> String {
    format!("/procedure-kinds/{}", id.borrow())
}
