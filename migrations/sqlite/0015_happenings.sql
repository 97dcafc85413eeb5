-- The line of time of a record: a row for each thing that happened, as the tables of the capabilities tell it. A page of it
-- reads one index instead of ten tables; the triggers below keep it, and `infirmary check` holds it against `happened`.

create table happening (
    patient_id integer not null references patient (id),
    at text not null,
    what text not null constraint happening_what check (what in ('appointment', 'visit', 'allergy', 'health', 'vitals',
        'result', 'diagnosis', 'procedure', 'prescription', 'note', 'advice')),
    ref_id integer not null,
    state text not null,
    words text not null,
    more text not null,
    account_id integer references account (id),
    visit_id integer references visit (id),
    primary key (what, ref_id)
) strict;
create index happening_line on happening (patient_id, at, what, ref_id);

-- What happening holds, in the order of its columns: the one place that says so. Appointments and visits carry no reasons
-- and no notes: the desk reads them (rule A1). Names that come from accounts are read there, so that a new name is shown.
-- The visit is that with which a line is sealed; allergies, conditions and medicines stay visible, and name none (rule A3).
create view happened as
    select a.patient_id, a.starts_at as at, 'appointment' as what, a.id as ref_id, a.state, '' as words, '' as more,
        a.doctor_id as account_id, null as visit_id
    from appointment a where a.state <> 'hold' and (a.state <> 'cancelled' or a.booked_at is not null)
    union all
    select v.patient_id, v.opened_at, 'visit', v.id, coalesce(v.close_reason, 'open'), '', v.token, null, v.id from visit v
    union all
    select y.patient_id, y.recorded_at, 'allergy', y.id, y.state, y.substance, y.recorded_name, null, null
    from allergy y where y.replaces_id is null or y.state <> 'active'
    union all
    select e.patient_id, e.recorded_at, 'health', e.id, e.kind || ' ' || e.state, e.words, e.recorded_name, null, null
    from health_entry e where e.replaces_id is null or e.state <> 'active'
    union all
    select t.patient_id, t.taken_at, 'vitals', t.id, 'taken',
        coalesce('blood pressure ' || t.systolic || '/' || t.diastolic || ' mmHg ', '')
            || coalesce('pulse ' || t.pulse || ' ', '')
            || coalesce('temperature ' || (t.temperature / 10) || '.' || (t.temperature % 10) || ' °C ', '')
            || coalesce('NEWS2 ' || t.news2, ''), '', t.taken_by, t.visit_id
    from vitals t where not exists (select 1 from vitals later where later.replaces = t.id)
    union all
    select l.patient_id, r.verified_at, 'result', r.id, case when r.void then 'withdrawn'
        when l.state in ('verified', 'released') then l.state else 'again' end, c.name, '', null, l.visit_id
    from lab_result r join lab_line l on l.id = r.line_id join lab_test c on c.id = l.test_id
    where r.state = 'current'
    union all
    select d.patient_id, d.signed_at, 'diagnosis', d.id, d.certainty || ' ' || d.state, d.term, d.recorded_name, null, d.visit_id
    from diagnosis d where d.state <> 'draft'
    union all
    select o.patient_id, coalesce(o.done_at, o.planned_at), 'procedure', o.id, o.state, o.name,
        case when o.done_name <> '' then o.done_name else o.planned_name end, null, o.visit_id
    from visit_procedure o where o.state <> 'draft'
    union all
    select r.patient_id, r.signed_at, 'prescription', r.id, r.state,
        coalesce((select string_agg(l.name || ' ' || l.strength, ', ' order by l.id) from prescription_line l
            where l.prescription_id = r.id and l.state <> 'cancelled'), ''), r.prescriber_name, null, null
    from prescription r where r.state = 'signed'
    union all
    select n.patient_id, n.clinical_at, 'note', n.id, n.kind || ' ' || n.state,
        substr(case when n.assessment <> '' then n.assessment when n.complaint <> '' then n.complaint
            when n.plan <> '' then n.plan else n.examination end, 1, 160), n.author_name, null, n.visit_id
    from note n where n.state in ('signed', 'entered_in_error')
    union all
    select n.patient_id, n.clinical_at, 'advice', n.id, n.state,
        trim(n.advice || case when n.advice = '' then '' when substr(n.advice, length(n.advice), 1) in ('.', '!', '?', ':')
            then ' ' else '. ' end || case when n.follow_up <> '' then 'Come back: ' || n.follow_up else '' end),
        n.author_name, null, n.visit_id
    from note n where n.state = 'signed' and (n.advice <> '' or n.follow_up <> '');

insert into happening select * from happened;

create trigger appointment_told after insert on appointment
    when new.state <> 'hold' begin
    insert into happening select * from happened where what = 'appointment' and ref_id = new.id;
end;
create trigger appointment_told_again after update of patient_id, starts_at, state, doctor_id on appointment
    when new.state <> 'hold' begin
    delete from happening where what = 'appointment' and ref_id = new.id;
    insert into happening select * from happened where what = 'appointment' and ref_id = new.id;
end;
create trigger visit_told after insert on visit begin
    insert into happening select * from happened where what = 'visit' and ref_id = new.id;
end;
create trigger visit_told_again after update of patient_id, opened_at, close_reason, token on visit begin
    delete from happening where what = 'visit' and ref_id = new.id;
    insert into happening select * from happened where what = 'visit' and ref_id = new.id;
end;
create trigger allergy_told after insert on allergy
    when new.replaces_id is null or new.state <> 'active' begin
    insert into happening select * from happened where what = 'allergy' and ref_id = new.id;
end;
create trigger health_entry_told after insert on health_entry
    when new.replaces_id is null or new.state <> 'active' begin
    insert into happening select * from happened where what = 'health' and ref_id = new.id;
end;
create trigger diagnosis_told after insert on diagnosis
    when new.state <> 'draft' begin
    insert into happening select * from happened where what = 'diagnosis' and ref_id = new.id;
end;
create trigger diagnosis_told_again after update of state, certainty on diagnosis
    when new.state <> 'draft' begin
    delete from happening where what = 'diagnosis' and ref_id = new.id;
    insert into happening select * from happened where what = 'diagnosis' and ref_id = new.id;
end;
create trigger visit_procedure_told after insert on visit_procedure
    when new.state <> 'draft' begin
    insert into happening select * from happened where what = 'procedure' and ref_id = new.id;
end;
create trigger visit_procedure_told_again after update of state, planned_at, done_at, done_name on visit_procedure
    when new.state <> 'draft' begin
    delete from happening where what = 'procedure' and ref_id = new.id;
    insert into happening select * from happened where what = 'procedure' and ref_id = new.id;
end;
create trigger prescription_told after insert on prescription
    when new.state = 'signed' begin
    insert into happening select * from happened where what = 'prescription' and ref_id = new.id;
end;
create trigger prescription_told_again after update of state on prescription
    when new.state = 'signed' begin
    delete from happening where what = 'prescription' and ref_id = new.id;
    insert into happening select * from happened where what = 'prescription' and ref_id = new.id;
end;
create trigger note_told after insert on note
    when new.state in ('signed', 'entered_in_error') begin
    insert into happening select * from happened where what in ('note', 'advice') and ref_id = new.id;
end;
create trigger note_told_again after update of state on note
    when new.state in ('signed', 'entered_in_error') begin
    delete from happening where what in ('note', 'advice') and ref_id = new.id;
    insert into happening select * from happened where what in ('note', 'advice') and ref_id = new.id;
end;
create trigger lab_result_told after insert on lab_result
    when new.state = 'current' begin
    insert into happening select * from happened where what = 'result' and ref_id = new.id;
end;
create trigger lab_result_told_again after update of state on lab_result
    when new.state = 'current' or old.state = 'current' begin
    delete from happening where what = 'result' and ref_id = new.id;
    insert into happening select * from happened where what = 'result' and ref_id = new.id;
end;
-- A correction takes the place of what it corrects.
create trigger vitals_told after insert on vitals begin
    delete from happening where what = 'vitals' and ref_id = new.replaces;
    insert into happening select * from happened where what = 'vitals' and ref_id = new.id;
end;
create trigger lab_line_told_again after update of state on lab_line
    when new.state in ('verified', 'released') or old.state in ('verified', 'released') begin
    delete from happening where what = 'result'
        and ref_id in (select id from lab_result where line_id = new.id);
    insert into happening select * from happened where what = 'result'
        and ref_id in (select id from lab_result where line_id = new.id);
end;
create trigger lab_test_told_again after update of name on lab_test
    when new.name <> old.name begin
    update happening set words = new.name where what = 'result' and ref_id in (select r.id from lab_line l
        join lab_result r on r.line_id = l.id where l.test_id = new.id);
end;
create trigger prescription_line_told after insert on prescription_line
    when new.state <> 'draft' begin
    delete from happening where what = 'prescription' and ref_id = new.prescription_id;
    insert into happening select * from happened where what = 'prescription' and ref_id = new.prescription_id;
end;
create trigger prescription_line_told_again after update of state on prescription_line
    when new.state = 'cancelled' or old.state = 'draft' begin
    delete from happening where what = 'prescription' and ref_id = new.prescription_id;
    insert into happening select * from happened where what = 'prescription' and ref_id = new.prescription_id;
end;
