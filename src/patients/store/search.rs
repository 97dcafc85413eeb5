//! Finding patients: one index range a word, keyset pages.

use crate::db::{Db, DbError, Sql, Store, sql};
use crate::patients::model::{Brief, PatientId, is_card_code, read_patient_number};

/// What a list is narrowed to; empty and `None` mean "any".
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// `student`, `staff`, `dependant`, `public`.
    pub kind: String,
    /// `active`, `deactivated`.
    pub state: String,
    /// A faculty.
    pub faculty: Option<i64>,
    /// A department.
    pub department: Option<i64>,
    /// A level.
    pub level: Option<i64>,
    /// An academic session.
    pub session: Option<i64>,
    /// `yes` or `no`: whether the account was activated.
    pub activated: String,
    /// After the line of this patient.
    pub after: Option<PatientId>,
}

/// A line of a list.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Found {
    /// The patient.
    pub brief: Brief,
    /// The department.
    pub department_id: Option<i64>,
}

/// A line of the list of students.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Student {
    /// What every list shows.
    pub listed: Found,
    /// The faculty's name, or empty.
    pub faculty: String,
    /// The department's name, or empty.
    pub department: String,
    /// The level's name, or empty.
    pub level: String,
    /// Whether the account was activated.
    pub activated: bool,
}

/// The upper end of the range of words that begin with `word`.
fn end_of(word: &str) -> String {
    format!("{word}\u{10FFFF}")
}

fn bind_words(statement: Sql, words: &[String]) -> Sql {
    (0..4).fold(statement, |statement, at| {
        let word = words.get(at).map(String::as_str).unwrap_or_default();
        statement.bind(word).bind(end_of(word))
    })
}

const COUNTED: &str = "select
    (select count(*) from (select 1 from patient_term where term >= $1 and term < $2 limit 3000) a) as first,
    (select count(*) from (select 1 from patient_term where term >= $3 and term < $4 limit 3000) b) as second,
    (select count(*) from (select 1 from patient_term where term >= $5 and term < $6 limit 3000) c) as third,
    (select count(*) from (select 1 from patient_term where term >= $7 and term < $8 limit 3000) d) as fourth";

/// The rarest word first: it drives the search, the others only have to be there.
async fn rarest_first(store: &Db, mut words: Vec<String>) -> Result<Vec<String>, DbError> {
    if words.len() > 1 {
        let counts: (i64, i64, i64, i64) = bind_words(sql(COUNTED), &words).one(store).await?;
        let counts = [counts.0, counts.1, counts.2, counts.3];
        let mut counted: Vec<(i64, String)> = counts.into_iter().zip(words).collect();
        // Words of one rarity stay in their order, the longest first.
        counted.sort_by_key(|(count, _)| *count);
        words = counted.into_iter().map(|(_, word)| word).collect();
    }
    Ok(words)
}

/// The search of [`search`]; also explained by a test, which looks for its index. A "case" says nothing of how few rows it
/// leaves: told as alternatives, PostgreSQL believes that the filters leave next to nobody, and begins with all patients.
pub const SEARCH: &str =
    "select p.id, p.number, p.kind, p.family_name, p.given_names, p.sex, p.born_on, p.phone,
        p.matric_number, p.state, p.department_id
     from patient_term t
     join patient p on p.id = t.patient_id
     where t.term >= $9 and t.term < $2 and (t.term > $9 or t.patient_id > $10)
       and not exists (select 1 from patient_term s
            where s.patient_id = t.patient_id and s.term >= $1 and s.term < t.term)
       and ($3 = '' or exists (select 1 from patient_term s
            where s.patient_id = t.patient_id and s.term >= $3 and s.term < $4))
       and ($5 = '' or exists (select 1 from patient_term s
            where s.patient_id = t.patient_id and s.term >= $5 and s.term < $6))
       and ($7 = '' or exists (select 1 from patient_term s
            where s.patient_id = t.patient_id and s.term >= $7 and s.term < $8))
       and case $11 when '' then true else p.kind = $11 end and case $12 when '' then true else p.state = $12 end
       and case when cast($13 as bigint) is null then true else p.department_id = $13 end
     order by t.term, t.patient_id limit $14";

/// Patients who have a word beginning with each of `words`; at least one word.
pub async fn search(
    store: &Db,
    words: Vec<String>,
    narrow: &Narrow,
    limit: i64,
) -> Result<Vec<Found>, DbError> {
    let words = rarest_first(store, words).await?;
    // Where the range begins: given two beginnings, PostgreSQL may read the index from the lower one.
    let first = words.first().cloned().unwrap_or_default();
    let (term, id) = match narrow.after {
        Some(last) => (term_of(store, last, &first).await?.unwrap_or(first), last.0),
        None => (first, 0),
    };
    bind_words(sql(SEARCH), &words)
        .bind(term)
        .bind(id)
        .bind(&narrow.kind)
        .bind(&narrow.state)
        .bind(narrow.department)
        .bind(limit)
        .all(store)
        .await
}

/// The word by which a search found a patient; what a page ends with stays out of addresses, as it is a name.
async fn term_of(store: &Db, patient: PatientId, word: &str) -> Result<Option<String>, DbError> {
    sql("select min(term) from patient_term where patient_id = $1 and term >= $2 and term < $3")
        .bind(patient)
        .bind(word)
        .bind(end_of(word))
        .scalar(store)
        .await
}

/// The name by which lists sort a patient, and the id: where a page goes on.
async fn place_of(store: &Db, after: Option<PatientId>) -> Result<(String, i64), DbError> {
    let Some(last) = after else { return Ok((String::new(), 0)) };
    let name: Option<(String,)> =
        sql("select sort_name from patient where id = $1").bind(last).optional(store).await?;
    Ok((name.map(|row| row.0).unwrap_or_default(), last.0))
}

/// Patients by name, without a search.
pub async fn browse(store: &Db, narrow: &Narrow, limit: i64) -> Result<Vec<Found>, DbError> {
    let (name, id) = place_of(store, narrow.after).await?;
    sql("select p.id, p.number, p.kind, p.family_name, p.given_names, p.sex, p.born_on, p.phone, p.matric_number,
            p.state, p.department_id
         from patient p
         where (p.sort_name, p.id) > ($1, $2) and ($3 = '' or p.kind = $3) and ($4 = '' or p.state = $4)
           and (cast($5 as bigint) is null or p.department_id = $5)
         order by p.sort_name, p.id limit $6")
    .bind(name)
    .bind(id)
    .bind(&narrow.kind)
    .bind(&narrow.state)
    .bind(narrow.department)
    .bind(limit)
    .all(store)
    .await
}

/// Students by name with every filter of their list.
pub async fn students(store: &Db, narrow: &Narrow, limit: i64) -> Result<Vec<Student>, DbError> {
    let (name, id) = place_of(store, narrow.after).await?;
    sql("select p.id, p.number, p.kind, p.family_name, p.given_names, p.sex, p.born_on, p.phone, p.matric_number,
            p.state, p.department_id, coalesce(f.name, '') as faculty, coalesce(d.name, '') as department,
            coalesce(l.name, '') as level, a.password_hash is not null as activated
         from patient p
         left join account a on a.patient_id = p.id
         left join department d on d.id = p.department_id
         left join faculty f on f.id = d.faculty_id
         left join study_level l on l.id = p.level_id
         where p.kind = 'student' and (p.sort_name, p.id) > ($1, $2) and ($3 = '' or p.state = $3)
           and (cast($4 as bigint) is null or d.faculty_id = $4)
           and (cast($5 as bigint) is null or p.department_id = $5)
           and (cast($6 as bigint) is null or p.level_id = $6)
           and (cast($7 as bigint) is null or p.session_id = $7)
           and ($8 = '' or (a.password_hash is not null) = ($8 = 'yes'))
         order by p.sort_name, p.id limit $9")
    .bind(name)
    .bind(id)
    .bind(&narrow.state)
    .bind(narrow.faculty)
    .bind(narrow.department)
    .bind(narrow.level)
    .bind(narrow.session)
    .bind(&narrow.activated)
    .bind(limit)
    .all(store)
    .await
}

/// The patient of a scanned card, a clinic number, a matric or staff number, typed in any case.
pub async fn find_by_code(store: impl Store, text: &str) -> Result<Option<PatientId>, DbError> {
    let typed: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    if typed.is_empty() || typed.len() > 100 {
        return Ok(None);
    }
    let found: Option<(PatientId,)> =
        sql("select id from patient where card_code = $1 or number = $2 or matric_number = $3 or staff_number = $3
             order by id limit 1")
        .bind(is_card_code(text).unwrap_or_default())
        .bind(read_patient_number(text).unwrap_or_default())
        .bind(typed)
        .optional(store)
        .await?;
    Ok(found.map(|(id,)| id))
}
