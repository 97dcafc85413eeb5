//! The rows of patients.

use chrono::{DateTime, NaiveDate, Utc};

use super::reach::{asked_by, own_to, relation_to};
use crate::access::model::{AccountId, AccountState};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{
    Asker, Brief, Candidate, Details, PatientId, PatientState, Person, Phone, Relation, Told, fold,
    search_terms,
};

/// A patient with everything the pages of the record need, read by one query.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Patient {
    pub id: PatientId,
    pub number: String,
    pub details: Details,
    pub told: Told,
    pub card_code: String,
    pub state: PatientState,
    pub version: i64,
    pub faculty: String,
    pub department: String,
    pub level: String,
    pub session: String,
    pub guardian: String,
    pub account_id: Option<AccountId>,
    pub account_state: Option<AccountState>,
    /// Whether somebody has chosen a password for it.
    pub activated: bool,
    is_own: bool,
    is_related: bool,
    is_sealed: bool,
    sealed_visits: Option<String>,
    is_here: bool,
    opened_until: Option<DateTime<Utc>>,
    broken_until: Option<DateTime<Utc>>,
}

impl Patient {
    /// What the member of staff who asks has to do with the patient.
    pub fn relation(&self) -> Relation {
        Relation {
            is_own: self.is_own,
            is_related: self.is_related,
            is_sealed: self.is_sealed,
            sealed_visits: self.sealed_visits.clone(),
            is_here: self.is_here,
            opened_until: self.opened_until,
            broken_until: self.broken_until,
        }
    }
}

/// The patient; `asker` is the member of staff who asks, if one does.
pub async fn by_id(
    store: impl Store,
    id: PatientId,
    asker: Option<&Asker>,
) -> Result<Option<Patient>, DbError> {
    let statement = sql(relation_to!(
        "select p.id, p.number, p.kind, p.family_name, p.given_names, p.sex, p.born_on, p.phone, p.email, p.address,
            p.kin_name, p.kin_relation, p.kin_phone, p.guardian_id, p.matric_number, p.staff_number, p.department_id,
            p.level_id, p.session_id, p.insurance_scheme, p.insurance_number, p.blood_group, p.genotype,
            p.allergies_told, p.conditions_told, p.card_code, p.state, p.version,
            coalesce(f.name, '') as faculty, coalesce(d.name, '') as department, coalesce(l.name, '') as level,
            coalesce(s.name, '') as session,
            coalesce(g.number || ' ' || g.given_names || ' ' || g.family_name, '') as guardian,
            a.id as account_id, a.state as account_state, a.password_hash is not null as activated, ",
        " from patient p
         left join department d on d.id = p.department_id
         left join faculty f on f.id = d.faculty_id
         left join study_level l on l.id = p.level_id
         left join academic_session s on s.id = p.session_id
         left join patient g on g.id = p.guardian_id
         left join account a on a.patient_id = p.id
         where p.id = $1"
    ))
    .bind(id);
    asked_by(statement, asker).optional(store).await
}

/// Takes `count` clinic numbers in this transaction and says the last of them; no number is ever left out.
pub async fn next_numbers(tx: &mut Tx, count: i64) -> Result<i64, DbError> {
    sql("insert into counter (scope, day, last) values ('patient', $1, $2)
         on conflict (scope, day) do update set last = counter.last + excluded.last returning last")
    .bind(NaiveDate::from_ymd_opt(2000, 1, 1))
    .bind(count)
    .scalar(tx)
    .await
}

/// Writes a new patient with the words to find them by.
pub async fn insert(
    tx: &mut Tx,
    details: &Details,
    number: &str,
    card_code: &str,
    at: DateTime<Utc>,
) -> Result<PatientId, DbError> {
    let (id, terms) = insert_row(tx, details, number, card_code, at).await?;
    write_terms(tx, &terms).await?;
    Ok(id)
}

/// Writes a new patient; the words to find them by are for the caller to write, together with those of others.
pub async fn insert_row(
    tx: &mut Tx,
    details: &Details,
    number: &str,
    card_code: &str,
    at: DateTime<Utc>,
) -> Result<(PatientId, Vec<(PatientId, String)>), DbError> {
    let phone_digits = Phone::parse(&details.phone).unwrap_or_default().digits;
    let id: PatientId = sql("insert into patient (kind, family_name, given_names, sort_name, sex, born_on, phone,
            phone_digits, email, address, kin_name, kin_relation, kin_phone, guardian_id, matric_number, staff_number,
            department_id, level_id, session_id, insurance_scheme, insurance_number, number, card_code, created_at,
            updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $24) returning id")
    .bind(details.kind)
    .bind(&details.family_name)
    .bind(&details.given_names)
    .bind(sort_name(details))
    .bind(details.sex)
    .bind(details.born_on)
    .bind(&details.phone)
    .bind(&phone_digits)
    .bind(&details.email)
    .bind(&details.address)
    .bind(&details.kin_name)
    .bind(&details.kin_relation)
    .bind(&details.kin_phone)
    .bind(details.guardian_id)
    .bind(details.matric_number.clone())
    .bind(details.staff_number.clone())
    .bind(details.department_id)
    .bind(details.level_id)
    .bind(details.session_id)
    .bind(&details.insurance_scheme)
    .bind(&details.insurance_number)
    .bind(number)
    .bind(card_code)
    .bind(at)
    .scalar(&mut *tx)
    .await?;
    Ok((id, terms_of(id, number, details)))
}

fn sort_name(details: &Details) -> String {
    fold(&format!("{} {}", details.family_name, details.given_names))
}

/// How many words one statement writes.
const WORDS: usize = 24;

/// Writes words and whom they find, many to a statement; words that are there already stay.
pub async fn write_terms(tx: &mut Tx, terms: &[(PatientId, String)]) -> Result<(), DbError> {
    for group in terms.chunks(WORDS) {
        let mut statement = sql("insert into patient_term (patient_id, term) values
            ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14), ($15, $16), ($17, $18),
            ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), ($31, $32), ($33, $34),
            ($35, $36), ($37, $38), ($39, $40), ($41, $42), ($43, $44), ($45, $46), ($47, $48)
            on conflict (term, patient_id) do nothing");
        // A short group is filled up with its own first word, which then is there already.
        for at in 0..WORDS {
            if let Some((id, term)) = group.get(at).or(group.first()) {
                statement = statement.bind(*id).bind(term);
            }
        }
        statement.run(&mut *tx).await?;
    }
    Ok(())
}

fn terms_of(id: PatientId, number: &str, details: &Details) -> Vec<(PatientId, String)> {
    let phone_digits = Phone::parse(&details.phone).unwrap_or_default().digits;
    search_terms(details, number, &phone_digits).into_iter().map(|term| (id, term)).collect()
}

/// Writes changed details; false when somebody else was first (rule R8).
pub async fn update_details(
    tx: &mut Tx,
    (id, number): (PatientId, &str),
    version: i64,
    details: &Details,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let phone_digits = Phone::parse(&details.phone).unwrap_or_default().digits;
    let touched = sql("update patient set kind = $3, family_name = $4, given_names = $5, sort_name = $6, sex = $7,
            born_on = $8, phone = $9, phone_digits = $10, email = $11, address = $12, kin_name = $13,
            kin_relation = $14, kin_phone = $15, guardian_id = $16, matric_number = $17, staff_number = $18,
            department_id = $19, level_id = $20, session_id = $21, insurance_scheme = $22, insurance_number = $23,
            updated_at = $24, version = version + 1
         where id = $1 and version = $2")
    .bind(id)
    .bind(version)
    .bind(details.kind)
    .bind(&details.family_name)
    .bind(&details.given_names)
    .bind(sort_name(details))
    .bind(details.sex)
    .bind(details.born_on)
    .bind(&details.phone)
    .bind(&phone_digits)
    .bind(&details.email)
    .bind(&details.address)
    .bind(&details.kin_name)
    .bind(&details.kin_relation)
    .bind(&details.kin_phone)
    .bind(details.guardian_id)
    .bind(details.matric_number.clone())
    .bind(details.staff_number.clone())
    .bind(details.department_id)
    .bind(details.level_id)
    .bind(details.session_id)
    .bind(&details.insurance_scheme)
    .bind(&details.insurance_number)
    .bind(at)
    .run(&mut *tx)
    .await?;
    if touched == 0 {
        return Ok(false);
    }
    sql("delete from patient_term where patient_id = $1").bind(id).run(&mut *tx).await?;
    write_terms(tx, &terms_of(id, number, details)).await?;
    Ok(true)
}

/// Writes clinical facts as told; false when somebody else was first.
pub async fn update_told(
    tx: &mut Tx,
    id: PatientId,
    version: i64,
    told: &Told,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched =
        sql("update patient set blood_group = $3, genotype = $4, allergies_told = $5, conditions_told = $6,
            updated_at = $7, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(&told.blood_group)
        .bind(&told.genotype)
        .bind(&told.allergies_told)
        .bind(&told.conditions_told)
        .bind(at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// Deactivates or takes back; false when it was so already or the record changed meanwhile.
pub async fn set_state(
    tx: &mut Tx,
    id: PatientId,
    version: i64,
    state: PatientState,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("update patient set state = $3, updated_at = $4, version = version + 1
         where id = $1 and version = $2 and state <> $3")
    .bind(id)
    .bind(version)
    .bind(state)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// A new card: the old code is dead at once.
pub async fn set_card_code(
    tx: &mut Tx,
    id: PatientId,
    code: &str,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("update patient set card_code = $2, updated_at = $3, version = version + 1 where id = $1")
        .bind(id)
        .bind(code)
        .bind(at)
        .run(tx)
        .await
}

/// Patients who share something with the details: birth date, phone, e-mail or two words of the name.
pub async fn candidates(store: impl Store, details: &Details) -> Result<Vec<Candidate>, DbError> {
    let person = Person::of(details);
    let mut words: Vec<&String> = person.words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let word = |at: usize| words.get(at).or(words.first()).map(|word| word.as_str()).unwrap_or_default();
    sql("select p.id, p.number, p.family_name, p.given_names, p.born_on, p.phone_digits, p.email, p.matric_number
         from patient p where p.id in (
            select id from patient where born_on = $1
            union select id from patient where phone_digits = $2 and phone_digits <> ''
            union select id from patient where email = $3 and email <> ''
            union select a.patient_id from patient_term a join patient_term b on b.patient_id = a.patient_id
                where a.term = $4 and b.term = $5)
         order by p.id limit 1000")
    .bind(details.born_on)
    .bind(&person.phone_digits)
    .bind(&person.email)
    .bind(word(0))
    .bind(word(1))
    .all(store)
    .await
}

/// A patient as lines of lists show them.
pub async fn brief(store: impl Store, id: PatientId) -> Result<Option<Brief>, DbError> {
    sql("select id, number, kind, family_name, given_names, sex, born_on, phone, matric_number, state
         from patient where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Active students whose account nobody has used yet and who hold no code that works, by name; the first hundred that fit
/// the filter.
pub async fn unactivated(
    store: impl Store,
    department: Option<i64>,
    level: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<(PatientId, AccountId, String, String)>, DbError> {
    sql("select p.id, a.id, p.given_names || ' ' || p.family_name, a.sign_in_name
         from patient p join account a on a.patient_id = p.id
         where p.kind = 'student' and p.state = 'active' and a.state = 'active' and a.password_hash is null
           and (cast($1 as bigint) is null or p.department_id = $1) and (cast($2 as bigint) is null or p.level_id = $2)
           and not exists (select 1 from one_time_code c where c.account_id = a.id and c.used_at is null
                and c.withdrawn_at is null and c.expires_at > $3)
         order by p.sort_name, p.id limit 100")
    .bind(department)
    .bind(level)
    .bind(now)
    .all(store)
    .await
}

/// The matric numbers of all present students; read once in a while, when the pattern changes.
pub async fn matric_numbers(store: impl Store) -> Result<Vec<String>, DbError> {
    sql("select matric_number from patient where matric_number > '' and kind = 'student' and state = 'active'")
        .scalars(store)
        .await
}

/// The code on a patient's card.
pub async fn card_code_of(store: impl Store, id: PatientId) -> Result<String, DbError> {
    sql("select card_code from patient where id = $1").bind(id).scalar(store).await
}
