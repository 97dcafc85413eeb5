//! A line as it is written: the typed values with the usual ones of the catalogue in the empty places, and what does not
//! fit.

use super::amount::parse_whole;
use super::{
    Frequency, Holds, MOST, Route, Unit, container_words, is_applied, not_divided, parse_days, parse_dose,
    quantity,
};

/// What the catalogue says is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// What one counts.
    pub unit: Unit,
    /// By which way.
    pub route: Route,
    /// The least that leaves the pharmacy, in units.
    pub step: i64,
    /// What a unit holds of its substance, where the strength says so.
    pub holds: Option<Holds>,
    /// The usual dose in thousandths; none when it goes by weight.
    pub dose: Option<i64>,
    /// Times a day; none where it is taken only as needed.
    pub times_a_day: Option<i64>,
    /// Days.
    pub days: Option<i64>,
    /// Whether it may be taken as needed.
    pub as_needed: bool,
    /// The most doses in a day.
    pub max_doses_a_day: Option<i64>,
}

impl Usual {
    /// What a quantity can be.
    fn countable(&self) -> String {
        let (unit, step) = (self.unit.word(2_000), self.step);
        if step == 1 {
            return format!("Enter how many {unit}, a whole number from 1 to {MOST}");
        }
        let one = container_words(self.unit, step, 1);
        format!("Only whole ones leave the pharmacy: {one}. Enter the {unit}, {step} or a multiple of it")
    }

    /// The usual frequency; as needed where no number of times is usual.
    pub fn frequency(&self) -> Option<Frequency> {
        match self.times_a_day {
            Some(times) => Frequency::of_times(times),
            None if self.as_needed => Some(Frequency::AsNeeded),
            None => None,
        }
    }
}

/// What is wrong at a field: `dose`, `times`, `days`, `quantity`, `max`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field without its prefix.
    pub field: &'static str,
    /// What to do.
    pub message: String,
}

/// A line that fits (rule P1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Thousandths of the unit; none for what is put on the skin.
    pub dose: Option<i64>,
    /// How often.
    pub frequency: Frequency,
    /// How long.
    pub days: Option<i64>,
    /// The most doses in a day, for what is taken as needed.
    pub max_doses_a_day: Option<i64>,
    /// Whole units.
    pub quantity: i64,
}

/// Typed values by field.
pub type Typed<'a> = &'a dyn Fn(&'static str) -> &'a str;

fn fault<T>(field: &'static str, message: impl Into<String>, faults: &mut Vec<Fault>) -> Option<T> {
    faults.push(Fault { field, message: message.into() });
    None
}

fn days(typed: Typed<'_>, faults: &mut Vec<Fault>) -> Option<i64> {
    match typed("days").trim() {
        "" => None,
        text => parse_days(text).map_or_else(|why| fault("days", why, faults), Some),
    }
}

fn most_doses(typed: Typed<'_>, faults: &mut Vec<Fault>) -> Option<i64> {
    let text = typed("max").trim();
    if text.is_empty() {
        return None;
    }
    let is_own = |word: &str| ["dose", "doses", "time", "times"].contains(&word.to_lowercase().as_str());
    let fits = parse_whole(text, is_own).filter(|number| (1..=24).contains(number));
    fits.or_else(|| {
        fault("max", "Enter how many doses at most in a day, a whole number from 1 to 24", faults)
    })
}

/// A quantity is typed in the line's own unit, and only what leaves the pharmacy whole can be asked for.
fn units(usual: &Usual, typed: Typed<'_>, faults: &mut Vec<Fault>) -> Option<i64> {
    let text = typed("quantity").trim();
    if text.is_empty() {
        return None;
    }
    let fits = parse_whole(text, |word| usual.unit.is_called(word));
    let fits = fits.filter(|units| (1..=MOST).contains(units) && units % usual.step == 0);
    fits.or_else(|| fault("quantity", usual.countable(), faults))
}

impl Written {
    /// Reads what was typed; empty places take what is usual.
    ///
    /// # Errors
    /// Everything that does not fit, in the order of the fields.
    pub fn read(usual: &Usual, typed: Typed<'_>) -> Result<Written, Vec<Fault>> {
        let mut faults = Vec::new();
        let applied = is_applied(usual.unit, usual.route);
        let dose = match typed("dose").trim() {
            "" => usual.dose,
            text => parse_dose(text, usual.unit, usual.holds)
                .map_or_else(|why| fault("dose", why, &mut faults), Some),
        };
        if let Some(message) = dose.and_then(|dose| not_divided(dose, usual.unit)) {
            faults.push(Fault { field: "dose", message });
        }
        if dose.is_none() && !applied && faults.is_empty() {
            let message =
                format!("Enter the dose in {}. This medicine has no usual one", usual.unit.word(2_000));
            faults.push(Fault { field: "dose", message });
        }
        let frequency = match typed("times").trim() {
            "" => usual.frequency(),
            text => text.parse().ok(),
        };
        if frequency.is_none() {
            faults.push(Fault { field: "times", message: "Choose how often it is taken".to_owned() });
        }
        let typed_days = days(typed, &mut faults);
        let typed_quantity = units(usual, typed, &mut faults);
        let max = most_doses(typed, &mut faults);
        let Some(frequency) = frequency else { return Err(faults) };
        if frequency == Frequency::AsNeeded {
            return Self::as_needed(usual, dose, typed_days, (typed_quantity, max), faults);
        }
        let days = if frequency.has_days() { typed_days.or(usual.days) } else { None };
        let wrong = |field: &str| faults.iter().any(|fault| fault.field == field);
        if days.is_none() && frequency.has_days() && !wrong("days") {
            faults.push(Fault { field: "days", message: "Enter for how many days".to_owned() });
        }
        let computed = dose.and_then(|dose| quantity(dose, frequency, days.unwrap_or(1), usual.step));
        let quantity = match dose {
            None => Some(typed_quantity.unwrap_or(usual.step)),
            Some(_) => computed,
        };
        if dose.is_some() && typed_quantity.is_some_and(|units| computed.is_some_and(|own| own != units)) {
            let message = format!(
                "The quantity follows from dose, times and days: {}. Leave this empty",
                computed.unwrap_or_default()
            );
            faults.push(Fault { field: "quantity", message });
        }
        if quantity.is_none() && faults.is_empty() {
            let message = format!("This would be more than {MOST}. Look at dose, times and days");
            faults.push(Fault { field: "dose", message });
        }
        match quantity {
            Some(quantity) if faults.is_empty() => {
                Ok(Written { dose, frequency, days, max_doses_a_day: None, quantity })
            }
            Some(_) | None => Err(faults),
        }
    }

    /// As needed: the quantity and the most doses in a day are said (rule P1).
    fn as_needed(
        usual: &Usual,
        dose: Option<i64>,
        days: Option<i64>,
        (quantity, max): (Option<i64>, Option<i64>),
        mut faults: Vec<Fault>,
    ) -> Result<Written, Vec<Fault>> {
        let max = max.or(usual.max_doses_a_day);
        let wrong = |faults: &[Fault], field: &str| faults.iter().any(|fault| fault.field == field);
        if quantity.is_none() && !wrong(&faults, "quantity") {
            let message = format!("Enter how many {} to give: it is taken as needed", usual.unit.word(2_000));
            faults.push(Fault { field: "quantity", message });
        }
        if max.is_none() && !wrong(&faults, "max") {
            faults.push(Fault { field: "max", message: "Enter the most doses in a day".to_owned() });
        }
        match (quantity, max) {
            (Some(quantity), Some(_)) if faults.is_empty() => {
                let frequency = Frequency::AsNeeded;
                Ok(Written { dose, frequency, days, max_doses_a_day: max, quantity })
            }
            (Some(_) | None, Some(_) | None) => Err(faults),
        }
    }

    /// How many days the patient takes it, as far as that is known: what is active is asked by it.
    pub fn course_days(&self) -> i64 {
        match (self.frequency, self.days) {
            (Frequency::Once, _) => 1,
            (_, Some(days)) => days,
            (_, None) => {
                let a_day =
                    self.dose.unwrap_or(1_000).saturating_mul(self.max_doses_a_day.unwrap_or(1)).max(1);
                (self.quantity.saturating_mul(1_000).saturating_add(a_day - 1) / a_day).clamp(1, 90)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLET: Usual = Usual {
        unit: Unit::Tablet,
        route: Route::Oral,
        step: 1,
        holds: None,
        dose: Some(1_000),
        times_a_day: Some(3),
        days: Some(5),
        as_needed: false,
        max_doses_a_day: None,
    };

    fn read(usual: &Usual, pairs: &[(&'static str, &'static str)]) -> Result<Written, Vec<&'static str>> {
        let typed = |field: &'static str| {
            pairs.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| *value)
        };
        Written::read(usual, &typed).map_err(|faults| faults.into_iter().map(|fault| fault.field).collect())
    }

    #[test]
    fn empty_fields_take_the_usual_values_and_typed_ones_win() {
        assert_eq!(read(&TABLET, &[]).map(|line| line.quantity), Ok(15));
        assert_eq!(read(&TABLET, &[("dose", "2"), ("days", "7")]).map(|line| line.quantity), Ok(42));
        assert_eq!(read(&TABLET, &[("quantity", "15")]).map(|line| line.quantity), Ok(15));
        assert_eq!(read(&TABLET, &[("quantity", "20")]), Err(vec!["quantity"]));
        assert_eq!(read(&TABLET, &[("times", "once")]).map(|line| (line.quantity, line.days)), Ok((1, None)));
    }

    #[test]
    fn p1_as_needed_wants_a_quantity_and_a_limit() {
        assert_eq!(read(&TABLET, &[("times", "prn")]), Err(vec!["quantity", "max"]));
        let line = read(&TABLET, &[("times", "prn"), ("quantity", "20"), ("max", "4")]).unwrap();
        assert_eq!((line.quantity, line.max_doses_a_day, line.course_days()), (20, Some(4), 5));
    }

    #[test]
    fn w16_impossible_values_are_named_at_their_fields() {
        assert_eq!(read(&TABLET, &[("dose", "-3"), ("days", "0")]), Err(vec!["dose", "days"]));
        assert_eq!(read(&TABLET, &[("dose", "1000"), ("times", "6"), ("days", "365")]), Err(vec!["dose"]));
        assert_eq!(read(&TABLET, &[("times", "hourly")]), Err(vec!["times"]));
        assert_eq!(read(&TABLET, &[("quantity", "abc")]), Err(vec!["quantity"]));
    }

    #[test]
    fn what_stands_behind_a_number_is_never_thrown_away() {
        let tablet = Usual { holds: Holds::of("5 mg", Unit::Tablet), ..TABLET };
        let syrup = Usual { unit: Unit::Ml, step: 60, holds: Holds::of("120 mg/5 mL", Unit::Ml), ..TABLET };
        let said = |usual: &Usual, pairs: &[(&'static str, &'static str)]| {
            let typed = |field: &'static str| {
                pairs.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| *value)
            };
            match Written::read(usual, &typed) {
                Ok(line) => format!("{:?} for {:?}: {}", line.dose, line.days, line.quantity),
                Err(faults) => faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; "),
            }
        };
        for (pairs, words) in [
            ([("dose", "2 Tablets"), ("days", "2 weeks")], "Some(2000) for Some(14): 84"),
            ([("dose", "1"), ("days", "7 days")], "Some(1000) for Some(7): 21"),
            ([("dose", "5 mg"), ("days", "7")], "5 mg is 1 tablet of this strength: enter 1"),
            ([("dose", "2.5mg"), ("days", "7")], "2.5mg is 0.5 tablet of this strength: enter 0.5"),
            ([("dose", "7 mg"), ("days", "7")], "Enter the dose in tablets, for example 1"),
            ([("dose", "1 capsule"), ("days", "7")], "Enter the dose in tablets, for example 1"),
            (
                [("dose", "1/4"), ("days", "7")],
                "A tablet is taken whole or in halves. Enter for example 1 or 0.5",
            ),
            (
                [("dose", "1"), ("days", "1 month")],
                "Months differ in length. Enter days or weeks, for example 28 or 4 weeks",
            ),
            (
                [("dose", "1"), ("days", "53 weeks")],
                "Enter a whole number of days from 1 to 365, or weeks, for example 7 or 2 weeks",
            ),
        ] {
            assert_eq!(said(&tablet, &pairs), words, "{pairs:?}");
        }
        let as_needed = |quantity: &'static str, max: &'static str| {
            said(&syrup, &[("dose", "5 ml"), ("times", "prn"), ("quantity", quantity), ("max", max)])
        };
        assert_eq!(as_needed("120 mL", "4 times"), "Some(5000) for None: 120");
        for quantity in ["2 bottles", "2", "50", "-60"] {
            let words =
                "Only whole ones leave the pharmacy: 1 bottle of 60 mL. Enter the mL, 60 or a multiple of it";
            assert!(as_needed(quantity, "4").contains(words), "{quantity}");
        }
        let words = "Enter how many doses at most in a day, a whole number from 1 to 24";
        assert!(as_needed("60", "4 tablets").contains(words));
    }

    #[test]
    fn what_is_put_on_the_skin_has_no_dose_and_one_tube() {
        let cream = Usual { unit: Unit::Tube, route: Route::Topical, dose: None, ..TABLET };
        assert_eq!(read(&cream, &[]).map(|line| (line.dose, line.quantity)), Ok((None, 1)));
        let by_weight = Usual { dose: None, ..TABLET };
        assert_eq!(read(&by_weight, &[]), Err(vec!["dose"]));
    }
}
