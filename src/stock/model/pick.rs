//! Which batches leave: first expired, first out (rules P7, P8).

use chrono::{DateTime, NaiveDate, Utc};

use super::{BatchId, ItemId, NEVER, StoreId};

/// What is wanted out of one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The item.
    pub item: ItemId,
    /// The store.
    pub store: StoreId,
    /// Smallest units.
    pub quantity: i64,
    /// The least that leaves: every batch gives a multiple of it.
    pub step: i64,
    /// The clinic's day.
    pub today: NaiveDate,
    /// The last day of the course: batches that hold beyond it are preferred.
    pub until: Option<NaiveDate>,
    /// Chosen by hand: these come first, in this order.
    pub first: Vec<BatchId>,
}

/// Units of an item that lie in one store for patients (rule K7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Reserved {
    /// For whom it leaves.
    pub own: i64,
    /// For others.
    pub others: i64,
}

impl Reserved {
    /// How much of so many usable units may leave: what is reserved for others stays, but not what is reserved for whom it
    /// leaves. Where units were lost since, whoever comes first has theirs.
    pub fn leaves(self, usable: i64) -> i64 {
        (usable - self.others).max(self.own.min(usable)).max(0)
    }
}

/// Which batches may leave at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// To patients and other stores: neither expired nor held nor recalled.
    Usable,
    /// As a loss: what was named, in whatever state it is.
    Named,
    /// As expired: what was named and is expired.
    Expired,
}

/// A batch that lies in the store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Candidate {
    /// The batch.
    pub batch: BatchId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// When it first came.
    pub received_at: DateTime<Utc>,
    /// Kobo of one unit.
    pub unit_cost: i64,
    /// What lies there.
    pub on_hand: i64,
    /// Empty unless it is held.
    pub held_reason: String,
    /// Empty unless it is recalled.
    pub recall_reason: String,
}

/// What leaves of one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The batch.
    pub batch: BatchId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// Smallest units.
    pub quantity: i64,
    /// What lay there before.
    pub on_hand: i64,
    /// Kobo of one unit.
    pub unit_cost: i64,
    /// It expires before the course ends.
    pub ends_early: bool,
}

/// Why a batch stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is recalled.
    Recalled,
    /// It is on hold.
    Held,
    /// It is expired.
    Expired,
    /// Less than the least that leaves is there.
    TooLittle,
    /// It expires before the course ends, and others do not.
    EndsEarly,
    /// What expires earlier is enough.
    ExpiresLater,
    /// Somebody chose another one.
    ChosenByHand,
    /// Nobody named it.
    NotNamed,
    /// Only what is expired is written off as expired.
    NotExpired,
    /// What it would add is reserved for other patients.
    Reserved,
}

impl Why {
    /// The words a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Why::Recalled => "recalled",
            Why::Held => "on hold",
            Why::Expired => "expired",
            Why::TooLittle => "less is there than the smallest amount that leaves",
            Why::EndsEarly => "expires before the course ends",
            Why::ExpiresLater => "expires later than what was chosen",
            Why::ChosenByHand => "another batch was chosen by hand",
            Why::NotNamed => "was not named",
            Why::NotExpired => "has not expired yet",
            Why::Reserved => "reserved for other patients",
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label())
    }
}

/// A batch that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The batch.
    pub batch: BatchId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// What lies there.
    pub on_hand: i64,
    /// Why it stays.
    pub why: Why,
    /// Somebody's words, where it is held or recalled.
    pub words: String,
}

/// What leaves and what stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What leaves, in the order of leaving.
    pub taken: Vec<Taken>,
    /// What stays, and why.
    pub passed: Vec<Passed>,
    /// Units that are not there, or are reserved for others.
    pub short: i64,
    /// Those of them that are there, and reserved for others.
    pub reserved: i64,
}

impl Choice {
    /// Units that leave.
    pub fn total(&self) -> i64 {
        self.taken.iter().map(|one| one.quantity).sum()
    }
}

/// Why a batch cannot leave, whatever else is there.
fn barred(one: &Candidate, rule: Rule, want: &Wanted) -> Option<Why> {
    let expired = one.expiry <= want.today;
    match rule {
        Rule::Usable if !one.recall_reason.is_empty() => Some(Why::Recalled),
        Rule::Usable if expired => Some(Why::Expired),
        Rule::Usable if !one.held_reason.is_empty() => Some(Why::Held),
        Rule::Usable if one.on_hand < want.step => Some(Why::TooLittle),
        Rule::Usable => None,
        Rule::Named | Rule::Expired if !want.first.contains(&one.batch) => Some(Why::NotNamed),
        Rule::Expired if !expired => Some(Why::NotExpired),
        Rule::Named | Rule::Expired => None,
    }
}

fn ends_early(one: &Candidate, want: &Wanted) -> bool {
    one.expiry != NEVER && want.until.is_some_and(|until| one.expiry <= until)
}

/// Chooses: what was named first, then what covers the course, the earliest expiry first, then what came first. What is
/// reserved for others stays, whichever batches it lies in.
pub fn pick(candidates: &[Candidate], want: &Wanted, rule: Rule, reserved: Reserved) -> Choice {
    let step = if rule == Rule::Usable { want.step.max(1) } else { 1 };
    let mut open: Vec<&Candidate> = Vec::new();
    let mut choice = Choice::default();
    let pass = |choice: &mut Choice, one: &Candidate, why: Why| {
        let words = match why {
            Why::Recalled => one.recall_reason.clone(),
            Why::Held => one.held_reason.clone(),
            Why::Expired
            | Why::TooLittle
            | Why::EndsEarly
            | Why::ExpiresLater
            | Why::ChosenByHand
            | Why::NotNamed
            | Why::NotExpired
            | Why::Reserved => String::new(),
        };
        choice.passed.push(Passed {
            batch: one.batch,
            number: one.number.clone(),
            expiry: one.expiry,
            on_hand: one.on_hand,
            why,
            words,
        });
    };
    for one in candidates.iter().filter(|one| one.on_hand > 0) {
        match barred(one, rule, want) {
            Some(why) => pass(&mut choice, one, why),
            None => open.push(one),
        }
    }
    let named = |one: &Candidate| want.first.iter().position(|batch| *batch == one.batch);
    open.sort_by_key(|one| {
        let place = named(one).unwrap_or(usize::MAX);
        (place, ends_early(one, want), one.expiry, one.received_at, one.batch)
    });
    let wanted = want.quantity.max(0);
    let usable: i64 = open.iter().map(|one| one.on_hand / step * step).sum();
    let most = if rule == Rule::Usable { reserved.leaves(usable) / step * step } else { i64::MAX };
    let mut left = wanted.min(most);
    for one in open {
        let quantity = left.min(one.on_hand) / step * step;
        if quantity > 0 {
            left -= quantity;
            choice.taken.push(Taken {
                batch: one.batch,
                number: one.number.clone(),
                expiry: one.expiry,
                quantity,
                on_hand: one.on_hand,
                unit_cost: one.unit_cost,
                ends_early: ends_early(one, want),
            });
            continue;
        }
        let by_hand = choice.taken.iter().any(|taken| want.first.contains(&taken.batch));
        let why = if most < wanted {
            Why::Reserved
        } else if by_hand && named(one).is_none() {
            Why::ChosenByHand
        } else if ends_early(one, want) && choice.taken.iter().any(|taken| !taken.ends_early) {
            Why::EndsEarly
        } else {
            Why::ExpiresLater
        };
        pass(&mut choice, one, why);
    }
    choice.short = wanted - choice.total();
    choice.reserved = (wanted.min(usable) - most).max(0);
    choice.passed.sort_by_key(|one| (one.expiry, one.batch));
    choice
}
