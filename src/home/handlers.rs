//! The front page of each role, the style page, the keyboard.

use axum::extract::State;

use super::views::{KeyboardPage, StyleguidePage};
use crate::access::model::Role;
use crate::app::App;
use crate::web::submission::see_other;
use crate::web::{Answer, FormState, Page, html, paths};

/// The shortcuts, as the keyboard page lists them.
const SHORTCUTS: [(&str, &str, &str); 8] = [
    ("Ctrl K", "Go to the search box", "Every page"),
    ("Ctrl Enter", "Send the form you are in", "Every form"),
    ("Alt N", "Call the next patient", "Queue"),
    ("Alt R", "Call the present patient again", "Queue"),
    ("Alt S", "Start with the patient who was called", "Queue"),
    ("Alt O", "Finish with the present patient", "Queue"),
    ("Alt U", "Undo the last move", "Queue"),
    ("Esc", "Close suggestions", "Search"),
];

/// What to do next.
pub async fn show(State(_app): State<App>, _page: Page) -> Answer {
    Ok(see_other(paths::KEYBOARD))
}

/// Every component in every state, live.
pub async fn styleguide(page: Page) -> Answer {
    let mut refused = FormState::new()
        .with("name", "Ọlúwafúnmiláyọ̀ Adéṣínà-Ògúntádé")
        .with("born_month", "3")
        .with("born_year", "2004")
        .with("sex", "female")
        .with("roles", "doctor");
    refused.refuse("matric", "Enter the matric number");
    refused.refuse("born_day", "Date of birth must include a day");
    html(StyleguidePage {
        page,
        refused,
        sexes: vec![("female", "Female"), ("male", "Male")],
        levels: vec![("100", "100 level"), ("200", "200 level")],
        roles: Role::ALL.iter().take(3).map(|role| (role.as_str(), role.label())).collect(),
    })
}

/// The keyboard's shortcuts.
pub async fn keyboard(page: Page) -> Answer {
    html(KeyboardPage { page, shortcuts: &SHORTCUTS })
}
