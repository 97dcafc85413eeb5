//! One-time codes: how somebody gets the first password, a new one, or becomes the first administrator.
//!
//! A code is shown once and stored as a digest; a new one withdraws the one before.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::model::{AccountId, AccountKind, CodePurpose, Role, Roles};
use super::store::accounts::{self, NewAccount};
use super::store::codes::{self, NewCode};
use super::store::{devices, end_sign_ins};
use super::throttle;
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::live::Topic;
use crate::web::paths;
use crate::work::{Doer, Work};

/// Letters and digits that nobody mistakes for each other, also in handwriting.
const ALPHABET: &[u8] = b"2346789ACDEFGHJKMNPQRTVWXY";
/// Of these, 47 bits: guessing is throttled.
const LENGTH: usize = 10;
/// 146 bits: the set-up code stands in an address (A6).
const SETUP_LENGTH: usize = 31;
/// Hours for which a code works.
pub const HOURS: i64 = 72;

fn random(length: usize) -> String {
    (0..length).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect()
}

/// As people read it aloud: `K7MF-2XPA-9R`.
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect()).collect::<Vec<String>>().join("-")
}

/// As it is compared: without blanks, hyphens and case.
fn folded(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// What is stored of a code. The account is part of it: the same code of two accounts has two digests.
pub fn digest(account: Option<AccountId>, code: &str) -> Vec<u8> {
    let account = account.map_or(0, |account| account.0);
    Sha256::digest(format!("infirmary-code:{account}:{}", folded(code))).to_vec()
}

/// Gives an account a new code and withdraws the one before. For a reset the password is gone at once, with all
/// sign-ins and known browsers. Returns the code as it is shown, the only time it can be.
pub async fn issue_code(
    work: &mut Work,
    account: AccountId,
    purpose: CodePurpose,
) -> Result<String, DbError> {
    let (at, issued_by) = (work.now(), work.doer().account_id);
    let tx = work.tx();
    // The row's lock lets one of two desks go first; the other one then withdraws its code.
    accounts::touch(tx, account).await?;
    codes::withdraw(tx, account, at).await?;
    let code = random(LENGTH);
    let new = NewCode {
        account: Some(account),
        purpose,
        digest: digest(Some(account), &code),
        issued_by,
        issued_at: at,
        expires_at: at + TimeDelta::hours(HOURS),
    };
    codes::insert(tx, new).await?;
    throttle::forgive_account(tx, account).await?;
    if purpose == CodePurpose::Reset {
        accounts::remove_password(tx, account, at).await?;
        end_sign_ins(tx, account, None, "new code", at).await?;
        devices::forget_devices(tx, account).await?;
    }
    let patient = accounts::by_id(tx, account).await?.and_then(|account| account.patient_id);
    let entry = Entry::new("code.issued", "account", account.0)
        .with("purpose", purpose.as_str())
        .of_patient(patient.map(|patient| patient.0));
    work.audit(entry).await?;
    work.tell(Topic::Account(account.0));
    Ok(grouped(&code))
}

/// Opens a staff account, without a password; a code follows.
pub async fn open_staff_account(
    work: &mut Work,
    sign_in_name: &str,
    name: &str,
    roles: &Roles,
) -> Result<AccountId, DbError> {
    let at = work.now();
    let new = NewAccount { kind: AccountKind::Staff, sign_in_name, name, patient: None };
    let id = accounts::insert(work.tx(), new, at).await?;
    accounts::set_roles(work.tx(), id, roles).await?;
    let words: Vec<&str> = roles.iter().map(Role::as_str).collect();
    let entry = Entry::new("account.opened", "account", id.0)
        .with("sign_in_name", sign_in_name)
        .with("name", name)
        .with("roles", words.join(", "));
    work.audit(entry).await?;
    Ok(id)
}

/// The address at which the first administrator is made; none once there is a staff account. Each call makes a new
/// link and withdraws the one before.
pub async fn setup_link(app: &App) -> Result<Option<String>, DbError> {
    if accounts::any_staff(&app.db).await? {
        return Ok(None);
    }
    let mut work = Work::begin(app, Doer::operator()).await?;
    let at = work.now();
    accounts::lock_administration(work.tx()).await?;
    codes::withdraw_setup(work.tx(), at).await?;
    let code = random(SETUP_LENGTH);
    let new = NewCode {
        account: None,
        purpose: CodePurpose::Setup,
        digest: digest(None, &code),
        issued_by: None,
        issued_at: at,
        expires_at: at + TimeDelta::hours(HOURS),
    };
    match codes::insert(work.tx(), new).await {
        // It was used a moment ago: the first administrator is there.
        Err(error) if error.violates("one_time_code_purpose_unique") => return Ok(None),
        other => other?,
    }
    work.audit(Entry::new("setup.offered", "account", None)).await?;
    work.commit().await?;
    Ok(Some(format!("{}{}", app.config.public_url, paths::access::setup(&code))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_groups_and_typed_in_any_way() {
        let code = random(LENGTH);
        let shown = grouped(&code);
        assert_eq!(shown.len(), LENGTH + 2);
        let typed = format!(" {} ", shown.to_lowercase().replace('-', " "));
        assert_eq!(digest(Some(AccountId(3)), &typed), digest(Some(AccountId(3)), &code));
        assert_ne!(digest(Some(AccountId(4)), &code), digest(Some(AccountId(3)), &code));
    }

    #[test]
    fn codes_do_not_repeat() {
        let codes: std::collections::HashSet<String> = (0..10_000).map(|_| random(LENGTH)).collect();
        assert_eq!(codes.len(), 10_000);
    }
}
