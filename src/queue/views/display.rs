//! The screens of the waiting room, and the page that pairs them. No view here ever holds a name of a patient.

use askama::Template;
use chrono::TimeDelta;

use crate::queue::store::displays::{Call, Paired};
use crate::queue::store::points::Point;
use crate::web::form::new_op;
use crate::web::{FormState, Page};

/// What a screen shows.
#[derive(Debug, Template)]
#[template(path = "queue/display.html")]
pub struct ScreenPage {
    /// The frame.
    pub page: Page,
    /// What it shows.
    pub screen: Screen,
    /// The newest call that need not be played any more.
    pub played: i64,
}

/// The part that changes.
#[derive(Debug, Template)]
#[template(path = "queue/_screen.html")]
pub struct ScreenPart {
    /// The frame.
    pub page: Page,
    /// What it shows.
    pub screen: Screen,
}

/// What is called, and who is next.
#[derive(Debug)]
pub struct Screen {
    /// The latest calls, newest first.
    pub calls: Vec<Call>,
    /// The points with the tokens that come next.
    pub points: Vec<Upcoming>,
}

/// The next tokens of a point.
#[derive(Debug)]
pub struct Upcoming {
    /// Its harmless name.
    pub name: String,
    /// At most three tokens.
    pub tokens: Vec<String>,
    /// Why it is paused, if it is.
    pub paused: Option<String>,
}

impl Screen {
    /// Whether a call is so new that it glows (B4).
    pub fn is_fresh(&self, page: &Page, call: &Call) -> bool {
        page.now - call.at < TimeDelta::seconds(12)
    }
}

/// A screen that waits to be paired.
#[derive(Debug, Template)]
#[template(path = "queue/pairing.html")]
pub struct PairingPage {
    /// The frame.
    pub page: Page,
    /// The code to enter.
    pub code: String,
    /// Minutes until it changes.
    pub minutes: i64,
}

/// The part of it that is asked for again.
#[derive(Debug, Template)]
#[template(path = "queue/_pairing.html")]
pub struct PairingPart {
    /// The code to enter.
    pub code: String,
    /// Minutes until it changes.
    pub minutes: i64,
}

impl ScreenPage {
    /// The time on the clinic's wall, to the second.
    pub fn wall(&self) -> String {
        wall(&self.page)
    }
}

impl PairingPage {
    /// The time on the clinic's wall, to the second.
    pub fn wall(&self) -> String {
        wall(&self.page)
    }
}

fn wall(page: &Page) -> String {
    page.clinic.local(page.now).format("%H:%M:%S").to_string()
}

/// `7K4 M2P`
pub fn spaced(code: &str) -> String {
    let (first, second) = code.split_at_checked(3).unwrap_or((code, ""));
    format!("{first} {second}")
}

/// The screens, for administrators.
#[derive(Debug, Template)]
#[template(path = "queue/displays.html")]
pub struct DisplaysPage {
    /// The frame.
    pub page: Page,
    /// The pairing form.
    pub form: FormState,
    /// The paired screens.
    pub displays: Vec<Paired>,
    /// The points to choose from.
    pub points: Vec<Point>,
}

impl DisplaysPage {
    /// The points to choose from.
    pub fn choices(&self) -> Vec<(String, String)> {
        self.points.iter().map(|point| (point.id.to_string(), point.public_name.clone())).collect()
    }

    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }
}
