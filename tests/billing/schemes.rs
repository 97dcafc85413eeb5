//! Insurance: splits, limits, eligibility, claims.

use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;

use crate::support::billing::id_in;

both! {
    async fn m11_a_line_is_split_exactly_and_eligibility_is_kept_at_issue(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "90", "").await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        clinic.costs(&till, ChargeKind::Medicine, 2, 333).await;
        let page = till.cashier.get(&till.bill()).await;
        assert!(page.body.contains("Scheme of test"));
        let invoice = till.issued().await;
        assert_eq!(clinic.number("select scheme_part from invoice where id = $1", invoice).await, 90_000);
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", invoice).await, 43_300);
        assert_eq!(clinic.word("select eligibility from invoice where id = $1", invoice).await, "Scheme of test for 2026/2027, number U/77");
        assert_eq!(clinic.count("select amount from claim where state = 'draft'").await, 90_000);
        // Whoever left the scheme is not invoiced through it.
        clinic.costs(&till, ChargeKind::Test, 3, 1_000).await;
        let draft = till.draft().await;
        sql("update scheme_enrolment set ended_at = added_at, end_reason = 'Left the university'").run(&clinic.app.db).await.unwrap();
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        let refused = till.cashier.submit(&page, "#issue", &[]).await;
        assert!(refused.expect(409).errors()[0].contains("does not pay for the patient now"), "{:?}", refused.errors());
        // Taken off, the patient pays alone.
        till.cashier.submit(&refused, "#scheme", &[]).await.expect(303);
        assert_eq!(clinic.number("select patient_part from invoice where id = $1", draft).await, 100_000);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m11_a_limit_is_used_up_once_and_a_credit_gives_it_back(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "100", "1500").await;
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let first = till.issued().await;
        clinic.costs(&till, ChargeKind::Test, 2, 1_000).await;
        let second = till.issued().await;
        assert_eq!(clinic.number("select scheme_part from invoice where id = $1", first).await, 100_000);
        assert_eq!(clinic.number("select scheme_part from invoice where id = $1", second).await, 50_000);
        assert_eq!(clinic.count("select used from coverage_use").await, 150_000);
        let page = till.cashier.get(&format!("/invoices/{first}")).await;
        till.cashier.submit(&page, "#correct", &[("reason", "Not done at all")]).await.expect(303);
        assert_eq!(clinic.count("select used from coverage_use").await, 50_000);
        assert_eq!(clinic.word("select state from claim where invoice_id = $1", first).await, "dropped");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m11_a_batch_holds_as_many_claims_as_its_page_shows(clinic) {
        let till = clinic.till().await;
        let scheme = clinic.in_scheme(&till, "test", "50", "").await.to_string();
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        let first = till.issued().await;
        let more = [
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
             insert into invoice (year, patient_id, state, drafted_name, drafted_at)
             select i.year, i.patient_id, 'draft', i.drafted_name, i.drafted_at from invoice i cross join n where i.id = $1",
            "insert into invoice_line (invoice_id, position, kind, label, quantity, unit_price, base, total, patient)
             select i.id, 1, 'other', 'Paper', 1, 0, 0, 0, 0 from invoice i where i.state = 'draft' and i.id > $1",
            "update invoice set state = 'issued', number = 1000 + id, issued_at = drafted_at,
                issued_day = (select i.issued_day from invoice i where i.id = $1) where state = 'draft'",
            "insert into claim (invoice_id, scheme_id, patient_id, amount, state, made_at)
             select i.id, c.scheme_id, c.patient_id, c.amount, 'draft', c.made_at from claim c join invoice i on i.number > 1000
             where c.invoice_id = $1",
        ];
        for text in more {
            assert_eq!(sql(text).bind(first).run(&clinic.app.db).await.unwrap(), 500);
        }
        for (op, shown, words) in [("gather-the-claims-1", 500, "The batch is full"), ("gather-the-claims-2", 1, "Gathered.")] {
            let made = till.cashier.post("/claims", &[("op", op), ("scheme", &scheme)]).await;
            let page = till.cashier.get(&made.leads_to().unwrap()).await;
            assert!(page.expect(200).text(".notice[data-kind=ok]").starts_with(words));
            assert_eq!(page.texts("main tbody tr").len(), shown);
        }
        till.cashier.post("/claims", &[("op", "gather-the-claims-3"), ("scheme", &scheme)]).await.expect(409);
    }

    async fn m11_a_claim_goes_its_way_and_never_edits_the_invoice(clinic) {
        let till = clinic.till().await;
        let scheme = clinic.in_scheme(&till, "test", "50", "").await.to_string();
        for source in 1..=3 {
            clinic.costs(&till, ChargeKind::Test, source, 1_000).await;
            till.issued().await;
        }
        let batch = id_in(&till.cashier.post("/claims", &[("op", "gather-the-claims-1"), ("scheme", &scheme)]).await);
        till.cashier.post("/claims", &[("op", "gather-once-more-01"), ("scheme", &scheme)]).await.expect(409);
        let page = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        till.cashier.submit(&page, "#send", &[]).await.expect(303);
        assert_eq!(till.cashier.get(&format!("/claim-batches/{batch}")).await.heading(), "CLM-2026-000001");
        let answer = async |claim: i64, naira: &str| {
            let page = till.cashier.get(&format!("/claims/{claim}")).await;
            till.cashier.submit(&page, "#answer", &[("accepted", naira), ("words", "See letter")]).await
        };
        assert!(answer(1, "501").await.expect(409).errors()[0].contains("cannot pay more"));
        answer(1, "500").await.expect(303);
        answer(2, "150").await.expect(303);
        // Sent again it is asked for the rest: what was paid before stays paid.
        let page = till.cashier.get("/claims/2").await;
        till.cashier.submit(&page, "#resubmit", &[("again", "The result is enclosed")]).await.expect(303);
        assert!(answer(2, "351").await.expect(409).errors()[0].contains("asked for ₦350"));
        answer(2, "50").await.expect(303);
        assert_eq!(clinic.count("select accepted from claim where id = 2").await, 20_000);
        answer(3, "0").await.expect(303);
        let states = "select count(*) from claim where (id = 1 and state = 'accepted') or (id = 2 and state = 'part') or (id = 3 and state = 'rejected')";
        assert_eq!(clinic.count(states).await, 3);
        let page = till.cashier.get("/claims/3").await;
        till.cashier.submit(&page, "#resubmit", &[("again", "With the referral")]).await.expect(303);
        answer(3, "0").await.expect(303);
        let page = till.cashier.get("/claims/3").await;
        till.cashier.submit(&page, "#shortfall", &[("way", "write_off"), ("why", "They never pay this")]).await.expect(303);
        let page = till.cashier.get("/claims/2").await;
        let draft = id_in(&till.cashier.submit(&page, "#shortfall", &[("way", "patient"), ("why", "As agreed with her")]).await);
        assert_eq!(clinic.number("select total from invoice where id = $1", draft).await, 30_000);
        assert_eq!(clinic.count("select count(*) from invoice where state = 'issued' and scheme_part = 50000 and patient_part = 50000").await, 3);
        let raw = sql("update claim set state = 'draft' where id = 1").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("claim_state"), "{raw}");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m11_a_patient_is_in_one_scheme_a_session(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "50", "").await;
        let twice = sql("insert into scheme_enrolment (scheme_id, patient_id, session_id, added_name, added_at)
                select scheme_id, patient_id, session_id, '', added_at from scheme_enrolment").run(&clinic.app.db).await.unwrap_err();
        assert!(twice.violates("scheme_enrolment_patient_id_session_id_unique"), "{twice}");
    }
}
