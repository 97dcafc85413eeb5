//! The numbers people carry: matric number, phone, clinic number, card code.

use super::names::words_of;

/// A matric number in its stored form: upper case, no blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatricNumber(String);

impl MatricNumber {
    /// What was typed in upper case without blanks: how numbers are stored, whatever the pattern says of them.
    pub fn normal(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
    }

    /// Whether a pattern can tell numbers apart: without a place for a digit or a letter only one number fits it.
    pub fn is_pattern(pattern: &str) -> bool {
        pattern.contains(['9', 'A'])
    }

    /// Reads what was typed by the clinic's pattern, in which `9` is a digit, `A` a letter and all else itself.
    pub fn parse(text: &str, pattern: &str) -> Option<Self> {
        let stored = MatricNumber::normal(text);
        let mut letters = stored.chars();
        for place in pattern.chars() {
            let letter = letters.next()?;
            let fits = match place {
                '9' => letter.is_ascii_digit(),
                'A' => letter.is_ascii_uppercase(),
                own => letter == own,
            };
            if !fits {
                return None;
            }
        }
        (letters.next().is_none() && !stored.is_empty()).then_some(MatricNumber(stored))
    }

    /// The same from its letters and digits alone: whatever stands between them is the pattern's (`19 52 ha001`).
    pub fn parse_loosely(text: &str, pattern: &str) -> Option<Self> {
        let mut letters = text.chars().filter(|c| c.is_alphanumeric());
        let mut place = |own: char| if own.is_alphanumeric() { letters.next() } else { Some(own) };
        let read: Option<String> = pattern.chars().map(&mut place).collect();
        read.filter(|_| letters.next().is_none()).and_then(|read| MatricNumber::parse(&read, pattern))
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An example of the pattern for hints: `19/52HA001`.
    pub fn example(pattern: &str) -> String {
        let mut digits = "19520014".chars().cycle();
        let mut letters = "HAKB".chars().cycle();
        let place = |place| match place {
            '9' => digits.next().unwrap_or('1'),
            'A' => letters.next().unwrap_or('H'),
            own => own,
        };
        pattern.chars().map(place).collect()
    }
}

impl std::fmt::Display for MatricNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a phone number was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneError;

impl std::fmt::Display for PhoneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enter a phone number, like 0803 123 4567 or +234 803 123 4567")
    }
}

/// A phone number: shown as typed, found by its digits in national form (experience F8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phone {
    /// As typed, without blanks around it.
    pub typed: String,
    /// `08031234567`; a foreign number keeps its country's digits.
    pub digits: String,
}

impl Phone {
    /// Reads a number; an empty text is an empty number.
    ///
    /// # Errors
    /// When it holds anything but digits, blanks, hyphens, dots, brackets and a leading plus, or too few or many digits.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Ok(Phone::default());
        }
        let allowed = |(at, c): (usize, char)| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || "-().\u{2010}\u{2011}/".contains(c)
                || (c == '+' && at == 0)
        };
        if typed.chars().count() > 40 || !typed.char_indices().all(allowed) {
            return Err(PhoneError);
        }
        let digits = national(typed);
        if !(7..=15).contains(&digits.len()) {
            return Err(PhoneError);
        }
        Ok(Phone { typed: typed.to_owned(), digits })
    }
}

/// The digits in national form.
fn national(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let abroad = text.trim_start().starts_with('+') || digits.starts_with("00");
    let bare = digits.strip_prefix("00").unwrap_or(&digits);
    let own = bare.strip_prefix("234").filter(|rest| rest.len() >= 10 || abroad);
    match own {
        Some(rest) => format!("0{}", rest.trim_start_matches('0')),
        None if !abroad && bare.len() == 10 && bare.starts_with(['7', '8', '9']) => format!("0{bare}"),
        None => bare.to_owned(),
    }
}

/// Letters and digits only, folded: `19/52HA001` gives `1952ha001`.
pub fn compact(text: &str) -> String {
    words_of(text).concat()
}

/// The sign-in name of a student: the matric number in lower case.
pub fn sign_in_name(matric: &str) -> String {
    matric.to_lowercase()
}

/// The words of a search, at most four: a typed phone number is one word, everything else is folded like the names.
pub fn find_words(text: &str) -> Vec<String> {
    let typed = text.trim();
    let phone_like = typed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-().".contains(c));
    if phone_like && typed.chars().filter(char::is_ascii_digit).count() >= 4 {
        return vec![national(typed)];
    }
    let mut words: Vec<String> = Vec::new();
    for part in typed.split_whitespace() {
        if part.chars().any(|c| c.is_ascii_digit()) {
            words.push(compact(part));
        } else {
            words.extend(words_of(part));
        }
    }
    words.retain(|word| !word.is_empty());
    words.dedup();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.truncate(4);
    // Single letters fit half the campus: one of them beside words, two alone.
    let longer = words.iter().filter(|word| word.chars().count() > 1).count();
    words.truncate((longer + 1).max(2));
    words
}

/// The clinic number of the `n`th patient: `P-000123`.
pub fn patient_number(n: i64) -> String {
    format!("P-{n:06}")
}

/// A clinic number as people type it: `P-000123`, `p 123`, `000123`. Fewer than six bare digits could as well begin a
/// phone number.
pub fn read_patient_number(text: &str) -> Option<String> {
    let word = compact(text);
    let (digits, fewest) = word.strip_prefix('p').map_or((word.as_str(), 6), |rest| (rest, 1));
    let plain = (fewest..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).map(patient_number)
}

/// Letters that cannot be taken for one another.
const CARD_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CARD_LENGTH: usize = 26;

/// The code of a card from 128 random bits; it tells nothing about the patient.
pub fn card_code(random: u128) -> String {
    let letter = |at: usize| char::from(CARD_LETTERS[((random >> (at * 5)) & 31) as usize]);
    (0..CARD_LENGTH).map(letter).collect()
}

/// Reads a scanned or typed card code; groups and look-alikes are taken.
pub fn is_card_code(text: &str) -> Option<String> {
    let same = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(same).collect();
    (code.len() == CARD_LENGTH && code.bytes().all(|byte| CARD_LETTERS.contains(&byte))).then_some(code)
}

/// A code in groups of four, for reading aloud.
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matric_numbers_are_read_leniently_and_stored_strictly() {
        let read = |text: &str| MatricNumber::parse(text, "99/99AA999").map(|matric| matric.to_string());
        for text in ["19/52HA001", " 19/52ha001", "19 / 52 Ha 001"] {
            assert_eq!(read(text).as_deref(), Some("19/52HA001"), "{text}");
        }
        for text in ["", "19/52HA01", "19/52HA0011", "1952HA001", "19/52H1001", "19/52HA00x"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(MatricNumber::example("99/99AA999"), "19/52HA001");
    }

    #[test]
    fn a_matric_number_is_found_whatever_stands_between_its_letters() {
        let read =
            |text: &str| MatricNumber::parse_loosely(text, "99/99AA999").map(|matric| matric.to_string());
        for text in ["19/52HA001", "19-52-ha-001", "1952ha001", "19 52 HA 001", " 19\\52.HA001 "] {
            assert_eq!(read(text).as_deref(), Some("19/52HA001"), "{text}");
        }
        for text in ["", "19/52HA01", "19/52HA0011", "doctor", "19/52H1001"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn phones_fold_to_national_digits_and_are_shown_as_typed() {
        for text in [
            "08031234567",
            "0803 123 4567",
            "+234 803 123 4567",
            "+234 (0)803-123-4567",
            "2348031234567",
            "002348031234567",
            "8031234567",
        ] {
            let phone = Phone::parse(text).unwrap();
            assert_eq!((phone.digits.as_str(), phone.typed.as_str()), ("08031234567", text));
        }
        assert_eq!(Phone::parse("+44 20 7946 0018").unwrap().digits, "442079460018");
        assert_eq!(Phone::parse("  ").unwrap(), Phone::default());
        for text in ["abc", "12", "0803 123 4567 ext 5", "08+031234567", "0803123456789012345"] {
            assert_eq!(Phone::parse(text), Err(PhoneError), "{text}");
        }
    }

    #[test]
    fn a_search_is_cut_into_words() {
        assert_eq!(find_words("+234 803 123"), ["0803123"]);
        assert_eq!(find_words("0803 123 4567"), ["08031234567"]);
        assert_eq!(find_words("19/52ha"), ["1952ha"]);
        assert_eq!(find_words("Adé  Ọlá-Òjó"), ["ade", "ola", "ojo"]);
        assert_eq!(find_words("a bb ccc dddd eeeee").len(), 4);
        assert_eq!(find_words("a e i o"), ["a", "e"]);
        assert_eq!(find_words("o ade"), ["ade", "o"]);
        assert!(find_words(" -- ").is_empty());
    }

    #[test]
    fn clinic_numbers_are_read_with_and_without_their_letter() {
        for text in ["P-000123", "p 123", "000123"] {
            assert_eq!(read_patient_number(text).as_deref(), Some("P-000123"), "{text}");
        }
        for text in ["P-", "q123", "12a", "", "0803", "1234567890123"] {
            assert_eq!(read_patient_number(text), None, "{text}");
        }
        assert_eq!(patient_number(1_234_567), "P-1234567");
    }

    proptest! {
        #[test]
        fn a_card_code_is_read_back_from_its_groups(random: u128) {
            let code = card_code(random);
            prop_assert_eq!(code.len(), 26);
            prop_assert_eq!(is_card_code(&grouped(&code).to_lowercase()), Some(code));
        }

        #[test]
        fn nothing_typed_makes_reading_fall(text in "\\PC{0,40}") {
            let _ = (Phone::parse(&text), find_words(&text), is_card_code(&text), read_patient_number(&text));
            let _ = MatricNumber::parse(&text, "99/99AA999");
        }

        #[test]
        fn a_national_number_folds_to_itself(digits in "0[789][0-9]{9}") {
            let abroad = format!("+234 {}", &digits[1..]);
            prop_assert_eq!(Phone::parse(&abroad).unwrap().digits, digits.clone());
            prop_assert_eq!(Phone::parse(&digits).unwrap().digits, digits);
        }
    }
}
