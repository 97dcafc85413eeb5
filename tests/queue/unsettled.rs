//! Visits that the day closed by itself wait for somebody to see to them (Q13).

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::web::paths;
use infirmary::web::paths::queue::{UNSETTLED, settlement};

use crate::support::Clinic;

/// A clinic on Tuesday morning, with two visits that Monday's end closed.
async fn the_morning_after(clinic: &Clinic) -> infirmary::queue::model::VisitId {
    clinic.point("Consulting", "consulting").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let ada = clinic.walk_in("Ada Obi").await;
    clinic.walk_in("Ben Eze").await;
    let board = paths::queue::board(infirmary::queue::model::PointId(1));
    let page = doctor.get(&board).await;
    let page = doctor.submitted(&page, "#call-next", &[]).await;
    doctor.submitted(&page, "[data-move=park]", &[("reason", "Fetches a result")]).await;
    clinic.wait_minutes(60 * 24);
    clinic.run_job("close_the_day").await;
    ada.visit
}

both! {
    async fn each_is_seen_to_once_with_a_note_and_disappears(clinic) {
        let ada = the_morning_after(&clinic).await;
        let desk = clinic.receptionist().await;
        let home = desk.get(paths::HOME).await;
        assert_eq!(home.texts(".links strong"), ["2 visits were closed by the day"]);
        let queries: u32 = home.headers["x-queries"].to_str().unwrap().parse().unwrap();
        assert!(queries <= 6, "{queries}");
        let list = desk.get(&home.links("main .links a")[0]).await;
        assert_eq!(list.expect(200).texts("tbody th"), ["2026-11-09", "2026-11-09"]);
        assert_eq!(list.texts("td[data-label='Stood at']"), ["Consulting, parked", "Consulting, waiting"]);
        assert!(list.texts("td[data-label=Closed]")[0].contains("09:00"), "{:?}", list.texts("td[data-label=Closed]"));
        let form = format!("form[action='{}']", settlement(ada));
        let field = format!("note-{ada}");
        let empty = desk.submit(&list, &form, &[]).await;
        assert_eq!(empty.expect(422).errors(), ["Enter what became of the visit"]);
        assert!(empty.has(&format!("#{field}-error")) && empty.has(&format!("#{field}[aria-invalid]")));
        let long = "x".repeat(201);
        let refused = desk.submit(&list, &form, &[(&field, &long), ("op", "0123456789abcdef")]).await;
        assert_eq!(refused.expect(422).attribute(&format!("#{field}"), "value"), Some(long));
        let fields = [(field.as_str(), "Went home, comes on Friday")];
        let (one, two) = tokio::join!(desk.submit(&list, &form, &fields), desk.submit(&list, &form, &fields));
        assert_eq!(one.expect(303).leads_to(), two.expect(303).leads_to());
        assert_eq!(desk.get(UNSETTLED).await.texts("tbody th").len(), 1);
        let kept = "select count(*) from visit where seen_to_note = 'Went home, comes on Friday' and seen_to_by is not null and seen_to_at is not null";
        assert_eq!(clinic.count(kept).await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'visit.seen_to' and patient_id is not null").await, 1);

        let admin = clinic.administrator().await;
        let again = admin.submit(&list, &form, &[(&field, "Me too"), ("op", "0123456789abcdeg")]).await;
        assert!(again.expect(409).text("#refused").contains("A colleague has seen to this visit"));
        let last = admin.get(UNSETTLED).await;
        let other = last.attribute("form.settle input:not([type=hidden])", "name").unwrap();
        let done = admin.submitted(&last, "form.settle", &[(&other, "Was seen, not recorded")]).await;
        assert!(done.expect(200).has(".empty"));
        assert!(desk.get(paths::HOME).await.texts(".links strong").is_empty());
    }

    async fn only_who_may_and_only_what_the_day_closed(clinic) {
        let ada = the_morning_after(&clinic).await;
        let today = clinic.walk_in("Chi Ude").await;
        let desk = clinic.receptionist().await;
        for id in [today.visit.0, 999] {
            let path = settlement(infirmary::queue::model::VisitId(id));
            let field = format!("note-{id}");
            desk.post(&path, &[("op", "0123456789abcdef"), (&field, "x")]).await.expect(404);
        }
        let pharmacist = clinic.signed_in("pharmacy", &[Role::Pharmacist]).await;
        pharmacist.get(UNSETTLED).await.expect(403);
        pharmacist.post(&settlement(ada), &[("op", "0123456789abcdef")]).await.expect(403);
        assert!(pharmacist.get(paths::HOME).await.texts(".links strong").is_empty());
        let unsigned = sql("update visit set seen_to_at = $1 where id = $2")
            .bind(clinic.app.clock.now()).bind(ada).run(&clinic.app.db).await;
        assert!(unsigned.unwrap_err().violates("visit_seen_to"), "never without who and what");
    }

    async fn a_long_list_comes_in_pages(clinic) {
        let ada = the_morning_after(&clinic).await;
        for number in 0..30_i64 {
            let patient = clinic.person(&format!("Person{number} Crowd")).await;
            sql("insert into visit (patient_id, day, series, number, token, slip_code, opened_at, closed_at, close_reason)
                 select $1, day, series, $2, 'A900', $3, opened_at, closed_at, close_reason from visit where id = $4")
            .bind(patient).bind(100 + number).bind(format!("{number:032}")).bind(ada).run(&clinic.app.db).await.unwrap();
        }
        let desk = clinic.receptionist().await;
        let first = desk.get(UNSETTLED).await;
        assert_eq!(first.texts("tbody th").len(), 25);
        let second = desk.get(&first.links(".pagination a")[0]).await;
        assert_eq!((second.texts("tbody th").len(), second.has(".pagination")), (7, false));
        let refused = desk.submit(&second, "form.settle", &[]).await;
        assert_eq!(refused.expect(422).texts("tbody th").len(), 7, "the page with the refused row");
        for nonsense in ["x", "2026-02-30_1", "_", "0001-01-01_1", "%2B262142-12-31_1"] {
            desk.get(&format!("{UNSETTLED}?after={nonsense}")).await.expect(200);
        }
    }
}
