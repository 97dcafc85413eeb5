//! What was given out at one moment: the page, its labels, the slip, and what comes back.

use axum::extract::State;

use super::super::model::{DispensedId, DispensingId};
use super::super::store::dispensings::{self, Dispensing};
use super::super::store::{people, recalls};
use super::super::verbs::give_back::{Back, take_back as back};
use super::super::verbs::{REASON, WORDS};
use super::super::views::dispensing::{DispensingPage, Label, LabelsPage, SlipPage};
use super::WITNESSES;
use crate::access::model::{AccountId, Permission};
use crate::access::second;
use crate::app::App;
use crate::prescribing;
use crate::record::{self, Banner};
use crate::stock::model::BatchId;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The hand-out with the head of its page; none when the record has to be opened first.
async fn find(app: &App, page: &Page, id: DispensingId) -> Result<(Dispensing, Option<Banner>), Error> {
    let found = dispensings::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let banner = prescribing::door(app, page, found.patient_id).await?;
    Ok((found, banner))
}

async fn load(
    app: &App,
    page: Page,
    (dispensing, banner): (Dispensing, Banner),
    form: FormState,
) -> Result<DispensingPage, Error> {
    let lines = dispensings::lines(&app.db, dispensing.id).await?;
    let batches = dispensings::batches(&app.db, dispensing.id).await?;
    let here = match page.may(Permission::Dispense) {
        true => people::here(&app.db, dispensing.visit_id).await?,
        false => None,
    };
    let controlled =
        page.may(Permission::Dispense) && lines.iter().any(|line| line.controlled && line.is_out());
    let colleagues = if controlled {
        second::colleagues(&app.db, page.actor()?.account, WITNESSES).await?
    } else {
        Vec::new()
    };
    Ok(DispensingPage { page, form, banner, dispensing, lines, batches, here, controlled, colleagues })
}

/// What was given.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<DispensingId>) -> Answer {
    let (found, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(found.patient_id))) };
    record::read(&app, &page, &banner, ("dispensing.opened", "dispensing", id.0)).await?;
    html(load(&app, page, (found, banner), FormState::new()).await?)
}

/// Leads to the hand-out of a line, for who comes from the ledger.
pub async fn of_line(State(app): State<App>, Id(id): Id<DispensedId>) -> Answer {
    let found = recalls::of_line(&app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(see_other(&paths::pharmacy::dispensing(found)))
}

/// A label for each pack (rule P11).
pub async fn labels(State(app): State<App>, page: Page, Id(id): Id<DispensingId>) -> Answer {
    let (dispensing, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(dispensing.patient_id))) };
    let lines = dispensings::lines(&app.db, id).await?;
    let batches = dispensings::batches(&app.db, id).await?;
    record::read(&app, &page, &banner, ("dispensing.labelled", "dispensing", id.0)).await?;
    html(LabelsPage { page, labels: Label::all(&lines, &batches), dispensing })
}

/// The slip for the patient: how to take it, and what is still owed (rule P9).
pub async fn slip(State(app): State<App>, page: Page, Id(id): Id<DispensingId>) -> Answer {
    let (dispensing, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(dispensing.patient_id))) };
    let lines = dispensings::lines(&app.db, id).await?;
    record::read(&app, &page, &banner, ("dispensing.printed", "dispensing", id.0)).await?;
    let owed = dispensings::owed(&app.db, dispensing.prescription_id, page.today()).await?;
    html(SlipPage { page, dispensing, lines, owed })
}

/// Who sees a controlled medicine come back; nobody where the line is another one.
async fn witness(
    app: &App,
    page: &Page,
    of: DispensingId,
    line: Option<DispensedId>,
    form: &mut FormState,
) -> Result<Option<(AccountId, String)>, Error> {
    let Some(line) = line else { return Ok(None) };
    let line = dispensings::line(&app.db, line).await?.filter(|line| line.dispensing_id == of);
    if !line.is_some_and(|line| line.controlled) {
        return Ok(None);
    }
    let colleagues = second::colleagues(&app.db, page.actor()?.account, WITNESSES).await?;
    second::sees(app, page, &colleagues, form, "Choose who sees the controlled medicine come back").await
}

/// Takes something back (rule P12).
pub async fn take_back(
    State(app): State<App>,
    page: Page,
    Id(id): Id<DispensingId>,
    submission: Submission,
) -> Answer {
    let (found, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(found.patient_id))) };
    let mut form = submission.form.clone();
    let what = form
        .value("what")
        .split_once('.')
        .and_then(|(line, batch)| Some((DispensedId(line.parse().ok()?), BatchId(batch.parse().ok()?))));
    if what.is_none() {
        form.refuse("what", "Choose what comes back");
    }
    let quantity = form.number("quantity", 1, 10_000);
    let reason = form.reason("reason", "Say why it comes back", (REASON, WORDS));
    let second = witness(&app, &page, id, what.map(|(line, _)| line), &mut form).await?;
    let Some((line, batch)) = what.filter(|_| form.is_ok()) else {
        return Ok(refused(html(load(&app, page, (found, banner), form).await?)?));
    };
    let sealed = form.chosen("sealed", "yes");
    let second = second.as_ref().map(|(id, name)| (*id, name.as_str()));
    let mut work = submission.begin(&app).await?;
    let new = Back { line, batch, quantity, sealed, reason: &reason, second };
    match back(&mut work, &found, &new).await {
        Ok(()) => {
            let words = if sealed { "Taken back into stock" } else { "Taken back into quarantine" };
            work.done(paths::pharmacy::dispensing(id), words).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            Ok(conflicting(html(load(&app, page, (found, banner), form).await?)?))
        }
    }
}
