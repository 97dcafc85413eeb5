//! Signing in and out.

use infirmary::access::model::Role;

use crate::support::PASSWORD;

both! {
    async fn a_member_of_staff_signs_in_and_out(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let browser = clinic.browser();
        let page = browser.open("/audit").await;
        assert_eq!(page.heading(), "Sign in");
        let seen = browser.submit(&page, "main form", &[("name", " Doctor "), ("password", PASSWORD)]).await;
        assert_eq!(seen.leads_to().as_deref(), Some("/audit"));
        browser.get("/audit").await.expect(403);
        let before = browser.cookies();
        let out = browser.post("/sign-out", &[]).await;
        assert_eq!(out.leads_to().as_deref(), Some("/sign-in"));
        // The old cookie is dead even when it is sent again.
        let replay = browser.request(reqwest::Method::GET, "/audit").header("cookie", before);
        let replay = browser.send(replay, "/audit").await;
        assert!(replay.leads_to().unwrap().starts_with("/sign-in"));
    }

    async fn a_wrong_password_and_an_unknown_name_get_the_same_answer(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let browser = clinic.browser();
        let page = browser.get("/sign-in").await;
        let wrong = browser.submit(&page, "main form", &[("name", "doctor"), ("password", "wrong")]).await;
        let unknown = browser.submit(&page, "main form", &[("name", "nobody"), ("password", "wrong")]).await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        assert_eq!(wrong.errors(), unknown.errors());
        assert_eq!(wrong.attribute("#name", "value").as_deref(), Some("doctor"));
        assert_eq!(wrong.attribute("#password", "value"), None);
    }

    async fn a_matric_number_is_read_with_blanks_and_hyphens(clinic) {
        clinic.patient_account("19/52ha001").await;
        for typed in ["19/52HA001", "19-52-HA-001", "19 52 ha001", "1952HA001"] {
            clinic.browser().try_password(typed, PASSWORD).await.expect(303);
        }
        for typed in ["19/52HA002", "1952HA00", "ha001"] {
            clinic.browser().try_password(typed, PASSWORD).await.expect(422);
        }
        // Whoever has just this name comes first.
        clinic.staff("1952ha001", &[Role::Doctor]).await;
        let browser = clinic.browser();
        browser.try_password("1952HA001", PASSWORD).await.expect(303);
        browser.get("/my/card").await.expect(403);
    }

    async fn a_form_from_another_site_changes_nothing(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let browser = clinic.browser();
        clinic.sign_in(&browser, "doctor").await;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")] {
            let request = browser.request(reqwest::Method::POST, "/sign-out").header(name, value);
            let seen = browser.send(request, "/sign-out").await;
            assert_eq!(seen.expect(403).heading(), "This form was not taken", "{name}: {value}");
            assert!(seen.body.contains("did not come from a page of this clinic"), "{}", seen.body);
            assert!(!seen.body.contains("administrator"));
        }
        let bare = browser.request(reqwest::Method::POST, "/sign-out");
        let seen = browser.send(bare, "/sign-out").await;
        assert_eq!(seen.expect(403).heading(), "This form was not taken");
        assert!(seen.body.contains("did not say where this form comes from"), "{}", seen.body);
        browser.get("/audit").await.expect(403);
    }
}
