//! Drafts of the consultation page: kept as they are typed, of their author alone, never overwritten unseen.

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::consultation::{press, press_on, saves_by_itself};

both! {
    async fn a_draft_is_kept_and_comes_back_with_its_text(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let fields = [("complaint", "Fever\r\nfor 3 days"), ("plan", "Malaria test")];
        let seen = press(&doctor, here.visit, "save", &fields).await;
        assert_eq!(seen.leads_to(), Some(paths::consultation::consult_at(here.visit, "note")));
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!((page.text("#complaint"), page.text("#plan")), ("Fever for 3 days".into(), "Malaria test".into()));
        assert_eq!(page.text("#saved"), "Saved 09:00");
        press_on(&doctor, &page, "save", &[]).await.expect(303);
        let kept: String = sql("select complaint from note").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "Fever\nfor 3 days", "the text does not grow with each saving");
        assert_eq!(clinic.count("select version from note").await, 1, "nothing changed");
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'note.begun'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%Fever%'").await, 0);
    }

    async fn what_is_typed_is_kept_by_itself_and_twice_is_once(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        let (status, told) = saves_by_itself(&doctor, &page, here.visit, &[("turn", "1")]).await;
        assert_eq!((status, told["version"].as_i64()), (200, Some(0)), "nothing is written");
        let first = [("history", "Since Monday"), ("turn", "2")];
        let (status, told) = saves_by_itself(&doctor, &page, here.visit, &first).await;
        assert_eq!((status, told["version"].as_i64(), told["words"].as_str()), (200, Some(1), Some("Saved 09:00")));
        // The answer was lost: the same again, then more from the same page, which knows no version yet.
        let (_, told) = saves_by_itself(&doctor, &page, here.visit, &first).await;
        assert_eq!(told["version"].as_i64(), Some(1));
        let more = [("history", "Since Monday night"), ("turn", "3")];
        let (_, told) = saves_by_itself(&doctor, &page, here.visit, &more).await;
        assert_eq!(told["version"].as_i64(), Some(2));
        // An older saving that comes late changes nothing.
        saves_by_itself(&doctor, &page, here.visit, &first).await;
        let kept: String = sql("select history from note").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "Since Monday night");
        assert_eq!(clinic.count("select count(*) from operation where route like '%draft'").await, 0);
    }

    async fn two_windows_of_one_doctor_never_overwrite_each_other_unseen(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "save", &[("complaint", "Fever")]).await.expect(303);
        let old = doctor.get(&paths::consultation::consult(here.visit)).await;
        press(&doctor, here.visit, "save", &[("complaint", "Fever and cough")]).await.expect(303);
        let (status, told) = saves_by_itself(&doctor, &old, here.visit, &[("complaint", "Headache"), ("turn", "1")]).await;
        assert_eq!((status, told["saved"].as_bool()), (409, Some(false)));
        assert!(told["more"].as_str().unwrap().contains("another window"), "{told}");
        let refused = press_on(&doctor, &old, "save", &[("complaint", "Headache")]).await;
        refused.expect(409);
        assert!(refused.text("#conflict").contains("Fever and cough"), "{}", refused.body);
        assert_eq!(refused.text("#complaint"), "Headache", "the own text is kept");
        let kept: String = sql("select complaint from note").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "Fever and cough");
        press_on(&doctor, &refused, "save", &[]).await.expect(303);
        let kept: String = sql("select complaint from note").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "Headache", "saved again it is a decision");
    }

    async fn the_students_own_words_begin_the_complaint_and_are_no_note_by_themselves(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        let booking = clinic.booking(ada, id, 0).await;
        sql("update appointment set complaint = 'My throat hurts' where id = $1")
            .bind(booking)
            .run(&clinic.app.db)
            .await
            .unwrap();
        let point = clinic.point("Consulting", "consulting").await;
        let here = clinic.arrived(ada).await;
        clinic.moves_to_doctor(&here, id).await;
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!(page.text("#complaint"), "My throat hurts");
        assert!(page.text(".told").contains("Written when booking"), "{}", page.text(".told"));
        press_on(&doctor, &page, "save", &[]).await.expect(303);
        let refused = press(&doctor, here.visit, "sign", &[]).await;
        assert_eq!(refused.expect(422).errors(), ["Write what you found, then sign the note"]);
        assert_eq!(clinic.count("select count(*) from note").await, 0);
        press(&doctor, here.visit, "sign", &[("examination", "Red tonsils")]).await.expect(303);
        let kept: String = sql("select complaint from note").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(kept, "My throat hurts");
        let _ = point;
    }

    async fn a_template_fills_only_what_is_empty_and_its_gaps_cannot_be_signed(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let new = [("op", "a-template-of-the-doctor"), ("name", "Sore throat"), ("complaint", "Sore throat"), ("plan", "Paracetamol ___ times")];
        doctor.post(paths::consultation::TEMPLATES, &new).await.expect(303);
        let again = [("op", "a-template-of-the-doctor2"), ("name", "Sore throat"), ("plan", "Rest")];
        doctor.post(paths::consultation::TEMPLATES, &again).await.expect(422);
        let template = clinic.count("select id from note_template where name = 'Sore throat'").await.to_string();
        press(&doctor, here.visit, "template", &[("complaint", "Hoarse"), ("template", &template)]).await.expect(303);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert_eq!((page.text("#complaint"), page.text("#plan")), ("Hoarse".into(), "Paracetamol ___ times".into()));
        let refused = press_on(&doctor, &page, "sign", &[]).await;
        assert!(refused.expect(422).errors()[0].contains("___"));
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        assert!(!other.get(paths::consultation::TEMPLATES).await.body.contains("Sore throat</"), "it is one's own");
        other.get(&format!("{}/{template}", paths::consultation::TEMPLATES)).await.expect(404);
    }

    async fn a_visit_that_ended_takes_a_late_note_with_both_times(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        clinic.wait_minutes(8);
        sql("update visit set closed_at = $1, close_reason = 'left'").bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(6);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        page.expect(200);
        assert_eq!(page.attribute("#seen_at", "value").as_deref(), Some("09:00"));
        let refused = press_on(&doctor, &page, "sign", &[("complaint", "Fever"), ("seen_at", "09:12")]).await;
        assert!(refused.expect(409).errors()[0].contains("while the patient was in the clinic"), "{}", refused.body);
        press_on(&doctor, &page, "sign", &[("complaint", "Fever"), ("seen_at", "09:05")]).await.expect(303);
        let note = clinic.note_in(here.visit, "signed").await;
        let page = doctor.get(&paths::consultation::note(note)).await;
        assert!(page.text(".note .by").contains("2026-11-09 09:05, written 2026-11-09 09:14"), "{}", page.text(".note .by"));
    }
}
