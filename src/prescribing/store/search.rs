//! Finding medicines: by the beginnings of words, in any order; what one prescribes oneself stands first.

use super::catalogue::{Medicine, medicines};
use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::patients::model::words_of;
use crate::prescribing::model::{Form, MedicineId, Unit};

/// Words that many medicines share do not drive the search.
fn is_common(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || ["mg", "ml", "g", "oral", "micrograms"].contains(&word)
        || Unit::ALL.iter().any(|unit| unit.label().starts_with(word))
        || Form::ALL.iter().any(|form| form.label().starts_with(word))
}

fn driving_first(typed: &str) -> Vec<String> {
    let mut words = words_of(typed);
    words.dedup();
    words.sort_by_key(|word| (is_common(word), std::cmp::Reverse(word.chars().count())));
    words.truncate(8);
    words
}

/// Medicines that have a word beginning with each typed one, the own usual ones first.
pub async fn search(
    store: impl Store,
    typed: &str,
    who: AccountId,
    inactive: bool,
    limit: i64,
) -> Result<Vec<Medicine>, DbError> {
    let words = driving_first(typed);
    let at = |at: usize| words.get(at).cloned().unwrap_or_default();
    let end = |word: String| format!("{word}\u{10FFFF}");
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let more = words.get(4..).unwrap_or_default();
    let found: Vec<Medicine> = sql(medicines!(
        "from medicine_term t join medicine m on m.id = t.medicine_id
         left join medicine_use u on u.account_id = $9 and u.medicine_id = m.id
         where t.term >= $1 and t.term < $2 and (m.active or $10)
           and not exists (select 1 from medicine_term s
                where s.medicine_id = t.medicine_id and s.term >= $1 and s.term < t.term)
           and ($3 = '' or exists (select 1 from medicine_term s
                where s.medicine_id = t.medicine_id and s.term >= $3 and s.term < $4))
           and ($5 = '' or exists (select 1 from medicine_term s
                where s.medicine_id = t.medicine_id and s.term >= $5 and s.term < $6))
           and ($7 = '' or exists (select 1 from medicine_term s
                where s.medicine_id = t.medicine_id and s.term >= $7 and s.term < $8))
         order by coalesce(u.uses, 0) desc, m.uses desc, m.folded, m.id limit $11"
    ))
    .bind(at(0))
    .bind(end(at(0)))
    .bind(at(1))
    .bind(end(at(1)))
    .bind(at(2))
    .bind(end(at(2)))
    .bind(at(3))
    .bind(end(at(3)))
    .bind(who)
    .bind(inactive)
    .bind(if more.is_empty() { limit } else { 60 })
    .all(store)
    .await?;
    let has = |medicine: &Medicine| {
        let own = words_of(&medicine.label());
        more.iter().all(|word| own.iter().any(|one| one.starts_with(word.as_str())))
    };
    Ok(found.into_iter().filter(has).take(usize::try_from(limit).unwrap_or(12)).collect())
}

/// The one medicine that is called exactly so, by label or code.
pub async fn exactly(store: impl Store, typed: &str) -> Result<Vec<Medicine>, DbError> {
    sql(medicines!(
        "from medicine m where m.active and (m.folded = $1 or m.code = $2) order by m.id limit 12"
    ))
    .bind(words_of(typed).join(" "))
    .bind(typed.trim())
    .all(store)
    .await
}

/// A page of the whole list, after a medicine.
pub async fn browse(
    store: impl Store,
    after: (&str, MedicineId),
    limit: i64,
) -> Result<Vec<Medicine>, DbError> {
    sql(medicines!("from medicine m where (m.folded, m.id) > ($1, $2) order by m.folded, m.id limit $3"))
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .all(store)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_few_medicines_share_drives() {
        assert_eq!(driving_first("500 mg cap amox")[0], "amox");
        assert_eq!(driving_first("tablet para")[0], "para");
        assert_eq!(driving_first("   "), Vec::<String>::new());
    }
}
