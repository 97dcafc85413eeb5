//! Prometheus metrics, on an address of their own that need not be reachable for the public.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

use super::Failure;
use crate::app::App;

/// Bounds of the request times, in seconds.
const SECONDS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often old samples are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves metrics if the settings name an address for them.
pub(super) async fn serve(app: &App) -> Result<(), Failure> {
    let Some(bind) = app.config.metrics_bind else { return Ok(()) };
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("infirmary_request_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    let listener = TcpListener::bind(bind)
        .await
        .map_err(|error| Failure::Fault(format!("cannot serve metrics on {bind}: {error}")))?;
    let (node, shown) = (app.clone(), recorder.clone());
    let page = move || {
        metrics::gauge!("infirmary_watchers").set(node.live.watchers() as f64);
        metrics::gauge!("infirmary_tasks").set(node.tasks.len() as f64);
        std::future::ready(shown.render())
    };
    let router = Router::new().route("/metrics", get(page));
    let stop = app.stop.clone();
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    });
    let stop = app.stop.clone();
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            tokio::time::sleep(UPKEEP).await;
            recorder.run_upkeep();
        }
    });
    Ok(())
}
