//! A form that came too late or to a locked desk waits for its own person, and for nobody else (experience E5).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths::access;

use crate::support::{Browser, Clinic, PASSWORD, Seen, ada_but};

const WAITING: &str = "select count(*) from kept_form";
const SECRET: &str = "Assaulted at home";

/// The desk's page of registration, filled in and sent after the desk's sign-in had ended.
async fn too_late(clinic: &Clinic, desk: &Browser) -> Seen {
    let form = desk.get("/patients/new").await;
    clinic.wait_minutes(16);
    let asked = desk.submit(&form, "#person", &ada_but(&[("family_name", SECRET)])).await;
    assert_eq!(asked.expect(401).heading(), "Sign in");
    assert!(!asked.body.contains("Assaulted") && !asked.body.contains("Ọlúwa"), "{}", asked.body);
    asked
}

async fn signs_in(browser: &Browser, page: &Seen, name: &str) -> Seen {
    browser.submit(page, "main form", &[("name", name), ("password", PASSWORD)]).await
}

both! {
    async fn what_was_typed_into_an_ended_sign_in_is_shown_to_nobody_else(clinic) {
        let desk = clinic.receptionist().await;
        clinic.staff("colleague", &[Role::Receptionist]).await;
        let asked = too_late(&clinic, &desk).await;
        let other = signs_in(&desk, &asked, "colleague").await;
        assert_eq!(other.expect(200).heading(), "A form waits for somebody else");
        assert!(!other.body.contains("Assaulted") && !other.has("main form"), "{}", other.body);
        assert_eq!(clinic.count(WAITING).await, 1);
        // Their own person gets it back, at another desk as well, and once.
        let elsewhere = clinic.browser();
        let page = elsewhere.get("/sign-in").await;
        let own = signs_in(&elsewhere, &page, "reception").await;
        assert_eq!(own.expect(200).heading(), "You are signed in again");
        assert!(own.body.contains(SECRET));
        assert_eq!(clinic.count(WAITING).await, 0);
        elsewhere.submit(&own, "main form", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
        signs_in(&clinic.browser(), &page, "reception").await.expect(303);
        assert_eq!(signs_in(&desk, &asked, "reception").await.expect(200).heading(), "Your form is gone");
    }

    async fn each_page_gets_its_own_form_back(clinic) {
        let desk = clinic.receptionist().await;
        let first = too_late(&clinic, &desk).await;
        let second = desk.post("/patients", &[("op", "0123456789abcdef0123"), ("family_name", "Second")]).await;
        let wrong = desk.submit(&first, "main form", &[("name", "reception"), ("password", "guess")]).await;
        let back = signs_in(&desk, wrong.expect(422), "reception").await;
        assert!(back.expect(200).body.contains(SECRET));
        let back = signs_in(&desk, second.expect(401), "reception").await;
        assert!(back.expect(200).body.contains("Second") && !back.body.contains(SECRET));
    }

    async fn a_form_waits_for_an_hour_and_no_longer(clinic) {
        let desk = clinic.receptionist().await;
        let asked = too_late(&clinic, &desk).await;
        clinic.wait_minutes(61);
        assert_eq!(signs_in(&desk, &asked, "reception").await.expect(200).heading(), "Your form is gone");
        assert_eq!(clinic.count(WAITING).await, 1);
        clinic.run_job("forget_old_sessions").await;
        assert_eq!(clinic.count(WAITING).await, 0);
    }

    async fn what_nobody_sent_is_kept_for_nobody(clinic) {
        let stranger = clinic.browser();
        let seen = stranger.post("/patients", &[("op", "0123456789abcdef0123"), ("family_name", SECRET)]).await;
        assert!(seen.expect(401).text("main .notice").contains("is not kept"));
        assert!(!seen.body.contains("Assaulted"));
        assert_eq!(clinic.count(WAITING).await, 0);
    }

    async fn a_form_sent_to_a_locked_desk_is_not_in_the_lock_and_waits_when_somebody_else_signs_in(clinic) {
        let desk = clinic.receptionist().await;
        let form = desk.get("/patients/new").await;
        desk.post(access::LOCK, &[]).await.expect(303);
        let lock = desk.submit(&form, "#person", &ada_but(&[("family_name", SECRET)])).await;
        assert_eq!(lock.expect(401).heading(), "Locked");
        assert!(!lock.body.contains("Assaulted"));
        desk.post(access::SIGN_OUT, &[]).await.expect(303);
        clinic.staff("colleague", &[Role::Receptionist]).await;
        clinic.sign_in(&desk, "colleague").await;
        assert!(!desk.get("/").await.body.contains("Assaulted"));
        let page = clinic.browser().get("/sign-in").await;
        assert!(signs_in(&clinic.browser(), &page, "reception").await.expect(200).body.contains(SECRET));
    }

    async fn the_password_of_a_second_person_is_neither_kept_nor_shown_and_is_asked_for_again(clinic) {
        clinic.signed_in("colleague", &[Role::Nurse]).await;
        let counter = clinic.counter(&["codeine phosphate 30 mg tablet"]).await;
        clinic.shelf("codeine-phosphate-30mg-tablet", "CO1", 300, 40).await;
        let second = clinic.count("select id from account where sign_in_name = 'colleague'").await.to_string();
        let fields = [("second", second.as_str()), ("second_password", PASSWORD), ("advice", "After food")];
        // Once at a locked desk, once after the sign-in had ended.
        for locked in [true, false] {
            let page = counter.page().await;
            if locked {
                counter.desk.post(access::LOCK, &[]).await.expect(303);
            } else {
                clinic.wait_minutes(16);
            }
            let asked = counter.desk.submit(&page, "#dispense", &fields).await;
            assert!(!asked.expect(401).body.contains("pottage"));
            let body: String = sql("select body from kept_form").scalar(&clinic.app.db).await.unwrap();
            assert!(body.contains("After+food") && !body.contains("pottage"), "{body}");
            let back = if locked {
                counter.desk.submit(&asked, "#unlock", &[("password_unlock", PASSWORD)]).await
            } else {
                signs_in(&counter.desk, &asked, "pharmacist").await
            };
            assert!(back.expect(200).has("#lacks") && !back.body.contains("pottage"), "{}", back.body);
            assert_eq!(back.text("main form button"), "Go on");
            let again = counter.desk.submit(&back, "main form", &[]).await;
            assert_eq!(again.expect(422).errors(), ["Enter the password of the second person"]);
            assert_eq!(again.text("#advice"), "After food", "what was typed is there");
            assert_eq!(clinic.count("select count(*) from dispensing").await, 0);
            if !locked {
                counter.desk.submit(&again, "#dispense", &[("second_password", PASSWORD)]).await.expect(303);
            }
        }
    }

    async fn a_form_of_passwords_alone_leads_back_to_its_page(clinic) {
        let desk = clinic.receptionist().await;
        let page = desk.get(access::ACCOUNT).await;
        desk.post(access::LOCK, &[]).await.expect(303);
        let new = [("password_current", PASSWORD), ("password_new", "some other words in a row")];
        let lock = desk.submit(&page, "#password", &new).await;
        assert_eq!((lock.expect(401).heading().as_str(), clinic.count(WAITING).await), ("Locked", 0));
        let back = desk.submit(&lock, "#unlock", &[("password_unlock", PASSWORD)]).await;
        assert_eq!(back.expect(303).leads_to().as_deref(), Some(access::ACCOUNT));
    }
}
