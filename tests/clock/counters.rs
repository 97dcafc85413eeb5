//! Time at the two counters (P36): which day a batch expires, a shift over midnight, numbers of a year, prices from a day,
//! and a machine's clock that jumps while medicines leave and money comes in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::future::join_all;
use infirmary::billing::consulted;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;
use infirmary::stock::model::{BatchId, Kind};
use infirmary::stock::take;
use infirmary::work::{Doer, Refused, Work};

use super::jumps::{EDGES, jump};
use crate::support::billing::Till;
use crate::support::{Browser, Clinic, PHARMACY, Shelves, dice, out};

/// The last second of a day somewhere, and the day that begins then: a month, a year and a leap day end, and days of 23 and
/// of 25 hours.
const LAST_SECONDS: [(&str, &str, &str); 6] = [
    ("Africa/Lagos", "2026-11-09T22:59:59Z", "2026-11-10"),
    ("Africa/Lagos", "2026-12-31T22:59:59Z", "2027-01-01"),
    ("Europe/London", "2027-03-28T22:59:59Z", "2027-03-29"),
    ("Europe/London", "2027-10-31T23:59:59Z", "2027-11-01"),
    ("Africa/Lagos", "2028-02-28T22:59:59Z", "2028-02-29"),
    ("Africa/Lagos", "2028-02-29T22:59:59Z", "2028-03-01"),
];

/// The clinic stands in this zone at this moment.
async fn stands(clinic: &Clinic, zone: &str, moment: &str) {
    clinic.app.clock.set(moment.parse().unwrap());
    sql("update clinic set time_zone = $1").bind(zone).run(&clinic.app.db).await.unwrap();
    clinic.app.reload_clinic().await.unwrap();
}

/// Units that leave for a patient at this moment.
async fn leaves(clinic: &Clinic, shelves: &Shelves, units: i64) -> i64 {
    let mut work = clinic.stock_work(None).await;
    let taken = take(&mut work, &clinic.want(shelves.item, units), &out(Kind::Issue, "")).await;
    match taken {
        Ok(choice) => {
            work.commit().await.unwrap();
            choice.total()
        }
        Err(Refused::Because(_)) => 0,
        Err(other) => panic!("{other:?}"),
    }
}

/// Signs in again where the clock has ended a sign-in.
async fn back(clinic: &Clinic, browser: &Browser, name: &str) {
    if browser.get("/account").await.status != 200 {
        clinic.sign_in(browser, name).await;
    }
}

/// The cashier charges, issues and takes this much naira, signed in anew: a jump of the clock may have ended it.
async fn earns(clinic: &Clinic, till: &Till, source: i64, naira: i64) {
    back(clinic, &till.cashier, "cashier").await;
    clinic.costs(till, ChargeKind::Test, source, naira).await;
    let invoice = till.issued().await;
    till.cash(invoice, &naira.to_string()).await;
}

both! {
    async fn p36_u17_a_batch_leaves_until_the_last_second_before_its_day_in_every_zone(clinic) {
        let shelves = clinic.shelves().await;
        for (at, (zone, second, day)) in LAST_SECONDS.into_iter().enumerate() {
            stands(&clinic, zone, second).await;
            let batch = clinic.batch(shelves.item, &format!("B{at}"), 1, (PHARMACY, 10)).await;
            let expiry: NaiveDate = sql("select expiry from stock_batch where id = $1").bind(batch).scalar(&clinic.app.db).await.unwrap();
            assert_eq!(expiry, day.parse::<NaiveDate>().unwrap(), "{zone} {second}");
            assert_eq!(leaves(&clinic, &shelves, 1).await, 1, "{zone} {second}: it is still the day before");
            clinic.app.clock.advance(TimeDelta::seconds(1));
            assert_eq!(leaves(&clinic, &shelves, 1).await, 0, "{zone}: a second later it is {day}");
            let door = clinic.movement((shelves.item, batch, PHARMACY), "issue", -1).await.unwrap_err();
            assert!(door.violates("stock_movement_usable"), "{door}");
            // A clock that is put back an hour gives yesterday back; one that goes on does not.
            clinic.app.clock.advance(TimeDelta::hours(-1));
            assert_eq!(leaves(&clinic, &shelves, 1).await, 1, "{zone}: yesterday again");
            clinic.app.clock.advance(TimeDelta::days(1));
            assert_eq!(leaves(&clinic, &shelves, 1).await, 0, "{zone}: a day later");
            assert_eq!(clinic.on_hand(batch).await, 8);
        }
        clinic.books_balance().await;
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn p36_u13_a_shift_over_midnight_keeps_its_money_and_each_payment_its_day(clinic) {
        stands(&clinic, "Africa/Lagos", "2026-12-31T22:50:00Z").await;
        let till = clinic.till().await;
        let shift = clinic.count("select max(id) from shift").await;
        earns(&clinic, &till, 1, 1_000).await;
        clinic.wait_minutes(14);
        earns(&clinic, &till, 2, 700).await;
        // The machine's clock is put back to the evening before, and right again.
        clinic.app.clock.advance(TimeDelta::hours(-1));
        earns(&clinic, &till, 3, 300).await;
        clinic.app.clock.advance(TimeDelta::hours(1));
        back(&clinic, &till.cashier, "cashier").await;
        let days: Vec<NaiveDate> = sql("select day from payment order by id").scalars(&clinic.app.db).await.unwrap();
        let (old, new): (NaiveDate, NaiveDate) = ("2026-12-31".parse().unwrap(), "2027-01-01".parse().unwrap());
        assert_eq!(days, [old, new, old]);
        let invoices: Vec<(i64, i64)> = sql("select year, number from invoice order by id").all(&clinic.app.db).await.unwrap();
        let receipts: Vec<(i64, i64)> = sql("select year, number from receipt order by id").all(&clinic.app.db).await.unwrap();
        assert_eq!(invoices, [(2026, 1), (2027, 1), (2026, 2)]);
        assert_eq!(receipts, invoices);
        // One till, counted once, over both days.
        let page = till.cashier.get(&format!("/shifts/{shift}/close")).await;
        till.cashier.submit(&page, "#close", &[("counted", "7000"), ("left", "0")]).await.expect(303);
        assert_eq!(clinic.number("select expected from shift where id = $1", shift).await, 700_000);
        back(&clinic, &till.admin, "boss").await;
        // Each day's till has what came on it, and the shift stands on both.
        for (day, taken) in [("2026-12-31", "₦1,300"), ("2027-01-01", "₦700")] {
            let told = till.admin.get(&format!("/till?day={day}")).await.text("main");
            assert!(told.contains(taken), "{day}: {told}");
        }
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn p36_numbers_begin_anew_with_the_year_and_leave_no_gap_whatever_the_clock_does(clinic) {
        stands(&clinic, "Africa/Lagos", "2026-12-31T22:58:00Z").await;
        let till = clinic.till().await;
        clinic.point("Second desk", "cashier").await;
        clinic.opens_shift(&till.second, "0").await.expect(303);
        // A draft of the old year that is issued in the new one takes a number of the new one.
        clinic.costs(&till, ChargeKind::Test, 1_000, 50).await;
        let draft = till.draft().await;
        for turn in 0..24_i64 {
            let seconds = [100, -70, 45, -30, 200, -185][turn as usize % 6];
            clinic.app.clock.advance(TimeDelta::seconds(seconds));
            back(&clinic, &till.cashier, "cashier").await;
            back(&clinic, &till.second, "second.cashier").await;
            let (one, two) = (clinic.costs(&till, ChargeKind::Test, turn * 2, 100).await, clinic.costs(&till, ChargeKind::Test, turn * 2 + 1, 100).await);
            let issues = [(&till.cashier, one), (&till.second, two)].map(|(browser, charge)| {
                let (op, charge, path) = (format!("issue-at-midnight-{charge:05}"), charge.to_string(), till.bill());
                async move { browser.post(&path, &[("op", &op), ("charge", &charge), ("step", "issue")]).await.status }
            });
            assert_eq!(join_all(issues).await, [303, 303]);
        }
        clinic.app.clock.set("2026-12-31T23:05:00Z".parse().unwrap());
        back(&clinic, &till.cashier, "cashier").await;
        let page = till.cashier.get(&format!("/invoices/{draft}")).await;
        till.cashier.submit(&page, "#issue", &[]).await.expect(303);
        assert_eq!(clinic.number("select year from invoice where id = $1", draft).await, 2027);
        let years: Vec<(i64, i64, i64)> = sql("select year, count(*), max(number) from invoice where state = 'issued' group by year order by year")
            .all(&clinic.app.db).await.unwrap();
        assert_eq!(years.iter().map(|year| year.0).collect::<Vec<_>>(), [2026, 2027], "{years:?}");
        assert!(years.iter().all(|(_, count, last)| count == last && *count > 5), "{years:?}");
        let issued: Vec<(i64, NaiveDate)> = sql("select year, issued_day from invoice where state = 'issued'").all(&clinic.app.db).await.unwrap();
        assert!(issued.iter().all(|(year, day)| day.to_string().starts_with(&year.to_string())), "{issued:?}");
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }

    async fn p36_a_price_holds_from_the_first_second_of_its_day(clinic) {
        stands(&clinic, "Africa/Lagos", "2026-11-09T22:59:59Z").await;
        let till = clinic.till().await;
        let page = till.admin.get("/prices/consultation-0").await;
        till.admin.submit(&page, "#price", &[("amount", "2000")]).await.expect(303);
        let past = till.admin.submit(&page, "#price", &[("amount", "1"), ("from_day", "2026-11-08"), ("op", "a-price-of-the-past-1")]).await;
        assert_eq!(past.expect(422).errors(), ["A price holds from today or later: what is past stays as it was"]);
        till.admin.submit(&page, "#price", &[("amount", "3000"), ("from_day", "2026-11-10"), ("op", "a-price-of-tomorrow-1")]).await.expect(303);
        let other = clinic.walk_in("Ben Obi").await;
        let someone = clinic.patient_of(other.visit).await;
        let consults = async |visit, patient| {
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            consulted(&mut work, visit, patient).await.unwrap();
            work.commit().await.unwrap();
        };
        consults(till.visit, till.patient).await;
        clinic.app.clock.advance(TimeDelta::seconds(1));
        consults(other.visit, someone).await;
        let prices: Vec<i64> = sql("select unit_price from charge order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(prices, [200_000, 300_000]);
        // What was done yesterday costs what it cost yesterday, whenever it is invoiced.
        let invoice = till.issued().await;
        assert_eq!(clinic.number("select total from invoice where id = $1", invoice).await, 200_000);
        // A clock that is put back finds the price of the day it shows.
        clinic.app.clock.advance(TimeDelta::minutes(-5));
        let third = clinic.walk_in("Chi Obi").await;
        consults(third.visit, clinic.patient_of(third.visit).await).await;
        let last: i64 = sql("select unit_price from charge order by id desc limit 1").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(last, 200_000);
    }

    async fn p36_a_hundred_jumps_lose_no_unit_and_no_kobo(clinic) {
        let shelves = clinic.shelves().await;
        let till = clinic.till().await;
        let (seed, mut dice) = dice();
        let (mut earned, mut units, mut put) = (0, 0, 0);
        let mut rows = Rows::default();
        for (number, (zone, moment)) in EDGES.into_iter().enumerate() {
            stands(&clinic, zone, moment).await;
            for turn in 0..20_i64 {
                if turn % 5 == 0 {
                    let days = turn / 5 + 1;
                    clinic.batch(shelves.item, &format!("B{number}-{turn}"), days, (PHARMACY, 7)).await;
                    put += 7;
                }
                clinic.app.clock.advance(jump(&mut dice));
                units += leaves(&clinic, &shelves, 1 + turn % 3).await;
                let naira = 100 + turn;
                earns(&clinic, &till, number as i64 * 100 + turn, naira).await;
                earned += naira * 100;
                rows.hold_days(&clinic, zone.parse().unwrap(), seed).await;
            }
        }
        assert!(units > 20, "seed {seed}: {units} units left");
        assert_eq!(clinic.count("select cast(sum(on_hand) as bigint) from stock_level").await, put - units, "seed {seed}");
        assert_eq!(clinic.count("select cast(sum(amount) as bigint) from payment").await, earned, "seed {seed}");
        assert_eq!(clinic.count("select count(*) from invoice where state = 'issued' and paid = patient_part").await, 100, "seed {seed}");
        clinic.books_balance().await;
        assert!(clinic.faults().await.is_empty(), "seed {seed}: {:?}", clinic.faults().await);
    }
}

/// How far the ledgers were looked through.
#[derive(Default)]
struct Rows {
    movement: i64,
    payment: i64,
}

impl Rows {
    /// Each new row says the day that it was on the wall of the clinic, and nothing left on or after its last day.
    async fn hold_days(&mut self, clinic: &Clinic, zone: Tz, seed: u64) {
        type Moved = (i64, BatchId, String, DateTime<Utc>, NaiveDate, NaiveDate);
        let moved: Vec<Moved> =
            sql("select m.id, m.batch_id, m.kind, m.at, m.day, b.expiry from stock_movement m
             join stock_batch b on b.id = m.batch_id where m.id > $1 order by m.id")
            .bind(self.movement)
            .all(&clinic.app.db)
            .await
            .unwrap();
        for (id, batch, kind, at, day, expiry) in moved {
            assert_eq!(day, at.with_timezone(&zone).date_naive(), "seed {seed}, movement {id}");
            assert!(
                kind != "issue" || expiry > day,
                "seed {seed}, batch {batch} left on {day} and expired on {expiry}"
            );
            self.movement = id;
        }
        let paid: Vec<(i64, DateTime<Utc>, NaiveDate)> =
            sql("select id, taken_at, day from payment where id > $1 order by id")
                .bind(self.payment)
                .all(&clinic.app.db)
                .await
                .unwrap();
        for (id, at, day) in paid {
            assert_eq!(day, at.with_timezone(&zone).date_naive(), "seed {seed}, payment {id}");
            self.payment = id;
        }
    }
}
