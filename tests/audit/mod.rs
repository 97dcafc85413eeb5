//! The trail.

mod model;
mod tampering;
mod trail;
