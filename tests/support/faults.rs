//! Faults that a test puts into requests, from outside: at a chosen moment a handler panics, hangs, or loses its
//! database. The product knows nothing of it; what a header asks for is done by a layer around its routes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures::future::{BoxFuture, join_all};
use infirmary::app::{App, routes};
use infirmary::clock::Clock;
use infirmary::db::{Db, DbKind};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, Notify};

use super::databases::{Place, postgres_tables};
use super::{Clinic, monday_morning};

/// How long a writer waits for another one's lock here, in milliseconds; some seconds in a real clinic.
const PATIENCE: u32 = 200;
/// Asks for a fault: its kind and after how many suspensions of the handler.
pub const ASK: &str = "x-test-fault";
/// On the answer when the fault took place.
pub const DONE: &str = "x-test-fault-done";

/// What breaks requests.
#[derive(Clone)]
pub struct Faults {
    database_url: String,
    db: Db,
    /// Ends the connections of PostgreSQL; none on SQLite.
    server: Option<Arc<Mutex<PgConnection>>>,
    /// Set for one statement of SQLite, which then fails.
    interrupt: Arc<AtomicBool>,
    /// Lets those go on that hang.
    release: Arc<Notify>,
}

impl Faults {
    /// Breaks the database for whoever uses it at this moment.
    async fn break_database(self) {
        let Some(server) = &self.server else {
            self.interrupt.store(true, Ordering::SeqCst);
            return;
        };
        let all = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'infirmary' and state <> 'idle'";
        server.lock().await.execute(all).await.unwrap();
    }

    /// Nothing is broken any more; the next fault can come.
    pub async fn mend(&self) {
        self.interrupt.store(false, Ordering::SeqCst);
        self.release.notify_waiters();
        if let Db::Sqlite { write, .. } = &self.db {
            self.arm(write, 1).await;
        }
    }

    /// Lets the next statement on these connections fail whenever that is asked for.
    async fn arm(&self, pool: &SqlitePool, connections: usize) {
        for mut connection in
            join_all((0..connections).map(|_| pool.acquire())).await.into_iter().map(Result::unwrap)
        {
            let interrupt = Arc::clone(&self.interrupt);
            let mut handle = connection.lock_handle().await.unwrap();
            handle.set_progress_handler(1, move || !interrupt.swap(false, Ordering::SeqCst));
        }
    }

    /// Nobody waits long here.
    async fn hurry(&self) {
        match &self.db {
            // Reading on the spot waits for nothing; what it does without a database is a test of its own.
            Db::Sqlite { write, .. } => {
                self.arm(write, 1).await;
                write.execute(format!("pragma busy_timeout = {PATIENCE}").as_str()).await.unwrap();
            }
            Db::Postgres { pool, .. } => {
                for connection in join_all((0..10).map(|_| pool.acquire())).await {
                    let set = format!("set lock_timeout = '{PATIENCE}ms'");
                    connection.unwrap().execute(set.as_str()).await.unwrap();
                }
            }
        }
    }

    fn of(&self, kind: &str) -> BoxFuture<'static, ()> {
        match kind {
            // Unwinds as a panic does, without a backtrace for each.
            "panic" => Box::pin(async { std::panic::resume_unwind(Box::new("a fault that a test put in")) }),
            "hang" => {
                let release = Arc::clone(&self.release);
                Box::pin(async move { release.notified().await })
            }
            "database" => Box::pin(self.clone().break_database()),
            other => panic!("no such fault: {other}"),
        }
    }

    /// The product's routes with the faults inside its middleware.
    fn around(self, app: &App) -> Router {
        let inner = routes().mount(app).layer(from_fn_with_state(self, inject));
        infirmary::web::wrap(app, inner)
    }

    /// Somebody else, who can hold what every change needs, as a long piece of work would.
    pub async fn somebody_else(&self) -> Other {
        if let Some(path) = infirmary::db::sqlite_path(&self.database_url) {
            let file = SqliteConnectOptions::new().filename(path);
            return Other::Sqlite(SqliteConnection::connect_with(&file).await.unwrap());
        }
        let mut db = PgConnection::connect(&self.database_url).await.unwrap();
        let names = postgres_tables(&mut db).await;
        Other::Postgres(db, format!("begin; lock table {} in exclusive mode", names.join(", ")))
    }
}

/// Somebody else at the same database.
pub enum Other {
    /// Takes SQLite's write lock.
    Sqlite(SqliteConnection),
    /// Takes every table, in these words.
    Postgres(PgConnection, String),
}

impl Other {
    /// Holds everything, until [`Other::lets_go`].
    pub async fn holds(&mut self) {
        match self {
            Other::Sqlite(db) => db.execute("begin immediate").await.map(|_| ()).unwrap(),
            Other::Postgres(db, everything) => db.execute(everything.as_str()).await.map(|_| ()).unwrap(),
        }
    }

    /// Lets go.
    pub async fn lets_go(&mut self) {
        match self {
            Other::Sqlite(db) => db.execute("rollback").await.map(|_| ()).unwrap(),
            Other::Postgres(db, _) => db.execute("rollback").await.map(|_| ()).unwrap(),
        }
    }
}

async fn inject(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let asked = request.headers().get(ASK).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some((kind, after)) = asked.as_deref().and_then(|text| text.split_once(' ')) else {
        return next.run(request).await;
    };
    let fault = Some(faults.of(kind));
    let mut faulty = Faulty { inner: Box::pin(next.run(request)), left: after.parse().unwrap(), fault };
    let mut response = (&mut faulty).await;
    if faulty.fault.is_none() {
        response.headers_mut().insert(DONE, axum::http::HeaderValue::from_static("yes"));
    }
    response
}

/// A handler that meets its fault after some suspensions: wherever it waits for the database, it waits so.
struct Faulty {
    inner: BoxFuture<'static, Response>,
    left: u32,
    fault: Option<BoxFuture<'static, ()>>,
}

impl Future for Faulty {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        if self.left == 0
            && let Some(fault) = self.fault.as_mut()
        {
            if fault.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.fault = None;
        }
        let polled = self.inner.as_mut().poll(context);
        self.left = self.left.saturating_sub(1);
        polled
    }
}

impl Clinic {
    /// Over a SQLite file, with faults to be asked for.
    pub async fn faulty_on_sqlite() -> (Self, Faults) {
        Self::faulty(Place::sqlite().await).await
    }

    /// Over a PostgreSQL database, with faults to be asked for.
    pub async fn faulty_on_postgres() -> Option<(Self, Faults)> {
        Some(Self::faulty(Place::postgres().await?).await)
    }

    async fn faulty(place: Place) -> (Self, Faults) {
        let db = Db::open(&place.url, 10).await.unwrap();
        let server = match db.kind() {
            DbKind::Sqlite => None,
            DbKind::Postgres => Some(PgConnection::connect(&place.url).await.unwrap()),
        };
        let faults = Faults {
            database_url: place.url.clone(),
            db: db.clone(),
            server: server.map(|server| Arc::new(Mutex::new(server))),
            interrupt: Arc::default(),
            release: Arc::new(Notify::new()),
        };
        faults.hurry().await;
        let own = faults.clone();
        let clock = Clock::held(monday_morning());
        (Self::start_with(place, clock, db, |app| own.around(app)).await, faults)
    }

    /// Says that every connection of the pools is free again.
    pub async fn has_all_its_connections(&self) {
        super::eventually(async || match &self.app.db {
            Db::Sqlite { sessions, write, .. } => {
                [sessions, write].iter().all(|pool| pool.num_idle() == pool.size() as usize)
            }
            // One more is kept by the listener.
            Db::Postgres { pool, .. } => pool.num_idle() + 1 >= pool.size() as usize,
        })
        .await;
        match &self.app.db {
            Db::Sqlite { write, .. } => drop(write.acquire().await.unwrap()),
            Db::Postgres { pool, .. } => {
                let many = join_all((0..9).map(|_| pool.acquire())).await;
                assert!(many.iter().all(Result::is_ok), "the pool is not full again");
            }
        }
    }
}
