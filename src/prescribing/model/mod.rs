//! Medicines and what is prescribed of them: amounts, frequencies, states, checks. Pure.

mod adult;
mod amount;
#[cfg(test)]
mod amount_tests;
mod check;
#[cfg(test)]
mod check_tests;
mod dose;
mod families;
mod frequency;
mod line;
mod sentence;
pub mod shipped;
mod strength;
mod written;

pub use adult::not_grown;
pub use amount::{
    MOST, amount_words, container_words, not_divided, parse_days, parse_dose, plain_number, quantity,
    quantity_words,
};
pub use check::{Drug, Facts, Known, Tier, Warning, WarningKind, check, key, worst};
pub use dose::{Daily, UsualDose};
pub use families::{Class, Family, Interaction, families, list};
pub use frequency::Frequency;
pub use line::{CannotMove, LineMove, LineState};
pub use sentence::{MIXED, directions, label, without_days};
pub use strength::Holds;
pub use written::{Fault, Usual, Written};

crate::ids! {
    /// A medicine of the catalogue.
    MedicineId,
    /// A prescription: what one doctor prescribes in one visit and signs at once.
    PrescriptionId,
    /// One medicine on a prescription.
    LineId,
    /// What a doctor prescribes with one press.
    FavouriteId,
}

crate::words! {
    /// What one counts.
    pub enum Unit {
        Tablet = "tablet" => "tablet",
        Capsule = "capsule" => "capsule",
        Ml = "mL" => "mL",
        Drop = "drop" => "drop",
        Puff = "puff" => "puff",
        Tube = "tube" => "tube",
        Ampoule = "ampoule" => "ampoule",
        Vial = "vial" => "vial",
        Bottle = "bottle" => "bottle",
        Sachet = "sachet" => "sachet",
        Suppository = "suppository" => "suppository",
        Pessary = "pessary" => "pessary",
        Patch = "patch" => "patch",
        Piece = "piece" => "piece",
    }
}

crate::words! {
    /// By which way it is taken.
    pub enum Route {
        Oral = "oral" => "by mouth",
        Topical = "topical" => "on the skin",
        Intravenous = "intravenous" => "into a vein",
        Intramuscular = "intramuscular" => "into a muscle",
        Subcutaneous = "subcutaneous" => "under the skin",
        Eye = "eye" => "in the eye",
        Ear = "ear" => "in the ear",
        Nasal = "nasal" => "in the nose",
        Inhaled = "inhaled" => "breathed in",
        Mouth = "mouth" => "in the mouth",
        Sublingual = "sublingual" => "under the tongue",
        Vaginal = "vaginal" => "in the vagina",
        Rectal = "rectal" => "in the back passage",
    }
}

crate::words! {
    /// What it looks like.
    pub enum Form {
        Tablet = "tablet" => "tablet",
        Capsule = "capsule" => "capsule",
        Syrup = "syrup" => "syrup",
        Suspension = "suspension" => "suspension",
        Solution = "solution" => "solution",
        Powder = "powder" => "powder",
        Sachet = "sachet" => "sachet",
        Injection = "injection" => "injection",
        Cream = "cream" => "cream",
        Ointment = "ointment" => "ointment",
        Gel = "gel" => "gel",
        Lotion = "lotion" => "lotion",
        EyeDrops = "eye_drops" => "eye drops",
        EyeOintment = "eye_ointment" => "eye ointment",
        EarDrops = "ear_drops" => "ear drops",
        NasalSpray = "nasal_spray" => "nasal spray",
        Inhaler = "inhaler" => "inhaler",
        NebuliserSolution = "nebuliser_solution" => "nebuliser solution",
        Lozenge = "lozenge" => "lozenge",
        Mouthwash = "mouthwash" => "mouthwash",
        Suppository = "suppository" => "suppository",
        Pessary = "pessary" => "pessary",
        Patch = "patch" => "patch",
        Device = "device" => "device",
    }
}

impl Form {
    /// What cashier and receipt call a medicine: what it is, never what it is for (rule A1).
    pub fn charged_as(self) -> String {
        format!("Medicine, {}", self.label())
    }
}

crate::words! {
    /// Whether a pregnant woman may take it.
    pub enum Pregnancy {
        Ok = "ok" => "May be taken in pregnancy",
        Caution = "caution" => "Caution in pregnancy",
        Avoid = "avoid" => "Avoid in pregnancy",
    }
}

crate::words! {
    /// Where a prescription stands.
    pub enum PrescriptionState { Draft = "draft" => "Draft", Signed = "signed" => "Signed" }
}

impl Unit {
    /// The word for an amount in thousandths: `1 tablet`, `0.5 tablet`, `2 tablets`, `10 mL`.
    pub fn word(self, thousandths: i64) -> String {
        match self {
            Unit::Ml => "mL".to_owned(),
            _ if (1..=1_000).contains(&thousandths) => self.label().to_owned(),
            Unit::Suppository => "suppositories".to_owned(),
            Unit::Pessary => "pessaries".to_owned(),
            Unit::Patch => "patches".to_owned(),
            Unit::Tablet
            | Unit::Capsule
            | Unit::Drop
            | Unit::Puff
            | Unit::Tube
            | Unit::Ampoule
            | Unit::Vial
            | Unit::Bottle
            | Unit::Sachet
            | Unit::Piece => format!("{}s", self.label()),
        }
    }

    /// Whether people call it so, one or many: `tablet`, `Tablets`.
    pub fn is_called(self, word: &str) -> bool {
        [1_000, 2_000].into_iter().any(|amount| self.word(amount).eq_ignore_ascii_case(word))
    }

    /// The least part of one that somebody can take, in thousandths. A tablet is broken in half by its line
    /// or by a tablet cutter; quarters crumble. 0.1 mL is the finest mark of the oral syringes that lie in
    /// the packs. Nothing else is divided: a capsule spills, half a suppository melts unevenly, a cut patch
    /// leaks, a drop or a puff is one.
    pub const fn finest(self) -> i64 {
        match self {
            Unit::Tablet => 500,
            Unit::Ml => 100,
            Unit::Capsule
            | Unit::Drop
            | Unit::Puff
            | Unit::Tube
            | Unit::Ampoule
            | Unit::Vial
            | Unit::Bottle
            | Unit::Sachet
            | Unit::Suppository
            | Unit::Pessary
            | Unit::Patch
            | Unit::Piece => 1_000,
        }
    }

    /// Whether it leaves the pharmacy in its container only: a bottle of drops is not divided.
    pub fn is_held(self) -> bool {
        matches!(self, Unit::Ml | Unit::Drop | Unit::Puff)
    }
}

/// Whether it is put on without counting: then no dose is written, and the quantity is said.
pub fn is_applied(unit: Unit, route: Route) -> bool {
    unit == Unit::Tube || (route == Route::Topical && unit != Unit::Patch)
}
