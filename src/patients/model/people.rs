//! What is kept of a patient.

use chrono::NaiveDate;

use super::{DepartmentId, LevelId, PatientId, SessionId};
use crate::words;

words! {
    /// Why somebody may come to this clinic.
    pub enum Kind {
        Student = "student" => "Student",
        Staff = "staff" => "University staff",
        Dependant = "dependant" => "Dependant",
        Public = "public" => "Public",
    }
}

words! {
    /// Sex as the record carries it.
    pub enum Sex {
        Female = "female" => "Female",
        Male = "male" => "Male",
        Intersex = "intersex" => "Intersex",
        Unknown = "unknown" => "Not known",
    }
}

words! {
    /// Whether the clinic still sees the patient. Nobody is deleted.
    pub enum PatientState { Active = "active" => "Active", Deactivated = "deactivated" => "Deactivated" }
}

/// The blood groups that the table takes.
pub const BLOOD_GROUPS: [&str; 8] = ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"];
/// The haemoglobin genotypes that the table takes.
pub const GENOTYPES: [&str; 6] = ["AA", "AS", "AC", "SS", "SC", "CC"];

/// Identity and contact: what the desk may see and change (rule A1).
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Details {
    pub kind: Kind,
    pub family_name: String,
    pub given_names: String,
    pub sex: Sex,
    pub born_on: Option<NaiveDate>,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub kin_name: String,
    pub kin_relation: String,
    pub kin_phone: String,
    pub guardian_id: Option<PatientId>,
    pub matric_number: Option<String>,
    pub staff_number: Option<String>,
    pub department_id: Option<DepartmentId>,
    pub level_id: Option<LevelId>,
    pub session_id: Option<SessionId>,
    pub insurance_scheme: String,
    pub insurance_number: String,
}

impl Default for Details {
    fn default() -> Self {
        Details {
            kind: Kind::Student,
            family_name: String::new(),
            given_names: String::new(),
            sex: Sex::Unknown,
            born_on: None,
            phone: String::new(),
            email: String::new(),
            address: String::new(),
            kin_name: String::new(),
            kin_relation: String::new(),
            kin_phone: String::new(),
            guardian_id: None,
            matric_number: None,
            staff_number: None,
            department_id: None,
            level_id: None,
            session_id: None,
            insurance_scheme: String::new(),
            insurance_number: String::new(),
        }
    }
}

impl Details {
    /// The name as people read it: given names first.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }
}

/// Clinical facts as the patient told them; only those who treat see them, and the patient (rule A1).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Told {
    pub blood_group: String,
    pub genotype: String,
    pub allergies_told: String,
    pub conditions_told: String,
}

impl Told {
    /// The fields that differ: name, old and new text.
    pub fn differences<'a>(&'a self, new: &'a Told) -> Vec<(&'static str, &'a str, &'a str)> {
        let all = [
            ("blood group", self.blood_group.as_str(), new.blood_group.as_str()),
            ("genotype", &self.genotype, &new.genotype),
            ("allergies", &self.allergies_told, &new.allergies_told),
            ("conditions", &self.conditions_told, &new.conditions_told),
        ];
        all.into_iter().filter(|(_, old, new)| old != new).collect()
    }
}

/// A patient in a line of a list, for every capability.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Brief {
    pub id: PatientId,
    pub number: String,
    pub kind: Kind,
    pub family_name: String,
    pub given_names: String,
    pub sex: Sex,
    pub born_on: Option<NaiveDate>,
    pub phone: String,
    pub matric_number: Option<String>,
    pub state: PatientState,
}

impl Brief {
    /// The name as people read it: given names first.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }

    /// Full years on a day.
    pub fn age(&self, today: NaiveDate) -> Option<u32> {
        self.born_on.and_then(|born| crate::settings::model::age_on(today, born))
    }

    /// `22 years, female`.
    pub fn age_and_sex(&self, today: NaiveDate) -> String {
        let sex = self.sex.label().to_lowercase();
        match self.age(today) {
            Some(1) => format!("1 year, {sex}"),
            Some(age) => format!("{age} years, {sex}"),
            None => sex,
        }
    }

    /// The birth date as lists show it: `2004-03-27`.
    pub fn born(&self) -> String {
        self.born_on.map(|day| day.to_string()).unwrap_or_default()
    }

    /// The matric number, or nothing.
    pub fn matric(&self) -> &str {
        self.matric_number.as_deref().unwrap_or_default()
    }

    /// Whether the clinic still sees the patient.
    pub fn is_active(&self) -> bool {
        self.state == PatientState::Active
    }
}

/// The actions of the trail that change a patient's record, and how people read them. Everything else that the trail files
/// under a patient is about something else, or only read.
pub const CHANGES: [(&str, &str); 7] = [
    ("patient.registered", "Registered"),
    ("patient.edited", "Details changed"),
    ("patient.clinical_edited", "Clinical facts changed"),
    ("patient.deactivated", "Deactivated"),
    ("patient.reactivated", "Taken back"),
    ("patient.card_renewed", "New clinic card made"),
    ("code.issued", "One-time code given"),
];

/// A field that differs: its name, the old and the new text.
pub type Difference = (&'static str, String, String);

impl Details {
    /// The fields that differ; `name_of` gives the name of a department, level or session.
    pub fn differences(
        &self,
        new: &Details,
        name_of: &dyn Fn(&'static str, i64) -> String,
    ) -> Vec<Difference> {
        let place = |what: &'static str, id: Option<i64>| id.map(|id| name_of(what, id)).unwrap_or_default();
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let own = |number: &Option<String>| number.clone().unwrap_or_default();
        let fields = |of: &Details| {
            [
                ("kind", of.kind.label().to_owned()),
                ("family name", of.family_name.clone()),
                ("given names", of.given_names.clone()),
                ("sex", of.sex.label().to_owned()),
                ("date of birth", day(of.born_on)),
                ("phone", of.phone.clone()),
                ("e-mail", of.email.clone()),
                ("address", of.address.clone()),
                ("next of kin", of.kin_name.clone()),
                ("relation of next of kin", of.kin_relation.clone()),
                ("phone of next of kin", of.kin_phone.clone()),
                ("guardian", of.guardian_id.map(|id| id.to_string()).unwrap_or_default()),
                ("matric number", own(&of.matric_number)),
                ("staff number", own(&of.staff_number)),
                ("department", place("department", of.department_id.map(|id| id.0))),
                ("level", place("level", of.level_id.map(|id| id.0))),
                ("session", place("session", of.session_id.map(|id| id.0))),
                ("insurance scheme", of.insurance_scheme.clone()),
                ("insurance number", of.insurance_number.clone()),
            ]
        };
        let pairs = fields(self).into_iter().zip(fields(new));
        pairs.filter(|(old, new)| old.1 != new.1).map(|(old, new)| (old.0, old.1, new.1)).collect()
    }
}
