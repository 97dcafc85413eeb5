-- What leaves the clinic on paper: visit verifications (rules X1 to X3) and referrals (decision 020).

create table letter_setting (
    id integer primary key check (id = 1),
    rest_days integer not null constraint letter_setting_rest_days check (rest_days between 0 and 30),
    version integer not null default 1
) strict;
insert into letter_setting (id, rest_days) values (1, 7);

-- Reasons of a booking that are routine: no verification is issued for such a visit (rule X2).
create table letter_routine (
    reason_id integer primary key references visit_reason (id)
) strict;

-- That somebody was at the clinic. What it says is fixed at its issue; only the revocation is added later.
-- Without `time_out` the visit went on when it was issued: then the end of the visit is read where it is shown.
create table verification (
    id integer primary key,
    code text not null constraint verification_code check (length(code) = 26),
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    clinic_name text not null,
    name text not null,
    matric text not null default '',
    day text not null,
    time_in text not null,
    time_out text,
    rest_until text,
    diagnosis text not null default '',
    asked text not null default '',
    issued_by integer not null references account (id),
    issued_name text not null,
    issued_at text not null,
    issued_on text not null,
    revoked_by integer references account (id),
    revoked_name text not null default '',
    revoked_at text,
    revoke_reason text not null default '',
    constraint verification_times check (time_out >= time_in and issued_at >= time_in and issued_on >= day),
    constraint verification_rest check (rest_until is null or rest_until >= issued_on),
    constraint verification_diagnosis check (diagnosis = '' or length(trim(asked)) >= 10),
    constraint verification_revoked check ((revoked_at is null) = (revoked_by is null)
        and (revoked_at is null or length(trim(revoke_reason)) >= 5))
) strict;
create unique index verification_code_unique on verification (code);
create unique index verification_visit_id_unique on verification (visit_id) where revoked_at is null;
create index verification_visit on verification (visit_id, id);
create index verification_patient on verification (patient_id, id);
-- For a visit that took place, of this patient: somebody served in a line, or a doctor signed a consultation; rest is not made longer without a new visit, nor than the clinic allows.
create trigger verification_visit_took_place before insert on verification
begin
    select raise(abort, 'verification_visit_took_place') where not exists
        (select 1 from visit v where v.id = new.visit_id and v.patient_id = new.patient_id and v.day = new.day
            and (exists (select 1 from queue_entry e where e.visit_id = v.id and e.started_at is not null)
                or exists (select 1 from note n where n.visit_id = v.id and n.state = 'signed' and n.kind = 'consultation')));
    select raise(abort, 'verification_rest_too_long') where new.rest_until is not null
        and julianday(new.rest_until) - julianday(new.day) > (select rest_days from letter_setting);
    select raise(abort, 'verification_extended') where exists
        (select 1 from verification where visit_id = new.visit_id and new.rest_until > rest_until);
end;
create trigger verification_no_delete before delete on verification begin select raise(abort, 'verification_kept'); end;
create trigger verification_kept before update on verification when old.revoked_at is not null
    or old.code <> new.code or old.visit_id <> new.visit_id or old.patient_id <> new.patient_id
    or old.clinic_name <> new.clinic_name or old.name <> new.name or old.matric <> new.matric or old.day <> new.day
    or old.time_in <> new.time_in or old.time_out is not new.time_out or old.rest_until is not new.rest_until
    or old.diagnosis <> new.diagnosis or old.asked <> new.asked or old.issued_by <> new.issued_by
    or old.issued_name <> new.issued_name or old.issued_at <> new.issued_at or old.issued_on <> new.issued_on
begin select raise(abort, 'verification_kept'); end;

-- Whether others may check it: the patient's word, the newest counts; without one nobody may.
create table verification_consent (
    id integer primary key,
    verification_id integer not null references verification (id),
    given integer not null check (given in (0, 1)),
    words text not null,
    at text not null,
    account_id integer not null references account (id),
    name text not null,
    own integer not null check (own in (0, 1))
) strict;
create index verification_consent_verification on verification_consent (verification_id, id);
create trigger verification_consent_no_update before update on verification_consent begin select raise(abort, 'verification_consent_append_only'); end;
create trigger verification_consent_no_delete before delete on verification_consent begin select raise(abort, 'verification_consent_append_only'); end;

-- That somebody looked, when and what they were told; nothing about who.
create table verification_check (
    id integer primary key,
    verification_id integer not null references verification (id),
    at text not null,
    answer text not null constraint verification_check_answer check (answer in ('genuine', 'revoked'))
) strict;
create index verification_check_verification on verification_check (verification_id, id);
create trigger verification_check_no_update before update on verification_check begin select raise(abort, 'verification_check_append_only'); end;
create trigger verification_check_no_delete before delete on verification_check begin select raise(abort, 'verification_check_append_only'); end;

-- Each time it is printed; every print after the first is a copy and says so.
create table verification_print (
    id integer primary key,
    verification_id integer not null references verification (id),
    number integer not null check (number > 0),
    at text not null,
    account_id integer not null references account (id)
) strict;
create unique index verification_print_verification_id_number_unique on verification_print (verification_id, number);
create trigger verification_print_no_update before update on verification_print begin select raise(abort, 'verification_print_append_only'); end;
create trigger verification_print_no_delete before delete on verification_print begin select raise(abort, 'verification_print_append_only'); end;

-- A letter to a colleague elsewhere: a draft of its author, then immutable; a correction is a new version. What was
-- chosen of the record is copied into it when it is signed.
create table referral (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    replaces_id integer references referral (id),
    number integer not null check (number > 0),
    state text not null constraint referral_state check (state in ('draft', 'signed', 'superseded')),
    to_whom text not null default '',
    urgency text not null constraint referral_urgency check (urgency in ('routine', 'soon', 'urgent', 'emergency')),
    question text not null default '',
    summary text not null default '',
    included text not null default '',
    copied text not null default '',
    author_id integer not null references account (id),
    author_name text not null,
    written_at text not null,
    signed_at text,
    version integer not null default 1,
    constraint referral_signed check ((state = 'draft') = (signed_at is null)),
    constraint referral_filled check (state = 'draft' or (length(trim(to_whom)) >= 2 and length(trim(question)) >= 5))
) strict;
create index referral_visit on referral (visit_id, id);
create index referral_patient on referral (patient_id, id);
create unique index referral_visit_id_author_id_unique on referral (visit_id, author_id) where state = 'draft';
create unique index referral_replaces_id_unique on referral (replaces_id) where replaces_id is not null and state <> 'draft';
create index referral_replaces on referral (replaces_id) where replaces_id is not null;
create trigger referral_no_delete before delete on referral when old.state <> 'draft'
begin select raise(abort, 'referral_kept'); end;
create trigger referral_kept before update on referral when old.visit_id <> new.visit_id
    or old.patient_id <> new.patient_id or old.author_id <> new.author_id or old.replaces_id is not new.replaces_id
    or old.state = 'superseded'
    or (old.state = 'signed' and (new.state <> 'superseded' or old.number <> new.number or old.to_whom <> new.to_whom
        or old.urgency <> new.urgency or old.question <> new.question or old.summary <> new.summary
        or old.included <> new.included or old.copied <> new.copied or old.author_name <> new.author_name
        or old.written_at <> new.written_at or old.signed_at <> new.signed_at))
    or (old.state = 'draft' and new.state = 'superseded')
begin select raise(abort, 'referral_kept'); end;
