//! Much money leaves a wallet in the sight of a second person, whose password nobody guesses there (rules M8, P24).

use chrono::TimeDelta;
use infirmary::access::model::{AccountId, CodePurpose};
use infirmary::access::throttle::{self, Verdict};
use infirmary::billing::model::ChargeKind;
use infirmary::web::paths::access;

use crate::support::billing::Till;
use crate::support::{Clinic, PASSWORD, Seen};

/// The till, and the limit of refunds in naira; twice of it lies in the wallet.
async fn rich(clinic: &Clinic) -> (Till, i64) {
    let till = clinic.till().await;
    let limit = clinic.count("select refund_limit from money_setting").await / 100;
    let (op, amount) = ("much-money-comes-in-1", (2 * limit).to_string());
    let fields = [("op", op), ("amount", amount.as_str()), ("method", "cash"), ("step", "in")];
    till.cashier.post(&wallet(&till), &fields).await.expect(303);
    (till, limit)
}

fn wallet(till: &Till) -> String {
    format!("/patients/{}/wallet", till.patient)
}

/// Pays out as the page offers it.
async fn pays_out(till: &Till, naira: i64, second: &str, password: &str) -> Seen {
    let (page, naira) = (till.cashier.get(&wallet(till)).await, naira.to_string());
    let mut fields = vec![("amount", naira.as_str()), ("step", "out")];
    if page.has("#second") {
        fields.extend([("second", second), ("second_password", password)]);
    }
    till.cashier.submit(&page, "#wallet", &fields).await
}

both! {
    async fn m8_the_page_offers_a_second_person_for_what_the_shift_paid_out_before(clinic) {
        let (till, limit) = rich(&clinic).await;
        let second = clinic.count("select id from account where sign_in_name = 'second.cashier'").await.to_string();
        let part = limit * 4 / 5;
        pays_out(&till, part, "", "").await.expect(303);
        // So much is left that it alone would be within the limit.
        pays_out(&till, 2 * limit - 2 * part, &second, PASSWORD).await.expect(303);
        let page = till.cashier.get(&wallet(&till)).await;
        assert!(page.has("#second") && page.has("#second_password"), "{}", page.text("#wallet"));
        let nobody = pays_out(&till, part, "", "").await;
        assert!(nobody.expect(422).errors()[0].ends_with("Choose who sees it"), "{:?}", nobody.errors());
        pays_out(&till, part, &second, PASSWORD).await.expect(303);
        assert_eq!(clinic.count("select balance from wallet").await, 0);
    }

    async fn m8_nobody_alone_empties_a_wallet_by_way_of_invoices_paid_from_it(clinic) {
        let (till, limit) = rich(&clinic).await;
        let back = async |source: i64, naira: i64, asked: i64| {
            clinic.costs(&till, ChargeKind::Test, source, naira).await;
            let invoice = till.issued().await;
            let naira = naira.to_string();
            till.pays(invoice, &[("wallet", naira.as_str())]).await.expect(303);
            let payment = clinic.count("select max(id) from payment").await;
            let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
            let asked = asked.to_string();
            let fields = [("amount", asked.as_str()), ("method", "cash"), ("reason", "Not wanted any more")];
            till.cashier.submit(&page, "#refund", &fields).await.expect(303);
            let last = clinic.count("select max(id) from refund").await;
            clinic.word("select state from refund where id = $1", last).await
        };
        assert_eq!(back(1, limit, limit).await, "paid");
        // Another invoice, another shift, the wallet itself: all of it is one day of one patient.
        assert_eq!(back(2, limit - 100, 1).await, "proposed");
        assert!(till.cashier.get(&wallet(&till)).await.has("#second"));
        pays_out(&till, 1, "", "").await.expect(422);
        clinic.point("Second desk", "cashier").await;
        clinic.opens_shift(&till.second, "0").await.expect(303);
        let fields = [("op", "a-colleague-pays-out-1"), ("amount", "1"), ("method", "cash"), ("step", "out")];
        till.second.post(&wallet(&till), &fields).await.expect(422);
        clinic.wait_minutes(24 * 60);
        clinic.sign_in(&till.cashier, "cashier").await;
        pays_out(&till, 1, "", "").await.expect(303);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m8_of_two_refunds_at_once_the_second_counts_the_first(clinic) {
        let (till, limit) = rich(&clinic).await;
        clinic.point("Second desk", "cashier").await;
        clinic.opens_shift(&till.second, "0").await.expect(303);
        let payment = clinic.count("select max(id) from payment").await;
        let (path, part) = (format!("/payments/{payment}/refunds"), (limit * 3 / 5).to_string());
        let form = |op: &'static str| [("op", op), ("amount", part.as_str()), ("method", "cash"), ("reason", "Not wanted any more")];
        let (one, two) = (form("given-back-at-one-desk"), form("given-back-at-the-other"));
        let (one, two) = tokio::join!(till.cashier.post(&path, &one), till.second.post(&path, &two));
        assert_eq!((one.status, two.status), (303, 303));
        assert_eq!(clinic.count("select count(*) from refund where state = 'paid'").await, 1);
        assert_eq!(clinic.count("select count(*) from refund where state = 'proposed'").await, 1);
    }

    async fn p24_guessing_at_a_second_person_ends_is_in_the_trail_and_keeps_nobody_out(clinic) {
        let (till, limit) = rich(&clinic).await;
        let boss = clinic.count("select id from account where sign_in_name = 'boss'").await;
        let cashier = clinic.count("select id from account where sign_in_name = 'cashier'").await;
        let second = boss.to_string();
        for at in 0..7 {
            let refused = pays_out(&till, limit + 1, &second, "guess").await;
            let wrong = "This is not the password of the second person";
            let words = if at < 5 { wrong } else { "Too many tries. Wait a few minutes, or ask somebody else" };
            assert_eq!(refused.expect(422).errors(), [words]);
        }
        let told = "select count(*) from audit_entry a join account w on w.id = a.account_id
            join account s on s.id = a.subject_id where a.action = 'second.refused'
            and w.sign_in_name = 'cashier' and s.sign_in_name = 'boss'";
        assert_eq!(clinic.count(told).await, 7);
        let list = till.admin.get("/audit?action=Second+refused").await;
        assert_eq!(list.texts("td[data-label=What]"), vec!["Second refused"; 7]);
        // The one whose password it is unlocks the own desk at the first try.
        till.admin.post(access::LOCK, &[]).await.expect(303);
        let lock = till.admin.get("/").await;
        till.admin.submit(&lock, "#unlock", &[("password_unlock", PASSWORD)]).await.expect(303);
        // Where nobody has to see it, nobody's password is tried.
        pays_out(&till, 1, &second, "guess").await.expect(303);
        assert_eq!(clinic.count(told).await, 7);
        // However long one waits between two tries, they end at a hundred; a new password opens the way again.
        let bucket = throttle::second_bucket(AccountId(cashier), AccountId(boss));
        let mut went = 5;
        for _ in 0..200 {
            clinic.app.clock.advance(TimeDelta::minutes(16));
            went += i64::from(throttle::charge(&clinic.app, &bucket).await.unwrap() == Verdict::Go);
        }
        assert_eq!(went, 100);
        clinic.code_for(AccountId(boss), CodePurpose::Activate).await;
        assert_eq!(throttle::charge(&clinic.app, &bucket).await.unwrap(), Verdict::Go);
    }

    async fn a_price_that_a_colleague_set_for_the_same_day_is_not_overwritten_unseen(clinic) {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/other-0").await;
        clinic.wait_minutes(1);
        till.admin.submit(&page, "#price", &[("amount", "10"), ("from_day", "2026-12-01")]).await.expect(303);
        let fields = [("op", "0123456789abcdef"), ("amount", "20"), ("from_day", "2026-12-01")];
        let late = till.admin.submit(&page, "#price", &fields).await;
        assert!(late.expect(409).errors()[0].starts_with("A colleague set a price from this day"), "{:?}", late.errors());
        assert!(late.text("#history").contains("₦10") && late.attribute("#amount", "value").as_deref() == Some("20"), "{}", late.body);
        till.admin.submit(&late, "#price", &[]).await.expect(303);
        assert_eq!(clinic.count("select cast(sum(amount) as bigint) from price where from_day = '2026-12-01'").await, 2_000);
    }
}
