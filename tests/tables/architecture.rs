//! Floors and rooms (architecture §1): nothing reaches upwards, SQL stands in stores, private rooms stay private.

use super::uses::paths;
use super::{files, none};

const CAPABILITIES: [&str; 16] = [
    "access",
    "patients",
    "record",
    "scheduling",
    "queue",
    "consultation",
    "laboratory",
    "prescribing",
    "settings",
    "stock",
    "audit",
    "diagnoses",
    "procedures",
    "letters",
    "billing",
    "pharmacy",
];
/// The floors of a capability, from the ground up; verbs are operations that several handlers share.
const FLOORS: [&str; 5] = ["model", "store", "views", "verbs", "handlers"];
/// Rooms that only their own capability enters.
const PRIVATE: [&str; 4] = ["store", "views", "verbs", "handlers"];
/// Doors left open on purpose, each with its reason.
const DOORS: [(&str, &str, &str); 1] =
    [("settings", "store", "the clinic's settings are read by everybody; the row is shared by its nature")];
/// Files outside stores that may hold SQL, each with its reason.
const SQL: [(&str, &str); 7] = [
    ("src/db/", "the seam itself"),
    ("src/jobs/lease.rs", "the leases of timed jobs"),
    ("src/web/health.rs", "asks whether the database answers"),
    ("src/cli/invariants/", "what must hold between the rows"),
    ("src/cli/create_admin.rs", "the first account, made without a running node"),
    ("src/cli/node.rs", "whether anybody can sign in yet"),
    ("src/demo/", "fills whole tables"),
];

fn module_of(name: &str) -> Vec<&str> {
    let inner = name.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Vec<&str> = inner.split('/').collect();
    if module.last() == Some(&"mod") {
        module.pop();
    }
    module
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == room)
}

#[test]
fn no_floor_reaches_upwards_and_no_room_is_entered_from_elsewhere() {
    let mut faults = Vec::new();
    for (name, source) in files("src", "rs") {
        let module = module_of(&name);
        let Some(own) = module.first().filter(|own| CAPABILITIES.contains(own)) else { continue };
        let own_floor = module.get(1).and_then(|room| floor(room));
        for path in paths(&source, &module) {
            let parts: Vec<&str> = path.split("::").collect();
            if own_floor == Some(0) && ["axum", "askama", "sqlx", "tower"].contains(&parts[0]) {
                faults.push(format!("{name}: a model uses {path}"));
            }
            let ["crate", capability, room, ..] = parts[..] else { continue };
            if capability == *own {
                if let (Some(from), Some(to)) = (own_floor, floor(room))
                    && to > from
                {
                    faults.push(format!("{name}: reaches up to {path}"));
                }
            } else if CAPABILITIES.contains(&capability)
                && PRIVATE.contains(&room)
                && !DOORS.iter().any(|(whose, which, _)| *whose == capability && *which == room)
            {
                faults.push(format!("{name}: enters {path}"));
            }
            if own_floor == Some(0) && path == "crate::db::sql" {
                faults.push(format!("{name}: a model uses SQL"));
            }
        }
    }
    none(&faults);
}

fn is_sql(literal: &str) -> bool {
    let lower = literal.trim_start().to_lowercase();
    let starts = |start: &str| lower.starts_with(start);
    (starts("select ") && lower.contains(" from ") && !lower.contains("::"))
        || starts("insert into ")
        || starts("delete from ")
        || (starts("update ") && lower.contains(" set "))
}

#[test]
fn sql_stands_in_stores() {
    let mut faults = Vec::new();
    for (name, source) in files("src", "rs") {
        let in_store = module_of(&name).contains(&"store");
        if in_store || SQL.iter().any(|(path, _)| name.starts_with(path)) {
            continue;
        }
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (at, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if line.contains(" sql(\"")
                || line.trim_start().starts_with("sql(\"")
                || line.split('"').skip(1).step_by(2).any(is_sql)
            {
                faults.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none(&faults);
}

/// Every file begins by saying what it is for, and names that say nothing are not used.
#[test]
fn every_module_says_what_it_is_for() {
    let mut faults = Vec::new();
    for (name, source) in files("src", "rs") {
        if !source.starts_with("//!") && !name.ends_with("_tests.rs") {
            faults.push(format!("{name}: no line of what it is for"));
        }
        if ["utils", "helpers", "common", "manager"].iter().any(|bad| module_of(&name).contains(bad)) {
            faults.push(format!("{name}: a name that says nothing"));
        }
    }
    none(&faults);
}
