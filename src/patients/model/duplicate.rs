//! When two patients are likely one (rule I2). Never merged by itself: a person decides.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::names::words_of;
use super::{Details, PatientId, Phone};

/// From this likeness on, a person has to look.
pub const REVIEW: i32 = 60;

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The folded words of the name, in no order.
    pub words: BTreeSet<String>,
    /// Known or not.
    pub born_on: Option<NaiveDate>,
    /// National form, or empty.
    pub phone_digits: String,
    /// Lower case, or empty.
    pub email: String,
}

impl Person {
    /// What is compared of details as typed.
    pub fn of(details: &Details) -> Self {
        Person {
            words: words_of(&details.name()).into_iter().collect(),
            born_on: details.born_on,
            phone_digits: Phone::parse(&details.phone).unwrap_or_default().digits,
            email: details.email.clone(),
        }
    }
}

/// A registered patient who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Candidate {
    pub id: PatientId,
    pub number: String,
    pub family_name: String,
    pub given_names: String,
    pub born_on: Option<NaiveDate>,
    pub phone_digits: String,
    pub email: String,
    pub matric_number: Option<String>,
}

impl Candidate {
    /// The name as people read it.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }

    /// `27 March 2004`, or nothing.
    pub fn born(&self) -> String {
        self.born_on.map(crate::settings::model::plain_day).unwrap_or_default()
    }

    fn person(&self) -> Person {
        Person {
            words: words_of(&self.name()).into_iter().collect(),
            born_on: self.born_on,
            phone_digits: self.phone_digits.clone(),
            email: self.email.clone(),
        }
    }
}

/// How alike two people are; [`REVIEW`] and more is worth a look.
pub fn likeness(one: &Person, other: &Person) -> i32 {
    let common = one.words.intersection(&other.words).count();
    let fewest = one.words.len().min(other.words.len());
    let both_born = one.born_on.is_some() && other.born_on.is_some();
    let name = if common == 0 {
        0
    } else if one.words == other.words {
        // Of two people of one name who may be of one age somebody has to look, whatever else is known.
        if both_born { 50 } else { REVIEW }
    } else if common == fewest && common >= 2 {
        40
    } else {
        10
    };
    let birth = match (one.born_on, other.born_on) {
        (Some(one), Some(other)) if one == other => 30,
        (Some(_), Some(_)) => -20,
        (None, _) | (_, None) => 0,
    };
    let same = |one: &str, other: &str| i32::from(!one.is_empty() && one == other) * 30;
    name + birth + same(&one.phone_digits, &other.phone_digits) + same(&one.email, &other.email)
}

/// The candidates that a person has to look at, likeliest first.
pub fn same_facts(details: &Details, candidates: Vec<Candidate>) -> Vec<(Candidate, String)> {
    let person = Person::of(details);
    let mut likely: Vec<(i32, Candidate)> = candidates
        .into_iter()
        .map(|candidate| (likeness(&person, &candidate.person()), candidate))
        .filter(|(score, _)| *score >= REVIEW)
        .collect();
    likely.sort_by_key(|(score, candidate)| (std::cmp::Reverse(*score), candidate.id));
    likely.truncate(5);
    likely.into_iter().map(|(_, candidate)| (candidate.clone(), why(&person, &candidate.person()))).collect()
}

/// The same for a line of a file: its matric number tells a student from others of the same name, as long as nothing else
/// is the same.
pub fn same_facts_of_student(details: &Details, mut candidates: Vec<Candidate>) -> Vec<(Candidate, String)> {
    let person = Person::of(details);
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    candidates.retain(|other| {
        other.matric_number.is_none()
            || other.born_on.is_some() && other.born_on == person.born_on
            || same(&other.phone_digits, &person.phone_digits)
            || same(&other.email, &person.email)
    });
    same_facts(details, candidates)
}

/// `Same name, same phone number.`
fn why(one: &Person, other: &Person) -> String {
    let mut facts = Vec::new();
    if one.words == other.words {
        facts.push("same name");
    } else if one.words.intersection(&other.words).count() > 0 {
        facts.push("similar name");
    }
    if one.born_on.is_some() && one.born_on == other.born_on {
        facts.push("same date of birth");
    }
    if !one.phone_digits.is_empty() && one.phone_digits == other.phone_digits {
        facts.push("same phone number");
    }
    if !one.email.is_empty() && one.email == other.email {
        facts.push("same e-mail");
    }
    let words = facts.join(", ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person(name: &str, born: Option<(i32, u32, u32)>, phone: &str) -> Person {
        Person {
            words: words_of(name).into_iter().collect(),
            born_on: born.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day)),
            phone_digits: phone.to_owned(),
            email: String::new(),
        }
    }

    #[test]
    fn the_same_name_in_another_order_and_spelling_with_the_same_birth_date_is_likely() {
        let one = person("Adéṣínà Ọlá", Some((2004, 3, 27)), "");
        assert!(likeness(&one, &person("ola adesina", Some((2004, 3, 27)), "")) >= REVIEW);
        assert!(likeness(&one, &person("Ola Adesina", None, "")) >= REVIEW, "the name alone is worth a look");
        assert!(likeness(&one, &person("Ola Bello", None, "")) < REVIEW);
        assert!(likeness(&one, &person("Ola Adesina", Some((1980, 1, 1)), "")) < REVIEW);
    }

    #[test]
    fn siblings_with_one_phone_are_two_people_and_twins_are_looked_at() {
        let ada = person("Ada Obi", Some((2004, 3, 27)), "08031234567");
        assert!(likeness(&ada, &person("Chidi Obi", Some((2001, 1, 5)), "08031234567")) < REVIEW);
        assert!(likeness(&ada, &person("Chidi Obi", Some((2004, 3, 27)), "08031234567")) >= REVIEW);
    }

    proptest! {
        #[test]
        fn likeness_does_not_depend_on_who_is_asked(a in "[a-c ]{0,6}", b in "[a-c ]{0,6}", x: bool, y: bool) {
            let born = |known: bool| known.then_some((2004, 3, 27));
            let (one, other) = (person(&a, born(x), "1"), person(&b, born(y), "1"));
            prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
        }
    }
}
