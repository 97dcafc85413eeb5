//! "Exactly one", tried by many at once.

use std::collections::BTreeMap;

use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::queue::model::{EntryId, PointId};
use infirmary::queue::verbs::calls::{Caller, Next, call_next};
use infirmary::queue::verbs::check_in::{Arrival, check_in};
use infirmary::work::{Doer, Work};

use crate::support::Clinic;

async fn crowd(clinic: &Clinic, count: usize) -> Vec<infirmary::patients::model::PatientId> {
    let mut people = Vec::new();
    for number in 0..count {
        people.push(clinic.visitor(&format!("Person N{number}")).await);
    }
    people
}

fn calls_by_hand(clinic: &Clinic, point: PointId) -> impl Future<Output = Vec<EntryId>> + use<> {
    let app = clinic.app.clone();
    async move {
        let mut called = Vec::new();
        for _ in 0..15 {
            let next = sql(
                "select id from queue_entry where point_id = $1 and state = 'waiting' order by id limit 1",
            );
            let Some((id,)) = next.bind(point).optional::<(EntryId,)>(&app.db).await.unwrap() else { break };
            tokio::task::yield_now().await;
            sql("update queue_entry set state = 'called' where id = $1").bind(id).run(&app.db).await.unwrap();
            called.push(id);
        }
        called
    }
}

both! {
    async fn numbers_run_from_one_without_gap_or_twin_across_midnight(clinic) {
        let points = [clinic.point("Triage", "triage").await, clinic.point("Laboratory", "laboratory").await,
            clinic.point("Pharmacy", "pharmacy").await];
        let people = crowd(&clinic, 300).await;
        // 23:59:30 on the clinic's wall; half of the tasks move the clock past midnight.
        clinic.wait_minutes(14 * 60 + 59);
        let mut tasks = Vec::new();
        for (number, patient) in people.into_iter().enumerate() {
            let (app, point) = (clinic.app.clone(), points[number % 3]);
            tasks.push(tokio::spawn(async move {
                if number == 150 {
                    app.clock.advance(chrono::TimeDelta::minutes(2));
                }
                let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                let arrival = Arrival { point: Some(point), ..Arrival::at_desk(patient) };
                check_in(&mut work, arrival).await.unwrap();
                // Every tenth is cut off before its end.
                if number % 10 != 0 {
                    work.commit().await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let rows: Vec<(chrono::NaiveDate, i64)> =
            sql("select day, number from visit order by day, number").all(&clinic.app.db).await.unwrap();
        assert_eq!(rows.len(), 270);
        let mut days: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for (day, number) in rows {
            days.entry(day).or_default().push(number);
        }
        for (day, numbers) in days {
            assert!(numbers.iter().copied().eq(1..=numbers.len() as i64), "{day}: {numbers:?}");
        }
    }

    async fn twenty_who_call_together_call_each_patient_exactly_once(clinic) {
        let point = clinic.point("Triage", "triage").await;
        for patient in crowd(&clinic, 300).await {
            clinic.arrived(patient).await;
        }
        let mut tasks = Vec::new();
        for number in 0..20 {
            let who: AccountId = clinic.staff(&format!("nurse{number}"), &[Role::Nurse]).await;
            let app = clinic.app.clone();
            tasks.push(tokio::spawn(async move {
                let caller = Caller { who, point, room: None, place: "Triage".into() };
                let mut called = Vec::new();
                for _ in 0..15 {
                    let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                    let entry = call_next(&mut work, &caller).await.unwrap();
                    work.commit().await.unwrap();
                    if let Next::Called(entry) = entry {
                        called.push(entry.id);
                    }
                }
                called
            }));
        }
        let mut called = Vec::new();
        for task in tasks {
            called.extend(task.await.unwrap());
        }
        assert_eq!(called.len(), 300);
        called.sort();
        called.dedup();
        assert_eq!(called.len(), 300, "somebody was called twice");
        assert_eq!(clinic.count("select count(*) from announcement").await, 300);
        assert_eq!(clinic.count("select count(*) from queue_event where move = 'call'").await, 300);
    }

    /// The control: numbers taken as "one more than the highest" come twice.
    async fn without_the_counter_numbers_come_twice(clinic) {
        let db = &clinic.app.db;
        sql("create table naive (number bigint not null)").run(db).await.unwrap();
        sql("insert into naive (number) values (0)").run(db).await.unwrap();
        let (start, mut tasks) = (std::sync::Arc::new(tokio::sync::Barrier::new(20)), Vec::new());
        for _ in 0..20 {
            let (app, start) = (clinic.app.clone(), std::sync::Arc::clone(&start));
            tasks.push(tokio::spawn(async move {
                let highest: i64 = sql("select max(number) from naive").scalar(&app.db).await.unwrap();
                start.wait().await;
                sql("insert into naive (number) values ($1)").bind(highest + 1).run(&app.db).await.unwrap();
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert!(clinic.count("select count(*) - count(distinct number) from naive").await > 0, "the control found no twin");
    }

    async fn without_the_guard_somebody_is_called_twice(clinic) {
        let point = clinic.point("Triage", "triage").await;
        for patient in crowd(&clinic, 100).await {
            clinic.arrived(patient).await;
        }
        let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(calls_by_hand(&clinic, point))).collect();
        let mut called = Vec::new();
        for task in tasks {
            called.extend(task.await.unwrap());
        }
        let all = called.len();
        called.sort();
        called.dedup();
        assert!(called.len() < all, "the control did not find a double call: the story above proves nothing");
    }

    async fn twenty_check_ins_of_one_appointment_give_one_token(clinic) {
        clinic.point("Consulting", "consulting").await;
        let doctor = clinic.staff("Dr Nwosu", &[Role::Doctor]).await;
        let ada = clinic.visitor("Ada Obi").await;
        let appointment = clinic.booking(ada, doctor, 5).await;
        let desk = clinic.receptionist().await;
        let mut tasks = Vec::new();
        for number in 0..20 {
            let desk = desk.clone();
            tasks.push(tokio::spawn(async move {
                let op = format!("check-in-number-{number:02}");
                desk.post("/check-ins", &[("op", &op), ("appointment", &appointment.to_string())]).await
            }));
        }
        for task in tasks {
            let seen = task.await.unwrap();
            assert_eq!(seen.status, 303, "{}", seen.body);
        }
        assert_eq!(clinic.count("select count(*) from visit").await, 1);
        assert_eq!(clinic.count("select count(*) from queue_entry").await, 1);
        assert_eq!(clinic.count("select last from counter where scope = 'token:A'").await, 1);
    }

    async fn w5_ten_doctors_who_call_at_once_call_ten_patients_and_a_restart_forgets_none(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        for patient in crowd(&clinic, 12).await {
            clinic.arrived(patient).await;
        }
        let mut doctors = Vec::new();
        for number in 0..10 {
            doctors.push(clinic.signed_in(&format!("doctor{number}"), &[Role::Doctor]).await);
        }
        let path = infirmary::web::paths::queue::calls(point);
        let calls = doctors.iter().enumerate().map(|(number, doctor)| {
            let (op, path) = (format!("a-doctor-calls-next-{number}"), path.as_str());
            async move { doctor.post(path, &[("op", &op)]).await.status }
        });
        assert!(futures::future::join_all(calls).await.iter().all(|status| *status == 303));
        let called = "select count(distinct visit_id) from queue_entry where state = 'called'";
        assert_eq!(clinic.count(called).await, 10, "two doctors got one patient");
        let clinic = crate::support::Outage::begins(clinic).await.ends().await;
        assert_eq!(clinic.count(called).await, 10);
        assert_eq!(clinic.count("select count(*) from queue_entry where state = 'waiting'").await, 2);
        let board = doctors[0].get(&infirmary::web::paths::queue::board(point)).await;
        assert_eq!(board.expect(200).texts(".now .plate").len(), 1, "each finds the own patient again");
    }

    async fn two_who_start_the_same_patient_start_once(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let nurse = clinic.signed_in("nurse", &[Role::Nurse]).await;
        let ada = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        let address = infirmary::web::paths::queue::calls(point);
        let (entry, version) = (entry.to_string(), "1");
        let fields = |op: &'static str| [("op", op), ("entry", entry.as_str()), ("version", version)];
        let (mine, hers) = (fields("0123456789abcdef"), fields("0123456789abcdeg"));
        let (one, two) = tokio::join!(nurse.post(&address, &mine), nurse.post(&address, &hers));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        assert_eq!(clinic.count("select count(*) from announcement").await, 1);
    }
}
