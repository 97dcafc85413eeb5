//! A shared desk, locked and unlocked (experience X2).

use std::time::Duration;

use infirmary::access::model::Role;
use infirmary::web::paths::access;

use crate::support::{Browser, Clinic, PASSWORD};

async fn locked(clinic: &Clinic) -> Browser {
    let browser = clinic.receptionist().await;
    let page = browser.get("/patients").await;
    assert_eq!(page.attribute("#lock button", "aria-keyshortcuts").as_deref(), Some("Alt+L"));
    let seen = browser.submit(&page, "#lock", &[]).await;
    assert_eq!(seen.expect(303).leads_to(), Some(access::lock_to("/patients")));
    browser
}

both! {
    async fn a_locked_desk_shows_nothing_but_the_lock(clinic) {
        let browser = clinic.receptionist().await;
        let id = clinic.patient("Ada Obi").await;
        let page = browser.get("/patients?q=obi").await;
        assert!(page.says("Obi"));
        browser.submit(&page, "#lock", &[]).await.expect(303);
        for path in ["/", "/patients?q=obi", &format!("/patients/{id}"), "/account", "/staff", "/arrivals"] {
            let seen = browser.get(path).await;
            assert_eq!(seen.expect(401).heading(), "Locked", "{path}");
            assert!(!seen.says("Obi") && seen.headers["x-locked"] == "yes", "{path}");
        }
        let part = browser.request(reqwest::Method::GET, "/patients?q=obi").header("hx-request", "true");
        let part = browser.send(part, "/patients?q=obi").await;
        assert!(part.expect(401).has("#unlock") && !part.has("title") && !part.says("Obi"));
        let op = "0123456789abcdef0123";
        browser.post(&format!("/patients/{id}/card"), &[("op", op)]).await.expect(401);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.card_renewed'").await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'sign_in.locked'").await, 1);
        // Nobody else's desk is locked, and a second lock changes nothing.
        clinic.signed_in("nurse", &[Role::Nurse]).await.get("/patients").await.expect(200);
        browser.post(access::LOCK, &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'sign_in.locked'").await, 1);
    }

    async fn the_password_leads_back_to_the_page(clinic) {
        let browser = locked(&clinic).await;
        let page = browser.get("/patients?q=obi").await;
        let wrong = browser.submit(&page, "#unlock", &[("password_unlock", "guess")]).await;
        assert_eq!(wrong.expect(422).errors(), ["This is not your password. Enter it again"]);
        browser.submit(&page, "#unlock", &[]).await.expect(422);
        browser.get("/patients").await.expect(401);
        let old = browser.cookies();
        let back = browser.submit(&wrong, "#unlock", &[("password_unlock", PASSWORD)]).await;
        assert_eq!(back.expect(303).leads_to().as_deref(), Some("/patients?q=obi"));
        browser.get("/patients").await.expect(200);
        assert_ne!(browser.cookies(), old);
        assert!(clinic.has_entry("sign_in.unlocked").await && clinic.has_entry("sign_in.unlock_refused").await);
        assert_eq!(browser.get(access::LOCK).await.leads_to().as_deref(), Some("/"));
    }

    async fn a_form_sent_to_a_locked_desk_is_offered_again(clinic) {
        let browser = clinic.receptionist().await;
        let form = browser.get("/patients/new").await;
        browser.post(access::LOCK, &[]).await.expect(303);
        let kept = browser.submit(&form, "#person", crate::support::ADA).await;
        kept.expect(401);
        assert_eq!(clinic.count("select count(*) from patient").await, 0);
        let unlocked = browser.submit(&kept, "#unlock", &[("password_unlock", PASSWORD)]).await;
        assert_eq!(unlocked.expect(200).heading(), "Unlocked");
        browser.submit(&unlocked, "main form", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient").await, 1);
    }

    async fn a_locked_desk_waits_longer_than_an_idle_one_but_not_for_ever(clinic) {
        let browser = locked(&clinic).await;
        clinic.wait_minutes(11 * 60);
        let page = browser.get("/patients").await;
        assert_eq!(page.expect(401).heading(), "Locked");
        clinic.wait_minutes(61);
        let late = browser.submit(&page, "#unlock", &[("password_unlock", PASSWORD)]).await;
        assert!(late.expect(303).leads_to().unwrap().starts_with("/sign-in"));
    }

    async fn guessing_at_the_lock_slows_down_and_somebody_else_can_sign_in(clinic) {
        let browser = locked(&clinic).await;
        let page = browser.get("/patients").await;
        for _ in 0..6 {
            browser.submit(&page, "#unlock", &[("password_unlock", "guess")]).await;
        }
        let seen = browser.submit(&page, "#unlock", &[("password_unlock", PASSWORD)]).await;
        assert!(seen.expect(429).errors()[0].starts_with("Too many tries"));
        let seen = browser.post("/sign-out", &[]).await;
        assert_eq!(seen.expect(303).leads_to().as_deref(), Some("/sign-in"));
        clinic.staff("nurse", &[Role::Nurse]).await;
        clinic.sign_in(&browser, "nurse").await;
        browser.get("/patients").await.expect(200);
    }

    async fn an_open_stream_ends_when_the_desk_is_locked(clinic) {
        let browser = clinic.receptionist().await;
        let mut stream = browser.request(reqwest::Method::GET, "/stream/me").send().await.unwrap();
        stream.chunk().await.unwrap().unwrap();
        browser.post(access::LOCK, &[]).await.expect(303);
        let ended = tokio::time::timeout(Duration::from_secs(5), async {
            while let Ok(Some(_)) = stream.chunk().await {}
        });
        assert!(ended.await.is_ok(), "the stream went on");
        let again = browser.request(reqwest::Method::GET, "/stream/me").send().await.unwrap();
        assert_eq!(again.status(), 401);
    }

    async fn patients_have_no_lock(clinic) {
        clinic.patient_account("ada").await;
        let phone = clinic.browser();
        clinic.sign_in(&phone, "ada").await;
        assert!(!phone.get("/").await.has("#lock"));
        phone.post(access::LOCK, &[]).await.expect(403);
        phone.post(access::UNLOCK, &[("password_unlock", PASSWORD)]).await.expect(403);
        clinic.browser().get(access::LOCK).await.expect(303);
    }
}
