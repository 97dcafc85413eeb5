//! Orders and the visit they belong to.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{LineId, OrderId, TestId};
use crate::patients::model::{PatientId, Sex};
use crate::queue::model::VisitId;

/// A visit with its patient, as the heads of our pages show them.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Visit {
    pub id: VisitId,
    pub patient_id: PatientId,
    pub token: String,
    pub closed_at: Option<DateTime<Utc>>,
    pub family_name: String,
    pub given_names: String,
    pub sex: Sex,
    pub born_on: Option<NaiveDate>,
    pub number: String,
    pub matric_number: Option<String>,
}

/// The visit.
pub async fn visit(store: impl Store, id: VisitId) -> Result<Option<Visit>, DbError> {
    sql("select v.id, v.patient_id, v.token, v.closed_at, p.family_name, p.given_names, p.sex, p.born_on,
            p.number, p.matric_number
         from visit v join patient p on p.id = v.patient_id where v.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// An order that is about to be placed.
#[derive(Debug)]
pub struct NewOrder<'a> {
    pub visit: VisitId,
    pub patient: PatientId,
    pub by: AccountId,
    pub urgent: bool,
    pub question: &'a str,
}

/// Writes an order.
pub async fn insert(tx: &mut Tx, new: &NewOrder<'_>, at: DateTime<Utc>) -> Result<OrderId, DbError> {
    sql("insert into lab_order (visit_id, patient_id, ordered_by, ordered_at, urgent, question)
         values ($1, $2, $3, $4, $5, $6) returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.by)
    .bind(at)
    .bind(new.urgent)
    .bind(new.question)
    .scalar(tx)
    .await
}

/// Writes a line with the price and the rule about telling that the catalogue has now. None when the test is not offered.
///
/// # Errors
/// A violation of `lab_line_open_visit` when the visit is closed.
pub async fn insert_line(
    tx: &mut Tx,
    order: OrderId,
    new: &NewOrder<'_>,
    test: TestId,
    at: DateTime<Utc>,
) -> Result<Option<LineId>, DbError> {
    let line: Option<(LineId,)> =
        sql("insert into lab_line (order_id, visit_id, patient_id, test_id, ordered_by, state,
            urgent, in_person, price, requested_at)
         select $1, $2, $3, t.id, $5, 'requested', $6, t.in_person, t.price, $7 from lab_test t
         where t.id = $4 and t.active and not t.is_panel returning id")
        .bind(order)
        .bind(new.visit)
        .bind(new.patient)
        .bind(test)
        .bind(new.by)
        .bind(new.urgent)
        .bind(at)
        .optional(tx)
        .await?;
    Ok(line.map(|(id,)| id))
}
