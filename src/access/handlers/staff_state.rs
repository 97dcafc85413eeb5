//! Deactivating and reactivating staff, and their one-time codes (AD1, P21).

use axum::extract::State;

use super::staff::{render, staff_account};
use super::staff_form::LAST_ADMIN;
use crate::access::codes::{self, issue_code};
use crate::access::model::{AccountId, AccountState, CodePurpose, Role};
use crate::access::store::{self, accounts, codes as code_store};
use crate::access::views::CodePage;
use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, Page, Submission, html, paths};
use crate::work::Work;
use crate::{billing, queue, scheduling};

/// Ends the person's access at once, on every device.
pub async fn deactivate(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    let reason = form.text("reason", "Enter why the account is deactivated", 240);
    if page.actor()?.account == id {
        form.refuse("reason", "You cannot deactivate your own account. Ask another administrator");
    }
    if !form.is_ok() {
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    accounts::lock_administration(work.tx()).await?;
    let changed = accounts::set_state(work.tx(), id, AccountState::Deactivated, at).await?;
    if accounts::working_admins(work.tx()).await? == 0 {
        work.undo();
        form.refuse("reason", LAST_ADMIN);
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let mut words = "The account is deactivated and signed out everywhere".to_owned();
    if changed {
        let ended = store::end_sign_ins(work.tx(), id, None, "deactivated", at).await?;
        code_store::withdraw(work.tx(), id, at).await?;
        let entry = Entry::new("account.deactivated", "account", id.0)
            .with("reason", reason)
            .with("sign_ins_ended", ended);
        work.audit(entry).await?;
        work.tell(Topic::Account(id.0));
        let is_doctor = account.role_list().has(Role::Doctor);
        words.push_str(&left_behind(&mut work, (id, is_doctor)).await?);
        if let Some(desk) = billing::open_desk(work.tx(), id).await? {
            words.push_str(&format!(". The shift at {desk} is still open: a colleague counts and closes it"));
        }
    }
    work.done(paths::access::staff(id), &words).await
}

/// What somebody who is no doctor here any more leaves to colleagues, in words: bookings and people who wait.
pub async fn left_behind(work: &mut Work, (id, is_doctor): (AccountId, bool)) -> Result<String, Error> {
    let whom = if is_doctor { "this doctor" } else { "this person" };
    let mut words = String::new();
    match scheduling::doctor_leaves(work, id).await? {
        0 => {}
        1 => words.push_str(". 1 booking needs another time"),
        many => words.push_str(&format!(". {many} bookings need another time")),
    }
    let left = queue::doctor_leaves(work, id).await?;
    match left.waiting {
        0 => {}
        1 => words.push_str(". 1 patient who waited for this doctor now waits for anyone"),
        many => words.push_str(&format!(". {many} patients who waited for this doctor now wait for anyone")),
    }
    match left.with.as_slice() {
        [] => {}
        [one] => words.push_str(&format!(". {one} is with {whom} now: a colleague has to take over")),
        many => {
            let tokens = many.join(", ");
            words.push_str(&format!(". {tokens} are with {whom} now: a colleague has to take over"));
        }
    }
    Ok(words)
}

/// What somebody who is a doctor here again takes up, in words: bookings that had lost their time.
pub async fn taken_up(work: &mut Work, id: AccountId) -> Result<String, Error> {
    Ok(match scheduling::doctor_returns(work, id).await? {
        0 => String::new(),
        1 => ". 1 booking keeps its time after all".to_owned(),
        many => format!(". {many} bookings keep their time after all"),
    })
}

/// Ends every sign-in of the person, as after a phone was lost; the account and its password stay (ASVS 7.4.5).
pub async fn sign_out(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    if page.actor()?.account == id {
        let mut form = submission.form.clone();
        form.refuse("", "End your own sign-ins under your name at the top");
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let ended = store::end_sign_ins(work.tx(), id, None, "ended by an administrator", at).await?;
    work.audit(Entry::new("sign_in.ended", "account", id.0).with("everywhere", ended)).await?;
    work.tell(Topic::Account(id.0));
    let words = match ended {
        0 => "Nobody is signed in with this account".to_owned(),
        1 => "Signed out on 1 device".to_owned(),
        many => format!("Signed out on {many} devices"),
    };
    work.done(paths::access::staff(id), &words).await
}

/// Lets the person in again, with the password as it was.
pub async fn reactivate(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    let reason = form.text("reason", "Enter why the account is reactivated", 240);
    if !form.is_ok() {
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let mut words = "The account is active again".to_owned();
    if accounts::set_state(work.tx(), id, AccountState::Active, at).await? {
        work.audit(Entry::new("account.reactivated", "account", id.0).with("reason", reason)).await?;
        work.tell(Topic::Account(id.0));
        words.push_str(&taken_up(&mut work, id).await?);
    }
    work.done(paths::access::staff(id), &words).await
}

/// Gives a one-time code and shows it, the only time it can be seen. Sent twice, it leads back to the account.
pub async fn issue(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    if page.actor()?.account == id {
        form.refuse("", "Change your own password under your name at the top");
    } else if !account.is_active() {
        form.refuse("", "Reactivate the account first");
    }
    if !form.is_ok() {
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let mut work = submission.begin(&app).await?;
    accounts::lock_administration(work.tx()).await?;
    let purpose = if account.has_password { CodePurpose::Reset } else { CodePurpose::Activate };
    let code = issue_code(&mut work, id, purpose).await?;
    if accounts::working_admins(work.tx()).await? == 0 {
        work.undo();
        form.refuse("", LAST_ADMIN);
        return Ok(refused(render(&app, page, account, form).await?));
    }
    let expires = work.now() + chrono::TimeDelta::hours(codes::HOURS);
    work.commit(&paths::access::staff(id)).await?;
    let activate = format!("{}{}", app.config.public_url, paths::access::ACTIVATE);
    html(CodePage { page, account, code, expires, activate })
}
