//! Answers that come before the request has been read to its end: too much was sent, or it was not allowed at all. A
//! browser that is still sending when the connection closes shows a fault of the network and not the page that says what
//! was wrong, so the rest is taken and thrown away first ("lingering close").

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// Bytes that are taken after the answer is known. Who sends more is cut off.
const REST: usize = 32 * 1024 * 1024;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A request's body that outlives the handler it was given to.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is left and throws it away.
    async fn read_out(mut self) {
        let mut taken = 0;
        while let Some(Ok(frame)) = self.frame().await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > REST {
                return;
            }
        }
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}

/// Reads a request to its end before its answer goes out.
pub async fn read_to_the_end(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(body.clone()))).await;
    if !body.is_end_stream() && body.size_hint().lower() <= REST as u64 {
        let _ = tokio::time::timeout(PATIENCE, body.read_out()).await;
    }
    response
}
