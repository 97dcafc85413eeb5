//! What one guard each prevents, and the controls: with the guard left out the same race breaks the rule, and the checks with
//! which the stories of the till end find it.

use futures::future::join_all;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

both! {
    async fn m6_of_many_who_empty_a_wallet_at_once_no_more_leaves_than_lies_there(clinic) {
        let till = clinic.till().await;
        clinic.point("Second desk", "cashier").await;
        clinic.opens_shift(&till.second, "0").await.expect(303);
        let path = format!("/patients/{}/wallet", till.patient);
        till.cashier.post(&path, &[("op", "a-thousand-comes-in-1"), ("amount", "1000"), ("method", "cash"), ("step", "in")]).await.expect(303);
        let presses = (0..12).map(|at| {
            let browser = if at % 2 == 0 { &till.cashier } else { &till.second };
            let (op, path) = (format!("a-wallet-is-emptied-{at:03}"), path.clone());
            async move { browser.post(&path, &[("op", &op), ("amount", "300"), ("method", "cash"), ("step", "out")]).await.status }
        });
        let statuses = join_all(presses).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 3, "{statuses:?}");
        assert_eq!(clinic.number("select balance from wallet where patient_id = $1", till.patient.0).await, 10_000);
        let below = sql("update wallet set balance = balance - 10001").run(&clinic.app.db).await.unwrap_err();
        assert!(below.violates("wallet_balance"), "the table is the second guard: {below}");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn without_the_guard_a_wallet_goes_below_zero(clinic) {
        let till = clinic.till().await;
        let path = format!("/patients/{}/wallet", till.patient);
        till.cashier.post(&path, &[("op", "a-thousand-comes-in-1"), ("amount", "1000"), ("method", "cash"), ("step", "in")]).await.expect(303);
        let acted = clinic.believing(6, ("select balance from wallet", 30_000),
            "insert into wallet_entry (patient_id, kind, amount, balance, shift_id, reason, name, at)
             select w.patient_id, 'payout', -30000, w.balance - 30000, s.id, '', 'somebody', s.opened_at
             from wallet w join shift s on s.closed_at is null").await;
        assert_eq!(acted, 6, "everybody believed the thousand that was read");
        assert!(clinic.count("select cast(sum(amount) as bigint) from wallet_entry").await < 0);
        clinic.is_found("a wallet holds the sum of its movements").await;
    }

    async fn without_the_guard_more_goes_back_than_came(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1000").await;
        let acted = clinic.believing(8, ("select amount - refunded from payment", 30_000),
            "insert into refund (year, payment_id, invoice_id, patient_id, method, amount, reason, needs_second, state,
                proposed_by, proposed_name, proposed_at)
             select 2026, p.id, p.invoice_id, p.patient_id, 'cash', 30000, 'By hand', s.version < 0, 'approved', s.account_id,
                'somebody', p.taken_at from payment p join shift s on s.id = p.shift_id").await;
        assert_eq!(acted, 8);
        sql("update refund set state = 'paid', number = id, paid_at = proposed_at,
                shift_id = (select p.shift_id from payment p where p.id = refund.payment_id),
                day = (select p.day from payment p where p.id = refund.payment_id)").run(&clinic.app.db).await.unwrap();
        assert!(clinic.count("select cast(sum(amount) as bigint) from refund where state = 'paid'").await > 100_000);
        clinic.is_found("no payment gives back more than it was").await;
        clinic.is_found("what an invoice was paid and gave back is its payments and refunds").await;
    }

    async fn without_the_index_a_charge_is_on_two_invoices(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        for _ in 0..4 {
            clinic.bare_draft(till.visit).await;
        }
        sql("drop index invoice_line_charge_id_unique").run(&clinic.app.db).await.unwrap();
        let acted = clinic.believing(8, ("select count(*) from charge where state = 'billable'", 1),
            "insert into invoice_line (invoice_id, charge_id, position, kind, label, quantity, unit_price, base, total, patient)
             select i.id, c.id, 1, 'test', 'x', 1, 0, 0, 0, 0 from charge c cross join invoice i order by random() limit 1").await;
        assert_eq!(acted, 8, "everybody believed that it is on none");
        clinic.is_found("no charge is on two live invoices").await;
    }

    async fn without_one_transaction_a_refused_issue_takes_its_number_away(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        till.issued().await;
        // As it would be if the number were taken before it is known whether the invoice can be issued.
        assert_eq!(sql("update counter set last = last + 1 where scope = 'money:INV'").run(&clinic.app.db).await.unwrap(), 1);
        clinic.costs(&till, ChargeKind::Test, 2, 1_000).await;
        till.issued().await;
        assert_eq!(clinic.count("select max(number) from invoice").await, 3);
        clinic.is_found("count from 1 without a gap").await;
    }
}
