//! Price lists, and the rules of services. The names of services are read from the catalogues of those who do them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{ChargeKind, Money, PriceId, SchemeId};
use crate::db::{DbError, Store, Tx, sql};

/// A service with its price and rule of today; service 0 is the whole kind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Service {
    pub service: i64,
    pub name: String,
    /// The price of its own catalogue.
    pub catalogue: Money,
    /// The price list of everybody.
    pub listed: Option<Money>,
    pub tax_bp: Option<i64>,
    pub pay_first: Option<bool>,
    pub coverage_group: Option<String>,
    pub version: Option<i64>,
}

macro_rules! services {
    ($kind:literal, $from:literal, $tail:literal) => {
        concat!(
            "select s.id as service, s.name, s.price as catalogue, p.amount as listed, r.tax_bp, r.pay_first,
                r.coverage_group, r.version
             from ",
            $from,
            " left join price p on p.id = (select q.id from price q where q.kind = '",
            $kind,
            "' and q.service = s.id and q.scheme_id is null and q.from_day <= $1 order by q.from_day desc limit 1)
             left join service_rule r on r.kind = '",
            $kind,
            "' and r.service = s.id ",
            $tail
        )
    };
}

/// The services of a kind in the order of their catalogue, as they cost on a day.
pub async fn of_kind(store: impl Store, kind: ChargeKind, day: NaiveDate) -> Result<Vec<Service>, DbError> {
    let text = match kind {
        ChargeKind::Consultation => services!(
            "consultation",
            "(select v.id, v.name, cast(0 as bigint) as price, v.position from visit_reason v where v.active
                union all select 0, 'Every consultation', 0, -1) s",
            "order by s.position, s.id limit 1000"
        ),
        ChargeKind::Procedure => services!(
            "procedure",
            "(select k.id, k.name, k.price, k.position from procedure_kind k where k.active
                union all select 0, 'Every procedure', 0, -1) s",
            "order by s.position, s.id limit 1000"
        ),
        ChargeKind::Test => services!(
            "test",
            "(select t.id, t.name, t.price, t.position from lab_test t where t.active and not t.is_panel
                union all select 0, 'Every laboratory test', 0, -1) s",
            "order by s.position, s.id limit 1000"
        ),
        ChargeKind::Medicine => services!(
            "medicine",
            "(select m.id, trim(m.generic || ' ' || m.strength || ' ' || m.form) as name, m.price, 0 as position
                from medicine m where m.active union all select 0, 'Every medicine', 0, -1) s",
            "order by s.position, s.name limit 1000"
        ),
        ChargeKind::Other => services!(
            "other",
            "(select cast(0 as bigint) as id, 'Everything else' as name, cast(0 as bigint) as price) s",
            "order by s.id limit 1"
        ),
    };
    sql(text).bind(day).all(store).await
}

/// A price from a day on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Price {
    pub id: PriceId,
    pub scheme: Option<String>,
    pub amount: Money,
    pub follow_up: Option<Money>,
    pub from_day: NaiveDate,
    pub set_name: String,
    pub set_at: DateTime<Utc>,
}

/// Every price of a service, the newest first.
pub async fn history(store: impl Store, kind: ChargeKind, service: i64) -> Result<Vec<Price>, DbError> {
    sql("select p.id, s.name as scheme, p.amount, p.follow_up, p.from_day, p.set_name, p.set_at
         from price p left join scheme s on s.id = p.scheme_id
         where p.kind = $1 and p.service = $2 order by p.from_day desc, p.id desc limit 100")
    .bind(kind)
    .bind(service)
    .all(store)
    .await
}

/// A price that is about to hold.
#[derive(Debug)]
pub struct NewPrice<'a> {
    pub kind: ChargeKind,
    pub service: i64,
    pub scheme: Option<SchemeId>,
    pub amount: Money,
    pub follow_up: Option<Money>,
    pub from_day: NaiveDate,
    pub by: Option<AccountId>,
    pub name: &'a str,
    pub at: DateTime<Utc>,
}

/// Sets a price from a day on, in the place of one that was to begin on the same day, if that was set before `shown`. False
/// when it was not.
pub async fn set(tx: &mut Tx, new: &NewPrice<'_>, shown: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sql("insert into price (scheme_id, kind, service, amount, follow_up, from_day, set_by, set_name, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (kind, service, (coalesce(scheme_id, 0)), from_day) do update set amount = $4, follow_up = $5, set_by = $7,
            set_name = $8, set_at = $9 where price.set_at <= $10")
    .bind(new.scheme)
    .bind(new.kind)
    .bind(new.service)
    .bind(new.amount)
    .bind(new.follow_up)
    .bind(new.from_day)
    .bind(new.by)
    .bind(new.name)
    .bind(new.at)
    .bind(shown)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// Tax, gate and group of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub kind: ChargeKind,
    pub service: i64,
    pub tax_bp: i64,
    pub pay_first: bool,
    pub coverage_group: String,
}

/// Writes the rule of a service, in the place of the one there was, if that is still at this version; 0 for none.
pub async fn rule(tx: &mut Tx, new: &Rule, version: i64) -> Result<bool, DbError> {
    let done = sql("insert into service_rule (kind, service, tax_bp, pay_first, coverage_group) values ($1, $2, $3, $4, $5)
         on conflict (kind, service) do update set tax_bp = $3, pay_first = $4, coverage_group = $5,
            version = service_rule.version + 1 where service_rule.version = $6")
    .bind(new.kind)
    .bind(new.service)
    .bind(new.tax_bp)
    .bind(new.pay_first)
    .bind(&new.coverage_group)
    .bind(version)
    .run(tx)
    .await?;
    Ok(done == 1)
}
