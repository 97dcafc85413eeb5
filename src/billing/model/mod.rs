//! Types and rules of money (rules.md §9), pure.

mod amounts;
#[cfg(test)]
mod amounts_tests;
mod code;
mod money;
mod paper;
mod states;

pub use amounts::{Amounts, Asked, Cover, amounts, rounded_to, split, spread};
pub use code::{Code, Series};
pub use money::{Money, Rounding, TooMuch, naira, percent};
pub use paper::{Paid, Paper, PaperLine};
pub use states::{
    BatchState, ChargeState, ClaimState, DiscountKind, DiscountState, InvoiceState, RefundState, Standing,
    Status, WalletKind,
};

crate::ids! {
    /// Who pays besides the patient.
    SchemeId,
    /// Somebody's place in a scheme for one academic session.
    EnrolmentId,
    /// What a scheme pays of a group of services.
    CoverageId,
    /// A price from a day on.
    PriceId,
    /// Tax, gate and group of a service.
    RuleId,
    /// Something that was done and costs.
    ChargeId,
    /// An invoice.
    InvoiceId,
    /// A line of an invoice.
    InvoiceLineId,
    /// Part of a price that is not asked.
    DiscountId,
    /// A cashier's shift.
    ShiftId,
    /// A receipt.
    ReceiptId,
    /// Money that came in.
    PaymentId,
    /// Money that goes back.
    RefundId,
    /// What an issued invoice asks no longer.
    CreditNoteId,
    /// Claims that go to a scheme together.
    BatchId,
    /// What a scheme owes for an invoice.
    ClaimId,
}

crate::words! {
    /// What a charge is for.
    pub enum ChargeKind {
        Consultation = "consultation" => "Consultation",
        Procedure = "procedure" => "Procedure",
        Test = "test" => "Laboratory test",
        Medicine = "medicine" => "Medicine",
        Other = "other" => "Other",
    }
}

impl ChargeKind {
    /// Whether somebody asks before it is done if it was paid (rule M12). A consultation is paid when it was held.
    pub fn can_be_paid_first(self) -> bool {
        matches!(self, ChargeKind::Procedure | ChargeKind::Test | ChargeKind::Medicine)
    }
}

crate::words! {
    /// How money came or goes.
    pub enum Method {
        Cash = "cash" => "Cash",
        Card = "card" => "Card",
        Transfer = "transfer" => "Bank transfer",
        Mobile = "mobile" => "Mobile money",
        Wallet = "wallet" => "Wallet",
    }
}

/// A service as addresses name it: `test-12`; 0 is the whole kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceKey(pub ChargeKind, pub i64);

impl std::fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0.as_str(), self.1)
    }
}

impl std::str::FromStr for ServiceKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, service) = text.split_once('-').ok_or_else(|| "no service".to_owned())?;
        Ok(ServiceKey(kind.parse()?, service.parse().map_err(|_| "no service".to_owned())?))
    }
}

impl Method {
    /// Whether a machine or a bank names each payment, so that its reference must be written down (rule M7).
    pub const fn has_reference(self) -> bool {
        match self {
            Method::Card | Method::Transfer | Method::Mobile => true,
            Method::Cash | Method::Wallet => false,
        }
    }
}

/// Whether something may be done now, as far as money goes (rule M12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open,
    /// It is to be paid first, or "treated now, paid later".
    PayFirst {
        /// The patient's part, in kobo.
        owed: i64,
    },
}

/// What was invoiced of something before it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// Units that are asked on an invoice, or were when the first of them was done; 0 while it is only planned.
    pub units: i64,
    /// Why it is done before it is paid; empty when nobody said so.
    pub treated_now: String,
}

/// What a visit owes at this moment, in kobo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Owed {
    /// The patient's part of what is not invoiced yet, as far as one can say.
    pub estimate: i64,
    /// What issued invoices still ask.
    pub invoiced: i64,
}

impl Owed {
    /// Both together.
    pub const fn total(self) -> i64 {
        self.estimate + self.invoiced
    }

    /// `₦2,500`, with `about` while some of it is an estimate.
    pub fn words(self) -> String {
        let sum = naira(self.total());
        if self.estimate > 0 { format!("about {sum}") } else { sum }
    }
}

/// What a visit costs its patient so far.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Due {
    /// What is owed.
    pub owed: Owed,
    /// The part of it that is paid before the clinic does what it is for (rule M12), in kobo.
    pub first: i64,
}

impl Due {
    /// `₦1,500`; nothing where nothing is paid first.
    pub fn first_words(self) -> Option<String> {
        (self.first > 0).then(|| naira(self.first))
    }

    /// Whether all of it is paid first.
    pub fn is_all_first(self) -> bool {
        self.first >= self.owed.total()
    }
}
