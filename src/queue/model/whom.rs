//! Where a token is passed on to, and for whom (QU4).

use super::PointId;
use crate::access::model::AccountId;

/// For whom a token is passed on to a consulting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The booked doctor, or anyone without a booking.
    Usual,
    /// Whoever calls first.
    Anyone,
    /// Only this doctor, who works there today.
    Doctor(AccountId),
}

impl Whom {
    /// A place to pass on to as forms name it: `7`, `7-any`, `7-12`.
    pub fn at(self, point: PointId) -> String {
        match self {
            Whom::Usual => point.to_string(),
            Whom::Anyone => format!("{point}-any"),
            Whom::Doctor(doctor) => format!("{point}-{doctor}"),
        }
    }

    /// The reverse of [`Whom::at`].
    pub fn read(value: &str) -> Option<(PointId, Whom)> {
        let (point, whom) = match value.split_once('-') {
            None => (value, Whom::Usual),
            Some((point, "any")) => (point, Whom::Anyone),
            Some((point, doctor)) => (point, Whom::Doctor(doctor.parse().ok()?)),
        };
        Some((point.parse().ok()?, whom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_pass_on_to_is_read_as_it_is_written() {
        for whom in [Whom::Usual, Whom::Anyone, Whom::Doctor(AccountId(12))] {
            assert_eq!(Whom::read(&whom.at(PointId(7))), Some((PointId(7), whom)));
        }
        for nonsense in ["", "-", "x", "7-", "7-x", "-12", "7-12-1", "back"] {
            assert_eq!(Whom::read(nonsense), None, "{nonsense}");
        }
    }
}
