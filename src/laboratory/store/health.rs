//! Health records of students, in versions.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::HealthFacts;
use crate::patients::model::{PatientId, Sex};

/// A health record with its patient.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Record {
    pub patient_id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub sex: Sex,
    pub born_on: Option<NaiveDate>,
    pub number: String,
    pub matric_number: Option<String>,
    pub facts: HealthFacts,
    /// None where the patient has no record yet.
    pub version: Option<i64>,
    pub updated_at: Option<DateTime<Utc>>,
    pub editor: Option<String>,
}

impl Record {
    /// The patient's name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }
}

/// The patient with the health record, which may not be there yet.
pub async fn of(store: impl Store, patient: PatientId) -> Result<Option<Record>, DbError> {
    sql("select p.id as patient_id, p.family_name, p.given_names, p.sex, p.born_on, p.number, p.matric_number,
            coalesce(h.blood_group, '') as blood_group, coalesce(h.genotype, '') as genotype, h.height_mm, h.weight_g,
            coalesce(h.notes, '') as notes, h.version, h.updated_at, a.name as editor
         from patient p left join health_record h on h.patient_id = p.id left join account a on a.id = h.updated_by
         where p.id = $1")
    .bind(patient)
    .optional(store)
    .await
}

/// What a list of health records is narrowed to; empty words do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    pub blood_group: String,
    pub genotype: String,
    /// Lists those whose weight or height is missing.
    pub unmeasured: bool,
    /// Goes on after this moment and patient.
    pub after: Option<(DateTime<Utc>, i64)>,
}

/// Later than anything that was ever written.
const FAR: NaiveDateTime = NaiveDate::from_ymd_opt(9999, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();

/// Health records, the latest changed first.
pub async fn list(store: impl Store, narrow: &Narrow, limit: i64) -> Result<Vec<Record>, DbError> {
    sql("select p.id as patient_id, p.family_name, p.given_names, p.sex, p.born_on, p.number, p.matric_number,
            h.blood_group, h.genotype, h.height_mm, h.weight_g, h.notes, h.version, h.updated_at, a.name as editor
         from health_record h join patient p on p.id = h.patient_id join account a on a.id = h.updated_by
         where h.updated_at <= $4 and (h.updated_at < $4 or h.patient_id < $5)
            and ($1 = '' or h.blood_group = $1) and ($2 = '' or h.genotype = $2)
            and ($3 = 0 or h.height_mm is null or h.weight_g is null)
         order by h.updated_at desc, h.patient_id desc limit $6")
    .bind(&narrow.blood_group)
    .bind(&narrow.genotype)
    .bind(i64::from(narrow.unmeasured))
    .bind(narrow.after.map_or(FAR.and_utc(), |after| after.0))
    .bind(narrow.after.map_or(i64::MAX, |after| after.1))
    .bind(limit)
    .all(store)
    .await
}

/// Writes a first record, or a changed one if it is still at this version. False when somebody was first.
pub async fn save(
    tx: &mut Tx,
    patient: PatientId,
    facts: &HealthFacts,
    version: i64,
    (by, at): (AccountId, DateTime<Utc>),
) -> Result<bool, DbError> {
    let saved = if version == 0 {
        sql("insert into health_record (patient_id, blood_group, genotype, height_mm, weight_g, notes, updated_by, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (patient_id) do nothing")
    } else {
        sql("update health_record set blood_group = $2, genotype = $3, height_mm = $4, weight_g = $5, notes = $6,
                updated_by = $7, updated_at = $8, version = version + 1 where patient_id = $1 and version = $9")
    };
    let saved = saved
        .bind(patient)
        .bind(&facts.blood_group)
        .bind(&facts.genotype)
        .bind(facts.height_mm)
        .bind(facts.weight_g)
        .bind(&facts.notes)
        .bind(by)
        .bind(at);
    let saved = if version == 0 { saved } else { saved.bind(version) };
    if saved.run(&mut *tx).await? != 1 {
        return Ok(false);
    }
    sql("insert into health_record_version (record_id, version, blood_group, genotype, height_mm, weight_g, notes,
            account_id, at)
         select id, version, blood_group, genotype, height_mm, weight_g, notes, updated_by, updated_at
         from health_record where patient_id = $1")
    .bind(patient)
    .run(tx)
    .await?;
    Ok(true)
}

/// One version of a record.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Past {
    pub version: i64,
    pub facts: HealthFacts,
    pub name: String,
    pub at: DateTime<Utc>,
}

/// Every version of a patient's record, the newest first.
pub async fn versions(store: impl Store, patient: PatientId) -> Result<Vec<Past>, DbError> {
    sql("select v.version, v.blood_group, v.genotype, v.height_mm, v.weight_g, v.notes, a.name, v.at
         from health_record h join health_record_version v on v.record_id = h.id join account a on a.id = v.account_id
         where h.patient_id = $1 order by v.version desc limit 50")
    .bind(patient)
    .all(store)
    .await
}
