//! What a queue entry is, who comes next and why, and how long it takes (rules.md §4).
//! Pure: the caller brings the time, the rows and the settings.

mod entry;
#[cfg(test)]
mod entry_tests;
mod estimate;
mod line;
#[cfg(test)]
mod line_tests;
mod rules;
mod times;
mod token;
mod undo;
mod whereabouts;
mod whom;
mod why;

pub use entry::{CannotMove, EntryState, Happened, LEFT_BY_PHONE, Move, history_words, leaving_needs_reason};
pub use estimate::{Pace, WaitLevel, WaitRange, WaitThresholds, come_back_at, estimate};
pub use line::{Placed, Returned, Waiting, behind_next_two, eligible_for, line};
pub use rules::LineRules;
pub use times::waits_since;
pub use token::{TokenFormat, TokenFormatFault, announcement, spoken};
pub use undo::{CannotUndo, LastMove, may_undo};
pub use whereabouts::whereabouts;
pub use whom::Whom;
pub use why::Why;

crate::ids! {
    /// A service point: one queue with its staff.
    PointId,
    /// A room to which people are called.
    RoomId,
    /// One patient's visit on one clinic day.
    VisitId,
    /// One stay of a visit in one queue.
    EntryId,
    /// A paired screen in a waiting room.
    DisplayId,
    /// One call as screens announce it.
    AnnouncementId,
    /// Something that doctors are told at once.
    AttentionId,
}

crate::words! {
    /// What a service point does.
    pub enum PointKind {
        Reception = "reception" => "Reception",
        Triage = "triage" => "Triage",
        Consulting = "consulting" => "Consulting",
        Laboratory = "laboratory" => "Laboratory",
        Pharmacy = "pharmacy" => "Pharmacy",
        Cashier = "cashier" => "Cashier",
    }
}

crate::words! {
    /// How soon someone must be seen. Changing it needs a reason; it never shows on a public screen (rule
    /// Q6).
    pub enum Priority {
        Normal = "normal" => "Normal",
        Raised = "raised" => "Raised",
        Emergency = "emergency" => "Emergency",
    }
}

crate::words! {
    /// What keeps a visit from being finished (rule V2): the name of the check, and what people are told.
    pub enum Missing {
        Signature = "visit_unsigned_note" => "A note of this visit is not signed yet. Whoever wrote it signs or discards it, or a doctor sets it aside on the consultation page.",
        Disposition = "visit_disposition" => "Nobody has said yet what becomes of this visit. The doctor chooses it on the consultation page.",
        Orders = "visit_open_order" => "A laboratory test of this visit is not done. Wait for it, cancel it, or hand its result over to a doctor on the consultation page.",
        Procedures = "visit_open_procedures" => "A procedure of this visit is planned and not done. Record it as done, or cancel it, on the page of its procedures.",
    }
}

crate::words! {
    /// Why doctors are told at once.
    pub enum AttentionKind {
        EarlyWarning = "early_warning" => "Early-warning score",
    }
}
