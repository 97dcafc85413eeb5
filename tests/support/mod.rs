//! A clinic to test with: a real server on loopback over a database of its own, browsers, and people.

mod access;
pub mod billing;
mod browser;
pub mod chromium;
pub mod consultation;
pub mod databases;
mod demo;
mod diagnoses;
pub mod faults;
mod laboratory;
mod letters;
mod outage;
mod patients;
mod people;
mod pharmacy;
mod prescribing;
mod queue;
mod record;
mod scheduling;
mod stock;
pub mod streams;

pub use browser::{Browser, Seen};
pub use diagnoses::Consulting;
pub use laboratory::Lab;
pub use outage::Outage;
pub use patients::{ADA, ada_but, register};
pub use people::PASSWORD;
pub use pharmacy::Counter;
pub use prescribing::{AMOXICILLIN, COURSE, IBUPROFEN, PARACETAMOL, Room};
pub use stock::{PHARMACY, QUARANTINE, Shelves, out};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use infirmary::app::{App, router};
use infirmary::clock::Clock;
use infirmary::config::Config;
use infirmary::db::{Db, DbError, DbKind};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::TcpListener;

use databases::Place;

/// Tells the same story on both databases. PostgreSQL is the server that `INFIRMARY_TEST_POSTGRES` names; without it
/// that half says that it was left out, and fails where `INFIRMARY_TEST_ALL` demands everything.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($clinic:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every story needs everything")]
            use super::*;

            async fn story($clinic: $crate::support::Clinic) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let clinic = $crate::support::Clinic::on_sqlite().await;
                let after = clinic.afterwards();
                story(clinic).await;
                after.the_lines_of_time_tell_what_happened().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(clinic) = $crate::support::Clinic::on_postgres().await {
                    let after = clinic.afterwards();
                    story(clinic).await;
                    after.the_lines_of_time_tell_what_happened().await;
                }
            }
        }
    )+};
}

/// A running clinic.
pub struct Clinic {
    /// The node.
    pub app: App,
    /// Where it serves.
    pub address: SocketAddr,
    /// The database's address, to start a second node over it.
    pub database_url: String,
    place: Arc<Place>,
}

/// What is left of a clinic when its story is over.
pub struct Afterwards {
    place: Arc<Place>,
}

impl Afterwards {
    /// Whatever a story did: the triggers kept every line of time as its view says. A story that took the database away
    /// leaves nothing to look at.
    pub async fn the_lines_of_time_tell_what_happened(self) {
        let Ok(db) = Db::open_reading(&self.place.url).await else { return };
        let apart: Result<Vec<(String, i64)>, DbError> = infirmary::db::sql(
            "select what, ref_id from (select * from happening except select * from happened) as told
             union all select what, ref_id from (select * from happened except select * from happening) as untold",
        )
        .all(&db)
        .await;
        db.close().await;
        if let Ok(apart) = apart {
            assert!(apart.is_empty(), "a line of time does not tell what happened: {apart:?}");
        }
    }
}

/// Dice whose seed is told when a story fails; `INFIRMARY_TEST_SEED` throws them the same way again. Who acts at the same
/// time as others gets dice of their own, [`thrown`] from these: what each of them tries is repeated, not who comes first.
pub fn dice() -> (u64, StdRng) {
    let told = std::env::var("INFIRMARY_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = told.unwrap_or_else(rand::random);
    // A failure may be noticed far from where the dice are; what a story prints is shown when it fails.
    eprintln!("INFIRMARY_TEST_SEED={seed} throws these dice again");
    (seed, StdRng::seed_from_u64(seed))
}

/// Dice of somebody's own, thrown from others.
pub fn thrown(from: &mut StdRng) -> StdRng {
    StdRng::from_rng(from)
}

/// The moment at which every story begins: Monday 9 November 2026, 09:00 in Lagos.
pub fn monday_morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 9, 8, 0, 0).unwrap()
}

impl Clinic {
    /// Over a SQLite file of its own.
    pub async fn on_sqlite() -> Self {
        Self::start(Place::sqlite().await, Clock::held(monday_morning())).await
    }

    /// Over a PostgreSQL database of its own.
    pub async fn on_postgres() -> Option<Self> {
        Some(Self::start(Place::postgres().await?, Clock::held(monday_morning())).await)
    }

    /// Starts a node over a database.
    pub async fn start(place: Place, clock: Clock) -> Self {
        let db = Db::open(&place.url, 10).await.unwrap();
        Self::start_with(place, clock, db, router).await
    }

    /// Starts a node that takes few connections.
    pub async fn narrow(place: Place, connections: usize) -> Self {
        let db = Db::open(&place.url, 10).await.unwrap();
        Self::start_as(place, Clock::held(monday_morning()), db, router, connections).await
    }

    /// Starts a node over an open database, with a router of its own.
    pub async fn start_with(
        place: Place,
        clock: Clock,
        db: Db,
        router: impl FnOnce(&App) -> axum::Router,
    ) -> Self {
        Self::start_as(place, clock, db, router, Config::local("").connections).await
    }

    async fn start_as(
        place: Place,
        clock: Clock,
        db: Db,
        router: impl FnOnce(&App) -> axum::Router,
        connections: usize,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config {
            bind: address,
            public_url: format!("http://localhost:{}", address.port()),
            data_dir: place.folder().to_owned(),
            password_cost: people::CHEAP,
            show_queries: true,
            connections,
            ..Config::local(&place.url)
        };
        let app = App::new(db, clock, config).await.unwrap();
        app.live.relay(&app.db).await.unwrap();
        app.follow_settings();
        let routes = router(&app);
        tokio::spawn(infirmary::web::serve::serve(app.clone(), listener, routes));
        Clinic { app, address, database_url: place.url.clone(), place: Arc::new(place) }
    }

    /// A second node over the same PostgreSQL database.
    pub async fn second_node(&self) -> Clinic {
        Self::start(self.place.beside(), self.app.clock.clone()).await
    }

    /// To look at what a story left, when the clinic is gone.
    pub fn afterwards(&self) -> Afterwards {
        Afterwards { place: Arc::clone(&self.place) }
    }

    /// A folder that lives as long as the clinic.
    pub fn folder(&self) -> &std::path::Path {
        self.place.folder()
    }

    /// A browser that is not signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// Lets the clinic's clock go on.
    pub fn wait_minutes(&self, minutes: i64) {
        self.app.clock.advance(chrono::TimeDelta::minutes(minutes));
    }

    /// Runs one timed job now.
    pub async fn run_job(&self, name: &str) {
        let job = infirmary::app::jobs().into_iter().find(|job| job.name == name).unwrap();
        (job.run)(self.app.clone()).await.unwrap();
    }

    /// How many rows a table has, or how many fit a condition.
    pub async fn count(&self, sql: &'static str) -> i64 {
        infirmary::db::sql(sql).scalar(&self.app.db).await.unwrap()
    }
}

/// Waits until `check` holds, at most five seconds.
pub async fn eventually<F: Future<Output = bool>>(mut check: impl FnMut() -> F) {
    for _ in 0..100 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not happen within five seconds");
}
