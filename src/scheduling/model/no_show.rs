//! Appointments nobody came to, and what follows from several of them (rules N2–N5).

use std::fmt;

use chrono::{DateTime, Months, TimeDelta, Utc};

use super::rules::minutes;
use super::{AppointmentState, BookingRules, Interval};

/// Why an appointment cannot be recorded as not attended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotMarkNoShow {
    /// It is not, or no longer, waiting for its patient.
    NotBooked(AppointmentState),
    /// The doctor was away or the clinic closed.
    ClinicAbsent,
    /// The patient may still come within this many minutes of the start.
    TooEarly(u32),
    /// It lies more than this many days back.
    TooLate(u32),
}

impl fmt::Display for CannotMarkNoShow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotMarkNoShow::NotBooked(state) => write!(
                f,
                "Only a booked appointment can be recorded as not attended. This one is \"{}\".",
                state.label().to_lowercase()
            ),
            CannotMarkNoShow::ClinicAbsent => {
                f.write_str("The doctor was away or the clinic was closed. Cancel it for the clinic instead.")
            }
            CannotMarkNoShow::TooEarly(tolerance) => {
                write!(f, "The patient may still come. Record it from {tolerance} minutes after the start.")
            }
            CannotMarkNoShow::TooLate(days) => {
                write!(f, "The appointment was more than {days} days ago. It can no longer be recorded.")
            }
        }
    }
}

/// When a no-show may be set: from the end of the tolerance until some days after the start (rule N2).
pub fn no_show_window(starts_at: DateTime<Utc>, rules: &BookingRules) -> Interval {
    let opens = starts_at + minutes(rules.late_tolerance_minutes);
    let closes = starts_at + TimeDelta::days(i64::from(rules.no_show_days));
    Interval::new(opens, closes).unwrap_or(Interval::lasting(opens, 1))
}

/// Whether an appointment may be recorded as not attended, by a person or at day close (rule N2).
/// `clinic_absent` is true when the doctor was away or the clinic closed at its time.
pub fn may_mark_no_show(
    state: AppointmentState,
    starts_at: DateTime<Utc>,
    clinic_absent: bool,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<(), CannotMarkNoShow> {
    let window = no_show_window(starts_at, rules);
    if !state.allows(AppointmentState::NoShow) {
        Err(CannotMarkNoShow::NotBooked(state))
    } else if clinic_absent {
        Err(CannotMarkNoShow::ClinicAbsent)
    } else if now < window.starts_at() {
        Err(CannotMarkNoShow::TooEarly(rules.late_tolerance_minutes))
    } else if now >= window.ends_at() {
        Err(CannotMarkNoShow::TooLate(rules.no_show_days))
    } else {
        Ok(())
    }
}

/// Whether the patient can still object to a no-show that was set at `marked_at` (rule N3).
pub fn may_object(marked_at: DateTime<Utc>, now: DateTime<Utc>, rules: &BookingRules) -> bool {
    now < marked_at + TimeDelta::days(i64::from(rules.objection_days))
}

/// What was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissedKind {
    /// Nobody came.
    NoShow,
    /// Cancelled late; counts half, and only where the clinic says so (rule N5).
    LateCancel,
}

/// A missed appointment that counts: granted objections are left out by the caller (rule N3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The start of the appointment.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: MissedKind,
}

/// Until when online booking is paused (rule N4); `None` when it is not. Every further no-show that still
/// finds enough others in its window pauses it anew. Desk, walk-in and urgent care are never paused: the
/// caller asks for online booking only.
pub fn online_block_until(
    missed: &[Missed],
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Option<DateTime<Utc>> {
    let halves = |one: &Missed| match one.kind {
        MissedKind::NoShow => 2,
        MissedKind::LateCancel => u32::from(rules.late_cancel_counts_half),
    };
    let enough = |last: DateTime<Utc>| {
        let since = last.checked_sub_months(Months::new(rules.no_show_window_months)).unwrap_or(last);
        let counted = missed.iter().filter(|one| since < one.at && one.at <= last);
        counted.map(halves).sum::<u32>() >= rules.no_show_limit.saturating_mul(2)
    };
    // A limit of nought would pause everyone for ever; it means that the clinic does not use the rule.
    if rules.no_show_limit == 0 {
        return None;
    }
    let last =
        missed.iter().filter(|one| halves(one) > 0).map(|one| one.at).filter(|at| enough(*at)).max()?;
    let until = last + TimeDelta::days(i64::from(rules.no_show_block_days));
    (until > now).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::super::wording::assert_clear;
    use super::AppointmentState as S;
    use super::*;

    fn day(days: i64) -> DateTime<Utc> {
        "2026-01-01T09:00:00Z".parse::<DateTime<Utc>>().expect("an instant") + TimeDelta::days(days)
    }

    fn no_shows(days: &[i64]) -> Vec<Missed> {
        days.iter().map(|&at| Missed { at: day(at), kind: MissedKind::NoShow }).collect()
    }

    #[test]
    fn a_no_show_is_set_from_the_tolerance_until_five_days_later() {
        let rules = BookingRules::default();
        let mark = |minutes| {
            may_mark_no_show(S::Booked, day(0), false, day(0) + TimeDelta::minutes(minutes), &rules)
        };
        assert_eq!(mark(14), Err(CannotMarkNoShow::TooEarly(15)));
        assert_eq!(mark(15), Ok(()));
        assert_eq!(mark(5 * 24 * 60 - 1), Ok(()));
        assert_eq!(mark(5 * 24 * 60), Err(CannotMarkNoShow::TooLate(5)));
    }

    #[test]
    fn the_clinics_absence_is_never_a_no_show() {
        let rules = BookingRules::default();
        assert_eq!(
            may_mark_no_show(S::Booked, day(0), true, day(1), &rules),
            Err(CannotMarkNoShow::ClinicAbsent)
        );
    }

    #[test]
    fn only_a_booked_appointment_can_be_missed() {
        for &state in S::ALL {
            let marked = may_mark_no_show(state, day(0), false, day(1), &BookingRules::default());
            assert_eq!(marked.is_ok(), state == S::Booked, "{state}");
        }
    }

    #[test]
    fn three_in_twelve_months_pause_online_booking() {
        let rules = BookingRules::default();
        let until = |days: &[i64], now| online_block_until(&no_shows(days), day(now), &rules);
        assert_eq!(until(&[0, 10], 11), None);
        assert_eq!(until(&[20, 0, 10], 21), Some(day(140)));
        assert_eq!(until(&[0, 10, 20], 140), None, "it ends by itself");
        assert_eq!(until(&[0, 10, 20, 200], 201), Some(day(320)), "a fourth pauses anew");
        assert_eq!(until(&[0, 10, 365], 366), None, "the first lies twelve months back");
        assert_eq!(until(&[1, 10, 365], 366), Some(day(485)));
    }

    #[test]
    fn late_cancels_count_half_only_if_the_clinic_says_so() {
        let mut missed = no_shows(&[0, 10]);
        missed.extend([20, 30].map(|at| Missed { at: day(at), kind: MissedKind::LateCancel }));
        let mut rules = BookingRules::default();
        assert_eq!(online_block_until(&missed, day(31), &rules), None);
        rules.late_cancel_counts_half = true;
        assert_eq!(online_block_until(&missed, day(31), &rules), Some(day(150)));
        rules.no_show_limit = 0;
        assert_eq!(online_block_until(&missed, day(31), &rules), None);
    }

    #[test]
    fn an_objection_is_possible_for_seven_days() {
        let rules = BookingRules::default();
        assert!(may_object(day(0), day(6), &rules));
        assert!(!may_object(day(0), day(7), &rules));
    }

    #[test]
    fn every_refusal_is_clear() {
        for &state in S::ALL {
            assert_clear(&CannotMarkNoShow::NotBooked(state).to_string());
        }
        for refusal in
            [CannotMarkNoShow::ClinicAbsent, CannotMarkNoShow::TooEarly(15), CannotMarkNoShow::TooLate(5)]
        {
            assert_clear(&refusal.to_string());
        }
    }
}
