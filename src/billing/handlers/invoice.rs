//! One invoice: the page of a draft and of an issued one, and its paper.

use axum::extract::State;
use futures::try_join;

use crate::app::App;
use crate::billing::model::InvoiceId;
use crate::billing::store::{
    charges, claims, credits, discounts, invoices, lines, payments, refunds, schemes,
};
use crate::billing::views::invoice::{InvoicePage, InvoicePrint};
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// The page as it stands now.
pub async fn load(app: &App, page: Page, id: InvoiceId, form: FormState) -> Result<InvoicePage, Error> {
    let db = &app.db;
    let (invoice, lines, discounts) =
        try_join!(invoices::by_id(db, id), lines::of_invoice(db, id), discounts::of_invoice(db, id))?;
    let invoice = invoice.ok_or(Error::NotFound)?;
    let mut shown = InvoicePage {
        page,
        form,
        lines,
        discounts,
        place: None,
        waiting: 0,
        payments: Vec::new(),
        refunds: Vec::new(),
        credits: Vec::new(),
        claim: None,
        invoice,
    };
    if shown.invoice.is_draft() {
        shown.place = schemes::live_of(db, shown.invoice.patient_id).await?;
        if let Some(visit) = shown.invoice.visit_id {
            shown.waiting = charges::open_of_visit(db, visit).await?.len();
        }
    } else if shown.invoice.is_issued() {
        (shown.payments, shown.credits) =
            try_join!(payments::of_invoice(db, id), credits::of_invoice(db, id))?;
        if shown.payments.iter().any(|one| one.refunded.is_some()) {
            shown.refunds = refunds::of_invoice(db, id).await?;
        }
        if shown.invoice.scheme_part.is_some() {
            shown.claim = claims::of_invoice(db, id).await?;
        }
    }
    Ok(shown)
}

/// The invoice.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<InvoiceId>) -> Answer {
    let form = FormState::new().with("quantity", 1).with("kind", "other").with("discount_kind", "percent");
    html(load(&app, page, id, form).await?)
}

/// It on paper.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<InvoiceId>) -> Answer {
    let invoice = invoices::by_id(&app.db, id).await?.filter(|one| one.is_issued()).ok_or(Error::NotFound)?;
    let lines = lines::of_invoice(&app.db, id).await?;
    html(InvoicePrint { page, invoice, lines, back: paths::billing::invoice(id) })
}
