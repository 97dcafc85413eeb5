//! Lines of prescriptions: drafts and signed ones, with what the catalogue says of their medicines now.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, moment, sql};
use crate::patients::model::PatientId;
use crate::prescribing::model::{
    Form, Frequency, LineId, LineMove, LineState, MIXED, MedicineId, Pregnancy, PrescriptionId, Route, Unit,
    Written, amount_words, label, quantity_words, without_days,
};
use crate::prescribing::store::instead::{self, Instead};
use crate::queue::model::VisitId;
use crate::settings::model::Clinic;
use crate::work::Doer;

/// By how much a course can end later than it was signed for: so long a prescription usually waits at most.
const LATE: Days = Days::new(90);

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Line {
    pub id: LineId,
    pub prescription_id: PrescriptionId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub prescriber_id: AccountId,
    pub medicine_id: Option<MedicineId>,
    pub state: LineState,
    pub name: String,
    pub strength: String,
    pub form: Form,
    pub route: Route,
    pub unit: Unit,
    pub step: i64,
    pub controlled: bool,
    pub dose: Option<i64>,
    pub frequency: Frequency,
    pub max_doses_a_day: Option<i64>,
    pub days: Option<i64>,
    pub quantity: i64,
    pub directions: String,
    pub instructions: String,
    pub advice: String,
    pub reason: String,
    pub set_code: String,
    pub replaces_id: Option<LineId>,
    /// The line that was prescribed again by it, and why that one was stopped; empty where it was not.
    pub repeats_id: Option<LineId>,
    pub stopped: String,
    #[serde(deserialize_with = "moment::maybe_at")]
    pub signed_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "moment::maybe_day")]
    pub valid_until: Option<NaiveDate>,
    #[serde(deserialize_with = "moment::maybe_day")]
    pub course_until: Option<NaiveDate>,
    pub given: i64,
    pub returned: i64,
    /// The last day on which something of it was given that the patient kept.
    #[serde(deserialize_with = "moment::maybe_day")]
    pub given_on: Option<NaiveDate>,
    pub given_ahead: i64,
    pub returned_ahead: i64,
    /// The clinic could not give what was asked for.
    pub owed: bool,
    pub state_reason: String,
    pub version: i64,
    /// Who prescribes it.
    pub prescriber: String,
    /// What the catalogue says of the medicine now.
    pub ingredients: String,
    pub classes: String,
    pub min_age: Option<i64>,
    pub pregnancy: Option<Pregnancy>,
    /// Days for which a prescription of it holds, where the medicine has a number of its own.
    pub own_valid_days: Option<i64>,
    /// The usual dose in thousandths and how often a day, where the catalogue counts it as the line does.
    pub usual_dose: Option<i64>,
    pub usual_times: Option<i64>,
    pub usual_most_doses: Option<i64>,
    /// What one unit costs now, in kobo; 0 for free text.
    pub price: i64,
    /// Whether the catalogue offers it, unchanged in what the line says of it.
    pub offered: bool,
    /// What was given instead of its medicine, in the order in which it was given.
    #[serde(deserialize_with = "instead::read")]
    pub instead: Vec<Instead>,
}

macro_rules! lines {
    ($tail:literal) => {
        concat!(
            "select l.id, l.prescription_id, l.visit_id, l.patient_id, l.prescriber_id, l.medicine_id, l.state, l.name,
                l.strength, l.form, l.route, l.unit, l.step, l.controlled, l.dose, l.frequency, l.max_doses_a_day, l.days,
                l.quantity, l.directions, l.instructions, l.advice, l.reason, l.set_code, l.replaces_id, l.repeats_id,
                coalesce((select o.state_reason from prescription_line o where o.id = l.repeats_id and o.state = 'closed'), '')
                    as stopped, l.signed_at,
                l.valid_until, l.course_until, l.given, l.returned,
                case when l.given > 0 then (select g.day from dispensing_line g where g.line_id = l.id
                    and g.quantity > g.returned order by g.id desc limit 1) end as given_on, l.given_ahead, l.returned_ahead, l.owed,
                l.state_reason, l.version,
                p.prescriber_name as prescriber, coalesce(m.ingredients, '') as ingredients,
                coalesce(m.classes, '') as classes, m.min_age, m.pregnancy, m.valid_days as own_valid_days,
                case when m.unit = l.unit and m.strength = l.strength then m.dose end as usual_dose,
                m.times_a_day as usual_times, m.max_doses_a_day as usual_most_doses,
                coalesce(m.price, 0) as price,
                coalesce(m.active and m.generic = l.name and m.strength = l.strength and m.form = l.form
                    and m.unit = l.unit and m.step = l.step, l.medicine_id is null) as offered,
                case when l.given = 0 then '' else coalesce((select string_agg(g.name || '\u{1f}' || g.strength || '\u{1f}' ||
                    g.form || '\u{1f}' || g.unit || '\u{1f}' || g.step || '\u{1f}' || (g.quantity - g.returned) || '\u{1f}' ||
                    (g.covers - g.returned_covers) || '\u{1f}' || g.directions, '\u{1e}' order by g.id)
                    from dispensing_line g where g.line_id = l.id and g.substitution <> '' and g.quantity > g.returned), '')
                    end as instead
             from prescription_line l join prescription p on p.id = l.prescription_id
             left join medicine m on m.id = l.medicine_id where ",
            $tail
        )
    };
}

impl Line {
    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.name, &self.strength, self.form)
    }

    /// `1 capsule`; empty for what is put on the skin.
    pub fn dose_words(&self) -> String {
        self.dose.map(|dose| amount_words(dose, self.unit)).unwrap_or_default()
    }

    /// `15 capsules`.
    pub fn quantity_words(&self) -> String {
        quantity_words(self.quantity, self.unit, self.step)
    }

    /// Units that are still to be given (rule P4).
    pub fn remaining(&self) -> i64 {
        (self.quantity - self.given + self.returned).max(0)
    }

    /// Whether the clinic still has to give something of it (rule P9).
    pub fn is_owed(&self) -> bool {
        self.owed && matches!(self.state, LineState::Open | LineState::Partly)
    }

    /// Whether it is taken as prescribed: nothing else was given for it, or some of its own medicine, too.
    pub fn is_as_prescribed(&self) -> bool {
        let covered: i64 = self.instead.iter().map(|one| one.covers).sum();
        self.instead.is_empty() || self.given - self.returned > covered
    }

    /// Whether more than one medicine was given for it: some of its own and another, or two others.
    pub fn is_mixed(&self) -> bool {
        self.ways().len() > 1
    }

    /// How it is taken (rule P6): of what, where that has to be said, and how. Where several were given, each is for its
    /// own number of units, so the days of the prescription are of none of them.
    pub fn ways(&self) -> Vec<(String, String)> {
        let covered: i64 = self.instead.iter().map(|one| one.covers).sum();
        let own = self.given - self.returned - covered;
        let several = self.instead.len() + usize::from(self.is_as_prescribed()) > 1;
        let mut ways = Vec::new();
        if self.is_as_prescribed() && several {
            let units = quantity_words(own, self.unit, self.step);
            let how = without_days(&self.directions);
            ways.push((format!("Of the {units} of {}:", self.label()), how));
        } else if self.is_as_prescribed() {
            ways.push((String::new(), self.directions.clone()));
        }
        ways.extend(self.instead.iter().map(|one| {
            let (units, name) = (one.quantity_words(), one.label());
            match several {
                true => (format!("Of the {units} of {name}, given instead:"), without_days(&one.directions)),
                false => (format!("You were given {units} of {name} instead:"), one.directions.clone()),
            }
        }));
        ways
    }

    /// The same in one text.
    pub fn how(&self) -> String {
        let join = |(lead, how): (String, String)| format!("{lead} {how}").trim().to_owned();
        let ways = self.ways().into_iter().map(join);
        let first = self.is_mixed().then(|| MIXED.to_owned());
        first.into_iter().chain(ways).collect::<Vec<_>>().join(" ")
    }

    /// Whether it was written as free text.
    pub fn is_free(&self) -> bool {
        self.medicine_id.is_none()
    }

    /// Whether it can no longer be given out (rule P3).
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        let waits = matches!(self.state, LineState::Open | LineState::Partly | LineState::Paused);
        waits && self.valid_until.is_some_and(|until| until < today)
    }

    /// What was written of it.
    pub fn written(&self) -> Written {
        Written {
            dose: self.dose,
            frequency: self.frequency,
            days: self.days,
            max_doses_a_day: self.max_doses_a_day,
            quantity: self.quantity,
        }
    }

    /// The last day of taking `units` of it that are given on `day`: their part of the course.
    pub fn lasts_until(&self, units: i64, day: NaiveDate) -> NaiveDate {
        let quantity = self.quantity.max(1);
        let days = (self.written().course_days() * units.clamp(0, quantity) + quantity - 1) / quantity;
        day + Days::new(u64::try_from(days - 1).unwrap_or(0))
    }

    /// Whether the patient is meant to take it now: of the last seven days, or still in its course, which begins when it is
    /// signed, and again when it is fetched later (rule P2). What expired before anything of it was given, nobody takes;
    /// what was given is taken to its end, though the rest has expired.
    pub fn is_active(&self, clinic: &Clinic, today: NaiveDate) -> bool {
        let recent = today - Days::new(7);
        let fetched = self.given_on.map(|day| self.lasts_until(self.quantity, day));
        let running = self.course_until.max(fetched).is_some_and(|until| until >= today);
        let begun = self.signed_at.is_some_and(|at| clinic.day_of(at) >= recent);
        let never_given = self.is_expired(today) && self.given == self.returned;
        self.state.is_live() && !never_given && (running || begun)
    }
}

/// The lines of a prescription, in the order in which they were added.
pub async fn of_prescription(store: impl Store, id: PrescriptionId) -> Result<Vec<Line>, DbError> {
    sql(lines!("l.prescription_id = $1 order by l.id limit 100")).bind(id).all(store).await
}

/// What the consultation needs of a patient: the author's drafts of this visit, what was signed since `since`
/// or is still in its course on the day, also when it was fetched late, and the last few prescriptions, however old.
pub async fn around(
    store: impl Store,
    patient: PatientId,
    visit: VisitId,
    author: AccountId,
    (since, today): (DateTime<Utc>, NaiveDate),
) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "l.patient_id = $1 and (l.signed_at >= $4
            or (l.course_until >= $5 and l.state in ('open', 'partly', 'complete', 'paused'))
            or (l.state = 'draft' and l.visit_id = $2 and l.prescriber_id = $3)
            or (l.state <> 'draft' and l.prescription_id in (select e.id from prescription e
                where e.patient_id = $1 and e.state = 'signed' order by e.id desc limit 5)))
         order by l.id limit 400"
    ))
    .bind(patient)
    .bind(visit)
    .bind(author)
    .bind(since)
    .bind(today - LATE)
    .all(store)
    .await
}

/// What was signed for a patient since a day, or is still in its course on the day, also when it was fetched late, and is
/// neither stopped nor cancelled.
pub async fn since(
    store: impl Store,
    patient: PatientId,
    (since, today): (DateTime<Utc>, NaiveDate),
) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "l.patient_id = $1 and (l.signed_at >= $2 or l.course_until >= $3)
            and l.state in ('open', 'partly', 'complete', 'paused')
         order by l.id limit 400"
    ))
    .bind(patient)
    .bind(since)
    .bind(today - LATE)
    .all(store)
    .await
}

/// Signed lines of a visit.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Line>, DbError> {
    sql(lines!("l.visit_id = $1 and l.state <> 'draft' order by l.id limit 200")).bind(visit).all(store).await
}

/// Signed lines of a patient, the newest first, older than a line.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Line>, DbError> {
    sql(lines!(
        "l.patient_id = $1 and l.state <> 'draft' and l.prescription_id in (select e.id from prescription e
            where e.patient_id = $1 and e.state = 'signed' and e.id < $2 order by e.id desc limit $3)
         order by l.prescription_id desc, l.id"
    ))
    .bind(patient)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// One line.
pub async fn by_id(store: impl Store, id: LineId) -> Result<Option<Line>, DbError> {
    sql(lines!("l.id = $1")).bind(id).optional(store).await
}

/// What a move writes at a line.
#[derive(Debug)]
pub struct Moved<'a> {
    /// What happened.
    pub made: LineMove,
    /// Where it stands then.
    pub to: LineState,
    /// Why.
    pub reason: &'a str,
}

/// Moves a line on if it still stands as it was read, and notes the step. Returns whether it did: of two who are at it,
/// one wins.
pub async fn go(
    tx: &mut Tx,
    line: &Line,
    moved: &Moved<'_>,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<bool, DbError> {
    let ended = matches!(moved.to, LineState::Closed | LineState::Cancelled).then_some(at);
    let changed = sql(
        "update prescription_line set state = $3, state_reason = $5, ended_at = $6, version = version + 1
         where id = $1 and version = $2 and state = $4 and (given = 0 or $3 <> 'cancelled')",
    )
    .bind(line.id)
    .bind(line.version)
    .bind(moved.to)
    .bind(line.state)
    .bind(moved.reason)
    .bind(ended)
    .run(&mut *tx)
    .await?;
    if changed == 1 {
        note(tx, line.id, (line.state, moved), (who, at)).await?;
    }
    Ok(changed == 1)
}

/// Takes a signed line for the rest of the transaction if it is still at this version.
pub async fn hold(tx: &mut Tx, id: LineId, version: i64) -> Result<bool, DbError> {
    let held = sql(
        "update prescription_line set version = version where id = $1 and version = $2 and state <> 'draft'",
    )
    .bind(id)
    .bind(version)
    .run(tx)
    .await?;
    Ok(held == 1)
}

/// Takes every signed line of a prescription for the rest of the transaction, in the order of their ids: one
/// statement for all of them would take them in whatever order PostgreSQL reads them.
pub async fn hold_all(tx: &mut Tx, id: PrescriptionId) -> Result<(), DbError> {
    let ids: Vec<LineId> =
        sql("select id from prescription_line where prescription_id = $1 and state <> 'draft' order by id")
            .bind(id)
            .scalars(&mut *tx)
            .await?;
    for id in ids {
        sql("update prescription_line set version = version where id = $1").bind(id).run(&mut *tx).await?;
    }
    Ok(())
}

/// Notes a step of a line.
pub async fn note(
    tx: &mut Tx,
    line: LineId,
    (from, moved): (LineState, &Moved<'_>),
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into prescription_event (line_id, at, move, from_state, to_state, account_id, account_name, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(line)
    .bind(at)
    .bind(moved.made)
    .bind(from)
    .bind(moved.to)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(moved.reason)
    .run(tx)
    .await?;
    Ok(())
}
