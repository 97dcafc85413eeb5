//! What a service costs whom on a day.

use chrono::{DateTime, NaiveDate, Utc};

use crate::billing::model::{ChargeKind, Cover, EnrolmentId, Money, Rounding, SchemeId};
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// Prices, tax, gate and coverage of one service for one patient.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Terms {
    /// The price list of everybody.
    pub price: Option<Money>,
    /// Its price soon after a paid visit.
    pub follow_up: Option<Money>,
    /// The price list of the patient's scheme.
    pub scheme_price: Option<Money>,
    /// The tax.
    pub tax_bp: Option<i64>,
    /// Whether it is paid before it is done.
    pub pay_first: Option<bool>,
    /// What it belongs to for schemes.
    pub coverage_group: String,
    /// The patient's scheme in the present session.
    pub scheme_id: Option<SchemeId>,
    /// The patient's place in it.
    pub enrolment_id: Option<EnrolmentId>,
    /// What the scheme pays of it.
    pub percent_bp: Option<i64>,
    /// Of at most this price of a unit.
    pub max_unit: Option<Money>,
    /// At most this in a session.
    pub year_limit: Option<Money>,
    /// Only with a referral.
    pub referral: Option<bool>,
    /// What was used of it.
    pub used: Money,
    /// How half a kobo is rounded.
    pub rounding: Rounding,
    /// How long the follow-up price holds.
    pub follow_up_days: i64,
}

impl Terms {
    /// What the scheme pays; nothing without one, and nothing where it asks for a referral code: only an invoice has one.
    pub fn cover(&self) -> Cover {
        if self.referral == Some(true) {
            return Cover::default();
        }
        let left = |limit: Money| Money(limit.0 - self.used.0);
        Cover {
            percent_bp: self.percent_bp.unwrap_or_default(),
            max_unit: self.max_unit,
            remaining: self.year_limit.map(left),
        }
    }
}

/// The terms of a service for a patient on a day: the service's own price and rule before those of its whole kind.
pub async fn of(
    store: impl Store,
    (kind, service): (ChargeKind, i64),
    patient: PatientId,
    day: NaiveDate,
) -> Result<Terms, DbError> {
    sql("select p.amount as price, p.follow_up, sp.amount as scheme_price, r.tax_bp, r.pay_first,
            coalesce(r.coverage_group, $1) as coverage_group, e.scheme_id, e.id as enrolment_id, c.percent_bp, c.max_unit,
            c.year_limit, c.referral, coalesce(u.used, 0) as used, m.rounding, m.follow_up_days
         from money_setting m
         left join price p on p.id = (select q.id from price q where q.kind = $1 and q.service in ($2, 0)
            and q.scheme_id is null and q.from_day <= $4
            order by case when q.service = $2 then 0 else 1 end, q.from_day desc limit 1)
         left join service_rule r on r.id = (select q.id from service_rule q where q.kind = $1 and q.service in ($2, 0)
            order by case when q.service = $2 then 0 else 1 end limit 1)
         left join scheme_enrolment e on e.patient_id = $3 and e.ended_at is null
            and e.session_id = (select a.id from academic_session a where a.is_current)
            and exists (select 1 from scheme s where s.id = e.scheme_id and s.active)
         left join price sp on sp.id = (select q.id from price q where q.kind = $1 and q.service in ($2, 0)
            and q.scheme_id = e.scheme_id and q.from_day <= $4
            order by case when q.service = $2 then 0 else 1 end, q.from_day desc limit 1)
         left join coverage_rule c on c.scheme_id = e.scheme_id and c.coverage_group = coalesce(r.coverage_group, $1)
         left join coverage_use u on u.enrolment_id = e.id and u.coverage_group = c.coverage_group
         where m.id = 1")
    .bind(kind)
    .bind(service)
    .bind(patient)
    .bind(day)
    .one(store)
    .await
}

/// Whether the patient paid the same service in another visit since `since` (rule B14).
pub async fn paid_before(
    store: impl Store,
    (patient, visit): (PatientId, VisitId),
    (kind, service): (ChargeKind, i64),
    since: DateTime<Utc>,
) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select c.id from charge c where c.patient_id = $1 and c.visit_id <> $2
            and c.kind = $3 and c.service = $4 and c.state = 'paid' and c.recorded_at >= $5 limit 1")
    .bind(patient)
    .bind(visit)
    .bind(kind)
    .bind(service)
    .bind(since)
    .optional(store)
    .await?;
    Ok(found.is_some())
}
