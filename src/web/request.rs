//! What is known of every request: its id, where it came from, how many queries it took.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Error;
use super::submission::{Unbegun, answered_before};
use crate::app::App;
use crate::db;

/// The id of a request, shown on error pages and in the logs.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub Arc<str>);

/// The network address of the person's device.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Names the request, counts its queries, logs its end. Neither query strings nor names reach the log.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId(format!("{:012x}", rand::random::<u64>() >> 16).into());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = client_address(&app, &request, peer);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(ClientAddress(address));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let began = Instant::now();
    let work = async {
        let response = next.run(request).await;
        (response, db::queries_so_far())
    };
    let (mut response, queries) = db::in_request(work).await;
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status();
    metrics::counter!("infirmary_requests_total", "route" => route.clone(), "status" => status.as_str().to_owned())
        .increment(1);
    metrics::histogram!("infirmary_request_seconds", "route" => route.clone())
        .record(began.elapsed().as_secs_f64());
    tracing::info!(
        request = %id.0,
        %method,
        %route,
        status = status.as_u16(),
        queries,
        ms = began.elapsed().as_millis() as u64,
        "request"
    );
    if app.config.show_queries {
        response.headers_mut().insert("x-queries", HeaderValue::from(queries));
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The rightmost address that no trusted proxy vouches against; what a client invents to the left is not believed.
fn client_address(app: &App, request: &Request, peer: Option<IpAddr>) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let trusted = &app.config.trusted_proxies;
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded =
        request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|line| line.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !trusted.contains(hop)).unwrap_or(peer)
}

/// A change runs to its end even when its browser goes away: half-dropped transactions are no state to be in. The other
/// press of the same button is answered like the first one, whatever its handler found.
pub async fn finish_what_began(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let unbegun = Unbegun::default();
    request.extensions_mut().insert(unbegun.clone());
    let tasks = app.tasks.clone();
    let work = tasks.spawn(db::in_request(async move {
        let response = next.run(request).await;
        let response = answered_before(&app, &unbegun, response).await;
        (response, db::queries_so_far())
    }));
    match work.await {
        Ok((response, queries)) => {
            db::count_queries(queries);
            response
        }
        Err(error) if error.is_panic() => {
            let panic = error.into_panic();
            super::error::panicked(panic)
        }
        Err(error) => Error::internal(error).into_response(),
    }
}

/// Of a field that an address repeats the last one counts: whoever edited an address by hand meant that one.
pub async fn last_of_each(mut request: Request, next: Next) -> Response {
    if let Some(uri) = without_repeats(request.uri()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// The address with one of each field; none where nothing is repeated.
fn without_repeats(uri: &Uri) -> Option<Uri> {
    let query = uri.query().filter(|query| query.contains('&'))?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    let mut names = HashSet::new();
    let mut kept: Vec<&(String, String)> =
        pairs.iter().rev().filter(|(name, _)| names.insert(name.as_str())).collect();
    if kept.len() == pairs.len() {
        return None;
    }
    kept.reverse();
    let whole = format!("{}?{}", uri.path(), serde_urlencoded::to_string(kept).ok()?);
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(whole.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// The one id in an address. Anything that is no id is a page that does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Id<T = i64>(pub T);

impl<T: std::str::FromStr + Send, S: Send + Sync> axum::extract::FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Error> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        path.ok().and_then(|text| text.0.parse().ok()).map(Id).ok_or(Error::NotFound)
    }
}
