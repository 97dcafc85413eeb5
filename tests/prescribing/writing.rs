//! Prescribing on the consultation page.

use infirmary::db::sql;
use infirmary::prescribing::model::LineState;
use infirmary::web::paths;

use crate::support::{AMOXICILLIN, COURSE, IBUPROFEN, PARACETAMOL};

both! {
    async fn p1_the_quantity_is_computed_and_stands_there_before_signing(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let page = room.page().await;
        let line = page.text("#rx .rx-lines > li .rx-head p");
        assert!(line.contains("Take 1 capsule by mouth 3 times daily for 5 days."), "{line}");
        assert!(line.contains("15 capsules"), "{line}");
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Draft);
        room.signs(&[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Open);
    }

    async fn p1_empty_fields_take_the_usual_values_and_a_bottle_is_not_divided(clinic) {
        let room = clinic.prescribing_room().await;
        room.press("rx.add", &[("rx_medicine", "guaifenesin 100 mg/5 mL syrup")]).await.expect(303);
        // 10 mL three times daily for 5 days are 150 mL: two bottles of 100 mL.
        assert_eq!(clinic.rx_lines(room.visit).await[0].2, 200);
        assert!(room.page().await.body.contains("200 mL (2 bottles of 100 mL)"));
    }

    async fn p1_as_needed_wants_an_explicit_quantity(clinic) {
        let room = clinic.prescribing_room().await;
        let fields = [("rx_medicine", PARACETAMOL), ("rx_dose", "2"), ("rx_times", "prn")];
        let seen = room.press("rx.add", &fields).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("how many tablets"), "{:?}", seen.errors());
        // What was typed is still there, and the control goes through.
        assert_eq!(seen.attribute("#rx_medicine", "value").as_deref(), Some(PARACETAMOL));
        let told = [fields.as_slice(), &[("rx_quantity", "20"), ("rx_max", "4")]].concat();
        room.press_on(&seen, "rx.add", &told).await.expect(303);
        assert!(room.page().await.body.contains("as needed, at most 4 times in a day"));
    }

    async fn w16_absurd_doses_are_refused_at_their_fields_and_nothing_is_kept(clinic) {
        let room = clinic.prescribing_room().await;
        for (dose, days) in [("-1", "5"), ("abc", "5"), ("1e9", "5"), ("1", "0"), ("1", "9999"), ("1000", "365")] {
            let fields = [("rx_medicine", AMOXICILLIN), ("rx_dose", dose), ("rx_times", "3"), ("rx_days", days)];
            room.press("rx.add", &fields).await.expect(422);
        }
        assert_eq!(clinic.rx_lines(room.visit).await, []);
    }

    async fn a_unit_behind_a_number_is_the_lines_own_or_refused_with_what_to_enter(clinic) {
        let room = clinic.prescribing_room().await;
        let suspension = "amoxicillin 250 mg/5 mL suspension";
        for (medicine, dose, days, words) in [
            (IBUPROFEN, "400mg", "5", "400mg is 1 tablet of this strength: enter 1"),
            ("diazepam 5 mg tablet", "5 mg", "5", "5 mg is 1 tablet of this strength: enter 1"),
            (suspension, "25 mg", "5", "25 mg is 0.5 mL of this strength: enter 0.5"),
            (AMOXICILLIN, "250 mg", "5", "Enter the dose in capsules, for example 1"),
            (AMOXICILLIN, "1 tablet", "5", "Enter the dose in capsules, for example 1"),
            (AMOXICILLIN, "0.3", "5", "A capsule is not divided. Enter whole capsules"),
            (PARACETAMOL, "1/4", "5", "A tablet is taken whole or in halves. Enter for example 1 or 0.5"),
            (AMOXICILLIN, "1", "1 month", "Months differ in length. Enter days or weeks, for example 28 or 4 weeks"),
        ] {
            let fields = [("rx_medicine", medicine), ("rx_dose", dose), ("rx_times", "3"), ("rx_days", days)];
            let seen = room.press("rx.add", &fields).await;
            assert_eq!(seen.expect(422).errors(), [words]);
            assert_eq!(seen.attribute("#rx_dose", "value").as_deref(), Some(dose), "what was typed stays");
        }
        assert_eq!(clinic.rx_lines(room.visit).await, []);
        let own = [("rx_medicine", AMOXICILLIN), ("rx_dose", "2 capsules"), ("rx_times", "3"), ("rx_days", "2 weeks")];
        room.press("rx.add", &own).await.expect(303);
        let words = room.page().await.text("#rx .rx-head p");
        assert!(words.contains("Take 2 capsules by mouth 3 times daily for 14 days."), "{words}");
        // As needed, only whole bottles can be asked for.
        let syrup = [("rx_medicine", "paracetamol 120 mg/5 mL syrup"), ("rx_dose", "10 mL"), ("rx_times", "prn"), ("rx_max", "4")];
        for quantity in ["2 bottles", "2", "50"] {
            let seen = room.press("rx.add", &[syrup.as_slice(), &[("rx_quantity", quantity)]].concat()).await;
            let words = "Only whole ones leave the pharmacy: 1 bottle of 60 mL. Enter the mL, 60 or a multiple of it";
            assert_eq!(seen.expect(422).errors(), [words], "{quantity}");
        }
        room.press("rx.add", &[syrup.as_slice(), &[("rx_quantity", "120 mL")]].concat()).await.expect(303);
        assert!(room.page().await.body.contains("120 mL (2 bottles of 60 mL)"));
        // A draft is changed by the same rules, and the table has the last word.
        let line = clinic.rx_lines(room.visit).await[0].0;
        let dose = format!("rx_dose_{line}");
        room.press(&format!("rx.edit.{line}"), &[(&dose, "500 mg")]).await.expect(422);
        assert_eq!(clinic.rx_lines(room.visit).await[0].2, 84);
        let halved = sql("update prescription_line set quantity = 50 where unit = 'mL'").run(&clinic.app.db).await;
        assert!(halved.unwrap_err().violates("prescription_line_whole"));
    }

    async fn what_is_written_again_comes_in_the_packs_of_today(clinic) {
        let room = clinic.prescribing_room().await;
        let syrup = [("rx_medicine", "paracetamol 120 mg/5 mL syrup"), ("rx_dose", "10"), ("rx_times", "prn"), ("rx_max", "4")];
        room.press("rx.add", &[syrup.as_slice(), &[("rx_quantity", "60")]].concat()).await.expect(303);
        let line = clinic.rx_lines(room.visit).await[0].0;
        room.press(&format!("rx.favourite.{line}"), &[]).await.expect(303);
        sql("update medicine set step = 100 where code = 'paracetamol-120mg-per-5ml-syrup'").run(&clinic.app.db).await.unwrap();
        let favourite = clinic.count("select id from prescribing_favourite").await;
        room.press(&format!("rx.use.{favourite}"), &[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await[1].2, 100);
    }

    async fn several_medicines_in_one_go_changed_and_taken_out_again(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        room.adds(PARACETAMOL).await;
        room.adds("loratadine 10 mg tablet").await;
        let lines = clinic.rx_lines(room.visit).await;
        assert_eq!(lines.len(), 3);
        room.press(&format!("rx.remove.{}", lines[2].0), &[]).await.expect(303);
        let days = format!("rx_days_{}", lines[0].0);
        room.press(&format!("rx.edit.{}", lines[0].0), &[(&days, "7")]).await.expect(303);
        let now: Vec<i64> = clinic.rx_lines(room.visit).await.iter().map(|line| line.2).collect();
        assert_eq!(now, [21, 15]);
        room.signs(&[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from prescription where state = 'signed'").await, 1);
    }

    async fn a_name_that_fits_several_is_chosen_and_one_that_fits_none_says_so(clinic) {
        let room = clinic.prescribing_room().await;
        let seen = room.press("rx.add", &[[("rx_medicine", "amoxicillin")].as_slice(), &COURSE].concat()).await;
        seen.expect(422);
        assert!(seen.texts("#rx-choices label").len() > 1);
        let id = clinic.count("select id from medicine where code = 'amoxicillin-500mg-capsule'").await.to_string();
        room.press_on(&seen, "rx.add", &[("rx_choice", &id)]).await.expect(303);
        let none = room.press("rx.add", &[("rx_medicine", "unobtainium")]).await;
        none.expect(422);
        assert!(none.errors()[0].contains("No medicine is called"), "{:?}", none.errors());
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 1);
    }

    async fn words_in_any_order_and_brands_find_a_medicine(clinic) {
        let room = clinic.prescribing_room().await;
        for typed in ["500 capsule amoxicillin", "panadol 500", "CAPS amox 500"] {
            let seen = room.press("rx.add", &[[("rx_medicine", typed)].as_slice(), &COURSE].concat()).await;
            assert!(seen.status == 303 || seen.has("#rx-choices"), "{typed}: {}", seen.status);
        }
    }

    async fn what_is_typed_but_not_added_stops_signing(clinic) {
        let room = clinic.prescribing_room().await;
        let seen = room.signs(&[("rx_medicine", AMOXICILLIN)]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("not added"), "{:?}", seen.errors());
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 0);
        room.signs(&[]).await.expect(303);
    }

    async fn a_change_that_is_typed_but_not_saved_stops_signing(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let days = format!("rx_days_{}", clinic.rx_lines(room.visit).await[0].0);
        let seen = room.signs(&[(&days, "10")]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("not saved"), "{:?}", seen.errors());
    }

    async fn a_double_press_adds_one_line_and_signs_once(clinic) {
        let room = clinic.prescribing_room().await;
        let page = room.page().await;
        let fields = [[("rx_medicine", AMOXICILLIN)].as_slice(), &COURSE].concat();
        let (one, other) = futures::join!(
            room.press_on(&page, "rx.add", &fields),
            room.press_on(&page, "rx.add", &fields)
        );
        assert_eq!((one.status, other.status), (303, 303));
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 1);
        let page = room.page().await;
        let note = [("complaint", "Fever")];
        let (one, other) =
            futures::join!(room.press_on(&page, "sign", &note), room.press_on(&page, "sign", &note));
        assert_eq!((one.status, other.status), (303, 303));
        assert_eq!(clinic.count("select count(*) from prescription where state = 'signed'").await, 1);
        assert_eq!(clinic.count("select count(*) from prescription_event where move = 'sign'").await, 1);
    }

    async fn in_two_windows_a_prescription_is_signed_once(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let (one, other) = (room.page().await, room.page().await);
        let note = [("complaint", "Fever")];
        let (a, b) = futures::join!(room.press_on(&one, "sign", &note), room.press_on(&other, "sign", &note));
        let signed = [a.status, b.status].iter().filter(|status| **status == 303).count();
        assert!(signed >= 1, "{} {}", a.status, b.status);
        assert_eq!(clinic.count("select count(*) from prescription where state = 'signed'").await, 1);
        assert_eq!(clinic.count("select count(*) from prescription_line where state = 'open'").await, 1);
    }

    async fn what_another_window_added_is_not_signed_unseen(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let old = room.page().await;
        room.adds(PARACETAMOL).await;
        let seen = room.press_on(&old, "sign", &[("complaint", "Fever")]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("another window"), "{:?}", seen.errors());
        assert!(seen.text("#rx .rx-lines").contains("paracetamol"));
        room.press_on(&seen, "sign", &[("complaint", "Fever")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from prescription_line where state = 'open'").await, 2);
    }

    async fn a_late_note_signs_no_prescription_that_its_page_does_not_show(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let before = room.page().await;
        let (_, pairs) = before.form("#consultation", &[("complaint", "Fever"), ("step", "sign"), ("seen_at", "09:00")]);
        let kept = pairs.iter().filter(|(name, _)| !name.starts_with("rx_"));
        let pairs: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sql("insert into record_opening (patient_id, account_id, kind, reason, words, opened_at, expires_at)
             values ($1, $2, 'reason', 'contact', 'She rang', $3, $4)")
            .bind(room.patient)
            .bind(room.doctor)
            .bind(clinic.app.clock.now())
            .bind(clinic.app.clock.now() + chrono::TimeDelta::minutes(30))
            .run(&clinic.app.db)
            .await
            .unwrap();
        // The draft that the prescription opened is set aside by whoever ends the visit.
        sql("update note set set_aside_at = saved_at, set_aside_by = author_id, set_aside_name = 'Dr Bello'").run(&clinic.app.db).await.unwrap();
        clinic.ends(room.visit).await;
        room.desk.post(&paths::consultation::consult(room.visit), &pairs).await.expect(303);
        assert_eq!(clinic.count("select count(*) from note where state = 'signed'").await, 1);
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Draft);
    }

    async fn a_draft_is_its_authors_alone_and_goes_with_the_draft_of_the_note(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let (_, other) = clinic.doctor_named("Bello").await;
        let seen = other.get(&paths::consultation::consult(room.visit)).await;
        seen.expect(200);
        assert!(!seen.body.contains("amoxicillin 500 mg capsule</strong>"), "a draft of somebody else");
        let draft = clinic.count("select id from prescription").await;
        room.desk.get(&format!("/prescriptions/{draft}")).await.expect(404);
        let line = clinic.rx_lines(room.visit).await[0].0;
        let foreign = other.get(&paths::consultation::consult(room.visit)).await;
        let pressed = [("step", format!("rx.favourite.{line}"))];
        let pressed: Vec<(&str, &str)> = pressed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        other.submit(&foreign, "#consultation", &pressed).await.expect(404);
        let removed = [("step", format!("rx.remove.{line}"))];
        let removed: Vec<(&str, &str)> = removed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        other.submit(&foreign, "#consultation", &removed).await;
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 1, "somebody else took it out");
        room.press("save", &[("complaint", "Fever")]).await.expect(303);
        let note = clinic.count("select id from note where state = 'draft'").await;
        let page = room.desk.get(&format!("/notes/{note}/discard")).await;
        room.desk.submit(page.expect(200), "main form", &[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await, []);
    }

    async fn co11_a_line_becomes_a_favourite_and_is_added_by_one_press(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let line = clinic.rx_lines(room.visit).await[0].0;
        for _ in 0..2 {
            room.press(&format!("rx.favourite.{line}"), &[]).await.expect(303);
        }
        let id = clinic.count("select id from prescribing_favourite").await;
        room.press(&format!("rx.remove.{line}"), &[]).await.expect(303);
        room.press(&format!("rx.use.{id}"), &[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await[0].2, 15);
        room.press(&format!("rx.forget.{id}"), &[]).await.expect(303);
        room.press(&format!("rx.use.{id}"), &[]).await.expect(404);
    }

    async fn co11_an_order_set_adds_its_medicines_and_proposes_its_tests(clinic) {
        let room = clinic.prescribing_room().await;
        infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
        room.press("rx.set.malaria_adult", &[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 2);
        let page = room.page().await;
        let link = page.links("#rx .notice a").into_iter().find(|link| link.contains("tick=")).unwrap();
        assert_eq!(clinic.count("select count(*) from lab_order").await, 0, "only the doctor orders");
        let order = room.desk.get(&link).await;
        assert_eq!(order.texts("input[name=test][checked]").len(), 2);
        room.desk.submit(&order, "#order", &[]).await.expect(303);
        let order = room.desk.get(&link).await;
        assert!(!order.has("input[name=test][checked]"), "what is ordered already is not proposed");
        room.press("rx.set.unheard_of", &[]).await.expect(404);
    }

    async fn an_earlier_prescription_is_repeated_line_by_line_or_as_a_whole(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        room.adds(PARACETAMOL).await;
        room.signs(&[]).await.expect(303);
        let prescription = clinic.signed_in_visit(room.visit).await;
        clinic.wait_minutes(60 * 24 * 30);
        clinic.sign_in(&room.desk, "okoro").await;
        room.press(&format!("rx.repeat.{prescription}"), &[]).await.expect(303);
        let drafts = clinic.rx_lines(room.visit).await;
        assert_eq!(drafts.iter().filter(|line| line.1 == LineState::Draft).count(), 2);
        room.press(&format!("rx.again.{}", drafts[0].0), &[]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 5);
        // Of another patient there is nothing to repeat.
        let (_, visit) = clinic.is_examined("Bisi Ojo", room.doctor).await;
        let other = crate::support::Room { visit, ..room };
        other.press(&format!("rx.repeat.{prescription}"), &[]).await.expect(404);
    }

    async fn v2_a_visit_with_an_unsigned_prescription_is_not_finished(clinic) {
        let room = clinic.prescribing_room().await;
        room.adds(AMOXICILLIN).await;
        let page = room.page().await;
        let (_, pairs) = page.form("#consultation", &[("outcome", "home"), ("next", "home")]);
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let seen = room.desk.post(&paths::consultation::completion(room.visit), &pairs).await;
        seen.expect(422);
        assert!(seen.errors().iter().any(|error| error.contains("is not signed")), "{:?}", seen.errors());
    }

    async fn nurses_write_notes_and_do_not_prescribe(clinic) {
        let room = clinic.prescribing_room().await;
        let nurse = clinic.nurse().await;
        let page = nurse.get(&paths::consultation::consult(room.visit)).await;
        assert!(!page.expect(200).has("#rx"));
        let fields = [("step", "rx.add"), ("rx_medicine", AMOXICILLIN)];
        nurse.submit(&page, "#consultation", &fields).await.expect(409);
        assert_eq!(clinic.rx_lines(room.visit).await, []);
    }

    async fn nonsense_in_a_step_finds_nothing(clinic) {
        let room = clinic.prescribing_room().await;
        for step in ["rx.remove.x", "rx.edit.999999", "rx.use.-1", "rx.again.0", "rx.nothing", "rx.repeat."] {
            let seen = room.press(step, &[]).await;
            assert!([404, 409].contains(&seen.status), "{step}: {}", seen.status);
        }
    }
}
