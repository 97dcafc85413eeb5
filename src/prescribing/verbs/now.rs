//! The warnings that hold now at lines that were signed before: what was recorded since then counts when they are given
//! out (rule P2), and whoever records it is told of the lines that it meets.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::assess::{self, drug, uncompared};
use crate::access::model::AccountId;
use crate::app::App;
use crate::db::DbError;
use crate::patients::PatientId;
use crate::prescribing::model::{Drug, Facts, Tier, Warning, WarningKind, check, key};
use crate::prescribing::store::context::{self, Context};
use crate::prescribing::store::lines::{self, Line};
use crate::prescribing::store::prescriptions::{Kept, Mark, Prescription};
use crate::prescribing::verbs::sign::LOOK_BACK_DAYS;
use crate::record::model::{Allergy, Summary};
use crate::settings::model::Clinic;
use crate::work::Work;

/// No prescription holds for longer.
const LONGEST_DAYS: i64 = 366;

/// What a patient takes and what is known of the patient, at one moment.
#[derive(Debug)]
pub struct Now {
    live: Vec<Line>,
    context: Context,
    today: NaiveDate,
}

/// A warning that holds now.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The warning.
    pub warning: Warning,
    /// The same as it was signed, where it stood there already.
    pub kept: Option<Kept>,
}

impl Standing {
    /// Whether whoever gives it out has to say why: it stops, and the prescriber did not sign in spite of it.
    pub fn asks(&self) -> bool {
        let signed = self.kept.as_ref().is_some_and(|kept| kept.tier == Tier::Stop);
        self.warning.tier == Tier::Stop && !signed
    }
}

fn span(now: DateTime<Utc>, today: NaiveDate) -> (DateTime<Utc>, NaiveDate) {
    (now - TimeDelta::days(LOOK_BACK_DAYS), today)
}

/// Nobody's favourites are asked for where something is given out.
const NOBODY: AccountId = AccountId(0);

/// Reads it for a page, at whose top `summary` stands.
pub async fn of_patient(
    app: &App,
    summary: &Summary,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<Now, DbError> {
    let clinic = app.clinic();
    let patient = summary.who.patient_id;
    let (live, known, beside) = futures::try_join!(
        lines::since(&app.db, patient, span(now, today)),
        context::known(&app.db),
        context::beside(&app.db, patient, NOBODY),
    )?;
    let context = Context::of(summary, beside, (&clinic, today), known)?;
    Ok(Now { live, context, today })
}

/// Reads it inside a work that holds the patient: nobody records an allergy meanwhile.
pub async fn in_work(work: &mut Work, patient: PatientId) -> Result<Now, DbError> {
    let (now, today) = (work.now(), work.today());
    let live = lines::since(work.tx(), patient, span(now, today)).await?;
    let context = assess::context(work, patient, NOBODY).await?;
    Ok(Now { live, context, today })
}

impl Now {
    /// The warnings at a signed line, beside what was signed before it: what came later was warned of there, unless the line
    /// is fetched so late that it counted no more. Texts that the program cannot compare stop too, unless somebody compared
    /// them when it was signed.
    pub fn at(
        &self,
        line: &Line,
        prescription: &Prescription,
        marks: &[Mark],
        clinic: &Clinic,
    ) -> Vec<Standing> {
        let late = !line.is_active(clinic, self.today);
        let counts = |other: &&Line| {
            let sooner = (other.signed_at, other.id) < (line.signed_at, line.id);
            other.id != line.id && (late || sooner)
        };
        let (beside, before): (Vec<&Line>, Vec<&Line>) =
            self.live.iter().filter(counts).partition(|other| other.prescription_id == line.prescription_id);
        let drugs = |lines: Vec<&Line>| lines.into_iter().map(|one| drug(one, clinic)).collect::<Vec<Drug>>();
        let active = before.into_iter().filter(|other| other.is_active(clinic, self.today)).collect();
        let (facts, known) = (&self.context.facts, &self.context.known);
        let mut warnings = check(&drug(line, clinic), &drugs(beside), &drugs(active), facts, known);
        let new = uncompared(&self.context, prescription);
        warnings.extend(new.into_iter().map(|text| Warning {
            kind: WarningKind::Allergy,
            tier: Tier::Stop,
            words: format!("Written since it was signed, and not known to the program: {text}"),
            advice: "Compare it by hand.".to_owned(),
            about: format!("text {text}"),
        }));
        warnings.sort_by_key(|warning| warning.tier);
        let signed: Vec<Kept> =
            marks.iter().filter(|mark| mark.line_id == line.id).filter_map(Mark::warning).collect();
        let standing = |warning: Warning| {
            let kept = signed.iter().find(|kept| key(kept.kind, &kept.about) == warning.key()).cloned();
            Standing { warning, kept }
        };
        warnings.into_iter().map(standing).collect()
    }
}

/// The signed medicines of which something is still to be given and that an allergy speaks against; all of them where the
/// program cannot compare it.
pub async fn met_by(work: &mut Work, allergy: &Allergy) -> Result<Vec<String>, DbError> {
    let (today, clinic) = (work.today(), work.app.clinic());
    let since = (work.now() - TimeDelta::days(LONGEST_DAYS), today);
    let lines = lines::since(work.tx(), allergy.patient_id, since).await?;
    let known = context::known(&work.app.db).await?;
    let facts = Facts { allergies: vec![allergy.clone()], asked: true, ..Facts::default() };
    let against = |warning: &Warning| matches!(warning.kind, WarningKind::Allergy | WarningKind::Cross);
    let waits = lines.iter().filter(|line| line.state.waits() && !line.is_expired(today));
    let met = waits.filter(|line| {
        allergy.is_free() || check(&drug(line, &clinic), &[], &[], &facts, &known).iter().any(against)
    });
    Ok(met.map(Line::label).collect())
}
