//! The database's own guards step aside while whole tables arrive, and come back in the same transaction: triggers that
//! refuse a change or keep a sum would take the history for new work. References are checked when they come back.

use sqlx::Row;

use super::shape::Table;
use super::{PortableError, Tx, run};

/// Statements that put back what was lifted.
pub(super) struct Lifted(Vec<String>);

pub(super) async fn lift(tx: &mut Tx, tables: &[Table]) -> Result<Lifted, PortableError> {
    let mut back = Vec::new();
    match tx {
        Tx::Sqlite(..) => {
            run(tx, "pragma defer_foreign_keys = on").await?;
            for (name, text) in triggers(tx).await? {
                run(tx, &format!("drop trigger {name}")).await?;
                back.push(text);
            }
        }
        Tx::Postgres(..) => {
            for setting in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
                run(tx, &format!("set local {setting} = 0")).await?;
            }
            for (table, name, text) in references(tx).await? {
                run(tx, &format!("alter table {table} drop constraint {name}")).await?;
                back.push(format!("alter table {table} add constraint {name} {text}"));
            }
            for table in tables {
                run(tx, &format!("alter table {} disable trigger user", table.name)).await?;
            }
        }
    }
    Ok(Lifted(back))
}

pub(super) async fn put_back(tx: &mut Tx, tables: &[Table], lifted: Lifted) -> Result<(), PortableError> {
    for text in lifted.0 {
        run(tx, &text).await?;
    }
    if matches!(tx, Tx::Postgres(..)) {
        for table in tables {
            run(tx, &format!("alter table {} enable trigger user", table.name)).await?;
        }
    }
    Ok(())
}

async fn triggers(tx: &mut Tx) -> Result<Vec<(String, String)>, PortableError> {
    let Tx::Sqlite(tx, _) = tx else { return Ok(Vec::new()) };
    let found = sqlx::query("select name, sql from sqlite_master where type = 'trigger' order by rowid");
    let rows = found.fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn references(tx: &mut Tx) -> Result<Vec<(String, String, String)>, PortableError> {
    let Tx::Postgres(tx, _) = tx else { return Ok(Vec::new()) };
    let found = sqlx::query(
        "select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) from pg_constraint
         where contype = 'f' and connamespace = 'public'::regnamespace order by conrelid, conname",
    );
    let rows = found.fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
