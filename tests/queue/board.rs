//! The staff board: each button, the order, passing on.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::{EntryState, Priority, VisitId};
use infirmary::queue::verbs::check_in::Arrival;
use infirmary::web::paths::queue as paths;

both! {
    async fn each_button_makes_its_move(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let board = paths::board(point);
        let page = doctor.get(&board).await;
        let seen = doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
        assert!(seen.text(".now").contains("Called to Room 2"));
        assert!(seen.text(".now").contains("just now") && !seen.text(".now").contains("0 min ago"));
        let seen = doctor.submitted(&seen, "[data-move=start]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::InService);
        doctor.submit(&seen, "[data-move=park]", &[]).await.expect(422);
        let seen = doctor.submitted(&seen, "[data-move=park]", &[("reason", "Fetches a result")]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Parked);
        assert!(seen.text("td.why").starts_with("Fetches a result, parked "));
        assert!(seen.text("td.why").ends_with(", was with Dr Nwosu"), "{}", seen.text("td.why"));
        let seen = doctor.submitted(&seen, "[data-move=unpark]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let seen = doctor.submitted(&seen, "[data-call]", &[]).await;
        let seen = doctor.submitted(&seen, "[data-move=miss]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Missed);
        let seen = doctor.submitted(&seen, "[data-move=bring_back]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let seen = doctor.submitted(&seen, "#call-next", &[]).await;
        let seen = doctor.submitted(&seen, "[data-move=return_to_waiting]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let seen = doctor.submitted(&seen, "[data-call]", &[]).await;
        let seen = doctor.submitted(&seen, "[data-move=start]", &[]).await;
        clinic.decided().await;
        let seen = doctor.submitted(&seen, "[data-move=finish]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Done);
        assert!(seen.has("#undo"));
        assert_eq!(clinic.count("select count(*) from visit where close_reason = 'finished'").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_event").await, 13);
        assert_eq!(clinic.count("select count(*) from audit_entry where action like 'queue.%'").await, 12);
        let queries: u32 = doctor.get(&board).await.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
    }

    async fn a_move_that_the_state_forbids_is_refused_with_how_it_stands(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let address = paths::moves(entry);
        for (made, why) in [("start", "started"), ("finish", "finished"), ("miss", "missed"), ("unpark", "taken up")] {
            let op = format!("forbidden-move-{made}-op");
            let seen = doctor.post(&address, &[("op", &op), ("move", made)]).await;
            seen.expect(409);
            assert!(seen.text("#refused").contains(why), "{}", seen.text("#refused"));
        }
        doctor.post(&address, &[("op", "0123456789abcdef"), ("move", "fly")]).await.expect(400);
        let stale = doctor.post(&address, &[("op", "0123456789abcdeg"), ("move", "leave"), ("version", "9")]).await;
        stale.expect(409);
        assert!(stale.text("#refused").contains("changed by a colleague"));
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        doctor.post("/queues/entries/999/moves", &[("op", "0123456789abcdeh"), ("move", "leave")]).await.expect(404);
        doctor.get("/queues/999").await.expect(404);
        doctor.get("/queues/nonsense").await.expect(404);
        let admin = clinic.administrator().await;
        admin.get(&paths::board(point)).await.expect(200);
        admin.post(&address, &[("op", "0123456789abcdei"), ("move", "leave")]).await.expect(403);
    }

    async fn the_order_is_emergency_booked_raised_walk_in_and_early_last(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let mut expected = Vec::new();
        let walk_in = clinic.walk_in("Wale Walk").await;
        clinic.wait_minutes(1);
        let early = clinic.visitor("Eke Early").await;
        clinic.booking(early, id, 50).await;
        let early = clinic.arrived(early).await;
        let booked = clinic.visitor("Bola Booked").await;
        clinic.booking(booked, id, 1).await;
        let booked = clinic.arrived(booked).await;
        clinic.wait_minutes(1);
        let emergency = clinic.visitor("Emeka Urgent").await;
        let sooner = Arrival { priority: Priority::Emergency, reason: "Bleeding".into(), ..Arrival::at_desk(emergency) };
        let emergency = clinic.arrives(sooner).await;
        for here in [&emergency, &booked, &walk_in, &early] {
            expected.push(here.token.clone());
        }
        let page = doctor.get(&paths::board(point)).await;
        assert_eq!(page.texts("#queue .plate"), expected);
        assert!(page.texts("td.why")[0].starts_with("Emergency: Bleeding"));
        let mut page = page;
        for here in [emergency, booked, walk_in, early] {
            page = doctor.submitted(&page, "#call-next", &[]).await;
            assert_eq!(clinic.state_of(here.visit).await, EntryState::Called, "{}", here.token);
        }
        let none = doctor.submitted(&page, "#call-next", &[]).await;
        assert!(none.text(".notice[data-kind=ok]").contains("Nobody waits"));
    }

    async fn booked_patients_wait_for_their_doctor_and_others_for_anyone(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (first, _) = clinic.doctor_named("Dr First").await;
        let (_, second) = clinic.doctor_named("Dr Second").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, first, 0).await;
        let ada = clinic.arrived(ada).await;
        let walk_in = clinic.walk_in("Wale Walk").await;
        let page = second.get(&paths::board(point)).await;
        let seen = second.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(walk_in.visit).await, EntryState::Called);
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let refused = second.submit(&seen, "[data-call]", &[]).await;
        refused.expect(409);
        assert!(refused.text("#refused").contains("particular doctor"));
    }

    async fn q5_an_emergency_is_called_by_whoever_is_there_whoever_was_booked(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (first, _) = clinic.doctor_named("Dr First").await;
        let (_, second) = clinic.doctor_named("Dr Second").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, first, 0).await;
        let sooner = Arrival { priority: Priority::Emergency, reason: "Asthma".into(), ..Arrival::at_desk(ada) };
        let ada = clinic.arrives(sooner).await;
        let page = second.get(&paths::board(point)).await;
        let called = second.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
        let back = second.submitted(&called, "[data-move=return_to_waiting]", &[]).await;
        second.submitted(&back, "[data-call]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn a_token_and_a_visit_go_through_all_points_and_back_to_the_same_doctor(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let attendant = clinic.signed_in("lab", &[Role::LabAttendant]).await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, id, 5).await;
        let ada = clinic.arrived(ada).await;
        let page = nurse.get(&paths::board(triage)).await;
        let page = nurse.submitted(&page, "#call-next", &[]).await;
        let page = nurse.submitted(&page, "[data-move=start]", &[]).await;
        nurse.submit(&page, "[data-done]", &[]).await.expect(303);
        clinic.wait_minutes(6);
        let page = doctor.get(&paths::board(consulting)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        assert_eq!(clinic.count("select count(*) from appointment where state = 'in_service'").await, 1);
        let to = lab.to_string();
        doctor.submit(&page, "[data-transfer]", &[]).await.expect(422);
        // Whoever puts the token aside meanwhile is not whom the patient goes back to.
        let desk = clinic.receptionist().await;
        let moves = format!("{}/moves", paths::entry(clinic.entry_of(ada.visit).await.0));
        for (op, made) in [("0123456789abcdpk", "park"), ("0123456789abcdun", "unpark")] {
            desk.post(&moves, &[("op", op), ("move", made), ("reason", "Fetches a paper")]).await.expect(303);
        }
        let page = doctor.get(&paths::board(consulting)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        doctor.submit(&page, "[data-transfer]", &[("to", &to), ("op", "0123456789abcdef")]).await.expect(303);
        let other = clinic.walk_in("Later Walk").await;
        let done = paths::transfers(clinic.entry_of(other.visit).await.0);
        nurse.post(&done, &[("op", "0123456789abcdeg"), ("to", &consulting.to_string())]).await.expect(303);
        clinic.wait_minutes(5);
        let page = attendant.get(&paths::board(lab)).await;
        let page = attendant.submitted(&page, "#call-next", &[]).await;
        let page = attendant.submitted(&page, "[data-move=start]", &[]).await;
        assert!(page.text("[data-transfer]").contains("Back to Dr Nwosu"));
        attendant.submit(&page, "[data-transfer]", &[("to", "back")]).await.expect(303);
        let page = doctor.get(&paths::board(consulting)).await;
        assert_eq!(page.texts("#queue .plate"), [ada.token.as_str(), other.token.as_str()], "keeps the old place");
        assert_eq!(page.texts("#queue .tag")[0], "Back from lab");
        assert_eq!(clinic.count("select count(*) from visit").await, 2);
        let gaps = clinic.count("select count(*) from queue_entry n join queue_entry o on o.id = n.coming_from where n.entered_at <> o.ended_at").await;
        assert_eq!(gaps, 0, "the new entry begins when the old one ends");
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
        clinic.decided().await;
        doctor.submitted(&page, "[data-move=finish]", &[]).await;
        assert_eq!(clinic.count("select count(*) from appointment where state = 'fulfilled'").await, 1);
    }

    async fn who_missed_the_calls_comes_back_behind_the_next_two(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let missed = clinic.walk_in("Mary Missed").await;
        let page = doctor.get(&paths::board(point)).await;
        let mut page = doctor.submitted(&page, "#call-next", &[]).await;
        for _ in 0..2 {
            page = doctor.submitted(&page, "[data-move=recall]", &[]).await;
            assert_eq!(clinic.state_of(missed.visit).await, EntryState::Called);
        }
        page = doctor.submitted(&page, "[data-move=recall]", &[]).await;
        assert_eq!(clinic.state_of(missed.visit).await, EntryState::Missed, "above the most calls");
        assert_eq!(clinic.count("select count(*) from announcement").await, 3);
        for name in ["One Walk", "Two Walk", "Three Walk"] {
            clinic.wait_minutes(1);
            clinic.walk_in(name).await;
        }
        doctor.submitted(&page, "[data-move=bring_back]", &[]).await;
        let page = doctor.get(&paths::board(point)).await;
        assert_eq!(page.texts("#queue .plate"), ["A002", "A003", "A001", "A004"]);
    }

    async fn a_paused_queue_calls_nobody_and_says_why(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let page = doctor.get(&paths::board(point)).await;
        doctor.submit(&page, "#pause", &[]).await.expect(422);
        let paused = doctor.submitted(&page, "#pause", &[("reason", "Break until 11:15"), ("op", "0123456789abcdef")]).await;
        assert!(paused.text("#paused").contains("Break until 11:15"));
        let refused = doctor.submit(&page, "#call-next", &[]).await;
        refused.expect(409);
        assert!(refused.text("#refused").contains("is paused"));
        let place = clinic.browser().get(&paths::place(&ada.slip_code)).await;
        assert!(place.text("#paused").contains("Break until 11:15"));
        assert!(!place.has("#range"));
        let going = doctor.submitted(&paused, "#resume", &[]).await;
        doctor.submitted(&going, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn a_priority_needs_a_reason_and_moves_the_token_up(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        clinic.walk_in("First Walk").await;
        let second = clinic.walk_in("Second Walk").await;
        let address = paths::entry(clinic.entry_of(second.visit).await.0);
        let page = nurse.get(&address).await;
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.entry_opened'").await, 1);
        nurse.submit(&page, "#priority-form", &[("priority", "emergency")]).await.expect(422);
        let seen = nurse.submitted(&page, "#priority-form", &[("priority", "emergency"), ("reason", "Chest pain"), ("op", "0123456789abcdef")]).await;
        assert_eq!(seen.texts("#queue .plate"), ["A002", "A001"]);
        let again = nurse.post(&paths::priority(clinic.entry_of(second.visit).await.0),
            &[("op", "0123456789abcdeg"), ("priority", "normal"), ("reason", "Better"), ("version", "1")]).await;
        again.expect(409);
        assert!(again.has("#refused"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.priority_changed'").await, 1);
        let pharmacist = clinic.signed_in("pharmacy", &[Role::Pharmacist]).await;
        let address = paths::priority(clinic.entry_of(second.visit).await.0);
        pharmacist.post(&address, &[("op", "0123456789abcdeh")]).await.expect(403);
        let _ = point;
    }

    async fn a_key_is_one_buttons_and_the_latest_calls(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        for name in ["Ada Obi", "Bisi Ojo", "Chidi Eze", "Dayo Ala"] {
            clinic.walk_in(name).await;
            clinic.wait_minutes(1);
        }
        let mut seen = doctor.get(&paths::board(point)).await;
        for step in ["#call-next", "[data-move=start]", "#call-next", "[data-move=start]", "#call-next", "#call-next"] {
            seen = doctor.submitted(&seen, step, &[]).await;
            clinic.wait_minutes(1);
        }
        for key in ["Alt+N", "Alt+S", "Alt+A", "Alt+E", "Alt+C", "Alt+Z"] {
            let pressed = seen.texts(&format!("[aria-keyshortcuts='{key}']"));
            assert!(pressed.len() <= 1, "{key}: {pressed:?}");
        }
        let of = |token: &str| seen.texts("section.now").into_iter().filter(|one| one.contains(token)).collect::<String>();
        assert!(of("A002").contains("Alt E") && !of("A001").contains("Alt"), "{} | {}", of("A002"), of("A001"));
        assert!(of("A004").contains("Alt C") && !of("A003").contains("Alt"), "{} | {}", of("A004"), of("A003"));
    }

    async fn a_patients_panel_opens_beside_the_board_and_the_trail_knows(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        clinic.walk_in("Ada Obi").await;
        let page = nurse.get(&paths::board(point)).await;
        let open = nurse.get(&page.links("td.who a")[0]).await;
        assert_eq!(open.text("#panel .patient h2"), "Ada Obi");
        assert!(open.text("#panel .timeline").contains("Checked in, Triage"));
        assert!(open.has("#queue tr[aria-current]"));
        let queries: u32 = open.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.entry_opened' and patient_id is not null").await, 1);
        nurse.get(&format!("{}?entry=999", paths::board(point))).await.expect(303);
    }

    async fn one_chooses_the_room_to_call_to(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Room 1").await;
        let second = clinic.room(point, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        clinic.walk_in("Ada Obi").await;
        let page = doctor.get(&paths::board(point)).await;
        let asked = doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(asked.heading(), "Where I work today");
        doctor.submit(&asked, "main form", &[("place", "999-1")]).await.expect(422);
        let board = doctor.submitted(&asked, "main form", &[("place", &format!("{point}-{second}")), ("op", "0123456789abcdef")]).await;
        let called = doctor.submitted(&board, "#call-next", &[]).await;
        assert!(called.text(".now").contains("Called to Room 2"));
        let overview = doctor.get("/queues").await;
        assert!(overview.text("#overview tbody tr").contains("A001 Room 2"), "{}", overview.text("#overview tbody tr"));
    }

    async fn what_doctors_are_told_ends_with_its_visit_and_the_newest_stand_first(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let old = clinic.walk_in("Old Case").await;
        let tell = async |visit: VisitId, about: i64, words: &str| {
            sql("insert into attention (visit_id, patient_id, kind, about_id, rank, words, at)
                 select id, patient_id, 'early_warning', $2, 8, $3, opened_at from visit where id = $1")
                .bind(visit).bind(about).bind(words).run(&clinic.app.db).await.unwrap();
        };
        for about in 1..=22 {
            tell(old.visit, about, &format!("NEWS2 8: old {about}")).await;
        }
        let shown = async || doctor.get(&paths::board(point)).await;
        assert!(shown().await.text("#more-attention").starts_with("2 more patients wait"));
        // The day is over: nothing of it hides what is new.
        clinic.wait_minutes(60 * 24);
        clinic.run_job("close_the_day").await;
        clinic.sign_in(&doctor, "dr nwosu").await;
        let new = clinic.walk_in("New Case").await;
        tell(new.visit, 30, "NEWS2 8: first").await;
        tell(new.visit, 31, "NEWS2 8: second").await;
        let told = shown().await;
        let lines = told.texts("[id^=attention-] a");
        assert_eq!(lines, [format!("{} NEWS2 8: second", new.token), format!("{} NEWS2 8: first", new.token)]);
        assert!(!told.has("#more-attention"));
        let (entry, _) = clinic.entry_of(new.visit).await;
        let left = [("op", "0123456789abcdef"), ("move", "leave"), ("reason", "Went home")];
        doctor.post(&paths::moves(entry), &left).await.expect(303);
        assert!(!shown().await.has("[id^=attention-]"));
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdeg"), ("move", "undo")]).await.expect(303);
        assert_eq!(shown().await.texts("[id^=attention-] a").len(), 2, "taken back, it stands again");
    }

    async fn the_words_of_a_reason_are_read_by_those_who_treat_and_stay_out_of_the_trail(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ill = clinic.visitor("Emeka Urgent").await;
        let sooner = Arrival { priority: Priority::Emergency, reason: "Vomits blood".into(), ..Arrival::at_desk(ill) };
        let here = clinic.arrives(sooner).await;
        let board = doctor.get(&paths::board(point)).await;
        let board = doctor.submitted(&board, "#call-next", &[]).await;
        doctor.submit(&board, "[data-move=park]", &[("reason", "Waits for the HIV test")]).await.expect(303);
        let (entry, _) = clinic.entry_of(here.visit).await;
        let pages = [paths::board(point), paths::board_with(point, entry), paths::entry(entry)];
        let words = ["Vomits blood", "HIV"];
        let desk = clinic.receptionist().await;
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        let admin = clinic.administrator().await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        for page in &pages {
            for browser in [&desk, &cashier, &admin] {
                let seen = browser.get(page).await;
                assert!(!words.iter().any(|word| seen.expect(200).body.contains(word)), "{page}: {}", seen.body);
                assert!(seen.body.contains("Parked"), "{page}: the category is there");
            }
            for browser in [&doctor, &nurse] {
                assert!(browser.get(page).await.body.contains("HIV"), "{page}");
            }
        }
        assert!(doctor.get(&paths::entry(entry)).await.body.contains("Vomits blood"));
        // Who writes such words reads them again, whatever the role.
        let form = desk.get(&paths::entry(entry)).await;
        assert!(form.body.contains("Colleagues who treat read this. Others see the category only"));
        desk.submit(&form, "#priority-form", &[("priority", "raised"), ("reason", "Better now, walks")]).await.expect(303);
        assert!(desk.get(&paths::entry(entry)).await.text("#history").contains("Better now, walks"));
        assert!(!cashier.get(&paths::entry(entry)).await.body.contains("Better now"));
        assert!(cashier.get(&paths::entry(entry)).await.text("#history").contains("Raised"));
        for word in ["Vomits", "HIV", "Better now"] {
            let text = format!("%{word}%");
            let kept: i64 = sql("select count(*) from audit_entry where detail like $1").bind(&text).scalar(&clinic.app.db).await.unwrap();
            assert_eq!(kept, 0, "{word} is in the trail");
        }
        assert_eq!(clinic.count("select count(*) from audit_entry where detail like '%\"reason\":\"given\"%'").await, 3);
    }
}
