//! Whether the node lives, and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;

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

/// Not ready while it ends or while its database does not answer.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.leaving.is_cancelled() || app.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending");
    }
    match sql("select cast(1 as bigint)").scalar::<i64>(&app.db).await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database"),
    }
}
