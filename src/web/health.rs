//! Whether the node lives, and whether it can work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::errors_page::Plain;
use super::routes::{Access, Routes};
use crate::app::App;
use crate::db::sql;
use crate::jobs;

/// `/healthz` and `/readyz`.
pub fn routes() -> Routes {
    Routes::new("web").get("/healthz", Access::Public, healthy).get("/readyz", Access::Public, ready)
}

async fn healthy() -> &'static str {
    "ok"
}

/// Whoever asks decides where to send people, and does not wait as long as they would.
const PATIENCE: Duration = Duration::from_secs(2);

/// Not ready while it ends, while its database does not answer, or while its clock is another one than the database's: what
/// people do there would carry a wrong time.
async fn ready(State(app): State<App>) -> Response {
    if app.leaving.is_cancelled() || app.stop.is_cancelled() {
        return not_ready("ending");
    }
    let asked = tokio::time::timeout(PATIENCE, async {
        sql("select cast(1 as bigint)").scalar::<i64>(&app.db).await?;
        jobs::clock_agrees(&app).await
    });
    match asked.await {
        Ok(Ok(true)) => (StatusCode::OK, "ready").into_response(),
        Ok(Ok(false)) => not_ready("the clock of this node is not the database's"),
        Ok(Err(_)) | Err(_) => not_ready("the database does not answer"),
    }
}

/// A word for a program, not a page.
fn not_ready(why: &'static str) -> Response {
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    answer.extensions_mut().insert(Plain);
    answer
}
