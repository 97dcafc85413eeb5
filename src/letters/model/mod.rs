//! Types of letters and what they may say, pure.

mod code;

pub use code::{fresh_code, read_code, shown_code};

use chrono::{Days, NaiveDate};

crate::ids! {
    /// A visit verification.
    VerificationId,
    /// A referral letter.
    ReferralId,
}

crate::words! {
    /// How soon somebody else has to see the patient.
    pub enum Urgency {
        Routine = "routine" => "Routine",
        Soon = "soon" => "Within two weeks",
        Urgent = "urgent" => "Within a day",
        Emergency = "emergency" => "Emergency: now",
    }
}

crate::words! {
    /// Where a referral stands.
    pub enum ReferralState {
        Draft = "draft" => "Draft",
        Signed = "signed" => "Signed",
        Superseded = "superseded" => "Replaced by a newer version",
    }
}

crate::words! {
    /// What of the record a referral carries, as the doctor chooses.
    pub enum Part {
        Diagnoses = "diagnoses" => "Diagnoses of this visit",
        Problems = "problems" => "Earlier diagnoses and conditions",
        Medicines = "medicines" => "Medicines of this visit",
        Allergies = "allergies" => "Allergies",
        Vitals = "vitals" => "Vital signs",
        Results = "results" => "Test results",
    }
}

/// What the patient agrees to; kept with each consent.
pub const CONSENT: &str = "Whoever has the code may check on the clinic's page whether this verification is genuine, and reads \
    there what it says: name, matric number, day, times and until when rest is advised.";

/// The last day that may be advised for rest: so many days after the visit, never before today. None when that has passed.
pub fn latest_rest(day: NaiveDate, today: NaiveDate, rest_days: i64) -> Option<NaiveDate> {
    let days = u64::try_from(rest_days).ok().filter(|days| *days > 0)?;
    day.checked_add_days(Days::new(days)).filter(|last| *last >= today)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    #[test]
    fn rest_is_counted_from_the_visit_and_never_lies_in_the_past() {
        assert_eq!(latest_rest(day(2), day(2), 7), Some(day(9)));
        assert_eq!(latest_rest(day(2), day(9), 7), Some(day(9)));
        assert_eq!(latest_rest(day(2), day(10), 7), None);
        assert_eq!(latest_rest(day(2), day(2), 0), None);
    }

    proptest! {
        #[test]
        fn the_last_day_is_at_most_so_many_days_after_the_visit(visit in 1_u32..28, later in 0_u64..40, most in 0_i64..31) {
            let today = day(visit) + Days::new(later);
            if let Some(last) = latest_rest(day(visit), today, most) {
                prop_assert!(last >= today && (last - day(visit)).num_days() <= most);
            }
        }
    }
}
