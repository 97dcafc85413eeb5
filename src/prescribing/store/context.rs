//! What the checks and the section of the consultation need to know beside the lines: the patient's allergies and
//! pregnancy, as they stand at the top of every page; weight and the doctor's favourites in one statement, the families and
//! interactions of the catalogue in another.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::access::model::AccountId;
use crate::db::{Db, DbError, Store, sql};
use crate::patients::model::{PatientId, Sex};
use crate::prescribing::model::{Class, Facts, Family, FavouriteId, Interaction, Known, Tier, list};
use crate::record::model::{Allergy, Summary};
use crate::settings::model::{Clinic, age_on};

#[derive(Debug, Clone, serde::Deserialize)]
struct Part {
    part: String,
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
    sql("select 'class' as part, c.code as a, c.name as b, c.also as c, c.level as d, '' as e,
            case when c.by_use then 1 else 0 end as n from medicine_class c
         union all select 'family', k.ingredient, k.class, '', '', '', case when k.sure then 1 else 0 end
            from ingredient_class k
         union all select 'interaction', i.a, i.b, i.severity, i.effect, i.advice, 0 from medicine_interaction i")
    .made_kept(db, |parts: Vec<Part>| {
        let mut known = Known::default();
        for part in parts {
            part.known(&mut known);
        }
        known
    })
    .await
}

/// What the checks and the section take that stands at the top of no page.
#[derive(Debug, Default)]
pub struct Beside {
    weight: Option<i64>,
    favourites: Vec<(FavouriteId, String)>,
}

/// Reads it for a patient and the doctor who prescribes.
pub async fn beside(store: impl Store, patient: PatientId, author: AccountId) -> Result<Beside, DbError> {
    let rows: Vec<(bool, i64, String)> = sql("select true, v.weight, '' from vitals v
            where v.id = (select w.id from vitals w where w.patient_id = $1 and w.weight is not null
                and not exists (select 1 from vitals later where later.replaces = w.id)
                order by w.taken_at desc, w.id desc limit 1)
         union all select false, f.id, f.words
            from prescribing_favourite f join medicine m on m.id = f.medicine_id where f.account_id = $2 and m.active")
    .bind(patient)
    .bind(author)
    .all(store)
    .await?;
    let mut beside = Beside::default();
    for (is_weight, number, words) in rows {
        match is_weight {
            true => beside.weight = Some(number),
            false => beside.favourites.push((FavouriteId(number), words)),
        }
    }
    beside.favourites.sort_by_key(|(id, _)| *id);
    Ok(beside)
}

impl Context {
    /// Of what stands at the top of every page about the patient, as of now; `known` is what the catalogue knows, where
    /// something is checked.
    ///
    /// # Errors
    /// When `summary` was read without the health part: nothing is checked against allergies that nobody looked for.
    pub fn of(
        summary: &Summary,
        beside: Beside,
        (clinic, today): (&Clinic, NaiveDate),
        known: Arc<Known>,
    ) -> Result<Self, DbError> {
        if !summary.clinical {
            return Err(DbError::Missing);
        }
        let age = summary.who.born_on.and_then(|born| age_on(today, born));
        let mut allergies = summary.allergies.clone();
        allergies.sort_by_key(|allergy| allergy.id);
        let facts = Facts {
            age,
            weight: beside.weight,
            pregnant: summary.pregnancy_on(today).is_some()
                || summary.pregnant_said.is_some_and(|said| summary.believes(clinic.day_of(said), today)),
            may_be_pregnant: summary.who.sex == Sex::Female && age.is_none_or(|age| (11..=55).contains(&age)),
            asked: summary.is_asked(),
            allergies,
        };
        Ok(Context { facts, known, favourites: beside.favourites, told: summary.told().to_owned() })
    }
}

impl Part {
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
}
