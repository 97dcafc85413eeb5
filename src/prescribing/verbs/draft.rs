//! The steps of the section in the consultation: `add`, `remove.17`, `edit.17`, `favourite.17`, `use.5`, `forget.5`,
//! `repeat.4`, `again.17`, `set.malaria_adult`.

use std::collections::BTreeSet;

use crate::prescribing::model::{Holds, LineId, LineState, Unit, Usual, WarningKind, Written};
use crate::prescribing::store::drafts::{self, Named, NewLine};
use crate::prescribing::store::lines::Line;
use crate::prescribing::store::{catalogue, favourites, lines, stops};
use crate::prescribing::verbs::{Refused, WORDS, add, prescriber};
use crate::queue::Visit;
use crate::web::FormState;
use crate::work::Work;

/// One step. `rest` is what follows `rx.`.
pub async fn step(work: &mut Work, visit: &Visit, rest: &str, form: &mut FormState) -> Result<(), Refused> {
    let author = prescriber(work)?;
    let (verb, id) = rest.split_once('.').unwrap_or((rest, ""));
    let number = id.parse::<i64>().map_err(|_| Refused::NotFound);
    match verb {
        "add" => add::typed(work, visit, form).await,
        "remove" => remove(work, visit, LineId(number?), form).await,
        "edit" => edit(work, visit, LineId(number?), form).await,
        "favourite" => favourite(work, visit, LineId(number?), form).await,
        "use" => add::favourite(work, visit, form, crate::prescribing::model::FavouriteId(number?)).await,
        "forget" => {
            favourites::forget(work.tx(), crate::prescribing::model::FavouriteId(number?), author).await?;
            Ok(())
        }
        "repeat" => {
            add::repeat(work, visit, form, (crate::prescribing::model::PrescriptionId(number?), None)).await
        }
        "again" => {
            let line = lines::by_id(work.tx(), LineId(number?)).await?.ok_or(Refused::NotFound)?;
            add::repeat(work, visit, form, (line.prescription_id, Some(line.id))).await
        }
        "set" => add::order_set(work, visit, form, id).await,
        _ => Err(Refused::NotFound),
    }
}

/// Keeps what was typed at the author's draft lines, before any step: the reasons for signing against a warning.
pub async fn save(work: &mut Work, _: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let author = prescriber(work)?;
    let fields: Vec<String> = form
        .pairs()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("rx_reason_"))
        .map(str::to_owned)
        .collect();
    for field in fields.into_iter().take(40) {
        let Ok(id) = field.trim_start_matches("rx_reason_").parse::<LineId>() else { continue };
        let reason = form.optional_text(&field, WORDS);
        if reason.chars().count() <= WORDS {
            drafts::keep_reason(work.tx(), id, author, &reason).await?;
        }
    }
    Ok(())
}

/// A draft line of the author in this visit.
async fn own(work: &mut Work, visit: &Visit, id: LineId) -> Result<Line, Refused> {
    let author = prescriber(work)?;
    let line = lines::by_id(work.tx(), id).await?;
    let own = |line: &Line| {
        line.state == LineState::Draft && line.visit_id == visit.id && line.prescriber_id == author
    };
    line.filter(own).ok_or(Refused::NotFound)
}

/// Takes a draft line out. What stopped it on the page was heeded: that is counted, by kind, beside what is overridden.
async fn remove(work: &mut Work, visit: &Visit, id: LineId, form: &FormState) -> Result<(), Refused> {
    let (author, at) = (prescriber(work)?, work.now());
    let Some(line) = lines::by_id(work.tx(), id).await? else { return Ok(()) };
    if !drafts::delete_line(work.tx(), id, (visit.id, author)).await? {
        return Ok(());
    }
    let stops: BTreeSet<&str> = form
        .value(format!("rx_seen_{id}"))
        .split(',')
        .filter_map(|key| Some(key.split_once(':')?.0))
        .collect();
    for kind in stops.into_iter().filter_map(|kind| kind.parse::<WarningKind>().ok()) {
        stops::heeded(work.tx(), (kind, &line.name), (author, at)).await?;
    }
    Ok(())
}

/// What a line takes where nothing is typed: nothing. In a change everything stands in the fields.
pub fn without_usual(unit: Unit, line: &Line) -> Usual {
    Usual {
        unit,
        route: line.route,
        step: line.step,
        holds: Holds::of(&line.strength, unit),
        dose: None,
        times_a_day: None,
        days: None,
        as_needed: false,
        max_doses_a_day: None,
    }
}

/// Reads the fields `rx_dose_17` and so on of a line.
pub fn changed(form: &mut FormState, line: &Line) -> Option<Written> {
    let id = line.id;
    add::read(form, &without_usual(line.unit, line), |field| format!("rx_{field}_{id}"))
}

/// Whether the fields of a line say something else than the line.
pub fn is_edited(form: &FormState, line: &Line) -> bool {
    let field = |name: &str| format!("rx_{name}_{}", line.id);
    let sent = form.sent(field("times")).is_some();
    if !sent {
        return false;
    }
    let note = form.value(field("note")).trim() != line.instructions.trim();
    let mut copy = form.clone();
    let written = changed(&mut copy, line);
    note || written != Some(line.written())
}

/// Changes a draft line.
async fn edit(work: &mut Work, visit: &Visit, id: LineId, form: &mut FormState) -> Result<(), Refused> {
    let line = own(work, visit, id).await?;
    let instructions = form.optional_text(&format!("rx_note_{id}"), WORDS);
    let Some(written) = changed(form, &line).filter(|_| form.is_ok()) else { return Ok(()) };
    let new = NewLine {
        named: Named::of_line(&line),
        written,
        instructions,
        set_code: String::new(),
        repeats: None,
    };
    let author = prescriber(work)?;
    if !drafts::update_line(work.tx(), id, (visit.id, author), &new).await? {
        return Err(Refused::NotFound);
    }
    Ok(())
}

/// Keeps a draft line as a favourite of the doctor.
async fn favourite(work: &mut Work, visit: &Visit, id: LineId, form: &mut FormState) -> Result<(), Refused> {
    let (line, author, at) = (own(work, visit, id).await?, prescriber(work)?, work.now());
    let Some(medicine) = line.medicine_id else {
        form.refuse("rx_medicine", "Free text cannot be a favourite. Ask the pharmacist to add the medicine");
        return Ok(());
    };
    if catalogue::by_id(work.tx(), medicine).await?.is_none() {
        return Err(Refused::NotFound);
    }
    let words = format!("{}: {}", line.label(), line.directions.trim_end_matches('.'));
    if !favourites::keep(work.tx(), author, &line, &words, at).await? {
        let words = format!("You have {} favourites. Remove one first", favourites::MOST);
        form.refuse("rx_medicine", words);
    }
    Ok(())
}
