//! One-time codes.

use infirmary::access::model::{AccountId, CodePurpose, Role};
use infirmary::access::{codes, store};
use infirmary::db::sql;
use infirmary::work::{Doer, Work};

use crate::support::{Browser, Clinic, Seen};

const NEW: &str = "three goats cross the bridge";

async fn open_account(clinic: &Clinic) -> AccountId {
    let id = clinic.staff("nurse", &[Role::Nurse]).await;
    sql("update account set password_hash = null where id = $1").bind(id).run(&clinic.app.db).await.unwrap();
    id
}

async fn activate(browser: &Browser, name: &str, code: &str, password: &str) -> Seen {
    let page = browser.get("/activate").await;
    let fields = [("name", name), ("code", code), ("password_new", password)];
    browser.submit(&page, "main form", &fields).await
}

both! {
    async fn a_code_gives_a_password_once(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let browser = clinic.browser();
        let typed = code.to_lowercase().replace('-', " ");
        let seen = activate(&browser, " Nurse ", &typed, NEW).await;
        assert_eq!(seen.leads_to().as_deref(), Some("/"));
        assert!(browser.is_signed_in().await);
        // The second use, and the password that was chosen.
        let other = clinic.browser();
        activate(&other, "nurse", &code, "another long password here").await.expect(422);
        assert_eq!(other.try_password("nurse", NEW).await.status, 303);
        assert!(clinic.has_entry("password.chosen").await);
    }

    async fn a_wrong_name_and_a_wrong_code_get_the_same_answer(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let browser = clinic.browser();
        let wrong = activate(&browser, "nurse", "AAAA-AAAA-AA", NEW).await;
        let unknown = activate(&browser, "nobody", &code, NEW).await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        assert_eq!(wrong.errors(), unknown.errors());
        assert_eq!(wrong.attribute("#password_new", "value"), None);
        assert_eq!(wrong.attribute("#code", "value").as_deref(), Some("AAAA-AAAA-AA"));
    }

    async fn a_code_runs_out_and_a_new_one_withdraws_it(clinic) {
        let id = open_account(&clinic).await;
        let first = clinic.code_for(id, CodePurpose::Activate).await;
        let second = clinic.code_for(id, CodePurpose::Activate).await;
        activate(&clinic.browser(), "nurse", &first, NEW).await.expect(422);
        clinic.wait_minutes(72 * 60);
        activate(&clinic.browser(), "nurse", &second, NEW).await.expect(422);
        let third = clinic.code_for(id, CodePurpose::Activate).await;
        clinic.wait_minutes(72 * 60 - 1);
        activate(&clinic.browser(), "nurse", &third, NEW).await.expect(303);
    }

    async fn a_weak_password_is_refused_and_does_not_use_the_code_up(clinic) {
        let id = open_account(&clinic).await;
        sql("update account set name = 'Adaeze Okafor' where id = $1").bind(id).run(&clinic.app.db).await.unwrap();
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        for weak in ["short", "password123", "nurse nurse", "adaezeokafor"] {
            let seen = activate(&clinic.browser(), "nurse", &code, weak).await;
            seen.expect(422);
            assert!(seen.has("#password_new-error"), "{weak}: {:?}", seen.errors());
        }
        activate(&clinic.browser(), "nurse", &code, NEW).await.expect(303);
    }

    async fn of_twenty_at_once_exactly_one_uses_the_code(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let tries = (0..20).map(|at| {
            let (browser, code) = (clinic.browser(), code.clone());
            async move { activate(&browser, "nurse", &code, &format!("{NEW} {at}")).await.status }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [303, 422, 429].contains(status)), "{statuses:?}");
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'password.chosen'").await, 1);
    }

    async fn of_twenty_that_reach_the_table_exactly_one_uses_the_code(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let digest = codes::digest(Some(id), &code);
        let tries = (0..20).map(async |_| {
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            let at = work.now();
            let redeemed = store::codes::redeem(work.tx(), Some(id), &digest, at).await.unwrap();
            work.commit().await.unwrap();
            redeemed
        });
        let redeemed = futures::future::join_all(tries).await;
        assert_eq!(redeemed.iter().filter(|redeemed| **redeemed).count(), 1);
        // The control: to the question alone, a used code is as good as none, and a fresh one is good for everybody.
        let fresh = codes::digest(Some(id), &clinic.code_for(id, CodePurpose::Activate).await);
        for _ in 0..2 {
            let now = clinic.app.clock.now();
            assert!(store::codes::works(&clinic.app.db, Some(id), &fresh, now).await.unwrap());
        }
    }

    async fn only_a_digest_of_the_code_is_stored(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let plain = code.replace('-', "");
        let digest: Vec<u8> = sql("select digest from one_time_code").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(digest.len(), 32);
        let details: Vec<String> = sql("select detail from audit_entry").scalars(&clinic.app.db).await.unwrap();
        assert!(details.iter().all(|detail| !detail.contains(&plain) && !detail.contains(&code)));
    }

    async fn a_code_for_a_deactivated_account_does_nothing(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        sql("update account set state = 'deactivated'").run(&clinic.app.db).await.unwrap();
        activate(&clinic.browser(), "nurse", &code, NEW).await.expect(422);
    }

    async fn a_form_sent_twice_signs_in_once(clinic) {
        let id = open_account(&clinic).await;
        let code = clinic.code_for(id, CodePurpose::Activate).await;
        let browser = clinic.browser();
        let page = browser.get("/activate").await;
        let fields = [("name", "nurse"), ("code", code.as_str()), ("password_new", NEW)];
        browser.submit(&page, "main form", &fields).await.expect(303);
        let again = browser.submit(&page, "main form", &fields).await;
        assert!([303, 422].contains(&again.status));
        assert_eq!(clinic.count("select count(*) from sign_in").await, 1);
    }
}
