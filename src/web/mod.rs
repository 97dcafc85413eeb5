//! What every page shares: errors, the page's frame, the table of routes, forms, files, security, event streams.

pub mod assets;
pub mod conflict;
pub mod error;
pub mod errors_page;
pub mod filters;
pub mod form;
pub mod health;
pub mod linger;
pub mod live;
pub mod nav;
pub mod page;
pub mod paths;
pub mod reports;
pub mod request;
pub mod routes;
pub mod seats;
pub mod security;
pub mod serve;
pub mod sought;
pub mod store;
pub mod submission;

pub use error::Error;
pub use form::FormState;
pub use page::{Page, html};
pub use submission::Submission;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::access::session;
use crate::app::App;
use crate::jobs::Job;
use routes::{Access, Routes};

/// The result of a handler.
pub type Answer = Result<axum::response::Response, Error>;

/// A form with text is far smaller; uploads raise it for their own route.
const BODY_LIMIT: usize = 256 * 1024;

/// Health, static files: what belongs to no capability.
pub fn routes_of_pages() -> Routes {
    Routes::new("web").merge(health::routes()).merge(assets::routes()).merge(reports::routes()).post(
        paths::SOUGHT,
        Access::Staff,
        sought::find,
    )
}

/// Timed work of the web itself.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "forget_old_submissions",
        every: Duration::from_secs(3_600),
        run: |app| Box::pin(async move { store::forget_operations(&app).await }),
    }]
}

/// Puts the middleware around the router, outermost first.
pub fn wrap(app: &App, router: Router) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), request::identify))
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(4)))
        .layer(from_fn_with_state(app.clone(), errors_page::render))
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(from_fn(linger::read_to_the_end))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(30),
        ))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CsrfLayer::new().with_rejection_response(security::from_elsewhere))
        .layer(from_fn(security::demand_origin))
        .layer(from_fn_with_state(app.clone(), request::finish_what_began))
        .layer(from_fn(sought::fill_in))
        .layer(from_fn(request::last_of_each))
        .layer(session::layer(app));
    router.layer(layers)
}
