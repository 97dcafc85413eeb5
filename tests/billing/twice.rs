//! What comes twice has one effect, what is lost on the way is asked for again, and what needs two people takes two.

use std::time::Duration;

use futures::future::join_all;
use infirmary::access::model::Role;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

use crate::support::AMOXICILLIN;

both! {
    async fn w4_whoever_lost_the_answer_presses_again_and_learns_what_was_done(clinic) {
        let till = clinic.till().await;
        for round in 0..6_u64 {
            clinic.costs(&till, ChargeKind::Test, round as i64, 1_000).await;
            let invoice = till.issued().await;
            let (path, op) = (format!("/invoices/{invoice}/payments"), format!("the-answer-is-lost-{round}"));
            let form = [("op", op.as_str()), ("cash", "1000"), ("over", "change")];
            let request = till.cashier.request(reqwest::Method::POST, &path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .timeout(Duration::from_millis(1 + round * 3))
                .body(serde_urlencoded::to_string(form).unwrap());
            // The browser is gone before, while or after it is taken.
            let _ = request.send().await;
            let again = till.cashier.post(&path, &form).await;
            assert!(again.expect(303).leads_to().unwrap().starts_with("/receipts/"), "{:?}", again.leads_to());
        }
        assert_eq!(clinic.count("select count(*) from payment").await, 6);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn w7_who_comes_twice_is_checked_in_given_and_billed_once(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        // Checked in: ten forms at two desks.
        let desks = [clinic.receptionist().await, clinic.signed_in("second desk", &[Role::Receptionist]).await];
        clinic.point("Triage", "triage").await;
        let ben = clinic.visitor("Ben Obi").await;
        let id = ben.to_string();
        let forms = (0..10).map(|at| {
            let (desk, op, id) = (&desks[at % 2], format!("check-in-again-{at:03}"), id.as_str());
            async move { desk.post("/check-ins", &[("op", &op), ("patient", id)]).await.status }
        });
        let statuses = join_all(forms).await;
        assert!(statuses.iter().all(|status| [303, 409].contains(status)) && statuses.contains(&303), "{statuses:?}");
        assert_eq!(clinic.number("select count(*) from visit where patient_id = $1", ben.0).await, 1);
        assert_eq!(clinic.number("select count(*) from queue_entry e join visit v on v.id = e.visit_id where v.patient_id = $1", ben.0).await, 1);
        // Given out: two pharmacists, each from an own page.
        let other = clinic.signed_in("colleague", &[Role::Pharmacist]).await;
        let path = format!("/prescriptions/{}/dispensing", counter.prescription);
        let (one, two) = (counter.page().await, other.get(&path).await);
        let given = tokio::join!(counter.desk.submit(&one, "#dispense", &[]), other.submit(&two, "#dispense", &[]));
        let mut statuses = [given.0.status, given.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 85);
        // Billed: two cashiers tick the same things.
        let tills = [clinic.signed_in("cashier", &[Role::Cashier]).await, clinic.signed_in("second cashier", &[Role::Cashier]).await];
        let bill = format!("/visits/{}/bill", counter.room.visit);
        let pages = [tills[0].get(&bill).await, tills[1].get(&bill).await];
        let issues = tills.iter().zip(&pages).map(|(till, page)| till.submit(page, "#draft", &[("step", "issue")]));
        let mut statuses: Vec<u16> = join_all(issues).await.iter().map(|seen| seen.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        assert_eq!(clinic.count("select count(*) from invoice_line where kind = 'medicine'").await, 1);
        // Whoever writes past the program is stopped by the table.
        let twice = sql("insert into charge (visit_id, patient_id, kind, service, source, label, quantity, unit_price, estimate, state,
                done_at, recorded_name, recorded_at)
             select visit_id, patient_id, kind, service, source, label, quantity, unit_price, estimate, 'billable', done_at,
                recorded_name, recorded_at from charge where kind = 'medicine'").run(&clinic.app.db).await.unwrap_err();
        assert!(twice.violates("charge_kind_source_unique"), "{twice}");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn u16_discounts_and_refunds_above_the_limit_wait_for_a_second_person(clinic) {
        let till = clinic.till().await;
        sql("update money_setting set refund_limit = 100000").run(&clinic.app.db).await.unwrap();
        clinic.costs(&till, ChargeKind::Test, 1, 4_000).await;
        let draft = till.draft().await;
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        let ask = [("discount_kind", "fixed"), ("worth", "500"), ("discount_reason", "Member of staff")];
        till.cashier.submit(&page, "#discount", &ask).await.expect(303);
        let discount = clinic.count("select id from discount").await;
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(409);
        let decide = format!("/discounts/{discount}");
        till.cashier.post(&decide, &[("op", "a-discount-by-oneself"), ("to", "approved")]).await.expect(409);
        till.second.post(&decide, &[("op", "a-discount-by-another"), ("to", "approved")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", draft).await, 350_000);
        till.cash(draft, "3500").await;
        let payment = clinic.count("select max(id) from payment").await;
        let path = format!("/payments/{payment}/refunds");
        for (naira, state) in [("1000", "paid"), ("1000.01", "proposed")] {
            let page = till.cashier.get(&path).await;
            till.cashier.submit(&page, "#refund", &[("amount", naira), ("method", "cash"), ("reason", "Waited too long")]).await.expect(303);
            let last = clinic.count("select max(id) from refund").await;
            assert_eq!(clinic.word("select state from refund where id = $1", last).await, state, "{naira}");
        }
        let refund = clinic.count("select max(id) from refund").await;
        let (decide, payout) = (format!("/refunds/{refund}"), format!("/refunds/{refund}/payout"));
        till.cashier.post(&payout, &[("op", "paid-out-unapproved-1")]).await.expect(409);
        till.cashier.post(&decide, &[("op", "a-refund-by-oneself-1"), ("to", "approved")]).await.expect(409);
        let raw = sql("update refund set state = 'approved' where state = 'proposed'").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("refund_approved"), "{raw}");
        till.second.post(&decide, &[("op", "a-refund-by-another-1"), ("to", "approved")]).await.expect(303);
        till.cashier.post(&payout, &[("op", "paid-out-and-approved")]).await.expect(303);
        assert_eq!(clinic.number("select refunded from payment where id = $1", payment).await, 200_001);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn u24_a_credited_invoice_and_its_receipt_still_print_each_on_its_paper(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        let receipt = till.cash(invoice, "1000").await;
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        till.cashier.submit(&page, "#correct", &[("reason", "The price was the old one")]).await.expect(303);
        let print = till.cashier.get(&format!("/invoices/{invoice}/print")).await;
        assert!(print.expect(200).text("article").contains("INV-2026-000001"), "{}", print.text("article"));
        for (paper, class) in [("80", ".receipt-80"), ("a5", ".receipt-a5")] {
            let page = till.cashier.get(&format!("/receipts/{receipt}")).await;
            let seen = till.cashier.submitted(&page, "form[action$='/print']", &[("paper", paper)]).await;
            assert!(seen.has(class) && seen.text("article").contains("₦1,000"), "{paper}: {}", seen.text("main"));
        }
    }
}
