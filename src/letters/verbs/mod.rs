//! What people do with letters, each in one unit of work with its trail. The trail carries ids, never words (rule A1).

pub mod referral;
pub mod verification;

use crate::access::model::AccountId;
use crate::work::{Refused, Work};

/// Who does it.
pub fn doer(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}
