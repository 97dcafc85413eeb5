//! What a receipt says for ever: it is stored as it was handed out, and printed from what is stored (rule U24).

use super::money::Money;

/// What is nothing is not written down.
fn nothing(amount: &Money) -> bool {
    amount.is_zero()
}

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
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Paper {
    /// The clinic's head.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clinic: String,
    /// Where it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Its telephone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// `RCP-2026-000123`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// When, on the clinic's wall.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// Who paid.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub patient: String,
    /// The clinic number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// `INV-2026-000123`; empty for money into the wallet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub invoice: String,
    /// What it was for.
    pub lines: Vec<PaperLine>,
    /// What was not asked.
    #[serde(skip_serializing_if = "nothing")]
    pub discount: Money,
    /// The tax in it.
    #[serde(skip_serializing_if = "nothing")]
    pub tax: Money,
    /// To whole steps of cash.
    #[serde(skip_serializing_if = "nothing")]
    pub rounding: Money,
    /// What the invoice comes to.
    #[serde(skip_serializing_if = "nothing")]
    pub total: Money,
    /// Who pays the rest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scheme: String,
    /// How much of it.
    #[serde(skip_serializing_if = "nothing")]
    pub scheme_part: Money,
    /// What of the patient's part was credited.
    #[serde(skip_serializing_if = "nothing")]
    pub credited: Money,
    /// What was paid earlier.
    #[serde(skip_serializing_if = "nothing")]
    pub paid_before: Money,
    /// What was paid now.
    pub paid: Vec<Paid>,
    /// Cash that was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Money>,
    /// Cash that went back.
    #[serde(skip_serializing_if = "nothing")]
    pub change: Money,
    /// What stays in the wallet.
    #[serde(skip_serializing_if = "nothing")]
    pub to_wallet: Money,
    /// What is still owed.
    #[serde(skip_serializing_if = "nothing")]
    pub left: Money,
    /// Who took it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cashier: String,
}

impl Paper {
    /// What came in now.
    pub fn sum(&self) -> Money {
        Money(self.paid.iter().map(|one| one.amount.0).sum())
    }
}
