//! What the checks and the section of the consultation need to know beside the lines: the patient's allergies and
//! pregnancy and the doctor's favourites in one statement, the families and interactions of the catalogue in another.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{Db, DbError, Store, sql};
use crate::patients::model::{PatientId, Sex};
use crate::prescribing::model::{Class, Facts, Family, FavouriteId, Interaction, Known, Tier, list};
use crate::record::model::{Allergy, AllergyId, AllergyState, Certainty, PREGNANT_DAYS, Severity};
use crate::settings::model::age_on;

#[derive(Debug, Clone, serde::Deserialize)]
struct Part {
    part: String,
    id: i64,
    a: String,
    b: String,
    c: String,
    d: String,
    e: String,
    n: i64,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// What is known of the patient.
    pub facts: Facts,
    /// What the catalogue knows.
    pub known: Arc<Known>,
    /// The doctor's favourites: id and words.
    pub favourites: Vec<(FavouriteId, String)>,
    /// What the patient told about allergies and nobody has dealt with yet.
    pub told: String,
}

impl Context {
    /// Texts about allergies that the program cannot compare.
    pub fn free_texts(&self) -> Vec<String> {
        let free = self.facts.allergies.iter().filter(|allergy| allergy.is_free()).map(Allergy::words);
        let told = (!self.told.is_empty()).then(|| self.told.clone());
        free.chain(told).collect()
    }

    /// What was known about allergies, in words.
    pub fn allergy_words(&self) -> String {
        if self.facts.allergies.is_empty() && self.told.is_empty() {
            let words = if self.facts.asked { "No known allergies" } else { "Not asked" };
            return words.to_owned();
        }
        let known = self.facts.allergies.iter().map(Allergy::words);
        let told = (!self.told.is_empty()).then(|| format!("As told: {}", self.told));
        known.chain(told).collect::<Vec<_>>().join("; ")
    }
}

/// What the catalogue knows of classes, families and interactions: the same for every patient.
pub async fn known(db: &Db) -> Result<Arc<Known>, DbError> {
    sql("select 'class' as part, cast(0 as bigint) as id, c.code as a, c.name as b, c.also as c, c.level as d, '' as e,
            case when c.by_use then 1 else 0 end as n from medicine_class c
         union all select 'family', 0, k.ingredient, k.class, '', '', '', case when k.sure then 1 else 0 end
            from ingredient_class k
         union all select 'interaction', i.id, i.a, i.b, i.severity, i.effect, i.advice, 0 from medicine_interaction i")
    .made_kept(db, |parts: Vec<Part>| {
        let mut known = Known::default();
        for part in parts {
            part.known(&mut known);
        }
        known
    })
    .await
}

/// Reads it for a patient and the doctor who prescribes, as of now; `known` is what the catalogue knows, where something is
/// checked.
pub async fn context(
    store: impl Store,
    patient: PatientId,
    author: AccountId,
    (now, today): (DateTime<Utc>, NaiveDate),
    known: Arc<Known>,
) -> Result<Context, DbError> {
    let parts: Vec<Part> = sql("select 'patient' as part, p.id, p.sex as a, coalesce(cast(p.born_on as text), '') as b,
            p.allergies_told as c,
            coalesce((select t.told from told_answer t where t.patient_id = p.id order by t.id desc limit 1), '') as d,
            '' as e, cast(0 as bigint) as n
         from patient p where p.id = $1
         union all select 'allergy', y.id, y.kind, y.code, y.substance, y.reaction, y.severity, 0
            from allergy y where y.patient_id = $1 and y.state = 'active'
                and not exists (select 1 from allergy later where later.replaces_id = y.id)
         union all select 'none', n.id, '', '', '', '', '', 0
            from allergy_none n where n.patient_id = $1 and n.state = 'stated'
                and n.id = (select max(latest.id) from allergy_none latest where latest.patient_id = $1)
         union all select 'pregnancy', h.id, '', '', '', '', '', 0
            from health_entry h where h.patient_id = $1 and h.kind = 'pregnancy' and h.state = 'active'
                and not exists (select 1 from health_entry later where later.replaces_id = h.id)
         union all select 'vitals', v.id, case when v.pregnant then 'yes' else 'no' end, '', '', '', '', 0
            from vitals v where v.id = (select w.id from vitals w where w.patient_id = $1
                and w.pregnant is not null and w.taken_at >= $2
                and not exists (select 1 from vitals later where later.replaces = w.id)
                order by w.taken_at desc, w.id desc limit 1)
         union all select 'weight', v.id, '', '', '', '', '', v.weight
            from vitals v where v.id = (select w.id from vitals w where w.patient_id = $1 and w.weight is not null
                and not exists (select 1 from vitals later where later.replaces = w.id)
                order by w.taken_at desc, w.id desc limit 1)
         union all select 'favourite', f.id, f.words, '', '', '', '', 0
            from prescribing_favourite f join medicine m on m.id = f.medicine_id where f.account_id = $3 and m.active")
    .bind(patient)
    .bind(now - Days::new(PREGNANT_DAYS))
    .bind(author)
    .all(store)
    .await?;
    let mut context = Context { known, ..Context::default() };
    for part in parts {
        part.into(&mut context, patient, today);
    }
    let facts = &mut context.facts;
    facts.asked = facts.asked || !facts.allergies.is_empty();
    facts.allergies.sort_by_key(|allergy| allergy.id);
    context.favourites.sort_by_key(|(id, _)| *id);
    Ok(context)
}

impl Part {
    /// Files the thing where it belongs.
    fn into(self, context: &mut Context, patient: PatientId, today: NaiveDate) {
        match self.part.as_str() {
            "patient" => {
                context.facts.age = self.b.parse().ok().and_then(|born| age_on(today, born));
                let woman = self.a.parse() == Ok(Sex::Female);
                context.facts.may_be_pregnant =
                    woman && context.facts.age.is_none_or(|age| (11..=55).contains(&age));
                context.told = if self.c == self.d { String::new() } else { self.c };
            }
            "allergy" => context.facts.allergies.extend(self.allergy(patient)),
            "none" => context.facts.asked = true,
            "pregnancy" => context.facts.pregnant = true,
            "vitals" => context.facts.pregnant = context.facts.pregnant || self.a == "yes",
            "weight" => context.facts.weight = Some(self.n),
            "favourite" => context.favourites.push((FavouriteId(self.id), self.a)),
            _ => {}
        }
    }

    fn known(self, known: &mut Known) {
        match self.part.as_str() {
            "class" => known.classes.push(Class {
                also: list(&self.c),
                level: self.d.parse().unwrap_or(Tier::Caution),
                by_use: self.n == 1,
                code: self.a,
                name: self.b,
            }),
            "family" => {
                known.families.push(Family { ingredient: self.a, class: self.b, sure: self.n == 1 });
            }
            "interaction" => known.interactions.push(Interaction {
                level: self.c.parse().unwrap_or(Tier::Stop),
                a: self.a,
                b: self.b,
                effect: self.d,
                advice: self.e,
            }),
            _ => {}
        }
    }

    fn allergy(self, patient: PatientId) -> Option<Allergy> {
        Some(Allergy {
            id: AllergyId(self.id),
            patient_id: patient,
            kind: self.a.parse().ok()?,
            code: self.b,
            substance: self.c,
            reaction: self.d,
            severity: self.e.parse().unwrap_or(Severity::Unknown),
            certainty: Certainty::Told,
            since: String::new(),
            note: String::new(),
            state: AllergyState::Active,
            reason: String::new(),
            recorded_name: String::new(),
            recorded_at: DateTime::<Utc>::UNIX_EPOCH,
        })
    }
}
