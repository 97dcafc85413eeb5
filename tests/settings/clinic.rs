//! Name, zone and numbers.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::LineRules;
use infirmary::scheduling::model::BookingRules;
use infirmary::web::paths::scheduling::BOOK;

use crate::support::eventually;

both! {
    async fn settings_are_saved_and_known_at_once(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings").await;
        let fields = [("name", "University Health Centre"), ("phone", "0803 000 1122"), ("time_zone", "Africa/Accra"),
            ("max_open_bookings", "5"), ("token_digits", "4")];
        browser.submit(&page, "#settings", &fields).await.expect(303);
        eventually(async || clinic.app.clinic().name == "University Health Centre").await;
        let known = clinic.app.clinic();
        assert_eq!((known.max_open_bookings, known.token_digits, known.time_zone.as_str()), (5, 4, "Africa/Accra"));
        let seen = browser.get("/settings").await;
        assert_eq!(seen.attribute("#max_open_bookings", "value").as_deref(), Some("5"));
        assert!(seen.text("footer.help").contains("0803 000 1122"));
        let entry: String = infirmary::db::sql("select detail from audit_entry where action = 'settings.changed'")
            .scalar(&clinic.app.db).await.unwrap();
        assert!(entry.contains("max_open_bookings") && !entry.contains("hold_minutes"), "{entry}");
        // Twice the same form is one change.
        browser.submit(&page, "#settings", &fields).await.expect(303);
        assert_eq!(clinic.count("select version from clinic").await, 2);
    }

    async fn another_time_zone_says_first_what_it_does_to_hours_that_are_given_out(clinic) {
        let browser = clinic.administrator().await;
        let doctor = clinic.consultant("Bola").await;
        let slot = clinic.slot(doctor, 60, 2, 1).await;
        clinic.slot(doctor, -120, 2, 1).await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (patient, _) = clinic.someone("Ada Obi").await;
        clinic.books(patient, slot, reason).await;
        let page = browser.get("/settings").await;
        assert!(!page.has("#zone"));
        let asked = browser.submit(&page, "#settings", &[("time_zone", "Africa/Cairo"), ("name", "Hill Clinic")]).await;
        let said = asked.expect(422).errors().remove(0);
        assert!(said.starts_with("Slots to come: 1, bookings: 1.") && said.contains("as 09:00 becomes 10:00"), "{said}");
        assert_eq!(asked.attribute("#name", "value").as_deref(), Some("Hill Clinic"));
        assert_eq!(clinic.count("select version from clinic").await, 1);
        browser.submit(&asked, "#settings", &[("zone", "yes")]).await.expect(303);
        let known: String = sql("select time_zone from clinic").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(known, "Africa/Cairo");
        // Another name for the same hours asks nothing; one that is the same in November and not in spring does.
        let page = browser.get("/settings").await;
        let spring = browser.submit(&page, "#settings", &[("time_zone", "Europe/Athens"), ("op", "0123456789abcdef")]).await;
        assert!(spring.expect(422).errors()[0].contains("as 10:00 becomes 11:00"), "{:?}", spring.errors());
        browser.submit(&page, "#settings", &[("time_zone", "Egypt")]).await.expect(303);
    }

    async fn the_settings_lead_to_the_rules_of_every_station(clinic) {
        let browser = clinic.administrator().await;
        let links = browser.get("/settings").await.links("#elsewhere a");
        assert_eq!(links.len(), 5, "{links:?}");
        for link in links {
            let page = browser.get(&link).await;
            assert!(page.expect(200).has("main form"), "{link}");
        }
    }

    async fn impossible_settings_are_refused_with_everything_kept(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings").await;
        let fields = [("name", " "), ("time_zone", "Lagos/Africa"), ("slot_minutes", "abc"), ("token_digits", "-5"),
            ("long_wait_minutes", "60"), ("very_long_wait_minutes", "60"), ("book_days_ahead", "1e9")];
        let seen = browser.submit(&page, "#settings", &fields).await;
        assert_eq!(seen.expect(422).errors().len(), 6, "{:?}", seen.errors());
        assert_eq!(seen.attribute("#slot_minutes", "value").as_deref(), Some("abc"));
        assert!(seen.has("#time_zone[aria-invalid=true]"));
        assert_eq!(clinic.count("select version from clinic").await, 1);
    }

    async fn the_bounds_of_the_form_are_those_of_the_table(clinic) {
        let browser = clinic.administrator().await;
        for highest in [false, true] {
            let page = browser.get("/settings").await;
            let values: Vec<(&str, String)> = infirmary::settings::rules::LIMITS.iter().flat_map(|(_, limits)| *limits)
                .filter(|limit| !limit.name.contains("idle"))
                .map(|limit| (limit.name, if highest { limit.highest } else { limit.lowest }.to_string())).collect();
            let fields: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit(&page, "#settings", &fields).await.expect(303);
        }
    }

    async fn the_second_administrator_sees_what_the_first_changed(clinic) {
        let first = clinic.administrator().await;
        let second = clinic.signed_in("second", &[Role::Admin]).await;
        let (here, there) = (first.get("/settings").await, second.get("/settings").await);
        first.submit(&here, "#settings", &[("hold_minutes", "9")]).await.expect(303);
        let seen = second.submit(&there, "#settings", &[("name", "Mine")]).await;
        seen.expect(409);
        assert!(seen.text("#conflict h2").starts_with("admin changed this"));
        assert_eq!(seen.texts("#conflict dt"), ["Name", "A place is held while the form is filled in"]);
        assert_eq!(seen.attribute("#name", "value").as_deref(), Some("Mine"));
        second.submit(&seen, "#settings", &[("hold_minutes", "9")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from clinic where name = 'Mine' and hold_minutes = 9").await, 1);
    }

    async fn a_pattern_needs_places_and_says_whose_numbers_do_not_fit_and_the_phone_can_be_dialled(clinic) {
        let browser = clinic.administrator().await;
        let ada = clinic.student("Ada Obi", "19/52HA001").await;
        clinic.student("Ben Eze", "19/52HA002").await;
        let page = browser.get("/settings").await;
        let refused = browser.submit(&page, "#settings", &[("matric_pattern", "((((")]).await;
        assert!(refused.expect(422).has("#matric_pattern-error"));
        let refused = browser.submit(&page, "#settings", &[("phone", "hello")]).await;
        assert_eq!(refused.expect(422).errors(), ["Enter a phone number, like 0803 123 4567 or +234 803 123 4567"]);
        let saved = browser.submitted(&page, "#settings", &[("matric_pattern", "aa 9999"), ("phone", "")]).await;
        assert!(saved.body.contains("The matric numbers of 2 present students do not fit the pattern"), "{}", saved.body);
        eventually(async || clinic.app.clinic().matric_pattern == "AA9999").await;
        // A number that is there already is not checked again; another one is.
        let form = browser.get(&format!("/patients/{ada}/edit")).await;
        browser.submit(&form, "#person", &[("phone", "0803 123 4567"), ("sex", "female")]).await.expect(303);
        let form = browser.get(&format!("/patients/{ada}/edit")).await;
        let refused = browser.submit(&form, "#person", &[("matric_number", "19/52HA003")]).await;
        assert_eq!(refused.expect(422).errors(), ["Matric number must look like HA1952"]);
    }

    async fn n4_a_clinic_that_gives_up_the_pause_lets_the_paused_book_at_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let ((ada, _), (ben, _)) = (clinic.someone("Ada Obi").await, clinic.someone("Ben Eze").await);
        for (number, patient) in [ada, ada, ada, ben].into_iter().enumerate() {
            let slot = clinic.slot(doctor, 60 + 60 * i64::try_from(number).unwrap(), 1, 0).await;
            clinic.books(patient, slot, reason).await;
        }
        clinic.wait_minutes(24 * 60);
        clinic.run_job("mark_no_shows").await;
        let phones = [clinic.browser(), clinic.browser()];
        for (phone, patient) in phones.iter().zip([ada, ben]) {
            clinic.sign_in(phone, &format!("p{patient}")).await;
        }
        let may_book = async || {
            let mut open = Vec::new();
            for phone in &phones {
                open.push(phone.get(BOOK).await.heading() == "Why do you want to be seen?");
            }
            open
        };
        assert_eq!(may_book().await, [false, true]);
        let browser = clinic.administrator().await;
        let saves = async |name, value| {
            let page = browser.get("/settings").await;
            browser.submitted(&page, "#settings", &[(name, value)]).await.body
        };
        let saved = saves("no_show_block_days", "0").await;
        assert!(saved.contains("Online booking is open again for 1 patient"), "{saved}");
        assert_eq!(may_book().await, [true, true]);
        let saved = saves("no_show_block_days", "30").await;
        assert!(saved.contains("Online booking is paused for 1 patient"), "{saved}");
        assert_eq!(may_book().await, [false, true]);
        let saved = saves("no_show_limit", "1").await;
        assert!(saved.contains("Online booking is paused for 1 patient"), "{saved}");
        assert_eq!(may_book().await, [false, false]);
        let saved = saves("hold_minutes", "9").await;
        assert!(saved.contains("The settings are saved") && !saved.contains("for 1 patient"), "{saved}");
    }

    async fn the_numbers_of_the_rules_follow_the_settings_form(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/settings").await;
        let fields = [("late_cancel_halves", "1"), ("no_show_days", "3"), ("objection_days", "2"), ("undo_minutes", "20")];
        browser.submit(&page, "#settings", &fields).await.expect(303);
        eventually(async || clinic.app.clinic().undo_minutes == 20).await;
        let rules = BookingRules::of(&clinic.app.clinic());
        assert_eq!((rules.late_cancel_counts_half, rules.no_show_days, rules.objection_days, rules.undo_minutes), (true, 3, 2, 20));
        assert_eq!(LineRules::of(&clinic.app.clinic()).undo_minutes, 20);
        let seen = browser.get("/settings").await;
        for (name, value) in fields {
            assert_eq!(seen.attribute(&format!("#{name}"), "value").as_deref(), Some(value), "{name}");
        }
        browser.submit(&seen, "#settings", &[("late_cancel_halves", "2"), ("undo_minutes", "0")]).await.expect(422);
    }
}
