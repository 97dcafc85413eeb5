//! PostgreSQL joins in the order in which a statement is written. Whatever is picked last has been joined to everything before:
//! on small data that costs nothing, on a million visits it is a page that hangs.

use std::collections::BTreeSet;

use axum::http::Method;
use futures::future::join_all;
use infirmary::db::{Db, sql};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, Row as _};

use super::plans::{GROWING, SMALL};
use super::{PEOPLE, filled, none, routes};
use crate::support::Clinic;

/// Statements that read in an order and stop, or that nobody waits for; by a part of their text, with why.
const WALKS: [(&str, &str); 5] = [
    ("(select count(*) from audit_entry)", "the check counts all"),
    ("select count(*) from audit_seal", "the same"),
    ("from audit_entry where id <= coalesce((select max(entry_id)", "the same"),
    ("from scheme s join claim c on c.scheme_id = s.id group by", "the sums of all claims"),
    ("from stock_transfer w cross join stock_transfer_line x", "what is under way"),
];
/// Partial indexes beside [`SMALL`] that hold only what is open now.
const OPEN: [&str; 7] = [
    "charge_open",
    "charge_owing",
    "lab_line_open",
    "lab_review_open",
    "queue_entry_visit_id_unique",
    "record_opening_emergency_patient",
    "visit_procedure_open",
];

/// A statement that some page has asked, and the types of its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
struct Asked {
    text: String,
    types: String,
}

/// What the shared connections have prepared.
async fn asked(db: &Db) -> BTreeSet<Asked> {
    let prepared =
        "select statement as text, cast(parameter_types as text) as types from pg_prepared_statements";
    let of_each = (0..64).map(|_| sql(prepared).all::<Asked>(db));
    join_all(of_each).await.into_iter().flat_map(Result::unwrap).collect()
}

/// Scans in a plan that read a growing table without looking anything up. `few`: whoever asks stops after a few rows.
fn scans(node: &Value, tables: &[&str], few: bool, found: &mut Vec<String>) {
    let word = |name: &str| node[name].as_str().unwrap_or_default();
    let (kind, table, index) = (word("Node Type"), word("Relation Name"), word("Index Name"));
    let looked_up = node.get("Index Cond").is_some() || kind == "Bitmap Heap Scan";
    let is_small = SMALL.contains(&index) || OPEN.contains(&index);
    if tables.contains(&table) && !looked_up && !few && !is_small {
        found.push(format!("{kind} of {table} {index}"));
    }
    let few = match kind {
        "Limit" => true,
        "Sort" | "Aggregate" | "Hash" | "WindowAgg" | "Unique" | "SetOp" => false,
        _ => few,
    };
    for part in node["Plans"].as_array().into_iter().flatten() {
        let again = part["Parent Relationship"] == "Inner";
        scans(part, tables, few && !again, found);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_on_postgres_reads_a_growing_table_from_end_to_end() {
    let Some(clinic) = Clinic::demo_on_postgres().await else { return };
    for name in PEOPLE {
        let browser = clinic.demo_person(name).await;
        for route in routes(&Method::GET) {
            for id in ["1", "2"] {
                browser.request(Method::GET, &filled(route.path, id)).send().await.unwrap();
            }
        }
    }
    let statements = asked(&clinic.app.db).await;
    assert!(statements.len() > 200, "only {} statements were asked", statements.len());
    let mut db = PgConnection::connect(&clinic.database_url).await.unwrap();
    let mut tables = Vec::new();
    for table in GROWING {
        // Of a table without a page PostgreSQL thinks nothing of.
        let one = db.fetch_optional(format!("select 1 from {table} limit 1").as_str()).await.unwrap();
        tables.extend(one.map(|_| table));
        // As if there were a million rows on each page of the file.
        let grown =
            format!("update pg_class set reltuples = 1000000, relpages = 1 where oid = '{table}'::regclass");
        db.execute(grown.as_str()).await.unwrap();
    }
    // A table of one page is as cheap to read whole as by its index.
    for setting in [
        "join_collapse_limit = 1",
        "plan_cache_mode = force_generic_plan",
        "random_page_cost = 1.1",
        "jit = off",
        "max_parallel_workers_per_gather = 0",
        "enable_seqscan = off",
    ] {
        db.execute(format!("set {setting}").as_str()).await.unwrap();
    }
    let (mut explained, mut faults, mut used) = (0, Vec::new(), BTreeSet::new());
    for Asked { text, types } in statements {
        if !text.trim_start().starts_with("select") && !text.trim_start().starts_with("with")
            || text.contains("pg_prepared")
        {
            continue;
        }
        let types = types.trim_matches(['{', '}']).replace('"', "");
        let values = vec!["null"; types.split(',').filter(|one| !one.is_empty()).count()].join(", ");
        let (types, values) = match values.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("({types})"), format!("({values})")),
        };
        db.execute(format!("prepare asked{types} as {text}").as_str()).await.unwrap();
        let explain = format!("explain (format json) execute asked{values}");
        let plan = sqlx::raw_sql(&explain).fetch_one(&mut db).await.unwrap();
        let plan: Value = serde_json::from_str(plan.try_get_unchecked(0).unwrap()).unwrap();
        db.execute("deallocate asked").await.unwrap();
        explained += 1;
        let mut found = Vec::new();
        scans(&plan[0]["Plan"], &tables, false, &mut found);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = WALKS.iter().position(|(part, _)| words.contains(part));
        used.extend(known);
        if known.is_none() && !found.is_empty() {
            faults.push(format!("{}: {words}", found.join(", ")));
        }
    }
    none(&faults);
    assert!(explained > 150 && tables.len() > 40, "only {explained} plans, {} tables", tables.len());
    let unused: Vec<_> = (0..WALKS.len()).filter(|at| !used.contains(at)).map(|at| WALKS[at]).collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}
