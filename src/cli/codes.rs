//! `import-codes FILE`: a full list of ICD-10 or ICD-11 that the clinic is entitled to.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::diagnoses::codes::{Imported, import};
use crate::diagnoses::model::{CodeFile, Pick, System};

/// Lines with a fault that are printed; the rest is counted.
const SHOWN: usize = 50;

/// Which list a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    /// ICD-10 or one of its national editions.
    Icd10,
    /// ICD-11.
    Icd11,
}

impl From<Which> for System {
    fn from(which: Which) -> Self {
        match which {
            Which::Icd10 => System::Icd10,
            Which::Icd11 => System::Icd11,
        }
    }
}

/// The command: imports into the database that the settings name.
pub(super) async fn run(
    config: Config,
    file: &Path,
    which: Which,
    columns: Option<Pick>,
    dry_run: bool,
) -> Result<(), Failure> {
    let bytes = tokio::fs::read(file)
        .await
        .map_err(|error| Failure::Fault(format!("cannot read {}: {error}", file.display())))?;
    let codes = CodeFile::read(&bytes, columns.as_ref())?;
    if codes.lines.is_empty() {
        print_faults(&codes);
        return Err(Failure::Fault(format!(
            "no line of {} has a code and its title, so nothing is saved; name their columns with --columns, for \
             instance --columns 2,5",
            file.display()
        )));
    }
    let app = App::new(super::node::open(&config).await?, Clock::System, config).await?;
    let bar = ProgressBar::new(codes.lines.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos:>6}/{len} codes") {
        bar.set_style(style);
    }
    let done = import(&app, which.into(), &codes, dry_run, |done| bar.set_position(done as u64)).await;
    app.db.close().await;
    bar.finish_and_clear();
    print(&codes, done?, dry_run);
    Ok(())
}

fn print(codes: &CodeFile, done: Imported, dry_run: bool) {
    for (count, words) in [
        (done.new, "new"),
        (done.renamed, "with another title"),
        (done.same, "unchanged"),
        (codes.groups, "chapters and blocks, left out"),
        (codes.faults.len(), "lines left out"),
    ] {
        println!("{count:>8}  {words}");
    }
    print_faults(codes);
    println!("{}", if dry_run { "A dry run: nothing is saved." } else { "The codes are saved." });
}

fn print_faults(codes: &CodeFile) {
    for (line, why) in codes.faults.iter().take(SHOWN) {
        println!("line {line}: {why}");
    }
    if codes.faults.len() > SHOWN {
        println!("and {} lines more", codes.faults.len() - SHOWN);
    }
}
