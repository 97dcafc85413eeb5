//! Where somebody with a booking is, told alike wherever bookings stand.

use super::{EntryState, PointKind};
use crate::scheduling::model::AppointmentState;

/// In a few words: where the token stands now counts, then what the booking last heard. `at` is the token's point.
pub fn whereabouts(
    booking: AppointmentState,
    entry: Option<EntryState>,
    at: Option<(PointKind, &str)>,
) -> String {
    match (entry, at) {
        (Some(EntryState::InService), Some((PointKind::Consulting, _))) => {
            AppointmentState::InService.label().to_owned()
        }
        (Some(state), Some((PointKind::Consulting, _)) | None) => state.label().to_owned(),
        (Some(state), Some((_, point))) => format!("{}, {point}", state.label()),
        (None, _) => booking.label().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_passed_on_is_not_with_the_doctor() {
        let lab = Some((PointKind::Laboratory, "Laboratory"));
        let room = Some((PointKind::Consulting, "Consulting"));
        let booking = AppointmentState::InService;
        assert_eq!(whereabouts(booking, Some(EntryState::Waiting), lab), "Waiting, Laboratory");
        assert_eq!(whereabouts(booking, Some(EntryState::InService), lab), "Being served, Laboratory");
        assert_eq!(whereabouts(booking, Some(EntryState::InService), room), "With doctor");
        assert_eq!(whereabouts(booking, Some(EntryState::Waiting), room), "Waiting");
        assert_eq!(whereabouts(AppointmentState::Fulfilled, None, None), "Completed");
    }
}
