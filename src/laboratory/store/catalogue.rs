//! The catalogue: tests, panels, analytes with their ranges and choices, and the laboratory's own settings.

use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{AnalyteId, AnalyteKind, Flag, Range, SampleId, TestId};
use crate::patients::model::Sex;

/// How this laboratory works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Setting {
    /// Whether one person alone may enter and verify; such results are marked (rule L3).
    pub self_verify: bool,
    /// Days after which a student reads a result without the doctor's OK (rule L5).
    pub patient_delay_days: i64,
    pub version: i64,
}

/// The settings.
pub async fn setting(store: impl Store) -> Result<Setting, DbError> {
    sql("select self_verify, patient_delay_days, version from lab_setting where id = 1").one(store).await
}

/// Changes the settings if they are still at this version.
pub async fn update_setting(tx: &mut Tx, new: &Setting) -> Result<bool, DbError> {
    let changed =
        sql("update lab_setting set self_verify = $1, patient_delay_days = $2, version = version + 1
         where id = 1 and version = $3")
        .bind(new.self_verify)
        .bind(new.patient_delay_days)
        .bind(new.version)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// A test or a panel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Test {
    pub id: TestId,
    pub code: String,
    pub name: String,
    pub plain_name: String,
    pub search_words: String,
    pub department: String,
    pub specimen: String,
    pub is_panel: bool,
    /// Kobo.
    pub price: i64,
    pub in_person: bool,
    pub target_minutes: i64,
    pub preparation: String,
    pub active: bool,
    pub version: i64,
    /// Ids of a panel's tests, with commas.
    pub members: String,
}

impl Test {
    /// The tests of a panel; a test is its own.
    pub fn tests(&self) -> Vec<TestId> {
        if !self.is_panel {
            return vec![self.id];
        }
        self.members.split(',').filter_map(|id| id.parse().ok()).collect()
    }
}

/// Every test and panel in the catalogue's order.
pub async fn tests(store: impl Store) -> Result<Vec<Test>, DbError> {
    sql("select t.id, t.code, t.name, t.plain_name, t.search_words, t.department, t.specimen, t.is_panel, t.price, t.in_person,
            t.target_minutes, t.preparation, t.active, t.version,
            coalesce((select string_agg(cast(m.test_id as text), ',') from lab_panel_member m where m.panel_id = t.id), '')
                as members
         from lab_test t order by t.is_panel desc, t.position, t.id limit 500")
    .all(store)
    .await
}

/// Changes what the clinic may change of a test, if it is still at this version.
pub async fn update_test(tx: &mut Tx, test: &Test) -> Result<bool, DbError> {
    let changed = sql("update lab_test set price = $2, active = $3, in_person = $4, target_minutes = $5,
            version = version + 1 where id = $1 and version = $6")
    .bind(test.id)
    .bind(test.price)
    .bind(test.active)
    .bind(test.in_person)
    .bind(test.target_minutes)
    .bind(test.version)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// An analyte with its choices and ranges, each packed into one column so that a page asks once.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Analyte {
    pub id: AnalyteId,
    pub test_id: TestId,
    pub name: String,
    pub plain_name: String,
    pub kind: AnalyteKind,
    pub unit: String,
    pub method: String,
    pub decimals: i64,
    pub hard_low: Option<i64>,
    pub hard_high: Option<i64>,
    pub position: i64,
    pub optional: bool,
    choices: String,
    ranges: String,
}

impl Analyte {
    /// The choices in their order, each with what it means.
    pub fn choices(&self) -> Vec<(&str, Flag)> {
        let pairs = self.choices.split('|').filter_map(|one| one.split_once('~'));
        pairs.filter_map(|(flag, words)| Some((words, flag.parse().ok()?))).collect()
    }

    /// The ranges by sex and age.
    pub fn ranges(&self) -> Vec<Range> {
        self.ranges.split('|').filter_map(range).collect()
    }
}

/// `female:4383::120:155:70:200`.
fn range(packed: &str) -> Option<Range> {
    let mut parts = packed.split(':');
    let sex = parts.next()?.parse::<Sex>().ok();
    let mut number = || parts.next().and_then(|part| part.parse().ok());
    Some(Range {
        sex,
        from_days: number()?,
        to_days: number(),
        low: number(),
        high: number(),
        critical_low: number(),
        critical_high: number(),
    })
}

macro_rules! analytes {
    ($tail:literal) => {
        concat!(
            "select a.id, a.test_id, a.name, a.plain_name, a.kind, a.unit, a.method, a.decimals, a.hard_low, a.hard_high,
                a.position, a.optional,
                coalesce((select string_agg(c.flag || '~' || c.words, '|' order by c.position) from lab_choice c
                    where c.analyte_id = a.id), '') as choices,
                coalesce((select string_agg(r.sex || ':' || r.from_days || ':' || coalesce(cast(r.to_days as text), '')
                    || ':' || coalesce(cast(r.low as text), '') || ':' || coalesce(cast(r.high as text), '')
                    || ':' || coalesce(cast(r.critical_low as text), '')
                    || ':' || coalesce(cast(r.critical_high as text), ''), '|' order by r.from_days, r.id)
                    from lab_range r where r.analyte_id = a.id), '') as ranges
             from lab_analyte a ",
            $tail
        )
    };
}

/// The analytes of a test, or of all tests of a panel.
pub async fn analytes_of_test(store: impl Store, test: TestId) -> Result<Vec<Analyte>, DbError> {
    sql(analytes!(
        "where a.test_id = $1 or a.test_id in (select m.test_id from lab_panel_member m where m.panel_id = $1)
         order by a.test_id, a.position"
    ))
    .bind(test)
    .all(store)
    .await
}

/// The analytes of every test on a sample.
pub async fn analytes_of_sample(store: impl Store, sample: SampleId) -> Result<Vec<Analyte>, DbError> {
    sql(analytes!(
        "where a.test_id in (select l.test_id from lab_line l where l.sample_id = $1) order by a.test_id, a.position"
    ))
    .bind(sample)
    .all(store)
    .await
}
