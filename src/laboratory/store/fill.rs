//! Puts the catalogue that ships into the tables: what is not there yet. What the clinic has changed stays.

use std::collections::BTreeMap;

use crate::db::bulk::{self, Table};
use crate::db::{Db, DbError, Tx, sql};
use crate::laboratory::model::shipped::{self, ShippedAnalyte, ShippedTest};
use crate::laboratory::model::{AnalyteId, TestId};
use crate::patients::model::fold;

/// Adds tests of the shipped catalogue that the clinic does not know. Safe to run at every start, on several nodes.
pub async fn ensure_catalogue(db: &Db) -> Result<(), DbError> {
    let known: Vec<String> = sql("select code from lab_test").scalars(db).await?;
    let tests = shipped::tests();
    let new: Vec<(i64, &ShippedTest)> =
        (1_i64..).zip(&tests).filter(|(_, test)| !known.contains(&test.code)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let mut added: BTreeMap<&str, TestId> = BTreeMap::new();
    for (position, test) in &new {
        if let Some(id) = insert_test(&mut tx, test, *position).await? {
            added.insert(&test.code, id);
        }
    }
    let analytes = shipped::analytes();
    let ids = insert_analytes(&mut tx, &added, &analytes).await?;
    insert_ranges(&mut tx, &ids).await?;
    for (_, panel) in new.iter().filter(|(_, test)| added.contains_key(test.code.as_str())) {
        for member in panel.members() {
            sql("insert into lab_panel_member (panel_id, test_id) select p.id, t.id from lab_test p, lab_test t
                 where p.code = $1 and t.code = $2 on conflict (panel_id, test_id) do nothing")
            .bind(&panel.code)
            .bind(member)
            .run(&mut tx)
            .await?;
        }
    }
    tx.commit().await
}

/// None when another node was first.
async fn insert_test(tx: &mut Tx, test: &ShippedTest, position: i64) -> Result<Option<TestId>, DbError> {
    let id: Option<(TestId,)> = sql(
        "insert into lab_test (code, name, plain_name, search_words, specimen, is_panel, price, in_person,
            target_minutes, preparation, position, department)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (code) do nothing returning id",
    )
    .bind(&test.code)
    .bind(&test.name)
    .bind(&test.plain)
    .bind(fold(&test.words()))
    .bind(test.specimen())
    .bind(!test.members().is_empty())
    .bind(test.price_kobo)
    .bind(test.in_person())
    .bind(test.minutes)
    .bind(&test.note)
    .bind(position)
    .bind(test.department())
    .optional(tx)
    .await?;
    Ok(id.map(|(id,)| id))
}

type Added<'a> = BTreeMap<(&'a str, &'a str), (AnalyteId, i64)>;

async fn insert_analytes<'a>(
    tx: &mut Tx,
    added: &BTreeMap<&str, TestId>,
    analytes: &'a [ShippedAnalyte],
) -> Result<Added<'a>, DbError> {
    const CHOICES: Table =
        Table { name: "lab_choice", columns: &["analyte_id", "words", "flag", "position"] };
    let mut ids = Added::new();
    let mut choices = Vec::new();
    for (position, analyte) in (1_i64..).zip(analytes) {
        let Some(test) = added.get(analyte.test.as_str()) else { continue };
        let (low, high) = analyte.limits();
        let id: AnalyteId =
            sql("insert into lab_analyte (test_id, code, name, plain_name, kind, unit, decimals, hard_low,
                hard_high, position, optional) values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10) returning id")
            .bind(*test)
            .bind(&analyte.code)
            .bind(&analyte.name)
            .bind(analyte.kind())
            .bind(&analyte.unit)
            .bind(analyte.decimals())
            .bind(low)
            .bind(high)
            .bind(position)
            .bind(analyte.optional())
            .scalar(&mut *tx)
            .await?;
        for (place, (words, flag)) in (1_i64..).zip(analyte.choices()) {
            choices.push(vec![id.into(), words.into(), flag.into(), place.into()]);
        }
        ids.insert((&analyte.test, &analyte.code), (id, analyte.decimals()));
    }
    bulk::insert(tx, CHOICES, &mut choices).await?;
    Ok(ids)
}

async fn insert_ranges(tx: &mut Tx, ids: &Added<'_>) -> Result<(), DbError> {
    const RANGES: Table = Table {
        name: "lab_range",
        columns: &[
            "analyte_id",
            "sex",
            "from_days",
            "to_days",
            "low",
            "high",
            "critical_low",
            "critical_high",
        ],
    };
    let mut rows = Vec::new();
    for range in shipped::ranges() {
        let Some((id, decimals)) = ids.get(&(range.test.as_str(), range.code.as_str())) else { continue };
        let [low, high, critical_low, critical_high] = range.limits(*decimals);
        let mut row = vec![(*id).into(), range.sex().into(), range.from_days.into(), range.to_days().into()];
        row.extend([low.into(), high.into(), critical_low.into(), critical_high.into()]);
        rows.push(row);
    }
    bulk::insert(tx, RANGES, &mut rows).await
}
