//! Giving out medicines and taking payments, through the forms that pharmacist and cashier use.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use infirmary::billing::model::InvoiceId;
use infirmary::clock::Clock;
use infirmary::db::{Db, DbError, Tx, bulk, sql};
use infirmary::prescribing::model::PrescriptionId;
use infirmary::web::paths;

use crate::client::Client;
use crate::node::Node;
use crate::plan::Cookies;
use crate::writes::{CLIENTS, Sent, report};

/// Prescriptions that are given out one after the other, each of five lines over twelve batches.
const APART: i64 = 24;
/// Units of a batch on the shelf of those.
const UNITS: i64 = 7;
/// How many batches each of the five lines takes.
const BATCHES: [i64; 5] = [3, 3, 2, 2, 2];
/// Prescriptions, and invoices, that many ask for at once.
const TOGETHER: i64 = 500;

/// What waits at the counter and at the till.
pub struct Waiting {
    apart: Vec<Sent>,
    together: Vec<Sent>,
    invoices: Vec<i64>,
}

#[derive(serde::Deserialize)]
struct Line {
    id: i64,
    prescription_id: i64,
    quantity: i64,
}

/// Puts prescriptions with their stock, and drafts of invoices, into the database. No node may serve from it meanwhile.
pub async fn prepare(url: &str) -> Waiting {
    let db = Db::open(url, 2).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let now = Clock::System.now() - TimeDelta::days(2);
    let medicines: Vec<i64> = sql("select i.id from stock_item i join medicine m on m.id = i.medicine_id
             where m.active and not m.controlled and m.step = 1
                and not exists (select 1 from stock_batch b where b.item_id = i.id) order by i.id limit 10")
    .scalars(&mut tx)
    .await
    .unwrap();
    let (twelve, one) = medicines.split_at(5);
    for (item, batches) in twelve.iter().zip(BATCHES) {
        for batch in 0..batches * APART {
            shelve(&mut tx, *item, (batch, UNITS), now).await.unwrap();
        }
    }
    for item in one {
        shelve(&mut tx, *item, (0, 1_000_000), now).await.unwrap();
    }
    let first: i64 = sql("select coalesce(max(id), 0) + 1 from prescription").scalar(&mut tx).await.unwrap();
    let visits = prescriptions(&mut tx, (first, APART + TOGETHER), now).await.unwrap();
    for (position, item) in twelve.iter().enumerate() {
        let range = (first, first + APART - 1);
        lines(&mut tx, range, (*item, BATCHES[position] * UNITS), now).await.unwrap();
    }
    for item in one {
        lines(&mut tx, (first + APART, first + visits - 1), (*item, 6), now).await.unwrap();
    }
    let invoices = drafts(&mut tx, now).await.unwrap();
    let lines: Vec<Line> = sql("select id, prescription_id, quantity from prescription_line
             where prescription_id >= $1 order by prescription_id, id")
    .bind(first)
    .all(&mut tx)
    .await
    .unwrap();
    for table in ["prescription", "invoice"] {
        bulk::follow_ids(&mut tx, table).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
    let mut all: Vec<Sent> = Vec::new();
    for of_one in lines.chunk_by(|one, next| one.prescription_id == next.prescription_id) {
        let path = paths::pharmacy::dispense(PrescriptionId(of_one[0].prescription_id));
        let mut fields = vec![("store".to_owned(), "1".to_owned())];
        for line in of_one {
            fields.push((format!("give_{}", line.id), line.quantity.to_string()));
            fields.push((format!("version_{}", line.id), "1".to_owned()));
        }
        all.push(Sent { path, fields });
    }
    let together = all.split_off(usize::try_from(APART).unwrap());
    Waiting { apart: all, together, invoices }
}

/// Units of a batch of the pharmacy, with their row in the ledger.
async fn shelve(
    tx: &mut Tx,
    item: i64,
    (batch, units): (i64, i64),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let expiry = at.date_naive() + Days::new(400 + u64::try_from(batch).unwrap_or(0));
    let id: i64 = sql("insert into stock_batch (item_id, number, expiry, unit_cost, received_at)
             values ($1, $2, $3, 1000, $4) returning id")
    .bind(item)
    .bind(format!("BENCH{batch:04}"))
    .bind(expiry)
    .bind(at)
    .scalar(&mut *tx)
    .await?;
    sql("insert into stock_movement (item_id, batch_id, store_id, kind, quantity, balance, unit_cost, reason, ref_kind,
            ref_id, account_name, at, day) values ($1, $2, 1, 'opening', $3, $3, 1000, '', '', 0, 'Bench', $4, $5)")
    .bind(item)
    .bind(id)
    .bind(units)
    .bind(at)
    .bind(at.date_naive())
    .run(&mut *tx)
    .await
    .map(drop)
}

/// Signed prescriptions of the newest closed visits, one each; says how many there are.
async fn prescriptions(tx: &mut Tx, (first, many): (i64, i64), at: DateTime<Utc>) -> Result<i64, DbError> {
    sql("insert into prescription (id, visit_id, patient_id, prescriber_id, prescriber_name, state, code, begun_at,
            signed_at, valid_until)
         select $1 + v.place, v.id, v.patient_id, 3, 'Bench', 'signed', 'RXBENCHBENCHBENCHBENCH' || (1000000 + v.place),
            $2, $2, $3
         from (select id, patient_id, row_number() over (order by id desc) - 1 as place from visit
            where closed_at is not null order by id desc limit $4) as v")
    .bind(first)
    .bind(at)
    .bind(valid_until(at))
    .bind(many)
    .run(tx)
    .await
    .map(|made| i64::try_from(made).unwrap_or(many))
}

fn valid_until(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive() + Days::new(90)
}

/// A line of one medicine for each prescription of a range.
async fn lines(
    tx: &mut Tx,
    (first, last): (i64, i64),
    (item, units): (i64, i64),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into prescription_line (prescription_id, visit_id, patient_id, prescriber_id, medicine_id, state, name,
            strength, form, route, unit, step, dose, frequency, days, quantity, directions, signed_at, valid_until,
            course_until)
         select p.id, p.visit_id, p.patient_id, p.prescriber_id, m.id, 'open', m.generic, m.strength, m.form, m.route,
            m.unit, m.step, 1000, '1', 7, $4, 'One a day', $5, p.valid_until, $6
         from prescription p join stock_item i on i.id = $3 join medicine m on m.id = i.medicine_id
         where p.id between $1 and $2")
    .bind(first)
    .bind(last)
    .bind(item)
    .bind(units)
    .bind(at)
    .bind(at.date_naive() + Days::new(6))
    .run(tx)
    .await
    .map(drop)
}

/// Drafts of invoices with a line of ₦900 each.
async fn drafts(tx: &mut Tx, at: DateTime<Utc>) -> Result<Vec<i64>, DbError> {
    let first: i64 = sql("select coalesce(max(id), 0) + 1 from invoice").scalar(&mut *tx).await?;
    sql("insert into invoice (id, year, patient_id, state, gross, total, patient_part, drafted_name, drafted_at)
         select $1 + v.place, $2, v.patient_id, 'draft', 90000, 90000, 90000, 'Bench', $3
         from (select patient_id, row_number() over (order by id desc) - 1 as place from visit order by id desc limit $4) as v")
    .bind(first)
    .bind(i64::from(chrono::Datelike::year(&at)))
    .bind(at)
    .bind(TOGETHER)
    .run(&mut *tx)
    .await?;
    sql("insert into invoice_line (invoice_id, position, kind, label, quantity, unit_price, base, total, patient)
         select id, 1, 'other', 'Copy of the record', 1, 90000, 90000, 90000, 90000 from invoice where id >= $1")
    .bind(first)
    .run(&mut *tx)
    .await?;
    sql("select id from invoice where id >= $1 order by id").bind(first).scalars(&mut *tx).await
}

/// What speaks against giving a line out is seen and answered, as a pharmacist does: these patients have several prescriptions.
async fn answer_warnings(node: &Node, cookie: &str, forms: &mut [Sent]) {
    const SEEN: &str = "name=\"seen_";
    let mut client = Client::connect(node.port).await.unwrap();
    for form in forms {
        let answer = client.get(&form.path, cookie).await.unwrap();
        let page = String::from_utf8_lossy(&answer.body);
        for field in page.split(SEEN).skip(1) {
            let mut parts = field.split('"');
            let (Some(line), Some(seen)) = (parts.next(), parts.nth(1)) else { continue };
            form.fields.push((format!("seen_{line}"), seen.to_owned()));
            form.fields.push((format!("spite_{line}"), "Agreed with the prescriber".to_owned()));
        }
    }
}

/// Gives out, makes invoices and takes payments; prints how long one takes and how many there are a second.
pub async fn measure(node: &Node, mut waiting: Waiting, cookies: &Cookies, time: Duration) {
    let (pharmacy, cashier) = (cookies.of("pharmacy"), cookies.of("cashier"));
    for forms in [&mut waiting.apart, &mut waiting.together] {
        answer_warnings(node, pharmacy, forms).await;
    }
    let form = |path: String, fields: &[(&str, &str)]| Sent {
        path,
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let issues =
        waiting.invoices.iter().map(|id| form(paths::billing::issue(InvoiceId(*id)), &[("version", "1")]));
    let issues: Vec<Sent> = issues.collect();
    let pay =
        |id: &i64| form(paths::billing::payments(InvoiceId(*id)), &[("cash", "900"), ("over", "change")]);
    let (alone, many): (Vec<_>, Vec<_>) = (
        waiting.invoices.iter().take(40).map(pay).collect(),
        waiting.invoices.iter().skip(40).map(pay).collect(),
    );
    report(
        node,
        ("dispensings of 5 lines over 12 batches, one after the other", 1),
        pharmacy,
        waiting.apart,
        time,
    )
    .await;
    report(node, ("dispensings of 5 lines", CLIENTS), pharmacy, waiting.together, time).await;
    // All of them: only what is issued can be paid.
    report(node, ("invoices issued", CLIENTS), cashier, issues, Duration::from_secs(60)).await;
    report(node, ("payments, one after the other", 1), cashier, alone, time).await;
    report(node, ("payments", CLIENTS), cashier, many, time).await;
}
