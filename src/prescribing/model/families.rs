//! Families of medicines: which class an ingredient belongs to, which classes may cross-react, which do not go together.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Tier;

/// A class of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its slug.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Classes that may cross-react with an allergy to this one.
    pub also: Vec<String>,
    /// How seriously.
    pub level: Tier,
    /// Whether it groups by use: then it serves duplicates only, never allergies.
    pub by_use: bool,
}

/// Two things that do not go together: an ingredient, or `class:` and a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// One side.
    pub a: String,
    /// The other.
    pub b: String,
    /// How serious.
    pub level: Tier,
    /// What may happen.
    pub effect: String,
    /// What to do.
    pub advice: String,
}

/// The closest family of an ingredient; not sure where the ingredient stands only in combinations that hold several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Family {
    /// The ingredient's slug.
    pub ingredient: String,
    /// The class.
    pub class: String,
    /// Whether it is known to be the ingredient's own.
    pub sure: bool,
}

/// A list inside a field.
pub fn list(text: &str) -> Vec<String> {
    text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The family of each ingredient, from the ingredients and classes of every medicine. The first class of a medicine with
/// one ingredient is the closest; broader ones (beta-lactams) and classes by use do not count, so that what is a caution
/// by its class never becomes a stop by its ingredient.
pub fn families(medicines: &[(Vec<String>, Vec<String>)], by_use: &BTreeSet<String>) -> Vec<Family> {
    let mut alone: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut broad: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let own = |classes: &'_ [String]| -> Vec<String> {
        classes.iter().filter(|class| !by_use.contains(*class)).cloned().collect()
    };
    for (ingredients, classes) in medicines {
        let [ingredient] = ingredients.as_slice() else { continue };
        let families = alone.entry(ingredient).or_default();
        families.extend(classes.iter().find(|class| !by_use.contains(*class)).map(String::as_str));
        broad.entry(ingredient).or_default().extend(classes.iter().map(String::as_str));
    }
    let mut found: BTreeSet<Family> = BTreeSet::new();
    for (ingredient, classes) in &alone {
        for class in classes {
            let (ingredient, class) = ((*ingredient).to_owned(), (*class).to_owned());
            found.insert(Family { ingredient, class, sure: true });
        }
    }
    for (ingredients, classes) in medicines.iter().filter(|(ingredients, _)| ingredients.len() > 1) {
        let unknown: Vec<&String> =
            ingredients.iter().filter(|one| !alone.contains_key(one.as_str())).collect();
        let of_others = |class: &String| {
            ingredients
                .iter()
                .any(|one| broad.get(one.as_str()).is_some_and(|set| set.contains(class.as_str())))
        };
        let left: Vec<String> = own(classes).into_iter().filter(|class| !of_others(class)).collect();
        // As many classes as ingredients stand in the same order.
        let sure = left.len() == unknown.len();
        for (at, ingredient) in unknown.iter().enumerate() {
            let classes: Vec<&String> =
                if sure { left.get(at).into_iter().collect() } else { left.iter().collect() };
            for class in classes {
                found.insert(Family { ingredient: (*ingredient).clone(), class: class.clone(), sure });
            }
        }
    }
    // What one product says for sure, another one's doubt does not take back.
    let sure: BTreeSet<(String, String)> = found
        .iter()
        .filter(|family| family.sure)
        .map(|family| (family.ingredient.clone(), family.class.clone()))
        .collect();
    found
        .into_iter()
        .filter(|family| family.sure || !sure.contains(&(family.ingredient.clone(), family.class.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_the_closest_class_and_combinations_are_taken_apart() {
        let made = |ingredients: &str, classes: &str| (list(ingredients), list(classes));
        let medicines = [
            made("amoxicillin", "penicillin|beta_lactam"),
            made("amoxicillin|clavulanic_acid", "penicillin|beta_lactam"),
            made("sulfamethoxazole|trimethoprim", "sulfonamide|antifolate"),
            made("diclofenac", "nsaid"),
            made("diclofenac", "nsaid_topical"),
            made("tenofovir|lamivudine|dolutegravir", "nucleoside_rti|integrase_inhibitor"),
            made("quinine", "cinchona|antimalarial"),
        ];
        let by_use = BTreeSet::from(["antimalarial".to_owned()]);
        let found = families(&medicines, &by_use);
        let of = |ingredient: &str| -> Vec<(&str, bool)> {
            let own = found.iter().filter(|family| family.ingredient == ingredient);
            own.map(|family| (family.class.as_str(), family.sure)).collect()
        };
        assert_eq!(of("amoxicillin"), [("penicillin", true)]);
        assert_eq!(of("clavulanic_acid"), []);
        assert_eq!(of("trimethoprim"), [("antifolate", true)]);
        assert_eq!(of("sulfamethoxazole"), [("sulfonamide", true)]);
        assert_eq!(of("diclofenac"), [("nsaid", true), ("nsaid_topical", true)]);
        assert_eq!(of("dolutegravir"), [("integrase_inhibitor", false), ("nucleoside_rti", false)]);
        assert_eq!(of("quinine"), [("cinchona", true)]);
    }
}
