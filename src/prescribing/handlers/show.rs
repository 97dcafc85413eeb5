//! Prescriptions to read: one, on paper, of a patient, by a code.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::door;
use crate::app::App;
use crate::patients::model::is_card_code;
use crate::patients::{self, PatientId, Qr};
use crate::prescribing::model::{LineId, LineState, PrescriptionId};
use crate::prescribing::store::{lines, prescriptions};
use crate::prescribing::views::prescription::{FindPage, OfPatientPage, PrescriptionPage, PrintPage};
use crate::prescribing::views::section;
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Prescriptions of one page of a list.
pub const PAGE: i64 = 10;

/// The page of a prescription with a form that was refused at a line; none when the record has to be opened first.
pub async fn load(
    app: &App,
    page: Page,
    id: PrescriptionId,
    (form, at): (FormState, Option<LineId>),
) -> Result<Result<PrescriptionPage, PatientId>, Error> {
    let prescription = prescriptions::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let Some(banner) = door(app, &page, prescription.patient_id).await? else {
        return Ok(Err(prescription.patient_id));
    };
    let lines = lines::of_prescription(&app.db, id).await?;
    let marks = prescriptions::marks(&app.db, id).await?;
    Ok(Ok(PrescriptionPage { page, form, at, banner, prescription, lines, marks }))
}

/// One prescription.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<PrescriptionId>) -> Answer {
    match load(&app, page, id, (FormState::new(), None)).await? {
        Err(patient) => Ok(see_other(&paths::patients::show(patient))),
        Ok(shown) => {
            record::read(&app, &shown.page, &shown.banner, ("prescription.opened", "prescription", id.0))
                .await?;
            html(shown)
        }
    }
}

/// The same on paper: what holds of it.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<PrescriptionId>) -> Answer {
    let prescription = prescriptions::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = prescription.patient_id;
    let Some(banner) = door(&app, &page, patient).await? else {
        return Ok(see_other(&paths::patients::show(patient)));
    };
    let mut lines = lines::of_prescription(&app.db, id).await?;
    lines.retain(|line| !matches!(line.state, LineState::Cancelled | LineState::Closed));
    let qr = Qr::of(&prescription.code);
    record::read(&app, &page, &banner, ("prescription.printed", "prescription", id.0)).await?;
    html(PrintPage { page, banner, prescription, lines, qr })
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Before {
    before: Option<i64>,
}

impl Before {
    /// Older than this prescription.
    pub fn before(&self) -> Option<i64> {
        self.before
    }
}

/// Prescriptions of a patient with the address of the next page.
pub async fn of(
    app: &App,
    page: &Page,
    patient: PatientId,
    (before, path): (Option<i64>, &str),
) -> Result<(Vec<section::Earlier>, Option<String>), Error> {
    let lines = lines::of_patient(&app.db, patient, before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let mut found = section::earlier(&lines, page, PAGE as usize + 1);
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let older = found.last().filter(|_| more).map(|last| format!("{path}?before={}", last.id));
    Ok((found, older))
}

/// The prescriptions of a patient.
pub async fn of_patient(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Before>,
) -> Answer {
    let Some(banner) = door(&app, &page, id).await? else {
        return Ok(see_other(&paths::patients::show(id)));
    };
    let path = paths::prescribing::of_patient(id);
    let (prescriptions, older) = of(&app, &page, id, (asked.before, &path)).await?;
    record::read(&app, &page, &banner, ("prescriptions.opened", "patient", id.0)).await?;
    html(OfPatientPage { page, banner: banner.as_heading(), prescriptions, older })
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// A code of a prescription, scanned or typed.
fn read_code(typed: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let rest =
        typed.get(..2).filter(|start| start.eq_ignore_ascii_case("RX")).and_then(|_| typed.get(2..))?;
    is_card_code(rest).map(|code| format!("RX{code}"))
}

/// By a scanned code straight to the prescription; by name, number or card to the patient's.
pub async fn find(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let q: String = asked.q.chars().take(120).collect();
    if let Some(code) = read_code(&q)
        && let Some(id) = prescriptions::by_code(&app.db, &code).await?
    {
        return Ok(see_other(&paths::prescribing::prescription(id)));
    }
    let patients = if read_code(&q).is_some() || q.trim().is_empty() {
        Vec::new()
    } else {
        patients::search_brief(&app.db, &q, 25).await?
    };
    html(FindPage { page, q, patients })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_with_blanks_and_in_any_case_and_a_card_is_none() {
        let code = format!("RX{}", crate::patients::model::card_code(7));
        assert_eq!(read_code(&code).as_deref(), Some(code.as_str()));
        assert_eq!(
            read_code(&format!(" {} ", crate::patients::model::grouped(&code).to_lowercase())),
            Some(code)
        );
        for nonsense in ["", "RX", "rx1", "Ada", &crate::patients::model::card_code(7), "RXẹ"] {
            assert_eq!(read_code(nonsense), None, "{nonsense}");
        }
    }
}
