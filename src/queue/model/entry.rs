//! The states of a queue entry and the moves between them (rule Q3).

use std::fmt;

use super::Priority;

crate::words! {
    /// Where a queue entry stands.
    pub enum EntryState {
        Waiting = "waiting" => "Waiting",
        Called = "called" => "Called",
        InService = "in_service" => "Being served",
        Parked = "parked" => "Parked",
        Missed = "missed" => "Missed",
        Done = "done" => "Done",
        Left = "left" => "Left",
        Transferred = "transferred" => "Passed on",
        Void = "void" => "Taken back",
    }
}

crate::words! {
    /// What staff do with a queue entry.
    pub enum Move {
        Call = "call" => "Call",
        Recall = "recall" => "Call again",
        Start = "start" => "Start",
        Finish = "finish" => "Finish",
        Miss = "miss" => "Mark as missed",
        Park = "park" => "Park",
        Unpark = "unpark" => "Take up again",
        BringBack = "bring_back" => "Bring back",
        ReturnToWaiting = "return_to_waiting" => "Return to waiting",
        Leave = "leave" => "Left the clinic",
        Transfer = "transfer" => "Pass on",
        Undo = "undo" => "Undo",
    }
}

crate::words! {
    /// What else a history tells of an entry.
    pub enum Happened {
        CheckIn = "check_in" => "Checked in",
        PassedIn = "passed_in" => "Came from another point",
        Priority = "priority" => "Priority changed",
        DayClose = "day_close" => "Ended with the day",
        TakenOver = "taken_over" => "Taken over",
        DoctorLeft = "doctor_left" => "Waits for any doctor now",
    }
}

/// What the history says of who left by the own phone.
pub const LEFT_BY_PHONE: &str = "Left by the own phone";

/// A stored word of the history as people read it.
pub fn history_words(stored: &str) -> String {
    let made = stored.parse::<Move>().map(|made| match made {
        Move::Call => "Called",
        Move::Recall => "Called again",
        Move::Start => "Started",
        Move::Finish => "Finished",
        Move::Miss => "Missed",
        Move::Park => "Parked",
        Move::Unpark => "Taken up again",
        Move::BringBack => "Brought back",
        Move::ReturnToWaiting => "Returned to waiting",
        Move::Leave => "Left",
        Move::Transfer => "Passed on",
        Move::Undo => "Last step undone",
    });
    let happened = || stored.parse::<Happened>().map(Happened::label);
    made.or_else(|_| happened()).unwrap_or_default().to_owned()
}

impl Move {
    /// "cannot be …"
    const fn participle(self) -> &'static str {
        match self {
            Move::Call => "called",
            Move::Recall => "called again",
            Move::Start => "started",
            Move::Finish => "finished",
            Move::Miss => "marked as missed",
            Move::Park => "parked",
            Move::Unpark => "taken up again",
            Move::BringBack => "brought back",
            Move::ReturnToWaiting => "returned to waiting",
            Move::Leave => "marked as left",
            Move::Transfer => "passed on",
            Move::Undo => "undone",
        }
    }
}

/// Whether it takes a reason to mark somebody as left: whoever goes before others, and whoever is with colleagues. `own` is
/// whether who does it works at the point, serves the patient, or receives at the door.
pub fn leaving_needs_reason(priority: Priority, own: bool) -> bool {
    priority > Priority::Normal || !own
}

/// A move that the state of the entry does not allow. `Display` tells staff how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotMove {
    /// How the entry stands.
    pub state: EntryState,
    /// What was tried.
    pub tried: Move,
}

impl fmt::Display for CannotMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stands = match self.state {
            EntryState::Waiting => "This token is waiting and has not been called.",
            EntryState::Called => "This token has been called.",
            EntryState::InService => "This token is being served.",
            EntryState::Parked => "This token is parked.",
            EntryState::Missed => "This token did not answer its calls.",
            EntryState::Done => "This token is done here.",
            EntryState::Left => "This patient has left.",
            EntryState::Transferred => "This token has been passed on.",
            EntryState::Void => "This token was taken back.",
        };
        write!(f, "{stands} It cannot be {} now.", self.tried.participle())
    }
}

impl EntryState {
    /// Whether the entry still takes part in the queue. A patient has at most one open entry per queue (rule
    /// Q2).
    pub const fn is_open(self) -> bool {
        match self {
            EntryState::Waiting
            | EntryState::Called
            | EntryState::InService
            | EntryState::Parked
            | EntryState::Missed => true,
            EntryState::Done | EntryState::Left | EntryState::Transferred | EntryState::Void => false,
        }
    }

    /// The state after `next` (rule Q3).
    ///
    /// A missed token stays recallable (rule Q7): the desk calls it again, or brings it back into the line.
    /// `Undo` here takes back an entry that was only just opened; an entry with a history goes back by
    /// [`EntryState::undone`].
    pub const fn after(self, next: Move) -> Result<EntryState, CannotMove> {
        use EntryState as S;
        let to = match (next, self) {
            (Move::Call, S::Waiting) | (Move::Recall, S::Called | S::Missed) => S::Called,
            (Move::Start, S::Called) => S::InService,
            (Move::Finish, S::InService) => S::Done,
            (Move::Miss, S::Called) => S::Missed,
            (Move::Park, S::Waiting | S::Called | S::InService) => S::Parked,
            (Move::Unpark, S::Parked) | (Move::BringBack, S::Missed) | (Move::ReturnToWaiting, S::Called) => {
                S::Waiting
            }
            (Move::Leave, S::Waiting | S::Called | S::InService | S::Parked | S::Missed) => S::Left,
            (Move::Transfer, S::Waiting | S::Called | S::InService | S::Parked | S::Missed) => S::Transferred,
            (Move::Undo, S::Waiting) => S::Void,
            (
                Move::Call
                | Move::Recall
                | Move::Start
                | Move::Finish
                | Move::Miss
                | Move::Park
                | Move::Unpark
                | Move::BringBack
                | Move::ReturnToWaiting
                | Move::Leave
                | Move::Transfer
                | Move::Undo,
                state,
            ) => return Err(CannotMove { state, tried: next }),
        };
        Ok(to)
    }

    /// The state after undoing the last move, which led here from `before`; `None` when the entry was just
    /// opened. Whether it may be undone at all is [`super::may_undo`] (rule Q11).
    pub fn undone(self, before: Option<EntryState>) -> Result<EntryState, CannotMove> {
        let Some(before) = before else { return self.after(Move::Undo) };
        let led_here = |made: &&Move| **made != Move::Undo && before.after(**made) == Ok(self);
        // Whoever waits is missed when the calls are used up (rule Q7), which nobody chooses as a move.
        let used_up = before == EntryState::Waiting && self == EntryState::Missed;
        match Move::ALL.iter().find(led_here) {
            Some(_) => Ok(before),
            None if used_up => Ok(before),
            None => Err(CannotMove { state: self, tried: Move::Undo }),
        }
    }
}
