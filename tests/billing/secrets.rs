//! Who sees what: cashiers read neutral words, patients their own invoices only.

use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

use crate::support::{Clinic, Lab};

both! {
    async fn a1_the_cashier_never_receives_clinical_text(clinic) {
        let lab: Lab = clinic.laboratory().await;
        let point = clinic.point("Cash desk", "cashier").await;
        let cashier = clinic.signed_in("cashier", &[infirmary::access::model::Role::Cashier]).await;
        sql("update queue_entry set point_id = $1, state = 'waiting', started_at = null, called_at = null, served_by = null").bind(point).run(&clinic.app.db).await.unwrap();
        lab.order(&clinic, &["HIV", "PCV"]).await;
        lab.collect(&clinic).await;
        assert_eq!(clinic.count("select count(*) from charge").await, 2);
        clinic.opens_shift(&cashier, "0").await.expect(303);
        let bill = format!("/visits/{}/bill", lab.visit);
        let page = cashier.get(&bill).await;
        let issued = cashier.submitted(&page, "#draft", &[("step", "issue")]).await;
        let paid = cashier.submitted(&issued, "#pay", &[("cash", "15000")]).await;
        let receipt = format!("{}/print", paid.path);
        for path in ["/billing", &bill, "/invoices/1", "/invoices/1/print", &paid.path, &receipt] {
            let seen = cashier.get(path).await;
            seen.expect(200);
            for secret in ["HIV", "hiv", "Packed", "Retroviral", "haemoglobin", "pcv"] {
                assert!(!seen.body.contains(secret), "{secret} in {path}");
            }
        }
        for path in [format!("/patients/{}/record", lab.patient), format!("/visits/{}/consultation", lab.visit), format!("/visits/{}/tests", lab.visit)] {
            let status = cashier.get(&path).await.status;
            assert!(status == 403 || status == 404, "{path}: {status}");
        }
    }

    async fn a6_what_a_visit_costs_follows_the_own_phone_and_not_the_slip(clinic) {
        let till = clinic.till().await;
        let own = clinic.signed_in_patient(till.patient, "own.patient").await;
        let page = own.get("/my/place").await;
        assert!(!page.has("#owed"), "nothing was done yet");
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        assert!(own.get("/my/place").await.text("#owed").contains("₦1,000"));
        // The part that follows the token says the same as the page that it stands in.
        let part = page.attribute("#place", "data-part").unwrap();
        assert!(own.get(&part).await.text("#owed").contains("₦1,000"));
        let stranger = clinic.visitor("Bola Ade").await;
        let other = clinic.signed_in_patient(stranger, "other.patient").await;
        for browser in [&clinic.browser(), &other, &till.cashier] {
            let seen = browser.get(&part).await;
            assert!(seen.expect(200).has("#place") && !seen.has("#owed"), "{}", seen.body);
        }
    }

    async fn bi6_patients_see_their_own_invoices_and_nobody_elses(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        let receipt = till.cash(invoice, "600").await;
        clinic.costs(&till, ChargeKind::Test, 2, 50).await;
        let draft = till.draft().await;
        let own = clinic.signed_in_patient(till.patient, "own.patient").await;
        let list = own.get("/my/invoices").await;
        assert!(list.text("#owed").contains("₦400"), "{}", list.text("main"));
        assert!(own.get(&format!("/my/invoices/{invoice}")).await.body.contains("INV-2026-000001"));
        own.get(&format!("/my/invoices/{draft}")).await.expect(404);
        let paper = own.get(&format!("/my/receipts/{receipt}")).await;
        assert!(paper.body.contains("₦600.00") && paper.text("article").contains("Copy"), "{}", paper.text("article"));
        let stranger = clinic.visitor("Bola Ade").await;
        let other = clinic.signed_in_patient(stranger, "other.patient").await;
        other.get(&format!("/my/invoices/{invoice}")).await.expect(404);
        other.get(&format!("/my/receipts/{receipt}")).await.expect(404);
        assert!(!other.get("/my/invoices").await.body.contains("INV-2026-000001"));
        other.get(&format!("/invoices/{invoice}")).await.expect(403);
    }
}

/// Reception reads balances and takes nothing.
#[tokio::test]
async fn reception_sees_what_is_owed_and_takes_nothing() {
    let clinic = Clinic::on_sqlite().await;
    let till = clinic.till().await;
    clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
    let desk = clinic.receptionist().await;
    let page = desk.get(&till.bill()).await;
    assert!(page.expect(200).body.contains("₦1,000") && !page.has("#draft button"));
    desk.post(&till.bill(), &[("op", "reception-invoices-1"), ("charge", "1"), ("step", "issue")])
        .await
        .expect(403);
}
