//! Finishing a consultation: rule V2, and where the token goes.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::EntryState;
use infirmary::web::paths;

use crate::support::consultation::{press, press_on, send_to};
use crate::support::{Browser, Clinic, Seen};
use infirmary::queue::model::VisitId;

async fn finish(browser: &Browser, visit: VisitId, fields: &[(&str, &str)]) -> Seen {
    let page = browser.get(&paths::consultation::consult(visit)).await;
    send_to(browser, &page, &paths::consultation::completion(visit), fields).await
}

async fn closed(clinic: &Clinic) -> i64 {
    clinic.count("select count(*) from visit where close_reason = 'finished'").await
}

both! {
    async fn a_walk_in_gets_a_token_a_note_and_an_end(clinic) {
        // W6: walk-in, token, consultation, signature, finish; prescriptions and bills join it with their capabilities.
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.walk_in("Ada Obi").await;
        let board = doctor.get(&paths::queue::board(point)).await;
        let board = doctor.submitted(&board, "#call-next", &[]).await;
        let link = board.links(".now .actions a");
        assert!(link.contains(&paths::consultation::consult(here.visit)), "{link:?}");
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.text("[value='token.start']"), "Start Alt S");
        press_on(&doctor, &page, "token.start", &[]).await.expect(303);
        assert_eq!(clinic.state_of(here.visit).await, EntryState::InService);
        press(&doctor, here.visit, "sign", &[("complaint", "Cough"), ("outcome", "follow_up"), ("back_on", "2026-11-16")]).await.expect(303);
        let done = finish(&doctor, here.visit, &[]).await;
        assert_eq!(done.leads_to(), Some(paths::queue::board(point)));
        assert_eq!((clinic.state_of(here.visit).await, closed(&clinic).await), (EntryState::Done, 1));
        let kept: (String, String) = sql("select kind, decided_name from disposition").one(&clinic.app.db).await.unwrap();
        assert_eq!(kept, ("follow_up".to_owned(), "Dr Nwosu".to_owned()));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'visit.disposition'").await, 1);
    }

    async fn finishing_twice_is_finishing_once(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        let other = doctor.get(&paths::consultation::consult(here.visit)).await;
        let to = paths::consultation::completion(here.visit);
        for page in [&page, &page, &other] {
            send_to(&doctor, page, &to, &[("outcome", "home")]).await.expect(303);
        }
        assert_eq!(closed(&clinic).await, 1);
        assert_eq!(clinic.count("select count(*) from queue_event where move = 'finish'").await, 1);
    }

    async fn what_rule_v2_misses_stands_in_words_where_it_can_be_done(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let refused = finish(&doctor, here.visit, &[("complaint", "Cough")]).await;
        assert_eq!(refused.expect(422).errors(), ["Your note, or what you added to it, is not signed. Sign it or discard it, then finish", "Choose what becomes of the visit"]);
        assert_eq!(refused.text("#complaint"), "Cough");
        assert_eq!((closed(&clinic).await, clinic.count("select count(*) from note").await), (0, 0), "nothing is saved in part");
        press(&doctor, here.visit, "sign", &[("complaint", "Cough")]).await.expect(303);
        let refused = finish(&doctor, here.visit, &[("outcome", "home"), ("next", "nowhere")]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose where the patient goes now"]);
        finish(&doctor, here.visit, &[("outcome", "home")]).await.expect(303);
    }

    async fn a_colleagues_unsigned_note_is_set_aside_or_waited_for(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let nurse = clinic.nurse().await;
        press(&nurse, here.visit, "save", &[("examination", "Wound dressed")]).await.expect(303);
        let refused = finish(&doctor, here.visit, &[("outcome", "home")]).await;
        assert!(refused.expect(422).errors()[0].starts_with("A colleague has not signed a note"), "{:?}", refused.errors());
        send_to(&doctor, &refused, &paths::consultation::completion(here.visit), &[("aside", "yes")]).await.expect(303);
        assert_eq!(closed(&clinic).await, 1);
        let page = nurse.get(paths::consultation::UNFINISHED).await;
        assert!(page.body.contains("Draft that was set aside"), "{}", page.body);
        // The nurse signs late; the note tells of the time of the visit.
        press(&nurse, here.visit, "sign", &[]).await.expect(303);
    }

    async fn an_open_test_is_handed_to_the_doctor_who_reviews_it(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (other, second) = clinic.doctor_named("Dr Bello").await;
        infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
        let here = clinic.sits_with(id, "Ada Obi").await;
        let test = clinic.test_id("PCV").await.to_string();
        doctor.post(&paths::laboratory::order(here.visit), &[("op", "orders-a-packed-cell"), ("test", &test)]).await.expect(303);
        let refused = finish(&doctor, here.visit, &[("outcome", "home")]).await;
        assert!(refused.expect(422).errors()[0].starts_with("Choose the doctor who reviews"), "{:?}", refused.errors());
        let desk = clinic.staff("a.desk", &[Role::Receptionist]).await.to_string();
        finish(&doctor, here.visit, &[("outcome", "home"), ("handover", &desk)]).await.expect(409);
        finish(&doctor, here.visit, &[("outcome", "home"), ("handover", &other.to_string()), ("without_sample", "yes")]).await.expect(303);
        assert_eq!(closed(&clinic).await, 1);
        let list = second.get(paths::laboratory::REVIEWS).await;
        assert!(list.text("#open-orders").contains("Ada Obi"), "{}", list.body);
        assert!(!doctor.get(paths::laboratory::REVIEWS).await.has("#open-orders"));
    }

    async fn the_token_goes_on_to_the_pharmacy_and_ends_there(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let pharmacy = clinic.point("Pharmacy", "pharmacy").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        finish(&doctor, here.visit, &[("outcome", "home"), ("next", &pharmacy.to_string())]).await.expect(303);
        assert_eq!((clinic.state_of(here.visit).await, closed(&clinic).await), (EntryState::Waiting, 0));
        let pharmacist = clinic.signed_in("pharm", &[Role::Pharmacist]).await;
        let board = pharmacist.get(&paths::queue::board(pharmacy)).await;
        let board = pharmacist.submitted(&board, "#call-next", &[]).await;
        let board = pharmacist.submitted(&board, "[data-move=start]", &[]).await;
        pharmacist.submitted(&board, "[data-move=finish]", &[]).await;
        assert_eq!(closed(&clinic).await, 1);
    }

    async fn done_on_the_board_leads_to_what_is_missing(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        let seen = doctor.post(&paths::queue::moves(entry), &[("op", "done-without-anything"), ("move", "finish")]).await;
        assert_eq!(seen.leads_to(), Some(paths::consultation::consult_at(here.visit, "finish")));
        let page = doctor.follow(seen).await;
        assert!(page.text("#missing").contains("Choose what becomes of the visit"), "{}", page.text("#missing"));
        let nurse = clinic.nurse().await;
        let refused = nurse.post(&paths::queue::moves(entry), &[("op", "done-by-another-one"), ("move", "finish")]).await;
        assert!(refused.expect(409).text("#refused").contains("Nobody has said yet what becomes of this visit"));
    }

    async fn who_never_was_with_a_doctor_needs_nobody_to_say_what_becomes_of_the_visit(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let nurse = clinic.nurse().await;
        clinic.walk_in("Ada Obi").await;
        let board = nurse.get(&paths::queue::board(triage)).await;
        let board = nurse.submitted(&board, "#call-next", &[]).await;
        let board = nurse.submitted(&board, "[data-move=start]", &[]).await;
        let board = nurse.submitted(&board, "[data-move=finish]", &[]).await;
        let kind: String = sql("select kind from disposition").scalar(&clinic.app.db).await.unwrap();
        assert_eq!((kind.as_str(), closed(&clinic).await), ("not_consulted", 1));
        // Taken back and sent to a doctor, that is no answer any more.
        nurse.submitted(&board, "#undo form", &[]).await;
        sql("update queue_entry set point_id = $1").bind(clinic.point("Consulting", "consulting").await).run(&clinic.app.db).await.unwrap();
        let error = sql("update visit set closed_at = opened_at, close_reason = 'finished'").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("visit_disposition"), "{error}");
    }

    async fn what_became_of_a_visit_stays_once_it_is_closed(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        clinic.wait_minutes(5);
        finish(&doctor, here.visit, &[("outcome", "home")]).await.expect(303);
        clinic.wait_minutes(5);
        let late = clinic.app.clock.now();
        let error = sql("update disposition set kind = 'referred', decided_at = $1").bind(late).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("disposition_open_visit"), "{error}");
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert!(!page.has("#finish") && page.text("#told").contains("This visit is closed"));
    }
}
