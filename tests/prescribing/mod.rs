//! Prescriptions (rules P1 to P6), their checks, the catalogue of medicines.

mod after;
mod catalogue;
mod checks;
mod meant;
mod races;
mod reading;
mod writing;
