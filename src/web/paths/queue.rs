//! Arrivals, lines, displays, places.

use std::borrow::Borrow;

use crate::queue::model::PointId;

/// Check-in at the desk.
pub const ARRIVALS: &str = "/arrivals";
/// All lines at a glance.
pub const QUEUES: &str = "/queues";
/// The board of one service point.
pub const BOARD: &str = "/queues/{point}";
/// Screens of the waiting room, for administrators.
pub const DISPLAYS: &str = "/displays";
/// The screen itself.
pub const SCREEN: &str = "/display";
/// The patient's own place.
pub const MY_PLACE: &str = "/my/place";
/// The place by the code on a slip, without signing in.
pub const PLACE: &str = "/place/{code}";

/// The board of one service point.
pub fn board(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}", point.borrow())
}

/// The place by the code on a slip.
pub fn place(code: &str) -> String {
    format!("/place/{code}")
}
