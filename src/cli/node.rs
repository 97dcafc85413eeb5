//! One node from its start to its orderly end.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use crate::access;
use crate::app::{App, router};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::probe::{self, Holds};
use crate::db::{ConnectError, Db, sqlite_path};
use crate::diagnoses;
use crate::laboratory;
use crate::procedures;
use crate::web;

/// How long closing the database may take at the end.
const LAST_WORD: Duration = Duration::from_secs(5);

/// Opens the database that the settings name and brings it up to date; one of another program is left alone.
pub(super) async fn open(config: &Config) -> Result<Db, Failure> {
    let url = &config.database_url;
    if probe::holds(url).await.map_err(refusal)? == Holds::Other {
        let place = sqlite_path(url).map_or("the database".to_owned(), |path| path.display().to_string());
        return Err(refusal(ConnectError::Foreign(place)));
    }
    let db = Db::open(&config.database_url, config.database_connections).await.map_err(refusal)?;
    db.migrate().await.map_err(refusal)?;
    crate::record::fill_catalogue(&db).await?;
    laboratory::ensure_catalogue(&db).await?;
    diagnoses::codes::ensure_catalogue(&db).await?;
    procedures::ensure_catalogue(&db).await?;
    crate::prescribing::ensure_catalogue(&db).await?;
    crate::stock::ensure_catalogue(&db).await?;
    Ok(db)
}

/// The folder for what lies outside the database can be written: a node that finds out later has no anchors by then.
pub(super) fn folder_is_ours(config: &Config) -> Result<(), Failure> {
    let folder = &config.data_dir;
    let trial = folder.join(format!(".trial-{}", std::process::id()));
    let tried = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&trial, b""))
        .and_then(|()| std::fs::remove_file(&trial));
    tried.map_err(|error| {
        let folder = folder.display();
        Failure::Setting(format!(
            "DATA_DIR must be a folder that this program can write to, and {folder} is not ({error})"
        ))
    })
}

/// What a database that cannot be opened means to whoever called the program.
pub(super) fn refusal(error: ConnectError) -> Failure {
    match error {
        ConnectError::UnknownKind(_) | ConnectError::VerifyCa | ConnectError::Address(_) => {
            Failure::Setting(error.to_string())
        }
        ConnectError::InUse(_)
        | ConnectError::Unreachable { .. }
        | ConnectError::Unreadable { .. }
        | ConnectError::Foreign(_)
        | ConnectError::File { .. }
        | ConnectError::Database(_)
        | ConnectError::Tls(_)
        | ConnectError::Read(_)
        | ConnectError::Migrate(_) => Failure::Fault(error.to_string()),
    }
}

/// Brings the database up to date.
pub(super) async fn migrate(config: &Config) -> Result<(), Failure> {
    let db = open(config).await?;
    db.close().await;
    println!("The database is up to date.");
    Ok(())
}

/// Serves a real clinic.
pub(super) async fn serve(config: Config) -> Result<(), Failure> {
    folder_is_ours(&config)?;
    let db = open(&config).await?;
    let app = App::new(db, Clock::System, config).await?;
    let notice = match access::setup_link(&app).await? {
        Some(link) => vec![
            "Nobody can sign in yet. This link makes the first administrator, once:".to_owned(),
            format!("  {link}"),
        ],
        None => Vec::new(),
    };
    run(app, &notice).await
}

/// Serves until SIGTERM or SIGINT. `notice` is printed beneath the address.
pub(super) async fn run(app: App, notice: &[String]) -> Result<(), Failure> {
    let listener = TcpListener::bind(app.config.bind)
        .await
        .map_err(|error| Failure::Fault(format!("cannot serve on {}: {error}", app.config.bind)))?;
    metrics_and_files(&app).await?;
    app.start().await?;
    stop_on_signal(app.clone())?;
    println!(
        "Infirmary serves on http://{} (people reach it at {}).",
        listener.local_addr()?,
        app.config.public_url
    );
    for line in notice {
        println!("{line}");
    }
    let pages = router(&app);
    web::serve::serve(app.clone(), listener, pages).await?;
    let _ = tokio::time::timeout(LAST_WORD, app.db.close()).await;
    println!("Infirmary has stopped.");
    Ok(())
}

async fn metrics_and_files(app: &App) -> Result<(), Failure> {
    super::metrics::serve(app).await?;
    tokio::task::spawn_blocking(web::assets::prepare).await?;
    Ok(())
}

/// The first signal says "not ready", waits for the proxy to notice, then stops; a second one does not wait.
fn stop_on_signal(app: App) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.leaving.cancel();
        tokio::select! {
            () = tokio::time::sleep(app.config.drain) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.stop.cancel();
    });
    Ok(())
}
