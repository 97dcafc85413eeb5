//! What is reserved for a patient leaves for nobody else (rule K7): by hand, what is owed and has come in, what was paid.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{Days, TimeDelta};
use futures::stream::{self, StreamExt};
use infirmary::access::model::Role;
use infirmary::db::{DbError, sql};
use infirmary::pharmacy::reserve_due;
use infirmary::prescribing::model::LineId;
use infirmary::stock::model::{ItemId, Kind};
use infirmary::stock::{NewReservation, release, reserve, take, usable_of_medicines};
use infirmary::work::Refused;

use super::ahead::Paid;
use crate::support::{AMOXICILLIN, Clinic, Counter, PHARMACY, Seen, out};

const CODE: &str = "amoxicillin-500mg-capsule";

/// The only line of what was prescribed in a visit.
async fn line(clinic: &Clinic, counter: &Counter) -> LineId {
    clinic.rx_lines(counter.room.visit).await[0].0
}

/// Reserves on the page of the prescription.
async fn reserves(clinic: &Clinic, counter: &Counter, fields: &[(&str, &str)]) -> Seen {
    let (page, line) = (counter.page().await, line(clinic, counter).await);
    let form = format!("form.reserve[action='/prescriptions/lines/{line}/reservation']");
    let named: Vec<(String, &str)> = fields
        .iter()
        .map(|(name, value)| match *name {
            "units" => (format!("reserve_{line}"), *value),
            "until" => (format!("until_{line}"), *value),
            other => (other.to_owned(), *value),
        })
        .collect();
    let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    counter.desk.submit(&page, &form, &named).await
}

async fn reserved(clinic: &Clinic, line: LineId) -> i64 {
    sql("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved where line_id = $1")
        .bind(line)
        .scalar(&clinic.app.db)
        .await
        .unwrap()
}

/// Units that anybody could be given.
async fn usable(clinic: &Clinic) -> i64 {
    let medicine: i64 =
        sql("select id from medicine where code = $1").bind(CODE).scalar(&clinic.app.db).await.unwrap();
    usable_of_medicines(&clinic.app.db, &[medicine], clinic.today()).await.unwrap()[&medicine]
}

/// So many units for nobody in particular: what left.
async fn takes(clinic: &Clinic, item: ItemId, units: i64) -> Result<i64, String> {
    loop {
        let mut work = clinic.stock_work(None).await;
        let done = match take(&mut work, &clinic.want(item, units), &out(Kind::Issue, "")).await {
            Ok(choice) => work.commit().await.map(|()| choice.total()).map_err(Refused::Db),
            Err(why) => Err(why),
        };
        match done {
            Ok(units) => return Ok(units),
            Err(Refused::Because(words)) => return Err(words),
            Err(Refused::Db(DbError::Busy(_))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

both! {
    async fn k7_what_is_reserved_by_hand_leaves_for_nobody_else_until_it_is_given(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        let ben = clinic.counter_of("Ben Ojo", &[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        let item = clinic.item_of(CODE).await;
        let phone = clinic.signed_in_patient(ada.room.patient, "ada").await;
        assert!(!phone.get("/my/prescriptions").await.text(".rx-mine").contains("Reserved"));
        reserves(&clinic, &ada, &[]).await.expect(303);
        let line = line(&clinic, &ada).await;
        assert_eq!((reserved(&clinic, line).await, usable(&clinic).await), (15, 5));
        // Everybody sees it: the pharmacist at both prescriptions, whoever looks at the stock, and the patient.
        let until = infirmary::settings::model::plain_day(clinic.today() + Days::new(3));
        assert!(ada.page().await.text(".rx-lines").contains(&format!("Reserved 15 capsules until {until}")));
        assert!(ben.page().await.text(".rx-lines").contains("Reserved for other patients: 10 capsules."));
        let shelf = ada.desk.get(&format!("/stock/items/{item}")).await;
        assert!(shelf.text("#reserved tbody").contains("15 capsules") && shelf.text(".tiles").contains("Usable5 capsules"), "{}", shelf.text("main"));
        assert!(ada.desk.get("/stock/items?q=amoxicillin").await.text("tbody").contains("15 reserved"));
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains(&format!("Reserved for you until {until}: 15 capsules")));
        let list = ada.desk.get("/pharmacy").await;
        let of = |name: &str| list.texts("#worklist tbody tr").into_iter().find(|row| row.contains(name)).unwrap();
        assert!(of("Ada Obi").contains("In stock") && of("Ben Ojo").contains("Partly in stock"), "{}", list.text("#worklist"));
        // The other patient gets what is free and no unit more, whatever is typed.
        let give = format!("give_{}", self::line(&clinic, &ben).await);
        let refused = ben.gives(&[(&give, "6")]).await;
        assert!(refused.expect(409).errors()[0].ends_with("5 capsules can be taken. Reserved for other patients: 1 capsule."), "{:?}", refused.errors());
        ben.gives(&[(&give, "5")]).await.expect(303);
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 15);
        // For whom it is reserved it leaves, and with it goes the reservation.
        let give = format!("give_{line}");
        ada.gives(&[(&give, "4")]).await.expect(303);
        assert_eq!((reserved(&clinic, line).await, usable(&clinic).await), (11, 0));
        assert!(ada.page().await.text(".rx-lines").contains(&format!("Reserved 11 capsules until {until}")));
        ada.gives(&[(&give, "11")]).await.expect(303);
        assert_eq!(reserved(&clinic, line).await, 0);
        assert_eq!(clinic.count("select quantity from stock_reservation").await, 0);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'prescription.line_reserved'").await, 1);
        clinic.books_balance().await;
    }

    async fn k7_the_form_proposes_the_days_of_the_clinics_own_rule(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        let field = format!("#until_{}", line(&clinic, &ada).await);
        for (rule, days) in [("3", 3), ("7", 7), ("0", 3)] {
            let set = sql("update stock_setting set reserve_days = $1").bind(rule.parse::<i64>().unwrap());
            set.run(&clinic.app.db).await.unwrap();
            let until = (clinic.today() + Days::new(days)).to_string();
            assert_eq!(ada.page().await.attribute(&field, "value"), Some(until), "{rule}");
        }
    }

    async fn k7_a_reservation_ends_with_its_day_its_line_or_by_hand(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        let item = clinic.item_of(CODE).await;
        let tomorrow = (clinic.today() + Days::new(1)).to_string();
        reserves(&clinic, &ada, &[("units", "15"), ("until", &tomorrow)]).await.expect(303);
        assert!(takes(&clinic, item, 6).await.unwrap_err().contains("Reserved for other patients: 1 capsule."));
        reserves(&clinic, &ada, &[("move", "release")]).await.expect(303);
        assert_eq!(usable(&clinic).await, 20);
        assert_eq!(takes(&clinic, item, 1).await, Ok(1));
        // With the line that is paused it stays, with one that is closed it ends.
        reserves(&clinic, &ada, &[("units", "15"), ("until", &tomorrow)]).await.expect(303);
        let line = line(&clinic, &ada).await;
        for (made, free) in [("pause", 4), ("stop", 19)] {
            let page = ada.page().await;
            let reason = format!("state_reason_{line}");
            ada.desk.submit(&page, "form.ending", &[("move", made), (&reason, "Not needed now")]).await.expect(303);
            assert_eq!(usable(&clinic).await, free, "{made}");
        }
        let ben = clinic.counter_of("Ben Ojo", &[AMOXICILLIN]).await;
        reserves(&clinic, &ben, &[("units", "15"), ("until", &tomorrow)]).await.expect(303);
        assert_eq!(usable(&clinic).await, 4);
        clinic.app.clock.advance(TimeDelta::days(1));
        assert_eq!(usable(&clinic).await, 4, "the last day counts");
        clinic.app.clock.advance(TimeDelta::days(1));
        assert_eq!(usable(&clinic).await, 19);
        let next_day = clinic.signed_in("late.pharmacist", &[Role::Pharmacist]).await;
        let shelf = next_day.get(&format!("/stock/items/{item}")).await.text(".tiles");
        assert!(shelf.contains("Usable19 capsules") && !shelf.contains("Reserved"), "{shelf}");
        let kept = || clinic.count("select count(*) from stock_reservation where quantity > 0");
        assert_eq!(kept().await, 2);
        infirmary::stock::note_stock_outs(&clinic.app).await.unwrap();
        assert_eq!(kept().await, 0, "what is over stays in no index");
        assert_eq!(takes(&clinic, item, 19).await, Ok(19));
    }

    async fn k7_what_was_given_instead_needs_no_reservation_any_more(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 20).await;
        clinic.shelf("amoxicillin-250mg-capsule", "HALF", 300, 100).await;
        reserves(&clinic, &ada, &[]).await.expect(303);
        let line = line(&clinic, &ada).await;
        let other: i64 = sql("select id from medicine where code = 'amoxicillin-250mg-capsule'").scalar(&clinic.app.db).await.unwrap();
        let (give, instead, why) = (format!("give_{line}"), format!("instead_{line}"), format!("instead_why_{line}"));
        ada.gives(&[(&give, "4"), (&instead, &other.to_string()), (&why, "patient_wish")]).await.expect(303);
        assert_eq!((reserved(&clinic, line).await, usable(&clinic).await), (11, 9));
        assert!(ada.page().await.text(".rx-lines").contains("Reserved 11 capsules until"), "{}", ada.page().await.text(".rx-lines"));
    }

    async fn k7_only_what_is_free_and_remains_is_reserved_and_what_is_typed_stays(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 10).await;
        let (line, today) = (line(&clinic, &ada).await, clinic.today());
        for (units, until, words) in [
            ("16", today, "Enter a whole number from 1 to 15"),
            ("0", today, "Enter a whole number from 1 to 15"),
            ("many", today, "Enter a whole number from 1 to 15"),
            ("5", today - Days::new(1), "Choose a day from today to"),
            ("5", today + Days::new(400), "Choose a day from today to"),
        ] {
            let until = until.to_string();
            let refused = reserves(&clinic, &ada, &[("units", units), ("until", &until)]).await;
            assert!(refused.expect(422).errors()[0].starts_with(words), "{units} {until}: {:?}", refused.errors());
            assert_eq!(refused.attribute(&format!("#reserve_{line}"), "value").as_deref(), Some(units));
            assert_eq!(refused.attribute(&format!("#until_{line}"), "value"), Some(until));
            assert!(refused.has("nav a[href='/pharmacy'][aria-current]"), "the rail says where this is");
        }
        let refused = reserves(&clinic, &ada, &[("units", "11")]).await;
        assert_eq!(refused.expect(409).errors(), ["Less is free than that: 10 capsules can be reserved."]);
        reserves(&clinic, &ada, &[("units", "10"), ("store", "2")]).await.expect(422);
        // Whoever writes past the page is stopped by the tables.
        let raw = |units: i64, days: u64| {
            let (db, now) = (&clinic.app.db, clinic.app.clock.now());
            async move {
                sql("insert into stock_reservation (line_id, item_id, store_id, quantity, until, day, at, account_name)
                     select l.id, i.id, 1, $2, $3, $4, $5, '' from prescription_line l join stock_item i on i.medicine_id = l.medicine_id
                     where l.id = $1 on conflict (line_id) do update set quantity = excluded.quantity, until = excluded.until")
                    .bind(line).bind(units).bind(today + Days::new(days)).bind(today).bind(now).run(db).await
            }
        };
        assert!(raw(11, 1).await.unwrap_err().violates("stock_reservation_free"));
        assert!(raw(16, 1).await.unwrap_err().violates("stock_reservation_line"));
        assert!(raw(5, 400).await.unwrap_err().violates("stock_reservation_line"));
        raw(10, 1).await.unwrap();
        let batch = sql("select id from stock_batch where number = 'AM1'").scalar(&clinic.app.db).await.unwrap();
        let item = clinic.item_of(CODE).await;
        let gone = clinic.movement((item, batch, PHARMACY), "issue", -1).await.unwrap_err();
        assert!(gone.violates("stock_movement_reserved"), "{gone}");
        // What is broken is broken, for whomever it was reserved; the rest is theirs.
        clinic.movement((item, batch, PHARMACY), "damaged", -4).await.unwrap();
        assert_eq!(usable(&clinic).await, 0);
        let shelf = ada.desk.get(&format!("/stock/items/{item}")).await;
        assert!(shelf.text(".tiles").contains("Usable0 capsules") && shelf.text(".tiles").contains("Reserved10 capsules"), "{}", shelf.text(".tiles"));
        assert!(raw(11, 1).await.unwrap_err().violates("stock_reservation_free"));
        ada.gives(&[(&format!("give_{line}"), "6")]).await.expect(303);
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 0);
    }

    async fn k7_what_is_owed_is_reserved_for_whom_waits_longest_when_it_comes_in(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.app.clock.advance(TimeDelta::minutes(1));
        let ben = clinic.counter_of("Ben Ojo", &[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 14).await;
        for (counter, units) in [(&ada, "10"), (&ben, "4")] {
            let give = format!("give_{}", line(&clinic, counter).await);
            counter.gives(&[(&give, units)]).await.expect(303);
        }
        let (first, second) = (line(&clinic, &ada).await, line(&clinic, &ben).await);
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(clinic.count("select count(*) from stock_reservation").await, 0, "nothing is there");
        clinic.app.clock.advance(TimeDelta::minutes(1));
        clinic.shelf(CODE, "AM2", 300, 12).await;
        for _ in 0..2 {
            reserve_due(&clinic.app).await.unwrap();
            assert_eq!((reserved(&clinic, first).await, reserved(&clinic, second).await), (5, 7));
        }
        assert_eq!(usable(&clinic).await, 0);
        let until = infirmary::settings::model::plain_day(clinic.today() + Days::new(3));
        let phone = clinic.signed_in_patient(ben.room.patient, "ben").await;
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains(&format!("Reserved for you until {until}: 7 capsules")));
        // Somebody releases it: it is not reserved again for the same delivery, but with the next one.
        reserves(&clinic, &ben, &[("move", "release")]).await.expect(303);
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(reserved(&clinic, second).await, 0);
        clinic.app.clock.advance(TimeDelta::minutes(1));
        clinic.shelf(CODE, "AM3", 300, 40).await;
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!((reserved(&clinic, first).await, reserved(&clinic, second).await), (5, 11));
        // A clinic that does not want it reserves by hand only.
        sql("update stock_setting set reserve_days = 0").run(&clinic.app.db).await.unwrap();
        clinic.app.clock.advance(TimeDelta::days(4));
        clinic.shelf(CODE, "AM4", 300, 40).await;
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(clinic.count("select count(*) from stock_reservation where day > '2026-01-01' and until >= day and quantity > 0").await, 2);
        assert_eq!(usable(&clinic).await, 12 + 40 + 40);
    }

    async fn k7_what_was_paid_is_reserved_until_it_is_given_and_what_was_not_is_not(clinic) {
        let paid = Paid::first(&clinic).await;
        let reserved = || clinic.count("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved");
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(reserved().await, 0);
        paid.pays(&clinic).await;
        reserve_due(&clinic.app).await.unwrap();
        assert_eq!(reserved().await, 15);
        assert_eq!(clinic.count("select count(*) from stock_reservation where account_name = ''").await, 1);
        paid.gives(5, "").await.expect(303);
        assert_eq!(reserved().await, 10);
        paid.closes().await.expect(303);
        assert_eq!(reserved().await, 0);
    }

    /// Who reserves and who takes at once: nobody is promised a unit that leaves for somebody else.
    async fn k7_what_is_reserved_is_there_however_many_take_at_once(clinic) {
        let mut lines = vec![line(&clinic, &clinic.counter(&[AMOXICILLIN]).await).await];
        for name in ["Ben Ojo", "Eno Udo", "Ife Ade"] {
            let counter = clinic.counter_of(name, &[AMOXICILLIN]).await;
            lines.push(line(&clinic, &counter).await);
        }
        clinic.shelf(CODE, "AM1", 300, 60).await;
        clinic.shelf(CODE, "AM2", 30, 60).await;
        let item = clinic.item_of(CODE).await;
        let (today, over) = (clinic.today(), AtomicBool::new(false));
        let one = |line: LineId, quantity: i64| NewReservation { line: line.0, item, store: PHARMACY, step: 1, quantity, until: today };
        let reserving = async {
            let steps = (0..80_usize).map(|at| {
                let (clinic, line) = (&clinic, lines[at % lines.len()]);
                async move {
                    loop {
                        let mut work = clinic.stock_work(None).await;
                        let done = match at % 5 {
                            4 => release(&mut work, line.0).await.map(|_| ()),
                            _ => reserve(&mut work, &one(line, 5 + at as i64 % 11), 5).await.map(|_| ()),
                        };
                        let done = match done {
                            Ok(()) => work.commit().await.map_err(Refused::Db),
                            Err(why) => Err(why),
                        };
                        match done {
                            Ok(()) | Err(Refused::Because(_)) => break,
                            Err(Refused::Db(DbError::Busy(_))) => {}
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                }
            });
            stream::iter(steps).buffer_unordered(8).collect::<Vec<_>>().await;
        };
        let taking = async {
            let steps = (0..80_i64).map(|at| takes(&clinic, item, 1 + at % 3));
            stream::iter(steps).buffer_unordered(12).collect::<Vec<_>>().await;
        };
        let looking = async {
            while !over.load(Ordering::Relaxed) {
                assert!(promised_more(&clinic).await <= 0, "more is reserved than is there");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let work = async {
            futures::join!(reserving, taking);
            over.store(true, Ordering::Relaxed);
        };
        futures::join!(work, looking);
        for line in lines {
            sql("update stock_reservation set quantity = 0 where line_id = $1").bind(line).run(&clinic.app.db).await.unwrap();
        }
        assert_eq!(usable(&clinic).await, clinic.lies("AM1", "Pharmacy").await + clinic.lies("AM2", "Pharmacy").await);
        clinic.books_balance().await;
    }

    /// The control: without the guard of the ledger, what is reserved leaves.
    async fn without_the_guard_what_is_reserved_leaves(clinic) {
        let ada = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf(CODE, "AM1", 300, 15).await;
        reserves(&clinic, &ada, &[]).await.expect(303);
        let guard = match clinic.database_url.starts_with("sqlite") {
            true => "drop trigger stock_movement_reserved",
            false => "drop trigger stock_movement_reserved on stock_movement",
        };
        sql(guard).run(&clinic.app.db).await.unwrap();
        let batch = sql("select id from stock_batch where number = 'AM1'").scalar(&clinic.app.db).await.unwrap();
        clinic.movement((clinic.item_of(CODE).await, batch, PHARMACY), "issue", -1).await.unwrap();
        assert_eq!(promised_more(&clinic).await, 1);
    }
}

/// Units that are reserved and not there.
async fn promised_more(clinic: &Clinic) -> i64 {
    clinic
        .count(
            "select cast((select coalesce(sum(quantity), 0) from stock_reserved)
                - (select coalesce(sum(on_hand), 0) from stock_level) as bigint)",
        )
        .await
}
