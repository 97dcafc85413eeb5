//! Whole numbers as people read them, in one place (experience X6).

use std::borrow::Borrow;

/// `1,200`; `−1,200` below zero, with a minus as long as a plus.
pub fn grouped(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A difference: `+96`, `−2`.
pub fn signed(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    if number < 0 { grouped(number) } else { format!("+{}", grouped(number)) }
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
