//! The relation between who asks and a patient, decided in one place (rules A1 and A7), and openings by reason.

use crate::access::model::AccountId;
use crate::db::{DbError, Sql, Store, Tx, sql};
use crate::patients::model::{Asker, OpeningReason, PatientId, Relation, open_until};

/// Whether the record of the patient `p` is that of the account $2 or of a relative. Only what an administrator entered
/// counts: what patients type about themselves could keep the one who treats them out.
macro_rules! own_to {
    () => {
        "(exists (select 1 from account o where o.id = $2 and (o.patient_id = p.id or o.own_record_id = p.id))
          or exists (select 1 from account_relative k where k.account_id = $2 and k.patient_id = p.id))"
    };
}
pub(super) use own_to;

/// The columns of a [`Relation`] to the patient `p`; $1 is the patient, $2 the account, $3 now, $4 today, $5 tomorrow.
///
/// A sealed visit is closed to whoever is not of its `visit_team` (rule A3).
///
/// A booking that the account made itself is no relation before the patient has come: nobody opens a record by booking.
/// In a sealed record only the own treating counts, not that the patient is here. Who has begun a note may come back to
/// sign or discard it; who has signed one has treated, and may add to it or say that it was an error, also when a colleague
/// took the visit over. SQLite looks into every part of an "or", but into a "case" only until one holds.
macro_rules! relation_to {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            own_to!(), " as is_own,
             case when exists (select 1 from appointment a where a.patient_id = p.id and a.doctor_id = $2
                    and (a.state in ('arrived', 'in_service', 'fulfilled')
                         or (a.state = 'booked' and coalesce(a.booked_by, 0) <> $2))) then true
                when exists (select 1 from queue_entry q where q.patient_id = p.id and q.served_by = $2
                    and q.started_at is not null) then true
                when exists (select 1 from note n where n.patient_id = p.id and n.author_id = $2
                    and n.state in ('draft', 'signed')) then true
                when exists (select 1 from record_seal s where s.patient_id = p.id and s.lifted_at is null) then false
                when exists (select 1 from visit v where v.patient_id = p.id and v.closed_at is null) then true
                else exists (select 1 from appointment a where a.patient_id = p.id and a.starts_at >= $4 and a.starts_at < $5
                    and (a.state in ('arrived', 'in_service', 'fulfilled', 'no_show')
                         or (a.state = 'booked' and coalesce(a.booked_by, 0) <> $2))) end as is_related,
             exists (select 1 from record_seal s where s.patient_id = p.id and s.lifted_at is null) as is_sealed,
             (select string_agg(cast(z.visit_id as text), ',') from visit_seal z where z.patient_id = p.id
                and (select count(*) from visit_team t where t.visit_id = z.visit_id and t.account_id = $2) = 0)
                as sealed_visits,
             exists (select 1 from visit v where v.patient_id = p.id and v.closed_at is null) as is_here,
             (select max(r.expires_at) from record_opening r where r.patient_id = p.id and r.account_id = $2
                and r.expires_at > $3 and r.kind = 'reason') as opened_until,
             (select max(r.expires_at) from record_opening r where r.patient_id = p.id and r.account_id = $2
                and r.expires_at > $3 and r.kind = 'emergency') as broken_until",
            $tail
        )
    };
}
pub(super) use relation_to;

/// Binds who asks; without anybody nothing is related.
pub(super) fn asked_by(statement: Sql, asker: Option<&Asker>) -> Sql {
    statement
        .bind(asker.map_or(0, |asker| asker.account.0))
        .bind(asker.map(|asker| asker.now))
        .bind(asker.map(|asker| asker.today))
        .bind(asker.map(|asker| asker.tomorrow))
}

/// The relation of who asks to a patient.
pub async fn relation(
    store: impl Store,
    patient: PatientId,
    asker: &Asker,
) -> Result<Option<Relation>, DbError> {
    let statement = sql(relation_to!("select ", " from patient p where p.id = $1")).bind(patient);
    asked_by(statement, Some(asker)).optional(store).await
}

/// Whether a record is that of the account or of a relative; none where there is no such patient.
pub async fn is_own(
    store: impl Store,
    patient: PatientId,
    account: AccountId,
) -> Result<Option<bool>, DbError> {
    let own: Option<(bool,)> = sql(concat!("select ", own_to!(), " from patient p where p.id = $1"))
        .bind(patient)
        .bind(account)
        .optional(store)
        .await?;
    Ok(own.map(|row| row.0))
}

/// The own record of an account and those of relatives, by the same rule.
pub async fn own_ids(store: impl Store, account: AccountId) -> Result<Vec<PatientId>, DbError> {
    sql("select patient_id from account where id = $1 and patient_id is not null
         union select own_record_id from account where id = $1 and own_record_id is not null
         union select patient_id from account_relative where account_id = $1")
    .bind(account)
    .scalars(store)
    .await
}

/// Opens the clinical part for a bounded time.
pub async fn insert_opening(
    tx: &mut Tx,
    patient: PatientId,
    asker: &Asker,
    reason: OpeningReason,
    words: &str,
) -> Result<(), DbError> {
    sql("insert into record_opening (patient_id, account_id, kind, reason, words, opened_at, expires_at)
         values ($1, $2, 'reason', $3, $4, $5, $6)")
    .bind(patient)
    .bind(asker.account)
    .bind(reason)
    .bind(words)
    .bind(asker.now)
    .bind(open_until(asker.now))
    .run(tx)
    .await?;
    Ok(())
}
