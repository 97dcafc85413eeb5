//! Arrivals, lines, displays, places.

use std::borrow::Borrow;

use crate::queue::model::{AttentionId, DisplayId, EntryId, PointId, VisitId};

/// Check-in at the desk.
pub const ARRIVALS: &str = "/arrivals";
/// Today's appointments, the part that changes.
pub const ARRIVALS_PART: &str = "/arrivals/today";
/// The stream of the arrivals.
pub const ARRIVALS_LIVE: &str = "/arrivals/live";
/// Checking in, by POST.
pub const CHECK_INS: &str = "/check-ins";
/// The slip of a visit, to print.
pub const SLIP: &str = "/visits/{id}/slip";
/// Visits that the day closed by itself, for somebody to see to.
pub const UNSETTLED: &str = "/visits/unsettled";
/// Having seen to one of them, by POST.
pub const SETTLEMENT: &str = "/visits/{id}/settlement";
/// All lines at a glance.
pub const QUEUES: &str = "/queues";
/// The part of it that changes.
pub const QUEUES_PART: &str = "/queues/overview";
/// The stream of all lines.
pub const QUEUES_LIVE: &str = "/queues/live";
/// Where one works today.
pub const STATION: &str = "/queues/station";
/// The board of one service point.
pub const BOARD: &str = "/queues/{point}";
/// The part of it that changes.
pub const BOARD_PART: &str = "/queues/{point}/board";
/// The stream of one service point.
pub const BOARD_LIVE: &str = "/queues/{point}/live";
/// Calling, by POST.
pub const CALLS: &str = "/queues/{point}/calls";
/// Pausing a queue, by POST.
pub const PAUSE: &str = "/queues/{point}/pause";
/// Taking a queue up again, by POST.
pub const RESUMPTION: &str = "/queues/{point}/resumption";
/// One entry with its history.
pub const ENTRY: &str = "/queues/entries/{id}";
/// A move of an entry, by POST.
pub const MOVES: &str = "/queues/entries/{id}/moves";
/// Passing an entry on, by POST.
pub const TRANSFERS: &str = "/queues/entries/{id}/transfers";
/// How soon an entry is served, by POST.
pub const PRIORITY: &str = "/queues/entries/{id}/priority";
/// What doctors were told at once and nobody has seen to.
pub const NEEDS: &str = "/attention";
/// Seeing to what doctors were told at once, by POST.
pub const ATTENTION: &str = "/attention/{id}";
/// Screens of the waiting room, for administrators; pairing one by POST.
pub const DISPLAYS: &str = "/displays";
/// Taking a screen's credential away, by POST.
pub const REVOCATION: &str = "/displays/{id}/revocation";
/// The screen itself.
pub const SCREEN: &str = "/display";
/// What the screen shows now.
pub const SCREEN_NOW: &str = "/display/now";
/// The calls a screen has not played yet.
pub const SCREEN_CALLS: &str = "/display/announcements";
/// The screen's stream.
pub const SCREEN_LIVE: &str = "/display/live";
/// The patient's own place.
pub const MY_PLACE: &str = "/my/place";
/// Checking oneself in.
pub const CHECK_IN: &str = "/check-in";
/// The poster at the door with the code of the day.
pub const POSTER: &str = "/poster";
/// The place by the code on a slip, without signing in.
pub const PLACE: &str = "/place/{code}";
/// What the place shows now.
pub const PLACE_NOW: &str = "/place/{code}/now";
/// The place's stream.
pub const PLACE_LIVE: &str = "/place/{code}/live";
/// Leaving the queue.
pub const PLACE_LEAVE: &str = "/place/{code}/leave";

/// The arrivals, just after a visit was opened or found.
pub fn arrivals_after(visit: impl Borrow<VisitId>) -> String {
    format!("{ARRIVALS}?visit={}", visit.borrow())
}

/// The slip of a visit.
pub fn slip(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/slip", visit.borrow())
}

/// Having seen to a visit that the day closed.
pub fn settlement(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/settlement", visit.borrow())
}

/// The board of one service point.
pub fn board(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}", point.borrow())
}

/// The board with one patient's panel open.
pub fn board_with(point: impl Borrow<PointId>, entry: impl Borrow<EntryId>) -> String {
    format!("/queues/{}?entry={}#panel", point.borrow(), entry.borrow())
}

/// The part of a board that changes.
pub fn board_part(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}/board", point.borrow())
}

/// The stream of a board.
pub fn board_live(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}/live", point.borrow())
}

/// Calling at a point.
pub fn calls(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}/calls", point.borrow())
}

/// Pausing a queue.
pub fn pause(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}/pause", point.borrow())
}

/// Taking a queue up again.
pub fn resumption(point: impl Borrow<PointId>) -> String {
    format!("/queues/{}/resumption", point.borrow())
}

/// Choosing where one works, beginning with a point.
pub fn station_at(point: impl Borrow<PointId>) -> String {
    format!("{STATION}?point={}", point.borrow())
}

/// One entry.
pub fn entry(id: impl Borrow<EntryId>) -> String {
    format!("/queues/entries/{}", id.borrow())
}

/// A move of an entry.
pub fn moves(id: impl Borrow<EntryId>) -> String {
    format!("/queues/entries/{}/moves", id.borrow())
}

/// Passing an entry on.
pub fn transfers(id: impl Borrow<EntryId>) -> String {
    format!("/queues/entries/{}/transfers", id.borrow())
}

/// How soon an entry is served.
pub fn priority(id: impl Borrow<EntryId>) -> String {
    format!("/queues/entries/{}/priority", id.borrow())
}

/// Taking a screen's credential away.
pub fn attention(id: impl Borrow<AttentionId>) -> String {
    format!("/attention/{}", id.borrow())
}

/// Taking a screen's right to show.
pub fn revocation(id: impl Borrow<DisplayId>) -> String {
    format!("/displays/{}/revocation", id.borrow())
}

/// Checking oneself in with a code.
pub fn check_in_with(code: &str) -> String {
    format!("{CHECK_IN}?code={}", super::encoded(code))
}

/// The place by the code on a slip.
pub fn place(code: &str) -> String {
    format!("/place/{code}")
}

/// What the place shows now.
pub fn place_now(code: &str) -> String {
    format!("/place/{code}/now")
}

/// The place's stream, while the token is at a point.
pub fn place_live(code: &str, point: impl Borrow<PointId>) -> String {
    format!("/place/{code}/live?point={}", point.borrow())
}

/// Leaving the queue.
pub fn place_leave(code: &str) -> String {
    format!("/place/{code}/leave")
}
