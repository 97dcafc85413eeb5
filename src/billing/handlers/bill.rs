//! The bill of a visit.

use axum::extract::State;

use super::reason;
use crate::app::App;
use crate::billing::model::{ChargeId, Money};
use crate::billing::store::{charges, invoices, schemes, worklist};
use crate::billing::verbs::{bill, charge, issue};
use crate::billing::views::bill::BillPage;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::{Refused, Work};

async fn load(app: &App, page: Page, id: VisitId, form: FormState) -> Result<BillPage, Error> {
    let visit = crate::queue::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let who = crate::patients::brief(&app.db, visit.patient_id).await?.ok_or(Error::NotFound)?;
    let charges = charges::of_visit(&app.db, id).await?;
    let invoices = invoices::of_visit(&app.db, id).await?;
    let place = schemes::live_of(&app.db, visit.patient_id).await?;
    let mut left = worklist::left_of(&app.db, visit.patient_id).await?;
    left.retain(|other| other.visit_id != id);
    Ok(BillPage { page, form, who, visit, charges, invoices, place, left })
}

/// What was done, what is invoiced, what is owed.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    html(load(&app, page, id, FormState::new()).await?)
}

/// What the bill says that the patient pays of what was ticked.
async fn told(
    work: &mut Work,
    (visit, patient): (VisitId, PatientId),
    chosen: &[ChargeId],
) -> Result<Money, Refused> {
    charges::hold_open(work.tx(), visit).await?;
    let in_scheme = schemes::live_of(work.tx(), patient).await?.is_some();
    let open = charges::open_of_visit(work.tx(), visit).await?;
    let ticked = open.iter().filter(|one| chosen.contains(&one.id));
    Ok(Money::sum(ticked.map(|one| one.part(in_scheme)))?)
}

/// Makes an invoice out of what was ticked: a draft, or issued at once. Where the patient would pay another sum than the
/// bill says, it is looked at first.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let visit = crate::queue::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let chosen: Vec<ChargeId> = form.values("charge").iter().filter_map(|one| one.parse().ok()).collect();
    let now = form.value("step") == "issue";
    let mut work = submission.begin(&app).await?;
    if chosen.is_empty() {
        work.undo();
        form.refuse("", "Tick what is to be invoiced");
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    }
    let made = async {
        let told = told(&mut work, (id, visit.patient_id), &chosen).await?;
        let draft = bill::of_visit(&mut work, (id, visit.patient_id), Some(&chosen)).await?;
        if !now {
            return Ok((paths::billing::invoice(draft), String::new()));
        }
        let priced = bill::seen(&mut work, draft).await?;
        let asked = priced.patient_part.minus(priced.rounding)?;
        if asked != told {
            let words = format!(
                "The patient pays {}, and not {told} as the bill said. Look at the draft and tell the patient, then issue it",
                priced.patient_part
            );
            return Ok((paths::billing::invoice(draft), words));
        }
        let issued = issue::issue(&mut work, draft, None).await?;
        let to = match issued.balance().is_some() {
            true => paths::billing::payments(draft),
            false => paths::billing::invoice(draft),
        };
        Ok::<_, Refused>((to, format!("{} issued", issued.title())))
    };
    match made.await {
        Ok((to, words)) => work.done(to, &words).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// "Treat now, pay later".
pub async fn defer(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ChargeId>,
    submission: Submission,
) -> Answer {
    let one = charges::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let words = reason(&mut form, "reason");
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, one.visit_id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    charge::defer(&mut work, &one, &words).await?;
    work.done(paths::billing::of_visit(one.visit_id), "The gate is open: it can be done now and paid later")
        .await
}
