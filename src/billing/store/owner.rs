//! Whose money it is.

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;

/// The patient that something is about, by the first word of its address; none where it is about nobody in particular.
pub async fn of(store: impl Store, kind: &str, id: i64) -> Result<Option<PatientId>, DbError> {
    let statement = match kind {
        "patients" => sql("select id from patient where id = $1"),
        "visits" => sql("select patient_id from visit where id = $1"),
        "charges" => sql("select patient_id from charge where id = $1"),
        "invoices" => sql("select patient_id from invoice where id = $1"),
        "invoice-lines" => sql(
            "select i.patient_id from invoice_line l join invoice i on i.id = l.invoice_id where l.id = $1",
        ),
        "discounts" => {
            sql("select i.patient_id from discount d join invoice i on i.id = d.invoice_id where d.id = $1")
        }
        "receipts" => sql("select patient_id from receipt where id = $1"),
        "payments" => sql("select patient_id from payment where id = $1"),
        "refunds" => sql("select patient_id from refund where id = $1"),
        "credit-notes" => sql("select patient_id from credit_note where id = $1"),
        "claims" => sql("select patient_id from claim where id = $1"),
        "enrolments" => sql("select patient_id from scheme_enrolment where id = $1"),
        _ => return Ok(None),
    };
    let found: Option<(PatientId,)> = statement.bind(id).optional(store).await?;
    Ok(found.map(|(patient,)| patient))
}
