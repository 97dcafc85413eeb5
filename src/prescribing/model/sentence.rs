//! What a person reads about a line: the name with strength and form, and how it is taken, in plain words.

use super::{Form, Frequency, Route, Unit, amount_words};

/// `amoxicillin 500 mg capsule`: strength and form always beside the name (experience C3).
pub fn label(name: &str, strength: &str, form: Form) -> String {
    [name, strength, form.label()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `Take 2 tablets by mouth 3 times daily for 5 days.`
pub fn directions(
    dose: Option<i64>,
    (unit, route): (Unit, Route),
    frequency: Frequency,
    days: Option<i64>,
    max_doses_a_day: Option<i64>,
) -> String {
    let amount = dose.map(|dose| match (dose, unit) {
        (500, Unit::Tablet) => "half a tablet".to_owned(),
        (dose, unit) => amount_words(dose, unit),
    });
    let mut words = how(amount, unit, route);
    words.push(' ');
    words.push_str(frequency.label());
    if let Some(most) = max_doses_a_day.filter(|_| frequency == Frequency::AsNeeded) {
        let times = if most == 1 { "once".to_owned() } else { format!("{most} times") };
        words.push_str(&format!(", at most {times} in a day"));
    }
    match days.filter(|_| frequency.has_days()) {
        Some(1) => words.push_str(" for 1 day"),
        Some(days) => words.push_str(&format!(" for {days} days")),
        None => {}
    }
    words.push('.');
    words
}

/// What stands above the ways of taking several medicines that were given in the place of one.
pub const MIXED: &str = "You were given more than one kind of this medicine. Finish one before you begin the other. \
    Never take both together.";

/// The same without the number of days: `Take 2 tablets by mouth 3 times daily.`
pub fn without_days(directions: &str) -> String {
    let whole = directions.trim_end_matches('.');
    let is_days = |words: &str| {
        let number = words.strip_suffix(" days").or_else(|| words.strip_suffix(" day"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    match whole.rsplit_once(" for ") {
        Some((how, days)) if is_days(days) => format!("{how}."),
        Some(_) | None => directions.to_owned(),
    }
}

fn how(amount: Option<String>, unit: Unit, route: Route) -> String {
    let Some(amount) = amount else {
        return match route {
            Route::Eye => "Apply in the eye".to_owned(),
            Route::Ear => "Apply in the ear".to_owned(),
            Route::Nasal => "Apply in the nose".to_owned(),
            Route::Mouth | Route::Oral | Route::Sublingual => "Apply in the mouth".to_owned(),
            Route::Vaginal => "Apply in the vagina".to_owned(),
            Route::Rectal => "Apply in the back passage".to_owned(),
            Route::Topical
            | Route::Intravenous
            | Route::Intramuscular
            | Route::Subcutaneous
            | Route::Inhaled => "Apply a thin layer to the skin".to_owned(),
        };
    };
    match route {
        Route::Oral if unit == Unit::Sachet => format!("Dissolve {amount} in water and drink it"),
        Route::Oral => format!("Take {amount} by mouth"),
        Route::Topical if unit == Unit::Patch => format!("Put {amount} on the skin"),
        Route::Topical => format!("Put {amount} on the skin"),
        Route::Intravenous => format!("A nurse gives {amount} into a vein"),
        Route::Intramuscular => format!("A nurse gives {amount} into a muscle"),
        Route::Subcutaneous => format!("Inject {amount} under the skin"),
        Route::Eye => format!("Put {amount} in each affected eye"),
        Route::Ear => format!("Put {amount} in each affected ear"),
        Route::Nasal if unit == Unit::Puff => format!("Spray {amount} into the nose"),
        Route::Nasal => format!("Put {amount} in the nose"),
        Route::Inhaled => format!("Breathe in {amount}"),
        Route::Mouth => format!("Use {amount} in the mouth"),
        Route::Sublingual => format!("Let {amount} dissolve under the tongue"),
        Route::Vaginal => format!("Put {amount} into the vagina"),
        Route::Rectal => format!("Put {amount} into the back passage"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_left_out_where_they_stand_at_the_end() {
        for (whole, without) in [
            ("Take 2 capsules by mouth 3 times daily for 5 days.", "Take 2 capsules by mouth 3 times daily."),
            ("Take 1 tablet by mouth once daily for 1 day.", "Take 1 tablet by mouth once daily."),
            ("Take 1 tablet by mouth when needed.", "Take 1 tablet by mouth when needed."),
        ] {
            assert_eq!(without_days(whole), without);
        }
    }

    #[test]
    fn directions_are_plain_sentences() {
        let say =
            |dose, unit, route, frequency, days, max| directions(dose, (unit, route), frequency, days, max);
        for (said, words) in [
            (
                say(Some(2_000), Unit::Tablet, Route::Oral, Frequency::Three, Some(5), None),
                "Take 2 tablets by mouth 3 times daily for 5 days.",
            ),
            (
                say(Some(500), Unit::Tablet, Route::Oral, Frequency::Night, Some(1), None),
                "Take half a tablet by mouth at night for 1 day.",
            ),
            (
                say(Some(2_000), Unit::Tablet, Route::Oral, Frequency::AsNeeded, None, Some(4)),
                "Take 2 tablets by mouth as needed, at most 4 times in a day.",
            ),
            (
                say(None, Unit::Tube, Route::Topical, Frequency::Twice, Some(7), None),
                "Apply a thin layer to the skin twice daily for 7 days.",
            ),
            (
                say(Some(1_000), Unit::Drop, Route::Eye, Frequency::Four, Some(5), None),
                "Put 1 drop in each affected eye 4 times daily for 5 days.",
            ),
            (
                say(Some(1_000), Unit::Vial, Route::Intramuscular, Frequency::Once, Some(1), None),
                "A nurse gives 1 vial into a muscle once only.",
            ),
        ] {
            assert_eq!(said, words);
        }
        assert_eq!(label("amoxicillin", "500 mg", Form::Capsule), "amoxicillin 500 mg capsule");
    }
}
