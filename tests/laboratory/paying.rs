//! Tests that are paid first: who pays and who takes the sample learn of it before they stand before each other.

use infirmary::billing::model::{ChargeKind, naira};
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::Lab;
use crate::support::streams::watch;

both! {
    async fn m12_a_test_that_is_paid_first_says_so_on_the_phone_and_on_the_worklist(clinic) {
        let till = clinic.till().await;
        let lab = Lab { patient: till.patient, visit: till.visit, ..clinic.laboratory().await };
        let page = till.admin.get("/prices/test-0").await;
        till.admin.submit(&page, "#rule", &[("pay_first", "yes"), ("tax", "0"), ("group", "test")]).await.expect(303);
        let phone = clinic.signed_in_patient(lab.patient, "own.patient").await;
        let told = async || phone.get("/my/place").await.text("#owed");
        let marked = async || lab.bench.get("/lab/worklist").await.text("#to-collect").contains("To be paid first");
        lab.order(&clinic, &["PCV"]).await;
        assert!(marked().await);
        assert!(told().await.contains("Pay this first, at the cash desk"), "{}", told().await);
        // What was done already is paid in the end.
        clinic.costs(&till, ChargeKind::Other, 1, 1_000).await;
        let price = naira(clinic.count("select price from lab_test where code = 'PCV'").await);
        let words = told().await;
        assert!(words.contains(&format!("Pay {price} of it first")) && words.contains("the rest when you are done"), "{words}");
        // Whoever is an emergency pays later.
        let priority = async |word: &'static str| {
            let change = sql("update queue_entry set priority = $2, priority_reason = $3 where visit_id = $1");
            change.bind(lab.visit).bind(word).bind(if word == "normal" { "" } else { "Collapsed" }).run(&clinic.app.db).await.unwrap();
        };
        priority("emergency").await;
        assert!(!marked().await && told().await.contains("when you are done") && !told().await.contains("first"));
        priority("normal").await;
        assert!(marked().await);
        let invoice = till.issued().await;
        assert!(marked().await && told().await.contains("first"), "an invoice is no payment");
        let owed = clinic.number("select patient_part from invoice where id = $1", invoice).await;
        // Lists that stay open are told of it.
        let mut bench = watch(&lab.bench, "/lab/worklist/live").await;
        let mut counter = watch(&clinic.pharmacist().await, paths::pharmacy::WORKLIST_LIVE).await;
        bench.hears_of("all").await;
        counter.hears_of("all").await;
        till.cash(invoice, &(owed / 100).to_string()).await;
        bench.hears_of("money").await;
        counter.hears_of("money").await;
        assert!(!marked().await);
        assert!(!phone.get("/my/place").await.has("#owed"), "all of it is paid");
        lab.collect(&clinic).await;
    }
}
