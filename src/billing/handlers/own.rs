//! Nobody handles the own money or a relative's in a work role (rule A7): one check for every address that names somebody's money.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use futures::future::BoxFuture;

use crate::access::model::Actor;
use crate::app::App;
use crate::billing::store::owner;
use crate::patients;
use crate::web::Error;

/// Refuses whoever works on the own money, before anything of it is read or changed.
pub fn bounds<'a>(app: &'a App, actor: &'a Actor, parts: &'a mut Parts) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        if !actor.has_own {
            return Ok(());
        }
        let pattern = parts.extensions.get::<MatchedPath>().cloned();
        let kind = pattern.as_ref().and_then(|path| path.as_str().split('/').nth(1)).unwrap_or_default();
        // An address without an id names nobody, and what is no number is nobody's.
        let ids = RawPathParams::from_request_parts(parts, app).await;
        let first = ids.ok().and_then(|ids| ids.iter().next().map(|(_, id)| id.parse::<i64>()));
        let Some(Ok(id)) = first else { return Ok(()) };
        match owner::of(&app.db, kind, id).await? {
            Some(patient) => patients::not_own(app, actor.account, patient).await,
            None => Ok(()),
        }
    })
}
