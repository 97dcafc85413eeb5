//! The database's own guards step aside while whole tables arrive, and come back in the same words: triggers that refuse
//! a change or keep a sum would take the history for new work. References are checked when they come back.

use sqlx::Executor;

use super::{Db, DbError, Tx};

/// Statements that put back what was lifted.
#[derive(Debug)]
#[must_use]
pub struct Lifted(Vec<String>);

const SQLITE_TRIGGERS: &str = r"select tbl_name, name, sql from sqlite_master
    where type = 'trigger' and name like $1 escape '\' order by rowid";
const POSTGRES_TRIGGERS: &str = r"select tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid) from pg_trigger
    where not tgisinternal and tgname like $1 order by tgname";
const POSTGRES_REFERENCES: &str = "select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conname like $1
    order by conrelid, conname";

/// Lifts the references, and the triggers whose names are like `triggers`.
pub(super) async fn lift(tx: &mut Tx, triggers: &str) -> Result<Lifted, DbError> {
    take_time(tx).await?;
    let mut back = Vec::new();
    if matches!(tx, Tx::Sqlite(..)) {
        // There they are checked at the commit.
        run(tx, "pragma defer_foreign_keys = on").await?;
        for (_, name, text) in made(tx, SQLITE_TRIGGERS, triggers).await? {
            run(tx, &format!("drop trigger {name}")).await?;
            back.push(text);
        }
    } else {
        for (table, name, text) in made(tx, POSTGRES_REFERENCES, "%").await? {
            run(tx, &format!("alter table {table} drop constraint {name}")).await?;
            back.push(format!("alter table {table} add constraint {name} {text}"));
        }
        for (table, name, text) in made(tx, POSTGRES_TRIGGERS, triggers).await? {
            run(tx, &format!("drop trigger {name} on {table}")).await?;
            back.push(text);
        }
    }
    Ok(Lifted(back))
}

/// Puts back what was lifted.
pub(super) async fn put_back(tx: &mut Tx, lifted: Lifted) -> Result<(), DbError> {
    for text in lifted.0 {
        run(tx, &text).await?;
    }
    Ok(())
}

/// The triggers that write down what happened (migration 15), and the index of it, which is quicker made than kept.
const TELLING: &str = r"%\_told%";
const LINE: &str = "happening_line";
const SQLITE_INDEX: &str = "select tbl_name, name, sql from sqlite_master where type = 'index' and name = $1";
const POSTGRES_INDEX: &str =
    "select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    from pg_index where indexrelid = to_regclass($1)";

/// Lifts what a filling does once at its end instead of once a row: the line of time, and on PostgreSQL the references. A
/// filling that is broken off leaves a database without them, which no demo starts with.
pub async fn lift_for_filling(db: &Db) -> Result<Lifted, DbError> {
    let mut tx = db.begin().await?;
    let mut lifted = lift(&mut tx, TELLING).await?;
    let index = if matches!(tx, Tx::Sqlite(..)) { SQLITE_INDEX } else { POSTGRES_INDEX };
    for (_, name, text) in made(&mut tx, index, LINE).await? {
        run(&mut tx, &format!("drop index {name}")).await?;
        lifted.0.push(text);
    }
    tx.commit().await?;
    Ok(lifted)
}

/// Puts them back: everything that happened is told, and PostgreSQL checks every reference.
pub async fn put_back_after_filling(db: &Db, lifted: Lifted) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    take_time(&mut tx).await?;
    run(&mut tx, "insert into happening select * from happened").await?;
    put_back(&mut tx, lifted).await?;
    tx.commit().await
}

/// No request waits for this.
async fn take_time(tx: &mut Tx) -> Result<(), DbError> {
    if matches!(tx, Tx::Postgres(..)) {
        for setting in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
            run(tx, &format!("set local {setting} = 0")).await?;
        }
    }
    Ok(())
}

/// A statement that is put together from names of the schema.
pub(super) async fn run(tx: &mut Tx, text: &str) -> Result<(), DbError> {
    match tx {
        Tx::Sqlite(tx, _) => tx.execute(text).await.map(drop)?,
        Tx::Postgres(tx, _) => tx.execute(text).await.map(drop)?,
    }
    Ok(())
}

/// Rows of a table, a name in it and what makes that.
async fn made(tx: &mut Tx, text: &str, like: &str) -> Result<Vec<(String, String, String)>, DbError> {
    Ok(match tx {
        Tx::Sqlite(tx, _) => sqlx::query_as(text).bind(like).fetch_all(&mut **tx).await?,
        Tx::Postgres(tx, _) => sqlx::query_as(text).bind(like).fetch_all(&mut **tx).await?,
    })
}
