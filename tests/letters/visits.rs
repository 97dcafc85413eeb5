//! A patient's own visits in plain words, and the summary on paper: internal parts of notes never.

use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::AMOXICILLIN;

/// What a doctor writes for colleagues.
const INTERNAL: [&str; 4] = ["Complains-inside", "Found-inside", "Thinks-inside", "Plans-inside"];

both! {
    async fn the_patient_reads_what_was_found_and_what_to_do_and_nothing_internal(clinic) {
        let room = clinic.served_room().await;
        room.press("diagnosis.add", &[("dx_term", "B50.9"), ("dx_certainty", "confirmed")]).await.expect(303);
        room.press("diagnosis.add", &[("dx_term", "A01.0"), ("dx_certainty", "ruled_out")]).await.expect(303);
        let phone = clinic.phone_of(room.patient).await;
        let path = paths::letters::my_visit(room.visit);
        assert!(phone.get(&path).await.body.contains("Nothing to read yet"), "drafts are nobody's but their author's");
        let words = [("complaint", INTERNAL[0]), ("examination", INTERNAL[1]), ("assessment", INTERNAL[2]), ("plan", INTERNAL[3]),
            ("advice", "Drink a lot and sleep under a net"), ("follow_up", "Back after three days")];
        room.press("sign", &words).await.expect(303);
        let seen = phone.get(&path).await;
        assert_eq!(seen.texts("#found strong"), ["Malaria"]);
        assert!(seen.text("#advice").contains("sleep under a net") && seen.text("#advice").contains("three days"));
        let list = phone.get(paths::letters::MY_VISITS).await;
        assert!(list.text("ul.links li").contains("Malaria"), "{}", list.body);
        let summary = room.browser.get(&paths::letters::summary(room.visit)).await;
        assert!(summary.text("article").contains("Doctors call it: Uncomplicated falciparum malaria"), "{}", summary.body);
        for page in [&seen, &list, &summary] {
            for inside in INTERNAL.iter().chain(&["yphoid"]) {
                assert!(!page.body.contains(inside), "{inside} on {}", page.path);
            }
        }
    }

    async fn somebody_elses_visit_is_not_there(clinic) {
        let room = clinic.served_room().await;
        let stranger = clinic.visitor("Bola Ade").await;
        let other = clinic.phone_of(stranger).await;
        other.get(&paths::letters::my_visit(room.visit)).await.expect(404);
        assert!(!other.get(paths::letters::MY_VISITS).await.has("ul.links"));
        room.browser.get(&paths::letters::my_visit(room.visit)).await.expect(403);
        clinic.receptionist().await.get(&paths::letters::summary(room.visit)).await.expect(403);
    }

    async fn tests_that_are_told_in_person_are_not_named_on_the_phone(clinic) {
        let room = clinic.served_room().await;
        infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
        for code in ["PCV", "HIV"] {
            let mut tx = clinic.app.db.begin().await.unwrap();
            let order: i64 = sql("insert into lab_order (visit_id, patient_id, ordered_by, ordered_at, urgent)
                 select id, patient_id, $2, opened_at, $3 from visit where id = $1 returning id")
                .bind(room.visit).bind(room.doctor).bind(false).scalar(&mut tx).await.unwrap();
            sql("insert into lab_line (order_id, visit_id, patient_id, test_id, ordered_by, state, urgent, in_person, price, requested_at)
                 select o.id, o.visit_id, o.patient_id, t.id, o.ordered_by, 'requested', o.urgent, t.in_person, t.price, o.ordered_at
                 from lab_order o, lab_test t where o.id = $1 and t.code = $2")
                .bind(order).bind(code).run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        let phone = clinic.phone_of(room.patient).await;
        let seen = phone.get(&paths::letters::my_visit(room.visit)).await;
        assert_eq!(seen.texts("#tests li").len(), 1, "{}", seen.body);
        assert!(!seen.says("HIV"));
    }

    async fn a_rejected_sample_and_the_day_of_coming_back_are_told_in_words(clinic) {
        let lab = clinic.laboratory().await;
        lab.order(&clinic, &["PCV"]).await;
        let sample = lab.collect(&clinic).await[0];
        let page = lab.sample(sample).await;
        lab.bench.submit(&page, "#reject", &[("reason", "clotted"), ("note", "Half full")]).await.expect(303);
        let page = lab.orders.get(&format!("/visits/{}/consultation", lab.visit)).await;
        let said = [("complaint", "Fever"), ("advice", "Drink water"), ("follow_up", "in 4 weeks"), ("step", "sign")];
        lab.orders.submit(&page, "#consultation", &said).await.expect(303);
        let phone = clinic.phone_of(lab.patient).await;
        let visit = phone.get(&format!("/my/visits/{}", lab.visit)).await;
        assert!(visit.text("#tests").contains("the laboratory needs a new sample. Come to the laboratory"), "{}", visit.text("#tests"));
        assert_eq!(visit.texts("#advice p"), ["Drink water", "Come back: in 4 weeks"]);
        let record = phone.get("/my/record").await;
        assert!(record.body.contains("Drink water. Come back: in 4 weeks"), "{}", record.text("#visits"));
    }

    async fn no_letter_tells_to_take_what_was_stopped(clinic) {
        let room = clinic.prescribing_room().await;
        let (prescription, line) = room.prescribed(&clinic, AMOXICILLIN).await;
        clinic.is_served(room.visit).await;
        clinic.gives(line, 5).await;
        let paper = paths::letters::summary(room.visit);
        assert!(room.desk.get(&paper).await.text("article").contains("by mouth"));
        let page = room.desk.get(&format!("/prescriptions/{prescription}")).await;
        room.desk.submit(&page, "form.ending", &[("reason", "A rash on day two")]).await.expect(303);
        let seen = room.desk.get(&paper).await;
        assert!(seen.text("article").contains("Stopped") && !seen.text("article").contains("by mouth"), "{}", seen.text("article"));
        let form = room.desk.get(&paths::letters::write(room.visit)).await;
        let letter = [("to_whom", "Skin clinic"), ("question", "What is it?"), ("summary", "A rash"), ("urgency", "soon"), ("part", "medicines"), ("step", "sign")];
        let to = room.desk.submit(&form, "#referral", &letter).await.expect(303).leads_to().unwrap();
        let letter = room.desk.get(&format!("{to}/print")).await;
        assert!(letter.text("article").contains("stopped (A rash on day two)") && !letter.text("article").contains("by mouth"), "{}", letter.text("article"));
    }

    async fn a_visit_that_the_day_ended_is_verified_until_its_last_service(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        clinic.wait_minutes(12 * 60);
        for ended in [
            "update queue_entry set state = 'left', ended_at = $1 where ended_at is null",
            "update visit set closed_at = $1, close_reason = 'day_close' where closed_at is null",
        ] {
            sql(ended).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        }
        let shown = clinic.checked(&clinic.newest_code().await).await;
        assert!(shown.says("9am") && !shown.says("9pm"), "{}", shown.text("main"));
    }
}
