//! Pages of access.

use std::borrow::Borrow;

use askama::Template;
use chrono::{DateTime, Utc};

use super::model::{AccountState, Permission, Role, SignInId};
use super::store::accounts::Account;
use super::store::codes::LiveCode;
use super::store::devices::OpenSignIn;
use super::store::relatives::Relative;
use super::store::staff_list::StaffRow;
use crate::app::App;
use crate::audit::Stored;
use crate::settings::model::plain_day;
use crate::web::conflict::Conflict;
use crate::web::filters;
use crate::web::routes::Route;
use crate::web::{FormState, Page};

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    page: Page,
    form: FormState,
    demo: bool,
}

impl SignInPage {
    /// The page with what was typed.
    pub fn new(app: &App, page: Page, form: FormState) -> Self {
        SignInPage { page, form, demo: app.config.demo }
    }
}

/// A one-time code is exchanged for a password.
#[derive(Debug, Template)]
#[template(path = "access/activate.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct ActivatePage {
    pub page: Page,
    pub form: FormState,
}

/// The first administrator.
#[derive(Debug, Template)]
#[template(path = "access/setup.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct SetupPage {
    pub page: Page,
    pub form: FormState,
    pub code: String,
}

/// What the own account shows, in whichever frame.
#[derive(Debug)]
#[expect(missing_docs, reason = "fields of a page")]
pub struct Own {
    pub account: Account,
    pub details: FormState,
    pub password: FormState,
    pub buttons: FormState,
    pub sign_ins: Vec<OpenSignIn>,
    pub this: SignInId,
    pub conflict: Option<Conflict>,
}

impl Own {
    /// What the title begins with when one of the forms was refused.
    pub fn prefix(&self) -> &'static str {
        if self.details.is_ok() { self.password.prefix() } else { self.details.prefix() }
    }

    /// A one-button form's own operation id.
    pub fn fresh(&self) -> FormState {
        FormState::new()
    }

    /// The sign-in name as people write it: matric numbers in capitals.
    fn shown_name(&self) -> String {
        let name = &self.account.sign_in_name;
        if self.is_patient() { name.to_uppercase() } else { name.clone() }
    }

    /// A moment: in words for patients, short for staff.
    fn moment(&self, page: &Page, at: impl Borrow<DateTime<Utc>>) -> String {
        let (clinic, at) = (&page.clinic, *at.borrow());
        if self.is_patient() {
            format!("{}, {}", plain_day(clinic.day_of(at)), clinic.spoken_clock(at))
        } else {
            clinic.stamp(at)
        }
    }

    /// Whether the account is a patient's, whose name and phone stand in the record.
    pub fn is_patient(&self) -> bool {
        self.account.patient_id.is_some()
    }
}

/// The own account of staff.
#[derive(Debug, Template)]
#[template(path = "access/own_desk.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct OwnDesk {
    pub page: Page,
    pub own: Own,
}

/// The own account of a patient.
#[derive(Debug, Template)]
#[template(path = "access/own_phone.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct OwnPhone {
    pub page: Page,
    pub own: Own,
}

/// The list of staff accounts.
#[derive(Debug, Template)]
#[template(path = "access/staff_index.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct StaffIndexPage {
    pub page: Page,
    pub form: FormState,
    pub rows: Vec<StaffRow>,
    pub total: i64,
    pub next: Option<String>,
    pub narrowed: bool,
    pub later: bool,
}

impl StaffIndexPage {
    fn roles(&self) -> Vec<(&'static str, &'static str)> {
        role_options()
    }

    fn states(&self) -> Vec<(&'static str, &'static str)> {
        AccountState::choices()
    }
}

fn role_options() -> Vec<(&'static str, &'static str)> {
    Role::choices()
}

/// One staff account.
#[derive(Debug, Template)]
#[template(path = "access/staff_show.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct StaffShowPage {
    pub page: Page,
    pub account: Account,
    pub code: Option<LiveCode>,
    pub trail: Vec<Stored>,
    pub is_self: bool,
    /// Patients whose records stay closed to the account.
    pub relatives: Vec<Relative>,
    pub form: FormState,
    pub relative_form: FormState,
    pub code_form: FormState,
}

impl StaffShowPage {
    /// A key for each button: taking two relatives away one after the other is two operations.
    fn fresh(&self) -> FormState {
        FormState::new()
    }

    fn role_labels(&self) -> String {
        let labels: Vec<&str> = self.account.role_list().iter().map(Role::label).collect();
        labels.join(", ")
    }
}

/// The form of a staff account.
#[derive(Debug, Template)]
#[template(path = "access/staff_form.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct StaffFormPage {
    pub page: Page,
    pub form: FormState,
    pub account: Option<Account>,
    pub conflict: Option<Conflict>,
}

impl StaffFormPage {
    fn roles(&self) -> Vec<(&'static str, &'static str)> {
        role_options()
    }
}

/// A one-time code, to be printed or noted now.
#[derive(Debug, Template)]
#[template(path = "access/code.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct CodePage {
    pub page: Page,
    pub account: Account,
    pub code: String,
    pub expires: DateTime<Utc>,
    pub activate: String,
}

/// Roles, permissions and routes.
#[derive(Debug, Template)]
#[template(path = "access/permissions.html")]
#[expect(missing_docs, reason = "fields of a page")]
pub struct PermissionsPage {
    pub page: Page,
    pub routes: Vec<Route>,
}

impl PermissionsPage {
    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }

    fn permissions(&self) -> &'static [Permission] {
        Permission::ALL
    }

    fn may(&self, role: &Role, permission: &Permission) -> bool {
        role.may(*permission)
    }
}

/// A form that waits to be sent again after signing in.
#[derive(Debug, Template)]
#[template(path = "access/resume.html")]
pub struct ResumePage {
    /// The frame.
    pub page: Page,
    /// Whether the desk was locked; else the sign-in had ended.
    pub unlocked: bool,
    /// Where the form goes.
    pub action: String,
    /// Whether a password stood in it, which is never kept.
    pub lacks: bool,
    /// Its fields as they were.
    pub pairs: Vec<(String, String)>,
    /// What a person recognises of them.
    pub shown: Vec<(String, String)>,
}

/// There was a form to be sent again, but not for whoever has signed in, or not any more.
#[derive(Debug, Template)]
#[template(path = "access/not_resumed.html")]
pub struct NotResumedPage {
    /// The frame.
    pub page: Page,
    /// Whether it waits for somebody else; otherwise it waited for too long.
    pub another: bool,
    /// Where to go on.
    pub next: String,
}

/// The password once more, with the form that waits for it.
#[derive(Debug, Template)]
#[template(path = "access/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub page: Page,
    /// The errors.
    pub form: FormState,
    /// Where the form goes.
    pub action: String,
    /// The page it was sent from.
    pub back: String,
    /// Its fields as they were.
    pub pairs: Vec<(String, String)>,
}

/// The lock of a shared desk.
#[derive(Debug, Template)]
#[template(path = "access/lock.html")]
pub struct LockPage {
    /// The frame.
    pub page: Page,
    /// What waits behind it.
    pub form: FormState,
}

/// The same for a page that stays where it is.
#[derive(Debug, Template)]
#[template(path = "access/_lock.html")]
pub struct LockPart {
    /// The frame.
    pub page: Page,
    /// What waits behind it.
    pub form: FormState,
}
