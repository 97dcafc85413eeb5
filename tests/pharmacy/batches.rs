//! Which batches leave (rules P7, P8), and what the prescriber sees of the shelf (U20–U22).

use infirmary::db::sql;

use crate::support::AMOXICILLIN;

both! {
    async fn p7_u21_the_first_to_expire_leaves_first_and_each_other_batch_says_why_it_stays(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        for (number, days, units) in [("OLD", -3, 50), ("TODAY", 0, 50), ("HELD", 40, 50), ("CALLED", 40, 50), ("SHORT", 3, 4), ("FIRST", 60, 9), ("NEXT", 90, 50), ("LAST", 400, 50)] {
            clinic.shelf("amoxicillin-500mg-capsule", number, days, units).await;
        }
        sql("update stock_batch set held_reason = 'Looks wet', held_at = received_at where number = 'HELD'").run(&clinic.app.db).await.unwrap();
        sql("update stock_batch set recall_reason = 'Recalled by the maker', recalled_at = received_at where number = 'CALLED'").run(&clinic.app.db).await.unwrap();
        let page = counter.page().await;
        let passed = page.texts(".passed li");
        for (batch, why) in [("OLD", "expired"), ("TODAY", "expired"), ("HELD", "on hold"), ("CALLED", "recalled"), ("SHORT", "before the course ends"), ("LAST", "expires later")] {
            let own = passed.iter().find(|words| words.starts_with(&format!("Batch {batch}: ")));
            assert!(own.is_some_and(|words| words.contains(why)), "{batch} {why}: {passed:?}");
        }
        counter.desk.submit(&page, "#dispense", &[]).await.expect(303);
        assert_eq!((clinic.lies("FIRST", "Pharmacy").await, clinic.lies("NEXT", "Pharmacy").await), (0, 44));
        for (batch, units) in [("OLD", 50), ("TODAY", 50), ("HELD", 50), ("CALLED", 50), ("SHORT", 4), ("LAST", 50)] {
            assert_eq!(clinic.lies(batch, "Pharmacy").await, units, "{batch}");
        }
    }

    async fn p8_another_batch_is_chosen_with_a_reason_and_an_expired_one_not_at_all(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        for (number, days) in [("OLD", -3), ("FIRST", 60), ("NEXT", 90)] {
            clinic.shelf("amoxicillin-500mg-capsule", number, days, 50).await;
        }
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let (batch, why) = (format!("batch_{line}"), format!("why_{line}"));
        let next: i64 = sql("select id from stock_batch where number = 'NEXT'").scalar(&clinic.app.db).await.unwrap();
        let old: i64 = sql("select id from stock_batch where number = 'OLD'").scalar(&clinic.app.db).await.unwrap();
        let (next, old) = (next.to_string(), old.to_string());
        let refused = counter.gives(&[(&batch, &next)]).await;
        assert_eq!(refused.expect(422).errors(), ["Say why this batch is chosen"]);
        counter.gives(&[(&batch, &next), (&why, "The other pack is damaged")]).await.expect(303);
        assert_eq!((clinic.lies("FIRST", "Pharmacy").await, clinic.lies("NEXT", "Pharmacy").await), (50, 35));
        assert!(counter.given(&clinic).await.body.contains("The other pack is damaged"));
        let counter = clinic.counter_of("Ben Obi", &[AMOXICILLIN]).await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let (batch, why) = (format!("batch_{line}"), format!("why_{line}"));
        counter.gives(&[(&batch, &old), (&why, "It was asked for")]).await;
        assert_eq!(clinic.lies("OLD", "Pharmacy").await, 50, "what is expired never leaves for a patient");
    }

    async fn u20_u22_the_prescriber_sees_only_what_can_be_given(clinic) {
        let room = clinic.prescribing_room().await;
        clinic.shelf("amoxicillin-500mg-capsule", "OLD", -3, 500).await;
        let options = room.desk.get("/medicines/options?q=amoxicillin+500").await;
        assert!(options.body.contains("Not in stock"), "only expired stock is a stock-out: {}", options.body);
        clinic.shelf("amoxicillin-500mg-capsule", "NEW", 90, 40).await;
        assert!(room.desk.get("/medicines/options?q=amoxicillin+500").await.body.contains("40 capsules in stock"));
        room.adds(AMOXICILLIN).await;
        assert!(room.page().await.text(".rx-lines").contains("40 capsules in stock"));
    }

    async fn what_can_be_chosen_instead_stands_by_name_strength_and_expiry(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        // A medicine that came into the catalogue later than the others of its name.
        sql("update medicine set generic = 'amoxicillin', strength = '125 mg',
                ingredients = (select ingredients from medicine where code = 'amoxicillin-500mg-capsule')
             where code = 'ampicillin-cloxacillin-250mg-250mg-capsule'").run(&clinic.app.db).await.unwrap();
        for (medicine, number, days) in [
            ("amoxicillin-500mg-capsule", "LATER", 90), ("amoxicillin-500mg-capsule", "FIRST", 60),
            ("amoxicillin-250mg-capsule", "A250", 90), ("ampicillin-cloxacillin-250mg-250mg-capsule", "A125", 90),
            ("amoxicillin-500mg-capsule", "LAST", 400), ("amoxicillin-250mg-capsule", "B250", 60),
        ] {
            clinic.shelf(medicine, number, days, 50).await;
        }
        let page = counter.page().await;
        let line = clinic.rx_lines(counter.room.visit).await[0].0;
        let words = |field: &str| page.texts(&format!("#{field}_{line} option")).into_iter().skip(1).collect::<Vec<_>>();
        let begin = |words: &[String], with: &[&str]| {
            words.len() == with.len() && words.iter().zip(with).all(|(words, with)| words.starts_with(with))
        };
        let batches = words("batch");
        assert!(begin(&batches, &["FIRST, ", "LATER, ", "LAST, "]), "{batches:?}");
        let medicines = words("instead");
        assert!(begin(&medicines, &["amoxicillin 125 mg capsule", "amoxicillin 250 mg capsule"]), "{medicines:?}");
        assert!(medicines[1].contains("100 capsules there"), "both batches of it: {medicines:?}");
    }
}
