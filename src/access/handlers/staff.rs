//! Staff accounts: the list and one of them (AD1).

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::access::model::{AccountId, AccountKind, AccountState, Role};
use crate::access::store::accounts::{self, Account};
use crate::access::store::staff_list::{self, Narrow};
use crate::access::store::{codes, relatives};
use crate::access::views::{StaffIndexPage, StaffShowPage};
use crate::app::App;
use crate::audit;
use crate::patients::model::words_of;
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Accounts on one page.
const PAGE: i64 = 25;

/// The filter, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    role: String,
    state: String,
    after: String,
    after_id: i64,
}

/// The list with its filters, by name.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let role = asked.role.parse::<Role>().ok();
    let state = asked.state.parse::<AccountState>().ok();
    let narrow = Narrow {
        words: words_of(&asked.q.chars().take(120).collect::<String>()),
        role,
        state,
        after: asked.after.clone(),
        after_id: asked.after_id,
    };
    // Nothing but marks was typed: nobody is called that.
    let only_marks = narrow.words.is_empty() && !asked.q.trim().is_empty();
    let (total, mut rows) = if only_marks {
        (0, Vec::new())
    } else {
        (staff_list::count(&app.db, &narrow).await?, staff_list::list(&app.db, &narrow, PAGE + 1).await?)
    };
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let form = FormState::new().with("q", &asked.q).with("role", &asked.role).with("state", &asked.state);
    let next = rows.last().filter(|_| more).map(|last| {
        let fields =
            [("q", asked.q.as_str()), ("role", &asked.role), ("state", &asked.state), ("after", &last.name)];
        let mut terms: Vec<String> = fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", paths::encoded(value)))
            .collect();
        terms.push(format!("after_id={}", last.id));
        format!("{}?{}", paths::access::STAFF, terms.join("&"))
    });
    let narrowed = !asked.q.trim().is_empty() || role.is_some() || state.is_some();
    html(StaffIndexPage { page, form, rows, total, next, narrowed, later: !asked.after.is_empty() })
}

/// One account with what happened to it.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<AccountId>) -> Answer {
    let account = staff_account(&app, id).await?;
    render(&app, page, account, FormState::new()).await
}

/// The page of one account; `form` is the one that was refused, if any.
pub async fn render(app: &App, page: Page, account: Account, form: FormState) -> Answer {
    render_with(app, page, account, form, FormState::new()).await
}

/// The same with the form of relatives that was refused.
pub async fn render_with(
    app: &App,
    page: Page,
    account: Account,
    form: FormState,
    relative_form: FormState,
) -> Answer {
    let code = codes::live(&app.db, account.id, page.now).await?;
    let trail = audit::recent_of(&app.db, "account", account.id.0, 8).await?;
    let is_self = page.actor()?.account == account.id;
    let relatives = relatives::of(&app.db, account.id).await?;
    html(StaffShowPage {
        page,
        account,
        code,
        trail,
        is_self,
        relatives,
        form,
        relative_form,
        code_form: FormState::new(),
    })
}

/// A staff account; a patient's account is none here.
pub async fn staff_account(app: &App, id: AccountId) -> Result<Account, Error> {
    let account = accounts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    if account.kind == AccountKind::Staff { Ok(account) } else { Err(Error::NotFound) }
}
