//! Accounts of patients: opened at registration, activated with a one-time code from the desk.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::model::{PatientId, card_code, grouped};
use crate::access::model::{AccountId, AccountState};
use crate::access::store::end_sign_ins;
use crate::audit::Entry;
use crate::db::{DbError, sql};
use crate::live::Topic;
use crate::work::Work;

/// Hours that a code lives.
const CODE_HOURS: i64 = 72;
/// Letters of a code: 60 bits.
const CODE_LENGTH: usize = 12;

/// Opens the account of a patient; a password is chosen with a code later.
pub async fn open_patient_account(
    work: &mut Work,
    patient: PatientId,
    sign_in_name: &str,
    name: &str,
) -> Result<AccountId, DbError> {
    let at = work.now();
    sql("insert into account (kind, sign_in_name, name, patient_id, created_at, updated_at)
         values ('patient', $1, $2, $3, $4, $4) returning id")
    .bind(sign_in_name)
    .bind(name)
    .bind(patient)
    .bind(at)
    .scalar(work.tx())
    .await
}

/// Makes a one-time code; earlier ones are dead. Only its digest is kept.
pub async fn issue_code(work: &mut Work, account: AccountId, purpose: &str) -> Result<String, DbError> {
    let (at, issuer) = (work.now(), work.doer().account_id);
    let code: String = card_code(rand::random()).chars().take(CODE_LENGTH).collect();
    sql("update one_time_code set withdrawn_at = $2
         where account_id = $1 and used_at is null and withdrawn_at is null")
    .bind(account)
    .bind(at)
    .run(work.tx())
    .await?;
    sql("insert into one_time_code (account_id, purpose, digest, issued_by, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)")
    .bind(account)
    .bind(purpose)
    .bind(Sha256::digest(code.as_bytes()).to_vec())
    .bind(issuer)
    .bind(at)
    .bind(at + TimeDelta::hours(CODE_HOURS))
    .run(work.tx())
    .await?;
    Ok(grouped(&code))
}

/// Follows a patient's name and sign-in name; an account follows its patient.
pub(super) async fn follow_patient(
    work: &mut Work,
    account: AccountId,
    sign_in_name: Option<&str>,
    name: &str,
) -> Result<(), DbError> {
    let at = work.now();
    sql("update account set name = $2, sign_in_name = coalesce($3, sign_in_name), updated_at = $4 where id = $1")
        .bind(account)
        .bind(name)
        .bind(sign_in_name.map(str::to_owned))
        .bind(at)
        .run(work.tx())
        .await?;
    Ok(())
}

/// Closes or opens an account together with its patient; closing ends its sign-ins.
pub(super) async fn set_account_state(
    work: &mut Work,
    patient: PatientId,
    account: AccountId,
    state: AccountState,
) -> Result<(), DbError> {
    let at = work.now();
    sql("update account set state = $2, updated_at = $3, version = version + 1 where id = $1")
        .bind(account)
        .bind(state)
        .bind(at)
        .run(work.tx())
        .await?;
    let action = match state {
        AccountState::Active => "account.reactivated",
        AccountState::Deactivated => {
            end_sign_ins(work.tx(), account, None, "account deactivated", at).await?;
            "account.deactivated"
        }
    };
    work.audit(Entry::new(action, "account", account.0).of_patient(patient.0)).await?;
    work.tell(Topic::Account(account.0));
    Ok(())
}
