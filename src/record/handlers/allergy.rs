//! Changing and ending one allergy: each time a new version that names the one before.

use axum::extract::State;

use super::allergies::{blank, read_facts, read_free, with_what_it_meets};
use super::{door, opened};
use crate::app::App;
use crate::audit::Entry;
use crate::record::model::{Allergy, AllergyId, AllergyState};
use crate::record::store::{self, NewAllergy};
use crate::record::views::{AllergyEndPage, AllergyPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The fields of the form with their labels, as a version has them.
fn fields(allergy: &Allergy) -> Vec<(&'static str, &'static str, String)> {
    let mut fields = Vec::new();
    if allergy.is_free() {
        fields.push(("substance", "What harms", allergy.substance.clone()));
        fields.push(("kind", "Kind", allergy.kind.as_str().to_owned()));
    }
    fields.extend([
        ("reaction", "What happened", allergy.reaction.clone()),
        ("severity", "How severe", allergy.severity.as_str().to_owned()),
        ("certainty", "How sure", allergy.certainty.as_str().to_owned()),
        ("since", "Since", allergy.since.clone()),
        ("note", "Note", allergy.note.clone()),
    ]);
    fields
}

/// The newest version behind an address; an address of an older one leads there, one of an ended allergy to the list.
async fn newest(
    app: &App,
    id: AllergyId,
    to: fn(AllergyId) -> String,
) -> Result<Result<Allergy, String>, Error> {
    let allergy = store::current_allergy(&app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(if allergy.state != AllergyState::Active {
        Err(paths::record::health(allergy.patient_id))
    } else if allergy.id != id {
        Err(to(allergy.id))
    } else {
        Ok(allergy)
    })
}

/// The form as the allergy stands.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<AllergyId>) -> Answer {
    let newest = newest(&app, id, paths::record::allergy).await?;
    let patient = match &newest {
        Ok(allergy) => allergy.patient_id,
        Err(elsewhere) => return Ok(see_other(elsewhere)),
    };
    let door = door(&app, &page, patient).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let Ok(allergy) = newest else { return Err(Error::NotFound) };
    let form =
        fields(&allergy).iter().fold(FormState::new(), |form, (name, _, value)| form.with(name, value));
    opened(&app, &page, &door, "allergy form").await?;
    let (changed, found) = (Some(allergy), Vec::new());
    html(AllergyPage { page, banner: door.banner, form, changed, found, conflict: None, closed: false })
}

/// The version that a form was made from, with whose it is.
async fn version(app: &App, id: AllergyId) -> Result<Allergy, Error> {
    store::allergy(&app.db, id).await?.ok_or(Error::NotFound)
}

/// Writes the changed version, unless somebody else was first.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AllergyId>,
    submission: Submission,
) -> Answer {
    let old = version(&app, id).await?;
    let door = door(&app, &page, old.patient_id).await?;
    let mut form = submission.form.clone();
    let shown = |page, form, changed, conflict, door: super::Door| {
        let (closed, found) = (door.closed(), Vec::new());
        html(AllergyPage { page, banner: door.banner, form, changed: Some(changed), found, conflict, closed })
    };
    // What else is said at the fields tells what the allergy is.
    if !door.lets(&mut form) {
        return Ok(refused(shown(page, form, old, None, door)?));
    }
    let mut new = NewAllergy { replaces: Some(id), kind: old.kind, code: old.code.clone(), ..blank() };
    if old.is_free() {
        read_free(&app, &mut form, &mut new).await?;
    } else {
        new.substance = old.substance.clone();
    }
    read_facts(&mut form, &mut new, page.today());
    if !form.is_ok() {
        return Ok(refused(shown(page, form, old, None, door)?));
    }
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_allergy(work.tx(), old.patient_id, &new, (&doer, at)).await {
        Ok(allergy) => {
            let names = changed_fields(&old, &new);
            let entry = Entry::new("allergy.changed", "allergy", allergy.0).of_patient(old.patient_id.0);
            work.audit(entry.with("fields", names)).await?;
            let worse =
                (&old.substance, &old.code, old.severity) != (&new.substance, &new.code, new.severity);
            let words = match worse {
                true => with_what_it_meets(&mut work, "Allergy changed", allergy).await?,
                false => "Allergy changed".to_owned(),
            };
            return work.done(paths::record::health(old.patient_id), &words).await;
        }
        Err(error) if overtaken(&error) => work.undo(),
        Err(error) => return Err(error.into()),
    }
    let now = store::current_allergy(&app.db, id).await?.ok_or(Error::NotFound)?;
    if now.id == id && now.state == AllergyState::Active {
        form.refuse("substance", "This allergy is recorded already. Change it in the list of allergies");
        form.renew();
        return Ok(refused(shown(page, form, old, None, door)?));
    }
    if now.state != AllergyState::Active {
        form.refuse("", ended_words(&now));
    }
    let who = Some((now.recorded_name.clone(), now.recorded_at));
    let conflict = Conflict::of(&mut form, who, &fields(&now), now.id.0);
    Ok(conflicting(shown(page, form, now, Some(conflict), door)?))
}

fn overtaken(error: &crate::db::DbError) -> bool {
    ["allergy_replaces_id_unique", "allergy_twice", "allergy_replaces"]
        .iter()
        .any(|name| error.violates(name))
}

fn ended_words(now: &Allergy) -> String {
    format!(
        "This allergy was ended meanwhile ({}): {}. Record it anew if it holds",
        now.state.label(),
        now.reason
    )
}

fn changed_fields(old: &Allergy, new: &NewAllergy) -> String {
    let pairs = [
        ("substance", old.substance == new.substance),
        ("kind", old.kind == new.kind),
        ("reaction", old.reaction == new.reaction),
        ("severity", old.severity == new.severity),
        ("certainty", old.certainty == new.certainty),
        ("since", old.since == new.since),
        ("note", old.note == new.note),
    ];
    let names: Vec<&str> = pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
    names.join(", ")
}

/// The form that ends an allergy.
pub async fn end_form(State(app): State<App>, page: Page, Id(id): Id<AllergyId>) -> Answer {
    let newest = newest(&app, id, paths::record::allergy_end).await?;
    let allergy = match newest {
        Ok(allergy) => allergy,
        Err(elsewhere) => return Ok(see_other(&elsewhere)),
    };
    let door = door(&app, &page, allergy.patient_id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(allergy.patient_id)));
    }
    opened(&app, &page, &door, "allergy form").await?;
    html(AllergyEndPage { page, banner: door.banner, form: FormState::new(), allergy, closed: false })
}

/// Ends it, with the reason.
pub async fn end(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AllergyId>,
    submission: Submission,
) -> Answer {
    let allergy = version(&app, id).await?;
    let patient = allergy.patient_id;
    let door = door(&app, &page, patient).await?;
    let mut form = submission.form.clone();
    let state =
        form.parse::<AllergyState>("state", "Choose how it ends").filter(|it| *it != AllergyState::Active);
    let reason = form.reason("reason", "Enter the reason", (3, LINE));
    if state.is_none() {
        form.refuse("state", "Choose how it ends");
    }
    let open = door.lets(&mut form);
    let Some(state) = state.filter(|_| open && form.is_ok()) else {
        let closed = door.closed();
        return Ok(refused(html(AllergyEndPage { page, banner: door.banner, form, allergy, closed })?));
    };
    let new = ended(&allergy, state, reason);
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_allergy(work.tx(), patient, &new, (&doer, at)).await {
        Ok(ended) => {
            let entry = Entry::new("allergy.ended", "allergy", ended.0).of_patient(patient.0);
            work.audit(entry.with("how", state.label())).await?;
            work.done(paths::record::health(patient), "Allergy ended").await
        }
        Err(error) if overtaken(&error) => {
            work.undo();
            let now = store::current_allergy(&app.db, id).await?.ok_or(Error::NotFound)?;
            form.refuse(
                "",
                format!(
                    "{} changed this allergy meanwhile. Look at it as it stands now, then end it",
                    now.recorded_name
                ),
            );
            form.renew();
            let closed = false;
            Ok(conflicting(html(AllergyEndPage { page, banner: door.banner, form, allergy: now, closed })?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The last version of an allergy.
fn ended(allergy: &Allergy, state: AllergyState, reason: String) -> NewAllergy {
    NewAllergy {
        replaces: Some(allergy.id),
        kind: allergy.kind,
        code: allergy.code.clone(),
        substance: allergy.substance.clone(),
        reaction: allergy.reaction.clone(),
        severity: allergy.severity,
        certainty: allergy.certainty,
        since: allergy.since.clone(),
        note: allergy.note.clone(),
        state,
        reason,
    }
}
