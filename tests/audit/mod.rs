//! The trail.

mod model;
mod restoring;
mod tampering;
mod trail;
