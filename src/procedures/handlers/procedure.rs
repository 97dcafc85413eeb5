//! One procedure: recording it as done, cancelling it, marking it as entered in error.

use axum::extract::State;
use chrono::{DateTime, NaiveTime, Utc};

use crate::app::App;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::procedures::model::{MORE, ProcedureId, State as Stands, Supply};
use crate::procedures::store::{kinds, procedures};
use crate::procedures::verbs::{self, Report};
use crate::procedures::views::ProcedurePage;
use crate::queue;
use crate::record::{self, Door};
use crate::stock;
use crate::stock::model::quantity_words;
use crate::web::conflict::conflicting;
use crate::web::form::{LINE, TEXT};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// The most of one thing that a procedure takes.
const MOST: i64 = 10_000;

async fn load(app: &App, page: Page, id: ProcedureId) -> Result<(ProcedurePage, Door), Error> {
    let procedure = procedures::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, &page, procedure.patient_id, procedure.visit_id).await?;
    let usual = kinds::supplies(&app.db, procedure.kind_id).await?;
    let banner = door.banner.clone();
    let closed = door.closed();
    Ok((
        ProcedurePage { page, banner, form: FormState::new(), procedure, usual, closed, beyond: false },
        door,
    ))
}

/// The procedure; while it is planned, with the form that records it.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ProcedureId>) -> Answer {
    let (mut shown, door) = load(&app, page, id).await?;
    let patient = shown.procedure.patient_id;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let mut form = FormState::new()
        .with("version", shown.procedure.version)
        .with("consent_time", shown.page.clinic.clock(shown.page.now));
    for (at, supply) in shown.usual.iter().enumerate() {
        form = form.with(&format!("used_{at}"), supply.quantity);
    }
    shown.form = form;
    let read = ("procedures.opened", "visit", shown.procedure.visit_id.0);
    record::read(&app, &shown.page, &shown.banner, read).await?;
    html(shown)
}

fn quantity(form: &mut FormState, name: &str) -> Option<i64> {
    let message = "Enter a whole number, or leave it empty if nothing was used";
    let number = form.optional_parse::<i64>(name, message).filter(|number| *number != 0)?;
    if !(1..=MOST).contains(&number) {
        form.refuse(name, message);
        return None;
    }
    Some(number)
}

/// What was really used: the usual things, and up to three others.
fn used(form: &mut FormState, usual: &[Supply]) -> Vec<Supply> {
    let mut used: Vec<Supply> = Vec::new();
    for (at, supply) in usual.iter().enumerate() {
        if let Some(quantity) = quantity(form, &format!("used_{at}")) {
            used.push(Supply { quantity, ..supply.clone() });
        }
    }
    for at in 0..MORE {
        let (name, count) = (format!("more_item_{at}"), format!("more_quantity_{at}"));
        let item = form.optional_text(&name, 80);
        let unit = form.optional_text(&format!("more_unit_{at}"), 20);
        match (item.is_empty(), quantity(form, &count)) {
            (true, None) => {}
            (true, Some(_)) => form.refuse(&name, "Enter what was used"),
            (false, None) => form.refuse(&count, "Enter how much of it was used"),
            (false, Some(_)) if used.iter().any(|other| other.item == item) => {
                form.refuse(&name, "This stands in the list already");
            }
            (false, Some(quantity)) => used.push(Supply { item, quantity, unit }),
        }
    }
    used
}

/// Whether more was used of something than the books know to lie there: a slip of the finger, or the books are wrong.
async fn beyond(
    app: &App,
    shown: &ProcedurePage,
    form: &mut FormState,
    used: &[Supply],
) -> Result<bool, Error> {
    let mut beyond = false;
    for supply in used {
        let Some((there, unit)) =
            stock::lies_for_procedures(&app.db, &supply.item, shown.page.today()).await?
        else {
            continue;
        };
        if supply.quantity > there {
            let usual =
                shown.usual.iter().position(|one| one.item == supply.item).map(|at| format!("used_{at}"));
            let other = || (0..MORE).find(|at| form.value(format!("more_item_{at}")).trim() == supply.item);
            let field = usual.or_else(|| Some(format!("more_quantity_{}", other()?))).unwrap_or_default();
            let there = quantity_words(there, &unit);
            form.refuse(&field, format!("By the books {there} lie there. Correct the number, or tick below"));
            beyond = true;
        }
    }
    Ok(beyond)
}

/// Who consented and when, where it is needed; a time of the visit, which may have begun yesterday, that is not in the
/// future.
fn consent(
    form: &mut FormState,
    page: &Page,
    opened: Option<DateTime<Utc>>,
) -> Option<(String, DateTime<Utc>)> {
    let opened = opened?;
    let who = form.text("consent_by", "Enter who consented: the patient, or who speaks for the patient", 80);
    let message = "Enter the time of the consent, for instance 10:40";
    let time = form
        .parse::<NaiveTime>("consent_time", message)
        .or_else(|| NaiveTime::parse_from_str(form.value("consent_time").trim(), "%H:%M").ok());
    let of = |time| page.clinic.instant_between(time, (opened, page.now)).filter(|at| *at <= page.now);
    let at = time.and_then(|time| of(time).or_else(|| page.clinic.instant(page.today(), time)));
    match at {
        // The minute that has just begun is now.
        Some(at) if at <= page.now => Some((who, at)),
        Some(_) => {
            form.refuse("consent_time", "The consent must be given before the procedure");
            None
        }
        None => {
            form.refuse("consent_time", message);
            None
        }
    }
}

/// Records it as done with what was used.
pub async fn done(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ProcedureId>,
    submission: Submission,
) -> Answer {
    let (mut shown, door) = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    // What else is said at the fields tells what is planned.
    if !door.lets(&mut form) {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let version = form.number("version", 1, i64::MAX);
    let outcome = form.optional_text("outcome", TEXT / 8);
    let used = used(&mut form, &shown.usual);
    let opened = match shown.procedure.needs_consent {
        true => queue::visit(&app.db, shown.procedure.visit_id).await?.map(|visit| visit.opened_at),
        false => None,
    };
    let consent = consent(&mut form, &shown.page, opened);
    if form.is_ok() && !form.chosen("beyond", "yes") {
        shown.beyond = beyond(&app, &shown, &mut form, &used).await?;
    }
    if !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    let (visit, cost) = (shown.procedure.visit_id, (ChargeKind::Procedure, [id.0]));
    if !billing::pass(&mut work, visit, (cost.0, &cost.1), &mut form).await? {
        work.undo();
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let consent = consent.as_ref().map(|(who, at)| (who.as_str(), *at));
    let report = Report { version, outcome: &outcome, consent, used: &used };
    match verbs::done(&mut work, &shown.procedure, &report).await {
        Ok(()) => {
            let to = paths::procedures::of_visit(shown.procedure.visit_id);
            work.done(to, &format!("{}: done", shown.procedure.name)).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            again(&app, shown.page, id, form).await
        }
        Err(why) => Err(why.into()),
    }
}

/// The page as it stands now, with what was typed.
async fn again(app: &App, page: Page, id: ProcedureId, mut form: FormState) -> Answer {
    let (mut now, _) = load(app, page, id).await?;
    form.set("version", now.procedure.version);
    form.renew();
    now.form = form;
    Ok(conflicting(html(now)?))
}

/// Cancels what was planned.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ProcedureId>,
    submission: Submission,
) -> Answer {
    end(app, page, id, submission, Stands::Cancelled).await
}

/// Marks what was done as entered in error; it stays readable.
pub async fn mark(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ProcedureId>,
    submission: Submission,
) -> Answer {
    end(app, page, id, submission, Stands::EnteredInError).await
}

async fn end(app: App, page: Page, id: ProcedureId, submission: Submission, to: Stands) -> Answer {
    let (mut shown, door) = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.reason("reason", "Enter the reason", (5, LINE));
    if !door.lets(&mut form) || !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    match verbs::end(&mut work, &shown.procedure, to, &reason).await {
        Ok(()) => {
            let back = paths::procedures::of_visit(shown.procedure.visit_id);
            work.done(back, &format!("{}: {}", shown.procedure.name, to.label().to_lowercase())).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            again(&app, shown.page, id, form).await
        }
        Err(why) => Err(why.into()),
    }
}
