//! What people do with orders, samples and results. Each verb runs inside one unit of work: the guarded change, its
//! step in the history, the trail, and who is told. The trail is read by administrators, so it carries ids, codes and
//! counts, never a test, a value or somebody's words (rule A1).

pub mod acknowledge;
pub mod bench;
pub mod call_back;
pub mod collect;
pub mod correct;
pub mod enter;
pub mod hand_over;
pub mod health;
pub mod place;
pub mod verify;
pub mod withdraw;

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing::NewCharge;
use crate::billing::model::ChargeKind;
use crate::laboratory::model::{CannotMove, LineId, LineState, Move};
use crate::laboratory::store::lines::{self, Held, NewStep};
use crate::live::Topic;
pub use crate::work::Refused;
use crate::work::Work;

impl From<CannotMove> for Refused {
    fn from(why: CannotMove) -> Self {
        Refused::Because(why.to_string())
    }
}

/// Somebody else was quicker.
pub fn meanwhile(test: &str) -> Refused {
    Refused::Because(format!("{test} was changed by a colleague a moment ago. Here is how it stands now."))
}

/// Who does it; the laboratory has no timed work of its own.
fn doer(work: &Work) -> Result<AccountId, Refused> {
    let account = work.doer().account_id.map(AccountId);
    account.ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}

/// A line as the person saw it: found, and not changed since.
async fn seen(work: &mut Work, id: LineId, version: Option<i64>) -> Result<Held, Refused> {
    let line = lines::held(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    match version {
        Some(version) if version != line.version => Err(meanwhile(&line.test)),
        Some(_) | None => Ok(line),
    }
}

/// Notes a step of a line and tells those who watch.
async fn stepped(work: &mut Work, line: &Held, made: Move, to: LineState, note: &str) -> Result<(), Refused> {
    let (by, at) = (work.doer().account_id.map(AccountId), work.now());
    let sample = line.sample_id;
    let step = NewStep { line: line.id, made, from: line.state, to, by, sample, note };
    lines::note_step(work.tx(), &step, at).await?;
    tell(work, line);
    Ok(())
}

/// Moves a line on, if the rules let it and nobody was quicker; returns how it stands then.
async fn go(work: &mut Work, line: &Held, made: Move, note: &str) -> Result<Held, Refused> {
    let to = line.state.after(made)?;
    if !lines::go(work.tx(), line, to).await? {
        return Err(meanwhile(&line.test));
    }
    stepped(work, line, made, to, note).await?;
    Ok(Held { state: to, version: line.version + 1, ..line.clone() })
}

/// Whoever watches this line reads again.
fn tell(work: &mut Work, line: &Held) {
    work.tell(Topic::Laboratory);
    work.tell(Topic::Visit(line.visit_id.0));
    work.tell(Topic::Reviews(line.reviewer.0));
}

/// What a test costs, in words that say nothing of what is told in person only (rule A1).
fn cost<'a>(line: &Held, label: &'a str) -> NewCharge<'a> {
    NewCharge {
        visit: line.visit_id,
        patient: line.patient_id,
        kind: ChargeKind::Test,
        service: line.test_id.0,
        source: line.id.0,
        label,
        quantity: 1,
        unit_price: line.price,
    }
}

fn label(line: &Held) -> String {
    if line.in_person || line.department.is_empty() {
        "Laboratory test".to_owned()
    } else {
        format!("Laboratory test ({})", line.department.to_lowercase())
    }
}

/// An entry of the trail about a line's patient.
fn trail(action: &'static str, kind: &'static str, id: i64, line: &Held) -> Entry {
    Entry::new(action, kind, id).of_patient(line.patient_id.0).with("line", line.id.0)
}
