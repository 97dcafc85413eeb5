use proptest::prelude::*;

use super::*;

#[test]
fn p1_the_quantity_of_usual_courses() {
    use Frequency as F;
    for (dose, frequency, days, step, units) in [
        (1_000, F::Three, 5, 1, 15),
        (2_000, F::Four, 3, 1, 24),
        (500, F::Once, 5, 1, 1),
        (500, F::Daily, 5, 1, 3),
        (10_000, F::Three, 5, 100, 200),
        (10_000, F::Three, 3, 100, 100),
        (1_000, F::EightHourly, 7, 1, 21),
        (1_000, F::Weekly, 28, 1, 4),
        (1_000, F::Weekly, 8, 1, 2),
        (1_000, F::Alternate, 7, 1, 4),
        (2_000, F::Twice, 30, 200, 200),
        (1_000, F::Night, 30, 1, 30),
        (1_000, F::Monthly, 84, 1, 3),
    ] {
        assert_eq!(quantity(dose, frequency, days, step), Some(units), "{dose} {frequency} {days} {step}");
    }
    assert_eq!(quantity(1_000, F::AsNeeded, 5, 1), None);
}

#[test]
fn a_dose_is_read_as_people_type_it() {
    for (text, dose) in [
        ("1", 1_000),
        (" 0.5 ", 500),
        (".5", 500),
        ("1.25", 1_250),
        ("½", 500),
        ("1½", 1_500),
        ("1/2", 500),
        ("10 mL", 10_000),
        ("2 tablets", 2_000),
        ("0.125", 125),
    ] {
        let unit = if text.ends_with("mL") { Unit::Ml } else { Unit::Tablet };
        assert_eq!(parse_dose(text, unit, None), Ok(dose), "{text}");
    }
    // W16: nothing impossible is taken.
    for text in [
        "",
        "abc",
        "-5",
        "0",
        "0.0",
        "1,5",
        "1e9",
        "1.2345",
        "1000000000",
        "1001",
        "NaN",
        "٣",
        ".",
        "--1",
        "5 mg",
    ] {
        assert!(parse_dose(text, Unit::Tablet, None).is_err(), "{text}");
    }
}

#[test]
fn a_part_that_nobody_can_take_is_no_dose() {
    for (dose, unit, words) in [
        (300, Unit::Capsule, Some("A capsule is not divided. Enter whole capsules")),
        (1_500, Unit::Suppository, Some("A suppository is not divided. Enter whole suppositories")),
        (250, Unit::Tablet, Some("A tablet is taken whole or in halves. Enter for example 1 or 0.5")),
        (2_500, Unit::Drop, Some("A drop is not divided. Enter whole drops")),
        (2_500, Unit::Tablet, None),
        (2_000, Unit::Puff, None),
        (1_250, Unit::Ml, None),
        (500, Unit::Ampoule, None),
    ] {
        assert_eq!(not_divided(dose, unit).as_deref(), words, "{dose} {unit}");
    }
    for medicine in shipped::medicines() {
        let refused = medicine.dose_units.and_then(|dose| not_divided(dose, medicine.unit));
        assert_eq!(refused, None, "{}", medicine.code);
    }
}

#[test]
fn c2_numbers_have_a_leading_zero_and_no_trailing_one() {
    for (thousandths, words) in [
        (500, "0.5 tablet"),
        (1_000, "1 tablet"),
        (1_500, "1.5 tablets"),
        (2_000, "2 tablets"),
        (1_000_000, "1,000 tablets"),
    ] {
        assert_eq!(amount_words(thousandths, Unit::Tablet), words);
    }
    assert_eq!(quantity_words(200, Unit::Ml, 100), "200 mL (2 bottles of 100 mL)");
    assert_eq!(quantity_words(200, Unit::Puff, 200), "200 puffs (1 container of 200 puffs)");
    assert_eq!(quantity_words(15, Unit::Capsule, 1), "15 capsules");
}

fn any_frequency() -> impl Strategy<Value = Frequency> {
    proptest::sample::select(Frequency::ALL)
}

fn any_unit() -> impl Strategy<Value = Unit> {
    proptest::sample::select(Unit::ALL)
}

proptest! {
    /// P1: it is a multiple of what can be dispensed, enough, and one step less would not be.
    #[test]
    fn p1_the_quantity_is_the_least_that_is_enough(
        dose in 1_i64..1_000_001, frequency in any_frequency(), days in 1_i64..366, step in 1_i64..10_001,
    ) {
        if let Some(units) = quantity(dose, frequency, days, step) {
            let needed = i128::from(dose) * i128::from(frequency.doses(days).unwrap_or(0));
            let have = |units: i64| i128::from(units) * 1_000;
            prop_assert!((1..=MOST).contains(&units) && units % step == 0);
            prop_assert!(have(units) >= needed);
            prop_assert!(have(units - step) < needed);
        }
    }

    /// Nothing overflows, however absurd.
    #[test]
    fn p1_absurd_values_are_refused_and_never_overflow(
        dose in any::<i64>(), frequency in any_frequency(), days in any::<i64>(), step in any::<i64>(),
    ) {
        if let Some(units) = quantity(dose, frequency, days, step) {
            prop_assert!((1..=MOST).contains(&units));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
        if let Ok(dose) = parse_dose(&text, Unit::Ml, Holds::of("5 mg/mL", Unit::Ml)) {
            prop_assert!((1..=1_000_000).contains(&dose));
        }
    }

    /// What is written is read as the same dose.
    #[test]
    fn c2_every_dose_is_written_so_that_it_cannot_be_misread(dose in 1_i64..1_000_000, unit in any_unit()) {
        let words = amount_words(dose, unit);
        let (number, word) = words.split_once(' ').unwrap();
        prop_assert!(number.starts_with(|c: char| c.is_ascii_digit()), "{}", words);
        prop_assert!(!number.contains('.') || !number.ends_with('0'), "{}", words);
        prop_assert!(!word.contains('.') && !["U", "IU", "mcg"].contains(&word), "{}", words);
        prop_assert_eq!(parse_dose(&words.replace(',', ""), unit, None), Ok(dose));
    }

    /// Directions carry the dose in the same way, frequencies in words.
    #[test]
    fn c2_directions_have_no_abbreviation(
        dose in 1_i64..100_000, frequency in any_frequency(), days in 1_i64..366, unit in any_unit(),
        route in proptest::sample::select(Route::ALL),
    ) {
        let max = (frequency == Frequency::AsNeeded).then_some(4);
        let dose = (!is_applied(unit, route)).then_some(dose);
        let words = directions(dose, (unit, route), frequency, Some(days), max);
        for bad in ["OD", "QD", "BD", "TDS", "PRN", "prn", "q8h", " U ", "IU", "μ", "µ", "..", "  ", ".0 "] {
            prop_assert!(!words.contains(bad), "{}", words);
        }
        prop_assert!(words.ends_with('.') && words.starts_with(|c: char| c.is_uppercase()), "{}", words);
    }
}
