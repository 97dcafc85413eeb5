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
