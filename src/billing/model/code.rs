//! Numbers that people read: `INV-2026-000123`, gap-free per series and year (rule M5).

use std::str::FromStr;

crate::words! {
    /// What is numbered.
    pub enum Series {
        Invoice = "INV" => "Invoice",
        Receipt = "RCP" => "Receipt",
        Credit = "CRN" => "Credit note",
        Refund = "RFD" => "Refund",
        Claims = "CLM" => "Claims",
    }
}

/// A number of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Which series.
    pub series: Series,
    /// The year of issue.
    pub year: i64,
    /// 1, 2, 3, … in that year.
    pub number: i64,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{:06}", self.series.as_str(), self.year, self.number)
    }
}

impl FromStr for Code {
    type Err = ();

    /// Reads it as typed: `inv-2026-123`, `INV 2026 000123`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let upper = text.trim().to_uppercase().replace([' ', '/'], "-");
        let mut parts = upper.split('-').filter(|part| !part.is_empty());
        let (Some(series), Some(year), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let whole = |text: &str| text.parse::<i64>().map_err(|_| ());
        Ok(Code { series: series.parse().map_err(|_| ())?, year: whole(year)?, number: whole(number)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_shown_and_as_it_is_typed() {
        let code = Code { series: Series::Invoice, year: 2026, number: 123 };
        assert_eq!(code.to_string(), "INV-2026-000123");
        assert_eq!("INV-2026-000123".parse(), Ok(code));
        assert_eq!(" inv 2026 123".parse(), Ok(code));
        assert_eq!("INV-2026".parse::<Code>(), Err(()));
        assert_eq!("ABC-2026-1".parse::<Code>(), Err(()));
    }
}
