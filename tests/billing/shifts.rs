//! Shifts: one a cashier and a desk, counted blind, handed over, closed for ever.

use infirmary::access::model::Role;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

both! {
    async fn m10_u13_a_shift_is_counted_blind_and_its_difference_is_looked_at_by_another(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.pays(invoice, &[("card", "300"), ("card_reference", "C-1")]).await.expect(303);
        till.cash(invoice, "700").await;
        let shift = clinic.count("select max(id) from shift").await;
        let own = till.cashier.get(&format!("/shifts/{shift}")).await;
        assert!(own.has("#blind") && !own.body.contains("₦700") && !own.body.contains("₦5,700"), "{}", own.text("main"));
        assert!(till.admin.get(&format!("/shifts/{shift}")).await.body.contains("₦700"));
        let page = till.cashier.get(&format!("/shifts/{shift}/close")).await;
        assert!(!page.body.contains("₦5,700") && !page.body.contains("₦700"));
        let odd = till.cashier.submit(&page, "#close", &[("counted", "5600"), ("left", "9000")]).await;
        assert_eq!(odd.expect(422).errors(), ["No more can be left in the till than was counted"]);
        // A missing card slip is no shortage: only cash is counted.
        till.cashier.submit(&page, "#close", &[("counted", "5600"), ("left", "5000")]).await.expect(303);
        let seen = till.cashier.get(&format!("/shifts/{shift}")).await;
        assert!(seen.body.contains("₦100 missing") && seen.has("#explain"), "{}", seen.text("main"));
        let early = till.admin.post(&format!("/shifts/{shift}/check"), &[("op", "check-unexplained-1"), ("note", "")]).await;
        assert!(early.expect(409).errors()[0].contains("no explanation"), "{:?}", early.errors());
        till.cashier.submit(&seen, "#explain", &[("reason", "Gave 100 too much change")]).await.expect(303);
        till.cashier.post(&format!("/shifts/{shift}/check"), &[("op", "check-by-oneself-01"), ("note", "")]).await.expect(409);
        till.admin.post(&format!("/shifts/{shift}/check"), &[("op", "check-by-another-01"), ("note", "Seen")]).await.expect(303);
        for raw in ["update shift set counted = 0", "update shift set reason = 'Nothing happened'", "delete from shift", "update shift set checked_at = null"] {
            assert!(sql(raw).run(&clinic.app.db).await.is_err(), "{raw}");
        }
        let till_page = till.admin.get("/till").await;
        assert!(till_page.text("main").contains("₦1,000") && till_page.text("main").contains("₦100 missing"), "{}", till_page.text("main"));
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m10_a_desk_has_one_shift_and_the_next_one_accepts_what_was_left(clinic) {
        let till = clinic.till().await;
        let held = till.second.get("/shifts").await;
        assert!(!held.has("#open") && held.body.contains("It is handed over when that shift is closed"), "{}", held.text("main"));
        let twice = sql("insert into shift (account_id, name, point_id, desk, float_counted, opened_at) select account_id, name, point_id, desk, 0, opened_at from shift").run(&clinic.app.db).await.unwrap_err();
        assert!(twice.violates("shift_account_id_unique") || twice.violates("shift_point_id_unique"), "{twice}");
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        // Before the first receipt the next one must have accepted the till.
        let page = till.second.get(&format!("/invoices/{invoice}/payments")).await;
        assert!(page.has("#no-shift"));
        let none = till.second.post(&format!("/invoices/{invoice}/payments"), &[("op", "pay-without-shift-1"), ("cash", "1000"), ("over", "change")]).await;
        assert!(none.expect(409).errors()[0].contains("Open your shift first"), "{:?}", none.errors());
        let shift = clinic.count("select max(id) from shift").await;
        let page = till.cashier.get(&format!("/shifts/{shift}/close")).await;
        till.cashier.submit(&page, "#close", &[("counted", "5000"), ("left", "2000")]).await.expect(303);
        let other = clinic.opens_shift(&till.second, "1900").await;
        assert!(other.expect(409).errors()[0].contains("left ₦2,000 in this till"), "{:?}", other.errors());
        clinic.opens_shift(&till.second, "2000").await.expect(303);
        assert_eq!(clinic.number("select previous_id from shift where id > $1", shift).await, shift);
        let page = till.second.get(&format!("/invoices/{invoice}/payments")).await;
        till.second.submit(&page, "#pay", &[("cash", "1000")]).await.expect(303);
    }

    async fn m10_nothing_comes_into_a_closed_shift(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "600").await;
        let shift = clinic.count("select max(id) from shift").await;
        let page = till.cashier.get(&format!("/shifts/{shift}/close")).await;
        till.cashier.submit(&page, "#close", &[("counted", "5600"), ("left", "0")]).await.expect(303);
        let refused = sql("insert into payment (receipt_id, invoice_id, patient_id, shift_id, method, amount, taken_name, taken_at, day)
                select receipt_id, invoice_id, patient_id, shift_id, method, 1, taken_name, taken_at, day from payment").run(&clinic.app.db).await.unwrap_err();
        assert!(refused.violates("shift_open"), "{refused}");
        let payment = clinic.count("select max(id) from payment").await;
        let third = clinic.signed_in("third.cashier", &[Role::Cashier]).await;
        clinic.opens_shift(&third, "0").await.expect(303);
        let late = till.cashier.post(&format!("/payments/{payment}/reversal"), &[("op", "late-reversal-00001"), ("mistake", "Wrong amount")]).await;
        late.expect(409);
    }

    async fn m10_the_till_of_a_day_has_what_came_and_went_on_it_whenever_its_shift_was_opened(clinic) {
        let till = clinic.till().await;
        let first = clinic.today();
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "700").await;
        clinic.wait_minutes(24 * 60);
        for (browser, name) in [(&till.cashier, "cashier"), (&till.admin, "boss")] {
            clinic.sign_in(browser, name).await;
        }
        till.cash(invoice, "300").await;
        let payment = clinic.count("select min(id) from payment").await;
        let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
        till.cashier.submit(&page, "#refund", &[("amount", "50"), ("method", "cash"), ("reason", "Waited too long")]).await.expect(303);
        let today = till.admin.get("/till").await;
        assert!(today.text("main").contains("wallets: ₦250"), "{}", today.text("main"));
        assert_eq!(today.texts("section tbody th"), ["cashier"], "the shift of yesterday still goes on");
        let yesterday = till.admin.get(&format!("/till?day={first}")).await;
        assert!(yesterday.text("main").contains("wallets: ₦700"), "{}", yesterday.text("main"));
    }

    async fn m10_a_shift_whose_cashier_is_away_is_counted_and_closed_by_a_colleague_with_a_reason(clinic) {
        let till = clinic.till().await;
        let shift = clinic.count("select max(id) from shift").await;
        let path = format!("/shifts/{shift}/close");
        clinic.receptionist().await.get(&path).await.expect(403);
        // Who manages sees what is in the open till, and counts nothing.
        for shown in ["/shifts".to_owned(), format!("/shifts/{shift}")] {
            assert!(!till.admin.get(&shown).await.expect(200).body.contains("count and close it"), "{shown}");
        }
        till.admin.get(&path).await.expect(403);
        assert!(till.second.get("/shifts").await.text(".held").contains("is away: count and close it"));
        let page = till.second.get(&path).await;
        assert!(!page.expect(200).body.contains("₦5,000"), "counted blind: {}", page.text("main"));
        let counted = [("counted", "4900"), ("left", "4900")];
        till.second.submit(&page, "#close", &counted).await.expect(422);
        let why = [counted[0], counted[1], ("reason", "The cashier is ill since noon")];
        till.second.submit(&page, "#close", &why).await.expect(303);
        clinic.opens_shift(&till.second, "4900").await.expect(303);
        assert_eq!(clinic.word("select closed_name from shift where id = $1", shift).await, "second.cashier");
        // Neither whose it is nor who counted it says that the difference is in order.
        let check = format!("/shifts/{shift}/check");
        for (who, op) in [(&till.cashier, "check-by-the-owner-1"), (&till.second, "check-by-the-closer1")] {
            who.post(&check, &[("op", op), ("note", "")]).await.expect(409);
        }
        till.admin.post(&check, &[("op", "check-by-a-third-one1"), ("note", "Seen")]).await.expect(303);
        let alone = sql("update shift set closed_by = account_id").run(&clinic.app.db).await;
        assert!(alone.is_err());
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }
}
