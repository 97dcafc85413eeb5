//! What people do with stock. Each verb runs inside one unit of work; the ledger's own triggers refuse what must not be.

pub mod adjust;
pub mod count;
pub mod receive;
pub mod reserve;
mod slip;
pub mod states;
mod supplies;
mod take;
pub mod transfer;

pub use supplies::{undo_procedure, use_for_procedure};
pub use take::{bring, put_back, take};

use crate::access::model::AccountId;
use crate::db::DbError;
use crate::live::Topic;
use crate::stock::store::ledger::Hand;
pub use crate::work::Refused;
use crate::work::Work;

/// Who writes into the ledger, and when. The pharmacy's worklist says what lies on the shelves.
fn hand<'a>(work: &mut Work, name: &'a str) -> Hand<'a> {
    work.tell(Topic::Pharmacy);
    let by = work.doer().account_id.map(AccountId);
    Hand { by, name, at: work.now(), day: work.today(), occurred_at: None }
}

/// Who does it: the account, and the name as it is kept.
fn doer(work: &Work) -> (Option<AccountId>, String) {
    (work.doer().account_id.map(AccountId), work.doer().name.clone())
}

/// The sentence of what the tables refused.
pub fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("stock_level_on_hand") || error.violates("stock_movement_positive") {
        "Less is there than that. A colleague took some a moment ago. Open the page again to see what is left."
    } else if error.violates("stock_movement_usable") {
        "This batch is expired, on hold or recalled. It does not leave for patients or other stores."
    } else if error.violates("stock_movement_controlled") {
        "A controlled medicine never leaves with a procedure. Enter 0 of it here, and have it given out by the pharmacy."
    } else if error.violates("stock_movement_reserved") {
        "What is left is reserved for other patients. Open the page again to see how much."
    } else if error.violates("stock_reservation_free") {
        reserve::LESS
    } else if error.violates("stock_reservation_line") {
        "No more is reserved than remains to be given, and not for longer than the prescription holds."
    } else if error.violates("stock_movement_fresh") {
        "This batch is expired. What is expired is not received."
    } else if error.violates("stock_movement_expired") {
        "This batch has not expired yet. Choose another reason."
    } else if error.violates("stock_movement_store") {
        "This store is closed, and nothing is booked into it. Open it again first, or choose another store."
    } else if error.violates("stock_transfer_quarantine") {
        "Say why it may leave the quarantine."
    } else if error.violates("stock_transfer_second") {
        transfer::ANOTHER
    } else if error.violates("stock_transfer_stores") {
        "One of the two stores is closed by now. Choose another one."
    } else if error.violates("stock_batch_event_second") {
        states::ANOTHER
    } else if error.violates("stock_batch_expires") {
        "A medicine expires. Enter the expiry that stands on the pack."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
