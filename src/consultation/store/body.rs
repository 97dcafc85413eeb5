//! The body mass index of a taking (rule W4). It is no measurement: it is worked out when it is shown, of what stands then,
//! so that a height that was put right is right wherever it counts.

use chrono::{DateTime, TimeDelta, Utc};

use super::vitals::{Flag, Vitals};
use crate::consultation::model::{BMI_HEIGHT_DAYS, Range, bmi_tenths};
use crate::queue::model::VisitId;

/// The age from which a height of up to a year ago still stands.
const ADULT: u32 = 18;

/// The height and the weight that stand beside a taking.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub struct Body {
    /// Millimetres: of the same visit, else the last before it.
    pub near_height: Option<i64>,
    /// When that was measured.
    pub near_height_at: Option<DateTime<Utc>>,
    /// In which visit.
    pub near_height_visit: Option<VisitId>,
    /// Tenths of a kilogram, of the same visit.
    pub near_weight: Option<i64>,
}

impl Body {
    /// The height that counts: of this taking or this visit, or of an adult within a year.
    fn height(&self, of: &Vitals) -> Option<i64> {
        let here = self.near_height_visit == Some(of.visit_id);
        let adult = of.years().is_some_and(|age| age >= ADULT);
        let near = self.near_height_at.is_some_and(|at| of.taken_at - at <= TimeDelta::days(BMI_HEIGHT_DAYS));
        of.measured.height.or(self.near_height.filter(|_| here || (adult && near)))
    }

    /// Tenths of kg/m²; none where the taking has neither weight nor height.
    pub fn bmi(&self, of: &Vitals) -> Option<i64> {
        let weight = match (of.measured.weight, of.measured.height) {
            (Some(weight), _) => Some(weight),
            (None, Some(_)) => self.near_weight,
            (None, None) => None,
        };
        bmi_tenths(weight?, self.height(of)?)
    }

    /// How the index stands to its range, where it is out of it.
    pub fn flag(&self, of: &Vitals, range: Range) -> Option<Flag> {
        let value = self.bmi(of)?;
        let level = range.level(value);
        let flag =
            Flag { vitals_id: of.id, sign: "bmi".to_owned(), value, level, low: range.low, high: range.high };
        level.is_flagged().then_some(flag)
    }
}
