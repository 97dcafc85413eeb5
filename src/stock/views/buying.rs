//! Deliveries, orders, what to order again, suppliers, stores, rules.

use askama::Template;

use super::super::model::{
    DailyUse, OrderState, StoreKind, expiry_words, pack_words, packs, quantity_words, worth,
};
use super::moving::store_choices;
use crate::access::model::Permission;
use crate::billing::model::naira;
use crate::stock::store::items::Item;
use crate::stock::store::ledger::Movement;
use crate::stock::store::orders::{Order, OrderLine, Receipt};
use crate::stock::store::overview::Stocked;
use crate::stock::store::stores::{StockStore, Supplier};
use crate::web::conflict::Conflict;
use crate::web::paths;
use crate::web::{FormState, Page};

/// Lines of a delivery without an order.
pub const DELIVERED: usize = 6;

/// The suppliers for a select.
pub fn supplier_choices(all: &[Supplier]) -> Vec<(String, String)> {
    all.iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
}

/// One line of the form of a delivery.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// What it is about: the item of an order, or empty.
    pub item: String,
    /// What a pack of it holds, or empty.
    pub pack: String,
    /// What is still expected of an order, or empty.
    pub expected: String,
    /// Its place: fields are `item_3`, `number_3`, …
    pub at: usize,
}

impl DeliveryRow {
    /// The name of one of its fields.
    pub fn field(&self, name: &str) -> String {
        format!("{name}_{}", self.at)
    }
}

impl DeliveryRow {
    /// Whether a short shelf life was accepted.
    pub fn is_short(&self, form: &FormState) -> bool {
        form.chosen(&self.field("short"), "yes")
    }
}

/// Receiving a delivery.
#[derive(Debug, Template)]
#[template(path = "stock/receive.html")]
pub struct ReceivePage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Where to.
    pub places: Vec<StockStore>,
    /// From whom.
    pub suppliers: Vec<Supplier>,
    /// Against which order.
    pub order: Option<Order>,
    /// The lines.
    pub rows: Vec<DeliveryRow>,
}

impl ReceivePage {
    /// The stores.
    pub fn stores(&self) -> Vec<(String, String)> {
        store_choices(&self.places)
    }

    /// The suppliers.
    pub fn sellers(&self) -> Vec<(String, String)> {
        supplier_choices(&self.suppliers)
    }
}

/// Nothing more is expected of an order.
#[derive(Debug, Template)]
#[template(path = "stock/over.html")]
pub struct OverPage {
    /// The frame.
    pub page: Page,
    /// The order.
    pub order: Order,
    /// What arrived last against it.
    pub last: Option<Receipt>,
}

/// One delivery.
#[derive(Debug, Template)]
#[template(path = "stock/receipt.html")]
pub struct ReceiptPage {
    /// The frame.
    pub page: Page,
    /// The delivery.
    pub receipt: Receipt,
    /// What came: the rows of the ledger, the item of each, and what it cost as it stands on the supplier's paper.
    pub lines: Vec<(Movement, Item, i64)>,
}

impl ReceiptPage {
    /// What it cost.
    pub fn total(&self) -> String {
        naira(self.lines.iter().map(|(_, _, cost)| *cost).sum::<i64>())
    }

    /// The same of one line.
    pub fn cost_words(&self, cost: &i64) -> String {
        naira(*cost)
    }
}

impl Movement {
    /// When its batch expires.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }
}

/// Orders.
#[derive(Debug, Template)]
#[template(path = "stock/orders.html")]
pub struct OrdersPage {
    /// The frame.
    pub page: Page,
    /// Open ones first.
    pub all: Vec<Order>,
}

impl Order {
    /// What it costs.
    pub fn worth_words(&self) -> String {
        naira(self.worth)
    }

    /// Whether something of it may still arrive.
    pub fn is_expected(&self) -> bool {
        matches!(self.state, OrderState::Sent | OrderState::Part)
    }

    /// Whether nothing of it comes any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, OrderState::Received | OrderState::Closed)
    }

    /// Whether it is a draft.
    pub fn is_draft(&self) -> bool {
        self.state == OrderState::Draft
    }

    /// `5 Sep 2026`, or nothing.
    pub fn expected_words(&self) -> String {
        self.expected_on.map(|day| day.format("%-d %b %Y").to_string()).unwrap_or_default()
    }

    /// Whether it should have been here.
    pub fn is_late(&self, page: &Page) -> bool {
        self.is_expected() && self.expected_on.is_some_and(|day| day < page.today())
    }

    /// Receiving against it.
    pub fn receive_path(&self) -> String {
        format!("{}?order={}", paths::stock::RECEIPT_NEW, self.id)
    }
}

impl OrderLine {
    /// `192 tablets`.
    pub fn words(&self, units: impl std::borrow::Borrow<i64>) -> String {
        quantity_words(*units.borrow(), &self.unit)
    }

    /// `2 packs`.
    pub fn packs(&self) -> String {
        packs(self.quantity, self.pack)
    }

    /// `pack of 96 tablets`.
    pub fn pack_words(&self) -> String {
        pack_words(self.pack, &self.unit)
    }

    /// What it costs.
    pub fn worth_words(&self) -> String {
        naira(worth(self.quantity, self.unit_cost))
    }

    /// What has not arrived.
    pub fn left(&self) -> i64 {
        (self.quantity - self.received).max(0)
    }
}

/// One order.
#[derive(Debug, Template)]
#[template(path = "stock/order.html")]
pub struct OrderPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The order.
    pub order: Order,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
}

impl OrderPage {
    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.order.is_draft() || self.order.is_expected()
    }
}

/// What to order again.
#[derive(Debug, Template)]
#[template(path = "stock/reorder.html")]
pub struct ReorderPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Items that run short, with how much is used.
    pub items: Vec<(Stocked, DailyUse)>,
    /// From whom.
    pub suppliers: Vec<Supplier>,
    /// Where to.
    pub places: Vec<StockStore>,
}

impl ReorderPage {
    /// The stores.
    pub fn stores(&self) -> Vec<(String, String)> {
        store_choices(&self.places)
    }

    /// The suppliers.
    pub fn sellers(&self) -> Vec<(String, String)> {
        supplier_choices(&self.suppliers)
    }

    /// How many days what is usable lasts.
    pub fn lasts(&self, item: &Stocked, usage: &DailyUse) -> String {
        item.days_left(*usage).map(|days| format!("{days} days")).unwrap_or_default()
    }

    /// The name of the field of an item.
    pub fn field(&self, item: &Stocked) -> String {
        format!("order_{}", item.id)
    }

    /// Lines for what is not in the list.
    pub fn rows(&self) -> Vec<(String, String, String)> {
        super::moving::line_fields(3)
    }
}

/// Suppliers.
#[derive(Debug, Template)]
#[template(path = "stock/suppliers.html")]
pub struct SuppliersPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// All of them.
    pub all: Vec<Supplier>,
    /// The one that is changed; none to add one.
    pub one: Option<Supplier>,
    /// Who changed it meanwhile.
    pub conflict: Option<Conflict>,
}

impl SuppliersPage {
    /// Whether this person maintains them.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// Where the form goes.
    pub fn target(&self) -> String {
        self.one
            .as_ref()
            .map_or_else(|| paths::stock::SUPPLIERS.to_owned(), |one| paths::stock::supplier(one.id))
    }
}

/// Stores.
#[derive(Debug, Template)]
#[template(path = "stock/stores.html")]
pub struct StoresPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// All of them.
    pub all: Vec<StockStore>,
    /// Service points: id and name.
    pub points: Vec<(String, String)>,
    /// The one that is changed; none to add one.
    pub one: Option<StockStore>,
    /// Who changed it meanwhile.
    pub conflict: Option<Conflict>,
}

impl StoresPage {
    /// Whether this person maintains them.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// Where the form goes.
    pub fn target(&self) -> String {
        self.one.as_ref().map_or_else(|| paths::stock::STORES.to_owned(), |one| paths::stock::store(one.id))
    }

    /// What a store may be for; there is one quarantine.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let mut all = StoreKind::choices();
        let is_quarantine = self.one.as_ref().is_some_and(|one| one.kind == StoreKind::Quarantine);
        all.retain(|(value, _)| (*value == StoreKind::Quarantine.as_str()) == is_quarantine);
        all
    }

    /// The name of the point of a store.
    pub fn point(&self, store: &StockStore) -> &str {
        let id = store.service_point_id.map(|id| id.to_string());
        self.points.iter().find(|(own, _)| Some(own) == id.as_ref()).map_or("", |(_, name)| name.as_str())
    }
}

/// The clinic's own rules.
#[derive(Debug, Template)]
#[template(path = "stock/rules.html")]
pub struct RulesPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Who changed them meanwhile.
    pub conflict: Option<Conflict>,
}

impl Item {
    /// `pack of 96 tablets`.
    pub fn pack_words(&self) -> String {
        pack_words(self.pack, &self.unit)
    }

    /// `3 packs and 2 more`.
    pub fn packs(&self, units: impl std::borrow::Borrow<i64>) -> String {
        packs(*units.borrow(), self.pack)
    }

    /// `96 tablets`.
    pub fn words(&self, units: impl std::borrow::Borrow<i64>) -> String {
        quantity_words(*units.borrow(), &self.unit)
    }
}
