//! Prescriptions of the demo: of past visits with what was given out of them, what waits for the pharmacy today, a draft
//! of the present doctor, favourites. A line that was given out has the id of its prescribed line: the ledger of the stock
//! knows it by this id.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, Value, bulk, sql};
use crate::patients::model::card_code;
use crate::prescribing::model::{Form, Frequency, Route, Unit, directions, quantity};
use crate::settings::store as settings;

const PRESCRIPTION: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "prescriber_id",
    "prescriber_name",
    "state",
    "code",
    "begun_at",
    "signed_at",
    "valid_until",
    "allergies",
];
const LINE: &[&str] = &[
    "id",
    "prescription_id",
    "visit_id",
    "patient_id",
    "prescriber_id",
    "medicine_id",
    "state",
    "name",
    "strength",
    "form",
    "route",
    "unit",
    "step",
    "controlled",
    "dose",
    "frequency",
    "days",
    "quantity",
    "directions",
    "advice",
    "signed_at",
    "valid_until",
    "course_until",
];
const DISPENSING: &[&str] = &[
    "id",
    "prescription_id",
    "patient_id",
    "visit_id",
    "store_id",
    "account_id",
    "account_name",
    "at",
    "day",
];
const DISPENSED: &[&str] = &[
    "id",
    "dispensing_id",
    "line_id",
    "item_id",
    "medicine_id",
    "name",
    "strength",
    "form",
    "unit",
    "step",
    "quantity",
    "covers",
    "owed",
    "directions",
    "price",
    "day",
];
const EVENT: &[&str] = &["line_id", "at", "move", "from_state", "to_state", "account_id", "account_name"];
/// Visits that are read at once.
const BATCH: i64 = 5_000;
/// The store that hands out.
const PHARMACY: i64 = 1;
/// The pharmacist of the demo.
const PHARMACIST: (i64, &str) = (6, "Chidinma Okafor");
/// The student who is shown.
const SHOWN: i64 = 1;
/// How long after it was signed a prescription was given out.
const GIVEN_AFTER: TimeDelta = TimeDelta::minutes(9);
/// How long a prescription holds.
const HOLDS: u64 = 90;

/// A medicine, thousandths, times a day, days.
type Taken = (&'static str, i64, i64, i64);

/// What the demo's doctors prescribe, by what they found.
const COURSES: [&[Taken]; 10] = [
    &[("artemether-lumefantrine-80mg-480mg-tablet", 1_000, 2, 3), ("paracetamol-500mg-tablet", 2_000, 3, 3)],
    &[("paracetamol-500mg-tablet", 2_000, 3, 3), ("loratadine-10mg-tablet", 1_000, 1, 5)],
    &[("omeprazole-20mg-capsule", 1_000, 1, 28)],
    &[("oral-rehydration-salts-20-5g-sachet", 1_000, 2, 3)],
    &[("cetirizine-10mg-tablet", 1_000, 1, 5)],
    &[("paracetamol-500mg-tablet", 2_000, 3, 5)],
    &[("amoxicillin-500mg-capsule", 1_000, 3, 5), ("paracetamol-500mg-tablet", 2_000, 3, 3)],
    &[("ibuprofen-400mg-tablet", 1_000, 3, 5)],
    &[("chloramphenicol-0-5pct-eye-drops", 1_000, 4, 5)],
    &[("ferrous-sulfate-200mg-tablet", 1_000, 1, 90)],
];
/// Who has an allergy gets no penicillin and no ibuprofen, but the paracetamol before them.
const NOT_FOR_ALL: [usize; 2] = [6, 7];

#[derive(Debug, Clone, serde::Deserialize)]
struct Known {
    id: i64,
    code: String,
    generic: String,
    strength: String,
    form: Form,
    route: Route,
    unit: Unit,
    step: i64,
    advice: String,
    price: i64,
    item: i64,
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    day: NaiveDate,
    doctor: i64,
    doctor_name: String,
    at: DateTime<Utc>,
    is_open: bool,
    went_on: bool,
    allergic: bool,
    allergies: String,
}

/// What becomes of a prescription of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Draft,
    Open,
    Partly,
    Given,
}

#[derive(Default)]
struct Rows {
    prescriptions: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    events: Vec<Vec<Value>>,
    dispensings: Vec<Vec<Value>>,
    dispensed: Vec<Vec<Value>>,
}

struct Making {
    medicines: BTreeMap<String, Known>,
    chance: Chance,
    prescription: i64,
    line: i64,
    dispensing: i64,
    /// Whether each step is written too.
    events: bool,
    rows: Rows,
}

/// Fills every table of prescribing; `one_in` visits that did not go to the pharmacy had a prescription too.
pub(super) async fn write(
    db: &Db,
    now: DateTime<Utc>,
    (events, one_in): (bool, usize),
    bar: ProgressBar,
) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let today = clinic.day_of(now);
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    let medicines: Vec<Known> =
        sql("select m.id, m.code, m.generic, m.strength, m.form, m.route, m.unit, m.step, m.advice, m.price, i.id as item
             from medicine m join stock_item i on i.medicine_id = m.id where m.active")
            .all(filling.tx().await?)
            .await?;
    let medicines = medicines.into_iter().map(|one| (one.code.clone(), one)).collect();
    let rows = Rows::default();
    let mut making =
        Making { medicines, chance: Chance::new(99), prescription: 0, line: 0, dispensing: 0, events, rows };
    let (mut after, mut drafted, mut open) = (0, false, 0);
    loop {
        let seen: Vec<Seen> = sql("select v.id, v.patient_id, v.day, e.served_by as doctor,
                trim(a.title || ' ' || a.name) as doctor_name, coalesce(e.ended_at, e.started_at, e.entered_at) as at,
                v.closed_at is null as is_open,
                exists (select 1 from queue_entry f where f.visit_id = v.id and f.coming_from = e.id) as went_on,
                p.allergies_told <> '' or exists (select 1 from allergy y where y.patient_id = v.patient_id) as allergic,
                coalesce((select string_agg(y.substance, '; ') from allergy y where y.patient_id = v.patient_id
                    and y.state = 'active'), case when p.allergies_told <> '' then 'As told: ' || p.allergies_told
                    when exists (select 1 from allergy_none n where n.patient_id = v.patient_id)
                    then 'No known allergies' else 'Not asked' end) as allergies
             from (select id, patient_id, day, closed_at, (select min(d.id) from queue_entry d where d.visit_id = visit.id
                        and d.point_id = 3 and d.started_at is not null and d.served_by is not null) as entry_id
                    from visit where id > $1 order by id limit $2) v
             join patient p on p.id = v.patient_id join queue_entry e on e.id = v.entry_id
             join account a on a.id = e.served_by order by v.id")
        .bind(after)
        .bind(BATCH)
        .all(filling.tx().await?)
        .await?;
        let Some(last) = seen.last() else { break };
        after = last.id;
        for one in &seen {
            let prescribed =
                one.went_on || one.is_open || one.patient_id == SHOWN || making.chance.one_in(one_in);
            if !prescribed {
                continue;
            }
            let fate = match (one.is_open, one.went_on, one.day == today) {
                (true, false, _) if !drafted => Fate::Draft,
                (true, false, _) => continue,
                (_, _, true) => [Fate::Open, Fate::Open, Fate::Partly][open % 3],
                (false, _, false) if making.chance.one_in(12) => Fate::Open,
                (_, _, false) => Fate::Given,
            };
            drafted |= fate == Fate::Draft;
            open += usize::from(one.day == today);
            making.prescribe(one, fate);
        }
        let rows = std::mem::take(&mut making.rows);
        filling.put("prescription", PRESCRIPTION, rows.prescriptions).await?;
        filling.put("prescription_line", LINE, rows.lines).await?;
        filling.put("prescription_event", EVENT, rows.events).await?;
        // The prescribed lines count along by the tables' triggers.
        filling.put("dispensing", DISPENSING, rows.dispensings).await?;
        filling.put("dispensing_line", DISPENSED, rows.dispensed).await?;
        filling.step("prescriptions", usize::try_from(after).unwrap_or(0)).await?;
    }
    for table in ["prescription", "prescription_line", "dispensing", "dispensing_line"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    count_uses(&mut filling).await?;
    favourites(&mut filling, &making).await?;
    filling.step("prescriptions", usize::try_from(after).unwrap_or(0)).await
}

impl Making {
    fn prescribe(&mut self, seen: &Seen, fate: Fate) {
        let (_, _, fitting) = super::notes::found(seen.id);
        let course = if seen.allergic && NOT_FOR_ALL.contains(&fitting) { 5 } else { fitting };
        self.prescription += 1;
        let id = self.prescription;
        let is_draft = fate == Fate::Draft;
        let signed = (!is_draft).then_some(seen.at);
        let until = seen.day + Days::new(HOLDS);
        let code = format!("RX{}", card_code(self.chance.bits()));
        self.rows.prescriptions.push(row![
            id,
            seen.id,
            seen.patient_id,
            seen.doctor,
            seen.doctor_name.as_str(),
            if is_draft { "draft" } else { "signed" },
            signed.map(|_| code),
            seen.at,
            signed,
            signed.map(|_| until),
            if is_draft { "" } else { seen.allergies.as_str() }
        ]);
        if matches!(fate, Fate::Partly | Fate::Given) {
            self.dispensing += 1;
            let at = seen.at + GIVEN_AFTER;
            let (patient, by) = (seen.patient_id, PHARMACIST.0);
            let head = row![self.dispensing, id, patient, seen.id, PHARMACY, by, PHARMACIST.1, at, seen.day];
            self.rows.dispensings.push(head);
        }
        for (place, taken) in COURSES[course].iter().enumerate() {
            // Of what is given in part, the first medicine was there.
            let fate = if fate == Fate::Partly && place > 0 { Fate::Open } else { fate };
            self.line(seen, id, taken, fate);
        }
    }

    fn line(&mut self, seen: &Seen, prescription: i64, (code, dose, times, days): &Taken, fate: Fate) {
        let Some(medicine) = self.medicines.get(*code) else { return };
        let frequency = Frequency::of_times(*times).unwrap_or(Frequency::Daily);
        let Some(units) = quantity(*dose, frequency, *days, medicine.step) else { return };
        self.line += 1;
        let signed = (fate != Fate::Draft).then_some(seen.at);
        let (state, given) = match fate {
            Fate::Draft => ("draft", 0),
            Fate::Open => ("open", 0),
            Fate::Partly if units >= 2 * medicine.step => ("open", units / 2 / medicine.step * medicine.step),
            Fate::Partly | Fate::Given => ("open", units),
        };
        let course = seen.day + Days::new(u64::try_from(*days - 1).unwrap_or(0));
        let words = directions(Some(*dose), (medicine.unit, medicine.route), frequency, Some(*days), None);
        self.rows.lines.push(row![
            self.line,
            prescription,
            seen.id,
            seen.patient_id,
            seen.doctor,
            medicine.id,
            state,
            medicine.generic.as_str(),
            medicine.strength.as_str(),
            medicine.form,
            medicine.route,
            medicine.unit,
            medicine.step,
            false,
            Some(*dose),
            frequency,
            Some(*days),
            units,
            words.as_str(),
            medicine.advice.as_str(),
            signed,
            signed.map(|_| seen.day + Days::new(HOLDS)),
            signed.map(|_| course)
        ]);
        if given > 0 {
            self.rows.dispensed.push(row![
                self.line,
                self.dispensing,
                self.line,
                medicine.item,
                medicine.id,
                medicine.generic.as_str(),
                medicine.strength.as_str(),
                medicine.form,
                medicine.unit,
                medicine.step,
                given,
                given,
                units - given,
                words.as_str(),
                medicine.price,
                seen.day
            ]);
        }
        if self.events && signed.is_some() {
            let by = seen.doctor_name.as_str();
            self.rows.events.push(row![self.line, seen.at, "sign", "draft", "open", seen.doctor, by]);
            if given > 0 {
                let (made, to) = if given == units { ("complete", "complete") } else { ("give", "partly") };
                let at = seen.at + GIVEN_AFTER;
                self.rows.events.push(row![self.line, at, made, "open", to, PHARMACIST.0, PHARMACIST.1]);
            }
        }
    }
}

/// What was prescribed ranks the search.
async fn count_uses(filling: &mut Filling) -> Result<(), DbError> {
    sql("insert into medicine_use (account_id, medicine_id, uses)
         select prescriber_id, medicine_id, count(*) from prescription_line
         where medicine_id is not null and state <> 'draft' group by prescriber_id, medicine_id")
    .run(filling.tx().await?)
    .await?;
    sql("update medicine set uses = coalesce((select cast(sum(u.uses) as bigint) from medicine_use u
            where u.medicine_id = medicine.id), 0) where active")
    .run(filling.tx().await?)
    .await?;
    Ok(())
}

/// Each doctor of the demo has a few favourites.
async fn favourites(filling: &mut Filling, making: &Making) -> Result<(), DbError> {
    const FAVOURITE: &[&str] =
        &["account_id", "medicine_id", "dose", "frequency", "days", "quantity", "words", "created_at"];
    let (now, doctors) = (filling.now, filling.doctors_of_demo().await?);
    let mut rows = Vec::new();
    for (doctor, (code, dose, times, days)) in doctors
        .iter()
        .flat_map(|doctor| [COURSES[0][0], COURSES[0][1], COURSES[6][0]].map(|one| (*doctor, one)))
    {
        let Some(medicine) = making.medicines.get(code) else { continue };
        let frequency = Frequency::of_times(times).unwrap_or(Frequency::Daily);
        let Some(units) = quantity(dose, frequency, days, medicine.step) else { continue };
        let label = crate::prescribing::model::label(&medicine.generic, &medicine.strength, medicine.form);
        let how = directions(Some(dose), (medicine.unit, medicine.route), frequency, Some(days), None);
        let words = format!("{label}: {}", how.trim_end_matches('.'));
        rows.push(row![doctor, medicine.id, Some(dose), frequency, Some(days), units, words, now]);
    }
    filling.put("prescribing_favourite", FAVOURITE, rows).await
}

impl Filling {
    /// The doctors who are shown.
    pub(super) async fn doctors_of_demo(&mut self) -> Result<Vec<i64>, DbError> {
        sql("select r.account_id from account_role r where r.role = 'doctor' order by r.account_id limit 4")
            .scalars(self.tx().await?)
            .await
    }
}
