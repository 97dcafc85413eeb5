//! Saving the whole database to a file, and putting one back.

use std::path::Path;

use super::Failure;
use crate::app::App;
use crate::audit::{self, Noted};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{backup, restore};

/// Writes a complete, checked copy.
pub(super) async fn save(config: &Config, file: &Path) -> Result<(), Failure> {
    let bytes = backup::save(&config.database_url, file).await?;
    println!("Saved {} ({} KB), complete and checked.", file.display(), bytes.div_ceil(1024));
    Ok(())
}

/// Puts a copy back and brings it up to date. Until the copy is known to be of use, nothing of what is there is touched.
pub(super) async fn restore(config: &Config, file: &Path, force: bool) -> Result<(), Failure> {
    super::node::folder_is_ours(config)?;
    audit::anchors_can_be_noted(&config.data_dir)?;
    let ready = restore::prepare(&config.database_url, file, force).await?;
    let beside = Config { database_url: ready.url().to_owned(), ..config.clone() };
    match super::node::open(&beside).await {
        Ok(db) => db.close().await,
        Err(Failure::Setting(why) | Failure::Fault(why)) => {
            ready.discard().await;
            return Err(Failure::Fault(format!("{} cannot be used: {why}", file.display())));
        }
    }
    let kept = ready.put_in_place(&Clock::System.now().format("%Y%m%d-%H%M%S").to_string()).await?;
    if let Some(kept) = kept {
        println!("What was there is kept as {kept}. Remove it when nobody needs it any more.");
    }
    let app = App::new(super::node::open(config).await?, Clock::System, config.clone()).await?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let noted = audit::restored(&app, &name).await;
    app.db.close().await;
    say(noted?);
    println!("Restored {}. Run `infirmary check` before people come back.", file.display());
    Ok(())
}

/// Notes in this node's anchors that the database was restored from another machine.
pub(super) async fn note_restore(config: &Config) -> Result<(), Failure> {
    super::node::folder_is_ours(config)?;
    let app = App::new(super::node::open(config).await?, Clock::System, config.clone()).await?;
    let noted = audit::restored_elsewhere(&app).await;
    app.db.close().await;
    match noted? {
        Some(noted) => {
            say(noted);
            println!("This node's anchors know of the restore.");
            Ok(())
        }
        None => Err(Failure::Fault("the trail of this database tells of no restore".to_owned())),
    }
}

/// What the trail says of it.
pub(super) fn say(noted: Noted) {
    let Noted { seq, set_aside } = noted;
    println!("The audit chain goes on after link {seq}, and the trail says that it was restored.");
    if set_aside > 0 {
        println!("{set_aside} anchors of what was lost are set aside; they stay in audit-anchors.log.");
    }
}
