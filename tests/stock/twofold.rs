//! A loss is booked once, and what lay in quarantine is looked at twice (rules K6, P12).

use infirmary::db::sql;
use infirmary::stock::model::{Kind, StoreId};
use infirmary::stock::take;

use crate::support::{PHARMACY, QUARANTINE, Shelves, out};

const NAME: &str = "paracetamol 500 mg tablet";

async fn sends(shelves: &Shelves, fields: &[(&str, &str)]) -> crate::support::Seen {
    let page = shelves.desk.get("/stock/transfers/new").await;
    shelves.desk.submit(&page, "#transfer", &[&[("item_0", NAME)], fields].concat()).await
}

both! {
    async fn what_a_stocktake_found_missing_is_not_booked_once_more_by_a_correction_that_waited(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10_000)).await;
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "2000"), ("note", "A carton is gone")]).await.expect(303);
        let id = clinic.count("select max(id) from stock_adjustment").await;
        let page = shelves.desk.get("/stock/counts").await;
        shelves.desk.submit(&page, "#begin", &[("store", "1")]).await.expect(303);
        let path = format!("/stock/counts/{}", clinic.count("select max(id) from stock_count").await);
        let line = format!("counted_{}", clinic.count("select max(id) from stock_count_line").await);
        let page = shelves.desk.get(&path).await;
        let before = shelves.second.get("/stock/corrections").await;
        shelves.desk.submit(&page, "#keep", &[(&line, "8000")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#hand-in", &[]).await.expect(303);
        let hers = shelves.second.get(&path).await;
        assert!(hers.text("#proposed").contains("paracetamol 500 mg tablet, batch A1"), "{}", hers.body);
        let form = format!("#decide-{id}");
        let early = shelves.second.submit(&before, &form, &[("decision", "agree")]).await;
        assert!(early.expect(409).errors()[0].contains("counted this batch after it was proposed"), "{:?}", early.errors());
        shelves.second.submit(&hers, "#post", &[]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 8_000);
        let late = shelves.second.submit(&before, &form, &[("decision", "agree"), ("op", "agreed-after-the-posting")]).await;
        assert!(late.expect(409).errors()[0].contains("would be booked twice"), "{:?}", late.errors());
        let page = shelves.second.get("/stock/corrections").await;
        assert!(!page.has(&format!("{form} button[value=agree]")), "only withdrawing it is offered");
        shelves.second.submit(&page, &form, &[("decision", "refuse"), ("words", "It was counted")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 8_000);
        clinic.books_balance().await;
    }

    async fn what_never_arrived_is_promised_to_nobody_while_its_loss_waits(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        sql("insert into stock_store (name, kind) values ('Second', 'dispensary')").run(&clinic.app.db).await.unwrap();
        let page = shelves.desk.follow(sends(&shelves, &[("from", "1"), ("to", "3"), ("units_0", "100")]).await).await;
        let field = format!("arrived_{}", clinic.count("select max(id) from stock_transfer_line").await);
        shelves.desk.submit(&page, "#accept", &[(&field, "40"), ("reason", "A carton is gone")]).await.expect(303);
        let lies: Vec<(StoreId, i64)> = sql("select store_id, on_hand from stock_level where on_hand > 0 order by store_id").all(&clinic.app.db).await.unwrap();
        assert_eq!(lies, [(QUARANTINE, 60), (StoreId(3), 40)]);
        let id = clinic.count("select max(id) from stock_adjustment").await;
        let hers = shelves.second.get("/stock/corrections").await;
        shelves.second.submit(&hers, &format!("#decide-{id}"), &[("decision", "agree")]).await.expect(303);
        assert_eq!(clinic.count("select on_hand from stock_item where on_hand > 0").await, 40);
        clinic.books_balance().await;
    }

    async fn p12_out_of_quarantine_nothing_goes_without_a_reason_and_a_second_person(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (QUARANTINE, 50)).await;
        let out = [("from", "2"), ("to", "1"), ("units_0", "50")];
        let silent = sends(&shelves, &out).await;
        assert_eq!(silent.expect(422).errors(), ["Say why it may leave the quarantine, and who looked at it"]);
        let raw = sql("insert into stock_transfer (from_store, to_store, state, sent_name, sent_at) select 2, 1, 'sent', 'x', received_at from stock_batch")
            .run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_transfer_quarantine"), "{raw}");
        let sent = sends(&shelves, &[&out[..], &[("note", "The seal is whole, the pharmacist looked")]].concat()).await;
        let own = shelves.desk.follow(sent).await;
        assert!(!own.has("#accept") && own.has("#refuse"), "{}", own.body);
        let id = clinic.count("select max(id) from stock_transfer").await;
        let field = format!("arrived_{}", clinic.count("select max(id) from stock_transfer_line").await);
        let fields = [("op", "accepted-by-the-sender"), (field.as_str(), "50")];
        let alone = shelves.desk.post(&format!("/stock/transfers/{id}/acceptance"), &fields).await;
        assert!(alone.expect(409).errors()[0].contains("Somebody else has to look at it"), "{:?}", alone.errors());
        let raw = sql("update stock_transfer set state = 'accepted', ended_by = sent_by, ended_at = sent_at").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_transfer_second"), "{raw}");
        assert_eq!(clinic.on_hand(batch).await, 0);
        let hers = shelves.second.get(&format!("/stock/transfers/{id}")).await;
        shelves.second.submit(&hers, "#accept", &[]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 50);
        clinic.books_balance().await;
    }

    async fn p8_an_expired_batch_whose_expiry_is_corrected_rests_until_somebody_else_has_read_the_pack(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", -3, (PHARMACY, 40)).await;
        let path = format!("/stock/batches/{batch}");
        let raw = sql("update stock_batch set expiry = $2 where id = $1").bind(batch)
            .bind(chrono::NaiveDate::from_ymd_opt(2031, 1, 31)).run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_batch_prolonged"), "{raw}");
        let page = shelves.desk.get(&path).await;
        let typed = [("expiry", "2028-11-30"), ("why", "It says 2028 on the pack")];
        let corrected = shelves.desk.submit(&page, "#expiry-form", &typed).await;
        let own = shelves.desk.follow(corrected).await;
        assert!(own.text(".notice[data-kind=wait]").contains("You corrected its expiry"), "{}", own.body);
        assert!(!own.has("#released"), "{}", own.body);
        let mut work = clinic.stock_work(None).await;
        assert!(take(&mut work, &clinic.want(shelves.item, 1), &out(Kind::Issue, "")).await.is_err(), "nothing of it is given");
        drop(work);
        // Nor by way of a hold of one's own in between.
        let again = [("op", "held-once-more-by-it"), ("version", "2"), ("made", "held"), ("reason", "The fridge was warm")];
        shelves.desk.post(&format!("{path}/state"), &again).await.expect(409);
        let fields = [("op", "released-by-the-same"), ("version", "2"), ("made", "released"), ("reason", "I looked again")];
        let alone = shelves.desk.post(&format!("{path}/state"), &fields).await;
        assert!(alone.expect(409).errors()[0].contains("Somebody else reads the pack"), "{:?}", alone.errors());
        let hers = shelves.second.get(&path).await;
        shelves.second.submit(&hers, "#released", &[("reason", "It does say November 2028")]).await.expect(303);
        let mut work = clinic.stock_work(None).await;
        take(&mut work, &clinic.want(shelves.item, 1), &out(Kind::Issue, "")).await.unwrap();
        work.commit().await.unwrap();
        // An earlier day stops nothing, and a hold of one's own ends with oneself.
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#expiry-form", &[("expiry", "2028-10-31"), ("why", "October, not November")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#held", &[("reason", "The fridge was warm")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#released", &[("reason", "It was measured: 7 degrees")]).await.expect(303);
    }
}
