//! Opening hours and holidays.

use chrono::{NaiveDate, NaiveTime};
use infirmary::db::sql;
use infirmary::settings::holidays_between;

use crate::support::eventually;

both! {
    async fn opening_hours_are_saved_and_said(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings/hours").await;
        let fields = [("opens_1", "08:00"), ("closes_1", "16:00"), ("opens_2", "08:00"), ("closes_2", "16:00"),
            ("opens_6", "09:00"), ("closes_6", "12:00")];
        browser.submit(&page, "#hours", &fields).await.expect(303);
        eventually(async || clinic.app.clinic().hours_words
            == "Open Monday to Tuesday, 8am to 4pm · Saturday, 9am to midday").await;
        let seen = browser.get("/settings/hours").await;
        assert_eq!(seen.attribute("#closes_6", "value").as_deref(), Some("12:00"));
        assert!(clinic.has_entry("opening_hours.changed").await);
        // A tab that was opened before is told.
        browser.submit(&page, "#hours", &[("op", "0123456789abcdef0123"), ("opens_7", "10:00"), ("closes_7", "11:00")])
            .await.expect(409);
    }

    async fn reversed_and_half_given_hours_are_refused(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings/hours").await;
        let fields = [("opens_1", "16:00"), ("closes_1", "08:00"), ("opens_2", "08:00"), ("closes_3", "08:00"), ("opens_4", "25:99")];
        let seen = browser.submit(&page, "#hours", &fields).await;
        seen.expect(422);
        for field in ["closes_1", "closes_2", "opens_3", "opens_4"] {
            assert!(seen.has(&format!("#{field}-error")), "{field}: {:?}", seen.errors());
        }
        assert_eq!(clinic.count("select count(*) from opening_hours").await, 0);
    }

    async fn a_day_of_the_week_that_closes_asks_for_everybody_who_is_booked_on_it(clinic) {
        let admin = clinic.administrator().await;
        let page = admin.get("/settings/hours").await;
        let two = [("opens_1", "08:00"), ("closes_1", "16:00"), ("opens_2", "08:00"), ("closes_2", "16:00")];
        let page = admin.submitted(&page, "#hours", &two).await;
        let doctor = clinic.consultant("Bola").await;
        for weekday in [1, 2] {
            sql("insert into availability (doctor_id, weekday, starts, ends, slot_minutes, capacity, public_capacity, valid_from)
                 values ($1, $2, $3, $4, 30, 1, 0, $5)").bind(doctor).bind(weekday)
                .bind("09:00".parse::<NaiveTime>().unwrap()).bind("10:00".parse::<NaiveTime>().unwrap())
                .bind("2026-01-01".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        }
        clinic.run_job("make_slots").await;
        // The clock stands on a Monday; the first slot of the next day is on a Tuesday.
        let slot = sql("select id from slot where day = $1 order by starts_at limit 1")
            .bind("2026-11-10".parse::<NaiveDate>().unwrap()).scalar(&clinic.app.db).await.unwrap();
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let ada = clinic.books(clinic.person("Ada Obi").await, slot, reason).await;
        let mondays = "select count(*) from slot s join availability h on h.id = s.availability_id where h.weekday = 1";
        let stood = clinic.count(mondays).await;
        let asked = admin.submit(&page, "#hours", &[("opens_2", ""), ("closes_2", "")]).await;
        assert!(asked.expect(422).body.contains("Ada Obi"), "{}", asked.body);
        assert_eq!(clinic.count("select count(*) from opening_hours").await, 2, "nothing happened yet");
        let saved = admin.submitted(&asked, "#hours", &[(&format!("decision_{ada}"), "move")]).await;
        assert!(saved.body.contains("1 row of doctors&#39; hours ended") || saved.body.contains("1 row of doctors' hours ended"), "{}", saved.body);
        assert_eq!(clinic.count("select count(*) from appointment where needs_decision").await, 1);
        assert_eq!(clinic.count(mondays).await, stood);
        assert_eq!(clinic.count("select count(*) from slot where withdrawn").await, 1);
        clinic.run_job("make_slots").await;
        let tuesdays = "select count(*) from slot where state <> 'closed' and availability_id is null and not withdrawn";
        assert_eq!(clinic.count(tuesdays).await, 0);
        assert_eq!(clinic.count("select count(*) from slot where state <> 'closed'").await, stood + 1);
    }

    async fn a_holiday_is_added_once_and_removed(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings/holidays").await;
        let fields = [("day", "2026-12-25"), ("name", "Christmas")];
        browser.submit(&page, "#holiday", &fields).await.expect(303);
        browser.submit(&page, "#holiday", &fields).await.expect(303);
        let page = browser.open("/settings/holidays").await;
        assert_eq!(page.texts("tbody th"), ["Friday 25 December 2026"]);
        let seen = browser.submit(&page, "#holiday", &fields).await;
        assert!(seen.expect(422).has("#day-error"));
        let today = clinic.app.clinic().day_of(clinic.app.clock.now());
        let found = holidays_between(&clinic.app.db, today, today + chrono::Days::new(60)).await.unwrap();
        assert_eq!(found.len(), 1);
        let page = browser.get("/settings/holidays").await;
        browser.submit(&page, "tbody form", &[]).await.expect(303);
        assert!(browser.get("/settings/holidays").await.has(".empty"));
        assert!(clinic.has_entry("holiday.added").await && clinic.has_entry("holiday.removed").await);
    }

    async fn a_holiday_in_the_past_or_without_a_name_is_refused(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings/holidays").await;
        for (day, name) in [("2026-11-08", "Past"), ("2026-02-30", "No day"), ("2026-12-25", ""), ("2999-01-01", "Far")] {
            browser.submit(&page, "#holiday", &[("day", day), ("name", name)]).await.expect(422);
        }
    }
}
