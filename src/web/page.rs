//! What the frame of every page needs, and turning a template into an answer.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};

use super::Error;
use super::assets;
use super::request::{ClientAddress, RequestId};
use crate::access::model::{Actor, Permission};
use crate::access::store as access_store;
use crate::app::App;
use crate::settings::model::Clinic;
use crate::work::Doer;

/// The person, the clinic and the moment of one page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The clinic's settings.
    pub clinic: Arc<Clinic>,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// The address, without its query.
    pub path: String,
    /// The moment of this page.
    pub now: DateTime<Utc>,
    /// What the last action wants to say.
    pub flash: Option<String>,
    doer: Doer,
}

impl Page {
    /// Whether the person may; for links and buttons that others should not see.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.may(permission))
    }

    /// The clinic's day.
    pub fn today(&self) -> NaiveDate {
        self.clinic.day_of(self.now)
    }

    /// The address of a static file, with the digest of its content.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// The address of the symbols.
    pub fn icons(&self) -> &'static str {
        assets::icons()
    }

    /// `aria-current` for a link of the navigation: `page` for itself, `true` for what lies beneath it, else empty.
    pub fn current(&self, path: &str) -> &'static str {
        let beneath = path != "/" && self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        if self.path == path {
            "page"
        } else if beneath {
            "true"
        } else {
            ""
        }
    }

    /// `Wed 6 Aug`, for the top bar.
    pub fn short_day(&self) -> String {
        self.today().format("%a %-d %b").to_string()
    }

    /// Whether a patient is signed in.
    pub fn is_patient(&self) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.patient.is_some())
    }

    /// Who acts, for the trail.
    pub fn doer(&self) -> &Doer {
        &self.doer
    }

    /// The actor; routes that are not public always have one.
    ///
    /// # Errors
    /// `Internal` on a public route.
    pub fn actor(&self) -> Result<&Actor, Error> {
        self.actor.as_ref().ok_or_else(|| Error::Internal("a page without an actor asked for one".to_owned()))
    }

    /// The person's name as the frame shows it.
    pub fn name(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| &actor.name)
    }
}

impl FromRequestParts<App> for Page {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let actor = parts.extensions.get::<Actor>().cloned();
        let asks_for_part = parts.headers.contains_key("hx-request");
        // A form's answer may be the form with its errors: what went well before is kept for the next page (F6).
        let whole_page = parts.method == Method::GET && !asks_for_part;
        let flash = actor.as_ref().filter(|_| whole_page).and_then(|actor| actor.flash.clone());
        if let (Some(actor), Some(_)) = (&actor, &flash) {
            access_store::clear_flash(&app.db, actor.sign_in).await?;
        }
        Ok(Page {
            clinic: app.clinic(),
            doer: doer_of(&parts.extensions),
            actor,
            path: parts.uri.path().to_owned(),
            now: app.clock.now(),
            flash,
        })
    }
}

/// Who acts in this request.
pub fn doer(request: &Request) -> Doer {
    doer_of(request.extensions())
}

fn doer_of(extensions: &axum::http::Extensions) -> Doer {
    let actor = extensions.get::<Actor>();
    Doer {
        account_id: actor.map(|actor| actor.account.0),
        name: actor.map(|actor| actor.name.clone()).unwrap_or_default(),
        role: actor.map_or_else(|| "public".to_owned(), Actor::role_words),
        address: extensions.get::<ClientAddress>().map(|address| address.0.to_string()).unwrap_or_default(),
        request_id: extensions.get::<RequestId>().map(|id| id.0.to_string()).unwrap_or_default(),
    }
}

/// Renders a page or a fragment.
pub fn html(template: impl Template) -> Result<Response, Error> {
    Ok(Html(template.render()?).into_response())
}
