//! Token labels: how they are written, and how they are said aloud (experience.md B3, B5).

use std::fmt;

/// Letters that cannot be taken for a digit or for each other.
const LETTERS: &str = "ABCDEFGHJKLMNPRTUVWXY";

/// How the tokens of a series look: one or two letters, then a number with leading noughts, like "A012" (rule
/// Q1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFormat {
    prefix: String,
    digits: usize,
}

/// What is wrong with a token format as entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFormatFault {
    /// Not one or two letters.
    PrefixLength,
    /// A letter that can be misread, or no letter at all.
    Letter(char),
    /// Fewer than 2 or more than 5 digits.
    Digits,
}

impl fmt::Display for TokenFormatFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenFormatFault::PrefixLength => f.write_str("The prefix must have one or two letters."),
            TokenFormatFault::Letter(letter) => {
                write!(
                    f,
                    "The prefix must not contain {letter:?}. Use letters from A to Y, but not I, O, Q or S."
                )
            }
            TokenFormatFault::Digits => f.write_str("The number must have between 2 and 5 digits."),
        }
    }
}

impl TokenFormat {
    /// A format; lower case and blanks around the prefix are accepted.
    pub fn parse(prefix: &str, digits: usize) -> Result<TokenFormat, TokenFormatFault> {
        let prefix = prefix.trim().to_uppercase();
        if let Some(letter) = prefix.chars().find(|letter| !LETTERS.contains(*letter)) {
            return Err(TokenFormatFault::Letter(letter));
        }
        if !(1..=2).contains(&prefix.len()) {
            return Err(TokenFormatFault::PrefixLength);
        }
        if !(2..=5).contains(&digits) {
            return Err(TokenFormatFault::Digits);
        }
        Ok(TokenFormat { prefix, digits })
    }

    /// The letters.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The least number of digits.
    pub fn digits(&self) -> usize {
        self.digits
    }

    /// The label of the `number`th token of the day. A number with more digits than foreseen is written out.
    pub fn label(&self, number: u32) -> String {
        format!("{}{number:0width$}", self.prefix, width = self.digits)
    }
}

/// A label as it is said: "Token A, zero one two."
pub fn spoken(label: &str) -> String {
    let (letters, digits): (Vec<char>, Vec<char>) =
        label.chars().filter(|c| c.is_alphanumeric()).partition(|c| c.is_alphabetic());
    let letters: Vec<String> = letters.iter().map(char::to_string).collect();
    let digits: Vec<&str> = digits.iter().filter_map(|digit| digit.to_digit(10)).map(small).collect();
    match (letters.is_empty(), digits.is_empty()) {
        (false, false) => format!("Token {}, {}.", letters.join(" "), digits.join(" ")),
        (false, true) => format!("Token {}.", letters.join(" ")),
        (true, _) => format!("Token {}.", digits.join(" ")),
    }
}

/// What screens say for a call: "Token A, zero one two. Room two."
pub fn announcement(label: &str, room: &str) -> String {
    let mut words = Vec::new();
    let mut rest = room.trim();
    while let Some(first) = rest.chars().next() {
        let digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        words.push(if digit { number_in_words(run) } else { run.trim().trim_end_matches('.').to_owned() });
        rest = after;
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() { spoken(label) } else { format!("{} {}.", spoken(label), words.join(" ")) }
}

/// Numbers up to 99 as a word, longer ones and those with a leading nought digit by digit.
fn number_in_words(run: &str) -> String {
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    match run.parse::<u32>() {
        Ok(number @ 0..=19) if run.len() <= 2 && (run.len() == 1 || number > 9) => small(number).to_owned(),
        Ok(number @ 20..=99) if run.len() == 2 => {
            let tens = TENS[(number / 10 - 2) as usize];
            if number % 10 == 0 { tens.to_owned() } else { format!("{tens} {}", small(number % 10)) }
        }
        Ok(_) | Err(_) => {
            let digits: Vec<&str> = run.chars().filter_map(|digit| digit.to_digit(10)).map(small).collect();
            digits.join(" ")
        }
    }
}

/// Nought to nineteen; nothing else is asked for.
fn small(number: u32) -> &'static str {
    const WORDS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    WORDS.get(number as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::model::wording::assert_clear;

    #[test]
    fn a_label_has_a_prefix_and_leading_noughts() {
        let format = TokenFormat::parse(" a ", 3).expect("a format");
        assert_eq!(format.label(12), "A012");
        assert_eq!(format.label(1234), "A1234");
        assert_eq!((format.prefix(), format.digits()), ("A", 3));
    }

    #[test]
    fn letters_that_can_be_misread_are_refused() {
        for letter in ['I', 'O', 'Q', 'S', 'Z'] {
            let fault = TokenFormat::parse(&letter.to_string(), 3).err();
            assert_eq!(fault, Some(TokenFormatFault::Letter(letter)));
        }
        assert_eq!(TokenFormat::parse("", 3), Err(TokenFormatFault::PrefixLength));
        assert_eq!(TokenFormat::parse("ABC", 3), Err(TokenFormatFault::PrefixLength));
        assert_eq!(TokenFormat::parse("Ä", 3), Err(TokenFormatFault::Letter('Ä')));
        assert_eq!(TokenFormat::parse("A1", 3), Err(TokenFormatFault::Letter('1')));
        assert_eq!(TokenFormat::parse("A", 1), Err(TokenFormatFault::Digits));
        assert_eq!(TokenFormat::parse("A", 6), Err(TokenFormatFault::Digits));
    }

    #[test]
    fn a_call_is_said_digit_by_digit() {
        assert_eq!(spoken("A012"), "Token A, zero one two.");
        assert_eq!(spoken("AB107"), "Token A B, one zero seven.");
        assert_eq!(spoken("12"), "Token one two.");
        assert_eq!(announcement("A012", "Room 2"), "Token A, zero one two. Room two.");
        assert_eq!(announcement("A012", "Room 21B"), "Token A, zero one two. Room twenty one B.");
        assert_eq!(announcement("A012", "Room 12"), "Token A, zero one two. Room twelve.");
        assert_eq!(announcement("A012", "Window 30"), "Token A, zero one two. Window thirty.");
        assert_eq!(announcement("A012", "Room 102"), "Token A, zero one two. Room one zero two.");
        assert_eq!(announcement("A012", "Room 07"), "Token A, zero one two. Room zero seven.");
        assert_eq!(announcement("A012", " "), "Token A, zero one two.");
    }

    #[test]
    fn every_fault_is_a_clear_sentence() {
        for fault in [TokenFormatFault::PrefixLength, TokenFormatFault::Letter('Q'), TokenFormatFault::Digits]
        {
            assert_clear(&fault.to_string());
        }
    }
}
