//! Questions to prescribers, and what they are told.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::pharmacy::model::{MessageId, MessageKind};
use crate::prescribing::model::{LineId, PrescriptionId};

/// One.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub kind: MessageKind,
    pub prescription_id: PrescriptionId,
    pub patient_id: PatientId,
    pub to_id: AccountId,
    pub from_name: String,
    pub at: DateTime<Utc>,
    pub words: String,
    pub answer: String,
    pub answered_name: String,
    pub answered_at: Option<DateTime<Utc>>,
    pub patient: String,
    pub number: String,
}

macro_rules! messages {
    ($tail:literal) => {
        concat!(
            "select m.id, m.kind, m.prescription_id, m.patient_id, m.to_id, m.from_name, m.at, m.words, m.answer,
                m.answered_name, m.answered_at, trim(p.given_names || ' ' || p.family_name) as patient, p.number
             from pharmacy_message m join patient p on p.id = m.patient_id where ",
            $tail
        )
    };
}

/// One.
pub async fn by_id(store: impl Store, id: MessageId) -> Result<Option<Message>, DbError> {
    sql(messages!("m.id = $1")).bind(id).optional(store).await
}

/// What waits for a prescriber, oldest first.
pub async fn open(store: impl Store, to: AccountId) -> Result<Vec<Message>, DbError> {
    sql(messages!("m.to_id = $1 and m.answered_at is null order by m.id limit 100")).bind(to).all(store).await
}

/// Those of a prescription, oldest first.
pub async fn of_prescription(store: impl Store, id: PrescriptionId) -> Result<Vec<Message>, DbError> {
    sql(messages!("m.prescription_id = $1 order by m.id limit 100")).bind(id).all(store).await
}

/// A new one.
#[derive(Debug)]
pub struct NewMessage<'a> {
    pub kind: MessageKind,
    pub prescription: PrescriptionId,
    pub line: Option<LineId>,
    pub patient: PatientId,
    pub to: AccountId,
    pub from: (AccountId, &'a str),
    pub words: &'a str,
}

/// Writes it.
pub async fn insert(tx: &mut Tx, new: &NewMessage<'_>, at: DateTime<Utc>) -> Result<MessageId, DbError> {
    sql("insert into pharmacy_message (kind, prescription_id, line_id, patient_id, to_id, from_id, from_name, at, words)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id")
    .bind(new.kind)
    .bind(new.prescription)
    .bind(new.line)
    .bind(new.patient)
    .bind(new.to)
    .bind(new.from.0)
    .bind(new.from.1)
    .bind(at)
    .bind(new.words)
    .scalar(tx)
    .await
}

/// Answers it, or notes that it was read. False when somebody was quicker.
pub async fn answer(
    tx: &mut Tx,
    id: MessageId,
    (by, name): (AccountId, &str),
    words: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update pharmacy_message set answer = $4, answered_by = $2, answered_name = $3, answered_at = $5
         where id = $1 and answered_at is null")
        .bind(id)
        .bind(by)
        .bind(name)
        .bind(words)
        .bind(at)
        .run(tx)
        .await?;
    Ok(changed == 1)
}
