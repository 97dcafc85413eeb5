//! What a receipt says for ever: it is stored as it was handed out, and printed from what is stored (rule U24).

use super::money::Money;

/// A line of what was paid for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PaperLine {
    /// Neutral words.
    pub label: String,
    /// How many.
    pub quantity: i64,
    /// What it comes to.
    pub total: Money,
}

/// What came by one method.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Paid {
    /// In words.
    pub method: String,
    /// What the machine or the bank calls it.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// A receipt in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Paper {
    /// The clinic's head.
    pub clinic: String,
    /// Where it is.
    pub address: String,
    /// Its telephone.
    pub phone: String,
    /// `RCP-2026-000123`.
    pub code: String,
    /// When, on the clinic's wall.
    pub at: String,
    /// Who paid.
    pub patient: String,
    /// The clinic number.
    pub number: String,
    /// `INV-2026-000123`; empty for money into the wallet.
    pub invoice: String,
    /// What it was for.
    pub lines: Vec<PaperLine>,
    /// What was not asked.
    pub discount: Money,
    /// The tax in it.
    pub tax: Money,
    /// To whole steps of cash.
    pub rounding: Money,
    /// What the invoice comes to.
    pub total: Money,
    /// Who pays the rest.
    pub scheme: String,
    /// How much of it.
    pub scheme_part: Money,
    /// What was paid earlier.
    pub paid_before: Money,
    /// What was paid now.
    pub paid: Vec<Paid>,
    /// Cash that was handed over.
    pub given: Option<Money>,
    /// Cash that went back.
    pub change: Money,
    /// What stays in the wallet.
    pub to_wallet: Money,
    /// What is still owed.
    pub left: Money,
    /// Who took it.
    pub cashier: String,
}

impl Paper {
    /// What came in now.
    pub fn sum(&self) -> Money {
        Money(self.paid.iter().map(|one| one.amount.0).sum())
    }
}
