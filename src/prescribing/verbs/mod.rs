//! What people do with prescriptions. Each verb runs inside one unit of work. The trail is read by administrators, so it
//! carries ids and counts, never a medicine or somebody's words (rule A1).

pub mod add;
pub mod after;
pub mod ahead;
pub mod assess;
pub mod draft;
pub mod now;
pub mod pharmacist;
pub mod sign;

use crate::access::model::{AccountId, Permission, Roles};
pub use crate::work::Refused;
use crate::work::Work;

/// Shortest reason that says anything; the table knows the same number.
pub const REASON: usize = 5;
/// Longest reason, and longest instructions.
pub const WORDS: usize = 300;

/// Who prescribes: somebody who may.
pub fn prescriber(work: &Work) -> Result<AccountId, Refused> {
    let may = Roles::from_list(&work.doer().role).may(Permission::Consult);
    match work.doer().account_id {
        Some(account) if may => Ok(AccountId(account)),
        Some(_) | None => Err(Refused::Because("Doctors prescribe. Ask one of them.".to_owned())),
    }
}
