//! What arrives and what is ordered: rule K5 by name, packs, orders from draft to arrived, what to order again.

use infirmary::db::sql;
use infirmary::stock::model::BatchId;

use crate::support::{PHARMACY, Seen, Shelves};

const NAME: &str = "paracetamol 500 mg tablet";

async fn receive(shelves: &Shelves, fields: &[(&str, &str)]) -> Seen {
    let page = shelves.desk.get("/stock/receipts/new").await;
    let mut all = vec![("store", "1")];
    if !fields.iter().any(|(name, _)| *name == "item_0") {
        all.push(("item_0", NAME));
    }
    all.extend_from_slice(fields);
    for (number, cost) in [("number_0", "cost_0"), ("number_1", "cost_1")] {
        let typed = |field: &str| fields.iter().any(|(name, _)| *name == field);
        if typed(number) && !typed(cost) {
            all.push((cost, "96"));
        }
    }
    shelves.desk.submit(&page, "#receive", &all).await
}

async fn supplier(shelves: &Shelves) {
    let page = shelves.desk.get("/stock/suppliers").await;
    shelves.desk.submit(&page, "#supplier", &[("name", "Sunrise Medical")]).await.expect(303);
}

both! {
    async fn k5_packs_and_units_of_a_delivery_become_smallest_units(clinic) {
        let shelves = clinic.shelves().await;
        let sent = receive(&shelves, &[("number_0", "ab12"), ("expiry_0", "05/2028"), ("packs_0", "3"), ("units_0", "12"), ("cost_0", "960"),
            ("item_1", "ibuprofen 400"), ("number_1", "X1"), ("expiry_1", "2028-02-29"), ("units_1", "50"), ("cost_1", "0"), ("note", "A donation")]).await;
        let receipt = shelves.desk.follow(sent).await;
        assert!(receipt.text("tbody").contains("300 tablets") && receipt.text("tbody").contains("3 packs and 12 more, pack of 96 tablets"), "{}", receipt.body);
        let rows: Vec<(String, String, i64, i64)> = sql("select b.number, cast(b.expiry as text), l.on_hand, b.unit_cost from stock_batch b
            join stock_level l on l.batch_id = b.id order by b.id").all(&clinic.app.db).await.unwrap();
        // ₦960 a pack of 96 are ₦10 a tablet.
        assert_eq!(rows[0], ("AB12".to_owned(), "2028-05-31".to_owned(), 300, 1_000));
        assert_eq!(rows[1], ("X1".to_owned(), "2028-02-29".to_owned(), 50, 0));
        clinic.books_balance().await;
    }

    async fn k5_the_same_batch_merges_and_another_expiry_is_an_error_to_resolve(clinic) {
        let shelves = clinic.shelves().await;
        receive(&shelves, &[("number_0", "AB12"), ("expiry_0", "2028-05-31"), ("packs_0", "1")]).await.expect(303);
        receive(&shelves, &[("number_0", " ab12 "), ("expiry_0", "2028-05-31"), ("packs_0", "1")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from stock_batch").await, 1);
        assert_eq!(clinic.on_hand(BatchId(clinic.count("select id from stock_batch").await)).await, 192);
        let other = receive(&shelves, &[("number_0", "AB12"), ("expiry_0", "2027-05-31"), ("packs_0", "1"),
            ("item_1", "ibuprofen 400"), ("number_1", "X1"), ("expiry_1", "2028-02-29"), ("units_1", "50")]).await;
        let told = other.expect(409).errors();
        assert!(told[0].contains("is known and expires on 31 May 2028, not on 31 May 2027"), "{told:?}");
        // What was typed stays, and nothing of the delivery was booked.
        assert_eq!(other.attribute("#number_0", "value").as_deref(), Some("AB12"));
        assert_eq!(clinic.count("select count(*) from stock_movement").await, 2);
        clinic.books_balance().await;
    }

    async fn k5_u17_nothing_expired_is_received_and_a_short_life_is_asked_about(clinic) {
        let shelves = clinic.shelves().await;
        let expired = receive(&shelves, &[("number_0", "A"), ("expiry_0", "2026-11-09"), ("packs_0", "1")]).await;
        assert_eq!(expired.expect(422).errors(), ["This is expired. What is expired is not received"]);
        let short = receive(&shelves, &[("number_0", "A"), ("expiry_0", "2026-12-09"), ("packs_0", "1")]).await;
        assert_eq!(short.expect(422).errors(), ["This expires in 30 days. Tick “Short life is fine” if you take it"]);
        shelves.desk.submit(&short, "#receive", &[("short_0", "yes")]).await.expect(303);
        let old = clinic.batch(shelves.item, "OLD", -1, (PHARMACY, 0)).await;
        let error = clinic.movement((shelves.item, old, PHARMACY), "receipt", 5).await.unwrap_err();
        assert!(error.violates("stock_movement_fresh"), "{error}");
        let forever = sql("insert into stock_batch (item_id, number, expiry, unit_cost, received_at) values ($1, 'E', $2, 1, $3)");
        let error = forever.bind(shelves.item).bind(infirmary::stock::model::NEVER).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_batch_expires"), "{error}");
    }

    async fn a_delivery_with_mistakes_keeps_what_was_typed_and_books_nothing(clinic) {
        let shelves = clinic.shelves().await;
        let wrong = receive(&shelves, &[("item_0", "paracetamol"), ("number_0", "A"), ("expiry_0", "soon"), ("packs_0", "1.5"), ("cost_0", "much"),
            ("item_1", "unheard of"), ("number_1", "B"), ("expiry_1", "2028-01-01"), ("packs_1", "1")]).await;
        let told = wrong.expect(422).errors();
        assert!(told[0].starts_with("Several items fit: ") && told.iter().any(|one| one.contains("No item is called “unheard of”")), "{told:?}");
        assert_eq!(wrong.attribute("#item_1", "value").as_deref(), Some("unheard of"));
        let wrong = receive(&shelves, &[("number_0", "A"), ("expiry_0", "soon"), ("packs_0", "1.5"), ("cost_0", "much")]).await;
        assert!(wrong.expect(422).errors().len() >= 3, "{:?}", wrong.errors());
        let nothing = shelves.desk.submit(&shelves.desk.get("/stock/receipts/new").await, "#receive", &[("store", "1")]).await;
        assert_eq!(nothing.expect(422).errors(), ["Enter what arrived"]);
        let twice = receive(&shelves, &[("number_0", "A"), ("expiry_0", "2028-01-01"), ("packs_0", "1"), ("item_1", NAME), ("number_1", "a"), ("expiry_1", "2028-01-01"), ("packs_1", "1")]).await;
        assert_eq!(twice.expect(422).errors(), ["This batch stands in the list already"]);
        assert_eq!(clinic.count("select count(*) from stock_batch").await + clinic.count("select count(*) from stock_receipt").await, 0);
    }

    async fn an_order_goes_from_draft_to_arrived_and_counts_what_came(clinic) {
        let shelves = clinic.shelves().await;
        supplier(&shelves).await;
        let page = shelves.desk.get("/stock/reorder").await;
        let none = shelves.desk.submit(&page, "#order", &[("supplier", "1"), ("store", "1")]).await;
        assert_eq!(none.expect(422).errors(), ["Tick what is ordered, or enter an item"]);
        let made = shelves.desk.submit(&page, "#order", &[("supplier", "1"), ("store", "1"), ("item_0", NAME), ("packs_0", "5"), ("item_1", "ibuprofen 400"), ("units_1", "40")]).await;
        let order = shelves.desk.follow(made).await;
        assert!(order.text("h1").contains("Draft") && order.text("tbody").contains("480 tablets"), "{}", order.body);
        shelves.desk.get("/stock/receipts/new?order=1").await.expect(404);
        shelves.desk.submit(&order, "#send", &[]).await.expect(303);
        shelves.second.submit(&order, "#send", &[("op", "sent-once-more-later")]).await.expect(409);
        let receiving = shelves.desk.get("/stock/receipts/new?order=1").await;
        assert_eq!(receiving.texts("fieldset legend").len(), 2);
        // Only the tablets came, fewer than expected.
        let at = receiving.texts("fieldset legend").iter().position(|legend| legend.contains("paracetamol")).unwrap();
        let field = |name: &str| format!("{name}_{at}");
        let (number, expiry, packs, cost) = (field("number"), field("expiry"), field("packs"), field("cost"));
        let (no_packs, no_units) = (format!("packs_{}", 1 - at), format!("units_{}", 1 - at));
        shelves.desk.submit(&receiving, "#receive", &[(&number, "P1"), (&expiry, "2028-01-31"), (&packs, "4"), (&cost, "960"), (&no_packs, "0"), (&no_units, "0")]).await.expect(303);
        let states = "select state from stock_order";
        let state = async || sql(states).scalar::<String>(&clinic.app.db).await.unwrap();
        assert_eq!(state().await, "part");
        let item = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert!(item.text(".tiles").contains("96 on order"), "{}", item.text(".tiles"));
        for round in 0..2 {
            let receiving = shelves.desk.get("/stock/receipts/new?order=1").await;
            let number = format!("R{round}");
            let all: Vec<(String, String)> = (0..receiving.texts("fieldset legend").len())
                .flat_map(|at| [(format!("number_{at}"), number.clone()), (format!("expiry_{at}"), "2028-03-31".to_owned()), (format!("cost_{at}"), "96".to_owned())]).collect();
            let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let sent = shelves.desk.submit(&receiving, "#receive", &all).await;
            sent.expect(303);
            if state().await == "received" {
                break;
            }
        }
        assert_eq!(state().await, "received");
        assert_eq!(clinic.count("select count(*) from stock_order_line where received <> quantity").await, 0);
        let error = sql("update stock_order_line set received = 0").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_order_line_kept"), "{error}");
        let error = sql("update stock_order set state = 'draft'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_order_state"), "{error}");
        clinic.books_balance().await;
    }

    async fn what_runs_short_is_suggested_in_whole_packs_and_becomes_an_order(clinic) {
        let shelves = clinic.shelves().await;
        supplier(&shelves).await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let first = sql("insert into stock_batch (item_id, number, expiry, unit_cost, received_at) values ($1, 'FIRST', $2, 1, $3)");
        let (gone, began) = (clinic.today(), clinic.app.clock.now() - chrono::TimeDelta::days(20));
        first.bind(shelves.item).bind(gone).bind(began).run(&clinic.app.db).await.unwrap();
        for day in 1..=20_u64 {
            sql("insert into stock_use (item_id, day, quantity) values ($1, $2, 20)").bind(shelves.item).bind(clinic.today() - chrono::Days::new(day)).run(&clinic.app.db).await.unwrap();
        }
        let page = shelves.desk.get("/stock/reorder").await;
        let field = format!("order_{}", shelves.item);
        // 20 a day for 14 + 30 days, less the 100 that are there: 780, in packs of 96.
        assert_eq!(page.attribute(&format!("#{field}"), "value").as_deref(), Some("864"));
        let tick = shelves.item.to_string();
        shelves.desk.submit(&page, "#order", &[("tick", &tick), ("supplier", "1"), ("store", "1")]).await.expect(303);
        assert_eq!(clinic.count("select quantity from stock_order_line").await, 864);
        let order = shelves.desk.get("/stock/orders/1").await;
        shelves.desk.submit(&order, "#send", &[]).await.expect(303);
        let page = shelves.desk.get("/stock/reorder").await;
        assert!(!page.has(&format!("#{field}")), "what is on order is not ordered again");
        let order = shelves.desk.get("/stock/orders/1").await;
        shelves.desk.submit(&order, "#close", &[("reason", "They have none")]).await.expect(303);
        assert!(shelves.desk.get("/stock/reorder").await.has(&format!("#{field}")));
    }
}
