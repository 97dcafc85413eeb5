//! Timed work: each job runs once for the whole installation, on whichever node holds its lease (R11).

mod lease;

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;

use crate::app::App;
use crate::db::{DbError, Lease, dialect, under_lease};

/// Something that runs by the clock. What it does must be safe to do twice.
#[derive(Clone, Copy)]
pub struct Job {
    /// Its name in the table and in the logs.
    pub name: &'static str,
    /// How long after one run the next is due.
    pub every: Duration,
    /// The work.
    pub run: fn(App) -> BoxFuture<'static, Result<(), DbError>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("name", &self.name).field("every", &self.every).finish_non_exhaustive()
    }
}

/// How often a node looks for due jobs.
const LOOK: Duration = Duration::from_secs(1);
/// A node that died in a job blocks it for ten turns of it, but no longer and no shorter than this.
const LEASE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(300));

/// How many looks there are between two at the database's clock.
const LOOKS: u32 = 60;
/// How far a node's clock may be from the database's. Jobs are due by the clock: a node that is ahead would close the day or
/// call somebody absent too early.
const APART: TimeDelta = TimeDelta::seconds(5);

/// Whether the node's clock says what the database's does.
///
/// # Errors
/// The database does not answer.
pub async fn clock_agrees(app: &App) -> Result<bool, DbError> {
    let theirs = dialect::time_of(&app.db).await?.filter(|_| app.clock.runs());
    Ok(theirs.is_none_or(|theirs| (app.clock.now() - theirs).abs() <= APART))
}

/// How long a node may hold a job before another one takes it.
fn lease(job: &Job) -> TimeDelta {
    TimeDelta::from_std((job.every * 10).clamp(LEASE.0, LEASE.1)).unwrap_or(TimeDelta::minutes(5))
}

/// Looks for due jobs until the node ends.
pub fn run(app: App, jobs: Vec<Job>) {
    let holder = format!("{:016x}", rand::random::<u64>());
    tokio::spawn(async move {
        let (mut looks, mut agrees) = (0, true);
        loop {
            tokio::select! {
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if looks == 0 {
                agrees = clock_agrees(&app).await.unwrap_or(agrees);
                looks = LOOKS;
                if !agrees {
                    tracing::error!(
                        "the clock of this node is not the database's; it runs no jobs until it is"
                    );
                }
            }
            looks -= 1;
            for job in jobs.iter().filter(|_| agrees) {
                if let Err(error) = run_if_due(&app, *job, &holder).await {
                    tracing::warn!(job = job.name, %error, "job failed; it is tried again");
                }
            }
        }
    });
}

/// Runs a job when it is due and nobody else holds it. Returns whether it ran. A holder runs one job after the other. What a
/// job writes after another node has taken it over comes to nothing.
///
/// # Errors
/// What the job failed with; it is noted, and due again after its turn.
pub async fn run_if_due(app: &App, job: Job, holder: &str) -> Result<bool, DbError> {
    let now = app.clock.now();
    if !lease::is_due(app, job.name, holder, now).await? {
        return Ok(false);
    }
    let until = now + lease(&job);
    let Some(fence) = lease::take(app, job.name, holder, now, until).await? else { return Ok(false) };
    let result = under_lease(Lease { job: job.name, fence }, (job.run)(app.clone())).await;
    let wait = TimeDelta::from_std(job.every).unwrap_or(TimeDelta::minutes(1));
    let error = result.as_ref().err().map(ToString::to_string);
    lease::give_back(app, job.name, fence, app.clock.now() + wait, error).await?;
    result.map(|()| true)
}
