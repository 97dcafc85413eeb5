use proptest::prelude::*;

use super::amounts::{Asked, Cover, amounts, rounded_to, split, spread};
use super::money::{Money, Rounding};

const UP: Rounding = Rounding::HalfUp;

#[test]
fn m2_surcharge_before_discount_before_tax() {
    let asked =
        Asked { quantity: 3, unit: Money(1_000), surcharge: Money(500), discount: Money(1_500), tax_bp: 750 };
    let all = amounts(&asked, UP).unwrap();
    assert_eq!(
        (all.base, all.discount, all.tax, all.total),
        (Money(3_000), Money(1_500), Money(150), Money(2_150))
    );
}

#[test]
fn m9_a_discount_never_goes_below_zero() {
    let asked =
        Asked { quantity: 1, unit: Money(100), surcharge: Money(0), discount: Money(900), tax_bp: 750 };
    let all = amounts(&asked, UP).unwrap();
    assert_eq!((all.discount, all.tax, all.total), (Money(100), Money(0), Money(0)));
}

#[test]
fn m11_the_allowed_price_and_the_limit_cap_what_a_scheme_pays() {
    let cover = Cover { percent_bp: 9_000, max_unit: Some(Money(800)), remaining: None };
    assert_eq!(split(Money(2_000), 2, &cover, UP), Ok((Money(1_440), Money(560))));
    let capped = Cover { remaining: Some(Money(1_000)), ..cover };
    assert_eq!(split(Money(2_000), 2, &capped, UP), Ok((Money(1_000), Money(1_000))));
    let used_up = Cover { remaining: Some(Money(-5)), ..cover };
    assert_eq!(split(Money(2_000), 2, &used_up, UP), Ok((Money(0), Money(2_000))));
}

#[test]
fn m1_cash_is_rounded_to_its_step_as_a_line_of_its_own() {
    assert_eq!(rounded_to(500, Money(1_249), UP), Money(-249));
    assert_eq!(rounded_to(500, Money(1_250), UP), Money(250));
    assert_eq!(rounded_to(1, Money(1_249), UP), Money(0));
}

proptest! {
    #[test]
    fn m1_the_total_is_the_sum_of_rounded_parts(
        quantity in 1..10_000_i64, unit in 0..100_000_000_i64, surcharge in 0..100_000_i64,
        discount in 0..1_000_000_000_i64, tax_bp in 0..5_000_i64,
    ) {
        let asked = Asked { quantity, unit: Money(unit), surcharge: Money(surcharge), discount: Money(discount), tax_bp };
        for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
            let all = amounts(&asked, rounding).unwrap();
            prop_assert_eq!(all.total.0, all.base.0 + all.surcharge.0 - all.discount.0 + all.tax.0);
            prop_assert!(all.total.0 >= 0 && all.discount.0 <= all.base.0 + all.surcharge.0);
        }
    }

    #[test]
    fn m11_both_parts_sum_exactly(
        total in 0..1_000_000_000_i64, quantity in 1..1_000_i64, percent_bp in 0..=10_000_i64,
        max_unit in proptest::option::of(0..10_000_000_i64), left in proptest::option::of(0..500_000_000_i64),
    ) {
        let cover = Cover { percent_bp, max_unit: max_unit.map(Money), remaining: left.map(Money) };
        for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
            let (covered, patient) = split(Money(total), quantity, &cover, rounding).unwrap();
            prop_assert_eq!(covered.0 + patient.0, total);
            prop_assert!(covered.0 >= 0 && patient.0 >= 0);
            prop_assert!(left.is_none_or(|left| covered.0 <= left));
            prop_assert!(max_unit.is_none_or(|unit| covered.0 <= unit * quantity));
        }
    }

    #[test]
    fn a_sum_is_spread_exactly_and_no_part_is_larger_than_its_line(
        sum in 0..1_000_000_000_i64, weights in proptest::collection::vec(0..100_000_000_i64, 1..12),
    ) {
        let weights: Vec<Money> = weights.into_iter().map(Money).collect();
        let all: i64 = weights.iter().map(|weight| weight.0).sum();
        let parts = spread(Money(sum), &weights);
        prop_assert_eq!(parts.iter().map(|part| part.0).sum::<i64>(), sum.min(all));
        prop_assert!(parts.iter().zip(&weights).all(|(part, weight)| part.0 >= 0 && part <= weight));
    }

    #[test]
    fn rounding_cash_changes_less_than_a_step(amount in 0..1_000_000_000_i64, step in 1..10_000_i64) {
        let by = rounded_to(step, Money(amount), UP).0;
        prop_assert!((amount + by) % step == 0 && by.abs() * 2 <= step);
    }
}
