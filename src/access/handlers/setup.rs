//! The first administrator of a fresh install, once (ID6).

use axum::extract::{Path, State};

use super::sign_in::{Caller, leading, open};
use super::staff_form::sign_in_name;
use crate::access::model::{Role, Roles};
use crate::access::store::{accounts, codes};
use crate::access::throttle::{self, Verdict};
use crate::access::views::SetupPage;
use crate::access::{codes as one_time, password};
use crate::app::App;
use crate::audit::Entry;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Openings of the page that an address has before it must wait.
const FREE: i64 = 20;

/// The form, as long as the link works.
pub async fn show(State(app): State<App>, page: Page, Path(code): Path<String>) -> Answer {
    check(&app, &page, &code).await?;
    html(SetupPage { page, form: FormState::new(), code })
}

/// Makes the administrator and signs in. The code and the absence of any other staff account decide together.
pub async fn create(
    State(app): State<App>,
    page: Page,
    caller: Caller,
    Path(code): Path<String>,
    submission: Submission,
) -> Answer {
    let digest = check(&app, &page, &code).await?;
    let mut form = submission.form.clone();
    let name = form.text("name", "Enter your name", 120);
    let sign_in = sign_in_name(&mut form);
    if let Some(why) = password::weakness(form.secret("password_new"), &[&name, &sign_in]) {
        form.refuse("password_new", why);
    }
    if !form.is_ok() {
        return Ok(refused(html(SetupPage { page, form, code })?));
    }
    let hash = password::hash(app.config.password_cost, form.secret("password_new")).await?;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    accounts::lock_administration(work.tx()).await?;
    if !codes::redeem(work.tx(), None, &digest, at).await? || accounts::any_staff(work.tx()).await? {
        return Err(Error::NotFound);
    }
    let roles = Roles::from_list(Role::Admin.as_str());
    let id = match one_time::open_staff_account(&mut work, &sign_in, &name, &roles).await {
        // A patient may have the name already.
        Err(error) if error.violates("account_sign_in_name_unique") => {
            work.undo();
            form.refuse("sign_in_name", "This username is taken. Choose another one");
            return Ok(refused(html(SetupPage { page, form, code })?));
        }
        other => other?,
    };
    accounts::set_password(work.tx(), id, &hash, at).await?;
    work.audit(Entry::new("setup.completed", "account", id.0)).await?;
    work.commit(paths::HOME).await?;
    let opened = open(&app, &page, &caller, id, &hash).await?.ok_or(Error::NotFound)?;
    Ok(leading(opened, paths::HOME))
}

/// The digest of a code that works now, on an install without staff. Anything else is a page that does not exist.
async fn check(app: &App, page: &Page, code: &str) -> Result<Vec<u8>, Error> {
    let buckets = throttle::form_bucket("setup", &page.doer().address, FREE);
    let digest = one_time::digest(None, code);
    if let Verdict::Refused { seconds } = throttle::charge(app, &buckets).await? {
        return Err(Error::TooMany(seconds.unwrap_or(60).unsigned_abs()));
    }
    let works = codes::works(&app.db, None, &digest, page.now).await?;
    if !works || accounts::any_staff(&app.db).await? {
        return Err(Error::NotFound);
    }
    throttle::forgive(app, &buckets).await?;
    Ok(digest)
}
