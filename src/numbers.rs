//! Whole numbers as people read them, in one place (experience X6).

use std::borrow::Borrow;

/// `1,200`; `−1,200` below zero, with a minus as long as a plus.
pub fn grouped(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let mut text = String::with_capacity(ROOM);
    push_grouped(&mut text, number);
    text
}

/// Room for the longest number with its sign.
const ROOM: usize = 32;

fn push_grouped(text: &mut String, number: i64) {
    if number < 0 {
        text.push('−');
    }
    let digits = number.unsigned_abs().to_string();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
}

/// A difference: `+96`, `−2`.
pub fn signed(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let mut text = String::with_capacity(ROOM);
    if number >= 0 {
        text.push('+');
    }
    push_grouped(&mut text, number);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart_and_a_difference_has_its_sign() {
        let shown = [0, 7, 999, 1_000, 1_234_567, -1, -12_000].map(grouped);
        assert_eq!(shown, ["0", "7", "999", "1,000", "1,234,567", "−1", "−12,000"]);
        assert_eq!(grouped(i64::MIN), "−9,223,372,036,854,775,808");
        assert_eq!([0, 96, -2_000].map(signed), ["+0", "+96", "−2,000"]);
    }
}
