//! Sessions: limits, cookies, ends that take effect at once (P21, W10).

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use infirmary::access::model::{AccountId, CodePurpose, Role, SignInId};
use infirmary::access::{issue_code, session, store};
use infirmary::app::{App, router};
use infirmary::config::Config;
use infirmary::db::sql;
use infirmary::live::Topic;
use infirmary::work::{Doer, Work};
use tokio::net::TcpListener;

use crate::support::{Browser, Clinic, PASSWORD, Seen};

/// Uses the clinic every few minutes until `total` is over.
async fn keep_busy(clinic: &Clinic, browser: &Browser, total: TimeDelta) {
    let mut left = total;
    while left > TimeDelta::zero() {
        let step = left.min(TimeDelta::minutes(4));
        clinic.app.clock.advance(step);
        browser.get("/account").await;
        left -= step;
    }
}

both! {
    async fn a_browser_left_alone_is_signed_out(clinic) {
        clinic.patient_account("ada").await;
        let people = [("nurse", 15), ("boss", 10), ("ada", 30)];
        clinic.staff("nurse", &[Role::Nurse]).await;
        clinic.staff("boss", &[Role::Admin, Role::Nurse]).await;
        for (name, minutes) in people {
            for (extra, stays) in [(-1, true), (1, false)] {
                let browser = clinic.browser();
                clinic.sign_in(&browser, name).await;
                clinic.app.clock.advance(TimeDelta::minutes(minutes) + TimeDelta::seconds(extra));
                assert_eq!(browser.is_signed_in().await, stays, "{name} {extra}");
            }
        }
    }

    async fn a_page_that_asks_by_itself_keeps_nobody_signed_in(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        let ways = [("x-by-itself", "1", false), ("accept", "text/event-stream", false), ("accept", "text/html", true)];
        for (name, value, stays) in ways {
            let browser = clinic.browser();
            clinic.sign_in(&browser, "nurse").await;
            for _ in 0..4 {
                clinic.wait_minutes(4);
                let asks = browser.request(reqwest::Method::GET, "/account").header(name, value);
                browser.send(asks, "/account").await;
            }
            assert_eq!(browser.is_signed_in().await, stays, "{name}: {value}");
        }
        // Without scripts a phone reads its page again, and whoever was signed out comes back to the page itself.
        clinic.point("Triage", "triage").await;
        let ada = clinic.visitor("Ada Obi").await;
        let phone = clinic.phone_of(ada).await;
        let slip = infirmary::web::paths::queue::place(&clinic.arrived(ada).await.slip_code);
        for path in ["/", "/my/place", &slip] {
            assert!(phone.get(path).await.body.contains(&format!("content=\"15; url={path}?by=itself\"")), "{path}");
        }
        for _ in 0..8 {
            clinic.wait_minutes(4);
            phone.get("/?by=itself").await;
        }
        assert_eq!(phone.get("/my/place?by=itself").await.leads_to().as_deref(), Some("/sign-in?next=%2Fmy%2Fplace"));
        // What a stream asks is no click either.
        let browser = clinic.browser();
        clinic.sign_in(&browser, "nurse").await;
        let id: SignInId = sql("select max(id) from sign_in").scalar(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(14);
        assert!(session::actor_of(&clinic.app, id).await.unwrap().is_some());
        clinic.wait_minutes(1);
        assert!(session::actor_of(&clinic.app, id).await.unwrap().is_none());
    }

    async fn signing_out_over_https_removes_the_cookie_so_that_a_browser_heeds_it(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        let public_url = "https://clinic.example.edu".to_owned();
        let config = Config { public_url, ..clinic.app.config.clone() };
        let app = App::new(clinic.app.db.clone(), clinic.app.clock.clone(), config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let browser = Browser::new(listener.local_addr().unwrap());
        let routes = router(&app);
        tokio::spawn(infirmary::web::serve::serve(app, listener, routes));
        let cookies = |seen: &Seen| -> Vec<String> {
            seen.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
        };
        for path in ["/sign-out", "/account/sign-out-everywhere"] {
            let set = cookies(&browser.try_password("nurse", PASSWORD).await);
            let sid = set.iter().find(|cookie| cookie.starts_with("__Host-sid=")).unwrap();
            let request = browser.request(reqwest::Method::POST, path)
                .header("cookie", sid.split(';').next().unwrap())
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .body("op=signing-out-of-it-all");
            let seen = browser.send(request, path).await;
            seen.expect(303);
            let removals = cookies(&seen);
            let heeded = |cookie: &String| {
                cookie.starts_with("__Host-sid=;") && cookie.contains("Max-Age=0") && cookie.contains("; Secure")
            };
            assert!(removals.iter().any(heeded), "{path}: {removals:?}");
        }
    }

    async fn nobody_stays_signed_in_for_ever(clinic) {
        clinic.patient_account("ada").await;
        clinic.staff("nurse", &[Role::Nurse]).await;
        clinic.staff("boss", &[Role::Admin]).await;
        for (name, hours) in [("nurse", 12), ("boss", 8), ("ada", 12)] {
            let browser = clinic.browser();
            clinic.sign_in(&browser, name).await;
            keep_busy(&clinic, &browser, TimeDelta::hours(hours) - TimeDelta::seconds(1)).await;
            assert!(browser.is_signed_in().await, "{name}");
            clinic.app.clock.advance(TimeDelta::seconds(2));
            assert!(!browser.is_signed_in().await, "{name}");
        }
    }

    async fn the_session_changes_its_id_at_sign_in(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        clinic.staff("doctor", &[Role::Doctor]).await;
        let browser = clinic.browser();
        clinic.sign_in(&browser, "nurse").await;
        let before = browser.cookies();
        browser.try_password("doctor", PASSWORD).await.expect(303);
        let sid = |cookies: &str| cookies.split("; ").find(|one| one.starts_with("sid=")).map(str::to_owned);
        assert_ne!(sid(&before), sid(&browser.cookies()));
        let replay = browser.request(reqwest::Method::GET, "/account").header("cookie", before);
        clinic.browser().send(replay, "/account").await.expect(303);
        assert_eq!(clinic.count("select count(*) from sign_in where ended_at is null").await, 1);
    }

    async fn cookies_carry_their_flags_and_only_digests_are_stored(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        let browser = clinic.browser();
        let seen = browser.try_password("nurse", PASSWORD).await;
        let cookies: Vec<String> =
            seen.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        assert_eq!(cookies.len(), 2);
        for cookie in &cookies {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
            assert!(!cookie.contains("Domain") && cookie.len() < 4_096, "{cookie}");
        }
        let sid = cookies.iter().find_map(|cookie| cookie.strip_prefix("sid=")).unwrap();
        let sid = sid.split(';').next().unwrap();
        assert!(sid.len() >= 22);
        let stored: Vec<String> = sql("select id from browser_session").scalars(&clinic.app.db).await.unwrap();
        assert!(!stored.iter().any(|id| id == sid));
        let no_session = clinic.browser().get("/sign-in").await;
        assert!(!no_session.headers.contains_key("set-cookie"));
        assert_eq!(session::cookie_name(true), "__Host-sid");
    }

    async fn session_ids_do_not_repeat(clinic) {
        clinic.staff("nurse", &[Role::Nurse]).await;
        let mut ids = HashSet::new();
        for _ in 0..30 {
            let browser = clinic.browser();
            clinic.sign_in(&browser, "nurse").await;
            ids.insert(browser.cookies());
        }
        assert_eq!(ids.len(), 30);
        assert_eq!(clinic.count("select count(*) from sign_in where ended_at is null").await, 5);
    }

    async fn a_slow_request_does_not_bring_a_session_back(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        for _ in 0..10 {
            let page = async { browser.get("/account").await };
            let out = async { browser.post("/sign-out", &[]).await };
            let cookies = browser.cookies();
            futures::join!(page, out);
            let replay = browser.request(reqwest::Method::GET, "/account").header("cookie", cookies);
            clinic.browser().send(replay, "/account").await.expect(303);
            clinic.sign_in(&browser, "nurse").await;
        }
    }

    async fn a_new_code_and_a_deactivation_end_everything_at_once(clinic) {
        let nurse = clinic.staff("nurse", &[Role::Nurse]).await;
        let (first, second) = (clinic.browser(), clinic.browser());
        clinic.sign_in(&first, "nurse").await;
        clinic.sign_in(&second, "nurse").await;
        clinic.code_for(nurse, CodePurpose::Reset).await;
        assert!(!first.is_signed_in().await && !second.is_signed_in().await);
        first.try_password("nurse", PASSWORD).await.expect(422);
    }

    async fn a_sign_in_that_was_under_way_does_not_outlive_the_password(clinic) {
        let nurse = clinic.staff("nurse", &[Role::Nurse]).await;
        let browser = clinic.browser();
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        let at = work.now();
        // The attempt has read the old password and waits for its turn here, while the desk gives a new code.
        store::touch_bucket(work.tx(), &format!("account:{nurse}"), at).await.unwrap();
        let desk = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            issue_code(&mut work, nurse, CodePurpose::Reset).await.unwrap();
            work.commit().await.unwrap();
        };
        let (seen, ()) = futures::join!(browser.try_password("nurse", PASSWORD), desk);
        assert_eq!(seen.expect(422).errors().len(), 1);
        assert!(!browser.is_signed_in().await);
        assert_eq!(clinic.count("select count(*) from sign_in where ended_at is null").await, 0);
    }

    async fn a_change_of_the_password_that_was_under_way_does_not_outlive_a_new_code(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let nurse: AccountId = sql("select id from account").scalar(&clinic.app.db).await.unwrap();
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        store::accounts::touch(work.tx(), nurse).await.unwrap();
        let desk = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            issue_code(&mut work, nurse, CodePurpose::Reset).await.unwrap();
            work.commit().await.unwrap();
        };
        let fields = [("op", "0123456789abcdef0123"), ("password_current", PASSWORD),
            ("password_new", "three goats cross the bridge")];
        let (seen, ()) = futures::join!(browser.post("/account/password", &fields), desk);
        assert!([303, 422].contains(&seen.status), "{}", seen.status);
        assert_eq!(clinic.count("select count(*) from account where password_hash is not null").await, 0);
        assert!(!browser.is_signed_in().await);
    }

    async fn an_open_stream_ends_with_its_sign_in(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id: SignInId = sql("select id from sign_in").scalar(&clinic.app.db).await.unwrap();
        let mut stream = browser.request(reqwest::Method::GET, "/stream/me").send().await.unwrap();
        assert!(String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()).contains("all"));
        let other = clinic.browser();
        clinic.sign_in(&other, "nurse").await;
        let page = other.get("/account").await;
        other.submit(&page, "#others", &[]).await.expect(303);
        assert!(session::actor_of(&clinic.app, id).await.unwrap().is_none());
        let ended = tokio::time::timeout(Duration::from_secs(20), async {
            while let Ok(Some(_)) = stream.chunk().await {}
        });
        assert!(ended.await.is_ok(), "the stream went on");
    }

    async fn an_open_stream_goes_on_while_its_sign_in_lives(clinic) {
        let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let account = clinic.count("select id from account").await;
        let mut stream = browser.request(reqwest::Method::GET, "/stream/me").send().await.unwrap();
        stream.chunk().await.unwrap().unwrap();
        clinic.app.live.tell_here(&[Topic::Account(account)]);
        let next = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await;
        assert!(next.unwrap().unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_ends_is_ended_on_the_other() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    let other = clinic.second_node().await;
    let browser = clinic.signed_in("nurse", &[Role::Nurse]).await;
    let there = other.browser();
    other.sign_in(&there, "nurse").await;
    assert!(there.is_signed_in().await);
    let page = browser.get("/account").await;
    browser.submit(&page, "#others", &[]).await.expect(303);
    assert!(!there.is_signed_in().await && browser.is_signed_in().await);
}
