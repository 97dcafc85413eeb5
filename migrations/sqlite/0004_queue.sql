-- Visits, tokens, the lines at the service points, announcements and displays.

create table visit (
    id integer primary key,
    patient_id integer not null references patient (id),
    day text not null,
    series text not null,
    number integer not null check (number > 0),
    token text not null,
    slip_code text not null,
    appointment_id integer references appointment (id),
    opened_at text not null,
    -- When a patient who had left came again on the same day: since then one is early or late (rule N1).
    came_again_at text,
    closed_at text,
    close_reason text constraint visit_close_reason check (close_reason in ('finished', 'left', 'day_close')),
    seen_to_at text,
    seen_to_by integer references account (id),
    seen_to_note text not null default '',
    version integer not null default 1,
    constraint visit_seen_to check (seen_to_at is null or (seen_to_by is not null and seen_to_note <> ''))
) strict;
create unique index visit_day_series_number_unique on visit (day, series, number);
create unique index visit_slip_code_unique on visit (slip_code);
create unique index visit_patient_id_unique on visit (patient_id) where closed_at is null;
create unique index visit_patient_id_day_unique on visit (patient_id, day);
create unique index visit_appointment_id_unique on visit (appointment_id);
create index visit_open_day on visit (day) where closed_at is null;
-- What the day closed by itself and nobody has seen to yet (rule Q13).
create index visit_unsettled on visit (day, id) where close_reason = 'day_close' and seen_to_at is null;

create table queue_entry (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    point_id integer not null references service_point (id),
    day text not null,
    state text not null constraint queue_entry_state check (state in
        ('waiting', 'called', 'in_service', 'parked', 'missed', 'done', 'left', 'transferred', 'void')),
    priority text not null default 'normal' constraint queue_entry_priority check (priority in ('normal', 'raised', 'emergency')),
    priority_reason text not null default '',
    booked_at text,
    arrived_at text not null,
    entered_at text not null,
    doctor_id integer references account (id),
    room_id integer references room (id),
    served_by integer references account (id),
    called_at text,
    started_at text,
    ended_at text,
    call_count integer not null default 0,
    last_called_at text,
    returned_at text,
    behind_first integer,
    behind_second integer,
    park_reason text not null default '',
    coming_from integer references queue_entry (id),
    parked_seconds integer not null default 0,
    parked_at text,
    service_seconds integer generated always as
        (max(0, strftime('%s', ended_at) - strftime('%s', started_at) - (substr(ended_at, 20) < substr(started_at, 20))
            - parked_seconds)) stored,
    version integer not null default 1,
    constraint queue_entry_priority_reason check (priority = 'normal' or priority_reason <> '')
) strict;
create unique index queue_entry_visit_id_unique on queue_entry (visit_id)
    where state in ('waiting', 'called', 'in_service', 'parked', 'missed');
create index queue_entry_open on queue_entry (state, point_id) where state in
    ('waiting', 'called', 'in_service', 'parked', 'missed');
create index queue_entry_waiting on queue_entry (point_id) where state = 'waiting';
create index queue_entry_coming_from on queue_entry (coming_from) where coming_from is not null;
create index queue_entry_room on queue_entry (room_id) where state in ('called', 'in_service');
create index queue_entry_day on queue_entry (day, point_id, state);
create index queue_entry_visit on queue_entry (visit_id, id);
create index queue_entry_patient on queue_entry (patient_id, id);

-- A point or room where somebody is stays in use until they are gone, and a point goes on doing what they wait for.
create trigger service_point_people before update of active, kind on service_point
    when (old.active = 1 and new.active = 0) or old.kind <> new.kind
begin
    select raise(abort, 'service_point_people') where exists (select 1 from queue_entry where point_id = new.id
        and state in ('waiting', 'called', 'in_service', 'parked', 'missed'));
end;
create trigger room_people before update of active, point_id on room
    when (old.active = 1 and new.active = 0) or old.point_id <> new.point_id
begin
    select raise(abort, 'room_people') where exists (select 1 from queue_entry where room_id = new.id
        and state in ('called', 'in_service'));
end;

-- Every change of an entry is a row: when, from what to what, who, where.
create table queue_event (
    id integer primary key,
    entry_id integer not null references queue_entry (id),
    at text not null,
    move text not null,
    from_state text,
    to_state text not null,
    account_id integer references account (id),
    room_id integer references room (id),
    note text not null default '',
    entry_version integer not null default 1,
    before text not null default ''
) strict;
create index queue_event_entry on queue_event (entry_id, id);
create index queue_event_account on queue_event (account_id, at);
create trigger queue_event_no_update before update on queue_event begin select raise(abort, 'queue_event_append_only'); end;
create trigger queue_event_no_delete before delete on queue_event begin select raise(abort, 'queue_event_append_only'); end;

-- The ordered log that displays play one by one: a second call within seconds swallows nothing.
create table announcement (
    id integer primary key autoincrement,
    day text not null,
    at text not null,
    point_id integer not null references service_point (id),
    entry_id integer not null references queue_entry (id),
    token text not null,
    place text not null,
    call_number integer not null
) strict;
create index announcement_day on announcement (day, id);

create table display (
    id integer primary key,
    name text not null,
    credential blob,
    pairing_code text,
    pairing_secret blob,
    pairing_expires_at text,
    paired_at text,
    paired_by integer references account (id),
    seen_at text,
    revoked_at text,
    created_at text not null,
    version integer not null default 1
) strict;
create unique index display_credential_unique on display (credential);
create unique index display_pairing_code_unique on display (pairing_code);
create table display_point (
    display_id integer not null references display (id),
    point_id integer not null references service_point (id),
    primary key (display_id, point_id)
) strict;

-- The code on the poster at the door, one a day (Q14).
create table door_code (
    day text primary key,
    code text not null,
    created_at text not null
) strict;

-- Where a member of staff works today: the point and room that "call next" calls to.
create table station (
    account_id integer primary key references account (id),
    point_id integer not null references service_point (id),
    room_id integer references room (id),
    since text not null
) strict;
create index station_point on station (point_id);
