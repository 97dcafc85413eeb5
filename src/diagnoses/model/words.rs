//! The words by which a term is found, and how a chosen one stands in a text field.

use std::collections::BTreeSet;

use crate::patients::model::words_of;

/// Words that every second term has: they find nothing.
const SMALL: [&str; 16] =
    ["a", "an", "and", "as", "at", "by", "due", "for", "from", "in", "of", "on", "or", "the", "to", "with"];
/// Words of one search that count.
const MOST: usize = 4;

/// A code without its dot, in small letters: `B50.9` is found as `b509`.
pub fn compact(code: &str) -> String {
    code.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Every word a term is found by.
pub fn words(code: &str, texts: &[&str]) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = texts.iter().flat_map(|text| words_of(text)).collect();
    words.retain(|word| !SMALL.contains(&word.as_str()));
    words.extend(words_of(code));
    words.insert(compact(code));
    words.remove("");
    words
}

/// The words that somebody looks for, the longest first: it finds the fewest. At least one, unless nothing was typed.
pub fn asked(typed: &str) -> Vec<String> {
    let all = words_of(typed);
    let mut words: Vec<String> = all.iter().filter(|word| !SMALL.contains(&word.as_str())).cloned().collect();
    if words.is_empty() {
        words = all;
    }
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.dedup();
    words.truncate(MOST);
    words
}

/// The upper end of the range of words that begin with `word`; of nothing, nothing.
pub fn end_of(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!("{word}\u{10FFFF}") }
}

/// A chosen term as it stands in the field: `Malaria, not tested or species unknown (B54)`.
pub fn label(term: &str, code: &str) -> String {
    format!("{term} ({code})")
}

/// Term and code of what stands in the field, where it looks like a chosen one.
pub fn read_label(text: &str) -> Option<(&str, &str)> {
    let (term, code) = text.trim().strip_suffix(')')?.rsplit_once(" (")?;
    let is_code = !code.is_empty() && !code.contains(char::is_whitespace);
    is_code.then_some((term.trim(), code))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_term_is_found_by_its_words_its_synonyms_and_its_code_with_and_without_the_dot() {
        let words = words("B50.9", &["Uncomplicated falciparum malaria", "Fièvre of the |pf"]);
        for word in ["uncomplicated", "malaria", "fievre", "pf", "b50", "9", "b509"] {
            assert!(words.contains(word), "{word}: {words:?}");
        }
        assert!(!words.contains("of") && !words.contains("the"));
    }

    #[test]
    fn small_words_are_left_out_unless_nothing_else_was_typed() {
        assert_eq!(asked("pain of the Stomach"), ["stomach", "pain"]);
        assert_eq!(asked("on"), ["on"]);
        assert!(asked(" ,. ").is_empty());
        assert_eq!(asked("a b c d e f g").len(), 4);
    }

    proptest! {
        #[test]
        fn what_stands_in_the_field_leads_back_to_term_and_code(term in "[A-Za-z][A-Za-z(), ]{0,30}[a-z)]", code in "[A-Z][0-9]{2}(\\.[0-9])?") {
            let shown = label(&term, &code);
            prop_assert_eq!(read_label(&shown), Some((term.trim(), code.as_str())));
        }

        #[test]
        fn whatever_is_typed_at_most_four_words_are_looked_for(typed in "\\PC{0,60}") {
            prop_assert!(asked(&typed).len() <= 4);
            let _ = read_label(&typed);
        }
    }
}
