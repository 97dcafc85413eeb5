use proptest::prelude::*;

use super::{CannotMove, LineState as S, Move as M};

/// Every move that rule L1 knows, in a list of its own: what is not in it must be refused.
const ALLOWED: [(S, M, S); 15] = [
    (S::Requested, M::Collect, S::Collected),
    (S::Requested, M::Cancel, S::Cancelled),
    (S::Collected, M::Receive, S::Received),
    (S::Collected, M::Reject, S::Rejected),
    (S::Received, M::Start, S::InProgress),
    (S::Received, M::Reject, S::Rejected),
    (S::InProgress, M::Enter, S::Entered),
    (S::InProgress, M::Reject, S::Rejected),
    (S::Entered, M::Verify, S::Verified),
    (S::Entered, M::SendBack, S::InProgress),
    (S::Entered, M::Reject, S::Rejected),
    (S::Verified, M::Release, S::Released),
    (S::Verified, M::Correct, S::Entered),
    (S::Released, M::Correct, S::Entered),
    (S::Rejected, M::Recollect, S::Collected),
];
const ALSO: (S, M, S) = (S::Rejected, M::Cancel, S::Cancelled);

#[test]
fn every_move_from_every_state_is_either_in_the_list_or_refused() {
    let mut tried = 0;
    for state in S::ALL {
        for made in M::ALL {
            let listed = ALLOWED.iter().chain([&ALSO]).find(|(from, by, _)| from == state && by == made);
            let wanted = listed.map(|(_, _, to)| *to).ok_or(CannotMove { state: *state, tried: *made });
            assert_eq!(state.after(*made), wanted, "{state:?} by {made:?}");
            tried += 1;
        }
    }
    assert_eq!(tried, 9 * 11);
}

#[test]
fn a_refusal_says_how_it_stands_and_what_cannot_be_done() {
    let refused = S::Released.after(M::Cancel).unwrap_err().to_string();
    assert_eq!(refused, "The result is released. It cannot be cancelled now.");
}

#[test]
fn what_is_released_or_cancelled_blocks_no_visit() {
    let closed: Vec<_> = S::ALL.iter().filter(|state| !state.is_open()).collect();
    assert_eq!(closed, [&S::Released, &S::Cancelled]);
}

proptest! {
    /// Whatever people try, a result is released only after it was collected, entered and verified in this order, and
    /// what was cancelled stays cancelled.
    #[test]
    fn nothing_is_released_that_was_not_collected_entered_and_verified(tries in prop::collection::vec(0..M::ALL.len(), 0..60)) {
        let (mut state, mut made) = (S::Requested, Vec::new());
        for at in tries {
            let next = M::ALL[at];
            if let Ok(to) = state.after(next) {
                prop_assert!(state != S::Cancelled, "left cancelled by {:?}", next);
                made.push(next);
                state = to;
            }
        }
        if state == S::Released {
            let last = |wanted: M| made.iter().rposition(|done| *done == wanted);
            let taken = last(M::Collect).max(last(M::Recollect)).unwrap();
            let entered = last(M::Enter).max(last(M::Correct)).unwrap();
            let (verified, released) = (last(M::Verify).unwrap(), last(M::Release).unwrap());
            prop_assert!(taken < entered && entered < verified && verified < released);
        }
    }
}
