//! Corrections: a new version with a reason, the old one stays, whoever read it is told (L6).

use infirmary::access::model::Role;
use infirmary::laboratory::model::LineState;

both! {
    async fn a_correction_is_a_new_version_and_readers_of_the_old_one_are_told(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        // A colleague who treats her reads it as well; a nurse reads it, and has no list.
        let colleague = clinic.signed_in("colleague", &[Role::Doctor]).await;
        colleague.get(&format!("/results/{old}")).await.expect(200);
        clinic.signed_in("nurse", &[Role::Nurse]).await.get(&format!("/results/{old}")).await.expect(200);
        let page = lab.orders.get(&format!("/results/{old}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        assert!(phone.get(&format!("/my/results/{old}")).await.expect(200).body.contains("40 %"));

        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        let field = clinic.field("PCV", "PCV").await;
        assert_eq!(form.attribute(&format!("#{field}"), "value").unwrap(), "40");
        let bare = lab.bench.submit(&form, "#results", &[(&field, "30"), ("reason", "no")]).await;
        bare.expect(422);
        lab.bench.submit(&form, "#results", &[(&field, "30"), ("reason", "Read from the wrong tube")]).await.expect(303);
        // Until the second person has looked, the old one holds and says that it is looked at again.
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Entered);
        assert!(lab.orders.get(&format!("/results/{old}")).await.has("#again"));
        let again = phone.get(&format!("/my/results/{old}")).await;
        assert!(again.has("#again") && !again.body.contains("40 %"), "{}", again.body);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        lab.verify(sample).await.expect(303);
        let new = clinic.result_in(line, "current").await;
        assert_ne!(new, old);
        assert_eq!(clinic.result_in(line, "superseded").await, old);
        for doctor in [&lab.orders, &colleague] {
            let list = doctor.get("/results").await;
            assert!(list.text("#to-review tbody").contains("Corrected"), "{}", list.body);
        }
        assert_eq!(clinic.count("select count(*) from lab_review where reason = 'corrected'").await, 2);
        let before = lab.orders.get(&format!("/results/{old}")).await;
        assert!(before.text("#superseded").contains("version 1") && before.body.contains("40 %"));
        let now = lab.orders.get(&format!("/results/{new}")).await;
        assert!(now.text("#corrected").contains("Read from the wrong tube") && now.text("#versions").contains("Version 1"));
        // Print is of one version.
        let paper = lab.orders.get(&format!("/results/{old}/print")).await;
        assert!(paper.body.contains("40 %") && !paper.body.contains("30 %") && paper.body.contains("Superseded"));
        // The patient reads no value of it before the doctor has looked: the one that was shown is known to be wrong.
        for version in [old, new] {
            let waits = phone.get(&format!("/my/results/{version}")).await;
            assert!(waits.expect(200).has("#again") && !waits.body.contains("40 %") && !waits.body.contains("30 %"), "{}", waits.body);
        }
        assert!(phone.get("/my/results").await.body.contains("Being checked again"));
        assert!(now.text("#signed").contains("The patient can read it from"), "{}", now.text("#signed"));
        lab.orders.submit(&now, "#acknowledge", &[("tell", "now")]).await.expect(303);
        // Then the patient sees, by the old address too, that it changed and what it said.
        let mine = phone.get(&format!("/my/results/{old}")).await;
        assert!(mine.text("#corrected").contains("Read from the wrong tube"));
        assert!(mine.text("main > dl.summary").contains("30 %") && mine.text("#before1").contains("40 %"));
        assert!(phone.get("/my/results").await.body.contains("Corrected"));
    }

    async fn l5_a_corrected_critical_value_reaches_the_phone_after_the_call_and_the_delay(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let page = lab.orders.get(&format!("/results/{old}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        phone.get(&format!("/my/results/{old}")).await.expect(200);
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        let field = clinic.field("PCV", "PCV").await;
        lab.bench.submit(&form, "#results", &[(&field, "15"), ("reason", "Read from the wrong tube")]).await.expect(303);
        lab.verify(clinic.lines(lab.visit).await[0].3.unwrap()).await.expect(303);
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Verified, "nobody has been called");
        let new = clinic.result_in(line, "current").await;
        let (mine, name) = (format!("/my/results/{new}"), format!("phone{}", lab.patient));
        for days in [0, 4] {
            clinic.wait_minutes(days * 24 * 60);
            if days > 0 {
                clinic.sign_in(&phone, &name).await;
            }
            let waits = phone.get(&mine).await;
            assert!(waits.expect(200).has("#again") && !waits.body.contains("15 %") && !waits.body.contains("40 %"), "{}", waits.body);
            assert!(phone.get("/my/results").await.body.contains("Being checked again"));
        }
        clinic.sign_in(&lab.bench, "bench").await;
        let call = lab.bench.get(&format!("/lab/calls/{new}")).await;
        lab.bench.submit(&call, "#call", &[("told", "Dr Okoro"), ("outcome", "reached")]).await.expect(303);
        assert!(phone.get(&mine).await.text("main > dl.summary").contains("15 %"));
    }

    async fn a_first_critical_value_is_not_on_the_phone_before_the_call(clinic) {
        let lab = clinic.laboratory().await;
        let (_, result) = lab.released(&clinic, "PCV", ("PCV", "15")).await;
        let page = lab.orders.get(&format!("/results/{result}")).await;
        // How the patient learns of it is said, not pressed away.
        assert!(!page.has("#acknowledge input[checked]"), "{}", page.text("#acknowledge"));
        assert_eq!(lab.orders.submit(&page, "#acknowledge", &[]).await.expect(422).errors(), ["Choose how the patient learns of it"]);
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        assert!(phone.get("/my/results").await.has(".empty"));
        phone.get(&format!("/my/results/{result}")).await.expect(404);
    }

    async fn a_correction_that_is_sent_back_stays_a_correction(clinic) {
        let lab = clinic.laboratory().await;
        let (line, old) = lab.released(&clinic, "PCV", ("PCV", "40")).await;
        let field = clinic.field("PCV", "PCV").await;
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        lab.bench.submit(&form, "#results", &[(&field, "30"), ("reason", "Read from the wrong tube")]).await.expect(303);
        let sample = clinic.lines(lab.visit).await[0].3.unwrap();
        let page = lab.second.get(&format!("/lab/samples/{sample}")).await;
        lab.second.submit(&page, "form.send-back", &[("back_note", "Still wrong")]).await.expect(303);
        lab.enter(sample, &[(&field, "15")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let new = clinic.result_in(line, "current").await;
        let shown = lab.orders.get(&format!("/results/{new}")).await;
        assert!(shown.text("#corrected").contains("Read from the wrong tube"));
        // It became critical: the earlier release does not count for it.
        assert_eq!(clinic.lines(lab.visit).await[0].1, LineState::Verified);
        assert_eq!(clinic.result_in(line, "superseded").await, old);
    }

    async fn only_what_is_verified_is_corrected(clinic) {
        let lab = clinic.laboratory().await;
        let line = lab.order(&clinic, &["PCV"]).await[0];
        lab.bench.get(&format!("/lab/lines/{line}/correction")).await.expect(404);
        let sample = lab.collect(&clinic).await[0];
        let away = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        assert_eq!(away.expect(303).leads_to().unwrap(), format!("/lab/samples/{sample}"));
        let field = clinic.field("PCV", "PCV").await;
        let version = format!("version{line}");
        let forced = [("op", "correct-what-is-not-1"), (&version, "2"), (&field, "30"), ("reason", "Because I can")];
        lab.bench.post(&format!("/lab/lines/{line}/correction"), &forced).await.expect(409);
        lab.orders.get(&format!("/lab/lines/{line}/correction")).await.expect(403);
    }

    async fn a_correction_keeps_the_remark_and_the_trend_shows_what_holds(clinic) {
        let lab = clinic.laboratory().await;
        lab.released(&clinic, "PCV", ("PCV", "38")).await;
        let line = lab.order(&clinic, &["PCV"]).await[0];
        clinic.wait_minutes(5);
        let sample = *lab.collect(&clinic).await.last().unwrap();
        lab.receive(sample).await;
        let (field, remark) = (clinic.field("PCV", "PCV").await, format!("comment{line}"));
        lab.enter(sample, &[(&field, "60"), (&remark, "Spun twice")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let old = clinic.result_in(line, "current").await;
        let form = lab.bench.get(&format!("/lab/lines/{line}/correction")).await;
        assert_eq!(form.attribute(&format!("#{remark}"), "value").as_deref(), Some("Spun twice"));
        assert!(form.text(&format!("#{remark}-hint")).contains("the patient read"));
        lab.bench.submit(&form, "#results", &[(&field, "40"), ("reason", "Read from the wrong tube")]).await.expect(303);
        lab.verify(sample).await.expect(303);
        let new = clinic.result_in(line, "current").await;
        for version in [old, new] {
            let page = lab.orders.get(&format!("/results/{version}")).await;
            assert_eq!(page.texts("figure td"), ["38", "40"], "version {version}");
        }
        let page = lab.orders.get(&format!("/results/{new}")).await;
        lab.orders.submit(&page, "#acknowledge", &[("tell", "now")]).await.expect(303);
        let mine = clinic.phone_of(lab.patient).await.get(&format!("/my/results/{new}")).await;
        assert_eq!(mine.text("#remark"), "Remark of the laboratory: Spun twice");
    }
}
