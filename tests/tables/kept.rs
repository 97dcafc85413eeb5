//! What many pages show alike is read once, and read anew after every change.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use infirmary::db::{Db, DbKind, sql};
use infirmary::live::Topic;
use infirmary::queue;
use infirmary::queue::model::PointId;
use infirmary::web::paths::queue as paths;

use crate::support::{Browser, Seen, eventually};

/// A change that the process hears nothing of.
async fn behind_its_back(db: &Db, name: &str) {
    let text = "update service_point set name = $1";
    match db {
        Db::Sqlite { write, .. } => drop(sqlx::query(text).bind(name).execute(write).await.unwrap()),
        Db::Postgres { pool, .. } => drop(sqlx::query(text).bind(name).execute(pool).await.unwrap()),
    }
}

/// One change of a point, in one transaction.
async fn name(db: &Db, reason: &str) {
    let mut tx = db.begin().await.unwrap();
    sql("update service_point set name = $1").bind(reason).run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn named(db: &Db) -> String {
    queue::counts(db).await.unwrap().remove(0).name
}

async fn board(doctor: &Browser, point: PointId) -> Seen {
    let seen = doctor.get(&paths::board(point)).await;
    seen.expect(200);
    seen
}

both! {
    async fn a_board_is_read_once_for_all_who_look_and_anew_after_a_check_in(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (_, other) = clinic.doctor_named("Dr Bello").await;
        clinic.walk_in("Ada Obi").await;
        let seen = board(&doctor, point).await;
        assert!(seen.text("main").contains("Ada Obi") && !seen.text("main").contains("Bola Ade"));
        // Nothing is kept while something else is written, nor for longer than a second: a slow machine tries again.
        let number = AtomicUsize::new(0);
        eventually(|| async {
            let (db, before) = (&clinic.app.db, named(&clinic.app.db).await);
            behind_its_back(db, &format!("Unseen {}", number.fetch_add(1, Ordering::Relaxed))).await;
            named(db).await == before
        })
        .await;
        clinic.app.db.changed_elsewhere();
        assert!(named(&clinic.app.db).await.starts_with("Unseen"));
        clinic.walk_in("Bola Ade").await;
        assert!(board(&doctor, point).await.text("main").contains("Bola Ade"), "the change is there at once");
        assert!(board(&other, point).await.text("main").contains("Bola Ade"), "for everybody");
    }

    async fn what_is_said_outside_of_a_transaction_is_seen_at_once(clinic) {
        clinic.point("Consulting", "consulting").await;
        for n in 0..50 {
            let said = format!("Said {n}");
            sql("update service_point set name = $1").bind(said.as_str()).run(&clinic.app.db).await.unwrap();
            assert_eq!(named(&clinic.app.db).await, said);
        }
    }

    async fn what_was_not_committed_is_never_kept(clinic) {
        clinic.point("Consulting", "consulting").await;
        let before = named(&clinic.app.db).await;
        let mut tx = clinic.app.db.begin().await.unwrap();
        sql("update service_point set name = $1").bind("Not yet").run(&mut tx).await.unwrap();
        assert_eq!(queue::counts(&mut tx).await.unwrap()[0].name, "Not yet", "a transaction sees its own changes");
        assert_eq!(named(&clinic.app.db).await, before);
        drop(tx);
        assert_eq!(named(&clinic.app.db).await, before);
    }

    /// One writes, eight read: whoever asks after a change has ended finds it, and nobody goes back in time.
    async fn nobody_who_asks_after_a_change_reads_what_was_before_it(clinic) {
        clinic.point("Consulting", "consulting").await;
        name(&clinic.app.db, "0").await;
        let (app, over) = (clinic.app.clone(), std::sync::Arc::new(AtomicBool::new(false)));
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let (db, over) = (app.db.clone(), over.clone());
                tokio::spawn(async move {
                    let (mut last, mut read) = (0, 0);
                    while !over.load(Ordering::Acquire) {
                        let now: u64 = named(&db).await.parse().unwrap();
                        assert!(now >= last, "{now} after {last}");
                        (last, read) = (now, read + 1);
                        tokio::task::yield_now().await;
                    }
                    read
                })
            })
            .collect();
        for n in 1..=200_u64 {
            name(&app.db, &n.to_string()).await;
            assert_eq!(named(&app.db).await, n.to_string());
            tokio::time::sleep(Duration::from_micros(n % 7 * 100)).await;
        }
        over.store(true, Ordering::Release);
        for reader in readers {
            assert!(reader.await.unwrap() > 200, "they read all the while");
        }
    }

    async fn another_nodes_change_is_seen_when_it_is_told_and_soon_when_it_is_not(clinic) {
        if clinic.app.db.kind() == DbKind::Sqlite {
            return; // one process
        }
        clinic.point("Consulting", "consulting").await;
        let other = clinic.second_node().await;
        let mut heard = clinic.app.live.listen();
        for n in 0..20 {
            let said = format!("Told {n}");
            named(&clinic.app.db).await;
            name(&other.app.db, &said).await;
            other.app.live.tell(&other.app.db, &[Topic::Point(n)]).await;
            while !heard.recv().await.unwrap().contains(&Topic::Point(n)) {}
            assert_eq!(named(&clinic.app.db).await, said, "whoever hears of it reads it");
        }
        named(&clinic.app.db).await;
        name(&other.app.db, "Not told").await;
        eventually(|| async { named(&clinic.app.db).await == "Not told" }).await;
    }
}
