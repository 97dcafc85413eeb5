//! Visit verifications (rules X1, X2): what they say, for which visits, never back-dated, never more rest without a new
//! visit, a diagnosis only by the patient's written wish.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;

both! {
    async fn a_verification_says_who_was_here_and_when_and_nothing_else(clinic) {
        let room = clinic.served_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        clinic.wait_minutes(10);
        let to = room.issue("yes", &[("rest_until", &clinic.day_in(2))]).await.expect(303).leads_to().unwrap();
        let row: (String, String, String) = sql("select name, diagnosis, asked from verification").one(&clinic.app.db).await.unwrap();
        assert_eq!(row, ("Ada Obi".to_owned(), String::new(), String::new()));
        let seen = room.browser.get(&to).await;
        assert!(seen.text("dl.summary").contains("11 November 2026"), "{}", seen.body);
        assert!(!seen.text("dl.summary").contains("alaria"));
        let sheet = room.browser.get(&format!("{to}/print")).await;
        let paper = sheet.text("article");
        assert!(paper.contains("Ada Obi") && paper.contains("9 November 2026") && paper.contains("since 9am"), "{paper}");
        assert!(!sheet.body.contains("alaria") && sheet.has("article svg.qr"));
    }

    async fn day_and_times_are_those_of_the_visit_whatever_is_sent(clinic) {
        let room = clinic.served_room().await;
        let forged = [("day", "2026-10-01"), ("issued_on", "2026-10-01"), ("time_in", "2026-10-01T08:00:00Z"), ("issued_at", "2026-10-01T08:00:00Z")];
        room.issue("no", &forged).await.expect(303);
        let right = "select count(*) from verification v join visit s on s.id = v.visit_id where v.day = s.day and v.time_in = s.opened_at and v.issued_on = s.day";
        assert_eq!(clinic.count(right).await, 1);
        // The table refuses it, too: another day than the visit's, an issue before the visit.
        let copy = "insert into verification (code, visit_id, patient_id, clinic_name, name, day, time_in, time_out, issued_by, issued_name, issued_at, issued_on)
             select 'ABCDEFGHJKMNPQRSTVWXYZ0123', visit_id, patient_id, 'x', 'x', $1, time_in, time_out, issued_by, 'x', issued_at, issued_on from verification";
        let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let error = sql(copy).bind(day).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("verification_visit_took_place"), "{error}");
        let error = sql("update verification set day = $1").bind(day).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("verification_kept"), "{error}");
    }

    async fn a_visit_that_a_doctor_signed_took_place_though_nobody_started_it_in_a_line(clinic) {
        let room = clinic.consulting_room().await;
        room.sign().await.expect(303);
        clinic.wait_minutes(10);
        let page = room.browser.get(&paths::letters::issue(room.visit)).await;
        assert!(page.expect(200).has("#issue") && !page.has("#hindrance"), "{}", page.body);
        room.issue("yes", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from verification").await, 1);
    }

    async fn a_visit_in_which_nobody_was_served_gets_none(clinic) {
        let room = clinic.consulting_room().await;
        let page = room.browser.get(&paths::letters::issue(room.visit)).await;
        assert!(page.text("#hindrance").contains("Nobody has served this patient") && !page.has("#issue"));
        let fields = [("op", "a-letter-for-nobody-1"), ("consent", "yes")];
        let refused = room.browser.post(&paths::letters::issue(room.visit), &fields).await;
        refused.expect(409);
        assert_eq!(clinic.count("select count(*) from verification").await, 0);
    }

    async fn rest_is_bounded_and_more_of_it_needs_a_new_visit(clinic) {
        let room = clinic.served_room().await;
        let far = room.issue("yes", &[("rest_until", &clinic.day_in(8))]).await;
        assert_eq!(far.expect(422).errors(), ["By this visit the last day of rest is 16 November 2026"]);
        let past = room.issue("yes", &[("rest_until", &clinic.day_in(-1))]).await;
        assert_eq!(past.expect(422).errors(), ["The last day of rest must be today or later"]);
        let unasked = room.issue("", &[]).await;
        assert_eq!(unasked.expect(422).errors(), ["Ask the patient whether others may check it, and choose the answer"]);
        room.issue("yes", &[("rest_until", &clinic.day_in(2))]).await.expect(303);
        let again = [("op", "one-more-for-this-visit"), ("consent", "yes")];
        room.browser.post(&paths::letters::issue(room.visit), &again).await.expect(409);
        let id = clinic.count("select max(id) from verification").await;
        let page = room.browser.get(&format!("/verifications/{id}")).await;
        room.browser.submit(&page, "#revoke", &[("reason", "The name was misspelt")]).await.expect(303);
        let longer = room.issue("yes", &[("rest_until", &clinic.day_in(5))]).await;
        assert!(longer.expect(409).body.contains("More rest needs a new visit"), "{}", longer.body);
        room.issue("yes", &[("rest_until", &clinic.day_in(1))]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from verification where revoked_at is null").await, 1);
    }

    async fn an_old_visit_advises_no_rest_any_more(clinic) {
        let room = clinic.served_room().await;
        clinic.app.clock.advance(chrono::TimeDelta::days(9));
        clinic.sign_in(&room.browser, &sql("select sign_in_name from account where id = $1").bind(room.doctor).scalar::<String>(&clinic.app.db).await.unwrap()).await;
        let page = room.browser.get(&paths::letters::issue(room.visit)).await;
        assert!(!page.has("#rest_until") && page.body.contains("No rest can be advised by this visit any more"));
        let late = room.browser.submit(&page, "#issue", &[("consent", "no"), ("rest_until", &clinic.day_in(1))]).await;
        late.expect(422);
        room.issue("no", &[]).await.expect(303);
    }

    async fn a_diagnosis_is_named_only_by_the_patients_written_wish_which_is_kept(clinic) {
        let room = clinic.served_room().await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        let id = clinic.count("select max(id) from diagnosis").await.to_string();
        let refused = room.issue("yes", &[("named", &id)]).await;
        assert_eq!(refused.expect(422).errors(), ["Copy the patient's written wish here. Without one no diagnosis is named"]);
        let wish = "I ask you to name my illness in the letter";
        room.issue("yes", &[("named", &id), ("asked", wish)]).await.expect(303);
        let row: (String, String) = sql("select diagnosis, asked from verification").one(&clinic.app.db).await.unwrap();
        assert_eq!(row, ("Malaria".to_owned(), wish.to_owned()));
        let public = clinic.checked(&clinic.newest_code().await).await;
        assert!(public.text("#answer h2") == "Genuine" && !public.body.contains("alaria") && !public.body.contains("illness"));
        let error = sql("insert into verification (code, visit_id, patient_id, clinic_name, name, day, time_in, time_out, diagnosis, issued_by, issued_name, issued_at, issued_on)
             select 'ABCDEFGHJKMNPQRSTVWXYZ0123', visit_id, patient_id, 'x', 'x', day, time_in, time_out, 'Malaria', issued_by, 'x', issued_at, issued_on from verification")
            .run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("verification_diagnosis"), "{error}");
    }

    async fn routine_visits_get_none_where_the_clinic_says_so(clinic) {
        let admin = clinic.administrator().await;
        let room = clinic.consulting_room().await;
        let patient = clinic.visitor("Bola Ade").await;
        let booking = clinic.booking(patient, room.doctor, 30).await;
        let reason = clinic.count("select max(reason_id) from appointment").await.to_string();
        let page = admin.get(paths::letters::RULES).await;
        let wrong = admin.submit(&page, "#rules", &[("rest_days", "40")]).await;
        assert_eq!(wrong.expect(422).errors(), ["Enter a whole number from 0 to 30"]);
        admin.submit(&page, "#rules", &[("rest_days", "3"), ("routine", &reason)]).await.expect(303);
        admin.submit(&page, "#rules", &[("rest_days", "4"), ("op", "an-older-page-of-rules-1")]).await.expect(409);
        clinic.is_here(patient).await;
        sql("update visit set appointment_id = $1 where patient_id = $2 and appointment_id is null").bind(booking).bind(patient).run(&clinic.app.db).await.unwrap();
        let visit: infirmary::queue::model::VisitId = sql("select id from visit where patient_id = $1").bind(patient).scalar(&clinic.app.db).await.unwrap();
        clinic.is_served(visit).await;
        let seen = room.browser.get(&paths::letters::issue(visit)).await;
        assert!(seen.text("#hindrance").contains("no verification for routine visits"), "{}", seen.body);
    }

    async fn only_doctors_with_the_record_open_issue_read_and_revoke(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let id = clinic.count("select max(id) from verification").await;
        for role in [Role::Receptionist, Role::Nurse, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("not.{}", role.as_str()), &[role]).await;
            for path in [paths::letters::of_visit(room.visit), paths::letters::issue(room.visit), format!("/verifications/{id}"), format!("/verifications/{id}/print")] {
                browser.get(&path).await.expect(403);
            }
        }
        clinic.ends(room.visit).await;
        let (_, stranger) = clinic.doctor_named("Bello").await;
        let seen = stranger.get(&format!("/verifications/{id}")).await;
        assert_eq!(seen.expect(303).leads_to().unwrap(), paths::patients::show(room.patient));
        stranger.post(&format!("/verifications/{id}/revocation"), &[("op", "a-stranger-revokes-it-1"), ("reason", "Just because")]).await.expect(422);
        assert_eq!(clinic.count("select count(*) from verification where revoked_at is not null").await, 0);
    }

    async fn the_first_print_is_the_original_and_every_later_one_a_copy(clinic) {
        let room = clinic.served_room().await;
        room.issue("yes", &[]).await.expect(303);
        let id = clinic.count("select max(id) from verification").await;
        let path = format!("/verifications/{id}/print");
        let page = room.browser.get(&path).await;
        assert_eq!(page.text("#copy"), "Preview");
        let sheet = room.browser.submitted(&page, "#number", &[]).await;
        assert!(!sheet.has("#copy"), "{}", sheet.body);
        clinic.wait_minutes(11);
        let later = room.browser.get(&path).await;
        assert_eq!(later.text("#copy"), "Copy");
        room.browser.submit(&later, "#number", &[]).await.expect(303);
        assert_eq!(clinic.count("select max(number) from verification_print").await, 2);
        assert_eq!(room.browser.get(&path).await.text("#copy"), "Copy");
    }

    async fn while_the_visit_goes_on_no_end_is_stated_and_afterwards_the_true_one(clinic) {
        let room = clinic.served_room().await;
        clinic.wait_minutes(10);
        let to = room.issue("yes", &[]).await.expect(303).leads_to().unwrap();
        let paper = room.browser.get(&format!("{to}/print")).await.text("article");
        assert!(paper.contains("since 9am") && !paper.contains("9:10am"), "{paper}");
        let code = clinic.newest_code().await;
        assert!(clinic.checked(&code).await.text("#shown").contains("since 9am"));
        clinic.decided().await;
        let end = clinic.app.clock.now() + chrono::TimeDelta::minutes(15);
        sql("update queue_entry set state = 'done', ended_at = $1").bind(end).run(&clinic.app.db).await.unwrap();
        sql("update visit set closed_at = $1, close_reason = 'finished'").bind(end).run(&clinic.app.db).await.unwrap();
        let shown = clinic.checked(&code).await.text("#shown");
        assert!(shown.contains("9am to 9:25am"), "{shown}");
        let phone = clinic.phone_of(room.patient).await;
        let own = phone.get(&to.replace("/verifications/", "/my/letters/")).await.text("dl.summary");
        assert!(own.contains("9am to 9:25am"), "{own}");
    }
}
