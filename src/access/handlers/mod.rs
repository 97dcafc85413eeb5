//! HTTP of access.
pub mod activate;
pub mod confirm;
pub mod kept;
pub mod lock;
pub mod own;
pub mod permissions;
pub mod relatives;
pub mod resume;
pub mod setup;
pub mod sign_in;
pub mod staff;
pub mod staff_form;
pub mod staff_state;
