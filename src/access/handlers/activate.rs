//! A one-time code is exchanged for a password.

use axum::extract::State;

use super::sign_in::{Caller, leading, named, open};
use crate::access::model::AccountId;
use crate::access::store::{accounts, codes};
use crate::access::throttle::{self, Target, Verdict};
use crate::access::views::ActivatePage;
use crate::access::{codes as one_time, password, store};
use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// One message for an unknown name, a wrong code, a used one and one that has run out (P26).
const WRONG: &str =
    "The name or the code is not right, or the code has run out. Check both, or ask the desk for a new one";

/// The form.
pub async fn new(page: Page) -> Answer {
    html(ActivatePage { page, form: FormState::new() })
}

/// Sets the password and signs in.
pub async fn create(State(app): State<App>, page: Page, caller: Caller, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let typed = form.text("name", "Enter your matric number or username", 120);
    let code = form.text("code", "Enter the code from the clinic's desk", 60);
    if let Some(why) = password::weakness(form.secret("password_new"), &[&typed]) {
        form.refuse("password_new", why);
    }
    if !form.is_ok() {
        return again(page, form);
    }
    let (name, account) = named(&app, &page, &typed).await?;
    let id = account.filter(store::Credentials::is_active).map(|account| account.id);
    let buckets = throttle::code_buckets(&Target::new(id, &name), &page.doer().address);
    if let Verdict::Refused { seconds } = throttle::charge(&app, &buckets).await? {
        form.refuse("name", throttle::sentence(seconds));
        return Ok(throttle::too_many(seconds, html(ActivatePage { page, form })?));
    }
    let Some((id, digest)) = holder(&app, &page, id, &code).await? else {
        form.refuse("name", WRONG);
        return again(page, form);
    };
    throttle::forgive(&app, &buckets).await?;
    if let Some(why) = own_words(&app, id, form.secret("password_new")).await? {
        form.refuse("password_new", why);
        return again(page, form);
    }
    let opened = match choose(&app, &submission, id, &digest).await? {
        Some(hash) => open(&app, &page, &caller, id, &hash).await?,
        None => None,
    };
    let Some(opened) = opened else {
        form.refuse("name", WRONG);
        return again(page, form);
    };
    Ok(leading(opened, paths::HOME))
}

/// Uses the code up and sets the password, both or neither. Returns the hash that is stored now; none where the code no
/// longer worked.
async fn choose(
    app: &App,
    submission: &Submission,
    id: AccountId,
    digest: &[u8],
) -> Result<Option<String>, Error> {
    let hash = password::hash(app.config.password_cost, submission.form.secret("password_new")).await?;
    let mut work = submission.begin(app).await?;
    let at = work.now();
    let redeemed = codes::redeem(work.tx(), Some(id), digest, at).await?;
    if !redeemed || !accounts::set_password(work.tx(), id, &hash, at).await? {
        return Ok(None);
    }
    store::end_sign_ins(work.tx(), id, None, "new password", at).await?;
    work.audit(Entry::new("password.chosen", "account", id.0).with("with", "one-time code")).await?;
    work.tell(Topic::Account(id.0));
    work.commit(paths::HOME).await?;
    Ok(Some(hash))
}

fn again(page: Page, form: FormState) -> Answer {
    Ok(refused(html(ActivatePage { page, form })?))
}

/// The account whose live code this is. A wrong one is written into the trail.
async fn holder(
    app: &App,
    page: &Page,
    account: Option<AccountId>,
    code: &str,
) -> Result<Option<(AccountId, Vec<u8>)>, Error> {
    let digest = one_time::digest(account, code);
    if let Some(id) = account
        && codes::works(&app.db, account, &digest, page.now).await?
    {
        return Ok(Some((id, digest)));
    }
    let mut work = Work::begin(app, page.doer().clone()).await?;
    work.audit(Entry::new("code.refused", "account", account.map(|account| account.0))).await?;
    work.commit().await?;
    Ok(None)
}

/// The same check as on the form, now with what the clinic knows of the person; only the holder of the code sees it.
async fn own_words(app: &App, id: AccountId, typed: &str) -> Result<Option<String>, Error> {
    let account = accounts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let about = [&account.name, &account.sign_in_name, &account.email, &account.phone];
    Ok(password::weakness(typed, &about.map(String::as_str)))
}
