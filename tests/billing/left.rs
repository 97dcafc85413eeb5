//! What was done for an earlier visit, or given after it, and is on no invoice yet (rules M3 and M13).

use infirmary::billing::model::ChargeKind;

both! {
    async fn what_is_given_on_a_later_day_reaches_the_cashier_and_the_phone(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 7, 610).await;
        let today = till.cashier.get("/billing").await;
        assert!(today.text("#here").contains("₦610") && !today.has("#left"));
        clinic.wait_minutes(60 * 24);
        for name in ["cashier", "boss"] {
            let browser = if name == "cashier" { &till.cashier } else { &till.admin };
            clinic.sign_in(browser, name).await;
        }
        let bill = format!("/visits/{}/bill", till.visit);
        let list = till.cashier.get("/billing").await;
        assert!(list.text("#left").contains("Ada Obi") && list.text("#left").contains("₦610"), "{}", list.text("main"));
        assert_eq!(list.links("#left a"), std::slice::from_ref(&bill));
        let account = till.cashier.get(&format!("/patients/{}/account", till.patient)).await;
        assert_eq!(account.links("#left a"), std::slice::from_ref(&bill));
        let phone = clinic.signed_in_patient(till.patient, "own.patient").await;
        assert!(phone.get("/my/invoices").await.text("main").contains("About ₦610 of your visit on"));
        // Whoever comes back is told at the cash desk, on the list and on the bill of today.
        let desk = clinic.receptionist().await;
        let (patient, point) = (till.patient.to_string(), till.point.to_string());
        let fields = [("op", "back-again-000001"), ("patient", patient.as_str()), ("point", point.as_str())];
        desk.post("/check-ins", &fields).await.expect(303);
        let list = till.cashier.get("/billing").await;
        assert!(list.text("#here").contains("and ₦610 of another visit"), "{}", list.text("main"));
        let visit = clinic.count("select max(id) from visit").await;
        let shown = till.cashier.get(&format!("/visits/{visit}/bill")).await;
        assert!(shown.links("main .notice a").contains(&bill) && shown.text("main").contains("About ₦610"));
        // Once it is invoiced it stands on none of them.
        let page = till.cashier.get(&bill).await;
        assert!(!page.text("main").contains("Another visit is not invoiced"));
        till.cashier.submit(&page, "#draft", &[("step", "draft")]).await.expect(303);
        for path in ["/billing", &format!("/patients/{}/account", till.patient)] {
            assert!(!till.cashier.get(path).await.has("#left"), "{path}");
        }
        assert!(!phone.get("/my/invoices").await.text("main").contains("on no invoice yet"));
    }
}
