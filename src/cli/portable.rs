//! Writing everything to a file that either database reads, and reading it into an empty one.

use std::path::Path;

use indicatif::ProgressBar;

use super::Failure;
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::portable;

/// How many rows there are is not known before they were read: it tells how many went over so far.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

/// Writes the file.
pub(super) async fn export(config: &Config, file: &Path) -> Result<(), Failure> {
    let bar = bar();
    let told = |table: &str, rows| bar.set_message(format!("{rows} rows, {table}"));
    let moved = portable::export(&config.database_url, file, told).await;
    bar.finish_and_clear();
    let moved = moved?;
    println!("Wrote {}: {} rows, content {}.", file.display(), moved.rows, moved.hash);
    Ok(())
}

/// Reads the file into an empty database, proves that all of it arrived, and notes it in the trail.
pub(super) async fn import(config: &Config, file: &Path) -> Result<(), Failure> {
    super::node::folder_is_ours(config)?;
    audit::anchors_can_be_noted(&config.data_dir)?;
    let db = super::node::open(config).await?;
    let bar = bar();
    let told = |table: &str, rows| bar.set_message(format!("{rows} rows, {table}"));
    let moved = portable::import(&db, file, told).await;
    bar.finish_and_clear();
    let moved = match moved {
        Ok(moved) => moved,
        Err(error) => {
            db.close().await;
            return Err(error.into());
        }
    };
    let app = App::new(db, Clock::System, config.clone()).await?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let noted = audit::restored(&app, &name).await;
    app.db.close().await;
    super::backup::say(noted?);
    println!(
        "Read {}: {} rows, content {}, the same as in the file.",
        file.display(),
        moved.rows,
        moved.hash
    );
    println!("Run `infirmary check` before people come back.");
    Ok(())
}
