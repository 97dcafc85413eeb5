use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::families::list;
use super::*;
use crate::patients::model::PatientId;
use crate::record::model::{AllergenKind, Allergy, AllergyId, AllergyState, Certainty, Severity};

fn known() -> Known {
    let by_use: BTreeSet<String> =
        shipped::classes().into_iter().filter(|class| class.by_use).map(|class| class.code).collect();
    let medicines: Vec<(Vec<String>, Vec<String>)> =
        shipped::medicines().iter().map(|one| (list(&one.ingredients), list(&one.classes))).collect();
    Known {
        classes: shipped::classes(),
        families: families(&medicines, &by_use),
        interactions: shipped::interactions(),
    }
}

fn drug(code: &str) -> Drug {
    let medicines = shipped::medicines();
    let (at, one) = medicines
        .iter()
        .enumerate()
        .find(|(_, one)| one.code == code)
        .unwrap_or_else(|| panic!("{code} is not in the files"));
    Drug {
        line: LineId(at as i64),
        label: label(&one.generic, &one.strength, one.form),
        ingredients: list(&one.ingredients),
        classes: list(&one.classes),
        min_age: one.min_age_years,
        pregnancy: one.pregnancy,
        daily: None,
        dose: None,
        usual_dose: None,
        of_set: false,
        stopped: String::new(),
        is_free: false,
        since: "from 3 November 2026".to_owned(),
    }
}

fn allergy(kind: AllergenKind, code: &str, severity: Severity) -> Allergy {
    Allergy {
        id: AllergyId(1),
        patient_id: PatientId(1),
        kind,
        code: code.to_owned(),
        substance: code.to_owned(),
        reaction: String::new(),
        severity,
        certainty: Certainty::Told,
        since: String::new(),
        note: String::new(),
        state: AllergyState::Active,
        reason: String::new(),
        recorded_name: String::new(),
        recorded_at: DateTime::<Utc>::UNIX_EPOCH,
    }
}

fn with(kind: AllergenKind, code: &str, severity: Severity) -> Facts {
    Facts { age: Some(30), asked: true, allergies: vec![allergy(kind, code, severity)], ..Facts::default() }
}

fn well() -> Facts {
    Facts { age: Some(30), asked: true, ..Facts::default() }
}

fn tiers(found: &[Warning], kind: WarningKind) -> Vec<Tier> {
    found.iter().filter(|one| one.kind == kind).map(|one| one.tier).collect()
}

const AMOXICILLIN: &str = "amoxicillin-500mg-capsule";

#[test]
fn p2_an_allergy_to_the_substance_and_to_its_class_stops() {
    let known = known();
    for (kind, code) in [
        (AllergenKind::Medicine, "amoxicillin"),
        (AllergenKind::Class, "penicillin"),
        // The same closest family: benzylpenicillin is a penicillin.
        (AllergenKind::Medicine, "benzathine_benzylpenicillin"),
    ] {
        let found = check(&drug(AMOXICILLIN), &[], &[], &with(kind, code, Severity::Mild), &known);
        assert_eq!(tiers(&found, WarningKind::Allergy), [Tier::Stop], "{code}");
    }
    // The control: nobody allergic, nothing said.
    assert_eq!(check(&drug(AMOXICILLIN), &[], &[], &well(), &known), []);
}

#[test]
fn p2_a_broad_class_never_makes_a_stop_of_a_caution() {
    let known = known();
    // Ceftriaxone and amoxicillin are both beta-lactams, but a cephalosporin only cautions a penicillin.
    for severity in [Severity::Mild, Severity::Moderate, Severity::Unknown] {
        let facts = with(AllergenKind::Medicine, "ceftriaxone", severity);
        let found = check(&drug(AMOXICILLIN), &[], &[], &facts, &known);
        assert_eq!(tiers(&found, WarningKind::Cross), [Tier::Caution]);
        assert_eq!(tiers(&found, WarningKind::Allergy), []);
    }
    // After a severe reaction the caution stops (data/README.md).
    let facts = with(AllergenKind::Medicine, "ceftriaxone", Severity::Severe);
    let found = check(&drug(AMOXICILLIN), &[], &[], &facts, &known);
    assert_eq!(tiers(&found, WarningKind::Cross), [Tier::Stop]);
}

#[test]
fn p2_classes_by_use_are_no_allergies() {
    let known = known();
    let facts = with(AllergenKind::Medicine, "quinine", Severity::Severe);
    let found = check(&drug("artemether-lumefantrine-80mg-480mg-tablet"), &[], &[], &facts, &known);
    assert_eq!(found, [], "both are antimalarials, which is no family");
    let facts = with(AllergenKind::Class, "antimalarial", Severity::Severe);
    assert_eq!(check(&drug("artemether-lumefantrine-80mg-480mg-tablet"), &[], &[], &facts, &known), []);
}

#[test]
fn p2_sulfa_in_a_combination_is_known_by_its_class() {
    let known = known();
    let codes: Vec<String> = shipped::medicines()
        .into_iter()
        .filter(|one| one.ingredients.contains("sulfa") && one.unit == Unit::Tablet)
        .map(|one| one.code)
        .collect();
    assert!(codes.len() >= 2, "{codes:?}");
    for (kind, code) in [
        (AllergenKind::Class, "sulfonamide"),
        (AllergenKind::Medicine, "sulfamethoxazole"),
        (AllergenKind::Medicine, "sulfadoxine"),
    ] {
        for medicine in
            codes.iter().filter(|one| one.contains("sulfadoxine") || one.contains("sulfamethoxazole"))
        {
            let found = check(&drug(medicine), &[], &[], &with(kind, code, Severity::Mild), &known);
            assert_eq!(tiers(&found, WarningKind::Allergy), [Tier::Stop], "{code} {medicine}");
        }
    }
}

#[test]
fn p2_the_same_ingredient_twice_stops_and_the_same_use_cautions() {
    let known = known();
    let tablet = drug("paracetamol-500mg-tablet");
    let syrup = drug("paracetamol-120mg-per-5ml-syrup");
    for (before, active) in [(vec![syrup.clone()], vec![]), (vec![], vec![syrup])] {
        let found = check(&tablet, &before, &active, &well(), &known);
        assert_eq!(tiers(&found, WarningKind::Duplicate), [Tier::Stop]);
    }
    let one = drug("artemether-lumefantrine-80mg-480mg-tablet");
    let other = shipped::medicines().into_iter().find(|one| one.ingredients == "quinine").unwrap().code;
    let found = check(&drug(&other), &[one], &[], &well(), &known);
    assert!(!found.is_empty(), "two antimalarials are said");
}

#[test]
fn p2_of_two_interactions_the_worse_one_is_shown() {
    let mut known = known();
    let (one, other) = (drug("ibuprofen-400mg-tablet"), drug(AMOXICILLIN));
    let interaction = |a: &str, b: &str, level| Interaction {
        a: a.to_owned(),
        b: b.to_owned(),
        level,
        effect: format!("{a} {b}"),
        advice: String::new(),
    };
    known.interactions = vec![
        interaction("amoxicillin", "ibuprofen", Tier::Caution),
        interaction("class:nsaid", "class:penicillin", Tier::Stop),
    ];
    for (new, old) in [(&one, &other), (&other, &one)] {
        let found = check(new, std::slice::from_ref(old), &[], &well(), &known);
        assert_eq!(tiers(&found, WarningKind::Interaction), [Tier::Stop]);
        assert!(found[0].words.contains("class:nsaid class:penicillin"));
    }
    known.interactions.clear();
    assert_eq!(check(&one, &[other], &[], &well(), &known), []);
}

#[test]
fn p2_every_interaction_of_the_list_is_found_between_two_of_its_medicines() {
    let known = known();
    let all: Vec<Drug> = shipped::medicines().iter().map(|one| drug(&one.code)).collect();
    let goes = |drug: &Drug, side: &str| match side.strip_prefix("class:") {
        Some(class) => drug.classes.iter().any(|own| own == class),
        None => drug.ingredients.iter().any(|own| own == side),
    };
    for one in &known.interactions {
        let first = all.iter().find(|drug| goes(drug, &one.a));
        let second = all.iter().rev().find(|drug| goes(drug, &one.b));
        let (Some(first), Some(second)) = (first, second) else { continue };
        let found = check(first, std::slice::from_ref(second), &[], &well(), &known);
        let loud = found.iter().any(|warning| {
            matches!(warning.kind, WarningKind::Interaction | WarningKind::Duplicate)
                && warning.tier <= one.level
        });
        assert!(loud, "{} and {}: {found:?}", one.a, one.b);
    }
}

#[test]
fn age_and_pregnancy_stop_where_it_is_contraindicated_and_ask_where_it_is_not_known() {
    let known = known();
    let aspirin = drug("aspirin-300mg-tablet");
    let child = Facts { age: Some(9), ..well() };
    assert_eq!(tiers(&check(&aspirin, &[], &[], &child, &known), WarningKind::Age), [Tier::Stop]);
    let grown = Facts { age: Some(16), ..well() };
    assert_eq!(tiers(&check(&aspirin, &[], &[], &grown, &known), WarningKind::Age), []);
    let unknown = Facts { age: None, ..well() };
    assert_eq!(tiers(&check(&aspirin, &[], &[], &unknown, &known), WarningKind::Age), [Tier::Note]);
    let pregnant = Facts { pregnant: true, may_be_pregnant: true, ..well() };
    assert_eq!(tiers(&check(&aspirin, &[], &[], &pregnant, &known), WarningKind::Pregnancy), [Tier::Stop]);
    let may = Facts { may_be_pregnant: true, ..well() };
    assert_eq!(tiers(&check(&aspirin, &[], &[], &may, &known), WarningKind::Pregnancy), [Tier::Note]);
    assert_eq!(tiers(&check(&aspirin, &[], &[], &well(), &known), WarningKind::Pregnancy), []);
}

#[test]
fn what_was_not_asked_and_what_is_not_in_the_catalogue_is_said() {
    let known = known();
    let facts = Facts { asked: false, ..well() };
    let found = check(&drug(AMOXICILLIN), &[], &[], &facts, &known);
    assert_eq!(tiers(&found, WarningKind::Unasked), [Tier::Caution]);
    let free = Drug { is_free: true, ingredients: vec![], classes: vec![], ..drug(AMOXICILLIN) };
    let found = check(&free, &[], &[], &well(), &known);
    assert_eq!(tiers(&found, WarningKind::Free), [Tier::Caution]);
}
