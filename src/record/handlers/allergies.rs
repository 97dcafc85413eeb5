//! Recording an allergy: picked from the list, or in free text.

use axum::extract::{Query, State};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::{Door, door, opened};
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::live::Topic;
use crate::patients::model::{PatientId, fold};
use crate::prescribing::now;
use crate::record::model::{AllergenKind, AllergyId, AllergyState, Certainty, Severity};
use crate::record::store::{self, NewAllergy};
use crate::record::views::{AllergyPage, Picked};
use crate::web::form::{LINE, TEXT};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// Longest note.
pub const NOTE: usize = 500;
/// Longest "since when".
pub const SINCE: usize = 40;
/// Choices that a search offers.
const CHOICES: i64 = 12;

/// What the search asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    told: String,
}

async fn search(app: &App, q: &str) -> Result<Vec<Picked>, DbError> {
    let found = store::allergens(&app.db, q, CHOICES).await?;
    let picked = found.into_iter().map(|(kind, code, name)| {
        let value = format!("{}:{code}", kind.as_str());
        Picked { value, name, kind }
    });
    Ok(picked.collect())
}

/// The form; with `q` also what the list holds under these words, with `told` what the patient told.
pub async fn new(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let door = door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let q: String = asked.q.trim().chars().take(LINE).collect();
    let found = search(&app, &q).await?;
    let mut form = FormState::new().with("q", &q).with("severity", "").with("kind", "");
    if !asked.told.is_empty() {
        let told: String = door.banner.told().chars().take(LINE).collect();
        let words = if found.is_empty() { told.as_str() } else { "" };
        form = form.with("substance", words).with("certainty", Certainty::Told.as_str());
    } else {
        form = form.with("substance", if found.is_empty() { q.as_str() } else { "" });
    }
    opened(&app, &page, &door, "allergy form").await?;
    html(AllergyPage { page, banner: door.banner, form, changed: None, found, conflict: None, closed: false })
}

/// What the fields that every version has say.
pub fn read_facts(form: &mut FormState, new: &mut NewAllergy, today: NaiveDate) {
    new.reaction = form.optional_text("reaction", LINE);
    new.since = read_since(form, today);
    new.note = form.optional_text("note", NOTE);
    if let Some(severity) = form.parse::<Severity>("severity", "Choose how severe it was, or not known") {
        new.severity = severity;
    }
    if let Some(certainty) = form.parse::<Certainty>("certainty", "Choose how sure this is") {
        new.certainty = certainty;
    }
}

/// Since when, in words or as a year or a day; what is still to come is refused.
pub fn read_since(form: &mut FormState, today: NaiveDate) -> String {
    let since = form.optional_text("since", SINCE);
    let years = since.split(|one: char| !one.is_ascii_digit()).filter(|part| part.len() == 4);
    let later = years.filter_map(|year| year.parse::<i32>().ok()).any(|year| year > today.year());
    if later || since.parse::<NaiveDate>().is_ok_and(|day| day > today) {
        form.refuse("since", "This is still to come. Enter when it began");
    }
    since
}

/// An allergy in free text. What is typed as the list calls it is that of the list, as if it had been chosen: only so are
/// prescriptions compared with it.
pub async fn read_free(app: &App, form: &mut FormState, new: &mut NewAllergy) -> Result<(), DbError> {
    new.substance = form.text("substance", "Enter what harms, or choose it from the list", LINE);
    if let Some(kind) = form.parse::<AllergenKind>("kind", "Choose what kind of thing it is") {
        new.kind = kind;
    }
    let typed = fold(&new.substance);
    // The code of a medicine or a class is its plain name, where the list says more: `Sulfamethoxazole (in Septrin)`.
    let is_medicine = matches!(new.kind, AllergenKind::Medicine | AllergenKind::Class);
    let mut found = store::allergens(&app.db, &new.substance, CHOICES).await?;
    found.retain(|(_, code, name)| fold(name) == typed || (is_medicine && fold(code) == typed));
    if let Some((kind, code, name)) = found.into_iter().next() {
        (new.kind, new.code, new.substance) = (kind, code, name);
    }
    Ok(())
}

/// A version with nothing in it.
pub fn blank() -> NewAllergy {
    NewAllergy {
        replaces: None,
        kind: AllergenKind::Other,
        code: String::new(),
        substance: String::new(),
        reaction: String::new(),
        severity: Severity::Unknown,
        certainty: Certainty::Told,
        since: String::new(),
        note: String::new(),
        state: AllergyState::Active,
        reason: String::new(),
    }
}

async fn read(app: &App, form: &mut FormState, today: NaiveDate) -> Result<NewAllergy, Error> {
    let mut new = blank();
    let picked = form.value("allergen").to_owned();
    match picked.split_once(':') {
        None => read_free(app, form, &mut new).await?,
        Some((kind, code)) => match store::allergen(&app.db, kind, code).await? {
            // Which of the two was meant is not for us to guess.
            Some(_) if !form.value("substance").trim().is_empty() => {
                form.refuse("substance", "Choose one of the list, or type it here, not both");
            }
            Some((kind, code, name)) => (new.kind, new.code, new.substance) = (kind, code, name),
            None => form.refuse("allergen", "Choose one of the list, or free text"),
        },
    }
    read_facts(form, &mut new, today);
    Ok(new)
}

/// Records it. A recorded allergy takes "no known allergies" back by itself: the table does.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let new = read(&app, &mut form, page.today()).await?;
    if !door.lets(&mut form) || !form.is_ok() {
        return again(&app, page, door, form).await;
    }
    let told =
        if form.chosen("told_done", "yes") { form.optional_text("told_seen", TEXT) } else { String::new() };
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_allergy(work.tx(), id, &new, (&doer, at)).await {
        Ok(allergy) => {
            if !told.is_empty() {
                store::answer_told(work.tx(), id, &told, (&doer, at)).await?;
            }
            work.audit(Entry::new("allergy.recorded", "allergy", allergy.0).of_patient(id.0)).await?;
            let words = with_what_it_meets(&mut work, "Allergy recorded", allergy).await?;
            work.done(paths::record::health(id), &words).await
        }
        Err(error) if error.violates("allergy_twice") => {
            work.undo();
            let is_typed = !form.value("substance").trim().is_empty();
            let field = if is_typed { "substance" } else { "allergen" };
            form.refuse(field, "This allergy is recorded already. Change it in the list of allergies");
            form.renew();
            again(&app, page, door, form).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said after saving, with the medicines that wait to be given and that it speaks against. Whoever looks at them in
/// the pharmacy sees it there, too.
pub async fn with_what_it_meets(work: &mut Work, saved: &str, id: AllergyId) -> Result<String, DbError> {
    let Some(allergy) = store::allergy(work.tx(), id).await? else { return Ok(saved.to_owned()) };
    let met = now::met_by(work, &allergy).await?;
    if met.is_empty() {
        return Ok(saved.to_owned());
    }
    work.tell(Topic::Pharmacy);
    let medicines = if met.len() == 1 { "1 medicine".to_owned() } else { format!("{} medicines", met.len()) };
    Ok(format!("{saved}. {medicines} not yet given: {}. Ask the doctor", met.join(", ")))
}

async fn again(app: &App, page: Page, door: Door, form: FormState) -> Answer {
    let found = search(app, form.value("q")).await?;
    let closed = door.closed();
    let page = AllergyPage { page, banner: door.banner, form, changed: None, found, conflict: None, closed };
    Ok(refused(html(page)?))
}
