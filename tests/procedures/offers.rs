//! What the clinic offers: price, time, consent, supplies.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::procedures::ensure_catalogue;
use infirmary::web::paths;

both! {
    async fn the_list_that_ships_never_overwrites_the_clinics_own(clinic) {
        let db = &clinic.app.db;
        let (one, two) = tokio::join!(ensure_catalogue(db), ensure_catalogue(db));
        one.unwrap();
        two.unwrap();
        assert_eq!(clinic.count("select count(*) from procedure_kind").await, 44);
        assert!(clinic.count("select count(*) from procedure_supply").await > 90);
        sql("update procedure_kind set price = 1").run(db).await.unwrap();
        ensure_catalogue(db).await.unwrap();
        assert_eq!(clinic.count("select count(*) from procedure_kind where price = 1").await, 44);
    }

    async fn price_and_supplies_are_maintained_on_one_page_and_nobody_overwrites_unseen(clinic) {
        ensure_catalogue(&clinic.app.db).await.unwrap();
        let nurse = clinic.nurse().await;
        let list = nurse.get(paths::procedures::CATALOGUE).await;
        let path = list.links("tbody a").into_iter().nth(1).unwrap();
        let page = nurse.get(&path).await;
        let stale = nurse.get(&path).await;
        let wrong = nurse.submit(&page, "#kind", &[("price", "much"), ("minutes", "0"), ("quantity_0", "x")]).await;
        assert_eq!(wrong.expect(422).errors().len(), 3, "{:?}", wrong.errors());
        let right = [("price", "2,500.50"), ("minutes", "25"), ("consent", "yes"), ("item_0", "Honey"), ("quantity_0", "2"), ("unit_0", "spoon")];
        nurse.submit(&page, "#kind", &right).await.expect(303);
        assert_eq!(clinic.count("select price from procedure_kind where minutes = 25 and consent").await, 250_050);
        assert_eq!(clinic.count("select quantity from procedure_supply where item = 'Honey'").await, 2);
        let late = nurse.submit(&stale, "#kind", &[("price", "1")]).await;
        assert!(late.expect(409).text("#conflict").contains("2500.50"), "{}", late.body);
        assert_eq!(late.attribute("#price", "value").as_deref(), Some("1"));
        for role in [Role::Receptionist, Role::Doctor, Role::Cashier] {
            let browser = clinic.signed_in(&format!("not.{}", role.as_str()), &[role]).await;
            browser.get(paths::procedures::CATALOGUE).await.expect(403);
        }
    }

    async fn what_is_not_offered_is_not_planned(clinic) {
        let room = clinic.consulting_room().await;
        sql("update procedure_kind set active = $1 where name = 'Nebulisation'").bind(false).run(&clinic.app.db).await.unwrap();
        room.plan("Nebulisation").await.expect(422);
        let seen = room.browser.get(&format!("{}?q=dres", paths::procedures::OPTIONS)).await;
        assert_eq!(seen.texts("li strong"), ["Wound dressing, small", "Wound dressing, large", "Burn dressing"]);
    }
}
