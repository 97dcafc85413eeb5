//! What the day's rows say about the day (Q13).

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::queue::model::{EntryState, PointId};

/// A closed entry, as statistics need it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Closed {
    pub point_id: PointId,
    pub state: EntryState,
    pub booked_at: Option<DateTime<Utc>>,
    pub arrived_at: DateTime<Utc>,
    pub called_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub parked_seconds: i64,
    /// Since when it was parked and not served again, where it ended so.
    pub parked_at: Option<DateTime<Utc>>,
}

impl Closed {
    /// Seconds from the booked time or the arrival, whichever is later, to the call (Q10).
    pub fn waited(&self) -> Option<i64> {
        let since = self.booked_at.map_or(self.arrived_at, |booked| booked.max(self.arrived_at));
        self.called_at.map(|called| (called - since).num_seconds().max(0))
    }

    /// Seconds in service without parked time (Q10).
    pub fn served(&self) -> Option<i64> {
        let (from, until) = (self.started_at?, self.parked_at.or(self.ended_at)?);
        Some(((until - from).num_seconds() - self.parked_seconds).max(0))
    }
}

/// Everything that ended on a day.
pub async fn closed_on(store: impl Store, day: NaiveDate) -> Result<Vec<Closed>, DbError> {
    sql("select point_id, state, booked_at, arrived_at, called_at, started_at, ended_at, parked_seconds,
            parked_at
         from queue_entry where day = $1 and state in ('done', 'left', 'transferred', 'missed')
         order by id desc limit 3000")
    .bind(day)
    .all(store)
    .await
}
