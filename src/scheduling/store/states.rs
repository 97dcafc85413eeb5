//! Changing appointments: every statement compares the state it expects and says whether it won.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Tx, sql};
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState, BlockId, Place, ReasonId, SlotId};

/// An appointment to be inserted.
#[derive(Debug, Clone)]
pub struct New {
    pub patient: PatientId,
    pub slot: SlotId,
    pub reason: ReasonId,
    pub complaint: String,
    pub place: Place,
    pub state: AppointmentState,
    pub held_until: Option<DateTime<Utc>>,
    pub by: Option<i64>,
    pub override_reason: String,
    pub reference: String,
    pub calendar_uid: String,
    pub calendar_sequence: i64,
    pub at: DateTime<Utc>,
}

/// Inserts an appointment with the doctor and the times of its slot.
pub async fn insert(tx: &mut Tx, new: &New) -> Result<AppointmentId, DbError> {
    let booked_at = (new.state == AppointmentState::Booked).then_some(new.at);
    sql("insert into appointment (reference, patient_id, slot_id, doctor_id, starts_at, ends_at, reason_id, complaint,
            place, state, held_until, booked_by, booked_at, override_reason, calendar_uid, calendar_sequence,
            created_at, updated_at)
         select $1, $2, s.id, s.doctor_id, s.starts_at, s.ends_at, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14
         from slot s where s.id = $3 returning id")
    .bind(&new.reference)
    .bind(new.patient)
    .bind(new.slot)
    .bind(new.reason)
    .bind(&new.complaint)
    .bind(new.place)
    .bind(new.state)
    .bind(new.held_until)
    .bind(new.by)
    .bind(booked_at)
    .bind(&new.override_reason)
    .bind(&new.calendar_uid)
    .bind(new.calendar_sequence)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// Turns a hold that has not run out into a booking (rule B7).
pub async fn confirm(
    tx: &mut Tx,
    id: AppointmentId,
    at: DateTime<Utc>,
    by: Option<i64>,
) -> Result<bool, DbError> {
    let touched =
        sql("update appointment set state = 'booked', booked_at = $2, booked_by = $3, held_until = null,
            updated_at = $2, version = version + 1 where id = $1 and state = 'hold' and held_until > $2")
        .bind(id)
        .bind(at)
        .bind(by)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// Lets a hold go: the one that runs out (`over` says that it must have), or the one somebody gives up.
pub async fn drop_hold(
    tx: &mut Tx,
    id: AppointmentId,
    at: DateTime<Utc>,
    over: bool,
) -> Result<bool, DbError> {
    let touched = sql("update appointment set state = 'cancelled', ended_at = $2, ended_by = 'system',
            end_reason = 'Not confirmed', updated_at = $2, version = version + 1
         where id = $1 and state = 'hold' and (not $3 or held_until <= $2)")
    .bind(id)
    .bind(at)
    .bind(over)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// How an appointment ends before its time.
#[derive(Debug, Clone)]
pub struct Ending<'a> {
    pub state: AppointmentState,
    pub by: &'static str,
    pub reason: &'a str,
    /// Who may take it back for some minutes.
    pub undo_by: Option<i64>,
    pub late: bool,
    pub counts: bool,
}

/// Ends an appointment that stands in `from`; calendars get the change by the raised sequence (rule B13). What counts anew
/// can be objected to anew.
pub async fn end(
    tx: &mut Tx,
    id: AppointmentId,
    from: AppointmentState,
    ending: &Ending<'_>,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql(
        "update appointment set state = $3, ended_at = $4, ended_by = $5, end_reason = $6, late_cancel = $7,
            counts_as_no_show = $8, objection_state = case when $8 then null else objection_state end,
            needs_decision = $9, decision_block = null, undo_by = $10,
            calendar_sequence = calendar_sequence + 1, updated_at = $4,
            version = version + 1 where id = $1 and state = $2",
    )
    .bind(id)
    .bind(from)
    .bind(ending.state)
    .bind(at)
    .bind(ending.by)
    .bind(ending.reason)
    .bind(ending.late)
    .bind(ending.counts)
    .bind(false)
    .bind(ending.undo_by)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Steps from one state to another.
pub async fn step(
    tx: &mut Tx,
    id: AppointmentId,
    from: AppointmentState,
    to: AppointmentState,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("update appointment set state = $3, updated_at = $4, version = version + 1
         where id = $1 and state = $2")
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Takes a no-show back: the appointment waits for its patient again, and whoever objected to it was right (rule N3).
pub async fn un_miss(tx: &mut Tx, id: AppointmentId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let touched = sql(
        "update appointment set state = 'booked', counts_as_no_show = $3, ended_at = null, ended_by = null, undo_by = null,
            objection_state = case when objection_state = 'open' then 'granted' else objection_state end,
            updated_at = $2, version = version + 1 where id = $1 and state = 'no_show'",
    )
    .bind(id)
    .bind(at)
    .bind(false)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Remembers where a moved appointment went.
pub async fn moved_to(tx: &mut Tx, old: AppointmentId, new: AppointmentId) -> Result<(), DbError> {
    sql("update appointment set rescheduled_to = $2 where id = $1").bind(old).bind(new).run(tx).await?;
    Ok(())
}

/// Another reason and other words for a hold.
pub async fn change_reason(
    tx: &mut Tx,
    id: AppointmentId,
    reason: ReasonId,
    complaint: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched =
        sql("update appointment set reason_id = $2, complaint = $3, updated_at = $4, version = version + 1
         where id = $1 and state = 'hold' and held_until > $4")
        .bind(id)
        .bind(reason)
        .bind(complaint)
        .bind(at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// Writes the desk's note.
pub async fn set_note(
    tx: &mut Tx,
    id: AppointmentId,
    version: i64,
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("update appointment set note = $3, updated_at = $4, version = version + 1
         where id = $1 and version = $2")
    .bind(id)
    .bind(version)
    .bind(note)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Marks an appointment that somebody has to move. The block that marked it first stays its reason; what is no block
/// outlasts every block.
pub async fn mark_undecided(
    tx: &mut Tx,
    id: AppointmentId,
    block: Option<BlockId>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update appointment set needs_decision = $2, updated_at = $3, version = version + 1, decision_block =
            case when needs_decision and cast($4 as bigint) is not null then decision_block else cast($4 as bigint) end
         where id = $1")
    .bind(id)
    .bind(true)
    .bind(at)
    .bind(block)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes the mark of a lifted block off, or leaves it to another block that lies on the same time.
pub async fn unmark(
    tx: &mut Tx,
    id: AppointmentId,
    other: Option<BlockId>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update appointment set needs_decision = $2, decision_block = cast($3 as bigint), updated_at = $4,
            version = version + 1 where id = $1")
    .bind(id)
    .bind(other.is_some())
    .bind(other)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes the marks off coming bookings, of a patient or with a doctor who is back, that no block put there, unless the
/// other of the two has left or the hours no longer give the time; says of each whether a block still needs a decision.
pub async fn unmark_returned(
    tx: &mut Tx,
    (patient, doctor): (Option<PatientId>, Option<AccountId>),
    at: DateTime<Utc>,
) -> Result<Vec<(AppointmentId, PatientId, bool)>, DbError> {
    sql("update appointment set updated_at = $2, version = version + 1,
            decision_block = (select min(b.id) from blocked_time b where b.lifted_at is null
                and (b.doctor_id is null or b.doctor_id = appointment.doctor_id)
                and b.starts_at < appointment.ends_at and b.ends_at > appointment.starts_at),
            needs_decision = exists (select 1 from blocked_time b where b.lifted_at is null
                and (b.doctor_id is null or b.doctor_id = appointment.doctor_id)
                and b.starts_at < appointment.ends_at and b.ends_at > appointment.starts_at)
         where (cast($1 as bigint) is null or patient_id = $1) and (cast($3 as bigint) is null or doctor_id = $3)
            and state = 'booked' and starts_at > $2 and needs_decision and decision_block is null
            and exists (select 1 from account a join account_role o on o.account_id = a.id and o.role = 'doctor'
                where a.id = appointment.doctor_id and a.state = 'active')
            and exists (select 1 from patient p where p.id = appointment.patient_id and p.state = 'active')
            and not exists (select 1 from slot s where s.id = appointment.slot_id and s.withdrawn)
         returning id, patient_id, needs_decision")
    .bind(patient)
    .bind(at)
    .bind(doctor)
    .all(tx)
    .await
}

/// The patient objects to a no-show (rule N3).
pub async fn object(tx: &mut Tx, id: AppointmentId, words: &str, at: DateTime<Utc>) -> Result<bool, DbError> {
    let touched = sql(
        "update appointment set objected_at = $3, objection = $2, objection_state = 'open', updated_at = $3,
            version = version + 1
         where id = $1 and state = 'no_show' and counts_as_no_show and objection_state is null",
    )
    .bind(id)
    .bind(words)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Staff decides about an objection: a granted one removes the count, not the history.
pub async fn answer_objection(
    tx: &mut Tx,
    id: AppointmentId,
    granted: bool,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let word = if granted { "granted" } else { "refused" };
    let touched = sql("update appointment set objection_state = $2, counts_as_no_show = $3, updated_at = $4,
            version = version + 1 where id = $1 and state = 'no_show' and objection_state = 'open'")
    .bind(id)
    .bind(word)
    .bind(!granted)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// A booking whose time is over.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Due {
    pub id: AppointmentId,
    pub starts_at: DateTime<Utc>,
}

/// Bookings nobody came to, which the clinic itself did not miss (rule N2): the time was not taken away when it began,
/// also where it was given back since, and nobody was to call and move the booking.
pub async fn not_attended(
    tx: &mut Tx,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>, DbError> {
    sql("select a.id, a.starts_at from appointment a join slot s on s.id = a.slot_id
         where a.state = 'booked' and a.starts_at > $1 and a.starts_at < $2 and s.block_id is null and a.needs_decision = $4
           and not exists (select 1 from blocked_time b where (b.lifted_at is null or b.lifted_at > a.starts_at)
             and (b.doctor_id is null or b.doctor_id = a.doctor_id) and b.starts_at < a.ends_at and b.ends_at > a.starts_at)
         order by a.starts_at, a.id limit $3")
    .bind(from)
    .bind(until)
    .bind(limit)
    .bind(false)
    .all(tx)
    .await
}

/// Bookings, and whose they are.
pub type Ended = Vec<(AppointmentId, PatientId)>;

/// After the day: who was being served is fulfilled; who came and was never served left; what the clinic itself missed is
/// over once nobody can record anything else (`missed_before`). Returns the first, then the others.
pub async fn close_before(
    tx: &mut Tx,
    (before, missed_before): (DateTime<Utc>, DateTime<Utc>),
    at: DateTime<Utc>,
) -> Result<(Ended, Ended), DbError> {
    let served = sql(
        "update appointment set state = 'fulfilled', ended_at = $2, ended_by = 'system', updated_at = $2,
            version = version + 1 where state = 'in_service' and starts_at < $1 returning id, patient_id",
    )
    .bind(before)
    .bind(at)
    .all(&mut *tx)
    .await?;
    sql("update slot set taken_public = taken_public - (select count(*) from appointment a where a.slot_id = slot.id
                and a.place = 'public' and (a.state = 'arrived' or a.state = 'booked' and a.starts_at < $2)),
            taken_desk = taken_desk - (select count(*) from appointment a where a.slot_id = slot.id
                and a.place = 'desk' and (a.state = 'arrived' or a.state = 'booked' and a.starts_at < $2)),
            version = version + 1
         where id in (select slot_id from appointment where state = 'arrived' and starts_at < $1
            or state = 'booked' and starts_at < $2)")
    .bind(before)
    .bind(missed_before)
    .run(&mut *tx)
    .await?;
    let left = sql("update appointment set state = 'cancelled', ended_at = $3,
            ended_by = case state when 'arrived' then 'system' else 'clinic' end,
            end_reason = case state when 'arrived' then 'Left before being seen' else 'The clinic was away' end,
            updated_at = $3, version = version + 1
         where state = 'arrived' and starts_at < $1 or state = 'booked' and starts_at < $2
         returning id, patient_id")
    .bind(before)
    .bind(missed_before)
    .bind(at)
    .all(tx)
    .await?;
    Ok((served, left))
}
