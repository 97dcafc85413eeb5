-- Places of work, availability, slots and appointments.

create table service_point (
    id integer primary key,
    name text not null,
    public_name text not null,
    kind text not null constraint service_point_kind check (kind in
        ('reception', 'triage', 'consulting', 'laboratory', 'pharmacy', 'cashier')),
    position integer not null default 0,
    active integer not null check (active in (0, 1)) default 1,
    paused_at text,
    pause_reason text not null default '',
    turn integer not null default 0,
    booked_in_a_row integer not null default 0,
    version integer not null default 1
) strict;
create unique index service_point_name_unique on service_point (name);

create table room (
    id integer primary key,
    point_id integer not null references service_point (id),
    name text not null,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index room_name_unique on room (name);

create table visit_reason (
    id integer primary key,
    name text not null,
    minutes integer not null constraint visit_reason_minutes check (minutes between 5 and 240),
    question text not null default '',
    bookable_online integer not null check (bookable_online in (0, 1)) default 1,
    -- Whether a visit for it is sealed from its first moment (rule A3).
    seals_visit integer not null check (seals_visit in (0, 1)) default 0,
    position integer not null default 0,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index visit_reason_name_unique on visit_reason (name);

create table availability (
    id integer primary key,
    doctor_id integer not null references account (id),
    weekday integer not null constraint availability_weekday check (weekday between 1 and 7),
    starts text not null,
    ends text not null,
    room_id integer references room (id),
    slot_minutes integer not null constraint availability_slot_minutes check (slot_minutes between 5 and 240),
    capacity integer not null constraint availability_capacity check (capacity between 1 and 100),
    public_capacity integer not null constraint availability_public_capacity check (public_capacity between 0 and capacity),
    valid_from text not null,
    valid_until text,
    ended_at text,
    version integer not null default 1,
    constraint availability_order check (starts < ends)
) strict;
create index availability_doctor on availability (doctor_id, weekday);
-- A doctor sits in one place at a time.
create trigger availability_overlap_insert before insert on availability
begin
    select raise(abort, 'availability_overlap') where exists (select 1 from availability where doctor_id = new.doctor_id and weekday = new.weekday
        and starts < new.ends and ends > new.starts and (valid_until is null or valid_until >= new.valid_from)
        and (new.valid_until is null or valid_from <= new.valid_until));
end;
create trigger availability_overlap_update before update of doctor_id, weekday, starts, ends, valid_from, valid_until
on availability
begin
    select raise(abort, 'availability_overlap') where exists (select 1 from availability where id <> new.id
        and doctor_id = new.doctor_id and weekday = new.weekday
        and starts < new.ends and ends > new.starts and (valid_until is null or valid_until >= new.valid_from)
        and (new.valid_until is null or valid_from <= new.valid_until));
end;

-- A time when a doctor (or, without a doctor, the clinic) is away. Blocks free slots; booked ones are decided one by one.
create table blocked_time (
    id integer primary key,
    doctor_id integer references account (id),
    starts_at text not null,
    ends_at text not null,
    reason text not null,
    created_by integer references account (id),
    created_at text not null,
    lifted_at text,
    -- The holiday that this closes the clinic for; it is lifted with the holiday.
    holiday text,
    constraint blocked_time_order check (starts_at < ends_at)
) strict;
create index blocked_time_range on blocked_time (ends_at, starts_at);
create unique index blocked_time_holiday_unique on blocked_time (holiday)
    where holiday is not null and lifted_at is null;

create table slot (
    id integer primary key,
    doctor_id integer not null references account (id),
    room_id integer references room (id),
    availability_id integer references availability (id),
    day text not null,
    starts_at text not null,
    ends_at text not null,
    minutes integer not null generated always as ((strftime('%s', ends_at) - strftime('%s', starts_at)) / 60) stored,
    capacity integer not null,
    public_capacity integer not null,
    taken_public integer not null default 0,
    taken_desk integer not null default 0,
    public_left integer not null generated always as
        (min(public_capacity - taken_public, capacity - taken_public - taken_desk)) stored,
    state text not null default 'open' constraint slot_state check (state in ('open', 'blocked', 'closed')),
    block_id integer references blocked_time (id),
    block_reason text not null default '',
    public_from text,
    -- The hours no longer give it: it is left to those who are in it, and goes with the last of them.
    withdrawn integer not null check (withdrawn in (0, 1)) default 0,
    version integer not null default 1,
    constraint slot_order check (starts_at < ends_at),
    constraint slot_capacity check (capacity between 1 and 100 and public_capacity between 0 and capacity),
    constraint slot_public_places check (taken_public between 0 and public_capacity),
    constraint slot_places check (taken_desk >= 0 and taken_public + taken_desk <= capacity)
) strict;
create unique index slot_doctor_id_starts_at_unique on slot (doctor_id, starts_at) where state <> 'closed';
create index slot_starts_at on slot (starts_at, doctor_id);
-- The list of days goes from day to day by the first and counts a few places by the second.
create index slot_offer on slot (day, doctor_id, starts_at, minutes, room_id) where state = 'open';
create index slot_free on slot (day, doctor_id, starts_at, minutes, public_left, public_from)
    where state = 'open' and public_left > 0;
create index slot_ends_at on slot (ends_at) where state <> 'closed';
create index slot_block on slot (block_id) where block_id is not null;
create trigger slot_overlap_insert before insert on slot when new.state <> 'closed'
begin
    select raise(abort, 'slot_overlap') where exists (select 1 from slot
        where doctor_id = new.doctor_id and state <> 'closed' and starts_at < new.ends_at and ends_at > new.starts_at);
end;
create trigger slot_overlap_update before update of doctor_id, starts_at, ends_at, state on slot when new.state <> 'closed'
begin
    select raise(abort, 'slot_overlap') where exists (select 1 from slot where id <> new.id
        and doctor_id = new.doctor_id and state <> 'closed' and starts_at < new.ends_at and ends_at > new.starts_at);
end;

create table appointment (
    id integer primary key,
    reference text not null,
    patient_id integer not null references patient (id),
    slot_id integer not null references slot (id),
    doctor_id integer not null references account (id),
    starts_at text not null,
    ends_at text not null,
    reason_id integer not null references visit_reason (id),
    complaint text not null default '',
    note text not null default '',
    place text not null constraint appointment_place check (place in ('public', 'desk')),
    state text not null constraint appointment_state check (state in ('hold', 'booked', 'arrived', 'in_service',
        'fulfilled', 'cancelled', 'no_show', 'rescheduled', 'entered_in_error')),
    held_until text,
    booked_by integer references account (id),
    booked_at text,
    override_reason text not null default '',
    ended_at text,
    ended_by text constraint appointment_ended_by check (ended_by in ('patient', 'staff', 'clinic', 'system')),
    end_reason text not null default '',
    undo_by integer references account (id),
    late_cancel integer not null check (late_cancel in (0, 1)) default 0,
    counts_as_no_show integer not null check (counts_as_no_show in (0, 1)) default 0,
    objected_at text,
    objection text not null default '',
    objection_state text constraint appointment_objection_state check (objection_state in ('open', 'granted', 'refused')),
    rescheduled_to integer references appointment (id),
    needs_decision integer not null check (needs_decision in (0, 1)) default 0,
    -- The time away that asks for the decision; none when something else does, and then lifting no block answers it.
    decision_block integer references blocked_time (id),
    calendar_uid text not null,
    calendar_sequence integer not null default 0,
    created_at text not null,
    updated_at text not null,
    version integer not null default 1,
    constraint appointment_order check (starts_at < ends_at),
    constraint appointment_override_at_desk check (override_reason = '' or place = 'desk'),
    constraint appointment_hold_expires check (state <> 'hold' or held_until is not null),
    -- Who came, or who cancelled, has not missed it (rules N2 and N3).
    constraint appointment_counts check (not counts_as_no_show or state = 'no_show')
) strict;
create unique index appointment_reference_unique on appointment (reference);
create unique index appointment_slot_id_patient_id_unique on appointment (slot_id, patient_id)
    where state in ('hold', 'booked', 'arrived', 'in_service');
create index appointment_patient on appointment (patient_id, starts_at);
create index appointment_doctor on appointment (doctor_id, starts_at);
create index appointment_starts_at on appointment (starts_at, id);
create index appointment_slot on appointment (slot_id);
create index appointment_rescheduled_to on appointment (rescheduled_to) where rescheduled_to is not null;
create index appointment_held on appointment (held_until) where state = 'hold';
create index appointment_state on appointment (state, starts_at);
create index appointment_undecided on appointment (state, starts_at) where needs_decision;
create index appointment_decision_block on appointment (decision_block) where decision_block is not null;
-- Nobody is in two places at once, unless staff booked it with a reason (rule B4).
create trigger appointment_overlap_insert before insert on appointment
when new.state in ('hold', 'booked', 'arrived', 'in_service') and new.override_reason = ''
begin
    select raise(abort, 'appointment_overlap') where exists (select 1 from appointment
        where patient_id = new.patient_id and state in ('hold', 'booked', 'arrived', 'in_service')
        and override_reason = '' and starts_at < new.ends_at and ends_at > new.starts_at);
end;
create trigger appointment_overlap_update before update of patient_id, starts_at, ends_at, state, override_reason
on appointment when new.state in ('hold', 'booked', 'arrived', 'in_service') and new.override_reason = ''
begin
    select raise(abort, 'appointment_overlap') where exists (select 1 from appointment where id <> new.id
        and patient_id = new.patient_id and state in ('hold', 'booked', 'arrived', 'in_service')
        and override_reason = '' and starts_at < new.ends_at and ends_at > new.starts_at);
end;
