-- The laboratory: its catalogue, orders, samples, results in versions, call-backs, reviews, health records (rules §10).

create table lab_setting (
    id integer primary key check (id = 1),
    self_verify integer not null check (self_verify in (0, 1)),
    patient_delay_days integer not null constraint lab_setting_delay check (patient_delay_days between 0 and 60),
    version integer not null default 1
) strict;
insert into lab_setting (id, self_verify, patient_delay_days) values (1, 0, 3);

create table lab_test (
    id integer primary key,
    code text not null,
    name text not null,
    plain_name text not null,
    search_words text not null,
    department text not null,
    specimen text not null,
    is_panel integer not null check (is_panel in (0, 1)) default 0,
    price integer not null constraint lab_test_price check (price between 0 and 100000000),
    in_person integer not null check (in_person in (0, 1)) default 0,
    target_minutes integer not null constraint lab_test_target check (target_minutes between 1 and 100000),
    preparation text not null default '',
    active integer not null check (active in (0, 1)) default 1,
    position integer not null,
    version integer not null default 1
) strict;
create unique index lab_test_code_unique on lab_test (code);

create table lab_panel_member (
    panel_id integer not null references lab_test (id),
    test_id integer not null references lab_test (id),
    primary key (panel_id, test_id),
    constraint lab_panel_member_itself check (panel_id <> test_id)
) strict;

create table lab_analyte (
    id integer primary key,
    test_id integer not null references lab_test (id),
    code text not null,
    name text not null,
    plain_name text not null,
    kind text not null constraint lab_analyte_kind check (kind in ('number', 'choice', 'text')),
    unit text not null default '',
    method text not null default '',
    decimals integer not null default 0 constraint lab_analyte_decimals check (decimals between 0 and 4),
    hard_low integer,
    hard_high integer,
    position integer not null,
    -- Whether nobody misses it: it has no meaning where the test finds nothing.
    optional integer not null default 0 constraint lab_analyte_optional check (optional in (0, 1)),
    constraint lab_analyte_hard check (hard_low is null or hard_high is null or hard_low < hard_high)
) strict;
create unique index lab_analyte_test_id_code_unique on lab_analyte (test_id, code);

create table lab_choice (
    analyte_id integer not null references lab_analyte (id),
    words text not null,
    flag text not null constraint lab_choice_flag check (flag in ('normal', 'abnormal', 'critical')),
    position integer not null,
    primary key (analyte_id, words)
) strict;

-- By sex and by age in whole days; numbers carry the decimals of their analyte.
create table lab_range (
    id integer primary key,
    analyte_id integer not null references lab_analyte (id),
    sex text not null default '' constraint lab_range_sex check (sex in ('', 'female', 'male')),
    from_days integer not null default 0 check (from_days >= 0),
    to_days integer,
    low integer,
    high integer,
    critical_low integer,
    critical_high integer,
    constraint lab_range_ages check (to_days is null or to_days > from_days),
    constraint lab_range_order check (low is null or high is null or low <= high)
) strict;
create unique index lab_range_analyte_id_sex_from_days_unique on lab_range (analyte_id, sex, from_days);

create table lab_order (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    ordered_by integer not null references account (id),
    ordered_at text not null,
    urgent integer not null check (urgent in (0, 1)),
    question text not null default ''
) strict;
create index lab_order_visit on lab_order (visit_id, id);
create index lab_order_patient on lab_order (patient_id, id);

create table lab_sample (
    id integer primary key,
    code text not null,
    patient_id integer not null references patient (id),
    visit_id integer not null references visit (id),
    specimen text not null,
    collected_by integer not null references account (id),
    collected_at text not null,
    place text not null default '',
    replaces_id integer references lab_sample (id),
    rejected_at text,
    rejected_by integer references account (id),
    reject_reason text constraint lab_sample_reject_reason check (reject_reason in
        ('haemolysed', 'clotted', 'too_little', 'wrong_container', 'unlabelled', 'leaked', 'too_old', 'wrongly_sent', 'other')),
    reject_note text not null default '',
    constraint lab_sample_rejected check ((rejected_at is null) = (rejected_by is null)
        and (rejected_at is null) = (reject_reason is null)),
    constraint lab_sample_note check (reject_reason is null or reject_reason <> 'other' or reject_note <> '')
) strict;
create unique index lab_sample_code_unique on lab_sample (code);
create index lab_sample_visit on lab_sample (visit_id, id);
create index lab_sample_patient on lab_sample (patient_id, id);
create index lab_sample_replaces on lab_sample (replaces_id) where replaces_id is not null;

create table lab_line (
    id integer primary key,
    order_id integer not null references lab_order (id),
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    test_id integer not null references lab_test (id),
    ordered_by integer not null references account (id),
    state text not null constraint lab_line_known_state check (state in
        ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'released', 'cancelled', 'rejected')),
    urgent integer not null check (urgent in (0, 1)),
    in_person integer not null check (in_person in (0, 1)),
    price integer not null,
    requested_at text not null,
    sample_id integer references lab_sample (id),
    collected_at text,
    verified_at text,
    released_at text,
    critical integer not null check (critical in (0, 1)) default 0,
    called_back_at text,
    turnaround_minutes integer,
    patient_at text,
    -- Since when the patient could read a version that was corrected later.
    patient_since text,
    version integer not null default 1,
    constraint lab_line_sample check (state in ('requested', 'cancelled') or sample_id is not null),
    constraint lab_line_call_back check (state <> 'released' or critical = 0 or called_back_at is not null),
    constraint lab_line_in_person check (in_person = 0 or patient_at is null)
) strict;
create unique index lab_line_order_id_test_id_unique on lab_line (order_id, test_id);
create index lab_line_open on lab_line (state, requested_at) where state in
    ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected');
create index lab_line_visit on lab_line (visit_id, id);
create index lab_line_patient on lab_line (patient_id, test_id, id);
create index lab_line_sample on lab_line (sample_id) where sample_id is not null;
create index lab_line_verified on lab_line (verified_at) where verified_at is not null;
create index lab_line_test on lab_line (test_id, id);

-- A line goes only where rule L1 lets it go, whoever writes.
create trigger lab_line_state before update of state on lab_line when old.state <> new.state and not (
    (old.state = 'requested' and new.state in ('collected', 'cancelled'))
    or (old.state = 'collected' and new.state in ('received', 'rejected'))
    or (old.state = 'received' and new.state in ('in_progress', 'rejected'))
    or (old.state = 'in_progress' and new.state in ('entered', 'rejected'))
    or (old.state = 'entered' and new.state in ('verified', 'in_progress', 'rejected'))
    or (old.state = 'verified' and new.state in ('released', 'entered'))
    or (old.state = 'released' and new.state = 'entered')
    or (old.state = 'rejected' and new.state in ('collected', 'cancelled')))
begin select raise(abort, 'lab_line_state'); end;
-- What is ordered is ordered in an open visit: whoever finishes it sees every order (rule V2).
create trigger lab_line_open_visit before insert on lab_line when new.state = 'requested'
begin
    select raise(abort, 'lab_line_open_visit') where not exists
        (select 1 from visit where id = new.visit_id and patient_id = new.patient_id and closed_at is null);
end;

create table lab_step (
    id integer primary key,
    line_id integer not null references lab_line (id),
    at text not null,
    move text not null,
    from_state text,
    to_state text not null,
    account_id integer references account (id),
    sample_id integer references lab_sample (id),
    place text not null default '',
    note text not null default ''
) strict;
create index lab_step_line on lab_step (line_id, id);
create trigger lab_step_no_update before update on lab_step begin select raise(abort, 'lab_step_append_only'); end;
create trigger lab_step_no_delete before delete on lab_step begin select raise(abort, 'lab_step_append_only'); end;

create table lab_result (
    id integer primary key,
    line_id integer not null references lab_line (id),
    sample_id integer not null references lab_sample (id),
    number integer not null check (number > 0),
    state text not null constraint lab_result_state check (state in ('pending', 'current', 'superseded', 'withdrawn')),
    critical integer not null check (critical in (0, 1)),
    -- Whether it says that there is no result that counts: what it corrects is withdrawn.
    void integer not null check (void in (0, 1)) default 0,
    comment text not null default '',
    -- What the test would also measure and nobody measured, by the names of then.
    not_done text not null default '',
    corrects_id integer references lab_result (id),
    reason text not null default '',
    entered_by integer not null references account (id),
    entered_at text not null,
    verified_by integer references account (id),
    verified_at text,
    self_verified integer not null check (self_verified in (0, 1)) default 0,
    constraint lab_result_correction check (corrects_id is null or length(trim(reason)) >= 5),
    constraint lab_result_void check (void = 0 or (corrects_id is not null and critical = 0)),
    constraint lab_result_second_person check (verified_by is null or verified_by <> entered_by or self_verified = 1),
    constraint lab_result_self_marked check (self_verified = 0 or verified_by = entered_by),
    constraint lab_result_verified check ((verified_at is null) = (verified_by is null)
        and (state in ('current', 'superseded')) = (verified_by is not null))
) strict;
create unique index lab_result_line_id_number_unique on lab_result (line_id, number);
-- One version holds, and at most one more waits for its verification.
create unique index lab_result_line_id_state_unique on lab_result (line_id, state) where state in ('pending', 'current');
create index lab_result_corrects on lab_result (corrects_id) where corrects_id is not null;
create trigger lab_result_self_verify before update on lab_result
    when new.self_verified = 1 and old.self_verified = 0
begin
    select raise(abort, 'lab_result_self_verify') where not exists (select 1 from lab_setting where self_verify = 1);
end;
create trigger lab_result_no_delete before delete on lab_result begin select raise(abort, 'lab_result_kept'); end;
create trigger lab_result_kept before update on lab_result when old.state in ('superseded', 'withdrawn')
    or new.entered_by <> old.entered_by or new.entered_at <> old.entered_at or new.line_id <> old.line_id
    or new.reason <> old.reason or new.comment <> old.comment or new.critical <> old.critical or new.void <> old.void
begin select raise(abort, 'lab_result_kept'); end;

-- Nothing of a rejected sample comes to hold, except that there is no result that counts.
create trigger lab_result_rejected_sample before update of state on lab_result
    when new.state = 'current' and old.state = 'pending' and new.void = 0
begin
    select raise(abort, 'lab_result_rejected_sample') where exists (select 1 from lab_sample s
        where s.id = new.sample_id and s.rejected_at is not null);
end;
-- A test is not cancelled while a result of it holds: the result is withdrawn with it.
create trigger lab_line_result_holds before update of state on lab_line
    when new.state = 'cancelled' and old.state <> 'cancelled'
begin
    select raise(abort, 'lab_line_result_holds') where exists (select 1 from lab_result r
        where r.line_id = new.id and r.state = 'current' and r.void = 0);
end;

-- A value carries the unit, the method and the range by which it was judged (rule L4).
create table lab_value (
    id integer primary key,
    result_id integer not null references lab_result (id),
    analyte_id integer not null references lab_analyte (id),
    patient_id integer not null references patient (id),
    position integer not null,
    name text not null,
    plain_name text not null,
    kind text not null constraint lab_value_kind check (kind in ('number', 'choice', 'text')),
    unit text not null,
    method text not null,
    decimals integer not null,
    number integer,
    words text not null default '',
    low integer,
    high integer,
    critical_low integer,
    critical_high integer,
    flag text not null constraint lab_value_flag check (flag in
        ('none', 'normal', 'low', 'high', 'abnormal', 'critical_low', 'critical_high', 'critical')),
    constraint lab_value_content check ((kind = 'number' and number is not null) or (kind <> 'number' and words <> ''))
) strict;
create unique index lab_value_result_id_analyte_id_unique on lab_value (result_id, analyte_id);
create index lab_value_patient on lab_value (patient_id, analyte_id, id);
create trigger lab_value_no_update before update on lab_value begin select raise(abort, 'lab_value_append_only'); end;
create trigger lab_value_no_delete before delete on lab_value begin select raise(abort, 'lab_value_append_only'); end;

-- Who was called about a critical value, and that it was read back (rule L4); also calls that reached nobody.
create table lab_call (
    id integer primary key,
    result_id integer not null references lab_result (id),
    at text not null,
    account_id integer not null references account (id),
    told text not null,
    means text not null constraint lab_call_means check (means in ('phone', 'in_person')),
    reached integer not null check (reached in (0, 1)),
    read_back integer not null check (read_back in (0, 1)),
    note text not null default '',
    constraint lab_call_told check (length(trim(told)) >= 2),
    constraint lab_call_read_back check (reached = 0 or read_back = 1)
) strict;
create index lab_call_result on lab_call (result_id, id);
create trigger lab_call_no_update before update on lab_call begin select raise(abort, 'lab_call_append_only'); end;
create trigger lab_call_no_delete before delete on lab_call begin select raise(abort, 'lab_call_append_only'); end;

-- What a doctor still has to look at: the orderer of each result, and everybody who read a version that was corrected.
create table lab_review (
    id integer primary key,
    result_id integer not null references lab_result (id),
    line_id integer not null references lab_line (id),
    account_id integer not null references account (id),
    reason text not null constraint lab_review_reason check (reason in ('new', 'corrected')),
    created_at text not null,
    acknowledged_at text,
    replaced_at text,
    note text not null default ''
) strict;
create unique index lab_review_result_id_account_id_unique on lab_review (result_id, account_id);
create index lab_review_open on lab_review (account_id, id) where acknowledged_at is null and replaced_at is null;
create index lab_review_line on lab_review (line_id, account_id);

create table health_record (
    id integer primary key,
    patient_id integer not null references patient (id),
    blood_group text not null default '' constraint health_record_blood_group
        check (blood_group in ('', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
    genotype text not null default '' constraint health_record_genotype
        check (genotype in ('', 'AA', 'AS', 'AC', 'SS', 'SC', 'CC')),
    height_mm integer constraint health_record_height check (height_mm between 250 and 2600),
    weight_g integer constraint health_record_weight check (weight_g between 300 and 400000),
    notes text not null default '',
    updated_by integer not null references account (id),
    updated_at text not null,
    version integer not null default 1
) strict;
create unique index health_record_patient_id_unique on health_record (patient_id);
create index health_record_updated on health_record (updated_at, id);

create table health_record_version (
    record_id integer not null references health_record (id),
    version integer not null,
    blood_group text not null,
    genotype text not null,
    height_mm integer,
    weight_g integer,
    notes text not null,
    account_id integer not null references account (id),
    at text not null,
    primary key (record_id, version)
) strict;
create trigger health_record_version_no_update before update on health_record_version begin select raise(abort, 'health_record_version_append_only'); end;
create trigger health_record_version_no_delete before delete on health_record_version begin select raise(abort, 'health_record_version_append_only'); end;
