//! What comes back (rule P12, U19).

use infirmary::db::sql;
use infirmary::prescribing::model::LineState;

use crate::support::AMOXICILLIN;

both! {
    async fn p12_u19_what_comes_back_is_quarantined_counted_and_never_more_than_was_given(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        counter.gives(&[]).await.expect(303);
        let page = counter.given(&clinic).await;
        let what = page.attribute("#what option:nth-of-type(2)", "value").unwrap();
        let back = [("what", what.as_str()), ("quantity", "16"), ("reason", "Not tolerated")];
        let refused = counter.desk.submit(&page, "#return", &back).await;
        assert!(refused.expect(409).errors()[0].contains("15 are still out"), "{:?}", refused.errors());
        let wrong = counter.desk.submit(&page, "#return", &[("what", what.as_str()), ("quantity", "x"), ("reason", "")]).await;
        assert_eq!(wrong.expect(422).errors().len(), 2);
        let some = [("what", what.as_str()), ("quantity", "5"), ("reason", "Not tolerated")];
        let (one, other) = futures::join!(
            counter.desk.submit(&page, "#return", &some),
            counter.desk.submit(&page, "#return", &some)
        );
        assert_eq!((one.status, other.status), (303, 303), "a double press is one return");
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("AM1", "Quarantine").await), (85, 5));
        let sealed = [("what", what.as_str()), ("quantity", "2"), ("reason", "Never opened"), ("sealed", "yes")];
        let page = counter.given(&clinic).await;
        counter.desk.submit(&page, "#return", &sealed).await.expect(303);
        assert_eq!((clinic.lies("AM1", "Pharmacy").await, clinic.lies("AM1", "Quarantine").await), (87, 5));
        assert_eq!(clinic.rx_lines(counter.room.visit).await[0].1, LineState::Partly);
        let counted: (i64, i64) = sql("select given, returned from prescription_line").one(&clinic.app.db).await.unwrap();
        assert_eq!(counted, (15, 7));
        // What stays with the patient is what is charged.
        let live: Vec<(i64, String)> = sql("select quantity, label from charge where kind = 'medicine' and withdrawn_at is null").all(&clinic.app.db).await.unwrap();
        assert_eq!(live, [(8, "Medicine, capsule".to_owned())], "in the same neutral words");
        // On an issued invoice it is what came back that is credited, and no unit is asked for twice.
        let cashier = clinic.signed_in("cashier", &[infirmary::access::model::Role::Cashier]).await;
        let bill = format!("/visits/{}/bill", counter.room.visit);
        let seen = cashier.get(&bill).await;
        cashier.submit(&seen, "#draft", &[("step", "issue")]).await.expect(303);
        let page = counter.given(&clinic).await;
        let more = [("what", what.as_str()), ("quantity", "3"), ("reason", "Never opened"), ("sealed", "yes")];
        counter.desk.submit(&page, "#return", &more).await.expect(303);
        let live: Vec<(i64, Option<i64>)> =
            sql("select quantity, done_quantity from charge where kind = 'medicine' and withdrawn_at is null").all(&clinic.app.db).await.unwrap();
        assert_eq!(live, [(8, Some(5))]);
        let list = cashier.get("/billing").await;
        assert!(list.text("#uncredited").contains("8 invoiced, 5 done"), "{}", list.text("main"));
        assert!(!cashier.get(&bill).await.has("#draft"), "nothing is charged anew");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
        // The ledger says the same as the levels.
        let wrong = "select count(*) from stock_level v where v.on_hand <> (select sum(m.quantity) from stock_movement m
            where m.batch_id = v.batch_id and m.store_id = v.store_id)";
        assert_eq!(clinic.count(wrong).await, 0);
    }

    async fn m13_what_comes_back_at_the_same_moment_is_charged_by_nobody(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        counter.gives(&[]).await.expect(303);
        let page = counter.given(&clinic).await;
        let what = page.attribute("#what option:nth-of-type(2)", "value").unwrap();
        let (path, _) = page.form("#return", &[]);
        for round in 0..6 {
            let presses = (0..2).map(|at| {
                let (op, what, path) = (format!("comes-back-{round}-{at}-00"), what.clone(), path.clone());
                let desk = &counter.desk;
                async move {
                    let fields = [("op", op.as_str()), ("what", &what), ("quantity", "1"), ("reason", "Not tolerated")];
                    desk.post(&path, &fields).await.status
                }
            });
            let statuses = futures::future::join_all(presses).await;
            assert!(statuses.contains(&303) && statuses.iter().all(|one| [303, 409].contains(one)), "{statuses:?}");
            let kept = clinic.count("select given - returned from prescription_line").await;
            let charged = "select cast(coalesce(sum(quantity), 0) as bigint) from charge
                where kind = 'medicine' and withdrawn_at is null";
            assert_eq!(clinic.count(charged).await, kept, "in round {round}");
        }
    }

    async fn m13_what_stays_keeps_its_price_and_no_draft_is_issued_for_what_came_back(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        counter.gives(&[]).await.expect(303);
        let unit = clinic.count("select unit_price from charge where kind = 'medicine'").await;
        let boss = clinic.signed_in("boss", &[infirmary::access::model::Role::Admin]).await;
        let page = boss.get("/prices/medicine-0").await;
        boss.submit(&page, "#price", &[("amount", "999")]).await.expect(303);
        let page = counter.given(&clinic).await;
        let what = page.attribute("#what option:nth-of-type(2)", "value").unwrap();
        let comes_back = async |units: &str| {
            let page = counter.given(&clinic).await;
            let back = [("what", what.as_str()), ("quantity", units), ("reason", "Not tolerated")];
            counter.desk.submit(&page, "#return", &back).await.expect(303);
        };
        comes_back("5").await;
        let charges = async || -> Vec<(i64, i64, String)> {
            sql("select quantity, unit_price, state from charge where kind = 'medicine'").all(&clinic.app.db).await.unwrap()
        };
        assert_eq!(charges().await, [(10, unit, "billable".to_owned())], "of the charge that there was, at its price");
        let estimate = "select estimate from charge where kind = 'medicine'";
        assert_eq!(clinic.count(estimate).await, 10 * unit);
        // On a draft it is said which line it is, and nothing is issued that asks for what came back.
        let cashier = clinic.signed_in("cashier", &[infirmary::access::model::Role::Cashier]).await;
        let bill = format!("/visits/{}/bill", counter.room.visit);
        let seen = cashier.get(&bill).await;
        let draft = crate::support::billing::id_in(&cashier.submit(&seen, "#draft", &[("step", "draft")]).await);
        comes_back("2").await;
        let seen = cashier.get(&bill).await;
        assert!(seen.text("#rest").contains("8 done: take it off the draft"), "{}", seen.text("#rest"));
        let page = cashier.get(&format!("/invoices/{draft}")).await;
        let refused = cashier.submit(&page, "#issue", &[]).await;
        let name = format!("Medicine, capsule, 10 at {}: 8 are to be paid.", infirmary::billing::model::naira(unit));
        assert!(refused.expect(409).errors()[0].starts_with(&name), "{:?}", refused.errors());
        assert!(page.text("main .notice[data-kind=danger]").starts_with(&name), "{}", page.text("main"));
        let line = clinic.number("select id from invoice_line where invoice_id = $1 and kind = 'medicine'", draft).await;
        cashier.post(&format!("/invoice-lines/{line}/removal"), &[("op", "remove-what-came-back")]).await.expect(303);
        let page = cashier.get(&format!("/invoices/{draft}")).await;
        cashier.submit(&page, "#add-rest", &[]).await.expect(303);
        // All of it came back: the line goes, and nothing waits.
        comes_back("8").await;
        let page = cashier.get(&format!("/invoices/{draft}")).await;
        let refused = cashier.submit(&page, "#issue", &[]).await;
        assert!(refused.expect(409).errors()[0].contains("this was taken back"), "{:?}", refused.errors());
        let line = clinic.number("select id from invoice_line where invoice_id = $1 and kind = 'medicine'", draft).await;
        cashier.post(&format!("/invoice-lines/{line}/removal"), &[("op", "remove-what-is-back-too")]).await.expect(303);
        assert_eq!(charges().await, [(8, unit, "aborted".to_owned())]);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }
}
