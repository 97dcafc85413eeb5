//! The ledger and what may leave: rules K1 to K9 and P7, P8 by name, and what others did wrong (U17 to U21, W2, W3).

use infirmary::db::sql;
use infirmary::stock::model::{BatchId, Kind, Out, Why};
use infirmary::stock::{put_back, take, usable_of_medicines};
use infirmary::work::Refused;

use crate::support::{Clinic, PHARMACY, QUARANTINE, out};

async fn taken(
    clinic: &Clinic,
    want: &infirmary::stock::model::Wanted,
    out: &Out<'_>,
) -> Result<i64, String> {
    let mut work = clinic.stock_work(None).await;
    match take(&mut work, want, out).await {
        Ok(choice) => {
            work.commit().await.unwrap();
            Ok(choice.total())
        }
        Err(Refused::Because(sentence)) => Err(sentence),
        Err(other) => panic!("{other:?}"),
    }
}

async fn set(clinic: &Clinic, text: &'static str, batch: BatchId) {
    sql(text).bind(batch).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
}

both! {
    async fn k1_rows_of_the_ledger_are_never_changed_or_deleted(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        for text in ["update stock_movement set quantity = 9", "delete from stock_movement", "update stock_movement set reason = 'x'"] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates("stock_movement_append_only"), "{text}: {error}");
        }
        let row: (String, i64, i64, i64, String) =
            sql("select kind, quantity, balance, unit_cost, account_name from stock_movement").one(&clinic.app.db).await.unwrap();
        assert_eq!(row, ("opening".to_owned(), 10, 10, 1_500, "somebody".to_owned()));
    }

    async fn k2_what_is_there_is_the_sum_of_the_ledger_and_never_below_zero(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        assert_eq!(taken(&clinic, &clinic.want(shelves.item, 4), &out(Kind::Issue, "")).await, Ok(4));
        assert_eq!(clinic.on_hand(batch).await, 6);
        let place = (shelves.item, batch, PHARMACY);
        let error = clinic.movement(place, "issue", -7).await.unwrap_err();
        assert!(error.violates("stock_level_on_hand") || error.violates("stock_movement_positive"), "{error}");
        let error = sql("update stock_level set on_hand = -1").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_level_on_hand"), "{error}");
        assert_eq!(clinic.on_hand(batch).await, 6);
        clinic.books_balance().await;
    }

    async fn k3_w2_what_the_page_loaded_does_not_decide(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        // Two people see ten; the first takes eight.
        let want = clinic.want(shelves.item, 8);
        let seen = clinic.would_take(&want).await;
        assert_eq!((seen.total(), seen.short), (8, 0));
        assert_eq!(taken(&clinic, &want, &out(Kind::Issue, "")).await, Ok(8));
        let told = taken(&clinic, &want, &out(Kind::Issue, "")).await.unwrap_err();
        assert_eq!(told, "paracetamol 500 mg tablet: 2 tablets can be taken, 6 tablets missing.");
        assert_eq!(clinic.on_hand(batch).await, 2);
        let partly = Out { partly: true, ..out(Kind::Issue, "") };
        assert_eq!(taken(&clinic, &want, &partly).await, Ok(2));
        clinic.books_balance().await;
    }

    async fn k4_nothing_is_given_out_in_the_past_and_the_ledger_keeps_its_order(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        let earlier = clinic.app.clock.now() - chrono::TimeDelta::days(3);
        let text = "insert into stock_movement (item_id, batch_id, store_id, kind, quantity, balance, unit_cost, reason,
                account_name, at, occurred_at, day) values ($1, $2, 1, $3, $4, $5, 1500, 'found', 'somebody', $6, $7, $8)";
        let row = |kind: &'static str, quantity: i64, balance: i64| sql(text).bind(shelves.item).bind(batch).bind(kind)
            .bind(quantity).bind(balance).bind(clinic.app.clock.now()).bind(earlier).bind(clinic.today());
        let error = row("issue", -1, 9).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_movement_occurred"), "{error}");
        row("adjust_gain", 2, 12).run(&clinic.app.db).await.unwrap();
        let order: Vec<i64> = sql("select balance from stock_movement order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(order, [10, 12]);
        clinic.books_balance().await;
    }

    async fn k6_every_kind_has_its_sign_and_its_reason(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let place = (shelves.item, batch, PHARMACY);
        for kind in ["opening", "receipt", "return_in", "transfer_in", "adjust_gain"] {
            assert!(clinic.movement(place, kind, -1).await.unwrap_err().violates("stock_movement_sign"), "{kind}");
            clinic.movement(place, kind, 1).await.unwrap();
        }
        for kind in ["issue", "return_supplier", "transfer_out", "adjust_loss", "damaged"] {
            assert!(clinic.movement(place, kind, 1).await.unwrap_err().violates("stock_movement_sign"), "{kind}");
            clinic.movement(place, kind, -1).await.unwrap();
        }
        for units in [2, -3] {
            clinic.movement(place, "stocktake", units).await.unwrap();
        }
        assert!(clinic.movement(place, "given", -1).await.is_err() && clinic.movement(place, "issue", 0).await.is_err());
        assert_eq!(clinic.on_hand(batch).await, 99);
        clinic.books_balance().await;
    }

    async fn k7_u20_only_usable_units_are_told_to_prescribers(clinic) {
        let shelves = clinic.shelves().await;
        let medicine = clinic.count("select id from medicine where code = 'paracetamol-500mg-tablet'").await;
        let usable = async || usable_of_medicines(&clinic.app.db, &[medicine], clinic.today()).await.unwrap()[&medicine];
        assert_eq!(usable().await, 0);
        clinic.batch(shelves.item, "OLD", -1, (PHARMACY, 500)).await;
        assert_eq!(usable().await, 0, "only expired stock is no stock");
        let held = clinic.batch(shelves.item, "HELD", 300, (PHARMACY, 70)).await;
        let recalled = clinic.batch(shelves.item, "BACK", 300, (PHARMACY, 30)).await;
        clinic.batch(shelves.item, "GOOD", 300, (PHARMACY, 12)).await;
        clinic.batch(shelves.item, "RETURNED", 300, (QUARANTINE, 9)).await;
        assert_eq!(usable().await, 112);
        set(&clinic, "update stock_batch set held_reason = 'warm', held_at = $2 where id = $1", held).await;
        set(&clinic, "update stock_batch set recall_reason = 'letter', recalled_at = $2 where id = $1", recalled).await;
        assert_eq!(usable().await, 12);
        let all = usable_of_medicines(&clinic.app.db, &[], clinic.today()).await.unwrap();
        assert_eq!(all.get(&medicine), Some(&12));
        let several = usable_of_medicines(&clinic.app.db, &[medicine, medicine + 1], clinic.today()).await.unwrap();
        assert_eq!((several[&medicine], several[&(medicine + 1)]), (12, 0));
        let page = shelves.desk.get("/stock/items?q=panadol").await;
        assert!(page.text("tbody").contains("12 tablets") && page.text("tbody").contains("500 expired, 109 set apart"), "{}", page.text("tbody"));
    }

    async fn u17_nothing_expired_held_or_recalled_leaves_by_any_door(clinic) {
        let shelves = clinic.shelves().await;
        let expired = clinic.batch(shelves.item, "OLD", 0, (PHARMACY, 10)).await;
        let held = clinic.batch(shelves.item, "HELD", 300, (PHARMACY, 10)).await;
        let recalled = clinic.batch(shelves.item, "BACK", 300, (PHARMACY, 10)).await;
        set(&clinic, "update stock_batch set held_reason = 'warm', held_at = $2 where id = $1", held).await;
        set(&clinic, "update stock_batch set recall_reason = 'letter', recalled_at = $2 where id = $1", recalled).await;
        for kind in [Kind::Issue, Kind::TransferOut] {
            let told = taken(&clinic, &clinic.want(shelves.item, 1), &out(kind, "")).await.unwrap_err();
            assert!(told.contains("batch OLD: expired; batch HELD: on hold; batch BACK: recalled"), "{told}");
            // Not by name either (rule P8), and not past the program.
            for batch in [expired, held, recalled] {
                let mut by_hand = clinic.want(shelves.item, 1);
                by_hand.first = vec![batch];
                assert!(taken(&clinic, &by_hand, &out(kind, "It is still good")).await.is_err());
                let error = clinic.movement((shelves.item, batch, PHARMACY), kind.as_str(), -1).await.unwrap_err();
                assert!(error.violates("stock_movement_usable"), "{error}");
            }
        }
        let mut named = clinic.want(shelves.item, 10);
        named.first = vec![expired];
        assert_eq!(taken(&clinic, &named, &out(Kind::Expired, "")).await, Ok(10));
        named.first = vec![held];
        let told = taken(&clinic, &named, &out(Kind::Expired, "")).await.unwrap_err();
        assert!(told.contains("has not expired yet"), "{told}");
        assert!(clinic.movement((shelves.item, held, PHARMACY), "expired", -1).await.unwrap_err().violates("stock_movement_expired"));
        assert_eq!(taken(&clinic, &named, &out(Kind::Damaged, "Stood warm")).await, Ok(10));
        clinic.books_balance().await;
    }

    async fn p7_u21_the_first_to_expire_leaves_first_and_every_other_batch_says_why_it_stays(clinic) {
        let shelves = clinic.shelves().await;
        let late = clinic.batch(shelves.item, "LATE", 400, (PHARMACY, 50)).await;
        let soon = clinic.batch(shelves.item, "SOON", 20, (PHARMACY, 50)).await;
        clinic.batch(shelves.item, "OLD", -3, (PHARMACY, 50)).await;
        let mut want = clinic.want(shelves.item, 60);
        let choice = clinic.would_take(&want).await;
        assert_eq!(choice.taken.iter().map(|one| (one.batch, one.quantity)).collect::<Vec<_>>(), [(soon, 50), (late, 10)]);
        assert_eq!(choice.passed.iter().map(|one| (one.number.as_str(), one.why)).collect::<Vec<_>>(), [("OLD", Why::Expired)]);
        // A course of four weeks is given what covers it.
        want.until = Some(clinic.today() + chrono::Days::new(27));
        let choice = clinic.would_take(&want).await;
        assert_eq!(choice.taken.iter().map(|one| one.batch).collect::<Vec<_>>(), [late, soon]);
        assert!(!choice.taken[0].ends_early && choice.taken[1].ends_early);
        want.quantity = 5;
        let told = clinic.would_take(&want).await.passed;
        assert_eq!(told.iter().map(|one| one.why).collect::<Vec<_>>(), [Why::Expired, Why::EndsEarly]);
        // What was shown is what leaves, one row of the ledger for each batch.
        want = clinic.want(shelves.item, 60);
        assert_eq!(taken(&clinic, &want, &out(Kind::Issue, "")).await, Ok(60));
        let rows: Vec<(BatchId, i64)> =
            sql("select batch_id, quantity from stock_movement where kind = 'issue' order by id").all(&clinic.app.db).await.unwrap();
        assert_eq!(rows, [(soon, -50), (late, -10)]);
    }

    async fn p8_another_batch_by_hand_needs_a_reason(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "SOON", 20, (PHARMACY, 50)).await;
        let late = clinic.batch(shelves.item, "LATE", 400, (PHARMACY, 50)).await;
        let mut want = clinic.want(shelves.item, 5);
        want.first = vec![late];
        let told = taken(&clinic, &want, &out(Kind::Issue, "")).await.unwrap_err();
        assert_eq!(told, "Give a reason for choosing another batch.");
        assert_eq!(taken(&clinic, &want, &out(Kind::Issue, "The tin is open already")).await, Ok(5));
        assert_eq!(clinic.on_hand(late).await, 45);
        assert_eq!(clinic.count("select count(*) from stock_movement where reason = 'The tin is open already'").await, 1);
    }

    async fn u19_what_comes_back_is_a_row_of_its_own_and_lies_in_quarantine(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 20)).await;
        let given = Out { ref_kind: "dispensing_line", ref_id: 7, ..out(Kind::Issue, "") };
        assert_eq!(taken(&clinic, &clinic.want(shelves.item, 12), &given).await, Ok(12));
        let mut work = clinic.stock_work(None).await;
        let back = Out { kind: Kind::ReturnIn, ..given };
        put_back(&mut work, batch, infirmary::stock::quarantine(&clinic.app.db).await.unwrap(), 5, &back).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(clinic.on_hand(batch).await, 8);
        assert_eq!(clinic.count("select on_hand from stock_level where store_id = 2").await, 5);
        let rows = infirmary::stock::of_ref(&clinic.app.db, "dispensing_line", 7).await.unwrap();
        assert_eq!(rows.iter().map(|row| (row.batch_id, row.quantity)).collect::<Vec<_>>(), [(batch, -12), (batch, 5)]);
        clinic.books_balance().await;
    }

    async fn w3_what_was_answered_is_in_the_books_and_what_failed_is_not(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 20)).await;
        let mut work = clinic.stock_work(None).await;
        take(&mut work, &clinic.want(shelves.item, 5), &out(Kind::Issue, "")).await.unwrap();
        drop(work);
        assert_eq!((clinic.on_hand(batch).await, clinic.count("select count(*) from stock_movement").await), (20, 1));
        assert_eq!(taken(&clinic, &clinic.want(shelves.item, 5), &out(Kind::Issue, "")).await, Ok(5));
        assert_eq!((clinic.on_hand(batch).await, clinic.count("select count(*) from stock_movement").await), (15, 2));
        let page = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert_eq!(page.texts("#ledger tbody tr").len(), 2);
        clinic.books_balance().await;
    }

    async fn k9_each_batch_gives_whole_steps_and_units_stay_what_they_are(clinic) {
        clinic.shelves().await;
        let item = clinic.item_of("paracetamol-120mg-per-5ml-syrup").await;
        let known = infirmary::stock::item(&clinic.app.db, item).await.unwrap().unwrap();
        assert_eq!((known.unit.as_str(), known.pack, known.step), ("mL", 60, 60));
        clinic.batch(item, "OPEN", 20, (PHARMACY, 45)).await;
        clinic.batch(item, "FULL", 300, (PHARMACY, 600)).await;
        let want = infirmary::stock::model::Wanted { step: known.step, ..clinic.want(item, 120) };
        let choice = clinic.would_take(&want).await;
        assert_eq!(choice.taken.iter().map(|one| (one.number.as_str(), one.quantity)).collect::<Vec<_>>(), [("FULL", 120)]);
        assert_eq!(choice.passed[0].why, Why::TooLittle);
        // A medicine that is in the books is not counted in another unit from now on.
        let error = sql("update medicine set unit = 'bottle' where code = 'paracetamol-120mg-per-5ml-syrup'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_item_unit"), "{error}");
    }

    async fn every_medicine_is_an_item_from_its_first_moment_and_follows_it(clinic) {
        clinic.shelves().await;
        let without = "select count(*) from medicine m where not exists (select 1 from stock_item i where i.medicine_id = m.id
            and i.unit = m.unit and i.pack = m.pack and i.step = m.step and i.active = m.active)";
        assert!(clinic.count("select count(*) from medicine").await > 200);
        assert_eq!(clinic.count(without).await, 0);
        sql("update medicine set strength = '650 mg', pack = 12, reorder_level = 240, active = false where code = 'paracetamol-500mg-tablet'")
            .run(&clinic.app.db).await.unwrap();
        let item = infirmary::stock::item(&clinic.app.db, clinic.item_of("paracetamol-500mg-tablet").await).await.unwrap().unwrap();
        assert_eq!((item.name.as_str(), item.pack, item.reorder_level, item.active), ("paracetamol 650 mg tablet", 12, Some(240), false));
    }
}
