//! The demo at any hour and on the days after: always a queue of today, never a broken rule.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use infirmary::db::{Db, sql};
use infirmary::demo::{self, Size};

use super::{file_in, succeed};
use crate::support::databases::Postgres;

async fn prepared(url: &str, now: DateTime<Utc>) {
    let db = Db::open(url, 4).await.unwrap();
    db.migrate().await.unwrap();
    demo::prepare(&db, now, Size::Small).await.unwrap();
    db.close().await;
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Line {
    open: i64,
    days: i64,
    waiting: i64,
    students_token: i64,
}

async fn line(url: &str) -> Line {
    let db = Db::open_reading(url).await.unwrap();
    let line = sql("select count(*) as open, count(distinct day) as days,
            coalesce(cast(sum(case when state = 'waiting' then 1 else 0 end) as bigint), 0) as waiting,
            coalesce(cast(sum(case when patient_id = 1 then 1 else 0 end) as bigint), 0) as students_token
         from queue_entry where state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .one(&db)
    .await
    .unwrap();
    db.close().await;
    line
}

async fn through_the_days(url: &str) {
    let monday = Utc.with_ymd_and_hms(2026, 11, 9, 9, 30, 0).unwrap();
    prepared(url, monday).await;
    let first = line(url).await;
    assert!(first.waiting >= 15 && first.students_token == 1, "{first:?}");
    // The same day leaves it as people made it.
    prepared(url, monday + TimeDelta::hours(3)).await;
    assert_eq!(line(url).await, first);
    for later in [1, 2, 5, 40] {
        prepared(url, monday + TimeDelta::days(later)).await;
        let line = line(url).await;
        assert!(line.days == 1 && line.waiting >= 15 && line.students_token == 1, "day {later}: {line:?}");
        succeed(&["check", "--database-url", url]);
    }
}

/// What the demo tells of one person fits together: a finished visit's signed note has its diagnosis, and who did
/// something is somebody of the clinic.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_has_a_diagnosis_for_every_finished_note_and_an_account_for_every_name() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    prepared(&url, Utc.with_ymd_and_hms(2026, 11, 9, 9, 30, 0).unwrap()).await;
    let db = Db::open_reading(&url).await.unwrap();
    let count = async |text: &'static str| sql(text).scalar::<i64>(&db).await.unwrap();
    let notes = "select count(*) from note n join visit v on v.id = n.visit_id where n.state = 'signed'
        and n.kind = 'consultation' and v.closed_at is not null";
    let without = "select count(*) from note n join visit v on v.id = n.visit_id where n.state = 'signed'
        and n.kind = 'consultation' and v.closed_at is not null
        and not exists (select 1 from diagnosis d where d.visit_id = n.visit_id)";
    assert!(count(notes).await > 100);
    assert_eq!(count(without).await, 0);
    assert!(count("select count(*) from diagnosis where patient_id = 1").await > 0);
    let strangers =
        "select count(*) from visit_procedure p where p.done_name is not null and p.done_name <> ''
        and not exists (select 1 from account a where p.done_name in (a.name, a.title || ' ' || a.name))";
    assert_eq!(count(strangers).await, 0);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_moves_on_to_each_new_day_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    through_the_days(&file_in(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_moves_on_to_each_new_day_postgres() {
    if let Some(url) = Postgres::empty().await {
        through_the_days(&url).await;
    }
}

/// Just after midnight, just before it, on a Sunday, at the end of a year.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_whole_at_any_hour() {
    for (month, day, hour, minute) in
        [(11, 8, 23, 1), (11, 9, 22, 58), (11, 15, 12, 0), (12, 31, 22, 30), (12, 31, 23, 30)]
    {
        let folder = tempfile::tempdir().unwrap();
        let url = file_in(folder.path());
        prepared(&url, Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0).unwrap()).await;
        let line = line(&url).await;
        assert!(line.days == 1 && line.waiting >= 15, "{month}-{day} {hour}:{minute}: {line:?}");
        succeed(&["check", "--database-url", &url]);
    }
}

/// An interrupted filling is said, not served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_was_not_filled_to_its_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    prepared(&url, Utc.with_ymd_and_hms(2026, 11, 9, 9, 0, 0).unwrap()).await;
    let db = Db::open(&url, 2).await.unwrap();
    sql("delete from counter where scope = 'demo:filled'").run(&db).await.unwrap();
    db.close().await;
    drop(db);
    let refused = super::run(&["demo", "--database-url", &url, "--fill-only"]);
    assert!(
        super::text(&refused.stderr).contains("not filled to its end"),
        "{}",
        super::text(&refused.stderr)
    );
}
