//! The command line: what the one program can do.

pub mod accounts;
mod backup;
mod check;
mod codes;
mod demo;
mod invariants;
mod logs;
mod metrics;
mod node;
mod portable;
mod routes;
mod settings;
pub mod students;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::demo::Size;
use settings::Settings;

/// A clinic's whole working day in one program: booking, queues, records, laboratory, pharmacy, stock and money.
#[derive(Debug, Parser)]
#[command(name = "infirmary", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  infirmary demo                                   a believable clinic, ready to look at
  infirmary serve                                  this folder's infirmary.db on 127.0.0.1:8080
  infirmary serve --database-url postgres://infirmary@db.example/infirmary --bind 0.0.0.0:8080
  infirmary create-admin ada --name \"Ada Obi\"      prints a one-time code
  infirmary import-students students.csv --dry-run what an import would change
  infirmary import-codes icd10.csv --system icd10 --dry-run
  infirmary backup /var/backups/clinic.db          while the clinic is running
  infirmary export clinic.jsonl                    everything, for the other database or for leaving
  infirmary check                                  integrity, audit chain, invariants";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the clinic until told to stop.
    Serve,
    /// Fill an empty database with a believable clinic and serve it.
    Demo {
        /// `small` for looking around, `large` (100,000 students, 1,000,000 visits) for measuring.
        #[arg(long, value_enum, default_value = "small")]
        size: Size,
        /// Folder of the demo's own database, unless DATABASE_URL names one.
        #[arg(long, default_value = "infirmary-demo")]
        data: PathBuf,
        /// Fill the database, then end.
        #[arg(long)]
        fill_only: bool,
    },
    /// Bring the database up to date, then end.
    Migrate,
    /// Create an administrator; prints the one-time code that is exchanged for a password.
    CreateAdmin {
        /// The sign-in name.
        sign_in_name: String,
        /// The name that people read.
        #[arg(long)]
        name: String,
    },
    /// Import students from a CSV file, as the pages do; prints what came of each line.
    ImportStudents {
        /// The file: UTF-8, a heading line, one student a line.
        file: PathBuf,
        /// Open faculties, departments, levels and sessions that are not there yet.
        #[arg(long)]
        create_missing: bool,
        /// Only print what would be saved.
        #[arg(long)]
        dry_run: bool,
    },
    /// Take a full ICD-10 or ICD-11 list that the clinic is entitled to; diagnoses are chosen from it, too.
    ImportCodes {
        /// The file: comma, semicolon or tab separated; the simple tabulation of WHO is recognised.
        file: PathBuf,
        /// Which list it holds.
        #[arg(long, value_enum)]
        system: codes::Which,
        /// The columns of code and title, by heading or by number: `code,title` or `2,5`.
        #[arg(long)]
        columns: Option<crate::diagnoses::model::Pick>,
        /// Only print what would be saved.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print every route: method, path, who may, which capability.
    Routes,
    /// Check integrity, the audit chain and the clinic's invariants; ends with 1 on any fault.
    Check,
    /// Write a complete copy of the database to a new file, also while the clinic is running.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// After a restore from another machine: tell this node's audit anchors of it.
    NoteRestore,
    /// Put a copy back, once it is known to be of use; the clinic must be stopped.
    Restore {
        /// A file that `backup` wrote.
        file: PathBuf,
        /// Put it in place of the data that is there, which is kept beside under another name.
        #[arg(long)]
        force: bool,
    },
    /// Write everything to a new file that either database reads, also while the clinic is running.
    Export {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
    /// Read such a file into an empty database and prove that all of it arrived.
    Import {
        /// A file that `export` wrote.
        file: PathBuf,
    },
}

/// Why a command ended without success.
#[derive(Debug)]
pub enum Failure {
    /// A setting is wrong; exit code 2.
    Setting(String),
    /// Something went wrong, or a check found a fault; exit code 1.
    Fault(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Fault(error.to_string())
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Setting(sentence)) => {
            eprintln!("infirmary: {sentence}.");
            ExitCode::from(2)
        }
        Err(Failure::Fault(sentence)) => {
            eprintln!("infirmary: {sentence}.");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    // A command says on the screen what came of it; a node has nowhere else to say it.
    let node = matches!(cli.command, Command::Serve | Command::Demo { .. });
    let usual = if node { "warn,infirmary=info" } else { "error" };
    let filter = cli.settings.log.as_deref().filter(|filter| !filter.trim().is_empty());
    logs::start(filter.unwrap_or(usual))?;
    let mut config = cli.settings.config()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        match cli.command {
            Command::Serve => node::serve(config).await,
            Command::Demo { size, data, fill_only } => {
                demo::settle(&mut config, &cli.settings, &data)?;
                demo::run(config, size, fill_only).await
            }
            Command::Migrate => node::migrate(&config).await,
            Command::CreateAdmin { sign_in_name, name } => accounts::run(config, &sign_in_name, &name).await,
            Command::ImportStudents { file, create_missing, dry_run } => {
                students::run(config, &file, create_missing, dry_run).await
            }
            Command::ImportCodes { file, system, columns, dry_run } => {
                codes::run(config, &file, system, columns, dry_run).await
            }
            Command::Routes => routes::print(),
            Command::Check => check::run(&config).await,
            Command::Backup { file } => backup::save(&config, &file).await,
            Command::NoteRestore => backup::note_restore(&config).await,
            Command::Restore { file, force } => backup::restore(&config, &file, force).await,
            Command::Export { file } => portable::export(&config, &file).await,
            Command::Import { file } => portable::import(&config, &file).await,
        }
    })
}
