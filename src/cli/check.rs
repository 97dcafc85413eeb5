//! Whether the data is whole: the file, the audit chain, and what must hold between the rows.

use std::io::{self, Write};

use super::Failure;
use super::invariants;
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, dialect, sql};

#[derive(serde::Deserialize)]
struct Found {
    faults: i64,
    example: Option<i64>,
}

/// Checks everything, also while the clinic is running, and prints a line for each as soon as it is known: large data take
/// a minute.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let db = Db::open_reading(&config.database_url).await?;
    let app = match App::reading(db, Clock::System, config.clone()).await {
        Ok(app) => app,
        Err(error) => return Err(Failure::Fault(format!("there is no clinic to check: {error}"))),
    };
    let faults = all(&app).await;
    app.db.close().await;
    match faults? {
        0 => Ok(()),
        1 => Err(Failure::Fault("one check found a fault".to_owned())),
        more => Err(Failure::Fault(format!("{more} checks found faults"))),
    }
}

/// Makes every check; how many found a fault.
async fn all(app: &App) -> Result<usize, Failure> {
    let db = &app.db;
    let mut faults = usize::from(!holds("the file is whole", &dialect::integrity(db).await?)?);
    let chain = audit::verify(app).await?;
    let broken = chain.broken.map(|broken| format!("link {}: {}", broken.seq, broken.why));
    let mut name =
        format!("the audit chain holds ({} links, {} entries not sealed yet)", chain.links, chain.unsealed);
    for restored in &chain.restored {
        let day = app.clinic().stamp(restored.at);
        let (seq, aside) = (restored.seq, restored.set_aside);
        name += &format!("; restored at {day}, going on after link {seq}, {aside} newer anchors set aside");
    }
    faults += usize::from(!holds(&name, broken.as_slice())?);
    for invariant in invariants::ALL.into_iter().flatten() {
        let found: Found = sql(invariant.text).one(db).await?;
        let example = found.example.map(|id| format!(", for instance id {id}")).unwrap_or_default();
        let fault = (found.faults > 0).then(|| format!("{} rows{example}", found.faults));
        faults += usize::from(!holds(invariant.name, fault.as_slice())?);
    }
    Ok(faults)
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
