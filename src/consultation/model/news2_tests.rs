use super::*;
use crate::consultation::model::Measured;
use proptest::prelude::*;

/// A taking that scores nothing.
fn well() -> Taken {
    let measured = Measured {
        temperature: Some(370),
        pulse: Some(72),
        respiration: Some(16),
        oxygen_saturation: Some(98),
        systolic: Some(120),
        ..Measured::default()
    };
    let (oxygen, consciousness) = (Some(Oxygen::Air), Some(Consciousness::Alert));
    Taken { measured, oxygen, consciousness, ..Taken::default() }
}

fn total(taken: &Taken) -> u32 {
    News2::of(taken, Some(20)).unwrap().total
}

/// Every edge of every band: the value, then its points, as the table of 2017 prints them.
type Edges = &'static [(i64, u32)];
const RESPIRATION: Edges =
    &[(3, 3), (8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (80, 3)];
const FIRST: Edges = &[(30, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)];
const SECOND_AIR: Edges =
    &[(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (93, 0), (97, 0), (100, 0)];
const SECOND_OXYGEN: Edges = &[
    (83, 3),
    (84, 2),
    (85, 2),
    (86, 1),
    (87, 1),
    (88, 0),
    (92, 0),
    (93, 1),
    (94, 1),
    (95, 2),
    (96, 2),
    (97, 3),
    (100, 3),
];
const SYSTOLIC: Edges =
    &[(40, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3), (300, 3)];
const PULSE: Edges = &[
    (20, 3),
    (40, 3),
    (41, 1),
    (50, 1),
    (51, 0),
    (90, 0),
    (91, 1),
    (110, 1),
    (111, 2),
    (130, 2),
    (131, 3),
    (300, 3),
];
const TEMPERATURE: Edges =
    &[(250, 3), (350, 3), (351, 1), (360, 1), (361, 0), (380, 0), (381, 1), (390, 1), (391, 2), (450, 2)];

fn each(edges: Edges, put: impl Fn(&mut Taken, i64)) {
    for (value, points) in edges {
        let mut taken = well();
        put(&mut taken, *value);
        assert_eq!(total(&taken), *points, "{value}");
    }
}

#[test]
fn every_edge_of_every_band_scores_as_printed() {
    assert_eq!(total(&well()), 0);
    each(RESPIRATION, |taken, value| taken.measured.respiration = Some(value));
    each(FIRST, |taken, value| taken.measured.oxygen_saturation = Some(value));
    each(SYSTOLIC, |taken, value| taken.measured.systolic = Some(value));
    each(PULSE, |taken, value| taken.measured.pulse = Some(value));
    each(TEMPERATURE, |taken, value| taken.measured.temperature = Some(value));
    each(SECOND_AIR, |taken, value| {
        (taken.measured.oxygen_saturation, taken.second_scale) = (Some(value), true);
    });
    for (value, points) in SECOND_OXYGEN {
        let mut taken = Taken { oxygen: Some(Oxygen::Given), second_scale: true, ..well() };
        taken.measured.oxygen_saturation = Some(*value);
        assert_eq!(total(&taken), points + 2, "given oxygen adds two: {value}");
    }
}

#[test]
fn whoever_is_not_alert_scores_three() {
    for awake in Consciousness::ALL {
        let taken = Taken { consciousness: Some(*awake), ..well() };
        assert_eq!(total(&taken), if *awake == Consciousness::Alert { 0 } else { 3 }, "{awake}");
    }
}

#[test]
fn a_taking_with_a_gap_has_no_score_and_says_what_is_missing() {
    let mut taken = well();
    taken.measured.respiration = None;
    taken.consciousness = None;
    let missing = vec!["respiration", "consciousness"];
    assert_eq!(News2::of(&taken, Some(20)), Err(Unscored::Incomplete(missing)));
    let nothing = News2::of(&Taken::default(), Some(20)).unwrap_err();
    assert!(matches!(nothing, Unscored::Incomplete(missing) if missing.len() == 7));
}

#[test]
fn children_and_the_pregnant_are_not_scored() {
    assert!(matches!(News2::of(&well(), Some(15)), Err(Unscored::NotFor(_))));
    assert!(News2::of(&well(), Some(16)).is_ok());
    assert!(matches!(News2::of(&well(), None), Err(Unscored::NotFor(_))));
    let pregnant = Taken { pregnant: Some(true), ..well() };
    assert!(matches!(News2::of(&pregnant, Some(25)), Err(Unscored::NotFor(_))));
    assert!(News2::of(&Taken { pregnant: Some(false), ..well() }, Some(25)).is_ok());
}

#[test]
fn what_follows_changes_at_five_at_seven_and_with_a_single_three() {
    let mut taken = well();
    taken.measured.pulse = Some(111);
    taken.measured.temperature = Some(391);
    assert_eq!(News2::of(&taken, Some(20)).unwrap().escalation(), Escalation::None, "four");
    taken.measured.respiration = Some(9);
    assert_eq!(News2::of(&taken, Some(20)).unwrap().escalation(), Escalation::Urgent, "five");
    taken.measured.respiration = Some(21);
    assert_eq!(News2::of(&taken, Some(20)).unwrap().escalation(), Escalation::Urgent, "six");
    taken.measured.respiration = Some(25);
    assert_eq!(News2::of(&taken, Some(20)).unwrap().escalation(), Escalation::Emergency, "seven");
    let confused = Taken { consciousness: Some(Consciousness::Confused), ..well() };
    assert_eq!(News2::of(&confused, Some(20)).unwrap().escalation(), Escalation::Urgent, "a single three");
}

proptest! {
    #[test]
    fn a_score_is_the_sum_of_its_parts_and_at_most_twenty(
        warmth in 250_i64..=450, pulse in 20_i64..=300, breaths in 3_i64..=80, saturation in 30_i64..=100,
        systolic in 40_i64..=300, given in any::<bool>(), awake in 0_usize..5, second in any::<bool>(), age in 16_u32..100,
    ) {
        let measured = Measured {
            temperature: Some(warmth), pulse: Some(pulse), respiration: Some(breaths),
            oxygen_saturation: Some(saturation), systolic: Some(systolic), ..Measured::default()
        };
        let oxygen = Some(if given { Oxygen::Given } else { Oxygen::Air });
        let taken = Taken { measured, oxygen, consciousness: Some(Consciousness::ALL[awake]), second_scale: second, pregnant: None };
        let score = News2::of(&taken, Some(age)).unwrap();
        prop_assert_eq!(score.total, score.parts.iter().map(|part| part.points).sum::<u32>());
        prop_assert!(score.total <= 20 && score.parts.iter().all(|part| part.points <= 3));
        prop_assert_eq!(score.escalation() == Escalation::Emergency, score.total >= 7);
    }
}
