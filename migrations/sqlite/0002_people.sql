-- Accounts and sign-ins; the university; patients and how they are found; imports.

create table faculty (
    id integer primary key,
    name text not null,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index faculty_name_unique on faculty (name);

create table department (
    id integer primary key,
    faculty_id integer not null references faculty (id),
    name text not null,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index department_faculty_id_name_unique on department (faculty_id, name);

create table study_level (
    id integer primary key,
    name text not null,
    position integer not null,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index study_level_name_unique on study_level (name);

create table academic_session (
    id integer primary key,
    name text not null,
    is_current integer not null check (is_current in (0, 1)) default 0,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1,
    constraint academic_session_current check (active = 1 or is_current = 0)
) strict;
create unique index academic_session_name_unique on academic_session (name);
create unique index academic_session_is_current_unique on academic_session (is_current) where is_current;

create table patient (
    id integer primary key,
    number text not null,
    kind text not null constraint patient_kind check (kind in ('student', 'staff', 'dependant', 'public')),
    family_name text not null,
    given_names text not null,
    sort_name text not null,
    sex text not null constraint patient_sex check (sex in ('female', 'male', 'intersex', 'unknown')),
    born_on text,
    phone text not null default '',
    phone_digits text not null default '',
    email text not null default '',
    address text not null default '',
    kin_name text not null default '',
    kin_relation text not null default '',
    kin_phone text not null default '',
    guardian_id integer references patient (id),
    matric_number text,
    staff_number text,
    department_id integer references department (id),
    level_id integer references study_level (id),
    session_id integer references academic_session (id),
    blood_group text not null default '' constraint patient_blood_group
        check (blood_group in ('', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
    genotype text not null default '' constraint patient_genotype
        check (genotype in ('', 'AA', 'AS', 'AC', 'SS', 'SC', 'CC')),
    allergies_told text not null default '',
    conditions_told text not null default '',
    insurance_scheme text not null default '',
    insurance_number text not null default '',
    card_code text not null,
    state text not null default 'active' constraint patient_state check (state in ('active', 'deactivated')),
    online_block_until text,
    created_at text not null,
    updated_at text not null,
    version integer not null default 1,
    constraint patient_student_has_matric check (kind <> 'student' or matric_number is not null)
) strict;
create unique index patient_number_unique on patient (number);
create unique index patient_matric_number_unique on patient (matric_number);
create unique index patient_staff_number_unique on patient (staff_number);
create unique index patient_card_code_unique on patient (card_code);
create index patient_born_on on patient (born_on);
create index patient_phone_digits on patient (phone_digits);
create index patient_email on patient (email) where email <> '';
create index patient_sort_name on patient (sort_name, id);
create index patient_department on patient (department_id, sort_name);

-- The words a patient is found by: folded names, numbers, phone digits. One index range a typed word.
create table patient_term (
    term text not null,
    patient_id integer not null references patient (id),
    primary key (term, patient_id)
) strict, without rowid;
create index patient_term_patient on patient_term (patient_id, term);

-- What clinical facts were and became. Apart from the trail, which administrators read (rule A1).
create table patient_clinical_change (
    id integer primary key,
    patient_id integer not null references patient (id),
    at text not null,
    account_id integer,
    name text not null,
    field text not null,
    old_text text not null,
    new_text text not null,
    version integer not null
) strict;
create index patient_clinical_change_patient on patient_clinical_change (patient_id, id);
create trigger patient_clinical_change_no_update before update on patient_clinical_change begin select raise(abort, 'patient_clinical_change_append_only'); end;
create trigger patient_clinical_change_no_delete before delete on patient_clinical_change begin select raise(abort, 'patient_clinical_change_append_only'); end;

create table account (
    id integer primary key,
    kind text not null constraint account_kind check (kind in ('staff', 'patient')),
    sign_in_name text not null,
    email text,
    name text not null,
    search_words text not null default '',
    phone text not null default '',
    patient_id integer references patient (id),
    password_hash text,
    state text not null default 'active' constraint account_state check (state in ('active', 'deactivated')),
    title text not null default '',
    specialty text not null default '',
    qualifications text not null default '',
    licence_number text not null default '',
    practising_since integer,
    own_record_id integer references patient (id),
    created_at text not null,
    updated_at text not null,
    version integer not null default 1,
    constraint account_patient_kind check ((kind = 'patient') = (patient_id is not null)),
    constraint account_own_record_kind check (kind = 'staff' or own_record_id is null)
) strict;
create unique index account_sign_in_name_unique on account (sign_in_name);
create unique index account_email_unique on account (email);
create unique index account_patient_id_unique on account (patient_id);
create index account_staff on account (name) where kind = 'staff';

-- Who opened the clinical part of a record without a relation to the patient, why, and until when (rule A1).
create table record_opening (
    id integer primary key,
    patient_id integer not null references patient (id),
    account_id integer not null references account (id),
    kind text not null constraint record_opening_kind check (kind in ('reason', 'emergency')),
    reason text not null constraint record_opening_reason check (case kind
        when 'emergency' then reason in ('cannot_speak', 'danger', 'nobody_else', 'other')
        else reason in ('advice', 'contact', 'result', 'review', 'other') end),
    words text not null constraint record_opening_words check (length(trim(words)) >= 5),
    opened_at text not null,
    expires_at text not null,
    constraint record_opening_bounded check (unixepoch(expires_at) - unixepoch(opened_at) between 1 and 3600)
) strict;
create index record_opening_live on record_opening (patient_id, account_id, expires_at);
create trigger record_opening_no_update before update on record_opening begin select raise(abort, 'record_opening_append_only'); end;
create trigger record_opening_no_delete before delete on record_opening begin select raise(abort, 'record_opening_append_only'); end;

-- Patients to whom a member of staff is related, as an administrator entered: their records stay closed at work (rule A7).
create table account_relative (
    account_id integer not null references account (id),
    patient_id integer not null references patient (id),
    added_by integer not null references account (id),
    added_at text not null,
    primary key (account_id, patient_id)
) strict;

create table account_role (
    account_id integer not null references account (id),
    role text not null constraint account_role_role check (role in
        ('admin', 'doctor', 'nurse', 'pharmacist', 'lab_attendant', 'receptionist', 'cashier')),
    primary key (account_id, role)
) strict;
create index account_role_role on account_role (role, account_id);

-- One-time codes: activation, a new password, the first administrator (account_id is null).
create table one_time_code (
    id integer primary key,
    account_id integer references account (id),
    purpose text not null constraint one_time_code_purpose check (purpose in ('activate', 'reset', 'setup')),
    digest blob not null,
    issued_by integer references account (id),
    issued_at text not null,
    expires_at text not null,
    used_at text,
    withdrawn_at text
) strict;
create unique index one_time_code_digest_unique on one_time_code (digest);
create unique index one_time_code_account_id_unique on one_time_code (account_id)
    where used_at is null and withdrawn_at is null;
create unique index one_time_code_purpose_unique on one_time_code (purpose)
    where purpose = 'setup' and withdrawn_at is null;

create table sign_in (
    id integer primary key,
    account_id integer not null references account (id),
    device text not null,
    address text not null,
    created_at text not null,
    seen_at text not null,
    ended_at text,
    end_reason text,
    flash text,
    proved_at text,
    locked_at text
) strict;
create index sign_in_account on sign_in (account_id, ended_at);

-- A form that came when its sign-in had ended or was locked. It waits here for an hour, for the same account, and is gone
-- as soon as that has seen it: whoever signs in next at the same desk gets none of it.
create table kept_form (
    id integer primary key,
    code text not null,
    account_id integer not null references account (id),
    action text not null,
    body text not null,
    kept_at text not null
) strict;
create unique index kept_form_code_unique on kept_form (code);
create index kept_form_account on kept_form (account_id, id);
create index kept_form_kept_at on kept_form (kept_at);

-- Browsers that once signed in to an account: theirs is a bucket of their own when others guess (P24).
create table known_device (
    account_id integer not null references account (id),
    digest blob not null,
    seen_at text not null,
    primary key (account_id, digest)
) strict;

create table student_import (
    id integer primary key,
    file_name text not null,
    digest blob not null,
    content text not null,
    mapping text not null default '',
    state text not null constraint student_import_state check (state in ('uploaded', 'checked', 'committed', 'dropped')),
    rows_new integer not null default 0,
    rows_changed integer not null default 0,
    rows_same integer not null default 0,
    rows_review integer not null default 0,
    rows_error integer not null default 0,
    created_by integer references account (id),
    created_at text not null,
    committed_at text,
    version integer not null default 1
) strict;
create table student_import_row (
    import_id integer not null references student_import (id),
    line integer not null,
    outcome text not null constraint student_import_row_outcome
        check (outcome in ('new', 'same', 'changed', 'review', 'error')),
    matric_number text not null,
    name text not null,
    message text not null,
    patient_id integer references patient (id),
    payload text not null,
    primary key (import_id, line)
) strict;
create index student_import_row_outcome on student_import_row (import_id, outcome, line);
