//! Two people on one visit: who is told what, and taking over.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::consultation::{press, press_on, saves_by_itself, send_to};

both! {
    async fn a_second_doctor_is_told_who_writes_and_sees_nothing_of_the_draft(clinic) {
        let (id, first) = clinic.doctor_named("Dr Nwosu").await;
        let (_, second) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&first, here.visit, "save", &[("complaint", "Hidden words")]).await.expect(303);
        let page = second.get(&paths::consultation::consult(here.visit)).await;
        let told = page.text("#told");
        assert!(told.contains("Dr Nwosu writes in this visit since 09:00") && told.contains("Dr Nwosu is with this patient"), "{told}");
        assert!(!page.body.contains("Hidden words"));
        let draft = clinic.note_in(here.visit, "draft").await;
        second.get(&paths::consultation::note(draft)).await.expect(404);
        let (_, told) = saves_by_itself(&second, &page, here.visit, &[("plan", "Mine"), ("turn", "1")]).await;
        assert!(told["more"].as_str().unwrap().contains("Dr Nwosu writes in this visit too"), "{told}");
    }

    async fn taking_over_moves_the_patient_and_keeps_the_others_text(clinic) {
        let (id, first) = clinic.doctor_named("Dr Nwosu").await;
        let (other, second) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&first, here.visit, "save", &[("complaint", "First words")]).await.expect(303);
        let open = first.get(&paths::consultation::consult(here.visit)).await;
        let page = second.get(&paths::consultation::consult(here.visit)).await;
        let seen = send_to(&second, &page, &paths::consultation::takeover(here.visit), &[("plan", "Typed before")]).await;
        assert_eq!(seen.leads_to(), Some(paths::consultation::consult_at(here.visit, "note")));
        let page = second.follow(seen).await;
        assert_eq!(page.text("#plan"), "Typed before");
        assert_eq!(clinic.count("select served_by from queue_entry").await, other.0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action in ('visit.taken_over', 'queue.taken_over')").await, 2);
        // The first is told when the page saves next, and loses nothing.
        let (status, told) = saves_by_itself(&first, &open, here.visit, &[("complaint", "First words, more"), ("turn", "1")]).await;
        assert_eq!(status, 200, "{told}");
        assert!(told["more"].as_str().unwrap().contains("Dr Bello took this visit over at 09:00"), "{told}");
        let refused = press(&first, here.visit, "sign", &[]).await;
        assert!(refused.expect(409).errors()[0].contains("Dr Bello took this visit over"));
        let home = first.get("/").await;
        assert!(home.text("#unfinished").contains("Draft that was set aside"), "{}", home.text("#unfinished"));
        // Added to what the other signs.
        press(&second, here.visit, "sign", &[]).await.expect(303);
        let (signed, draft) = (clinic.note_in(here.visit, "signed").await, clinic.note_in(here.visit, "draft").await);
        let form = first.get(&paths::consultation::addendum_of(signed, draft)).await;
        assert_eq!(form.text("#complaint"), "First words, more");
        let page = first.submitted(&form, "#addendum", &[("reason", "Begun before the takeover")]).await;
        assert!(page.text("#additions").contains("First words, more"));
        assert_eq!(clinic.count("select count(*) from note where state = 'draft'").await, 0);
    }

    async fn r8_an_old_page_never_changes_what_a_colleague_decided_of_the_visit(clinic) {
        let (id, first) = clinic.doctor_named("Dr Nwosu").await;
        let (_, second) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let decided = async || -> (String, i64) {
            sql("select kind, version from disposition").one(&clinic.app.db).await.unwrap()
        };
        // The own page goes on from its own decisions.
        let page = first.get(&paths::consultation::consult(here.visit)).await;
        let home = [("complaint", "First words"), ("outcome", "home"), ("turn", "1")];
        let (_, told) = saves_by_itself(&first, &page, here.visit, &home).await;
        assert_eq!(told["decision"].as_i64(), Some(1), "{told}");
        let back = [("complaint", "First words"), ("outcome", "follow_up"), ("turn", "2"), ("decision", "1")];
        let (_, told) = saves_by_itself(&first, &page, here.visit, &back).await;
        assert_eq!((told["decision"].as_i64(), told["more"].as_str()), (Some(2), Some("")));
        // A colleague takes over and decides; the page that stayed open saves once more.
        let old = first.get(&paths::consultation::consult(here.visit)).await;
        let page = second.get(&paths::consultation::consult(here.visit)).await;
        let referred = [("outcome", "referred"), ("outcome_note", "Eye clinic")];
        send_to(&second, &page, &paths::consultation::takeover(here.visit), &referred).await.expect(303);
        let later = [("complaint", "First words, more"), ("outcome", "home"), ("turn", "3")];
        let (status, told) = saves_by_itself(&first, &old, here.visit, &later).await;
        assert_eq!((status, told["saved"].as_bool()), (200, Some(true)), "the text is kept: {told}");
        assert!(told["more"].as_str().unwrap().contains("Dr Bello took this visit over and decides"), "{told}");
        let saved = press_on(&first, &old, "save", &[("complaint", "First words, all"), ("outcome", "home"), ("turn", "4")]).await;
        let page = first.follow(saved).await;
        assert!(page.body.contains("Your choice is not saved") && page.text("#complaint") == "First words, all", "{}", page.body);
        let path = paths::consultation::completion(here.visit);
        send_to(&first, &page, &path, &[("outcome", "home"), ("next", "home")]).await.expect(409);
        assert_eq!(decided().await, ("referred".to_owned(), 3));
        // Two who may decide: the second is shown what the first chose, and chooses again.
        let (_, third) = clinic.doctor_named("Dr Musa").await;
        let stale = third.get(&paths::consultation::consult(here.visit)).await;
        press(&second, here.visit, "save", &[("outcome", "home")]).await.expect(303);
        let mine = [("outcome", "sent_to_hospital"), ("outcome_note", "Eye clinic")];
        let (_, told) = saves_by_itself(&third, &stale, here.visit, &mine).await;
        assert!(told["more"].as_str().unwrap().contains("chosen at 09:00: home, by Dr Bello"), "{told}");
        let refused = press_on(&third, &stale, "save", &mine).await;
        assert!(refused.expect(409).text("#conflict").contains("Home"), "{}", refused.body);
        assert_eq!(decided().await, ("home".to_owned(), 4));
        press_on(&third, &refused, "save", &[]).await.expect(303);
        assert_eq!(decided().await, ("sent_to_hospital".to_owned(), 5));
    }

    async fn whoever_was_taken_over_can_take_over_again(clinic) {
        let (id, first) = clinic.doctor_named("Dr Nwosu").await;
        let (_, second) = clinic.doctor_named("Dr Bello").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&first, here.visit, "save", &[("complaint", "First words")]).await.expect(303);
        for browser in [&second, &first] {
            let page = browser.get(&paths::consultation::consult(here.visit)).await;
            send_to(browser, &page, &paths::consultation::takeover(here.visit), &[]).await.expect(303);
        }
        assert_eq!(clinic.count("select served_by from queue_entry").await, id.0);
        press(&first, here.visit, "sign", &[]).await.expect(303);
    }

    async fn a1_v3_who_signed_a_note_reaches_it_after_the_visit_though_a_colleague_took_over(clinic) {
        let (id, first) = clinic.doctor_named("Dr Nwosu").await;
        let (_, second) = clinic.doctor_named("Dr Bello").await;
        let (_, stranger) = clinic.doctor_named("Dr Musa").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&first, here.visit, "sign", &[("complaint", "Seen at the door")]).await.expect(303);
        let note = paths::consultation::note(clinic.note_in(here.visit, "signed").await);
        let page = second.get(&paths::consultation::consult(here.visit)).await;
        send_to(&second, &page, &paths::consultation::takeover(here.visit), &[]).await.expect(303);
        let page = second.get(&paths::consultation::consult(here.visit)).await;
        let done = [("outcome", "home"), ("next", "home")];
        send_to(&second, &page, &paths::consultation::completion(here.visit), &done).await.expect(303);
        assert_eq!(clinic.count("select count(*) from visit where closed_at is null").await, 0);
        first.get(&note).await.expect(200);
        second.get(&note).await.expect(200);
        stranger.get(&note).await.expect(303);
        let form = first.get(&format!("{note}/error")).await;
        first.submit(&form, "main form", &[("reason", "It was another patient")]).await.expect(303);
        first.get(&note).await.expect(303);
    }

    async fn a_nurse_writes_a_nursing_note_and_decides_nothing(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let nurse = clinic.nurse().await;
        let page = nurse.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.heading(), "Nursing note");
        for absent in ["#finish", "#outcome", "#history", "#assessment", "[value=tests]"] {
            assert!(!page.has(absent), "{absent}");
        }
        let sent = [("examination", "Wound dressed"), ("outcome", "home"), ("history", "Smuggled in")];
        press_on(&nurse, &page, "sign", &sent).await.expect(303);
        assert_eq!(clinic.count("select count(*) from note where kind = 'nursing' and history = ''").await, 1);
        assert_eq!(clinic.count("select count(*) from disposition").await, 0);
        nurse.post(&paths::consultation::completion(here.visit), &[("op", "a-nurse-finishes-it")]).await.expect(403);
        nurse.post(&paths::consultation::takeover(here.visit), &[("op", "a-nurse-takes-over")]).await.expect(403);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert!(page.text("#signed").contains("Nursing note") && page.text("#signed").contains("Wound dressed"));
        let desk = clinic.signed_in("desk.person", &[Role::Receptionist]).await;
        desk.get(&paths::consultation::consult(here.visit)).await.expect(403);
    }
}
