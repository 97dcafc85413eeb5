//! Notes: their parts, their states, what becomes of a visit. Pure.

use crate::{ids, words};

ids! {
    /// A note, from its first draft on.
    NoteId,
    /// A text that fills empty parts of a draft.
    TemplateId,
}

words! {
    /// What kind of note it is.
    pub enum NoteKind {
        Consultation = "consultation" => "Consultation",
        Nursing = "nursing" => "Nursing note",
        Addendum = "addendum" => "Addendum",
    }
}

words! {
    /// Where a note stands (rule V3): a draft is signed or discarded, what is signed can only be entered in error.
    pub enum NoteState {
        Draft = "draft" => "Draft",
        Signed = "signed" => "Signed",
        EnteredInError = "entered_in_error" => "Entered in error",
        Discarded = "discarded" => "Discarded",
    }
}

words! {
    /// A part of a note, in the order of writing.
    pub enum Part {
        Complaint = "complaint" => "Complaint",
        History = "history" => "History",
        Examination = "examination" => "Examination",
        Assessment = "assessment" => "Assessment",
        Plan = "plan" => "Plan and treatment",
        FollowUp = "follow_up" => "Follow-up",
        Advice = "advice" => "Advice for the patient",
    }
}

words! {
    /// What becomes of a visit, as a doctor says (rule V2).
    pub enum Outcome {
        Home = "home" => "Home",
        FollowUp = "follow_up" => "Home, and comes back",
        Referred = "referred" => "Referred",
        SentToHospital = "sent_to_hospital" => "Sent to hospital",
        LeftAgainstAdvice = "left_against_advice" => "Left against advice",
        NotConsulted = "not_consulted" => "Not with a doctor",
    }
}

words! {
    /// What stands on the front page of whoever treats (CO10).
    pub enum DayItem {
        Draft = "draft" => "Draft, not signed",
        SetAside = "set_aside" => "Draft that was set aside",
        Visit = "visit" => "Visit that is not finished",
        Procedure = "procedure" => "Procedure to do",
        Booking = "booking" => "Booked",
    }
}

words! {
    /// What was signed together with a note and stands whatever becomes of the note.
    pub enum Together {
        Diagnosis = "diagnosis" => "Diagnosis",
        Prescription = "prescription" => "Prescription",
        Procedure = "procedure" => "Procedure",
    }
}

/// Longest text of a part, in characters.
pub const LONGEST: usize = 8_000;
/// Fewest letters of a reason that say anything.
pub const REASON: usize = 3;

impl Part {
    /// The parts that a kind of note has.
    pub const fn of(kind: NoteKind) -> &'static [Part] {
        match kind {
            NoteKind::Consultation | NoteKind::Addendum => Part::ALL,
            NoteKind::Nursing => &[Part::Complaint, Part::Examination, Part::Plan, Part::Advice],
        }
    }

    /// What the part is called in a kind of note.
    pub const fn label_in(self, kind: NoteKind) -> &'static str {
        match (kind, self) {
            (NoteKind::Nursing, Part::Examination) => "Observation",
            (NoteKind::Nursing, Part::Plan) => "What was done",
            (NoteKind::Consultation | NoteKind::Nursing | NoteKind::Addendum, part) => part.label(),
        }
    }

    /// Whether the patient reads it (U30: everything else stays inside).
    pub const fn is_for_patient(self) -> bool {
        match self {
            Part::FollowUp | Part::Advice => true,
            Part::Complaint | Part::History | Part::Examination | Part::Assessment | Part::Plan => false,
        }
    }
}

impl NoteState {
    /// Whether a note may go from here to there.
    pub const fn allows(self, to: NoteState) -> bool {
        match (self, to) {
            (NoteState::Draft, NoteState::Signed | NoteState::Discarded)
            | (NoteState::Signed, NoteState::EnteredInError) => true,
            (
                NoteState::Draft | NoteState::Signed | NoteState::EnteredInError | NoteState::Discarded,
                NoteState::Draft | NoteState::Signed | NoteState::EnteredInError | NoteState::Discarded,
            ) => false,
        }
    }
}

impl Outcome {
    /// What a doctor chooses from.
    pub const CHOICES: [Outcome; 5] = [
        Outcome::Home,
        Outcome::FollowUp,
        Outcome::Referred,
        Outcome::SentToHospital,
        Outcome::LeftAgainstAdvice,
    ];
}

/// The text of a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Parts {
    /// What brings the patient, or the symptom.
    pub complaint: String,
    /// How it began, what was before.
    pub history: String,
    /// What was observed.
    pub examination: String,
    /// What it is thought to be.
    pub assessment: String,
    /// What is done about it.
    pub plan: String,
    /// When and why the patient comes again.
    pub follow_up: String,
    /// In plain words: what the patient reads.
    pub advice: String,
}

impl Parts {
    /// Every text in the order of the columns, which is the order of [`Part::ALL`].
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        Part::ALL.iter().map(|part| self.get(*part))
    }

    /// The text of a part.
    pub fn get(&self, part: Part) -> &str {
        match part {
            Part::Complaint => &self.complaint,
            Part::History => &self.history,
            Part::Examination => &self.examination,
            Part::Assessment => &self.assessment,
            Part::Plan => &self.plan,
            Part::FollowUp => &self.follow_up,
            Part::Advice => &self.advice,
        }
    }

    /// The same, to write into.
    pub fn get_mut(&mut self, part: Part) -> &mut String {
        match part {
            Part::Complaint => &mut self.complaint,
            Part::History => &mut self.history,
            Part::Examination => &mut self.examination,
            Part::Assessment => &mut self.assessment,
            Part::Plan => &mut self.plan,
            Part::FollowUp => &mut self.follow_up,
            Part::Advice => &mut self.advice,
        }
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        Part::ALL.iter().all(|part| self.get(*part).trim().is_empty())
    }

    /// The parts that are written, with their text.
    pub fn written(&self) -> Vec<(Part, &str)> {
        let all = Part::ALL.iter().map(|part| (*part, self.get(*part)));
        all.filter(|(_, text)| !text.trim().is_empty()).collect()
    }

    /// Fills what is empty from another text (CO11). Returns how many parts it filled.
    pub fn fill(&mut self, from: &Parts, parts: &[Part]) -> usize {
        let mut filled = 0;
        for part in parts {
            if self.get(*part).trim().is_empty() && !from.get(*part).trim().is_empty() {
                *self.get_mut(*part) = from.get(*part).to_owned();
                filled += 1;
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_goes_only_where_rule_v3_lets_it_go() {
        let allowed: Vec<(NoteState, NoteState)> = NoteState::ALL
            .iter()
            .flat_map(|from| NoteState::ALL.iter().map(|to| (*from, *to)))
            .filter(|(from, to)| from.allows(*to))
            .collect();
        let wanted = [
            (NoteState::Draft, NoteState::Signed),
            (NoteState::Draft, NoteState::Discarded),
            (NoteState::Signed, NoteState::EnteredInError),
        ];
        assert_eq!(allowed, wanted);
    }

    #[test]
    fn a_template_fills_only_what_is_empty() {
        let mut mine = Parts { complaint: "Fever".into(), history: "  ".into(), ..Parts::default() };
        let from = Parts { complaint: "Cough".into(), history: "2 days".into(), ..Parts::default() };
        assert_eq!(mine.fill(&from, Part::ALL), 1);
        assert_eq!((mine.complaint.as_str(), mine.history.as_str()), ("Fever", "2 days"));
    }

    #[test]
    fn the_patient_reads_advice_and_follow_up_alone() {
        let read: Vec<&Part> = Part::ALL.iter().filter(|part| part.is_for_patient()).collect();
        assert_eq!(read, [&Part::FollowUp, &Part::Advice]);
    }
}
