//! The catalogue that ships, what the clinic changes of it, how long tests take, the stream of the worklist.

use infirmary::db::sql;
use infirmary::laboratory::ensure_catalogue;

both! {
    async fn the_catalogue_is_filled_once_and_what_the_clinic_changed_stays(clinic) {
        let lab = clinic.laboratory().await;
        let page = lab.bench.get("/lab/catalogue").await;
        assert!(page.texts("tbody tr").len() >= 60);
        let id = clinic.test_id("PCV").await;
        let form = lab.bench.get(&format!("/lab/catalogue/{id}")).await;
        assert!(form.body.contains("Women") && form.body.contains("36 to 46"), "{}", form.body);
        lab.bench.submit(&form, "#test", &[("price", "free")]).await.expect(422);
        lab.bench.submit(&form, "#test", &[("price", "1,250.50"), ("in_person", "yes")]).await.expect(303);
        let stale = lab.second.submit(&form, "#test", &[("price", "9")]).await;
        stale.expect(409);
        let counts = "select (select count(*) from lab_test) + (select count(*) from lab_analyte) + (select count(*) from lab_range) + (select count(*) from lab_choice)";
        let before = clinic.count(counts).await;
        for _ in 0..2 {
            ensure_catalogue(&clinic.app.db).await.unwrap();
        }
        assert_eq!(clinic.count(counts).await, before);
        assert_eq!(clinic.count("select price from lab_test where code = 'PCV'").await, 125_050);
        // A test that is told in person is ordered as such; what stands keeps its own.
        lab.order(&clinic, &["PCV"]).await;
        let told: bool = sql("select in_person from lab_line").scalar(&clinic.app.db).await.unwrap();
        assert!(told);
        clinic.administrator().await.get(&format!("/lab/catalogue/{id}")).await.expect(200);
        lab.orders.get("/lab/catalogue").await.expect(403);
        lab.bench.get("/lab/rules").await.expect(403);
        lab.bench.get("/lab/catalogue/999999").await.expect(404);
    }

    async fn two_nodes_that_fill_the_catalogue_at_once_fill_it_once(clinic) {
        let (one, other) = futures::join!(ensure_catalogue(&clinic.app.db), ensure_catalogue(&clinic.app.db));
        one.unwrap();
        other.unwrap();
        let twins = "select count(*) from (select test_id, code from lab_analyte group by test_id, code having count(*) > 1) as twins";
        assert_eq!(clinic.count(twins).await, 0);
        assert!(clinic.count("select count(*) from lab_range").await > 150);
    }

    async fn turn_around_counts_from_the_order_and_names_the_late_ones(clinic) {
        let lab = clinic.laboratory().await;
        for minutes in [5, 9, 14] {
            lab.order(&clinic, &["RBS"]).await;
            let sample = *lab.collect(&clinic).await.last().unwrap();
            lab.receive(sample).await;
            clinic.wait_minutes(minutes);
            let field = clinic.field("RBS", "GLU").await;
            lab.enter(sample, &[(&field, "5.0")]).await.expect(303);
            lab.verify(sample).await.expect(303);
        }
        let page = lab.bench.get("/lab/times").await;
        let row = page.texts("tbody tr")[0].clone();
        assert_eq!(row, "Random blood glucose39 min14 min10 min1", "{}", page.body);
        assert_eq!(page.texts("#late tbody tr").len(), 1);
    }

    async fn a_rule_of_the_laboratory_is_bounded_and_kept_in_the_trail(clinic) {
        clinic.laboratory().await;
        let admin = clinic.administrator().await;
        let page = admin.get("/lab/rules").await;
        admin.submit(&page, "#rules", &[("patient_delay_days", "61")]).await.expect(422);
        admin.submit(&page, "#rules", &[("patient_delay_days", "0")]).await.expect(303);
        admin.submit(&page, "#rules", &[("patient_delay_days", "7"), ("op", "another-operation-0001")]).await.expect(409);
        assert_eq!(clinic.count("select patient_delay_days from lab_setting").await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'lab.rules_changed'").await, 1);
    }

    async fn the_worklist_follows_by_itself(clinic) {
        let lab = clinic.laboratory().await;
        let mut heard = clinic.app.live.listen();
        lab.order(&clinic, &["PCV"]).await;
        let topics = heard.recv().await.unwrap();
        assert!(topics.contains(&infirmary::live::Topic::Laboratory), "{topics:?}");
        let part = lab.bench.get("/lab/worklist/part").await;
        assert!(part.has("#worklist[data-part]") && !part.has("header.topbar"));
    }
}
