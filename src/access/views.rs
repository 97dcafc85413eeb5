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

/// A form that waits to be sent again after signing in.
#[derive(Debug, Template)]
#[template(path = "access/resume.html")]
pub struct ResumePage {
    /// The frame.
    pub page: Page,
    /// Where the form goes.
    pub action: String,
    /// Its fields as they were.
    pub pairs: Vec<(String, String)>,
    /// What a person recognises of them.
    pub shown: Vec<(String, String)>,
}
