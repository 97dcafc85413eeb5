//! Passwords cannot be guessed, and guessing keeps nobody out (P24, P26, W18).

use std::time::Instant;

use chrono::TimeDelta;
use infirmary::access::model::{CodePurpose, Role};
use infirmary::access::throttle::{self, Target, Verdict};
use infirmary::access::{model::AccountId, password};
use infirmary::config::PasswordCost;
use infirmary::db::sql;

use crate::support::{Clinic, PASSWORD};

async fn evaluated(clinic: &Clinic) -> i64 {
    clinic.count("select count(*) from audit_entry where action = 'sign_in.refused'").await
}

async fn go(clinic: &Clinic, account: AccountId, address: &str) -> bool {
    let buckets = throttle::buckets(&Target::new(Some(account), ""), address, None);
    throttle::charge(&clinic.app, &buckets).await.unwrap() == Verdict::Go
}

both! {
    async fn after_five_wrong_passwords_one_has_to_wait(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let browser = clinic.browser();
        for _ in 0..5 {
            browser.try_password("doctor", "wrong").await.expect(422);
        }
        let seen = browser.try_password("doctor", PASSWORD).await;
        seen.expect(429);
        assert_eq!(seen.headers["retry-after"], "16");
        assert_eq!(seen.attribute("#name", "value").as_deref(), Some("doctor"));
        clinic.app.clock.advance(TimeDelta::seconds(16));
        browser.try_password("doctor", PASSWORD).await.expect(303);
    }

    async fn parallel_guesses_cannot_slip_past_the_limit(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let guesses = (0..40).map(|at| {
            let browser = clinic.browser();
            async move { browser.try_password("doctor", &format!("guess {at}")).await.status }
        });
        let statuses = futures::future::join_all(guesses).await;
        assert_eq!(evaluated(&clinic).await, 5);
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    }

    async fn guesses_from_a_thousand_addresses_end_at_a_hundred(clinic) {
        let doctor = clinic.staff("doctor", &[Role::Doctor]).await;
        let mut went = 0;
        for at in 0..1_000 {
            went += i64::from(go(&clinic, doctor, &format!("10.0.{}.{}", at / 250, at % 250)).await);
            clinic.app.clock.advance(TimeDelta::minutes(16));
        }
        assert_eq!(went, 100);
        let seen = clinic.browser().try_password("doctor", PASSWORD).await;
        seen.expect(429);
        assert!(seen.errors()[0].contains("desk"), "{:?}", seen.errors());
        // A new code opens the way again.
        clinic.code_for(doctor, CodePurpose::Activate).await;
        clinic.browser().try_password("doctor", PASSWORD).await.expect(303);
    }

    async fn the_name_and_the_email_of_an_account_share_one_bucket(clinic) {
        let doctor = clinic.staff("doctor", &[Role::Doctor]).await;
        sql("update account set email = 'd@x.ng' where id = $1").bind(doctor).run(&clinic.app.db).await.unwrap();
        for at in 0..6 {
            let name = if at % 2 == 0 { "doctor" } else { "D@x.ng" };
            let seen = clinic.browser().try_password(name, "wrong").await;
            assert_eq!(seen.status, if at < 5 { 422 } else { 429 });
        }
    }

    async fn the_owner_on_a_known_device_signs_in_while_others_guess(clinic) {
        let doctor = clinic.staff("doctor", &[Role::Doctor]).await;
        let owner = clinic.browser();
        clinic.sign_in(&owner, "doctor").await;
        owner.post("/sign-out", &[]).await;
        while go(&clinic, doctor, "10.9.9.9").await {}
        // And from the owner's own address, as on a campus behind one address.
        let crowd = throttle::form_bucket("address", "127.0.0.1", 50);
        while throttle::charge(&clinic.app, &crowd).await.unwrap() == Verdict::Go {}
        clinic.browser().try_password("doctor", PASSWORD).await.expect(429);
        owner.try_password("doctor", PASSWORD).await.expect(303);
        // A device does not help with somebody else's account.
        clinic.staff("nurse", &[Role::Nurse]).await;
        owner.try_password("nurse", PASSWORD).await.expect(429);
    }

    async fn an_own_account_does_not_buy_guesses_at_others(clinic) {
        clinic.staff("own", &[Role::Nurse]).await;
        let mut refused = 0;
        for at in 0..60 {
            clinic.browser().try_password("own", PASSWORD).await;
            let seen = clinic.browser().try_password(&format!("victim{at}"), "wrong").await;
            refused += i64::from(seen.status == 429);
        }
        assert!(refused >= 10, "the address was never slowed down");
    }

    async fn an_unknown_name_takes_as_long_as_a_known_one(clinic) {
        let id = clinic.staff("doctor", &[Role::Doctor]).await;
        let hash = password::hash_blocking(PasswordCost::FLOOR, PASSWORD).unwrap();
        sql("update account set password_hash = $2 where id = $1").bind(id).bind(hash).run(&clinic.app.db).await.unwrap();
        clinic.browser().try_password("warm-up", "wrong").await;
        // The quickest of each: what else the machine does only adds. A difference that a guesser could use stays however
        // long one looks; one that came from other work does not.
        let (mut known, mut unknown) = (f64::MAX, f64::MAX);
        for at in 0..200 {
            sql("delete from throttle").run(&clinic.app.db).await.unwrap();
            let mut both = [("doctor".to_owned(), &mut known), (format!("nobody{at}"), &mut unknown)];
            // Neither is always the first one after the table was emptied.
            if at % 2 == 1 {
                both.swap(0, 1);
            }
            for (name, quickest) in both {
                let began = Instant::now();
                clinic.browser().try_password(&name, "wrong").await.expect(422);
                *quickest = quickest.min(began.elapsed().as_secs_f64());
            }
            if at >= 50 && (known / unknown - 1.0).abs() < 0.25 {
                return;
            }
        }
        panic!("known {known}, unknown {unknown}");
    }

    async fn a_storm_of_sign_ins_is_turned_away_and_pages_go_on(clinic) {
        clinic.staff("doctor", &[Role::Doctor]).await;
        let storm = (0..120).map(|at| {
            let browser = clinic.browser();
            async move { browser.try_password(&format!("nobody{at}"), "wrong").await.status }
        });
        let calm = async {
            let began = Instant::now();
            for _ in 0..10 {
                clinic.browser().get("/healthz").await.expect(200);
            }
            began.elapsed()
        };
        let (statuses, calm) = futures::join!(futures::future::join_all(storm), calm);
        assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&429));
        assert!(calm.as_secs() < 5, "health took {calm:?}");
        assert!(evaluated(&clinic).await <= 50);
    }

    async fn a_weak_hash_is_replaced_at_sign_in(clinic) {
        let id = clinic.staff("doctor", &[Role::Doctor]).await;
        let weak = password::hash_blocking(PasswordCost { memory_kib: 8, passes: 1 }, PASSWORD).unwrap();
        sql("update account set password_hash = $2 where id = $1").bind(id).bind(weak).run(&clinic.app.db).await.unwrap();
        clinic.browser().try_password("doctor", PASSWORD).await.expect(303);
        crate::support::eventually(async || {
            let hash: String = sql("select password_hash from account").scalar(&clinic.app.db).await.unwrap();
            hash.contains("m=16,t=2")
        }).await;
        clinic.browser().try_password("doctor", PASSWORD).await.expect(303);
    }
}
