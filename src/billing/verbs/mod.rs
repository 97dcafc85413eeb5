//! What people do with money. Each verb runs inside one unit of work: the guarded change, the trail, and who is told.

pub mod charge;

use crate::access::model::AccountId;
pub use crate::work::Refused;
use crate::work::Work;

/// Who does it.
pub fn doer(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}

/// A sentence as a refusal.
pub fn because(sentence: impl Into<String>) -> Refused {
    Refused::Because(sentence.into())
}
