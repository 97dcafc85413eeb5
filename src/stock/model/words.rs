//! Quantities, packs and days in words.

use chrono::NaiveDate;

use super::NEVER;
use crate::numbers::grouped;

/// Units that have no plural of their own.
const UNCHANGED: [&str; 10] = ["mL", "L", "mm", "cm", "m", "g", "kg", "mg", "mcg", "IU"];

/// `tablet`, `tablets`, `mL`.
pub fn unit_words(quantity: i64, unit: &str) -> String {
    if quantity.abs() == 1 || UNCHANGED.contains(&unit) {
        return unit.to_owned();
    }
    // `roll of 5 m` becomes `rolls of 5 m`.
    if let Some((container, holds)) = unit.split_once(" of ") {
        return format!("{} of {holds}", unit_words(quantity, container));
    }
    match unit.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        // Whoever named it used the plural already.
        _ if unit.ends_with('s') && !unit.ends_with("ss") => unit.to_owned(),
        _ if unit.ends_with(['x', 's']) || unit.ends_with("ch") => format!("{unit}es"),
        Some(_) | None => format!("{unit}s"),
    }
}

/// `1 tablet`, `1,200 tablets`, `15 mL`.
pub fn quantity_words(quantity: i64, unit: &str) -> String {
    format!("{} {}", grouped(quantity), unit_words(quantity, unit))
}

/// `pack of 96 tablets`; where a pack is one unit, the unit.
pub fn pack_words(pack: i64, unit: &str) -> String {
    if pack <= 1 {
        format!("each {unit} by itself")
    } else {
        format!("pack of {}", quantity_words(pack, unit))
    }
}

/// How many packs that is: `12 packs and 4 more`; empty where a pack is one unit.
pub fn packs(quantity: i64, pack: i64) -> String {
    if pack <= 1 || quantity < pack {
        return String::new();
    }
    let (whole, rest) = (quantity / pack, quantity % pack);
    let s = if whole == 1 { "" } else { "s" };
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{} pack{s}{more}", grouped(whole))
}

/// `14 May 2027`, or that it does not expire.
pub fn expiry_words(expiry: NaiveDate) -> String {
    if expiry >= NEVER { "does not expire".to_owned() } else { expiry.format("%-d %b %Y").to_string() }
}

/// Kobo of one unit out of what a pack costs, rounded half up, once.
pub fn cost_of_unit(pack_cost: i64, pack: i64) -> i64 {
    let pack = pack.max(1);
    pack_cost.max(0).saturating_mul(2).saturating_add(pack) / (2 * pack)
}

/// Kobo of so many units at what a pack costs, rounded half up, once.
pub fn cost_of_packs(quantity: i64, pack_cost: i64, pack: i64) -> i64 {
    cost_of_unit(quantity.abs().saturating_mul(pack_cost.max(0)), pack)
}

/// Kobo of one unit of what is there together with what arrives: the average by their numbers, rounded half up, once.
pub fn cost_together((there, cost): (i64, i64), (arriving, paid): (i64, i64)) -> i64 {
    let all = worth(there, cost).saturating_add(worth(arriving, paid));
    cost_of_unit(all, there.max(0).saturating_add(arriving.max(0)))
}

/// Kobo of so many units; never an overflow.
pub fn worth(quantity: i64, unit_cost: i64) -> i64 {
    quantity.abs().saturating_mul(unit_cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_like_a_sentence() {
        assert_eq!(quantity_words(1, "tablet"), "1 tablet");
        assert_eq!(quantity_words(12_345, "tablet"), "12,345 tablets");
        assert_eq!(quantity_words(15, "mL"), "15 mL");
        assert_eq!(quantity_words(2, "box"), "2 boxes");
        assert_eq!(quantity_words(3, "patch"), "3 patches");
        assert_eq!(quantity_words(2, "suppository"), "2 suppositories");
        assert_eq!(quantity_words(0, "tablet"), "0 tablets");
        assert_eq!(
            (quantity_words(4, "roll of 5 m"), quantity_words(1, "roll of 5 m")),
            ("4 rolls of 5 m".into(), "1 roll of 5 m".into())
        );
        assert_eq!((quantity_words(2, "gloves"), quantity_words(3, "m")), ("2 gloves".into(), "3 m".into()));
        assert_eq!(quantity_words(-20, "tablet"), "\u{2212}20 tablets");
    }

    #[test]
    fn what_lies_there_and_what_arrives_cost_their_average() {
        assert_eq!(cost_together((0, 0), (100, 1_500)), 1_500);
        assert_eq!(cost_together((100, 0), (100, 1_500)), 750);
        assert_eq!(cost_together((300, 1_000), (100, 0)), 750);
        assert_eq!(cost_together((1, 1), (2, 0)), 0);
        assert_eq!(cost_together((1, 1), (1, 0)), 1);
    }

    #[test]
    fn k9_packs_only_convert() {
        assert_eq!(packs(100, 96), "1 pack and 4 more");
        assert_eq!(packs(192, 96), "2 packs");
        assert_eq!((packs(50, 96), packs(50, 1)), (String::new(), String::new()));
        assert_eq!(cost_of_unit(1_000, 96), 10);
        assert_eq!(cost_of_unit(1_008, 96), 11);
        assert_eq!(cost_of_unit(500, 1), 500);
        assert_eq!((cost_of_packs(840, 10_000, 84), cost_of_packs(85, 10_000, 84)), (100_000, 10_119));
    }
}
