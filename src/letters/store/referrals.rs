//! Referral letters: a draft of its author, then versions that are never changed.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::letters::model::{ReferralId, ReferralState, Urgency};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A referral.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Referral {
    pub id: ReferralId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub number: i64,
    pub state: ReferralState,
    pub to_whom: String,
    pub urgency: Urgency,
    pub question: String,
    pub summary: String,
    /// The words of its parts, with commas.
    pub included: String,
    /// What was copied of the record.
    pub copied: String,
    pub author_name: String,
    pub signed_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// The version that replaced it.
    pub replaced_by: Option<ReferralId>,
}

macro_rules! referrals {
    ($tail:literal) => {
        concat!(
            "select r.id, r.visit_id, r.patient_id, r.number, r.state, r.to_whom, r.urgency, r.question,
                r.summary, r.included, r.copied, r.author_name, r.signed_at, r.version,
                (select n.id from referral n where n.replaces_id = r.id and n.state <> 'draft') as replaced_by
             from referral r where ",
            $tail
        )
    };
}

/// The signed ones of a visit, the newest first.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Referral>, DbError> {
    sql(referrals!("r.visit_id = $1 and r.state <> 'draft' order by r.id desc")).bind(visit).all(store).await
}

/// The draft of an author on a visit.
pub async fn draft(
    store: impl Store,
    visit: VisitId,
    author: AccountId,
) -> Result<Option<Referral>, DbError> {
    sql(referrals!("r.visit_id = $1 and r.author_id = $2 and r.state = 'draft'"))
        .bind(visit)
        .bind(author)
        .optional(store)
        .await
}

/// A signed one.
pub async fn by_id(store: impl Store, id: ReferralId) -> Result<Option<Referral>, DbError> {
    sql(referrals!("r.id = $1 and r.state <> 'draft'")).bind(id).optional(store).await
}

/// What is written into a draft.
#[derive(Debug, Clone)]
pub struct Text {
    pub to_whom: String,
    pub urgency: Urgency,
    pub question: String,
    pub summary: String,
    pub included: String,
    pub copied: String,
}

/// Begins a draft.
///
/// # Errors
/// A violation of `referral_visit_id_author_id_unique` when another window of the same person was first.
pub async fn insert(
    tx: &mut Tx,
    (visit, patient): (VisitId, PatientId),
    replaces: Option<&Referral>,
    text: &Text,
    (by, name, at): (AccountId, &str, DateTime<Utc>),
) -> Result<ReferralId, DbError> {
    sql("insert into referral (visit_id, patient_id, replaces_id, number, state, to_whom, urgency, question, summary,
            included, copied, author_id, author_name, written_at)
         values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id")
    .bind(visit)
    .bind(patient)
    .bind(replaces.map(|old| old.id))
    .bind(replaces.map_or(1, |old| old.number + 1))
    .bind(&text.to_whom)
    .bind(text.urgency)
    .bind(&text.question)
    .bind(&text.summary)
    .bind(&text.included)
    .bind(&text.copied)
    .bind(by)
    .bind(name)
    .bind(at)
    .scalar(tx)
    .await
}

/// Saves a draft, if it is still at this version.
pub async fn update(
    tx: &mut Tx,
    id: ReferralId,
    version: i64,
    text: &Text,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update referral set to_whom = $3, urgency = $4, question = $5, summary = $6, included = $7,
            copied = $8, written_at = $9, version = version + 1 where id = $1 and version = $2 and state = 'draft'")
    .bind(id)
    .bind(version)
    .bind(&text.to_whom)
    .bind(text.urgency)
    .bind(&text.question)
    .bind(&text.summary)
    .bind(&text.included)
    .bind(&text.copied)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Signs a draft; what it replaces is superseded.
///
/// # Errors
/// A violation of `referral_replaces_id_unique` when another version has replaced the same one.
pub async fn sign(tx: &mut Tx, id: ReferralId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update referral set state = 'signed', signed_at = $2, version = version + 1 where id = $1 and state = 'draft'")
        .bind(id)
        .bind(at)
        .run(&mut *tx)
        .await?;
    sql("update referral set state = 'superseded', version = version + 1
         where id = (select replaces_id from referral where id = $1) and state = 'signed'")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Throws a draft away.
pub async fn discard(tx: &mut Tx, id: ReferralId) -> Result<(), DbError> {
    sql("delete from referral where id = $1 and state = 'draft'").bind(id).run(tx).await?;
    Ok(())
}
