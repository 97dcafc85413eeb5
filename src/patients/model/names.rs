//! Names as they are searched for: without case, diacritics and punctuation. What is stored and shown stays as typed.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::numbers::compact;
use super::people::Details;

/// Letters that no decomposition turns into plain ones.
fn plain(letter: char) -> &'static str {
    match letter {
        'ø' => "o",
        'đ' | 'ð' | 'ɗ' => "d",
        'ɓ' => "b",
        'ƙ' => "k",
        'ƴ' => "y",
        'ł' => "l",
        'ı' => "i",
        'ŋ' => "n",
        'ɛ' | 'ə' | 'ǝ' => "e",
        'ɔ' => "o",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => "",
    }
}

/// Longest family name, given names, and any other cell of a file; as the forms take them.
pub const LONGEST: usize = 120;

/// A text without characters that nobody sees: control characters, direction marks, joiners and the like. They make two
/// names that look alike differ, and can turn a line around.
pub fn visible(text: &str) -> String {
    let seen: String = text.chars().filter(|letter| !is_hidden(*letter)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nobody sees it: a control character, a direction mark, a joiner and the like.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Lower case without diacritics; apostrophes, hyphens and all other marks become one blank.
pub fn fold(name: &str) -> String {
    words_of(name).join(" ")
}

/// The folded words of a name.
pub fn words_of(name: &str) -> Vec<String> {
    let mut folded = String::with_capacity(name.len());
    for letter in name.nfkd().flat_map(char::to_lowercase).filter(|letter| !is_combining_mark(*letter)) {
        match plain(letter) {
            "" if letter.is_alphanumeric() => folded.push(letter),
            "" => folded.push(' '),
            letters => folded.push_str(letters),
        }
    }
    // A capital dotted letter leaves its dot only after it was made small.
    let clean: String = folded.nfkd().filter(|letter| !is_combining_mark(*letter)).collect();
    clean.split_whitespace().map(str::to_owned).collect()
}

/// Every word a patient is found by: the words of the name, double names also written as one, all numbers, the phone
/// with and without its leading zero.
pub fn search_terms(details: &Details, number: &str, phone_digits: &str) -> Vec<String> {
    let mut terms = BTreeSet::new();
    for part in details.family_name.split_whitespace().chain(details.given_names.split_whitespace()) {
        let words = words_of(part);
        if words.len() > 1 {
            terms.insert(words.concat());
        }
        terms.extend(words);
    }
    let number = compact(number);
    let digits = number.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
    terms.insert(digits.trim_start_matches('0').to_owned());
    terms.insert(digits);
    terms.insert(number);
    for own in [&details.matric_number, &details.staff_number].into_iter().flatten() {
        terms.insert(compact(own));
    }
    if let Some(short) = phone_digits.strip_prefix('0') {
        terms.insert(short.to_owned());
    }
    terms.insert(phone_digits.to_owned());
    terms.into_iter().filter(|term| !term.is_empty()).map(|term| term.chars().take(80).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn diacritics_dots_and_marks_fold_away() {
        for (name, folded) in [
            ("Ọlúwafúnmiláyọ̀ Adéṣínà-Ògúntádé", "oluwafunmilayo adesina oguntade"),
            ("ẸNIỌLÁ Ṣọlá", "eniola sola"),
            ("O'Brien", "o brien"),
            ("N’Diaye", "n diaye"),
            ("Ɓala Ɗan Ƙofa", "bala dan kofa"),
            ("İpek Øst", "ipek ost"),
            ("  Ngũgĩ   wa Thiong'o ", "ngugi wa thiong o"),
            ("王 小明", "王 小明"),
            ("-'-", ""),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    #[test]
    fn what_nobody_sees_is_no_part_of_a_name() {
        assert_eq!(visible("Ada\u{202e} \u{200b}Obi\u{feff}\u{2069}"), "Ada Obi");
        assert_eq!(visible(" Ọlúwafúnmiláyọ̀\tAdéṣínà "), "Ọlúwafúnmiláyọ̀ Adéṣínà");
        assert_eq!(visible("\u{200f}\u{202e}"), "");
    }

    #[test]
    fn a_patient_is_found_by_every_number_and_by_a_double_name_in_one_word() {
        let details = Details {
            family_name: "Adéṣínà-Ògúntádé".to_owned(),
            given_names: "Ọlá".to_owned(),
            matric_number: Some("19/52HA001".to_owned()),
            ..Details::default()
        };
        let terms = search_terms(&details, "P-000123", "08051239900");
        for term in [
            "adesina",
            "oguntade",
            "adesinaoguntade",
            "ola",
            "1952ha001",
            "p000123",
            "000123",
            "123",
            "8051239900",
        ] {
            assert!(terms.iter().any(|found| found == term), "{term} in {terms:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,40}") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn composed_and_decomposed_letters_fold_alike(name in "[a-zA-ZẹọṣẸỌṢéèáàíìúùńǹ ]{0,30}") {
            prop_assert_eq!(fold(&name.nfc().collect::<String>()), fold(&name.nfd().collect::<String>()));
        }
    }
}
