//! Many at one shelf: the last unit leaves once (P4), the books balance while everybody works (P5). With controls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use futures::stream::{self, StreamExt};
use infirmary::db::{DbError, sql};
use infirmary::stock::model::{BatchId, ItemId, Kind, Out, StoreId, Wanted};
use infirmary::stock::{put_back, take};
use infirmary::work::Refused;

use crate::support::{Clinic, PHARMACY, QUARANTINE, out};

/// Requests at a time; the rest wait for a connection like requests of browsers do.
const AT_ONCE: usize = 60;

/// Takes, again where the database was busy; units that left.
async fn once(clinic: &Clinic, want: &Wanted, out: &Out<'_>) -> i64 {
    loop {
        let mut work = clinic.stock_work(None).await;
        let done = match take(&mut work, want, out).await {
            Ok(choice) => work.commit().await.map(|()| choice.total()).map_err(Refused::Db),
            Err(why) => Err(why),
        };
        match done {
            Ok(units) => return units,
            Err(Refused::Because(_)) => return 0,
            Err(Refused::Db(DbError::Busy(_))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

both! {
    async fn p4_u18_of_a_hundred_units_exactly_a_hundred_leave(clinic) {
        let shelves = clinic.shelves().await;
        let old = clinic.batch(shelves.item, "OLD", 0, (PHARMACY, 50)).await;
        let mut batches = Vec::new();
        for at in 0..5 {
            batches.push(clinic.batch(shelves.item, &format!("B{at}"), 30 + at * 10, (PHARMACY, 20)).await);
        }
        let requests = (0..500_i64).map(|at| {
            let mut want = clinic.want(shelves.item, 1 + at % 3);
            // Some ask for the expired batch by name.
            if at % 10 == 0 {
                want.first = vec![old];
            }
            let clinic = &clinic;
            async move {
                let partly = Out { partly: at % 2 == 0, ..out(Kind::Issue, "asked for by name") };
                once(clinic, &want, &partly).await
            }
        });
        let units: i64 = stream::iter(requests).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum();
        assert_eq!(units, 100);
        for batch in &batches {
            assert_eq!(clinic.on_hand(*batch).await, 0);
        }
        assert_eq!(clinic.on_hand(old).await, 50);
        // The earliest expiry was empty before the next one was touched.
        let order: Vec<BatchId> = sql("select batch_id from stock_movement where kind = 'issue' order by id").scalars(&clinic.app.db).await.unwrap();
        assert!(order.windows(2).all(|pair| pair[0] <= pair[1]), "{order:?}");
        clinic.books_balance().await;
    }

    async fn p5_u19_the_books_balance_at_every_instant_of_five_thousand_movements(clinic) {
        let shelves = clinic.shelves().await;
        let syrup = clinic.item_of("ibuprofen-400mg-tablet").await;
        let mut batches = Vec::new();
        for (at, item) in [shelves.item, syrup].into_iter().cycle().take(8).enumerate() {
            let id = clinic.batch(item, &format!("B{at}"), 30 + at as i64, (PHARMACY, 2_000)).await;
            batches.push((item, id));
        }
        let (over, seen) = (Arc::new(AtomicBool::new(false)), AtomicI64::new(0));
        let checker = async {
            while !over.load(Ordering::Relaxed) {
                // One statement is one snapshot on both databases.
                let wrong = clinic.count("select count(*) from (select l.on_hand,
                        (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m
                            where m.batch_id = l.batch_id and m.store_id = l.store_id) as summed
                    from stock_level l) as both_sides where on_hand <> summed or on_hand < 0").await;
                assert_eq!(wrong, 0, "the books did not balance for a moment");
                seen.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let work = async {
            let each = (0..5_000_usize).map(|at| one_of_many(&clinic, batches[at % batches.len()], at));
            stream::iter(each).buffer_unordered(16).collect::<Vec<_>>().await;
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(checker, work);
        assert!(seen.load(Ordering::Relaxed) > 10, "the checker looked {} times", seen.load(Ordering::Relaxed));
        assert!(clinic.count("select count(*) from stock_movement").await > 4_000);
        clinic.books_balance().await;
    }

    async fn two_deliveries_of_one_new_batch_make_one_batch(clinic) {
        let shelves = clinic.shelves().await;
        let fields = |op: &'static str| [("op", op), ("store", "1"), ("item_0", "paracetamol 500 mg tablet"), ("number_0", "NEW1"), ("expiry_0", "2028-01-31"), ("packs_0", "1"), ("cost_0", "96")];
        let (one, two) = (fields("delivery-by-one-person"), fields("delivery-by-two-person"));
        let (first, second) = tokio::join!(shelves.desk.post("/stock/receipts", &one), shelves.second.post("/stock/receipts", &two));
        assert_eq!((first.status, second.status), (303, 303), "{} {}", first.body, second.body);
        assert_eq!(clinic.count("select count(*) from stock_batch").await, 1);
        assert_eq!(clinic.count("select on_hand from stock_level").await, 192);
        clinic.books_balance().await;
    }

    async fn of_two_who_accept_a_transfer_at_once_exactly_one_does(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        sql("insert into stock_store (name, kind) values ('Main', 'store')").run(&clinic.app.db).await.unwrap();
        for round in 0..5 {
            let page = shelves.desk.get("/stock/transfers/new").await;
            shelves.desk.submit(&page, "#transfer", &[("from", "1"), ("to", "3"), ("item_0", "paracetamol 500 mg tablet"), ("units_0", "10")]).await.expect(303);
            let path = format!("/stock/transfers/{}", clinic.count("select max(id) from stock_transfer").await);
            let (here, there) = (shelves.desk.get(&path).await, shelves.second.get(&path).await);
            let (one, two) = tokio::join!(shelves.desk.submit(&here, "#accept", &[]), shelves.second.submit(&there, "#accept", &[]));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "round {round}");
        }
        assert_eq!(clinic.count("select on_hand from stock_level where store_id = 3").await, 50);
        clinic.books_balance().await;
    }

    /// The control: who believes what the page said hands out more than there is.
    async fn without_the_guard_more_leaves_than_was_there(clinic) {
        let db = &clinic.app.db;
        sql("create table naive (on_hand bigint not null)").run(db).await.unwrap();
        sql("insert into naive (on_hand) values (10)").run(db).await.unwrap();
        let (start, mut tasks) = (Arc::new(tokio::sync::Barrier::new(20)), Vec::new());
        for _ in 0..20 {
            let (app, start) = (clinic.app.clone(), Arc::clone(&start));
            tasks.push(tokio::spawn(async move {
                let there: i64 = sql("select on_hand from naive").scalar(&app.db).await.unwrap();
                start.wait().await;
                if there >= 3 {
                    sql("update naive set on_hand = on_hand - 3").run(&app.db).await.unwrap();
                    return 3;
                }
                0
            }));
        }
        let mut units = 0;
        for task in tasks {
            units += task.await.unwrap();
        }
        assert!(units > 10 && clinic.count("select on_hand from naive").await < 0, "the control found nothing");
    }

    /// The control: the checker of the books sees one unit that came from nowhere.
    async fn the_checker_sees_a_level_that_the_ledger_does_not_know(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        sql("update stock_level set on_hand = on_hand + 1").run(&clinic.app.db).await.unwrap();
        let wrong = clinic.count("select count(*) from (select on_hand, (select cast(sum(quantity) as bigint)
            from stock_movement) as summed from stock_level) as both_sides where on_hand <> summed").await;
        assert_eq!(wrong, 1);
    }
}

/// One movement of many: mostly out, sometimes back or found.
async fn one_of_many(clinic: &Clinic, (item, batch): (ItemId, BatchId), at: usize) {
    let units = 1 + (at % 5) as i64;
    match at % 4 {
        0 => loop {
            let mut work = clinic.stock_work(None).await;
            let place: StoreId = if at.is_multiple_of(12) { QUARANTINE } else { PHARMACY };
            let back = out(Kind::ReturnIn, "came back");
            match put_back(&mut work, batch, place, units * 2, &back).await {
                Ok(()) => match work.commit().await {
                    Ok(()) => return,
                    Err(DbError::Busy(_)) => {}
                    Err(other) => panic!("{other:?}"),
                },
                Err(Refused::Db(DbError::Busy(_))) => {}
                Err(other) => panic!("{other:?}"),
            }
        },
        1 => {
            let mut want = clinic.want(item, 1);
            want.first = vec![batch];
            once(clinic, &want, &out(Kind::AdjustLoss, "could not be found")).await;
        }
        _ => {
            once(clinic, &clinic.want(item, units), &Out { partly: true, ..out(Kind::Issue, "") }).await;
        }
    }
}
