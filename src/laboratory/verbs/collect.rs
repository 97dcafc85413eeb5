//! Taking samples: one for each kind of specimen, with a code of its own.

use std::collections::BTreeMap;

use super::{Refused, cost, doer, label, meanwhile, stepped, trail};
use crate::billing;
use crate::laboratory::model::{LineId, LineState, Move, SampleId};
use crate::laboratory::store::lines::{self, Held};
use crate::laboratory::store::samples::{self, NewSample};
use crate::queue::model::VisitId;
use crate::work::Work;

/// Takes the samples for these lines of a visit; the rejected ones among them get a new sample that is linked to the old
/// one. Of two who do it at once, one does it.
pub async fn collect(
    work: &mut Work,
    visit: VisitId,
    chosen: &[LineId],
) -> Result<Vec<(SampleId, String)>, Refused> {
    let (by, at, day) = (doer(work)?, work.now(), work.today());
    let waiting = lines::held_without_sample(work.tx(), visit).await?;
    let mut groups: BTreeMap<(String, Option<SampleId>), Vec<&Held>> = BTreeMap::new();
    for id in chosen {
        let Some(line) = waiting.iter().find(|line| line.id == *id) else {
            let line = lines::held(work.tx(), *id).await?.filter(|line| line.visit_id == visit);
            return Err(line.map_or(Refused::NotFound, |line| meanwhile(&line.test)));
        };
        let old = line.sample_id.filter(|_| line.state == LineState::Rejected);
        let group = groups.entry((line.specimen.clone(), old)).or_default();
        if !group.iter().any(|known| known.id == line.id) {
            group.push(line);
        }
    }
    let mut taken = Vec::new();
    for ((specimen, replaces), group) in groups {
        let Some(first) = group.first() else { continue };
        let new = NewSample { patient: first.patient_id, visit, specimen: &specimen, by, replaces };
        let (sample, code) = samples::insert(work.tx(), &new, day, at).await?;
        for line in &group {
            let made = if line.state == LineState::Rejected { Move::Recollect } else { Move::Collect };
            let to = line.state.after(made)?;
            if !lines::put_on(work.tx(), line, sample, at).await? {
                return Err(meanwhile(&line.test));
            }
            billing::charge(work, &cost(line, &label(line))).await?;
            let on = Held { sample_id: Some(sample), ..(*line).clone() };
            stepped(work, &on, made, to, "").await?;
        }
        let entry = trail("lab.collected", "lab_sample", sample.0, first)
            .with("code", code.as_str())
            .with("tests", group.len() as i64);
        work.audit(entry).await?;
        taken.push((sample, code));
    }
    Ok(taken)
}
