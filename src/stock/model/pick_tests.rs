use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::{BatchId, Candidate, ItemId, Reserved, Rule, StoreId, Wanted, Why, pick};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 20).unwrap()
}

fn batch(id: i64, days: i64, on_hand: i64) -> Candidate {
    let expiry = if days < 0 {
        today() - Days::new(days.unsigned_abs())
    } else {
        today() + Days::new(days.unsigned_abs())
    };
    Candidate {
        batch: BatchId(id),
        number: format!("B{id}"),
        expiry,
        received_at: DateTime::UNIX_EPOCH + TimeDelta::days(id),
        unit_cost: 10,
        on_hand,
        held_reason: String::new(),
        recall_reason: String::new(),
    }
}

fn want(quantity: i64) -> Wanted {
    let (item, store) = (ItemId(1), StoreId(1));
    Wanted { item, store, quantity, step: 1, today: today(), until: None, first: Vec::new() }
}

fn taken(candidates: &[Candidate], want: &Wanted) -> Vec<(i64, i64)> {
    pick(candidates, want, Rule::Usable, Reserved::default())
        .taken
        .iter()
        .map(|one| (one.batch.0, one.quantity))
        .collect()
}

#[test]
fn p7_first_expired_first_out_over_as_many_batches_as_needed() {
    let shelf = [batch(1, 300, 10), batch(2, 30, 10), batch(3, 90, 10)];
    assert_eq!(taken(&shelf, &want(25)), [(2, 10), (3, 10), (1, 5)]);
    let choice = pick(&shelf, &want(35), Rule::Usable, Reserved::default());
    assert_eq!((choice.total(), choice.short), (30, 5));
}

#[test]
fn p7_of_the_same_expiry_what_came_first_leaves_first() {
    let mut later = batch(1, 30, 10);
    later.received_at += TimeDelta::days(100);
    assert_eq!(taken(&[later, batch(2, 30, 10), batch(3, 30, 10)], &want(15)), [(2, 10), (3, 5)]);
}

#[test]
fn p7_what_covers_the_course_is_preferred_and_the_rest_still_counts() {
    let shelf = [batch(1, 10, 10), batch(2, 60, 10)];
    let mut course = want(10);
    course.until = Some(today() + Days::new(28));
    let choice = pick(&shelf, &course, Rule::Usable, Reserved::default());
    assert_eq!(choice.taken[0].batch, BatchId(2));
    assert_eq!((choice.passed[0].batch, choice.passed[0].why), (BatchId(1), Why::EndsEarly));
    course.quantity = 15;
    assert_eq!(taken(&shelf, &course), [(2, 10), (1, 5)]);
}

#[test]
fn u21_every_batch_that_stays_says_why() {
    let mut held = batch(3, 50, 10);
    held.held_reason = "Fridge was warm".to_owned();
    let mut recalled = batch(4, 60, 10);
    recalled.recall_reason = "Maker's letter".to_owned();
    let shelf = [batch(1, 0, 10), batch(2, -5, 10), held, recalled, batch(5, 70, 10), batch(6, 80, 10)];
    let choice = pick(&shelf, &want(10), Rule::Usable, Reserved::default());
    let why: Vec<_> = choice.passed.iter().map(|one| (one.batch.0, one.why)).collect();
    assert_eq!(
        why,
        [(2, Why::Expired), (1, Why::Expired), (3, Why::Held), (4, Why::Recalled), (6, Why::ExpiresLater)]
    );
    assert_eq!(choice.passed[2].words, "Fridge was warm");
    assert_eq!(choice.taken[0].batch, BatchId(5));
}

#[test]
fn p8_another_batch_by_hand_but_never_an_expired_or_recalled_one() {
    let mut recalled = batch(1, 60, 10);
    recalled.recall_reason = "Maker's letter".to_owned();
    let shelf = [recalled, batch(2, -1, 10), batch(3, 30, 10), batch(4, 90, 10)];
    let mut by_hand = want(5);
    by_hand.first = vec![BatchId(1), BatchId(2), BatchId(4)];
    let choice = pick(&shelf, &by_hand, Rule::Usable, Reserved::default());
    assert_eq!(choice.taken.iter().map(|one| one.batch.0).collect::<Vec<_>>(), [4]);
    let passed = choice.passed.iter().find(|one| one.batch == BatchId(3)).unwrap();
    assert_eq!(passed.why, Why::ChosenByHand);
}

#[test]
fn each_batch_gives_whole_steps_only() {
    let shelf = [batch(1, 30, 7), batch(2, 60, 25), batch(3, 90, 100)];
    let mut strips = want(40);
    strips.step = 10;
    assert_eq!(taken(&shelf, &strips), [(2, 20), (3, 20)]);
    let choice = pick(&shelf, &strips, Rule::Usable, Reserved::default());
    assert_eq!((choice.passed[0].batch, choice.passed[0].why), (BatchId(1), Why::TooLittle));
}

#[test]
fn u17_expired_units_leave_only_as_a_loss_that_was_named() {
    let shelf = [batch(1, -1, 10), batch(2, 30, 10)];
    let mut named = want(10);
    named.first = vec![BatchId(1)];
    assert_eq!(pick(&shelf, &named, Rule::Expired, Reserved::default()).taken[0].batch, BatchId(1));
    assert_eq!(pick(&shelf, &named, Rule::Named, Reserved::default()).taken[0].batch, BatchId(1));
    assert!(taken(&shelf, &want(10)).iter().all(|one| one.0 == 2));
    named.first = vec![BatchId(2)];
    let choice = pick(&shelf, &named, Rule::Expired, Reserved::default());
    assert!(choice.taken.is_empty());
    assert_eq!(choice.passed.iter().map(|one| one.why).collect::<Vec<_>>(), [Why::NotNamed, Why::NotExpired]);
}

fn shelf() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (-30_i64..200, 0_i64..40, any::<bool>(), any::<bool>());
    proptest::collection::vec(one, 0..9).prop_map(|rows| {
        let row = |(at, (days, on_hand, held, recalled)): (i64, (i64, i64, bool, bool))| {
            let mut one = batch(at, days, on_hand);
            one.held_reason = if held && days % 3 == 0 { "held".to_owned() } else { String::new() };
            one.recall_reason = if recalled && days % 4 == 0 { "recalled".to_owned() } else { String::new() };
            one
        };
        (1..).zip(rows).map(row).collect()
    })
}

#[test]
fn k7_what_is_reserved_stays_for_whom_it_is_reserved() {
    let shelf = [batch(1, 30, 10), batch(2, 90, 10), batch(3, 300, 10)];
    let chosen =
        |quantity, own, others| pick(&shelf, &want(quantity), Rule::Usable, Reserved { own, others });
    let choice = chosen(25, 0, 12);
    assert_eq!((choice.total(), choice.short, choice.reserved), (18, 7, 7));
    assert_eq!(choice.taken.iter().map(|one| one.batch.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(choice.passed[0].why, Why::Reserved);
    // For whom it is reserved it leaves, also when what is reserved for others is not there any more.
    assert_eq!(chosen(12, 12, 12).total(), 12);
    assert_eq!(chosen(20, 12, 25).total(), 12);
    let more = chosen(40, 10, 5);
    assert_eq!((more.total(), more.short, more.reserved), (25, 15, 5));
    // What is damaged or lost is named, whoever waits for it.
    let mut named = want(10);
    named.first = vec![BatchId(1)];
    assert_eq!(pick(&shelf, &named, Rule::Named, Reserved { own: 0, others: 30 }).total(), 10);
}

proptest! {
    #[test]
    fn k7_no_more_leaves_than_is_there_for_nobody_else(
        shelf in shelf(), quantity in 0_i64..120, step in 1_i64..12, own in 0_i64..40, others in 0_i64..60
    ) {
        let mut ask = want(quantity / step * step);
        ask.step = step;
        let free = pick(&shelf, &ask, Rule::Usable, Reserved::default());
        let all = pick(&shelf, &Wanted { quantity: 100_000, ..ask.clone() }, Rule::Usable, Reserved::default()).total();
        let choice = pick(&shelf, &ask, Rule::Usable, Reserved { own, others });
        prop_assert!(choice.total() <= free.total());
        prop_assert!(choice.total() <= own || all - choice.total() >= others);
        prop_assert_eq!(choice.total() + choice.short, ask.quantity);
        // No less either: another step would take from others.
        let next = choice.total() + step;
        prop_assert!(next > free.total() || (next > own && all - next < others));
        prop_assert_eq!(choice.reserved > 0, choice.total() < free.total());
    }

    #[test]
    fn p7_holds_for_any_shelf(
        shelf in shelf(), quantity in 0_i64..120, step in 1_i64..12, course in 0_u64..90, pick_first in 0_i64..9
    ) {
        let mut ask = want(quantity / step * step);
        ask.step = step;
        ask.until = (course > 0).then(|| today() + Days::new(course));
        ask.first = (pick_first > 0).then_some(BatchId(pick_first)).into_iter().collect();
        let choice = pick(&shelf, &ask, Rule::Usable, Reserved::default());
        let of = |id: BatchId| shelf.iter().find(|one| one.batch == id).unwrap();
        // Exactly what was asked for leaves or is missing, nothing twice, nothing more than is there.
        prop_assert_eq!(choice.total() + choice.short, ask.quantity);
        let mut seen: Vec<BatchId> = choice.taken.iter().map(|one| one.batch).collect();
        seen.extend(choice.passed.iter().map(|one| one.batch));
        seen.sort();
        let mut there: Vec<BatchId> = shelf.iter().filter(|one| one.on_hand > 0).map(|one| one.batch).collect();
        there.sort();
        prop_assert_eq!(seen, there);
        let usable = |one: &Candidate| {
            one.expiry > today() && one.held_reason.is_empty() && one.recall_reason.is_empty()
        };
        for one in &choice.taken {
            prop_assert!(one.quantity > 0 && one.quantity <= of(one.batch).on_hand && one.quantity % step == 0);
            prop_assert!(usable(of(one.batch)));
        }
        // As much as whole steps of usable batches allow.
        let most: i64 = shelf.iter().filter(|one| usable(one)).map(|one| one.on_hand / step * step).sum();
        prop_assert_eq!(choice.total(), most.min(ask.quantity));
        // Named first, then what covers the course, then the earliest expiry; only the last batch is left with more.
        let key = |id: BatchId| {
            let one = of(id);
            let early = ask.until.is_some_and(|until| one.expiry <= until);
            (!ask.first.contains(&id), early, one.expiry, one.received_at, id)
        };
        prop_assert!(choice.taken.windows(2).all(|pair| key(pair[0].batch) < key(pair[1].batch)));
        for one in choice.taken.iter().rev().skip(1) {
            prop_assert_eq!(one.quantity, of(one.batch).on_hand / step * step);
        }
        if let Some(last) = choice.taken.last() {
            for passed in choice.passed.iter().filter(|one| usable(of(one.batch)) && one.on_hand >= step) {
                prop_assert!(key(passed.batch) > key(last.batch));
            }
        }
    }
}
