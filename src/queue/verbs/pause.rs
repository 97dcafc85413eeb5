//! Pausing a queue with a reason that those who wait read (Q15).

use super::Refused;
use crate::audit;
use crate::live::Topic;
use crate::queue::model::PointId;
use crate::queue::store::points;
use crate::work::Work;

/// Stops calls at a point.
pub async fn pause(work: &mut Work, id: PointId, reason: &str) -> Result<(), Refused> {
    let at = work.now();
    if !points::set_pause(work.tx(), id, Some(at), reason).await? {
        return Err(Refused::Because("This queue is already paused.".into()));
    }
    let trail = audit::Entry::new("queue.paused", "service_point", id.0).with("reason", reason);
    told(work, id, trail).await
}

/// Lets calls go on.
pub async fn resume(work: &mut Work, id: PointId) -> Result<(), Refused> {
    if !points::set_pause(work.tx(), id, None, "").await? {
        return Err(Refused::Because("This queue is not paused.".into()));
    }
    told(work, id, audit::Entry::new("queue.resumed", "service_point", id.0)).await
}

async fn told(work: &mut Work, id: PointId, trail: audit::Entry) -> Result<(), Refused> {
    work.audit(trail).await?;
    work.tell(Topic::Point(id.0));
    work.tell(Topic::Displays);
    Ok(())
}
