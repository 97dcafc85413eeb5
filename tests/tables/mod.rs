//! Rules that hold for every route, table, template and file: checked by going through the whole list of them.

mod access;
mod architecture;
mod bad_input;
mod broken_off;
mod closed;
mod csrf;
mod digest;
mod double;
mod faults;
pub mod forms;
mod garbage;
mod headers;
mod joins;
mod kept;
mod pages;
mod parity;
mod plans;
mod promises;
mod sizes;
mod uses;
mod words;

use std::path::{Path, PathBuf};

use axum::http::Method;
use infirmary::web::routes::Route;

/// The demo's people with the roles they hold, a student, and nobody.
pub const PEOPLE: [&str; 8] =
    ["admin", "reception", "nurse", "doctor", "lab", "pharmacy", "cashier", infirmary::demo::STUDENT];

/// Every route of a method.
pub fn routes(method: &Method) -> Vec<Route> {
    infirmary::app::routes().table().iter().filter(|route| route.method == *method).cloned().collect()
}

/// A path with every parameter replaced.
pub fn filled(path: &str, with: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { with.to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whether a path has parameters.
pub fn has_parameter(path: &str) -> bool {
    path.contains('{')
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file beneath a folder of the repository with this extension, with its path from the repository on.
pub fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|own| own == extension) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no .{extension} file");
    found
}

/// Fails with all faults at once.
#[track_caller]
pub fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
