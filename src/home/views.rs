//! The front pages.

use askama::Template;

use crate::web::{FormState, Page, filters};

/// Every component in every state.
#[derive(Debug, Template)]
#[template(path = "styleguide/index.html")]
pub struct StyleguidePage {
    /// The frame.
    pub page: Page,
    /// A form with messages at its fields.
    pub refused: FormState,
    /// Choices of the sample form.
    pub sexes: Vec<(&'static str, &'static str)>,
    /// Choices of the sample form.
    pub levels: Vec<(&'static str, &'static str)>,
    /// Choices of the sample form.
    pub roles: Vec<(&'static str, &'static str)>,
}

/// The keyboard's shortcuts.
#[derive(Debug, Template)]
#[template(path = "home/keyboard.html")]
pub struct KeyboardPage {
    /// The frame.
    pub page: Page,
    /// Keys, what they do, where.
    pub shortcuts: &'static [(&'static str, &'static str, &'static str)],
}
