//! What pages tell: the list with what is low or out, an item with its ledger, a batch that is held or recalled.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::stock::model::Kind;
use infirmary::stock::take;

use crate::support::{PHARMACY, QUARANTINE, out};

both! {
    async fn w22_a_medicine_without_any_batch_stands_among_what_is_low(clinic) {
        let shelves = clinic.shelves().await;
        sql("update medicine set reorder_level = 100 where code = 'paracetamol-500mg-tablet'").run(&clinic.app.db).await.unwrap();
        for show in ["low", "out", "all"] {
            let page = shelves.desk.get(&format!("/stock/items?show={show}&q=paracetamol+500")).await;
            assert!(page.texts("tbody th").iter().any(|name| name == "paracetamol 500 mg tablet"), "{show}: {}", page.body);
            assert!(page.text("tbody").contains("Out"));
        }
        let page = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert!(page.text("#levels").contains("Nothing is there"), "{}", page.body);
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 100)).await;
        let low = shelves.desk.get("/stock/items?show=low&q=paracetamol+500+tablet").await;
        assert!(low.text("tbody").contains("Low"), "{}", low.body);
        clinic.batch(shelves.item, "A2", 300, (PHARMACY, 1)).await;
        let low = shelves.desk.get("/stock/items?show=low&q=paracetamol+500+tablet").await;
        assert!(!low.texts("tbody th").iter().any(|name| name == "paracetamol 500 mg tablet"));
    }

    async fn k7_the_list_tells_usable_from_expired_held_and_set_apart_units(clinic) {
        let shelves = clinic.shelves().await;
        sql("update medicine set reorder_level = 100 where code = 'paracetamol-500mg-tablet'").run(&clinic.app.db).await.unwrap();
        clinic.batch(shelves.item, "GOOD", 300, (PHARMACY, 200)).await;
        clinic.batch(shelves.item, "SOON", 30, (PHARMACY, 20)).await;
        clinic.batch(shelves.item, "OLD", -3, (PHARMACY, 4)).await;
        clinic.batch(shelves.item, "USED", -9, (PHARMACY, 0)).await;
        let held = clinic.batch(shelves.item, "HELD", 200, (PHARMACY, 7)).await;
        sql("update stock_batch set held_at = received_at, held_reason = 'The fridge was warm' where id = $1").bind(held).run(&clinic.app.db).await.unwrap();
        let back = clinic.batch(shelves.item, "BACK", 200, (PHARMACY, 3)).await;
        sql("update stock_batch set recalled_at = received_at, recall_reason = 'Letter of the maker' where id = $1").bind(back).run(&clinic.app.db).await.unwrap();
        let both = clinic.batch(shelves.item, "BOTH", 200, (PHARMACY, 11)).await;
        clinic.movement((shelves.item, both, QUARANTINE), "opening", 5).await.unwrap();
        clinic.books_balance().await;
        let all = clinic.count("select count(*) from stock_item").await;
        let page = shelves.desk.get("/stock/items?q=paracetamol+500+tab").await;
        assert_eq!(page.texts(".tiles .value"), [(all - 1).to_string().as_str(), "1", "1", "1"]);
        let row = page.texts("tbody tr").into_iter().find(|row| row.starts_with("paracetamol 500 mg tablet")).unwrap();
        for part in ["231 tablets", "19", "4 expired, 15 set apart", "Enough", "20 expire soon"] {
            assert!(row.contains(part), "{part}: {row}");
        }
        let stands = async |show: &str| {
            let page = shelves.desk.get(&format!("/stock/items?show={show}&q=paracetamol+500+tablet")).await;
            page.texts("tbody th").iter().any(|name| name == "paracetamol 500 mg tablet")
        };
        for (show, expected) in [("all", true), ("soon", true), ("expired", true), ("held", true), ("medicine", true),
            ("low", false), ("out", false), ("supply", false), ("equipment", false), ("ended", false)] {
            assert_eq!(stands(show).await, expected, "{show}");
        }
        let mut work = clinic.stock_work(None).await;
        take(&mut work, &clinic.want(shelves.item, 150), &out(Kind::Issue, "")).await.unwrap();
        work.commit().await.unwrap();
        clinic.books_balance().await;
        assert!(stands("low").await && !stands("out").await);
        assert_eq!(shelves.desk.get("/stock/items").await.texts(".tiles .value")[0], all.to_string());
        sql("update medicine set active = $1 where code = 'paracetamol-500mg-tablet'").bind(false).run(&clinic.app.db).await.unwrap();
        assert!(stands("ended").await && stands("all").await && !stands("low").await && !stands("medicine").await);
    }

    async fn the_list_goes_on_page_by_page_and_finds_items_by_every_typed_word(clinic) {
        let shelves = clinic.shelves().await;
        sql("insert into stock_item (kind, name, folded, unit, pack, step) values ('supply', 'Adhesive tape', 'adhesive tape', 'piece', 1, 1)").run(&clinic.app.db).await.unwrap();
        let (mut names, mut next) = (Vec::new(), Some("/stock/items".to_owned()));
        let all = clinic.count("select count(*) from stock_item where active").await;
        while let Some(path) = next {
            let page = shelves.desk.get(&path).await;
            assert_eq!(page.text(".found b"), all.to_string());
            let shown = page.texts("tbody th");
            assert!((1..=60).contains(&shown.len()), "{path}");
            names.extend(shown);
            next = page.links("nav.pagination a").pop();
        }
        assert_eq!(names.len() as i64, all);
        names.sort();
        names.dedup();
        assert_eq!(names.len() as i64, all, "no item stands on two pages");
        for (typed, name) in [("PANADOL tab", "paracetamol 500 mg tablet"), ("500 para", "paracetamol 500 mg tablet"), ("tap", "Adhesive tape")] {
            let page = shelves.desk.get(&format!("/stock/items?q={}", typed.replace(' ', "+"))).await;
            let found = page.texts("tbody th");
            assert!(found.iter().any(|one| one == name), "{typed}: {found:?}");
            assert_eq!(page.text(".found b"), found.len().to_string());
        }
        // A route is no word of a name, and a part within a word is no beginning.
        for typed in ["oral", "panadol nothing", "dhesive", "%25"] {
            let page = shelves.desk.get(&format!("/stock/items?q={typed}&show=low")).await;
            assert!(!page.texts("tbody th").iter().any(|one| one == "paracetamol 500 mg tablet" || one == "Adhesive tape") || typed == "%25", "{typed}");
        }
        assert!(shelves.desk.get("/stock/items?from=999999").await.expect(200).has(".empty"));
    }

    async fn every_quantity_of_an_item_leads_to_the_rows_behind_it(clinic) {
        let shelves = clinic.shelves().await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 40)).await;
        clinic.batch(shelves.item, "B2", 400, (PHARMACY, 60)).await;
        for _ in 0..60 {
            let mut work = clinic.stock_work(None).await;
            take(&mut work, &clinic.want(shelves.item, 1), &out(Kind::Issue, "")).await.unwrap();
            work.commit().await.unwrap();
        }
        let page = shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await;
        assert_eq!(page.texts("#ledger tbody tr").len(), 50);
        let link = page.links("#levels td a").pop().unwrap();
        assert!(link.contains("batch=") && link.contains("store=1"), "{link}");
        let rows = shelves.desk.get(link.split('#').next().unwrap()).await.texts("#ledger tbody tr");
        assert_eq!(rows.len(), 21, "the opening of B2 and twenty units out of it");
        assert!(rows[0].contains("Given out") && rows[0].contains("B2") && rows[0].contains("40"), "{}", rows[0]);
        let more = page.links("nav.pagination a").pop().unwrap();
        let older = shelves.desk.get(more.split('#').next().unwrap()).await;
        assert_eq!(older.texts("#ledger tbody tr").len(), 12);
        let opened = shelves.desk.get(&format!("/stock/items/{}?kind=opening", shelves.item)).await;
        assert_eq!(opened.texts("#ledger tbody tr").len(), 2);
        let none = shelves.desk.get(&format!("/stock/items/{}?from=2026-11-10&to=2026-11-12", shelves.item)).await;
        assert!(none.text("#ledger").contains("No movement fits"));
        for nonsense in ["batch=x&store=%00&kind=given&from=soon&to=never&before=-3", "before=99999999999999999999"] {
            shelves.desk.get(&format!("/stock/items/{}?{nonsense}", shelves.item)).await.expect(200);
        }
    }

    async fn k8_days_without_stock_do_not_count_as_days_of_little_use(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 1_000)).await;
        let ago = |days: i64| clinic.today() - chrono::Days::new(days.unsigned_abs());
        for day in 1..=40_i64 {
            sql("insert into stock_use (item_id, day, quantity) values ($1, $2, 10)").bind(shelves.item).bind(ago(day)).run(&clinic.app.db).await.unwrap();
        }
        sql("update stock_level set on_hand = on_hand where batch_id = $1").bind(batch).run(&clinic.app.db).await.unwrap();
        // The batch came today: the books of this item are one day old, so its first day is set back by hand.
        let other = sql("insert into stock_batch (item_id, number, expiry, unit_cost, received_at) values ($1, 'FIRST', $2, 1, $3)");
        other.bind(shelves.item).bind(ago(-300)).bind(clinic.app.clock.now() - chrono::TimeDelta::days(80)).run(&clinic.app.db).await.unwrap();
        let tile = async || shelves.desk.get(&format!("/stock/items/{}", shelves.item)).await.text(".tiles");
        assert!(tile().await.contains("5.0 a day over 80 days"), "{}", tile().await);
        // 400 in 80 days and 44 days to cover: 220 are needed, 1000 are there.
        assert!(tile().await.contains("To order0 tablets"), "{}", tile().await);
        for day in 41..=80_i64 {
            sql("insert into stock_out_day (item_id, day) values ($1, $2)").bind(shelves.item).bind(ago(day)).run(&clinic.app.db).await.unwrap();
        }
        assert!(tile().await.contains("10.0 a day over 40 days") && tile().await.contains("100 days"), "{}", tile().await);
    }

    async fn k8_the_job_notes_what_nobody_could_get_today(clinic) {
        let shelves = clinic.shelves().await;
        clinic.run_job("stock_outs").await;
        clinic.run_job("stock_outs").await;
        let out = clinic.count("select count(*) from stock_out_day").await;
        assert_eq!(out, clinic.count("select count(*) from stock_item").await);
        sql("delete from stock_out_day").run(&clinic.app.db).await.unwrap();
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 1)).await;
        clinic.run_job("stock_outs").await;
        assert_eq!(clinic.count("select count(*) from stock_out_day").await, out - 1);
    }

    async fn a_recall_stops_a_batch_at_once_and_says_how_much_went_out(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 40)).await;
        let mut work = clinic.stock_work(None).await;
        let given = infirmary::stock::model::Out { ref_kind: "dispensing_line", ref_id: 3, ..out(Kind::Issue, "") };
        take(&mut work, &clinic.want(shelves.item, 15), &given).await.unwrap();
        work.commit().await.unwrap();
        let path = format!("/stock/batches/{batch}");
        let page = shelves.desk.get(&path).await;
        let short = shelves.desk.submit(&page, "#recalled", &[("reason", " ")]).await;
        assert_eq!(short.expect(422).errors(), ["Enter the reason"]);
        shelves.desk.submit(&page, "#recalled", &[("reason", "Letter of the maker")]).await.expect(303);
        let seen = shelves.desk.get(&path).await;
        assert!(seen.text(".notice[data-kind=danger]").contains("15 tablets went to patients in 1 hand-out"), "{}", seen.body);
        let mut work = clinic.stock_work(None).await;
        assert!(take(&mut work, &clinic.want(shelves.item, 1), &out(Kind::Issue, "")).await.is_err());
        drop(work);
        // Who still had the page open is told.
        shelves.second.submit(&page, "#held", &[("reason", "Something else"), ("op", "held-a-moment-later")]).await.expect(409);
        shelves.second.submit(&seen, "#recall_ended", &[("reason", "The letter meant another batch")]).await.expect(303);
        let mut work = clinic.stock_work(None).await;
        assert!(take(&mut work, &clinic.want(shelves.item, 1), &out(Kind::Issue, "")).await.is_ok());
        drop(work);
        let events: Vec<String> = sql("select move from stock_batch_event order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(events, ["recalled", "recall_ended"]);
        assert_eq!(clinic.count("select count(*) from audit_entry where action in ('stock.batch_recalled', 'stock.recall_ended')").await, 2);
    }

    async fn a_held_batch_and_a_wrong_expiry_are_put_right_with_a_reason(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 3, (PHARMACY, 40)).await;
        let path = format!("/stock/batches/{batch}");
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#held", &[("reason", "The fridge was warm")]).await.expect(303);
        let list = shelves.desk.get("/stock/expiry").await;
        assert!(list.text("tbody tr").contains("On hold"), "{}", list.body);
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#released", &[("reason", "It was measured: 7 degrees")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        let wrong = shelves.desk.submit(&page, "#expiry-form", &[("expiry", "soon"), ("why", "Look")]).await;
        assert_eq!(wrong.expect(422).errors().len(), 1);
        assert_eq!(wrong.attribute("#expiry", "value").as_deref(), Some("soon"));
        shelves.desk.submit(&page, "#expiry-form", &[("expiry", "2028-11-30"), ("why", "It says 2028 on the pack")]).await.expect(303);
        let seen = shelves.desk.get(&path).await;
        assert!(seen.text("dl").contains("30 Nov 2028") && seen.text("#events").contains("30 Nov 2028, before 12 Nov 2026"), "{}", seen.body);
    }

    async fn who_reads_sees_no_forms_and_who_has_no_business_here_sees_nothing(clinic) {
        let shelves = clinic.shelves().await;
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 40)).await;
        for role in [Role::Doctor, Role::Nurse, Role::LabAttendant, Role::Admin] {
            let reader = clinic.signed_in(&format!("reader.{}", role.as_str()), &[role]).await;
            for path in ["/stock/items".to_owned(), format!("/stock/items/{}", shelves.item), format!("/stock/batches/{batch}")] {
                let page = reader.get(&path).await;
                page.expect(200);
                assert!(!page.has("main form[method=post]"), "{path} as {role}");
            }
            reader.post(&format!("/stock/batches/{batch}/state"), &[("op", "0123456789abcdef")]).await.expect(403);
            reader.get("/stock/receipts/new").await.expect(403);
        }
        for role in [Role::Cashier, Role::Receptionist] {
            let other = clinic.signed_in(&format!("other.{}", role.as_str()), &[role]).await;
            other.get("/stock/items").await.expect(403);
        }
        shelves.desk.get("/stock/items/999999").await.expect(404);
        shelves.desk.get("/stock/batches/999999").await.expect(404);
    }

    async fn ph1_everybody_reads_what_the_pharmacy_has_and_patients_no_numbers_and_nothing_controlled(clinic) {
        let shelves = clinic.shelves().await;
        sql("update medicine set reorder_level = 10 where code = 'paracetamol-500mg-tablet'").run(&clinic.app.db).await.unwrap();
        let address = "/medicines/available?q=panadol";
        let ada = clinic.visitor("Ada Obi").await;
        let (phone, desk) = (clinic.phone_of(ada).await, clinic.receptionist().await);
        let tells = async |words: &str| {
            let (own, table) = (phone.get(address).await, desk.get(address).await);
            for (seen, list) in [(&own, "#available"), (&table, "tbody")] {
                let text = seen.expect(200).text(list);
                assert!(text.contains("paracetamol 500 mg tablet") && text.contains(words), "{text}");
            }
            (own, table)
        };
        tells("Not in stock").await;
        clinic.batch(shelves.item, "OLD", -3, (PHARMACY, 900)).await;
        tells("Not in stock").await;
        clinic.batch(shelves.item, "A1", 300, (PHARMACY, 7)).await;
        let (own, table) = tells("Few left").await;
        assert!(table.text("tbody").contains("7 tablets") && !own.text("#available").contains("7 tablets"));
        clinic.batch(shelves.item, "A2", 300, (PHARMACY, 40)).await;
        tells("In stock").await;
        let there = desk.get("/medicines/available?there=yes").await;
        assert_eq!(there.texts("tbody th"), ["paracetamol 500 mg tablet"]);
        let controlled: String = sql("select generic from medicine where controlled order by id limit 1").scalar(&clinic.app.db).await.unwrap();
        let find = format!("/medicines/available?q={controlled}");
        assert!(phone.get(&find).await.has(".empty") && !desk.get(&find).await.has(".empty"));
        assert!(clinic.browser().get(address).await.leads_to().is_some_and(|to| to.starts_with("/sign-in")));
    }
}
