//! The clinic's settings.

use std::borrow::Borrow;

use crate::queue::model::{PointId, RoomId};
use crate::scheduling::model::ReasonId;
use crate::settings::model::HolidayId;

/// Name, zone, limits.
pub const SETTINGS: &str = "/settings";
/// Opening hours by weekday.
pub const HOURS: &str = "/settings/hours";
/// Days on which the clinic is closed.
pub const HOLIDAYS: &str = "/settings/holidays";
/// Takes a holiday away.
pub const HOLIDAY_REMOVAL: &str = "/settings/holidays/{id}/removal";
/// Service points and rooms.
pub const POINTS: &str = "/points";
/// The form for a new service point.
pub const POINT_NEW: &str = "/points/new";
/// Changes a service point.
pub const POINT: &str = "/points/{id}";
/// The form of a service point.
pub const POINT_EDIT: &str = "/points/{id}/edit";
/// The form for a new room, and the room by POST.
pub const ROOMS: &str = "/rooms";
/// The form for a new room.
pub const ROOM_NEW: &str = "/rooms/new";
/// Changes a room.
pub const ROOM: &str = "/rooms/{id}";
/// The form of a room.
pub const ROOM_EDIT: &str = "/rooms/{id}/edit";
/// Why people come, and how long it takes.
pub const REASONS: &str = "/visit-reasons";
/// The form for a new reason.
pub const REASON_NEW: &str = "/visit-reasons/new";
/// Changes a reason.
pub const REASON: &str = "/visit-reasons/{id}";
/// The form of a reason.
pub const REASON_EDIT: &str = "/visit-reasons/{id}/edit";

/// Takes a holiday away.
pub fn holiday_removal(id: impl Borrow<HolidayId>) -> String {
    format!("/settings/holidays/{}/removal", id.borrow())
}

/// Changes a service point.
pub fn point(id: impl Borrow<PointId>) -> String {
    format!("/points/{}", id.borrow())
}

/// The form of a service point.
pub fn point_edit(id: impl Borrow<PointId>) -> String {
    format!("/points/{}/edit", id.borrow())
}

/// The form for a new room at a service point.
pub fn room_new(point: impl Borrow<PointId>) -> String {
    format!("/rooms/new?point={}", point.borrow())
}

/// Changes a room.
pub fn room(id: impl Borrow<RoomId>) -> String {
    format!("/rooms/{}", id.borrow())
}

/// The form of a room.
pub fn room_edit(id: impl Borrow<RoomId>) -> String {
    format!("/rooms/{}/edit", id.borrow())
}

/// Changes a reason.
pub fn reason(id: impl Borrow<ReasonId>) -> String {
    format!("/visit-reasons/{}", id.borrow())
}

/// The form of a reason.
pub fn reason_edit(id: impl Borrow<ReasonId>) -> String {
    format!("/visit-reasons/{}/edit", id.borrow())
}
