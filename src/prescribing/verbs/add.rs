//! Adding lines to a draft: by name, as free text, from a favourite, an order set or an earlier prescription.

use crate::access::model::AccountId;
use crate::prescribing::model::shipped::{self, OrderSet};
use crate::prescribing::model::{
    FavouriteId, Form, Frequency, Holds, LineId, LineState, MedicineId, PrescriptionId, Route, Unit, Usual,
    Written, not_grown, plain_number, quantity,
};
use crate::prescribing::store::catalogue::{self, Medicine};
use crate::prescribing::store::drafts::{self, Named, NewLine};
use crate::prescribing::store::favourites::Favourite;
use crate::prescribing::store::{favourites, lines, search};
use crate::prescribing::verbs::{Refused, WORDS, assess, prescriber};
use crate::queue::Visit;
use crate::web::FormState;
use crate::web::form::LINE;
use crate::work::Work;

/// The fields of the row that adds a line; they are emptied when it was added.
pub const ROW: [&str; 14] = [
    "rx_medicine",
    "rx_choice",
    "rx_choice_of",
    "rx_dose",
    "rx_times",
    "rx_days",
    "rx_quantity",
    "rx_max",
    "rx_note",
    "rx_free",
    "rx_strength",
    "rx_form",
    "rx_route",
    "rx_unit",
];
/// Most lines of one prescription.
const MOST: usize = 20;
/// How many medicines one chooses from.
pub const CHOICES: i64 = 12;

/// Adds what the row says. What does not fit is refused at its field.
pub async fn typed(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let author = prescriber(work)?;
    let name = form.text("rx_medicine", "Enter a medicine", LINE);
    if name.is_empty() {
        return Ok(());
    }
    let (named, usual) = if form.chosen("rx_free", "yes") {
        let Some(found) = free(form, name) else { return Ok(()) };
        found
    } else {
        let Some(medicine) = resolved(work, form, &name, author).await? else { return Ok(()) };
        (Named::of(&medicine), medicine.usual())
    };
    if usual.dose.is_some() && form.value("rx_dose").trim().is_empty() {
        say_dose(work, visit, &usual, form).await?;
    }
    let instructions = form.optional_text("rx_note", WORDS);
    let Some(written) = read(form, &usual, |field| format!("rx_{field}")) else { return Ok(()) };
    if !form.is_ok() {
        return Ok(());
    }
    let new = NewLine { named, written, instructions, set_code: String::new(), repeats: None };
    put(work, visit, form, vec![new]).await?;
    if form.is_ok() {
        for field in ROW {
            form.set(field, "");
        }
    }
    Ok(())
}

/// Why nobody else's dose is simply taken: a child, or somebody whose age nobody knows.
async fn whose_dose(work: &mut Work, visit: &Visit) -> Result<Option<String>, Refused> {
    let author = prescriber(work)?;
    let context = assess::context(work, visit.patient_id, author).await?;
    Ok(not_grown(&context.facts))
}

/// The usual dose is an adult's: for a child, and where nobody knows the age, it is said by whoever prescribes.
async fn say_dose(
    work: &mut Work,
    visit: &Visit,
    usual: &Usual,
    form: &mut FormState,
) -> Result<(), Refused> {
    if let Some(whose) = whose_dose(work, visit).await? {
        let unit = usual.unit.word(2_000);
        let words = format!("The usual dose is an adult's, and {whose}. Enter the dose in {unit}");
        form.refuse("rx_dose", words);
    }
    Ok(())
}

/// Reads dose, times, days, quantity and limit from fields; what does not fit is refused there.
pub fn read(form: &mut FormState, usual: &Usual, field: impl Fn(&'static str) -> String) -> Option<Written> {
    let values: Vec<(&'static str, String)> = ["dose", "times", "days", "quantity", "max"]
        .into_iter()
        .map(|name| (name, form.value(field(name)).to_owned()))
        .collect();
    let typed = |name: &'static str| {
        values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value.as_str())
    };
    match Written::read(usual, &typed) {
        Ok(written) => Some(written),
        Err(faults) => {
            for fault in faults {
                form.refuse(&field(fault.field), fault.message);
            }
            None
        }
    }
}

/// The one medicine that was meant; else the form says what to do.
async fn resolved(
    work: &mut Work,
    form: &mut FormState,
    name: &str,
    author: AccountId,
) -> Result<Option<Medicine>, Refused> {
    // What was ticked belongs to the words that were searched: other words since mean another medicine.
    let is_of_them = form.value("rx_choice_of").trim() == form.value("rx_medicine").trim();
    if !is_of_them {
        form.set("rx_choice", "");
    }
    if let Ok(id) = form.value("rx_choice").parse::<MedicineId>() {
        let chosen = catalogue::by_id(work.tx(), id).await?.filter(|medicine| medicine.active);
        if chosen.is_some() {
            return Ok(chosen);
        }
    }
    let mut found = search::exactly(work.tx(), name).await?;
    if found.is_empty() {
        found = search::search(work.tx(), name, author, false, CHOICES).await?;
    }
    match found.len() {
        0 => {
            let words =
                format!("No medicine is called “{name}”. Try a part of its name, or write it as free text");
            form.refuse("rx_medicine", words);
            Ok(None)
        }
        1 => Ok(found.pop()),
        _ => {
            form.refuse("rx_medicine", "Several medicines fit. Choose one below, then press Add again");
            Ok(None)
        }
    }
}

/// A medicine that the catalogue does not hold, with everything said.
fn free(form: &mut FormState, name: String) -> Option<(Named, Usual)> {
    let strength = form.text("rx_strength", "Enter the strength, for example 500 mg", 60);
    let shape: Option<Form> = form.parse("rx_form", "Choose the form");
    let route: Option<Route> = form.parse("rx_route", "Choose how it is taken");
    let unit: Option<Unit> = form.parse("rx_unit", "Choose what is counted");
    let (Some(shape), Some(route), Some(unit), true) = (shape, route, unit, form.is_ok()) else {
        return None;
    };
    let holds = Holds::of(&strength, unit);
    let named = Named {
        medicine: None,
        name,
        strength,
        form: shape,
        route,
        unit,
        step: 1,
        controlled: false,
        advice: String::new(),
    };
    let usual = Usual {
        unit,
        route,
        step: 1,
        holds,
        dose: None,
        times_a_day: None,
        days: None,
        as_needed: false,
        max_doses_a_day: None,
    };
    Some((named, usual))
}

/// Puts lines into the author's draft of the visit.
async fn put(work: &mut Work, visit: &Visit, form: &mut FormState, new: Vec<NewLine>) -> Result<(), Refused> {
    let (author, at) = (prescriber(work)?, work.now());
    let draft = drafts::begin(work.tx(), (visit.id, visit.patient_id), author, at).await?;
    let has = lines::of_prescription(work.tx(), draft).await?.len();
    if has + new.len() > MOST {
        let words = format!("A prescription holds {MOST} medicines at most. Sign this one first");
        form.refuse("rx_medicine", words);
        return Ok(());
    }
    for line in &new {
        drafts::insert_line(work.tx(), draft, (visit.id, visit.patient_id, author), line).await?;
    }
    Ok(())
}

fn gone(form: &mut FormState, what: &str) {
    form.refuse(
        "rx_medicine",
        format!("{what} is no longer offered by the catalogue. Choose something else"),
    );
}

/// The favourite stands in the row, to be looked at: it was written for somebody else.
fn offered(form: &mut FormState, medicine: &Medicine, favourite: Favourite, whose: &str) {
    if !form.value("rx_medicine").trim().is_empty() {
        form.refuse("rx_medicine", "Add this one first, or empty the field; then choose the favourite");
        return;
    }
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let dose = favourite.dose.map(|dose| plain_number(dose).replace(',', "")).unwrap_or_default();
    let is_needed = favourite.frequency == Frequency::AsNeeded;
    form.set("rx_medicine", medicine.label());
    form.set("rx_choice", medicine.id.to_string());
    form.set("rx_choice_of", medicine.label());
    form.set("rx_dose", dose);
    form.set("rx_times", favourite.frequency.as_str());
    form.set("rx_days", number(favourite.days));
    form.set("rx_quantity", if is_needed { favourite.quantity.to_string() } else { String::new() });
    form.set("rx_max", number(favourite.max_doses_a_day));
    form.set("rx_note", favourite.instructions);
    let words =
        format!("The favourite was written for somebody else, and {whose}. Check the dose, then press Add");
    form.refuse("rx_dose", words);
}

/// Adds a favourite of the doctor; for a child it is only offered.
pub async fn favourite(
    work: &mut Work,
    visit: &Visit,
    form: &mut FormState,
    id: FavouriteId,
) -> Result<(), Refused> {
    let author = prescriber(work)?;
    let favourite = favourites::by_id(work.tx(), id, author).await?.ok_or(Refused::NotFound)?;
    let medicine = catalogue::by_id(work.tx(), favourite.medicine_id).await?.ok_or(Refused::NotFound)?;
    if !medicine.active {
        gone(form, &medicine.label());
        return Ok(());
    }
    if favourite.dose.is_some()
        && let Some(whose) = whose_dose(work, visit).await?
    {
        offered(form, &medicine, favourite, &whose);
        return Ok(());
    }
    let written = again(
        (favourite.dose, favourite.frequency, favourite.days, favourite.max_doses_a_day),
        favourite.quantity,
        medicine.step,
    );
    let instructions = favourite.instructions;
    let new = NewLine {
        named: Named::of(&medicine),
        written,
        instructions,
        set_code: String::new(),
        repeats: None,
    };
    put(work, visit, form, vec![new]).await
}

type Taken = (Option<i64>, Frequency, Option<i64>, Option<i64>);

/// A line written before, with the quantity worked out again for what leaves the pharmacy now. One that was
/// said is rounded up to what is whole now: the packs may be others than they were.
fn again((dose, frequency, days, max_doses_a_day): Taken, before: i64, step: i64) -> Written {
    let computed = dose.and_then(|dose| quantity(dose, frequency, days.unwrap_or(1), step));
    let most = crate::prescribing::model::MOST / step;
    let said = (before.saturating_add(step - 1) / step).min(most) * step;
    Written { dose, frequency, days, max_doses_a_day, quantity: computed.unwrap_or(said) }
}

/// Adds the medicines of an order set. Its tests stay a proposal.
pub async fn order_set(
    work: &mut Work,
    visit: &Visit,
    form: &mut FormState,
    code: &str,
) -> Result<(), Refused> {
    prescriber(work)?;
    let set: &OrderSet = shipped::sets().iter().find(|set| set.code == code).ok_or(Refused::NotFound)?;
    let mut new = Vec::new();
    for line in &set.medicines {
        let Some(medicine) = catalogue::by_code(work.tx(), &line.code).await? else {
            gone(form, &line.code.replace('-', " "));
            return Ok(());
        };
        let frequency = Frequency::of_times(line.times).unwrap_or(Frequency::Daily);
        let written = again((line.dose, frequency, Some(line.days), None), medicine.step, medicine.step);
        let (named, set_code) = (Named::of(&medicine), set.code.clone());
        new.push(NewLine { named, written, instructions: String::new(), set_code, repeats: None });
    }
    put(work, visit, form, new).await
}

/// Adds the lines of an earlier prescription of the same patient again, or one line of it.
pub async fn repeat(
    work: &mut Work,
    visit: &Visit,
    form: &mut FormState,
    (prescription, only): (PrescriptionId, Option<LineId>),
) -> Result<(), Refused> {
    prescriber(work)?;
    let mut old = lines::of_prescription(work.tx(), prescription).await?;
    old.retain(|line| line.patient_id == visit.patient_id);
    let is_known = !old.is_empty();
    old.retain(|line| {
        line.state != LineState::Draft
            && only.is_none_or(|only| only == line.id)
            && (only.is_some() || !matches!(line.state, LineState::Cancelled | LineState::Closed))
    });
    if old.is_empty() && only.is_none() && is_known {
        let words = "Everything of it was stopped or cancelled. Repeat a medicine on its own, and read why it was stopped";
        form.refuse("rx_medicine", words);
        return Ok(());
    }
    if old.is_empty() {
        return Err(Refused::NotFound);
    }
    let mut new = Vec::new();
    for line in &old {
        let named = match line.medicine_id {
            None => Named::of_line(line),
            Some(id) => {
                let medicine = catalogue::by_id(work.tx(), id).await?.filter(|medicine| medicine.active);
                let Some(medicine) = medicine else {
                    gone(form, &line.label());
                    return Ok(());
                };
                Named::of(&medicine)
            }
        };
        let taken = (line.dose, line.frequency, line.days, line.max_doses_a_day);
        let written = again(taken, line.quantity, named.step);
        let instructions = line.instructions.clone();
        new.push(NewLine { named, written, instructions, set_code: String::new(), repeats: Some(line.id) });
    }
    put(work, visit, form, new).await
}
