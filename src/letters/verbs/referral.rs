//! Writing a referral: what is copied of the record, saving, signing, correcting by a new version.

use super::doer;
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::diagnoses::model::State;
use crate::diagnoses::{self, Diagnosis};
use crate::letters::model::{Part, ReferralId};
use crate::letters::store::referrals::{self, Referral, Text};
use crate::letters::store::told;
use crate::letters::store::visits::Facts;
use crate::live::Topic;
use crate::prescribing;
use crate::prescribing::model::LineState;
use crate::record::Banner;
use crate::work::{Refused, Work};

/// Earlier diagnoses that are copied at most.
const PROBLEMS: i64 = 20;

/// The heading and lines of a part.
pub type Copied = (String, Vec<String>);

fn named(diagnosis: &Diagnosis) -> String {
    let code = if diagnosis.code.is_empty() { String::new() } else { format!(" ({})", diagnosis.code) };
    let main = if diagnosis.is_main { ", main" } else { "" };
    format!("{}{code}, {}{main}", diagnosis.term, diagnosis.certainty.label().to_lowercase())
}

/// Copies the chosen parts of the record, in words.
pub async fn copy(app: &App, facts: &Facts, banner: &Banner, parts: &[Part]) -> Result<String, DbError> {
    let mut all: Vec<Copied> = Vec::new();
    for part in parts {
        let lines = match part {
            Part::Diagnoses => {
                let all = diagnoses::of_visit(&app.db, facts.id).await?;
                all.iter().filter(|one| one.state == State::Signed).map(named).collect()
            }
            Part::Problems => {
                let earlier = diagnoses::of_patient(&app.db, facts.patient_id, PROBLEMS).await?;
                let conditions = banner.summary.entries.iter().filter(|entry| {
                    matches!(
                        entry.kind,
                        crate::record::model::EntryKind::Condition | crate::record::model::EntryKind::Surgery
                    )
                });
                let mut lines: Vec<String> = conditions.map(|entry| entry.words.clone()).collect();
                lines.extend(earlier.iter().filter(|one| one.visit_id != facts.id).map(named));
                lines
            }
            Part::Medicines => {
                let lines = prescribing::of_visit(&app.db, facts.id).await?;
                let stands = lines.iter().filter(|line| line.state != LineState::Cancelled);
                stands.map(prescribing::Line::in_words).collect()
            }
            Part::Allergies => {
                let mut lines = banner.allergies();
                if !banner.told().is_empty() {
                    lines.push(format!("As told, not examined: {}", banner.told()));
                }
                if lines.is_empty() {
                    let none = banner.summary.none.is_some();
                    lines.push(if none { "No known allergies" } else { "Not asked" }.to_owned());
                }
                lines
            }
            Part::Vitals => {
                Some(told::vitals(&app.db, facts.id).await?).filter(|it| !it.is_empty()).into_iter().collect()
            }
            Part::Results => {
                told::results(&app.db, facts.id, None).await?.iter().map(told::Found::line).collect()
            }
        };
        all.push((part.label().to_owned(), lines));
    }
    Ok(written(&all))
}

/// A heading, then its lines; a blank line between parts.
fn written(parts: &[Copied]) -> String {
    let clean = |line: &String| line.replace('\n', " ");
    let part = |(heading, lines): &Copied| {
        let lines: Vec<String> = if lines.is_empty() {
            vec!["Nothing recorded".to_owned()]
        } else {
            lines.iter().map(clean).collect()
        };
        format!("{heading}\n{}", lines.join("\n"))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n\n")
}

/// Saves the author's draft of a visit; returns its id.
pub async fn save(
    work: &mut Work,
    facts: &Facts,
    (draft, version): (Option<&Referral>, i64),
    replaces: Option<&Referral>,
    text: &Text,
) -> Result<ReferralId, Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let overtaken = || {
        Refused::Because(
            "You wrote in this draft in another window. Open the page again to see it, then go on."
                .to_owned(),
        )
    };
    match draft {
        Some(draft) if draft.version != version => Err(overtaken()),
        Some(draft) => {
            if referrals::update(work.tx(), draft.id, version, text, at).await? {
                Ok(draft.id)
            } else {
                Err(overtaken())
            }
        }
        None => {
            let who = (facts.id, facts.patient_id);
            let id = referrals::insert(work.tx(), who, replaces, text, (by, &name, at)).await;
            id.map_err(|error| {
                if error.violates("referral_visit_id_author_id_unique") { overtaken() } else { error.into() }
            })
        }
    }
}

/// Signs a draft: it is immutable from now on, and what it replaces is superseded.
pub async fn sign(work: &mut Work, facts: &Facts, id: ReferralId) -> Result<(), Refused> {
    let at = work.now();
    referrals::sign(work.tx(), id, at).await.map_err(|error| {
        if error.violates("referral_replaces_id_unique") {
            return Refused::Because(
                "A newer version of this letter is signed already. Correct that one.".to_owned(),
            );
        }
        error.into()
    })?;
    let entry = Entry::new("referral.signed", "referral", id.0);
    work.audit(entry.of_patient(facts.patient_id.0).with("visit", facts.id.0)).await?;
    work.tell(Topic::Visit(facts.id.0));
    Ok(())
}

/// Throws a draft away.
pub async fn discard(work: &mut Work, draft: &Referral) -> Result<(), Refused> {
    Ok(referrals::discard(work.tx(), draft.id).await?)
}
