//! The trail.

mod tampering;
mod trail;
