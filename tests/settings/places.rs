//! Service points, rooms, visit reasons.

use infirmary::access::model::Role;
use infirmary::settings::{points, reasons_in_use, rooms};

both! {
    async fn a_service_point_gets_rooms_and_leaves_the_lists(clinic) {
        let browser = clinic.administrator().await;
        let page = browser.get("/points/new").await;
        let fields = [("name", "Consulting"), ("public_name", "Clinic B"), ("kind", "consulting")];
        browser.submit(&page, "#point", &fields).await.expect(303);
        browser.submit(&page, "#point", &fields).await.expect(303);
        let list = browser.get("/points").await;
        assert_eq!(list.texts("tbody th"), ["Consulting"]);
        for name in ["Room 1", "Room 2"] {
            let page = browser.get(&list.links("td.act a")[0]).await;
            browser.submit(&page, "#room", &[("name", name)]).await.expect(303);
        }
        let list = browser.get("/points").await;
        assert_eq!(list.texts("td[data-label=Rooms]"), ["Room 1, Room 2"]);
        assert_eq!(rooms(&clinic.app.db, true).await.unwrap().len(), 2);
        let room = browser.get(&list.links("td[data-label=Rooms] a")[0]).await;
        browser.submit(&room, "#room", &[("active", "")]).await.expect(303);
        assert_eq!(rooms(&clinic.app.db, true).await.unwrap().len(), 1);
        let point = browser.get(&list.links("tbody th a")[0]).await;
        browser.submit(&point, "#point", &[("active", "")]).await.expect(303);
        assert!(points(&clinic.app.db, true).await.unwrap().is_empty());
        assert!(rooms(&clinic.app.db, true).await.unwrap().is_empty());
        assert_eq!(points(&clinic.app.db, false).await.unwrap().len(), 1);
        for action in ["service_point.added", "service_point.changed", "room.added", "room.changed"] {
            assert!(clinic.has_entry(action).await, "{action}");
        }
    }

    async fn a_point_or_room_where_people_are_stays_in_use(clinic) {
        let consulting = clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let room = clinic.room(consulting, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        clinic.walk_in("Ben Eze").await;
        let board = doctor.get(&infirmary::web::paths::queue::board(consulting)).await;
        let board = doctor.submitted(&board, "#call-next", &[]).await;
        let admin = clinic.administrator().await;
        let edit = format!("/points/{consulting}/edit");
        let page = admin.get(&edit).await;
        let refused = admin.submit(&page, "#point", &[("active", ""), ("name", "Closing")]).await;
        assert!(refused.expect(422).errors()[0].starts_with("2 people are at Consulting now. Call them, pass them on"), "{:?}", refused.errors());
        assert_eq!(refused.attribute("#name", "value").as_deref(), Some("Closing"), "what was typed stays");
        let other = admin.submit(&page, "#point", &[("kind", "cashier"), ("op", "0123456789abcdeh")]).await;
        assert!(other.expect(422).errors()[0].starts_with("2 people are at Consulting now"), "{:?}", other.errors());
        assert!(other.has("#kind-error") && clinic.count("select count(*) from service_point where kind = 'cashier'").await == 0);
        admin.submit(&refused, "#point", &[("active", "yes"), ("name", "Consulting rooms")]).await.expect(303);
        let room_page = admin.get(&format!("/rooms/{room}/edit")).await;
        let refused = admin.submit(&room_page, "#room", &[("active", "")]).await;
        assert!(refused.expect(422).errors()[0].starts_with("1 person was called to Room 2"), "{:?}", refused.errors());
        assert!(refused.has("#active-error"));

        let lab_page = admin.get(&format!("/points/{lab}/edit")).await;
        let pass = infirmary::web::paths::queue::transfers(clinic.entry_of(ada.visit).await.0);
        let to = lab.to_string();
        let (close, onward) = ([("active", "")], [("op", "0123456789abcdef"), ("to", to.as_str())]);
        let (closed, passed) = tokio::join!(admin.submit(&lab_page, "#point", &close), doctor.post(&pass, &onward));
        assert_ne!(closed.status == 303, passed.status == 303, "{} and {}", closed.status, passed.status);
        let lost = "select count(*) from queue_entry e join service_point p on p.id = e.point_id where e.state = 'waiting' and not p.active";
        assert_eq!(clinic.count("select count(*) from queue_entry where state in ('waiting', 'called')").await, 2);
        assert_eq!(clinic.count(lost).await, 0, "nobody waits where nobody calls");
        drop(board);
        clinic.wait_minutes(60 * 24);
        clinic.run_job("close_the_day").await;
        clinic.sign_in(&admin, "admin").await;
        let page = admin.get(&edit).await;
        admin.submit(&page, "#point", &[("active", "")]).await.expect(303);
        let room_page = admin.get(&format!("/rooms/{room}/edit")).await;
        admin.submit(&room_page, "#room", &[("active", "")]).await.expect(303);
    }

    async fn names_are_unique_and_needed(clinic) {
        let browser = clinic.administrator().await;
        let fields = [("name", "Lab"), ("public_name", "Desk 4"), ("kind", "laboratory")];
        for expected in [303, 422] {
            let page = browser.get("/points/new").await;
            browser.submit(&page, "#point", &fields).await.expect(expected);
        }
        let page = browser.get("/points/new").await;
        let seen = browser.submit(&page, "#point", &[("kind", "casino"), ("position", "-5")]).await;
        assert_eq!(seen.expect(422).errors().len(), 4);
        let page = browser.get("/rooms/new").await;
        let seen = browser.submit(&page, "#room", &[("name", "R"), ("point_id", "999")]).await;
        assert!(seen.expect(422).has("#point_id-error"));
    }

    async fn two_people_edit_one_point(clinic) {
        let first = clinic.administrator().await;
        let second = clinic.signed_in("second", &[Role::Admin]).await;
        let page = first.get("/points/new").await;
        first.submit(&page, "#point", &[("name", "Lab"), ("public_name", "Desk 4"), ("kind", "laboratory")]).await;
        let (here, there) = (first.get("/points/1/edit").await, second.get("/points/1/edit").await);
        first.submit(&here, "#point", &[("name", "Laboratory")]).await.expect(303);
        let seen = second.submit(&there, "#point", &[("public_name", "Desk 5")]).await;
        seen.expect(409);
        assert_eq!(seen.texts("#conflict dd"), ["Laboratory", "Desk 4"]);
        assert_eq!(seen.attribute("#public_name", "value").as_deref(), Some("Desk 5"));
    }

    async fn visit_reasons_are_made_and_changed(clinic) {
        let browser = clinic.administrator().await;
        for (name, online, minutes) in [("I feel ill", "yes", "30"), ("Review of a result", "", "15")] {
            let page = browser.get("/visit-reasons/new").await;
            browser.submit(&page, "#reason", &[("name", name), ("bookable_online", online), ("minutes", minutes)]).await.expect(303);
        }
        assert_eq!(reasons_in_use(&clinic.app.db, true).await.unwrap().len(), 1);
        assert_eq!(reasons_in_use(&clinic.app.db, false).await.unwrap().len(), 2);
        let list = browser.get("/visit-reasons").await;
        assert_eq!(list.texts("tbody th"), ["I feel ill", "Review of a result"]);
        let (here, there) = (browser.get("/visit-reasons/1/edit").await, browser.get("/visit-reasons/1/edit").await);
        browser.submit(&here, "#reason", &[("active", "")]).await.expect(303);
        browser.submit(&there, "#reason", &[("minutes", "45")]).await.expect(409);
        assert!(reasons_in_use(&clinic.app.db, true).await.unwrap().is_empty());
        let page = browser.get("/visit-reasons/new").await;
        browser.submit(&page, "#reason", &[("name", ""), ("minutes", "0")]).await.expect(422);
        let taken = browser.submit(&page, "#reason", &[("name", "I feel ill")]).await;
        assert!(taken.expect(422).has("#name-error"));
    }
}
