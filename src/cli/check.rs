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
        name: "an issued invoice asks what its lines come to",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(base + surcharge) as gross, sum(discount) as discount, sum(tax) as tax,
                   sum(covered) as covered, sum(patient) as patient, sum(credited) as credited
                   from invoice_line group by invoice_id) as l on l.invoice_id = i.id
               where i.state = 'issued' and (l.gross is null or l.gross <> i.gross or l.discount <> i.discount
                 or l.tax <> i.tax or l.covered <> i.scheme_part or l.patient + i.rounding <> i.patient_part)",
    },
    Invariant {
        name: "what an invoice was paid and gave back is its payments and refunds",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(amount) as paid from payment where reversed_at is null and invoice_id is not null
                   group by invoice_id) as p on p.invoice_id = i.id
               left join (select invoice_id, sum(amount) as back from refund where state = 'paid' and invoice_id is not null
                   group by invoice_id) as r on r.invoice_id = i.id
               where i.paid <> coalesce(p.paid, 0) or i.refunded <> coalesce(r.back, 0)",
    },
    Invariant {
        name: "what was credited of an invoice is its credit notes",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(total) as total, sum(patient_part) as patient from credit_note
                   group by invoice_id) as n on n.invoice_id = i.id
               where i.credited <> coalesce(n.total, 0) or i.credited_patient <> coalesce(n.patient, 0)",
    },
    Invariant {
        name: "what was credited of a line is the lines of its credit notes",
        text: "select count(*) as faults, min(l.id) as example from invoice_line l
               left join (select line_id, sum(amount) as amount, sum(covered) as covered from credit_note_line
                   group by line_id) as n on n.line_id = l.id
               where l.credited <> coalesce(n.amount, 0) or l.credited_scheme <> coalesce(n.covered, 0)",
    },
    Invariant {
        name: "no payment gives back more than it was, and what it gives back is its refunds",
        text: "select count(*) as faults, min(p.id) as example from payment p
               left join (select payment_id, sum(amount) as back from refund where state <> 'declined' group by payment_id)
                   as r on r.payment_id = p.id
               where p.refunded <> coalesce(r.back, 0) or p.refunded > p.amount",
    },
    Invariant {
        name: "a receipt is the sum of its payments",
        text: "select count(*) as faults, min(r.id) as example from receipt r
               left join (select receipt_id, sum(amount) as amount from payment group by receipt_id) as p on p.receipt_id = r.id
               where r.total <> coalesce(p.amount, 0)",
    },
    Invariant {
        name: "a wallet holds the sum of its movements",
        text: "select count(*) as faults, min(coalesce(w.patient_id, e.patient_id)) as example from wallet w
               full join (select patient_id, sum(amount) as amount from wallet_entry group by patient_id) as e
                   on e.patient_id = w.patient_id
               where coalesce(w.balance, 0) <> coalesce(e.amount, 0)",
    },
    Invariant {
        name: "invoices, receipts, credit notes, refunds and batches of a year count from 1 without a gap",
        text: "select count(*) as faults, min(example) as example from (
                 select min(id) as example from invoice where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from receipt group by year having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from credit_note group by year having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from refund where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from claim_batch where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)) as gaps",
    },
    Invariant {
        name: "no charge is on two live invoices, and what is billed is on one",
        text: "select count(*) as faults, min(c.id) as example from charge c
               left join (select charge_id, count(*) as live from invoice_line where live and charge_id is not null
                   group by charge_id) as l on l.charge_id = c.id
               where coalesce(l.live, 0) > 1 or (c.state in ('billed', 'paid') and coalesce(l.live, 0) <> 1)
                 or (c.state in ('planned', 'billable') and coalesce(l.live, 0) <> 0)",
    },
    Invariant {
        name: "a charge is paid when its invoice is",
        text: "select count(*) as faults, min(c.id) as example from charge c
               join invoice_line l on l.charge_id = c.id and l.live join invoice i on i.id = l.invoice_id
               where i.state = 'issued' and (c.state = 'paid') <> (i.patient_part - i.credited_patient <= i.paid - i.refunded)",
    },
    Invariant {
        name: "a claim asks the scheme's part of its invoice",
        text: "select count(*) as faults, min(i.id) as example from invoice i left join claim c on c.invoice_id = i.id
               where i.state = 'issued' and (i.scheme_part <> coalesce(c.amount, 0)
                 or i.credited_scheme <> coalesce(c.credited, 0) or i.scheme_id <> coalesce(c.scheme_id, i.scheme_id))",
    },
    Invariant {
        name: "what a scheme's limits were used for is on its invoices",
        text: "select count(*) as faults, min(u.enrolment_id) as example from coverage_use u
               left join (select i.enrolment_id, l.coverage_group, sum(l.covered - l.credited_scheme) as used
                   from invoice i join invoice_line l on l.invoice_id = i.id where i.state = 'issued'
                   and i.enrolment_id is not null group by i.enrolment_id, l.coverage_group) as s
                   on s.enrolment_id = u.enrolment_id and s.coverage_group = u.coverage_group
               where u.used <> coalesce(s.used, 0)",
    },
    Invariant {
        name: "the cash that a closed shift expected is what came and went",
        text: "select count(*) as faults, min(s.id) as example from shift s
               left join (select shift_id, sum(amount) as came from payment where method = 'cash' and reversed_at is null
                   group by shift_id) as p on p.shift_id = s.id
               left join (select shift_id, sum(amount) as went from refund where method = 'cash' and state = 'paid'
                   group by shift_id) as r on r.shift_id = s.id
               left join (select shift_id, sum(amount) as out from wallet_entry where kind = 'payout' and shift_id is not null
                   group by shift_id) as w on w.shift_id = s.id
               where s.closed_at is not null
                 and s.expected <> s.float_counted + coalesce(p.came, 0) - coalesce(r.went, 0) + coalesce(w.out, 0)",
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
