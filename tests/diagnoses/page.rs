//! The part of the consultation page: adding, choosing, free text, certainty, the main one; drafts are their author's.

use infirmary::web::paths::consultation::consult;

both! {
    async fn a_diagnosis_is_added_by_a_code_a_name_or_one_press_and_taken_away_again(clinic) {
        let room = clinic.consulting_room().await;
        let seen = room.diagnose("B50.9").await;
        assert_eq!(seen.expect(303).leads_to().unwrap(), format!("{}#diagnosis", consult(room.visit)));
        room.diagnose("Typhoid fever").await.expect(303);
        let drafts = clinic.diagnosed(room.visit).await;
        assert_eq!(drafts[0], ("Uncomplicated falciparum malaria".into(), "suspected".into(), true, "draft".into()));
        assert_eq!((drafts[1].0.as_str(), drafts[1].2), ("Typhoid fever", false));
        let twice = room.diagnose("Typhoid fever").await;
        assert_eq!(twice.expect(422).errors(), ["This diagnosis is here already. Change it where it stands"]);
        let id = clinic.count("select min(id) from diagnosis").await;
        room.press(&format!("diagnosis.remove.{id}"), &[]).await.expect(303);
        // Another window takes the same away: it is gone, which is what it wanted.
        room.press(&format!("diagnosis.remove.{id}"), &[]).await.expect(303);
        let left = clinic.diagnosed(room.visit).await;
        assert_eq!((left.len(), left[0].2), (1, true), "the one that is left is the main one");
        let page = room.page().await;
        assert_eq!(page.texts("#diagnosis .line strong"), ["Typhoid fever"]);
    }

    async fn several_that_fit_are_offered_and_one_is_chosen_without_scripts(clinic) {
        let room = clinic.consulting_room().await;
        let asked = room.press("diagnosis.add", &[("dx_term", "malaria"), ("complaint", "Fever")]).await;
        assert_eq!(asked.expect(422).errors(), ["Several diagnoses fit. Choose one and press Add again"]);
        assert!(asked.texts("#diagnosis fieldset label").len() > 1, "{}", asked.body);
        assert_eq!((asked.attribute("#dx_term", "value").as_deref(), asked.text("#complaint").as_str()), (Some("malaria"), "Fever"));
        let severe = clinic.code_id("Severe falciparum malaria").await.to_string();
        let step = [("step", "diagnosis.add"), ("dx_choice", severe.as_str())];
        room.browser.submit(&asked, "#consultation", &step).await.expect(303);
        assert_eq!(clinic.diagnosed(room.visit).await[0].0, "Severe falciparum malaria");
        assert_eq!(room.page().await.attribute("#dx_term", "value").as_deref(), Some(""));
    }

    async fn what_no_list_has_is_kept_as_free_text_by_a_tick_and_only_then(clinic) {
        let room = clinic.consulting_room().await;
        let refused = room.diagnose("Harmattan malaise").await;
        assert_eq!(refused.expect(422).errors(), ["No diagnosis of the lists fits. Try another word, or keep it as free text"]);
        assert!(refused.has("#dx_free") && clinic.diagnosed(room.visit).await.is_empty());
        let step = [("step", "diagnosis.add"), ("dx_free", "yes"), ("dx_certainty", "confirmed")];
        room.browser.submit(&refused, "#consultation", &step).await.expect(303);
        let free = clinic.diagnosed(room.visit).await;
        assert_eq!((free[0].0.as_str(), free[0].1.as_str()), ("Harmattan malaise", "confirmed"));
        // Nobody has said that it may be read by others, so it counts as sensitive.
        assert_eq!(clinic.count("select count(*) from diagnosis where code = '' and code_id is null and sensitive").await, 1);
        room.press("diagnosis.add", &[("dx_term", " ")]).await.expect(422);
    }

    async fn certainty_onset_and_which_is_the_main_one_are_saved_with_every_button(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.diagnose("Typhoid fever").await.expect(303);
        let ids: Vec<i64> = infirmary::db::sql("select id from diagnosis order by id").scalars(&clinic.app.db).await.unwrap();
        let (certainty, onset, main) = (format!("dx_certainty_{}", ids[1]), format!("dx_onset_{}", ids[1]), ids[1].to_string());
        room.press("save", &[(&certainty, "confirmed"), (&onset, "three days"), ("dx_main", &main)]).await.expect(303);
        let drafts = clinic.diagnosed(room.visit).await;
        assert_eq!((drafts[0].2, drafts[1].2, drafts[1].1.as_str()), (false, true, "confirmed"));
        let page = room.page().await;
        assert_eq!(page.attribute(&format!("#{onset}"), "value").as_deref(), Some("three days"));
        // What is ruled out is never the main one.
        room.press("save", &[(&certainty, "ruled_out")]).await.expect(303);
        let drafts = clinic.diagnosed(room.visit).await;
        assert_eq!((drafts[0].2, drafts[1].2), (true, false));
        let nonsense = room.press("save", &[(&certainty, "perhaps"), ("dx_main", "x")]).await;
        nonsense.expect(303);
        room.press("diagnosis.remove.x", &[]).await.expect(404);
        room.press("diagnosis.pick.999999", &[]).await.expect(404);
    }

    async fn drafts_are_never_seen_by_anybody_but_their_author(clinic) {
        let room = clinic.consulting_room().await;
        room.diagnose("B50.9").await.expect(303);
        let (_, other) = clinic.doctor_named("Bello").await;
        let nurse = clinic.nurse().await;
        for browser in [&other, &nurse] {
            for path in [
                consult(room.visit),
                infirmary::web::paths::diagnoses::of_patient(room.patient),
                infirmary::web::paths::record::timeline(room.patient),
                infirmary::web::paths::record::health(room.patient),
            ] {
                let seen = browser.get(&path).await;
                assert!(!seen.body.contains("falciparum"), "{path}");
            }
        }
        let page = other.get(&consult(room.visit)).await;
        let id = clinic.count("select min(id) from diagnosis").await;
        other.submit(&page, "#consultation", &[("step", &format!("diagnosis.remove.{id}"))]).await.expect(303);
        assert_eq!(clinic.diagnosed(room.visit).await.len(), 1, "a colleague's draft stays");
        assert!(room.page().await.body.contains("falciparum"));
        // A nurse writes notes and diagnoses nothing.
        let page = nurse.get(&consult(room.visit)).await;
        assert!(!page.has("#dx_term") && !page.has("#pr_name"));
        let step = [("step", "diagnosis.add"), ("dx_term", "B50.9")];
        nurse.submit(&page, "#consultation", &step).await.expect(409);
        assert_eq!(clinic.diagnosed(room.visit).await.len(), 1);
    }

    async fn the_same_button_pressed_many_times_adds_once(clinic) {
        let room = clinic.consulting_room().await;
        let page = room.page().await;
        let step = [("step", "diagnosis.add"), ("dx_term", "B50.9")];
        let presses = (0..6).map(|_| room.browser.submit(&page, "#consultation", &step));
        for seen in futures::future::join_all(presses).await {
            seen.expect(303);
        }
        assert_eq!(clinic.diagnosed(room.visit).await.len(), 1);
    }
}
