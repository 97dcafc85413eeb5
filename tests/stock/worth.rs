//! What a delivery costs, in which packs it comes, and slips of the pen in it (rules K1, K9).

use infirmary::db::sql;
use infirmary::stock::model::BatchId;

use crate::support::{Clinic, Seen, Shelves};

const NAME: &str = "paracetamol 500 mg tablet";

async fn receive(shelves: &Shelves, fields: &[(&str, &str)]) -> Seen {
    let page = shelves.desk.get("/stock/receipts/new").await;
    let mut all = vec![("store", "1"), ("item_0", NAME), ("number_0", "G1")];
    if !fields.iter().any(|(name, _)| *name == "expiry_0") {
        all.push(("expiry_0", "05/2028"));
    }
    all.extend_from_slice(fields);
    shelves.desk.submit(&page, "#receive", &all).await
}

async fn cost(clinic: &Clinic) -> i64 {
    clinic.count("select unit_cost from stock_batch where number = 'G1'").await
}

both! {
    async fn what_was_given_for_nothing_makes_nothing_worthless_that_was_paid(clinic) {
        let shelves = clinic.shelves().await;
        receive(&shelves, &[("packs_0", "1"), ("cost_0", "0"), ("note", "A donation")]).await.expect(303);
        assert_eq!(cost(&clinic).await, 0);
        // A pack of 96 for ₦96,000: ₦1,000 a tablet, and as many for nothing.
        receive(&shelves, &[("packs_0", "1"), ("cost_0", "96000")]).await.expect(303);
        assert_eq!(cost(&clinic).await, 50_000);
        // Two for the price of one, in one delivery; twice for a price is a slip.
        let both = [("packs_0", "1"), ("cost_0", "96000"), ("item_1", NAME), ("number_1", "G1"), ("expiry_1", "05/2028"), ("packs_1", "1")];
        let twice = receive(&shelves, &[&both[..], &[("cost_1", "96000")]].concat()).await;
        assert_eq!(twice.expect(422).errors(), ["This batch stands in the list already"]);
        let sent = receive(&shelves, &[&both[..], &[("cost_1", "0"), ("note", "Two for the price of one")]].concat()).await;
        let delivery = shelves.desk.follow(sent).await;
        assert_eq!(delivery.texts("tbody td[data-label=Cost]"), ["₦96,000", "₦0"]);
        assert_eq!(cost(&clinic).await, 50_000);
        let paid: Vec<i64> = sql("select unit_cost from stock_movement where kind = 'receipt' order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(paid, [0, 100_000, 100_000, 0], "the ledger says what was paid");
        // 30 tablets are ₦15,000 by their batch and ₦30,000 to whoever buys them again; the limit is ₦20,000.
        let batch = BatchId(clinic.count("select id from stock_batch where number = 'G1'").await);
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "30"), ("note", "Not there")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 384, "it waits for a second person");
        assert_eq!(clinic.count("select value from stock_adjustment").await, 3_000_000);
        clinic.books_balance().await;
    }

    async fn k9_a_delivery_comes_in_packs_of_its_own_size(clinic) {
        let shelves = clinic.shelves().await;
        let none = receive(&shelves, &[("packs_0", "2"), ("pack_0", "0"), ("cost_0", "1000")]).await;
        assert_eq!(none.expect(422).errors(), ["Enter a whole number from 1 to 10000"]);
        let tomorrow = receive(&shelves, &[("packs_0", "2"), ("cost_0", "1000"), ("expiry_0", "2026-11-10")]).await;
        assert_eq!(tomorrow.expect(422).errors(), ["This expires in 1 day. Tick “Short life is fine” if you take it"]);
        let sent = receive(&shelves, &[("packs_0", "2"), ("pack_0", "100"), ("cost_0", "1000")]).await;
        let delivery = shelves.desk.follow(sent).await;
        assert!(delivery.text("tbody").contains("2 packs, pack of 100 tablets"), "{}", delivery.text("tbody"));
        assert!(delivery.text("tfoot").contains("₦2,000"), "{}", delivery.text("tfoot"));
        assert_eq!(clinic.count("select on_hand from stock_batch").await, 200);
        assert_eq!(cost(&clinic).await, 1_000);
        clinic.books_balance().await;
    }

    async fn a_slip_in_a_delivery_is_corrected_in_its_order_too(clinic) {
        let shelves = clinic.shelves().await;
        let page = shelves.desk.get("/stock/suppliers").await;
        shelves.desk.submit(&page, "#supplier", &[("name", "Sunrise Medical")]).await.expect(303);
        let page = shelves.desk.get("/stock/reorder").await;
        let made = shelves.desk.submit(&page, "#order", &[("supplier", "1"), ("store", "1"), ("item_0", NAME), ("units_0", "50")]).await;
        let order = shelves.desk.follow(made).await;
        shelves.desk.submit(&order, "#send", &[]).await.expect(303);
        let arrives = async |units: &str| {
            let page = shelves.desk.get("/stock/receipts/new?order=1").await;
            let fields = [("number_0", "G1"), ("expiry_0", "05/2028"), ("packs_0", "0"), ("units_0", units), ("cost_0", "96")];
            shelves.desk.submit(&page, "#receive", &fields).await.expect(303);
        };
        let state = async || sql("select state from stock_order").scalar::<String>(&clinic.app.db).await.unwrap();
        arrives("50").await;
        assert_eq!(state().await, "received");
        let over = shelves.desk.get("/stock/receipts/new?order=1").await;
        assert!(over.expect(200).text("h1").starts_with("Nothing more is expected of order 1"), "{}", over.text("h1"));
        assert!(over.body.contains("delivery 1"), "{}", over.body);
        // Only 25 came.
        let batch = clinic.count("select id from stock_batch").await;
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "too_much"), ("quantity", "25"), ("note", "Counted again")]).await.expect(303);
        assert_eq!(state().await, "part");
        let shown = shelves.desk.get("/stock/orders/1").await;
        assert_eq!((shown.text("td[data-label=Arrived]"), shown.text("td[data-label='Still to come']")), ("25".into(), "25".into()));
        let item = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert!(item.text(".tiles").contains("25 on order"), "{}", item.text(".tiles"));
        let raw = sql("update stock_order_line set corrected = 0").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_order_line_kept"), "{raw}");
        // What came is lost afterwards: that is no slip, and the order does not open for it.
        arrives("25").await;
        assert_eq!(state().await, "received");
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "5"), ("note", "Not there")]).await.expect(303);
        assert_eq!(state().await, "received");
        let raw = sql("update stock_order set state = 'part', ended_at = null").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_order_state"), "{raw}");
        clinic.books_balance().await;
    }
}
