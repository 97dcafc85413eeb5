//! The demo clinic: filled once, then served again and again.

use std::path::Path;

use super::settings::Settings;
use super::{Failure, node};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{self, Size};

/// The demo has a database of its own unless one is named.
pub(super) fn settle(config: &mut Config, settings: &Settings, folder: &Path) -> Result<(), Failure> {
    config.demo = true;
    if settings.database_url.is_none() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::Fault(format!("cannot use {}: {error}", folder.display())))?;
        config.database_url = format!("sqlite:{}", folder.join("infirmary.db").display());
        config.data_dir = settings.folder(&config.database_url);
    }
    Ok(())
}

/// Fills an empty database, or takes up the demo's own again, and serves it.
pub(super) async fn run(config: Config, size: Size, fill_only: bool) -> Result<(), Failure> {
    node::folder_is_ours(&config)?;
    let db = node::open(&config).await?;
    let clock = Clock::System;
    demo::prepare(&db, clock.now(), size).await.map_err(|error| Failure::Fault(error.to_string()))?;
    let app = App::new(db, clock, config).await?;
    if fill_only {
        app.db.close().await;
        println!("The demo clinic is filled.");
        return Ok(());
    }
    let notice = demo::SIGN_INS.iter().map(|(name, who)| format!("  {name:<12} {who}"));
    let heading = format!("Everybody's password is {}. Sign in as", demo::PASSWORD);
    node::run(app, &[heading].into_iter().chain(notice).collect::<Vec<_>>()).await
}
