//! Giving out: in full, in part, instead, not at all (rules P3, P4, P6, P9, M13).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::prescribing::model::LineState;

use crate::support::{AMOXICILLIN, PARACETAMOL};

both! {
    async fn everything_is_given_with_two_presses_from_the_worklist_and_leaves_label_and_slip(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        let list = counter.desk.get("/pharmacy").await;
        assert!(list.expect(200).text("#worklist tbody tr").contains("2 medicines"), "{}", list.text("#worklist"));
        assert!(list.text("#worklist tbody tr").contains("In stock") && list.queries() <= 6);
        let path = list.links("#worklist td.act a")[0].clone();
        let page = counter.desk.get(&path).await;
        let given = counter.desk.submitted(&page, "#dispense", &[]).await;
        assert!(given.body.contains("Batch AM1") && given.body.contains("Batch PA1"));
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("PA1", "Pharmacy").await), (85, 85));
        let states: Vec<LineState> = clinic.rx_lines(counter.room.visit).await.iter().map(|line| line.1).collect();
        assert_eq!(states, [LineState::Complete, LineState::Complete]);
        let labels = counter.desk.get(&given.links("a.primary")[0]).await;
        let label = labels.expect(200).texts(".rx-label").remove(0);
        for word in ["Ada Obi", AMOXICILLIN, "15 capsules", "Take 1 capsule by mouth 3 times daily for 5 days.", "Batch AM1", "expires", "Okoro", "given by"] {
            assert!(label.contains(word), "{word}: {label}");
        }
        assert!(counter.desk.get("/pharmacy").await.has(".empty"), "nothing waits any more");
        assert!(counter.desk.get("/pharmacy/given").await.text("tbody tr").contains("Ada Obi"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'dispensing.given'").await, 1);
    }

    async fn p9_what_is_missing_stays_owed_on_slip_worklist_and_phone_until_it_is_there(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains("The pharmacy has none of it now"));
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 10).await;
        let page = counter.page().await;
        assert!(page.text(".rx-lines").contains("10 capsules there"), "{}", page.text(".rx-lines"));
        let given = counter.desk.submitted(&page, "#dispense", &[]).await;
        assert!(given.body.contains("Owed now: 5 capsules"), "{}", given.text("main"));
        let id = given.path.trim_start_matches("/dispensings/").to_owned();
        let slip = counter.desk.get(&format!("/dispensings/{id}/slip")).await;
        assert!(slip.text(".owed").contains("5 capsules"), "{}", slip.body);
        assert_eq!(clinic.rx_lines(counter.room.visit).await[0].1, LineState::Partly);
        let owed = counter.desk.get("/pharmacy/earlier?owed=yes").await;
        assert!(owed.text("tbody tr").contains("1 medicine, 1 owed") && owed.text("tbody tr").contains("Not in stock"));
        let home = counter.desk.get("/").await;
        assert!(!home.body.contains("owed medicine is in stock now"));
        clinic.shelf("amoxicillin-500mg-capsule", "AM2", 300, 50).await;
        assert!(counter.desk.get("/").await.body.contains("1 owed medicine is in stock now"));
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains("It has come in"));
        counter.gives(&[]).await.expect(303);
        assert_eq!(clinic.rx_lines(counter.room.visit).await[0].1, LineState::Complete);
        assert_eq!(clinic.lies("AM2", "Pharmacy").await, 45);
    }

    async fn p4_no_more_is_given_than_was_prescribed_and_what_is_typed_stays(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let field = format!("give_{line}");
        for wrong in ["16", "-1", "1.5", "many"] {
            let refused = counter.gives(&[(&field, wrong), ("advice", "After food")]).await;
            assert_eq!(refused.expect(422).errors(), ["Enter a whole number from 1 to 15, or 0 for nothing"]);
            assert_eq!(refused.text("#advice"), "After food");
        }
        assert_eq!(counter.gives(&[(&field, "0")]).await.expect(422).errors(), ["Enter how much is given of at least one line"]);
        // Whoever writes past the page is stopped by the table.
        let beyond = sql("insert into dispensing (prescription_id, patient_id, visit_id, store_id, account_id, account_name, at, day)
             select id, patient_id, visit_id, 1, prescriber_id, '', signed_at, valid_until from prescription where id = $1")
            .bind(counter.prescription).run(&clinic.app.db).await;
        beyond.unwrap();
        let beyond = sql("insert into dispensing_line (dispensing_id, line_id, item_id, medicine_id, name, strength, form, unit, step,
                quantity, covers, owed, directions, price, day)
             select (select max(id) from dispensing), l.id, i.id, l.medicine_id, l.name, l.strength, l.form, l.unit, 1, 16, 16, 0, '', 0, l.valid_until
             from prescription_line l join stock_item i on i.medicine_id = l.medicine_id where l.id = $1")
            .bind(line).run(&clinic.app.db).await;
        assert!(beyond.unwrap_err().violates("dispensing_line_open"));
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 100);
    }

    async fn p3_nothing_is_given_of_what_expired_was_paused_or_closed(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let stale = counter.page().await;
        let (_, fields) = stale.form("form.ending", &[]);
        let reason = fields.into_iter().find(|(name, _)| name.starts_with("state_reason_")).unwrap().0;
        counter.desk.submit(&stale, "form.ending", &[(&reason, ""), ("move", "pause")]).await.expect(422);
        counter.desk.submit(&stale, "form.ending", &[(&reason, "Waits for a result"), ("move", "pause")]).await.expect(303);
        let refused = counter.desk.submit(&stale, "#dispense", &[]).await;
        assert!(refused.expect(409).errors()[0].contains("paused"));
        let page = counter.page().await;
        assert!(page.body.contains("Waits for a result") && !page.has("#give"));
        assert!(counter.room.desk.get(&format!("/prescriptions/{}", counter.prescription)).await.body.contains("Waits for a result"));
        counter.desk.submit(&page, "form.ending", &[(&reason, "The result is there"), ("move", "resume")]).await.expect(303);
        clinic.wait_minutes(91 * 1_440);
        clinic.sign_in(&counter.desk, "pharmacist").await;
        let late = counter.page().await;
        assert!(late.body.contains("Expired") && !late.has("#give"));
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 100);
    }

    async fn p6_another_strength_gives_the_same_milligrams_and_the_prescriber_reads_it(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-250mg-capsule", "HALF", 300, 100).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let page = counter.page().await;
        assert!(page.text(".rx-lines").contains("2 for 1"), "{}", page.text(".rx-lines"));
        let other: i64 = sql("select id from medicine where code = 'amoxicillin-250mg-capsule'").scalar(&clinic.app.db).await.unwrap();
        let (give, instead, why) = (format!("give_{line}"), format!("instead_{line}"), format!("instead_why_{line}"));
        let other = other.to_string();
        let refused = counter.gives(&[(&give, "15"), (&instead, &other)]).await;
        assert_eq!(refused.expect(422).errors(), ["Say why another one is given"]);
        counter.gives(&[(&give, "15"), (&instead, &other), (&why, "not_in_stock")]).await.expect(303);
        assert_eq!(clinic.lies("HALF", "Pharmacy").await, 70);
        assert_eq!(clinic.rx_lines(counter.room.visit).await[0].1, LineState::Complete);
        let given = counter.given(&clinic).await;
        assert!(given.body.contains("Take 2 capsules by mouth 3 times daily for 5 days."), "{}", given.text("main"));
        let home = counter.room.desk.get("/").await;
        assert!(home.body.contains("1 note from the pharmacy waits for you"), "{}", home.text("main"));
        let told = counter.room.desk.get("/pharmacy/messages").await;
        assert!(told.text(".rx-lines").contains("amoxicillin 250 mg capsule was given instead of amoxicillin 500 mg capsule"));
        counter.room.desk.submitted(&told, ".rx-lines form", &[]).await;
        assert!(counter.room.desk.get("/pharmacy/messages").await.has(".empty"));
    }

    async fn p6_a_substitute_is_offered_only_in_a_dose_that_somebody_can_take(clinic) {
        let room = clinic.prescribing_room().await;
        for (medicine, dose) in [("amoxicillin 250 mg capsule", "1"), ("prednisolone 20 mg tablet", "0.5"), ("amlodipine 5 mg tablet", "1")] {
            let fields = [("rx_medicine", medicine), ("rx_dose", dose), ("rx_times", "2"), ("rx_days", "6")];
            room.press("rx.add", &fields).await.expect(303);
        }
        let counter = clinic.at_counter(room, "pharmacist", &[]).await;
        for (code, batch) in [("amoxicillin-500mg-capsule", "A500"), ("prednisolone-5mg-tablet", "P5"), ("amlodipine-10mg-tablet", "A10")] {
            clinic.shelf(code, batch, 300, 100).await;
        }
        let lines = clinic.rx_lines(counter.room.visit).await;
        let page = counter.page().await;
        // Half a capsule of 500 mg is offered to nobody, whatever is posted.
        assert!(!page.has(&format!("#instead_{}", lines[0].0)), "{}", page.text(".rx-lines"));
        let capsule: i64 = clinic.count("select id from medicine where code = 'amoxicillin-500mg-capsule'").await;
        let (give, instead, why) = (format!("give_{}", lines[0].0), format!("instead_{}", lines[0].0), format!("instead_why_{}", lines[0].0));
        let typed = [(give.as_str(), "12"), (&instead, &capsule.to_string()), (&why, "not_in_stock")];
        let refused = counter.gives(&typed).await;
        assert_eq!(refused.expect(422).errors(), ["This one cannot be given instead any more. Choose again"]);
        // Two of 5 mg are half of 20 mg, and half of 10 mg is 5 mg: a tablet is halved.
        let mut fields = Vec::new();
        for (line, code) in [(lines[1].0, "prednisolone-5mg-tablet"), (lines[2].0, "amlodipine-10mg-tablet")] {
            let other: i64 = sql("select id from medicine where code = $1").bind(code).scalar(&clinic.app.db).await.unwrap();
            let remaining = clinic.number("select quantity from prescription_line where id = $1", line.0).await;
            fields.push((format!("give_{line}"), remaining.to_string()));
            fields.push((format!("instead_{line}"), other.to_string()));
            fields.push((format!("instead_why_{line}"), "not_in_stock".to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        counter.gives(&fields).await.expect(303);
        let given = counter.given(&clinic).await;
        for words in ["Take 2 tablets by mouth twice daily for 6 days.", "Take half a tablet by mouth twice daily for 6 days."] {
            assert!(given.body.contains(words), "{words}: {}", given.text("main"));
        }
    }

    async fn m13_what_was_given_is_charged_in_neutral_words(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 10).await;
        counter.gives(&[]).await.expect(303);
        let charged: Vec<(String, i64, i64)> = sql("select label, quantity, unit_price from charge where kind = 'medicine'")
            .all(&clinic.app.db).await.unwrap();
        let price: i64 = sql("select price from medicine where code = 'amoxicillin-500mg-capsule'").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(charged, [("Medicine, capsule".to_owned(), 10, price)]);
    }

    async fn ph6_whoever_has_of_a_batch_is_counted_and_listed_page_by_page(clinic) {
        let room = clinic.prescribing_room().await;
        let month = [("rx_medicine", PARACETAMOL), ("rx_dose", "2"), ("rx_times", "4"), ("rx_days", "30")];
        room.press("rx.add", &month).await.expect(303);
        let first = clinic.at_counter(room, "pharmacist", &[]).await;
        let other = clinic.counter_of("Chidi Eze", &[PARACETAMOL]).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 500).await;
        let batch: i64 = sql("select id from stock_batch where number = 'PA1'").scalar(&clinic.app.db).await.unwrap();
        let line = clinic.rx_lines(first.room.visit).await[0].0;
        first.gives(&[(&format!("give_{line}"), "1")]).await.expect(303);
        other.gives(&[]).await.expect(303);
        // One comes back again and again: the list goes by hand-outs, the count by people.
        for _ in 0..200 {
            clinic.wait_minutes(1);
            clinic.given_once_more(line, batch).await;
        }
        let desk = clinic.signed_in("later", &[Role::Pharmacist]).await;
        let page = desk.get(&format!("/pharmacy/batches/{batch}")).await;
        assert!(page.expect(200).text("#people").starts_with("2 people have units of it"));
        let shown = page.texts("tbody th");
        assert_eq!(shown.len(), 200);
        assert!(shown.iter().all(|who| !who.contains("Chidi Eze")), "the latest stand first");
        let [earlier] = page.links(".pagination a").try_into().unwrap();
        let earlier = desk.get(&earlier).await;
        assert!(earlier.expect(200).text("#people").starts_with("2 people"), "all of them are counted on every page");
        assert!(earlier.texts("tbody th")[0].contains("Chidi Eze"));
        assert_eq!(earlier.texts("tbody th").len(), 2);
        assert!(!earlier.has(".pagination"));
    }

    async fn all_lines_are_given_or_none(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN, PARACETAMOL]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        let page = counter.page().await;
        // Meanwhile the second one is gone.
        sql("update stock_batch set recall_reason = 'Wrong strength', recalled_at = received_at where number = 'PA1'")
            .run(&clinic.app.db).await.unwrap();
        let refused = counter.desk.submit(&page, "#dispense", &[]).await;
        refused.expect(409);
        assert!(refused.errors()[0].contains("recalled"), "{:?}", refused.errors());
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 100, "the first one did not leave either");
        assert_eq!(clinic.count("select count(*) from dispensing").await, 0);
        assert_eq!(clinic.count("select count(*) from charge where kind = 'medicine'").await, 0);
    }
}
