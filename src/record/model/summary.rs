//! What holds now of a patient's health, and who the patient is: what stands at the top of every clinical page.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{Allergy, Entry, EntryKind};
use crate::db::moment;
use crate::patients::model::{PatientId, PatientState, Sex};

/// A pregnancy that was told with vital signs is believed for so many days: by the banner, by the vital signs that follow,
/// and by the checks of medicines.
pub const PREGNANT_DAYS: u64 = 280;

/// Who the record is about, with what was told at registration (empty for those who may not read it).
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Who {
    pub patient_id: PatientId,
    pub name: String,
    pub sex: Sex,
    #[serde(deserialize_with = "moment::maybe_day")]
    pub born_on: Option<NaiveDate>,
    pub number: String,
    pub matric_number: Option<String>,
    pub phone: String,
    pub patient_state: PatientState,
    pub allergies_told: String,
    pub conditions_told: String,
    pub blood_group: String,
    pub genotype: String,
    /// What the laboratory found; empty where it did not look.
    pub lab_blood_group: String,
    pub lab_genotype: String,
}

/// "No known allergies", as somebody stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Who stated it.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// All that holds now.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Whose it is.
    pub who: Who,
    /// Whether the health part is in it.
    pub clinical: bool,
    /// Allergies, the worst first.
    pub allergies: Vec<Allergy>,
    /// That none is known.
    pub none: Option<Stated>,
    /// The told text that was dealt with last.
    pub answered: String,
    /// Everything else, in the order it was recorded.
    pub entries: Vec<Entry>,
    /// When she first said with her vital signs that she is pregnant; none where she has said no since.
    pub pregnant_said: Option<DateTime<Utc>>,
}

impl Summary {
    /// What could harm, and nothing else of the health part: allergies, pregnancy, the alerts for everyone.
    pub fn of_harm(mut self) -> Self {
        self.clinical = false;
        self.entries.retain(|entry| {
            entry.kind == EntryKind::Pregnancy || (entry.kind == EntryKind::Alert && entry.everyone)
        });
        let who = &mut self.who;
        for fact in [
            &mut who.conditions_told,
            &mut who.blood_group,
            &mut who.genotype,
            &mut who.lab_blood_group,
            &mut who.lab_genotype,
        ] {
            fact.clear();
        }
        self
    }

    /// The recorded pregnancy that can still go on on this day.
    pub fn pregnancy_on(&self, day: NaiveDate) -> Option<&Entry> {
        self.of(EntryKind::Pregnancy).into_iter().find(|entry| !entry.is_past_due(day))
    }

    /// The recorded pregnancy whose child was born by this day, and that nobody has ended.
    pub fn pregnancy_past_due(&self, day: NaiveDate) -> Option<&Entry> {
        self.of(EntryKind::Pregnancy).into_iter().find(|entry| entry.is_past_due(day))
    }

    /// Whether what she said of a pregnancy on the day `said` is still believed on `day`: not for longer than one lasts, and not
    /// once the child that it was about is born.
    pub fn believes(&self, said: NaiveDate, day: NaiveDate) -> bool {
        let over = |entry: &&Entry| entry.is_past_due(day) && !entry.is_past_due(said);
        let born = self.of(EntryKind::Pregnancy).iter().any(over);
        said <= day && day <= said + Days::new(PREGNANT_DAYS) && !born
    }

    /// The entries of a kind.
    pub fn of(&self, kind: EntryKind) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.kind == kind).collect()
    }

    /// The one entry of a kind of which there is one at most.
    pub fn one(&self, kind: EntryKind) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.kind == kind)
    }

    /// What the patient told about allergies and nobody has dealt with yet; empty when there is nothing.
    pub fn told(&self) -> &str {
        if self.who.allergies_told == self.answered { "" } else { &self.who.allergies_told }
    }

    /// Whether anybody has answered the question about allergies.
    pub fn is_asked(&self) -> bool {
        !self.allergies.is_empty() || self.none.is_some()
    }

    /// The blood group or genotype with how it is known, the surest first: tested as recorded, found by the laboratory,
    /// told as recorded, told at registration. Where two tests differ, both stand there.
    pub fn fact(&self, kind: EntryKind) -> Option<(String, String)> {
        let (lab, told) = match kind {
            EntryKind::BloodGroup => (&self.who.lab_blood_group, &self.who.blood_group),
            EntryKind::Genotype => (&self.who.lab_genotype, &self.who.genotype),
            EntryKind::Condition
            | EntryKind::Surgery
            | EntryKind::Family
            | EntryKind::Social
            | EntryKind::Pregnancy
            | EntryKind::Alert => return None,
        };
        let recorded = self.one(kind);
        let how = |words: &str| words.to_owned();
        match recorded.filter(|entry| entry.source == "tested") {
            Some(entry) if !lab.is_empty() && *lab != entry.words => {
                Some((entry.words.clone(), format!("tested, but the laboratory found {lab}")))
            }
            Some(entry) => Some((entry.words.clone(), how("tested"))),
            None if !lab.is_empty() => Some((lab.clone(), how("tested by the laboratory"))),
            None => match recorded {
                Some(entry) => Some((entry.words.clone(), how("told"))),
                None => (!told.is_empty()).then(|| (told.clone(), how("told at registration"))),
            },
        }
    }
}
