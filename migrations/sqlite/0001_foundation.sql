-- What every capability stands on: the clinic, its calendar, operations, jobs, the audit trail, browser sessions.

create table clinic (
    id integer primary key check (id = 1),
    name text not null,
    address text not null,
    phone text not null,
    time_zone text not null,
    notice text not null,
    slot_minutes integer not null constraint clinic_slot_minutes check (slot_minutes between 5 and 240),
    book_days_ahead integer not null constraint clinic_book_days check (book_days_ahead between 1 and 180),
    max_open_bookings integer not null constraint clinic_max_open check (max_open_bookings between 1 and 20),
    hold_minutes integer not null constraint clinic_hold check (hold_minutes between 2 and 30),
    late_tolerance_minutes integer not null constraint clinic_tolerance check (late_tolerance_minutes between 0 and 120),
    late_cancel_hours integer not null constraint clinic_late_cancel check (late_cancel_hours between 0 and 72),
    no_show_limit integer not null constraint clinic_no_show_limit check (no_show_limit between 1 and 20),
    no_show_window_months integer not null constraint clinic_no_show_window check (no_show_window_months between 1 and 36),
    no_show_block_days integer not null constraint clinic_no_show_block check (no_show_block_days between 0 and 366),
    late_cancel_halves integer not null constraint clinic_late_cancel_halves check (late_cancel_halves between 0 and 1),
    no_show_days integer not null constraint clinic_no_show_days check (no_show_days between 1 and 30),
    objection_days integer not null constraint clinic_objection_days check (objection_days between 1 and 60),
    undo_minutes integer not null constraint clinic_undo check (undo_minutes between 1 and 60),
    desk_release_minutes integer not null constraint clinic_desk_release check (desk_release_minutes between 0 and 2880),
    freed_place_minutes integer not null constraint clinic_freed_place check (freed_place_minutes between 0 and 60),
    self_check_in_minutes integer not null constraint clinic_self_check_in check (self_check_in_minutes between 0 and 240),
    max_calls integer not null constraint clinic_max_calls check (max_calls between 1 and 10),
    recall_pause_minutes integer not null constraint clinic_recall_pause check (recall_pause_minutes between 0 and 60),
    booked_in_a_row integer not null constraint clinic_in_a_row check (booked_in_a_row between 1 and 50),
    walk_in_limit_minutes integer not null constraint clinic_walk_in_limit check (walk_in_limit_minutes between 5 and 480),
    long_wait_minutes integer not null constraint clinic_long_wait check (long_wait_minutes between 5 and 480),
    very_long_wait_minutes integer not null constraint clinic_very_long_wait check (very_long_wait_minutes > long_wait_minutes),
    token_digits integer not null constraint clinic_token_digits check (token_digits between 2 and 5),
    staff_idle_minutes integer not null constraint clinic_staff_idle check (staff_idle_minutes between 5 and 720),
    patient_idle_minutes integer not null constraint clinic_patient_idle check (patient_idle_minutes between 5 and 720),
    matric_pattern text not null,
    is_demo integer not null check (is_demo in (0, 1)),
    version integer not null default 1,
    updated_at text not null
) strict;

create table opening_hours (
    weekday integer primary key check (weekday between 1 and 7),
    opens text not null,
    closes text not null,
    constraint opening_hours_order check (opens < closes)
) strict;

create table holiday (
    id integer primary key,
    day text not null,
    name text not null
) strict;
create unique index holiday_day_unique on holiday (day);

-- Numbers that people read: one row a series and day, raised inside the transaction that uses the number.
create table counter (
    scope text not null,
    day text not null,
    last integer not null check (last > 0),
    primary key (scope, day)
) strict;

-- One submission, one effect (R6): stored in the transaction of the effect, answered again on a repeat.
create table operation (
    actor text not null,
    op text not null,
    route text not null,
    body blob not null,
    location text,
    created_at text not null,
    primary key (actor, op)
) strict;
create index operation_created_at on operation (created_at);

create table job (
    name text primary key,
    holder text,
    fence integer not null default 0,
    leased_until text,
    due_at text not null,
    finished_at text,
    error text
) strict;

-- The trail (R5). Entries are written in the transaction they tell of; seals chain them shortly after.
create table audit_entry (
    id integer primary key autoincrement,
    at text not null,
    account_id integer,
    name text not null,
    role text not null,
    action text not null,
    subject text not null,
    subject_id integer,
    patient_id integer,
    address text not null,
    request_id text not null,
    detail text not null
) strict;
create index audit_entry_patient on audit_entry (patient_id, id);
create index audit_entry_account on audit_entry (account_id, id);
create index audit_entry_action on audit_entry (action, id);
create index audit_entry_subject on audit_entry (subject, subject_id, id);
create index audit_entry_at on audit_entry (at, id);

create table audit_seal (
    seq integer primary key,
    entry_id integer not null references audit_entry (id),
    previous blob not null,
    hash blob not null
) strict;
create unique index audit_seal_entry_id_unique on audit_seal (entry_id);

create trigger audit_entry_no_update before update on audit_entry begin select raise(abort, 'audit_entry_append_only'); end;
create trigger audit_entry_no_delete before delete on audit_entry begin select raise(abort, 'audit_entry_append_only'); end;
create trigger audit_seal_no_update before update on audit_seal begin select raise(abort, 'audit_seal_append_only'); end;
create trigger audit_seal_no_delete before delete on audit_seal begin select raise(abort, 'audit_seal_append_only'); end;

-- What the browser's cookie names. It only carries the id of a sign-in; ids are stored as digests.
create table browser_session (
    id text primary key not null,
    data blob not null,
    expiry_date text not null
) strict;
create index browser_session_expiry_date on browser_session (expiry_date);

-- Failed attempts per bucket (account, address, device), for slowing down without locking out (ID8).
create table throttle (
    bucket text primary key,
    failures integer not null,
    blocked_until text,
    updated_at text not null
) strict;
