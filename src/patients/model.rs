//! Patients and their numbers. Pure.

use crate::ids;

ids! {
    /// A patient.
    PatientId,
}
