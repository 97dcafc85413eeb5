//! The procedures of a visit, for whoever does them.

use axum::extract::State;

use crate::app::App;
use crate::procedures::model::{KindId, State as Stands};
use crate::procedures::section::found;
use crate::procedures::store::{kinds, procedures};
use crate::procedures::verbs;
use crate::procedures::views::VisitPage;
use crate::queue::model::VisitId;
use crate::record;
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// What is planned and done.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let visit = crate::queue::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, visit.patient_id, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(visit.patient_id)));
    }
    let all = procedures::of_visit(&app.db, id).await?;
    record::read(&app, &page, &door.banner, ("procedures.opened", "visit", id.0)).await?;
    let (form, choices) = (FormState::new(), Vec::new());
    html(VisitPage { page, banner: door.banner, form, visit, all, choices, closed: false })
}

/// Adds a procedure that nobody had planned; it leads to where it is recorded.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let visit = crate::queue::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(&app, &page, visit.patient_id, id).await?;
    let (mut form, closed) = (submission.form.clone(), door.closed());
    let all = if closed { Vec::new() } else { procedures::of_visit(&app.db, id).await? };
    let typed = form.text("pr_name", "Enter a procedure, or a part of its name", LINE);
    let offered = kinds::all(&app.db).await?;
    let mut fitting = match form.value("pr_choice").parse::<KindId>() {
        Ok(chosen) => offered.into_iter().filter(|kind| kind.id == chosen && kind.active).collect(),
        Err(_) => found(offered, &typed),
    };
    match fitting.len() {
        1 => {}
        0 => form.refuse("pr_name", format!("No procedure is called “{typed}”. Try another word")),
        2..=8 => form.refuse("pr_choice", "Several procedures fit. Choose one and press Add again"),
        _ => form.refuse("pr_name", "Many procedures fit. Enter one more word of its name"),
    }
    if !door.lets(&mut form) || !form.is_ok() {
        if form.error("pr_choice").is_none() {
            fitting.clear();
        }
        let page = VisitPage { page, banner: door.banner, form, visit, all, choices: fitting, closed };
        return Ok(refused(html(page)?));
    }
    let mut work = submission.begin(&app).await?;
    match verbs::put(&mut work, &visit, &fitting.remove(0), ("", Stands::Planned)).await {
        Ok(new) => work.done(paths::procedures::procedure(new), "").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            let choices = Vec::new();
            let page = VisitPage { page, banner: door.banner, form, visit, all, choices, closed };
            Ok(conflicting(html(page)?))
        }
        Err(why) => Err(why.into()),
    }
}
