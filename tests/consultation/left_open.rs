//! What a consultation leaves open, and what a withdrawn note does not take back.

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::consultation::{press, send_to};

both! {
    async fn what_was_signed_with_a_withdrawn_note_is_named_and_diagnoses_can_go_with_it(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.plan("Wound dressing, small").await.expect(303);
        // What is signed stays on the page, and the note is one press away.
        room.sign().await.expect(303);
        let note = clinic.note_in(room.visit, "signed").await;
        let page = room.page().await;
        assert!(page.text("#dx-signed").contains("alaria") && !page.body.contains("No diagnosis yet"), "{}", page.text("#diagnosis"));
        assert!(page.links("#signed a").contains(&paths::consultation::note(note)));
        let asked = room.browser.get(&paths::consultation::error(note)).await;
        let standing = asked.text("#standing");
        assert!(standing.contains("Diagnosis:") && standing.contains("Procedure: Wound dressing, small"), "{standing}");
        let short = room.browser.submit(&asked, "#error", &[("reason", "Bad"), ("diagnoses", "yes")]).await;
        assert!(short.expect(422).has("#standing") && short.has("#diagnoses[checked]"));
        let fields = [("reason", "Of another patient"), ("diagnoses", "yes")];
        let after = room.browser.submitted(&asked, "#error", &fields).await;
        assert!(after.texts("main > .notice").join(" ").contains("What was signed with it is still in force"));
        // The procedure is still planned, and led to; the diagnosis is withdrawn with who and why.
        assert_eq!(after.links("#standing a").len(), 1);
        let kept: (String, String) = sql("select state, error_reason from diagnosis").one(&clinic.app.db).await.unwrap();
        assert_eq!(kept, ("entered_in_error".to_owned(), "Of another patient".to_owned()));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'diagnosis.entered_in_error'").await, 1);
    }

    async fn without_the_tick_the_diagnoses_stay_and_are_led_to(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        let note = clinic.note_in(room.visit, "signed").await;
        let asked = room.browser.get(&paths::consultation::error(note)).await;
        let after = room.browser.submitted(&asked, "#error", &[("reason", "Of another patient")]).await;
        assert_eq!(clinic.count("select count(*) from diagnosis where state = 'signed'").await, 1);
        assert!(after.links("#standing a")[0].ends_with("/error"), "{:?}", after.links("#standing a"));
    }

    async fn a_planned_procedure_stands_among_what_is_missing(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        infirmary::procedures::ensure_catalogue(&clinic.app.db).await.unwrap();
        let here = clinic.sits_with(id, "Ada Obi").await;
        let step = [("pr_name", "Wound dressing, small")];
        press(&doctor, here.visit, "procedure.add", &step).await.expect(303);
        press(&doctor, here.visit, "sign", &[("complaint", "Cut"), ("outcome", "home")]).await.expect(303);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.texts("#missing li"), ["Wound dressing, small is planned and not done."]);
        let procedure = clinic.count("select id from visit_procedure").await;
        assert_eq!(page.links("#missing a"), [format!("/procedures/{procedure}")]);
        let refused = send_to(&doctor, &page, &paths::consultation::completion(here.visit), &[]).await;
        assert_eq!(refused.expect(422).errors().len(), 1);
    }

    async fn nobody_comes_back_in_a_thousand_years(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let far = [("complaint", "Cough"), ("outcome", "follow_up"), ("back_on", "2999-01-01")];
        let refused = press(&doctor, here.visit, "save", &far).await;
        assert_eq!(refused.expect(422).errors(), ["The day of coming back must be within two years. Check the year"]);
        assert_eq!(refused.attribute("#back_on", "value").as_deref(), Some("2999-01-01"));
        assert_eq!(clinic.count("select count(*) from disposition").await, 0);
    }

    async fn a_finished_consultation_is_not_unfinished_while_the_patient_is_at_the_pharmacy(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let listed = async || doctor.get(paths::consultation::UNFINISHED).await.body.contains("Ada Obi");
        press(&doctor, here.visit, "sign", &[("complaint", "Cough"), ("outcome", "home")]).await.expect(303);
        assert!(listed().await, "the patient sits there still");
        let pharmacy = clinic.point("Pharmacy", "pharmacy").await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        let next = page.attribute(&format!("input[name=next][value^='{pharmacy}']"), "value");
        let next = next.unwrap_or_else(|| pharmacy.to_string());
        send_to(&doctor, &page, &paths::consultation::completion(here.visit), &[("next", &next)]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 1);
        assert!(!listed().await);
    }
}
