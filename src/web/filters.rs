//! Small filters of the templates.
#![expect(missing_docs, reason = "the macro makes a type of each filter; the functions are described")]

/// Grammatical number: `{{ n|plural("person", "people") }}` gives `1 person`, `3 people`.
#[askama::filter_fn]
pub fn plural(count: &i64, _: &dyn askama::Values, one: &str, many: &str) -> askama::Result<String> {
    Ok(format!("{count} {}", if *count == 1 { one } else { many }))
}

/// The name of one part of a date field: `{{ "born"|part("day") }}` gives `born_day`.
#[askama::filter_fn]
pub fn part(name: &str, _: &dyn askama::Values, part: &str) -> askama::Result<String> {
    Ok(format!("{name}_{part}"))
}

/// Text that is never an empty cell (experience T3).
#[askama::filter_fn]
pub fn or_dash(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(if text.trim().is_empty() { "Not recorded".to_owned() } else { text.to_owned() })
}
