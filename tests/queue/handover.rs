//! Passing a token on to a doctor by name (QU4).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::EntryState;
use infirmary::web::form::new_op;
use infirmary::web::paths::queue as paths;

/// The values that the transfer form on a page offers.
fn offered(page: &crate::support::Seen) -> Vec<String> {
    let document = scraper::Html::parse_document(&page.body);
    let radios = scraper::Selector::parse("[data-transfer] input[type=radio]").unwrap();
    document.select(&radios).filter_map(|radio| radio.value().attr("value")).map(str::to_owned).collect()
}

both! {
    async fn a_nurse_passes_a_token_on_to_one_of_the_doctors_who_work_today(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let room = clinic.room(consulting, "Room 2").await;
        let (first, one) = clinic.doctor_named("Dr First").await;
        let (second, two) = clinic.doctor_named("Dr Second").await;
        let absent = clinic.staff("Dr Absent", &[Role::Doctor]).await;
        let page = one.get(&paths::station_at(consulting)).await;
        one.submit(&page, "main form", &[("place", &format!("{consulting}-{room}"))]).await.expect(303);
        let hours = clinic.slot(second, 120, 2, 1).await;
        sql("update slot set room_id = $1 where id = $2").bind(room).bind(hours).run(&clinic.app.db).await.unwrap();

        let ada = clinic.walk_in("Ada Obi").await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = nurse.get(&paths::board(triage)).await;
        let page = nurse.submitted(&page, "#call-next", &[]).await;
        let page = nurse.submitted(&page, "[data-move=start]", &[]).await;
        let wanted = [format!("{consulting}-any"), format!("{consulting}-{first}"), format!("{consulting}-{second}"), lab.to_string()];
        assert_eq!(offered(&page), wanted);
        assert!(page.text("[data-transfer]").contains("Dr Second, Consulting"));
        let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");

        let to = format!("{consulting}-{absent}");
        let refused = nurse.submit(&page, "[data-transfer]", &[("to", &to), ("op", "0123456789abcdef")]).await;
        assert!(refused.expect(409).text("#refused").contains("does not work at Consulting today"));
        for nonsense in ["-", "x", "999", "3-x", "999-any"] {
            let op = format!("nonsense-transfer-{nonsense}-op");
            let seen = nurse.submit(&page, "[data-transfer]", &[("to", nonsense), ("op", &op)]).await;
            assert!([404, 409, 422].contains(&seen.status), "{nonsense}: {}", seen.status);
        }
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::InService);
        let to = format!("{consulting}-{second}");
        let fields = [("to", to.as_str())];
        let (here, there) = tokio::join!(
            nurse.submit(&page, "[data-transfer]", &fields), nurse.submit(&page, "[data-transfer]", &fields));
        assert_eq!(here.expect(303).leads_to(), there.expect(303).leads_to());
        assert_eq!(clinic.count("select count(*) from queue_entry").await, 2);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.transferred'").await, 1);

        let board = one.get(&paths::board(consulting)).await;
        assert!(board.texts("td.why")[0].ends_with("for Dr Second"), "{:?}", board.texts("td.why"));
        let none = one.submitted(&board, "#call-next", &[]).await;
        assert!(none.text(".notice[data-kind=ok]").contains("Nobody waits"));
        one.submit(&board, "[data-call]", &[]).await.expect(409);
        let board = two.get(&paths::board(consulting)).await;
        let board = two.submitted(&board, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
        let entry = clinic.entry_of(ada.visit).await.0;
        let again = one.post(&paths::moves(entry), &[("op", "0123456789abcdeg"), ("move", "recall")]).await;
        again.expect(409);
        two.submit(&board, "[data-move=recall]", &[]).await.expect(303);
    }

    async fn a_step_that_is_refused_shows_its_menu_open_with_what_was_typed(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let has_open = |seen: &crate::support::Seen, step: &str| seen.has(&format!("details[open] > [{step}]"));
        assert!(!has_open(&page, "data-move=park"));

        let long = "x".repeat(121);
        for (typed, wrong) in [("", "Enter why the token is parked"), (long.as_str(), "Shorten this to 120")] {
            let seen = doctor.submit(&page, "[data-move=park]", &[("reason", typed), ("op", &new_op())]).await;
            assert!(seen.expect(422).text(&format!("#park-{entry}-error")).contains(wrong));
            assert!(seen.text("#error-summary").contains(wrong), "{}", seen.body);
            assert!(has_open(&seen, "data-move=park") && !has_open(&seen, "data-transfer"));
            assert_eq!(seen.form("[data-move=park]", &[]).1.iter().find(|(name, _)| name == "reason").unwrap().1, typed);
        }
        let seen = doctor.submit(&page, "[data-transfer]", &[("op", &new_op())]).await;
        assert!(seen.expect(422).text(&format!("#to-{entry}-error")).contains("Choose where the token goes"));
        assert!(has_open(&seen, "data-transfer"));

        // A colleague raises the priority meanwhile: the words stay, and sending them again is a decision.
        let desk = clinic.receptionist().await;
        let own = desk.get(&paths::entry(entry)).await;
        desk.submit(&own, "#priority-form", &[("priority", "raised"), ("reason", "Fever")]).await.expect(303);
        let fields = [("reason", "Fetches a result"), ("op", "0123456789abcdef")];
        let seen = doctor.submit(&page, "[data-move=park]", &fields).await;
        assert!(seen.expect(409).text("#refused").contains("changed"), "{}", seen.text("#refused"));
        assert!(has_open(&seen, "data-move=park"));
        let seen = doctor.submitted(&seen, "[data-move=park]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Parked);
        assert!(seen.text("td.why").starts_with("Raised. Fetches a result"));

        // On the token's own page likewise.
        let cashier = clinic.signed_in("femi cash", &[Role::Cashier]).await;
        let old = [("version", "0"), ("reason", "Said so at the door"), ("op", "0123456789abcdeg")];
        let own = cashier.get(&paths::entry(entry)).await;
        let seen = cashier.submit(&own, "[data-move=leave]", &old).await;
        assert!(seen.expect(409).has("#refused") && has_open(&seen, "data-move=leave"), "{}", seen.body);
        cashier.submit(&seen, "[data-move=leave]", &[]).await.expect(303);
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Left);
    }

    async fn a_doctor_hands_over_to_a_colleague_and_the_place_in_the_line_stays(clinic) {
        let consulting = clinic.point("Consulting", "consulting").await;
        let room = clinic.room(consulting, "Room 2").await;
        let (first, one) = clinic.doctor_named("Dr First").await;
        let (second, two) = clinic.doctor_named("Dr Second").await;
        for (browser, _) in [(&one, first), (&two, second)] {
            let page = browser.get(&paths::station_at(consulting)).await;
            browser.submit(&page, "main form", &[("place", &format!("{consulting}-{room}"))]).await.expect(303);
        }
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, first, 0).await;
        let ada = clinic.arrived(ada).await;
        clinic.wait_minutes(3);
        clinic.walk_in("Later Walk").await;
        let page = one.get(&paths::board(consulting)).await;
        let page = one.submitted(&page, "#call-next", &[]).await;
        let page = one.submitted(&page, "[data-move=start]", &[]).await;
        assert_eq!(offered(&page), [format!("{consulting}-any"), format!("{consulting}-{second}")]);
        let to = format!("{consulting}-{second}");
        one.submit(&page, "[data-transfer]", &[("to", &to)]).await.expect(303);
        let kept = "select count(*) from queue_entry n join queue_entry o on o.id = n.coming_from where n.arrived_at = o.arrived_at and n.booked_at = o.booked_at";
        assert_eq!(clinic.count(kept).await, 1);
        let board = two.get(&paths::board(consulting)).await;
        assert_eq!(board.texts("#queue .plate")[0], ada.token);
        let board = two.submitted(&board, "#call-next", &[]).await;
        assert!(board.text(".now .plate").contains(&ada.token));
        let entry = two.get(&paths::entry(clinic.entry_of(ada.visit).await.0)).await;
        assert_eq!(offered(&entry), ["back".to_owned(), format!("{consulting}-any"), format!("{consulting}-{first}")]);
        let queries: u32 = entry.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        let to = format!("{consulting}-any");
        two.submit(&board, "[data-transfer]", &[("to", &to)]).await.expect(303);
        let page = one.get(&paths::board(consulting)).await;
        one.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called, "anyone may call now");
    }

    async fn nobody_is_called_to_a_room_that_was_closed_or_moved(clinic) {
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let room = clinic.room(consulting, "Room 2").await;
        clinic.room(consulting, "Room 3").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let page = doctor.get(&paths::station_at(consulting)).await;
        doctor.submit(&page, "main form", &[("place", &format!("{consulting}-{room}"))]).await.expect(303);
        let ada = clinic.walk_in("Ada Obi").await;
        let board = doctor.get(&paths::board(consulting)).await;
        for (point, active) in [(consulting, false), (lab, true)] {
            let change = sql("update room set point_id = $2, active = $3 where id = $1").bind(room).bind(point).bind(active);
            change.run(&clinic.app.db).await.unwrap();
            let refused = doctor.submit(&board, "#call-next", &[]).await;
            assert!(refused.expect(409).text("#refused").contains("Choose your room"), "{}", refused.body);
            assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        }
        let back = sql("update room set point_id = $2 where id = $1").bind(room).bind(consulting);
        back.run(&clinic.app.db).await.unwrap();
        let board = doctor.get(&paths::board(consulting)).await;
        doctor.submit(&board, "#call-next", &[]).await.expect(303);
        let moved = sql("update room set point_id = $2 where id = $1").bind(room).bind(lab).run(&clinic.app.db).await;
        assert!(moved.unwrap_err().violates("room_people"), "nobody was sent there");
    }
}
