//! What a scheme pays of things that are priced together: one limit is there once (rule M11).

use std::collections::BTreeMap;

use super::Refused;
use crate::billing::model::{Asked, Cover, Money, amounts, split};
use crate::billing::store::charges::{self, ToEstimate};
use crate::billing::store::schemes::{self, Coverage};
use crate::queue::model::VisitId;
use crate::work::Work;

/// What a scheme still pays, group by group, while things use it up in their order.
pub struct Left<'a> {
    rules: &'a [Coverage],
    referral: bool,
    used: BTreeMap<&'a str, i64>,
}

impl<'a> Left<'a> {
    /// All that the rules leave; `referral` says whether there is a code.
    pub const fn new(rules: &'a [Coverage], referral: bool) -> Self {
        Left { rules, referral, used: BTreeMap::new() }
    }

    fn rule(&self, group: &str) -> Option<&'a Coverage> {
        self.rules.iter().find(|rule| rule.coverage_group == group)
    }

    /// What it pays of the next thing of a group.
    pub fn cover(&self, group: &str) -> Cover {
        let Some(rule) = self.rule(group).filter(|rule| self.referral || !rule.referral) else {
            return Cover::default();
        };
        let gone = rule.used.0 + self.used.get(group).copied().unwrap_or_default();
        Cover {
            percent_bp: rule.percent_bp,
            max_unit: rule.max_unit,
            remaining: rule.year_limit.map(|limit| Money(limit.0 - gone)),
        }
    }

    /// So much of a group is used up.
    pub fn take(&mut self, group: &str, amount: Money) {
        if let Some(rule) = self.rule(group) {
            *self.used.entry(rule.coverage_group.as_str()).or_default() += amount.0;
        }
    }
}

/// Works out again what the patient will pay of all that waits in a visit, as its invoice will: in its order, after what
/// stands on drafts, and without a referral code, which only an invoice has.
pub async fn estimate_again(work: &mut Work, visit: VisitId) -> Result<(), Refused> {
    let day = work.today();
    let open: Vec<ToEstimate> = charges::to_estimate(work.tx(), visit, day).await?;
    let place =
        open.first().and_then(|one| one.scheme_id.zip(one.enrolment_id).map(|of| (of, one.patient_id)));
    let (rules, drafted) = match place {
        Some(((scheme, place), patient)) => (
            schemes::coverage(work.tx(), scheme, Some(place)).await?,
            schemes::drafted(work.tx(), patient, place).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let mut left = Left::new(&rules, false);
    for (group, covered) in &drafted {
        left.take(group, *covered);
    }
    for one in &open {
        let asked = Asked {
            quantity: one.quantity,
            unit: one.scheme_unit.unwrap_or(one.unit_price),
            surcharge: Money::ZERO,
            discount: Money::ZERO,
            tax_bp: one.tax_bp,
        };
        let total = amounts(&asked, one.rounding)?.total;
        let cover = left.cover(&one.coverage_group);
        let (scheme, patient) = split(total, one.quantity, &cover, one.rounding)?;
        left.take(&one.coverage_group, scheme);
        if patient != one.estimate {
            charges::estimate(work.tx(), one.id, patient).await?;
        }
    }
    Ok(())
}
