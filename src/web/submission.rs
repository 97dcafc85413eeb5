//! A form on its way in: its fields, and the promise that one submission has one effect (R6).

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use super::error::Error;
use super::form::FormState;
use super::page::doer;
use super::store::{self, Claim};
use crate::access::model::Actor;
use crate::access::store as access_store;
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::work::{Doer, Work};

/// A submitted form.
#[derive(Debug)]
pub struct Submission {
    /// What was typed.
    pub form: FormState,
    claim: Claim,
    doer: Doer,
    actor: Option<Actor>,
    unbegun: Unbegun,
}

/// The claim of a request's submission until its work is begun. Who answers before that, because what was asked for is
/// done already, gone or refused, may be looking at the effect of this very submission: see [`answered_before`].
#[derive(Debug, Clone, Default)]
pub struct Unbegun(Arc<Mutex<Option<Claim>>>);

impl Unbegun {
    fn set(&self, claim: Option<Claim>) -> Option<Claim> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), claim)
    }
}

/// A unit of work that answers a submission.
#[derive(Debug)]
#[must_use]
pub struct Answering {
    work: Work,
    claim: Claim,
    actor: Option<Actor>,
}

impl std::ops::Deref for Answering {
    type Target = Work;
    fn deref(&self) -> &Work {
        &self.work
    }
}

impl std::ops::DerefMut for Answering {
    fn deref_mut(&mut self) -> &mut Work {
        &mut self.work
    }
}

impl Submission {
    /// Opens the transaction and claims the operation in it. A repeat ends here: it is answered with
    /// [`Error::Replayed`], which leads to where the first one led.
    ///
    /// # Errors
    /// `Invalid` when the form carries no operation id, `Reused` when its id was used for other content.
    pub async fn begin(&self, app: &App) -> Result<Answering, Error> {
        if !has_id(&self.claim) {
            return Err(Error::Invalid(
                "This form is out of date. Open the page again and send it once more.".into(),
            ));
        }
        let mut work = Work::begin(app, self.doer.clone()).await?;
        self.unbegun.set(None);
        let at = work.now();
        match store::claim(work.tx(), &self.claim, at).await? {
            None => Ok(Answering { work, claim: self.claim.clone(), actor: self.actor.clone() }),
            Some(known) => Err(match known.repeats(&self.claim) {
                Some(location) => Error::Replayed(location),
                None => Error::Reused,
            }),
        }
    }
}

/// The answer to a request that did not begin the work of its submission: when the same submission was answered before,
/// by the other press of a button, this one leads where that one led.
pub async fn answered_before(app: &App, unbegun: &Unbegun, response: Response) -> Response {
    let Some(claim) = unbegun.set(None).filter(has_id) else { return response };
    match store::known(&app.db, &claim).await {
        Ok(known) => match known.and_then(|known| known.repeats(&claim)) {
            Some(location) => Error::Replayed(location).into_response(),
            None => response,
        },
        // What the handler found out stands, also when the database has gone away since.
        Err(_) => response,
    }
}

/// Whether a form names its submission in a way that nobody guesses.
fn has_id(claim: &Claim) -> bool {
    (16..=64).contains(&claim.op.len())
}

impl Answering {
    /// The transaction, for store functions.
    pub fn tx(&mut self) -> &mut Tx {
        self.work.tx()
    }

    /// Commits and leads the browser to `to`; `flash` is what the next page says, empty for nothing.
    pub async fn done(mut self, to: impl Into<String>, flash: &str) -> Result<Response, Error> {
        let to = to.into();
        store::answer(self.work.tx(), &self.claim, &to).await?;
        if let Some(actor) = self.actor.as_ref().filter(|_| !flash.is_empty()) {
            access_store::set_flash(self.work.tx(), actor.sign_in, flash).await?;
        }
        self.work.commit().await?;
        Ok(see_other(&to))
    }

    /// Gives the work back unfinished, so that a page with an error can be shown; nothing is kept.
    pub fn undo(self) {}

    /// Commits without leading anywhere; for answers that are a page of their own.
    pub async fn commit(mut self, location: &str) -> Result<(), DbError> {
        store::answer(self.work.tx(), &self.claim, location).await?;
        self.work.commit().await
    }
}

/// 303: the browser opens `to` with GET.
pub fn see_other(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// Answers a refused form: 422 with the page.
pub fn refused(page: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

impl FromRequest<App> for Submission {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec());
        if !kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded")) {
            return Err(Error::Invalid("This address takes forms only.".into()));
        }
        let doer = doer(&request);
        let actor = request.extensions().get::<Actor>().cloned();
        let route = request.uri().path().to_owned();
        let unbegun = request.extensions().get::<Unbegun>().cloned().unwrap_or_default();
        let body = match Bytes::from_request(request, app).await {
            Ok(body) => body,
            Err(rejection) => return Err(body_refused(rejection.into_response().status())),
        };
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&body)
            .map_err(|_| Error::Invalid("What arrived was not a form.".into()))?;
        let submission = Submission::new(FormState::from_pairs(pairs), doer, actor, route, &body);
        unbegun.set(Some(submission.claim.clone()));
        Ok(Submission { unbegun, ..submission })
    }
}

/// Why a body could not be read.
pub fn body_refused(status: StatusCode) -> Error {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Invalid("The form did not arrive whole.".into())
    }
}

impl Submission {
    /// Puts a submission together from its parts; uploads use it after reading their parts themselves.
    pub fn new(form: FormState, doer: Doer, actor: Option<Actor>, route: String, body: &[u8]) -> Self {
        let who = match &actor {
            Some(actor) => format!("account:{}", actor.account),
            None => format!("public:{}", doer.address),
        };
        let claim =
            Claim { actor: who, op: form.op().to_owned(), route, body: Sha256::digest(body).to_vec() };
        Submission { form, claim, doer, actor, unbegun: Unbegun::default() }
    }
}
