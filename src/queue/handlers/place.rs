//! The patient's own place, signed in or by the slip, and leaving the queue.

use axum::extract::{Path, State};

use crate::app::App;
use crate::billing;
use crate::queue::places::place as place_at;
use crate::queue::store::places::{self, Held};
use crate::queue::verbs::{Refused, leaving as going};
use crate::queue::views::place::{LeavePage, MyPlacePage, OverPage, OverPart, Place, PlacePage, PlacePart};
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn held(app: &App, code: &str) -> Result<Held, Error> {
    if code.len() != 32 {
        return Err(Error::NotFound);
    }
    places::by_code(&app.db, code).await?.ok_or(Error::NotFound)
}

/// Whether a slip is over: of an earlier day it says nothing but that (rule A6).
fn is_over(page: &Page, held: &Held) -> bool {
    held.day < page.today()
}

/// The place, with what it costs so far where the patient looks at the own one: a slip alone tells nobody (rule A6).
async fn place_of(app: &App, page: &Page, held: Held) -> Result<Place, Error> {
    let own = page.actor.as_ref().and_then(|actor| actor.patient) == Some(held.patient_id);
    let visit = held.visit_id;
    let mut place = place_at(&app.db, held, &page.clinic, page.now).await?;
    if own {
        place.due = Some(billing::due(&app.db, visit).await?).filter(|due| due.owed.total() > 0);
    }
    Ok(place)
}

/// The own place of whoever is signed in.
pub async fn mine(State(app): State<App>, page: Page) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let place = match places::of_patient(&app.db, patient, page.today()).await? {
        Some(held) => Some(place_of(&app, &page, held).await?),
        None => None,
    };
    html(MyPlacePage { page, place })
}

/// The place of whoever holds the slip.
pub async fn show(State(app): State<App>, page: Page, Path(code): Path<String>) -> Answer {
    let held = held(&app, &code).await?;
    if is_over(&page, &held) {
        return html(OverPage { page });
    }
    let place = place_of(&app, &page, held).await?;
    html(PlacePage { page, place })
}

/// The part that changes.
pub async fn part(State(app): State<App>, page: Page, Path(code): Path<String>) -> Answer {
    let held = held(&app, &code).await?;
    if is_over(&page, &held) {
        return html(OverPart {});
    }
    let place = place_of(&app, &page, held).await?;
    html(PlacePart { page, place })
}

/// Asks once more before one leaves.
pub async fn leaving(State(app): State<App>, page: Page, Path(code): Path<String>) -> Answer {
    let held = held(&app, &code).await?;
    if !held.can_leave() || is_over(&page, &held) {
        return Ok(see_other(&paths::queue::place(&code)));
    }
    html(LeavePage { page, form: FormState::new(), held })
}

/// Leaves the queue.
pub async fn leave(
    State(app): State<App>,
    page: Page,
    Path(code): Path<String>,
    submission: Submission,
) -> Answer {
    let held = held(&app, &code).await?;
    if held.closed_at.is_some() || is_over(&page, &held) {
        return Ok(see_other(&paths::queue::place(&code)));
    }
    let mut form = submission.form.clone();
    let entry = form.optional_parse("entry", "Open the page again");
    let version = form.optional_parse("version", "Open the page again");
    let mut work = submission.begin(&app).await?;
    match going::by_phone(&mut work, held.entry_id, entry.zip(version)).await {
        Ok(_) => work.done(paths::queue::place(&code), "").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(refused(html(LeavePage { page, form, held })?))
        }
        Err(refused) => Err(refused.into()),
    }
}
