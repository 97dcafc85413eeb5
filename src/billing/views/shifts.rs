//! Shifts and the till.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use crate::billing::model::{Method, Money};
use crate::billing::store::shifts::{ByMethod, Desk, Movement, Shift};
use crate::web::{FormState, Page};

/// Opening a shift, and the newest ones.
#[derive(Debug, Template)]
#[template(path = "billing/shifts.html")]
pub struct ShiftsPage {
    pub page: Page,
    pub form: FormState,
    pub mine: Option<Shift>,
    pub desks: Vec<Desk>,
    pub past: Vec<Shift>,
}

impl ShiftsPage {
    /// Desks that nobody has.
    pub fn free(&self) -> Vec<(String, String)> {
        let free = self.desks.iter().filter(|desk| desk.holder.is_none());
        free.map(|desk| {
            let left = desk.left_in_till.map_or_else(String::new, |left| {
                format!(": {left} left by {}", desk.last_name.as_deref().unwrap_or_default())
            });
            (desk.id.to_string(), format!("{}{left}", desk.name))
        })
        .collect()
    }

    /// Desks that somebody else has.
    pub fn held(&self) -> Vec<&Desk> {
        let mine = self.mine.as_ref().map(|shift| shift.id);
        self.desks.iter().filter(|desk| desk.open_id.is_some() && desk.open_id != mine).collect()
    }
}

/// What stays of everything that came in. What a wallet paid came in before, and what went into one has not left.
fn stays(methods: &[ByMethod]) -> Money {
    let outside = methods.iter().filter(|one| one.method != Method::Wallet);
    Money(outside.map(|one| one.net().0).sum())
}

/// One shift: blind while it is open and one's own, with everything afterwards.
#[derive(Debug, Template)]
#[template(path = "billing/shift.html")]
pub struct ShiftPage {
    pub page: Page,
    pub form: FormState,
    pub shift: Shift,
    pub methods: Vec<ByMethod>,
    pub movements: Vec<Movement>,
    pub is_mine: bool,
    /// Whether the sums are left out: who may come to count never sees them before (rule M10).
    pub blind: bool,
}

impl ShiftPage {
    /// What stays altogether.
    pub fn net(&self) -> Money {
        stays(&self.methods)
    }
}

/// Counting the till.
#[derive(Debug, Template)]
#[template(path = "billing/close.html")]
pub struct ClosePage {
    pub page: Page,
    pub form: FormState,
    pub shift: Shift,
    pub is_mine: bool,
}

/// The day's till by method.
#[derive(Debug, Template)]
#[template(path = "billing/till.html")]
pub struct TillPage {
    pub page: Page,
    pub form: FormState,
    pub day: NaiveDate,
    pub shifts: Vec<Shift>,
    pub methods: Vec<ByMethod>,
    /// A shift is open that the reader may come to count: its sums are left out.
    pub blind: bool,
}

impl TillPage {
    /// What stays of everything.
    pub fn net(&self) -> Money {
        stays(&self.methods)
    }

    /// When a shift began or ended: with its day where that is another one.
    pub fn clock(&self, at: &DateTime<Utc>) -> String {
        let clinic = &self.page.clinic;
        if clinic.day_of(*at) == self.day { clinic.clock(*at) } else { clinic.stamp(*at) }
    }

    /// The day in words.
    pub fn day_words(&self) -> String {
        crate::settings::model::long_day(self.day)
    }
}

impl Movement {
    /// Where its receipt is.
    pub fn receipt_path(&self) -> String {
        crate::web::paths::billing::receipt(crate::billing::model::ReceiptId(self.id))
    }
}

impl Shift {
    /// `₦200 missing`, `₦50 too much`, `Exact`.
    pub fn difference_words(&self) -> String {
        match self.difference().map(|by| by.0) {
            None => String::new(),
            Some(0) => "Exact".to_owned(),
            Some(by) if by < 0 => format!("{} missing", Money(-by)),
            Some(by) => format!("{} too much", Money(by)),
        }
    }

    /// Whether somebody has to look at it.
    pub fn is_unexplained(&self) -> bool {
        self.difference().is_some_and(|by| !by.is_zero()) && self.reason.is_empty()
    }

    /// Whether a second person has still to look.
    pub fn is_unchecked(&self) -> bool {
        self.difference().is_some_and(|by| !by.is_zero()) && self.checked_at.is_none()
    }
}
