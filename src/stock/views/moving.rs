//! Corrections, transfers, stocktakes.

use askama::Template;

use super::super::model::{
    AdjustmentId, AdjustmentState, CountState, ItemKind, Kind, StoreKind, TransferState, expiry_words,
    quantity_words, worth,
};
use crate::access::model::Permission;
use crate::billing::model::naira;
use crate::numbers::signed;
use crate::stock::store::adjustments::Adjustment;
use crate::stock::store::counts::{Count, CountLine};
use crate::stock::store::stores::StockStore;
use crate::stock::store::transfers::{Transfer, TransferLine};
use crate::web::{FormState, Page};

/// Lines of a form for items.
pub const LINES: usize = 5;

/// Corrections.
#[derive(Debug, Template)]
#[template(path = "stock/corrections.html")]
pub struct CorrectionsPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// What waits first, then the latest others.
    pub all: Vec<Adjustment>,
    /// Which one the form is about.
    pub about: Option<AdjustmentId>,
}

impl CorrectionsPage {
    /// What waits.
    pub fn waiting(&self) -> Vec<&Adjustment> {
        self.all.iter().filter(|one| one.state == AdjustmentState::Waiting).collect()
    }

    /// What was decided.
    pub fn others(&self) -> Vec<&Adjustment> {
        self.all.iter().filter(|one| one.state != AdjustmentState::Waiting).collect()
    }

    /// Whether this person may decide it: somebody else's, with the permission.
    pub fn decides(&self, one: &Adjustment) -> bool {
        let own = self.page.actor.as_ref().map(|actor| actor.account);
        self.page.may(Permission::ApproveStock) && one.proposed_by != own
    }

    /// Whether the form is about this one.
    pub fn is_about(&self, one: &Adjustment) -> bool {
        self.about == Some(one.id) && !self.form.is_ok()
    }
}

impl Adjustment {
    /// `+20 tablets` or `−20 tablets`.
    pub fn words(&self) -> String {
        let sign = if self.kind == Kind::AdjustGain { "+" } else { "\u{2212}" };
        format!("{sign}{}", quantity_words(self.quantity, &self.unit))
    }

    /// What it is worth.
    pub fn value_words(&self) -> String {
        naira(self.value)
    }
}

/// Transfers.
#[derive(Debug, Template)]
#[template(path = "stock/transfers.html")]
pub struct TransfersPage {
    /// The frame.
    pub page: Page,
    /// Those on their way first.
    pub all: Vec<Transfer>,
}

impl TransfersPage {
    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }
}

/// Sending things.
#[derive(Debug, Template)]
#[template(path = "stock/transfer_new.html")]
pub struct NewTransferPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Where from and where to.
    pub places: Vec<StockStore>,
}

/// The stores for a select.
pub fn store_choices(places: &[StockStore]) -> Vec<(String, String)> {
    places.iter().map(|store| (store.id.to_string(), store.name.clone())).collect()
}

/// The names of the fields of a line: item, units, packs.
pub fn line_fields(lines: usize) -> Vec<(String, String, String)> {
    (0..lines).map(|at| (format!("item_{at}"), format!("units_{at}"), format!("packs_{at}"))).collect()
}

impl NewTransferPage {
    /// Stores that things may leave to patients or other stores from; quarantine is none.
    pub fn froms(&self) -> Vec<(String, String)> {
        store_choices(&self.places)
    }

    /// The lines.
    pub fn rows(&self) -> Vec<(String, String, String)> {
        line_fields(LINES)
    }
}

/// A transfer.
#[derive(Debug, Template)]
#[template(path = "stock/transfer.html")]
pub struct TransferPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The transfer.
    pub transfer: Transfer,
    /// Its batches.
    pub lines: Vec<TransferLine>,
}

impl TransferPage {
    /// Whether this person ends it, at least by refusing it.
    pub fn ends(&self) -> bool {
        self.transfer.state == TransferState::Sent && self.page.may(Permission::ManageStock)
    }

    /// Whether it waits for this person: what leaves the quarantine is accepted by somebody else than who sent it.
    pub fn waits(&self) -> bool {
        let own = self.page.actor.as_ref().map(|actor| actor.account);
        let apart = self.transfer.from_kind == StoreKind::Quarantine;
        self.ends() && !(apart && self.transfer.sent_by == own)
    }
}

impl TransferLine {
    /// `20 tablets`.
    pub fn words(&self) -> String {
        quantity_words(self.quantity, &self.unit)
    }

    /// What arrived, when that is known.
    pub fn accepted_words(&self) -> String {
        self.accepted.map(|units| quantity_words(units, &self.unit)).unwrap_or_default()
    }

    /// When it expires.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }

    /// The name of its field.
    pub fn field(&self) -> String {
        format!("arrived_{}", self.id)
    }
}

/// Stocktakes.
#[derive(Debug, Template)]
#[template(path = "stock/counts.html")]
pub struct CountsPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Open ones first.
    pub all: Vec<Count>,
    /// Where one may be begun.
    pub places: Vec<StockStore>,
}

impl CountsPage {
    /// Whether this person books things.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageStock)
    }

    /// The stores.
    pub fn stores(&self) -> Vec<(String, String)> {
        store_choices(&self.places)
    }

    /// What is counted.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let mut all = vec![("", "Everything")];
        all.extend(ItemKind::ALL.iter().map(|kind| (kind.as_str(), kind.plural())));
        all
    }
}

impl ItemKind {
    /// `Medicines`.
    pub fn plural(self) -> &'static str {
        match self {
            ItemKind::Medicine => "Medicines",
            ItemKind::Supply => "Supplies",
            ItemKind::Equipment => "Equipment",
        }
    }
}

impl StoreKind {
    /// The colour of its tag.
    pub fn kind(self) -> &'static str {
        match self {
            StoreKind::Dispensary => "ok",
            StoreKind::Store | StoreKind::Treatment => "info",
            StoreKind::Quarantine => "wait",
        }
    }
}

/// A stocktake.
#[derive(Debug, Template)]
#[template(path = "stock/count.html")]
pub struct CountPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The stocktake.
    pub count: Count,
    /// Its batches; while it is counted, those of this page.
    pub lines: Vec<CountLine>,
    /// Whether lines that were counted are shown, too.
    pub all: bool,
    /// The address of the next page.
    pub more: Option<String>,
}

/// What is left to count, on paper; never with what the books say.
#[derive(Debug, Template)]
#[template(path = "stock/count_sheet.html")]
pub struct CountSheet {
    /// The frame.
    pub page: Page,
    /// The stocktake.
    pub count: Count,
    /// Its batches that nobody has counted.
    pub lines: Vec<CountLine>,
}

impl CountPage {
    /// Whether it is being counted by people like this one.
    pub fn counting(&self) -> bool {
        self.count.state == CountState::Counting && self.page.may(Permission::ManageStock)
    }

    /// Whether a batch that stands in no line is being entered.
    pub fn finds(&self) -> bool {
        let typed = |field: &&str| self.form.error(field).is_some() || !self.form.value(*field).is_empty();
        ["item", "number", "expiry", "units"].iter().any(typed)
    }

    /// Whether differences may be seen: never while it is counted.
    pub fn shows_books(&self) -> bool {
        self.count.state != CountState::Counting
    }

    /// Whether it waits for a second person.
    pub fn waits(&self) -> bool {
        self.count.state == CountState::Counted
    }

    /// Whether this person may post it.
    pub fn posts(&self) -> bool {
        let own = self.page.actor.as_ref().map(|actor| actor.account);
        self.waits() && self.page.may(Permission::ApproveStock) && self.count.counted_by != own
    }

    /// Whether this person may cancel it or give it back.
    pub fn turns(&self) -> bool {
        self.page.may(Permission::ManageStock)
            && matches!(self.count.state, CountState::Counting | CountState::Counted)
    }

    /// Lines where more or less was found.
    pub fn differing(&self) -> Vec<&CountLine> {
        self.lines.iter().filter(|line| line.difference() != 0).collect()
    }

    /// Counted lines of which a correction waits for a second person: `paracetamol 500 mg tablet, batch A1`.
    pub fn proposed(&self) -> Vec<String> {
        let is_proposed = |line: &&CountLine| line.counted.is_some() && line.waiting > 0;
        let words = |line: &CountLine| format!("{}, batch {}", line.item, line.number);
        self.lines.iter().filter(is_proposed).map(words).collect()
    }

    /// What the differences are worth together, with their sign.
    pub fn total(&self) -> String {
        with_sign(self.lines.iter().map(CountLine::worth).sum())
    }

    /// What is still to be counted.
    pub fn left(&self) -> i64 {
        self.count.lines - self.count.done
    }
}

fn with_sign(kobo: i64) -> String {
    if kobo < 0 { format!("\u{2212}{}", naira(-kobo)) } else { naira(kobo) }
}

impl CountLine {
    /// The name of its field.
    pub fn field(&self) -> String {
        format!("counted_{}", self.id)
    }

    /// When it expires.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }

    /// `+3` or `−2`.
    pub fn signed(&self) -> String {
        signed(self.difference())
    }

    /// What the difference is worth, with its sign.
    fn worth(&self) -> i64 {
        worth(self.difference(), self.unit_cost) * self.difference().signum()
    }

    /// The same in words.
    pub fn worth_words(&self) -> String {
        with_sign(self.worth())
    }
}
