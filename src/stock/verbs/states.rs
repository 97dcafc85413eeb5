//! Holds, recalls and corrected expiries: nothing moves, but what may leave changes at once.

use chrono::NaiveDate;

use super::{Refused, doer, in_words};
use crate::audit::Entry;
use crate::live::Topic;
use crate::stock::model::{BatchMove, NEVER, expiry_words};
use crate::stock::store::batches::{self, Batch, NewBatchEvent};
use crate::work::Work;

async fn noted(
    work: &mut Work,
    batch: &Batch,
    made: BatchMove,
    (words, reason): (&str, &str),
) -> Result<(), Refused> {
    let (by, name) = doer(work);
    let at = work.now();
    let event = NewBatchEvent { batch: batch.id, made, words, reason, by: (by, &name), at };
    batches::note(work.tx(), &event).await.map_err(in_words)?;
    work.tell(Topic::Pharmacy);
    let action = match made {
        BatchMove::Held => "stock.batch_held",
        BatchMove::Released => "stock.batch_released",
        BatchMove::Recalled => "stock.batch_recalled",
        BatchMove::RecallEnded => "stock.recall_ended",
        BatchMove::Expiry => "stock.expiry_corrected",
    };
    let entry = Entry::new(action, "stock_batch", batch.id.0).with("item", batch.item_id.0);
    work.audit(entry.with("number", batch.number.as_str()).with("reason", reason)).await?;
    Ok(())
}

fn meanwhile() -> Refused {
    Refused::Because("A colleague changed this batch a moment ago. Here is how it stands now.".to_owned())
}

/// Puts a batch on hold, recalls it, or takes that back.
///
/// # Errors
/// A sentence when it stands there already, or somebody was quicker.
pub async fn turn(
    work: &mut Work,
    batch: &Batch,
    version: i64,
    made: BatchMove,
    reason: &str,
) -> Result<(), Refused> {
    let at = work.now();
    let seen = (batch.id, version);
    let done = match made {
        BatchMove::Held => batches::hold(work.tx(), seen, reason, Some(at)).await?,
        BatchMove::Released => batches::hold(work.tx(), seen, "", None).await?,
        BatchMove::Recalled => batches::recall(work.tx(), seen, reason, Some(at)).await?,
        BatchMove::RecallEnded => batches::recall(work.tx(), seen, "", None).await?,
        BatchMove::Expiry => return Err(Refused::NotFound),
    };
    if !done {
        return Err(meanwhile());
    }
    noted(work, batch, made, ("", reason)).await
}

/// Why a batch rests whose expiry was put off.
const LATER: &str = "Its expiry was put off";
/// Who may not release it, and why.
pub(super) const ANOTHER: &str =
    "You corrected the expiry of this batch. Somebody else reads the pack and releases it.";

/// Corrects a wrongly typed expiry. What is usable for longer by that rests until somebody else releases it (rule P8).
/// True when it does.
///
/// # Errors
/// A sentence when somebody was quicker.
pub async fn correct_expiry(
    work: &mut Work,
    batch: &Batch,
    version: i64,
    (expiry, reason): (NaiveDate, &str),
) -> Result<bool, Refused> {
    if expiry >= NEVER || expiry == batch.expiry {
        return Err(Refused::Because("Enter the expiry that stands on the pack.".to_owned()));
    }
    let at = work.now();
    if !batches::correct(work.tx(), (batch.id, version), expiry, (LATER, at)).await? {
        return Err(meanwhile());
    }
    let words = format!("{}, before {}", expiry_words(expiry), expiry_words(batch.expiry));
    noted(work, batch, BatchMove::Expiry, (&words, reason)).await?;
    Ok(expiry > batch.expiry)
}
