//! Giving out of a prescription; pausing, resuming and closing its lines.

use axum::extract::{Query, State};
use futures::{TryFutureExt, try_join};
use serde::Deserialize;

use super::super::model::{Ratio, Substitution};
use super::super::verbs::give::{Gift, Gifts, give};
use super::super::verbs::{IN_SPITE, REASON, WORDS};
use super::super::views::dispense::{DispensePage, Offer};
use super::offers::{find, load};
use crate::access::model::AccountId;
use crate::access::second;
use crate::app::App;
use crate::prescribing::model::{LineId, LineMove, PrescriptionId};
use crate::prescribing::{self, pharmacist};
use crate::record;
use crate::stock::model::{BatchId, StoreId};
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The store that is looked into.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    store: Option<i64>,
}

/// What can be given.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PrescriptionId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (prescription, lines, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(prescription.patient_id))) };
    let mut form = FormState::new();
    if let Some(store) = asked.store {
        form.set("store", store);
    }
    let opening = (page.clone(), banner.clone());
    let (shown, ()) = try_join!(
        load(&app, page, banner, (prescription, lines), form),
        record::read(&app, &opening.0, &opening.1, ("prescription.opened", "prescription", id.0)).err_into(),
    )?;
    html(shown)
}

/// The page once more, as everything stands now, with what was typed.
pub(super) async fn again(app: &App, page: Page, id: PrescriptionId, form: FormState) -> Answer {
    let (prescription, lines, banner) = find(app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(prescription.patient_id))) };
    html(load(app, page, banner, (prescription, lines), form).await?)
}

/// Gives out what was typed: everything or nothing.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PrescriptionId>,
    submission: Submission,
) -> Answer {
    let (prescription, lines, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(prescription.patient_id))) };
    let form = submission.form.clone();
    let mut shown = load(&app, page, banner, (prescription, lines), form.clone()).await?;
    let mut form = form;
    let second = second(&app, &shown, &mut form).await?;
    let (collected_by, advice) =
        (form.optional_text("collected_by", 120), form.optional_text("advice", WORDS));
    if overtaken(&shown, &form) {
        form.refuse(
            "",
            "A colleague gave out, paused or closed a line a moment ago. Here is how it stands now.",
        );
        form.renew();
        shown.form = form;
        return Ok(conflicting(html(shown)?));
    }
    let gifts = gifts(&shown, &mut form);
    if gifts.is_empty() && form.is_ok() {
        form.refuse("", "Enter how much is given of at least one line");
    }
    if !form.is_ok() {
        drop(gifts);
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let new = Gifts {
        prescription: &shown.prescription,
        marks: &shown.marks,
        store: StoreId(shown.store),
        gifts,
        second: second.as_ref().map(|(id, name)| (*id, name.as_str())),
        collected_by: &collected_by,
        advice: &advice,
    };
    let mut work = submission.begin(&app).await?;
    match give(&mut work, &new, &mut form).await {
        Ok(None) => {
            work.undo();
            drop(new);
            shown.form = form;
            Ok(refused(html(shown)?))
        }
        Ok(Some(given)) => {
            let lines = new.gifts.len();
            let words =
                if lines == 1 { "1 line given out".to_owned() } else { format!("{lines} lines given out") };
            work.done(paths::pharmacy::dispensing(given), &words).await
        }
        Err(why) => {
            work.undo();
            let words = sentence(why)?;
            drop(new);
            form.refuse("", words);
            form.renew();
            again(&app, shown.page, id, form).await.map(conflicting)
        }
    }
}

/// Who sees a controlled medicine leave, by the own password (rule P10).
async fn second(
    app: &App,
    shown: &DispensePage,
    form: &mut FormState,
) -> Result<Option<(AccountId, String)>, Error> {
    let controlled = shown.offers.iter().any(|offer| {
        let units: i64 = form.value(format!("give_{}", offer.line.id)).trim().parse().unwrap_or(0);
        let instead: Option<i64> = form.value(format!("instead_{}", offer.line.id)).parse().ok();
        let other = offer.others.iter().find(|other| Some(other.medicine.medicine_id.0) == instead);
        let given = other.map(|other| &other.medicine).or(offer.medicine.as_ref());
        units > 0 && offer.needs_second(given)
    });
    if !controlled {
        return Ok(None);
    }
    second::sees(app, &shown.page, &shown.colleagues, form, "Choose who sees the controlled medicine leave")
        .await
}

/// Whether something is to be given of a line that is not as it was seen.
fn overtaken(shown: &DispensePage, form: &FormState) -> bool {
    let typed = |name: &str, field: &str| name.strip_prefix(field).and_then(|id| id.parse::<LineId>().ok());
    form.pairs().any(|(name, value)| {
        let given = typed(name, "give_").filter(|_| !["", "0"].contains(&value.trim()));
        let stands = |id: LineId| {
            let offer = shown.offers.iter().find(|offer| offer.line.id == id);
            let seen: i64 = form.value(format!("version_{id}")).parse().unwrap_or(0);
            // A line whose medicine is not on the shelf's list any more was given between two questions.
            let listed = |offer: &Offer| offer.medicine.is_some() || offer.line.medicine_id.is_none();
            let as_seen = |offer: &Offer| offer.is_open(&shown.page) && offer.line.version == seen;
            offer.is_some_and(|offer| as_seen(offer) && listed(offer))
        };
        given.is_some_and(|id| !stands(id))
    })
}

/// What was typed at the lines.
fn gifts<'a>(shown: &'a DispensePage, form: &mut FormState) -> Vec<Gift<'a>> {
    let mut gifts = Vec::new();
    for offer in &shown.offers {
        let field = format!("give_{}", offer.line.id);
        let typed = form.value(&field).trim();
        if typed.is_empty() || typed == "0" || !offer.is_open(&shown.page) {
            continue;
        }
        let most = offer.line.remaining();
        let Some(covers) = typed.parse::<i64>().ok().filter(|units| (1..=most).contains(units)) else {
            form.refuse(&field, format!("Enter a whole number from 1 to {most}, or 0 for nothing"));
            continue;
        };
        gifts.extend(gift(offer, covers, form));
    }
    gifts
}

fn gift<'a>(offer: &'a Offer, covers: i64, form: &mut FormState) -> Option<Gift<'a>> {
    let id = offer.line.id;
    let give = format!("give_{id}");
    let version: i64 = form.value(format!("version_{id}")).parse().unwrap_or(0);
    let instead: Option<i64> = form.value(format!("instead_{id}")).parse().ok();
    let other = instead.and_then(|id| offer.others.iter().find(|other| other.medicine.medicine_id.0 == id));
    if instead.is_some() && other.is_none() {
        form.refuse(&format!("instead_{id}"), "This one cannot be given instead any more. Choose again");
        return None;
    }
    let (medicine, ratio) = match other {
        Some(other) => (&other.medicine, other.ratio),
        None => match &offer.medicine {
            Some(medicine) => (medicine, Ratio::SAME),
            None => {
                form.refuse(
                    &give,
                    "This line is free text. Ask the prescriber to choose a medicine, or close it",
                );
                return None;
            }
        },
    };
    let why = match other {
        Some(_) => {
            let why =
                form.parse::<Substitution>(&format!("instead_why_{id}"), "Say why another one is given");
            Some(why?)
        }
        None => None,
    };
    let units = ratio.given_for(covers).filter(|units| units % medicine.step == 0);
    if units.is_none() {
        let words = if medicine.step > 1 {
            format!("This does not come out in whole packs of {}. Give another amount", medicine.step)
        } else {
            format!("This does not come out even in the other strength. Give a multiple of {}", ratio.covers)
        };
        form.refuse(&give, words);
        return None;
    }
    let first: Vec<BatchId> =
        form.values(&format!("batch_{id}")).iter().filter_map(|one| one.parse().ok()).collect();
    let reason = form.optional_text(&format!("why_{id}"), WORDS);
    if !first.is_empty() && reason.chars().count() < REASON {
        form.refuse(&format!("why_{id}"), "Say why this batch is chosen");
        return None;
    }
    let note = form.optional_text(&format!("instead_note_{id}"), WORDS);
    if why == Some(Substitution::Other) && note.chars().count() < REASON {
        form.refuse(&format!("instead_note_{id}"), "Say in a few words why another one is given");
        return None;
    }
    let instead = why.map(|why| (why, note));
    let (seen, in_spite) = in_spite(offer, form)?;
    Some(Gift { line: id, version, covers, medicine, ratio, instead, first, why: reason, seen, in_spite })
}

/// What was seen to speak against a line, and why it is given all the same; none where that is refused at its field.
fn in_spite(offer: &Offer, form: &mut FormState) -> Option<(String, String)> {
    let (asked, id) = (offer.asked_about(), offer.line.id);
    if asked.is_empty() {
        return Some((String::new(), String::new()));
    }
    let (field, seen) = (format!("spite_{id}"), form.value(format!("seen_{id}")).to_owned());
    let reason = form.optional_text(&field, WORDS);
    let shown: Vec<&str> = seen.split(',').collect();
    let label = offer.line.label();
    if !asked.split(',').all(|one| shown.contains(&one)) {
        let words = "there is a new warning. Read it, then ask the prescriber, or give the reason";
        form.refuse(&field, format!("{label}: {words}"));
        return None;
    }
    if reason.chars().count() < IN_SPITE {
        let words = "ask the prescriber, or give the reason why it is given all the same";
        form.refuse(&field, format!("{label}: {words}"));
        return None;
    }
    Some((seen, reason))
}

/// Pauses a line, goes on with it, or closes it.
pub async fn set(State(app): State<App>, page: Page, Id(id): Id<LineId>, submission: Submission) -> Answer {
    let line = prescribing::line(&app.db, id).await?.ok_or(Error::NotFound)?;
    let (_, _, banner) = find(&app, &page, line.prescription_id).await?;
    if banner.is_none() {
        return Ok(see_other(&paths::patients::show(line.patient_id)));
    }
    let mut form = submission.form.clone();
    let field = format!("state_reason_{id}");
    let reason = form.reason(&field, "Say why, so that prescriber and patient know", (REASON, WORDS));
    let version = form.number("version", 1, i64::MAX);
    let made: Option<LineMove> = form.parse("move", "Choose what to do with the line");
    let Some(made) = made.filter(|_| form.is_ok()) else {
        return again(&app, page, line.prescription_id, form).await.map(refused);
    };
    let to = paths::pharmacy::dispense(line.prescription_id);
    let mut work = submission.begin(&app).await?;
    match pharmacist::set(&mut work, &line, (made, version), &reason).await {
        Ok(()) => work.done(to, &format!("{}: {}", line.label(), made.label().to_lowercase())).await,
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            again(&app, page, line.prescription_id, form).await.map(conflicting)
        }
    }
}
