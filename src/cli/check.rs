//! Whether the data is whole: the file, the audit chain, and what must hold between the rows.

use std::io::Write;

use super::Failure;
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError, dialect, sql};

/// Something that must hold; the statement counts the rows where it does not and names one of them.
struct Invariant {
    name: &'static str,
    text: &'static str,
}

/// What must hold between the rows, whatever happened. Each text answers `faults` and `example`.
const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "the places taken of a slot equal its appointments",
        text: "select count(*) as faults, min(id) as example from (
                 select s.id, s.taken_public, s.taken_desk,
                   cast(coalesce(sum(case when a.place = 'public' then 1 else 0 end), 0) as bigint) as public,
                   cast(coalesce(sum(case when a.place = 'desk' then 1 else 0 end), 0) as bigint) as desk
                 from slot s left join appointment a on a.slot_id = s.id
                   and a.state in ('hold', 'booked', 'arrived', 'in_service', 'fulfilled', 'no_show')
                 group by s.id, s.taken_public, s.taken_desk) as counted
               where taken_public <> public or taken_desk <> desk",
    },
    Invariant {
        name: "no slot holds more than it has places for",
        text: "select count(*) as faults, min(id) as example from slot
               where taken_public + taken_desk > capacity or taken_public > public_capacity",
    },
    Invariant {
        name: "no two slots of a doctor overlap",
        text: "select count(*) as faults, min(id) as example from (
                 select id, starts_at, lag(ends_at) over (partition by doctor_id order by starts_at, id) as before
                 from slot where state <> 'closed') as line
               where before > starts_at",
    },
    Invariant {
        name: "no two open appointments of a patient overlap",
        text: "select count(*) as faults, min(id) as example from (
                 select id, starts_at, lag(ends_at) over (partition by patient_id order by starts_at, id) as before
                 from appointment where state in ('hold', 'booked', 'arrived', 'in_service')) as line
               where before > starts_at",
    },
    Invariant {
        name: "an appointment has the doctor and the times of its slot",
        text: "select count(*) as faults, min(a.id) as example from appointment a join slot s on s.id = a.slot_id
               where a.state in ('hold', 'booked', 'arrived', 'in_service')
                 and (a.doctor_id <> s.doctor_id or a.starts_at < s.starts_at or a.ends_at > s.ends_at)",
    },
    Invariant {
        name: "a patient has one open visit at most",
        text: "select count(*) as faults, min(patient_id) as example from (
                 select patient_id from visit where closed_at is null group by patient_id having count(*) > 1) as twins",
    },
    Invariant {
        name: "tokens of a day count from 1 without a gap",
        text: "select count(*) as faults, min(example) as example from (
                 select min(id) as example from visit group by day, series
                 having min(number) <> 1 or max(number) <> count(*) or count(distinct number) <> count(*)) as days",
    },
    Invariant {
        name: "a queue entry belongs to the patient and the day of its visit",
        text: "select count(*) as faults, min(e.id) as example from queue_entry e join visit v on v.id = e.visit_id
               where e.patient_id <> v.patient_id or e.day <> v.day",
    },
    Invariant {
        name: "a visit stands in one line at most",
        text: "select count(*) as faults, min(visit_id) as example from (
                 select visit_id from queue_entry where state in ('waiting', 'called', 'in_service', 'parked', 'missed')
                 group by visit_id having count(*) > 1) as twins",
    },
    Invariant {
        name: "a released test has one result that holds",
        text: "select count(*) as faults, min(l.id) as example from lab_line l
               where l.state in ('verified', 'released')
                 and (select count(*) from lab_result r where r.line_id = l.id and r.state = 'current') <> 1",
    },
    Invariant {
        name: "a critical result is released by a call that was read back",
        text: "select count(*) as faults, min(l.id) as example from lab_line l join lab_result r on r.line_id = l.id
               where l.state = 'released' and r.state = 'current' and r.critical
                 and not exists (select 1 from lab_call c where c.result_id = r.id and c.reached and c.read_back)",
    },
    Invariant {
        name: "a closed visit stands in no line",
        text: "select count(*) as faults, min(v.id) as example from visit v join queue_entry e on e.visit_id = v.id
               where v.closed_at is not null and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')",
    },
    Invariant {
        name: "the newest event of a queue entry tells its state",
        text: "select count(*) as faults, min(e.id) as example from queue_event last
               join queue_entry e on e.id = last.entry_id
               where last.id = (select max(id) from queue_event where entry_id = e.id) and last.to_state <> e.state",
    },
    Invariant {
        name: "a visit's appointment is the same patient's",
        text: "select count(*) as faults, min(v.id) as example from visit v join appointment a on a.id = v.appointment_id
               where a.patient_id <> v.patient_id",
    },
    Invariant {
        name: "every patient can be found by a word",
        text: "select count(*) as faults, min(id) as example from patient
               where not exists (select 1 from patient_term where patient_id = patient.id)",
    },
    Invariant {
        name: "only staff accounts hold roles",
        text: "select count(*) as faults, min(account_id) as example from account_role r
               join account a on a.id = r.account_id where a.kind <> 'staff'",
    },
    Invariant {
        name: "no known allergies does not stand beside an allergy",
        text: "select count(*) as faults, min(n.patient_id) as example from allergy_none n
               where n.state = 'stated' and n.id = (select max(id) from allergy_none where patient_id = n.patient_id)
                 and exists (select 1 from allergy a where a.patient_id = n.patient_id and a.state = 'active'
                   and not exists (select 1 from allergy later where later.replaces_id = a.id))",
    },
    Invariant {
        name: "a version of an allergy or entry replaces one of the same patient",
        text: "select count(*) as faults, min(id) as example from (
                 select n.id from allergy n join allergy o on o.id = n.replaces_id where o.patient_id <> n.patient_id
                 union all
                 select n.id from health_entry n join health_entry o on o.id = n.replaces_id
                 where o.patient_id <> n.patient_id or o.kind <> n.kind) as strays",
    },
    Invariant {
        name: "the stock of a batch in a store is the sum of its ledger, and never below zero",
        text: "select count(*) as faults, min(batch_id) as example from (
                 select l.batch_id, l.on_hand, (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m
                   where m.batch_id = l.batch_id and m.store_id = l.store_id) as summed from stock_level l) as both_sides
               where on_hand <> summed or on_hand < 0",
    },
    Invariant {
        name: "every row of the stock ledger goes on from the one before",
        text: "select count(*) as faults, min(id) as example from (
                 select id, quantity, balance,
                   coalesce(lag(balance) over (partition by batch_id, store_id order by id), 0) as before
                 from stock_movement) as line
               where balance <> before + quantity or balance < 0",
    },
    Invariant {
        name: "nothing expired was given out",
        text: "select count(*) as faults, min(m.id) as example from stock_movement m join stock_batch b on b.id = m.batch_id
               where m.kind in ('issue', 'transfer_out') and b.expiry <= m.day and not exists (
                 select 1 from stock_batch_event e
                 where e.batch_id = b.id and e.move = 'expiry' and e.at >= m.at)",
    },
    Invariant {
        name: "nothing was given out while it was on hold or recalled",
        text: "select count(*) as faults, min(m.id) as example from stock_batch_event e
               join stock_movement m on m.batch_id = e.batch_id and m.at > e.at and m.kind in ('issue', 'transfer_out')
               where e.move in ('held', 'recalled') and not exists (
                 select 1 from stock_batch_event n where n.batch_id = e.batch_id and n.id > e.id and n.at <= m.at
                   and n.move = case when e.move = 'held' then 'released' else 'recall_ended' end)",
    },
    Invariant {
        name: "what was used of an item on a day is what its ledger says",
        text: "select count(*) as faults, min(u.item_id) as example from stock_use u left join (
                 select m.item_id, m.day, cast(-sum(m.quantity) as bigint) as summed from stock_movement m
                 where m.kind in ('issue', 'return_in') group by m.item_id, m.day) as booked
               on booked.item_id = u.item_id and booked.day = u.day
               where u.quantity <> coalesce(booked.summed, 0)",
    },
    Invariant {
        name: "a transfer has left one store, and arrived in one when it ended",
        text: "select count(*) as faults, min(id) as example from (
                 select t.id, t.state, cast(sum(l.quantity) as bigint) as units,
                   (select cast(coalesce(-sum(m.quantity), 0) as bigint) from stock_movement m where m.ref_kind = 'transfer'
                      and m.ref_id = t.id and m.kind = 'transfer_out') as gone,
                   (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m where m.ref_kind = 'transfer'
                      and m.ref_id = t.id and m.kind = 'transfer_in') as come
                 from stock_transfer t join stock_transfer_line l on l.transfer_id = t.id group by t.id, t.state) as moved
               where gone <> units or come <> case when state = 'sent' then 0 else units end",
    },
    Invariant {
        name: "no sign-in ended before it began",
        text: "select count(*) as faults, min(id) as example from sign_in where ended_at < created_at",
    },
];

#[derive(sqlx::FromRow, serde::Deserialize)]
struct Found {
    faults: i64,
    example: Option<i64>,
}

/// What one check found; empty when it holds.
type Finding = (String, Vec<String>);

async fn all(app: &App) -> Result<Vec<Finding>, DbError> {
    let db = &app.db;
    let mut findings = vec![("the file is whole".to_owned(), dialect::integrity(db).await?)];
    let chain = audit::verify(app).await?;
    let broken = chain.broken.map(|broken| format!("link {}: {}", broken.seq, broken.why));
    let mut name =
        format!("the audit chain holds ({} links, {} entries not sealed yet)", chain.links, chain.unsealed);
    for restored in &chain.restored {
        let day = app.clinic().stamp(restored.at);
        let (seq, aside) = (restored.seq, restored.set_aside);
        name += &format!("; restored at {day}, going on after link {seq}, {aside} newer anchors set aside");
    }
    findings.push((name, broken.into_iter().collect()));
    for invariant in INVARIANTS {
        let found: Found = sql(invariant.text).one(db).await?;
        let example = found.example.map(|id| format!(", for instance id {id}")).unwrap_or_default();
        let fault = (found.faults > 0).then(|| format!("{} rows{example}", found.faults));
        findings.push((invariant.name.to_owned(), fault.into_iter().collect()));
    }
    Ok(findings)
}

/// Checks everything, also while the clinic is running, and prints a line for each.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let db = Db::open_reading(&config.database_url).await?;
    let app = match App::reading(db, Clock::System, config.clone()).await {
        Ok(app) => app,
        Err(error) => return Err(Failure::Fault(format!("there is no clinic to check: {error}"))),
    };
    let findings = all(&app).await?;
    app.db.close().await;
    let mut out = std::io::stdout().lock();
    for (name, faults) in &findings {
        let mark = if faults.is_empty() { "ok   " } else { "FAULT" };
        writeln!(out, "{mark}  {name}")?;
        for fault in faults {
            writeln!(out, "       {fault}")?;
        }
    }
    let faults = findings.iter().filter(|(_, faults)| !faults.is_empty()).count();
    match faults {
        0 => Ok(()),
        1 => Err(Failure::Fault("one check found a fault".to_owned())),
        more => Err(Failure::Fault(format!("{more} checks found faults"))),
    }
}
