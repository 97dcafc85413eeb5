//! A clinic that stops serving and comes back at the same address.

use std::net::SocketAddr;

use infirmary::app::{App, router};
use infirmary::clock::Clock;
use infirmary::config::Config;
use infirmary::db::Db;
use infirmary::live::Topic;
use tokio::net::TcpListener;

use super::Clinic;
use super::databases::Place;

/// The time between a stop and the next start.
pub struct Outage {
    address: SocketAddr,
    place: std::sync::Arc<Place>,
    clock: Clock,
    config: Config,
}

impl Outage {
    /// Stops the clinic as a restart would: streams end, the port is closed, the database is let go.
    pub async fn begins(clinic: Clinic) -> Self {
        let Clinic { app, address, place, .. } = clinic;
        let (clock, config) = (app.clock.clone(), app.config.clone());
        app.stop.cancel();
        // Whoever waits for news hears some, and sees that it is over.
        app.live.tell_here(&[Topic::Displays]);
        app.db.close().await;
        Outage { address, place, clock, config }
    }

    /// Starts a new node over the same database at the same address.
    pub async fn ends(self) -> Clinic {
        let Outage { address, place, clock, config } = self;
        let listener = bound(address).await;
        let db = opened(&place.url).await;
        let app = App::new(db, clock, config).await.unwrap();
        app.live.relay(&app.db).await.unwrap();
        app.follow_settings();
        let routes = router(&app);
        tokio::spawn(infirmary::web::serve::serve(app.clone(), listener, routes));
        Clinic { app, address, database_url: place.url.clone(), place }
    }
}

/// The old node lets go of the database when its last task has ended.
async fn opened(url: &str) -> Db {
    for _ in 0..200 {
        if let Ok(db) = Db::open(url, 10).await {
            return db;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{url} stays taken");
}

async fn bound(address: SocketAddr) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(address).await {
            return listener;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{address} stays taken");
}
