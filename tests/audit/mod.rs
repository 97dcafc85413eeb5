//! The trail.

mod restoring;
mod tampering;
mod trail;
