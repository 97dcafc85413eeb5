//! Payments, receipts, refunds, the wallet.

use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

use crate::support::billing::id_in;

both! {
    async fn m6_m7_mixed_and_partial_payments_and_change(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 2_500).await;
        let invoice = till.issued().await;
        let nothing = till.pays(invoice, &[]).await;
        assert_eq!(nothing.expect(422).errors(), ["Enter what the patient gives"]);
        let bare = till.pays(invoice, &[("card", "1000")]).await;
        assert_eq!(bare.expect(422).errors(), ["Enter the reference of the machine or the bank"]);
        for bad in ["-5", "0", "abc", "1e9", "99999999999999"] {
            till.pays(invoice, &[("cash", bad)]).await.expect(422);
        }
        till.pays(invoice, &[("card", "1000"), ("card_reference", "T-1")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        assert_eq!(page.heading(), "INV-2026-000001 Part paid");
        let twice = till.pays(invoice, &[("card", "500"), ("card_reference", "T-1")]).await;
        assert!(twice.expect(409).errors()[0].contains("reference is recorded already"), "{:?}", twice.errors());
        // Written in another way it is the same one.
        let twice = till.pays(invoice, &[("card", "500"), ("card_reference", " t - 1")]).await;
        assert!(twice.expect(409).errors()[0].contains("reference is recorded already"), "{:?}", twice.errors());
        let raw = sql("insert into payment (receipt_id, patient_id, shift_id, method, amount, reference, taken_name, taken_at, day)
             select receipt_id, patient_id, shift_id, method, amount, 't-1', taken_name, taken_at, day from payment
             where reference = 'T-1'").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("payment_method_reference_unique"), "{raw}");
        let much = till.pays(invoice, &[("transfer", "1600"), ("transfer_reference", "B-9")]).await;
        assert!(much.expect(422).errors()[0].contains("more than is owed"), "{:?}", much.errors());
        let seen = till.pays(invoice, &[("mobile", "500"), ("mobile_reference", "M-3"), ("cash", "2000")]).await;
        let receipt = id_in(&seen);
        let page = till.cashier.get(&format!("/receipts/{receipt}")).await;
        assert!(page.text("#change").contains("Give ₦1,000 change"), "{}", page.body);
        assert_eq!(clinic.number("select paid from invoice where id = $1", invoice).await, 250_000);
        assert_eq!(till.cashier.get(&format!("/invoices/{invoice}")).await.heading(), "INV-2026-000001 Paid");
        assert_eq!(clinic.count("select count(*) from charge where state = 'paid'").await, 1);
        let late = [("op", "pay-what-is-paid-001"), ("cash", "5"), ("over", "change")];
        till.cashier.post(&format!("/invoices/{invoice}/payments"), &late).await.expect(409);
        for raw in ["update payment set amount = 1", "delete from payment", "update receipt set total = 1"] {
            assert!(sql(raw).run(&clinic.app.db).await.is_err(), "{raw}");
        }
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m6_more_than_is_owed_goes_into_the_wallet_and_pays_the_next(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 700).await;
        let invoice = till.issued().await;
        till.pays(invoice, &[("cash", "1000"), ("over", "wallet")]).await.expect(303);
        assert_eq!(clinic.number("select balance from wallet where patient_id = $1", till.patient.0).await, 30_000);
        clinic.costs(&till, ChargeKind::Test, 2, 1_000).await;
        let next = till.issued().await;
        let much = till.pays(next, &[("wallet", "400")]).await;
        assert!(much.expect(409).errors()[0].contains("not that much in the wallet"), "{:?}", much.errors());
        till.pays(next, &[("wallet", "300"), ("cash", "700")]).await.expect(303);
        assert_eq!(clinic.number("select balance from wallet where patient_id = $1", till.patient.0).await, 0);
        let page = till.cashier.get(&format!("/patients/{}/wallet", till.patient)).await;
        till.cashier.submit(&page, "#wallet", &[("amount", "200"), ("step", "in")]).await.expect(303);
        let page = till.cashier.get(&format!("/patients/{}/wallet", till.patient)).await;
        let much = till.cashier.submit(&page, "#wallet", &[("amount", "201"), ("step", "out")]).await;
        much.expect(409);
        till.cashier.submit(&page, "#wallet", &[("amount", "150"), ("step", "out"), ("op", "paying-out-of-it-01")]).await.expect(303);
        let raw = sql("update wallet set balance = -1").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("wallet_balance"), "{raw}");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m7_a_slip_is_taken_back_in_its_shift_only(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 700).await;
        let invoice = till.issued().await;
        till.pays(invoice, &[("card", "700"), ("card_reference", "X-1")]).await.expect(303);
        let payment = clinic.count("select max(id) from payment").await;
        let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
        let foreign = till.second.post(&format!("/payments/{payment}/reversal"), &[("op", "foreign-reversal-01"), ("mistake", "Wrong amount")]).await;
        foreign.expect(409);
        till.cashier.submit(&page, "#reverse", &[("mistake", "It was cash")]).await.expect(303);
        assert_eq!(clinic.number("select paid from invoice where id = $1", invoice).await, 0);
        assert_eq!(clinic.count("select count(*) from charge where state = 'billed'").await, 1);
        let again = till.cashier.post(&format!("/payments/{payment}/reversal"), &[("op", "second-reversal-001"), ("mistake", "Once more")]).await;
        again.expect(409);
        // Its reference can be written down again, rightly.
        till.pays(invoice, &[("card", "700"), ("card_reference", "X-1")]).await.expect(303);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m8_u14_never_more_goes_back_than_came(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 9_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "9000").await;
        let payment = clinic.count("select max(id) from payment").await;
        let path = format!("/payments/{payment}/refunds");
        let page = till.cashier.get(&path).await;
        let much = till.cashier.submit(&page, "#refund", &[("amount", "9001"), ("reason", "Complained")]).await;
        assert_eq!(much.expect(422).errors(), ["At most ₦9,000 of this payment can go back"]);
        till.cashier.submit(&page, "#refund", &[("amount", "2000"), ("reason", "Waited too long")]).await.expect(303);
        assert_eq!(clinic.number("select refunded from invoice where id = $1", invoice).await, 200_000);
        // Above the limit (U16) somebody else approves; what is asked for counts at once.
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#refund", &[("amount", "6000"), ("reason", "All of it was wrong")]).await.expect(303);
        assert_eq!(clinic.number("select refunded from invoice where id = $1", invoice).await, 200_000);
        let refund = clinic.count("select max(id) from refund").await;
        let page = till.cashier.get(&path).await;
        let much = till.cashier.submit(&page, "#refund", &[("amount", "1001"), ("reason", "More and more")]).await;
        much.expect(422);
        till.cashier.post(&format!("/refunds/{refund}"), &[("op", "approve-own-refund-1"), ("to", "approved")]).await.expect(409);
        till.cashier.post(&format!("/refunds/{refund}/payout"), &[("op", "pay-out-unapproved-1")]).await.expect(409);
        till.admin.post(&format!("/refunds/{refund}"), &[("op", "approve-refund-0001"), ("to", "approved")]).await.expect(303);
        till.cashier.post(&format!("/refunds/{refund}/payout"), &[("op", "pay-out-approved-01")]).await.expect(303);
        assert_eq!(clinic.number("select refunded from invoice where id = $1", invoice).await, 800_000);
        till.cashier.post(&format!("/refunds/{refund}/payout"), &[("op", "pay-out-again-00001")]).await.expect(409);
        let raw = sql("update payment set refunded = 900001").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("payment_refunded"), "{raw}");
        assert_eq!(till.cashier.get(&format!("/invoices/{invoice}")).await.heading(), "INV-2026-000001 Part paid");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn u24_a_receipt_is_stored_and_later_prints_are_copies(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_250).await;
        let invoice = till.issued().await;
        let receipt = till.cash(invoice, "1250").await;
        // What nobody counts is no original.
        let uncounted = till.cashier.get(&format!("/receipts/{receipt}/print")).await;
        assert!(uncounted.expect(200).text("article").contains("Copy"), "{}", uncounted.text("article"));
        let page = till.cashier.get(&format!("/receipts/{receipt}")).await;
        let seen = till.cashier.submitted(&page, "form[action$='/print']", &[("paper", "80")]).await;
        assert!(seen.has(".receipt-80") && !seen.text("article").contains("Copy"), "{}", seen.text("article"));
        assert!(seen.text("article").contains("RCP-2026-000001") && seen.text("article").contains("₦1,250"));
        let again = till.cashier.submitted(&page, "form[action$='/print']", &[("paper", "a5"), ("op", "print-once-more-001")]).await;
        assert!(again.has(".receipt-a5") && again.text("article").contains("Copy"), "{}", again.text("article"));
        // It says what it said, whatever the clinic and the patient are called later.
        sql("update patient set given_names = 'Somebody', family_name = 'Else'").run(&clinic.app.db).await.unwrap();
        assert!(till.cashier.get(&format!("/receipts/{receipt}/print")).await.text("article").contains("Ada Obi"));
    }

    async fn w4_p11_the_same_payment_sent_twice_is_taken_once(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        let page = till.cashier.get(&format!("/invoices/{invoice}/payments")).await;
        let first = till.cashier.submit(&page, "#pay", &[("cash", "400")]).await;
        let second = till.cashier.submit(&page, "#pay", &[("cash", "400")]).await;
        assert_eq!(first.leads_to(), second.leads_to());
        assert_eq!(clinic.count("select count(*) from payment").await, 1);
    }
}
