//! What was given instead, what is owed and what is promised: told as it is now (rules P6, P9, K7).

use infirmary::db::sql;
use infirmary::pharmacy::reserve_due;

use crate::support::{AMOXICILLIN, PARACETAMOL};

const CODE: &str = "amoxicillin-500mg-capsule";

both! {
    async fn p6_whoever_was_given_another_strength_reads_how_to_take_that_one(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-250mg-capsule", "HALF", 300, 100).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let other: i64 = sql("select id from medicine where code = 'amoxicillin-250mg-capsule'").scalar(&clinic.app.db).await.unwrap();
        let (give, instead, why) = (format!("give_{line}"), format!("instead_{line}"), format!("instead_why_{line}"));
        let other = other.to_string();
        let silent = counter.gives(&[(&give, "15"), (&instead, &other), (&why, "other")]).await;
        assert_eq!(silent.expect(422).errors(), ["Say in a few words why another one is given"]);
        counter.gives(&[(&give, "15"), (&instead, &other), (&why, "not_in_stock")]).await.expect(303);
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        let told = phone.get("/my/prescriptions").await.text(".rx-mine");
        assert!(told.contains("30 capsules of amoxicillin 250 mg capsule") && told.contains("Take 2 capsules by mouth"), "{told}");
        assert!(!told.contains("Take 1 capsule"), "{told}");
        let page = counter.room.desk.get(&format!("/prescriptions/{}", counter.prescription)).await;
        let told = page.text(".rx-lines");
        assert!(told.contains("Given instead amoxicillin 250 mg capsule, 30 capsules. Take 2 capsules"), "{told}");
        // What came back is not taken any more.
        let given = counter.given(&clinic).await;
        let what = given.attribute("#what option:nth-of-type(2)", "value").unwrap();
        counter.desk.submit(&given, "#return", &[("what", what.as_str()), ("quantity", "30"), ("reason", "Not wanted")]).await.expect(303);
        let told = phone.get("/my/prescriptions").await.text(".rx-mine");
        assert!(!told.contains("250 mg") && told.contains("Take 1 capsule"), "{told}");
    }

    async fn p9_a_line_that_got_nothing_is_owed_and_every_slip_says_what_is_owed_now(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 500).await;
        counter.gives(&[]).await.expect(303);
        let first = counter.given(&clinic).await;
        let slip = counter.desk.get(&format!("{}/slip", first.path)).await;
        assert!(slip.text("section.owed").contains("amoxicillin 500 mg capsule: 15 capsules"), "{}", slip.text("article"));
        assert!(counter.desk.get("/pharmacy/earlier?owed=yes").await.text("tbody").contains("1 owed"));
        clinic.app.clock.advance(chrono::TimeDelta::minutes(1));
        clinic.shelf(CODE, "AM1", 300, 10).await;
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(clinic.count("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved").await, 10);
        counter.gives(&[]).await.expect(303);
        let second = counter.given(&clinic).await;
        assert!(second.text("main").contains("Owed now: 5 capsules"), "{}", second.text("main"));
        clinic.shelf(CODE, "AM2", 300, 10).await;
        counter.gives(&[]).await.expect(303);
        for path in [&first.path, &second.path] {
            assert!(!counter.desk.get(&format!("{path}/slip")).await.has("section.owed"), "{path}");
        }
        assert!(counter.desk.get(&second.path).await.text("main").contains("Nothing of it is owed any more."));
    }

    async fn p9_a_prescription_of_which_nothing_is_there_is_owed_and_reserved_when_it_comes_in(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        reserve_due(&clinic.app).await.unwrap();
        assert!(counter.desk.get("/pharmacy/earlier?owed=yes").await.text("tbody").contains("Ada Obi"));
        clinic.app.clock.advance(chrono::TimeDelta::minutes(1));
        clinic.shelf(CODE, "AM1", 300, 100).await;
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(clinic.count("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved").await, 15);
    }

    async fn k7_what_is_reserved_in_a_recalled_batch_is_promised_to_nobody(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        counter.desk.submit(&counter.page().await, "form.reserve", &[]).await.expect(303);
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains("Reserved for you"));
        sql("update stock_batch set recall_reason = 'Wrong strength', recalled_at = received_at").run(&clinic.app.db).await.unwrap();
        assert!(counter.desk.get("/pharmacy").await.text("#worklist tbody").contains("Not in stock"));
        let told = phone.get("/my/prescriptions").await.text(".rx-mine");
        assert!(!told.contains("Reserved") && told.contains("none of it now"), "{told}");
        // A line that is paused keeps it, and whoever looks can release it.
        let reason = format!("state_reason_{}", clinic.rx_lines(counter.room.visit).await[0].0);
        let page = counter.page().await;
        counter.desk.submit(&page, "form.ending", &[("move", "pause"), (&reason, "Waits for a result")]).await.expect(303);
        let page = counter.page().await;
        counter.desk.submit(&page, "form.reserve", &[("move", "release")]).await.expect(303);
        assert_eq!(clinic.count("select quantity from stock_reservation").await, 0);
    }

    async fn the_page_of_a_prescription_leads_on_to_giving_out_only_who_may(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        let (path, on) = (format!("/prescriptions/{}", counter.prescription), format!("/prescriptions/{}/dispensing", counter.prescription));
        assert!(counter.desk.get(&path).await.links(".page-head a").contains(&on));
        assert!(!counter.room.desk.get(&path).await.links(".page-head a").contains(&on));
        counter.gives(&[]).await.expect(303);
        let given = counter.given(&clinic).await.path;
        assert!(counter.desk.get(&given).await.links("main a").contains(&on));
        let doctor = counter.room.desk.get(&given).await;
        assert!(doctor.links("main a").contains(&path) && !doctor.links("main a").contains(&on), "{:?}", doctor.links("main a"));
        assert!(!counter.desk.get(&path).await.links(".page-head a").contains(&on), "nothing waits any more");
    }
}
