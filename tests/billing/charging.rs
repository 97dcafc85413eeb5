//! From what was done to an issued invoice: charges, drafts, discounts, gates, numbers.

use infirmary::billing::model::{ChargeKind, Gate};
use infirmary::billing::{due, gate, treat_now, withdraw};
use infirmary::db::sql;
use infirmary::work::{Doer, Work};

use crate::support::Clinic;
use crate::support::billing::id_in;

both! {
    async fn m3_what_was_done_is_one_charge_on_one_live_invoice(clinic) {
        let till = clinic.till().await;
        let first = clinic.costs(&till, ChargeKind::Test, 7, 1_500).await;
        assert_eq!(clinic.costs(&till, ChargeKind::Test, 7, 9_999).await, first, "the same thing again is the first");
        assert_eq!(due(&clinic.app.db, till.visit).await.unwrap().owed.total(), 150_000);
        let draft = till.draft().await;
        assert_eq!(clinic.word("select state from charge where id = $1", first).await, "billed");
        assert_eq!(due(&clinic.app.db, till.visit).await.unwrap().owed.total(), 150_000, "also while it stands on a draft");
        // The bill leads on with the draft, instead of ending here.
        let bill = till.cashier.get(&till.bill()).await;
        assert_eq!(bill.links("#open a.primary"), [format!("/invoices/{draft}")]);
        // A second invoice takes it neither through the page nor by hand.
        let again = till.cashier.post(&till.bill(), &[("op", "the-same-again-0001"), ("charge", &first.to_string()), ("step", "draft")]).await;
        assert_eq!(again.expect(409).errors(), ["Nothing of this visit waits for an invoice. Here is how it stands now."]);
        let other = clinic.bare_draft(till.visit).await;
        let twice = sql("insert into invoice_line (invoice_id, charge_id, position, kind, label, quantity, unit_price, base, total, patient)
                values ($1, $2, 1, 'test', 'x', 1, 0, 0, 0, 0)").bind(other).bind(first).run(&clinic.app.db).await.unwrap_err();
        assert!(twice.violates("invoice_line_charge_id_unique"), "{twice}");
        // A draft that is given up lets it go.
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#void", &[("void_reason", "Wrong patient")]).await.expect(303);
        assert_eq!(clinic.word("select state from charge where id = $1", first).await, "billable");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m4_m5_issuing_fixes_everything_and_numbers_without_gaps(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let draft = till.draft().await;
        assert_eq!(clinic.count("select count(*) from invoice where number is not null").await, 0);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#line", &[("label", "Copy of the record"), ("price", "250.50"), ("quantity", "2")]).await.expect(303);
        // The page that was open shows another sum: it is not issued unseen.
        let stale = till.cashier.submit(&page, "#issue", &[]).await;
        assert_eq!(stale.expect(409).errors(), ["This draft was changed a moment ago. Here is how it stands now."]);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        assert!(page.text("#issue").contains("₦1,501"), "{}", page.text("#issue"));
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        let shown = till.cashier.get(&format!("/invoices/{draft}")).await;
        assert_eq!(shown.heading(), "INV-2026-000001 Unpaid");
        let print = till.cashier.get(&format!("/invoices/{draft}/print")).await;
        assert!(print.text("article").contains("INV-2026-000001") && print.text("article").contains("Ada Obi"), "{}", print.body);
        for raw in ["update invoice set total = 1", "update invoice set patient_name = 'x'", "delete from invoice", "update invoice set state = 'void'"] {
            assert!(sql(raw).run(&clinic.app.db).await.is_err(), "{raw}");
        }
        for raw in ["update invoice_line set total = 0", "delete from invoice_line", "update invoice_line set label = 'x'"] {
            let error = sql(raw).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates("invoice_line_kept"), "{raw}: {error}");
        }
        // An issue that fails gives its number back: an empty draft takes none.
        let account = till.cashier.get(&format!("/patients/{}/account", till.patient)).await;
        let empty = id_in(&till.cashier.submit(&account, "#begin", &[]).await);
        let page = till.cashier.get(&format!("/invoices/{empty}")).await;
        assert!(!page.has("#issue"), "there is nothing to issue");
        let version = clinic.number("select version from invoice where id = $1", empty).await.to_string();
        let refused = till.cashier.post(&format!("/invoices/{empty}/issue"), &[("op", "issue-without-a-line"), ("version", &version)]).await;
        assert_eq!(refused.expect(409).errors(), ["An invoice needs at least one line."]);
        till.cashier.submit(&page, "#line", &[("label", "Card"), ("price", "500")]).await.expect(303);
        let page = till.cashier.get(&format!("/invoices/{empty}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert_eq!(clinic.number("select number from invoice where id = $1", empty).await, 2);
        // The tables refuse an invoice whose sums are not its lines, whoever writes.
        let id = clinic.bare_draft(till.visit).await;
        let issue = "update invoice set state = 'issued', number = 3, issued_at = drafted_at, issued_day = '2026-11-09' where id = $1";
        let issue = if clinic.app.db.kind() == infirmary::db::DbKind::Postgres { "update invoice set state = 'issued', number = 3, issued_at = drafted_at, issued_day = date '2026-11-09' where id = $1" } else { issue };
        let none = sql(issue).bind(id).run(&clinic.app.db).await.unwrap_err();
        assert!(none.violates("invoice_without_lines"), "{none}");
        sql("insert into invoice_line (invoice_id, position, kind, label, quantity, unit_price, base, total, patient) values ($1, 1, 'other', 'x', 1, 100, 100, 100, 100)").bind(id).run(&clinic.app.db).await.unwrap();
        let wrong = sql(issue).bind(id).run(&clinic.app.db).await.unwrap_err();
        assert!(wrong.violates("invoice_totals"), "{wrong}");
    }

    async fn m2_m9_w15_the_server_works_sums_out_and_only_an_approved_discount_counts(clinic) {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/test-3").await;
        assert_eq!(page.status, 404, "there is no such test yet");
        let page = till.admin.get("/prices/other-0").await;
        till.admin.submit(&page, "#rule", &[("tax", "7.5"), ("group", "other")]).await.expect(303);
        let account = till.cashier.get(&format!("/patients/{}/account", till.patient)).await;
        let draft = id_in(&till.cashier.submit(&account, "#begin", &[]).await);
        let path = format!("/invoices/{draft}");
        let page = till.cashier.get(&path).await;
        for bad in [("price", "-5"), ("price", "1.234"), ("quantity", "0"), ("quantity", "abc"), ("label", "")] {
            let fields = [("label", "Certificate"), ("price", "1000"), ("quantity", "1")];
            let fields: Vec<_> = fields.iter().filter(|field| field.0 != bad.0).copied().chain([bad]).collect();
            till.cashier.submit(&page, "#line", &fields).await.expect(422);
        }
        // What a browser sends as a sum is never read.
        let sent = [("label", "Certificate"), ("price", "1000"), ("quantity", "3"), ("total", "1"), ("patient", "1")];
        till.cashier.submit(&page, "#line", &sent).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 322_500);
        let page = till.cashier.get(&path).await;
        let ask = [("discount_kind", "percent"), ("worth", "10"), ("discount_reason", "Member of staff")];
        till.cashier.submit(&page, "#discount", &ask).await.expect(303);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 322_500, "proposed counts for nothing");
        let page = till.cashier.get(&path).await;
        let waits = till.cashier.submit(&page, "#issue", &[]).await;
        assert!(waits.expect(409).errors()[0].contains("waits for approval"), "{:?}", waits.errors());
        let discount = clinic.count("select id from discount").await;
        let own = till.cashier.post(&format!("/discounts/{discount}"), &[("op", "approve-my-own-0001"), ("to", "approved")]).await;
        assert!(own.expect(409).errors()[0].contains("never the same person"), "{:?}", own.errors());
        let raw = sql("update discount set state = 'approved', decided_by = proposed_by, decided_at = proposed_at").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("discount_second_person"), "{raw}");
        let page = till.admin.get("/approvals").await;
        assert!(page.body.contains("10% of the price"));
        till.admin.submit(&page, &format!("form[action='/discounts/{discount}']"), &[("to", "approved")]).await.expect(303);
        // ₦3,000 − ₦300, and the tax on what is left.
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 290_250);
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m9_a_waiver_asks_nothing_and_never_less(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Procedure, 1, 800).await;
        let draft = till.draft().await;
        for (kind, worth) in [("fixed", "5000"), ("waiver", "")] {
            let page = till.cashier.get(&format!("/invoices/{draft}")).await;
            let ask = [("discount_kind", kind), ("worth", worth), ("discount_reason", "In need, says the dean")];
            till.cashier.submit(&page, "#discount", &ask).await.expect(303);
            let id = clinic.count("select max(id) from discount").await;
            till.second.post(&format!("/discounts/{id}"), &[("op", &format!("decide-{kind}-00000001")), ("to", "approved")]).await.expect(303);
            assert_eq!(clinic.number("select patient_part from invoice where id = $1", draft).await, 0, "{kind}");
        }
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        let issued = till.cashier.submit(&page, "#issue", &[]).await;
        assert_eq!(issued.leads_to().unwrap(), format!("/invoices/{draft}"), "nothing is left to take");
        assert_eq!(clinic.count("select count(*) from charge where state = 'paid'").await, 1);
    }

    async fn m12_what_is_paid_first_waits_and_emergencies_do_not(clinic) {
        let till = clinic.till().await;
        clinic.orders(&till, ChargeKind::Test, 5, 2_000).await;
        assert_eq!(clinic.count("select count(*) from charge").await, 0, "without a gate nothing is planned");
        let page = till.admin.get("/prices/test-0").await;
        assert!(page.has("#rule input[name=pay_first]"));
        // What nobody asks for before it is done has no gate, on the page and in the table.
        for path in ["/prices/consultation-0", "/prices/other-0"] {
            let page = till.admin.get(path).await;
            assert!(page.has("#rule") && !page.has("input[name=pay_first]"), "{path}");
        }
        let refused = sql("insert into service_rule (kind, service, tax_bp, pay_first, coverage_group) values ('consultation', 0, 0, $1, 'x')")
            .bind(true).run(&clinic.app.db).await.unwrap_err();
        assert!(refused.violates("service_rule_gate"), "{refused}");
        sql("insert into service_rule (kind, service, tax_bp, pay_first, coverage_group) values ('test', 0, 0, $1, 'test')").bind(true).run(&clinic.app.db).await.unwrap();
        for source in [5, 6, 7] {
            clinic.orders(&till, ChargeKind::Test, source, 2_000).await;
        }
        let at = |source| gate(&clinic.app.db, till.visit, ChargeKind::Test, source);
        assert_eq!(at(5).await.unwrap(), Gate::PayFirst { owed: 200_000 });
        // Treated now, paid later: kept with its reason.
        let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
        assert!(treat_now(&mut work, ChargeKind::Test, 6, "no").await.is_err());
        treat_now(&mut work, ChargeKind::Test, 6, "He bleeds").await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(at(6).await.unwrap(), Gate::Open);
        let page = till.cashier.get(&till.bill()).await;
        assert!(page.body.contains("He bleeds") && page.text("#open").contains("Pay first"), "{}", page.text("#open"));
        till.cashier.submit(&page, "#defer-1 form", &[("reason", "Faints at the desk")]).await.expect(303);
        assert_eq!(at(5).await.unwrap(), Gate::Open);
        // Paid opens it; doing it leaves it paid.
        assert_eq!(at(7).await.unwrap(), Gate::PayFirst { owed: 200_000 });
        let invoice = till.issued().await;
        assert_eq!(at(7).await.unwrap(), Gate::PayFirst { owed: 200_000 });
        till.cash(invoice, "6000").await;
        assert_eq!(at(7).await.unwrap(), Gate::Open);
        clinic.costs(&till, ChargeKind::Test, 7, 2_000).await;
        assert_eq!(clinic.count("select count(*) from charge where state = 'paid' and done_at is not null").await, 1);
        // An emergency passes.
        clinic.orders(&till, ChargeKind::Test, 8, 2_000).await;
        assert_ne!(at(8).await.unwrap(), Gate::Open);
        sql("update queue_entry set priority = 'emergency', priority_reason = 'Collapsed'").run(&clinic.app.db).await.unwrap();
        assert_eq!(at(8).await.unwrap(), Gate::Open);
    }

    async fn m13_what_was_given_is_charged_and_an_error_is_seen_by_the_cashier(clinic) {
        let till = clinic.till().await;
        clinic.costs(&till, ChargeKind::Medicine, 1, 100).await;
        clinic.costs(&till, ChargeKind::Medicine, 2, 300).await;
        let take_back = async |source| {
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            withdraw(&mut work, ChargeKind::Medicine, source, "Given to somebody else").await.unwrap();
            work.commit().await.unwrap();
        };
        take_back(1).await;
        assert_eq!(clinic.word("select state from charge where source = $1", 1).await, "aborted");
        let invoice = till.issued().await;
        assert_eq!(clinic.number("select total from invoice where id = $1", invoice).await, 30_000);
        take_back(2).await;
        assert_eq!(clinic.word("select state from charge where source = $1", 2).await, "billed", "a credit note decides");
        let list = till.cashier.get(&format!("/invoices/{invoice}")).await;
        assert!(list.body.contains("this was taken back. Credit it"), "{}", list.body);
        let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
        let line = clinic.count("select max(id) from invoice_line").await;
        assert_eq!(page.attribute(&format!("#line_{line}"), "value").as_deref(), Some("300"), "filled in");
        till.cashier.submit(&page, "#credit", &[("reason", "It was never given")]).await.expect(303);
        assert_eq!(clinic.word("select state from charge where source = $1", 2).await, "entered_in_error");
        // Given again, it is charged again.
        clinic.costs(&till, ChargeKind::Medicine, 2, 300).await;
        assert_eq!(clinic.count("select count(*) from charge where state = 'billable'").await, 1);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn b14_soon_after_a_paid_visit_the_follow_up_price_holds(clinic) {
        let till = clinic.till().await;
        let page = till.admin.get("/prices/consultation-0").await;
        till.admin.submit(&page, "#price", &[("amount", "2000"), ("follow_up", "500")]).await.expect(303);
        let consulted = async |visit, patient| {
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            infirmary::billing::consulted(&mut work, visit, patient).await.unwrap();
            infirmary::billing::consulted(&mut work, visit, patient).await.unwrap();
            work.commit().await.unwrap();
        };
        consulted(till.visit, till.patient).await;
        assert_eq!(clinic.count("select unit_price from charge").await, 200_000);
        let invoice = till.issued().await;
        till.cash(invoice, "2000").await;
        clinic.ends(till.visit).await;
        clinic.wait_minutes(24 * 60 * 3);
        let again = clinic.arrived(till.patient).await;
        consulted(again.visit, till.patient).await;
        assert_eq!(clinic.number("select unit_price from charge where visit_id = $1", again.visit.0).await, 50_000);
    }
}

/// Rules name nothing that the page does not show: an old price stays what it was.
#[tokio::test]
async fn a_price_is_set_from_today_and_the_past_stays() {
    let clinic = Clinic::on_sqlite().await;
    let till = clinic.till().await;
    let page = till.admin.get("/prices/other-0").await;
    let past = till.admin.submit(&page, "#price", &[("amount", "10"), ("from_day", "2026-01-01")]).await;
    assert_eq!(
        past.expect(422).errors(),
        ["A price holds from today or later: what is past stays as it was"]
    );
    till.admin.submit(&page, "#price", &[("amount", "10"), ("from_day", "2026-12-01")]).await.expect(303);
    till.admin.get("/prices/other-0").await.expect(200);
}
