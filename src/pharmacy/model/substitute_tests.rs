use proptest::prelude::*;

use super::Ratio;

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
