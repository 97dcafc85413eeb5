-- Prescribing: the catalogue of medicines, classes and interactions, prescriptions with their lines, favourites (rules §7).

create table prescribing_setting (
    id integer primary key check (id = 1),
    valid_days integer not null constraint prescribing_setting_valid check (valid_days between 1 and 365),
    controlled_days integer not null constraint prescribing_setting_controlled check (controlled_days between 1 and 365),
    version integer not null default 1,
    constraint prescribing_setting_shorter check (controlled_days <= valid_days)
) strict;
insert into prescribing_setting (id, valid_days, controlled_days) values (1, 90, 7);

-- Families of medicines; `also` names those that may cross-react. Classes by use serve duplicates only, never allergies.
create table medicine_class (
    code text primary key,
    name text not null,
    also text not null default '',
    level text not null default '' constraint medicine_class_level check (level in ('', 'caution', 'stop')),
    by_use integer not null check (by_use in (0, 1)) default 0
) strict;

create table medicine_interaction (
    id integer primary key,
    a text not null,
    b text not null,
    severity text not null constraint medicine_interaction_severity check (severity in ('caution', 'stop')),
    effect text not null,
    advice text not null
) strict;
create unique index medicine_interaction_a_b_unique on medicine_interaction (a, b);

-- Amounts are whole numbers: doses in thousandths of the unit, prices in kobo. `step` is the least that leaves the
-- pharmacy, in units: a bottle is not divided, a strip of tablets is.
create table medicine (
    id integer primary key,
    code text not null,
    generic text not null,
    strength text not null,
    form text not null,
    route text not null,
    unit text not null constraint medicine_unit check (unit in ('tablet', 'capsule', 'mL', 'drop', 'puff', 'tube', 'ampoule',
        'vial', 'bottle', 'sachet', 'suppository', 'pessary', 'patch', 'piece')),
    pack integer not null constraint medicine_pack check (pack between 1 and 10000),
    step integer not null constraint medicine_step check (step between 1 and 10000),
    ingredients text not null,
    classes text not null default '',
    dose integer constraint medicine_dose check (dose between 1 and 1000000),
    times_a_day integer constraint medicine_times check (times_a_day between 1 and 6),
    days integer constraint medicine_days check (days between 1 and 365),
    as_needed integer not null check (as_needed in (0, 1)) default 0,
    max_doses_a_day integer constraint medicine_max check (max_doses_a_day between 1 and 24),
    controlled integer not null check (controlled in (0, 1)) default 0,
    valid_days integer constraint medicine_valid check (valid_days between 1 and 365),
    min_age integer constraint medicine_age check (min_age between 0 and 120),
    pregnancy text not null constraint medicine_pregnancy check (pregnancy in ('ok', 'caution', 'avoid')),
    brands text not null default '',
    manufacturer text not null default '',
    advice text not null default '',
    price integer not null constraint medicine_price check (price between 0 and 100000000),
    reorder_level integer constraint medicine_reorder check (reorder_level between 0 and 1000000),
    folded text not null,
    uses integer not null default 0,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index medicine_code_unique on medicine (code);
create index medicine_folded on medicine (folded, id);
-- What could be given instead of another one.
create index medicine_ingredients on medicine (ingredients, route);

-- The words by which a medicine is found: generic and brand names, strength, form.
create table medicine_term (
    term text not null,
    medicine_id integer not null references medicine (id),
    primary key (term, medicine_id)
) strict;
create index medicine_term_medicine on medicine_term (medicine_id, term);

-- How often somebody prescribed it: what one uses stands first.
create table medicine_use (
    account_id integer not null references account (id),
    medicine_id integer not null references medicine (id),
    uses integer not null default 1,
    primary key (account_id, medicine_id)
) strict;

-- The family of an ingredient, worked out from the catalogue; not sure where it only stands in combinations.
create table ingredient_class (
    ingredient text not null,
    class text not null,
    sure integer not null check (sure in (0, 1)),
    primary key (ingredient, class)
) strict;

create table prescription (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    prescriber_id integer not null references account (id),
    prescriber_name text not null,
    note_id integer,
    state text not null constraint prescription_state check (state in ('draft', 'signed')),
    code text,
    begun_at text not null,
    signed_at text,
    valid_until text,
    allergies text not null default '',
    compared text not null default '',
    constraint prescription_signed check ((state = 'signed') = (code is not null)
        and (state = 'signed') = (signed_at is not null) and (state = 'signed') = (valid_until is not null)),
    constraint prescription_code_length check (code is null or length(code) >= 26)
) strict;
create unique index prescription_code_unique on prescription (code) where code is not null;
create unique index prescription_visit_id_prescriber_id_unique on prescription (visit_id, prescriber_id) where state = 'draft';
create index prescription_visit on prescription (visit_id, id);
create index prescription_patient on prescription (patient_id, id);
create trigger prescription_kept before update on prescription when old.state = 'signed'
begin select raise(abort, 'prescription_signed_kept'); end;
create trigger prescription_no_delete before delete on prescription when old.state = 'signed'
begin select raise(abort, 'prescription_signed_kept'); end;

-- A line carries what was prescribed, as it was called then. What is given and returned is counted by the pharmacy;
-- `given_ahead` and `returned_ahead` are the part of it that was invoiced before it was given (decision 025).
create table prescription_line (
    id integer primary key,
    prescription_id integer not null references prescription (id),
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    prescriber_id integer not null references account (id),
    medicine_id integer references medicine (id),
    state text not null constraint prescription_line_known_state check (state in
        ('draft', 'open', 'partly', 'complete', 'paused', 'closed', 'cancelled')),
    name text not null,
    strength text not null,
    form text not null,
    route text not null,
    unit text not null,
    step integer not null constraint prescription_line_step check (step between 1 and 10000),
    controlled integer not null check (controlled in (0, 1)) default 0,
    dose integer constraint prescription_line_dose check (dose between 1 and 1000000),
    frequency text not null,
    max_doses_a_day integer constraint prescription_line_max check (max_doses_a_day between 1 and 24),
    days integer constraint prescription_line_days check (days between 1 and 365),
    quantity integer not null constraint prescription_line_quantity check (quantity between 1 and 10000),
    directions text not null,
    instructions text not null default '',
    advice text not null default '',
    reason text not null default '',
    set_code text not null default '',
    replaces_id integer references prescription_line (id),
    -- The line that is prescribed again by it: whether that one was stopped is said here, too.
    repeats_id integer references prescription_line (id),
    signed_at text,
    valid_until text,
    course_until text,
    given integer not null default 0 check (given >= 0),
    returned integer not null default 0 check (returned >= 0),
    given_ahead integer not null default 0,
    returned_ahead integer not null default 0,
    -- The clinic could not give what was asked for: it is told and reserved when it comes in (rule P9).
    owed integer not null check (owed in (0, 1)) default 0,
    state_reason text not null default '',
    ended_at text,
    version integer not null default 1,
    -- What is not divided leaves whole.
    constraint prescription_line_whole check (quantity % step = 0),
    constraint prescription_line_given check (given - returned <= quantity),
    constraint prescription_line_returned check (returned <= given),
    constraint prescription_line_ahead check (given_ahead between 0 and given and returned_ahead between 0 and returned
        and returned_ahead <= given_ahead),
    constraint prescription_line_untouched check (state not in ('draft', 'open', 'cancelled') or given = 0),
    constraint prescription_line_partly check (state <> 'partly' or given > 0),
    constraint prescription_line_complete check (state <> 'complete' or given - returned = quantity),
    constraint prescription_line_as_needed check (frequency <> 'prn' or max_doses_a_day is not null),
    constraint prescription_line_told check (state not in ('paused', 'closed', 'cancelled') or length(trim(state_reason)) >= 3),
    constraint prescription_line_signed_at check ((state = 'draft') = (signed_at is null)
        and (state = 'draft') = (valid_until is null))
) strict;
create index prescription_line_prescription on prescription_line (prescription_id, id);
create index prescription_line_patient on prescription_line (patient_id, signed_at, id);
create index prescription_line_visit on prescription_line (visit_id, id);
create index prescription_line_open on prescription_line (signed_at, id) where state in ('open', 'partly', 'paused');
create index prescription_line_medicine on prescription_line (medicine_id, id) where medicine_id is not null;
create unique index prescription_line_replaces_id_unique on prescription_line (replaces_id) where replaces_id is not null;
create index prescription_line_repeats on prescription_line (repeats_id) where repeats_id is not null;

-- A line goes only where rule P4 lets it go, whoever writes.
create trigger prescription_line_state before update of state on prescription_line when old.state <> new.state and not (
    (old.state = 'draft' and new.state = 'open')
    or (old.state = 'open' and new.state in ('partly', 'complete', 'paused', 'closed', 'cancelled'))
    or (old.state = 'partly' and new.state in ('complete', 'paused', 'closed'))
    or (old.state = 'complete' and new.state in ('partly', 'closed'))
    or (old.state = 'paused' and new.state in ('open', 'partly', 'closed', 'cancelled')))
begin select raise(abort, 'prescription_line_state'); end;
-- What was signed is never rewritten (rule P5).
create trigger prescription_line_kept before update on prescription_line when old.state <> 'draft' and (
    old.prescription_id <> new.prescription_id or old.patient_id <> new.patient_id or old.visit_id <> new.visit_id
    or old.prescriber_id <> new.prescriber_id or old.medicine_id is not new.medicine_id
    or old.name <> new.name or old.strength <> new.strength or old.form <> new.form or old.route <> new.route
    or old.unit <> new.unit or old.step <> new.step or old.controlled <> new.controlled or old.dose is not new.dose
    or old.frequency <> new.frequency or old.max_doses_a_day is not new.max_doses_a_day or old.days is not new.days
    or old.quantity <> new.quantity or old.directions <> new.directions or old.instructions <> new.instructions
    or old.reason <> new.reason or old.signed_at is not new.signed_at or old.valid_until is not new.valid_until
    or old.course_until is not new.course_until or old.replaces_id is not new.replaces_id
    or old.repeats_id is not new.repeats_id)
begin select raise(abort, 'prescription_line_kept'); end;
-- Counters only grow: what came back is counted apart.
create trigger prescription_line_counters before update of given, returned, given_ahead, returned_ahead on prescription_line
    when new.given < old.given or new.returned < old.returned or new.given_ahead < old.given_ahead
    or new.returned_ahead < old.returned_ahead
begin select raise(abort, 'prescription_line_counters'); end;
create trigger prescription_line_no_delete before delete on prescription_line when old.state <> 'draft'
begin select raise(abort, 'prescription_line_kept'); end;

-- What was warned of when a line was signed, and why it was signed all the same.
create table prescription_warning (
    id integer primary key,
    line_id integer not null references prescription_line (id),
    kind text not null,
    tier text not null constraint prescription_warning_tier check (tier in ('stop', 'caution', 'note')),
    about text not null,
    words text not null,
    advice text not null default '',
    reason text not null default '',
    account_id integer references account (id),
    account_name text not null,
    at text not null,
    constraint prescription_warning_reason check (tier <> 'stop' or length(trim(reason)) >= 5)
) strict;
create index prescription_warning_line on prescription_warning (line_id, id);
create index prescription_warning_at on prescription_warning (at);
create trigger prescription_warning_no_update before update on prescription_warning
begin select raise(abort, 'prescription_warning_append_only'); end;
create trigger prescription_warning_no_delete before delete on prescription_warning
begin select raise(abort, 'prescription_warning_append_only'); end;

-- What was taken out of a draft again while a warning stopped it: with the stops that were overridden, how often they are.
create table prescription_heeded (
    id integer primary key,
    kind text not null,
    name text not null,
    account_id integer references account (id),
    at text not null
) strict;
create index prescription_heeded_at on prescription_heeded (at);

create table prescription_event (
    id integer primary key,
    line_id integer not null references prescription_line (id),
    at text not null,
    move text not null,
    from_state text not null,
    to_state text not null,
    account_id integer references account (id),
    account_name text not null,
    reason text not null default ''
) strict;
create index prescription_event_line on prescription_event (line_id, id);
create trigger prescription_event_no_update before update on prescription_event
begin select raise(abort, 'prescription_event_append_only'); end;
create trigger prescription_event_no_delete before delete on prescription_event
begin select raise(abort, 'prescription_event_append_only'); end;

-- What a doctor prescribes with one press (CO11).
create table prescribing_favourite (
    id integer primary key,
    account_id integer not null references account (id),
    medicine_id integer not null references medicine (id),
    dose integer constraint prescribing_favourite_dose check (dose between 1 and 1000000),
    frequency text not null,
    max_doses_a_day integer constraint prescribing_favourite_max check (max_doses_a_day between 1 and 24),
    days integer constraint prescribing_favourite_days check (days between 1 and 365),
    quantity integer not null constraint prescribing_favourite_quantity check (quantity between 1 and 10000),
    instructions text not null default '',
    words text not null,
    created_at text not null
) strict;
create index prescribing_favourite_account on prescribing_favourite (account_id, id);
create unique index prescribing_favourite_same_unique on prescribing_favourite
    (account_id, medicine_id, coalesce(dose, 0), frequency, coalesce(days, 0), quantity);
