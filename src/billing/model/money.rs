//! Whole kobo, their arithmetic, and the one place that rounds (rule M1).

use std::borrow::Borrow;

use crate::numbers::grouped;

crate::words! {
    /// What becomes of half a kobo.
    pub enum Rounding {
        HalfUp = "half_up" => "Half a kobo goes up",
        HalfEven = "half_even" => "Half a kobo goes to the even neighbour",
    }
}

/// A sum that no clinic has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This sum is larger than the clinic can keep.")]
pub struct TooMuch;

impl From<TooMuch> for crate::work::Refused {
    fn from(why: TooMuch) -> Self {
        crate::work::Refused::Because(why.to_string())
    }
}

/// An amount in whole kobo.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// Both together.
    pub fn plus(self, other: Money) -> Result<Money, TooMuch> {
        self.0.checked_add(other.0).map(Money).ok_or(TooMuch)
    }

    /// What is left; may be below zero.
    pub fn minus(self, other: Money) -> Result<Money, TooMuch> {
        self.0.checked_sub(other.0).map(Money).ok_or(TooMuch)
    }

    /// So many of it.
    pub fn times(self, quantity: i64) -> Result<Money, TooMuch> {
        self.0.checked_mul(quantity).map(Money).ok_or(TooMuch)
    }

    /// The sum of many.
    pub fn sum(all: impl IntoIterator<Item = Money>) -> Result<Money, TooMuch> {
        all.into_iter().try_fold(Money::ZERO, Money::plus)
    }

    /// A share of it, rounded once.
    pub fn share(self, basis_points: i64, rounding: Rounding) -> Result<Money, TooMuch> {
        let exact = i128::from(self.0) * i128::from(basis_points);
        i64::try_from(divided(exact, 10_000, rounding)).map(Money).map_err(|_| TooMuch)
    }

    /// Whether nothing is left of it.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_some(self) -> bool {
        self.0 > 0
    }

    /// Reads what somebody typed: `2500`, `2,500.50`, `₦ 1 200`. A comma parts thousands and nothing else: whoever types
    /// `1,50` means something that is not ₦150.
    pub fn parse(typed: &str) -> Option<Money> {
        let plain: String =
            typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '₦').collect();
        let (naira, kobo) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
        let grouped = match naira.split_once(',') {
            None => true,
            Some((first, rest)) => {
                (1..=3).contains(&first.len()) && rest.split(',').all(|group| group.len() == 3)
            }
        };
        let naira = naira.replace(',', "");
        if !grouped || naira.is_empty() || !digits(&naira) || !digits(kobo) || kobo.len() > 2 {
            return None;
        }
        let kobo: i64 = format!("{kobo:0<2}").parse().ok()?;
        naira.parse::<i64>().ok()?.checked_mul(100)?.checked_add(kobo).map(Money)
    }

    /// `2500.50`, as a form shows it.
    pub fn typed(self) -> String {
        if self.0 % 100 == 0 {
            (self.0 / 100).to_string()
        } else {
            format!("{}.{:02}", self.0 / 100, self.0 % 100)
        }
    }
}

/// Divides by a positive number and rounds what is left.
pub(super) fn divided(exact: i128, by: i128, rounding: Rounding) -> i128 {
    let (whole, left) = (exact.div_euclid(by), exact.rem_euclid(by));
    let up = match (left * 2).cmp(&by) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => match rounding {
            Rounding::HalfUp => true,
            Rounding::HalfEven => whole % 2 != 0,
        },
    };
    whole + i128::from(up)
}

impl Money {
    /// `₦2,500.00`: with the kobo always, as it stands on a receipt.
    pub fn exact(&self) -> String {
        let words = naira(self.0);
        if self.0 % 100 == 0 { words + ".00" } else { words }
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&naira(self.0))
    }
}

impl From<Money> for crate::db::Value {
    fn from(money: Money) -> Self {
        crate::db::Value::Int(Some(money.0))
    }
}

impl From<Option<Money>> for crate::db::Value {
    fn from(money: Option<Money>) -> Self {
        crate::db::Value::Int(money.map(|money| money.0))
    }
}

/// `₦2,500`, with kobo only where there are any; `−₦2,500` below zero.
pub fn naira(kobo: impl Borrow<i64>) -> String {
    let kobo = *kobo.borrow();
    let whole = kobo.unsigned_abs();
    let naira = grouped(i64::try_from(whole / 100).unwrap_or_default());
    let mut text = format!("{}{naira}", if kobo < 0 { "−₦" } else { "₦" });
    if whole % 100 > 0 {
        text.push_str(&format!(".{:02}", whole % 100));
    }
    text
}

/// `7.5%`.
pub fn percent(basis_points: impl Borrow<i64>) -> String {
    let points = *basis_points.borrow();
    match points % 100 {
        0 => format!("{}%", points / 100),
        left if left % 10 == 0 => format!("{}.{}%", points / 100, left / 10),
        left => format!("{}.{left:02}%", points / 100),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn money_is_read_as_people_type_it_and_nothing_else() {
        let read = |typed: &str| Money::parse(typed).map(|money| money.0);
        assert_eq!(read("2500"), Some(250_000));
        assert_eq!(read("₦ 2,500.5"), Some(250_050));
        assert_eq!(read("0.07"), Some(7));
        assert_eq!(read("1,234,567.05"), Some(123_456_705));
        let commas =
            ["1,50", "33,33", "1,5000", ",500", "1,,500", "12,34,567", "1234,567", "2500,50", "1.000,50"];
        assert_eq!(commas.map(read), [None; 9], "no comma parts kobo");
        for bad in ["", "-5", "1.234", "1e3", "abc", ".5", "9".repeat(30).as_str()] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn money_is_shown_with_its_currency_and_groups() {
        assert_eq!(naira(250_000), "₦2,500");
        assert_eq!(naira(123_456_705), "₦1,234,567.05");
        assert_eq!(naira(-5), "−₦0.05");
        assert_eq!([0, 5, 250_000].map(|kobo| Money(kobo).exact()), ["₦0.00", "₦0.05", "₦2,500.00"]);
        assert_eq!(
            (percent(750), percent(10_000), percent(25)),
            ("7.5%".into(), "100%".into(), "0.25%".into())
        );
    }

    #[test]
    fn m1_half_a_kobo_goes_up_or_to_the_even_neighbour() {
        assert_eq!(Money(50).share(100, Rounding::HalfUp), Ok(Money(1)));
        assert_eq!(Money(50).share(100, Rounding::HalfEven), Ok(Money(0)));
        assert_eq!(Money(150).share(100, Rounding::HalfEven), Ok(Money(2)));
        assert_eq!(Money(i64::MAX).share(10_001, Rounding::HalfUp), Err(TooMuch));
        assert_eq!(Money(i64::MAX).plus(Money(1)), Err(TooMuch));
    }

    proptest! {
        #[test]
        fn m1_rounding_errs_by_half_a_kobo_at_most(amount in 0..1_000_000_000_000_i64, points in 0..10_000_i64) {
            for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
                let share = Money(amount).share(points, rounding).unwrap().0;
                let exact = i128::from(amount) * i128::from(points);
                prop_assert!((i128::from(share) * 10_000 - exact).abs() * 2 <= 10_000);
                prop_assert!(share <= amount);
            }
        }

        #[test]
        fn what_a_form_shows_is_read_again(amount in 0..1_000_000_000_000_i64) {
            prop_assert_eq!(Money::parse(&Money(amount).typed()), Some(Money(amount)));
            prop_assert_eq!(Money::parse(&naira(amount)), Some(Money(amount)));
        }
    }
}
