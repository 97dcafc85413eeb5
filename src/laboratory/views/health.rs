//! Health records of students.

use askama::Template;

use super::age_and_sex;
use crate::laboratory::store::health::{Past, Record};
use crate::patients::model::{BLOOD_GROUPS, GENOTYPES};
use crate::patients::{Brief, PatientId};
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page, filters, paths};

/// Blood groups for a field.
fn blood_groups() -> Vec<(&'static str, &'static str)> {
    BLOOD_GROUPS.iter().map(|group| (*group, *group)).collect()
}

/// Genotypes for a field.
fn genotypes() -> Vec<(&'static str, &'static str)> {
    GENOTYPES.iter().map(|genotype| (*genotype, *genotype)).collect()
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "laboratory/health_records.html")]
pub struct HealthRecordsPage {
    /// The frame.
    pub page: Page,
    /// The filter.
    pub form: FormState,
    /// What was found, the latest changed first.
    pub records: Vec<Record>,
    /// Patients by the typed name or number, to open or make a record.
    pub people: Vec<Brief>,
    /// The address of more.
    pub more: Option<String>,
}

impl HealthRecordsPage {
    /// Blood groups for the filter.
    pub fn blood_groups(&self) -> Vec<(&'static str, &'static str)> {
        blood_groups()
    }

    /// Genotypes for the filter.
    pub fn genotypes(&self) -> Vec<(&'static str, &'static str)> {
        genotypes()
    }

    /// Where the record of somebody is.
    pub fn path(&self, patient: &PatientId) -> String {
        paths::laboratory::health_record(patient)
    }
}

/// One record with its versions.
#[derive(Debug, Template)]
#[template(path = "laboratory/health_record.html")]
pub struct HealthRecordPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The record; empty where there is none yet.
    pub record: Record,
    /// Its versions, the newest first.
    pub versions: Vec<Past>,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
}

impl HealthRecordPage {
    /// Blood groups for the field.
    pub fn blood_groups(&self) -> Vec<(&'static str, &'static str)> {
        blood_groups()
    }

    /// Genotypes for the field.
    pub fn genotypes(&self) -> Vec<(&'static str, &'static str)> {
        genotypes()
    }

    /// `22 years, female`.
    pub fn age_and_sex(&self) -> String {
        age_and_sex(&self.page, self.record.sex, self.record.born_on)
    }
}
