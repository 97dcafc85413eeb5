//! The doctor has looked at a result, and decides how the patient learns of it (rule L5).

use super::{Refused, doer, seen, trail};
use crate::laboratory::model::{ResultId, Tell};
use crate::laboratory::store::{lines, reviews};
use crate::live::Topic;
use crate::work::Work;

/// Acknowledges a result that waits for whoever does it, or for somebody who has left. What is told in person only stays so.
pub async fn acknowledge(work: &mut Work, result: ResultId, tell: Tell, note: &str) -> Result<(), Refused> {
    let (by, at) = (doer(work)?, work.now());
    let line = lines::of_result(&mut *work.tx(), result).await?.ok_or(Refused::NotFound)?;
    let held = seen(work, line.id, None).await?;
    let mut done = reviews::acknowledge(work.tx(), result, by, note, at).await?;
    // Of two doctors who look at once after it, one finds it taken.
    if !done
        && reviews::is_reviewer(work.tx(), by.0).await?
        && reviews::adopt(work.tx(), result, by, at).await?
    {
        done = reviews::acknowledge(work.tx(), result, by, note, at).await?;
        for doctor in reviews::doctors(work.tx()).await? {
            work.tell(Topic::Reviews(doctor.0));
        }
    }
    if !done {
        return Err(Refused::Because(
            "This result no longer waits for you. Here is how it stands now.".into(),
        ));
    }
    match tell {
        Tell::InPerson => lines::keep_for_talk(work.tx(), held.id).await?,
        Tell::Now if !lines::let_read(work.tx(), held.id, at).await? => {
            return Err(Refused::Because(
                "A colleague decided a moment ago that this is told in person only. Look again, then review it."
                    .into(),
            ));
        }
        Tell::Now | Tell::Later => {}
    }
    let entry = trail("lab.acknowledged", "lab_result", result.0, &held).with("patient", tell.as_str());
    work.audit(entry).await?;
    work.tell(Topic::Reviews(by.0));
    work.tell(Topic::Visit(held.visit_id.0));
    Ok(())
}
