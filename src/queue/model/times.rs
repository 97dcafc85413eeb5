//! Since when somebody waits (rule Q10).

use chrono::{DateTime, Utc};

use super::Priority;

/// Since when somebody waits: the booked time or the arrival, whichever is later (rule Q10). An emergency waits from the
/// moment of its arrival, whatever was booked.
pub fn waits_since(
    priority: Priority,
    booked_at: Option<DateTime<Utc>>,
    arrived_at: DateTime<Utc>,
) -> DateTime<Utc> {
    booked_at.filter(|_| priority != Priority::Emergency).map_or(arrived_at, |booked| booked.max(arrived_at))
}
