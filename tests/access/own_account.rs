//! The own account: details, password, devices.

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::PASSWORD;

const NEW: &str = "three goats cross the bridge";

both! {
    async fn details_are_saved_with_a_trail(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let page = browser.open("/account").await;
        let fields = [("name", "Adéṣọlá Bákàrè"), ("email", "Ade@Unilorin.edu.ng"), ("phone", "0803 000 1122")];
        let seen = browser.submitted(&page, "#details", &fields).await;
        assert_eq!(seen.attribute("#name", "value").as_deref(), Some("Adéṣọlá Bákàrè"));
        assert_eq!(seen.attribute("#email", "value").as_deref(), Some("ade@unilorin.edu.ng"));
        assert_eq!(seen.text(".notice p"), "Your details are saved");
        assert!(clinic.has_entry("account.changed").await);
        assert_eq!(clinic.browser().try_password("ade@unilorin.edu.ng", PASSWORD).await.status, 303);
        // Sent twice, it is saved once.
        browser.submit(&page, "#details", &fields).await.expect(303);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'account.changed'").await, 1);
    }

    async fn bad_details_are_kept_and_named(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let page = browser.get("/account").await;
        let seen = browser.submit(&page, "#details", &[("name", ""), ("email", "not an address")]).await;
        seen.expect(422);
        assert_eq!(seen.errors().len(), 2);
        assert!(seen.text("title").starts_with("Error: "));
        assert_eq!(seen.attribute("#email", "value").as_deref(), Some("not an address"));
    }

    async fn a_second_tab_does_not_overwrite_unseen(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let (first, second) = (browser.get("/account").await, browser.get("/account").await);
        browser.submit(&first, "#details", &[("phone", "0801")]).await.expect(303);
        let seen = browser.submit(&second, "#details", &[("phone", "0802")]).await;
        seen.expect(409);
        assert_eq!(seen.attribute("#phone", "value").as_deref(), Some("0802"));
        assert!(seen.text("#conflict").contains("doctor changed this at 09:00"));
        assert_eq!(seen.text("#conflict dd"), "0801");
        // Now it is a decision.
        browser.submit(&seen, "#details", &[]).await.expect(303);
        assert_eq!(browser.get("/account").await.attribute("#phone", "value").as_deref(), Some("0802"));
    }

    async fn a_new_password_ends_all_other_sign_ins(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let other = clinic.browser();
        clinic.sign_in(&other, "doctor").await;
        let page = browser.get("/account").await;
        let wrong = [("password_current", "wrong"), ("password_new", NEW)];
        let seen = browser.submit(&page, "#password", &wrong).await;
        seen.expect(422);
        assert!(seen.has("#password_current-error") && other.is_signed_in().await);
        let page = browser.get("/account").await;
        browser.submit(&page, "#password", &[("password_current", PASSWORD), ("password_new", "doctor2026")]).await.expect(422);
        browser.submit(&page, "#password", &[("password_current", PASSWORD), ("password_new", NEW)]).await.expect(303);
        assert!(browser.is_signed_in().await);
        assert!(!other.is_signed_in().await);
        clinic.browser().try_password("doctor", PASSWORD).await.expect(422);
        clinic.browser().try_password("doctor", NEW).await.expect(303);
    }

    async fn an_open_browser_does_not_tell_the_password(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let page = browser.get("/account").await;
        for _ in 0..5 {
            browser.submit(&page, "#password", &[("password_current", "guess"), ("password_new", NEW)]).await;
        }
        let seen = browser.submit(&page, "#password", &[("password_current", PASSWORD), ("password_new", NEW)]).await;
        seen.expect(422);
        assert!(seen.errors()[0].contains("Try again"), "{:?}", seen.errors());
    }

    async fn devices_are_listed_and_ended_one_by_one(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let (second, third) = (clinic.browser(), clinic.browser());
        clinic.sign_in(&second, "doctor").await;
        clinic.sign_in(&third, "doctor").await;
        let page = browser.get("/account").await;
        assert_eq!(page.texts("#devices tbody tr").len(), 3);
        assert_eq!(page.texts("#devices .tag"), ["This device"]);
        // The list is by use: the newest sign-in comes first.
        browser.submit(&page, "#devices td form", &[]).await.expect(303);
        assert!(!third.is_signed_in().await && second.is_signed_in().await && browser.is_signed_in().await);
        let page = browser.get("/account").await;
        browser.submit(&page, "#others", &[]).await.expect(303);
        assert!(!second.is_signed_in().await && browser.is_signed_in().await);
    }

    async fn nobody_ends_a_strangers_sign_in(clinic) {
        let doctor = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let op = ("op", "0123456789abcdef0123");
        let id = clinic.count("select s.id from sign_in s join account a on a.id = s.account_id where a.name = 'nurse'").await;
        doctor.post(&format!("/account/sign-ins/{id}/end"), &[op]).await.expect(404);
        doctor.post("/account/sign-ins/garbage/end", &[op]).await.expect(404);
        assert!(nurse.is_signed_in().await);
    }

    async fn signing_out_everywhere_ends_this_one_too(clinic) {
        let browser = clinic.signed_in("doctor", &[Role::Doctor]).await;
        let other = clinic.browser();
        clinic.sign_in(&other, "doctor").await;
        let cookies = browser.cookies();
        let page = browser.get("/account").await;
        let seen = browser.submit(&page, "#everywhere", &[]).await;
        assert_eq!(seen.leads_to().as_deref(), Some("/sign-in"));
        assert!(!browser.is_signed_in().await && !other.is_signed_in().await);
        let replay = browser.request(reqwest::Method::GET, "/account").header("cookie", cookies);
        browser.send(replay, "/account").await.expect(303);
    }

    async fn nobody_signs_in_with_an_e_mail_recorded_for_somebody_else(clinic) {
        clinic.patient_account("ada").await;
        clinic.patient_account("bola").await;
        let record = "update patient set email = 'family@x.ng' where number = $1";
        sql(record).bind("bola").run(&clinic.app.db).await.unwrap();
        let browser = clinic.browser();
        clinic.sign_in(&browser, "ada").await;
        let page = browser.get("/account").await;
        let seen = browser.submit(&page, "#details", &[("email", "Family@x.ng")]).await;
        seen.expect(422);
        assert!(seen.has("#email-error"), "{:?}", seen.errors());
        // Relatives may share one.
        sql(record).bind("ada").run(&clinic.app.db).await.unwrap();
        browser.submit(&seen, "#details", &[]).await.expect(303);
    }

    async fn a_patient_sees_the_same_on_the_phone(clinic) {
        clinic.patient_account("ada").await;
        let browser = clinic.browser();
        clinic.sign_in(&browser, "ada").await;
        let page = browser.get("/account").await;
        assert!(page.has("body.phone") && !page.has("#name") && page.has("#devices"));
        let seen = browser.submitted(&page, "#details", &[("email", "ada@x.ng"), ("name", "Admin")]).await;
        assert_eq!(seen.attribute("#email", "value").as_deref(), Some("ada@x.ng"));
        assert_eq!(clinic.count("select count(*) from account where name = 'ada'").await, 1);
        browser.get("/staff").await.expect(403);
    }
}
