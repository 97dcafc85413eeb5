//! Ordering tests, the warning about what is open, taking an order back.

use infirmary::db::sql;
use infirmary::laboratory::model::LineState;
use infirmary::laboratory::{open_orders, to_review};

both! {
    async fn a_doctor_orders_tests_and_a_panel_and_the_laboratory_sees_them_at_once(clinic) {
        let lab = clinic.laboratory().await;
        let page = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        page.expect(200);
        let (panel, pcv) = (clinic.test_id("ADMIT").await.to_string(), clinic.test_id("PCV").await.to_string());
        let fields = [("test", panel.as_str()), ("test", &pcv), ("urgent", "yes"), ("question", "New student")];
        let seen = lab.orders.submitted(&page, "#order", &fields).await;
        // The panel stands for its five tests; the one that was ticked besides is among them.
        assert_eq!(clinic.lines(lab.visit).await.len(), 5);
        assert_eq!(seen.texts("#ordered li").len(), 5);
        let list = lab.bench.get("/lab/worklist").await;
        assert!(list.text("#to-collect tbody tr").contains("Urgent"), "{}", list.body);
        assert!(list.body.contains("Ada Obi") && list.body.contains("Packed cell volume"));
        assert_eq!(open_orders(&clinic.app.db, lab.visit).await.unwrap().len(), 5);
        assert!(to_review(&clinic.app.db, lab.doctor, 10).await.unwrap().is_empty());
        let trail = "select count(*) from audit_entry where action = 'lab.ordered' and patient_id is not null";
        assert_eq!(clinic.count(trail).await, 1);
    }

    async fn what_is_open_already_is_asked_about_once_and_kept_as_typed(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["MP"]).await;
        let page = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        let mp = clinic.test_id("MP").await.to_string();
        let refused = lab.orders.submit(&page, "#order", &[("test", &mp), ("question", "Again?")]).await;
        refused.expect(422);
        assert!(refused.text("#open-already").contains("Malaria parasite microscopy"));
        assert_eq!(refused.text("#question"), "Again?");
        assert_eq!(clinic.lines(lab.visit).await.len(), 1);
        lab.orders.submit(&refused, "#order", &[("again", "yes")]).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await.len(), 2);
    }

    async fn an_order_without_a_test_or_for_a_closed_visit_is_refused(clinic) {
        let lab = clinic.laboratory().await;
        let page = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        let none = lab.orders.submit(&page, "#order", &[("question", "What now")]).await;
        none.expect(422);
        assert_eq!(none.errors(), ["Tick at least one test that is offered"]);
        let pcv = clinic.test_id("PCV").await.to_string();
        infirmary::db::sql("update lab_test set active = $1 where code = 'PCV'").bind(false).run(&clinic.app.db).await.unwrap();
        lab.orders.submit(&page, "#order", &[("test", &pcv)]).await.expect(422);
        infirmary::db::sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        let hb = clinic.test_id("HB").await.to_string();
        // The visit was her relation to the patient; with it her reach is closed.
        lab.orders.submit(&page, "#order", &[("test", &hb)]).await.expect(403);
        assert_eq!(clinic.count("select count(*) from lab_order").await, 0);
    }

    async fn a_test_is_cancelled_before_its_sample_is_taken_and_not_after(clinic) {
        let lab = clinic.laboratory().await;
        let lines = lab.order(&clinic, &["MP", "UPT"]).await;
        let page = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        let whys = [format!("why{}", lines[0]), format!("why{}", lines[1])];
        // A reason is asked for, and stands in the history of the test.
        let bare = lab.orders.submit(&page, "form.cancel", &[]).await;
        assert_eq!(bare.expect(422).errors(), ["Say why the test is cancelled"]);
        assert!(bare.has(&format!("#{}[aria-invalid]", whys[0])));
        lab.orders.submit(&page, "form.cancel", &[(&whys[0], "Ordered twice")]).await.expect(303);
        let kept: String = sql("select note from lab_step where move = 'cancel'").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "Ordered twice");
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Cancelled);
        let stale = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        lab.collect(&clinic).await;
        let late = lab.orders.submit(&stale, "form.cancel", &[(&whys[1], "Too late")]).await;
        late.expect(409);
        assert_eq!(clinic.lines(lab.visit).await[1].1, LineState::Collected);
        let op = [("op", "cancel-what-is-taken-1"), (whys[1].as_str(), "Too late")];
        let refused = lab.orders.post(&format!("/lab/lines/{}/cancellation", lines[1]), &op).await;
        refused.expect(409);
        assert!(refused.body.contains("cannot be cancelled now"), "{}", refused.body);
    }

    async fn only_a_doctor_who_reaches_the_patient_orders(clinic) {
        let lab = clinic.laboratory().await;
        let path = format!("/visits/{}/tests", lab.visit);
        lab.bench.get(&path).await.expect(403);
        clinic.receptionist().await.get(&path).await.expect(403);
        lab.orders.get("/visits/999999/tests").await.expect(404);
        lab.orders.get("/visits/x/tests").await.expect(404);
        infirmary::db::sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        let away = lab.orders.get(&path).await;
        assert_eq!(away.expect(303).leads_to().unwrap(), format!("/patients/{}", lab.patient));
    }

    async fn the_list_is_narrowed_by_words_and_short_forms(clinic) {
        let lab = clinic.laboratory().await;
        let found = lab.orders.get(&format!("/visits/{}/tests?q=widal", lab.visit)).await;
        assert_eq!(found.texts("#tests label").len(), 1);
        let none = lab.orders.get(&format!("/visits/{}/tests?q=unheard", lab.visit)).await;
        assert!(none.body.contains("No test is called") && none.texts("#tests label").is_empty());
    }

    async fn no_order_is_written_into_a_visit_that_is_closed(clinic) {
        let lab = clinic.laboratory().await;
        let line = lab.order(&clinic, &["PCV"]).await[0];
        sql("update visit set closed_at = opened_at, close_reason = 'left'").run(&clinic.app.db).await.unwrap();
        let raw = sql("insert into lab_line (order_id, visit_id, patient_id, test_id, ordered_by, state, urgent, in_person, price,
                requested_at)
             select l.order_id, l.visit_id, l.patient_id, t.id, l.ordered_by, 'requested', l.urgent, l.in_person, l.price,
                l.requested_at from lab_line l join lab_test t on t.code = 'HB' where l.id = $1")
            .bind(line).run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("lab_line_open_visit"), "{raw}");
        // What was closed as finished behind our back is found.
        sql("update visit set close_reason = 'finished'").run(&clinic.app.db).await.unwrap();
        let faults = clinic.faults().await;
        assert!(faults.iter().any(|line| line.contains("left no order")), "{faults:?}");
    }
}
