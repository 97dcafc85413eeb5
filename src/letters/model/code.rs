//! The code by which a verification is checked: 130 random bits that nobody guesses, in letters that nobody mistakes.

use crate::patients::model::{card_code, grouped, is_card_code};

/// A code that nobody knows yet.
pub fn fresh_code(random: u128) -> String {
    card_code(random)
}

/// As it is printed and read aloud, in groups of four.
pub fn shown_code(code: &str) -> String {
    grouped(code)
}

/// From what was typed or scanned; groups, blanks and look-alikes are taken. What is no code is none.
pub fn read_code(typed: &str) -> Option<String> {
    // More than that is no code, whatever is in it.
    if typed.len() > 80 { None } else { is_card_code(typed) }
}
