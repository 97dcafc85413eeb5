//! Whether the node lives, and whether it can work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::errors_page::Plain;
use super::routes::{Access, Routes};
use crate::app::App;
use crate::db::sql;

/// `/healthz` and `/readyz`.
pub fn routes() -> Routes {
    Routes::new("web").get("/healthz", Access::Public, healthy).get("/readyz", Access::Public, ready)
}

async fn healthy() -> &'static str {
    "ok"
}

/// Whoever asks decides where to send people, and does not wait as long as they would.
const PATIENCE: Duration = Duration::from_secs(2);

/// Not ready while it ends or while its database does not answer.
async fn ready(State(app): State<App>) -> Response {
    if app.leaving.is_cancelled() || app.stop.is_cancelled() {
        return not_ready("ending");
    }
    let asked = tokio::time::timeout(PATIENCE, sql("select cast(1 as bigint)").scalar::<i64>(&app.db));
    match asked.await {
        Ok(Ok(_)) => (StatusCode::OK, "ready").into_response(),
        Ok(Err(_)) | Err(_) => not_ready("the database does not answer"),
    }
}

/// A word for a program, not a page.
fn not_ready(why: &'static str) -> Response {
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    answer.extensions_mut().insert(Plain);
    answer
}
