//! Where a line of a prescription stands (rule P4).

use crate::words;

words! {
    /// The states.
    pub enum LineState {
        Draft = "draft" => "Draft",
        Open = "open" => "Not given yet",
        Partly = "partly" => "Partly given",
        Complete = "complete" => "Given",
        Paused = "paused" => "Paused",
        Closed = "closed" => "Stopped",
        Cancelled = "cancelled" => "Cancelled",
    }
}

words! {
    /// What happens to a line.
    pub enum LineMove {
        Sign = "sign" => "Signed",
        Give = "give" => "Given in part",
        Complete = "complete" => "Given in full",
        Return = "return" => "Came back",
        Pause = "pause" => "Paused",
        Resume = "resume" => "Resumed",
        Stop = "stop" => "Stopped",
        Cancel = "cancel" => "Cancelled",
        Change = "change" => "Changed",
    }
}

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} is {} and cannot be {}", .name, .state.label().to_lowercase(), .tried.label().to_lowercase())]
pub struct CannotMove {
    /// What the sentence is about.
    pub name: &'static str,
    /// Where it stands.
    pub state: LineState,
    /// What was tried.
    pub tried: LineMove,
}

impl LineState {
    /// Where a move leads; `given` says whether anything was given of it.
    ///
    /// # Errors
    /// When rule P4 does not let it go there: a prescriber cancels and changes only while nothing was given (P5).
    pub fn after(self, tried: LineMove, given: bool) -> Result<LineState, CannotMove> {
        use LineState as S;
        let to = match (self, tried) {
            (S::Draft, LineMove::Sign) => Some(S::Open),
            (S::Open | S::Partly, LineMove::Give) => Some(S::Partly),
            (S::Open | S::Partly, LineMove::Complete) => Some(S::Complete),
            (S::Complete | S::Partly, LineMove::Return) => Some(S::Partly),
            (S::Open | S::Partly, LineMove::Pause) => Some(S::Paused),
            (S::Paused, LineMove::Resume) => Some(if given { S::Partly } else { S::Open }),
            (S::Open | S::Partly | S::Complete | S::Paused, LineMove::Stop) => Some(S::Closed),
            (S::Open | S::Paused, LineMove::Cancel | LineMove::Change) if !given => Some(S::Cancelled),
            (
                S::Draft | S::Open | S::Partly | S::Complete | S::Paused | S::Closed | S::Cancelled,
                LineMove::Sign
                | LineMove::Give
                | LineMove::Complete
                | LineMove::Return
                | LineMove::Pause
                | LineMove::Resume
                | LineMove::Stop
                | LineMove::Cancel
                | LineMove::Change,
            ) => None,
        };
        to.ok_or(CannotMove { name: "This line", state: self, tried })
    }

    /// Whether the patient is meant to take it, given or not.
    pub fn is_live(self) -> bool {
        matches!(self, LineState::Open | LineState::Partly | LineState::Complete | LineState::Paused)
    }

    /// Whether something of it is still to be given.
    pub fn waits(self) -> bool {
        matches!(self, LineState::Open | LineState::Partly | LineState::Paused)
    }

    /// The colour of its mark.
    pub fn kind(self) -> &'static str {
        match self {
            LineState::Draft | LineState::Open => "wait",
            LineState::Partly | LineState::Paused => "info",
            LineState::Complete => "ok",
            LineState::Closed => "danger",
            LineState::Cancelled => "plain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p4_only_the_moves_of_the_rule_are_made() {
        use LineState as S;
        let may = |from: S, made: LineMove, given: bool| from.after(made, given).ok();
        assert_eq!(may(S::Open, LineMove::Cancel, false), Some(S::Cancelled));
        assert_eq!(may(S::Open, LineMove::Cancel, true), None);
        assert_eq!(may(S::Partly, LineMove::Change, true), None);
        assert_eq!(may(S::Paused, LineMove::Resume, true), Some(S::Partly));
        for ended in [S::Closed, S::Cancelled] {
            for made in LineMove::ALL {
                assert_eq!(may(ended, *made, false), None, "{ended} {made}");
            }
        }
        for made in LineMove::ALL {
            assert_eq!(may(S::Draft, *made, false).is_some(), *made == LineMove::Sign);
        }
    }
}
