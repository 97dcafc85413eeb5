//! Results as whole numbers with a count of decimals, and what a flag says. No floating point.

crate::words! {
    /// What an analyte's result is.
    pub enum AnalyteKind { Number = "number" => "A number", Choice = "choice" => "One of a list", Text = "text" => "Words" }
}

crate::words! {
    /// How a result lies to its range. The stored word goes with the result for good (rule L4).
    pub enum Flag {
        None = "none" => "No range for this person",
        Normal = "normal" => "Normal",
        Low = "low" => "Low",
        High = "high" => "High",
        Abnormal = "abnormal" => "Abnormal",
        CriticalLow = "critical_low" => "Critically low",
        CriticalHigh = "critical_high" => "Critically high",
        Critical = "critical" => "Critical",
    }
}

impl Flag {
    /// Whether somebody must be called (rule L4).
    pub const fn is_critical(self) -> bool {
        matches!(self, Flag::CriticalLow | Flag::CriticalHigh | Flag::Critical)
    }

    /// Whether it is worth a second look.
    pub const fn is_abnormal(self) -> bool {
        matches!(self, Flag::Low | Flag::High | Flag::Abnormal) || self.is_critical()
    }

    /// The colour of its tag; none is shown for a normal result.
    pub const fn kind(self) -> &'static str {
        match self {
            Flag::None | Flag::Normal => "plain",
            Flag::Low | Flag::High | Flag::Abnormal => "wait",
            Flag::CriticalLow | Flag::CriticalHigh | Flag::Critical => "danger",
        }
    }

    /// The same in words for the person whose result it is.
    pub const fn plain(self) -> &'static str {
        match self {
            Flag::None => "There is no usual range to compare it with",
            Flag::Normal => "Within the usual range",
            Flag::Low => "A little lower than usual",
            Flag::High => "A little higher than usual",
            Flag::Abnormal => "Not as usual. Your doctor tells you what it means",
            Flag::CriticalLow => "Much lower than usual. Talk to the clinic today",
            Flag::CriticalHigh => "Much higher than usual. Talk to the clinic today",
            Flag::Critical => "This needs attention. Talk to the clinic today",
        }
    }
}

/// Why a typed number is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberFault {
    /// No number at all.
    NotANumber,
    /// A comma before three digits: a decimal comma or thousands.
    TwoWays,
    /// More decimals than the analyte has.
    TooExact(i64),
    /// Outside what is possible; the limits in words.
    Impossible(String),
}

impl std::fmt::Display for NumberFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NumberFault::NotANumber => f.write_str("Enter a number, for example 4.2"),
            NumberFault::TwoWays => f.write_str(
                "A comma before three digits can mean two things. Write 1500 or 1.5 instead of 1,500",
            ),
            NumberFault::TooExact(0) => f.write_str("Enter a whole number"),
            NumberFault::TooExact(1) => f.write_str("Enter at most 1 decimal"),
            NumberFault::TooExact(most) => write!(f, "Enter at most {most} decimals"),
            NumberFault::Impossible(limits) => write!(f, "This is not possible. Enter {limits}"),
        }
    }
}

/// A typed number as an integer of `decimals` places: `4.2` or `4,2` with 2 decimals is 420.
///
/// # Errors
/// No number, a comma that may mean thousands, or more decimals than the analyte has. Nothing is rounded unseen.
pub fn parse_decimal(typed: &str, decimals: i64) -> Result<i64, NumberFault> {
    let pointed = match typed.trim().split_once(',') {
        Some((_, part)) if part.contains([',', '.']) => return Err(NumberFault::NotANumber),
        Some((_, part)) if part.len() == 3 => return Err(NumberFault::TwoWays),
        Some((whole, part)) if !whole.contains('.') => format!("{whole}.{part}"),
        Some(_) => return Err(NumberFault::NotANumber),
        None => typed.trim().to_owned(),
    };
    let typed = pointed.as_str();
    let (negative, digits) = match typed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = whole.is_empty() || (digits.contains('.') && part.is_empty());
    if bare || !all_digits(whole) || !all_digits(part) || whole.len() > 9 {
        return Err(NumberFault::NotANumber);
    }
    let part = part.trim_end_matches('0');
    let places = usize::try_from(decimals).unwrap_or(0);
    if part.len() > places {
        return Err(NumberFault::TooExact(decimals));
    }
    let scaled = format!("{whole}{part:0<places$}").parse::<i64>().map_err(|_| NumberFault::NotANumber)?;
    Ok(if negative { -scaled } else { scaled })
}

/// The number as people read it: 420 with 2 decimals is `4.20`.
pub fn decimal(value: i64, decimals: i64) -> String {
    let places = usize::try_from(decimals).unwrap_or(0);
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// `3.5 to 5.1`, `up to 5.1`, `3.5 or more`; empty without limits.
pub fn range_words(low: Option<i64>, high: Option<i64>, decimals: i64) -> String {
    let number = |value| decimal(value, decimals);
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
        (None, Some(high)) => format!("up to {}", number(high)),
        (Some(low), None) => format!("{} or more", number(low)),
        (None, None) => String::new(),
    }
}

/// `a number from 0 to 30`, for the message at a field.
pub fn limits_words(low: Option<i64>, high: Option<i64>, decimals: i64) -> String {
    match range_words(low, high, decimals) {
        words if words.is_empty() => "a number".to_owned(),
        words if low.is_some() && high.is_some() => format!("a number from {words}"),
        words => format!("a number, {words}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_their_decimals_and_never_rounded() {
        for (typed, decimals, read) in [
            ("4.2", 1, Ok(42)),
            (" 4 ", 1, Ok(40)),
            ("4.20", 1, Ok(42)),
            ("0.05", 2, Ok(5)),
            ("-1.5", 1, Ok(-15)),
            ("4,2", 1, Ok(42)),
            ("1,500", 1, Err(NumberFault::TwoWays)),
            ("1,2,3", 1, Err(NumberFault::NotANumber)),
            ("1.2,3", 1, Err(NumberFault::NotANumber)),
            ("4.25", 1, Err(NumberFault::TooExact(1))),
            ("4.5", 0, Err(NumberFault::TooExact(0))),
            ("abc", 1, Err(NumberFault::NotANumber)),
            ("", 1, Err(NumberFault::NotANumber)),
            (".5", 1, Err(NumberFault::NotANumber)),
            ("5.", 1, Err(NumberFault::NotANumber)),
            ("1e9", 1, Err(NumberFault::NotANumber)),
            ("--3", 1, Err(NumberFault::NotANumber)),
            ("9999999999", 1, Err(NumberFault::NotANumber)),
        ] {
            assert_eq!(parse_decimal(typed, decimals), read, "{typed:?}");
        }
    }

    #[test]
    fn ranges_are_said_in_words() {
        assert_eq!(range_words(Some(35), Some(51), 1), "3.5 to 5.1");
        assert_eq!(range_words(None, Some(51), 1), "up to 5.1");
        assert_eq!(range_words(Some(5), None, 2), "0.05 or more");
        assert_eq!(range_words(None, None, 1), "");
        assert_eq!(limits_words(Some(0), Some(300), 1), "a number from 0.0 to 30.0");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again_as_the_same(value in -9_999_999_i64..9_999_999, decimals in 0_i64..5) {
            prop_assert_eq!(parse_decimal(&decimal(value, decimals), decimals), Ok(value));
        }

        #[test]
        fn nothing_typed_makes_it_fall(typed in "\\PC{0,24}", decimals in 0_i64..5) {
            let _ = parse_decimal(&typed, decimals);
        }
    }
}
