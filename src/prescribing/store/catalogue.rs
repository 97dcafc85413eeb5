//! The catalogue of medicines and the clinic's own rules of prescribing.

use std::collections::BTreeSet;

use crate::db::bulk::{self, Table};
use crate::db::{DbError, Sql, Store, Tx, Value, sql};
use crate::patients::model::words_of;
use crate::prescribing::model::{
    Form, Holds, MedicineId, Pregnancy, Route, Unit, Usual, families, is_applied, label, list,
};

/// How long a prescription holds (rule P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Setting {
    /// Days.
    pub valid_days: i64,
    /// Days for controlled medicines that have no number of their own.
    pub controlled_days: i64,
    pub version: i64,
}

/// The settings.
pub async fn setting(store: impl Store) -> Result<Setting, DbError> {
    sql("select valid_days, controlled_days, version from prescribing_setting where id = 1").one(store).await
}

/// Changes the settings if they are still at this version.
pub async fn update_setting(tx: &mut Tx, new: &Setting) -> Result<bool, DbError> {
    let changed =
        sql("update prescribing_setting set valid_days = $1, controlled_days = $2, version = version + 1
         where id = 1 and version = $3")
        .bind(new.valid_days)
        .bind(new.controlled_days)
        .bind(new.version)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// A medicine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Medicine {
    pub id: MedicineId,
    pub code: String,
    pub generic: String,
    pub strength: String,
    pub form: Form,
    pub route: Route,
    pub unit: Unit,
    pub pack: i64,
    pub step: i64,
    pub ingredients: String,
    pub classes: String,
    pub dose: Option<i64>,
    pub times_a_day: Option<i64>,
    pub days: Option<i64>,
    pub as_needed: bool,
    pub max_doses_a_day: Option<i64>,
    pub controlled: bool,
    pub valid_days: Option<i64>,
    pub min_age: Option<i64>,
    pub pregnancy: Pregnancy,
    pub brands: String,
    pub manufacturer: String,
    pub advice: String,
    pub price: i64,
    pub reorder_level: Option<i64>,
    pub active: bool,
    pub version: i64,
}

macro_rules! medicines {
    ($tail:literal) => {
        concat!(
            "select m.id, m.code, m.generic, m.strength, m.form, m.route, m.unit, m.pack, m.step, m.ingredients, m.classes,
                m.dose, m.times_a_day, m.days, m.as_needed, m.max_doses_a_day, m.controlled, m.valid_days, m.min_age,
                m.pregnancy, m.brands, m.manufacturer, m.advice, m.price, m.reorder_level, m.active, m.version ",
            $tail
        )
    };
}
pub(super) use medicines;

impl Medicine {
    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.generic, &self.strength, self.form)
    }

    /// What is usual for it.
    pub fn usual(&self) -> Usual {
        Usual {
            unit: self.unit,
            route: self.route,
            step: self.step,
            holds: Holds::of(&self.strength, self.unit),
            dose: self.dose,
            times_a_day: self.times_a_day,
            days: self.days,
            as_needed: self.as_needed,
            max_doses_a_day: self.max_doses_a_day,
        }
    }

    /// Whether no dose is counted.
    pub fn is_applied(&self) -> bool {
        is_applied(self.unit, self.route)
    }

    /// The label without case and marks: what typed text is compared with, and what lists are sorted by.
    pub fn folded(&self) -> String {
        words_of(&self.label()).join(" ")
    }

    /// Every word it is found by.
    fn terms(&self) -> BTreeSet<String> {
        let texts = [
            self.label(),
            self.brands.replace('|', " "),
            self.ingredients.replace(['|', '_'], " "),
            self.route.as_str().to_owned(),
        ];
        let words = texts.iter().flat_map(|text| words_of(text));
        words.map(|word| word.chars().take(60).collect()).collect()
    }
}

/// What everybody may know of a medicine that is offered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Offered {
    pub id: MedicineId,
    pub generic: String,
    pub strength: String,
    pub form: Form,
    pub unit: Unit,
    pub brands: String,
    pub controlled: bool,
    pub reorder_level: Option<i64>,
}

impl Offered {
    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.generic, &self.strength, self.form)
    }

    /// Its brands, as people read them.
    pub fn brand_words(&self) -> String {
        self.brands.replace('|', ", ")
    }

    /// Every word it is found by.
    pub fn words(&self) -> Vec<String> {
        words_of(&format!("{} {}", self.label(), self.brands.replace('|', " ")))
    }
}

/// Every medicine that is offered, in the order of names.
pub async fn offered(store: impl Store) -> Result<Vec<Offered>, DbError> {
    sql("select m.id, m.generic, m.strength, m.form, m.unit, m.brands, m.controlled, m.reorder_level
         from medicine m where m.active order by m.folded, m.id limit 1000")
    .all_kept(store)
    .await
}

/// One medicine.
pub async fn by_id(store: impl Store, id: MedicineId) -> Result<Option<Medicine>, DbError> {
    sql(medicines!("from medicine m where m.id = $1")).bind(id).optional(store).await
}

/// One medicine that is offered, by its code.
pub async fn by_code(store: impl Store, code: &str) -> Result<Option<Medicine>, DbError> {
    sql(medicines!("from medicine m where m.code = $1 and m.active")).bind(code).optional(store).await
}

/// Codes and names of the classes.
pub async fn classes(store: impl Store) -> Result<Vec<(String, String)>, DbError> {
    sql("select code, name from medicine_class order by code").all(store).await
}

/// What both statements write, from `generic` to `active`, as $2 to $26.
fn with_columns(statement: Sql, new: &Medicine) -> Sql {
    statement
        .bind(&new.generic)
        .bind(&new.strength)
        .bind(new.form)
        .bind(new.route)
        .bind(new.unit)
        .bind(new.pack)
        .bind(new.step)
        .bind(&new.ingredients)
        .bind(&new.classes)
        .bind(new.dose)
        .bind(new.times_a_day)
        .bind(new.days)
        .bind(new.as_needed)
        .bind(new.max_doses_a_day)
        .bind(new.controlled)
        .bind(new.valid_days)
        .bind(new.min_age)
        .bind(new.pregnancy)
        .bind(&new.brands)
        .bind(&new.manufacturer)
        .bind(&new.advice)
        .bind(new.price)
        .bind(new.reorder_level)
        .bind(new.folded())
        .bind(new.active)
}

/// Writes a medicine; none when its code is taken.
pub async fn insert(tx: &mut Tx, new: &Medicine) -> Result<Option<MedicineId>, DbError> {
    let insert =
        sql("insert into medicine (code, generic, strength, form, route, unit, pack, step, ingredients, classes, dose,
            times_a_day, days, as_needed, max_doses_a_day, controlled, valid_days, min_age, pregnancy, brands,
            manufacturer, advice, price, reorder_level, folded, active)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26) on conflict (code) do nothing returning id")
        .bind(&new.code);
    let id: Option<(MedicineId,)> = with_columns(insert, new).optional(&mut *tx).await?;
    let Some((id,)) = id else { return Ok(None) };
    put_terms(tx, id, new).await?;
    Ok(Some(id))
}

/// Changes a medicine if it is still at this version. What was prescribed of it keeps what it was called then.
pub async fn update(tx: &mut Tx, new: &Medicine) -> Result<bool, DbError> {
    let update =
        sql("update medicine set generic = $2, strength = $3, form = $4, route = $5, unit = $6, pack = $7, step = $8,
            ingredients = $9, classes = $10, dose = $11, times_a_day = $12, days = $13, as_needed = $14,
            max_doses_a_day = $15, controlled = $16, valid_days = $17, min_age = $18, pregnancy = $19, brands = $20,
            manufacturer = $21, advice = $22, price = $23, reorder_level = $24, folded = $25, active = $26,
            version = version + 1
         where id = $1 and version = $27")
        .bind(new.id);
    let changed = with_columns(update, new).bind(new.version).run(&mut *tx).await?;
    if changed == 1 {
        sql("delete from medicine_term where medicine_id = $1").bind(new.id).run(&mut *tx).await?;
        put_terms(tx, new.id, new).await?;
    }
    Ok(changed == 1)
}

async fn put_terms(tx: &mut Tx, id: MedicineId, medicine: &Medicine) -> Result<(), DbError> {
    const TERMS: Table = Table { name: "medicine_term", columns: &["term", "medicine_id"] };
    let row = |term: String| -> Vec<Value> { vec![term.into(), id.into()] };
    let mut rows = medicine.terms().into_iter().map(row).collect();
    bulk::insert(tx, TERMS, &mut rows).await
}

/// Works the families of ingredients out again, after the catalogue has changed.
pub async fn renew_families(tx: &mut Tx) -> Result<(), DbError> {
    const FAMILIES: Table = Table { name: "ingredient_class", columns: &["ingredient", "class", "sure"] };
    let medicines: Vec<(String, String)> =
        sql("select distinct ingredients, classes from medicine").all(&mut *tx).await?;
    let by_use: Vec<String> = sql("select code from medicine_class where by_use").scalars(&mut *tx).await?;
    let medicines: Vec<(Vec<String>, Vec<String>)> =
        medicines.iter().map(|(ingredients, classes)| (list(ingredients), list(classes))).collect();
    let found = families(&medicines, &by_use.into_iter().collect());
    sql("delete from ingredient_class where ingredient <> ''").run(&mut *tx).await?;
    let row = |family: crate::prescribing::model::Family| -> Vec<Value> {
        vec![family.ingredient.into(), family.class.into(), family.sure.into()]
    };
    let mut rows = found.into_iter().map(row).collect();
    bulk::insert(tx, FAMILIES, &mut rows).await
}
