//! Logs: one JSON object a line on standard error. Routes and ids only; neither names nor query strings get there.

use tracing_subscriber::EnvFilter;

use super::Failure;

/// Starts logging what `filter` lets through.
pub(super) fn start(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(filter).map_err(|_| {
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
