//! One medicine: to read, to change, to add.

use std::fmt::Display;

use axum::extract::State;

use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::laboratory::model::{decimal, parse_decimal};
use crate::patients::model::words_of;
use crate::prescribing::model::{Holds, MedicineId, Unit, not_divided, parse_dose, plain_number};
use crate::prescribing::store::catalogue::{self, Medicine};
use crate::prescribing::views::medicines::MedicinePage;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Longest advice and longest list of brands.
const TEXT: usize = 300;

fn some(number: Option<impl Display>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// The fields of a medicine by name, label and value.
fn fields(medicine: &Medicine) -> Vec<(&'static str, &'static str, String)> {
    let dose = medicine.dose.map(|dose| plain_number(dose).replace(',', "")).unwrap_or_default();
    let listed = |list: &str| list.split('|').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let yes = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
    vec![
        ("generic", "Generic name", medicine.generic.clone()),
        ("strength", "Strength", medicine.strength.clone()),
        ("form", "Form", medicine.form.as_str().to_owned()),
        ("route", "Taken", medicine.route.as_str().to_owned()),
        ("unit", "Counted in", medicine.unit.as_str().to_owned()),
        ("pack", "Units in a pack", medicine.pack.to_string()),
        ("step", "Least that is given", medicine.step.to_string()),
        ("ingredients", "Ingredients", listed(&medicine.ingredients)),
        ("classes", "Classes", listed(&medicine.classes)),
        ("dose", "Usual dose", dose),
        ("times", "Times a day", some(medicine.times_a_day)),
        ("days", "Days", some(medicine.days)),
        ("as_needed", "As needed", yes(medicine.as_needed)),
        ("max", "Most doses in a day", some(medicine.max_doses_a_day)),
        ("controlled", "Controlled", yes(medicine.controlled)),
        ("valid_days", "Prescription holds, days", some(medicine.valid_days)),
        ("min_age", "From this age", some(medicine.min_age)),
        ("pregnancy", "Pregnancy", medicine.pregnancy.as_str().to_owned()),
        ("brands", "Brand names", listed(&medicine.brands)),
        ("manufacturer", "Manufacturer", medicine.manufacturer.clone()),
        ("advice", "Advice", medicine.advice.clone()),
        ("price", "Price", decimal(medicine.price, 2)),
        ("reorder", "Reorder level", some(medicine.reorder_level)),
        ("active", "Offered", yes(medicine.active)),
    ]
}

fn filled(medicine: &Medicine) -> FormState {
    let form = FormState::new().with("version", medicine.version);
    fields(medicine).into_iter().fold(form, |form, (name, _, value)| form.with(name, value))
}

/// Slugs of a typed list: `Clavulanic acid` is `clavulanic_acid`.
fn slugs(typed: &str) -> Vec<String> {
    let slug = |part: &str| words_of(part).join("_");
    typed.split([',', '|', ';']).map(slug).filter(|slug| !slug.is_empty()).collect()
}

/// The codes of typed classes, by code or name; what is not known is refused.
fn classes(form: &mut FormState, known: &[(String, String)]) -> String {
    let mut codes = Vec::new();
    let typed = form.optional_text("classes", TEXT);
    for part in typed.split([',', '|', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let folded = words_of(part).join("_");
        let found = known
            .iter()
            .find(|(code, name)| *code == folded || words_of(name).join("_") == folded)
            .map(|(code, _)| code.clone());
        match found {
            Some(code) => codes.push(code),
            None => {
                form.refuse("classes", format!("No class is called “{part}”. Look at the list of classes"))
            }
        }
    }
    codes.join("|")
}

/// A number that may be left empty.
fn optional(form: &mut FormState, name: &str, least: i64, most: i64) -> Option<i64> {
    let message = format!("Enter a whole number from {least} to {most}, or leave it empty");
    let number: Option<i64> = form.optional_parse(name, &message);
    if number.is_some_and(|number| !(least..=most).contains(&number)) {
        form.refuse(name, message);
        return None;
    }
    number
}

/// The medicine as typed; the form says what does not fit.
fn read(form: &mut FormState, known: &[(String, String)], id: MedicineId, code: &str) -> Option<Medicine> {
    let generic = form.text("generic", "Enter the generic name", LINE);
    let strength = form.text("strength", "Enter the strength, for example 500 mg", 60);
    let shape = form.parse("form", "Choose the form");
    let route = form.parse("route", "Choose how it is taken");
    let unit: Option<Unit> = form.parse("unit", "Choose what is counted");
    let pregnancy = form.parse("pregnancy", "Choose what holds in pregnancy");
    let (pack, step) = (form.number("pack", 1, 10_000), form.number("step", 1, 10_000));
    let ingredients =
        slugs(&form.text("ingredients", "Enter the ingredients: allergies are checked by them", TEXT));
    let classes = classes(form, known);
    let dose = match (form.value("dose").trim().to_owned(), unit) {
        (text, Some(unit)) if !text.is_empty() => {
            let holds = Holds::of(&strength, unit);
            let dose =
                parse_dose(&text, unit, holds).and_then(|dose| not_divided(dose, unit).map_or(Ok(dose), Err));
            dose.map_err(|why| form.refuse("dose", why)).ok()
        }
        (_, Some(_) | None) => None,
    };
    let typed = form.value("price").replace(',', "");
    let price = parse_decimal(&typed, 2).ok().filter(|kobo| (0..=100_000_000).contains(kobo));
    if price.is_none() {
        form.refuse("price", "Enter a price from 0 to 1,000,000 naira");
    }
    let brands = form.optional_text("brands", TEXT);
    let brands: Vec<&str> =
        brands.split([',', '|', ';']).map(str::trim).filter(|brand| !brand.is_empty()).collect();
    let new = Medicine {
        id,
        code: code.to_owned(),
        generic,
        strength,
        form: shape?,
        route: route?,
        unit: unit?,
        pack,
        step,
        ingredients: ingredients.join("|"),
        classes,
        dose,
        times_a_day: optional(form, "times", 1, 6),
        days: optional(form, "days", 1, 365),
        as_needed: form.chosen("as_needed", "yes"),
        max_doses_a_day: optional(form, "max", 1, 24),
        controlled: form.chosen("controlled", "yes"),
        valid_days: optional(form, "valid_days", 1, 365),
        min_age: optional(form, "min_age", 0, 120),
        pregnancy: pregnancy?,
        brands: brands.join("|"),
        manufacturer: form.optional_text("manufacturer", LINE),
        advice: form.optional_text("advice", TEXT),
        price: price?,
        reorder_level: optional(form, "reorder", 0, 1_000_000),
        active: form.chosen("active", "yes"),
        version: form.number("version", 1, i64::MAX),
    };
    form.is_ok().then_some(new)
}

/// One medicine. Those who maintain the catalogue get the form.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<MedicineId>) -> Answer {
    let medicine = catalogue::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let classes = catalogue::classes(&app.db).await?;
    let form = filled(&medicine);
    html(MedicinePage { page, form, medicine: Some(medicine), classes, conflict: None })
}

/// The empty form.
pub async fn new(State(app): State<App>, page: Page) -> Answer {
    let classes = catalogue::classes(&app.db).await?;
    let form = FormState::new()
        .with("version", 1)
        .with("step", 1)
        .with("pregnancy", "caution")
        .with("active", "yes");
    html(MedicinePage { page, form, medicine: None, classes, conflict: None })
}

/// `amoxicillin-500mg-capsule`, from what it is called.
fn code_of(generic: &str, strength: &str, shape: &str) -> String {
    let all = format!("{generic} {strength} {shape}");
    words_of(&all).join("-").chars().take(100).collect()
}

/// Adds a medicine.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let known = catalogue::classes(&app.db).await?;
    let mut form = submission.form.clone();
    form.set("version", 1);
    let code = code_of(form.value("generic"), form.value("strength"), form.value("form"));
    let Some(new) = read(&mut form, &known, MedicineId(0), &code) else {
        return Ok(refused(html(MedicinePage {
            page,
            form,
            medicine: None,
            classes: known,
            conflict: None,
        })?));
    };
    let mut work = submission.begin(&app).await?;
    let Some(id) = catalogue::insert(work.tx(), &new).await? else {
        work.undo();
        form.refuse(
            "generic",
            "This medicine with this strength and form is in the catalogue already. Search for it",
        );
        form.renew();
        return Ok(conflicting(html(MedicinePage {
            page,
            form,
            medicine: None,
            classes: known,
            conflict: None,
        })?));
    };
    catalogue::renew_families(work.tx()).await?;
    work.audit(Entry::new("medicine.added", "medicine", id.0).with("medicine", new.label().as_str())).await?;
    work.done(paths::prescribing::medicine(id), &format!("{} added", new.label())).await
}

/// Whether the tables keep what the medicine is, or that it is controlled; why stands at the changed fields.
fn is_kept(form: &mut FormState, error: &DbError, old: &Medicine, new: &Medicine) -> bool {
    if error.violates("stock_item_unit") {
        form.refuse(
            "unit",
            "Units of it are in the stock's books. Add a new medicine to count it differently",
        );
    } else if error.violates("medicine_controlled_held") {
        form.refuse("controlled", "Units of it still lie in a store. It stays controlled until none is left");
    } else if error.violates("medicine_identity") {
        let changed = [
            ("generic", !old.generic.eq_ignore_ascii_case(&new.generic)),
            ("strength", old.strength != new.strength),
            ("form", old.form != new.form),
            ("route", old.route != new.route),
            ("ingredients", old.ingredients != new.ingredients),
        ];
        for (field, _) in changed.into_iter().filter(|(_, is_changed)| *is_changed) {
            form.refuse(
                field,
                "Units of it are in the stock's books, or it is prescribed. Add a new medicine instead",
            );
        }
    } else {
        return false;
    }
    true
}

/// Changes a medicine. What was prescribed of it keeps what it was called then.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<MedicineId>,
    submission: Submission,
) -> Answer {
    if !page.may(Permission::ManageMedicines) {
        return Err(Error::Forbidden("The pharmacy maintains the catalogue of medicines."));
    }
    let old = catalogue::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let classes = catalogue::classes(&app.db).await?;
    let mut form = submission.form.clone();
    let Some(new) = read(&mut form, &classes, id, &old.code) else {
        let medicine = Some(old);
        return Ok(refused(html(MedicinePage { page, form, medicine, classes, conflict: None })?));
    };
    let mut work = submission.begin(&app).await?;
    let done = catalogue::update(work.tx(), &new).await;
    if let Err(error) = &done
        && is_kept(&mut form, error, &old, &new)
    {
        work.undo();
        let medicine = Some(old);
        return Ok(refused(html(MedicinePage { page, form, medicine, classes, conflict: None })?));
    }
    if !done? {
        work.undo();
        let now = catalogue::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
        let who = audit::last_change(&app.db, "medicine", id.0).await?;
        let conflict = Conflict::of(&mut form, who, &fields(&now), now.version);
        let medicine = Some(now);
        return Ok(conflicting(html(MedicinePage {
            page,
            form,
            medicine,
            classes,
            conflict: Some(conflict),
        })?));
    }
    if (&old.ingredients, &old.classes) != (&new.ingredients, &new.classes) {
        catalogue::renew_families(work.tx()).await?;
    }
    let mut entry = Entry::new("medicine.changed", "medicine", id.0).with("medicine", old.label().as_str());
    for ((_, label, before), (_, _, after)) in fields(&old).into_iter().zip(fields(&new)) {
        entry = entry.changed(label, &before, &after);
    }
    work.audit(entry).await?;
    work.done(paths::prescribing::medicine(id), &format!("{} saved", new.label())).await
}
