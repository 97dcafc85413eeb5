//! The SQL of accounts and their roles.

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, AccountKind, AccountState, Role, Roles};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{PatientId, fold};

/// An account with everything that can be edited.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub sign_in_name: String,
    pub email: String,
    pub name: String,
    pub phone: String,
    pub patient_id: Option<PatientId>,
    pub has_password: bool,
    pub state: AccountState,
    pub title: String,
    pub specialty: String,
    pub qualifications: String,
    pub licence_number: String,
    pub practising_since: Option<i64>,
    pub own_record_id: Option<PatientId>,
    /// The clinic number of the own record, for staff who are patients too (rule A7).
    pub own_record: String,
    /// Active patients with the same e-mail address, while no own record is entered: perhaps the same person.
    pub same_address: String,
    pub roles: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl Account {
    /// Its roles.
    pub fn role_list(&self) -> Roles {
        Roles::from_list(&self.roles)
    }

    /// Whether it may sign in.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// One account.
pub async fn by_id(store: impl Store, id: AccountId) -> Result<Option<Account>, DbError> {
    sql("select id, kind, sign_in_name, coalesce(email, '') as email, name, phone, patient_id,
            password_hash is not null as has_password, state, title, specialty, qualifications, licence_number,
            practising_since, own_record_id, created_at, updated_at, version,
            coalesce((select number from patient where id = account.own_record_id), '') as own_record,
            coalesce((select string_agg(p.number, ', ') from patient p where p.email = account.email and p.email <> ''
                and p.state = 'active' and account.own_record_id is null), '') as same_address,
            coalesce((select string_agg(role, ',') from account_role where account_id = account.id), '') as roles
         from account where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Whether an e-mail stands in the record of somebody else and not in the own one, which relatives may share.
pub async fn is_of_another(store: impl Store, email: &str, own: Option<PatientId>) -> Result<bool, DbError> {
    let recorded: Vec<PatientId> = sql("select id from patient where email = $1 and email <> '' limit 100")
        .bind(email)
        .scalars(store)
        .await?;
    Ok(own.is_some_and(|own| !recorded.is_empty() && !recorded.contains(&own)))
}

/// A patient's account as the desk needs it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct PatientAccount {
    /// Its id.
    pub id: AccountId,
    /// What the patient types to sign in.
    pub sign_in_name: String,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// Whether it may sign in.
    pub state: AccountState,
}

/// The account of a patient.
pub async fn of_patient(store: impl Store, patient: PatientId) -> Result<Option<PatientAccount>, DbError> {
    sql("select id, sign_in_name, password_hash is not null as has_password, state from account
         where patient_id = $1")
    .bind(patient)
    .optional(store)
    .await
}

/// A new account.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// Staff or patient.
    pub kind: AccountKind,
    /// Folded to lower case.
    pub sign_in_name: &'a str,
    /// What people read.
    pub name: &'a str,
    /// The patient, for a patient's account.
    pub patient: Option<PatientId>,
}

/// Opens an account without a password.
pub async fn insert(tx: &mut Tx, new: NewAccount<'_>, at: DateTime<Utc>) -> Result<AccountId, DbError> {
    let words = match new.kind {
        AccountKind::Staff => search_words(new.name, new.sign_in_name, ""),
        AccountKind::Patient => String::new(),
    };
    sql("insert into account (kind, sign_in_name, name, search_words, patient_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) returning id")
    .bind(new.kind)
    .bind(new.sign_in_name)
    .bind(new.name)
    .bind(words)
    .bind(new.patient)
    .bind(at)
    .scalar(tx)
    .await
}

/// The words a member of staff is found by, folded as those of patients; patients have words of their own.
pub fn search_words(name: &str, sign_in_name: &str, email: &str) -> String {
    fold(&format!("{name} {sign_in_name} {email}"))
}

/// Changes an account that is still at `account.version`. Returns whether it was.
pub async fn update(tx: &mut Tx, account: &Account, at: DateTime<Utc>) -> Result<bool, DbError> {
    let email = Some(&account.email).filter(|email| !email.is_empty()).cloned();
    let changed = sql("update account set name = $3, email = $4, phone = $5, title = $6, specialty = $7,
            qualifications = $8, licence_number = $9, practising_since = $10, own_record_id = $11, updated_at = $12,
            search_words = $13, version = version + 1
         where id = $1 and version = $2")
    .bind(account.id)
    .bind(account.version)
    .bind(&account.name)
    .bind(email)
    .bind(&account.phone)
    .bind(&account.title)
    .bind(&account.specialty)
    .bind(&account.qualifications)
    .bind(&account.licence_number)
    .bind(account.practising_since)
    .bind(account.own_record_id)
    .bind(at)
    .bind(match account.kind {
        AccountKind::Staff => search_words(&account.name, &account.sign_in_name, &account.email),
        AccountKind::Patient => String::new(),
    })
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Gives an account exactly these roles.
pub async fn set_roles(tx: &mut Tx, id: AccountId, roles: &Roles) -> Result<(), DbError> {
    sql("delete from account_role where account_id = $1").bind(id).run(&mut *tx).await?;
    for role in roles.iter() {
        sql("insert into account_role (account_id, role) values ($1, $2)")
            .bind(id)
            .bind(role)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Lets an account sign in or not. Returns whether that changed anything.
pub async fn set_state(
    tx: &mut Tx,
    id: AccountId,
    state: AccountState,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update account set state = $2, updated_at = $3, version = version + 1
         where id = $1 and state <> $2")
    .bind(id)
    .bind(state)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Changes to who administers follow one another: the clinic's row is their lock, on both databases.
pub async fn lock_administration(tx: &mut Tx) -> Result<(), DbError> {
    sql("update clinic set version = version where id = 1").run(tx).await?;
    Ok(())
}

/// Administrators who can sign in.
pub async fn working_admins(store: impl Store) -> Result<i64, DbError> {
    sql("select count(*) from account a where a.kind = 'staff' and a.state = 'active' and a.password_hash is not null
            and exists (select 1 from account_role r where r.account_id = a.id and r.role = $1)")
    .bind(Role::Admin)
    .scalar(store)
    .await
}

/// Whether there is any staff account at all.
pub async fn any_staff(store: impl Store) -> Result<bool, DbError> {
    let one: Option<(AccountId,)> =
        sql("select id from account where kind = 'staff' limit 1").optional(store).await?;
    Ok(one.is_some())
}

/// Sets the password of an active account. Returns whether there was one.
pub async fn set_password(
    tx: &mut Tx,
    id: AccountId,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update account set password_hash = $2, updated_at = $3 where id = $1 and state = 'active'")
            .bind(id)
            .bind(hash)
            .bind(at)
            .run(tx)
            .await?;
    Ok(changed == 1)
}

/// Replaces a hash by a stronger one of the same password, unless the password has changed meanwhile.
pub async fn strengthen(store: impl Store, id: AccountId, old: &str, new: &str) -> Result<(), DbError> {
    sql("update account set password_hash = $3 where id = $1 and password_hash = $2")
        .bind(id)
        .bind(old)
        .bind(new)
        .run(store)
        .await?;
    Ok(())
}

/// Takes the password away.
pub async fn remove_password(tx: &mut Tx, id: AccountId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update account set password_hash = null, updated_at = $2 where id = $1")
        .bind(id)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// The stored hash.
pub async fn password_hash(store: impl Store, id: AccountId) -> Result<Option<String>, DbError> {
    let row: (Option<String>,) =
        sql("select password_hash from account where id = $1").bind(id).one(store).await?;
    Ok(row.0)
}

/// Locks the row of an active account whose password is still the one of `hash`. Returns whether there is one: whoever
/// changes or takes the password away meanwhile comes before, and it is refused, or after, and ends what it opened.
pub async fn hold_proved(tx: &mut Tx, id: AccountId, hash: &str) -> Result<bool, DbError> {
    let held =
        sql("update account set version = version where id = $1 and state = 'active' and password_hash = $2")
            .bind(id)
            .bind(hash)
            .run(tx)
            .await?;
    Ok(held == 1)
}

/// Locks an account's row until the end of the transaction.
pub async fn touch(tx: &mut Tx, id: AccountId) -> Result<(), DbError> {
    sql("update account set version = version where id = $1").bind(id).run(tx).await?;
    Ok(())
}

impl Account {
    /// A staff account that is not stored yet.
    pub fn empty(now: DateTime<Utc>) -> Self {
        Account {
            id: AccountId(0),
            kind: AccountKind::Staff,
            sign_in_name: String::new(),
            email: String::new(),
            name: String::new(),
            phone: String::new(),
            patient_id: None,
            has_password: false,
            state: AccountState::Active,
            title: String::new(),
            specialty: String::new(),
            qualifications: String::new(),
            licence_number: String::new(),
            practising_since: None,
            own_record_id: None,
            own_record: String::new(),
            same_address: String::new(),
            roles: String::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// Gives an account another name, and another sign-in name where there is one.
pub async fn rename(
    tx: &mut Tx,
    id: AccountId,
    sign_in_name: Option<&str>,
    name: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update account set name = $2, sign_in_name = coalesce($3, sign_in_name), updated_at = $4 where id = $1")
        .bind(id)
        .bind(name)
        .bind(sign_in_name.map(str::to_owned))
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Sets the state whatever version was seen: an account follows its patient.
pub async fn force_state(
    tx: &mut Tx,
    id: AccountId,
    state: AccountState,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update account set state = $2, updated_at = $3, version = version + 1 where id = $1")
        .bind(id)
        .bind(state)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Somebody who can see something done.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Colleague {
    pub id: AccountId,
    pub name: String,
}

/// Staff at work who have one of these roles, without who asks.
pub async fn colleagues(
    store: impl Store,
    me: AccountId,
    roles: [Role; 3],
) -> Result<Vec<Colleague>, DbError> {
    sql("select a.id, a.name from account a where a.kind = 'staff' and a.state = 'active' and a.password_hash is not null
            and a.id <> $1 and exists (select 1 from account_role r where r.account_id = a.id and r.role in ($2, $3, $4))
         order by a.name, a.id limit 200")
    .bind(me)
    .bind_each(roles)
    .all(store)
    .await
}
