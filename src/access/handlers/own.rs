//! The own account: details, password, where one is signed in (ID2, ID3).

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::Response;
use tower_sessions::Session;

use super::staff_form::email;
use crate::access::model::{AccountKind, Lifetime, SignInId};
use crate::access::proof::{self, Proof};
use crate::access::store::accounts::{self, Account};
use crate::access::store::devices;
use crate::access::views::{Own, OwnDesk, OwnPhone};
use crate::access::{password, session, store, throttle};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::live::Topic;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, live, paths};

/// The page.
pub async fn show(State(app): State<App>, page: Page) -> Answer {
    let account = mine(&app, &page).await?;
    let forms = Forms::of(&account);
    render(&app, page, account, forms).await
}

/// The forms of the page, one of which may have been refused.
struct Forms {
    details: FormState,
    password: FormState,
    conflict: Option<Conflict>,
}

impl Forms {
    fn of(account: &Account) -> Self {
        let details = FormState::new()
            .with("name", &account.name)
            .with("email", &account.email)
            .with("phone", &account.phone)
            .with("version", account.version);
        Forms { details, password: FormState::new(), conflict: None }
    }

    fn details(details: FormState, conflict: Option<Conflict>) -> Self {
        Forms { details, password: FormState::new(), conflict }
    }
}

async fn mine(app: &App, page: &Page) -> Result<Account, Error> {
    accounts::by_id(&app.db, page.actor()?.account).await?.ok_or(Error::NotFound)
}

async fn render(app: &App, page: Page, account: Account, forms: Forms) -> Answer {
    let Forms { details, password, conflict } = forms;
    let actor = page.actor()?;
    let idle = Lifetime::of(actor.kind, &actor.roles, &page.clinic).idle;
    let sign_ins = devices::open_sign_ins(&app.db, account.id, page.now - idle).await?;
    let this = actor.sign_in;
    let kind = actor.kind;
    let own = Own { account, details, password, buttons: FormState::new(), sign_ins, this, conflict };
    match kind {
        AccountKind::Staff => html(OwnDesk { page, own }),
        AccountKind::Patient => html(OwnPhone { page, own }),
    }
}

/// Saves name, e-mail and phone. A patient's name and phone belong to the record, not to the account.
pub async fn update(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = mine(&app, &page).await?;
    let mut form = submission.form.clone();
    let mut new = old.clone();
    if old.kind == AccountKind::Staff {
        new.name = form.text("name", "Enter your name", 120);
        new.phone = form.optional_text("phone", 40);
    }
    new.email = email(&mut form);
    if new.email != old.email && accounts::is_of_another(&app.db, &new.email, old.patient_id).await? {
        form.refuse(
            "email",
            "The clinic knows this e-mail as somebody else's. Enter another one, or ask the desk",
        );
    }
    new.version = form.parse("version", "Open the page again").unwrap_or_default();
    if !form.is_ok() {
        return Ok(refused(render(&app, page, old, Forms::details(form, None)).await?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    match accounts::update(work.tx(), &new, at).await {
        Err(error) if error.violates("account_email_unique") => {
            work.undo();
            form.refuse("email", "This e-mail belongs to another account. Enter another one");
            return Ok(refused(render(&app, page, old, Forms::details(form, None)).await?));
        }
        Ok(false) => {
            work.undo();
            return overtaken(&app, page, form).await;
        }
        other => other?,
    };
    let entry = Entry::new("account.changed", "account", old.id.0)
        .of_patient(old.patient_id.map(|patient| patient.0))
        .changed("name", &old.name, &new.name)
        .changed("email", &old.email, &new.email)
        .changed("phone", &old.phone, &new.phone);
    work.audit(entry).await?;
    work.done(paths::access::ACCOUNT, "Your details are saved").await
}

async fn overtaken(app: &App, page: Page, mut form: FormState) -> Answer {
    let now = mine(app, &page).await?;
    let who = audit::last_change(&app.db, "account", now.id.0).await?;
    let mut fields = vec![("email", "E-mail", now.email.clone())];
    if now.kind == AccountKind::Staff {
        fields.insert(0, ("name", "Name", now.name.clone()));
        fields.push(("phone", "Phone number", now.phone.clone()));
    }
    let conflict = Conflict::of(&mut form, who, &fields, now.version);
    Ok(conflicting(render(app, page, now, Forms::details(form, Some(conflict))).await?))
}

/// Changes the password, which takes the present one, and ends all other sign-ins.
pub async fn change_password(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let account = mine(&app, &page).await?;
    let mut form = submission.form.clone();
    let about = [&account.name, &account.sign_in_name, &account.email, &account.phone];
    if form.secret("password_current").is_empty() {
        form.refuse("password_current", "Enter your present password");
    }
    if let Some(why) = password::weakness(form.secret("password_new"), &about.map(String::as_str)) {
        form.refuse("password_new", why);
    }
    if form.is_ok() {
        check_password(&app, &account, &mut form).await?;
    }
    if !form.is_ok() {
        let forms = Forms { password: form, ..Forms::of(&account) };
        return Ok(refused(render(&app, page, account, forms).await?));
    }
    let hash = password::hash(app.config.password_cost, form.secret("password_new")).await?;
    let keep = page.actor()?.sign_in;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    accounts::set_password(work.tx(), account.id, &hash, at).await?;
    // Whoever changed or took the password away meanwhile has ended this sign-in: then it changes nothing any more.
    if !store::is_open(work.tx(), keep).await? {
        work.undo();
        return Err(Error::SignIn { next: paths::access::ACCOUNT.to_owned(), htmx: false });
    }
    let ended = store::end_sign_ins(work.tx(), account.id, Some(keep), "new password", at).await?;
    let entry = Entry::new("password.changed", "account", account.id.0)
        .of_patient(account.patient_id.map(|patient| patient.0))
        .with("sign_ins_ended", ended);
    work.audit(entry).await?;
    work.tell(Topic::Account(account.id.0));
    work.done(paths::access::ACCOUNT, "Your password is changed. All other devices are signed out").await
}

/// Checks the present password.
async fn check_password(app: &App, account: &Account, form: &mut FormState) -> Result<(), Error> {
    match proof::prove(app, account.id, form.secret("password_current")).await? {
        Proof::Right => {}
        Proof::Wrong => form.refuse("password_current", "This is not your present password. Enter it again"),
        Proof::Wait(seconds) => form.refuse("password_current", throttle::sentence(seconds)),
    }
    Ok(())
}

/// Ends one of the own sign-ins.
pub async fn end_one(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SignInId>,
    submission: Submission,
) -> Answer {
    let account = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if devices::end_own(work.tx(), account, id, at).await? == 0 {
        return Err(Error::NotFound);
    }
    work.audit(Entry::new("sign_in.ended", "account", account.0).with("sign_in", id.0)).await?;
    work.tell(Topic::Account(account.0));
    work.done(paths::access::ACCOUNT, "That device is signed out").await
}

/// Ends all own sign-ins but this one.
pub async fn end_others(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let actor = page.actor()?;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let ended =
        store::end_sign_ins(work.tx(), actor.account, Some(actor.sign_in), "ended from another device", at)
            .await?;
    work.audit(Entry::new("sign_in.ended", "account", actor.account.0).with("others", ended)).await?;
    work.tell(Topic::Account(actor.account.0));
    work.done(paths::access::ACCOUNT, "All other devices are signed out").await
}

/// Ends all own sign-ins, this one too.
pub async fn sign_out_everywhere(
    State(app): State<App>,
    page: Page,
    session: Session,
    submission: Submission,
) -> Answer {
    let account = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let ended = store::end_sign_ins(work.tx(), account, None, "signed out everywhere", at).await?;
    work.audit(Entry::new("sign_in.ended", "account", account.0).with("everywhere", ended)).await?;
    work.tell(Topic::Account(account.0));
    work.commit(paths::access::SIGN_IN).await?;
    let mut response = see_other(paths::access::SIGN_IN);
    session::drop_session(&app, &session, &mut response).await?;
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// A stream that carries nothing of its own: it ends when the sign-in does, and the page then leads to the sign-in.
pub async fn stream(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    let watcher = live::Watcher::SignIn(actor.sign_in, actor.account.0);
    Ok(live::stream(&app, vec![Topic::Account(actor.account.0)], watcher))
}
