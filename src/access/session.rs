//! Sessions: the browser's cookie names a session, the session names a sign-in, and the sign-in decides.
//!
//! The session store saves by upsert, so a slow request can bring a session back after sign-out. That is harmless here:
//! a request is signed in only while its `sign_in` row is live, which one query reads together with the account and
//! its roles.

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::{
    CachingSessionStore, Expiry, Session, SessionManagerLayer, SessionStore, session_store,
};
use tower_sessions_moka_store::MokaStore;
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

use super::model::{Actor, Lifetime, Roles, SignInId};
use super::store;
use crate::app::App;
use crate::db::{self, Db, DbError, DbKind};
use crate::web::Error;
use crate::web::paths::BY_ITSELF;
use crate::web::routes::Access;

const TABLE: &str = "browser_session";
const KEY: &str = "sign_in";
/// Sessions remembered by a node; each takes about 300 bytes.
const REMEMBERED: u64 = 10_000;
/// For how long, where other nodes may replace an id.
const BRIEFLY: time::Duration = time::Duration::seconds(5);

/// The session store of whichever database is open. Ids are stored as digests: a copy of the database opens no session.
#[derive(Debug, Clone)]
pub enum Sessions {
    /// Reads on the readers, writes on the writer.
    Sqlite {
        /// Loads.
        read: SqliteStore,
        /// Saves and deletes.
        write: SqliteStore,
    },
    /// One pool for both.
    Postgres(PostgresStore),
}

impl Sessions {
    fn over(db: &Db) -> Self {
        // The names are constants that the store accepts; its own defaults would only fail at the first sign-in.
        match db {
            Db::Sqlite { sessions, write, .. } => {
                let store = |pool: &sqlx::SqlitePool| {
                    SqliteStore::new(pool.clone()).with_table_name(TABLE).expect("a plain table name")
                };
                Sessions::Sqlite { read: store(sessions), write: store(write) }
            }
            Db::Postgres { pool, .. } => {
                let store = PostgresStore::new(pool.clone()).with_schema_name("public");
                Sessions::Postgres(
                    store.and_then(|store| store.with_table_name(TABLE)).expect("a plain table name"),
                )
            }
        }
    }
}

tokio::task_local! {
    /// While a session gets a new id without a new sign-in.
    static GENTLY: ();
}

/// Seconds for which the old id of a renewed session still answers what was under way with it: another tab's request, the
/// second press of a double click.
const RUNS_OUT: i64 = 5;

impl Sessions {
    async fn let_run_out(&self, id: &Id) -> session_store::Result<()> {
        let Some(record) = self.load(id).await? else { return Ok(()) };
        let end = time::OffsetDateTime::now_utc() + time::Duration::seconds(RUNS_OUT);
        self.save(&Record { expiry_date: record.expiry_date.min(end), ..record }).await
    }
}

fn digested(id: &Id) -> Id {
    let digest = Sha256::digest(id.0.to_be_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Id(i128::from_be_bytes(half))
}

fn hidden(record: &Record) -> Record {
    Record { id: digested(&record.id), ..record.clone() }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        match self {
            Sessions::Sqlite { write, .. } => write.save(&hidden(record)).await,
            Sessions::Postgres(store) => store.save(&hidden(record)).await,
        }
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        db::count_query();
        let record = match self {
            Sessions::Sqlite { read, .. } => read.load(&digested(id)).await?,
            Sessions::Postgres(store) => store.load(&digested(id)).await?,
        };
        Ok(record.map(|record| Record { id: *id, ..record }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        if GENTLY.try_with(|()| ()).is_ok() {
            return self.let_run_out(id).await;
        }
        match self {
            Sessions::Sqlite { write, .. } => write.delete(&digested(id)).await,
            Sessions::Postgres(store) => store.delete(&digested(id)).await,
        }
    }
}

/// What a node remembers of sessions. Where there are other nodes, an id that one of them has replaced must be dead here
/// as well: there nothing is remembered for longer than [`BRIEFLY`].
#[derive(Debug, Clone)]
pub struct Remembered {
    cache: MokaStore,
    alone: bool,
}

#[async_trait]
impl SessionStore for Remembered {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let mut record = record.clone();
        if !self.alone {
            record.expiry_date = record.expiry_date.min(time::OffsetDateTime::now_utc() + BRIEFLY);
        }
        self.cache.save(&record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.cache.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.cache.delete(id).await
    }
}

/// The name of the session cookie.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-sid" } else { "sid" }
}

/// The layer that reads and writes the cookie. A request that asks for no session touches no table and sets no cookie.
/// What a session names never changes, so a node may remember it; whether that sign-in is live is asked every time.
pub fn layer(app: &App) -> SessionManagerLayer<CachingSessionStore<Remembered, Sessions>> {
    let https = app.config.is_https();
    let alone = app.db.kind() == DbKind::Sqlite;
    let remembered = Remembered { cache: MokaStore::new(Some(REMEMBERED)), alone };
    let remembering = CachingSessionStore::new(remembered, Sessions::over(&app.db));
    SessionManagerLayer::new(remembering)
        .with_name(cookie_name(https))
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        // An hour longer than any sign-in: a form that comes just after its end is still known to be somebody's.
        .with_expiry(Expiry::OnInactivity(time::Duration::hours(13)))
}

/// Decides whether the person of a request may use a route, from what the database says now (R4).
///
/// # Errors
/// `SignIn` when somebody has to sign in first, `Forbidden` when who is signed in may not.
pub async fn admit(app: &App, access: Access, request: &Parts) -> Result<Option<Actor>, Error> {
    let actor = match request.extensions.get::<Session>() {
        Some(session) if request.headers.contains_key("cookie") => {
            identify(app, session, by_itself(request)).await?
        }
        _ => None,
    };
    let Some(actor) = actor else {
        if access == Access::Anyone {
            return Ok(None);
        }
        return Err(sign_in_first(request));
    };
    // Whoever is locked gets nothing but the lock, whatever was asked for; the guard sees to it.
    if actor.locked {
        return Ok(Some(actor));
    }
    let allowed = match access {
        Access::Public | Access::Anyone | Access::SignedIn => true,
        Access::Patient => actor.patient.is_some(),
        Access::Staff => actor.is_staff(),
        Access::May(permission) => actor.may(permission),
    };
    if !allowed {
        return Err(Error::Forbidden("Your account does not include this part of the clinic."));
    }
    Ok(Some(actor))
}

/// Whether a page asks without anybody: a part that it reads again, its stream, or itself where there are no scripts. That
/// is no use of a sign-in, or a desk that everybody has left would stay open.
fn by_itself(request: &Parts) -> bool {
    let begins = |name: &str, with: &[u8]| {
        request.headers.get(name).is_some_and(|value| value.as_bytes().starts_with(with))
    };
    let again = request.uri.query() == Some(BY_ITSELF);
    request.method == Method::GET
        && (again || begins("x-by-itself", b"1") || begins("accept", b"text/event-stream"))
}

fn sign_in_first(request: &Parts) -> Error {
    let htmx = request.headers.contains_key("hx-request");
    let next = if request.method == Method::GET && !htmx {
        let whole = request.uri.path_and_query().map_or("/", |path| path.as_str());
        whole.strip_suffix(BY_ITSELF).map_or(whole, |page| page.trim_end_matches('?')).to_owned()
    } else {
        // Back to the page with the form, not to the form's target.
        came_from(&request.headers)
    };
    Error::SignIn { next, htmx }
}

/// The page that a form was sent from, as a local path.
pub fn came_from(headers: &HeaderMap) -> String {
    local_path(headers.get("referer").and_then(|value| value.to_str().ok()).unwrap_or("/"))
}

fn local_path(address: &str) -> String {
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    after_scheme.find('/').map_or_else(|| "/".to_owned(), |at| after_scheme[at..].to_owned())
}

/// The sign-in that a browser's session names, whether it is live or not.
pub async fn named(session: &Session) -> Result<Option<SignInId>, Error> {
    session.get::<SignInId>(KEY).await.map_err(|error| match error {
        tower_sessions::session::Error::Store(session_store::Error::Backend(why)) => Error::Unavailable(why),
        tower_sessions::session::Error::Store(_) | tower_sessions::session::Error::SerdeJson(_) => {
            Error::internal(error)
        }
    })
}

/// Who is signed in, as of this moment. Whatever a person asked for counts as a use of the sign-in.
async fn identify(app: &App, session: &Session, by_itself: bool) -> Result<Option<Actor>, Error> {
    let Some(id) = named(session).await? else { return Ok(None) };
    let Some((actor, seen)) = live(app, id).await? else { return Ok(None) };
    if !by_itself {
        touch(app, id, seen).await?;
    }
    Ok(Some(actor))
}

/// The actor of a live sign-in, for event streams, which have no session of their own. To ask is no use of it.
pub async fn actor_of(app: &App, id: SignInId) -> Result<Option<Actor>, Error> {
    Ok(live(app, id).await?.map(|(actor, _)| actor))
}

/// Notes that a sign-in was used, once a minute.
async fn touch(app: &App, id: SignInId, seen: DateTime<Utc>) -> Result<(), Error> {
    let now = app.clock.now();
    if now - seen < TimeDelta::minutes(1) {
        return Ok(());
    }
    match store::touch_sign_in(&app.db, id, now).await {
        // A database that cannot write for a while, as on a full disk, is still read.
        Err(error @ (DbError::Unavailable(_) | DbError::Busy(_) | DbError::Full(_))) => {
            tracing::warn!(%error, "the last use of a sign-in was not noted");
        }
        other => other?,
    }
    Ok(())
}

/// The actor of a live sign-in, and when it was last used.
async fn live(app: &App, id: SignInId) -> Result<Option<(Actor, DateTime<Utc>)>, Error> {
    let rows = store::live_sign_in(&app.db, id).await?;
    let roles = Roles::of(rows.iter().filter_map(|row| row.role.as_deref()));
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let now = app.clock.now();
    let lifetime = Lifetime::of(row.kind, &roles, &app.clinic());
    // A locked desk waits for its person: only the absolute end of a sign-in holds there.
    let seen = if row.locked_at.is_some() { now } else { row.seen_at };
    if lifetime.is_over(row.created_at, seen, now) {
        return Ok(None);
    }
    let actor = Actor {
        account: row.account_id,
        sign_in: id,
        kind: row.kind,
        name: row.name,
        roles,
        patient: row.patient_id,
        has_own: row.has_own,
        flash: row.flash,
        proved_at: row.proved_at,
        locked: row.locked_at.is_some(),
    };
    Ok(Some((actor, row.seen_at)))
}

/// Gives the browser a new session that names `sign_in`; the old id is dead (ASVS 7.2.4).
pub async fn carry(session: &Session, sign_in: SignInId) -> Result<(), Error> {
    session.cycle_id().await.map_err(Error::internal)?;
    session.insert(KEY, sign_in).await.map_err(Error::internal)
}

/// The same for a sign-in that goes on, after the password was given again: the old id runs out within seconds.
pub async fn renew(session: &Session, sign_in: SignInId) -> Result<(), Error> {
    GENTLY.scope((), carry(session, sign_in)).await
}

/// Takes the session from the browser. A browser heeds a `__Host-` name only with `Secure`, which the removal that the
/// layer writes does not say: one that does goes with the answer.
pub async fn drop_session(app: &App, session: &Session, response: &mut Response) -> Result<(), Error> {
    session.flush().await.map_err(Error::internal)?;
    if app.config.is_https() {
        let removal =
            HeaderValue::from_static("__Host-sid=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    Ok(())
}
