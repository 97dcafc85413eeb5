//! Accounts of patients: they follow their patient.

use super::model::{AccountId, AccountKind, AccountState};
use super::store::accounts::{self, NewAccount};
use super::store::{at_once, end_sign_ins};
use crate::audit::Entry;
use crate::db::{DbError, Store};
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::work::Work;

/// Opens a patient's account, without a password; a code follows. The sign-in name is folded to lower case.
///
/// # Errors
/// A violation of `account_sign_in_name_unique` or `account_patient_id_unique`.
pub async fn open_patient_account(
    work: &mut Work,
    patient: PatientId,
    sign_in_name: &str,
    display_name: &str,
) -> Result<AccountId, DbError> {
    let at = work.now();
    let sign_in_name = sign_in_name.trim().to_lowercase();
    let new = NewAccount {
        kind: AccountKind::Patient,
        sign_in_name: &sign_in_name,
        name: display_name,
        patient: Some(patient),
    };
    let id = accounts::insert(work.tx(), new, at).await?;
    work.audit(Entry::new("account.opened", "account", id.0).of_patient(patient.0)).await?;
    Ok(id)
}

/// Opens the accounts of many patients (sign-in name and name of each) at once, as [`open_patient_account`] opens one.
///
/// # Errors
/// A violation of `account_sign_in_name_unique` or `account_patient_id_unique`; then none is open.
pub async fn open_patient_accounts(
    work: &mut Work,
    patients: &[(PatientId, String, String)],
) -> Result<(), DbError> {
    let at = work.now();
    let opened = at_once::insert_all(work.tx(), patients, at).await?;
    let entry = |(id, patient): &(AccountId, PatientId)| {
        Entry::new("account.opened", "account", id.0).of_patient(patient.0)
    };
    work.audit_all(opened.iter().map(entry).collect()).await
}

/// The account of a patient, if one was opened.
pub async fn account_of_patient(
    store: impl Store,
    patient: PatientId,
) -> Result<Option<accounts::PatientAccount>, DbError> {
    accounts::of_patient(store, patient).await
}

/// Takes over a patient's name, and the sign-in name where that changed too.
///
/// # Errors
/// A violation of `account_sign_in_name_unique`.
pub async fn follow_patient(
    work: &mut Work,
    account: AccountId,
    sign_in_name: Option<&str>,
    name: &str,
) -> Result<(), DbError> {
    let at = work.now();
    accounts::rename(work.tx(), account, sign_in_name, name, at).await
}

/// Closes or opens an account together with its patient; closing ends its sign-ins.
pub async fn set_patient_account_state(
    work: &mut Work,
    patient: PatientId,
    account: AccountId,
    state: AccountState,
) -> Result<(), DbError> {
    let at = work.now();
    accounts::force_state(work.tx(), account, state, at).await?;
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
