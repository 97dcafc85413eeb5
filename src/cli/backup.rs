//! Saving the whole database to a file, and putting one back.

use std::path::Path;

use super::Failure;
use crate::config::Config;
use crate::db::{Db, backup, sqlite_path};

/// Writes a complete, checked copy.
pub(super) async fn save(config: &Config, file: &Path) -> Result<(), Failure> {
    let bytes = backup::save(&config.database_url, file).await?;
    println!("Saved {} ({} KB), complete and checked.", file.display(), bytes.div_ceil(1024));
    Ok(())
}

/// Puts a copy back and brings it up to date.
pub(super) async fn restore(config: &Config, file: &Path, force: bool) -> Result<(), Failure> {
    if let Some(path) = sqlite_path(&config.database_url).filter(|path| force && path.exists()) {
        // Fails while a node has the file open: its lock is the node's.
        let db = Db::open(&config.database_url, 2).await?;
        db.close().await;
        drop(db);
        println!("Replacing {}.", path.display());
    }
    backup::restore(&config.database_url, file, force).await?;
    super::node::migrate(config).await?;
    println!("Restored {}. Run `infirmary check` before people come back.", file.display());
    Ok(())
}
