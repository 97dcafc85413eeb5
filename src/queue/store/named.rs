//! Tokens of a day by what people say: the whole label, or its number.

use chrono::NaiveDate;

use crate::db::{DbError, Store, sql};
use crate::queue::model::{EntryId, EntryState};

/// Tokens that are listed.
const MOST: i64 = 5;

/// A token that somebody named, where it stands last.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Named {
    /// Its last entry.
    pub entry_id: EntryId,
    /// The label.
    pub token: String,
    /// What that entry is.
    pub state: EntryState,
    /// The service point.
    pub point: String,
    /// Whose it is.
    pub name: String,
}

/// The tokens that `text` names on a day: `A012`, `a 12`, `token 12`, `12`. Anything else names none, without a question.
pub async fn named(store: impl Store, day: NaiveDate, text: &str) -> Result<Vec<Named>, DbError> {
    let Some((letters, number)) = read(text) else { return Ok(Vec::new()) };
    sql("select q.id as entry_id, v.token, q.state, s.name as point,
            trim(p.given_names || ' ' || p.family_name) as name
         from visit v
         join queue_entry q on q.id = (select l.id from queue_entry l where l.visit_id = v.id
            order by case when l.state = 'void' then 1 else 0 end, l.id desc limit 1)
         join service_point s on s.id = q.point_id
         join patient p on p.id = v.patient_id
         where v.day = $1 and v.number = $3 and upper(v.token) like $2
         order by v.id limit $4")
    .bind(day)
    .bind(format!("{letters}%"))
    .bind(number)
    .bind(MOST)
    .all(store)
    .await
}

/// The letters in capitals, and the number, of what is written as a token.
fn read(text: &str) -> Option<(String, i64)> {
    let plain: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
    let plain = plain.strip_prefix("TOKEN").unwrap_or(&plain);
    let digits = plain.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = plain.split_at(digits);
    if letters.chars().count() > 3 || !letters.chars().all(char::is_alphabetic) || number.len() > 6 {
        return None;
    }
    Some((letters.to_owned(), number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_token_is_read_as_people_write_it() {
        for text in ["A012", "a12", " a 12 ", "A-012", "Token A 12"] {
            assert_eq!(read(text), Some(("A".to_owned(), 12)), "{text}");
        }
        assert_eq!(read("12"), Some((String::new(), 12)));
        assert_eq!(read("token 7"), Some((String::new(), 7)));
        for text in ["", "token", "Ada Obi", "19/52HA001", "P-000123x", "0803 123 4567", "1 2 b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
