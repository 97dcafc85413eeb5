-- Diagnoses and procedures: what they are chosen from, and what was written in visits (decision 019).

-- `own` is the clinic's list with ICD-10 codes, in which one code may carry several terms; the others are imported.
create table diagnosis_code (
    id integer primary key,
    system text not null constraint diagnosis_code_system check (system in ('own', 'icd10', 'icd11')),
    code text not null,
    term text not null,
    plain_name text not null,
    synonyms text not null default '',
    area text not null default '',
    sensitive integer not null check (sensitive in (0, 1)) default 0,
    active integer not null check (active in (0, 1)) default 1,
    uses integer not null default 0,
    constraint diagnosis_code_filled check (code <> '' and term <> '' and plain_name <> '')
) strict;
create unique index diagnosis_code_system_code_term_unique on diagnosis_code (system, code, term);
create unique index diagnosis_code_system_code_unique on diagnosis_code (system, code) where system <> 'own';
create index diagnosis_code_code on diagnosis_code (code);

-- The folded words of term, plain name, synonyms and code. One index range a typed word.
create table diagnosis_word (
    word text not null,
    code_id integer not null references diagnosis_code (id),
    primary key (word, code_id)
) strict, without rowid;
create index diagnosis_word_code on diagnosis_word (code_id, word);

-- How often somebody has used a code: the own ones come first.
create table diagnosis_use (
    account_id integer not null references account (id),
    code_id integer not null references diagnosis_code (id),
    uses integer not null,
    last_at text not null,
    primary key (account_id, code_id)
) strict, without rowid;
create index diagnosis_use_code on diagnosis_use (code_id);

-- A diagnosis of a visit: a draft of its author until it is signed under a note, then immutable. Code, term and plain
-- name are what they were when it was chosen; without a code it is free text.
create table diagnosis (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    note_id integer,
    code_id integer references diagnosis_code (id),
    system text not null constraint diagnosis_system check (system in ('', 'own', 'icd10', 'icd11')),
    code text not null,
    term text not null constraint diagnosis_term check (term <> ''),
    plain_name text not null constraint diagnosis_plain check (plain_name <> ''),
    sensitive integer not null check (sensitive in (0, 1)),
    certainty text not null constraint diagnosis_certainty check (certainty in ('suspected', 'confirmed', 'ruled_out')),
    is_main integer not null check (is_main in (0, 1)),
    onset text not null default '',
    state text not null constraint diagnosis_state check (state in ('draft', 'signed', 'entered_in_error')),
    recorded_by integer not null references account (id),
    recorded_name text not null,
    recorded_at text not null,
    signed_at text,
    error_by integer references account (id),
    error_name text not null default '',
    error_at text,
    error_reason text not null default '',
    constraint diagnosis_free_text check ((code_id is null) = (code = '') and (code_id is null) = (system = '')),
    constraint diagnosis_signed check ((state = 'draft') = (signed_at is null)),
    constraint diagnosis_error check ((state = 'entered_in_error') = (error_at is not null)
        and (error_at is null) = (error_by is null) and (error_at is null or length(trim(error_reason)) >= 5)),
    constraint diagnosis_main_ruled_out check (is_main = 0 or certainty <> 'ruled_out')
) strict;
create index diagnosis_visit on diagnosis (visit_id, id);
create index diagnosis_patient on diagnosis (patient_id, id);
create index diagnosis_note on diagnosis (note_id) where note_id is not null;
create index diagnosis_code_id on diagnosis (code_id) where code_id is not null;
create unique index diagnosis_visit_id_recorded_by_term_unique on diagnosis (visit_id, recorded_by, code, term)
    where state = 'draft';
create unique index diagnosis_visit_id_recorded_by_main_unique on diagnosis (visit_id, recorded_by)
    where state = 'draft' and is_main = 1;
create trigger diagnosis_open_visit before insert on diagnosis when new.state = 'draft'
begin
    select raise(abort, 'diagnosis_open_visit') where not exists
        (select 1 from visit where id = new.visit_id and patient_id = new.patient_id and closed_at is null);
end;
create trigger diagnosis_no_delete before delete on diagnosis when old.state <> 'draft'
begin select raise(abort, 'diagnosis_kept'); end;
create trigger diagnosis_kept before update on diagnosis when old.visit_id <> new.visit_id
    or old.patient_id <> new.patient_id or old.recorded_by <> new.recorded_by or old.code_id is not new.code_id
    or old.code <> new.code or old.term <> new.term or old.plain_name <> new.plain_name
    or old.system <> new.system or old.sensitive <> new.sensitive or old.recorded_name <> new.recorded_name
    or (old.state = 'draft' and new.state = 'entered_in_error') or old.state = 'entered_in_error'
    or (old.state = 'signed' and (new.state <> 'entered_in_error' or old.note_id is not new.note_id
        or old.certainty <> new.certainty or old.is_main <> new.is_main or old.onset <> new.onset
        or old.recorded_at <> new.recorded_at or old.signed_at <> new.signed_at))
begin select raise(abort, 'diagnosis_kept'); end;

-- What the clinic does besides medicines and tests, with its price and what it usually takes.
create table procedure_kind (
    id integer primary key,
    code text not null,
    name text not null,
    plain_name text not null,
    search_words text not null,
    price integer not null constraint procedure_kind_price check (price between 0 and 100000000),
    minutes integer not null constraint procedure_kind_minutes check (minutes between 1 and 1440),
    consent integer not null check (consent in (0, 1)),
    sensitive integer not null check (sensitive in (0, 1)) default 0,
    active integer not null check (active in (0, 1)) default 1,
    position integer not null,
    version integer not null default 1
) strict;
create unique index procedure_kind_code_unique on procedure_kind (code);

-- What one procedure usually takes, in words and in whole units of the smallest size that is given out.
create table procedure_supply (
    id integer primary key,
    kind_id integer not null references procedure_kind (id),
    item text not null constraint procedure_supply_item check (item <> ''),
    quantity integer not null constraint procedure_supply_quantity check (quantity between 1 and 10000),
    unit text not null,
    position integer not null
) strict;
create unique index procedure_supply_kind_id_item_unique on procedure_supply (kind_id, item);

-- A procedure of a visit: a draft of its author, planned when signed, then done or cancelled. Name and price are what
-- they were when it was planned.
create table visit_procedure (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    note_id integer,
    kind_id integer not null references procedure_kind (id),
    name text not null,
    plain_name text not null,
    price integer not null constraint visit_procedure_price check (price between 0 and 100000000),
    needs_consent integer not null check (needs_consent in (0, 1)),
    sensitive integer not null check (sensitive in (0, 1)),
    instruction text not null default '',
    state text not null constraint visit_procedure_known_state check (state in
        ('draft', 'planned', 'done', 'cancelled', 'entered_in_error')),
    planned_by integer not null references account (id),
    planned_name text not null,
    planned_at text not null,
    done_by integer references account (id),
    done_name text not null default '',
    done_at text,
    outcome text not null default '',
    consent_by text not null default '',
    consent_at text,
    ended_by integer references account (id),
    ended_name text not null default '',
    ended_at text,
    reason text not null default '',
    version integer not null default 1,
    constraint visit_procedure_done check ((done_at is null) = (done_by is null) and (state <> 'done' or done_at is not null)
        and (state not in ('draft', 'planned', 'cancelled') or done_at is null)),
    constraint visit_procedure_consent check (done_at is null or needs_consent = 0
        or (consent_at is not null and length(trim(consent_by)) >= 2)),
    constraint visit_procedure_ended check ((state in ('cancelled', 'entered_in_error')) = (ended_at is not null)
        and (ended_at is null) = (ended_by is null) and (ended_at is null or length(trim(reason)) >= 5))
) strict;
create index visit_procedure_visit on visit_procedure (visit_id, id);
create index visit_procedure_patient on visit_procedure (patient_id, id);
create index visit_procedure_note on visit_procedure (note_id) where note_id is not null;
create index visit_procedure_open on visit_procedure (visit_id) where state = 'planned';
create index visit_procedure_kind on visit_procedure (kind_id);
create trigger visit_procedure_open_visit before insert on visit_procedure when new.state in ('draft', 'planned')
begin
    select raise(abort, 'visit_procedure_open_visit') where not exists
        (select 1 from visit where id = new.visit_id and patient_id = new.patient_id and closed_at is null);
end;
create trigger visit_procedure_plan before update of state on visit_procedure when new.state = 'planned'
begin
    select raise(abort, 'visit_procedure_open_visit') where not exists
        (select 1 from visit where id = new.visit_id and closed_at is null);
end;
create trigger visit_procedure_no_delete before delete on visit_procedure when old.state <> 'draft'
begin select raise(abort, 'visit_procedure_kept'); end;
-- It goes only forward, whoever writes.
create trigger visit_procedure_state before update of state on visit_procedure when old.state <> new.state and not (
    (old.state = 'draft' and new.state = 'planned')
    or (old.state = 'planned' and new.state in ('done', 'cancelled'))
    or (old.state = 'done' and new.state = 'entered_in_error'))
begin select raise(abort, 'visit_procedure_state'); end;
create trigger visit_procedure_kept before update on visit_procedure when old.visit_id <> new.visit_id
    or old.patient_id <> new.patient_id or old.kind_id <> new.kind_id or old.name <> new.name
    or old.plain_name <> new.plain_name or old.price <> new.price or old.needs_consent <> new.needs_consent
    or old.sensitive <> new.sensitive or old.planned_by <> new.planned_by or old.planned_name <> new.planned_name
    or (old.state <> 'draft' and (old.instruction <> new.instruction or old.note_id is not new.note_id
        or old.planned_at <> new.planned_at or old.state = new.state))
    or (old.done_at is not null and (old.done_at <> new.done_at or old.done_by <> new.done_by
        or old.done_name <> new.done_name or old.outcome <> new.outcome or old.consent_by <> new.consent_by
        or old.consent_at is not new.consent_at))
begin select raise(abort, 'visit_procedure_kept'); end;

-- What was really used.
create table procedure_used (
    id integer primary key,
    procedure_id integer not null references visit_procedure (id),
    item text not null constraint procedure_used_item check (item <> ''),
    quantity integer not null constraint procedure_used_quantity check (quantity between 1 and 10000),
    unit text not null
) strict;
create unique index procedure_used_procedure_id_item_unique on procedure_used (procedure_id, item);
create trigger procedure_used_no_update before update on procedure_used begin select raise(abort, 'procedure_used_append_only'); end;
create trigger procedure_used_no_delete before delete on procedure_used begin select raise(abort, 'procedure_used_append_only'); end;

-- A visit ends only when what was planned is done or cancelled (rule V2); who left or was forgotten at the day's end has
-- left it open, and the visit says so.
create trigger visit_open_procedures before update of closed_at on visit
    when old.closed_at is null and new.closed_at is not null and new.close_reason = 'finished'
begin
    select raise(abort, 'visit_open_procedures') where exists
        (select 1 from visit_procedure where visit_id = new.id and state = 'planned');
end;
