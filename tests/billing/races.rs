//! Many at once: an invoice is paid once, numbers have no gap, the till balances (P8, P18), with controls.

use futures::future::join_all;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

use crate::support::Clinic;
use crate::support::billing::Till;

/// The cashier and a second one, both with an open shift.
async fn two(clinic: &Clinic) -> Till {
    let till = clinic.till().await;
    clinic.point("Second desk", "cashier").await;
    clinic.opens_shift(&till.second, "0").await.expect(303);
    till
}

both! {
    async fn p8_of_two_hundred_payments_of_one_invoice_one_is_taken(clinic) {
        let till = two(&clinic).await;
        for round in 0..10 {
            clinic.costs(&till, ChargeKind::Test, round, 1_000).await;
            let invoice = till.issued().await;
            let path = format!("/invoices/{invoice}/payments");
            let presses = (0..20).map(|at| {
                let browser = if at % 2 == 0 { &till.cashier } else { &till.second };
                // Half of them are the same form pressed again, half are forms of their own.
                let op = if at < 10 { format!("same-form-{round}-{}-000", at % 2) } else { format!("own-form-{round}-{at}-0000") };
                let path = path.clone();
                async move { browser.post(&path, &[("op", &op), ("cash", "1000"), ("over", "change")]).await.status }
            });
            let statuses = join_all(presses).await;
            assert!(statuses.iter().all(|status| [303, 409].contains(status)), "{statuses:?}");
        }
        assert_eq!(clinic.count("select count(*) from payment").await, 10);
        assert_eq!(clinic.count("select count(*) from invoice where paid = 100000").await, 10);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m5_many_issues_at_once_leave_no_gap_and_bill_nothing_twice(clinic) {
        let till = two(&clinic).await;
        for round in 0..8_i64 {
            let charge = clinic.costs(&till, ChargeKind::Test, round, 500).await.to_string();
            let presses = (0..6).map(|at| {
                let browser = if at % 2 == 0 { &till.cashier } else { &till.second };
                let (op, charge, path) = (format!("issue-round-{round}-{at}-00"), charge.clone(), till.bill());
                async move { browser.post(&path, &[("op", &op), ("charge", &charge), ("step", "issue")]).await.status }
            });
            let statuses = join_all(presses).await;
            assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        }
        assert_eq!(clinic.count("select count(*) from invoice where state = 'issued'").await, 8);
        assert_eq!(clinic.count("select max(number) from invoice").await, 8);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn of_many_prints_of_one_receipt_at_once_each_has_its_number(clinic) {
        let till = two(&clinic).await;
        for round in 0..4_i64 {
            clinic.costs(&till, ChargeKind::Test, round, 1_000).await;
            let invoice = till.issued().await;
            let path = format!("/receipts/{}/print", till.cash(invoice, "1000").await);
            let prints = (0..8).map(|at| {
                let browser = if at % 2 == 0 { &till.cashier } else { &till.second };
                let (op, path) = (format!("print-round-{round}-{at}-000"), path.clone());
                async move { browser.post(&path, &[("op", &op), ("paper", "80")]).await.status }
            });
            assert_eq!(join_all(prints).await, [303; 8], "round {round}");
        }
        let numbers = "select count(*) from (select receipt_id from receipt_print group by receipt_id
            having min(number) = 1 and max(number) = 8 and count(*) = 8) as whole";
        assert_eq!(clinic.count(numbers).await, 4);
    }

    async fn m8_of_many_refunds_at_once_no_more_goes_back_than_came(clinic) {
        let till = two(&clinic).await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1000").await;
        let payment = clinic.count("select max(id) from payment").await;
        let presses = (0..12).map(|at| {
            let browser = if at % 2 == 0 { &till.cashier } else { &till.second };
            let op = format!("refund-at-once-{at:04}");
            let path = format!("/payments/{payment}/refunds");
            async move {
                let fields = [("op", op.as_str()), ("amount", "300"), ("method", "cash"), ("reason", "Not satisfied")];
                browser.post(&path, &fields).await.status
            }
        });
        let statuses = join_all(presses).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 3, "{statuses:?}");
        assert_eq!(clinic.number("select refunded from payment where id = $1", payment).await, 90_000);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m10_a_payment_and_the_close_of_its_shift_never_miss_each_other(clinic) {
        let till = clinic.till().await;
        for round in 0..6_i64 {
            clinic.costs(&till, ChargeKind::Test, round, 100).await;
            let invoice = till.issued().await;
            let shift = clinic.count("select max(id) from shift").await;
            let pay = async {
                let op = format!("pay-while-closing-{round}");
                let path = format!("/invoices/{invoice}/payments");
                till.cashier.post(&path, &[("op", &op), ("cash", "100"), ("over", "change")]).await.status
            };
            let close = async {
                let op = format!("close-while-paying-{round}");
                let path = format!("/shifts/{shift}/close");
                till.cashier.post(&path, &[("op", &op), ("counted", "100"), ("left", "0"), ("reason", "Emptied")]).await.status
            };
            let (paid, closed) = tokio::join!(pay, close);
            assert!([303, 409].contains(&paid) && closed == 303, "{paid} {closed}");
            clinic.opens_shift(&till.cashier, "0").await.expect(303);
        }
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    /// The control: without the guard on what is owed, the same invoice is paid twice, and the check sees what nobody wrote.
    async fn without_the_guard_an_invoice_is_paid_twice(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1000").await;
        let unguarded = sql("update invoice set paid = paid + 100000 where id = $1").bind(invoice).run(&clinic.app.db).await;
        assert_eq!(unguarded.unwrap(), 1);
        let faults = clinic.faults().await;
        assert!(faults.iter().any(|fault| fault.contains("is its payments and refunds")), "{faults:?}");
    }

    async fn m4_a_draft_that_changes_while_it_is_about_to_be_issued_is_shown_first(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let draft = till.draft().await;
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        let mut change = clinic.app.db.begin().await.unwrap();
        sql("update invoice set version = version + 1 where id = $1").bind(draft).run(&mut change).await.unwrap();
        let commits = async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            change.commit().await.unwrap();
        };
        let (issued, ()) = tokio::join!(till.cashier.submit(&page, "#issue", &[]), commits);
        assert!(issued.expect(409).errors()[0].contains("was changed a moment ago"), "{:?}", issued.errors());
        till.cashier.submit(&issued, "#issue", &[]).await.expect(303);
    }
}
