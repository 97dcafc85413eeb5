//! Timed work: each job runs once for the whole installation, on whichever node holds its lease (R11).

mod lease;

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;

use crate::app::App;
use crate::db::DbError;

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

/// How long a node may hold a job before another one takes it.
fn lease(job: &Job) -> TimeDelta {
    TimeDelta::from_std((job.every * 10).clamp(LEASE.0, LEASE.1)).unwrap_or(TimeDelta::minutes(5))
}

/// Looks for due jobs until the node ends.
pub fn run(app: App, jobs: Vec<Job>) {
    let holder = format!("{:016x}", rand::random::<u64>());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = app.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            for job in &jobs {
                if let Err(error) = run_if_due(&app, *job, &holder).await {
                    tracing::warn!(job = job.name, %error, "job failed; it is tried again");
                }
            }
        }
    });
}

/// Runs a job when it is due and nobody else holds it. Returns whether it ran. A holder runs one job after the other.
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
    let result = (job.run)(app.clone()).await;
    let wait = TimeDelta::from_std(job.every).unwrap_or(TimeDelta::minutes(1));
    let error = result.as_ref().err().map(ToString::to_string);
    lease::give_back(app, job.name, fence, app.clock.now() + wait, error).await?;
    result.map(|()| true)
}
