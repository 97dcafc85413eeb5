//! Pages of stock.

pub mod batch;
pub mod buying;
pub mod items;
pub mod moving;

use super::model::{AdjustmentState, CountState, OrderState, TransferState};
use super::store::ledger::Movement;
use crate::access::model::Permission;
use crate::numbers::signed;
use crate::web::{Page, paths};

/// An address that its reader may open: a hand-out is for those who read prescriptions.
pub fn seen_by<'a>(page: &Page, path: Option<&'a str>) -> Option<&'a str> {
    path.filter(|path| !path.starts_with("/dispensings") || page.may(Permission::ReadPrescriptions))
}

impl OrderState {
    /// The colour of its tag.
    pub fn kind(self) -> &'static str {
        match self {
            OrderState::Draft | OrderState::Closed => "plain",
            OrderState::Sent => "info",
            OrderState::Part => "wait",
            OrderState::Received => "ok",
        }
    }
}

impl TransferState {
    /// The colour of its tag.
    pub fn kind(self) -> &'static str {
        match self {
            TransferState::Sent => "wait",
            TransferState::Accepted => "ok",
            TransferState::Refused => "danger",
        }
    }
}

impl CountState {
    /// The colour of its tag.
    pub fn kind(self) -> &'static str {
        match self {
            CountState::Counting => "info",
            CountState::Counted => "wait",
            CountState::Posted => "ok",
            CountState::Cancelled => "plain",
        }
    }
}

impl AdjustmentState {
    /// The colour of its tag.
    pub fn kind(self) -> &'static str {
        match self {
            AdjustmentState::Waiting => "wait",
            AdjustmentState::Done => "ok",
            AdjustmentState::Refused => "danger",
        }
    }
}

impl Movement {
    /// `+96` or `−2`.
    pub fn signed(&self) -> String {
        signed(self.quantity)
    }

    /// What caused it, and where that can be read.
    pub fn cause(&self) -> Option<(String, Option<String>)> {
        use paths::stock as to;
        let id = self.ref_id;
        let (words, path) = match self.ref_kind.as_str() {
            "" => return None,
            "receipt" => ("Delivery", Some(to::receipt(super::model::ReceiptId(id)))),
            "transfer" => ("Transfer", Some(to::transfer(super::model::TransferId(id)))),
            "count" => ("Stocktake", Some(to::count(super::model::CountId(id)))),
            "adjustment" => ("Correction", Some(format!("{}#correction-{id}", to::CORRECTIONS))),
            "visit_procedure" => ("Procedure", None),
            "dispensing_line" => ("Hand-out", Some(paths::pharmacy::line(id))),
            "dispensing_return" => ("Return", None),
            _ => ("Entry", None),
        };
        Some((format!("{words} {id}"), path))
    }

    /// Whether units came in.
    pub fn is_in(&self) -> bool {
        self.quantity > 0
    }
}
