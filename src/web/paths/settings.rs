//! The clinic's settings.

/// Name, zone, limits.
pub const SETTINGS: &str = "/settings";
/// Service points and rooms.
pub const POINTS: &str = "/points";
/// Why people come, and how long it takes.
pub const REASONS: &str = "/visit-reasons";
