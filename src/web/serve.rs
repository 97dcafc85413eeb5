//! The accept loop: header timeout, a cap on connections, and an orderly end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::app::App;

/// A client that has not sent its next headers by then is gone (slow-header attacks). It also ends idle connections, so it
/// is longer than browsers wait between two clicks of one task.
const HEADERS: Duration = Duration::from_secs(30);
/// How long running requests may take to end after the stop.
const LAST_WORD: Duration = Duration::from_secs(8);

/// Serves until [`App::stop`] is cancelled, then ends streams, lets running requests finish, and returns.
pub async fn serve(app: App, listener: TcpListener, router: Router) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(app.config.connections));
    let connections = TaskTracker::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = tokio::select! {
            () = app.stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of files or a client that left at once: neither is a reason to stop serving.
                Err(_) => { tokio::time::sleep(Duration::from_millis(20)).await; continue }
            },
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let stop = app.stop.clone();
        connections.spawn(async move {
            let service =
                TowerToHyperService::new(router.map_request(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
                    request.map(axum::body::Body::new)
                }));
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(64 * 1024);
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    app.tasks.close();
    let _ = tokio::time::timeout(LAST_WORD, async {
        connections.wait().await;
        app.tasks.wait().await;
    })
    .await;
    Ok(())
}
