//! Samples: taken, labelled, received, rejected and taken again, results entered and verified.

use infirmary::db::sql;
use infirmary::laboratory::model::LineState;
use infirmary::web::paths;

both! {
    async fn samples_are_taken_by_specimen_with_a_code_and_a_label(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC", "ESR", "URINE"]).await;
        let page = lab.bench.get(&format!("/visits/{}/samples", lab.visit)).await;
        let seen = lab.bench.submitted(&page, "#collect", &[]).await;
        // The two blood tests share a tube; each sample has the next code of the day.
        let codes: Vec<String> = sql("select code from lab_sample order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(codes.len(), 2, "{codes:?}");
        assert!(codes.contains(&"2611090001".to_owned()) && codes.contains(&"2611090002".to_owned()));
        assert!(seen.text("main > .notice").contains("2 samples taken"));
        let labels = lab.bench.get(&format!("/visits/{}/labels", lab.visit)).await;
        assert_eq!(labels.texts(".sample-label").len(), 2);
        let label = &labels.texts(".sample-label")[0];
        for words in ["Ada Obi", "27 March 2004", "261109 0001", "2026-11-09 09:00"] {
            assert!(label.contains(words), "{label}");
        }
        assert!(labels.has(".sample-label svg.bars path"));
        // Where and by whom stands in the history.
        let taken: i64 = clinic.count("select count(*) from lab_step where move = 'collect' and account_id is not null").await;
        assert_eq!(taken, 3);
    }

    async fn a_scanned_code_leads_to_its_sample(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        for code in ["2611090001", "261109%200001", "261109-0001"] {
            let found = lab.bench.get(&format!("/lab/worklist?code={code}")).await;
            assert_eq!(found.expect(303).leads_to().unwrap(), format!("/lab/samples/{sample}"));
        }
        let unknown = lab.bench.get("/lab/worklist?code=2611099999").await;
        unknown.expect(422);
        assert_eq!(unknown.errors().len(), 1);
    }

    async fn a_rejected_sample_is_taken_again_and_both_know_each_other(clinic) {
        let lab = clinic.laboratory().await;
        let line = lab.order(&clinic, &["PCV"]).await[0];
        let old = lab.collect(&clinic).await[0];
        lab.receive(old).await;
        let page = lab.sample(old).await;
        let bare = lab.bench.submit(&page, "#reject", &[("reason", "other")]).await;
        bare.expect(422);
        assert_eq!(bare.errors(), ["Say what is wrong with the sample"]);
        lab.bench.submit(&page, "#reject", &[("reason", "clotted"), ("note", "Half full")]).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Rejected);
        // It stands on the list again, and with the doctor.
        assert!(lab.bench.get("/lab/worklist").await.text("#to-collect").contains("New sample needed"));
        assert!(lab.orders.get("/results").await.text("#open-orders").contains("New sample needed"));
        let begin = lab.orders.get(paths::HOME).await;
        assert_eq!(begin.texts(".links strong"), ["1 of your tests needs a new sample"]);
        let new = *lab.collect(&clinic).await.last().unwrap();
        assert_ne!(new, old);
        let linked: i64 = sql("select replaces_id from lab_sample where id = $1").bind(new).scalar(&clinic.app.db).await.unwrap();
        assert_eq!(linked, old.0);
        assert_eq!(clinic.lines(lab.visit).await[0].0, line);
        assert!(lab.sample(new).await.text("#replaces").contains("261109 0001"));
        let before = lab.sample(old).await;
        assert!(before.text("#rejected").contains("261109 0002") && before.text("#rejected").contains("Half full"));
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Collected);
    }

    async fn l1_what_happened_to_a_rejected_sample_is_read_on_its_page_when_a_new_one_is_taken(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV", "URINE"]).await;
        let samples = lab.collect(&clinic).await;
        let old = clinic.lines(lab.visit).await[0].3.unwrap();
        let other = *samples.iter().find(|sample| **sample != old).unwrap();
        lab.receive(old).await;
        clinic.wait_minutes(3);
        let page = lab.second.get(&format!("/lab/samples/{old}")).await;
        lab.second.submit(&page, "#reject", &[("reason", "clotted"), ("note", "Half full")]).await.expect(303);
        clinic.wait_minutes(4);
        let new = *lab.collect(&clinic).await.last().unwrap();
        lab.receive(new).await;
        // Each step of the old one with who and when, and none of what happens to the new one.
        let told = lab.sample(old).await.texts("#history li");
        let steps = ["09:00 Sample taken", "09:00 Received", "09:03 Sample rejected"];
        assert_eq!(told.len(), steps.len(), "{told:?}");
        for (told, step) in told.iter().zip(steps) {
            let (at, made) = step.split_once(' ').unwrap();
            assert!(told.contains(&format!("2026-11-09 {at}")) && told.contains(made), "{step}: {told}");
        }
        assert!(told[0].contains("bench") && told[2].contains("second") && told[2].contains("Half full"), "{told:?}");
        // The new one tells the whole story of the test.
        let whole = lab.sample(new).await.text("#history");
        for words in ["Sample rejected", "Half full", "New sample taken", "2026-11-09 09:07"] {
            assert!(whole.contains(words), "{words}: {whole}");
        }
        // Another sample of the visit knows nothing of it.
        assert!(!lab.sample(other).await.text("#history").contains("rejected"));
    }

    async fn results_are_entered_on_one_page_and_judged_by_sex_and_age_at_collection(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC", "ESR"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let page = lab.bench.get(&format!("/lab/samples/{sample}/results")).await;
        page.expect(200);
        assert!(page.body.contains("12.0 to 15.0 g/dL"), "the range of women stands beside the field");
        let (hb, white) = (clinic.field("FBC", "HGB").await, clinic.field("FBC", "WBC").await);
        let refused = lab.bench.submit(&page, "#results", &[(&hb, "95.0"), (&white, "4.25")]).await;
        refused.expect(422);
        assert_eq!(refused.errors().len(), 2, "{:?}", refused.errors());
        assert_eq!(refused.attribute(&format!("#{hb}"), "value").unwrap(), "95.0");
        lab.enter(sample, &[(&hb, "11.5"), (&white, "4.2")]).await.expect(303);
        let stands: (i64, String, i64, i64, String) = sql("select number, flag, low, high, unit from lab_value where analyte_id = $1")
            .bind(hb[1..].parse::<i64>().unwrap())
            .one(&clinic.app.db)
            .await
            .unwrap();
        assert_eq!(stands, (115, "low".to_owned(), 120, 150, "g/dL".to_owned()));
        // The test without a value waits on.
        let states: Vec<LineState> = clinic.lines(lab.visit).await.iter().map(|line| line.1).collect();
        assert_eq!(states, [LineState::Entered, LineState::Received]);
        // What changes in the catalogue later does not change what was judged.
        sql("update lab_range set low = null").run(&clinic.app.db).await.unwrap();
        let page = lab.sample(sample).await;
        assert!(page.body.contains("12.0 to 15.0 g/dL") && page.has("tr[data-flag=low]"));
    }

    async fn a_second_person_verifies_or_the_same_by_the_clinics_rule_and_then_it_is_marked(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.enter(sample, &[(&field, "40")]).await.expect(303);
        let own = lab.sample(sample).await;
        assert!(!own.has("#verify") && own.has(".second-person"));
        let line = clinic.lines(lab.visit).await[0];
        let tick = format!("{}-{}", line.0, line.2);
        let forced = [("op", "verify-my-own-result-1"), ("line", tick.as_str())];
        let refused = lab.bench.post(&format!("/lab/samples/{sample}/verification"), &forced).await;
        refused.expect(409);
        assert!(refused.text("#refused").contains("A second person verifies it"));
        // The table itself refuses it, whoever writes.
        let cheat = sql("update lab_result set state = 'current', verified_by = entered_by, verified_at = entered_at");
        assert!(cheat.run(&clinic.app.db).await.unwrap_err().violates("lab_result_second_person"));
        let cheat = sql("update lab_result set state = 'current', verified_by = entered_by, verified_at = entered_at, self_verified = $1");
        assert!(cheat.bind(true).run(&clinic.app.db).await.unwrap_err().violates("lab_result_self_verify"));
        let admin = clinic.administrator().await;
        let rules = admin.get("/lab/rules").await;
        admin.submit(&rules, "#rules", &[("self_verify", "yes")]).await.expect(303);
        let page = lab.sample(sample).await;
        lab.bench.submit(&page, "#verify", &[]).await.expect(303);
        let result = clinic.result_in(line.0, "current").await;
        let shown = lab.orders.get(&format!("/results/{result}")).await;
        assert!(shown.text("#signed").contains("(the same person)"), "{}", shown.body);
        let paper = lab.orders.get(&format!("/results/{result}/print")).await;
        assert!(paper.body.contains("(the same person)"));
        // Ranges differ by age and sex: the paper says whose they are.
        let facts = paper.text(".facts");
        assert!(facts.contains("years, female") || facts.contains("years, male"), "{facts}");
        // Nothing on paper is told by an empty place.
        assert!(paper.texts("tbody td").iter().all(|cell| !cell.is_empty()), "{:?}", paper.texts("tbody td"));
    }

    async fn a_result_goes_back_to_the_bench_with_what_is_to_be_looked_at(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.enter(sample, &[(&field, "40")]).await.expect(303);
        let page = lab.second.get(&format!("/lab/samples/{sample}")).await;
        lab.second.submit(&page, "form.send-back", &[]).await.expect(422);
        lab.second.submit(&page, "form.send-back", &[("back_note", "Spin it again")]).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::InProgress);
        assert!(lab.sample(sample).await.text("#history").contains("Spin it again"));
        lab.enter(sample, &[(&field, "41")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        assert_eq!(clinic.count("select count(*) from lab_result where state = 'withdrawn'").await, 1);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Released);
    }

    async fn nurses_take_samples_and_see_no_bench(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let nurse = clinic.signed_in("nurse", &[infirmary::access::model::Role::Nurse]).await;
        let list = nurse.get("/lab/worklist").await;
        assert!(list.has("#to-collect") && !list.has("#at-bench"));
        let page = nurse.get(&format!("/visits/{}/samples", lab.visit)).await;
        nurse.submit(&page, "#collect", &[]).await.expect(303);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        nurse.get(&format!("/lab/samples/{sample}/label")).await.expect(200);
        for path in ["", "/results"] {
            nurse.get(&format!("/lab/samples/{sample}{path}")).await.expect(403);
        }
        lab.bench.get("/lab/samples/999999").await.expect(404);
        lab.bench.get("/lab/samples/999999/results").await.expect(404);
    }

    async fn what_two_enter_of_one_sample_is_compared_and_nothing_typed_is_dropped(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC", "ESR"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let (hb, esr) = (clinic.field("FBC", "HGB").await, clinic.field("ESR", "ESR").await);
        let older = lab.second.get(&format!("/lab/samples/{sample}/results")).await;
        lab.enter(sample, &[(&hb, "13.1")]).await.expect(303);
        let late = lab.second.submit(&older, "#results", &[(&hb, "11.5"), (&esr, "12")]).await;
        late.expect(409);
        let meanwhile = late.text(".meanwhile");
        assert!(meanwhile.contains("by bench") && meanwhile.contains("13.1 g/dL is stored, you typed 11.5"), "{meanwhile}");
        assert_eq!(late.attribute(&format!("#{esr}"), "value").as_deref(), Some("12"), "what was typed is kept");
        assert_eq!(clinic.count("select count(*) from lab_result").await, 1);
        // Whoever has seen it saves the rest.
        lab.second.submit(&late, "#results", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from lab_result").await, 2);
        // When nothing is left to enter, it is still said.
        let last = lab.second.submit(&older, "#results", &[(&hb, "11.5"), ("op", "an-older-form-again")]).await;
        assert!(last.expect(409).text(".meanwhile").contains("you typed 11.5") && !last.has("#results"));
    }

    async fn a_decimal_comma_is_read_and_a_comma_of_thousands_is_asked_about(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let hb = clinic.field("FBC", "HGB").await;
        let asked = lab.enter(sample, &[(&hb, "1,150")]).await;
        assert!(asked.expect(422).errors()[0].contains("can mean two things"), "{:?}", asked.errors());
        lab.enter(sample, &[(&hb, "11,5")]).await.expect(303);
        assert_eq!(clinic.count("select number from lab_value").await, 115);
    }
}
