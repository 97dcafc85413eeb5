//! The front pages.

use askama::Template;
use chrono::{DateTime, Timelike, Utc};

use super::store::{Attention, Own, Tally};
use crate::access::model::Permission;
use crate::billing;
use crate::consultation::Item;
use crate::laboratory;
use crate::patients::Card;
use crate::pharmacy;
use crate::queue::{Count, Needs, Place};
use crate::record::Emergency;
use crate::scheduling::Expected;
use crate::scheduling::model::{AppointmentState, BookingRules, is_late};
use crate::stock;
use crate::web::{FormState, Page, filters, paths};

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

/// The front page of a patient.
#[derive(Debug, Template)]
#[template(path = "home/patient.html")]
pub struct PatientHome {
    /// The frame.
    pub page: Page,
    /// What comes next.
    pub now: Now,
    /// Emergencies in which the record was opened, not read yet.
    pub emergencies: Vec<Emergency>,
    /// What they were given of batches that are recalled now.
    pub recalled: Vec<pharmacy::Recalled>,
}

/// The part of it that changes.
#[derive(Debug, Template)]
#[template(path = "home/_now.html")]
pub struct PatientNow {
    /// The frame.
    pub page: Page,
    /// What comes next.
    pub now: Now,
}

/// What comes next for a patient.
#[derive(Debug)]
pub struct Now {
    /// The first name, for the greeting.
    pub first_name: String,
    /// The place in today's queue.
    pub place: Option<Place>,
    /// The next booking that stands.
    pub next: Option<Expected>,
    /// Bookings that the clinic cannot keep or has cancelled.
    pub lost: Vec<Expected>,
    /// When something is free, without a booking.
    pub free: Option<DateTime<Utc>>,
}

/// The card and the next appointment as a phone keeps them.
#[derive(Debug, Template)]
#[template(path = "home/saved.html")]
pub struct SavedPage {
    /// The frame.
    pub page: Page,
    /// The card.
    pub card: Card,
    /// The next booking.
    pub next: Option<Expected>,
}

/// What a phone shows when it reaches nothing.
#[derive(Debug, Template)]
#[template(path = "home/offline.html")]
pub struct OfflinePage {
    /// The frame.
    pub page: Page,
}

/// The front page of staff.
#[derive(Debug, Template)]
#[template(path = "home/staff.html")]
pub struct StaffHome {
    /// The frame.
    pub page: Page,
    /// The queues now.
    pub points: Vec<Count>,
    /// The day in numbers.
    pub tally: Tally,
    /// What concerns only the person who asks.
    pub own: Own,
    /// What waits for an administrator; nothing for others.
    pub attention: Option<Attention>,
    /// What waits in the laboratory, or for the doctor; nothing for others.
    pub lab: Option<laboratory::Tally>,
    /// What waits in the pharmacy; nothing for others.
    pub pharmacy: Option<pharmacy::Tally>,
    /// What waits for cashiers and for who approves; nothing for others.
    pub money: Option<billing::Tally>,
    /// What waits in the stock; nothing for others.
    pub shelves: Option<stock::Waiting>,
    /// What is unfinished of whoever treats, and who is booked with them today.
    pub day: Vec<Item>,
    /// What doctors are told at once; nothing for others.
    pub needs: Needs,
    /// The operation id of the call button.
    pub form: FormState,
}

impl Now {
    /// What happened to a booking that is lost, in words.
    pub fn lost_words(&self, page: &Page, one: &Expected) -> String {
        let clinic = &page.clinic;
        let when = format!("{}, {}", clinic.long_day(one.starts_at), clinic.spoken_clock(one.starts_at));
        if one.state == AppointmentState::Cancelled {
            format!("The clinic cancelled your appointment on {when}")
        } else {
            format!("The clinic cannot keep your time on {when}")
        }
    }

    /// Whether the booked time is over; the place is kept for the day (rule N1).
    pub fn is_late(&self, page: &Page, one: &Expected) -> bool {
        is_late(one.starts_at, page.now, &BookingRules::of(&page.clinic))
    }

    /// Where another time is chosen instead: what has begun is not moved any more (rule B8).
    pub fn instead(&self, page: &Page, one: &Expected) -> String {
        match one.state == AppointmentState::Cancelled || one.starts_at <= page.now {
            true => paths::scheduling::BOOK.to_owned(),
            false => paths::scheduling::of(paths::scheduling::MY_MOVE, one.appointment_id),
        }
    }

    /// Whether the place is still going on.
    pub fn open_place(&self) -> Option<&Place> {
        self.place.as_ref().filter(|place| place.held.closed_at.is_none())
    }
}

/// `Good morning`, by the clinic's clock.
pub fn greeting(page: &Page) -> &'static str {
    match page.clinic.local(page.now).hour() {
        0..12 => "Good morning",
        12..17 => "Good afternoon",
        _ => "Good evening",
    }
}

/// Something that waits for somebody.
#[derive(Debug)]
pub struct Todo {
    /// Its picture.
    pub icon: &'static str,
    /// What waits.
    pub words: String,
    /// Why, or what to do.
    pub more: &'static str,
    /// Where it is done.
    pub path: &'static str,
}

/// `1 screen is`, `2 screens are`.
fn counted(n: i64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

impl StaffHome {
    /// What a clinic cannot work without and nobody has set up, in the order of doing it.
    fn missing(&self) -> Vec<Todo> {
        let Some(found) = self.attention else { return Vec::new() };
        let steps = [
            (
                found.no_consulting,
                "users",
                ("Set up where doctors see patients", "Without a consulting point nobody can be called"),
                paths::settings::POINTS,
            ),
            (
                found.no_doctor,
                "doctor",
                ("Add the doctors", "Then enter their hours"),
                paths::access::STAFF_NEW,
            ),
            (
                found.no_reason,
                "calendar",
                ("Set the reasons of visits", "Nobody can book without one, neither online nor at the desk"),
                paths::settings::REASONS,
            ),
            (
                found.no_price,
                "cashier",
                (
                    "Set the price of a consultation",
                    "Every bill says ₦0 until then. Enter 0 where it is free",
                ),
                paths::billing::PRICES,
            ),
        ];
        let missing = steps.into_iter().filter(|(missing, ..)| *missing);
        missing
            .map(|(_, icon, (words, more), path)| Todo { icon, words: words.to_owned(), more, path })
            .collect()
    }

    /// What waits for this person besides the queue, the most urgent first.
    pub fn todos(&self) -> Vec<Todo> {
        let mut todos = self.missing();
        let mut add = |count: i64, icon, (one, many): (&str, &str), more, path| {
            if count > 0 {
                todos.push(Todo { icon, words: counted(count, one, many), more, path });
            }
        };
        if let Some(lab) = self.lab {
            let list = paths::laboratory::WORKLIST;
            if self.page.may(Permission::WorkLab) {
                let words = ("critical result waits for a call", "critical results wait for a call");
                add(lab.calls, "call", words, "Call, and have the value read back", list);
            }
            if self.page.may(Permission::CollectSamples) {
                let words = ("test waits for its sample", "tests wait for their samples");
                add(lab.collect, "lab", words, "Urgent and old ones first", list);
            }
            if self.page.may(Permission::WorkLab) {
                let words = ("result waits for verification", "results wait for verification");
                add(lab.verify, "lab", words, "By a second person", list);
            }
        }
        if self.page.may(Permission::OrderTests) {
            let words = ("result waits for you", "results wait for you");
            add(
                self.own.reviews,
                "lab",
                words,
                "Critical and corrected ones first",
                paths::laboratory::REVIEWS,
            );
            let words = ("of your tests needs a new sample", "of your tests need a new sample");
            let more = "The laboratory rejected the first one";
            add(self.own.rejected, "warn", words, more, paths::laboratory::REVIEWS);
        }
        if self.page.may(Permission::Consult) {
            let words = ("note from the pharmacy waits for you", "notes from the pharmacy wait for you");
            let more = "Questions, and what was given instead";
            add(self.own.asked, "pharmacy", words, more, paths::pharmacy::MESSAGES);
        }
        if let Some(pharmacy) = self.pharmacy {
            let words = ("prescription waits", "prescriptions wait");
            let list = paths::pharmacy::WORKLIST;
            add(pharmacy.waiting, "pharmacy", words, "Whoever is at the counter first", list);
            let words = ("owed medicine is in stock now", "owed medicines are in stock now");
            add(pharmacy.owed, "pharmacy", words, "Call the patients", paths::pharmacy::OWED);
        }
        if let Some(money) = self.money {
            let (list, shifts, approvals) =
                (paths::billing::WORKLIST, paths::billing::SHIFTS, paths::billing::APPROVALS);
            if self.page.may(Permission::TakePayments) {
                if !money.on_shift {
                    add(1, "clock", ("shift is to be opened", ""), "Count the till, then take money", shifts);
                }
                let words = ("person waits at the cashier", "people wait at the cashier");
                add(money.here, "cashier", words, "Make out the invoice, take the payment", list);
                let words = ("approved refund is not paid out", "approved refunds are not paid out");
                add(money.payouts, "cashier", words, "In your shift", approvals);
            }
            if self.page.may(Permission::ApproveMoney) {
                let words = ("discount waits for approval", "discounts wait for approval");
                add(money.discounts, "check", words, "Asked for by somebody else", approvals);
                let words = ("refund waits for approval", "refunds wait for approval");
                add(money.refunds, "check", words, "Asked for by somebody else", approvals);
                let words = ("shift has a difference", "shifts have a difference");
                add(money.differences, "warn", words, "Look at it with the cashier's words", approvals);
            }
        }
        if let Some(shelves) = self.shelves {
            use paths::stock as to;
            if self.page.may(Permission::ApproveStock) {
                let words = ("correction of the stock waits", "corrections of the stock wait");
                add(shelves.adjustments, "undo", words, "Agree, if you did not propose it", to::CORRECTIONS);
                let words = ("stocktake waits to be posted", "stocktakes wait to be posted");
                add(shelves.counts, "done", words, "By somebody who did not hand it in", to::COUNTS);
            }
            if self.page.may(Permission::ManageStock) {
                let words = ("transfer is on its way", "transfers are on their way");
                add(shelves.transfers, "transfer", words, "Accept what arrived", to::TRANSFERS);
                let words = ("order is expected", "orders are expected");
                add(shelves.orders, "clock", words, "Receive what came against it", to::ORDERS);
            }
        }
        if self.page.may(Permission::SeeAppointments) {
            let words = ("booked person needs a new time", "booked people need a new time");
            let more = "The clinic is closed, or the doctor is away";
            add(self.tally.undecided, "calendar", words, more, paths::scheduling::UNDECIDED);
        }
        if self.page.may(Permission::SettleVisits) {
            let words = ("visit was closed by the day", "visits were closed by the day");
            let more = "Look what became of each";
            add(self.tally.unsettled, "clock", words, more, paths::queue::UNSETTLED);
        }
        if let Some(found) = self.attention {
            let words = (
                "emergency opening of a record waits for a review",
                "emergency openings of records wait for a review",
            );
            let more = if found.overdue > 0 { "Overdue: seven days are over" } else { "Within seven days" };
            let reviews = if self.page.may(Permission::KeepRecords) { found.reviews } else { 0 };
            add(reviews, "warn", words, more, paths::record::REVIEWS);
            let words = ("screen shows nothing", "screens show nothing");
            let more = "Not seen for 10 minutes or more";
            add(found.silent_displays, "screen", words, more, paths::queue::DISPLAYS);
            let words = ("import is not finished", "imports are not finished");
            add(
                found.open_imports,
                "users",
                words,
                "Check the lines, then import or drop it",
                paths::patients::IMPORTS,
            );
            let words = ("doctor has no weekly hours", "doctors have no weekly hours");
            let more = "Nobody can book with them";
            add(found.without_hours, "clock", words, more, paths::scheduling::AVAILABILITY);
            let words = ("member of staff has no password", "members of staff have no password");
            let more = "Give them a one-time code";
            add(found.without_password, "lock", words, more, paths::access::STAFF);
        }
        todos
    }

    /// The queue of the own station.
    pub fn mine(&self) -> Option<&Count> {
        self.points.iter().find(|point| Some(point.point_id.0) == self.own.station)
    }

    /// Minutes since the first of a queue waits.
    pub fn longest(&self, point: &Count) -> i64 {
        point.since.map_or(0, |since| (self.page.now - since).num_minutes().max(0))
    }

    /// Everybody who waits.
    pub fn waiting(&self) -> i64 {
        self.points.iter().map(|point| point.waiting).sum()
    }

    /// The longest wait anywhere, in minutes.
    pub fn longest_anywhere(&self) -> i64 {
        self.points.iter().map(|point| self.longest(point)).max().unwrap_or(0)
    }

    /// `18 people wait, the longest 74 minutes`
    pub fn line(&self, point: &Count) -> String {
        match point.waiting {
            0 => "Nobody is waiting".to_owned(),
            1 => format!("1 person has waited {} minutes", self.longest(point)),
            people => format!("{people} people wait, the longest {} minutes", self.longest(point)),
        }
    }

    /// The greeting of the hour.
    pub fn greeting(&self) -> &'static str {
        greeting(&self.page)
    }

    /// How long is too long, for the level of a waiting time.
    pub fn level(&self, minutes: i64) -> &'static str {
        if minutes >= self.page.clinic.very_long_wait_minutes {
            "over"
        } else if minutes >= self.page.clinic.long_wait_minutes {
            "long"
        } else {
            "fine"
        }
    }
}
