//! Nobody waits for a doctor who is away (QU4).

use chrono::TimeDelta;
use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::queue::model::{EntryState, VisitId, Whom};
use infirmary::web::paths;

use crate::support::Clinic;

/// The doctor is away from so many minutes from now until so many.
async fn is_away(clinic: &Clinic, doctor: AccountId, (from, until): (i64, i64)) {
    let now = clinic.app.clock.now();
    sql("insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, 'Ward round', $4)")
        .bind(doctor)
        .bind(now + TimeDelta::minutes(from))
        .bind(now + TimeDelta::minutes(until))
        .bind(now)
        .run(&clinic.app.db)
        .await
        .unwrap();
}

/// For whom a visit waits; none for anyone.
async fn waits_for(clinic: &Clinic, visit: VisitId) -> Option<i64> {
    let found: (Option<i64>,) =
        sql("select doctor_id from queue_entry where visit_id = $1 order by id desc limit 1")
            .bind(visit)
            .one(&clinic.app.db)
            .await
            .unwrap();
    found.0
}

both! {
    async fn when_time_away_begins_the_job_frees_who_waits_and_leaves_who_was_called_or_comes_later(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (away, nwosu) = clinic.doctor_named("Dr Nwosu").await;
        let (_, bello) = clinic.doctor_named("Dr Bello").await;
        let mut here = Vec::new();
        for (name, minutes) in [("Cy Ude", 0), ("Ada Obi", 5), ("Ben Eze", 90)] {
            let patient = clinic.visitor(name).await;
            clinic.booking(patient, away, minutes).await;
            here.push(clinic.arrived(patient).await.visit);
        }
        let board = paths::queue::board(point);
        nwosu.submitted(&nwosu.get(&board).await, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(here[0]).await, EntryState::Called);
        is_away(&clinic, away, (10, 60)).await;
        clinic.run_job("release_the_waiting").await;
        assert_eq!(waits_for(&clinic, here[1]).await, Some(away.0), "not before it begins");
        clinic.wait_minutes(10);
        let before = bello.get(&board).await;
        assert!(before.text("#queue").contains("for Dr Nwosu"), "{}", before.text("#queue"));
        let nobody = bello.submitted(&before, "#call-next", &[]).await;
        assert!(nobody.text(".notice[data-kind=ok]").contains("Nobody waits for you here"));
        for _ in 0..2 {
            clinic.run_job("release_the_waiting").await;
        }
        assert_eq!(waits_for(&clinic, here[1]).await, None);
        assert_eq!(waits_for(&clinic, here[0]).await, Some(away.0), "who was called is with the doctor");
        assert_eq!(waits_for(&clinic, here[2]).await, Some(away.0), "the doctor is back by then");
        assert_eq!(clinic.count("select count(*) from queue_event where move = 'doctor_left'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'queue.doctor_left'").await, 1);
        let entry = bello.get(&paths::queue::entry(clinic.entry_of(here[1]).await.0)).await;
        assert!(entry.body.contains("Waits for any doctor now"), "{}", entry.body);
        bello.submitted(&bello.get(&board).await, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(here[1]).await, EntryState::Called);
    }

    async fn time_away_that_was_lifted_or_is_over_frees_nobody(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (away, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, away, 5).await;
        let here = clinic.arrived(ada).await.visit;
        is_away(&clinic, away, (-30, 0)).await;
        is_away(&clinic, away, (0, 60)).await;
        sql("update blocked_time set lifted_at = $1 where ends_at > $1").bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        clinic.run_job("release_the_waiting").await;
        assert_eq!(waits_for(&clinic, here).await, Some(away.0));
    }

    async fn who_goes_away_at_once_reads_how_many_wait_for_anyone_now(clinic) {
        clinic.point("Consulting", "consulting").await;
        let (away, browser) = clinic.doctor_named("Dr Nwosu").await;
        let mut here = Vec::new();
        for (name, minutes) in [("Ada Obi", 5), ("Ben Eze", 10)] {
            let patient = clinic.visitor(name).await;
            clinic.booking(patient, away, minutes).await;
            here.push(clinic.arrived(patient).await.visit);
        }
        let page = browser.get(paths::scheduling::AVAILABILITY).await;
        let hours = [("from_day", "2026-11-09"), ("from_time", "09:00"), ("to_day", "2026-11-09"), ("to_time", "12:00"), ("away_reason", "Ill")];
        let blocked = browser.submitted(&page, "#away", &hours).await;
        assert!(blocked.body.contains("Time blocked. 2 patients who waited now wait for anyone"), "{}", blocked.text("main"));
        for visit in here {
            assert_eq!(waits_for(&clinic, visit).await, None);
        }
    }

    async fn nobody_is_passed_on_to_a_doctor_who_is_away(clinic) {
        let triage = clinic.point("Triage", "triage").await;
        let point = clinic.point("Consulting", "consulting").await;
        let (away, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let station = doctor.get(paths::queue::STATION).await;
        doctor.submit(&station, "main form", &[("place", &format!("{point}-"))]).await.expect(303);
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let here = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        is_away(&clinic, away, (0, 60)).await;
        let to = Whom::Doctor(away).at(point);
        let refused = nurse.post(&paths::queue::transfers(entry), &[("op", "to-who-is-away-01"), ("to", &to)]).await;
        assert!(refused.expect(409).body.contains("This doctor is away now. Choose one who is here, or anyone."), "{}", refused.body);
        assert_eq!(clinic.entry_of(here.visit).await, (entry, EntryState::Waiting));
        assert_eq!(clinic.count("select min(point_id) from queue_entry").await, triage.0);
        clinic.wait_minutes(60);
        let nurse = clinic.browser();
        clinic.sign_in(&nurse, "nurse").await;
        nurse.post(&paths::queue::transfers(entry), &[("op", "to-who-is-back-01"), ("to", &to)]).await.expect(303);
        assert_eq!(waits_for(&clinic, here.visit).await, Some(away.0));
    }
}
