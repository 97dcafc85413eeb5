//! Supplies and equipment in the same stock, used up by procedures (PH5).

use infirmary::db::sql;
use infirmary::stock::model::{ItemId, StoreId};

use crate::support::{Browser, Clinic, PHARMACY};

async fn planned(clinic: &Clinic, name: &str) -> (Browser, String) {
    let room = clinic.consulting_room().await;
    infirmary::stock::ensure_catalogue(&clinic.app.db).await.unwrap();
    room.plan(name).await.expect(303);
    room.sign().await.expect(303);
    let nurse = clinic.nurse().await;
    let id = clinic.count("select max(id) from visit_procedure").await;
    (nurse, format!("/procedures/{id}"))
}

async fn supply(clinic: &Clinic, name: &str) -> ItemId {
    sql("select item_id from stock_alias where name = $1").bind(name).scalar(&clinic.app.db).await.unwrap()
}

both! {
    async fn what_a_procedure_used_leaves_the_treatment_room_first(clinic) {
        let (nurse, path) = planned(&clinic, "Wound dressing, small").await;
        sql("insert into stock_store (name, kind) values ('Treatment room', 'treatment')").run(&clinic.app.db).await.unwrap();
        let gauze = supply(&clinic, "sterile gauze swab").await;
        let near = clinic.batch(gauze, "NEAR", 300, (StoreId(3), 3)).await;
        let far = clinic.batch(gauze, "FAR", 100, (PHARMACY, 50)).await;
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#done", &[("used_0", "5")]).await.expect(303);
        let rows: Vec<(i64, i64)> = sql("select batch_id, quantity from stock_movement where kind = 'issue' order by id").all(&clinic.app.db).await.unwrap();
        assert_eq!(rows, [(near.0, -3), (far.0, -2)]);
        // It was entered in error: everything is back where it lay.
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#mark", &[("reason", "It was done on somebody else")]).await.expect(303);
        assert_eq!(clinic.on_hand(far).await, 50);
        assert_eq!(clinic.count("select on_hand from stock_level where store_id = 3").await, 3);
        clinic.books_balance().await;
    }

    async fn a_treatment_never_waits_for_the_books(clinic) {
        let (nurse, path) = planned(&clinic, "Wound dressing, small").await;
        let gauze = supply(&clinic, "sterile gauze swab").await;
        let batch = clinic.batch(gauze, "LAST", 300, (PHARMACY, 2)).await;
        let page = nurse.get(&path).await;
        let used = [("used_0", "6"), ("more_item_0", "Something unheard of"), ("more_quantity_0", "1")];
        let asked = nurse.submit(&page, "#done", &used).await;
        assert_eq!(asked.expect(422).errors(), ["By the books 2 pieces lie there. Correct the number, or tick below"]);
        nurse.submit(&asked, "#done", &[("beyond", "yes")]).await.expect(303);
        assert_eq!(clinic.on_hand(batch).await, 0);
        assert_eq!(clinic.count("select count(*) from procedure_used").await, clinic.count("select count(*) from procedure_used where quantity > 0").await);
        assert_eq!(clinic.count("select quantity from procedure_used where item = 'Sterile gauze swab'").await, 6);
        clinic.books_balance().await;
    }

    async fn an_item_is_added_named_and_used_under_its_name(clinic) {
        let shelves = clinic.shelves().await;
        let page = shelves.desk.get("/stock/items/new").await;
        let medicine = shelves.desk.submit(&page, "#item", &[("kind", "medicine"), ("name", "Aspirin"), ("unit", "tablet")]).await;
        assert_eq!(medicine.expect(422).errors(), ["Medicines are added in their catalogue"]);
        shelves.desk.submit(&page, "#item", &[("name", "Tweezers"), ("unit", "piece"), ("pack", "1"), ("kind", "equipment")]).await.expect(303);
        let twice = shelves.desk.submit(&page, "#item", &[("name", "tweezers"), ("unit", "piece"), ("op", "the-same-item-again0")]).await;
        assert_eq!(twice.expect(409).errors(), ["An item of this name is there already"]);
        let id = clinic.count("select max(id) from stock_item").await;
        let path = format!("/stock/items/{id}");
        let page = shelves.desk.get(&path).await;
        shelves.desk.submit(&page, "#item", &[("aliases", "Tweezers\nSmall forceps"), ("reorder", "3")]).await.expect(303);
        let names: Vec<String> = sql("select name from stock_alias order by name").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(names, ["small forceps", "tweezers"]);
        let late = shelves.second.submit(&page, "#item", &[("name", "Forceps"), ("op", "a-little-too-late-00")]).await;
        assert_eq!(late.expect(409).attribute("#name", "value").as_deref(), Some("Forceps"));
        // Equipment does not expire.
        let receiving = shelves.desk.get("/stock/receipts/new").await;
        shelves.desk.submit(&receiving, "#receive", &[("store", "1"), ("item_0", "Tweezers"), ("number_0", "T1"), ("units_0", "4"), ("cost_0", "500")]).await.expect(303);
        let page = shelves.desk.get(&path).await;
        assert!(page.text("#levels").contains("does not expire") && page.text("#levels").contains("4 pieces"), "{}", page.text("#levels"));
        let unit = shelves.desk.submit(&page, "#item", &[("unit", "box")]).await;
        assert_eq!(unit.expect(422).errors().len(), 1);
    }

    async fn a_name_of_procedures_means_one_item_and_never_a_controlled_medicine(clinic) {
        let (nurse, path) = planned(&clinic, "Wound dressing, small").await;
        let shelves = clinic.shelves().await;
        let calls = async |item: ItemId, names: &str| {
            let page = shelves.desk.get(&format!("/stock/items/{item}")).await;
            shelves.desk.submit(&page, "#item", &[("aliases", names)]).await
        };
        let gauze = supply(&clinic, "sterile gauze swab").await;
        let taken = calls(shelves.item, "Pain tablet\nSterile gauze swab").await;
        let words = "“sterile gauze swab” means Sterile gauze swab already. Take the name away there first";
        assert_eq!(taken.expect(422).errors(), [words]);
        assert_eq!(supply(&clinic, "sterile gauze swab").await, gauze);
        assert_eq!(clinic.count("select count(*) from stock_alias where name = 'pain tablet'").await, 0);
        let codeine = clinic.item_of("codeine-phosphate-30mg-tablet").await;
        let refused = calls(codeine, "Codeine").await;
        assert_eq!(refused.expect(422).errors(), ["This is a controlled medicine: a second person sees it leave, and no procedure uses it up"]);
        // What procedures call by a name is made controlled later: from then on the pharmacy gives it out.
        calls(shelves.item, "Pain tablet").await.expect(303);
        let batch = clinic.batch(shelves.item, "A1", 300, (PHARMACY, 40)).await;
        sql("update medicine set controlled = $1 where code = 'paracetamol-500mg-tablet'").bind(true).run(&clinic.app.db).await.unwrap();
        let page = nurse.get(&path).await;
        let used = [("more_item_0", "Pain tablet"), ("more_quantity_0", "2")];
        let refused = nurse.submit(&page, "#done", &used).await;
        assert!(refused.expect(409).errors()[0].contains("never leaves with a procedure"), "{:?}", refused.errors());
        assert_eq!(clinic.on_hand(batch).await, 40);
        assert_eq!(clinic.count("select count(*) from procedure_used").await, 0);
        clinic.books_balance().await;
    }

    async fn what_comes_back_to_a_closed_treatment_room_lies_in_quarantine(clinic) {
        let (nurse, path) = planned(&clinic, "Wound dressing, small").await;
        sql("insert into stock_store (name, kind) values ('Treatment room', 'treatment')").run(&clinic.app.db).await.unwrap();
        let gauze = supply(&clinic, "sterile gauze swab").await;
        clinic.batch(gauze, "NEAR", 300, (StoreId(3), 3)).await;
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#done", &[("used_0", "3")]).await.expect(303);
        sql("update stock_store set active = $1 where id = 3").bind(false).run(&clinic.app.db).await.unwrap();
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#mark", &[("reason", "It was done on somebody else")]).await.expect(303);
        assert_eq!(clinic.count("select on_hand from stock_level where store_id = 2").await, 3);
        clinic.books_balance().await;
    }
}
