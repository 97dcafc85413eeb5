//! Making and changing staff accounts (AD1).

use axum::extract::State;

use super::staff::staff_account;
use super::staff_state::{left_behind, taken_up};
use crate::access::codes;
use crate::access::model::{AccountId, Role, Roles};
use crate::access::store::accounts::{self, Account};
use crate::access::views::StaffFormPage;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::live::Topic;
use crate::patients;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The form for a new account.
pub async fn new(page: Page) -> Answer {
    html(StaffFormPage { page, form: FormState::new(), account: None, conflict: None })
}

/// Opens an account; its page then offers the one-time code.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let mut account = Account::empty(page.now);
    account.sign_in_name = sign_in_name(&mut form);
    let roles = read(&mut form, &mut account, &page);
    own_record(&app, &mut form, &mut account).await?;
    if !form.is_ok() {
        return Ok(refused(html(StaffFormPage { page, form, account: None, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let opened =
        async { codes::open_staff_account(&mut work, &account.sign_in_name, &account.name, &roles).await };
    let saved = match opened.await {
        Ok(id) => {
            account.id = id;
            accounts::update(work.tx(), &account, at).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = saved {
        work.undo();
        if !taken(&mut form, &error) {
            return Err(error.into());
        }
        return Ok(refused(html(StaffFormPage { page, form, account: None, conflict: None })?));
    }
    work.done(
        paths::access::staff(account.id),
        "The account is open. Give a one-time code, so that the person can choose a password",
    )
    .await
}

/// The form of an account.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<AccountId>) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = FormState::new()
        .with("name", &account.name)
        .with("email", &account.email)
        .with("phone", &account.phone)
        .with("title", &account.title)
        .with("specialty", &account.specialty)
        .with("qualifications", &account.qualifications)
        .with("licence_number", &account.licence_number)
        .with("practising_since", account.practising_since.map(|year| year.to_string()).unwrap_or_default())
        .with("own_record", &account.own_record)
        .with("version", account.version);
    for role in account.role_list().iter() {
        form = form.with("roles", role.as_str());
    }
    html(StaffFormPage { page, form, account: Some(account), conflict: None })
}

/// Saves an account. Roles are in effect on the person's next request.
pub async fn update(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let old = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    let mut new = old.clone();
    let roles = read(&mut form, &mut new, &page);
    own_record(&app, &mut form, &mut new).await?;
    let is_self = page.actor()?.account == id;
    if is_self && old.own_record_id.is_some() && old.own_record_id != new.own_record_id {
        form.refuse("own_record", "Another administrator changes the number of your own record");
    }
    new.version = form.parse("version", "Open the page again").unwrap_or_default();
    if !form.is_ok() {
        return Ok(refused(html(StaffFormPage { page, form, account: Some(old), conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    accounts::lock_administration(work.tx()).await?;
    match accounts::update(work.tx(), &new, at).await {
        Ok(true) => {}
        Ok(false) => {
            work.undo();
            return overtaken(&app, page, id, form).await;
        }
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(StaffFormPage { page, form, account: Some(old), conflict: None })?));
        }
        Err(error) => return Err(error.into()),
    }
    accounts::set_roles(work.tx(), id, &roles).await?;
    let had_admin = old.role_list().has(Role::Admin);
    if had_admin && !roles.has(Role::Admin) && accounts::working_admins(work.tx()).await? == 0 {
        work.undo();
        form.refuse("roles", LAST_ADMIN);
        return Ok(refused(html(StaffFormPage { page, form, account: Some(old), conflict: None })?));
    }
    work.audit(difference(&old, &new, &roles)).await?;
    work.tell(Topic::Account(id.0));
    let mut words = "The account is saved".to_owned();
    let (was_doctor, is_doctor) = (old.role_list().has(Role::Doctor), roles.has(Role::Doctor));
    if old.is_active() && was_doctor && !is_doctor {
        words.push_str(&left_behind(&mut work, (id, true)).await?);
    }
    if old.is_active() && is_doctor && !was_doctor {
        words.push_str(&taken_up(&mut work, id).await?);
    }
    work.done(paths::access::staff(id), &words).await
}

/// What keeps the clinic from locking itself out.
pub const LAST_ADMIN: &str =
    "This is the last administrator who can sign in. Make somebody else an administrator first";

fn difference(old: &Account, new: &Account, roles: &Roles) -> Entry {
    let words = |roles: &Roles| roles.iter().map(Role::as_str).collect::<Vec<_>>().join(", ");
    let year = |year: Option<i64>| year.map(|year| year.to_string()).unwrap_or_default();
    Entry::new("account.changed", "account", old.id.0)
        .changed("name", &old.name, &new.name)
        .changed("email", &old.email, &new.email)
        .changed("phone", &old.phone, &new.phone)
        .changed("title", &old.title, &new.title)
        .changed("specialty", &old.specialty, &new.specialty)
        .changed("qualifications", &old.qualifications, &new.qualifications)
        .changed("licence number", &old.licence_number, &new.licence_number)
        .changed("practising since", &year(old.practising_since), &year(new.practising_since))
        .changed("own record", &old.own_record, &new.own_record)
        .changed("roles", &words(&old.role_list()), &words(roles))
}

async fn overtaken(app: &App, page: Page, id: AccountId, mut form: FormState) -> Answer {
    let now = staff_account(app, id).await?;
    let who = audit::last_change(&app.db, "account", id.0).await?;
    let fields = [
        ("name", "Name", now.name.clone()),
        ("email", "E-mail", now.email.clone()),
        ("phone", "Phone number", now.phone.clone()),
        ("title", "Title", now.title.clone()),
        ("specialty", "Specialty", now.specialty.clone()),
        ("qualifications", "Qualifications", now.qualifications.clone()),
        ("licence_number", "Licence number", now.licence_number.clone()),
        (
            "practising_since",
            "Practising since",
            now.practising_since.map(|year| year.to_string()).unwrap_or_default(),
        ),
        ("own_record", "Own record", now.own_record.clone()),
    ];
    let mut conflict = Conflict::of(&mut form, who, &fields, now.version);
    let stored = now.role_list();
    let typed: Vec<Role> =
        Role::ALL.iter().copied().filter(|role| form.chosen("roles", role.as_str())).collect();
    if !stored.iter().eq(typed) {
        let labels: Vec<&str> = stored.iter().map(Role::label).collect();
        conflict.now.push(("Roles".to_owned(), labels.join(", ")));
    }
    Ok(conflicting(html(StaffFormPage { page, form, account: Some(now), conflict: Some(conflict) })?))
}

/// Reads everything but the username.
fn read(form: &mut FormState, account: &mut Account, page: &Page) -> Roles {
    account.name = form.text("name", "Enter the person's name", LINE);
    account.email = email(form);
    account.phone = form.optional_text("phone", 40);
    account.title = form.optional_text("title", 40);
    account.specialty = form.optional_text("specialty", LINE);
    account.qualifications = form.optional_text("qualifications", LINE);
    account.licence_number = form.optional_text("licence_number", 60);
    let this_year = i64::from(chrono::Datelike::year(&page.today()));
    let message = format!("Enter a year from 1950 to {this_year}, for example 2014");
    account.practising_since = form.optional_parse("practising_since", &message);
    if account.practising_since.is_some_and(|year| !(1950..=this_year).contains(&year)) {
        form.refuse("practising_since", message);
    }
    let roles = Roles::from_list(&form.values("roles").join(","));
    if roles.iter().next().is_none() {
        form.refuse("roles", "Choose at least one role");
    }
    roles
}

/// Finds the person's own record by its number: they will not open it in their work role (rule A7).
async fn own_record(app: &App, form: &mut FormState, account: &mut Account) -> Result<(), DbError> {
    let typed = form.optional_text("own_record", 60);
    account.own_record_id = None;
    account.own_record = String::new();
    if typed.is_empty() {
        return Ok(());
    }
    match patients::find_by_code(&app.db, &typed).await? {
        Some(id) => {
            account.own_record_id = Some(id);
            account.own_record =
                patients::brief(&app.db, id).await?.map(|found| found.number).unwrap_or_default();
        }
        None => form.refuse("own_record", "No patient has this number. Check it, or leave this empty"),
    }
    Ok(())
}

/// A username: what e-mail addresses and matric numbers cannot be, so that nobody's names collide.
pub fn sign_in_name(form: &mut FormState) -> String {
    let name = form.text("sign_in_name", "Enter a username", 40).to_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if name.chars().count() < 3 || !name.chars().all(fits) {
        form.refuse("sign_in_name", "Use 3 or more letters, digits, dots or hyphens, for example c.nwosu");
    }
    name
}

/// An e-mail address, or nothing.
pub fn email(form: &mut FormState) -> String {
    let email = form.optional_text("email", LINE).to_lowercase();
    let parts = email.split_once('@');
    let looks = parts.is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !email.contains(' ')
    });
    if !email.is_empty() && !looks {
        form.refuse(
            "email",
            "Enter an e-mail address, for example name@unilorin.edu.ng, or leave this empty",
        );
    }
    email
}

fn taken(form: &mut FormState, error: &DbError) -> bool {
    if error.violates("account_sign_in_name_unique") {
        form.refuse("sign_in_name", "This username is taken. Choose another one");
    } else if error.violates("account_email_unique") {
        form.refuse("email", "This e-mail belongs to another account. Enter another one");
    } else {
        return false;
    }
    true
}
