//! The list, an item with its ledger, a batch, what ends.

use askama::Template;
use chrono::NaiveDate;

use crate::access::model::Permission;
use crate::billing::model::naira;
use crate::settings::model::plain_day;
use crate::stock::model::{
    DailyUse, ItemKind, Kind, Show, StoreKind, expiry_words, pack_words, packs, quantity_words, unit_words,
    worth,
};
use crate::stock::store::ledger::{Filter, Movement};
use crate::stock::store::lists::{Level, Named, Waiting};
use crate::stock::store::overview::{Stocked, Tiles};
use crate::stock::store::reservations::Reservation;
use crate::web::conflict::Conflict;
use crate::web::paths;
use crate::web::{FormState, Page};

/// What fits a few typed letters.
#[derive(Debug, Template)]
#[template(path = "stock/_options.html")]
pub struct Options {
    /// What fits.
    pub items: Vec<Named>,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "stock/items.html")]
pub struct ItemsPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub q: String,
    /// What is shown.
    pub show: Show,
    /// The items of this page.
    pub items: Vec<Stocked>,
    /// How many fit.
    pub found: i64,
    /// How many are low or out, expire soon, are expired, are held.
    pub tiles: Tiles,
    /// What waits for somebody.
    pub waiting: Waiting,
    /// The address of this page.
    pub own: String,
    /// The address of the next page.
    pub more: Option<String>,
}

impl ItemsPage {
    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// What may be shown.
    pub fn shows(&self) -> Vec<(&'static str, &'static str)> {
        Show::choices()
    }

    /// Whether this is shown now.
    pub fn is_shown(&self, show: &str) -> bool {
        self.show.as_str() == show
    }

    /// How many days it lasts.
    pub fn lasts(&self, one: &Stocked) -> String {
        days_words(one.days_left(one.usage(self.page.today(), &self.page.clinic)))
    }

    /// The address of the list with another choice.
    pub fn only(&self, show: &str) -> String {
        format!("{}?show={show}", paths::stock::STOCK)
    }
}

fn days_words(days: Option<i64>) -> String {
    match days {
        None => String::new(),
        Some(days @ 0..=1) => format!("{days} day{}", if days == 1 { "" } else { "s" }),
        Some(days @ 2..=365) => format!("{days} days"),
        Some(_) => "over a year".to_owned(),
    }
}

impl Stocked {
    /// `1,200 tablets`.
    pub fn words(&self, units: impl std::borrow::Borrow<i64>) -> String {
        quantity_words(*units.borrow(), &self.unit)
    }

    /// `12 packs and 4 more`.
    pub fn packs(&self, units: impl std::borrow::Borrow<i64>) -> String {
        packs(*units.borrow(), self.pack)
    }

    /// `tablets`.
    pub fn unit_words(&self, units: impl std::borrow::Borrow<i64>) -> String {
        unit_words(*units.borrow(), &self.unit)
    }

    /// `pack of 96 tablets`.
    pub fn pack_words(&self) -> String {
        pack_words(self.pack, &self.unit)
    }

    /// Its tag: colour and word; none where all is well.
    pub fn tag(&self) -> Option<(&'static str, &'static str)> {
        if !self.active {
            Some(("plain", "No longer kept"))
        } else if self.is_out() {
            Some(("danger", if self.on_hand > 0 { "Nothing usable" } else { "Out" }))
        } else {
            self.is_low().then_some(("wait", "Low"))
        }
    }
}

impl Reservation {
    /// `26 November 2026`.
    pub fn until_words(&self) -> String {
        plain_day(self.until)
    }

    /// Who reserved it.
    pub fn by(&self) -> &str {
        if self.account_name.is_empty() { "The clinic's rule" } else { &self.account_name }
    }

    /// Where it is given out, for those who do.
    pub fn path(&self, page: &Page) -> Option<String> {
        page.may(Permission::Dispense).then(|| paths::pharmacy::dispense(self.prescription_id))
    }
}

impl Named {
    /// `pack of 96 tablets`.
    pub fn pack_words(&self) -> String {
        pack_words(self.pack, &self.unit)
    }
}

impl Level {
    /// `20 tablets`.
    pub fn words(&self) -> String {
        quantity_words(self.on_hand, &self.unit)
    }

    /// When it expires.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }

    /// What it cost.
    pub fn worth_words(&self) -> String {
        naira(worth(self.on_hand, self.unit_cost))
    }

    /// Its tag: colour and word; none where it is usable.
    pub fn tag(&self, page: &Page) -> Option<(&'static str, String)> {
        let days = (self.expiry - page.today()).num_days();
        if !self.recall_reason.is_empty() {
            Some(("danger", "Recalled".to_owned()))
        } else if days <= 0 {
            Some(("danger", "Expired".to_owned()))
        } else if !self.held_reason.is_empty() {
            Some(("wait", "On hold".to_owned()))
        } else if self.store_kind == StoreKind::Quarantine {
            Some(("wait", "Quarantine".to_owned()))
        } else if days <= 90 {
            Some(("wait", format!("{days} day{} left", if days == 1 { "" } else { "s" })))
        } else {
            None
        }
    }
}

/// An item with what lies where and every movement.
#[derive(Debug, Template)]
#[template(path = "stock/item.html")]
pub struct ItemPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The item.
    pub item: Stocked,
    /// What lies where.
    pub levels: Vec<Level>,
    /// What is reserved for patients.
    pub reserved: Vec<Reservation>,
    /// The ledger, newest first.
    pub rows: Vec<Movement>,
    /// What of it is shown.
    pub filter: Filter,
    /// The address of this page.
    pub own: String,
    /// The address of older rows.
    pub more: Option<String>,
    /// What procedures call it.
    pub aliases: Vec<String>,
    /// Who changed it meanwhile.
    pub conflict: Option<Conflict>,
}

impl ItemPage {
    /// Where its medicine stands in the catalogue, for those who may read it.
    pub fn catalogue_path(&self) -> Option<String> {
        let id = self.item.medicine_id.filter(|_| self.page.may(Permission::ReadPrescriptions))?;
        Some(paths::prescribing::medicine(crate::prescribing::model::MedicineId(id)))
    }

    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// How much is used.
    pub fn usage(&self) -> DailyUse {
        self.item.usage(self.page.today(), &self.page.clinic)
    }

    /// `10.5 tablets a day`, or that nothing was used.
    pub fn usage_words(&self) -> String {
        let usage = self.usage();
        if usage.used <= 0 || usage.days <= 0 {
            return "Nothing in the last 90 days".to_owned();
        }
        let tenths = usage.used.saturating_mul(10) / usage.days;
        let pace = format!("{}.{}", tenths / 10, tenths % 10);
        format!("{pace} a day over {} days", usage.days)
    }

    /// How long it lasts.
    pub fn lasts(&self) -> String {
        days_words(self.item.days_left(self.usage()))
    }

    /// What to order.
    pub fn suggested(&self) -> i64 {
        self.item.suggested(self.usage())
    }

    /// The stores of its batches, for the filter.
    pub fn places(&self) -> Vec<(i64, &str)> {
        let mut places: Vec<(i64, &str)> =
            self.levels.iter().map(|level| (level.store_id.0, level.store.as_str())).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Its batches, for the filter.
    pub fn batches(&self) -> Vec<(i64, &str)> {
        let mut batches: Vec<(i64, &str)> =
            self.levels.iter().map(|level| (level.batch_id.0, level.number.as_str())).collect();
        batches.dedup();
        batches
    }

    /// Kinds of movements.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        Kind::choices()
    }

    /// Whether a kind is chosen.
    pub fn is_kind(&self, kind: &str) -> bool {
        self.filter.kind.is_some_and(|chosen| chosen.as_str() == kind)
    }

    /// Whether a store is chosen.
    pub fn is_place(&self, id: &i64) -> bool {
        self.filter.store.is_some_and(|chosen| chosen.0 == *id)
    }

    /// Whether a batch is chosen.
    pub fn is_batch(&self, id: &i64) -> bool {
        self.filter.batch.is_some_and(|chosen| chosen.0 == *id)
    }

    /// Whether anything is filtered.
    pub fn is_filtered(&self) -> bool {
        self.filter != Filter::default()
    }

    /// The rows of what lies somewhere.
    pub fn rows_of(&self, level: &Level) -> String {
        let item = paths::stock::item(self.item.id);
        format!("{item}?batch={}&store={}#ledger", level.batch_id, level.store_id)
    }

    /// A day for a field.
    pub fn day(&self, day: &Option<NaiveDate>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }
}

/// A new supply or piece of equipment.
#[derive(Debug, Template)]
#[template(path = "stock/new.html")]
pub struct NewItemPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
}

impl NewItemPage {
    /// What may be added here; medicines come from their catalogue.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        [ItemKind::Supply, ItemKind::Equipment].map(|kind| (kind.as_str(), kind.label())).to_vec()
    }
}
