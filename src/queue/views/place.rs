//! The patient's own place, on the phone or by the slip.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::billing::model::Due;
use crate::queue::model::{EntryState, PointKind, WaitRange};
use crate::queue::store::places::Held;
use crate::queue::views::seat::times;
use crate::scheduling::model::AppointmentId;
use crate::web::{FormState, Page};

/// The own place, signed in.
#[derive(Debug, Template)]
#[template(path = "queue/my_place.html")]
pub struct MyPlacePage {
    /// The frame.
    pub page: Page,
    /// The place; none without a token today.
    pub place: Option<Place>,
}

/// The place by the slip, not signed in.
#[derive(Debug, Template)]
#[template(path = "queue/place.html")]
pub struct PlacePage {
    /// The frame.
    pub page: Page,
    /// The place.
    pub place: Place,
}

/// The part that changes.
#[derive(Debug, Template)]
#[template(path = "queue/_place.html")]
pub struct PlacePart {
    /// The frame.
    pub page: Page,
    /// The place.
    pub place: Place,
}

/// The slip of an earlier day.
#[derive(Debug, Template)]
#[template(path = "queue/over.html")]
pub struct OverPage {
    /// The frame.
    pub page: Page,
}

/// The same for a page that was left open.
#[derive(Debug, Template)]
#[template(path = "queue/_over.html")]
pub struct OverPart {}

/// Confirming that one leaves.
#[derive(Debug, Template)]
#[template(path = "queue/leave.html")]
pub struct LeavePage {
    /// The frame.
    pub page: Page,
    /// The form.
    pub form: FormState,
    /// The visit.
    pub held: Held,
}

/// Where a token stands and how long it may take.
#[derive(Debug, Clone)]
pub struct Place {
    /// The visit and its latest entry.
    pub held: Held,
    /// What the visit costs the patient so far; known to nobody else.
    pub due: Option<Due>,
    /// How many stand before it; none unless it waits.
    pub ahead: Option<i64>,
    /// An honest range, where one can be given.
    pub range: Option<WaitRange>,
    /// When to be back, where leaving is worth while.
    pub back_at: Option<DateTime<Utc>>,
    /// The booked time that is still to come, while others go before.
    pub booked_at: Option<DateTime<Utc>>,
}

impl Place {
    /// The state as the style sheet knows it.
    pub fn state(&self) -> &'static str {
        match self.held.state {
            _ if self.held.closed_at.is_some() && self.held.close_reason.as_deref() == Some("left") => "left",
            _ if self.held.closed_at.is_some() => "done",
            EntryState::Waiting => "waiting",
            EntryState::Called => "called",
            EntryState::InService => "serving",
            EntryState::Parked => "parked",
            EntryState::Missed => "missed",
            EntryState::Done | EntryState::Transferred => "done",
            EntryState::Left | EntryState::Void => "left",
        }
    }

    /// The one thing to know, in large letters.
    pub fn big(&self, page: &Page) -> String {
        let held = &self.held;
        if held.closed_at.is_some() {
            return match held.close_reason.as_deref() {
                Some("left") => "You have left the queue".to_owned(),
                Some("day_close") => "The clinic's day has ended".to_owned(),
                _ => "Your visit is finished".to_owned(),
            };
        }
        match held.state {
            EntryState::Waiting => match (self.back_at, self.ahead) {
                _ if held.paused_at.is_some() => "The queue is paused".to_owned(),
                (Some(at), _) => format!("Come back at {}", page.clinic.spoken_clock(at)),
                (None, Some(0)) => self.booked_at.map_or_else(
                    || "You are next".to_owned(),
                    |at| format!("Your time is {}", page.clinic.spoken_clock(at)),
                ),
                (None, _) => "Stay near the screen".to_owned(),
            },
            EntryState::Called => format!("Go to {}", self.where_to()),
            EntryState::InService if held.kind == PointKind::Consulting => {
                "You are with the doctor".to_owned()
            }
            EntryState::InService => format!("You are being served at {}", held.point),
            EntryState::Parked => "You keep your place".to_owned(),
            EntryState::Missed if held.call_count == 1 => "You were called".to_owned(),
            EntryState::Missed => format!("You were called {}", times(held.call_count)),
            EntryState::Done | EntryState::Transferred => "You are done here".to_owned(),
            EntryState::Left | EntryState::Void => "You have left the queue".to_owned(),
        }
    }

    /// The room, or the point.
    pub fn where_to(&self) -> &str {
        self.held.room.as_deref().unwrap_or(&self.held.point)
    }

    /// `4 people`
    pub fn ahead_words(&self) -> String {
        match self.ahead {
            Some(1) => "1 person".to_owned(),
            Some(0) => "Nobody".to_owned(),
            Some(people) => format!("{people} people"),
            None => "Not known".to_owned(),
        }
    }

    /// `20 to 30 minutes`
    pub fn range_words(&self) -> String {
        match &self.range {
            Some(range) => {
                let words = range.to_string();
                let plain = words.trim_start_matches("about ");
                let mut letters = plain.chars();
                letters
                    .next()
                    .map(|c| c.to_uppercase().collect::<String>() + letters.as_str())
                    .unwrap_or_default()
            }
            None => "Not known yet".to_owned(),
        }
    }

    /// Whether leaving means anything.
    pub fn can_leave(&self) -> bool {
        self.held.can_leave()
    }
}

/// Checking oneself in.
#[derive(Debug, Template)]
#[template(path = "queue/check_in.html")]
pub struct CheckInPage {
    /// The frame.
    pub page: Page,
    /// The form.
    pub form: FormState,
    /// Today's booking: its id, doctor and time.
    pub booking: Option<(AppointmentId, String, DateTime<Utc>)>,
}
