//! After signing: cancel, change, stop, expire, renew (rules P3, P4, P5).

use infirmary::db::sql;
use infirmary::prescribing::model::LineState;

use crate::support::{AMOXICILLIN, COURSE};

both! {
    async fn p4_a_line_is_cancelled_while_nothing_was_given(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let page = room.desk.get(&format!("/prescriptions/{prescription}")).await;
        room.desk.submit(&page, "form.ending", &[("reason", "")]).await.expect(422);
        let fields = [("reason", "The test is negative")];
        let (one, other) = futures::join!(
            room.desk.submit(&page, "form.ending", &fields),
            room.desk.submit(&page, "form.ending", &fields)
        );
        assert_eq!((one.status, other.status), (303, 303));
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Cancelled);
        let shown = room.desk.get(&format!("/prescriptions/{prescription}")).await;
        assert!(shown.body.contains("The test is negative") && !shown.has("form.ending"));
        let print = room.desk.get(&format!("/prescriptions/{prescription}/print")).await;
        assert!(!print.body.contains("amoxicillin"), "a cancelled line is not printed");
        assert_eq!(clinic.count("select count(*) from prescription_event where move = 'cancel'").await, 1);
        let again = sql("update prescription_line set state = 'open' where id = $1").bind(line).run(&clinic.app.db).await;
        assert!(again.unwrap_err().violates("prescription_line_state"));
    }

    async fn p4_p5_once_something_was_given_a_line_is_stopped_and_neither_cancelled_nor_changed(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let path = format!("/prescriptions/{prescription}");
        let before = room.desk.get(&path).await;
        let change = room.desk.get(&format!("/prescriptions/lines/{line}/change")).await;
        clinic.gives(line, 5).await;
        room.desk.submit(&before, "form.ending", &[("reason", "No longer needed")]).await.expect(409);
        room.desk.submit(&change, "#change", &[("days", "3")]).await.expect(409);
        room.desk.get(&format!("/prescriptions/lines/{line}/change")).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await, [(line, LineState::Partly, 15)]);
        let page = room.desk.get(&path).await;
        assert!(page.body.contains("5 of 15 capsules given"));
        room.desk.submit(&page, "form.ending", &[("reason", "A rash on day two")]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await, [(line, LineState::Closed, 15)]);
    }

    async fn p5_a_change_takes_the_place_of_the_old_line_and_keeps_it(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let page = room.desk.get(&format!("/prescriptions/lines/{line}/change")).await;
        room.desk.submit(&page, "#change", &[("days", "0")]).await.expect(422);
        let (one, other) = futures::join!(
            room.desk.submit(&page, "#change", &[("days", "7")]),
            room.desk.submit(&page, "#change", &[("days", "7")])
        );
        assert_eq!((one.status, other.status), (303, 303));
        let lines = clinic.rx_lines(room.visit).await;
        let stands: Vec<(LineState, i64)> = lines.iter().map(|line| (line.1, line.2)).collect();
        assert_eq!(stands, [(LineState::Cancelled, 15), (LineState::Open, 21)]);
        assert!(room.desk.get(&format!("/prescriptions/{prescription}")).await.body.contains("21 capsules"));
        // What was signed is never rewritten, whoever writes.
        let rewritten =
            sql("update prescription_line set quantity = 1 where id = $1").bind(lines[1].0).run(&clinic.app.db).await;
        assert!(rewritten.unwrap_err().violates("prescription_line_kept"));
        let gone = sql("delete from prescription_line where id = $1").bind(lines[1].0).run(&clinic.app.db).await;
        assert!(gone.unwrap_err().violates("prescription_line_kept"));
    }

    async fn p5_a_change_is_checked_again_and_wants_its_reason(clinic) {
        let room = clinic.prescribing_room().await;
        let (_, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.is_allergic(room.patient, "class", "penicillin", "severe").await;
        let page = room.desk.get(&format!("/prescriptions/lines/{line}/change")).await;
        let asked = room.desk.submit(&page, "#change", &[("days", "7")]).await;
        asked.expect(422);
        assert!(asked.text(".rx-warning").contains("Recorded allergy"));
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 1);
        room.desk.submit(&asked, "#change", &[("days", "7"), ("reason", "Allergist agreed by phone")]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await.len(), 2);
    }

    async fn p4_what_harms_is_stopped_by_whichever_doctor_sees_it_and_the_prescriber_is_told(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let (_, other) = clinic.doctor_named("Bello").await;
        let page = other.get(&format!("/prescriptions/{prescription}")).await;
        assert!(page.text("form.ending").contains("prescribed it, and is told"), "{}", page.body);
        assert_eq!(other.submit(&page, "form.ending", &[("reason", " ")]).await.expect(422).errors(), ["Say why it is stopped"]);
        other.submit(&page, "form.ending", &[("reason", "Her throat closed after the last one")]).await.expect(303);
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Closed);
        let told = room.desk.get("/pharmacy/messages").await;
        assert!(told.text(".rx-lines").contains("was stopped: Her throat closed after the last one"), "{}", told.body);
        assert!(told.text(".rx-lines").contains("Bello"), "{}", told.body);
        // What one stops oneself is no news.
        let (_, own) = room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.gives(own, 3).await;
        let fields = [("op", "stopped-by-oneself-1"), ("version", "3"), ("reason", "It did not help")];
        let stopped = room.desk.post(&format!("/prescriptions/lines/{own}/stop"), &fields).await;
        stopped.expect(303);
        assert_eq!(clinic.count("select count(*) from pharmacy_message").await, 1);
        assert_ne!(own, line);
    }

    async fn p5_nobody_but_the_prescriber_cancels_or_changes(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let (_, other) = clinic.doctor_named("Bello").await;
        let page = other.get(&format!("/prescriptions/{prescription}")).await;
        assert!(!page.expect(200).body.contains("/cancellation") && !page.body.contains("/change"), "{}", page.body);
        let fields = [("op", "someone-elses-line-1"), ("version", "2"), ("reason", "I know better")];
        other.post(&format!("/prescriptions/lines/{line}/cancellation"), &fields).await.expect(409);
        let pharmacy = clinic.pharmacist().await;
        pharmacy.post(&format!("/prescriptions/lines/{line}/cancellation"), &fields).await.expect(403);
        assert_eq!(clinic.rx_lines(room.visit).await[0].1, LineState::Open);
    }

    async fn p4_given_never_exceeds_prescribed_and_states_go_their_way_only(clinic) {
        let room = clinic.prescribing_room().await;
        let (_, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        let refused = async |text: &'static str| sql(text).bind(line).run(&clinic.app.db).await.unwrap_err();
        let more = refused("update prescription_line set given = 16, state = 'partly' where id = $1").await;
        assert!(more.violates("prescription_line_given"), "{more}");
        let untouched = refused("update prescription_line set given = 5 where id = $1").await;
        assert!(untouched.violates("prescription_line_untouched"), "{untouched}");
        let early = refused("update prescription_line set given = 5, state = 'complete' where id = $1").await;
        assert!(early.violates("prescription_line_complete"), "{early}");
        let silent = refused("update prescription_line set state = 'paused' where id = $1").await;
        assert!(silent.violates("prescription_line_told"), "{silent}");
        clinic.gives(line, 15).await;
        let less = refused("update prescription_line set given = 14, state = 'partly' where id = $1").await;
        assert!(less.violates("prescription_line_counters"), "{less}");
        let cancelled = refused("update prescription_line set state = 'cancelled', state_reason = 'a mistake' where id = $1").await;
        assert!(
            cancelled.violates("prescription_line_state") || cancelled.violates("prescription_line_untouched"),
            "{cancelled}"
        );
        let back = refused("update prescription_line set returned = 16, state = 'partly' where id = $1").await;
        assert!(back.violates("prescription_line_returned") || back.violates("prescription_line_given"), "{back}");
    }

    async fn p3_a_prescription_expires_and_is_prescribed_again(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, _) = room.prescribed(&clinic, AMOXICILLIN).await;
        let path = format!("/prescriptions/{prescription}");
        assert!(room.desk.get(&path).await.body.contains("7 February 2027"));
        clinic.wait_minutes(60 * 24 * 91);
        clinic.sign_in(&room.desk, "okoro").await;
        let page = room.desk.get(&path).await;
        assert!(page.texts(".tag").iter().any(|tag| tag == "Expired"));
        let renewed = room.desk.submit(&page, "#renewal", &[]).await;
        renewed.expect(303);
        assert!(renewed.leads_to().unwrap().contains(&format!("/visits/{}/consultation", room.visit)));
        assert_eq!(clinic.rx_lines(room.visit).await[1].1, LineState::Draft);
        // Whoever opened the record with a reason reads it; prescribing wants the patient here.
        sql("insert into record_opening (patient_id, account_id, kind, reason, words, opened_at, expires_at)
             values ($1, $2, 'reason', 'contact', 'She rang', $3, $4)")
            .bind(room.patient)
            .bind(room.doctor)
            .bind(clinic.app.clock.now())
            .bind(clinic.app.clock.now() + chrono::TimeDelta::minutes(30))
            .run(&clinic.app.db)
            .await
            .unwrap();
        clinic.ends(room.visit).await;
        let page = room.desk.get(&path).await;
        room.desk.submit(page.expect(200), "#renewal", &[]).await.expect(409);
    }

    async fn p3_controlled_medicines_hold_for_a_shorter_time_and_the_clinic_sets_both(clinic) {
        let room = clinic.prescribing_room().await;
        let boss = clinic.administrator().await;
        let rules = boss.get("/medicines/rules").await;
        let typed = [("valid_days", "60"), ("controlled_days", "61")];
        boss.submit(&rules, "#rules", &typed).await.expect(422);
        boss.submit(&rules, "#rules", &[("valid_days", "60"), ("controlled_days", "3")]).await.expect(303);
        let stale = boss.submit(&rules, "#rules", &[("valid_days", "50"), ("controlled_days", "3"), ("op", "another-try-of-it")]).await;
        stale.expect(409);
        let name: String = sql("select generic || ' ' || strength || ' ' || form from medicine
             where controlled and unit = 'tablet' order by id limit 1")
            .scalar(&clinic.app.db)
            .await
            .unwrap();
        room.adds(AMOXICILLIN).await;
        room.press("rx.add", &[[("rx_medicine", name.as_str())].as_slice(), &COURSE].concat()).await.expect(303);
        let second = format!("rx_reason_{}", clinic.rx_lines(room.visit).await[1].0);
        room.signs(&[(&second, "Severe pain after a fall")]).await.expect(303);
        let until: Vec<chrono::NaiveDate> =
            sql("select valid_until from prescription_line order by id").scalars(&clinic.app.db).await.unwrap();
        let today = clinic.app.clinic().day_of(clinic.app.clock.now());
        assert_eq!([until[0] - today, until[1] - today].map(|days| days.num_days()), [60, 3]);
    }
}
