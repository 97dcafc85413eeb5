//! The content of a whole database in a few words, to say that nothing has changed.

use std::collections::BTreeMap;

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::Clinic;

/// What comes and goes with every request: sessions, the trail, who was seen when, jobs.
pub const RESTLESS: [&str; 7] =
    ["audit_entry", "audit_seal", "browser_session", "job", "known_device", "sign_in", "throttle"];

/// Every table with the number of its rows and a digest of them.
pub async fn tables(clinic: &Clinic) -> BTreeMap<String, String> {
    if clinic.database_url.starts_with("sqlite:") { sqlite(clinic).await } else { postgres(clinic).await }
}

async fn sqlite(clinic: &Clinic) -> BTreeMap<String, String> {
    let url = format!("{}?mode=ro", clinic.database_url);
    let mut db = SqliteConnection::connect(&url).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let mut digests = BTreeMap::new();
    for name in names {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1)")
            .bind(&name)
            .fetch_all(&mut db)
            .await
            .unwrap();
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let rows: Vec<String> =
            sqlx::query_scalar(&format!("select {} from \"{name}\" order by 1", quoted.join("||','||")))
                .fetch_all(&mut db)
                .await
                .unwrap();
        digests.insert(name, digest(&rows));
    }
    digests
}

async fn postgres(clinic: &Clinic) -> BTreeMap<String, String> {
    let mut db = PgConnection::connect(&clinic.database_url).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    // One question for all tables: they are compared hundreds of times.
    let each = names.iter().map(|name| {
        format!(
            "select '{name}', count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '')
             from {name} t"
        )
    });
    let all = each.collect::<Vec<_>>().join(" union all ");
    let rows: Vec<(String, String)> = sqlx::query_as(&all).fetch_all(&mut db).await.unwrap();
    rows.into_iter().collect()
}

fn digest(rows: &[String]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    format!("{} rows, {:016x}", rows.len(), hasher.finish())
}

/// The tables that differ, but for those in `apart`.
pub fn changed(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    apart: &[&str],
) -> Vec<String> {
    let differs = |(name, was): (&String, &String)| {
        let is = after.get(name).map_or("gone", String::as_str);
        (is != was && !apart.contains(&name.as_str())).then(|| format!("{name}: {was}, then {is}"))
    };
    before.iter().filter_map(differs).collect()
}
