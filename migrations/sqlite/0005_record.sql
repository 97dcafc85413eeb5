-- What is known of a patient's health: allergies, conditions, background, alerts. Sealed records, emergencies, reviews.
-- Nothing here is overwritten: a change is a new row that names the one it replaces.

create table allergen (
    id integer primary key,
    kind text not null constraint allergen_kind check (kind in ('medicine', 'class', 'food', 'environment', 'other')),
    code text not null,
    name text not null,
    words text not null,
    active integer not null check (active in (0, 1)) default 1
) strict;
create unique index allergen_kind_code_unique on allergen (kind, code);

create table allergy (
    id integer primary key,
    patient_id integer not null references patient (id),
    replaces_id integer references allergy (id),
    kind text not null constraint allergy_kind check (kind in ('medicine', 'class', 'food', 'environment', 'other')),
    code text not null default '',
    substance text not null constraint allergy_substance check (length(trim(substance)) > 0),
    reaction text not null default '',
    severity text not null constraint allergy_severity check (severity in ('mild', 'moderate', 'severe', 'unknown')),
    certainty text not null constraint allergy_certainty check (certainty in ('told', 'likely', 'confirmed')),
    since text not null default '',
    note text not null default '',
    state text not null constraint allergy_state check (state in ('active', 'refuted', 'entered_in_error')),
    reason text not null default '',
    recorded_by integer references account (id),
    recorded_name text not null,
    recorded_at text not null,
    constraint allergy_ended_with_reason
        check (state = 'active' or (replaces_id is not null and length(trim(reason)) >= 3))
) strict;
create unique index allergy_replaces_id_unique on allergy (replaces_id);
create index allergy_patient on allergy (patient_id, id);

-- "No known allergies" as a fact with who and when; the newest row of a patient counts.
create table allergy_none (
    id integer primary key,
    patient_id integer not null references patient (id),
    state text not null constraint allergy_none_state check (state in ('stated', 'withdrawn')),
    reason text not null default '',
    recorded_by integer references account (id),
    recorded_name text not null,
    recorded_at text not null,
    constraint allergy_none_withdrawn_with_reason check (state = 'stated' or length(trim(reason)) >= 3)
) strict;
create index allergy_none_patient on allergy_none (patient_id, id);

-- Told texts that somebody who treats has dealt with: the banner shows a told text until then.
create table told_answer (
    id integer primary key,
    patient_id integer not null references patient (id),
    told text not null,
    recorded_by integer references account (id),
    recorded_name text not null,
    recorded_at text not null
) strict;
create index told_answer_patient on told_answer (patient_id, id);

create table health_entry (
    id integer primary key,
    patient_id integer not null references patient (id),
    replaces_id integer references health_entry (id),
    kind text not null constraint health_entry_kind check (kind in
        ('condition', 'surgery', 'family', 'social', 'pregnancy', 'blood_group', 'genotype', 'alert')),
    code text not null default '',
    words text not null constraint health_entry_words check (length(trim(words)) > 0),
    since text not null default '',
    until_on text,
    note text not null default '',
    source text not null default '' constraint health_entry_source check (source in ('', 'told', 'tested')),
    shared integer not null check (shared in (0, 1)) default 0,
    everyone integer not null check (everyone in (0, 1)) default 0,
    state text not null constraint health_entry_state check (state in ('active', 'ended', 'entered_in_error')),
    reason text not null default '',
    recorded_by integer references account (id),
    recorded_name text not null,
    recorded_at text not null,
    constraint health_entry_fact_has_source check ((kind in ('blood_group', 'genotype')) = (source <> '')),
    constraint health_entry_fact check (case kind
        when 'blood_group' then words in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')
        when 'genotype' then words in ('AA', 'AS', 'AC', 'SS', 'SC', 'CC') else 1 end),
    constraint health_entry_alert check (kind <> 'alert'
        or code in ('interpreter', 'falls', 'needs_review', 'infection_risk', 'other')),
    constraint health_entry_everyone check (kind = 'alert' or not everyone),
    constraint health_entry_shared check (kind in ('condition', 'surgery') or not shared),
    constraint health_entry_ended_with_reason check (state = 'active' or (replaces_id is not null
        and ((state = 'ended' and kind <> 'alert') or length(trim(reason)) >= 3)))
) strict;
create unique index health_entry_replaces_id_unique on health_entry (replaces_id);
create index health_entry_patient on health_entry (patient_id, id);

-- A sealed record: a reason does not open it, nor does an open visit; only an emergency, or treating the patient oneself.
create table record_seal (
    id integer primary key,
    patient_id integer not null references patient (id),
    reason text not null constraint record_seal_reason check (length(trim(reason)) >= 3),
    sealed_by integer not null references account (id),
    sealed_name text not null,
    sealed_at text not null,
    lift_reason text not null default '',
    lifted_by integer references account (id),
    lifted_name text not null default '',
    lifted_at text,
    constraint record_seal_lifted check ((lifted_at is null) = (lifted_by is null)
        and (lifted_at is null or length(trim(lift_reason)) >= 3))
) strict;
create unique index record_seal_patient_id_unique on record_seal (patient_id) where lifted_at is null;

-- A sealed visit: what was found and said in it is read by those who treated in it only; medicines stay visible (rule A3).
-- Nobody sealed it where the reason of the booking does so.
create table visit_seal (
    visit_id integer primary key references visit (id),
    patient_id integer not null references patient (id),
    sealed_by integer references account (id),
    sealed_name text not null,
    sealed_at text not null
) strict;
create index visit_seal_patient on visit_seal (patient_id);

-- What the records officer found about an emergency, within seven days (rule A4).
create table record_opening_review (
    opening_id integer primary key references record_opening (id),
    verdict text not null constraint record_opening_review_verdict
        check (verdict in ('justified', 'not_justified', 'unclear')),
    words text not null constraint record_opening_review_words check (length(trim(words)) >= 5),
    reviewed_by integer not null references account (id),
    reviewed_name text not null,
    reviewed_at text not null
) strict;

-- The patient has read that somebody opened the record in an emergency.
create table record_opening_seen (
    opening_id integer primary key references record_opening (id),
    patient_id integer not null references patient (id),
    seen_at text not null
) strict;

create index record_opening_emergency on record_opening (opened_at, id) where kind = 'emergency';
create index record_opening_emergency_patient on record_opening (patient_id, id) where kind = 'emergency';

create trigger allergy_replaces before insert on allergy when new.replaces_id is not null
begin
    select raise(abort, 'allergy_replaces') where not exists (select 1 from allergy
        where id = new.replaces_id and patient_id = new.patient_id and state = 'active');
end;
create trigger allergy_twice before insert on allergy when new.state = 'active'
begin
    select raise(abort, 'allergy_twice') where exists (select 1 from allergy a
        where a.patient_id = new.patient_id and a.state = 'active' and a.id is not new.replaces_id
          and case new.code when '' then a.code = '' and lower(a.substance) = lower(new.substance)
              else a.kind = new.kind and a.code = new.code end
          and not exists (select 1 from allergy n where n.replaces_id = a.id));
end;
create trigger allergy_withdraws_none after insert on allergy when new.state = 'active'
begin
    insert into allergy_none (patient_id, state, reason, recorded_by, recorded_name, recorded_at)
    select new.patient_id, 'withdrawn', 'An allergy was recorded', new.recorded_by, new.recorded_name, new.recorded_at
    where (select state from allergy_none where patient_id = new.patient_id order by id desc limit 1) = 'stated';
end;
create trigger allergy_none_known before insert on allergy_none when new.state = 'stated'
begin
    select raise(abort, 'allergy_none_known') where exists (select 1 from allergy a
        where a.patient_id = new.patient_id and a.state = 'active'
          and not exists (select 1 from allergy n where n.replaces_id = a.id));
end;
create trigger health_entry_replaces before insert on health_entry when new.replaces_id is not null
begin
    select raise(abort, 'health_entry_replaces') where not exists (select 1 from health_entry
        where id = new.replaces_id and patient_id = new.patient_id and kind = new.kind and state = 'active');
end;
create trigger health_entry_twice before insert on health_entry when new.state = 'active'
begin
    select raise(abort, 'health_entry_twice') where exists (select 1 from health_entry a
        where a.patient_id = new.patient_id and a.state = 'active' and a.kind = new.kind and a.id is not new.replaces_id
          and (a.kind in ('blood_group', 'genotype', 'pregnancy') or (a.code = new.code and lower(a.words) = lower(new.words)))
          and not exists (select 1 from health_entry n where n.replaces_id = a.id));
end;
create trigger record_opening_review_own before insert on record_opening_review
begin
    select raise(abort, 'record_opening_review_own') where not exists (select 1 from record_opening
        where id = new.opening_id and kind = 'emergency' and account_id <> new.reviewed_by);
end;
create trigger record_seal_kept before update on record_seal when old.lifted_at is not null
    or new.reason <> old.reason or new.sealed_by <> old.sealed_by or new.sealed_at <> old.sealed_at or new.patient_id <> old.patient_id
begin
    select raise(abort, 'record_seal_kept');
end;
create trigger record_seal_no_delete before delete on record_seal begin select raise(abort, 'record_seal_kept'); end;
create trigger visit_seal_whose before insert on visit_seal
    when not exists (select 1 from visit v where v.id = new.visit_id and v.patient_id = new.patient_id) begin
    select raise(abort, 'visit_seal_whose');
end;
create trigger visit_sealed_by_reason after insert on visit when new.appointment_id is not null begin
    insert into visit_seal (visit_id, patient_id, sealed_name, sealed_at)
    select new.id, new.patient_id, '', new.opened_at from appointment a join visit_reason r on r.id = a.reason_id
    where a.id = new.appointment_id and r.seals_visit on conflict do nothing;
end;
create trigger visit_sealed_by_another_reason after update of appointment_id on visit
    when new.appointment_id is not null and new.appointment_id is not old.appointment_id begin
    insert into visit_seal (visit_id, patient_id, sealed_name, sealed_at)
    select new.id, new.patient_id, '', new.opened_at from appointment a join visit_reason r on r.id = a.reason_id
    where a.id = new.appointment_id and r.seals_visit on conflict do nothing;
end;
create trigger visit_seal_no_update before update on visit_seal begin select raise(abort, 'visit_seal_kept'); end;
create trigger allergy_no_update before update on allergy begin select raise(abort, 'allergy_append_only'); end;
create trigger allergy_no_delete before delete on allergy begin select raise(abort, 'allergy_append_only'); end;
create trigger allergy_none_no_update before update on allergy_none begin select raise(abort, 'allergy_none_append_only'); end;
create trigger allergy_none_no_delete before delete on allergy_none begin select raise(abort, 'allergy_none_append_only'); end;
create trigger told_answer_no_update before update on told_answer begin select raise(abort, 'told_answer_append_only'); end;
create trigger told_answer_no_delete before delete on told_answer begin select raise(abort, 'told_answer_append_only'); end;
create trigger health_entry_no_update before update on health_entry begin select raise(abort, 'health_entry_append_only'); end;
create trigger health_entry_no_delete before delete on health_entry begin select raise(abort, 'health_entry_append_only'); end;
create trigger record_opening_review_no_update before update on record_opening_review begin select raise(abort, 'record_opening_review_append_only'); end;
create trigger record_opening_review_no_delete before delete on record_opening_review begin select raise(abort, 'record_opening_review_append_only'); end;
create trigger record_opening_seen_no_update before update on record_opening_seen begin select raise(abort, 'record_opening_seen_append_only'); end;
create trigger record_opening_seen_no_delete before delete on record_opening_seen begin select raise(abort, 'record_opening_seen_append_only'); end;
