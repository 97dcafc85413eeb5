//! Taking vital signs, looking at one taking, correcting it.

use axum::extract::State;
use chrono::NaiveDate;

use crate::access::model::Permission;
use crate::app::App;
use crate::consultation::model::{Consciousness, Escalation, Measured, Oxygen, Sign, Taken, VitalsId, judge};
use crate::consultation::store::signs::Signs;
use crate::consultation::store::vitals::{self as store, Measurement, Vitals};
use crate::consultation::verbs::{Correction, Kept, Taking, keep};
use crate::consultation::views::{TakingPage, VitalsPage};
use crate::db::DbError;
use crate::procedures::{self, Procedure};
use crate::queue;
use crate::queue::model::VisitId;
use crate::record::{self, Door};
use crate::settings::model::age_on;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// What the form says when the visit ended while somebody typed.
const CLOSED: &str = "This visit is closed. Vital signs belong to a visit that is open";
/// Longest note.
const NOTE: usize = 300;

/// The form, with what was last measured beside it.
pub async fn new(State(app): State<App>, page: Page, Id(visit): Id<VisitId>) -> Answer {
    let visit = queue::visit(&app.db, visit).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, visit.patient_id, visit.id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(visit.patient_id)));
    }
    if visit.closed_at.is_some() {
        return Ok(see_other(&paths::consultation::trend(visit.patient_id)));
    }
    let last = store::around(&app.db, visit.id, door.whose()).await?;
    let mut form = FormState::new();
    // The aim of the saturation is a decision about the person, so it goes on until somebody takes it back.
    if last.newest().is_some_and(|last| last.second_scale) {
        form.set("second_scale", "yes");
    }
    if door.banner.pregnant_on(page.today(), &page) {
        form.set("pregnant", "yes");
    }
    let planned = planned(&app, &page, visit.id).await?;
    record::read(&app, &page, &door.banner, ("vitals.form_opened", "visit", visit.id.0)).await?;
    html(VitalsPage {
        page,
        form,
        visit: visit.id,
        banner: door.banner,
        last,
        corrects: None,
        unusual: false,
        planned,
    })
}

/// What is planned in a visit, for who does such things.
async fn planned(app: &App, page: &Page, visit: VisitId) -> Result<Vec<Procedure>, DbError> {
    match page.may(Permission::RecordProcedures) {
        true => procedures::open_of_visit(&app.db, visit).await,
        false => Ok(Vec::new()),
    }
}

/// Keeps what was measured.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(visit): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let visit = queue::visit(&app.db, visit).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, visit.patient_id, visit.id).await?;
    let asked = Asked { visit: visit.id, door, corrects: None };
    save(&app, page, asked, submission).await
}

/// One taking with its flags and its score.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VitalsId>) -> Answer {
    let found = store::with_body(&app.db, id).await?.ok_or(Error::NotFound)?;
    let Measurement { vitals, body } = found;
    let door = record::door_of(&app, &page, vitals.patient_id, vitals.visit_id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(vitals.patient_id)));
    }
    let point = queue::point_of(&app.db, vitals.visit_id).await?;
    record::read(&app, &page, &door.banner, ("vitals.opened", "vitals", id.0)).await?;
    html(TakingPage { page, vitals, body, banner: door.banner, point })
}

/// The form of a correction, with what is corrected in it.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<VitalsId>) -> Answer {
    let vitals = store::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, vitals.patient_id, vitals.visit_id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(vitals.patient_id)));
    }
    if let Some(newer) = vitals.replaced_by {
        return Ok(see_other(&paths::consultation::taking(newer)));
    }
    record::read(&app, &page, &door.banner, ("vitals.opened", "vitals", id.0)).await?;
    let (visit, mut form) = (vitals.visit_id, filled(&vitals));
    if vitals.pregnant.is_none() && door.banner.pregnant_on(page.clinic.day_of(vitals.taken_at), &page) {
        form.set("pregnant", "yes");
    }
    html(VitalsPage {
        page,
        form,
        visit,
        banner: door.banner,
        last: Signs::default(),
        corrects: Some(vitals),
        unusual: false,
        planned: Vec::new(),
    })
}

/// Keeps the correction; what it corrects stays.
pub async fn correct(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VitalsId>,
    submission: Submission,
) -> Answer {
    let vitals = store::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, vitals.patient_id, vitals.visit_id).await?;
    let asked = Asked { visit: vitals.visit_id, door, corrects: Some(vitals) };
    save(&app, page, asked, submission).await
}

struct Asked {
    visit: VisitId,
    /// It may have closed while they typed.
    door: Door,
    corrects: Option<Vitals>,
}

impl Asked {
    /// The day of measuring.
    fn day(&self, page: &Page) -> NaiveDate {
        self.corrects.as_ref().map_or(page.today(), |old| page.clinic.day_of(old.taken_at))
    }

    fn age(&self, page: &Page) -> Option<u32> {
        self.door.banner.summary.who.born_on.and_then(|born| age_on(self.day(page), born))
    }
}

async fn save(app: &App, page: Page, asked: Asked, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    if asked.door.closed() {
        if asked.corrects.is_some() {
            asked.door.lets(&mut form);
        } else {
            form.refuse("", CLOSED);
        }
        let page = again(app, page, asked, form, false).await?;
        return Ok(conflicting(page));
    }
    let mut taken = read(&mut form);
    // A pregnancy that is known counts unless this taking says otherwise: no score is made for her (rule W3).
    if taken.pregnant.is_none() && asked.door.banner.pregnant_on(asked.day(&page), &page) {
        taken.pregnant = Some(true);
    }
    if !page.may(Permission::Consult) {
        // Only a doctor decides on the second scale; everybody else leaves it as it is.
        taken.second_scale = match &asked.corrects {
            Some(old) => old.second_scale,
            None => store::around(&app.db, asked.visit, asked.door.whose())
                .await?
                .newest()
                .is_some_and(|last| last.second_scale),
        };
    }
    let note = form.optional_text("note", NOTE);
    let reason = match asked.corrects {
        Some(_) => form.text("reason", "Enter why you correct it", NOTE),
        None => String::new(),
    };
    let unusual =
        form.is_ok() && !form.chosen("checked", "yes") && far_off(&mut form, &taken, asked.age(&page));
    if !form.is_ok() {
        return again(app, page, asked, form, unusual).await.map(refused);
    }
    let mut work = submission.begin(app).await?;
    let corrects =
        asked.corrects.as_ref().map(|old| Correction { id: old.id, taken_at: old.taken_at, reason });
    let who = &asked.door.banner.summary.who;
    let pregnant_since = asked.door.banner.pregnant_since(asked.day(&page), &page);
    let taking = Taking {
        visit: asked.visit,
        patient: who.patient_id,
        born_on: who.born_on,
        taken,
        pregnant_since,
        note,
        corrects,
    };
    match keep(&mut work, &taking).await {
        Ok(kept) => {
            let (to, words) = onward(app, page.may(Permission::Consult), &kept, asked.visit).await?;
            work.done(to, words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.renew();
            form.refuse("", sentence);
            let page = again(app, page, asked, form, false).await?;
            Ok(conflicting(page))
        }
        Err(other) => Err(other.into()),
    }
}

async fn again(
    app: &App,
    page: Page,
    asked: Asked,
    form: FormState,
    unusual: bool,
) -> Result<axum::response::Response, Error> {
    let last = match asked.corrects {
        Some(_) => Signs::default(),
        None if asked.door.closed() => Signs::default(),
        None => store::around(&app.db, asked.visit, asked.door.whose()).await?,
    };
    let planned = match asked.corrects.is_none() && !asked.door.closed() {
        true => planned(app, &page, asked.visit).await?,
        false => Vec::new(),
    };
    let Asked { visit, door, corrects } = asked;
    html(VitalsPage { page, form, visit, banner: door.banner, last, corrects, unusual, planned })
}

/// Where the person goes on: to the score when it is bad, else back to the line, doctors to the consultation.
async fn onward(
    app: &App,
    consults: bool,
    kept: &Kept,
    visit: VisitId,
) -> Result<(String, &'static str), Error> {
    let taking = paths::consultation::taking(kept.id);
    if kept.escalation > Escalation::None {
        return Ok((taking, "Vital signs saved"));
    }
    if consults {
        return Ok((paths::consultation::consult(visit), "Vital signs saved"));
    }
    let to = queue::point_of(&app.db, visit).await?.map_or(taking, paths::queue::board);
    Ok((to, "Vital signs saved"))
}

fn read(form: &mut FormState) -> Taken {
    let mut measured = Measured::default();
    for sign in Sign::ALL {
        match sign.read(form.value(sign.as_str())) {
            Ok(value) => measured.put(*sign, value),
            Err(sentence) => form.refuse(sign.as_str(), sentence),
        }
    }
    let oxygen: Option<Oxygen> = form.optional_parse("oxygen", "Choose air or oxygen");
    let consciousness: Option<Consciousness> =
        form.optional_parse("consciousness", "Choose how awake the patient is");
    match (measured.systolic, measured.diastolic) {
        (Some(systolic), Some(diastolic)) if diastolic >= systolic => {
            form.refuse("diastolic", "Diastolic pressure must be lower than systolic pressure");
        }
        (Some(_), None) => form.refuse("diastolic", "Enter the diastolic pressure too"),
        (None, Some(_)) => form.refuse("systolic", "Enter the systolic pressure too"),
        (Some(_), Some(_)) | (None, None) => {}
    }
    if measured.is_empty() && consciousness.is_none() && form.is_ok() {
        form.refuse("temperature", "Enter at least one vital sign");
    }
    let pregnant = match form.value("pregnant") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Taken { measured, oxygen, consciousness, second_scale: form.chosen("second_scale", "yes"), pregnant }
}

/// A value far off its range is asked about once (experience C5): a slip of a key is likelier than a dying student.
fn far_off(form: &mut FormState, taken: &Taken, age: Option<u32>) -> bool {
    for sign in Sign::ALL {
        let Some((value, level, _)) = judge(*sign, taken, age) else { continue };
        if level.is_critical() && *sign != Sign::Pain {
            let (words, amount) = (level.label().to_lowercase(), sign.amount(value));
            form.refuse(
                sign.as_str(),
                format!("{sign} {amount} is {words}. Measure again, or confirm it below"),
            );
        }
    }
    !form.is_ok()
}

/// The form as it was entered.
fn filled(vitals: &Vitals) -> FormState {
    let mut form = FormState::new().with("note", &vitals.note);
    for sign in Sign::ALL {
        if let Some(value) = vitals.measured.of(*sign) {
            form.set(sign.as_str(), sign.number(value));
        }
    }
    if let Some(oxygen) = vitals.oxygen {
        form.set("oxygen", oxygen.as_str());
    }
    if let Some(awake) = vitals.consciousness {
        form.set("consciousness", awake.as_str());
    }
    if vitals.second_scale {
        form.set("second_scale", "yes");
    }
    if let Some(pregnant) = vitals.pregnant {
        form.set("pregnant", if pregnant { "yes" } else { "no" });
    }
    form
}
