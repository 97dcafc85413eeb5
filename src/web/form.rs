//! What was typed into a form, and what is wrong with it.

use std::fmt::{self, Display, Write};
use std::str::FromStr;

use crate::patients::model::is_hidden;

/// A message at a field; with an empty field name it concerns the whole form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also its element's id.
    pub field: String,
    /// What happened and how to mend it.
    pub message: String,
}

/// The state of one form: its operation id, the values as typed (never passwords), the errors.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    op: String,
    values: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

/// Longest text of a line that nothing else bounds, in characters.
pub const LINE: usize = 120;
/// Longest free text, in characters.
pub const TEXT: usize = 4_000;

/// Whether a field holds a password, the own one or a second person's: it is never shown, kept or sent again. A test finds every
/// such field of the templates by it.
pub fn is_secret(name: &str) -> bool {
    name.contains("password")
}

/// Whether `text` is how `option` is written. A page asks it of each of a hundred options, so nothing is made to compare.
fn reads(text: &str, option: impl Display) -> bool {
    struct Left<'a>(&'a str);
    impl Write for Left<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut left = Left(text);
    write!(left, "{option}").is_ok() && left.0.is_empty()
}

impl FormState {
    /// An empty form with a fresh operation id.
    pub fn new() -> Self {
        FormState { op: new_op(), ..FormState::default() }
    }

    /// What a browser sent.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut op = String::new();
        let mut values = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            if name == "op" {
                op = value;
            } else {
                values.push((name, value));
            }
        }
        FormState { op, values, errors: Vec::new() }
    }

    /// Fills a field in before the form is shown.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// Puts `value` in the place of whatever the field held, for instance the present version after a conflict.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.values.retain(|(field, _)| field != name);
        self.values.push((name.to_owned(), value.to_string()));
    }

    /// The operation id (R6), sent along in a hidden field.
    pub fn op(&self) -> &str {
        &self.op
    }

    /// Gives the form a new operation id, for instance after it was shown again because of a conflict.
    pub fn renew(&mut self) {
        self.op = new_op();
    }

    /// The value as typed; empty where there is none. Passwords are never shown again.
    pub fn value(&self, name: impl AsRef<str>) -> &str {
        self.sent(name).unwrap_or_default()
    }

    /// The same, if the field was among what was sent or filled in.
    pub fn sent(&self, name: impl AsRef<str>) -> Option<&str> {
        let name = name.as_ref();
        if is_secret(name) { None } else { self.found(name) }
    }

    /// The value of a password field.
    pub fn secret(&self, name: &str) -> &str {
        self.raw(name)
    }

    fn raw(&self, name: &str) -> &str {
        self.found(name).unwrap_or_default()
    }

    fn found(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a repeated field.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.values.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Every field and value but passwords, in the order sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether `option` is among the values of `name`.
    pub fn chosen(&self, name: &str, option: impl Display) -> bool {
        self.values.iter().any(|(field, value)| field == name && reads(value, &option))
    }

    /// The message at a field.
    pub fn error(&self, name: impl AsRef<str>) -> Option<&str> {
        let name = name.as_ref();
        self.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    /// All messages, in the order found.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Whether nothing is wrong so far.
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// What the page's title begins with when something is wrong (experience F2).
    pub fn prefix(&self) -> &'static str {
        if self.is_ok() { "" } else { "Error: " }
    }

    /// Puts a message at a field; the first one at each field stays.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        if self.error(field).is_none() {
            self.errors.push(FieldError { field: field.to_owned(), message: message.into() });
        }
    }

    /// A line of text that must be there; blanks around it are dropped, control characters become blanks.
    pub fn text(&mut self, name: &str, missing: &str, longest: usize) -> String {
        let text = self.optional_text(name, longest);
        if text.is_empty() {
            self.refuse(name, missing);
        }
        text
    }

    /// A reason in words that a colleague understands: `fewest` letters at least, as the table knows them.
    pub fn reason(&mut self, name: &str, missing: &str, (fewest, longest): (usize, usize)) -> String {
        let words = self.text(name, missing, longest);
        if !words.is_empty() && words.chars().count() < fewest {
            self.refuse(name, "Say a little more, so that a colleague understands it");
        }
        words
    }

    /// Text that may be empty.
    pub fn optional_text(&mut self, name: &str, longest: usize) -> String {
        let keep_lines = longest > LINE;
        // Browsers send the end of a line as two characters; kept, they would grow with each saving.
        let typed = if keep_lines { self.raw(name).replace("\r\n", "\n") } else { self.raw(name).to_owned() };
        let clean: String = typed
            .chars()
            .map(|c| if c.is_control() && !(keep_lines && c == '\n') { ' ' } else { c })
            // Names are of one line: what nobody sees there makes two that look alike differ, or turns the page around.
            .filter(|c| keep_lines || !is_hidden(*c))
            .collect();
        let text = clean.trim().to_owned();
        if text.chars().count() > longest {
            self.refuse(name, format!("Shorten this to {longest} characters or fewer"));
        }
        text
    }

    /// A value that must be there and parse.
    pub fn parse<T: FromStr>(&mut self, name: &str, message: &str) -> Option<T> {
        let parsed = self.raw(name).trim().parse().ok();
        if parsed.is_none() {
            self.refuse(name, message);
        }
        parsed
    }

    /// A value that may be absent but must parse when there.
    pub fn optional_parse<T: FromStr>(&mut self, name: &str, message: &str) -> Option<T> {
        if self.raw(name).trim().is_empty() { None } else { self.parse(name, message) }
    }

    /// A whole number between two bounds.
    pub fn number(&mut self, name: &str, lowest: i64, highest: i64) -> i64 {
        let message = format!("Enter a whole number from {lowest} to {highest}");
        let number = self.parse(name, &message).unwrap_or(lowest);
        if !(lowest..=highest).contains(&number) {
            self.refuse(name, message);
        }
        number.clamp(lowest, highest)
    }
}

/// A fresh operation id: 128 random bits.
pub fn new_op() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, value: &str) -> FormState {
        FormState::from_pairs(vec![(name.to_owned(), value.to_owned()), ("op".to_owned(), "1".to_owned())])
    }

    #[test]
    fn a_password_is_never_shown_again() {
        for name in ["password", "password_new", "second_password"] {
            let form = form(name, "secret");
            assert_eq!((form.value(name), form.sent(name)), ("", None));
            assert_eq!(form.secret(name), "secret");
            assert_eq!(form.pairs().count(), 0);
        }
    }

    #[test]
    fn an_option_is_chosen_when_it_reads_like_the_value_and_not_like_a_part_of_it() {
        let form = form("room", "12");
        let chosen = ["12", "1", "123", "", "2"].map(|option| form.chosen("room", option));
        assert_eq!(chosen, [true, false, false, false, false]);
        assert!(form.chosen("room", 12) && !form.chosen("bed", 12));
    }

    #[test]
    fn the_first_message_at_a_field_stays() {
        let mut form = form("name", " ");
        assert_eq!(form.text("name", "Enter the name", 10), "");
        form.refuse("name", "Something else");
        assert_eq!(form.error("name"), Some("Enter the name"));
    }

    #[test]
    fn a_number_outside_its_bounds_is_refused_and_held_within() {
        let mut form = form("minutes", "999");
        assert_eq!(form.number("minutes", 5, 240), 240);
        assert!(!form.is_ok());
    }

    #[test]
    fn a_line_holds_no_control_characters() {
        let mut form = form("name", "Ada\r\nBcc: x");
        assert_eq!(form.text("name", "Enter the name", LINE), "Ada  Bcc: x");
    }
}
