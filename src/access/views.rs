//! Pages of access.

use askama::Template;

use crate::app::App;
use crate::web::{FormState, Page};

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    page: Page,
    form: FormState,
    demo: bool,
}

impl SignInPage {
    /// The page with what was typed.
    pub fn new(app: &App, page: Page, form: FormState) -> Self {
        SignInPage { page, form, demo: app.config.demo }
    }
}
