//! What a rejected sample takes with it, and released results that are taken back (L1, L3, L6).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::laboratory::model::{LineState, SampleId};
use infirmary::web::paths;

use crate::support::{Clinic, Lab};

/// A sample is rejected at the bench.
async fn reject(lab: &Lab, sample: SampleId, reason: &str) {
    let page = lab.sample(sample).await;
    lab.bench.submit(&page, "#reject", &[("reason", reason)]).await.expect(303);
}

/// How the tests of the visit stand.
async fn states(clinic: &Clinic, lab: &Lab) -> Vec<LineState> {
    clinic.lines(lab.visit).await.iter().map(|line| line.1).collect()
}

both! {
    async fn results_of_a_rejected_sample_are_taken_back_and_nothing_of_it_is_verified(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC", "ESR"]).await;
        let old = lab.collect(&clinic).await[0];
        lab.receive(old).await;
        let field = clinic.field("ESR", "ESR").await;
        lab.enter(old, &[(&field, "55")]).await.expect(303);
        let seen = lab.second.get(&format!("/lab/samples/{old}")).await;
        reject(&lab, old, "unlabelled").await;
        assert_eq!(states(&clinic, &lab).await, [LineState::Rejected, LineState::Rejected]);
        assert_eq!(clinic.count("select count(*) from lab_result where state = 'withdrawn'").await, 1);
        lab.second.submit(&seen, "#verify", &[]).await.expect(409);
        assert!(!lab.second.get(&format!("/lab/samples/{old}")).await.has("#verify"));
        // Both tests ask for a new sample, and are entered, verified and released from that.
        let new = *lab.collect(&clinic).await.last().unwrap();
        lab.receive(new).await;
        lab.enter(new, &[(&field, "12")]).await.expect(303);
        // As if it had been rejected unseen: the table lets nothing of it hold, and sending back asks for a new sample.
        sql("update lab_sample set rejected_at = collected_at, rejected_by = collected_by, reject_reason = 'clotted' where id = $1")
            .bind(new).run(&clinic.app.db).await.unwrap();
        let cheat = sql("update lab_result set state = 'current', verified_by = $1, verified_at = entered_at where state = 'pending'");
        assert!(cheat.bind(lab.doctor).run(&clinic.app.db).await.unwrap_err().violates("lab_result_rejected_sample"));
        let refused = lab.verify(new).await;
        assert!(refused.expect(409).text("#refused").contains("Its sample was rejected"), "{}", refused.body);
        let back = lab.second.get(&format!("/lab/samples/{new}")).await;
        lab.second.submit(&back, "form.send-back", &[("back_note", "Not her tube")]).await.expect(303);
        assert!(states(&clinic, &lab).await.contains(&LineState::Rejected));
        let last = *lab.collect(&clinic).await.last().unwrap();
        lab.receive(last).await;
        lab.enter(last, &[(&field, "14")]).await.expect(303);
        lab.verify(last).await.expect(303);
        assert!(states(&clinic, &lab).await.contains(&LineState::Released));
    }

    async fn a_released_result_is_withdrawn_with_its_test_and_everybody_reads_so(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "30")).await;
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        colleague.get(&format!("/results/{old}")).await.expect(200);
        let page = lab.orders.get(&format!("/results/{old}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        assert!(phone.get(&format!("/my/results/{old}")).await.body.contains("30 %"));
        // Corrected, sent back, the sample rejected.
        let field = clinic.field("PCV", "PCV").await;
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        lab.bench.submit(&form, "#results", &[(&field, "38"), ("reason", "Read from the wrong tube")]).await.expect(303);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        let page = lab.second.get(&format!("/lab/samples/{sample}")).await;
        lab.second.submit(&page, "form.send-back", &[("back_note", "Haemolysed")]).await.expect(303);
        reject(&lab, sample, "haemolysed").await;
        let doubt = lab.orders.get(&format!("/results/{old}")).await;
        assert!(doubt.text("#again").contains("It may be wrong"), "{}", doubt.body);
        assert!(lab.orders.get(&format!("/results/{old}/print")).await.text("article").contains("It may be wrong"));
        let time = paths::record::timeline(lab.patient);
        assert!(lab.orders.get(&time).await.body.contains("Being checked again"));
        let cheat = sql("update lab_line set state = 'cancelled' where id = $1").bind(line).run(&clinic.app.db).await;
        assert!(cheat.unwrap_err().violates("lab_line_result_holds"));
        // Cancelling says what goes with it, and asks why in words that can be read later.
        let orders = lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await;
        let why = format!("why{line}");
        assert!(orders.text("#ordered").contains("The released result is withdrawn with it"), "{}", orders.body);
        lab.orders.submit(&orders, "form.cancel", &[(&why, "bad")]).await.expect(422);
        let reason = "The blood was haemolysed";
        lab.orders.submit(&orders, "form.cancel", &[(&why, reason)]).await.expect(303);
        assert_eq!(states(&clinic, &lab).await, [LineState::Cancelled]);
        let new = clinic.result_in(line, "current").await;
        assert_eq!(clinic.result_in(line, "superseded").await, old);
        // Doctors, paper, the visit, the line of time.
        let before = lab.orders.get(&format!("/results/{old}")).await;
        assert!(before.text("#superseded").contains("was withdrawn") && before.text("#superseded").contains(reason));
        let now = lab.orders.get(&format!("/results/{new}")).await;
        assert!(now.text("#withdrawn").contains(reason) && !now.has("table.values"), "{}", now.body);
        let paper = lab.orders.get(&format!("/results/{old}/print")).await;
        assert!(paper.text("article").contains("Withdrawn: version 1 does not hold"), "{}", paper.body);
        assert!(lab.orders.get(&format!("/visits/{}/tests", lab.visit)).await.text("#ordered .tag").contains("Withdrawn"));
        assert!(lab.orders.get(&time).await.body.contains("Withdrawn, there is no result that counts"));
        // Who read it is told; who cancelled it knows.
        assert!(colleague.get("/results").await.text("#to-review tbody").contains("Withdrawn There is no result that counts"));
        assert!(!lab.orders.get("/results").await.has("#to-review tbody"));
        // The phone says so at once, by the old address too, and the number is gone.
        for version in [old, new] {
            let mine = phone.get(&format!("/my/results/{version}")).await;
            assert!(mine.expect(200).text("#withdrawn").contains(reason) && !mine.body.contains("30 %"), "{}", mine.body);
        }
        assert!(phone.get("/my/results").await.text("ul.links li").contains("Withdrawn"));
        let visit = phone.get(&paths::letters::my_visit(lab.visit)).await;
        assert!(visit.expect(200).text("#tests").contains("withdrawn, there is no result that counts"), "{}", visit.body);
        // What was done and read stays charged.
        let gone = "select count(*) from charge where kind = 'test' and state in ('aborted', 'entered_in_error')";
        assert_eq!(clinic.count(gone).await, 0);
        assert_eq!(clinic.count("select count(*) from charge where kind = 'test'").await, 1);
    }

    async fn a_released_number_of_the_wrong_person_is_withdrawn_by_two_people(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let page = lab.orders.get(&format!("/results/{old}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        lab.bench.submit(&form, "#results", &[("void", "yes"), ("reason", "no")]).await.expect(422);
        let reason = "The tube was another person's";
        lab.bench.submit(&form, "#results", &[("void", "yes"), ("reason", reason)]).await.expect(303);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        let own = lab.sample(sample).await;
        assert!(own.has(".second-person") && !own.has("#verify") && own.has("p.withdrawn"), "{}", own.body);
        assert!(lab.orders.get(&format!("/results/{old}")).await.has("#again"));
        lab.verify(sample).await.expect(303);
        assert_eq!(states(&clinic, &lab).await, [LineState::Released]);
        let new = clinic.result_in(line, "current").await;
        assert!(lab.orders.get("/results").await.text("#to-review tbody").contains("Withdrawn There is no result that counts"));
        let now = lab.orders.get(&format!("/results/{new}")).await;
        assert!(now.text("#withdrawn").contains(reason) && now.text("#withdrawn").contains("Order the test again"));
        assert!(now.text("#signed").contains("The patient can read it"));
        let mine = phone.get(&format!("/my/results/{old}")).await;
        assert!(mine.text("#withdrawn").contains(reason) && !mine.body.contains("40 %"), "{}", mine.body);
        // It may turn out that there is a result after all; a critical one is called about like any other.
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        let field = clinic.field("PCV", "PCV").await;
        assert_eq!(form.attribute(&format!("#{field}"), "value").as_deref(), Some(""));
        assert!(!form.has("#void"));
        lab.bench.submit(&form, "#results", &[(&field, "15"), ("reason", "Found the right tube")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        assert_eq!(states(&clinic, &lab).await, [LineState::Verified], "nobody has been called");
        let last = clinic.result_in(line, "current").await;
        let call = lab.bench.get(&format!("/lab/calls/{last}")).await;
        lab.bench.submit(&call, "#call", &[("told", "Dr Okoro"), ("outcome", "reached")]).await.expect(303);
        let page = lab.orders.get(&format!("/results/{last}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let mine = phone.get(&format!("/my/results/{last}")).await;
        assert!(mine.text("main > dl.summary").contains("15 %") && !mine.body.contains("40 %"), "{}", mine.body);
    }

    async fn what_was_released_from_a_sample_that_is_rejected_later_is_in_doubt(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["FBC", "ESR"]).await;
        let sample = lab.collect(&clinic).await[0];
        lab.receive(sample).await;
        let field = clinic.field("ESR", "ESR").await;
        lab.enter(sample, &[(&field, "55")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let line = clinic.lines(lab.visit).await.into_iter().find(|line| line.1 == LineState::Released).unwrap().0;
        let result = clinic.result_in(line, "current").await;
        reject(&lab, sample, "unlabelled").await;
        assert_eq!(lab.sample(sample).await.texts(".in-doubt").len(), 1);
        let shown = lab.orders.get(&format!("/results/{result}")).await;
        assert!(shown.text("#sample-rejected").contains("label missing"), "{}", shown.body);
        // No other value of that sample can hold: it is withdrawn, or stays.
        let path = format!("/lab/lines/{line}/correction");
        let form = lab.bench.get(&path).await;
        let version = format!("version{line}");
        let stands = form.attribute(&format!("input[name={version}]"), "value").unwrap();
        let other = [("op", "another-value-of-it-1"), (&version, &stands), (&field, "12"), ("reason", "Read it again")];
        let refused = lab.bench.post(&path, &other).await;
        assert!(refused.expect(422).errors()[0].contains("The sample was rejected"), "{:?}", refused.errors());
        lab.bench.submit(&form, "#results", &[("reason", "Nobody knows whose it is")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let new = clinic.result_in(line, "current").await;
        assert!(lab.orders.get(&format!("/results/{new}")).await.has("#withdrawn"));
        assert!(!lab.sample(sample).await.has(".in-doubt"));
    }
}
