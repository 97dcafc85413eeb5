//! A student books, moves and cancels.

use infirmary::db::sql;
use infirmary::scheduling::model::{AppointmentId, SlotId};
use infirmary::web::paths::scheduling as paths;

use crate::support::{Browser, Seen};

/// Walks from the reason to the kept place; returns the answer to choosing `slot`.
async fn choose(browser: &Browser, reason: &str, day: &str, slot: SlotId) -> Seen {
    let first = browser.get(paths::BOOK).await;
    let days = browser.get(&format!("{}?reason={reason}", paths::BOOK_DAY)).await;
    assert!(first.has(&format!("input[value='{reason}']")), "{}", first.body);
    let link = days.links(".slots.days a").into_iter().find(|link| link.ends_with(day)).unwrap();
    let times = browser.get(&link).await;
    times.expect(200);
    browser.submit(&times, "main form", &[("slot", &slot.to_string())]).await
}

/// The id at the end of `/my/appointments/7`.
fn id_of(path: &str) -> AppointmentId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

both! {
    async fn a_student_books_in_six_steps(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 60, 2, 1).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let held = choose(&ada, &reason.to_string(), "2026-11-09", slot).await;
        let check = ada.follow(held.expect(303).clone()).await;
        assert_eq!(check.heading(), "Check your appointment");
        assert!(check.body.contains("10am") && check.body.contains("Dr Bola"));
        assert_eq!(clinic.taken(slot).await, (1, 0));
        let booked = ada.submitted(&check, "main form", &[]).await;
        assert_eq!(booked.heading(), "Appointment booked");
        let id = id_of(&booked.path);
        assert_eq!(clinic.appointment_state(id).await, "booked");
        assert_eq!(clinic.taken(slot).await, (1, 0));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'appointment.booked'").await, 1);
        let list = ada.get(paths::MY_APPOINTMENTS).await;
        assert_eq!(list.links("main .links a"), [paths::mine(id)]);
        for path in [paths::BOOK.to_owned(), paths::mine(id), paths::MY_APPOINTMENTS.to_owned()] {
            let seen = ada.get(&path).await;
            let queries: u32 = seen.headers["x-queries"].to_str().unwrap().parse().unwrap();
            assert!(queries <= 6, "{path} takes {queries} queries");
        }
    }

    /// The patient's words stand in the place that is kept, through another day and after it ran out, never in an address.
    async fn own_words_never_travel_in_an_address(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let (slot, other) = (clinic.slot(doctor, 120, 2, 2).await, clinic.slot(doctor, 180, 2, 2).await);
        let (_, ada) = clinic.someone("Ada Obi").await;
        let first = ada.get(paths::BOOK).await;
        assert!(!first.has("form[method=get] textarea, form[method=get] input[type=text], form[method=get] #words"));
        let days = ada.get(&format!("{}?reason={reason}&words=It+itches", paths::BOOK_DAY)).await;
        assert!(!days.body.contains("itches"), "an old address passes nothing on");
        let held = choose(&ada, &reason, "2026-11-09", slot).await;
        let check = ada.follow(held).await;
        let words = check.links("main a").into_iter().find(|link| link.ends_with("#words")).unwrap();
        let edit = ada.get(words.trim_end_matches("#words")).await;
        let long = "x".repeat(501);
        let refused = ada.submit(&edit, "main form", &[("words", &long)]).await;
        assert!(refused.expect(422).body.contains(&long), "what was typed stays");
        let check = ada.submitted(&edit, "main form", &[("words", "It itches at night")]).await;
        let spread = |page: &Seen| page.links("a").iter().chain(&page.leads_to()).any(|link| link.contains("itches"));
        assert!(check.body.contains("It itches at night") && !spread(&check));
        let times = ada.get(&check.links(".act a").into_iter().find(|link| link.contains("day=")).unwrap()).await;
        assert!(!times.body.contains("itches"), "{}", times.body);
        let again = ada.submit(&times, "main form", &[("slot", &other.to_string())]).await;
        assert!(!spread(&again));
        let check = ada.follow(again).await;
        assert!(check.body.contains("It itches at night"), "another time keeps the words");
        clinic.wait_minutes(9);
        let over = ada.submit(&check, "main form", &[]).await;
        assert!(over.status == 409 && !over.body.contains("itches"), "{}", over.body);
        let check = ada.submitted(&over, "main form", &[("slot", &slot.to_string())]).await;
        assert!(check.body.contains("It itches at night"), "a place that ran out too");
        let booked = ada.submitted(&check, "main form", &[]).await;
        assert_eq!(booked.heading(), "Appointment booked");
        let kept = "select count(*) from appointment where state = 'booked' and complaint = 'It itches at night'";
        assert_eq!(clinic.count(kept).await, 1);
        clinic.wait_minutes(1);
        let third = clinic.slot(doctor, 240, 2, 2).await;
        let check = ada.follow(choose(&ada, &reason, "2026-11-09", third).await).await;
        assert!(!check.body.contains("itches"), "a new booking begins without words");
    }

    async fn a_double_click_books_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 60, 5, 5).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        let chosen = slot.to_string();
        let fields = [("slot", chosen.as_str())];
        let (one, two) = tokio::join!(ada.submit(&times, "main form", &fields), ada.submit(&times, "main form", &fields));
        assert_eq!(one.leads_to(), two.leads_to());
        let check = ada.follow(one).await;
        let (one, two) = tokio::join!(ada.submit(&check, "main form", &[]), ada.submit(&check, "main form", &[]));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(clinic.count("select count(*) from appointment").await, 1);
        assert_eq!(clinic.taken(slot).await, (1, 0));
    }

    async fn a_time_that_is_gone_is_answered_with_the_nearest_three(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 60, 1, 1).await;
        for minutes in [120, 180, 240, 300] {
            clinic.slot(doctor, minutes, 1, 1).await;
        }
        let (_, ada) = clinic.someone("Ada Obi").await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let times = ben.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        choose(&ada, &reason, "2026-11-09", slot).await.expect(303);
        let lost = ben.submit(&times, "main form", &[("slot", &slot.to_string())]).await;
        assert_eq!((lost.status, lost.heading().as_str()), (409, "That time has just gone"));
        assert_eq!(lost.texts(".slots button").len(), 3);
        assert!(lost.texts(".slots button")[0].starts_with("Monday 9 November, 11am"), "{}", lost.body);
        let next = lost.attribute(".slots button", "value").unwrap();
        let check = ben.submitted(&lost, "main form", &[("slot", &next)]).await;
        assert_eq!(check.heading(), "Check your appointment");
    }

    async fn a_kept_place_runs_out_and_is_free_again(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 60, 1, 1).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let held = choose(&ada, &reason, "2026-11-09", slot).await;
        let check = ada.follow(held).await;
        clinic.run_job("expire_holds").await;
        assert_eq!(clinic.taken(slot).await, (1, 0));
        clinic.wait_minutes(8);
        clinic.run_job("expire_holds").await;
        clinic.run_job("expire_holds").await;
        assert_eq!(clinic.taken(slot).await, (0, 0));
        let late = ada.submit(&check, "main form", &[]).await;
        assert_eq!((late.status, late.heading().as_str()), (409, "That time has just gone"));
        assert!(!late.has(".slots button"), "the last place of the day rests first");
        clinic.wait_minutes(15);
        let later = ada.get(&check.path).await;
        assert_eq!(later.texts(".slots button").len(), 1, "the same time is free again");
    }

    async fn moving_keeps_the_old_time_when_the_new_one_is_full(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let (old, new) = (clinic.slot(doctor, 60, 1, 1).await, clinic.slot(doctor, 120, 1, 1).await);
        let (_, ada) = clinic.someone("Ada Obi").await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let mut mine = Vec::new();
        for (browser, slot) in [(&ada, old), (&ben, new)] {
            let held = choose(browser, &reason, "2026-11-09", slot).await;
            let check = browser.follow(held).await;
            mine.push(browser.submitted(&check, "main form", &[]).await.path);
        }
        let id = id_of(&mine[0]);
        let check = ada.get(&format!("{}?slot={new}", paths::of(paths::MY_MOVE_CHECK, id))).await;
        let full = ada.submit(&check, "main form", &[]).await;
        assert_eq!(full.status, 409);
        assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.taken(old).await), ("booked", (1, 0)));
        let cancel = ben.get(&format!("{}/cancel", mine[1])).await;
        ben.submitted(&cancel, "main form", &[("reason", "I feel better")]).await.expect(200);
        assert_eq!(clinic.taken(new).await, (0, 0));
        clinic.wait_minutes(15);
        let check = ada.get(&check_path(id, new)).await;
        let moved = ada.submitted(&check, "main form", &[]).await;
        assert_eq!(moved.heading(), "Appointment booked");
        assert_eq!((clinic.taken(old).await, clinic.taken(new).await), ((0, 0), (1, 0)));
        assert_eq!(clinic.appointment_state(id).await, "rescheduled");
        let file = ada.get(&format!("{}/calendar.ics", moved.path)).await;
        assert!(file.body.contains("SEQUENCE:1\r\n") && file.body.contains("METHOD:PUBLISH\r\n"), "{}", file.body);
        assert!(file.body.contains("DTSTART:20261109T100000Z\r\n"), "{}", file.body);
        let lines: Vec<&str> = file.body.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 75), "RFC 5545 folds lines");
        let count = |line: &str| lines.iter().filter(|known| **known == line).count();
        assert_eq!([count("BEGIN:VCALENDAR"), count("BEGIN:VEVENT"), count("END:VEVENT"), count("END:VCALENDAR")], [1; 4]);
        assert_eq!(lines.iter().filter(|line| line.starts_with("UID:")).count(), 1);
    }

    async fn an_appointment_moves_by_what_it_was_booked_with_whatever_became_of_its_reason(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (old, new) = (clinic.slot(doctor, 60, 2, 1).await, clinic.slot(doctor, 120, 2, 1).await);
        let (patient, ada) = clinic.someone("Ada Obi").await;
        let check = ada.follow(choose(&ada, &reason.to_string(), "2026-11-09", old).await).await;
        let id = id_of(&ada.submitted(&check, "main form", &[]).await.path);
        let change = sql("update visit_reason set minutes = 90, bookable_online = $2, active = $2 where id = $1");
        change.bind(reason).bind(false).run(&clinic.app.db).await.unwrap();
        let times = ada.get(&format!("{}?day=2026-11-09", paths::of(paths::MY_MOVE_TIME, id))).await;
        assert!(times.body.contains(&format!("slot={new}")), "{}", times.body);
        let moved = ada.submitted(&ada.get(&check_path(id, new)).await, "main form", &[]).await;
        assert_eq!(moved.heading(), "Appointment booked");
        // What only the desk books is moved there, and the page says so with its number.
        sql("update visit_reason set active = $2, minutes = 20 where id = $1").bind(reason).bind(true).run(&clinic.app.db).await.unwrap();
        let later = clinic.slot(doctor, 240, 2, 1).await;
        let desk = clinic.books(patient, later, reason).await;
        let page = ada.get(&paths::of(paths::MY_MOVE, desk)).await;
        assert_eq!(page.expect(200).heading(), "This appointment cannot be moved here");
        assert!(page.text("#desk").starts_with("The desk can move it for you."), "{}", page.body);
        let refused = ada.submit(&ada.get(&check_path(desk, old)).await, "main form", &[]).await;
        assert_eq!(refused.expect(409).heading(), "This appointment cannot be moved here");
        assert_eq!(clinic.appointment_state(desk).await, "booked");
    }

    async fn a_reason_that_is_given_up_midway_is_chosen_again(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let (gone, stays) = (clinic.visit_reason("Travel advice", 20).await, clinic.visit_reason("I feel ill", 20).await);
        let slot = clinic.slot(doctor, 60, 2, 1).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let days = ada.get(&format!("{}?reason={gone}", paths::BOOK_DAY)).await;
        let times = ada.get(&days.links(".slots.days a").remove(0)).await;
        let held = ada.submit(&times, "main form", &[("slot", &slot.to_string()), ("op", "0123456789abcdef")]).await;
        let check = ada.follow(held.expect(303).clone()).await;
        let give_up = sql("update visit_reason set active = $2 where id = $1");
        give_up.bind(gone).bind(false).run(&clinic.app.db).await.unwrap();

        let word = "The reason you chose cannot be booked online any more. Choose another";
        let lost = ada.submit(&times, "main form", &[("slot", &slot.to_string()), ("op", "0123456789abcdeg")]).await;
        assert_eq!(lost.expect(422).errors(), [word]);
        assert!(lost.has(&format!("input[value='{stays}']")) && !lost.has(&format!("input[value='{gone}']")));
        for step in [paths::BOOK_DAY.to_owned(), format!("{}?day=2026-11-09", paths::BOOK_TIME)] {
            let join = if step.contains('?') { '&' } else { '?' };
            assert_eq!(ada.get(&format!("{step}{join}reason={gone}")).await.expect(422).errors(), [word], "{step}");
        }
        // For the place that is kept, an old page offers it still.
        let change = check.links("main a").into_iter().find(|link| link.ends_with("/reason")).unwrap();
        let page = ada.get(&change).await;
        let refused = ada.submit(&page, "main form", &[("reason", &gone.to_string()), ("words", "Since Sunday")]).await;
        assert_eq!(refused.expect(422).errors(), [word]);
        assert!(refused.body.contains("Since Sunday"));
        // What was kept with it is booked all the same.
        let booked = ada.submitted(&check, "main form", &[]).await;
        assert_eq!(booked.heading(), "Appointment booked");
    }

    async fn cancelling_frees_the_place_exactly_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 60, 3, 3).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let check = ada.follow(choose(&ada, &reason, "2026-11-09", slot).await).await;
        let mine = ada.submitted(&check, "main form", &[]).await.path;
        let ask = ada.get(&format!("{mine}/cancel")).await;
        assert!(ask.body.contains("late cancellation"));
        let ask_again = ada.get(&format!("{mine}/cancel")).await;
        let (one, two) = tokio::join!(ada.submit(&ask, "main form", &[]), ada.submit(&ask_again, "main form", &[]));
        let mut both = [one.status, two.status];
        both.sort_unstable();
        assert_eq!(both, [303, 422]);
        assert_eq!(clinic.taken(slot).await, (0, 0));
        let file = ada.get(&format!("{mine}/calendar.ics")).await;
        assert!(file.body.contains("METHOD:CANCEL\r\n") && file.body.contains("STATUS:CANCELLED"), "{}", file.body);
    }

    async fn what_is_not_ones_own_or_no_day_at_all_does_not_exist(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 60, 3, 3).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let (_, ben) = clinic.someone("Ben Eze").await;
        let check = ada.follow(choose(&ada, &reason, "2026-11-09", slot).await).await;
        ben.get(&check.path).await.expect(404);
        let mine = ada.submitted(&check, "main form", &[]).await.path;
        for path in [mine.clone(), format!("{mine}/cancel"), format!("{mine}/move"), format!("{mine}/calendar.ics")] {
            ben.get(&path).await.expect(404);
        }
        let page = ben.get(paths::MY_APPOINTMENTS).await;
        assert!(!page.body.contains(&mine));
        ben.post(&format!("{mine}/cancel"), &[("op", "0123456789abcdef")]).await.expect(404);
        assert_eq!(clinic.appointment_state(id_of(&mine)).await, "booked");
        for day in ["2026-02-30", "tomorrow", "", "%2B262142-12-31"] {
            ada.get(&format!("{}?reason={reason}&day={day}", paths::BOOK_TIME)).await.expect(404);
        }
        ada.get("/my/appointments/x").await.expect(404);
        ada.get(&format!("{}?reason=99", paths::BOOK_DAY)).await.expect(422);
        clinic.receptionist().await.get(paths::BOOK).await.expect(403);
    }

    async fn a_time_that_has_passed_cannot_be_booked(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await.to_string();
        let slot = clinic.slot(doctor, 30, 3, 3).await;
        let (_, ada) = clinic.someone("Ada Obi").await;
        let times = ada.get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
        clinic.wait_minutes(24);
        let times = if times.status == 200 { times } else { ada.get(&times.path).await };
        clinic.wait_minutes(20);
        let (_, ben) = clinic.someone("Ben Eze").await;
        let late = ben.submit(&times, "main form", &[("slot", &slot.to_string())]).await;
        assert_eq!(late.status, 409, "{}", late.body);
        assert_eq!(clinic.taken(slot).await, (0, 0));
    }
}

fn check_path(id: AppointmentId, slot: SlotId) -> String {
    format!("{}?slot={slot}", paths::of(paths::MY_MOVE_CHECK, id))
}
