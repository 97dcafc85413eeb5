//! Allergies, version by version, and the list they are picked from.

use chrono::{DateTime, Utc};

use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, Value, sql};
use crate::patients::model::PatientId;
use crate::record::model::{AllergenKind, Allergy, AllergyId, AllergyState, Certainty, Severity};
use crate::work::Doer;

/// A version to be written.
#[derive(Debug, Clone)]
pub struct NewAllergy {
    pub replaces: Option<AllergyId>,
    pub kind: AllergenKind,
    pub code: String,
    pub substance: String,
    pub reaction: String,
    pub severity: Severity,
    pub certainty: Certainty,
    pub since: String,
    pub note: String,
    pub state: AllergyState,
    pub reason: String,
}

/// The allergies of a patient that hold now, in the order they were recorded.
pub async fn known(store: impl Store, patient: PatientId) -> Result<Vec<Allergy>, DbError> {
    sql("select a.id, a.patient_id, a.kind, a.code, a.substance, a.reaction, a.severity, a.certainty, a.since, a.note,
            a.state, a.reason, a.recorded_name, a.recorded_at
         from allergy a where a.patient_id = $1 and a.state = 'active'
            and not exists (select 1 from allergy later where later.replaces_id = a.id) order by a.id")
    .bind(patient)
    .all(store)
    .await
}

/// One version.
pub async fn allergy(store: impl Store, id: AllergyId) -> Result<Option<Allergy>, DbError> {
    sql("select id, patient_id, kind, code, substance, reaction, severity, certainty, since, note, state, reason,
            recorded_name, recorded_at from allergy where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// The newest version of the allergy that `id` is a version of.
pub async fn current_allergy(store: impl Store, id: AllergyId) -> Result<Option<Allergy>, DbError> {
    sql("with recursive line as (select id from allergy where id = $1
            union all select n.id from line join allergy n on n.replaces_id = line.id)
         select id, patient_id, kind, code, substance, reaction, severity, certainty, since, note, state, reason,
            recorded_name, recorded_at from allergy where id = (select max(id) from line)")
    .bind(id)
    .optional(store)
    .await
}

/// Takes the patient for the rest of the transaction: what harms somebody is recorded, and medicines are
/// checked and signed, one after the other.
pub async fn hold_patient(tx: &mut Tx, patient: PatientId) -> Result<(), DbError> {
    sql("update patient set version = version where id = $1").bind(patient).run(tx).await?;
    Ok(())
}

/// Writes a version.
///
/// # Errors
/// A violation of `allergy_replaces_id_unique` when somebody else replaced the same version first, of `allergy_twice`
/// when the same allergy holds already.
pub async fn insert_allergy(
    tx: &mut Tx,
    patient: PatientId,
    new: &NewAllergy,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<AllergyId, DbError> {
    hold_patient(tx, patient).await?;
    sql("insert into allergy (patient_id, replaces_id, kind, code, substance, reaction, severity, certainty, since,
            note, state, reason, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id")
    .bind(patient)
    .bind(new.replaces)
    .bind(new.kind)
    .bind(&new.code)
    .bind(&new.substance)
    .bind(&new.reaction)
    .bind(new.severity)
    .bind(new.certainty)
    .bind(&new.since)
    .bind(&new.note)
    .bind(new.state)
    .bind(&new.reason)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(at)
    .scalar(tx)
    .await
}

/// Says that no allergy is known, or takes that back with a reason; false when there was nothing to take back.
///
/// # Errors
/// A violation of `allergy_none_known` while an allergy holds.
pub async fn insert_none(
    tx: &mut Tx,
    patient: PatientId,
    withdrawn: Option<&str>,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<bool, DbError> {
    let touched = sql("insert into allergy_none (patient_id, state, reason, recorded_by, recorded_name, recorded_at)
         select $1, $2, $3, $4, $5, $6 from patient p where p.id = $1 and ($2 = 'stated' or
            (select n.state from allergy_none n where n.patient_id = p.id order by n.id desc limit 1) = 'stated')")
    .bind(patient)
    .bind(if withdrawn.is_some() { "withdrawn" } else { "stated" })
    .bind(withdrawn.unwrap_or_default())
    .bind(who.account_id)
    .bind(&who.name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Notes that a told text has been dealt with.
pub async fn answer_told(
    tx: &mut Tx,
    patient: PatientId,
    told: &str,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into told_answer (patient_id, told, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, $4, $5)")
    .bind(patient)
    .bind(told)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Substances and classes whose words begin as typed; nothing typed finds nothing. Kind, code and name.
pub async fn allergens(
    store: impl Store,
    typed: &str,
    limit: i64,
) -> Result<Vec<(AllergenKind, String, String)>, DbError> {
    let words = crate::patients::model::words_of(typed);
    let like = |at: usize| words.get(at).map_or("%".to_owned(), |word| format!("% {word}%"));
    if words.is_empty() {
        return Ok(Vec::new());
    }
    sql("select kind, code, name from allergen where active and words like $1 and words like $2 and words like $3
         order by case when words like $4 then 0 else 1 end, name limit $5")
    .bind(like(0))
    .bind(like(1))
    .bind(like(2))
    .bind(format!(" {}%", words.join(" ")))
    .bind(limit)
    .all(store)
    .await
}

/// One of the list: kind, code and name.
pub async fn allergen(
    store: impl Store,
    kind: &str,
    code: &str,
) -> Result<Option<(AllergenKind, String, String)>, DbError> {
    sql("select kind, code, name from allergen where kind = $1 and code = $2 and active")
        .bind(kind)
        .bind(code)
        .optional(store)
        .await
}

/// Of a list of kinds and codes, those that the table does not hold yet.
pub async fn missing_allergens(
    store: impl Store,
    list: Vec<(AllergenKind, String, String, String)>,
) -> Result<Vec<(AllergenKind, String, String, String)>, DbError> {
    let there: Vec<(AllergenKind, String)> = sql("select kind, code from allergen").all(store).await?;
    Ok(list.into_iter().filter(|new| !there.iter().any(|old| old.0 == new.0 && old.1 == new.1)).collect())
}

/// Puts substances and classes (kind, code, name, words) into the list; those that are there stay as the clinic made them.
pub async fn put_allergens(
    tx: &mut Tx,
    list: Vec<(AllergenKind, String, String, String)>,
) -> Result<(), DbError> {
    const ALLERGENS: Table = Table { name: "allergen", columns: &["kind", "code", "name", "words"] };
    let row = |(kind, code, name, words): (AllergenKind, String, String, String)| -> Vec<Value> {
        vec![kind.into(), code.into(), name.into(), words.into()]
    };
    let mut rows = list.into_iter().map(row).collect();
    bulk::insert(tx, ALLERGENS, &mut rows).await
}
