//! The draft as it is typed: saved every few seconds by a script, with a small answer. It carries no operation id: a
//! draft has versions of its own, and saving the same twice is one saving.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use super::steps::{Kept, Saving, Stopped, keep};
use crate::app::App;
use crate::consultation::store::notes::{self, Note};
use crate::consultation::store::sittings;
use crate::queue::model::VisitId;
use crate::record;
use crate::web::request::Id;
use crate::web::{Answer, Error, Page, Submission};
use crate::work::{Refused, Work};

/// What the script is told.
#[derive(Debug, Serialize)]
struct Told {
    /// Whether it is kept.
    saved: bool,
    /// The draft's version, for the next time; 0 while nothing is written.
    version: i64,
    /// The version of what becomes of the visit, where this page chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<i64>,
    /// What stands beside the heading.
    words: String,
    /// What else has to be said, in the page; empty for nothing.
    more: String,
}

/// Keeps the draft.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<VisitId>, submission: Submission) -> Answer {
    let sitting = sittings::of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, sitting.visit.patient_id, id).await?;
    let mut form = submission.form;
    if !door.lets(&mut form) {
        return Ok(not_kept(StatusCode::CONFLICT, form.error("").unwrap_or_default()));
    }
    let mut work = Work::begin(&app, page.doer().clone()).await?;
    let kept = keep(&mut work, &page, &sitting, &mut form, Saving::ByItself).await;
    match kept {
        Ok(Kept { draft: note, decision, overruled }) if form.is_ok() => {
            let others = notes::of_visit(work.tx(), page.actor()?.account, id).await?;
            work.commit().await?;
            let words = note.as_ref().map(|note| format!("Saved {}", page.clinic.clock(note.saved_at)));
            let more = match overruled {
                Some(overruled) => format!("{}.", overruled.words),
                None => more(&page, note.as_ref(), &others, sitting.visit.closed_at.is_some()),
            };
            Ok(told(
                StatusCode::OK,
                &Told {
                    saved: true,
                    version: note.as_ref().map_or(0, |note| note.version),
                    decision,
                    words: words.unwrap_or_else(|| "Nothing to save".to_owned()),
                    more,
                },
            ))
        }
        Ok(_) => {
            let why = form.errors().first().map(|error| error.message.clone()).unwrap_or_default();
            Ok(not_kept(StatusCode::UNPROCESSABLE_ENTITY, &why))
        }
        Err(Stopped::Elsewhere(Some(_))) => Ok(not_kept(
            StatusCode::CONFLICT,
            "You wrote in this draft in another window. Press Save to compare both texts",
        )),
        Err(Stopped::Elsewhere(None)) => Ok(not_kept(
            StatusCode::CONFLICT,
            "You signed or discarded this draft in another window. Press Save to keep this text as a new draft",
        )),
        Err(Stopped::Decided(overruled)) => Ok(not_kept(StatusCode::CONFLICT, &overruled.words)),
        Err(Stopped::Refused(Refused::Because(why))) => Ok(not_kept(StatusCode::CONFLICT, &why)),
        Err(Stopped::Refused(other)) => Err(other.into()),
    }
}

fn not_kept(status: StatusCode, why: &str) -> axum::response::Response {
    let (words, more) = ("Not saved".to_owned(), why.to_owned());
    let told = Told { saved: false, version: 0, decision: None, words, more };
    self::told(status, &told)
}

fn told(status: StatusCode, told: &Told) -> axum::response::Response {
    let body = serde_json::to_string(told).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// What whoever writes has to know: that a colleague took over, writes too, or that the visit is over.
fn more(page: &Page, own: Option<&Note>, notes: &[Note], closed: bool) -> String {
    if let Some(own) = own.filter(|own| own.is_set_aside()) {
        let at = own.set_aside_at.map(|at| page.clinic.clock(at)).unwrap_or_default();
        return format!("{} took this visit over at {at}. Your text is kept for you.", own.set_aside_name);
    }
    let me = page.actor.as_ref().map(|actor| actor.account);
    let other = notes
        .iter()
        .find(|note| note.signed_at.is_none() && note.set_aside_at.is_none() && Some(note.author_id) != me);
    match other {
        Some(other) => {
            format!(
                "{} writes in this visit too, since {}.",
                other.author_name,
                page.clinic.clock(other.started_at)
            )
        }
        None if closed => "This visit is closed. Your text is kept; sign it or discard it.".to_owned(),
        None => String::new(),
    }
}
