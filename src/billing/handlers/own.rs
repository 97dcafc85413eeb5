//! Nobody handles the own money in a work role (rule A7): one check for every address that names somebody's money.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use futures::future::BoxFuture;

use crate::access::model::Actor;
use crate::app::App;
use crate::billing::store::owner;
use crate::patients::PatientId;
use crate::web::Error;

/// What a member of staff reads instead.
const OWN: &str = "This is your own record. A colleague opens it for you.";

/// Refuses whoever works on the own money, before anything of it is read or changed.
pub fn bounds<'a>(app: &'a App, actor: &'a Actor, parts: &'a mut Parts) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        if actor.own_record.is_none() {
            return Ok(());
        }
        let pattern = parts.extensions.get::<MatchedPath>().cloned();
        let kind = pattern.as_ref().and_then(|path| path.as_str().split('/').nth(1)).unwrap_or_default();
        // An address without an id names nobody, and what is no number is nobody's.
        let ids = RawPathParams::from_request_parts(parts, app).await;
        let first = ids.ok().and_then(|ids| ids.iter().next().map(|(_, id)| id.parse::<i64>()));
        let Some(Ok(id)) = first else { return Ok(()) };
        match owner::of(&app.db, kind, id).await? {
            Some(patient) => not_own(actor, patient),
            None => Ok(()),
        }
    })
}

/// The same for a patient whom a form names.
pub fn not_own(actor: &Actor, patient: PatientId) -> Result<(), Error> {
    if actor.own_record == Some(patient) { Err(Error::Forbidden(OWN)) } else { Ok(()) }
}
