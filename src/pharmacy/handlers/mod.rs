//! HTTP of the pharmacy.

pub mod dispense;
pub mod dispensing;
pub mod messages;
pub mod offers;
pub mod register;
pub mod reserve;
pub mod worklist;

use crate::access::model::Role;

/// Who can see a controlled medicine leave or come back (rule P10).
const WITNESSES: [Role; 3] = [Role::Pharmacist, Role::Doctor, Role::Nurse];
