//! Drafts of prescriptions: one of each author in a visit, seen by nobody else.

use chrono::{DateTime, NaiveDate, Utc};

use super::catalogue::Medicine;
use super::lines::{self, Line, Moved};
use crate::access::model::AccountId;
use crate::db::{DbError, Tx, sql};
use crate::patients::model::PatientId;
use crate::prescribing::model::{
    Form, LineId, LineMove, LineState, MedicineId, PrescriptionId, Route, Unit, Warning, Written, directions,
};
use crate::queue::model::VisitId;
use crate::work::Doer;

/// What is prescribed: a medicine of the catalogue, or free text with everything said.
#[derive(Debug, Clone)]
pub struct Named {
    pub medicine: Option<MedicineId>,
    pub name: String,
    pub strength: String,
    pub form: Form,
    pub route: Route,
    pub unit: Unit,
    pub step: i64,
    pub controlled: bool,
    pub advice: String,
}

impl Named {
    /// As the catalogue calls it now.
    pub fn of(medicine: &Medicine) -> Self {
        Named {
            medicine: Some(medicine.id),
            name: medicine.generic.clone(),
            strength: medicine.strength.clone(),
            form: medicine.form,
            route: medicine.route,
            unit: medicine.unit,
            step: medicine.step,
            controlled: medicine.controlled,
            advice: medicine.advice.clone(),
        }
    }

    /// As a line calls it.
    pub fn of_line(line: &Line) -> Self {
        Named {
            medicine: line.medicine_id,
            name: line.name.clone(),
            strength: line.strength.clone(),
            form: line.form,
            route: line.route,
            unit: line.unit,
            step: line.step,
            controlled: line.controlled,
            advice: line.advice.clone(),
        }
    }
}

/// A line to be written.
#[derive(Debug, Clone)]
pub struct NewLine {
    pub named: Named,
    pub written: Written,
    pub instructions: String,
    pub set_code: String,
    /// The line that is prescribed again by it.
    pub repeats: Option<LineId>,
}

impl NewLine {
    fn directions(&self) -> String {
        let (named, written) = (&self.named, &self.written);
        directions(
            written.dose,
            (named.unit, named.route),
            written.frequency,
            written.days,
            written.max_doses_a_day,
        )
    }
}

/// The author's draft of a visit, begun where there is none.
pub async fn begin(
    tx: &mut Tx,
    (visit, patient): (VisitId, PatientId),
    author: AccountId,
    at: DateTime<Utc>,
) -> Result<PrescriptionId, DbError> {
    sql("insert into prescription (visit_id, patient_id, prescriber_id, prescriber_name, state, begun_at)
         select $1, $2, a.id, trim(a.title || ' ' || a.name), 'draft', $4 from account a where a.id = $3
         on conflict (visit_id, prescriber_id) where state = 'draft' do update set begun_at = prescription.begun_at
         returning id")
    .bind(visit)
    .bind(patient)
    .bind(author)
    .bind(at)
    .scalar(tx)
    .await
}

/// The author's draft of a visit, held until this transaction ends.
pub async fn hold(tx: &mut Tx, visit: VisitId, author: AccountId) -> Result<Option<PrescriptionId>, DbError> {
    let found: Option<(PrescriptionId,)> =
        sql("update prescription set begun_at = begun_at where visit_id = $1 and prescriber_id = $2 and state = 'draft'
             returning id")
        .bind(visit)
        .bind(author)
        .optional(tx)
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Adds a line to a prescription as a draft.
pub async fn insert_line(
    tx: &mut Tx,
    prescription: PrescriptionId,
    (visit, patient, author): (VisitId, PatientId, AccountId),
    new: &NewLine,
) -> Result<LineId, DbError> {
    let (named, written) = (&new.named, &new.written);
    sql("insert into prescription_line (prescription_id, visit_id, patient_id, prescriber_id, medicine_id, state, name,
            strength, form, route, unit, step, controlled, dose, frequency, max_doses_a_day, days, quantity, directions,
            instructions, advice, set_code, repeats_id)
         values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
         returning id")
    .bind(prescription)
    .bind(visit)
    .bind(patient)
    .bind(author)
    .bind(named.medicine)
    .bind(&named.name)
    .bind(&named.strength)
    .bind(named.form)
    .bind(named.route)
    .bind(named.unit)
    .bind(named.step)
    .bind(named.controlled)
    .bind(written.dose)
    .bind(written.frequency)
    .bind(written.max_doses_a_day)
    .bind(written.days)
    .bind(written.quantity)
    .bind(new.directions())
    .bind(&new.instructions)
    .bind(&named.advice)
    .bind(&new.set_code)
    .bind(new.repeats)
    .scalar(tx)
    .await
}

/// Changes a draft line of the author; false when it is not there.
pub async fn update_line(
    tx: &mut Tx,
    id: LineId,
    (visit, author): (VisitId, AccountId),
    new: &NewLine,
) -> Result<bool, DbError> {
    let written = &new.written;
    let changed =
        sql("update prescription_line set dose = $4, frequency = $5, max_doses_a_day = $6, days = $7,
            quantity = $8, directions = $9, instructions = $10, version = version + 1
         where id = $1 and visit_id = $2 and prescriber_id = $3 and state = 'draft'")
        .bind(id)
        .bind(visit)
        .bind(author)
        .bind(written.dose)
        .bind(written.frequency)
        .bind(written.max_doses_a_day)
        .bind(written.days)
        .bind(written.quantity)
        .bind(new.directions())
        .bind(&new.instructions)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Keeps the reason that the author gives at a draft line.
pub async fn keep_reason(tx: &mut Tx, id: LineId, author: AccountId, reason: &str) -> Result<(), DbError> {
    sql("update prescription_line set reason = $3 where id = $1 and prescriber_id = $2 and state = 'draft' and reason <> $3")
        .bind(id)
        .bind(author)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes a draft line of the author out; false when it is not there.
pub async fn delete_line(
    tx: &mut Tx,
    id: LineId,
    (visit, author): (VisitId, AccountId),
) -> Result<bool, DbError> {
    let gone = sql(
        "delete from prescription_line where id = $1 and visit_id = $2 and prescriber_id = $3 and state = 'draft'",
    )
    .bind(id)
    .bind(visit)
    .bind(author)
    .run(tx)
    .await?;
    Ok(gone == 1)
}

/// Throws the author's draft of a visit away; returns how many lines it had.
pub async fn discard(tx: &mut Tx, visit: VisitId, author: AccountId) -> Result<u64, DbError> {
    let gone =
        sql("delete from prescription_line where visit_id = $1 and prescriber_id = $2 and state = 'draft'")
            .bind(visit)
            .bind(author)
            .run(&mut *tx)
            .await?;
    sql("delete from prescription where visit_id = $1 and prescriber_id = $2 and state = 'draft'")
        .bind(visit)
        .bind(author)
        .run(tx)
        .await?;
    Ok(gone)
}

/// What becomes of a line when it is signed.
#[derive(Debug)]
pub struct Signing<'a> {
    pub line: &'a Line,
    pub reason: &'a str,
    pub valid_until: NaiveDate,
    pub course_until: NaiveDate,
    pub warnings: &'a [Warning],
    /// The line it takes the place of.
    pub replaces: Option<LineId>,
}

/// Signs a draft line, with its warnings as they were. False when somebody was quicker.
pub async fn sign_line(
    tx: &mut Tx,
    signing: &Signing<'_>,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<bool, DbError> {
    let line = signing.line;
    let signed =
        sql("update prescription_line set state = 'open', reason = $3, signed_at = $4, valid_until = $5,
            course_until = $6, replaces_id = $7, version = version + 1
         where id = $1 and version = $2 and state = 'draft'")
        .bind(line.id)
        .bind(line.version)
        .bind(signing.reason)
        .bind(at)
        .bind(signing.valid_until)
        .bind(signing.course_until)
        .bind(signing.replaces)
        .run(&mut *tx)
        .await?;
    if signed != 1 {
        return Ok(false);
    }
    for warning in signing.warnings {
        let reason = if warning.tier == crate::prescribing::model::Tier::Stop { signing.reason } else { "" };
        sql(
            "insert into prescription_warning (line_id, kind, tier, about, words, advice, reason, account_id,
                account_name, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(line.id)
        .bind(warning.kind)
        .bind(warning.tier)
        .bind(&warning.about)
        .bind(&warning.words)
        .bind(&warning.advice)
        .bind(reason)
        .bind(who.account_id)
        .bind(&who.name)
        .bind(at)
        .run(&mut *tx)
        .await?;
    }
    let moved = Moved { made: LineMove::Sign, to: LineState::Open, reason: signing.reason };
    lines::note(tx, line.id, (LineState::Draft, &moved), (who, at)).await?;
    Ok(true)
}

/// What becomes of a prescription when it is signed.
#[derive(Debug)]
pub struct Final<'a> {
    pub id: PrescriptionId,
    pub note: Option<i64>,
    pub code: &'a str,
    pub valid_until: NaiveDate,
    /// What was known about allergies then.
    pub allergies: &'a str,
    /// The free texts that the prescriber compared by hand.
    pub compared: &'a str,
}

/// Signs a draft. False when somebody was quicker.
pub async fn finish(tx: &mut Tx, made: &Final<'_>, at: DateTime<Utc>) -> Result<bool, DbError> {
    let signed = sql(
        "update prescription set state = 'signed', note_id = $2, code = $3, signed_at = $4, valid_until = $5,
            allergies = $6, compared = $7 where id = $1 and state = 'draft'",
    )
    .bind(made.id)
    .bind(made.note)
    .bind(made.code)
    .bind(at)
    .bind(made.valid_until)
    .bind(made.allergies)
    .bind(made.compared)
    .run(tx)
    .await?;
    Ok(signed == 1)
}

/// Counts that somebody prescribed these medicines, in the order of their ids so that two who sign never wait for each
/// other in a circle.
pub async fn count_use(tx: &mut Tx, who: AccountId, mut medicines: Vec<MedicineId>) -> Result<(), DbError> {
    medicines.sort_unstable();
    medicines.dedup();
    for medicine in medicines {
        sql("insert into medicine_use (account_id, medicine_id) values ($1, $2)
             on conflict (account_id, medicine_id) do update set uses = medicine_use.uses + 1")
        .bind(who)
        .bind(medicine)
        .run(&mut *tx)
        .await?;
        sql("update medicine set uses = uses + 1 where id = $1").bind(medicine).run(&mut *tx).await?;
    }
    Ok(())
}
