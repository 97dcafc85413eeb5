//! The public check (rule X3): no session is read, no cookie is set, nothing leads elsewhere, nothing is written into logs
//! but the route.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access::throttle::{self, Verdict};
use crate::app::App;
use crate::letters::model::read_code;
use crate::letters::verbs::verification;
use crate::letters::views::check::CheckPage;
use crate::web::{Answer, Error, FormState, Page, html};

/// Checks from one address that nothing came of, without any delay: a faculty shares few addresses.
pub const FREE: i64 = 60;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: Option<String>,
}

/// The field, and the answer when something was typed into it.
pub async fn field(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    match asked.code {
        None => private(html(CheckPage::field(page))?),
        Some(code) if code.trim().is_empty() => {
            let mut form = FormState::new();
            form.refuse("code", "Enter the code that stands on the verification");
            private(crate::web::submission::refused(html(CheckPage { form, ..CheckPage::field(page) })?))
        }
        Some(code) => answer(&app, page, &code).await,
    }
}

/// The answer about the code in the address: what the square code on the sheet leads to.
pub async fn show(
    State(app): State<App>,
    page: Page,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Answer {
    let code = path.map(|Path(code)| code).unwrap_or_default();
    answer(&app, page, &code).await
}

async fn answer(app: &App, page: Page, typed: &str) -> Answer {
    let buckets = throttle::form_bucket("check", &page.doer().address, FREE);
    if let Verdict::Refused { seconds } = throttle::charge(app, &buckets).await? {
        let mut form = FormState::new();
        form.refuse("code", throttle::sentence(seconds));
        let page = html(CheckPage { form, ..CheckPage::field(page) })?;
        return private(throttle::too_many(seconds, page));
    }
    let shown = verification::check(app, read_code(typed).as_deref()).await?;
    if shown.is_some() {
        throttle::forgive(app, &buckets).await?;
    }
    let status = if shown.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    private((status, html(CheckPage::answer(page, shown))?).into_response())
}

/// Headers of a page whose address is a secret.
fn private(mut answer: Response) -> Result<Response, Error> {
    let headers = answer.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Ok(answer)
}
