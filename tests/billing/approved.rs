//! What a second person approved is what they saw, and nothing goes around them (rules M8, M9, M11).

use infirmary::billing::model::ChargeKind;

use crate::support::PASSWORD;
use crate::support::billing::id_in;

both! {
    async fn m9_an_approved_discount_takes_no_more_off_than_was_seen(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let draft = till.draft().await;
        let path = format!("/invoices/{draft}");
        let page = till.cashier.get(&path).await;
        let ask = [("discount_kind", "waiver"), ("worth", ""), ("discount_reason", "Cannot pay")];
        till.cashier.submit(&page, "#discount", &ask).await.expect(303);
        // The draft changes between the look and the decision.
        let seen = till.second.get("/approvals").await;
        let page = till.cashier.get(&path).await;
        let own = [("label", "Crutches"), ("quantity", "1"), ("price", "500"), ("kind", "other")];
        till.cashier.submit(&page, "#line", &own).await.expect(303);
        let late = till.second.submit(&seen, "form[action='/discounts/1']", &[("to", "approved")]).await;
        assert!(late.expect(409).errors()[0].contains("asks ₦1,500"), "{:?}", late.errors());
        till.second.submit(&late, "form[action='/discounts/1']", &[("to", "approved")]).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 0);
        // What is added afterwards needs a decision of its own.
        let page = till.cashier.get(&path).await;
        let more = [("label", "Wheelchair"), ("quantity", "1"), ("price", "100000"), ("kind", "other")];
        till.cashier.submit(&page, "#line", &more).await.expect(303);
        assert_eq!(clinic.number("select discount from invoice where id = $1", draft).await, 0);
        let page = till.cashier.get(&path).await;
        assert!(page.text("#discounts").contains("Waits for approval"), "{}", page.text("#discounts"));
        let early = till.cashier.submit(&page, "#issue", &[]).await;
        assert!(early.expect(409).errors()[0].contains("waits for approval"), "{:?}", early.errors());
        // With less on it, it stands; and who works on the draft may drop it.
        let seen = till.second.get("/approvals").await;
        till.second.submit(&seen, "form[action='/discounts/1']", &[("to", "approved")]).await.expect(303);
        let line = clinic.count("select max(id) from invoice_line").await;
        till.cashier.post(&format!("/invoice-lines/{line}/removal"), &[("op", "remove-the-wheelchair")]).await.expect(303);
        assert_eq!(clinic.number("select discount from invoice where id = $1", draft).await, 150_000);
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#discounts form", &[]).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 150_000);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m8_small_refunds_of_one_invoice_and_a_wallet_do_not_go_around_the_second_person(clinic) {
        let till = clinic.till().await;
        let limit = clinic.count("select refund_limit from money_setting").await / 100;
        clinic.costs(&till, ChargeKind::Test, 1, 3 * limit).await;
        let invoice = till.issued().await;
        till.cash(invoice, &(3 * limit).to_string()).await;
        let payment = clinic.count("select max(id) from payment").await;
        let back = async |naira: String, method: &str| {
            let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
            till.cashier.submit(&page, "#refund", &[("amount", &naira), ("method", method), ("reason", "Paid by mistake")]).await.expect(303);
        };
        back(limit.to_string(), "cash").await;
        assert_eq!(clinic.count("select count(*) from refund where state = 'paid'").await, 1);
        back("1".into(), "cash").await;
        assert_eq!(clinic.count("select count(*) from refund where state = 'proposed' and amount = 100").await, 1, "all of them together");
        // Into the wallet at once, out of it in the sight of somebody else.
        back((2 * limit - 1).to_string(), "wallet").await;
        let wallet = format!("/patients/{}/wallet", till.patient);
        let pays_out = async |naira: i64, second: &str, password: &str| {
            let page = till.cashier.get(&wallet).await;
            let naira = naira.to_string();
            till.cashier.submit(&page, "#wallet", &[("amount", &naira), ("step", "out"), ("second", second), ("second_password", password)]).await
        };
        let refused = pays_out(limit + 1, "", "").await;
        assert!(refused.expect(422).errors()[0].contains("in the sight of a second person"), "{:?}", refused.errors());
        let second = clinic.count("select id from account where sign_in_name = 'second.cashier'").await.to_string();
        let own = clinic.count("select id from account where sign_in_name = 'cashier'").await.to_string();
        pays_out(limit + 1, &second, "a guess").await.expect(422);
        pays_out(limit + 1, &own, PASSWORD).await.expect(422);
        // The limit went out of the invoice alone; of the wallet nothing more does today.
        pays_out(limit - 10, "", "").await.expect(422);
        pays_out(limit - 10, &second, PASSWORD).await.expect(303);
        pays_out(11, &second, PASSWORD).await.expect(303);
        assert!(till.cashier.get(&wallet).await.body.contains("seen by second.cashier"));
        // What moved through the wallet neither came nor went.
        let shift = clinic.count("select max(id) from shift").await;
        let page = till.admin.get(&format!("/shifts/{shift}")).await;
        let stays = infirmary::billing::model::naira((3 * limit - limit - limit - 1) * 100);
        assert!(page.text("#methods").ends_with(&format!("through wallets: {stays}")), "{}", page.text("#methods"));
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m11_a_shortfall_is_asked_for_to_the_kobo_and_comes_back_when_its_draft_is_given_up(clinic) {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/other-0").await;
        till.admin.submit(&page, "#rule", &[("tax", "7.5")]).await.expect(303);
        let scheme = clinic.in_scheme(&till, "test", "50", "").await.to_string();
        let page = till.admin.get(&format!("/schemes/{scheme}")).await;
        till.admin.submit(&page, "#coverage", &[("group", "other"), ("percent", "50"), ("year_limit", "")]).await.expect(303);
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        let batch = id_in(&till.cashier.post("/claims", &[("op", "gather-the-claims-1"), ("scheme", &scheme)]).await);
        let page = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        till.cashier.submit(&page, "#send", &[]).await.expect(303);
        let page = till.cashier.get("/claims/1").await;
        till.cashier.submit(&page, "#answer", &[("accepted", "200"), ("words", "")]).await.expect(303);
        let asks = async || {
            let page = till.cashier.get("/claims/1").await;
            id_in(&till.cashier.submit(&page, "#shortfall", &[("way", "patient"), ("why", "As agreed with her")]).await)
        };
        let draft = asks().await;
        let total = "select total from invoice where id = $1";
        assert_eq!(clinic.number(total, draft).await, 30_000, "taxed already");
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#scheme", &[("through", "yes")]).await.expect(303);
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", draft).await, 30_000, "no scheme pays what one did not");
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#void", &[("void_reason", "Asked the wrong person")]).await.expect(303);
        let state = "select state from claim where id = $1";
        assert_eq!((clinic.word(state, 1).await.as_str(), clinic.count("select to_patient from claim").await), ("part", 0));
        // Without its line, too.
        let draft = asks().await;
        let line = clinic.count("select max(id) from invoice_line").await;
        till.cashier.post(&format!("/invoice-lines/{line}/removal"), &[("op", "remove-the-shortfall")]).await.expect(303);
        assert_eq!((clinic.number(total, draft).await, clinic.word(state, 1).await.as_str()), (0, "part"));
        // What was credited after it was sent: the list that the scheme holds stands as it was.
        let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        let line = clinic.count("select min(id) from invoice_line").await;
        till.cashier.submit(&page, "#credit", &[(&format!("line_{line}"), "1000"), ("reason", "Never done")]).await.expect(303);
        let list = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        assert!(list.text("main").contains("1 claim of ₦500") && list.text("tbody").contains("₦0 after credits"), "{}", list.text("main"));
        assert!(till.cashier.get("/claims/1").await.text("main").contains("₦200 too much"));
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn what_the_scheme_pays_no_more_is_said_before_the_invoice_is_issued(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "100", "1500").await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let first = till.draft().await;
        clinic.costs(&till, ChargeKind::Test, 2, 1_000).await;
        let second = till.draft().await;
        let stale = till.cashier.get(&format!("/invoices/{second}")).await;
        let page = till.cashier.get(&format!("/invoices/{first}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        let told = till.cashier.submit(&stale, "#issue", &[]).await;
        assert!(told.expect(409).errors()[0].starts_with("What the patient or the scheme pays has changed"), "{:?}", told.errors());
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", second).await, 50_000);
        till.cashier.submit(&told, "#issue", &[]).await.expect(303);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn a_slip_of_the_keys_is_asked_about_and_a_slip_taken_back_says_so(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        for (typed, words) in [("1,50", "Enter"), ("1000000000", "Look at the figures")] {
            let refused = till.pays(invoice, &[("cash", typed)]).await;
            assert!(refused.expect(422).errors()[0].contains(words), "{typed}: {:?}", refused.errors());
            if typed.len() > 4 {
                let other = till.cashier.submit(&refused, "#pay", &[("cash", "500000000")]).await;
                other.expect(422);
                till.cashier.submit(&other, "#pay", &[]).await.expect(303);
            }
        }
        let receipt = clinic.count("select max(id) from receipt").await;
        let payment = clinic.count("select max(id) from payment").await;
        let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
        let refused = till.cashier.submit(&page, "#reverse", &[("mistake", "")]).await;
        assert_eq!(refused.expect(422).attribute("#amount", "value").as_deref(), Some("1000"), "the form beside it stands");
        till.cashier.submit(&refused, "#reverse", &[("mistake", "It was by card")]).await.expect(303);
        let paper = till.cashier.get(&format!("/receipts/{receipt}/print")).await;
        assert!(paper.text("article").contains("Taken back afterwards: ₦1,000.00"), "{}", paper.text("article"));
        let account = till.cashier.get(&format!("/patients/{}/account", till.patient)).await;
        assert!(account.text("#receipts").contains("₦1,000 taken back"), "{}", account.text("#receipts"));
        // One mistake is told once.
        let wallet = till.cashier.get(&format!("/patients/{}/wallet", till.patient)).await;
        let wrong = till.cashier.submit(&wallet, "#wallet", &[("amount", ""), ("method", "cash"), ("step", "in")]).await;
        assert_eq!(wrong.expect(422).errors().len(), 1, "{:?}", wrong.errors());
    }
}
