//! The front page of staff: what each person does next.

mod find;
mod offline;

use infirmary::access::model::Role;
use infirmary::billing::model::ChargeKind;
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::PARACETAMOL;

both! {
    async fn a_recalled_medicine_is_told_also_to_who_waits_here(clinic) {
        let counter = clinic.counter(&[PARACETAMOL]).await;
        clinic.shelf("paracetamol-500mg-tablet", "PA1", 300, 100).await;
        counter.gives(&[]).await.expect(303);
        sql("update stock_batch set recall_reason = 'Wrong strength', recalled_at = received_at where number = 'PA1'")
            .run(&clinic.app.db).await.unwrap();
        let point = clinic.point("Pharmacy", "pharmacy").await;
        sql("insert into queue_entry (visit_id, patient_id, point_id, day, state, arrived_at, entered_at)
             select id, patient_id, $2, day, 'waiting', opened_at, opened_at from visit where patient_id = $1")
            .bind(counter.room.patient).bind(point).run(&clinic.app.db).await.unwrap();
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        let home = phone.get(paths::HOME).await;
        assert!(home.has("#now[data-stream]"), "a token waits");
        assert!(home.text(".notice[data-kind=danger]").contains("batch PA1"), "{}", home.body);
    }

    async fn an_administrator_sees_what_is_not_finished(clinic) {
        let admin = clinic.administrator().await;
        let fresh = admin.get(paths::HOME).await.texts(".links strong");
        assert_eq!(fresh, ["Set up where doctors see patients", "Add the doctors", "Set the reasons of visits",
            "Set the price of a consultation"]);
        clinic.point("Consulting", "consulting").await;
        let (nwosu, _) = clinic.doctor_named("Dr Nwosu").await;
        let today = clinic.app.clinic().day_of(clinic.app.clock.now());
        sql("insert into availability (doctor_id, weekday, starts, ends, slot_minutes, capacity, public_capacity, valid_from)
             values ($1, 1, $3, $4, 15, 1, 1, $2)").bind(nwosu).bind(today)
            .bind("09:00".parse::<chrono::NaiveTime>().unwrap()).bind("12:00".parse::<chrono::NaiveTime>().unwrap()).run(&clinic.app.db).await.unwrap();
        sql("insert into visit_reason (name, minutes) values ('Fever', 10)").run(&clinic.app.db).await.unwrap();
        sql("insert into price (kind, service, amount, from_day, set_name, set_at) values ('consultation', 0, 0, $1, 'x', $2)")
            .bind(today).bind(clinic.app.clock.now())
            .run(&clinic.app.db).await.unwrap();
        let page = admin.get(paths::HOME).await;
        assert!(page.text("main").contains("Nothing is waiting for you"), "{}", page.body);

        let bello = clinic.staff("bello", &[Role::Doctor]).await;
        sql("update account set password_hash = null where id = $1").bind(bello).run(&clinic.app.db).await.unwrap();
        sql("insert into display (name, paired_at, seen_at, created_at) values ('Waiting room', $1, $1, $1)")
            .bind(clinic.app.clock.now())
            .run(&clinic.app.db)
            .await
            .unwrap();
        let page = admin.get(paths::HOME).await;
        let todo = page.texts(".links strong");
        assert_eq!(todo, ["1 doctor has no weekly hours", "1 member of staff has no password"]);
        let queries: u32 = page.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");

        clinic.app.clock.advance(chrono::TimeDelta::minutes(9));
        admin.get(paths::HOME).await.expect(200);
        clinic.app.clock.advance(chrono::TimeDelta::minutes(2));
        assert_eq!(admin.get(paths::HOME).await.texts(".links strong")[0], "1 screen shows nothing");
    }

    async fn others_see_their_station_and_not_the_administrators_list(clinic) {
        clinic.point("Triage", "triage").await;
        clinic.staff("bello", &[Role::Doctor]).await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let page = nurse.get(paths::HOME).await;
        assert!(page.texts(".links strong").is_empty());
        assert!(!page.text("main").contains("Needs an administrator"));
    }

    async fn a_patients_home_follows_the_token_by_itself(clinic) {
        let point = clinic.point("Triage", "triage").await;
        clinic.room(point, "Room 1").await;
        let ada = clinic.visitor("Ada Obi").await;
        let phone = clinic.phone_of(ada).await;
        let idle = phone.get(paths::HOME).await;
        assert!(!idle.has("body[data-live]") && !idle.has("noscript") && !idle.body.contains("live.js"), "nothing to follow");
        let here = clinic.arrived(ada).await;
        let home = phone.get(paths::HOME).await;
        assert_eq!(home.attribute("body", "data-live"), Some(paths::queue::place_live(&here.slip_code, point)));
        assert_eq!(home.attribute("#now", "data-part").as_deref(), Some(paths::HOME_NOW));
        assert!(home.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"15; url=/?by=itself\"></noscript>"));
        assert!(home.has("#news[role=status]") && home.body.contains("js/live"));
        assert_eq!(home.texts("#now h1"), ["You are next"]);
        // A recalled medicine is asked for besides, on the page alone.
        for (path, most) in [(paths::HOME, 7), (paths::HOME_NOW, 6)] {
            let queries: u32 = phone.get(path).await.headers["x-queries"].to_str().unwrap().parse().unwrap();
            assert!(queries <= most, "{path}: {queries}");
        }
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let board = nurse.get(&paths::queue::board(point)).await;
        let board = nurse.submitted(&board, "#call-next", &[]).await;
        let part = phone.get(paths::HOME_NOW).await;
        assert_eq!(part.texts("#now h1"), ["Go to Room 1"]);
        assert!(!part.has("header"), "a part, not a page");
        assert_eq!(part.attribute("#now", "data-news").as_deref(), Some("Go to Room 1"));
        let board = nurse.submitted(&board, "[data-move=start]", &[]).await;
        clinic.decided().await;
        nurse.submitted(&board, "[data-move=finish]", &[]).await;
        let part = phone.get(paths::HOME_NOW).await;
        assert_eq!((part.heading().as_str(), part.has("#now[data-stream]")), ("You have no appointment", false));
        assert!(part.body.contains("Already at the clinic?"));
        nurse.get(paths::HOME_NOW).await.expect(403);
        clinic.browser().get(paths::HOME_NOW).await.expect(303);
    }

    async fn what_is_over_reads_as_over_and_letters_are_one_press_away(clinic) {
        let till = clinic.till().await;
        let phone = clinic.signed_in_patient(till.patient, "own.patient").await;
        assert!(phone.get(paths::HOME).await.links("main .links a").contains(&paths::letters::MY_LETTERS.to_owned()));
        clinic.costs(&till, ChargeKind::Test, 1, 1_000).await;
        assert!(phone.get("/my/place").await.text("#owed").contains("when you are done"));
        clinic.ends(till.visit).await;
        let owed = phone.get("/my/place").await.text("#owed");
        assert!(owed.contains("Your visit is over") && !owed.contains("when you are done"), "{owed}");
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let booked = clinic.booking(till.patient, doctor, 3_000).await;
        let mine = paths::scheduling::mine(booked);
        assert!(phone.get(&mine).await.body.contains("Say your name at the desk"));
        let ask = phone.get(&format!("{mine}/cancel")).await;
        let seen = phone.submitted(&ask, "main form", &[]).await;
        assert!(!seen.expect(200).body.contains("Say your name at the desk"), "{}", seen.text("main"));
    }
}
