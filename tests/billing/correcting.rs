//! Credit notes and corrections: an issued invoice is never edited.

use infirmary::billing::model::ChargeKind;
use infirmary::billing::withdraw;
use infirmary::db::sql;
use infirmary::web::paths;
use infirmary::work::{Doer, Work};

use crate::support::billing::id_in;

both! {
    async fn m4_a_credit_never_goes_above_what_remains(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        let line = format!("line_{}", clinic.count("select max(id) from invoice_line").await);
        let path = format!("/invoices/{invoice}/credits");
        let page = till.cashier.get(&path).await;
        let much = till.cashier.submit(&page, "#credit", &[(&line, "1000.01"), ("reason", "Too expensive")]).await;
        assert_eq!(much.expect(422).errors(), ["₦1,000 remain of this line"]);
        till.cashier.submit(&page, "#credit", &[(&line, "600"), ("reason", "Half was done")]).await.expect(303);
        till.cashier.submit(&page, "#credit", &[(&line, "600"), ("reason", "Half was done"), ("op", "credit-again-000001")]).await.expect(422);
        let raw = sql("update invoice_line set credited = 100001").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("invoice_line_credited"), "{raw}");
        assert_eq!(clinic.number("select total from invoice where id = $1", invoice).await, 100_000, "the invoice stays");
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        assert!(page.text("#credits").contains("CRN-2026-000001") && page.text("#totals").contains("Still owed₦400"), "{}", page.text("#totals"));
        till.cash(invoice, "400").await;
        assert_eq!(till.cashier.get(&format!("/invoices/{invoice}")).await.heading(), "INV-2026-000001 Paid");
        // M6: a later credit makes what is paid owed to the patient.
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#credit", &[(&line, "100"), ("reason", "And a little more")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        assert_eq!(page.heading(), "INV-2026-000001 Owed to the patient");
        assert!(page.text("#owed-back").contains("₦100"), "{}", page.text("#owed-back"));
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn u15_correcting_keeps_every_payment_and_begins_a_new_draft_in_one_step(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        clinic.costs(&till, ChargeKind::Test, 2, 500).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1500").await;
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        let draft = id_in(&till.cashier.submit(&page, "#correct", &[("reason", "The price was the old one")]).await);
        assert_ne!(draft, invoice);
        assert_eq!(till.cashier.get(&format!("/invoices/{invoice}")).await.heading(), "INV-2026-000001 Credited");
        assert_eq!(clinic.count("select count(*) from payment where amount = 150000 and reversed_at is null").await, 1);
        assert_eq!(clinic.number("select balance from wallet where patient_id = $1", till.patient.0).await, 150_000);
        assert_eq!(clinic.number("select count(*) from invoice_line where invoice_id = $1 and live", draft).await, 2);
        assert_eq!(clinic.count("select count(*) from charge where state = 'billed'").await, 2);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
        let line = clinic.number("select min(id) from invoice_line where invoice_id = $1", draft).await;
        till.cashier.post(&format!("/invoice-lines/{line}/removal"), &[("op", "remove-the-line-001")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        till.pays(draft, &[("wallet", "500")]).await.expect(303);
        assert_eq!(till.cashier.get(&format!("/invoices/{draft}")).await.heading(), "INV-2026-000002 Paid");
        assert_eq!(clinic.number("select balance from wallet where patient_id = $1", till.patient.0).await, 100_000);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn correcting_keeps_what_was_approved_and_asks_again_for_what_was_credited_out_of_goodwill(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        clinic.costs(&till, ChargeKind::Test, 2, 3_000).await;
        let draft = till.draft().await;
        let path = format!("/invoices/{draft}");
        for (kind, worth) in [("percent", "10"), ("fixed", "360")] {
            let page = till.cashier.get(&path).await;
            let ask = [("discount_kind", kind), ("worth", worth), ("discount_reason", "Member of staff")];
            till.cashier.submit(&page, "#discount", &ask).await.expect(303);
            let id = clinic.count("select max(id) from discount").await;
            till.second.post(&format!("/discounts/{id}"), &[("op", &format!("decide-{kind}-00000002")), ("to", "approved")]).await.expect(303);
        }
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        // ₦900 − ₦90 and ₦2,700 − ₦270. All of the first is credited, and ₦100 of the second out of goodwill.
        let ids: Vec<i64> = sql("select id from invoice_line order by total").scalars(&clinic.app.db).await.unwrap();
        let totals: Vec<i64> = sql("select total from invoice_line order by total").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(totals, [81_000, 243_000]);
        let (first, second) = (format!("line_{}", ids[0]), format!("line_{}", ids[1]));
        let page = till.cashier.get(&format!("{path}/credits")).await;
        till.cashier.submit(&page, "#credit", &[(&first, "810"), (&second, "100"), ("reason", "She waited for hours")]).await.expect(303);
        let page = till.cashier.get(&path).await;
        let draft = id_in(&till.cashier.submit(&page, "#correct", &[("reason", "The wrong scheme")]).await);
        let asked: Vec<(String, Option<i64>, Option<i64>, String)> =
            sql("select kind, percent_bp, amount, state from discount where invoice_id = $1 order by id").bind(draft).all(&clinic.app.db).await.unwrap();
        let expected = [("percent", Some(1_000), None, "approved"), ("fixed", None, Some(27_000), "approved"), ("fixed", None, Some(10_000), "proposed")];
        let expected = expected.map(|(kind, percent, amount, state)| (kind.to_owned(), percent, amount, state.to_owned()));
        assert_eq!(asked, expected);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        assert!(page.body.contains("Credited on INV-2026-000001 before it was corrected"), "{}", page.body);
        let early = till.cashier.submit(&page, "#issue", &[]).await;
        assert!(early.expect(409).errors()[0].contains("waits for approval"), "{:?}", early.errors());
        let id = clinic.count("select max(id) from discount").await;
        till.cashier.post(&format!("/discounts/{id}"), &[("op", "approve-own-goodwill"), ("to", "approved")]).await.expect(409);
        till.second.post(&format!("/discounts/{id}"), &[("op", "decide-goodwill-0001"), ("to", "approved")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 233_000, "what was left of the old one");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn correcting_keeps_a_surcharge_and_takes_the_tax_out_of_goodwill(clinic) {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/other-0").await;
        till.admin.submit(&page, "#rule", &[("tax", "10"), ("group", "other")]).await.expect(303);
        let account = till.cashier.get(&format!("/patients/{}/account", till.patient)).await;
        let draft = id_in(&till.cashier.submit(&account, "#begin", &[]).await);
        let path = format!("/invoices/{draft}");
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#line", &[("label", "Certificate"), ("price", "1000"), ("quantity", "2")]).await.expect(303);
        let line = clinic.count("select max(id) from invoice_line").await;
        let dearer = [("op", "dearer-by-night-01"), ("quantity", "2"), ("surcharge", "500"), ("surcharge_reason", "By night")];
        till.cashier.post(&format!("/invoice-lines/{line}"), &dearer).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 275_000);
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        let page = till.cashier.get(&format!("{path}/credits")).await;
        let credit = format!("line_{line}");
        till.cashier.submit(&page, "#credit", &[(&credit, "550"), ("reason", "She waited for hours")]).await.expect(303);
        let page = till.cashier.get(&path).await;
        let draft = id_in(&till.cashier.submit(&page, "#correct", &[("reason", "The wrong name")]).await);
        let kept: (i64, i64, String) = sql("select quantity, surcharge, surcharge_reason from invoice_line where invoice_id = $1")
            .bind(draft).one(&clinic.app.db).await.unwrap();
        assert_eq!(kept, (2, 50_000, "By night".to_owned()));
        let asked = clinic.number("select amount from discount where invoice_id = $1", draft).await;
        assert_eq!(asked, 50_000, "a discount comes before the tax");
        let id = clinic.count("select max(id) from discount").await;
        till.second.post(&format!("/discounts/{id}"), &[("op", "decide-goodwill-0002"), ("to", "approved")]).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 220_000, "what was left of the old one");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn what_cost_nothing_and_was_an_error_is_not_to_be_credited(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Medicine, 1, 0).await;
        clinic.costs(&till, ChargeKind::Medicine, 2, 300).await;
        let invoice = till.issued().await;
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        withdraw(&mut work, ChargeKind::Medicine, 1, "Given to somebody else").await.unwrap();
        work.commit().await.unwrap();
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        assert!(!page.expect(200).body.contains("taken back"), "{}", page.body);
        let bill = till.cashier.get(&paths::billing::of_visit(till.visit)).await;
        assert!(bill.expect(200).body.contains("Taken back") && !bill.body.contains("credit it"), "{}", bill.body);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn credit_notes_and_refunds_have_a_paper_that_a_number_leads_to(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let invoice = till.issued().await;
        till.cash(invoice, "1000").await;
        let line = format!("line_{}", clinic.count("select max(id) from invoice_line").await);
        let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        till.cashier.submit(&page, "#credit", &[(&line, "400"), ("reason", "The sample was lost")]).await.expect(303);
        let payment = clinic.count("select max(id) from payment").await;
        let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
        till.cashier.submit(&page, "#refund", &[("reason", "The sample was lost")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
        let (note, refund) = (page.links("#credits a")[0].clone(), page.links("#refunds a")[0].clone());
        assert_eq!(till.cashier.get("/billing?q=crn+2026+1").await.leads_to().unwrap(), note);
        assert_eq!(till.cashier.get("/billing?q=RFD-2026-000001").await.leads_to().unwrap(), refund);
        let paper = till.cashier.get(&note).await;
        for word in ["CRN-2026-000001", "INV-2026-000001", "Ada Obi", "The sample was lost", "Laboratory test", "₦400", "cashier"] {
            assert!(paper.expect(200).text(".sheet").contains(word), "{word}: {}", paper.text(".sheet"));
        }
        let paper = till.cashier.get(&refund).await;
        for word in ["RFD-2026-000001", "RCP-2026-000001", "Ada Obi", "Given back now, Cash", "₦400", "Received"] {
            assert!(paper.expect(200).text(".sheet").contains(word), "{word}: {}", paper.text(".sheet"));
        }
        // What is not paid out yet has no paper, and nobody else's business is nobody's.
        sql("update money_setting set refund_limit = 0").run(&clinic.app.db).await.unwrap();
        let page = till.cashier.get(&format!("/payments/{payment}/refunds")).await;
        till.cashier.submit(&page, "#refund", &[("amount", "50"), ("reason", "Goodwill of the clinic")]).await.expect(303);
        till.cashier.get("/refunds/2/print").await.expect(404);
        till.cashier.get("/credit-notes/9/print").await.expect(404);
        let nurse = clinic.signed_in("nurse", &[infirmary::access::model::Role::Nurse]).await;
        nurse.get(&note).await.expect(403);
    }

    async fn m1_what_cash_was_rounded_by_stands_in_no_credits_way(clinic) {
        let till = clinic.till().await;
        sql("update money_setting set cash_step = 5000").run(&clinic.app.db).await.unwrap();
        clinic.in_scheme(&till, "test", "90", "").await;
        let credits = async |invoice: i64, naira: &str| {
            let line = clinic.number("select max(id) from invoice_line where invoice_id = $1", invoice).await;
            let page = till.cashier.get(&format!("/invoices/{invoice}")).await;
            let page = till.cashier.get(page.links(".actions a[href$='/credits']").first().expect("a way to credit it")).await;
            till.cashier.submit(&page, "#credit", &[(&format!("line_{line}"), naira), ("reason", "Half was done")]).await.expect(303);
        };
        let notes = async |invoice: i64| -> Vec<(i64, i64, i64)> {
            sql("select scheme_part, patient_part, rounding from credit_note where invoice_id = $1 order by id")
                .bind(invoice).all(&clinic.app.db).await.unwrap()
        };
        // ₦24 of ₦240 became nothing.
        clinic.costs(&till, ChargeKind::Test, 1, 240).await;
        let down = till.issued().await;
        credits(down, "120").await;
        credits(down, "120").await;
        assert_eq!(notes(down).await, [(10_800, 0, -1_200), (10_800, 0, -1_200)]);
        // All of ₦20 became nothing.
        clinic.costs(&till, ChargeKind::Medicine, 2, 20).await;
        let nothing = till.issued().await;
        credits(nothing, "20").await;
        assert_eq!(notes(nothing).await, [(0, 0, -2_000)]);
        // ₦30 became ₦50.
        clinic.costs(&till, ChargeKind::Medicine, 3, 30).await;
        let up = till.issued().await;
        credits(up, "10").await;
        credits(up, "20").await;
        assert_eq!(notes(up).await, [(0, 1_000, 0), (0, 4_000, 2_000)]);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m1_what_a_scheme_still_pays_keeps_no_rounding_of_what_the_patient_pays_no_more(clinic) {
        let till = clinic.till().await;
        sql("update money_setting set cash_step = 500").run(&clinic.app.db).await.unwrap();
        clinic.in_scheme(&till, "test", "100", "").await;
        clinic.costs(&till, ChargeKind::Medicine, 1, 13).await;
        clinic.costs(&till, ChargeKind::Test, 2, 20).await;
        let invoice = till.issued().await;
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", invoice).await, 1_500);
        till.cash(invoice, "15").await;
        let own = "select id from invoice_line where invoice_id = $1 and patient > 0";
        let line = format!("line_{}", clinic.number(own, invoice).await);
        let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        till.cashier.submit(&page, "#credit", &[(&line, "13"), ("reason", "It was never given")]).await.expect(303);
        let owed = "select paid - refunded - (patient_part - credited_patient) from invoice where id = $1";
        assert_eq!(clinic.number(owed, invoice).await, 1_500, "nothing is asked any more");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn u24_a_receipt_after_a_credit_note_adds_up(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 10_000).await;
        let invoice = till.issued().await;
        let line = format!("line_{}", clinic.count("select max(id) from invoice_line").await);
        let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        till.cashier.submit(&page, "#credit", &[(&line, "4000"), ("reason", "Half was done")]).await.expect(303);
        let receipt = till.cash(invoice, "6000").await;
        for paper in ["80", "a5"] {
            let page = till.cashier.get(&format!("/receipts/{receipt}")).await;
            let print = till.cashier.submitted(&page, "form[action$='/print']", &[("paper", paper)]).await;
            let words = print.text("article");
            assert!(words.contains("Credited−₦4,000.00") && words.contains("Paid now₦6,000.00"), "{paper}: {words}");
        }
    }
}
