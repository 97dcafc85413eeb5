//! Timed work runs once for the whole installation, on whichever node holds its lease (R11).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use infirmary::app::App;
use infirmary::db::{DbError, DbKind, sql};
use infirmary::jobs::{Job, run_if_due};
use tokio::sync::Notify;

use crate::support::{Clinic, eventually};

const MINUTE: Duration = Duration::from_secs(60);
/// Ten turns of a job that is due each minute, but never more than this.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Counts that a job ran, in a table of the clinic.
async fn count(app: App) -> Result<(), DbError> {
    let counted = "insert into throttle (bucket, failures, updated_at) values ('jobs', 1, $1)
        on conflict (bucket) do update set failures = throttle.failures + 1";
    sql(counted).bind(app.clock.now()).run(&app.db).await.map(|_| ())
}

const COUNTS: Job = Job { name: "counts", every: MINUTE, run: |app| Box::pin(count(app)) };

async fn ran(clinic: &Clinic) -> i64 {
    clinic
        .count("select cast(coalesce(sum(failures), 0) as bigint) from throttle where bucket = 'jobs'")
        .await
}

/// As many as look at once get to run it.
async fn all_look(clinic: &Clinic, other: Option<&Clinic>) -> usize {
    let looks = (0..16).map(|number| {
        let node = other.filter(|_| number % 2 == 1).unwrap_or(clinic);
        async move { run_if_due(&node.app, COUNTS, &format!("node {number}")).await.unwrap() }
    });
    futures::future::join_all(looks).await.into_iter().filter(|ran| *ran).count()
}

both! {
    async fn r11_of_all_nodes_that_look_one_runs_what_is_due(clinic) {
        let other = if clinic.app.db.kind() == DbKind::Postgres { Some(clinic.second_node().await) } else { None };
        for turn in 1..=5 {
            assert_eq!(all_look(&clinic, other.as_ref()).await, 1, "turn {turn}");
            assert_eq!(ran(&clinic).await, turn);
            assert_eq!(all_look(&clinic, other.as_ref()).await, 0, "it is not due yet");
            clinic.app.clock.advance(TimeDelta::seconds(61));
        }
    }

    async fn r11_the_job_of_a_node_that_died_goes_to_another_after_its_lease(clinic) {
        static BEGUN: AtomicBool = AtomicBool::new(false);
        let dies = Job { run: |_| Box::pin(async { BEGUN.store(true, Ordering::Release); std::future::pending().await }), ..COUNTS };
        let app = clinic.app.clone();
        let node = tokio::spawn(async move { run_if_due(&app, dies, "node that dies").await });
        eventually(async || BEGUN.load(Ordering::Acquire)).await;
        node.abort();
        assert!(!run_if_due(&clinic.app, COUNTS, "another").await.unwrap(), "it may still be at it");
        clinic.app.clock.advance(LEASE - TimeDelta::seconds(1));
        assert!(!run_if_due(&clinic.app, COUNTS, "another").await.unwrap());
        clinic.app.clock.advance(TimeDelta::seconds(2));
        assert!(run_if_due(&clinic.app, COUNTS, "another").await.unwrap());
        assert_eq!(ran(&clinic).await, 1);
    }

    async fn r11_what_runs_each_second_is_held_for_half_a_minute_only(clinic) {
        let often = Job { every: Duration::from_secs(1), ..COUNTS };
        assert!(run_if_due(&clinic.app, often, "node that dies").await.unwrap());
        let dead = "update job set leased_until = $1, due_at = $1 where name = 'counts'";
        sql(dead).bind(clinic.app.clock.now()).run(&clinic.app.db).await.unwrap();
        clinic.app.clock.advance(TimeDelta::seconds(1));
        let held = Job { run: |_| Box::pin(async { panic!("the node dies") }), ..often };
        let app = clinic.app.clone();
        assert!(tokio::spawn(async move { run_if_due(&app, held, "node that dies").await }).await.is_err());
        clinic.app.clock.advance(TimeDelta::seconds(29));
        assert!(!run_if_due(&clinic.app, often, "another").await.unwrap());
        clinic.app.clock.advance(TimeDelta::seconds(2));
        assert!(run_if_due(&clinic.app, often, "another").await.unwrap());
    }

    async fn r11_a_node_goes_on_at_once_with_what_it_could_not_give_back(clinic) {
        let lost = Job { run: |_| Box::pin(async { panic!("the database was away") }), ..COUNTS };
        let app = clinic.app.clone();
        assert!(tokio::spawn(async move { run_if_due(&app, lost, "node 1").await }).await.is_err());
        assert!(!run_if_due(&clinic.app, COUNTS, "node 2").await.unwrap());
        assert!(run_if_due(&clinic.app, COUNTS, "node 1").await.unwrap(), "nobody else runs it, and it does not");
        assert!(!run_if_due(&clinic.app, COUNTS, "node 1").await.unwrap(), "it is not due yet");
    }

    async fn r11_a_slow_node_does_not_give_back_the_lease_of_another(clinic) {
        static BEGUN: AtomicBool = AtomicBool::new(false);
        static GOES_ON: Notify = Notify::const_new();
        let slow = Job {
            run: |_| Box::pin(async {
                BEGUN.store(true, Ordering::Release);
                GOES_ON.notified().await;
                Ok(())
            }),
            ..COUNTS
        };
        let app = clinic.app.clone();
        let node = tokio::spawn(async move { run_if_due(&app, slow, "slow").await });
        eventually(async || BEGUN.load(Ordering::Acquire)).await;
        clinic.app.clock.advance(LEASE + TimeDelta::seconds(1));
        let held = Job { run: |_| Box::pin(async { panic!("the node dies") }), ..COUNTS };
        let app = clinic.app.clone();
        assert!(tokio::spawn(async move { run_if_due(&app, held, "second").await }).await.is_err());
        GOES_ON.notify_one();
        assert!(node.await.unwrap().unwrap());
        clinic.app.clock.advance(TimeDelta::seconds(61));
        assert!(!run_if_due(&clinic.app, COUNTS, "third").await.unwrap(), "the second holds it");
        let holder: String = sql("select holder from job where name = 'counts'").scalar(&clinic.app.db).await.unwrap();
        assert_eq!(holder, "second");
    }

    async fn r11_a_job_that_fails_says_so_and_is_due_again(clinic) {
        let fails = Job {
            run: |app| Box::pin(async move { sql("select 1 from nowhere").run(&app.db).await.map(|_| ()) }),
            ..COUNTS
        };
        run_if_due(&clinic.app, fails, "node 1").await.unwrap_err();
        let noted = "select count(*) from job where name = 'counts' and error like '%nowhere%' and leased_until is null";
        assert_eq!(clinic.count(noted).await, 1);
        clinic.app.clock.advance(TimeDelta::seconds(61));
        assert!(run_if_due(&clinic.app, COUNTS, "node 2").await.unwrap());
        assert_eq!(clinic.count("select count(*) from job where name = 'counts' and error is null").await, 1);
    }

    async fn r11_a_node_whose_job_was_taken_over_writes_nothing_any_more(clinic) {
        static BEGUN: AtomicBool = AtomicBool::new(false);
        static GOES_ON: Notify = Notify::const_new();
        async fn in_a_transaction(app: &App) -> Result<(), DbError> {
            let mut tx = app.db.begin().await?;
            sql("update throttle set failures = 100 where bucket = 'jobs'").run(&mut tx).await?;
            tx.commit().await
        }
        let slow = Job {
            run: |app| Box::pin(async move {
                BEGUN.store(true, Ordering::Release);
                GOES_ON.notified().await;
                assert!(count(app.clone()).await.is_err(), "a statement of its own");
                in_a_transaction(&app).await
            }),
            ..COUNTS
        };
        let app = clinic.app.clone();
        let node = tokio::spawn(async move { run_if_due(&app, slow, "slow").await });
        eventually(async || BEGUN.load(Ordering::Acquire)).await;
        clinic.app.clock.advance(LEASE + TimeDelta::seconds(1));
        assert!(run_if_due(&clinic.app, COUNTS, "second").await.unwrap());
        assert_eq!(ran(&clinic).await, 1);
        GOES_ON.notify_one();
        let overtaken = node.await.unwrap().unwrap_err();
        assert!(matches!(&overtaken, DbError::Busy(_)) && overtaken.to_string().contains("taken over"), "{overtaken}");
        assert_eq!(ran(&clinic).await, 1);
        assert_eq!(clinic.count("select count(*) from job where name = 'counts' and error is null").await, 1);
        // What people do at the same node is none of the job's.
        in_a_transaction(&clinic.app).await.unwrap();
        assert_eq!(ran(&clinic).await, 100);
    }
}
