//! What one person alone cannot do to the stock, and forms that lose nothing (rules P10, K5, K6).

use infirmary::db::sql;

use crate::support::{PHARMACY, Shelves};

const NAME: &str = "paracetamol 500 mg tablet";

async fn on_its_way(shelves: &Shelves, to: &str) -> crate::support::Seen {
    let page = shelves.desk.get("/stock/transfers/new").await;
    let fields = [("from", "1"), ("to", to), ("item_0", NAME), ("units_0", "20")];
    let sent = shelves.desk.submit(&page, "#transfer", &fields).await;
    shelves.desk.follow(sent).await
}

both! {
    async fn whoever_sent_a_transfer_cannot_write_off_alone_what_did_not_arrive(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        sql("insert into stock_store (name, kind) values ('Ward', 'store')").run(&clinic.app.db).await.unwrap();
        let to = clinic.count("select max(id) from stock_store").await.to_string();
        let page = on_its_way(&shelves, &to).await;
        let field = format!("arrived_{}", clinic.count("select max(id) from stock_transfer_line").await);
        let missing = [(field.as_str(), "0"), ("reason", "Nothing came")];
        shelves.desk.submit(&page, "#accept", &missing).await.expect(303);
        assert_eq!(clinic.count("select count(*) from stock_movement where kind = 'adjust_loss'").await, 0);
        assert_eq!(clinic.count("select count(*) from stock_adjustment where state = 'waiting' and quantity = 20").await, 1);
        assert!(!shelves.desk.get("/stock/corrections").await.has("#waiting form"));
        let hers = shelves.second.get("/stock/corrections").await;
        shelves.second.submit(&hers, "#waiting form", &[("decision", "agree")]).await.expect(303);
        assert_eq!(clinic.number("select cast(coalesce(sum(on_hand), 0) as bigint) from stock_level where batch_id = $1", batch.0).await, 80);
        clinic.books_balance().await;
    }

    async fn p10_nothing_of_a_controlled_medicine_is_lost_by_one_person_alone(clinic) {
        let shelves = clinic.shelves().await;
        let codeine = clinic.item_of("codeine-phosphate-30mg-tablet").await;
        let batch = clinic.batch(codeine, "CO1", 300, (PHARMACY, 40)).await;
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "1"), ("note", "Not there")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 40, "it waits, whatever it is worth");
        let alone = sql("insert into stock_adjustment (item_id, batch_id, store_id, kind, quantity, reason, value, state, proposed_name,
                proposed_at, decided_at, two_people)
             select item_id, id, 1, 'adjust_loss', 1, 'lost', 0, 'done', 'me', received_at, received_at, $1 from stock_batch")
            .bind(false).run(&clinic.app.db).await;
        assert!(alone.unwrap_err().violates("stock_adjustment_controlled"));
    }

    async fn p10_a_controlled_medicine_stays_controlled_while_units_of_it_lie_in_a_store(clinic) {
        let shelves = clinic.shelves().await;
        let codeine = clinic.item_of("codeine-phosphate-30mg-tablet").await;
        let id = clinic.count("select id from medicine where code = 'codeine-phosphate-30mg-tablet'").await;
        let batch = clinic.batch(codeine, "CO1", 300, (PHARMACY, 40)).await;
        let ticks = async |controlled: &str| {
            let page = shelves.desk.get(&format!("/medicines/{id}")).await;
            shelves.desk.submit(&page, "#medicine", &[("controlled", controlled)]).await
        };
        let refused = ticks("").await;
        assert_eq!(refused.expect(422).errors(), ["Units of it still lie in a store. It stays controlled until none is left"]);
        let raw = sql("update medicine set controlled = $2 where id = $1").bind(id).bind(false).run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("medicine_controlled_held"), "{raw}");
        clinic.movement((codeine, batch, PHARMACY), "stocktake", -40).await.unwrap();
        ticks("").await.expect(303);
        clinic.movement((codeine, batch, PHARMACY), "stocktake", 10).await.unwrap();
        ticks("yes").await.expect(303);
    }

    async fn the_last_store_that_hands_out_stays_and_none_goes_with_what_lies_in_it(clinic) {
        let shelves = clinic.shelves().await;
        let saves = async |fields: &[(&str, &str)]| {
            let page = shelves.desk.get("/stock/stores/1").await;
            shelves.desk.submit(&page, "#store", fields).await
        };
        let last = saves(&[("kind", "store")]).await;
        assert_eq!(last.expect(422).errors(), ["This is the only store that hands out to patients. Set up another one first"]);
        let adds = async |name: &str| {
            let page = shelves.desk.get("/stock/stores").await;
            shelves.desk.submit(&page, "#store", &[("name", name), ("kind", "dispensary")]).await
        };
        assert_eq!(adds("PHARMACY").await.expect(409).errors(), ["A store of this name is there already"]);
        adds("Second counter").await.expect(303);
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 1)).await;
        assert_eq!(saves(&[("kind", "store")]).await.expect(422).errors(), ["Things still lie here. Send them to another store first"]);
        let sells = async |name: &str| {
            let page = shelves.desk.get("/stock/suppliers").await;
            shelves.desk.submit(&page, "#supplier", &[("name", name)]).await
        };
        sells("Sunrise Medical").await.expect(303);
        assert_eq!(sells("sunrise medical").await.expect(409).errors(), ["A supplier of this name is there already"]);
    }

    async fn k5_a_price_is_asked_for_and_shown_to_the_kobo(clinic) {
        let shelves = clinic.shelves().await;
        let receives = async |fields: &[(&str, &str)]| {
            let page = shelves.desk.get("/stock/receipts/new").await;
            let mut all = vec![("store", "1"), ("item_0", NAME), ("number_0", "A1"), ("expiry_0", "2028-05-31"), ("packs_0", "7")];
            all.extend_from_slice(fields);
            shelves.desk.submit(&page, "#receive", &all).await
        };
        assert_eq!(receives(&[]).await.expect(422).errors(), ["Enter what a pack cost, or 0 if it cost nothing"]);
        let gift = receives(&[("cost_0", "0"), ("note", "4711")]).await;
        assert_eq!(gift.expect(422).errors(), ["Say in a word why something cost nothing, for example: donation"]);
        receives(&[("cost_0", "0"), ("note", "4711, donation")]).await.expect(303);
        let sent = receives(&[("cost_0", "100"), ("units_0", "0")]).await;
        let delivery = shelves.desk.follow(sent).await;
        assert!(delivery.text("tfoot").contains("₦700"), "{}", delivery.text("table"));
    }

    async fn whoever_receives_against_an_order_second_keeps_what_was_typed(clinic) {
        let shelves = clinic.shelves().await;
        let page = shelves.desk.get("/stock/suppliers").await;
        shelves.desk.submit(&page, "#supplier", &[("name", "Sunrise Medical")]).await.expect(303);
        let page = shelves.desk.get("/stock/reorder").await;
        let past = [("supplier", "1"), ("store", "1"), ("item_0", NAME), ("packs_0", "5"), ("expected", "2020-01-01")];
        assert_eq!(shelves.desk.submit(&page, "#order", &past).await.expect(422).errors(), ["Choose today or a later day"]);
        let made = shelves.desk.submit(&page, "#order", &past[..4]).await;
        let order = shelves.desk.follow(made).await;
        shelves.desk.submit(&order, "#send", &[]).await.expect(303);
        let (mine, hers) = (shelves.desk.get("/stock/receipts/new?order=1").await, shelves.second.get("/stock/receipts/new?order=1").await);
        let typed = [("number_0", "P1"), ("expiry_0", "2028-01-31"), ("cost_0", "960")];
        shelves.desk.submit(&mine, "#receive", &typed).await.expect(303);
        let late = shelves.second.submit(&hers, "#receive", &typed).await;
        let told = late.expect(409).errors();
        assert!(told[0].contains("booked delivery 1 against this order") && told[0].contains("Nothing more is expected"), "{told:?}");
        assert_eq!(late.attribute("#number_0", "value").as_deref(), Some("P1"));
        shelves.second.submit(&late, "#receive", &[]).await.expect(409);
        assert_eq!(clinic.count("select count(*) from stock_receipt").await, 1);
    }

    async fn an_item_that_is_ticked_is_not_ordered_in_a_line_of_its_own_too(clinic) {
        let shelves = clinic.shelves().await;
        let page = shelves.desk.get("/stock/suppliers").await;
        shelves.desk.submit(&page, "#supplier", &[("name", "Sunrise Medical")]).await.expect(303);
        sql("update medicine set reorder_level = 50 where code = 'paracetamol-500mg-tablet'").run(&clinic.app.db).await.unwrap();
        let page = shelves.desk.get("/stock/reorder").await;
        let (tick, field) = (shelves.item.to_string(), format!("order_{}", shelves.item));
        let both = [("supplier", "1"), ("store", "1"), ("tick", tick.as_str()), (field.as_str(), "96"), ("item_0", NAME), ("packs_0", "5")];
        let told = shelves.desk.submit(&page, "#order", &both).await;
        assert_eq!(told.expect(422).errors(), ["This is ticked above. Change the amount there, and empty this line"]);
    }
}
