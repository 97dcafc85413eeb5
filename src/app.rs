//! What every request can reach, and the router as one readable list of capabilities.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::jobs::Job;
use crate::live::{Hub, Topic};
use crate::settings::model::Clinic;
use crate::web::routes::Routes;
use crate::{
    access, audit, billing, consultation, diagnoses, home, laboratory, letters, patients, pharmacy,
    prescribing, procedures, queue, record, scheduling, settings, stock, web,
};

/// The running node; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
#[derive(Debug)]
pub struct Inner {
    /// The database.
    pub db: Db,
    /// The only source of now.
    pub clock: Clock,
    /// This node's settings.
    pub config: Config,
    /// Who watches what.
    pub live: Hub,
    /// How many may watch.
    pub seats: Arc<web::seats::Seats>,
    /// Writes down who opened what.
    pub openings: audit::Openings,
    /// Work that must finish even when its browser is gone.
    pub tasks: TaskTracker,
    /// Cancelled when the node is about to end: it still answers, but says that it is not ready.
    pub leaving: CancellationToken,
    /// Cancelled when the node is to end; event streams end on it.
    pub stop: CancellationToken,
    clinic: RwLock<Arc<Clinic>>,
}

impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// A node over an open, migrated database.
    pub async fn new(db: Db, clock: Clock, config: Config) -> Result<Self, DbError> {
        let clinic = settings::store::ensure_clinic(&db, &Clinic::fresh(clock.now())).await?;
        Ok(Self::over(db, clock, config, clinic))
    }

    /// Over a database that is only read; for checks beside a running node.
    pub async fn reading(db: Db, clock: Clock, config: Config) -> Result<Self, DbError> {
        let clinic = settings::store::clinic(&db).await?;
        Ok(Self::over(db, clock, config, clinic))
    }

    fn over(db: Db, clock: Clock, config: Config, clinic: Clinic) -> Self {
        let seats = web::seats::Seats::of(config.connections);
        App(Arc::new(Inner {
            db,
            clock,
            config,
            live: Hub::new(),
            seats,
            openings: audit::Openings::default(),
            tasks: TaskTracker::new(),
            leaving: CancellationToken::new(),
            stop: CancellationToken::new(),
            clinic: RwLock::new(Arc::new(clinic)),
        }))
    }

    /// The clinic's settings as last read; a change on any node is here within a second.
    pub fn clinic(&self) -> Arc<Clinic> {
        Arc::clone(&self.clinic.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the clinic's settings again.
    pub async fn reload_clinic(&self) -> Result<(), DbError> {
        let clinic = settings::store::clinic(&self.db).await?;
        *self.clinic.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(clinic);
        Ok(())
    }

    /// Starts what runs beside the requests: listening to other nodes, following the settings, timed jobs.
    pub async fn start(&self) -> Result<(), DbError> {
        self.live.relay(&self.db).await?;
        self.follow_settings();
        crate::jobs::run(self.clone(), jobs());
        Ok(())
    }

    /// Reads the settings again whenever any node has changed them.
    pub fn follow_settings(&self) {
        let app = self.clone();
        let mut heard = self.live.listen();
        tokio::spawn(async move {
            while !app.stop.is_cancelled() {
                let reload = match heard.recv().await {
                    Ok(topics) => topics.iter().any(|topic| matches!(topic, Topic::Settings | Topic::All)),
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => true,
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                };
                if reload && let Err(error) = app.reload_clinic().await {
                    tracing::warn!(%error, "the settings could not be read again");
                }
            }
        });
    }
}

/// Every page and form, by capability.
pub fn routes() -> Routes {
    Routes::new("infirmary")
        .merge(web::routes_of_pages())
        .merge(home::routes())
        .merge(access::routes())
        .merge(patients::routes())
        .merge(record::routes())
        .merge(scheduling::routes())
        .merge(queue::routes())
        .merge(consultation::routes())
        .merge(diagnoses::routes())
        .merge(procedures::routes())
        .merge(laboratory::routes())
        .merge(letters::routes())
        .merge(prescribing::routes())
        .merge(pharmacy::routes())
        .merge(stock::routes())
        .merge(billing::routes())
        .merge(settings::routes())
        .merge(audit::routes())
}

/// Everything that runs by the clock.
pub fn jobs() -> Vec<Job> {
    [
        web::jobs(),
        audit::jobs(),
        access::jobs(),
        scheduling::jobs(),
        queue::jobs(),
        stock::jobs(),
        pharmacy::jobs(),
    ]
    .concat()
}

/// The whole application behind its middleware.
pub fn router(app: &App) -> Router {
    web::wrap(app, routes().mount(app))
}
