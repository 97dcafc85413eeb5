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

    async fn m11_an_answer_that_was_typed_wrongly_is_corrected_while_nothing_was_done_upon_it(clinic) {
        let till = clinic.till().await;
        let scheme = clinic.in_scheme(&till, "test", "50", "").await.to_string();
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        till.issued().await;
        let batch = id_in(&till.cashier.post("/claims", &[("op", "gather-the-claims-1"), ("scheme", &scheme)]).await);
        let page = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        till.cashier.submit(&page, "#send", &[]).await.expect(303);
        let page = till.cashier.get("/claims/1").await;
        assert!(!page.has("#correction"), "nothing was answered yet");
        till.cashier.submit(&page, "#answer", &[("accepted", "500"), ("words", "See letter")]).await.expect(303);
        let correct = async |naira: &str| {
            let page = till.cashier.get("/claims/1").await;
            till.cashier.submit(&page, "#correction", &[("in_all", naira), ("mistake", "It says fifty")]).await
        };
        assert!(correct("501").await.expect(409).errors()[0].contains("cannot pay more"));
        assert!(correct("500").await.expect(409).errors()[0].contains("written down already"));
        for (naira, state) in [("50", "part"), ("0", "rejected"), ("500", "accepted"), ("50", "part")] {
            correct(naira).await.expect(303);
            let stands = "select count(*) from claim where state = $1";
            assert_eq!(sql(stands).bind(state).scalar::<i64>(&clinic.app.db).await.unwrap(), 1, "{naira}");
        }
        let page = till.cashier.get("/claims/1").await;
        assert!(page.text("main").contains("Corrected, before ₦500: It says fifty"), "{}", page.body);
        assert!(page.text("main").contains("₦450 are not paid"), "{}", page.body);
        let open = till.cashier.get("/claims/1").await;
        till.cashier.submit(&page, "#resubmit", &[("again", "The result is enclosed")]).await.expect(303);
        let late = till.cashier.submit(&open, "#correction", &[("in_all", "500"), ("mistake", "Too late")]).await;
        late.expect(409);
        assert_eq!(late.attribute("#in_all", "value"), None, "what waits for an answer has no answer to correct");
        // Without another sum an answer is no other one.
        sql("update claim set state = 'rejected' where id = 1").run(&clinic.app.db).await.unwrap();
        let raw = sql("update claim set state = 'accepted' where id = 1").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("claim_state"), "{raw}");
    }

    async fn m11_a_rejected_or_resent_claim_whose_invoice_is_credited_whole_asks_nobody_anything(clinic) {
        let till = clinic.till().await;
        let scheme = clinic.in_scheme(&till, "test", "50", "").await.to_string();
        let mut invoices = Vec::new();
        for source in 1..=2 {
            clinic.costs(&till, ChargeKind::Test, source, 1_000).await;
            invoices.push(till.issued().await);
        }
        let batch = id_in(&till.cashier.post("/claims", &[("op", "gather-the-claims-1"), ("scheme", &scheme)]).await);
        let page = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        till.cashier.submit(&page, "#send", &[]).await.expect(303);
        for claim in 1..=2 {
            let page = till.cashier.get(&format!("/claims/{claim}")).await;
            till.cashier.submit(&page, "#answer", &[("accepted", "0"), ("words", "See letter")]).await.expect(303);
        }
        let open = till.cashier.get("/claims/1").await;
        let again = till.cashier.get("/claims/2").await;
        till.cashier.submit(&again, "#resubmit", &[("again", "With the referral")]).await.expect(303);
        for invoice in invoices {
            let page = till.cashier.get(&format!("/invoices/{invoice}/credits")).await;
            let line = format!("line_{}", clinic.number("select id from invoice_line where invoice_id = $1", invoice).await);
            till.cashier.submit(&page, "#credit", &[(&line, "1000"), ("reason", "Nothing was done")]).await.expect(303);
        }
        assert_eq!(clinic.count("select count(*) from claim where state = 'dropped'").await, 2);
        // A page that stayed open asks the patient for nothing.
        till.cashier.submit(&open, "#shortfall", &[("way", "patient"), ("why", "As agreed with her")]).await.expect(409);
        assert_eq!(clinic.count("select count(*) from invoice where state = 'draft'").await, 0);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn r8_what_a_scheme_pays_is_not_set_anew_unseen(clinic) {
        let till = clinic.till().await;
        let path = format!("/schemes/{}", clinic.in_scheme(&till, "test", "90", "").await);
        let (one, two) = (till.admin.get(&path).await, till.admin.get(&path).await);
        till.admin.submit(&one, "#coverage", &[("group", "test"), ("percent", "80")]).await.expect(303);
        let late = till.admin.submit(&two, "#coverage", &[("group", "Test"), ("percent", "50")]).await;
        assert!(late.expect(409).errors()[0].starts_with("Somebody else saved this first"), "{:?}", late.errors());
        assert_eq!(clinic.count("select percent_bp from coverage_rule").await, 8_000);
        // Who has seen it decides.
        till.admin.submit(&late, "#coverage", &[]).await.expect(303);
        assert_eq!(clinic.count("select percent_bp from coverage_rule").await, 5_000);
        // A group that had no rule when the page was shown has one now.
        till.admin.submit(&two, "#coverage", &[("op", "a-group-set-by-one-01"), ("group", "other"), ("percent", "10")]).await.expect(303);
        let late = till.admin.submit(&one, "#coverage", &[("op", "a-group-set-by-two-01"), ("group", "other"), ("percent", "20")]).await;
        late.expect(409);
        assert_eq!(clinic.count("select percent_bp from coverage_rule where coverage_group = 'other'").await, 1_000);
    }

    async fn m11_a_patient_is_in_one_scheme_a_session(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "50", "").await;
        let twice = sql("insert into scheme_enrolment (scheme_id, patient_id, session_id, added_name, added_at)
                select scheme_id, patient_id, session_id, '', added_at from scheme_enrolment").run(&clinic.app.db).await.unwrap_err();
        assert!(twice.violates("scheme_enrolment_patient_id_session_id_unique"), "{twice}");
    }

    async fn m11_what_the_patient_is_told_knows_one_limit_once_and_no_referral_code(clinic) {
        let till = clinic.till().await;
        clinic.in_scheme(&till, "test", "100", "1500").await;
        let told = async || infirmary::billing::due(&clinic.app.db, till.visit).await.unwrap().owed.total();
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        assert_eq!(told().await, 0);
        let second = clinic.costs(&till, ChargeKind::Test, 2, 1_000).await.to_string();
        assert_eq!(told().await, 50_000, "the limit is there once for both");
        // Also when one of them stands on a draft.
        let fields = [("op", "a-draft-of-the-second"), ("charge", second.as_str()), ("step", "draft")];
        let draft = id_in(&till.cashier.post(&till.bill(), &fields).await);
        assert_eq!(told().await, 50_000);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#void", &[("void_reason", "Both together")]).await.expect(303);
        assert_eq!(told().await, 50_000);
        let page = till.cashier.get(&till.bill()).await;
        assert!(page.text("#open tfoot").contains("₦500"), "{}", page.text("#open"));
        let invoice = till.issued().await;
        let part = "select patient_part from invoice where id = $1";
        assert_eq!(clinic.number(part, invoice).await, 50_000);
        assert_eq!(clinic.word("select state from invoice where id = $1", invoice).await, "issued", "as it was told");
        // What asks for a referral code is not covered before there is one.
        sql("update coverage_rule set referral = $1, year_limit = null").bind(true).run(&clinic.app.db).await.unwrap();
        clinic.costs(&till, ChargeKind::Test, 3, 1_000).await;
        assert_eq!(told().await, 150_000);
        // Where the invoice asks another sum than the bill said, nothing is issued unseen.
        sql("update coverage_rule set referral = $1").bind(false).run(&clinic.app.db).await.unwrap();
        let page = till.cashier.get(&till.bill()).await;
        let made = till.cashier.submitted(&page, "#draft", &[("step", "issue")]).await;
        assert_eq!(made.heading(), "Draft invoice Draft");
        assert!(made.body.contains("The patient pays ₦0, and not ₦1,000 as the bill said"), "{}", made.text("main"));
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn m11_what_a_scheme_does_not_pay_is_asked_of_somebody_and_uses_no_limit(clinic) {
        let till = clinic.till().await;
        let scheme = clinic.in_scheme(&till, "test", "90", "5000").await.to_string();
        clinic.costs(&till, ChargeKind::Test, 1, 2_000).await;
        let first = till.issued().await;
        till.cash(first, "200").await;
        clinic.costs(&till, ChargeKind::Test, 2, 1_000).await;
        till.issued().await;
        let used = async || clinic.count("select used from coverage_use").await;
        assert_eq!(used().await, 270_000);
        let batch = id_in(&till.cashier.post("/claims", &[("op", "gather-the-claims-1"), ("scheme", &scheme)]).await);
        let page = till.cashier.get(&format!("/claim-batches/{batch}")).await;
        till.cashier.submit(&page, "#send", &[]).await.expect(303);
        for (claim, naira) in [(1, "1000"), (2, "0")] {
            let page = till.cashier.get(&format!("/claims/{claim}")).await;
            till.cashier.submit(&page, "#answer", &[("accepted", naira), ("words", "")]).await.expect(303);
        }
        let closes = async |claim: i64, way: &str| {
            let page = till.cashier.get(&format!("/claims/{claim}")).await;
            till.cashier.submit(&page, "#shortfall", &[("way", way), ("why", "As agreed with her")]).await
        };
        closes(2, "write_off").await.expect(303);
        assert_eq!(used().await, 180_000, "what the clinic bears uses no limit");
        let second = id_in(&closes(1, "patient").await);
        assert_eq!(used().await, 100_000);
        let issues = async |draft: i64| {
            let page = till.cashier.get(&format!("/invoices/{draft}")).await;
            till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        };
        issues(second).await;
        till.cash(second, "800").await;
        // The first invoice is not credited while the patient is asked for a part of it by the second.
        let line = |invoice: i64| clinic.number("select max(id) from invoice_line where invoice_id = $1", invoice);
        let credits = async |invoice: i64, naira: &str| {
            let (page, field) = (till.cashier.get(&format!("/invoices/{invoice}/credits")).await, format!("line_{}", line(invoice).await));
            till.cashier.submit(&page, "#credit", &[(&field, naira), ("reason", "It was never done")]).await
        };
        let refused = credits(first, "2000").await;
        let words = &refused.expect(409).errors()[0];
        assert!(words.contains("asked for ₦800 of this") && words.contains("Credit it first"), "{words}");
        assert_eq!(refused.links("#asked-of-patient a"), [format!("/invoices/{second}")]);
        // Corrected, the new draft asks for it; given up, somebody decides again.
        let page = till.cashier.get(&format!("/invoices/{second}")).await;
        let draft = id_in(&till.cashier.submit(&page, "#correct", &[("reason", "The wrong name")]).await);
        assert_eq!(clinic.count("select patient_invoice_id from claim where id = 1").await, draft);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#void", &[("void_reason", "She will not pay")]).await.expect(303);
        let state = "select state from claim where id = $1";
        assert_eq!((clinic.word(state, 1).await.as_str(), used().await), ("part", 180_000));
        let third = id_in(&closes(1, "patient").await);
        issues(third).await;
        let part = credits(third, "300").await;
        assert!(part.expect(422).errors()[0].contains("credited as a whole: ₦800"), "{:?}", part.errors());
        credits(third, "800").await.expect(303);
        assert_eq!((clinic.word(state, 1).await.as_str(), clinic.count("select to_patient from claim where id = 1").await), ("part", 0));
        credits(first, "2000").await.expect(303);
        assert_eq!(used().await, 0);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }
}
