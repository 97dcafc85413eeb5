//! How long an entry took, from the rows of its changes (rule Q10).

use chrono::{DateTime, TimeDelta, Utc};

use super::{EntryState, Priority};

/// One row of an entry's history: from `at` on it was in `state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateChange {
    /// The new state.
    pub state: EntryState,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// What one entry took. A part is `None` until it is over, and when it never came to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// From the booked time or the arrival, whichever is later, to the first call; nought for who was called
    /// before the time.
    pub waiting: Option<TimeDelta>,
    /// From the call that was answered to the start of service.
    pub way: Option<TimeDelta>,
    /// In service, without the time that the entry was parked. Known once the entry is closed.
    pub service: Option<TimeDelta>,
    /// Whether the patient was booked; booked patients and walk-ins are reported apart.
    pub booked: bool,
}

/// Since when somebody waits: the booked time or the arrival, whichever is later (rule Q10). An emergency waits from the
/// moment of its arrival, whatever was booked.
pub fn waits_since(
    priority: Priority,
    booked_at: Option<DateTime<Utc>>,
    arrived_at: DateTime<Utc>,
) -> DateTime<Utc> {
    booked_at.filter(|_| priority != Priority::Emergency).map_or(arrived_at, |booked| booked.max(arrived_at))
}

/// The times of an entry. `changes` are its rows in the order of their making, the first one its arrival;
/// calls repeated by the same desk may be rows of their own.
pub fn times(booked_at: Option<DateTime<Utc>>, changes: &[StateChange]) -> Times {
    let mut found = Times { booked: booked_at.is_some(), ..Times::default() };
    let Some(arrival) = changes.first() else { return found };
    let since = booked_at.map_or(arrival.at, |booked| booked.max(arrival.at));
    let mut called_at = None;
    let mut service = TimeDelta::zero();
    for (index, change) in changes.iter().enumerate() {
        let until = changes.get(index + 1).map(|next| next.at);
        match change.state {
            EntryState::Called => {
                called_at = called_at.or(Some(change.at));
                found.waiting = found.waiting.or(Some((change.at - since).max(TimeDelta::zero())));
            }
            EntryState::InService => {
                found.way = found.way.or(called_at.map(|called| change.at - called));
                service += until.map_or(TimeDelta::zero(), |until| until - change.at);
            }
            // The call was not answered: the way begins with the next one.
            EntryState::Waiting | EntryState::Parked | EntryState::Missed => called_at = None,
            EntryState::Done | EntryState::Left | EntryState::Transferred => {
                found.service = found.way.map(|_| service);
            }
            // Opened in error, or undone: it took no time from anyone.
            EntryState::Void => return Times { booked: found.booked, ..Times::default() },
        }
    }
    if changes.last().is_some_and(|last| last.state.is_open()) {
        found.service = None;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::EntryState as S;
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn of(booked: Option<i64>, rows: &[(S, i64)]) -> [Option<i64>; 3] {
        let rows: Vec<StateChange> =
            rows.iter().map(|(state, minute)| StateChange { state: *state, at: at(*minute) }).collect();
        let found = times(booked.map(at), &rows);
        assert_eq!(found.booked, booked.is_some());
        [found.waiting, found.way, found.service].map(|part| part.map(|part| part.num_minutes()))
    }

    const SERVED: [(S, i64); 4] = [(S::Waiting, 0), (S::Called, 20), (S::InService, 22), (S::Done, 32)];

    #[test]
    fn waiting_counts_from_the_later_of_booked_time_and_arrival() {
        assert_eq!(of(None, &SERVED), [Some(20), Some(2), Some(10)]);
        assert_eq!(of(Some(15), &SERVED), [Some(5), Some(2), Some(10)]);
        assert_eq!(of(Some(-15), &SERVED), [Some(20), Some(2), Some(10)]);
        assert_eq!(of(Some(30), &SERVED), [Some(0), Some(2), Some(10)], "called before the time");
    }

    #[test]
    fn parked_time_is_no_service() {
        let rows = [
            (S::Waiting, 0),
            (S::Called, 5),
            (S::InService, 6),
            (S::Parked, 10),
            (S::Waiting, 40),
            (S::Called, 50),
            (S::InService, 53),
            (S::Transferred, 60),
        ];
        assert_eq!(of(None, &rows), [Some(5), Some(1), Some(11)]);
    }

    #[test]
    fn an_unanswered_call_is_not_part_of_the_way() {
        let rows = [
            (S::Waiting, 0),
            (S::Called, 5),
            (S::Called, 7),
            (S::Missed, 9),
            (S::Waiting, 30),
            (S::Called, 40),
            (S::Called, 41),
            (S::InService, 42),
            (S::Done, 50),
        ];
        assert_eq!(of(None, &rows), [Some(5), Some(2), Some(8)]);
    }

    #[test]
    fn what_is_not_over_is_not_told() {
        assert_eq!(of(None, &[]), [None, None, None]);
        assert_eq!(of(None, &SERVED[..1]), [None, None, None]);
        assert_eq!(of(None, &SERVED[..2]), [Some(20), None, None]);
        assert_eq!(of(None, &SERVED[..3]), [Some(20), Some(2), None]);
        assert_eq!(of(None, &[(S::Waiting, 0), (S::Left, 30)]), [None, None, None], "never served");
        assert_eq!(of(None, &[(S::Waiting, 0), (S::Void, 3)]), [None, None, None]);
    }

    #[test]
    fn a_finish_that_was_undone_goes_on() {
        let rows = [SERVED.to_vec(), vec![(S::InService, 34)]].concat();
        assert_eq!(of(None, &rows), [Some(20), Some(2), None]);
        let rows = [rows, vec![(S::Done, 40)]].concat();
        assert_eq!(of(None, &rows), [Some(20), Some(2), Some(16)]);
    }
}
