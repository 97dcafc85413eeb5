//! Credit notes and corrections.

use axum::extract::State;

use super::draft::ends;
use super::invoice::load;
use super::{optional_money, reason};
use crate::app::App;
use crate::billing::model::{CreditNoteId, InvoiceId, InvoiceLineId, Money};
use crate::billing::store::{credits, invoices, lines};
use crate::billing::verbs::credit;
use crate::billing::views::invoice::{CreditPage, CreditPrint};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn load_credit(
    app: &App,
    page: Page,
    id: InvoiceId,
    form: Option<FormState>,
) -> Result<CreditPage, Error> {
    let invoice = invoices::by_id(&app.db, id).await?.filter(|one| one.is_issued()).ok_or(Error::NotFound)?;
    let lines = lines::of_invoice(&app.db, id).await?;
    let form = form.unwrap_or_else(|| {
        let wrong = lines.iter().filter(|line| line.is_wrong() && line.too_much().is_some());
        wrong.fold(FormState::new(), |form, line| {
            form.with(&format!("line_{}", line.id), line.too_much().typed())
        })
    });
    Ok(CreditPage { page, form, invoice, lines })
}

/// What of each line is asked no longer; what was entered in error is filled in.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<InvoiceId>) -> Answer {
    html(load_credit(&app, page, id, None).await?)
}

/// Writes a credit note.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let shown = load_credit(&app, page, id, Some(submission.form.clone())).await?;
    let mut form = submission.form.clone();
    let mut chosen: Vec<(InvoiceLineId, Money)> = Vec::new();
    for line in &shown.lines {
        let name = format!("line_{}", line.id);
        let Some(amount) = optional_money(&mut form, &name) else { continue };
        if let Some(why) = line.refuses(amount) {
            form.refuse(&name, why);
        }
        chosen.push((line.id, amount));
    }
    if form.is_ok() && chosen.iter().all(|(_, amount)| amount.is_zero()) {
        let first = shown.rows().first().map(|(name, _)| name.clone()).unwrap_or_default();
        form.refuse(&first, "Enter what is credited of at least one line");
    }
    let why = reason(&mut form, "reason");
    if !form.is_ok() {
        return Ok(refused(html(CreditPage { form, ..shown })?));
    }
    let mut work = submission.begin(&app).await?;
    let result = credit::credit(&mut work, id, &chosen, &why).await;
    ends((&app, shown.page, id), (work, form), result, |_| {
        (paths::billing::invoice(id), "Credit note written".to_owned())
    })
    .await
}

/// A credit note on paper.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<CreditNoteId>) -> Answer {
    let note = credits::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let invoice = invoices::by_id(&app.db, note.invoice_id).await?.ok_or(Error::NotFound)?;
    let lines = credits::lines(&app.db, id).await?;
    html(CreditPrint { page, note, invoice, lines })
}

/// Credits all that remains and begins again.
pub async fn correct(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let why = reason(&mut form, "reason");
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = credit::correct(&mut work, id, &why).await;
    ends((&app, page, id), (work, form), result, |draft| {
        (paths::billing::invoice(draft), "Credited. This is the new draft".to_owned())
    })
    .await
}
