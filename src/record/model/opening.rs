//! Opening a record in an emergency, and the review of it (rule A4).

use chrono::{DateTime, TimeDelta, Utc};

use crate::words;

words! {
    /// Why somebody breaks the glass.
    pub enum EmergencyReason {
        CannotSpeak = "cannot_speak" => "The patient cannot speak for themself",
        Danger = "danger" => "Life or health is in danger now",
        NobodyElse = "nobody_else" => "Nobody with access can be reached in time",
        Other = "other" => "Another emergency",
    }
}

words! {
    /// What the records officer found.
    pub enum Verdict {
        Justified = "justified" => "It was justified",
        NotJustified = "not_justified" => "It was not justified",
        Unclear = "unclear" => "It is unclear: followed up outside this page",
    }
}

/// What somebody read of a record, as patients call it, by the action of the trail and by the page that it names.
pub fn read_words(action: &str, page: &str) -> Option<&'static str> {
    Some(match (action, page) {
        ("patient.opened", "record") => "the record",
        ("patient.opened", "history") => "who changed the record",
        ("patient.opened", "details" | "own details") => "personal details",
        ("patient.opened", "state") => "whether the record is in use",
        ("patient.opened", "health") => "the health part",
        ("patient.opened", "health history") => "changes of the health part",
        ("patient.opened", "health form") => "an entry of the health part",
        ("patient.opened", "health, as told") => "what was told at registration about health",
        ("patient.opened", "allergy form") => "allergies",
        ("patient.opened", "timeline") => "visits and what happened in them",
        ("patient.opened", "vitals") | ("vitals.opened" | "vitals.form_opened", _) => "vital signs",
        ("patient.opened", "seal of a visit") => "who reads a visit",
        ("patient.opened", "emergency form") => "the form for an emergency",
        ("patient.card_opened", _) => "the clinic card",
        ("queue.entry_opened", _) => "the place in the queue",
        ("appointment.opened", _) => "an appointment",
        ("consultation.opened", _) => "a visit with its notes",
        ("note.opened", _) => "a note of a visit",
        ("diagnoses.opened", _) => "diagnoses",
        ("procedures.opened", _) => "procedures of a visit",
        ("prescription.opened", _) => "a prescription",
        ("prescriptions.opened" | "prescriptions.own_opened", _) => "prescriptions",
        ("dispensing.opened", _) => "medicines that were given out",
        ("lab.orders_opened", _) => "tests that were ordered",
        ("lab.collection_opened", _) => "samples that are to be taken",
        ("lab.label_opened", _) => "the label of a sample",
        ("lab.sample_opened", _) => "a sample and its results",
        ("lab.result_opened" | "lab.own_result_opened", _) => "a laboratory result",
        ("lab.own_results_opened", _) => "laboratory results",
        ("lab.correction_opened", _) => "a laboratory result, to correct it",
        ("lab.call_opened", _) => "a laboratory result, to call about it",
        ("health_record.opened", _) => "the health record of the laboratory",
        ("health_record.listed", _) => "the health record of the laboratory, in a list",
        ("letters.opened" | "letters.own_opened", _) => "letters",
        ("verification.opened", _) => "a visit verification",
        ("referral.opened", _) => "a referral letter",
        ("summary.opened", _) => "the summary of a visit",
        ("visits.own_opened", _) => "visits",
        _ => return None,
    })
}

/// Days within which an emergency is reviewed.
pub const REVIEW_DAYS: i64 = 7;

/// Where the review of an emergency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Reviewed.
    Done,
    /// So many days are left, today counted.
    Days(i64),
    /// The seven days are over.
    Overdue,
}

impl Due {
    /// Where it stands at `now`.
    pub fn of(opened: DateTime<Utc>, reviewed: bool, now: DateTime<Utc>) -> Self {
        let end = opened + TimeDelta::days(REVIEW_DAYS);
        if reviewed {
            Due::Done
        } else if now > end {
            Due::Overdue
        } else {
            Due::Days(((end - now).num_seconds() + 86_399).max(86_400) / 86_400)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_due_for_seven_days_and_then_overdue() {
        let opened = DateTime::<Utc>::UNIX_EPOCH;
        let after = |days, seconds| opened + TimeDelta::days(days) + TimeDelta::seconds(seconds);
        assert_eq!(Due::of(opened, false, opened + TimeDelta::seconds(1)), Due::Days(7));
        assert_eq!(Due::of(opened, false, after(6, 1)), Due::Days(1));
        assert_eq!(Due::of(opened, false, after(7, 0)), Due::Days(1));
        assert_eq!(Due::of(opened, false, after(7, 1)), Due::Overdue);
        assert_eq!(Due::of(opened, true, after(9, 0)), Due::Done);
    }
}
