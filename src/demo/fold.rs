//! The words that a patient is found by.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without diacritics; every other mark parts words.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain = text.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_combining_mark(*letter));
    let folded: String = plain
        .map(|letter| match letter {
            'ɗ' => 'd',
            'ɓ' => 'b',
            'ƙ' => 'k',
            letter if letter.is_alphanumeric() => letter,
            _ => ' ',
        })
        .collect();
    folded.split_whitespace().map(str::to_owned).collect()
}

/// Names, double names also as one word, all numbers, the phone with and without its leading nought.
pub(super) fn terms(names: &[&str], numbers: &[&str], phone: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for part in names.iter().flat_map(|name| name.split_whitespace()) {
        let words = words(part);
        if words.len() > 1 {
            terms.insert(words.concat());
        }
        terms.extend(words);
    }
    for number in numbers {
        let number = words(number).concat();
        let digits = number.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
        if number.starts_with('p') {
            terms.insert(digits.trim_start_matches('0').to_owned());
            terms.insert(digits);
        }
        terms.insert(number);
    }
    terms.insert(phone.trim_start_matches('0').to_owned());
    terms.insert(phone.to_owned());
    terms.remove("");
    terms
}
