//! Logs: one JSON object a line on standard error. Routes and ids only; neither names nor query strings get there.

use tracing_subscriber::EnvFilter;

use super::Failure;

/// Starts logging what `filter` lets through.
pub(super) fn start(filter: &str) -> Result<(), Failure> {
    let parsed = EnvFilter::builder().parse(filter).ok().filter(|_| filter.split(',').all(is_clear));
    let filter = parsed.ok_or_else(|| {
        Failure::Setting(format!(
            "LOG must be a level or a filter such as warn,infirmary=info, and {filter:?} is not"
        ))
    })?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    Ok(())
}

/// A word alone would be taken for the name of a module, and nothing else would be logged any more: it must be a level.
fn is_clear(part: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let part = part.trim();
    part.is_empty() || part.contains('=') || LEVELS.iter().any(|level| part.eq_ignore_ascii_case(level))
}
