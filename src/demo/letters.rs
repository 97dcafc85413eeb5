//! Letters of the demo: verifications of past visits with their consents and checks, a referral.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, Value, bulk, sql};
use crate::letters::model::CONSENT;
use crate::patients::model::card_code;
use crate::settings::store as settings;

const VERIFICATION: &[&str] = &[
    "id",
    "code",
    "visit_id",
    "patient_id",
    "clinic_name",
    "name",
    "matric",
    "day",
    "time_in",
    "time_out",
    "rest_until",
    "issued_by",
    "issued_name",
    "issued_at",
    "issued_on",
    "revoked_by",
    "revoked_name",
    "revoked_at",
    "revoke_reason",
];
const WORD: &[&str] = &["verification_id", "given", "words", "at", "account_id", "name", "own"];
const CHECK: &[&str] = &["verification_id", "at", "answer"];
/// How many there are.
const MOST: i64 = 24;

#[derive(Debug, Clone, serde::Deserialize)]
struct Visited {
    id: i64,
    patient_id: i64,
    name: String,
    matric: String,
    day: NaiveDate,
    opened_at: DateTime<Utc>,
    closed_at: DateTime<Utc>,
    doctor: i64,
    doctor_name: String,
}

/// Fills verifications of a few past visits, those of the known student first, and one referral, by the known doctor if there is
/// a visit of theirs.
pub(super) async fn write(db: &Db, now: DateTime<Utc>, bar: indicatif::ProgressBar) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let clinic_name = clinic.name.clone();
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    let visits: Vec<Visited> = sql("select v.id, v.patient_id, trim(p.given_names || ' ' || p.family_name) as name,
            coalesce(p.matric_number, '') as matric, v.day, v.opened_at, v.closed_at, e.doctor_id as doctor,
            trim(a.title || ' ' || a.name) as doctor_name
         from visit v join patient p on p.id = v.patient_id
         join queue_entry e on e.id = (select min(d.id) from queue_entry d where d.visit_id = v.id
            and d.doctor_id is not null and d.started_at is not null)
         join account a on a.id = e.doctor_id
         where v.closed_at is not null order by case when v.patient_id = 1 then 0 else 1 end, v.id desc limit $1")
    .bind(MOST)
    .all(filling.tx().await?)
    .await?;
    let mut chance = Chance::new(202);
    let mut letters: Vec<Vec<Value>> = Vec::new();
    let mut words: Vec<Vec<Value>> = Vec::new();
    let mut checks: Vec<Vec<Value>> = Vec::new();
    for (id, visit) in (1_i64..).zip(&visits) {
        let revoked = (id % 9 == 0).then_some(visit.closed_at + TimeDelta::hours(2));
        let rest = (id % 3 != 2).then(|| visit.day + TimeDelta::days(1 + id % 3));
        letters.push(row![
            id,
            card_code(chance.bits()),
            visit.id,
            visit.patient_id,
            clinic_name.as_str(),
            visit.name.as_str(),
            visit.matric.as_str(),
            visit.day,
            visit.opened_at,
            visit.closed_at,
            rest,
            visit.doctor,
            visit.doctor_name.as_str(),
            visit.closed_at,
            visit.day,
            revoked.map(|_| visit.doctor),
            if revoked.is_some() { visit.doctor_name.as_str() } else { "" },
            revoked,
            if revoked.is_some() { "Issued for the wrong day" } else { "" }
        ]);
        let given = id % 4 != 0;
        words.push(row![
            id,
            given,
            CONSENT,
            visit.closed_at,
            visit.doctor,
            visit.doctor_name.as_str(),
            false
        ]);
        for check in 0..if given { id % 4 } else { 0 } {
            let at = visit.closed_at + TimeDelta::hours(20 + 7 * check);
            checks.push(row![id, at.min(now), if revoked.is_some() { "revoked" } else { "genuine" }]);
        }
    }
    filling.put("verification", VERIFICATION, letters).await?;
    filling.put("verification_consent", WORD, words).await?;
    filling.put("verification_check", CHECK, checks).await?;
    bulk::follow_ids(filling.tx().await?, "verification").await?;
    let (known, _) = super::store::name_of(filling.tx().await?, "doctor").await?;
    let own = visits.iter().find(|visit| visit.doctor == known).or(visits.first());
    if let Some(visit) = own {
        refer(&mut filling, visit).await?;
    }
    filling.step("letters", visits.len()).await
}

async fn refer(filling: &mut Filling, visit: &Visited) -> Result<(), DbError> {
    sql("insert into referral (visit_id, patient_id, number, state, to_whom, urgency, question, summary, included, copied,
            author_id, author_name, written_at, signed_at)
         values ($1, $2, 1, 'signed', $3, 'soon', $4, $5, 'allergies', $6, $7, $8, $9, $9)")
    .bind(visit.id)
    .bind(visit.patient_id)
    .bind("Eye clinic, Teaching Hospital")
    .bind("Blurred sight on the left for two months. Refraction and a look at the back of the eye, with thanks.")
    .bind("No injury, no pain. Glasses from 2022 no longer help.")
    .bind("Allergies\nNot asked")
    .bind(visit.doctor)
    .bind(&visit.doctor_name)
    .bind(visit.closed_at)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}
