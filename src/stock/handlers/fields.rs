//! What forms of stock have in common: items by name, money, days, lines.

use chrono::NaiveDate;

use crate::laboratory::model::parse_decimal;
use crate::numbers::grouped;
use crate::patients::model::words_of;
use crate::stock::model::{ItemKind, NEVER};
use crate::stock::store::lists::Named;
use crate::web::FormState;

/// What fits a typed text: exactly one where the text is its name.
pub fn found<'a>(names: &'a [Named], typed: &str) -> Vec<&'a Named> {
    let typed = typed.trim().to_lowercase();
    let words = words_of(&typed);
    if words.is_empty() {
        return Vec::new();
    }
    if let Some(one) = names.iter().find(|one| one.name.to_lowercase() == typed) {
        return vec![one];
    }
    let has =
        |one: &Named, word: &str| one.words.split([' ', '|', '-', '/']).any(|own| own.starts_with(word));
    let mut all: Vec<&Named> = names.iter().filter(|one| words.iter().all(|word| has(one, word))).collect();
    all.sort_by_key(|one| !words.first().is_some_and(|word| one.words.starts_with(word.as_str())));
    all
}

/// The item of a field; the form says when none or several fit.
pub fn item<'a>(form: &mut FormState, field: &str, names: &'a [Named]) -> Option<&'a Named> {
    let typed = form.text(field, "Enter an item, or a part of its name", 160);
    if typed.is_empty() {
        return None;
    }
    match found(names, &typed).as_slice() {
        [one] => Some(*one),
        [] => {
            form.refuse(field, format!("No item is called “{typed}”. Try another word"));
            None
        }
        several => {
            let all: Vec<&str> = several.iter().take(4).map(|one| one.name.as_str()).collect();
            form.refuse(field, format!("Several items fit: {}. Enter one more word", all.join("; ")));
            None
        }
    }
}

/// Kobo out of naira; `most` in naira.
pub fn naira(form: &mut FormState, field: &str, most: i64) -> i64 {
    let typed = form.value(field).replace([',', '₦', ' '], "");
    let kobo = parse_decimal(&typed, 2).ok().filter(|kobo| (0..=most * 100).contains(kobo));
    if kobo.is_none() {
        form.refuse(field, "Enter an amount in naira, for example 1500 or 1500.50");
    }
    kobo.unwrap_or_default()
}

/// Whole units, or nothing where the field is empty.
pub fn optional_units(form: &mut FormState, field: &str, most: i64) -> Option<i64> {
    let message = format!("Enter a whole number from 0 to {}, or leave it empty", grouped(most));
    let number = form.optional_parse::<i64>(field, &message)?;
    if !(0..=most).contains(&number) {
        form.refuse(field, message);
        return None;
    }
    Some(number)
}

/// A day: `2027-05-31`, or a month `2027-05` or `05/2027`, which ends with its last day.
pub fn expiry(form: &mut FormState, field: &str) -> Option<NaiveDate> {
    let typed = form.value(field).trim().to_owned();
    let day = parse_expiry(&typed);
    if day.is_none() {
        form.refuse(field, "Enter the expiry, for example 2027-05-31, or 05/2027 for the end of a month");
    }
    day
}

/// The expiry of a batch of such an item: equipment whose field is empty never expires.
pub fn expiry_of(form: &mut FormState, field: &str, kind: Option<ItemKind>) -> Option<NaiveDate> {
    if kind == Some(ItemKind::Equipment) && form.value(field).trim().is_empty() {
        return Some(NEVER);
    }
    expiry(form, field)
}

fn parse_expiry(typed: &str) -> Option<NaiveDate> {
    if let Ok(day) = NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
        return (2000..=2200).contains(&chrono::Datelike::year(&day)).then_some(day);
    }
    let (month, year) = match typed.split_once('/') {
        Some(parts) => parts,
        None => typed.split_once('-').map(|(year, month)| (month, year))?,
    };
    let (month, year) = (month.trim().parse::<u32>().ok()?, year.trim().parse::<i32>().ok()?);
    let year = if year < 100 { year + 2000 } else { year };
    if !(2000..=2200).contains(&year) {
        return None;
    }
    let (next, of) = if month == 12 { (1, year + 1) } else { (month + 1, year) };
    NaiveDate::from_ymd_opt(year, month, 1)?;
    NaiveDate::from_ymd_opt(of, next, 1)?.pred_opt()
}

/// A batch number as it is kept: capitals, no blanks around it.
pub fn number(form: &mut FormState, field: &str) -> String {
    form.text(field, "Enter the number that stands on the pack", 40).to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::model::ItemId;

    fn named(id: i64, name: &str, words: &str) -> Named {
        let (name, words) = (name.to_owned(), words.to_owned());
        Named {
            id: ItemId(id),
            kind: ItemKind::Medicine,
            name,
            unit: "tablet".to_owned(),
            pack: 10,
            step: 1,
            words,
        }
    }

    #[test]
    fn an_item_is_found_by_its_name_its_brand_or_parts_of_words() {
        let names = [
            named(1, "paracetamol 500 mg tablet", "paracetamol 500 mg tablet panadol"),
            named(2, "paracetamol 1 g injection", "paracetamol 1 g injection"),
        ];
        let ids = |typed: &str| found(&names, typed).iter().map(|one| one.id.0).collect::<Vec<_>>();
        assert_eq!(ids("Paracetamol 500 mg tablet"), [1]);
        assert_eq!(ids("para"), [1, 2]);
        assert_eq!(ids("panad"), [1]);
        assert_eq!(ids("para inj"), [2]);
        assert!(ids("").is_empty() && ids("aspirin").is_empty());
    }

    #[test]
    fn a_month_ends_with_its_last_day() {
        let day = |typed: &str| parse_expiry(typed).map(|day| day.to_string()).unwrap_or_default();
        assert_eq!(day("2027-05-12"), "2027-05-12");
        assert_eq!(
            (day("05/2027"), day("2028-02"), day("12/27")),
            ("2027-05-31".to_owned(), "2028-02-29".to_owned(), "2027-12-31".to_owned())
        );
        for wrong in ["", "soon", "13/2027", "2027-13", "0/0", "-1/2027", "1999-01-01", "99999-01"] {
            assert_eq!(day(wrong), "", "{wrong}");
        }
    }
}
