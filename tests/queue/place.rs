//! The patient's own place.

use infirmary::web::paths::queue as paths;

both! {
    async fn the_place_follows_the_token_without_signing_in(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        clinic.walk_in("First Walk").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let phone = clinic.browser();
        let address = paths::place(&ada.slip_code);
        let seen = phone.get(&address).await;
        assert_eq!(seen.text("#ahead"), "1 person");
        assert_eq!(seen.text("#range"), "Not known yet", "no promise without five samples");
        assert!(!seen.says("Obi") && phone.cookies().is_empty());
        let queries: u32 = phone.get(&paths::place_now(&ada.slip_code)).await.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 4, "{queries}");
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(phone.get(&address).await.text(".place .big"), "You are next");
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(phone.get(&address).await.text(".place .big"), "Go to Room 2");
        let (entry, _) = clinic.entry_of(ada.visit).await;
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdef"), ("move", "miss")]).await.expect(303);
        assert_eq!(phone.get(&address).await.text(".place .big"), "You were called");
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdeg"), ("move", "recall")]).await.expect(303);
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdeh"), ("move", "start")]).await.expect(303);
        assert_eq!(phone.get(&address).await.text(".place .big"), "You are with the doctor");
        clinic.decided().await;
        doctor.post(&paths::moves(entry), &[("op", "0123456789abcdei"), ("move", "finish")]).await.expect(303);
        assert_eq!(phone.get(&address).await.text(".place .big"), "Your visit is finished");
        let _ = page;
    }

    async fn the_slip_of_an_earlier_day_says_only_that_it_is_over(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let phone = clinic.browser();
        let leave = phone.get(&paths::place_leave(&ada.slip_code)).await;
        assert!(phone.get(&paths::place(&ada.slip_code)).await.says("A001"));
        clinic.wait_minutes(60 * 24);
        for path in [paths::place(&ada.slip_code), paths::place_now(&ada.slip_code)] {
            let seen = phone.get(&path).await;
            let main = if seen.has("main") { seen.text("main") } else { seen.text("#place") };
            assert_eq!(main, "This slip is over It was for one day only. You get a new one when you check in at the clinic.");
            assert!(!seen.says("A001") && !seen.body.contains("data-live"), "{path}");
        }
        let over = paths::place(&ada.slip_code);
        assert_eq!(phone.submit(&leave, "main form", &[]).await.leads_to(), Some(over.clone()));
        assert_eq!(phone.get(&paths::place_leave(&ada.slip_code)).await.leads_to(), Some(over));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.left'").await, 0);
    }

    async fn a_range_is_told_from_five_services_on(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (nwosu, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let mut page = doctor.get(&paths::board(point)).await;
        for number in 0..5 {
            clinic.walk_in(&format!("Person N{number}")).await;
            page = doctor.submitted(&page, "#call-next", &[]).await;
            page = doctor.submitted(&page, "[data-move=start]", &[]).await;
            clinic.wait_minutes(10);
            clinic.decided().await;
            page = doctor.submitted(&page, "[data-move=finish]", &[]).await;
        }
        for number in 0..4 {
            clinic.walk_in(&format!("Waiting N{number}")).await;
        }
        let ada = clinic.walk_in("Ada Obi").await;
        let seen = clinic.browser().get(&paths::place(&ada.slip_code)).await;
        assert_eq!(seen.text("#range"), "40 to 50 minutes");
        assert_eq!(seen.text(".place .big"), "Come back at 10:20am");
        // Who is booked soon is not sent away past the own time, however many walk-ins are here.
        let bisi = clinic.visitor("Bisi Ojo").await;
        clinic.booking(bisi, nwosu, 20).await;
        let early = clinic.arrived(bisi).await;
        let seen = clinic.browser().get(&paths::place(&early.slip_code)).await;
        assert_eq!((seen.text("#range"), seen.text(".place .big")), ("20 to 30 minutes".into(), "Your time is 10:10am".into()));
        let overview = doctor.get("/queues").await;
        assert!(overview.text("#overview tbody tr").contains("10 min"));
    }

    async fn a_patient_sees_the_own_place_and_a_stranger_nothing(clinic) {
        clinic.point("Triage", "triage").await;
        let ada = clinic.visitor("Ada Obi").await;
        let phone = clinic.phone_of(ada).await;
        assert!(phone.get(paths::MY_PLACE).await.has(".empty"));
        let here = clinic.arrived(ada).await;
        assert_eq!(phone.get(paths::MY_PLACE).await.text(".plate"), "A001");
        let stranger = clinic.browser();
        assert!(stranger.get(paths::MY_PLACE).await.leads_to().unwrap().starts_with("/sign-in"));
        for code in ["x", "0123456789abcdef0123456789abcdef", "A001"] {
            stranger.get(&paths::place(code)).await.expect(404);
            stranger.get(&paths::place_now(code)).await.expect(404);
            stranger.get(&paths::place_live(code, infirmary::queue::model::PointId(1))).await.expect(404);
            stranger.post(&paths::place_leave(code), &[("op", "0123456789abcdef")]).await.expect(404);
        }
        let desk = clinic.receptionist().await;
        desk.get(paths::MY_PLACE).await.expect(403);
        let page = stranger.get(&paths::place_leave(&here.slip_code)).await;
        let first = stranger.submit(&page, "main form", &[]).await;
        let second = stranger.submit(&page, "main form", &[]).await;
        assert_eq!((first.status, second.status), (303, 303));
        let left = stranger.get(&paths::place(&here.slip_code)).await;
        assert_eq!(left.text(".place .big"), "You have left the queue");
        // Not as if it were served, and with what to do then.
        assert_eq!(left.attribute(".place", "data-state").as_deref(), Some("left"));
        assert!(left.text(".place").contains("you keep the same token"), "{}", left.text(".place"));
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.left'").await, 1);
    }

    async fn q9_who_went_home_shortens_nobodys_wait(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, stays) = clinic.doctor_named("Dr Nwosu").await;
        let (_, goes) = clinic.doctor_named("Dr Bello").await;
        let serve = async |doctor: &crate::support::Browser, name: &str| {
            clinic.walk_in(name).await;
            let page = doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
            let page = doctor.submitted(&page, "[data-move=start]", &[]).await;
            clinic.wait_minutes(10);
            clinic.decided().await;
            doctor.submitted(&page, "[data-move=finish]", &[]).await;
        };
        for (doctor, name) in [(&goes, "Person A"), (&stays, "Person B"), (&goes, "Person C"), (&stays, "Person D"), (&stays, "Person E")] {
            serve(doctor, name).await;
        }
        for number in 0..3 {
            clinic.walk_in(&format!("Waiting N{number}")).await;
        }
        let ada = clinic.walk_in("Ada Obi").await;
        // The one who goes ended the last service half an hour ago by then, and counts a minute longer.
        clinic.wait_minutes(10);
        let range = async || clinic.browser().get(&paths::place(&ada.slip_code)).await.text("#range");
        assert_eq!(range().await, "15 to 20 minutes");
        clinic.wait_minutes(1);
        assert_eq!(range().await, "30 to 40 minutes");
    }
}
