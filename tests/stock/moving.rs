//! Transfers with acceptance, corrections with a second person, stocktakes that freeze what was counted.

use infirmary::db::sql;
use infirmary::live::Topic;
use infirmary::stock::model::{Kind, StoreId};
use infirmary::stock::{put_back, take};

use crate::support::{Clinic, PHARMACY, Seen, Shelves, out};

const NAME: &str = "paracetamol 500 mg tablet";

async fn sent(clinic: &Clinic, shelves: &Shelves, units: &str) -> Seen {
    sql("insert into stock_store (name, kind) values ('Main', 'store') on conflict (lower(name)) do nothing")
        .run(&clinic.app.db)
        .await
        .unwrap();
    let page = shelves.desk.get("/stock/transfers/new").await;
    shelves
        .desk
        .submit(&page, "#transfer", &[("from", "1"), ("to", "3"), ("item_0", NAME), ("units_0", units)])
        .await
}

async fn level(clinic: &Clinic, store: i64) -> i64 {
    sql("select cast(coalesce(sum(on_hand), 0) as bigint) from stock_level where store_id = $1")
        .bind(store)
        .scalar(&clinic.app.db)
        .await
        .unwrap()
}

/// Begins a stocktake of the pharmacy and says which line is whose.
async fn counting(clinic: &Clinic, shelves: &Shelves) -> (String, Vec<String>) {
    let page = shelves.desk.get("/stock/counts").await;
    shelves.desk.submit(&page, "#begin", &[("store", "1")]).await.expect(303);
    let lines: Vec<i64> =
        sql("select l.id from stock_count_line l join stock_batch b on b.id = l.batch_id order by b.number")
            .scalars(&clinic.app.db)
            .await
            .unwrap();
    let path = format!("/stock/counts/{}", clinic.count("select max(id) from stock_count").await);
    (path, lines.into_iter().map(|id| format!("counted_{id}")).collect())
}

both! {
    async fn what_is_sent_is_on_its_way_until_it_is_accepted(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "SOON", 30, (PHARMACY, 40)).await;
        clinic.batch(shelves.item, "LATE", 300, (PHARMACY, 100)).await;
        let short = sent(&clinic, &shelves, "500").await;
        assert!(short.expect(409).errors()[0].contains("360 tablets missing"), "{:?}", short.errors());
        assert_eq!(level(&clinic, 1).await, 140);
        let page = shelves.desk.follow(sent(&clinic, &shelves, "60").await).await;
        assert_eq!(page.texts("tbody th").len(), 2, "first expired first, over two batches");
        assert_eq!((level(&clinic, 1).await, level(&clinic, 3).await), (80, 0));
        let item = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert!(item.text(".tiles").contains("60 on the way"), "{}", item.text(".tiles"));
        let fields: Vec<i64> = sql("select id from stock_transfer_line order by quantity").scalars(&clinic.app.db).await.unwrap();
        let (small, large) = (format!("arrived_{}", fields[0]), format!("arrived_{}", fields[1]));
        let silent = shelves.second.submit(&page, "#accept", &[(&small, "17")]).await;
        assert_eq!(silent.expect(422).errors(), ["Say what is missing, and why"]);
        let much = shelves.second.submit(&page, "#accept", &[(&large, "41")]).await;
        assert_eq!(much.expect(422).errors(), ["Enter a whole number from 0 to 40"]);
        shelves.second.submit(&page, "#accept", &[(&small, "17"), ("reason", "Three fell out of the box")]).await.expect(303);
        assert_eq!((level(&clinic, 1).await, level(&clinic, 3).await), (80, 57));
        assert_eq!(clinic.count("select cast(-sum(quantity) as bigint) from stock_movement where kind = 'adjust_loss'").await, 3);
        clinic.books_balance().await;
    }

    async fn the_pharmacys_worklist_hears_of_every_change_of_the_shelves(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "SOON", 30, (PHARMACY, 40)).await;
        let mut told = clinic.app.live.listen();
        let mut hears = || std::iter::from_fn(|| told.try_recv().ok()).any(|topics| topics.contains(&Topic::Pharmacy));
        assert!(!hears());
        sent(&clinic, &shelves, "10").await.expect(303);
        assert!(hears(), "sent away");
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#held", &[("reason", "The fridge was warm")]).await.expect(303);
        assert!(hears(), "on hold");
    }

    async fn what_is_refused_lies_again_where_it_came_from(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let page = shelves.desk.follow(sent(&clinic, &shelves, "60").await).await;
        assert_eq!(shelves.second.submit(&page, "#refuse", &[("refusal", "")]).await.expect(422).errors(), ["Say why it is refused"]);
        shelves.second.submit(&page, "#refuse", &[("refusal", "The wrong box")]).await.expect(303);
        assert_eq!((level(&clinic, 1).await, level(&clinic, 3).await), (100, 0));
        shelves.second.submit(&page, "#accept", &[("op", "accepted-all-the-same")]).await.expect(409);
        let error = sql("update stock_transfer set state = 'sent'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_transfer_state"), "{error}");
        clinic.books_balance().await;
    }

    async fn a_small_correction_is_done_and_a_large_one_waits_for_somebody_else(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10_000)).await;
        let path = format!("/stock/batches/{batch}");
        let page = shelves.desk.get(&path).await;
        let told = shelves.desk.submit(&page, "#correct", &[("what", ""), ("quantity", "0"), ("note", "")]).await;
        assert_eq!(told.expect(422).errors().len(), 3, "{:?}", told.errors());
        shelves.desk.submit(&page, "#correct", &[("what", "damaged"), ("quantity", "10"), ("note", "Wet")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 9_990);
        // 2,000 at ₦15 are ₦30,000; the limit is ₦20,000.
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "2000"), ("note", "A carton is gone")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 9_990);
        let own = shelves.desk.get("/stock/corrections").await;
        assert!(own.text("#waiting").contains("somebody else decides") && !own.has("#waiting form"), "{}", own.body);
        let id = clinic.count("select max(id) from stock_adjustment").await;
        let mine = shelves.desk.post(&format!("/stock/corrections/{id}/decision"), &[("op", "my-own-decision-0001"), ("decision", "agree")]).await;
        assert!(mine.expect(409).errors()[0].contains("You proposed this yourself"), "{:?}", mine.errors());
        let raw = sql("update stock_adjustment set state = 'done', decided_by = proposed_by, decided_at = proposed_at where id = $1").bind(id).run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_adjustment_two"), "{raw}");
        let hers = shelves.second.get("/stock/corrections").await;
        let form = format!("#decide-{id}");
        let silent = shelves.second.submit(&hers, &form, &[("decision", "refuse")]).await;
        assert_eq!(silent.expect(422).errors(), ["Say why it is refused"]);
        shelves.second.submit(&hers, &form, &[("decision", "agree")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 7_990);
        shelves.second.submit(&hers, &form, &[("decision", "agree"), ("op", "decided-once-more-00")]).await.expect(409);
        // More than is left is refused with what was typed.
        let page = shelves.desk.get(&path).await;
        let much = shelves.desk.submit(&page, "#correct", &[("what", "damaged"), ("quantity", "7991"), ("note", "All of it")]).await;
        assert!([303, 409].contains(&much.status), "{}", much.body);
        clinic.books_balance().await;
    }

    async fn a_correction_of_what_is_not_there_is_refused(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        let much = shelves.desk.submit(&page, "#correct", &[("what", "damaged"), ("quantity", "11"), ("note", "All of it")]).await;
        assert!(much.expect(409).errors()[0].contains("10 tablets can be taken, 1 tablet missing"), "{:?}", much.errors());
        assert_eq!(much.attribute("#quantity", "value").as_deref(), Some("11"));
        let early = shelves.desk.submit(&page, "#correct", &[("what", "expired"), ("quantity", "1"), ("note", "Looks old")]).await;
        assert!(early.expect(409).errors()[0].contains("has not expired yet"), "{:?}", early.errors());
        shelves.desk.submit(&page, "#correct", &[("what", "found"), ("quantity", "5"), ("note", "Behind the shelf")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 15);
        assert_eq!(clinic.count("select count(*) from stock_adjustment").await, 1);
        clinic.books_balance().await;
    }

    async fn k6_a_stocktake_posts_differences_only_and_by_a_second_person(clinic) {
        let shelves = clinic.shelves().await;
        let first = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let second = clinic.batch(shelves.item, "B2", 400, (PHARMACY, 50)).await;
        let third = clinic.batch(shelves.item, "C3", 500, (PHARMACY, 30)).await;
        let (path, lines) = counting(&clinic, &shelves).await;
        let page = shelves.desk.get(&path).await;
        assert!(!page.text("#keep").contains("100"), "whoever counts does not see the books: {}", page.text("#keep"));
        let early = shelves.desk.submit(&page, "#hand-in", &[]).await;
        assert_eq!(early.expect(422).errors(), ["Nothing is counted yet"]);
        shelves.desk.submit(&page, "#keep", &[(&lines[0], "97"), (&lines[1], "50")]).await.expect(303);
        // While others are counted, ten of the first are given out: the frozen books do not care.
        let mut work = clinic.stock_work(None).await;
        take(&mut work, &clinic.want(shelves.item, 10), &out(Kind::Issue, "")).await.unwrap();
        work.commit().await.unwrap();
        let page = shelves.desk.get(&path).await;
        assert_eq!(page.texts("#keep tbody tr").len(), 1, "what is counted is out of the way");
        let sheet = shelves.desk.get(&page.links("#keep .actions a[href$=sheet]")[0]).await;
        assert_eq!(sheet.texts(".counting tbody tr").len(), 1, "{}", sheet.body);
        assert!(sheet.text(".counting").contains("C3") && !sheet.text(".sheet").contains("30"), "paper says nothing of the books");
        shelves.desk.submit(&page, "#keep", &[(&lines[2], "31")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#hand-in", &[]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        assert_eq!(page.texts("#differences tbody tr").len(), 2, "{}", page.body);
        assert!(!page.has("#post"), "not by whoever handed it in");
        assert_eq!(shelves.desk.get(&format!("{path}/sheet")).await.leads_to().unwrap(), path, "nothing is left to count");
        let own = shelves.desk.post(&format!("{path}/posting"), &[("op", "posted-by-the-counter"), ("version", "2")]).await;
        assert!(own.expect(409).errors()[0].contains("You handed in this stocktake yourself"), "{:?}", own.errors());
        let raw = sql("update stock_count set state = 'posted', ended_by = counted_by, ended_at = counted_at").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_count_two"), "{raw}");
        let hers = shelves.second.get(&path).await;
        shelves.second.submit(&hers, "#post", &[("reason", "Three fell down, one was found")]).await.expect(303);
        assert_eq!((clinic.on_hand(first).await, clinic.on_hand(second).await, clinic.on_hand(third).await), (87, 50, 31));
        let posted: Vec<i64> = sql("select quantity from stock_movement where kind = 'stocktake' order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(posted, [-3, 1]);
        let error = sql("update stock_count_line set counted = 5, book = 5").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("stock_count_line_kept"), "{error}");
        clinic.books_balance().await;
    }

    async fn what_a_stocktake_finds_beside_the_list_is_counted_too(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let used_up = clinic.batch(shelves.item, "Z9", 400, (PHARMACY, 0)).await;
        let (path, lines) = counting(&clinic, &shelves).await;
        let page = shelves.desk.get(&path).await;
        assert_eq!(page.texts("#keep tbody tr").len(), 1, "only what the books know to lie there");
        let enters = async |fields: &[(&str, &str)]| {
            let page = shelves.desk.get(&path).await;
            shelves.desk.submit(&page, "#found", fields).await
        };
        let known = clinic.today() + chrono::Days::new(400);
        let (known, behind) = (known.to_string(), [("item", NAME), ("number", "behind"), ("expiry", "2026-01-31"), ("units", "12")]);
        let empty = enters(&[]).await;
        assert_eq!(empty.expect(422).errors().len(), 4, "{:?}", empty.errors());
        assert!(empty.has("#finding[open]"));
        let twice = enters(&[("item", NAME), ("number", "A1"), ("expiry", &(clinic.today() + chrono::Days::new(300)).to_string()), ("units", "5")]).await;
        assert!(twice.expect(409).errors()[0].contains("stands in the list"), "{:?}", twice.errors());
        let other = enters(&[("item", NAME), ("number", "Z9"), ("expiry", "2031-01-31"), ("units", "5")]).await;
        assert!(other.expect(409).errors()[0].contains("is known and expires on"), "{:?}", other.errors());
        assert!(other.has("#finding[open]"));
        assert_eq!(other.attribute("#found [name=units]", "value").as_deref(), Some("5"), "nothing typed is lost");
        // One that the books call used up, and one that they never heard of; it is expired, and lies there all the same.
        enters(&[("item", NAME), ("number", "z9"), ("expiry", &known), ("units", "5")]).await.expect(303);
        enters(&behind).await.expect(303);
        assert_eq!(clinic.count("select count(*) from stock_movement where kind = 'stocktake'").await, 0, "nothing is booked yet");
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#keep", &[(&lines[0], "100")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#hand-in", &[]).await.expect(303);
        let fields = [("op", "found-after-hand-in-1"), behind[0], ("number", "LATE"), behind[2], behind[3]];
        let late = shelves.desk.post(&format!("{path}/found"), &fields).await;
        assert!(late.expect(409).body.contains("was handed in meanwhile"), "{}", late.body);
        let raw = sql("insert into stock_count_line (count_id, item_id, batch_id) select 1, item_id, id from stock_batch where number = 'LATE'
                union all select 1, item_id, id from stock_batch where number = 'A1'").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_count_line_kept"), "{raw}");
        let hers = shelves.second.get(&path).await;
        assert_eq!(hers.texts("#differences tbody td[data-label=Difference]"), ["+12", "+5"]);
        shelves.second.submit(&hers, "#post", &[]).await.expect(303);
        assert_eq!(clinic.on_hand(used_up).await, 5);
        let behind: (i64, i64) = sql("select l.on_hand, b.unit_cost from stock_level l join stock_batch b on b.id = l.batch_id where b.number = 'BEHIND'")
            .one(&clinic.app.db).await.unwrap();
        assert_eq!(behind, (12, 1_500), "worth what the item cost last");
        clinic.books_balance().await;
    }

    async fn a_stocktake_is_counted_again_or_cancelled_and_only_one_is_open_in_a_store(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let (path, lines) = counting(&clinic, &shelves).await;
        let page = shelves.desk.get("/stock/counts").await;
        let twice = shelves.desk.submit(&page, "#begin", &[("store", "1")]).await;
        assert_eq!(twice.expect(409).errors(), ["A stocktake of this store is under way. Finish or cancel it first."]);
        let page = shelves.desk.get(&path).await;
        let wrong = shelves.desk.submit(&page, "#keep", &[(&lines[0], "-1")]).await;
        assert_eq!(wrong.expect(422).errors().len(), 1);
        assert_eq!(wrong.attribute(&format!("#{}", lines[0]), "value").as_deref(), Some("-1"));
        shelves.desk.submit(&page, "#keep", &[(&lines[0], "90")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#hand-in", &[]).await.expect(303);
        // What is counted after that is not kept.
        shelves.second.submit(&page, "#hand-in", &[("op", "handed-in-once-more")]).await.expect(409);
        shelves.desk.post(&path, &[("op", "counted-after-handing"), (&lines[0], "80")]).await.expect(409);
        let page = shelves.second.get(&path).await;
        shelves.second.submit(&page, "#recount", &[]).await.expect(303);
        let page = shelves.second.get(&path).await;
        assert_eq!(shelves.second.submit(&page, "#cancel", &[("why", "")]).await.expect(422).errors(), ["Say why it is cancelled"]);
        shelves.second.submit(&page, "#cancel", &[("why", "The shelf is being moved")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from stock_movement where kind = 'stocktake'").await, 0);
        counting(&clinic, &shelves).await;
        clinic.books_balance().await;
    }

    async fn stores_suppliers_and_rules_are_kept_with_their_names(clinic) {
        let shelves = clinic.shelves().await;
        let page = shelves.desk.get("/stock/stores").await;
        shelves.desk.submit(&page, "#store", &[("name", "Treatment room"), ("kind", "treatment")]).await.expect(303);
        let again = shelves.desk.submit(&page, "#store", &[("name", "Treatment room"), ("op", "the-same-name-again0")]).await;
        assert_eq!(again.expect(409).errors(), ["A store of this name is there already"]);
        let second = shelves.desk.submit(&page, "#store", &[("name", "Another"), ("kind", "quarantine"), ("op", "a-second-quarantine0")]).await;
        assert_eq!(second.expect(422).errors(), ["There is one quarantine. Choose another use"]);
        let one = shelves.desk.get("/stock/stores/3").await;
        shelves.desk.submit(&one, "#store", &[("name", "Dressing room")]).await.expect(303);
        let late = shelves.second.submit(&one, "#store", &[("name", "Plaster room"), ("op", "a-little-too-late-00")]).await;
        assert_eq!(late.expect(409).attribute("#name", "value").as_deref(), Some("Plaster room"));
        let taken = shelves.desk.submit(&shelves.desk.get("/stock/stores/3").await, "#store", &[("name", "Pharmacy")]).await;
        assert_eq!(taken.expect(422).errors(), ["Another store has this name"]);
        // Who approves corrections does not set the limit.
        shelves.desk.get("/stock/rules").await.expect(403);
        let boss = clinic.administrator().await;
        let page = boss.get("/stock/rules").await;
        boss.submit(&page, "#rules", &[("limit", "0")]).await.expect(303);
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10)).await;
        let page = shelves.desk.get(&format!("/stock/batches/{batch}")).await;
        shelves.desk.submit(&page, "#correct", &[("what", "lost"), ("quantity", "1"), ("note", "Not there")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 10);
        let page = boss.get("/stock/corrections").await;
        boss.submit(&page, "#waiting form", &[("decision", "refuse"), ("words", "Look again")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 10);
    }

    async fn a_store_is_not_closed_while_something_is_on_its_way_to_or_from_it(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let on_its_way = shelves.desk.follow(sent(&clinic, &shelves, "60").await).await;
        let main = shelves.second.get("/stock/stores/3").await;
        let early = shelves.second.submit(&main, "#store", &[("active", "")]).await;
        assert_eq!(early.expect(422).errors(), ["A transfer to or from this store is still on its way. Accept or refuse it first"]);
        for store in ["update stock_store set active = $1 where id = 3", "update stock_store set active = $1 where id = 1"] {
            sql("insert into stock_store (name, kind) values ('Second', 'dispensary') on conflict (lower(name)) do nothing")
                .run(&clinic.app.db).await.unwrap();
            let raw = sql(store).bind(false).run(&clinic.app.db).await.unwrap_err();
            assert!(raw.violates("stock_store_awaits") || raw.violates("stock_store_holds"), "{raw}");
        }
        shelves.second.submit(&on_its_way, "#refuse", &[("refusal", "The wrong box")]).await.expect(303);
        let page = shelves.desk.get("/stock/transfers/new").await;
        let main = shelves.second.get("/stock/stores/3").await;
        shelves.second.submit(&main, "#store", &[("active", "")]).await.expect(303);
        // What was typed before that is refused in words, and nothing comes in by another way.
        let typed = [("from", "1"), ("to", "3"), ("item_0", NAME), ("units_0", "5")];
        shelves.desk.submit(&page, "#transfer", &typed).await.expect(422);
        let raw = sql("insert into stock_transfer (from_store, to_store, state, sent_name, sent_at) select 1, 3, 'sent', 'x', sent_at from stock_transfer")
            .run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("stock_transfer_stores"), "{raw}");
        let raw = clinic.movement((shelves.item, batch, StoreId(3)), "transfer_in", 5).await.unwrap_err();
        assert!(raw.violates("stock_movement_store"), "{raw}");
        let mut work = clinic.stock_work(None).await;
        let told = put_back(&mut work, batch, StoreId(3), 5, &out(Kind::ReturnIn, "sealed")).await.unwrap_err();
        assert!(told.to_string().starts_with("This store is closed, and nothing is booked into it."), "{told}");
        drop(work);
        assert_eq!((level(&clinic, 1).await, level(&clinic, 3).await), (100, 0));
        clinic.books_balance().await;
    }

    async fn corrections_in_pieces_wait_for_somebody_else_like_a_large_one(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 10_000)).await;
        let other = clinic.batch(shelves.item, "B2", 400, (PHARMACY, 10_000)).await;
        let loses = async |browser: &crate::support::Browser, batch: infirmary::stock::model::BatchId, units: &str| {
            let page = browser.get(&format!("/stock/batches/{batch}")).await;
            browser.submit(&page, "#correct", &[("what", "lost"), ("quantity", units), ("note", "Not there")]).await.expect(303);
        };
        // A unit is worth ₦15, the limit ₦20,000: 1,333 units of the item a day, whatever its batch.
        loses(&shelves.desk, batch, "1000").await;
        loses(&shelves.desk, other, "334").await;
        assert_eq!((clinic.on_hand(batch).await, clinic.on_hand(other).await), (9_000, 10_000));
        loses(&shelves.desk, other, "333").await;
        assert_eq!(clinic.on_hand(other).await, 9_667, "what waits was seen, or will be");
        loses(&shelves.desk, batch, "1").await;
        assert_eq!(clinic.on_hand(batch).await, 9_000);
        assert_eq!(clinic.count("select count(*) from stock_adjustment where state = 'waiting'").await, 2);
        // Somebody else, and the same person on another day, begin anew.
        loses(&shelves.second, batch, "1000").await;
        clinic.wait_minutes(24 * 60);
        clinic.sign_in(&shelves.desk, "pharmacist").await;
        loses(&shelves.desk, batch, "1000").await;
        assert_eq!(clinic.on_hand(batch).await, 7_000);
        // What is missing of a transfer counts with it.
        let page = shelves.desk.get("/stock/transfers/new").await;
        sql("insert into stock_store (name, kind) values ('Main', 'store')").run(&clinic.app.db).await.unwrap();
        clinic.sign_in(&shelves.second, "second.pharmacist").await;
        shelves.second.submit(&page, "#transfer", &[("from", "1"), ("to", "3"), ("item_0", NAME), ("units_0", "400")]).await.expect(303);
        let path = format!("/stock/transfers/{}", clinic.count("select max(id) from stock_transfer").await);
        let line = format!("arrived_{}", clinic.count("select max(id) from stock_transfer_line").await);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#accept", &[(&line, "60"), ("reason", "A box was not there")]).await.expect(303);
        assert_eq!((level(&clinic, 3).await, level(&clinic, 2).await), (60, 340), "340 more are too many for one day");
        clinic.books_balance().await;
    }
}
