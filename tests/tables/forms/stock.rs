//! Forms of stock: for each route something that stands where its step is taken.

use infirmary::db::sql;

use super::Form;
use crate::support::{Browser, Clinic, PHARMACY};

struct Making<'a> {
    clinic: &'a Clinic,
    item: String,
}

impl Making<'_> {
    async fn max(&self, text: &'static str) -> String {
        self.clinic.count(text).await.to_string()
    }

    async fn batch(&self, number: &str) -> String {
        let item = infirmary::stock::model::ItemId(self.item.parse().unwrap());
        self.clinic.batch(item, number, 400, (PHARMACY, 500)).await.to_string()
    }

    async fn order(&self, state: &'static str) -> String {
        let mut tx = self.clinic.app.db.begin().await.unwrap();
        let at = self.clinic.app.clock.now();
        let sent = (state != "draft").then_some(at);
        let id: i64 =
            sql("insert into stock_order (supplier_id, store_id, state, made_name, made_at, sent_at)
             values (1, 1, $1, 'boss', $2, $3) returning id")
            .bind(state)
            .bind(at)
            .bind(sent)
            .scalar(&mut tx)
            .await
            .unwrap();
        sql("insert into stock_order_line (order_id, item_id, quantity, unit_cost) values ($1, $2, 96, 10)")
            .bind(id)
            .bind(self.item.parse::<i64>().unwrap())
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id.to_string()
    }

    /// A stocktake of a store of its own, with a batch that was counted by somebody else.
    async fn count(&self, state: &'static str) -> String {
        let mut tx = self.clinic.app.db.begin().await.unwrap();
        let at = self.clinic.app.clock.now();
        let store: i64 = sql("insert into stock_store (name, kind) values ($1, 'store') returning id")
            .bind(format!("Counted {state} {}", rand::random::<u32>()))
            .scalar(&mut tx)
            .await
            .unwrap();
        let counted = (state == "counted").then_some(at);
        let id: i64 = sql("insert into stock_count (store_id, state, begun_name, begun_at)
             values ($1, 'counting', 'boss', $2) returning id")
        .bind(store)
        .bind(at)
        .scalar(&mut tx)
        .await
        .unwrap();
        sql("insert into stock_count_line (count_id, item_id, batch_id, book, counted, counted_at)
             select $1, item_id, id, 0, 3, $2 from stock_batch where number = 'COUNTED'")
        .bind(id)
        .bind(at)
        .run(&mut tx)
        .await
        .unwrap();
        sql("update stock_count set state = $2, counted_at = $3 where id = $1 and state <> $2")
            .bind(id)
            .bind(state)
            .bind(counted)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id.to_string()
    }
}

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let item = clinic.item_of("paracetamol-500mg-tablet").await.to_string();
    let making = Making { clinic, item: item.clone() };
    let name = "paracetamol 500 mg tablet";
    for batch in ["COUNTED", "SENT"] {
        making.batch(batch).await;
    }
    let sent = [("name", "Sunrise Medical"), ("phone", "+234 800 000 0000")];
    boss.post("/stock/suppliers", &[("op", "the-first-supplier-0"), sent[0], sent[1]]).await.expect(303);
    boss.post("/stock/stores", &[("op", "the-second-store-000"), ("name", "Far store"), ("kind", "store")])
        .await
        .expect(303);
    let far = making.max("select max(id) from stock_store").await;
    let mut transfers = Vec::new();
    for at in 0..3 {
        let op = format!("a-transfer-number-{at:03}");
        let line =
            [("op", op.as_str()), ("from", "1"), ("to", far.as_str()), ("item_0", name), ("units_0", "5")];
        boss.post("/stock/transfers", &line).await.expect(303);
        transfers.push(making.max("select max(id) from stock_transfer").await);
    }
    let at = clinic.app.clock.now();
    sql("insert into stock_adjustment (item_id, batch_id, store_id, kind, quantity, reason, note, value, state, proposed_name,
            proposed_at, two_people) select item_id, id, 1, 'damaged', 2, 'damaged', 'Fell down', 3000, 'waiting', 'somebody',
            $1, $2 from stock_batch where number = 'SENT'")
        .bind(at)
        .bind(true)
        .run(&clinic.app.db)
        .await
        .unwrap();
    let adjustment = making.max("select max(id) from stock_adjustment").await;
    let arrival = [
        ("store", "1"),
        ("item_0", name),
        ("number_0", "fresh 1"),
        ("expiry_0", "2028-05-31"),
        ("packs_0", "2"),
        ("cost_0", "960"),
    ];
    let first = [
        ("op", "the-first-delivery-0"),
        arrival[0],
        arrival[1],
        arrival[2],
        arrival[3],
        arrival[4],
        arrival[5],
    ];
    boss.post("/stock/receipts", &first).await.expect(303);
    let receipt = making.max("select max(id) from stock_receipt").await;
    let (held, wrong, corrected) =
        (making.batch("HELD").await, making.batch("WRONG").await, making.batch("CORRECTED").await);
    let (draft, open, shown) =
        (making.order("draft").await, making.order("sent").await, making.order("sent").await);
    let (counting, counted) = (making.count("counting").await, making.count("counted").await);
    let (handed, again, ended) =
        (making.count("counting").await, making.count("counted").await, making.count("counting").await);
    let line = format!(
        "counted_{}",
        making
            .max("select min(id) from stock_count_line where count_id = (select min(id) from stock_count)")
            .await
    );
    let line: &'static str = Box::leak(line.into_boxed_str());
    real.extend([
        ("/stock/items/", item.clone()),
        ("/stock/batches/", held.clone()),
        ("/stock/receipts/{id}", receipt),
        ("/stock/orders/{id}", shown),
        ("/stock/transfers/{id}", transfers[2].clone()),
        ("/stock/counts/{id}", counting.clone()),
        ("/stock/suppliers/{id}", "1".to_owned()),
        ("/stock/stores/{id}", far.clone()),
    ]);
    let page = |path: &str, id: &str| format!("/stock/{path}/{id}");
    vec![
        Form::fields(
            "/stock/items",
            boss,
            "",
            &[("kind", "supply"), ("name", "Cotton wool"), ("unit", "roll"), ("pack", "12")],
        ),
        Form::page(
            "/stock/items/{id}",
            boss,
            page("items", &item),
            "#item",
            &[("lead_days", "10"), ("aliases", "pain tablet")],
        ),
        Form::fields(
            "/stock/batches/{id}/state",
            boss,
            &held,
            &[("version", "1"), ("made", "held"), ("reason", "It was warm")],
        ),
        Form::fields(
            "/stock/batches/{id}/expiry",
            boss,
            &wrong,
            &[("version", "1"), ("expiry", "2029-01-31"), ("why", "Read again")],
        ),
        Form::fields(
            "/stock/batches/{id}/corrections",
            boss,
            &corrected,
            &[("store", "1"), ("what", "lost"), ("quantity", "3"), ("note", "Not on the shelf")],
        ),
        Form::fields("/stock/corrections/{id}/decision", boss, adjustment, &[("decision", "agree")]),
        Form::fields("/stock/receipts", boss, "", &arrival),
        Form::fields(
            "/stock/orders",
            boss,
            "",
            &[("supplier", "1"), ("store", "1"), ("item_0", name), ("packs_0", "3")],
        ),
        Form::fields("/stock/orders/{id}/sending", boss, draft, &[("version", "1")]),
        Form::fields(
            "/stock/orders/{id}/closing",
            boss,
            open,
            &[("version", "1"), ("reason", "They have none")],
        ),
        Form::fields(
            "/stock/transfers",
            boss,
            "",
            &[("from", "1"), ("to", &far), ("item_0", name), ("units_0", "5")],
        ),
        Form::page(
            "/stock/transfers/{id}/acceptance",
            boss,
            page("transfers", &transfers[0]),
            "#accept",
            &[],
        ),
        Form::fields("/stock/transfers/{id}/refusal", boss, &transfers[1], &[("refusal", "The wrong box")]),
        Form::fields("/stock/counts", boss, "", &[("store", "1"), ("kind", "")]),
        Form::fields("/stock/counts/{id}", boss, &counting, &[(line, "4")]),
        Form::fields(
            "/stock/counts/{id}/found",
            boss,
            &counting,
            &[("item", name), ("number", "BEHIND"), ("expiry", "2029-01-31"), ("units", "7")],
        ),
        Form::fields("/stock/counts/{id}/hand-in", boss, handed, &[("version", "1")]),
        Form::fields("/stock/counts/{id}/recount", boss, again, &[("version", "1")]),
        Form::fields(
            "/stock/counts/{id}/posting",
            boss,
            counted,
            &[("version", "1"), ("reason", "Counted twice")],
        ),
        Form::fields(
            "/stock/counts/{id}/cancellation",
            boss,
            ended,
            &[("version", "1"), ("why", "The room is closed")],
        ),
        Form::fields("/stock/suppliers", boss, "", &[("name", "Evening Pharma"), ("email", "a@b.example")]),
        Form::page(
            "/stock/suppliers/{id}",
            boss,
            page("suppliers", "1"),
            "#supplier",
            &[("phone", "+234 811 111 1111")],
        ),
        Form::fields("/stock/stores", boss, "", &[("name", "Upper store"), ("kind", "store")]),
        Form::page("/stock/stores/{id}", boss, page("stores", &far), "#store", &[("name", "Farthest store")]),
        Form::page("/stock/rules", boss, "/stock/rules".to_owned(), "#rules", &[("limit", "15000")]),
    ]
}
