//! `import-students FILE.csv`: the import of the pages, in one go, from the server's command line.

use std::path::Path;

use super::Failure;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::patients::import::{ImportError, Report, import as import_file};

/// Why the command ended without a change.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file is not there or not to be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        error: std::io::Error,
    },
    /// The import refused it.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// The command: imports into the database that the settings name.
pub(super) async fn run(
    config: Config,
    file: &Path,
    create_missing: bool,
    dry_run: bool,
) -> Result<(), Failure> {
    let app = App::new(super::node::open(&config).await?, Clock::System, config).await?;
    let imported = import(&app, file, create_missing, dry_run).await;
    app.db.close().await;
    imported?;
    Ok(())
}

/// Imports a file and prints what came of each line; with `dry_run` it only prints.
///
/// # Errors
/// When the file cannot be read, or somebody changed one of the students meanwhile; nothing is saved then.
pub async fn import(app: &App, file: &Path, create_missing: bool, dry_run: bool) -> Result<Report, Fault> {
    let path = file.display().to_string();
    let bytes = tokio::fs::read(file).await.map_err(|error| Fault::Read { path: path.clone(), error })?;
    let name = file.file_name().map_or(path, |name| name.to_string_lossy().into_owned());
    let report = import_file(app, (&name, &bytes), create_missing, dry_run).await?;
    print(&report, dry_run);
    Ok(report)
}

fn print(report: &Report, dry_run: bool) {
    for (outcome, count) in &report.counts {
        println!("{count:>8}  {outcome}");
    }
    for line in &report.lines {
        let who = [line.matric_number.as_str(), &line.name].join(" ");
        let message =
            if line.message.is_empty() { String::new() } else { format!(": {}", line.message.trim()) };
        println!("line {}, {}, {}{message}", line.line, who.trim(), line.outcome);
    }
    let said = match (report.saved, dry_run) {
        (true, _) => "The new and changed students are saved.",
        (false, true) => "A dry run: nothing is saved.",
        (false, false) => "No student is new or changed: nothing is saved.",
    };
    println!("{said}");
}
