//! Whether the data is whole: the file, the database's own guards, the audit chain, and what must hold between the rows.

use std::io::{self, Write};

use super::Failure;
use super::invariants;
use super::node::refusal;
use crate::app::App;
use crate::audit::{self, Verified};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::probe::{self, Holds, cause};
use crate::db::{ConnectError, Db, DbError, dialect, schema, sql};
use crate::scheduling;

const WHOLE: &str = "the file is whole";
/// What to do about a file that cannot be read any further.
const DAMAGED: &str =
    "the database is damaged: keep it as it is and put a copy back with `infirmary restore`";

#[derive(serde::Deserialize)]
struct Found {
    faults: i64,
    example: Option<i64>,
}

/// Checks everything, also while the clinic is running, and prints a line for each as soon as it is known: large data take
/// a minute.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    match probe::holds(&config.database_url).await {
        Ok(Holds::Clinic) => {}
        Ok(Holds::Nothing) => {
            return Err(Failure::Fault("the database is empty: there is no clinic to check".to_owned()));
        }
        Ok(Holds::Other) => {
            return Err(Failure::Fault(
                "the database holds data of another program: there is no clinic to check".to_owned(),
            ));
        }
        Err(ConnectError::Unreadable { place, why }) => {
            holds(WHOLE, &[format!("{place}: {why}")])?;
            return Err(Failure::Fault(DAMAGED.to_owned()));
        }
        Err(error) => return Err(refusal(error)),
    }
    let db = Db::open_reading(&config.database_url).await.map_err(refusal)?;
    let faults = all(config, &db).await;
    db.close().await;
    match faults? {
        0 => Ok(()),
        1 => Err(Failure::Fault("one check found a fault".to_owned())),
        more => Err(Failure::Fault(format!("{more} checks found faults"))),
    }
}

/// Makes every check; how many found a fault. What cannot be read is a fault, and the next check goes on.
async fn all(config: &Config, db: &Db) -> Result<usize, Failure> {
    let whole = read(dialect::integrity(db).await);
    let mut faults = usize::from(!holds(WHOLE, &whole)?);
    let departures = read(schema::departures(db).await);
    faults += usize::from(!holds("every guard of the database is in place", &departures)?);
    let app = match App::reading(db.clone(), Clock::System, config.clone()).await {
        Ok(app) => app,
        Err(_) if !whole.is_empty() => return Err(Failure::Fault(DAMAGED.to_owned())),
        Err(error) => {
            let why = cause(&error);
            return Err(Failure::Fault(format!("the clinic's settings cannot be read: {why}")));
        }
    };
    faults += match audit::verify(&app).await {
        Ok(chain) => usize::from(!of_chain(&app, &chain)?),
        Err(error) => usize::from(!holds("the audit chain holds", &unread(&error))?),
    };
    for invariant in invariants::ALL.into_iter().flatten() {
        let found = match sql(invariant.text).one::<Found>(db).await {
            Ok(Found { faults: 0, .. }) => Vec::new(),
            Ok(Found { faults, example }) => vec![counted(faults, example)],
            Err(error) => unread(&error),
        };
        faults += usize::from(!holds(invariant.name, &found)?);
    }
    let outside = match scheduling::outside_hours(&app).await {
        Ok(slots) if slots.is_empty() => Vec::new(),
        Ok(slots) => vec![counted(slots.len() as i64, slots.first().map(|slot| slot.0))],
        Err(error) => unread(&error),
    };
    faults += usize::from(!holds("what is offered lies within the hours that gave it", &outside)?);
    Ok(faults)
}

fn counted(faults: i64, example: Option<i64>) -> String {
    let example = example.map(|id| format!(", for instance id {id}")).unwrap_or_default();
    format!("{faults} rows{example}")
}

/// What the walk over the chain found.
fn of_chain(app: &App, chain: &Verified) -> io::Result<bool> {
    let broken = chain.broken.as_ref().map(|broken| format!("link {}: {}", broken.seq, broken.why));
    let faults: Vec<String> = broken.into_iter().chain(chain.trouble.map(str::to_owned)).collect();
    let mut name =
        format!("the audit chain holds ({} links, {} entries not sealed yet)", chain.links, chain.unsealed);
    for restored in &chain.restored {
        let day = app.clinic().stamp(restored.at);
        let (seq, aside) = (restored.seq, restored.set_aside);
        name += &format!("; restored at {day}, going on after link {seq}, {aside} newer anchors set aside");
    }
    let whole = holds(&name, &faults)?;
    if chain.anchors == 0 && chain.restored.is_empty() && whole {
        let folder = app.config.data_dir.display();
        writeln!(
            io::stdout().lock(),
            "note   no anchors of it were found in {folder}; a cut tail cannot be seen here"
        )?;
    }
    Ok(whole)
}

fn read(found: Result<Vec<String>, DbError>) -> Vec<String> {
    found.unwrap_or_else(|error| unread(&error))
}

fn unread(error: &DbError) -> Vec<String> {
    vec![format!("it cannot be read: {}", cause(error))]
}

/// Prints what a check found; nothing, when it holds.
fn holds(name: &str, found: &[String]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mark = if found.is_empty() { "ok   " } else { "FAULT" };
    writeln!(out, "{mark}  {name}")?;
    for fault in found {
        writeln!(out, "       {fault}")?;
    }
    Ok(found.is_empty())
}
