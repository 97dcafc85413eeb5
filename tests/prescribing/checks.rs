//! The checks before signing (rule P2), each with its control.

use infirmary::db::sql;
use infirmary::prescribing::model::LineState;

use crate::support::{AMOXICILLIN, COURSE, IBUPROFEN, PARACETAMOL};

both! {
    async fn p2_a_recorded_allergy_stops_signing_until_there_is_a_reason_that_the_pharmacist_sees(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.is_allergic(room.patient, "class", "penicillin", "moderate").await;
        room.adds(AMOXICILLIN).await;
        let line = clinic.rx_lines(room.visit).await[0].0;
        let page = room.page().await;
        assert!(page.text("#rx .rx-warning").contains("Recorded allergy"));
        let seen = room.signs(&[]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("reason"), "{:?}", seen.errors());
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 0);
        let field = format!("rx_reason_{line}");
        room.signs(&[(&field, "no")]).await.expect(422);
        room.signs(&[(&field, "Tolerated it in March, test dose given")]).await.expect(303);
        let prescription = clinic.signed_in_visit(room.visit).await;
        let pharmacy = clinic.pharmacist().await;
        let shown = pharmacy.get(&format!("/prescriptions/{prescription}")).await;
        let reason = shown.expect(200).text(".rx-reason");
        assert!(reason.contains("Tolerated it in March, test dose given") && reason.contains("Okoro"), "{reason}");
        assert!(shown.body.contains("penicillin") && !shown.body.contains("Fever for three days"));
        // Kept as it was, for good.
        let changed = sql("update prescription_warning set reason = 'x' where id > 0").run(&clinic.app.db).await;
        assert!(changed.is_err());
    }

    async fn an_allergy_typed_as_the_list_calls_it_is_checked_like_one_that_was_chosen(clinic) {
        clinic.allergens().await;
        let room = clinic.prescribing_room().await;
        let records = async |substance: &str, kind: &str| {
            let page = room.desk.get(&format!("/patients/{}/allergies/new", room.patient)).await;
            let typed = [("substance", substance), ("kind", kind), ("severity", "severe"), ("certainty", "told")];
            room.desk.submit(&page, "#allergy", &typed).await.expect(303);
            clinic.count("select max(id) from allergy").await
        };
        let last = "select kind, code, substance from allergy order by id desc limit 1";
        records(" amoxiCILLIN ", "medicine").await;
        let stored: (String, String, String) = sql(last).one(&clinic.app.db).await.unwrap();
        assert_eq!((stored.0.as_str(), stored.1.as_str(), stored.2.as_str()), ("medicine", "amoxicillin", "Amoxicillin"));
        room.adds(AMOXICILLIN).await;
        assert!(room.page().await.text("#rx .rx-warning").contains("Recorded allergy"));
        // What was misspelt and is put right is known from then on, too; what the list does not know stays as it was typed.
        let misspelt = records("Ibuprofin", "medicine").await;
        let form = room.desk.get(&format!("/allergies/{misspelt}")).await;
        room.desk.submit(&form, "#allergy", &[("substance", "Ibuprofen")]).await.expect(303);
        let stored: (String, String, String) = sql(last).one(&clinic.app.db).await.unwrap();
        assert_eq!(stored.1, "ibuprofen");
        records("Wild honey", "food").await;
        let stored: (String, String, String) = sql(last).one(&clinic.app.db).await.unwrap();
        assert_eq!((stored.1.as_str(), stored.2.as_str()), ("", "Wild honey"));
    }

    async fn more_than_the_usual_dose_is_told_and_far_more_needs_a_reason(clinic) {
        let room = clinic.prescribing_room().await;
        let twice = [("rx_medicine", AMOXICILLIN), ("rx_dose", "2"), ("rx_times", "3"), ("rx_days", "5")];
        room.press("rx.add", &twice).await.expect(303);
        let page = room.page().await;
        assert_eq!(page.attribute("#rx .rx-warning", "data-kind").as_deref(), Some("wait"));
        let words = page.text("#rx .rx-warning");
        assert!(words.contains("Up to 6 capsules a day. The usual dose is 3 capsules a day at most"), "{words}");
        let far = [("rx_medicine", PARACETAMOL), ("rx_dose", "20"), ("rx_times", "6"), ("rx_days", "10")];
        room.press("rx.add", &far).await.expect(303);
        let words = room.page().await.texts("#rx .rx-warning").join(" ");
        assert!(words.contains("No more than 4000 mg of paracetamol is taken in a day"), "{words}");
        assert!(room.signs(&[]).await.expect(422).errors()[0].contains("give the reason"));
        let line = clinic.rx_lines(room.visit).await[1].0;
        room.press(&format!("rx.edit.{line}"), &[(&format!("rx_dose_{line}"), "2"), (&format!("rx_times_{line}"), "4")]).await.expect(303);
        assert_eq!(room.page().await.texts("#rx .rx-warning").len(), 1, "4 g are usual at most");
        room.signs(&[]).await.expect(303);
        let page = room.page().await;
        assert!(page.text("#rx-title").contains("Nothing new"), "what was signed stands above");
    }

    async fn c4_what_is_overridden_and_what_is_heeded_is_counted(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.is_allergic(room.patient, "class", "penicillin", "moderate").await;
        let pharmacy = clinic.pharmacist().await;
        let list = pharmacy.get("/medicines").await.links(".page-head a");
        let page = pharmacy.get(list.iter().find(|link| link.ends_with("warnings")).unwrap()).await;
        assert!(page.expect(200).text(".empty").contains("No warning was shown"));
        // Taken out twice, but only once while it stood: the other press comes too late.
        room.adds(AMOXICILLIN).await;
        let (page, line) = (room.page().await, clinic.rx_lines(room.visit).await[0].0);
        room.press_on(&page, &format!("rx.remove.{line}"), &[]).await.expect(303);
        room.press_on(&page, &format!("rx.remove.{line}"), &[]).await;
        room.adds(PARACETAMOL).await;
        let (page, line) = (room.page().await, clinic.rx_lines(room.visit).await[0].0);
        room.press_on(&page, &format!("rx.remove.{line}"), &[]).await.expect(303);
        room.adds(AMOXICILLIN).await;
        let (page, line) = (room.page().await, clinic.rx_lines(room.visit).await[0].0);
        let seen = page.attribute(&format!("[name=rx_seen_{line}]"), "value").unwrap();
        let field = format!("rx_reason_{line}");
        room.signs(&[(&field, "Tolerated it in March, test dose given")]).await.expect(303);
        // What is signed is not taken out any more, whatever a form says.
        room.press(&format!("rx.remove.{line}"), &[(&format!("rx_seen_{line}"), &seen)]).await;
        let page = pharmacy.get("/medicines/warnings").await;
        assert_eq!(page.expect(200).texts("#kinds tbody tr"), ["Recorded allergy1 of 2 (50 %)10"]);
        assert_eq!(page.texts("#medicines tbody tr"), ["amoxicillinRecorded allergy1 of 2 (50 %)1"]);
        clinic.doctor().await.get("/medicines/warnings").await.expect(403);
        clinic.wait_minutes(91 * 24 * 60);
        clinic.sign_in(&pharmacy, "pharmacist").await;
        assert!(pharmacy.get("/medicines/warnings").await.expect(200).has(".empty"), "three months are counted");
    }

    async fn p2_an_allergy_added_between_writing_and_signing_stops_it(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let page = room.page().await;
        assert!(!page.has("#rx .rx-warning"));
        clinic.is_allergic(room.patient, "medicine", "amoxicillin", "mild").await;
        let seen = room.press_on(&page, "sign", &[("complaint", "Fever")]).await;
        seen.expect(422);
        assert!(seen.has("#rx .rx-warning"), "the new warning is shown");
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Draft);
    }

    async fn p2_a_reason_given_for_one_warning_does_not_cover_a_new_one(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.is_allergic(room.patient, "medicine", "ibuprofen", "mild").await;
        room.adds(IBUPROFEN).await;
        let page = room.page().await;
        let field = format!("rx_reason_{}", clinic.rx_lines(room.visit).await[0].0);
        let typed = [("complaint", "Pain"), (field.as_str(), "Only a stomach ache once")];
        sql("insert into health_entry (patient_id, kind, words, state, recorded_name, recorded_at)
             values ($1, 'pregnancy', 'Pregnant', 'active', 'a nurse', $2)")
            .bind(room.patient)
            .bind(clinic.app.clock.now())
            .run(&clinic.app.db)
            .await
            .unwrap();
        let seen = room.press_on(&page, "sign", &typed).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("new warning"), "{:?}", seen.errors());
        room.press_on(&seen, "sign", &typed).await.expect(303);
        assert_eq!(clinic.count("select count(*) from prescription_warning where tier = 'stop'").await, 2);
    }

    async fn p2_a_class_that_may_cross_react_cautions_and_does_not_stop(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.is_allergic(room.patient, "class", "cephalosporin", "mild").await;
        room.adds(AMOXICILLIN).await;
        let page = room.page().await;
        assert_eq!(page.attribute("#rx .rx-warning", "data-kind").as_deref(), Some("wait"));
        room.signs(&[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from prescription_warning where tier = 'caution'").await, 1);
    }

    async fn p2_the_same_ingredient_stops_in_the_draft_and_within_seven_days(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(PARACETAMOL).await;
        room.adds(PARACETAMOL).await;
        assert!(room.page().await.texts("#rx .rx-warning").iter().any(|words| words.contains("Duplicate")));
        room.signs(&[]).await.expect(422);
        let second = clinic.rx_lines(room.visit).await[1].0;
        room.press(&format!("rx.remove.{second}"), &[]).await.expect(303);
        room.signs(&[]).await.expect(303);
        clinic.wait_minutes(60 * 24 * 6);
        clinic.sign_in(&room.desk, "okoro").await;
        room.adds(PARACETAMOL).await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Duplicate") && words.contains("9 November 2026")), "{words:?}");
        // A week after its end nobody takes it any more.
        clinic.wait_minutes(60 * 24 * 6);
        clinic.sign_in(&room.desk, "okoro").await;
        assert!(!room.page().await.has("#rx .rx-warning"));
    }

    async fn p2_an_interaction_is_found_with_what_is_still_taken(clinic) {
        let room = clinic.prescribing_room().await;
        let warfarin = clinic.count("select count(*) from medicine where ingredients = 'warfarin'").await;
        assert!(warfarin > 0);
        let label = "warfarin 5 mg tablet";
        let month = [("rx_medicine", label), ("rx_dose", "1"), ("rx_times", "1"), ("rx_days", "30")];
        let seen = room.press("rx.add", &month).await;
        if seen.status == 422 {
            // The strength that ships may be another one.
            let id = sql("select id from medicine where ingredients = 'warfarin' order by id limit 1")
                .scalar::<i64>(&clinic.app.db)
                .await
                .unwrap()
                .to_string();
            room.press("rx.add", &[month.as_slice(), &[("rx_choice", id.as_str())]].concat()).await.expect(303);
        }
        let line = clinic.rx_lines(room.visit).await[0].0;
        let reason = (format!("rx_reason_{line}"), "Known and watched");
        room.signs(&[(&reason.0, reason.1)]).await.expect(303);
        clinic.wait_minutes(60 * 24 * 14);
        clinic.sign_in(&room.desk, "okoro").await;
        room.adds(IBUPROFEN).await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Interaction") && words.contains("warfarin")), "{words:?}");
        clinic.wait_minutes(60 * 24 * 30);
        clinic.sign_in(&room.desk, "okoro").await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(!words.iter().any(|words| words.contains("warfarin")), "its course is over: {words:?}");
        assert!(room.page().await.body.contains("not complete"), "the list says itself to be incomplete");
    }

    async fn p2_what_is_taken_for_a_year_or_was_given_in_part_warns_to_the_end_of_its_course(clinic) {
        let room = clinic.prescribing_room().await;
        let year = [("rx_medicine", "warfarin 5 mg tablet"), ("rx_dose", "1"), ("rx_times", "1"), ("rx_days", "365")];
        let month = [("rx_medicine", "diazepam 5 mg tablet"), ("rx_dose", "1"), ("rx_times", "night"), ("rx_days", "30")];
        room.press("rx.add", &year).await.expect(303);
        room.press("rx.add", &month).await.expect(303);
        room.signs(&[]).await.expect(303);
        let lines = clinic.rx_lines(room.visit).await;
        clinic.gives(lines[0].0, 365).await;
        clinic.gives(lines[1].0, 10).await;
        // Of the same medicine another patient was given nothing.
        let (patient, visit) = clinic.is_examined("Bisi Ojo", room.doctor).await;
        clinic.states_no_allergy(patient).await;
        let other = crate::support::Room { doctor: room.doctor, desk: room.desk.clone(), patient, visit };
        other.press("rx.add", &month).await.expect(303);
        other.signs(&[]).await.expect(303);
        // The controlled line holds for seven days: the rest is not given any more, what was given is still taken.
        clinic.wait_minutes(60 * 24 * 8);
        clinic.sign_in(&room.desk, "okoro").await;
        for (room, warned) in [(&room, true), (&other, false)] {
            room.adds("tramadol 50 mg capsule").await;
            let words = room.page().await.texts("#rx .rx-warning");
            assert_eq!(words.iter().any(|words| words.contains("Together they can stop breathing")), warned, "{words:?}");
            let draft = clinic.rx_lines(room.visit).await.last().unwrap().0;
            room.press(&format!("rx.remove.{draft}"), &[]).await.expect(303);
        }
        clinic.wait_minutes(60 * 24 * 192);
        clinic.sign_in(&room.desk, "okoro").await;
        room.adds(IBUPROFEN).await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Interaction") && words.contains("warfarin")), "{words:?}");
        room.signs(&[]).await.expect(422);
        let line = clinic.rx_lines(room.visit).await.last().unwrap().0;
        room.signs(&[(&format!("rx_reason_{line}"), "One dose under watch")]).await.expect(303);
        let page = room.desk.get(&format!("/prescriptions/lines/{line}/change")).await;
        let asked = room.desk.submit(&page, "#change", &[("days", "3")]).await;
        let words = asked.expect(422).texts(".rx-warning");
        assert!(words.iter().any(|words| words.contains("Interaction")), "{words:?}");
    }

    async fn p2_medicines_of_one_use_and_families_that_may_cross_react_are_told_by_their_names(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds("chlorphenamine 4 mg tablet").await;
        assert!(!room.page().await.has("#rx .rx-warning"));
        room.adds("promethazine 25 mg tablet").await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Antihistamines that cause sleepiness")), "{words:?}");
        clinic.is_allergic(room.patient, "medicine", "amoxicillin", "mild").await;
        room.adds("cefalexin 500 mg capsule").await;
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("Cephalosporin antibiotics may cross-react")), "{words:?}");
    }

    async fn age_and_pregnancy_are_checked(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds("aspirin 300 mg tablet").await;
        assert_eq!(room.page().await.attribute("#rx .rx-warning", "data-kind").as_deref(), Some("info"));
        let born = clinic.app.clock.now().date_naive() - chrono::Months::new(12 * 9);
        sql("update patient set born_on = $2 where id = $1")
            .bind(room.patient)
            .bind(born)
            .run(&clinic.app.db)
            .await
            .unwrap();
        let words = room.page().await.texts("#rx .rx-warning");
        assert!(words.iter().any(|words| words.contains("From 16 years on, and this patient is 9")), "{words:?}");
        room.signs(&[]).await.expect(422);
    }

    async fn p2_an_allergy_in_free_text_forces_a_tick(clinic) {
        let room = clinic.prescribing_room().await;
        sql("update allergy_none set state = 'stated' where id < 0").run(&clinic.app.db).await.unwrap();
        clinic.is_allergic(room.patient, "class", "macrolide", "mild").await;
        clinic.allergic(room.patient, "the white tablets from the chemist").await;
        room.adds(PARACETAMOL).await;
        let page = room.page().await;
        assert!(page.text("#rx-compare").contains("the white tablets from the chemist"));
        room.signs(&[]).await.expect(422);
        let key = page.attribute("#rx_compared", "value").unwrap();
        room.signs(&[("rx_compared", &key)]).await.expect(303);
        let kept: String = sql("select compared from prescription").scalar(&clinic.app.db).await.unwrap();
        assert!(kept.contains("white tablets"), "{kept}");
        // What is written later is compared where every new line is, not passed by with a change of this one.
        let line = clinic.rx_lines(room.visit).await[0].0;
        let path = format!("/prescriptions/lines/{line}/change");
        let page = room.desk.get(&path).await;
        room.desk.submit(&page, "#change", &[("days", "4")]).await.expect(303);
        let line = clinic.rx_lines(room.visit).await[1].0;
        clinic.allergic(room.patient, "something blue at home").await;
        let page = room.desk.get(&format!("/prescriptions/lines/{line}/change")).await;
        let refused = room.desk.submit(&page, "#change", &[("days", "3")]).await;
        assert!(refused.expect(409).errors()[0].contains("something blue at home"), "{:?}", refused.errors());
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 2);
    }

    async fn allergies_that_nobody_asked_about_are_said_plainly_and_to_the_pharmacist_too(clinic) {
        let room = clinic.prescribing_room().await;
        let (patient, visit) = clinic.is_examined("Bisi Ojo", room.doctor).await;
        let room = crate::support::Room { patient, visit, ..room };
        room.adds(PARACETAMOL).await;
        assert!(room.page().await.text("#rx .notice").contains("Nobody has asked this patient about allergies"));
        room.signs(&[]).await.expect(303);
        let prescription = clinic.signed_in_visit(room.visit).await;
        let pharmacy = clinic.pharmacist().await;
        let shown = pharmacy.get(&format!("/prescriptions/{prescription}")).await;
        assert!(shown.expect(200).body.contains("Allergies not asked"));
    }

    async fn free_text_is_written_with_everything_said_and_compared_by_hand(clinic) {
        let room = clinic.prescribing_room().await;
        let name = [("rx_medicine", "agbo herbal mixture"), ("rx_free", "yes")];
        let seen = room.press("rx.add", &[name.as_slice(), &COURSE].concat()).await;
        seen.expect(422);
        assert!(seen.errors().len() >= 4, "{:?}", seen.errors());
        let said =
            [("rx_strength", "1 g/5 mL"), ("rx_form", "solution"), ("rx_route", "oral"), ("rx_unit", "mL")];
        room.press("rx.add", &[name.as_slice(), &COURSE, &said].concat()).await.expect(303);
        room.signs(&[]).await.expect(422);
        let key = room.page().await.attribute("#rx_compared", "value").unwrap();
        room.signs(&[("rx_compared", &key)]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from prescription_line where medicine_id is null").await, 1);
    }

    async fn a_medicine_that_the_pharmacy_took_back_meanwhile_is_not_signed(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        sql("update medicine set active = $1 where code = 'amoxicillin-500mg-capsule'")
            .bind(false)
            .run(&clinic.app.db)
            .await
            .unwrap();
        let seen = room.signs(&[]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("changed in the catalogue"), "{:?}", seen.errors());
    }
}
