//! The lists that diagnoses are chosen from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, sql};
use crate::diagnoses::model::{CodeId, System, end_of, label, words};

/// A term of a list, with how often whoever asks has used it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Code {
    pub id: CodeId,
    pub system: System,
    pub code: String,
    pub term: String,
    pub plain_name: String,
    pub sensitive: bool,
    pub own_uses: i64,
}

impl Code {
    /// As it stands in the field.
    pub fn label(&self) -> String {
        label(&self.term, &self.code)
    }
}

/// A term that is about to be written.
#[derive(Debug, Clone)]
pub struct NewCode {
    pub system: System,
    pub code: String,
    pub term: String,
    pub plain_name: String,
    pub synonyms: String,
    pub area: String,
    pub sensitive: bool,
}

impl NewCode {
    /// Every word it is found by.
    pub fn words(&self) -> BTreeSet<String> {
        words(&self.code, &[&self.term, &self.plain_name, &self.synonyms])
    }
}

/// The search: the first word drives it, by its range of the index; the others only have to be there. The own use comes
/// first, then the clinic's, then the own list before what was imported. Also explained by a test.
pub const FIND: &str =
    "select c.id, c.system, c.code, c.term, c.plain_name, c.sensitive, coalesce(u.uses, 0) as own_uses
     from (select distinct w.code_id from diagnosis_word w where w.word >= $1 and w.word < $2) hit
     join diagnosis_code c on c.id = hit.code_id
     left join diagnosis_use u on u.account_id = $9 and u.code_id = c.id
     where c.active
       and ($3 = '' or exists (select 1 from diagnosis_word s
            where s.code_id = hit.code_id and s.word >= $3 and s.word < $4))
       and ($5 = '' or exists (select 1 from diagnosis_word s
            where s.code_id = hit.code_id and s.word >= $5 and s.word < $6))
       and ($7 = '' or exists (select 1 from diagnosis_word s
            where s.code_id = hit.code_id and s.word >= $7 and s.word < $8))
     order by coalesce(u.uses, 0) desc, c.uses desc, case when c.system = 'own' then 0 else 1 end,
        case when lower(substr(c.term, 1, cast($11 as integer))) = $10 then 0 else 1 end, length(c.term), c.term, c.id limit $12";

/// Terms that have a word beginning with each of `asked`; nothing typed finds nothing.
pub async fn find(
    store: impl Store,
    account: AccountId,
    (typed, asked): (&str, &[String]),
    limit: i64,
) -> Result<Vec<Code>, DbError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let statement = (0..4).fold(sql(FIND), |statement, at| {
        let word = asked.get(at).map(String::as_str).unwrap_or_default();
        statement.bind(word).bind(end_of(word))
    });
    let begins = typed.trim().to_lowercase();
    let length = begins.chars().count() as i64;
    statement.bind(account).bind(begins).bind(length).bind(limit).all(store).await
}

/// The terms of a code, typed in whatever case; the own list first.
pub async fn by_code(store: impl Store, account: AccountId, code: &str) -> Result<Vec<Code>, DbError> {
    sql("select c.id, c.system, c.code, c.term, c.plain_name, c.sensitive, coalesce(u.uses, 0) as own_uses
         from diagnosis_code c left join diagnosis_use u on u.account_id = $2 and u.code_id = c.id
         where c.code = $1 and c.active
         order by case when c.system = 'own' then 0 else 1 end, coalesce(u.uses, 0) desc, c.uses desc, c.id limit 20")
    .bind(code.to_uppercase())
    .bind(account)
    .all(store)
    .await
}

/// One term that is offered.
pub async fn by_id(store: impl Store, id: CodeId) -> Result<Option<Code>, DbError> {
    sql("select id, system, code, term, plain_name, sensitive, cast(0 as bigint) as own_uses
         from diagnosis_code where id = $1 and active")
    .bind(id)
    .optional(store)
    .await
}

/// What somebody uses most.
pub async fn frequent(store: impl Store, account: AccountId, limit: i64) -> Result<Vec<Code>, DbError> {
    sql("select c.id, c.system, c.code, c.term, c.plain_name, c.sensitive, u.uses as own_uses
         from diagnosis_use u join diagnosis_code c on c.id = u.code_id
         where u.account_id = $1 and c.active order by u.uses desc, u.last_at desc, c.id limit $2")
    .bind(account)
    .bind(limit)
    .all_kept(store)
    .await
}

/// Counts a use, the own and the clinic's. In the order of the ids, so that two who sign at once wait and never for
/// each other.
pub async fn used(tx: &mut Tx, account: AccountId, ids: &[CodeId], at: DateTime<Utc>) -> Result<(), DbError> {
    for id in ids.iter().collect::<BTreeSet<_>>() {
        sql("update diagnosis_code set uses = uses + 1 where id = $1").bind(*id).run(&mut *tx).await?;
        sql("insert into diagnosis_use (account_id, code_id, uses, last_at) values ($1, $2, 1, $3)
             on conflict (account_id, code_id) do update set uses = diagnosis_use.uses + 1, last_at = excluded.last_at")
        .bind(account)
        .bind(*id)
        .bind(at)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The terms of a list: id, code and term.
pub async fn of_system(store: impl Store, system: System) -> Result<Vec<(CodeId, String, String)>, DbError> {
    sql("select id, code, term from diagnosis_code where system = $1").bind(system).all(store).await
}

/// Puts terms into the lists with the words they are found by.
///
/// # Errors
/// A violation of `diagnosis_code_system_code_term_unique` when somebody else was first.
pub async fn insert(tx: &mut Tx, new: &[NewCode]) -> Result<(), DbError> {
    const CODES: Table = Table {
        name: "diagnosis_code",
        columns: &["system", "code", "term", "plain_name", "synonyms", "area", "sensitive"],
    };
    const WORDS: Table = Table { name: "diagnosis_word", columns: &["word", "code_id"] };
    let before: i64 = sql("select coalesce(max(id), 0) from diagnosis_code").scalar(&mut *tx).await?;
    let row = |code: &NewCode| {
        vec![
            code.system.into(),
            code.code.as_str().into(),
            code.term.as_str().into(),
            code.plain_name.as_str().into(),
            code.synonyms.as_str().into(),
            code.area.as_str().into(),
            code.sensitive.into(),
        ]
    };
    bulk::insert(tx, CODES, &mut new.iter().map(row).collect()).await?;
    let ids: Vec<(CodeId, String, String)> =
        sql("select id, code, term from diagnosis_code where id > $1 order by id")
            .bind(before)
            .all(&mut *tx)
            .await?;
    let mut rows = Vec::new();
    let ids: BTreeMap<(&str, &str), CodeId> =
        ids.iter().map(|(id, code, term)| ((code.as_str(), term.as_str()), *id)).collect();
    for code in new {
        let Some(id) = ids.get(&(code.code.as_str(), code.term.as_str())) else { continue };
        rows.extend(code.words().into_iter().map(|word| vec![word.into(), (*id).into()]));
    }
    bulk::insert(tx, WORDS, &mut rows).await
}

/// Gives an imported code another title. What was diagnosed keeps the one it was chosen by.
pub async fn rename(tx: &mut Tx, id: CodeId, new: &NewCode) -> Result<(), DbError> {
    sql("update diagnosis_code set term = $2, plain_name = $3, active = $4 where id = $1")
        .bind(id)
        .bind(&new.term)
        .bind(&new.plain_name)
        .bind(true)
        .run(&mut *tx)
        .await?;
    sql("delete from diagnosis_word where code_id = $1").bind(id).run(&mut *tx).await?;
    const WORDS: Table = Table { name: "diagnosis_word", columns: &["word", "code_id"] };
    let mut rows = new.words().into_iter().map(|word| vec![word.into(), id.into()]).collect();
    bulk::insert(tx, WORDS, &mut rows).await
}
