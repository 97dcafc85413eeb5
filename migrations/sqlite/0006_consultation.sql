-- The consultation: vital signs and what follows from them at once.

-- One taking. A row is never changed: a correction is a new row that says what it replaces and why. Each number is a whole
-- one of its last digit: temperature in tenths of a degree Celsius, weight in tenths of a kilogram, height in millimetres.
create table vitals (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    taken_at text not null,
    taken_by integer not null references account (id),
    age integer constraint vitals_age check (age between 0 and 130),
    temperature integer constraint vitals_temperature check (temperature between 250 and 450),
    pulse integer constraint vitals_pulse check (pulse between 20 and 300),
    respiration integer constraint vitals_respiration check (respiration between 3 and 80),
    oxygen_saturation integer constraint vitals_oxygen_saturation check (oxygen_saturation between 30 and 100),
    systolic integer constraint vitals_systolic check (systolic between 40 and 300),
    diastolic integer constraint vitals_diastolic check (diastolic between 20 and 200),
    weight integer constraint vitals_weight check (weight between 3 and 4000),
    height integer constraint vitals_height check (height between 250 and 2600),
    pain integer constraint vitals_pain check (pain between 0 and 10),
    oxygen text constraint vitals_oxygen check (oxygen in ('air', 'oxygen')),
    consciousness text constraint vitals_consciousness
        check (consciousness in ('alert', 'confused', 'voice', 'pain', 'unresponsive')),
    second_scale integer not null default 0,
    pregnant integer,
    -- Since when she is known to be so: to say it again makes no pregnancy longer. None where she says it for the first time.
    pregnant_since text,
    news2 integer constraint vitals_news2 check (news2 between 0 and 20),
    news2_red integer not null default 0,
    note text not null default '',
    replaces integer references vitals (id),
    reason text not null default '',
    entered_at text,
    constraint vitals_something check (coalesce(temperature, pulse, respiration, oxygen_saturation, systolic, diastolic,
        weight, height, pain) is not null or consciousness is not null),
    constraint vitals_pregnant_since check (pregnant_since is null or (pregnant = 1 and pregnant_since <= taken_at)),
    constraint vitals_pressure check ((systolic is null) = (diastolic is null) and coalesce(diastolic < systolic, 1)),
    constraint vitals_whole_score check (news2 is null or coalesce(temperature, 0) * coalesce(pulse, 0)
        * coalesce(respiration, 0) * coalesce(oxygen_saturation, 0) * coalesce(systolic, 0) > 0
        and oxygen is not null and consciousness is not null),
    constraint vitals_correction check ((replaces is null) = (reason = '') and (replaces is null) = (entered_at is null)),
    constraint vitals_entered check (entered_at >= taken_at)
) strict;
create unique index vitals_replaces_unique on vitals (replaces);
create index vitals_patient on vitals (patient_id, id);
create index vitals_patient_at on vitals (patient_id, taken_at, id);
create index vitals_visit on vitals (visit_id, id);
-- Who was asked whether she is pregnant: the last answer stands at the top of every page about her.
create index vitals_pregnant on vitals (patient_id, taken_at, id) where pregnant is not null;
create trigger vitals_no_update before update on vitals begin select raise(abort, 'vitals_append_only'); end;
create trigger vitals_no_delete before delete on vitals begin select raise(abort, 'vitals_append_only'); end;
-- A taking belongs to the time of a visit and to its patient; a correction to the visit and to the
-- moment of what it replaces: what was measured then stays of then, whenever it is put right.
create trigger vitals_open_visit before insert on vitals
begin
    select raise(abort, 'vitals_open_visit') where not exists
        (select 1 from visit where id = new.visit_id and patient_id = new.patient_id and (closed_at is null or new.taken_at <= closed_at or new.replaces is not null));
    select raise(abort, 'vitals_same_visit') where new.replaces is not null and not exists
        (select 1 from vitals where id = new.replaces and visit_id = new.visit_id and taken_at = new.taken_at);
end;

-- A value out of its range, with the range it was judged by.
create table vital_flag (
    vitals_id integer not null references vitals (id),
    sign text not null constraint vital_flag_sign check (sign in ('temperature', 'pulse', 'respiration',
        'oxygen_saturation', 'systolic', 'diastolic', 'weight', 'height', 'pain')),
    value integer not null,
    level text not null constraint vital_flag_level check (level in ('critical_low', 'low', 'high', 'critical_high')),
    low integer not null,
    high integer not null,
    primary key (vitals_id, sign)
) strict;
create trigger vital_flag_no_update before update on vital_flag begin select raise(abort, 'vital_flag_append_only'); end;
create trigger vital_flag_no_delete before delete on vital_flag begin select raise(abort, 'vital_flag_append_only'); end;

-- What doctors are told at once, until one of them sees to it or the visit ends: a bad early-warning score. `words` is
-- clinical content. `before_priority` is how soon the patient was to be served before this went before others; a correction puts it back.
create table attention (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    kind text not null constraint attention_kind check (kind in ('early_warning')),
    about_id integer not null,
    rank integer not null,
    words text not null constraint attention_words check (words <> ''),
    at text not null,
    seen_at text,
    seen_by integer references account (id),
    before_priority text constraint attention_before check (before_priority in ('normal', 'raised', 'emergency')),
    before_reason text not null default '',
    constraint attention_seen check ((seen_at is null) = (seen_by is null))
) strict;
create unique index attention_kind_about_id_unique on attention (kind, about_id);
create index attention_open on attention (visit_id) where seen_at is null;
