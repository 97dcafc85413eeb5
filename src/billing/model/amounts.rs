//! What a line comes to, who pays which part of it, and how a sum is spread over lines (rules M1, M2, M11).

use super::money::{Money, Rounding, TooMuch};

/// What a line asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit: Money,
    /// What is added to it.
    pub surcharge: Money,
    /// What is taken off.
    pub discount: Money,
    /// The tax on what is left.
    pub tax_bp: i64,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Quantity times price.
    pub base: Money,
    /// Added.
    pub surcharge: Money,
    /// Taken off, never more than there is.
    pub discount: Money,
    /// On base and surcharge without the discount.
    pub tax: Money,
    /// What is asked.
    pub total: Money,
}

/// Base × quantity, + surcharge, − discount, tax on the result; rounded once, never below zero (rule M2).
pub fn amounts(asked: &Asked, rounding: Rounding) -> Result<Amounts, TooMuch> {
    let base = asked.unit.times(asked.quantity)?;
    let full = base.plus(asked.surcharge)?;
    let discount = asked.discount.min(full).max(Money::ZERO);
    let net = full.minus(discount)?;
    let tax = net.share(asked.tax_bp, rounding)?;
    Ok(Amounts { base, surcharge: asked.surcharge, discount, tax, total: net.plus(tax)? })
}

/// What a scheme pays of one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cover {
    /// The share.
    pub percent_bp: i64,
    /// The price of one unit that the scheme knows, where it knows one.
    pub max_unit: Option<Money>,
    /// What is left of the year's limit, where there is one.
    pub remaining: Option<Money>,
}

/// Splits a line between scheme and patient: min(allowed price, price) × share, capped by what is left; the patient pays
/// the rest, so both parts sum exactly (rule M11).
pub fn split(
    total: Money,
    quantity: i64,
    cover: &Cover,
    rounding: Rounding,
) -> Result<(Money, Money), TooMuch> {
    let allowed = match cover.max_unit {
        // A price that large allows everything.
        Some(unit) => unit.times(quantity).map_or(total, |allowed| allowed.min(total)),
        None => total,
    };
    let share = allowed.share(cover.percent_bp.clamp(0, 10_000), rounding)?;
    let covered = cover.remaining.map_or(share, |left| share.min(left.max(Money::ZERO)));
    Ok((covered, total.minus(covered)?))
}

/// Spreads a sum over weights so that the parts sum exactly and none is larger than its weight: whole kobo by weight, the
/// last kobo to the largest remainders, the first lines before later ones.
pub fn spread(sum: Money, weights: &[Money]) -> Vec<Money> {
    let all: i128 = weights.iter().map(|weight| i128::from(weight.0)).sum();
    let sum = i128::from(sum.0).min(all);
    if all == 0 || sum <= 0 {
        return vec![Money::ZERO; weights.len()];
    }
    let mut parts: Vec<(i128, i128)> = weights
        .iter()
        .map(|weight| {
            let exact = sum * i128::from(weight.0);
            (exact / all, exact % all)
        })
        .collect();
    let mut left = sum - parts.iter().map(|(part, _)| part).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(parts[*at].1));
    for at in order {
        if left == 0 {
            break;
        }
        parts[at].0 += 1;
        left -= 1;
    }
    parts.into_iter().map(|(part, _)| Money(i64::try_from(part).unwrap_or(i64::MAX))).collect()
}

/// What must be added to come to the next whole step of cash, up or down.
pub fn rounded_to(step: i64, amount: Money, rounding: Rounding) -> Money {
    let step = step.max(1);
    let whole = super::money::divided(i128::from(amount.0), i128::from(step), rounding) * i128::from(step);
    Money(i64::try_from(whole).unwrap_or(amount.0) - amount.0)
}
