//! Deactivation, roles and codes take effect at once (P21); the last administrator stays.

use infirmary::access::model::{AccountId, Role};

use crate::support::{Browser, PASSWORD, Seen};

async fn deactivate(browser: &Browser, id: AccountId) -> Seen {
    let page = browser.get(&format!("/staff/{id}")).await;
    browser.submit(&page, "#deactivate", &[("reason", "left the clinic")]).await
}

both! {
    async fn a_deactivated_account_is_out_at_once_and_can_come_back(clinic) {
        let admin = clinic.administrator().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = AccountId(clinic.count("select id from account where name = 'nurse'").await);
        let page = admin.get(&format!("/staff/{id}")).await;
        admin.submit(&page, "#deactivate", &[]).await.expect(422);
        assert!(nurse.is_signed_in().await);
        deactivate(&admin, id).await.expect(303);
        assert!(!nurse.is_signed_in().await);
        nurse.try_password("nurse", PASSWORD).await.expect(422);
        let page = admin.get(&format!("/staff/{id}")).await;
        admin.submit(&page, "#reactivate", &[("reason", "back from leave")]).await.expect(303);
        assert!(!nurse.is_signed_in().await, "an old sign-in came back");
        nurse.try_password("nurse", PASSWORD).await.expect(303);
        for action in ["account.deactivated", "account.reactivated"] {
            assert!(clinic.has_entry(action).await);
        }
    }

    async fn a_role_change_is_in_effect_on_the_next_request(clinic) {
        let admin = clinic.administrator().await;
        let second = clinic.signed_in("second", &[Role::Admin]).await;
        let id = clinic.count("select id from account where name = 'second'").await;
        second.get("/staff").await.expect(200);
        let page = admin.get(&format!("/staff/{id}/edit")).await;
        admin.submit(&page, "#staff", &[("roles", "nurse")]).await.expect(303);
        second.get("/staff").await.expect(403);
        second.get("/account").await.expect(200);
    }

    async fn a_code_for_a_new_password_ends_all_sign_ins(clinic) {
        let admin = clinic.administrator().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let id = clinic.count("select id from account where name = 'nurse'").await;
        let page = admin.get(&format!("/staff/{id}")).await;
        let code = admin.submit(&page, "#code", &[]).await.expect(200).text("#one-time-code");
        assert!(!nurse.is_signed_in().await);
        nurse.try_password("nurse", PASSWORD).await.expect(422);
        let page = nurse.get("/activate").await;
        let fields = [("name", "nurse"), ("code", code.as_str()), ("password_new", "three goats cross the bridge")];
        nurse.submit(&page, "main form", &fields).await.expect(303);
        assert!(nurse.is_signed_in().await);
    }

    async fn an_administrator_does_not_lock_the_clinic_out(clinic) {
        let admin = clinic.administrator().await;
        let me = AccountId(clinic.count("select id from account").await);
        let page = admin.get(&format!("/staff/{me}")).await;
        assert!(!page.has("#deactivate") && !page.has("#code"));
        let op = [("op", "0123456789abcdef0123"), ("reason", "x")];
        admin.post(&format!("/staff/{me}/deactivation"), &op).await.expect(422);
        admin.post(&format!("/staff/{me}/codes"), &op).await.expect(422);
        let page = admin.get(&format!("/staff/{me}/edit")).await;
        let seen = admin.submit(&page, "#staff", &[("roles", "nurse")]).await;
        assert!(seen.expect(422).has("#roles-error"));
        admin.get("/staff").await.expect(200);
    }

    async fn two_administrators_who_deactivate_each_other_leave_one(clinic) {
        for round in 0..5 {
            let names = [format!("first{round}"), format!("second{round}")];
            let first = clinic.signed_in(&names[0], &[Role::Admin]).await;
            let second = clinic.signed_in(&names[1], &[Role::Admin]).await;
            if round == 0 {
                // With a third one there, both go through: the guard, not chance, decides below.
                clinic.staff("third", &[Role::Admin]).await;
            }
            let ids: Vec<i64> = infirmary::db::sql("select id from account where sign_in_name in ($1, $2) order by id")
                .bind(&names[0]).bind(&names[1]).scalars(&clinic.app.db).await.unwrap();
            let pages = [
                first.get(&format!("/staff/{}/edit", ids[1])).await,
                second.get(&format!("/staff/{}/edit", ids[0])).await,
            ];
            let role = [("roles", "nurse")];
            let (one, two) = futures::join!(first.submit(&pages[0], "#staff", &role), second.submit(&pages[1], "#staff", &role));
            let statuses = [one.status, two.status];
            let admins = clinic.count("select count(*) from account a join account_role r on r.account_id = a.id
                where r.role = 'admin' and a.state = 'active'").await;
            if round == 0 {
                let demoted = statuses.iter().filter(|status| **status == 303).count() as i64;
                assert!(demoted >= 1 && admins == 3 - demoted, "{statuses:?} left {admins}");
                infirmary::db::sql("delete from account_role where role = 'admin'").run(&clinic.app.db).await.unwrap();
            } else {
                assert_eq!(admins, 1, "{statuses:?}");
                assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
                infirmary::db::sql("delete from account_role where role = 'admin'").run(&clinic.app.db).await.unwrap();
            }
        }
    }

    async fn an_administrator_signs_somebody_out_everywhere_and_the_account_stays(clinic) {
        let nurse = clinic.nurse().await;
        let other = clinic.browser();
        clinic.sign_in(&other, "nurse").await;
        let who = clinic.count("select id from account where sign_in_name = 'nurse'").await;
        let admin = clinic.administrator().await;
        let page = admin.get(&format!("/staff/{who}")).await;
        let done = admin.submitted(&page, "#sign-out", &[]).await;
        assert!(done.body.contains("Signed out on 2 devices"), "{}", done.text("main"));
        for browser in [&nurse, &other] {
            assert!(browser.get("/").await.leads_to().is_some_and(|to| to.starts_with("/sign-in")));
        }
        let told = "select count(*) from audit_entry where action = 'sign_in.ended' and subject_id <> account_id";
        assert_eq!(clinic.count(told).await, 1);
        let page = admin.submitted(&done, "#sign-out", &[]).await;
        assert!(page.body.contains("Nobody is signed in with this account") && clinic.count(told).await == 2);
        clinic.sign_in(&other, "nurse").await;
        other.get("/").await.expect(200);
        let me = clinic.count("select id from account where sign_in_name = 'admin'").await;
        admin.post(&format!("/staff/{me}/sign-out"), &[("op", "0123456789abcdef")]).await.expect(422);
    }
}
