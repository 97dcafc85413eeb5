//! Why someone stands where, in words for staff.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::clock::wall;

/// The reason for a place in the line. Staff see it; a public screen never does (rule Q6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Emergencies come first.
    Emergency,
    /// Booked, and the time has come.
    Booked(DateTime<Utc>),
    /// Raised priority, since this arrival.
    Raised(DateTime<Utc>),
    /// Walk-in, since this arrival.
    WalkIn(DateTime<Utc>),
    /// Walk-in whose turn comes between booked patients, after a long wait since this arrival.
    LongWait(DateTime<Utc>),
    /// Booked, but came after the tolerance: ranks by this arrival.
    Late(DateTime<Utc>),
    /// Booked for later: served before only if no one else waits.
    Early(DateTime<Utc>),
    /// Missed a call and came back at this time: behind the next two.
    CameBack(DateTime<Utc>),
    /// Did not answer a call; offered again from this time, or when no one else waits.
    NoAnswer(DateTime<Utc>),
}

impl Why {
    /// Whether the entry is offered only when no one else waits.
    pub fn is_held_back(self) -> bool {
        matches!(self, Why::Early(_) | Why::NoAnswer(_))
    }

    /// A few words with the time on the clinic's wall, like "Booked 10:30".
    pub fn in_words(&self, zone: Tz) -> String {
        let wall = |at: &DateTime<Utc>| wall(at.with_timezone(&zone).time());
        match self {
            Why::Emergency => "Emergency".to_owned(),
            Why::Booked(at) => format!("Booked {}", wall(at)),
            Why::Raised(at) => format!("Raised priority, here since {}", wall(at)),
            Why::WalkIn(at) => format!("Walk-in since {}", wall(at)),
            Why::LongWait(at) => format!("Long wait, walk-in since {}", wall(at)),
            Why::Late(at) => format!("Came late: by arrival {}", wall(at)),
            Why::Early(at) => format!("Early: booked {}", wall(at)),
            Why::CameBack(at) => format!("Came back {}: behind the next two", wall(at)),
            Why::NoAnswer(at) => format!("No answer: again from {}", wall(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_short_and_in_the_clinics_time() {
        let at: DateTime<Utc> = "2026-03-09T09:30:00Z".parse().expect("an instant");
        let lagos = chrono_tz::Africa::Lagos;
        assert_eq!(Why::Booked(at).in_words(lagos), "Booked 10:30");
        assert_eq!(Why::Booked(at).in_words(chrono_tz::Europe::London), "Booked 09:30");
        for why in [
            Why::Emergency,
            Why::Raised(at),
            Why::WalkIn(at),
            Why::LongWait(at),
            Why::Late(at),
            Why::Early(at),
            Why::CameBack(at),
            Why::NoAnswer(at),
        ] {
            let words = why.in_words(lagos);
            assert!(words.len() <= 40, "{words}");
            assert_eq!(words.contains("10:30"), why != Why::Emergency, "{words}");
        }
    }
}
