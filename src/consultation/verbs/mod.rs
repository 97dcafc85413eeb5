//! What people do in the consulting room, each inside one unit of work.

pub mod amend;
pub mod drafts;
pub mod outcomes;
pub mod takeover;
pub mod vitals;

pub use vitals::{Correction, Kept, Taking, flags, keep};

use crate::access::model::AccountId;
use crate::work::{Refused, Work};

/// Who does it; everything here is done by somebody who is signed in.
pub fn doer(work: &Work) -> Result<AccountId, Refused> {
    Ok(AccountId(work.doer().account_id.ok_or(Refused::NotFound)?))
}
