//! Today at the cash desk: an open shift, invoices in every state, a wallet, claims on their way. Made by the verbs that
//! people use, so that everything holds.

use chrono::{DateTime, Utc};

use super::{CASHIER, DESK, FLOAT};
use crate::app::App;
use crate::billing::model::{ChargeKind, DiscountKind, Method, Money};
use crate::billing::store::discounts::NewDiscount;
use crate::billing::store::{claims, payments, shifts};
use crate::billing::verbs::bill::{self, Own};
use crate::billing::verbs::pay::{self, Given, Over};
use crate::billing::verbs::{claim, credit, issue, refund, shift};
use crate::billing::{NewCharge, charge, consulted};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::work::{Doer, Refused, Work};

#[derive(serde::Deserialize)]
struct Here {
    id: VisitId,
    patient_id: PatientId,
    is_closed: bool,
    at_cashier: bool,
}

/// What was done in a visit besides: a test, or a medicine with its form.
#[derive(serde::Deserialize)]
struct Done {
    kind: ChargeKind,
    service: i64,
    source: i64,
    form: String,
    quantity: i64,
    price: i64,
}

fn database(why: Refused) -> DbError {
    match why {
        Refused::Db(error) => error,
        Refused::NotFound | Refused::Because(_) => {
            tracing::error!(%why, "the demo's till");
            DbError::Missing
        }
    }
}

/// Fills today.
pub(super) async fn write(db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
    let app = App::new(db.clone(), Clock::held(now), Config::local("")).await?;
    let cashier = Doer {
        account_id: Some(CASHIER.0),
        name: CASHIER.1.to_owned(),
        role: "cashier".to_owned(),
        address: String::new(),
        request_id: String::new(),
    };
    let mut work = Work::begin(&app, cashier).await?;
    fill(&mut work).await.map_err(database)?;
    work.commit().await
}

async fn fill(work: &mut Work) -> Result<(), Refused> {
    let desks = shifts::desks(work.tx()).await?;
    if let Some(desk) = desks.iter().find(|desk| desk.id.0 == DESK.0) {
        shift::open(work, desk, Money(FLOAT), "").await?;
    }
    let today = work.today();
    let here: Vec<Here> = sql("select v.id, v.patient_id, v.closed_at is not null as is_closed,
            exists (select 1 from queue_entry c where c.visit_id = v.id and c.point_id = 6) as at_cashier
         from visit v where v.day = $1 and exists (select 1 from queue_entry e where e.visit_id = v.id
            and e.point_id = 3 and e.ended_at is not null) order by v.number")
    .bind(today)
    .all(work.tx())
    .await?;
    for one in &here {
        consulted(work, one.id, one.patient_id).await?;
        let done: Vec<Done> = sql("select 'test' as kind, test_id as service, id as source, '' as form, 1 as quantity, price
             from lab_line where visit_id = $1 and collected_at is not null
             union all select 'medicine', g.medicine_id, g.id, g.form, g.quantity, g.price
             from dispensing d join dispensing_line g on g.dispensing_id = d.id where d.visit_id = $1 order by 1, 3")
        .bind(one.id)
        .all(work.tx())
        .await?;
        for thing in done {
            let label = if thing.kind == ChargeKind::Medicine {
                super::medicine(&thing.form)
            } else {
                "Laboratory test".to_owned()
            };
            let new = NewCharge {
                visit: one.id,
                patient: one.patient_id,
                kind: thing.kind,
                service: thing.service,
                source: thing.source,
                label: &label,
                quantity: thing.quantity,
                unit_price: thing.price,
            };
            charge(work, &new).await?;
        }
    }
    for (at, one) in here.iter().filter(|one| one.is_closed).enumerate() {
        let draft = bill::of_visit(work, (one.id, one.patient_id), None).await?;
        let issued = issue::issue(work, draft, None).await?;
        let part = if at % 4 == 2 { Money(issued.balance().0 / 2) } else { issued.balance() };
        let (method, reference) =
            [(Method::Cash, ""), (Method::Transfer, "TRF-20931"), (Method::Card, "POS-4471")][at % 3];
        let reference = if reference.is_empty() { String::new() } else { format!("{reference}-{at}") };
        if at % 5 != 4 && part.is_some() {
            pay::pay(work, draft, &[Given { method, amount: part, reference }], Over::Change).await?;
        }
    }
    if let Some(one) = here.iter().find(|one| one.at_cashier && !one.is_closed) {
        let draft = bill::of_visit(work, (one.id, one.patient_id), None).await?;
        let reason = "Orphan, supported by the welfare office";
        let new = NewDiscount {
            invoice: draft,
            kind: DiscountKind::Percent,
            percent_bp: Some(5_000),
            amount: None,
            reason,
        };
        bill::propose(work, &new).await?;
    }
    by_hand(work).await
}

/// Invoices by hand for people of the list: one for each state that a morning does not bring by itself.
async fn by_hand(work: &mut Work) -> Result<(), Refused> {
    let people: Vec<PatientId> =
        sql("select e.patient_id from scheme_enrolment e where e.patient_id > 1 order by e.id limit 9")
            .scalars(work.tx())
            .await?;
    let mut issued = Vec::new();
    for (at, patient) in people.iter().enumerate() {
        let draft = bill::begin(work, (None, *patient), None).await?;
        let own = Own {
            label: "Laboratory test",
            kind: ChargeKind::Test,
            quantity: 1 + at as i64 % 2,
            unit_price: Money(350_000 + 25_000 * at as i64),
        };
        bill::add(work, draft, &own).await?;
        issued.push(issue::issue(work, draft, None).await?);
    }
    for (at, invoice) in issued.iter().enumerate().filter(|(at, _)| *at != 5) {
        let more = if at == 1 { Money(invoice.balance().0 + 120_000) } else { invoice.balance() };
        let given = Given { method: Method::Cash, amount: more, reference: String::new() };
        pay::pay(work, invoice.id, &[given], Over::Wallet).await?;
    }
    // The student who is shown has paid something in beforehand.
    let given = Given { method: Method::Transfer, amount: Money(200_000), reference: "TRF-11880".to_owned() };
    pay::top_up(work, PatientId(1), &given).await?;
    if let [sent, part, rejected, again, closed, _, fine, corrected, credited, ..] = issued.as_slice() {
        if let Some(scheme) = sent.scheme_id {
            let (batch, _) = claim::gather(work, scheme).await?;
            claim::send(work, batch).await?;
        }
        for (invoice, paid) in [(part, 200_000), (rejected, 0), (again, 0), (closed, 100_000), (fine, -1)] {
            let Some(one) = claims::of_invoice(work.tx(), invoice.id).await? else { continue };
            let paid = if paid < 0 { one.asked() } else { Money(paid) };
            claim::answer(work, one.id, one.version, (paid, "By letter")).await?;
        }
        if let Some(one) = claims::of_invoice(work.tx(), again.id).await? {
            claim::resubmit(work, one.id, one.version, "With the referral of Dr Bello").await?;
        }
        if let Some(one) = claims::of_invoice(work.tx(), closed.id).await? {
            claim::write_off(work, one.id, one.version, "Above the scheme's own price list").await?;
        }
        credit::correct(work, corrected.id, "The test was another one").await?;
        if let Some(payment) = payments::of_invoice(work.tx(), credited.id).await?.first() {
            refund::propose(work, payment, (Money(20_000), Method::Cash), "Waited two hours for nothing")
                .await?;
        }
    }
    // A refund above the limit waits for the administrator.
    let big = bill::begin(work, (None, PatientId(2)), None).await?;
    let own = Own {
        label: "Medical examination for employment",
        kind: ChargeKind::Other,
        quantity: 1,
        unit_price: Money(1_200_000),
    };
    bill::add(work, big, &own).await?;
    issue::issue(work, big, None).await?;
    let given = Given { method: Method::Card, amount: Money(1_200_000), reference: "POS-9001".to_owned() };
    pay::pay(work, big, &[given], Over::Change).await?;
    if let Some(payment) = payments::of_invoice(work.tx(), big).await?.first() {
        refund::propose(work, payment, (Money(800_000), Method::Card), "The employer pays for it after all")
            .await?;
    }
    Ok(())
}
