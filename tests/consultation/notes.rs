//! Signing, adding, errors that stay readable (rule V3, experience C7).

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::Clinic;
use crate::support::consultation::{press, press_on};

async fn refuses(clinic: &Clinic, text: &'static str, constraint: &str) {
    let error = sql(text).run(&clinic.app.db).await.unwrap_err();
    assert!(error.violates(constraint), "{text}: {error}");
}

both! {
    async fn a_signed_note_stays_as_it_is_with_name_and_time(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        let empty = press(&doctor, here.visit, "sign", &[]).await;
        assert_eq!(empty.expect(422).errors(), ["Write what you found, then sign the note"]);
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        let fields = [("complaint", "Fever"), ("assessment", "Malaria")];
        let first = press_on(&doctor, &page, "sign", &fields).await;
        let twice = press_on(&doctor, &page, "sign", &fields).await;
        assert_eq!((first.status, first.leads_to()), (303, twice.leads_to()), "a double press is one signature");
        let page = doctor.get(&paths::consultation::consult(here.visit)).await;
        assert!(page.text("#signed").contains("Dr Nwosu, 2026-11-09 09:00"), "{}", page.text("#signed"));
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'note.signed'").await, 1);
        for text in [
            "update note set complaint = 'Cough'",
            "update note set signed_at = started_at, saved_at = '2026-11-09T00:00:00.000000Z'",
            "update note set author_name = 'Dr Who'",
        ] {
            refuses(&clinic, text, "note_kept").await;
        }
        refuses(&clinic, "delete from note", "note_no_delete").await;
    }

    async fn no_note_goes_where_rule_v3_does_not_let_it(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "save", &[("complaint", "Fever")]).await.expect(303);
        refuses(&clinic, "update note set state = 'entered_in_error', signed_at = saved_at, ended_at = saved_at, ended_by = author_id, ended_reason = 'wrong'", "note_state").await;
        refuses(&clinic, "update note set state = 'signed'", "note_signed").await;
        refuses(&clinic, "update note set state = 'signed', signed_at = saved_at, complaint = ' '", "note_written").await;
        refuses(&clinic, "update note set amends_id = id", "note_amends").await;
        refuses(&clinic, "update note set clinical_at = '2020-01-01T00:00:00.000000Z'", "note_visit_time").await;
        press(&doctor, here.visit, "sign", &[]).await.expect(303);
        refuses(&clinic, "update note set state = 'draft', signed_at = null", "note_state").await;
        refuses(&clinic, "update note set state = 'discarded', ended_at = saved_at, ended_by = author_id", "note_state").await;
        refuses(&clinic, "update note set state = 'entered_in_error', ended_at = saved_at, ended_by = author_id, ended_reason = ''", "note_error").await;
    }

    async fn an_addendum_stands_below_with_its_reason_and_both_stay(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "sign", &[("complaint", "Fever")]).await.expect(303);
        let note = clinic.note_in(here.visit, "signed").await;
        let form = doctor.get(&paths::consultation::addendum(note)).await;
        let refused = doctor.submit(&form, "#addendum", &[("history", "Asthma")]).await;
        assert_eq!(refused.expect(422).errors(), ["Enter why you add to the note"]);
        assert_eq!(refused.text("#history"), "Asthma");
        let page = doctor.submitted(&form, "#addendum", &[("history", "Asthma"), ("reason", "The mother called")]).await;
        assert!(page.text(&format!("#note-{note}")).contains("Fever"));
        let added = page.text("#additions .note");
        assert!(added.contains("Added because: The mother called") && added.contains("Asthma"), "{added}");
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 2);
        assert_eq!(clinic.count("select count(*) from note where kind = 'addendum' and amends_id is not null").await, 1);
    }

    async fn an_error_is_struck_through_and_stays_readable_with_who_when_and_why(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "sign", &[("complaint", "Fever")]).await.expect(303);
        let note = clinic.note_in(here.visit, "signed").await;
        let form = doctor.get(&paths::consultation::error(note)).await;
        doctor.submit(&form, "#error", &[]).await.expect(422);
        let page = doctor.submitted(&form, "#error", &[("reason", "Another patient")]).await;
        let shown = page.text(&format!("#note-{note}[data-state=error]"));
        for part in ["Entered in error", "Dr Nwosu", "Another patient", "Fever"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let again = doctor.post(&paths::consultation::error(note), &[("op", "once-more-in-error"), ("reason", "Twice")]).await;
        again.expect(409);
        doctor.get(&paths::consultation::addendum(note)).await.expect(303);
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        assert!(other.get(&paths::consultation::note(note)).await.body.contains("Fever"));
    }

    async fn a_draft_is_discarded_after_asking_once_and_never_comes_back(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "save", &[("complaint", "Fever")]).await.expect(303);
        let asked = press(&doctor, here.visit, "discard", &[]).await;
        let draft = clinic.note_in(here.visit, "draft").await;
        assert_eq!(asked.leads_to(), Some(paths::consultation::discard(draft)));
        let page = doctor.follow(asked).await;
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        other.get(&paths::consultation::discard(draft)).await.expect(404);
        other.post(&paths::consultation::discard(draft), &[("op", "somebody-elses-draft")]).await.expect(404);
        let page = doctor.submitted(&page, "#discard", &[]).await;
        assert_eq!((page.text("#complaint"), page.text("[role=status].notice p")), (String::new(), "Draft discarded".into()));
        assert_eq!(clinic.count("select count(*) from note where state = 'discarded'").await, 1);
        press(&doctor, here.visit, "save", &[("complaint", "Cough")]).await.expect(303);
    }

    async fn a_draft_that_was_signed_in_another_window_is_not_discarded(clinic) {
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let here = clinic.sits_with(id, "Ada Obi").await;
        press(&doctor, here.visit, "save", &[("complaint", "Fever")]).await.expect(303);
        let asked = press(&doctor, here.visit, "discard", &[]).await;
        let page = doctor.follow(asked).await;
        press(&doctor, here.visit, "sign", &[]).await.expect(303);
        let refused = doctor.submit(&page, "#discard", &[]).await;
        assert!(refused.expect(409).body.contains("This draft is no longer there"), "{}", refused.body);
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 1);
    }
}
