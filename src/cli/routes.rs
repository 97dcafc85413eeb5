//! The table of routes as text.

use std::io::Write;

use super::Failure;
use crate::app;

/// Prints every route: method, path, who may, which capability.
pub(super) fn print() -> Result<(), Failure> {
    let routes = app::routes();
    let wide = routes.table().iter().map(|route| route.path.len()).max().unwrap_or(0);
    let mut out = std::io::stdout().lock();
    for route in routes.table() {
        let access = route.access.to_string();
        let line = format!("{:<5} {:<wide$}  {access:<20} {}", route.method, route.path, route.capability);
        // A reader that has seen enough (`| head`) is no fault.
        if writeln!(out, "{line}").is_err() {
            return Ok(());
        }
    }
    Ok(())
}
