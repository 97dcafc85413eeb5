//! What was credited out of goodwill, and whose goods come back (rule M13): no work is left that nobody can finish.

use infirmary::billing::model::ChargeKind;
use infirmary::billing::{NewCharge, charge, keep};
use infirmary::db::sql;
use infirmary::web::paths;
use infirmary::work::{Doer, Work};

use crate::support::billing::Till;
use crate::support::{Clinic, Seen};

/// Ten capsules at ₦100 are given.
async fn ten_given(clinic: &Clinic, till: &Till) {
    let new = NewCharge {
        visit: till.visit,
        patient: till.patient,
        kind: ChargeKind::Medicine,
        service: 7,
        source: 7,
        label: "Medicine, capsule",
        quantity: 10,
        unit_price: 10_000,
    };
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    charge(&mut work, &new).await.unwrap();
    work.commit().await.unwrap();
}

/// Some came back, and so many stay.
async fn stay(clinic: &Clinic, kept: i64) {
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    keep(&mut work, ChargeKind::Medicine, 7, (kept, "Not tolerated")).await.unwrap();
    work.commit().await.unwrap();
}

/// Credits some naira, or what the page proposes.
async fn credits(clinic: &Clinic, till: &Till, invoice: i64, naira: Option<&str>) -> Seen {
    let line =
        format!("line_{}", clinic.number("select id from invoice_line where invoice_id = $1", invoice).await);
    let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
    let typed: Vec<(&str, &str)> = naira.iter().map(|naira| (line.as_str(), *naira)).collect();
    till.cashier.submit(&page, "#credit", &[&typed[..], &[("reason", "She waited for hours")]].concat()).await
}

/// State, number and number done of the charge.
async fn stands(clinic: &Clinic) -> (String, i64, Option<i64>) {
    sql("select state, quantity, done_quantity from charge where kind = 'medicine'")
        .one(&clinic.app.db)
        .await
        .unwrap()
}

/// Nothing waits for the cashier, anywhere where it would be shown.
async fn nothing_waits(clinic: &Clinic, till: &Till, invoice: i64) {
    assert!(!till.cashier.get(paths::billing::WORKLIST).await.has("#uncredited"));
    let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
    assert!(!page.expect(200).has("main .notice[data-kind=danger]"), "{}", page.text("main"));
    assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
}

both! {
    async fn m13_what_comes_back_of_what_was_credited_already_waits_for_nobody(clinic) {
        let till = clinic.till().await;
        ten_given(&clinic, &till).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1000").await;
        credits(&clinic, &till, invoice, Some("300")).await.expect(303);
        nothing_waits(&clinic, &till, invoice).await;
        // Two came back: their ₦200 were credited before.
        stay(&clinic, 8).await;
        assert_eq!(stands(&clinic).await, ("paid".to_owned(), 8, None));
        nothing_waits(&clinic, &till, invoice).await;
        // Five stay: of the ₦500 that came back, ₦300 were credited before.
        stay(&clinic, 5).await;
        let list = till.cashier.get(paths::billing::WORKLIST).await;
        assert!(list.text("#uncredited").contains("10 invoiced, 5 done"), "{}", list.text("main"));
        credits(&clinic, &till, invoice, None).await.expect(303);
        assert_eq!(clinic.number("select credited from invoice_line where invoice_id = $1", invoice).await, 50_000);
        assert_eq!(stands(&clinic).await, ("paid".to_owned(), 5, None));
        nothing_waits(&clinic, &till, invoice).await;
        // All came back: what is left is credited, and that is all.
        stay(&clinic, 0).await;
        assert!(till.cashier.get(paths::billing::WORKLIST).await.text("#uncredited").contains("Not tolerated"));
        credits(&clinic, &till, invoice, None).await.expect(303);
        assert_eq!(clinic.number("select total - credited from invoice_line where invoice_id = $1", invoice).await, 0);
        nothing_waits(&clinic, &till, invoice).await;
    }

    async fn m13_what_comes_back_of_what_was_credited_whole_asks_for_nothing(clinic) {
        let till = clinic.till().await;
        ten_given(&clinic, &till).await;
        let invoice = till.issued().await;
        credits(&clinic, &till, invoice, Some("1000")).await.expect(303);
        for kept in [8, 0] {
            stay(&clinic, kept).await;
            nothing_waits(&clinic, &till, invoice).await;
        }
        assert_eq!(clinic.number("select credited from invoice_line where invoice_id = $1", invoice).await, 100_000);
        assert_eq!(clinic.count("select count(*) from credit_note").await, 1);
    }
}
