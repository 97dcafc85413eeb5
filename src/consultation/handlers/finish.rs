//! Taking a visit over, and finishing a consultation.

use axum::extract::State;

use super::consult::answer;
use super::steps::{self, Done, Stopped};
use crate::access::model::AccountId;
use crate::app::App;
use crate::consultation::store::notes;
use crate::consultation::store::sittings::{self, Sitting};
use crate::consultation::verbs::{doer, takeover};
use crate::consultation::views::HOME;
use crate::queue::model::{EntryState, Missing, Move, PointKind, VisitId, Whom};
use crate::web::request::Id;
use crate::web::{Answer, FormState, Page, Submission, paths};
use crate::work::{Refused, Work};
use crate::{laboratory, queue};

/// The patient is with who presses this from now on.
pub async fn take_over(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    answer(&app, page, id, submission, steps::TAKE_OVER).await
}

/// The doctor is done: what becomes of the visit is kept, and the token moves on.
pub async fn complete(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    answer(&app, page, id, submission, steps::FINISH).await
}

/// Finishes, after the draft and what becomes of the visit are saved. Signs nothing by itself: what rule V2 misses stands
/// in the form. Doing it again when it is done changes nothing.
pub async fn finish(work: &mut Work, sitting: &Sitting, form: &mut FormState) -> Result<Done, Stopped> {
    let to = Done {
        to: sitting.point_id.map_or_else(|| paths::HOME.to_owned(), paths::queue::board),
        words: String::new(),
    };
    if sitting.visit.closed_at.is_some() {
        return Ok(Done { words: format!("{} is closed already", sitting.visit.token), ..to });
    }
    if form.chosen("aside", "yes") {
        takeover::set_all_aside(work, sitting).await?;
    }
    if let Some(doctor) = form.optional_parse::<AccountId>("handover", "Choose who reviews the open results")
    {
        laboratory::hand_over(work, &sitting.visit, doctor).await?;
    }
    let me = doer(work)?;
    let own = notes::draft_of(work.tx(), me, sitting.visit.id).await?;
    let open = sittings::missing(work.tx(), sitting.visit.id, me).await?;
    if own.is_some_and(|own| !own.is_set_aside()) || open.unsigned > 0 {
        form.refuse(
            "sign-note",
            "Your note, or what you added to it, is not signed. Sign it or discard it, then finish",
        );
    }
    for missing in open.list() {
        if missing != Missing::Signature || form.error("sign-note").is_none() {
            form.refuse(field_of(missing), words_of(missing));
        }
    }
    let here = sitting.point_kind == Some(PointKind::Consulting);
    let next = form.value("next").to_owned();
    let place = if next == HOME { None } else { Whom::read(&next) };
    if here && next != HOME && place.is_none() {
        form.refuse("next", "Choose where the patient goes now");
    }
    if here && next == HOME && !open.no_sample.is_empty() && !form.chosen("without_sample", "yes") {
        let tests = &open.no_sample;
        let words = format!(
            "A sample for {tests} is not taken. Send the patient to the laboratory, or tick that the visit ends without it"
        );
        form.refuse("without_sample", words);
    }
    if !form.is_ok() {
        return Ok(to);
    }
    let words = move_on(work, sitting, place).await?;
    Ok(Done { words, ..to })
}

/// The field at which something missing is said.
const fn field_of(missing: Missing) -> &'static str {
    match missing {
        Missing::Signature => "aside",
        Missing::Disposition => "outcome",
        Missing::Orders => "handover",
        Missing::Procedures => "procedure",
    }
}

/// What is said there.
const fn words_of(missing: Missing) -> &'static str {
    match missing {
        Missing::Signature => "A colleague has not signed a note of this visit. Ask for it, or set it aside",
        Missing::Disposition => "Choose what becomes of the visit",
        Missing::Orders => "Choose the doctor who reviews the open results, or cancel the tests",
        Missing::Procedures => {
            "A procedure is planned and not done. Send the patient to whoever does it, or cancel it"
        }
    }
}

/// Moves the token to where it has to go next; a token that is at another point already stays there.
async fn move_on(
    work: &mut Work,
    sitting: &Sitting,
    place: Option<(queue::model::PointId, Whom)>,
) -> Result<String, Refused> {
    let token = &sitting.visit.token;
    let (Some(entry), Some(state)) = (sitting.entry_id, sitting.entry_state) else {
        return Ok(format!("{token} is done here"));
    };
    if sitting.point_kind != Some(PointKind::Consulting) {
        let point = sitting.point.as_deref().unwrap_or("another point");
        return Ok(format!("Consultation finished. {token} is at {point}, the visit ends there"));
    }
    let mut version = sitting.entry_version;
    if state == EntryState::Called {
        queue::make_move(work, Move::Start, entry, version, "").await?;
        version = version.map(|version| version + 1);
    }
    match place {
        None => {
            queue::make_move(work, Move::Finish, entry, version, "").await?;
            Ok(format!("{token} finished"))
        }
        Some((point, whom)) => {
            queue::transfer(work, entry, version, point, whom).await?;
            Ok(format!("{token} passed on"))
        }
    }
}
