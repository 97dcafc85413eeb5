//! Sensitive changes take a password that was given within the last five minutes (ASVS 7.5.1, 7.5.3).

use axum::http::Method;
use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths::{access, audit, billing, patients, record};

use crate::support::{ADA, PASSWORD};

/// The forms that change who can do what, give money back, carry the trail away, open a record by force or seal it.
const SENSITIVE: [&str; 22] = [
    access::ACCOUNT,
    access::SIGN_IN_END,
    access::OTHERS_END,
    access::EVERYWHERE,
    access::STAFF,
    access::STAFF_SHOW,
    access::DEACTIVATION,
    access::REACTIVATION,
    access::STAFF_SIGN_OUT,
    access::STAFF_CODES,
    access::RELATIVES,
    access::RELATIVE_REMOVAL,
    patients::CODES,
    patients::STUDENT_CODES,
    patients::MY_DETAILS,
    billing::REFUNDS,
    billing::REFUND,
    billing::PAYOUT,
    audit::EXPORT,
    record::EMERGENCY,
    record::SEAL,
    record::VISIT_SEALS,
];

#[test]
fn exactly_the_sensitive_forms_take_a_fresh_password() {
    let mut stated: Vec<&str> = infirmary::app::routes()
        .table()
        .iter()
        .filter(|route| route.confirmed)
        .map(|route| route.path)
        .collect();
    let mut wanted = SENSITIVE.to_vec();
    stated.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(stated, wanted);
    assert!(
        infirmary::app::routes().table().iter().all(|route| !route.confirmed || route.method == Method::POST)
    );
}

both! {
    async fn every_sensitive_form_asks_for_the_password_after_five_minutes(clinic) {
        let admin = clinic.signed_in("boss", &[Role::Admin, Role::Receptionist, Role::Doctor, Role::Cashier]).await;
        let ada = clinic.visitor("Ada Obi").await;
        let phone = clinic.phone_of(ada).await;
        clinic.wait_minutes(6);
        for path in SENSITIVE {
            let path = path.replace("{id}", "1");
            // What the form of an emergency misses is said first: it comes filled in.
            let filled = [("emergency_reason", "cannot_speak"), ("emergency_words", "Lies on the floor and does not answer")];
            let who = if path.starts_with("/my/") { &phone } else { &admin };
            let seen = who.post(&path, &[&[("op", "0123456789abcdef0123")], &filled[..]].concat()).await;
            assert_eq!(seen.expect(401).heading(), "Confirm it is you", "{path}");
            assert_eq!(seen.form("#confirm", &[]).0, path);
        }
        assert_eq!(clinic.count("select count(*) from sign_in where ended_at is not null").await, 0);
    }

    async fn a_form_goes_on_with_everything_typed_once_the_password_is_given(clinic) {
        let admin = clinic.administrator().await;
        let page = admin.get("/staff/new").await;
        clinic.wait_minutes(6);
        let fields = [("name", "Chi Nwosu"), ("sign_in_name", "c.nwosu"), ("roles", "nurse"), ("roles", "receptionist")];
        let asked = admin.submit(&page, "#staff", &fields).await;
        assert_eq!(asked.expect(401).heading(), "Confirm it is you");
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = 'c.nwosu'").await, 0);
        let missing = admin.submit(&asked, "#confirm", &[]).await;
        missing.expect(401);
        let wrong = admin.submit(&asked, "#confirm", &[("password_confirmation", "guess")]).await;
        assert_eq!(wrong.expect(422).errors(), ["This is not your password. Enter it again"]);
        assert!(!wrong.body.contains("guess"));
        let old = admin.cookies();
        let done = admin.submit(&wrong, "#confirm", &[("password_confirmation", PASSWORD)]).await;
        assert!(done.expect(303).leads_to().unwrap().starts_with("/staff/"));
        assert_ne!(admin.cookies(), old, "a new session id");
        let roles: Vec<String> = sql("select role from account_role r join account a on a.id = r.account_id
             where a.sign_in_name = 'c.nwosu' order by role").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(roles, ["nurse", "receptionist"]);
        // Sent once more, from the page that asked: the same place, one account.
        let again = admin.submit(&wrong, "#confirm", &[("password_confirmation", PASSWORD)]).await;
        assert_eq!(again.expect(303).leads_to(), done.leads_to());
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = 'c.nwosu'").await, 1);
        // The old id answers what was under way for five seconds, then nothing.
        tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
        let replay = admin.request(reqwest::Method::GET, "/account").header("cookie", old);
        clinic.browser().send(replay, "/account").await.expect(303);
        assert!(clinic.has_entry("sign_in.confirmed").await && clinic.has_entry("sign_in.confirmation_refused").await);
    }

    async fn two_presses_at_once_confirm_once_and_sign_nobody_out(clinic) {
        let admin = clinic.administrator().await;
        let page = admin.get("/staff/new").await;
        clinic.wait_minutes(6);
        let fields = [("name", "Chi Nwosu"), ("sign_in_name", "c.nwosu"), ("roles", "nurse")];
        let asked = admin.submit(&page, "#staff", &fields).await;
        let password = [("password_confirmation", PASSWORD)];
        let press = || admin.submit(&asked, "#confirm", &password);
        let (first, second) = futures::join!(press(), press());
        assert!(first.expect(303).leads_to().unwrap().starts_with("/staff/"));
        assert_eq!(second.expect(303).leads_to(), first.leads_to());
        assert_eq!(clinic.count("select count(*) from account where sign_in_name = 'c.nwosu'").await, 1);
        assert!(admin.is_signed_in().await);
    }

    async fn signing_in_and_confirming_count_for_five_minutes_each(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        clinic.wait_minutes(5);
        let page = browser.get("/account").await;
        browser.submit(&page, "#details", &[("phone", "0801")]).await.expect(303);
        clinic.app.clock.advance(chrono::TimeDelta::seconds(1));
        let page = browser.get("/account").await;
        let asked = browser.submit(&page, "#details", &[("phone", "0802")]).await;
        browser.submit(asked.expect(401), "#confirm", &[("password_confirmation", PASSWORD)]).await.expect(303);
        clinic.wait_minutes(5);
        let page = browser.get("/account").await;
        assert_eq!(page.attribute("#phone", "value").as_deref(), Some("0802"));
        browser.submit(&page, "#details", &[("phone", "0803")]).await.expect(303);
        clinic.app.clock.advance(chrono::TimeDelta::seconds(1));
        browser.submit(&page, "#details", &[("phone", "0804")]).await.expect(401);
    }

    async fn a_bad_form_is_still_refused_with_its_text_after_the_password(clinic) {
        let admin = clinic.administrator().await;
        let page = admin.get("/staff/new").await;
        clinic.wait_minutes(6);
        let asked = admin.submit(&page, "#staff", &[("name", "Chi Nwosu"), ("sign_in_name", "x")]).await;
        let refused = admin.submit(asked.expect(401), "#confirm", &[("password_confirmation", PASSWORD)]).await;
        assert_eq!(refused.expect(422).attribute("#name", "value").as_deref(), Some("Chi Nwosu"));
        assert_eq!(refused.errors().len(), 2, "{:?}", refused.errors());
    }

    async fn guessing_on_an_open_browser_slows_down(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = browser.get("/account").await;
        clinic.wait_minutes(6);
        let asked = browser.submit(&page, "#details", &[("phone", "0801")]).await;
        for _ in 0..6 {
            browser.submit(&asked, "#confirm", &[("password_confirmation", "guess")]).await;
        }
        let seen = browser.submit(&asked, "#confirm", &[("password_confirmation", PASSWORD)]).await;
        assert!(seen.expect(429).errors()[0].starts_with("Too many tries"));
        assert!(seen.headers.contains_key("retry-after"));
        assert_eq!(clinic.count("select count(*) from account where phone = '0801'").await, 0);
    }

    async fn the_desk_gives_a_code_after_the_password(clinic) {
        let desk = clinic.receptionist().await;
        let id = clinic.registered(&desk, ADA).await;
        clinic.wait_minutes(6);
        let record = desk.get(&patients::show(id)).await;
        let asked = desk.submit(&record, "#code", &[]).await;
        assert_eq!(clinic.count("select count(*) from one_time_code").await, 0);
        assert_eq!(asked.expect(401).links("#confirm a"), [patients::show(id)]);
        let sheet = desk.submit(&asked, "#confirm", &[("password_confirmation", PASSWORD)]).await;
        assert!(sheet.expect(200).body.contains("code"));
        assert_eq!(clinic.count("select count(*) from one_time_code").await, 1);
    }

    async fn no_role_gets_past_its_permission_by_a_password(clinic) {
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        clinic.wait_minutes(6);
        let fields = [("op", "0123456789abcdef0123"), ("password_confirmation", PASSWORD)];
        for path in ["/staff", "/staff/1/codes", "/patients/1/codes", "/audit/export"] {
            nurse.post(path, &fields).await.expect(403);
        }
    }
}
