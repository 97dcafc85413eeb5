use proptest::prelude::*;

use super::{CannotTake, Ratio, dose_instead, is_swallowed_whole};
use crate::prescribing::model::Unit;

#[test]
fn the_same_strength_stands_for_itself_whatever_it_is() {
    assert_eq!(Ratio::of("80 mg/480 mg", "80 mg/480 mg"), Some(Ratio::SAME));
    assert_eq!(Ratio::of("", ""), Some(Ratio::SAME));
}

#[test]
fn two_of_half_the_strength_stand_for_one() {
    let ratio = Ratio::of("500 mg", "250 mg").unwrap();
    assert_eq!((ratio.given_for(15), ratio.covered_by(30)), (Some(30), Some(15)));
    assert_eq!(ratio.covered_by(3), None);
    let ratio = Ratio::of("250 mg", "500 mg").unwrap();
    assert_eq!((ratio.given_for(15), ratio.given_for(14)), (None, Some(7)));
    assert_eq!(Ratio::of("2.5 mg", "5 mg"), Some(Ratio { given: 1, covers: 2 }));
    assert_eq!(Ratio::of("1,000 mg", "500 mg"), Some(Ratio { given: 2, covers: 1 }));
}

#[test]
fn other_units_and_several_parts_stand_for_nothing_else() {
    for (one, other) in [
        ("500 mg", "500 mcg"),
        ("80 mg/480 mg", "40 mg/240 mg"),
        ("250 mg/5 mL", "125 mg/5 mL"),
        ("1 %", ""),
        ("0 mg", "5 mg"),
    ] {
        assert_eq!(Ratio::of(one, other), None, "{one} {other}");
    }
}

#[test]
fn a_substitute_is_given_only_in_a_dose_that_somebody_can_take() {
    use Unit as U;
    for (dose, (prescribed, from), (given, to), whole, taken) in [
        // Two of half the strength, one of twice, and what would be half a capsule.
        (1_000, ("500 mg", U::Capsule), ("250 mg", U::Capsule), false, Some(2_000)),
        (2_000, ("250 mg", U::Capsule), ("500 mg", U::Capsule), false, Some(1_000)),
        (1_000, ("250 mg", U::Capsule), ("500 mg", U::Capsule), false, None),
        (1_000, ("50 mg", U::Capsule), ("150 mg", U::Capsule), false, None),
        (3_000, ("50 mg", U::Capsule), ("150 mg", U::Capsule), false, Some(1_000)),
        // Tablets are halved and not quartered; those that are swallowed whole are not halved.
        (1_000, ("5 mg", U::Tablet), ("10 mg", U::Tablet), false, Some(500)),
        (1_000, ("5 mg", U::Tablet), ("20 mg", U::Tablet), false, None),
        (1_000, ("20 mg", U::Tablet), ("40 mg", U::Tablet), true, None),
        (2_000, ("20 mg", U::Tablet), ("40 mg", U::Tablet), true, Some(1_000)),
        // As prescribed where nothing changes but the maker; half a tablet is no half capsule.
        (250, ("5 mg", U::Tablet), ("5 mg", U::Tablet), false, Some(250)),
        (500, ("5 mg", U::Tablet), ("5 mg", U::Tablet), true, None),
        (500, ("5 mg", U::Tablet), ("5 mg", U::Capsule), false, None),
        (1_000, ("5 mg", U::Tablet), ("5 mg", U::Capsule), false, Some(1_000)),
        (2_250, ("5 mg/5 mL", U::Ml), ("5 mg/5 mL", U::Ml), false, Some(2_250)),
        (1_250, ("2 mg", U::Ml), ("1 mg", U::Ml), false, Some(2_500)),
        (1_250, ("1 mg", U::Ml), ("2 mg", U::Ml), false, None),
        // Nothing else is divided.
        (1_000, ("100 mg", U::Pessary), ("500 mg", U::Pessary), false, None),
        (1_000, ("125 mg", U::Suppository), ("250 mg", U::Suppository), false, None),
        (1_000, ("10 mg", U::Sachet), ("20 mg", U::Sachet), false, None),
        (1_000, ("7 mg", U::Patch), ("14 mg", U::Patch), false, None),
        (i64::MAX, ("500 mg", U::Capsule), ("250 mg", U::Capsule), false, None),
    ] {
        let ratio = Ratio::of(prescribed, given).unwrap();
        let found = dose_instead(dose, ratio, from, (to, whole));
        assert_eq!(found, taken.ok_or(CannotTake), "{dose} of {prescribed} as {given} {to}");
    }
}

#[test]
fn a_tablet_that_must_not_be_broken_is_known_by_its_name_or_its_advice() {
    assert!(is_swallowed_whole("NIFEdipine modified release", ""));
    assert!(is_swallowed_whole("metformin XR", "Take with food."));
    assert!(is_swallowed_whole("esomeprazole", "Swallow whole, half an hour before breakfast."));
    assert!(is_swallowed_whole("potassium chloride", "Do not crush or chew."));
    assert!(!is_swallowed_whole("prednisolone", "Take the whole dose in the morning with food."));
    assert!(!is_swallowed_whole("mercaptopurine", "Do not stop without advice."));
}

proptest! {
    #[test]
    fn what_is_given_covers_exactly_what_was_asked_for(one in 1..5_000_i64, other in 1..5_000_i64, units in 1..10_000_i64) {
        let ratio = Ratio::of(&format!("{one} mg"), &format!("{other} mg")).unwrap();
        if let Some(given) = ratio.given_for(units) {
            prop_assert_eq!(ratio.covered_by(given), Some(units));
            prop_assert_eq!(given * other, units * one, "the same milligrams");
        }
    }
}
