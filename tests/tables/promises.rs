//! The page that maps promises to tests names tests that exist, and leaves no promise out.

use super::{files, none, root};

/// What this version promises.
const PROMISES: [&str; 29] = [
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P11", "P12", "P14", "P15", "P16", "P17", "P18",
    "P20", "P21", "P22", "P24", "P26", "P28", "P29", "P30", "P31", "P32", "P33", "P35", "P36",
];
/// Weaknesses that it can have.
const WEAKNESSES: [&str; 25] = [
    "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12", "W13", "W14", "W15", "W16",
    "W17", "W18", "W19", "W20", "W21", "W22", "W23", "W24", "W25",
];
/// Complaints about others, of what it does.
const COMPLAINTS: [&str; 13] =
    ["U13", "U14", "U15", "U16", "U17", "U18", "U19", "U20", "U21", "U22", "U23", "U24", "U29"];

fn page() -> String {
    std::fs::read_to_string(root().join("docs/promises.md")).unwrap()
}

/// Whether a test of this path stands in the file of its module; what follows its name is the database.
fn exists(path: &str, sources: &[(String, String)]) -> bool {
    let Some((module, name)) = path.rsplit_once("::") else { return false };
    let file = format!("tests/{}", module.replace("::", "/"));
    let code =
        sources.iter().find(|(own, _)| *own == format!("{file}.rs") || *own == format!("{file}/mod.rs"));
    let endings = ["(", "_sqlite(", "_postgres("];
    code.is_some_and(|(_, text)| endings.iter().any(|ending| text.contains(&format!("fn {name}{ending}"))))
}

#[test]
fn every_test_of_the_table_exists() {
    let sources = files("tests", "rs");
    let page = page();
    let names: Vec<&str> = page.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
    assert!(names.len() > 80, "the page names {} tests", names.len());
    let missing = names.iter().filter(|name| !exists(name, &sources)).map(|name| format!("no test {name}"));
    none(&missing.collect::<Vec<_>>());
    assert!(!exists("queue::races::a_test_that_nobody_wrote", &sources), "the control");
}

#[test]
fn every_promise_and_every_weakness_has_its_row() {
    let page = page();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    let has = |id: &&&str| rows.iter().any(|row| row.starts_with(&format!("| {id} |")) && row.contains("::"));
    let missing = PROMISES
        .iter()
        .chain(&WEAKNESSES)
        .chain(&COMPLAINTS)
        .filter(|id| !has(id))
        .map(|id| format!("{id} has no row with a test"));
    none(&missing.collect::<Vec<_>>());
}
