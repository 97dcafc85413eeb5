//! What stock knows without a database: kinds of movements, what may leave and in which order, what to order again
//! (rules.md §8). Quantities are whole smallest units, costs are kobo. Pure.

mod pick;
#[cfg(test)]
mod pick_tests;
mod reorder;
mod show;
mod words;

pub use pick::{Candidate, Choice, Passed, Reserved, Rule, Taken, Wanted, Why, pick};
pub use reorder::{DailyUse, days_left, suggestion};
pub use show::Show;
pub use words::{
    cost_of_packs, cost_of_unit, cost_together, expiry_words, pack_words, packs, quantity_words, unit_words,
    worth,
};

use chrono::NaiveDate;

crate::ids! {
    /// A thing that is kept.
    ItemId,
    /// Units of one item that were made together.
    BatchId,
    /// A place where things lie.
    StoreId,
    /// Who sells things to the clinic.
    SupplierId,
    /// One row of the ledger.
    MovementId,
    /// What arrived at one moment.
    ReceiptId,
    /// What was asked of a supplier.
    StockOrderId,
    /// What is on the way from one store to another.
    TransferId,
    /// A correction with its reason.
    AdjustmentId,
    /// A stocktake.
    CountId,
}

/// The day of what does not expire.
pub const NEVER: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

crate::words! {
    /// What an item is.
    pub enum ItemKind {
        Medicine = "medicine" => "Medicine",
        Supply = "supply" => "Supply",
        Equipment = "equipment" => "Equipment",
    }
}

crate::words! {
    /// What a store is for. Only a dispensary hands out to patients.
    pub enum StoreKind {
        Dispensary = "dispensary" => "Hands out to patients",
        Store = "store" => "Keeps supplies",
        Treatment = "treatment" => "Treatment room",
        Quarantine = "quarantine" => "Quarantine",
    }
}

crate::words! {
    /// Why units came or went (rule K6).
    pub enum Kind {
        Opening = "opening" => "Opening stock",
        Receipt = "receipt" => "Received",
        Issue = "issue" => "Given out",
        ReturnIn = "return_in" => "Returned",
        ReturnSupplier = "return_supplier" => "Returned to supplier",
        TransferOut = "transfer_out" => "Sent to another store",
        TransferIn = "transfer_in" => "Arrived from another store",
        AdjustGain = "adjust_gain" => "Found",
        AdjustLoss = "adjust_loss" => "Lost",
        Expired = "expired" => "Expired, destroyed",
        Damaged = "damaged" => "Damaged, destroyed",
        Stocktake = "stocktake" => "Stocktake",
    }
}

impl Kind {
    /// Which batches may leave this way; none for what only comes in.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Kind::Issue | Kind::TransferOut => Some(Rule::Usable),
            Kind::Expired => Some(Rule::Expired),
            Kind::ReturnSupplier | Kind::AdjustLoss | Kind::Damaged | Kind::Stocktake => Some(Rule::Named),
            Kind::Opening | Kind::Receipt | Kind::ReturnIn | Kind::TransferIn | Kind::AdjustGain => None,
        }
    }

    /// Whether units may come in this way.
    pub fn comes_in(self) -> bool {
        self == Kind::Stocktake || self.rule().is_none()
    }
}

/// Why units leave or come back, and what the row of the ledger points to.
#[derive(Debug, Clone, Copy)]
pub struct Out<'a> {
    /// The kind of the row.
    pub kind: Kind,
    /// Somebody's words; needed where the kind or a choice by hand asks for them.
    pub reason: &'a str,
    /// The table of what caused it, for instance `dispensing_line`; empty for nothing.
    pub ref_kind: &'a str,
    /// Its row; 0 for nothing.
    pub ref_id: i64,
    /// Whether less than wanted may leave.
    pub partly: bool,
}

crate::words! {
    /// Why the stock is corrected.
    pub enum Reason {
        Expired = "expired" => "Expired, destroyed",
        Damaged = "damaged" => "Broken, spilled or spoiled",
        Lost = "lost" => "Cannot be found",
        Stolen = "stolen" => "Stolen",
        TooMuch = "too_much" => "Too much was entered",
        Found = "found" => "Found",
        TooLittle = "too_little" => "Too little was entered",
        Supplier = "supplier" => "Returned to the supplier",
    }
}

impl Reason {
    /// The kind of the row that it writes.
    pub fn kind(self) -> Kind {
        match self {
            Reason::Expired => Kind::Expired,
            Reason::Damaged => Kind::Damaged,
            Reason::Lost | Reason::Stolen | Reason::TooMuch => Kind::AdjustLoss,
            Reason::Found | Reason::TooLittle => Kind::AdjustGain,
            Reason::Supplier => Kind::ReturnSupplier,
        }
    }
}

crate::words! {
    /// Where a correction stands.
    pub enum AdjustmentState {
        Waiting = "waiting" => "Waits for a second person",
        Done = "done" => "Done",
        Refused = "refused" => "Refused",
    }
}

crate::words! {
    /// Where an order stands.
    pub enum OrderState {
        Draft = "draft" => "Draft",
        Sent = "sent" => "Sent",
        Part = "part" => "Arrived in part",
        Received = "received" => "Arrived",
        Closed = "closed" => "Closed",
    }
}

crate::words! {
    /// Where a transfer stands.
    pub enum TransferState {
        Sent = "sent" => "On its way",
        Accepted = "accepted" => "Accepted",
        Refused = "refused" => "Refused",
    }
}

crate::words! {
    /// Where a stocktake stands.
    pub enum CountState {
        Counting = "counting" => "Being counted",
        Counted = "counted" => "Waits for a second person",
        Posted = "posted" => "Posted",
        Cancelled = "cancelled" => "Cancelled",
    }
}

crate::words! {
    /// What is done to a batch without moving a unit.
    pub enum BatchMove {
        Held = "held" => "Put on hold",
        Released = "released" => "Released",
        Recalled = "recalled" => "Recalled",
        RecallEnded = "recall_ended" => "Recall ended",
        Expiry = "expiry" => "Expiry corrected",
    }
}

impl BatchMove {
    /// Whether nothing of the batch leaves afterwards.
    pub fn stops(self) -> bool {
        match self {
            BatchMove::Held | BatchMove::Recalled => true,
            BatchMove::Released | BatchMove::RecallEnded | BatchMove::Expiry => false,
        }
    }
}
