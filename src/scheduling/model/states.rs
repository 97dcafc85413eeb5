//! The closed lists of scheduling and the steps between them.

crate::words! {
    /// Where a slot stands. Fullness is derived from its places, never a state (rule B1).
    pub enum SlotState {
        Open = "open" => "Open",
        Blocked = "blocked" => "Blocked",
        Closed = "closed" => "Closed",
    }
}

crate::words! {
    /// Where an appointment stands (rule B5).
    pub enum AppointmentState {
        Hold = "hold" => "Being booked",
        Booked = "booked" => "Booked",
        Arrived = "arrived" => "Arrived",
        InService = "in_service" => "With doctor",
        Fulfilled = "fulfilled" => "Completed",
        Cancelled = "cancelled" => "Cancelled",
        NoShow = "no_show" => "Did not come",
        Rescheduled = "rescheduled" => "Moved",
        EnteredInError = "entered_in_error" => "Entered in error",
    }
}

crate::words! {
    /// Whose places are counted: those that the public books online, or those kept for the desk (rule B10).
    pub enum Place {
        Public = "public" => "Online",
        Desk = "desk" => "At the desk",
    }
}

crate::words! {
    /// Who cancelled. The clinic's own cancelling never counts against the patient (rule N2).
    pub enum CancelledBy {
        Patient = "patient" => "Cancelled by the patient",
        Staff = "staff" => "Cancelled at the desk",
        Clinic = "clinic" => "Cancelled by the clinic",
    }
}

impl SlotState {
    /// Whether a slot may go from this state to `next`. A closed slot lies in the past and stays as it is.
    pub const fn allows(self, next: SlotState) -> bool {
        match self {
            SlotState::Open => matches!(next, SlotState::Blocked | SlotState::Closed),
            SlotState::Blocked => matches!(next, SlotState::Open | SlotState::Closed),
            SlotState::Closed => false,
        }
    }
}

impl AppointmentState {
    /// Whether an appointment may go from this state to `next`: forward only (rule B5). Going back is
    /// [`AppointmentState::undone`], within the minutes that [`super::may_undo`] allows.
    ///
    /// A hold that runs out is cancelled by the clinic (rule B7). Someone who has arrived and leaves cancels.
    pub const fn allows(self, next: AppointmentState) -> bool {
        use AppointmentState as S;
        match self {
            S::Hold => matches!(next, S::Booked | S::Cancelled),
            S::Booked => {
                matches!(next, S::Arrived | S::Cancelled | S::NoShow | S::Rescheduled | S::EnteredInError)
            }
            S::Arrived => matches!(next, S::InService | S::Cancelled | S::EnteredInError),
            S::InService => matches!(next, S::Fulfilled | S::EnteredInError),
            S::Fulfilled | S::NoShow => matches!(next, S::EnteredInError),
            S::Cancelled | S::Rescheduled | S::EnteredInError => false,
        }
    }

    /// The state that one step back leads to, for the steps that can be undone. A cancelled or moved appointment has
    /// to find its place free once more (rule B6).
    pub const fn undone(self) -> Option<AppointmentState> {
        match self {
            AppointmentState::Arrived
            | AppointmentState::NoShow
            | AppointmentState::Cancelled
            | AppointmentState::Rescheduled => Some(AppointmentState::Booked),
            AppointmentState::InService => Some(AppointmentState::Arrived),
            AppointmentState::Fulfilled => Some(AppointmentState::InService),
            AppointmentState::Hold | AppointmentState::Booked | AppointmentState::EnteredInError => None,
        }
    }

    /// Whether an appointment in this state uses up a place of its slot (rule B1).
    pub const fn takes_a_place(self) -> bool {
        match self {
            AppointmentState::Hold
            | AppointmentState::Booked
            | AppointmentState::Arrived
            | AppointmentState::InService
            | AppointmentState::Fulfilled
            | AppointmentState::NoShow => true,
            AppointmentState::Cancelled
            | AppointmentState::Rescheduled
            | AppointmentState::EnteredInError => false,
        }
    }

    /// Whether it counts towards a person's limit of open bookings (rule B4).
    pub const fn is_open(self) -> bool {
        match self {
            AppointmentState::Hold
            | AppointmentState::Booked
            | AppointmentState::Arrived
            | AppointmentState::InService => true,
            AppointmentState::Fulfilled
            | AppointmentState::Cancelled
            | AppointmentState::NoShow
            | AppointmentState::Rescheduled
            | AppointmentState::EnteredInError => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AppointmentState as S;
    use super::*;

    #[test]
    fn every_pair_of_slot_states_is_decided() {
        let allowed = [("open", "blocked"), ("open", "closed"), ("blocked", "open"), ("blocked", "closed")];
        for &from in SlotState::ALL {
            for &to in SlotState::ALL {
                let expected = allowed.contains(&(from.as_str(), to.as_str()));
                assert_eq!(from.allows(to), expected, "{from} to {to}");
            }
        }
    }

    #[test]
    fn every_pair_of_appointment_states_is_decided() {
        let allowed = [
            (S::Hold, S::Booked),
            (S::Hold, S::Cancelled),
            (S::Booked, S::Arrived),
            (S::Booked, S::Cancelled),
            (S::Booked, S::NoShow),
            (S::Booked, S::Rescheduled),
            (S::Booked, S::EnteredInError),
            (S::Arrived, S::InService),
            (S::Arrived, S::Cancelled),
            (S::Arrived, S::EnteredInError),
            (S::InService, S::Fulfilled),
            (S::InService, S::EnteredInError),
            (S::Fulfilled, S::EnteredInError),
            (S::NoShow, S::EnteredInError),
        ];
        for &from in S::ALL {
            for &to in S::ALL {
                assert_eq!(from.allows(to), allowed.contains(&(from, to)), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_step_back_reverses_a_step_that_was_allowed() {
        for &state in S::ALL {
            if let Some(before) = state.undone() {
                assert!(before.allows(state), "{state} back to {before}");
                let finds_a_place = before.takes_a_place() && !state.takes_a_place();
                assert_eq!(finds_a_place, matches!(state, S::Cancelled | S::Rescheduled), "{state}");
            }
        }
    }

    #[test]
    fn only_what_gave_its_place_away_takes_none() {
        let free: Vec<S> = S::ALL.iter().copied().filter(|state| !state.takes_a_place()).collect();
        assert_eq!(free, [S::Cancelled, S::Rescheduled, S::EnteredInError]);
    }

    #[test]
    fn every_open_appointment_takes_a_place() {
        for &state in S::ALL {
            assert!(!state.is_open() || state.takes_a_place(), "{state}");
        }
    }
}

crate::words! {
    /// What becomes of somebody whose slot goes.
    pub enum Decision {
        Keep = "keep" => "Keep this time",
        Move = "move" => "Find another time",
        Cancel = "cancel" => "Cancel and tell",
    }
}
