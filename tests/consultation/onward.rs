//! Where a patient goes on to: the laboratory while a sample is to be taken, the nurse for what is planned, and nobody waits
//! for who has left.

use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::queue::model::{EntryState, PointId};
use infirmary::web::paths;

use crate::support::consultation::{press, send_to};
use crate::support::{Browser, Seen};

/// Calls the next one at a point, and begins.
async fn begins(browser: &Browser, point: PointId) -> Seen {
    let board = browser.get(&paths::queue::board(point)).await;
    let board = browser.submitted(&board, "#call-next", &[]).await;
    browser.submitted(&board, "[data-move=start]", &[]).await
}

both! {
    async fn a_sample_to_be_taken_comes_first_and_no_visit_ends_without_it_unasked(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
        let here = clinic.sits_with(id, "Ada Obi").await;
        let (lab, pharmacy) = (clinic.point("Laboratory", "laboratory").await, clinic.point("Pharmacy", "pharmacy").await);
        clinic.point("Cashier", "cashier").await;
        let test = clinic.test_id("PCV").await.to_string();
        doctor.post(&paths::laboratory::order(here.visit), &[("op", "orders-a-packed-cell"), ("test", &test)]).await.expect(303);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.attribute("input[name=next]", "value"), Some(lab.to_string()), "it stands first");
        assert_eq!(page.attribute("input[name=next][checked]", "value"), Some(lab.to_string()));
        let (to, me) = (paths::consultation::completion(here.visit), id.to_string());
        let home = [("outcome", "home"), ("handover", me.as_str()), ("next", "home")];
        let asked = send_to(&doctor, &page, &to, &home).await;
        assert!(asked.expect(422).errors()[0].starts_with("A sample for "), "{:?}", asked.errors());
        assert!(asked.has("#without_sample"));
        let pharmacy_next = pharmacy.to_string();
        send_to(&doctor, &asked, &to, &[("next", &pharmacy_next)]).await.expect(303);
        // The pharmacist is led to the laboratory, and asked once before the visit ends.
        let pharmacist = clinic.signed_in("pharm", &[Role::Pharmacist]).await;
        let board = begins(&pharmacist, pharmacy).await;
        assert!(board.text("[data-done] button").starts_with("Done, on to Laboratory"), "{}", board.text(".now"));
        let asked = pharmacist.submit(&board, "[data-move=finish]", &[]).await;
        let words = asked.expect(409).text("#unsampled");
        assert!(words.contains("A sample for the laboratory is not taken. Send A001 to Laboratory, or end the visit"), "{words}");
        assert_eq!(clinic.state_of(here.visit).await, EntryState::InService);
        pharmacist.submitted(&asked, "#to-sample", &[]).await;
        let bench = clinic.signed_in("bench", &[Role::LabAttendant]).await;
        let board = begins(&bench, lab).await;
        let asked = bench.submit(&board, "[data-move=finish]", &[]).await;
        let words = asked.expect(409).text("#unsampled");
        assert!(words.contains("A sample for Packed cell volume") && words.contains("Take it, or end"), "{words}");
        bench.submitted(&asked, "#without-sample", &[]).await;
        assert_eq!(clinic.count("select count(*) from visit where close_reason = 'finished'").await, 1);
    }

    async fn what_is_planned_reaches_the_nurse_and_the_patient_goes_back_to_the_same_place(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        infirmary::procedures::ensure_catalogue(&clinic.app.db).await.unwrap();
        let here = clinic.sits_with(id, "Ada Obi").await;
        let triage = clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        press(&doctor, here.visit, "procedure.add", &[("pr_name", "Wound dressing, small")]).await.expect(303);
        press(&doctor, here.visit, "sign", &[("complaint", "Cut")]).await.expect(303);
        clinic.wait_minutes(5);
        press(&doctor, here.visit, "token.pass", &[("to", &triage.to_string())]).await.expect(303);
        let home = nurse.get(paths::HOME).await;
        let planned = home.text("#planned");
        assert!(planned.contains("Ada Obi") && planned.contains("A001, Wound dressing, small"), "{planned}");
        let to_do = paths::procedures::of_visit(here.visit);
        assert_eq!(home.links("#planned a"), std::slice::from_ref(&to_do));
        assert!(!doctor.get(paths::HOME).await.has("#planned"));
        assert!(!nurse.get(paths::consultation::UNFINISHED).await.body.contains("Ada Obi"));
        let board = begins(&nurse, triage).await;
        assert!(board.links(".now .actions a").contains(&to_do), "{}", board.text(".now"));
        let signs = nurse.get(&paths::consultation::vitals(here.visit)).await;
        assert!(signs.text("#planned").contains("Wound dressing, small"), "{}", signs.text("main"));
        assert_eq!(signs.links("#planned a"), [to_do]);
        assert!(board.text("[data-done] button").starts_with("Done, back to Dr Nwosu"), "{}", board.text(".now"));
        nurse.submitted(&board, "[data-done]", &[]).await;
        let back: (EntryState, AccountId, bool) = sql("select e.state, e.doctor_id, e.arrived_at = v.opened_at as kept
             from queue_entry e join visit v on v.id = e.visit_id order by e.id desc limit 1").one(&clinic.app.db).await.unwrap();
        assert_eq!(back, (EntryState::Waiting, id, true), "with the arrival that it had there (rule Q11)");
    }

    async fn a_visit_that_the_patient_left_is_nobodys_unfinished_work(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let patient = clinic.patient_of(here.visit).await;
        press(&doctor, here.visit, "sign", &[("complaint", "Cough"), ("advice", "Rest")]).await.expect(303);
        assert!(doctor.get(paths::consultation::UNFINISHED).await.body.contains("Ada Obi"));
        let (entry, _) = clinic.entry_of(here.visit).await;
        let left = [("op", "the-patient-has-left"), ("move", "leave"), ("reason", "Went home")];
        doctor.post(&paths::queue::moves(entry), &left).await.expect(303);
        assert!(!doctor.get(paths::consultation::UNFINISHED).await.body.contains("Ada Obi"));
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert!(page.text(".page-head p:first-of-type").contains("Left before the end"), "{}", page.text(".page-head"));
        let phone = clinic.phone_of(patient).await;
        let told = phone.get(&paths::letters::my_visit(here.visit)).await;
        assert_eq!(told.text("#outcome p"), "You left before the visit was finished.");
    }
}
