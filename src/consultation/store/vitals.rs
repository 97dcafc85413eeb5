//! Vital signs and their flags.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::{Consciousness, Level, Measured, News2, Oxygen, Taken, Unscored, VitalsId};
use crate::consultation::store::body::Body;
use crate::consultation::store::signs::Signs;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{PatientId, SealedVisits};
use crate::queue::model::VisitId;

/// A taking with who took it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Vitals {
    /// Its id.
    pub id: VitalsId,
    /// In which visit.
    pub visit_id: VisitId,
    /// Whose.
    pub patient_id: PatientId,
    /// When it was measured; a correction keeps the moment of what it corrects.
    pub taken_at: DateTime<Utc>,
    /// When a correction was entered; none of what was entered as it was measured.
    pub entered_at: Option<DateTime<Utc>>,
    /// Who measured, or who corrected.
    pub by: String,
    /// Whole years on that day; none where the date of birth was not known.
    pub age: Option<i64>,
    /// The numbers.
    pub measured: Measured,
    /// What was breathed.
    pub oxygen: Option<Oxygen>,
    /// How awake.
    pub consciousness: Option<Consciousness>,
    /// Whether 88 to 92 % saturation is the aim.
    pub second_scale: bool,
    /// Whether she says that she is pregnant; none where it was not asked.
    pub pregnant: Option<bool>,
    /// The early-warning score; none where it is not for this person or not complete.
    pub news2: Option<i64>,
    /// A remark.
    pub note: String,
    /// What it corrects.
    pub replaces: Option<VitalsId>,
    /// Why.
    pub reason: String,
    /// The correction that stands in its place.
    pub replaced_by: Option<VitalsId>,
    /// The flags as the statement gathers them; read by [`Vitals::flags`].
    marks: String,
}

impl Vitals {
    /// What is out of its range.
    pub fn flags(&self) -> Vec<Flag> {
        let flag = |text: &str| {
            let mut parts = text.split(' ');
            Some(Flag {
                vitals_id: self.id,
                sign: parts.next()?.to_owned(),
                value: parts.next()?.parse().ok()?,
                level: parts.next()?.parse().ok()?,
                low: parts.next()?.parse().ok()?,
                high: parts.next()?.parse().ok()?,
            })
        };
        self.marks.split(',').filter_map(flag).collect()
    }

    /// The early-warning score, or why there is none.
    ///
    /// # Errors
    /// See [`News2::of`].
    pub fn score(&self) -> Result<News2, Unscored> {
        News2::of(&self.taken(), self.years())
    }

    /// Whole years on the day of measuring.
    pub fn years(&self) -> Option<u32> {
        self.age.and_then(|age| u32::try_from(age).ok())
    }

    /// As it was entered.
    pub fn taken(&self) -> Taken {
        Taken {
            measured: self.measured,
            oxygen: self.oxygen,
            consciousness: self.consciousness,
            second_scale: self.second_scale,
            pregnant: self.pregnant,
        }
    }
}

/// A value out of its range.
#[derive(Debug, Clone)]
pub struct Flag {
    /// Of which taking.
    pub vitals_id: VitalsId,
    /// A [`crate::consultation::model::Sign`], or `bmi`.
    pub sign: String,
    /// What was measured.
    pub value: i64,
    /// How it stands to its range.
    pub level: Level,
    /// The lowest usual value.
    pub low: i64,
    /// The highest usual value.
    pub high: i64,
}

/// A taking that is about to be kept.
#[derive(Debug)]
pub struct NewVitals<'a> {
    pub visit: VisitId,
    pub patient: PatientId,
    pub by: AccountId,
    pub age: Option<u32>,
    pub taken: &'a Taken,
    /// Since when she is known to be pregnant; none where she says so for the first time, or does not.
    pub pregnant_since: Option<DateTime<Utc>>,
    pub news2: Option<u32>,
    pub news2_red: bool,
    pub note: &'a str,
    pub replaces: Option<VitalsId>,
    pub reason: &'a str,
    /// The moment of measuring.
    pub at: DateTime<Utc>,
    /// When a correction is entered.
    pub entered_at: Option<DateTime<Utc>>,
}

/// Keeps a taking.
///
/// # Errors
/// Constraints `vitals_open_visit`, `vitals_replaces_unique` (corrected by somebody else meanwhile) and those of the signs.
pub async fn insert(tx: &mut Tx, new: &NewVitals<'_>) -> Result<VitalsId, DbError> {
    let (taken, measured) = (new.taken, &new.taken.measured);
    sql("insert into vitals (visit_id, patient_id, taken_at, taken_by, age, temperature, pulse, respiration,
            oxygen_saturation, systolic, diastolic, weight, height, pain, oxygen, consciousness, second_scale, pregnant,
            news2, news2_red, note, replaces, reason, entered_at, pregnant_since)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25) returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.at)
    .bind(new.by)
    .bind(new.age.map(i64::from))
    .bind(measured.temperature)
    .bind(measured.pulse)
    .bind(measured.respiration)
    .bind(measured.oxygen_saturation)
    .bind(measured.systolic)
    .bind(measured.diastolic)
    .bind(measured.weight)
    .bind(measured.height)
    .bind(measured.pain)
    .bind(taken.oxygen)
    .bind(taken.consciousness)
    .bind(taken.second_scale)
    .bind(taken.pregnant)
    .bind(new.news2.map(i64::from))
    .bind(new.news2_red)
    .bind(new.note)
    .bind(new.replaces)
    .bind(new.reason)
    .bind(new.entered_at)
    .bind(new.pregnant_since)
    .scalar(tx)
    .await
}

/// Keeps a flag with the range it was judged by.
pub async fn insert_flag(tx: &mut Tx, flag: &Flag) -> Result<(), DbError> {
    sql("insert into vital_flag (vitals_id, sign, value, level, low, high) values ($1, $2, $3, $4, $5, $6)")
        .bind(flag.vitals_id)
        .bind(&flag.sign)
        .bind(flag.value)
        .bind(flag.level)
        .bind(flag.low)
        .bind(flag.high)
        .run(tx)
        .await?;
    Ok(())
}

/// One taking.
pub async fn by_id(store: impl Store, id: VitalsId) -> Result<Option<Vitals>, DbError> {
    sql("select v.id, v.visit_id, v.patient_id, v.taken_at, v.entered_at,
            trim(a.title || ' ' || a.name) as by, v.age, v.temperature, v.pulse, v.respiration, v.oxygen_saturation, v.systolic, v.diastolic, v.weight, v.height, v.pain, v.oxygen,
            v.consciousness, v.second_scale, v.pregnant, v.news2, v.note, v.replaces, v.reason, r.id as replaced_by,
            coalesce((select string_agg(f.sign || ' ' || f.value || ' ' || f.level || ' ' || f.low || ' ' || f.high, ',')
                from vital_flag f where f.vitals_id = v.id), '') as marks
         from vitals v join account a on a.id = v.taken_by left join vitals r on r.replaces = v.id
         where v.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// What was taken of a patient, the last measured first, from before the taking `before` or before `until`;
/// corrected ones too, beside what stands in their place.
pub async fn of_patient(
    store: impl Store,
    (patient, sealed): (PatientId, &SealedVisits),
    (before, until): (VitalsId, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Vitals>, DbError> {
    sql("select v.id, v.visit_id, v.patient_id, v.taken_at, v.entered_at,
            trim(a.title || ' ' || a.name) as by, v.age, v.temperature, v.pulse, v.respiration, v.oxygen_saturation, v.systolic, v.diastolic, v.weight, v.height, v.pain, v.oxygen,
            v.consciousness, v.second_scale, v.pregnant, v.news2, v.note, v.replaces, v.reason, r.id as replaced_by,
            coalesce((select string_agg(f.sign || ' ' || f.value || ' ' || f.level || ' ' || f.low || ' ' || f.high, ',')
                from vital_flag f where f.vitals_id = v.id), '') as marks
         from vitals v join account a on a.id = v.taken_by left join vitals r on r.replaces = v.id
         where v.patient_id = $1 and (v.taken_at, v.id) < (coalesce((select b.taken_at from vitals b
            where b.id = $2 and b.patient_id = $1), $3), $2) and $5 not like '%,' || v.visit_id || ',%'
         order by v.taken_at desc, v.id desc limit $4")
    .bind(patient)
    .bind(before)
    .bind(until)
    .bind(limit)
    .bind(sealed.visits())
    .all(store)
    .await
}

/// A taking with what else of the body counts beside it (rule W4).
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Measurement {
    /// The taking.
    pub vitals: Vitals,
    /// The height and the weight beside it.
    pub body: Body,
}

/// One taking with the height and the weight that stand beside it now: of its visit, else the height before it.
pub async fn with_body(store: impl Store, id: VitalsId) -> Result<Option<Measurement>, DbError> {
    sql("select v.id, v.visit_id, v.patient_id, v.taken_at, v.entered_at,
            trim(a.title || ' ' || a.name) as by, v.age, v.temperature, v.pulse, v.respiration, v.oxygen_saturation, v.systolic, v.diastolic, v.weight, v.height, v.pain, v.oxygen,
            v.consciousness, v.second_scale, v.pregnant, v.news2, v.note, v.replaces, v.reason, r.id as replaced_by,
            coalesce((select string_agg(f.sign || ' ' || f.value || ' ' || f.level || ' ' || f.low || ' ' || f.high, ',')
                from vital_flag f where f.vitals_id = v.id), '') as marks,
            coalesce(h.height, e.height) as near_height, coalesce(h.taken_at, e.taken_at) as near_height_at,
            coalesce(h.visit_id, e.visit_id) as near_height_visit, w.weight as near_weight
         from vitals v join account a on a.id = v.taken_by left join vitals r on r.replaces = v.id
            left join vitals h on h.id = (select o.id from vitals o where o.visit_id = v.visit_id
                and o.height is not null and not exists (select 1 from vitals later where later.replaces = o.id)
                order by o.taken_at desc, o.id desc limit 1)
            left join vitals e on e.id = (select o.id from vitals o where o.patient_id = v.patient_id
                and o.taken_at <= v.taken_at
                and o.height is not null and not exists (select 1 from vitals later where later.replaces = o.id)
                order by o.taken_at desc, o.id desc limit 1)
            left join vitals w on w.id = (select o.id from vitals o where o.visit_id = v.visit_id
                and o.weight is not null and not exists (select 1 from vitals later where later.replaces = o.id)
                order by o.taken_at desc, o.id desc limit 1)
         where v.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Takings of one visit that are looked at; nobody is measured more often.
const OF_VISIT: i64 = 300;

/// What stands of the vital signs of a visit; where nothing was measured in it, of the last visit of `or_else` in which
/// something was.
pub async fn around(
    store: impl Store,
    visit: VisitId,
    (or_else, sealed): (PatientId, &SealedVisits),
) -> Result<Signs, DbError> {
    let takings = sql("select v.id, v.visit_id, v.patient_id, v.taken_at, v.entered_at,
            trim(a.title || ' ' || a.name) as by, v.age, v.temperature, v.pulse, v.respiration, v.oxygen_saturation, v.systolic, v.diastolic, v.weight, v.height, v.pain, v.oxygen,
            v.consciousness, v.second_scale, v.pregnant, v.news2, v.note, v.replaces, v.reason,
            cast(null as bigint) as replaced_by,
            coalesce((select string_agg(f.sign || ' ' || f.value || ' ' || f.level || ' ' || f.low || ' ' || f.high, ',')
                from vital_flag f where f.vitals_id = v.id), '') as marks
         from vitals v join account a on a.id = v.taken_by
         where v.visit_id = coalesce((select max(here.visit_id) from vitals here where here.visit_id = $1),
                (select last.visit_id from vitals last where last.patient_id = $2
                    and $4 not like '%,' || last.visit_id || ',%'
                 order by last.taken_at desc, last.id desc limit 1))
            and not exists (select 1 from vitals r where r.replaces = v.id)
         order by v.taken_at desc, v.id desc limit $3")
    .bind(visit)
    .bind(or_else)
    .bind(OF_VISIT)
    .bind(sealed.visits())
    .all(store)
    .await?;
    Ok(Signs::new(takings))
}

/// What stands of the vital signs of a visit.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Signs, DbError> {
    around(store, visit, (PatientId(0), &SealedVisits::default())).await
}
