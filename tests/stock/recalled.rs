//! Who was treated with a recalled batch (rules PH5, PH6).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::PHARMACY;

both! {
    async fn ph6_whoever_was_treated_with_a_recalled_batch_is_found_like_whoever_was_given_it(clinic) {
        let room = clinic.consulting_room().await;
        infirmary::stock::ensure_catalogue(&clinic.app.db).await.unwrap();
        room.plan("Wound dressing, small").await.expect(303);
        room.sign().await.expect(303);
        let nurse = clinic.nurse().await;
        let procedure = format!("/procedures/{}", clinic.count("select max(id) from visit_procedure").await);
        let gauze = sql("select item_id from stock_alias where name = 'sterile gauze swab'").scalar(&clinic.app.db).await.unwrap();
        let batch = clinic.batch(gauze, "G1", 300, (PHARMACY, 50)).await;
        let page = nurse.get(&procedure).await;
        nurse.submit(&page, "#done", &[("used_0", "3")]).await.expect(303);
        let desk = clinic.signed_in("pharmacist", &[Role::Pharmacist]).await;
        let (own, people) = (format!("/stock/batches/{batch}"), format!("/pharmacy/batches/{batch}"));
        let page = desk.get(&own).await;
        desk.submit(&page, "#recalled", &[("reason", "Not sterile")]).await.expect(303);
        let page = desk.get(&own).await;
        assert!(page.text(".notice[data-kind=danger]").contains("3 pieces were used in 1 treatment."), "{}", page.text(".notice[data-kind=danger]"));
        assert_eq!(page.links(".notice[data-kind=danger] a"), std::slice::from_ref(&people));
        let who = desk.get(&people).await;
        assert!(who.expect(200).text("#people").starts_with("1 person has units of it, or was treated with them"), "{}", who.text("#people"));
        assert!(who.texts("tbody th")[0].starts_with("Ada Obi"), "{:?}", who.texts("tbody th"));
        assert!(who.text("tbody").contains("Used in a treatment"), "{}", who.text("tbody"));
        assert!(!who.body.contains("Wound dressing"), "which treatment it was is not the pharmacy's to know");
        let ada = clinic.signed_in_patient(room.patient, "ada").await;
        let home = ada.get("/").await;
        assert!(home.body.contains("batch G1, is recalled") && home.body.contains("It was used in your treatment"), "{}", home.body);
        // It was entered in error, and lies on the shelf again: nobody is called.
        let page = nurse.get(&procedure).await;
        nurse.submit(&page, "#mark", &[("reason", "It was done on somebody else")]).await.expect(303);
        assert!(desk.get(&own).await.text(".notice[data-kind=danger]").contains("Nobody received any of it."));
        assert!(desk.get(&people).await.has(".empty"));
        assert!(!ada.get("/").await.body.contains("batch G1"));
    }
}
