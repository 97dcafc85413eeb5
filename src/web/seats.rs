//! How many event streams a node carries. Each holds a connection for as long as somebody watches, and pages need
//! connections as well: streams never take more than three quarters of them, and one slip never more than a few.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::live::Watcher;

/// Streams of one slip: the phone, its other tabs, somebody who came along. Who holds a slip is not known, so that no one
/// slip may take what others need.
const OF_A_SLIP: usize = 8;

/// The seats of one node.
#[derive(Debug)]
pub struct Seats {
    free: Arc<Semaphore>,
    of_slips: Mutex<HashMap<i64, VecDeque<(u64, CancellationToken)>>>,
}

/// One stream's seat, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    /// Cancelled when a newer stream of the same slip needs the seat.
    pub given_up: CancellationToken,
    of_slip: Option<(i64, u64)>,
    seats: Arc<Seats>,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    /// The seats of a node that takes so many connections.
    pub fn of(connections: usize) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(connections.saturating_mul(3) / 4));
        Arc::new(Seats { free, of_slips: Mutex::default() })
    }

    /// A seat; none when all are taken. Of too many streams of one slip the oldest ends: the newest is the one that
    /// somebody looks at, as when a phone has lost its network and come back.
    pub fn take(self: &Arc<Self>, watcher: Watcher) -> Option<Seat> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let given_up = CancellationToken::new();
        let of_slip = match watcher {
            Watcher::Slip(visit) => Some((visit, rand::random())),
            Watcher::SignIn(..) | Watcher::Display(_) => None,
        };
        if let Some((visit, number)) = of_slip {
            let mut slips = self.slips();
            let open = slips.entry(visit).or_default();
            open.push_back((number, given_up.clone()));
            if open.len() > OF_A_SLIP
                && let Some((_, oldest)) = open.pop_front()
            {
                oldest.cancel();
            }
        }
        Some(Seat { given_up, of_slip, seats: Arc::clone(self), _permit: permit })
    }

    fn slips(&self) -> MutexGuard<'_, HashMap<i64, VecDeque<(u64, CancellationToken)>>> {
        self.of_slips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((visit, number)) = self.of_slip else { return };
        let mut slips = self.seats.slips();
        if let Some(open) = slips.get_mut(&visit) {
            open.retain(|(other, _)| *other != number);
            if open.is_empty() {
                slips.remove(&visit);
            }
        }
    }
}
