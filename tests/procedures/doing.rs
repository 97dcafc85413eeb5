//! From the plan to what was really used: the doctor plans, the nurse does; consent, price, supplies, closing.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::procedures::model::State;
use infirmary::procedures::open_of_visit;
use infirmary::web::paths;

use crate::support::{Browser, Clinic, Consulting};

async fn planned(clinic: &Clinic, name: &str) -> (Consulting, Browser, i64) {
    let room = clinic.consulting_room().await;
    room.plan(name).await.expect(303);
    room.sign().await.expect(303);
    let nurse = clinic.nurse().await;
    let id = clinic.count("select max(id) from visit_procedure").await;
    (room, nurse, id)
}

both! {
    async fn the_doctor_plans_and_the_nurse_sees_it_only_when_the_note_is_signed(clinic) {
        let room = clinic.consulting_room().await;
        let many = room.plan("wound").await;
        assert_eq!(many.expect(422).errors(), ["Several procedures fit. Choose one and press Add again"]);
        let none = room.plan("unheard of").await;
        assert_eq!(none.expect(422).errors(), ["No procedure is called “unheard of”. Try another word"]);
        room.plan("Wound dressing, small").await.expect(303);
        let id = clinic.count("select max(id) from visit_procedure").await;
        let field = format!("pr_instruction_{id}");
        room.press("save", &[(&field, "Left knee, every second day")]).await.expect(303);
        let nurse = clinic.nurse().await;
        let list = paths::procedures::of_visit(room.visit);
        assert!(!nurse.get(&list).await.body.contains("Left knee"));
        nurse.get(&format!("/procedures/{id}")).await.expect(404);
        room.sign().await.expect(303);
        let seen = nurse.get(&list).await;
        assert!(seen.text("tbody tr").contains("Left knee, every second day") && seen.text("tbody tr").contains("₦1,500"), "{}", seen.body);
        assert_eq!(clinic.procedures(room.visit).await, [("Wound dressing, small".to_owned(), "planned".to_owned())]);
        assert_eq!(open_of_visit(&clinic.app.db, room.visit).await.unwrap().len(), 1);
    }

    async fn what_was_really_used_is_recorded_and_the_price_stays_what_it_was(clinic) {
        let (room, nurse, id) = planned(&clinic, "Wound dressing, small").await;
        sql("update procedure_kind set price = 999900").run(&clinic.app.db).await.unwrap();
        let path = format!("/procedures/{id}");
        let page = nurse.get(&path).await;
        assert_eq!(page.attribute("#used_0", "value").as_deref(), Some("4"));
        let wrong = [("used_0", "many"), ("more_item_0", "Tweezers"), ("more_quantity_0", "")];
        let refused = nurse.submit(&page, "#done", &wrong).await;
        assert_eq!(refused.expect(422).errors().len(), 2, "{:?}", refused.errors());
        assert_eq!(refused.attribute("#more_item_0", "value").as_deref(), Some("Tweezers"));
        let right = [("used_0", "6"), ("used_1", "0"), ("more_item_0", "Tweezers"), ("more_quantity_0", "1"), ("outcome", "Clean")];
        nurse.submit(&page, "#done", &right).await.expect(303);
        let used: Vec<(String, i64)> = sql("select item, quantity from procedure_used order by id").all(&clinic.app.db).await.unwrap();
        assert_eq!(used[0], ("Sterile gauze swab".to_owned(), 6));
        assert!(used.contains(&("Tweezers".to_owned(), 1)) && !used.iter().any(|(item, _)| item == "Gloves"));
        assert_eq!(clinic.count("select price from visit_procedure").await, 150_000);
        assert!(open_of_visit(&clinic.app.db, room.visit).await.unwrap().is_empty());
        let seen = room.browser.get(&path).await;
        assert!(seen.body.contains("Sterile gauze swab: 6 pieces"), "{}", seen.body);
        // Who had the page open still is told how it stands.
        nurse.submit(&page, "#done", &[("op", "the-same-procedure-again")]).await.expect(409);
        let error = sql("update procedure_used set quantity = 1").run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("procedure_used_append_only"), "{error}");
    }

    async fn without_a_consent_nothing_is_done_that_needs_one(clinic) {
        let (_, nurse, id) = planned(&clinic, "Suturing of a simple wound").await;
        let page = nurse.get(&format!("/procedures/{id}")).await;
        let refused = nurse.submit(&page, "#done", &[("consent_by", "")]).await;
        assert_eq!(refused.expect(422).errors(), ["Enter who consented: the patient, or who speaks for the patient"]);
        let late = nurse.submit(&page, "#done", &[("consent_by", "Ada Obi"), ("consent_time", "23:59")]).await;
        assert_eq!(late.expect(422).errors(), ["The consent must be given before the procedure"]);
        let raw = sql("update visit_procedure set state = 'done', done_by = planned_by, done_at = planned_at").run(&clinic.app.db).await.unwrap_err();
        assert!(raw.violates("visit_procedure_consent"), "{raw}");
        nurse.submit(&page, "#done", &[("consent_by", "Ada Obi")]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from visit_procedure where consent_by = 'Ada Obi' and consent_at is not null").await, 1);
    }

    async fn a_visit_ends_only_when_what_was_planned_is_done_or_cancelled(clinic) {
        let (room, nurse, id) = planned(&clinic, "Nebulisation").await;
        clinic.decided().await;
        let end = "update visit set closed_at = opened_at, close_reason = 'finished' where closed_at is null";
        let error = sql(end).run(&clinic.app.db).await.unwrap_err();
        assert!(error.violates("visit_open_procedures"), "{error}");
        let page = nurse.get(&format!("/procedures/{id}")).await;
        let short = nurse.submit(&page, "#cancel", &[("reason", "no")]).await;
        assert_eq!(short.expect(422).errors(), ["Say a little more, so that a colleague understands it"]);
        nurse.submit(&page, "#cancel", &[("reason", "She breathes well again")]).await.expect(303);
        assert_eq!(clinic.procedures(room.visit).await[0].1, "cancelled");
        sql(end).run(&clinic.app.db).await.unwrap();
        // Who wrote of it reads it after the visit, too; somebody else does not.
        assert!(room.browser.get(&format!("/procedures/{id}")).await.expect(200).body.contains("She breathes well again"));
        let (_, stranger) = clinic.doctor_named("Dr Musa").await;
        let shut = stranger.get(&format!("/procedures/{id}")).await;
        assert_eq!(shut.expect(303).leads_to().unwrap(), paths::patients::show(room.patient));
    }

    async fn somebody_who_leaves_may_leave_something_undone(clinic) {
        let (room, ..) = planned(&clinic, "Nebulisation").await;
        sql("update visit set closed_at = opened_at, close_reason = 'left' where id = $1").bind(room.visit).run(&clinic.app.db).await.unwrap();
        assert_eq!(open_of_visit(&clinic.app.db, room.visit).await.unwrap().len(), 1);
    }

    async fn a_nurse_adds_what_nobody_planned_and_what_was_wrong_stays_readable(clinic) {
        let room = clinic.consulting_room().await;
        let nurse = clinic.nurse().await;
        let list = paths::procedures::of_visit(room.visit);
        let page = nurse.get(&list).await;
        let seen = nurse.submit(&page, "#add", &[("pr_name", "Peak flow measurement")]).await;
        let path = seen.expect(303).leads_to().unwrap();
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#done", &[("outcome", "420")]).await.expect(303);
        let page = nurse.get(&path).await;
        nurse.submit(&page, "#mark", &[("reason", "Written for the wrong patient")]).await.expect(303);
        let seen = room.browser.get(&path).await;
        assert!(seen.body.contains("420") && seen.body.contains("Written for the wrong patient"));
        for text in ["update visit_procedure set outcome = 'x'", "delete from visit_procedure", "update visit_procedure set price = 0"] {
            let error = sql(text).run(&clinic.app.db).await.unwrap_err();
            assert!(error.violates("visit_procedure_kept"), "{text}: {error}");
        }
    }

    async fn of_two_who_record_the_same_procedure_exactly_one_does(clinic) {
        let (_, nurse, id) = planned(&clinic, "Nebulisation").await;
        let other = clinic.signed_in("nurse.two", &[Role::Nurse]).await;
        let path = format!("/procedures/{id}");
        let (one, two) = (nurse.get(&path).await, other.get(&path).await);
        let (first, second) = tokio::join!(nurse.submit(&one, "#done", &[]), other.submit(&two, "#done", &[]));
        let mut answers = [first.status, second.status];
        answers.sort_unstable();
        assert_eq!(answers, [303, 409]);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'procedure.done'").await, 1);
    }

    async fn the_tables_allow_exactly_the_moves_of_the_rules(clinic) {
        let (room, ..) = planned(&clinic, "Nebulisation").await;
        for from in State::ALL {
            for to in State::ALL.iter().filter(|to| *to != from) {
                let mut tx = clinic.app.db.begin().await.unwrap();
                let id: i64 = sql("insert into visit_procedure (visit_id, patient_id, kind_id, name, plain_name, price, needs_consent,
                        sensitive, state, planned_by, planned_name, planned_at, done_by, done_at, ended_by, ended_at, reason)
                     select visit_id, patient_id, kind_id, name, plain_name, price, needs_consent, sensitive, $1, planned_by, planned_name,
                        planned_at, case when $1 in ('done', 'entered_in_error') then planned_by end,
                        case when $1 in ('done', 'entered_in_error') then planned_at end,
                        case when $1 in ('cancelled', 'entered_in_error') then planned_by end,
                        case when $1 in ('cancelled', 'entered_in_error') then planned_at end, 'a reason'
                     from visit_procedure order by id limit 1 returning id")
                    .bind(*from).scalar(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
                let moved = sql("update visit_procedure set state = $2,
                        done_by = case when $2 = 'done' then planned_by else done_by end,
                        done_at = case when $2 = 'done' then planned_at else done_at end,
                        ended_by = case when $2 in ('cancelled', 'entered_in_error') then planned_by end,
                        ended_at = case when $2 in ('cancelled', 'entered_in_error') then planned_at end where id = $1")
                    .bind(id).bind(*to).run(&clinic.app.db).await;
                assert_eq!(moved.is_ok(), from.leads_to(*to), "{from:?} to {to:?}: {moved:?}");
            }
        }
        assert!(room.visit.0 > 0);
    }

    async fn the_desk_never_receives_a_procedure(clinic) {
        let (room, _, id) = planned(&clinic, "Nebulisation").await;
        for role in [Role::Receptionist, Role::Cashier, Role::Admin, Role::Pharmacist, Role::LabAttendant] {
            let browser = clinic.signed_in(&format!("other.{}", role.as_str()), &[role]).await;
            for path in [paths::procedures::of_visit(room.visit), format!("/procedures/{id}"), paths::record::timeline(room.patient), paths::patients::show(room.patient)] {
                let seen = browser.get(&path).await;
                assert!(!seen.body.contains("Nebulisation"), "{role:?} reads {path}");
            }
        }
        let nurse = clinic.signed_in("nurse.three", &[Role::Nurse]).await;
        assert!(nurse.get(&paths::record::timeline(room.patient)).await.body.contains("Procedure: Nebulisation"));
        let trail: Vec<String> = sql("select cast(detail as text) from audit_entry where action like 'procedure.%'").scalars(&clinic.app.db).await.unwrap();
        assert!(trail.iter().all(|detail| !detail.contains("ebulisation")), "{trail:?}");
    }
}
