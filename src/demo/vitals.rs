//! Vital signs of every visit, past and present, drawn around what is usual.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::names::Chance;
use super::{Filling, row};
use crate::consultation::flags;
use crate::consultation::model::{Consciousness, Escalation, Measured, News2, Oxygen, Taken, VitalsId};
use crate::db::{DbError, Value, bulk, sql};
use crate::settings::model::age_on;

const VITALS: &[&str] = &[
    "id",
    "visit_id",
    "patient_id",
    "taken_at",
    "taken_by",
    "age",
    "temperature",
    "pulse",
    "respiration",
    "oxygen_saturation",
    "systolic",
    "diastolic",
    "weight",
    "height",
    "pain",
    "oxygen",
    "consciousness",
    "news2",
    "news2_red",
];
const FLAG: &[&str] = &["vitals_id", "sign", "value", "level", "low", "high"];
/// Visits that are read at once.
const BATCH: i64 = 5_000;
/// The nurse of the demo.
const NURSE: i64 = 3;

#[derive(serde::Deserialize)]
struct Seen {
    id: i64,
    patient_id: i64,
    opened_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    born_on: Option<NaiveDate>,
    is_urgent: bool,
}

/// Gives each visit in which somebody was served its vital signs; those that have some are left alone.
pub(super) async fn write(filling: &mut Filling) -> Result<(), DbError> {
    let mut chance = Chance::new(77);
    let (mut after, mut id): (i64, i64) =
        sql("select coalesce(max(visit_id), 0), coalesce(max(id), 0) from vitals")
            .one(filling.tx().await?)
            .await?;
    loop {
        let seen: Vec<Seen> = sql("select v.id, v.patient_id, v.opened_at, p.born_on,
                (select min(e.started_at) from queue_entry e where e.visit_id = v.id) as started_at,
                exists (select 1 from queue_entry e where e.visit_id = v.id and e.priority = 'raised'
                    and e.state = 'waiting') as is_urgent
             from visit v join patient p on p.id = v.patient_id where v.id > $1 order by v.id limit $2")
        .bind(after)
        .bind(BATCH)
        .all(filling.tx().await?)
        .await?;
        let Some(last) = seen.last() else { break };
        after = last.id;
        let mut rows = Rows::default();
        for one in &seen {
            taking(one, &mut id, &mut chance, &mut rows);
        }
        filling.put("vitals", VITALS, rows.vitals).await?;
        filling.put("vital_flag", FLAG, rows.flags).await?;
        for (visit, words) in rows.told {
            tell(filling, visit, &words).await?;
        }
        filling.step("vital signs", usize::try_from(after).unwrap_or(0)).await?;
    }
    bulk::follow_ids(filling.tx().await?, "vitals").await
}

#[derive(Default)]
struct Rows {
    vitals: Vec<Vec<Value>>,
    flags: Vec<Vec<Value>>,
    told: Vec<(i64, String)>,
}

fn taking(seen: &Seen, id: &mut i64, chance: &mut Chance, rows: &mut Rows) {
    let Some(started) = seen.started_at else { return };
    *id += 1;
    let at = (started - TimeDelta::seconds(chance.between(60, 240))).max(seen.opened_at);
    let age = seen.born_on.and_then(|born| age_on(at.date_naive(), born));
    let usual = usual(seen.patient_id, chance);
    let taken = if seen.is_urgent { faint(usual, chance) } else { usual };
    let signs = &taken.measured;
    let score = News2::of(&taken, age).ok();
    if let Some(score) =
        score.as_ref().filter(|score| score.escalation() > Escalation::None && seen.is_urgent)
    {
        rows.told.push((seen.id, format!("NEWS2 {}: urgent", score.total)));
    }
    for flag in flags(VitalsId(*id), &taken, age) {
        rows.flags.push(row![*id, flag.sign, flag.value, flag.level, flag.low, flag.high]);
    }
    rows.vitals.push(row![
        *id,
        seen.id,
        seen.patient_id,
        at,
        NURSE,
        age.map(i64::from),
        signs.temperature,
        signs.pulse,
        signs.respiration,
        signs.oxygen_saturation,
        signs.systolic,
        signs.diastolic,
        signs.weight,
        signs.height,
        signs.pain,
        taken.oxygen,
        taken.consciousness,
        score.as_ref().map(|score| i64::from(score.total)),
        score.as_ref().is_some_and(News2::has_red)
    ]);
}

/// Most people are well or warm; nobody of the past is in danger. A person has one height.
fn usual(patient: i64, chance: &mut Chance) -> Taken {
    let fever = chance.one_in(4);
    let systolic = chance.between(111, 136);
    let height = 1_540 + patient * 37 % 320;
    let measured = Measured {
        temperature: Some(if fever { chance.between(378, 389) } else { chance.between(362, 372) }),
        pulse: Some(if fever { chance.between(88, 106) } else { chance.between(60, 88) }),
        respiration: Some(chance.between(13, 20)),
        oxygen_saturation: Some(chance.between(96, 100)),
        systolic: Some(systolic),
        diastolic: Some(systolic - chance.between(36, 48)),
        weight: Some((height - 1_000) * (85 + patient * 13 % 40) / 100 + chance.between(-15, 15)),
        height: Some(height),
        pain: Some(chance.between(0, 5)),
    };
    Taken {
        measured,
        oxygen: Some(Oxygen::Air),
        consciousness: Some(Consciousness::Alert),
        ..Taken::default()
    }
}

/// Somebody who goes before others: low pressure, quick pulse.
fn faint(usual: Taken, chance: &mut Chance) -> Taken {
    let measured = Measured {
        temperature: Some(384),
        pulse: Some(chance.between(112, 124)),
        systolic: Some(chance.between(92, 98)),
        diastolic: Some(58),
        ..usual.measured
    };
    Taken { measured, ..usual }
}

async fn tell(filling: &mut Filling, visit: i64, words: &str) -> Result<(), DbError> {
    let now = filling.now;
    sql("insert into attention (visit_id, patient_id, kind, about_id, rank, words, at)
         select visit_id, patient_id, 'early_warning', id, news2, $2, $3 from vitals where visit_id = $1")
    .bind(visit)
    .bind(words)
    .bind(now)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}
