//! Work that is broken off while it waits for the database leaves the connection as it found it: whoever gets it next
//! reads the answer to the own question (P35).

use std::pin::pin;
use std::task::Poll;

use infirmary::db::bulk::{self, Table};
use infirmary::db::{Db, DbError, Value, sql};

use crate::support::Clinic;

const HOLIDAY: Table = Table { name: "holiday", columns: &["day", "name"] };

fn day(number: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_num_days_from_ce_opt(740_000).unwrap() + chrono::Days::new(number.into())
}

/// A transaction with a statement, a long insert and a commit.
async fn change(db: &Db, year: u32) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    let insert = "insert into holiday (day, name) values ($1, $2)";
    sql(insert).bind(day(year * 10)).bind("one").run(&mut tx).await?;
    let row = |number: u32| vec![Value::from(day(year * 10 + number)), "many".into()];
    bulk::insert(&mut tx, HOLIDAY, &mut (1..5).map(row).collect()).await?;
    tx.commit().await
}

/// Lets work go on until it has waited so often, then drops it; says whether it was done before that.
async fn for_so_many_waits<T>(work: impl Future<Output = T>, mut left: u32) -> Option<T> {
    let mut work = pin!(work);
    std::future::poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn broken_off_at_every_moment(clinic: Clinic) {
    // One connection, so that the next to ask gets the one that was left.
    let address = clinic.database_url.clone();
    let db = if address.starts_with("postgres") {
        Db::open(&address, 1).await.unwrap()
    } else {
        clinic.app.db.clone()
    };
    // How often it waits differs from one time to the next, so it is led through its moments several times.
    let (mut broken, mut moment) = (0, 0);
    for year in 0..500 {
        let done = for_so_many_waits(change(&db, year), moment).await;
        for answer in 0..3_i64 {
            let read: i64 = sql("select $1 + 0").bind(answer).scalar(&db).await.unwrap();
            assert_eq!(read, answer, "after {moment} waits");
        }
        let kept: i64 = sql("select count(*) from holiday").scalar(&db).await.unwrap();
        assert!(kept % 5 == 0, "{kept} days after {moment} waits: all five or none");
        match done {
            Some(done) => {
                done.unwrap();
                moment = 0;
            }
            None => (broken, moment) = (broken + 1, moment + 1),
        }
        if broken == 80 {
            return;
        }
        sql("delete from holiday").run(&db).await.unwrap();
    }
    panic!("it was broken off {broken} times only");
}

both! {
    async fn work_that_is_broken_off_leaves_its_connection_in_step(clinic) {
        broken_off_at_every_moment(clinic).await;
    }
}
