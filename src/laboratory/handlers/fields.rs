//! Reading the form of results: every analyte of a test is one field.

use crate::laboratory::model::{AnalyteKind, NumberFault, limits_words, parse_decimal};
use crate::laboratory::store::catalogue::Analyte;
use crate::laboratory::store::lines::Line;
use crate::laboratory::verbs::enter::{Filled, Typed, not_done};
use crate::laboratory::views::sample::{comment_of, partial_of, version_of};
use crate::web::FormState;
use crate::web::form::TEXT;

/// So many missing values are named; more are seen at a glance.
const NAMED: usize = 5;

/// What was typed for an analyte; none where nothing was. What is not possible stands at its field.
fn read(form: &mut FormState, analyte: &Analyte) -> Option<Typed> {
    let name = format!("v{}", analyte.id);
    if form.value(&name).trim().is_empty() {
        return None;
    }
    match analyte.kind {
        AnalyteKind::Number => match number(form.value(&name), analyte) {
            Ok(number) => Some(Typed::Number(number)),
            Err(fault) => {
                form.refuse(&name, format!("{}: {fault}", analyte.name));
                None
            }
        },
        AnalyteKind::Choice => {
            let words = form.value(&name).trim().to_owned();
            if analyte.choices().iter().any(|(choice, _)| *choice == words) {
                return Some(Typed::Words(words));
            }
            form.refuse(&name, format!("{}: choose one of the list", analyte.name));
            None
        }
        AnalyteKind::Text => Some(Typed::Words(form.optional_text(&name, TEXT / 4))),
    }
}

fn number(typed: &str, analyte: &Analyte) -> Result<i64, NumberFault> {
    let number = parse_decimal(typed, analyte.decimals)?;
    let too_low = analyte.hard_low.is_some_and(|low| number < low);
    let too_high = analyte.hard_high.is_some_and(|high| number > high);
    if too_low || too_high {
        let limits = limits_words(analyte.hard_low, analyte.hard_high, analyte.decimals);
        return Err(NumberFault::Impossible(limits));
    }
    Ok(number)
}

/// The results of a line as typed; none when nothing was typed for it.
pub fn filled(form: &mut FormState, line: &Line, analytes: &[Analyte]) -> Option<Filled> {
    let own = analytes.iter().filter(|analyte| analyte.test_id == line.test_id);
    let values: Vec<_> = own.filter_map(|analyte| Some((analyte.id, read(form, analyte)?))).collect();
    let comment = form.optional_text(&comment_of(line.id), TEXT / 4);
    if values.is_empty() {
        return None;
    }
    // A value that cannot be is told at its field already.
    let missed = |analyte: &&&Analyte| form.error(format!("v{}", analyte.id)).is_none();
    let missing = not_done(analytes, line.test_id, &values);
    let missing: Vec<&str> = missing.iter().filter(missed).map(|analyte| analyte.name.as_str()).collect();
    let confirmed = partial_of(line.id);
    if !missing.is_empty() && !form.chosen(&confirmed, "yes") {
        let (test, count) = (&line.test, missing.len());
        let words = if count > NAMED {
            format!("{test}: {count} values are missing. Enter them, or tick that they are not done")
        } else {
            format!("{test}: enter {} as well, or tick that it is not done", missing.join(", "))
        };
        form.refuse(&confirmed, words);
    }
    let version = form.parse(&version_of(line.id), "Open the page again").unwrap_or(0);
    Some(Filled { line: line.id, version, values, comment })
}
