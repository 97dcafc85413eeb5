use super::EntryState as S;
use super::*;
use crate::scheduling::model::wording::assert_clear;

/// Rule Q3 as a table: everything that is not in it is refused.
const ALLOWED: &[(S, Move, S)] = &[
    (S::Waiting, Move::Call, S::Called),
    (S::Waiting, Move::Park, S::Parked),
    (S::Waiting, Move::Leave, S::Left),
    (S::Waiting, Move::Transfer, S::Transferred),
    (S::Waiting, Move::Undo, S::Void),
    (S::Called, Move::Recall, S::Called),
    (S::Called, Move::Start, S::InService),
    (S::Called, Move::Miss, S::Missed),
    (S::Called, Move::Park, S::Parked),
    (S::Called, Move::ReturnToWaiting, S::Waiting),
    (S::Called, Move::Leave, S::Left),
    (S::Called, Move::Transfer, S::Transferred),
    (S::InService, Move::Finish, S::Done),
    (S::InService, Move::Park, S::Parked),
    (S::InService, Move::Leave, S::Left),
    (S::InService, Move::Transfer, S::Transferred),
    (S::Parked, Move::Unpark, S::Waiting),
    (S::Parked, Move::Leave, S::Left),
    (S::Parked, Move::Transfer, S::Transferred),
    (S::Missed, Move::Recall, S::Called),
    (S::Missed, Move::BringBack, S::Waiting),
    (S::Missed, Move::Leave, S::Left),
    (S::Missed, Move::Transfer, S::Transferred),
];

#[test]
fn every_pair_of_state_and_move_is_decided() {
    for &state in S::ALL {
        for &tried in Move::ALL {
            let allowed = ALLOWED.iter().find(|(from, made, _)| (*from, *made) == (state, tried));
            let expected = allowed.map(|(_, _, to)| *to).ok_or(CannotMove { state, tried });
            assert_eq!(state.after(tried), expected, "{state}, {tried}");
        }
    }
}

#[test]
fn nothing_leads_out_of_a_closed_entry_and_every_open_one_can_be_closed() {
    for &state in S::ALL {
        let ways = Move::ALL.iter().filter(|tried| state.after(**tried).is_ok()).count();
        assert_eq!(ways == 0, !state.is_open(), "{state}");
        assert_eq!(state.after(Move::Leave).is_ok(), state.is_open(), "{state}");
        assert_eq!(state.after(Move::Transfer).is_ok(), state.is_open(), "{state}");
    }
}

#[test]
fn undo_leads_back_to_where_a_move_came_from() {
    for &state in S::ALL {
        for &before in S::ALL {
            let led_here =
                ALLOWED.iter().any(|(from, made, to)| (*from, *to) == (before, state) && *made != Move::Undo);
            let used_up = (before, state) == (S::Waiting, S::Missed);
            assert_eq!(state.undone(Some(before)).is_ok(), led_here || used_up, "{before} to {state}");
        }
    }
    assert_eq!(S::Waiting.undone(None), Ok(S::Void));
    assert_eq!(S::Transferred.undone(Some(S::InService)), Ok(S::InService));
    assert_eq!(S::Void.undone(None), Err(CannotMove { state: S::Void, tried: Move::Undo }));
}

#[test]
fn every_refusal_tells_clearly_how_the_entry_stands() {
    for &state in S::ALL {
        for &tried in Move::ALL {
            assert_clear(&CannotMove { state, tried }.to_string());
        }
    }
}
