//! Lines that somebody still has to give out.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::db::{DbError, Store, sql};
use crate::prescribing::model::{LineId, LineState, MedicineId, PrescriptionId};
use crate::queue::model::{EntryState, Priority};

/// A line that waits, with where its patient is.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Waiting {
    pub line_id: LineId,
    pub prescription_id: PrescriptionId,
    pub medicine_id: Option<MedicineId>,
    pub state: LineState,
    pub controlled: bool,
    pub remaining: i64,
    pub signed_at: DateTime<Utc>,
    pub prescriber: String,
    pub patient: String,
    pub number: String,
    pub token: String,
    /// Where the token stands at the pharmacy's point; none when it is elsewhere.
    pub entry_state: Option<EntryState>,
    pub priority: Option<Priority>,
    pub entered_at: Option<DateTime<Utc>>,
    /// Whether the clinic could not give what was asked for.
    pub owed: bool,
    /// Units that are reserved for it and can be given.
    pub reserved: i64,
    /// Questions that the prescriber has not answered.
    pub questions: i64,
    /// Whether it was signed against a warning.
    pub overridden: bool,
}

macro_rules! waiting {
    ($tail:literal) => {
        concat!(
            "select l.id as line_id, l.prescription_id, l.medicine_id, l.state, l.controlled,
                l.quantity - l.given + l.returned as remaining, l.signed_at, r.prescriber_name as prescriber,
                trim(p.given_names || ' ' || p.family_name) as patient, p.number, v.token, e.state as entry_state,
                e.priority, e.entered_at, l.owed and l.state <> 'paused' as owed,
                cast(coalesce((select case when o.quantity < o.usable then o.quantity else o.usable end from
                    (select r.quantity, (select coalesce(sum(s.on_hand), 0) from stock_level s
                            join stock_batch b on b.id = s.batch_id
                            where s.item_id = r.item_id and s.store_id = r.store_id and s.on_hand > 0 and b.expiry > $1
                                and b.held_at is null and b.recalled_at is null) as usable
                        from stock_reserved r where r.line_id = l.id and r.until >= $1) o), 0) as bigint) as reserved,
                (select count(*) from pharmacy_message m where m.prescription_id = l.prescription_id
                    and m.kind = 'query' and m.answered_at is null) as questions,
                exists (select 1 from prescription_warning w where w.line_id = l.id and w.tier = 'stop') as overridden
             from prescription_line l join prescription r on r.id = l.prescription_id
             join patient p on p.id = l.patient_id join visit v on v.id = l.visit_id
             left join queue_entry e on e.visit_id = l.visit_id
                and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
                and e.point_id in (select id from service_point where kind = 'pharmacy')
             where l.valid_until >= $1 and ",
            $tail
        )
    };
}

/// Signed since `since`, the oldest first.
pub async fn since(
    store: impl Store,
    today: NaiveDate,
    since: DateTime<Utc>,
) -> Result<Vec<Waiting>, DbError> {
    sql(waiting!(
        "l.state in ('open', 'partly', 'paused') and l.signed_at >= $2 order by l.signed_at, l.id limit 500"
    ))
    .bind(today)
    .bind(since)
    .all_kept(store)
    .await
}

/// Signed before, the newest first; `owed` only where the clinic could not give what was asked for.
pub async fn earlier(
    store: impl Store,
    today: NaiveDate,
    (before, after): (DateTime<Utc>, LineId),
    owed: bool,
) -> Result<Vec<Waiting>, DbError> {
    let all = waiting!(
        "l.state in ('open', 'partly', 'paused') and (l.signed_at, l.id) < ($2, $3)
            order by l.signed_at desc, l.id desc limit 100"
    );
    let part = waiting!(
        "l.owed and l.state in ('open', 'partly') and (l.signed_at, l.id) < ($2, $3)
            order by l.signed_at desc, l.id desc limit 100"
    );
    sql(if owed { part } else { all }).bind(today).bind(before).bind(after).all(store).await
}

/// Lines of one page of earlier ones.
pub const PAGE: i64 = 100;

/// The points where the pharmacy serves.
pub async fn points(store: impl Store) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> =
        sql("select id from service_point where kind = 'pharmacy' and active order by id").all(store).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// No prescription holds longer (the table's own bound, and some days).
pub const LONGEST: TimeDelta = TimeDelta::days(370);

/// What waits, in numbers.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Tally {
    /// Prescriptions on the worklist.
    pub waiting: i64,
    /// Lines of which something is owed that lies on the shelf now, not reserved for others.
    pub owed: i64,
}

/// The tally; `since` is where the worklist begins.
pub async fn tally(store: impl Store, today: NaiveDate, since: DateTime<Utc>) -> Result<Tally, DbError> {
    sql("select (select count(distinct +l.prescription_id) from prescription_line l
                where l.state in ('open', 'partly', 'paused') and l.signed_at >= $2 and l.valid_until >= $1) as waiting,
            (select count(*) from prescription_line l join stock_item i on i.medicine_id = +l.medicine_id
                where l.owed and l.state in ('open', 'partly') and l.signed_at >= $3 and l.valid_until >= $1
                    and (select coalesce(sum(v.on_hand), 0) from stock_level v join stock_batch b on b.id = v.batch_id
                            join stock_store s on s.id = v.store_id
                            where v.item_id = i.id and v.on_hand > 0 and s.kind = 'dispensary' and s.active
                                and b.expiry > $1 and b.held_at is null and b.recalled_at is null) >
                        (select coalesce(sum(r.quantity), 0) from stock_reserved r join stock_store s on s.id = r.store_id
                            where r.item_id = i.id and r.until >= $1 and r.line_id <> l.id
                                and s.kind = 'dispensary' and s.active)) as owed")
    .bind(today)
    .bind(since)
    .bind(since - LONGEST)
    .one_kept(store)
    .await
}
