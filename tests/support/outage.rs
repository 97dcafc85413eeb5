//! A clinic that stops serving and comes back at the same address.

use std::net::SocketAddr;

use infirmary::app::{App, router};
use infirmary::clock::Clock;
use infirmary::config::Config;
use infirmary::db::Db;
use tokio::net::TcpListener;

use super::Clinic;

/// The time between a stop and the next start.
pub struct Outage {
    clinic: Clinic,
    clock: Clock,
    config: Config,
}

impl Outage {
    /// Stops the clinic as a restart would: streams end, the port is closed.
    pub async fn begins(clinic: Clinic) -> Self {
        let (clock, config) = (clinic.app.clock.clone(), clinic.app.config.clone());
        clinic.app.stop.cancel();
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(clinic.address).await.is_err() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        clinic.app.db.close().await;
        Outage { clinic, clock, config }
    }

    /// Starts a new node over the same database at the same address.
    pub async fn ends(self) -> Clinic {
        let listener = bound(self.clinic.address).await;
        let db = Db::open(&self.clinic.database_url, 10).await.unwrap();
        let app = App::new(db, self.clock, self.config).await.unwrap();
        let routes = router(&app);
        tokio::spawn(infirmary::web::serve::serve(app.clone(), listener, routes));
        Clinic { app, ..self.clinic }
    }
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
