//! What must hold of people, bookings, queues and records.

use super::Invariant;

pub(super) const CLINIC: &[Invariant] = &[
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
        name: "nothing is offered during time away or on a holiday",
        text: "select count(*) as faults, min(id) as example from (
                 select s.id from slot s join blocked_time b on b.lifted_at is null
                   and (b.doctor_id is null or b.doctor_id = s.doctor_id)
                   and b.starts_at < s.ends_at and b.ends_at > s.starts_at where s.state = 'open'
                 union
                 select s.id from slot s join holiday h on h.day = s.day where s.state = 'open') as away",
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
        name: "a finished visit left no order that nobody was given",
        text: "select count(*) as faults, min(l.id) as example from visit v join lab_line l on l.visit_id = v.id
               where v.close_reason = 'finished' and l.state not in ('released', 'cancelled')
                 and not exists (select 1 from order_handover h where h.line_id = l.id)
                 and not exists (select 1 from lab_step s where s.line_id = l.id and s.to_state = 'released')",
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
        name: "the lines of time tell what happened",
        text: "select count(*) as faults, min(patient_id) as example from (
                 select patient_id from (select * from happening except select * from happened) as told
                 union all
                 select patient_id from (select * from happened except select * from happening) as untold) as apart",
    },
    Invariant {
        name: "no sign-in ended before it began",
        text: "select count(*) as faults, min(id) as example from sign_in where ended_at < created_at",
    },
    Invariant {
        name: "whoever is known stands in a trail that is not empty",
        text: "select count(*) as faults, min(id) as example from account where not exists (select 1 from audit_entry)",
    },
    Invariant {
        name: "every sign-in is told in the trail",
        text: "select count(*) as faults, min(account_id) as example from (
                 select account_id, count(*) as made from sign_in group by account_id) as counted
               where made > (select count(*) from audit_entry where subject = 'account'
                 and subject_id = counted.account_id and action = 'sign_in.opened')",
    },
];
