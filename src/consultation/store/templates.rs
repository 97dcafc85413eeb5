//! Texts that fill the empty parts of a draft (CO11).

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::{Parts, TemplateId};
use crate::db::{DbError, Store, Tx, sql};

/// A template.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Whose; none is the clinic's.
    pub owner_id: Option<AccountId>,
    /// What it is called.
    pub name: String,
    /// Its text.
    pub parts: Parts,
    /// Goes up with every change.
    pub version: i64,
}

/// What somebody may use: their own first, then the clinic's.
pub async fn for_account(store: impl Store, who: AccountId) -> Result<Vec<Template>, DbError> {
    sql("select id, owner_id, name, complaint, history, examination, assessment, plan, follow_up, advice, version
         from note_template where active = $2 and (owner_id is null or owner_id = $1)
         order by case when owner_id is null then 1 else 0 end, name, id limit 200")
    .bind(who)
    .bind(true)
    .all_kept(store)
    .await
}

/// One that somebody may use.
pub async fn by_id(store: impl Store, who: AccountId, id: TemplateId) -> Result<Option<Template>, DbError> {
    sql("select id, owner_id, name, complaint, history, examination, assessment, plan, follow_up, advice, version
         from note_template where id = $1 and active = $3 and (owner_id is null or owner_id = $2)")
    .bind(id)
    .bind(who)
    .bind(true)
    .optional(store)
    .await
}

/// Keeps a new one.
///
/// # Errors
/// Constraint `note_template_owner_id_name_unique` when the owner has one of this name.
pub async fn insert(
    tx: &mut Tx,
    owner: AccountId,
    (name, parts): (&str, &Parts),
    at: DateTime<Utc>,
) -> Result<TemplateId, DbError> {
    sql("insert into note_template (owner_id, name, complaint, history, examination, assessment, plan, follow_up,
            advice, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1, $10) returning id")
    .bind(owner)
    .bind(name)
    .bind_each(parts.texts())
    .bind(at)
    .scalar(tx)
    .await
}

/// Changes one's own, if it still is as it was seen.
pub async fn save(
    tx: &mut Tx,
    owner: AccountId,
    template: &Template,
    active: bool,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let parts = &template.parts;
    let changed = sql("update note_template set name = $4, complaint = $5, history = $6, examination = $7,
            assessment = $8, plan = $9, follow_up = $10, advice = $11, active = $12, changed_by = $2, changed_at = $13,
            version = version + 1
         where id = $1 and owner_id = $2 and version = $3 and active = $14")
    .bind(template.id)
    .bind(owner)
    .bind(template.version)
    .bind(&template.name)
    .bind_each(parts.texts())
    .bind(active)
    .bind(at)
    .bind(true)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
