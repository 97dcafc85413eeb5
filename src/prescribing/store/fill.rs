//! Puts the catalogue that ships into the tables: what is not there yet. What the clinic has changed stays.

use std::collections::BTreeSet;

use super::catalogue::{self, Medicine};
use crate::db::{Db, DbError, Tx, sql};
use crate::prescribing::model::MedicineId;
use crate::prescribing::model::shipped::{self, ShippedMedicine};

/// Adds medicines, classes and interactions that the clinic does not know. Safe to run at every start, on several nodes.
pub async fn ensure_catalogue(db: &Db) -> Result<(), DbError> {
    let known: BTreeSet<String> = sql("select code from medicine").scalars(db).await?.into_iter().collect();
    let classes: i64 = sql("select count(*) from medicine_class").scalar(db).await?;
    let interactions: i64 = sql("select count(*) from medicine_interaction").scalar(db).await?;
    let new: Vec<ShippedMedicine> =
        shipped::medicines().into_iter().filter(|medicine| !known.contains(&medicine.code)).collect();
    let whole =
        classes >= shipped::classes().len() as i64 && interactions >= shipped::interactions().len() as i64;
    if new.is_empty() && whole {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    // One node at a time: whoever comes second waits here and finds everything there.
    sql("update prescribing_setting set version = version where id = 1").run(&mut tx).await?;
    put_classes(&mut tx).await?;
    put_interactions(&mut tx).await?;
    let mut added = 0;
    for medicine in &new {
        added += usize::from(catalogue::insert(&mut tx, &of(medicine)).await?.is_some());
    }
    if added > 0 {
        catalogue::renew_families(&mut tx).await?;
    }
    tx.commit().await
}

async fn put_classes(tx: &mut Tx) -> Result<(), DbError> {
    for class in shipped::classes() {
        let level = if class.also.is_empty() { "" } else { class.level.as_str() };
        sql("insert into medicine_class (code, name, also, level, by_use) values ($1, $2, $3, $4, $5)
             on conflict (code) do nothing")
        .bind(&class.code)
        .bind(&class.name)
        .bind(class.also.join("|"))
        .bind(level)
        .bind(class.by_use)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn put_interactions(tx: &mut Tx) -> Result<(), DbError> {
    for one in shipped::interactions() {
        sql("insert into medicine_interaction (a, b, severity, effect, advice) values ($1, $2, $3, $4, $5)
             on conflict (a, b) do nothing")
        .bind(&one.a)
        .bind(&one.b)
        .bind(one.level)
        .bind(&one.effect)
        .bind(&one.advice)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

fn of(shipped: &ShippedMedicine) -> Medicine {
    Medicine {
        id: MedicineId(0),
        code: shipped.code.clone(),
        generic: shipped.generic.clone(),
        strength: shipped.strength.clone(),
        form: shipped.form,
        route: shipped.route,
        unit: shipped.unit,
        pack: shipped.pack,
        step: shipped.step(),
        ingredients: shipped.ingredients.clone(),
        classes: shipped.classes.clone(),
        dose: shipped.dose_units,
        times_a_day: shipped.times_a_day,
        days: shipped.days,
        as_needed: shipped.as_needed(),
        max_doses_a_day: shipped.max_doses_a_day,
        controlled: shipped.controlled(),
        valid_days: None,
        min_age: shipped.min_age_years,
        pregnancy: shipped.pregnancy,
        brands: shipped.brands.clone(),
        manufacturer: String::new(),
        advice: shipped.advice.clone(),
        price: shipped.price_kobo,
        reorder_level: None,
        active: true,
        version: 1,
    }
}
