//! Shifts of cashiers and what came and went in them.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{Code, Method, Money, Series, ShiftId};
use crate::db::{Db, DbError, Store, Tx, sql};
use crate::queue::model::PointId;

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub account_id: AccountId,
    pub name: String,
    pub point_id: PointId,
    pub desk: String,
    pub left_before: Money,
    pub float_counted: Money,
    pub float_reason: String,
    pub opened_at: DateTime<Utc>,
    pub counted: Option<Money>,
    pub expected: Option<Money>,
    pub left_in_till: Option<Money>,
    pub reason: String,
    pub closed_at: Option<DateTime<Utc>>,
    /// Who counted it instead of its cashier.
    pub closed_by: Option<AccountId>,
    pub closed_name: String,
    pub checked_name: String,
    pub checked_at: Option<DateTime<Utc>>,
    pub checked_note: String,
}

impl Shift {
    /// What was counted too much; below zero it is missing.
    pub fn difference(&self) -> Option<Money> {
        Some(Money(self.counted?.0 - self.expected?.0))
    }

    /// Whether it still goes on.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

macro_rules! shifts {
    ($tail:literal) => {
        concat!(
            "select s.id, s.account_id, s.name, s.point_id, s.desk, s.left_before, s.float_counted, s.float_reason,
                s.opened_at, s.counted, s.expected, s.left_in_till, s.reason, s.closed_at, s.closed_by,
                s.closed_name, s.checked_name, s.checked_at, s.checked_note
             from shift s where ",
            $tail
        )
    };
}

/// The open shift of somebody.
pub async fn open_of(store: impl Store, account: AccountId) -> Result<Option<Shift>, DbError> {
    sql(shifts!("s.account_id = $1 and s.closed_at is null")).bind(account).optional(store).await
}

/// One shift.
pub async fn by_id(store: impl Store, id: ShiftId) -> Result<Option<Shift>, DbError> {
    sql(shifts!("s.id = $1")).bind(id).optional(store).await
}

/// The newest shifts.
pub async fn newest(store: impl Store, limit: i64) -> Result<Vec<Shift>, DbError> {
    sql(shifts!("s.id > 0 order by s.id desc limit $1")).bind(limit).all(store).await
}

/// Closed shifts with a difference that no second person has looked at.
pub async fn unchecked(store: impl Store) -> Result<Vec<Shift>, DbError> {
    sql(shifts!("s.closed_at is not null and s.counted <> s.expected and s.checked_at is null order by s.closed_at limit 100"))
        .all(store)
        .await
}

/// A desk where money is taken, with who has it and what the last shift left in its till.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Desk {
    pub id: PointId,
    pub name: String,
    pub holder: Option<String>,
    pub open_id: Option<ShiftId>,
    pub last_id: Option<ShiftId>,
    pub last_name: Option<String>,
    pub left_in_till: Option<Money>,
}

/// The cashier's desks.
pub async fn desks(store: impl Store) -> Result<Vec<Desk>, DbError> {
    sql("select p.id, p.name, o.name as holder, o.id as open_id, l.id as last_id, l.name as last_name, l.left_in_till
         from service_point p left join shift o on o.point_id = p.id and o.closed_at is null
         left join shift l on l.id = (select max(s.id) from shift s where s.point_id = p.id and s.closed_at is not null)
         where p.kind = 'cashier' and p.active order by p.position, p.id")
    .all(store)
    .await
}

/// A shift that is about to begin.
#[derive(Debug)]
pub struct NewShift<'a> {
    pub by: AccountId,
    pub name: &'a str,
    pub desk: &'a Desk,
    pub float: Money,
    pub reason: &'a str,
    pub at: DateTime<Utc>,
}

/// Begins a shift with what the last one left (rule M10).
///
/// # Errors
/// Violations of `shift_account_id_unique`, `shift_point_id_unique`, `shift_previous_id_unique`, `shift_handover`.
pub async fn open(tx: &mut Tx, new: &NewShift<'_>) -> Result<ShiftId, DbError> {
    sql("insert into shift (account_id, name, point_id, desk, previous_id, left_before, float_counted, float_reason, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id")
    .bind(new.by)
    .bind(new.name)
    .bind(new.desk.id)
    .bind(&new.desk.name)
    .bind(new.desk.last_id)
    .bind(new.desk.left_in_till.unwrap_or_default())
    .bind(new.float)
    .bind(new.reason)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// What came in and went out by one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct ByMethod {
    pub method: Method,
    pub payments: i64,
    pub came: Money,
    pub reversed: Money,
    pub went: Money,
}

impl ByMethod {
    /// What stays.
    pub const fn net(&self) -> Money {
        Money(self.came.0 - self.reversed.0 - self.went.0)
    }
}

macro_rules! by_method {
    ($when:literal) => {
        concat!(
            "select t.method, cast(sum(t.n) as bigint) as payments, cast(sum(t.came) as bigint) as came,
                cast(sum(t.reversed) as bigint) as reversed, cast(sum(t.went) as bigint) as went from (
                select p.taken_at as at, p.method, 1 as n, p.amount as came, 0 as reversed, 0 as went
                    from payment p where p.shift_id = $1
                union all select v.at, p.method, 0, 0, p.amount, 0
                    from payment_reversal v join payment p on p.id = v.payment_id where v.shift_id = $1
                union all select r.paid_at, r.method, 0, 0, 0, r.amount
                    from refund r where r.shift_id = $1 and r.state = 'paid'
                union all select w.at, 'cash', 0, 0, 0, -w.amount
                    from wallet_entry w where w.shift_id = $1 and w.kind = 'payout') as t",
            $when,
            " group by t.method order by t.method"
        )
    };
}

/// What came and went in a shift by method; cash paid out of wallets is cash that went.
pub async fn by_method(store: impl Store, shift: ShiftId) -> Result<Vec<ByMethod>, DbError> {
    sql(by_method!("")).bind(shift).all(store).await
}

/// The same of several shifts together, as far as it came and went in `[from, until)`.
pub async fn by_method_of(
    db: &Db,
    shifts: &[Shift],
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<ByMethod>, DbError> {
    let mut all: Vec<ByMethod> = Vec::new();
    for shift in shifts {
        let of_shift = sql(by_method!(" where t.at >= $2 and t.at < $3"));
        let methods: Vec<ByMethod> = of_shift.bind(shift.id).bind(from).bind(until).all(db).await?;
        for one in methods {
            match all.iter_mut().find(|known| known.method == one.method) {
                None => all.push(one),
                Some(known) => {
                    known.payments += one.payments;
                    known.came = Money(known.came.0 + one.came.0);
                    known.reversed = Money(known.reversed.0 + one.reversed.0);
                    known.went = Money(known.went.0 + one.went.0);
                }
            }
        }
    }
    Ok(all)
}

/// The shifts that were open on a day, which lasts over `[from, until)`, whenever they were opened.
pub async fn of_day(
    store: impl Store,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Shift>, DbError> {
    sql(shifts!("s.opened_at < $2 and (s.closed_at is null or s.closed_at >= $1) order by s.id limit 100"))
        .bind(from)
        .bind(until)
        .all(store)
        .await
}

/// The cash that must be in the till.
pub async fn expected_cash(tx: &mut Tx, shift: ShiftId) -> Result<Money, DbError> {
    sql("select cast(s.float_counted
            + coalesce((select sum(p.amount) from payment p where p.shift_id = $1 and p.method = 'cash'
                and p.reversed_at is null), 0)
            - coalesce((select sum(r.amount) from refund r where r.shift_id = $1 and r.method = 'cash' and r.state = 'paid'), 0)
            + coalesce((select sum(w.amount) from wallet_entry w where w.shift_id = $1 and w.kind = 'payout'), 0)
            as bigint) from shift s where s.id = $1")
    .bind(shift)
    .scalar(tx)
    .await
}

/// Holds an open shift for this transaction: no receipt comes in between.
pub async fn hold(tx: &mut Tx, id: ShiftId, account: AccountId) -> Result<bool, DbError> {
    let held =
        sql("update shift set version = version + 1 where id = $1 and account_id = $2 and closed_at is null")
            .bind(id)
            .bind(account)
            .run(tx);
    Ok(held.await? == 1)
}

/// Holds an open shift of whoever it is.
pub async fn hold_any(tx: &mut Tx, id: ShiftId) -> Result<bool, DbError> {
    let held =
        sql("update shift set version = version + 1 where id = $1 and closed_at is null").bind(id).run(tx);
    Ok(held.await? == 1)
}

/// What was counted at the close.
#[derive(Debug)]
pub struct Closing<'a> {
    pub counted: Money,
    pub expected: Money,
    pub left: Money,
    pub reason: &'a str,
    /// Who counted it, where that is not its cashier.
    pub other: Option<(AccountId, &'a str)>,
    pub at: DateTime<Utc>,
}

/// Closes a shift.
///
/// # Errors
/// A violation of `shift_closed_by` where somebody else gives no reason.
pub async fn close(tx: &mut Tx, id: ShiftId, closing: &Closing<'_>) -> Result<(), DbError> {
    sql("update shift set counted = $2, expected = $3, left_in_till = $4, reason = $5, closed_at = $6, closed_by = $7,
            closed_name = $8, version = version + 1 where id = $1 and closed_at is null")
    .bind(id)
    .bind(closing.counted)
    .bind(closing.expected)
    .bind(closing.left)
    .bind(closing.reason)
    .bind(closing.at)
    .bind(closing.other.map(|other| other.0))
    .bind(closing.other.map_or("", |other| other.1))
    .run(tx)
    .await?;
    Ok(())
}

/// Explains a difference once.
pub async fn explain(tx: &mut Tx, id: ShiftId, account: AccountId, reason: &str) -> Result<bool, DbError> {
    let done = sql("update shift set reason = $3, version = version + 1 where id = $1 and account_id = $2
            and closed_at is not null and reason = '' and checked_at is null")
    .bind(id)
    .bind(account)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// A second person has looked at the difference.
///
/// # Errors
/// Violations of `shift_second_person` and `shift_explained`.
pub async fn check(
    tx: &mut Tx,
    id: ShiftId,
    (by, name): (AccountId, &str),
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update shift set checked_by = $2, checked_name = $3, checked_note = $4, checked_at = $5,
            version = version + 1 where id = $1 and closed_at is not null and checked_at is null")
    .bind(id)
    .bind(by)
    .bind(name)
    .bind(note)
    .bind(at)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// One movement of a shift, for its list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Movement {
    pub at: DateTime<Utc>,
    pub what: String,
    pub year: i64,
    pub number: i64,
    pub id: i64,
    pub patient: String,
    pub method: Method,
    pub amount: Money,
    pub reversed: bool,
}

impl Movement {
    /// The number of its receipt or refund, or what it was.
    pub fn title(&self) -> String {
        let code = |series| Code { series, year: self.year, number: self.number }.to_string();
        match self.what.as_str() {
            "receipt" => code(Series::Receipt),
            "refund" => code(Series::Refund),
            _ => "Paid out of a wallet".to_owned(),
        }
    }
}

/// The newest movements of a shift.
pub async fn movements(store: impl Store, shift: ShiftId, limit: i64) -> Result<Vec<Movement>, DbError> {
    sql("select t.at, t.what, t.year, t.number, t.id, trim(q.given_names || ' ' || q.family_name) as patient, t.method,
            t.amount, t.reversed from (
            select p.taken_at as at, 'receipt' as what, r.year, r.number, r.id, p.patient_id, p.method, p.amount,
                p.reversed_at is not null as reversed
                from payment p join receipt r on r.id = p.receipt_id where p.shift_id = $1
            union all select f.paid_at, 'refund', f.year, f.number, coalesce(f.invoice_id, 0), f.patient_id, f.method, -f.amount,
                f.paid_at is null from refund f where f.shift_id = $1 and f.state = 'paid'
            union all select w.at, 'payout', 0, 0, 0, w.patient_id, 'cash', w.amount, w.at is null
                from wallet_entry w where w.shift_id = $1 and w.kind = 'payout') as t
         join patient q on q.id = t.patient_id order by t.at desc limit $2")
    .bind(shift)
    .bind(limit)
    .all(store)
    .await
}
