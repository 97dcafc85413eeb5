//! The code of a sample: the day and a number, ten digits that a scanner reads and a finger can type.

use chrono::NaiveDate;

/// `2611090012` for the twelfth sample of 9 November 2026.
pub fn sample_code(day: NaiveDate, number: i64) -> String {
    format!("{}{number:04}", day.format("%y%m%d"))
}

/// As people read it: `261109 0012`.
pub fn shown_code(code: &str) -> String {
    match code.split_at_checked(6) {
        Some((day, number)) if !number.is_empty() => format!("{day} {number}"),
        _ => code.to_owned(),
    }
}

/// What was typed or scanned, without blanks and dashes; none when it is no code.
pub fn typed_code(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = (10..=14).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_in_two_groups_and_read_again_however_it_is_typed() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 9).unwrap();
        let code = sample_code(day, 12);
        assert_eq!((code.as_str(), shown_code(&code).as_str()), ("2611090012", "261109 0012"));
        for typed in ["2611090012", "261109 0012", " 261109-0012 "] {
            assert_eq!(typed_code(typed).as_deref(), Some("2611090012"));
        }
        for typed in ["", "Ada Obi", "261109", "26110900123456789", "19/52HA001"] {
            assert_eq!(typed_code(typed), None, "{typed}");
        }
        assert_eq!(sample_code(day, 12_345), "26110912345");
    }
}
