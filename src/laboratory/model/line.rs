//! The steps of one order line and who goes where (rule L1).

use std::fmt;

crate::words! {
    /// Where one test of an order stands.
    pub enum LineState {
        Requested = "requested" => "Requested",
        Collected = "collected" => "Sample taken",
        Received = "received" => "In the laboratory",
        InProgress = "in_progress" => "Being worked on",
        Entered = "entered" => "Waits for verification",
        Verified = "verified" => "Waits for the call-back",
        Released = "released" => "Released",
        Cancelled = "cancelled" => "Cancelled",
        Rejected = "rejected" => "New sample needed",
    }
}

crate::words! {
    /// What people do with an order line.
    pub enum Move {
        Collect = "collect" => "Sample taken",
        Receive = "receive" => "Received",
        Start = "start" => "Started",
        Enter = "enter" => "Result entered",
        SendBack = "send_back" => "Sent back to the bench",
        Verify = "verify" => "Verified",
        Release = "release" => "Released",
        Correct = "correct" => "Correction entered",
        Reject = "reject" => "Sample rejected",
        Recollect = "recollect" => "New sample taken",
        Cancel = "cancel" => "Cancelled",
    }
}

/// A move that the state does not allow. `Display` tells staff how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotMove {
    /// How the line stands.
    pub state: LineState,
    /// What was tried.
    pub tried: Move,
}

impl Move {
    const fn participle(self) -> &'static str {
        match self {
            Move::Collect => "collected",
            Move::Receive => "received",
            Move::Start => "started",
            Move::Enter => "given a result",
            Move::SendBack => "sent back to the bench",
            Move::Verify => "verified",
            Move::Release => "released",
            Move::Correct => "corrected",
            Move::Reject => "rejected",
            Move::Recollect => "collected again",
            Move::Cancel => "cancelled",
        }
    }
}

impl fmt::Display for CannotMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stands = match self.state {
            LineState::Requested => "No sample has been taken for this test yet.",
            LineState::Collected => "The sample has been taken and is on its way to the laboratory.",
            LineState::Received => "The sample is in the laboratory.",
            LineState::InProgress => "This test is being worked on.",
            LineState::Entered => "The result is entered and waits for verification.",
            LineState::Verified => "The result is verified; its critical value waits for the call-back.",
            LineState::Released => "The result is released.",
            LineState::Cancelled => "This test was cancelled.",
            LineState::Rejected => "The sample was rejected; a new one is needed.",
        };
        write!(f, "{stands} It cannot be {} now.", self.tried.participle())
    }
}

impl LineState {
    /// Whether somebody still has to do something: an open line blocks the closing of a visit (rule V2).
    pub const fn is_open(self) -> bool {
        match self {
            LineState::Requested
            | LineState::Collected
            | LineState::Received
            | LineState::InProgress
            | LineState::Entered
            | LineState::Verified
            | LineState::Rejected => true,
            LineState::Released | LineState::Cancelled => false,
        }
    }

    /// The state after `next` (rule L1). A corrected result waits for verification like a first one, while the old
    /// version stays the current one; what is entered and not verified goes with a rejected sample; a rejected test can be
    /// cancelled, because its next sample is not taken yet.
    pub const fn after(self, next: Move) -> Result<LineState, CannotMove> {
        use LineState as S;
        let to = match (next, self) {
            (Move::Collect, S::Requested) | (Move::Recollect, S::Rejected) => S::Collected,
            (Move::Receive, S::Collected) => S::Received,
            (Move::Start, S::Received) | (Move::SendBack, S::Entered) => S::InProgress,
            (Move::Enter, S::InProgress) | (Move::Correct, S::Verified | S::Released) => S::Entered,
            (Move::Verify, S::Entered) => S::Verified,
            (Move::Release, S::Verified) => S::Released,
            (Move::Reject, S::Collected | S::Received | S::InProgress | S::Entered) => S::Rejected,
            (Move::Cancel, S::Requested | S::Rejected) => S::Cancelled,
            (
                Move::Collect
                | Move::Receive
                | Move::Start
                | Move::Enter
                | Move::SendBack
                | Move::Verify
                | Move::Release
                | Move::Correct
                | Move::Reject
                | Move::Recollect
                | Move::Cancel,
                state,
            ) => return Err(CannotMove { state, tried: next }),
        };
        Ok(to)
    }

    /// Whether any move leads from here to `to`; what the tables' trigger lets through.
    pub fn leads_to(self, to: LineState) -> bool {
        Move::ALL.iter().any(|made| self.after(*made) == Ok(to))
    }

    /// The colour of its tag.
    pub const fn kind(self) -> &'static str {
        match self {
            LineState::Requested => "wait",
            LineState::Collected | LineState::Received | LineState::InProgress | LineState::Entered => "info",
            LineState::Verified | LineState::Rejected => "danger",
            LineState::Released => "ok",
            LineState::Cancelled => "plain",
        }
    }
}
