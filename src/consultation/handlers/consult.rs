//! The consultation page: one form, whose every button saves the draft and does one thing more.

use axum::extract::State;
use chrono::{DateTime, NaiveTime, Utc};
use futures::{TryFutureExt, try_join};

use super::steps::{self, Done};
use crate::access::model::Permission;
use crate::app::App;
use crate::consultation::model::{LONGEST, NoteKind, Part, Parts};
use crate::consultation::store::notes::{self, Note};
use crate::consultation::store::signs::Signs;
use crate::consultation::store::sittings::{self, Sitting};
use crate::consultation::store::{templates, vitals};
use crate::consultation::verbs::drafts::Sent;
use crate::consultation::views::{ConsultPage, HOME, no_sample};
use crate::queue::model::VisitId;
use crate::record::{self, Door};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::new_op;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;
use crate::{diagnoses, laboratory, prescribing, procedures, queue, scheduling};

/// Earlier visits beside the form.
const EARLIER: i64 = 6;

/// The kind of note that this person writes.
pub fn kind_for(page: &Page) -> NoteKind {
    if page.may(Permission::Consult) { NoteKind::Consultation } else { NoteKind::Nursing }
}

/// The page.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let sitting = sittings::of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = sitting.visit.patient_id;
    let door = record::door_of(&app, &page, patient, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let banner = door.banner.clone();
    let opening = page.clone();
    let (page, ()) = try_join!(
        load(&app, page, sitting, door, None),
        record::read(&app, &opening, &banner, ("consultation.opened", "visit", id.0)).err_into(),
    )?;
    html(page)
}

/// The page as it stands; `form` is what was typed, else it is filled from the draft.
pub async fn load(
    app: &App,
    page: Page,
    sitting: Sitting,
    door: Door,
    form: Option<FormState>,
) -> Result<ConsultPage, Error> {
    let (me, visit) = (page.actor()?.account, sitting.visit.id);
    let (whose, kind) = (door.whose(), kind_for(&page));
    let token = sitting.standing().filter(|_| page.may(Permission::WorkQueue));
    let onward = async {
        match &token {
            Some(token) => queue::onward(app, token).await,
            None => Ok(queue::Onward::default()),
        }
    };
    let (notes, vitals, orders, earlier, templates, onward) = try_join!(
        notes::of_visit(&app.db, me, visit),
        vitals::around(&app.db, visit, whose),
        laboratory::around_visit(&app.db, visit, whose),
        sittings::earlier(&app.db, whose, sitting.day, EARLIER),
        templates::for_account(&app.db, me),
        onward,
    )?;
    let doctors = if orders.iter().any(|line| line.visit_id == visit && line.state.is_open())
        && page.may(Permission::Consult)
    {
        scheduling::doctor_names(&app.db).await?
    } else {
        Vec::new()
    };
    let form = match form {
        Some(form) => form,
        None => {
            let draft = notes.iter().find(|note| is_draft_of(note, &page));
            let mut form = filled(&page, &sitting, draft);
            // What is prescribed has to be given out.
            if let Some(pharmacy) = onward.pharmacy.as_ref().filter(|_| sitting.has_prescription) {
                form.set("next", pharmacy);
            }
            // A sample comes first: the doctor, and later stations, send on from there.
            if let Some((laboratory, _)) =
                onward.laboratory.as_ref().filter(|_| !no_sample(&orders, visit).is_empty())
            {
                form.set("next", laboratory);
            }
            form
        }
    };
    let (diagnoses, prescribing, procedures) = if page.may(Permission::Consult) {
        try_join!(
            diagnoses::section(&app.db, &sitting.visit, me, &form),
            prescribing::section(app, &page, (&sitting.visit, &door.banner.summary), me, &form),
            procedures::section(&app.db, &sitting.visit, me, &form),
        )?
    } else {
        Default::default()
    };
    Ok(ConsultPage {
        page,
        form,
        banner: door.banner,
        prescribing,
        sitting,
        kind,
        notes,
        vitals,
        orders,
        earlier,
        onward,
        doctors,
        templates,
        diagnoses,
        procedures,
        conflict: None,
    })
}

fn is_draft_of(note: &Note, page: &Page) -> bool {
    let me = page.actor.as_ref().map(|actor| actor.account);
    note.state == crate::consultation::model::NoteState::Draft && Some(note.author_id) == me
}

/// The form over a draft; without one it begins with what the student wrote when booking.
fn filled(page: &Page, sitting: &Sitting, draft: Option<&Note>) -> FormState {
    let mut form = FormState::new().with("tab", new_op()).with("turn", 0);
    match draft {
        Some(draft) => {
            for part in Part::ALL {
                form.set(part.as_str(), draft.parts.get(*part));
            }
            form.set("version", draft.version);
            form.set("seen_at", page.clinic.clock(draft.clinical_at));
        }
        None => {
            form.set("version", 0);
            let told = sitting.booked_words.as_deref().unwrap_or_default();
            form.set("complaint", if sitting.outcome.is_none() { told.trim() } else { "" });
            let seen = sitting.started_at.or(sitting.visit.closed_at).unwrap_or(page.now);
            form.set("seen_at", page.clinic.clock(seen));
        }
    }
    form.set("next", HOME);
    form.set("decision", sitting.decision.unwrap_or(0));
    if let Some(outcome) = sitting.outcome {
        form.set("outcome", outcome.as_str());
        form.set("outcome_note", sitting.outcome_note.as_deref().unwrap_or_default());
        form.set("back_on", sitting.back_on.map(|day| day.to_string()).unwrap_or_default());
    }
    form
}

/// What the page sends of its draft. In a visit that is over the note says of which moment it tells (rule V4).
pub fn sent(page: &Page, sitting: &Sitting, form: &mut FormState, by_itself: bool) -> Sent {
    let mut parts = Parts::default();
    let kind = kind_for(page);
    for part in Part::of(kind) {
        *parts.get_mut(*part) = form.optional_text(part.as_str(), LONGEST);
    }
    let mut clinical_at = None;
    if let Some(closed) = sitting.visit.closed_at.filter(|_| !form.value("seen_at").trim().is_empty()) {
        let time = NaiveTime::parse_from_str(form.value("seen_at").trim(), "%H:%M").ok();
        // A visit may go on after midnight.
        let of = |time| page.clinic.instant_between(time, (sitting.visit.opened_at, closed));
        let at = time.and_then(|time| of(time).or_else(|| page.clinic.instant(sitting.day, time)));
        clinical_at = at.map(|at| within(at, &sitting.visit));
        if clinical_at.is_none() {
            form.refuse("seen_at", "Enter the time at which you saw the patient, for example 10:20");
        }
    }
    Sent {
        kind,
        parts,
        clinical_at,
        version: form.value("version").parse().unwrap_or(0),
        tab: form.value("tab").chars().take(64).collect(),
        turn: form.value("turn").parse().unwrap_or(0),
        by_itself,
    }
}

/// The clock shows whole minutes; a visit begins and ends within one.
fn within(at: DateTime<Utc>, visit: &queue::Visit) -> DateTime<Utc> {
    let near = |one: DateTime<Utc>| (at - one).num_seconds().abs() < 60;
    match visit.closed_at {
        Some(closed) if at > closed && near(closed) => closed,
        Some(_) | None if at < visit.opened_at && near(visit.opened_at) => visit.opened_at,
        Some(_) | None => at,
    }
}

/// A step of the page: the draft is saved, then the thing that the button names is done, all of it or nothing.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let step = submission.form.value("step").to_owned();
    answer(&app, page, id, submission, &step).await
}

/// Does one step and answers it.
pub async fn answer(app: &App, page: Page, id: VisitId, submission: Submission, step: &str) -> Answer {
    let sitting = sittings::of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, &page, sitting.visit.patient_id, id).await?;
    let mut form = submission.form.clone();
    if !door.lets(&mut form) {
        return Ok(conflicting(html(bare(page, sitting, form, door.banner))?));
    }
    let caller = match sitting.point_id.filter(|_| step == steps::CALL) {
        Some(point) => match queue::caller(app, &page, point).await? {
            Some(caller) => Some(caller),
            None => return Ok(see_other(&paths::queue::station_at(point))),
        },
        None => None,
    };
    let mut work = submission.begin(app).await?;
    let taken = steps::take(&mut work, (&page, &sitting), caller.as_ref(), step, &mut form).await;
    match taken {
        Ok(Done { to, words }) if form.is_ok() => work.done(to, &words).await,
        Ok(_) => {
            work.undo();
            Ok(refused(html(again(app, page, id, form).await?)?))
        }
        Err(steps::Stopped::Elsewhere(note)) => {
            work.undo();
            let conflict = elsewhere(&mut form, note.as_deref());
            let shown = again(app, page, id, form).await?;
            Ok(conflicting(html(ConsultPage { conflict, ..shown })?))
        }
        Err(steps::Stopped::Decided(overruled)) => {
            work.undo();
            let conflict = decided(&mut form, *overruled);
            let shown = again(app, page, id, form).await?;
            Ok(conflicting(html(ConsultPage { conflict, ..shown })?))
        }
        Err(steps::Stopped::Refused(Refused::Because(sentence))) => {
            work.undo();
            form.refuse("", sentence);
            Ok(conflicting(html(again(app, page, id, form).await?)?))
        }
        Err(steps::Stopped::Refused(other)) => Err(other.into()),
    }
}

/// The page once more with what was typed, as everything stands now: what stopped a step may have been recorded while it was
/// taken.
async fn again(app: &App, page: Page, id: VisitId, mut form: FormState) -> Result<ConsultPage, Error> {
    let sitting = sittings::of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, &page, sitting.visit.patient_id, id).await?;
    if !door.lets(&mut form) {
        return Ok(bare(page, sitting, form, door.banner));
    }
    load(app, page, sitting, door, Some(form)).await
}

/// The page with nothing of the record on it: for somebody whose time with it is over while they typed.
fn bare(page: Page, sitting: Sitting, form: FormState, banner: record::Banner) -> ConsultPage {
    let kind = kind_for(&page);
    ConsultPage {
        page,
        form,
        banner,
        prescribing: prescribing::Section::default(),
        sitting: sitting.bare(),
        kind,
        notes: Vec::new(),
        vitals: Signs::default(),
        orders: Vec::new(),
        earlier: Vec::new(),
        onward: queue::Onward::default(),
        doctors: Vec::new(),
        templates: Vec::new(),
        diagnoses: diagnoses::Section::default(),
        procedures: procedures::Section::default(),
        conflict: None,
    }
}

/// Somebody else decided what becomes of the visit: what stands is shown beside what was chosen (R8).
fn decided(form: &mut FormState, overruled: steps::Overruled) -> Option<Conflict> {
    form.renew();
    form.refuse("outcome", overruled.words);
    let stands = overruled.stands?;
    form.set("decision", stands.version);
    let fields = [
        ("outcome", "What becomes of the visit", stands.outcome.as_str(), stands.outcome.label().to_owned()),
        ("outcome_note", "To whom, why", stands.outcome_note.as_str(), stands.outcome_note.clone()),
    ];
    let back_on = stands.back_on.map(|day| day.to_string()).unwrap_or_default();
    let fields = fields.into_iter().chain([("back_on", "Comes back on", back_on.as_str(), back_on.clone())]);
    let differs = fields.filter(|(name, _, stored, _)| form.value(*name).trim() != *stored);
    let or_nothing = |words: String| if words.is_empty() { "nothing".to_owned() } else { words };
    let now = differs.map(|(_, label, _, words)| (label.to_owned(), or_nothing(words))).collect();
    Some(Conflict { who: stands.decided_name.clone(), at: stands.decided_at, now })
}

/// Another window of the same person saved first, or has signed or discarded the draft: both texts are shown (R8).
fn elsewhere(form: &mut FormState, note: Option<&Note>) -> Option<Conflict> {
    form.renew();
    let Some(note) = note else {
        form.set("version", 0);
        form.refuse("", "You signed or discarded this draft in another window. What you typed here is not saved; save it to begin a new draft");
        return None;
    };
    form.refuse(
        "",
        "You wrote in this draft in another window. Compare, then save this one or open the page again",
    );
    form.set("version", note.version);
    let differs = Part::ALL.iter().filter(|part| form.value(part.as_str()).trim() != note.parts.get(**part));
    let words = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    let now = differs.map(|part| (part.label().to_owned(), words(note.parts.get(*part)))).collect();
    Some(Conflict { who: note.author_name.clone(), at: note.saved_at, now })
}
