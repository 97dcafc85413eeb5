-- The consultation: notes, what becomes of a visit, whose orders go to whom, templates of notes.

-- What somebody wrote in a visit (rule V3). A draft belongs to its author alone; a signed note never changes: an addendum is a note
-- of its own that says what it adds to and why, and what was entered in error stays readable. `clinical_at` is the moment of
-- which it tells, `started_at` and `signed_at` are those of the writing (rule V4). `tab` and `turn` name the page that saved the
-- draft last. `advice` is what the patient reads.
create table note (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    author_id integer not null references account (id),
    author_name text not null,
    kind text not null constraint note_kind check (kind in ('consultation', 'nursing', 'addendum')),
    state text not null constraint note_known_state check (state in ('draft', 'signed', 'entered_in_error', 'discarded')),
    complaint text not null default '',
    history text not null default '',
    examination text not null default '',
    assessment text not null default '',
    plan text not null default '',
    follow_up text not null default '',
    advice text not null default '',
    amends_id integer references note (id),
    reason text not null default '',
    started_at text not null,
    clinical_at text not null,
    saved_at text not null,
    signed_at text,
    set_aside_at text,
    set_aside_by integer references account (id),
    set_aside_name text not null default '',
    ended_at text,
    ended_by integer references account (id),
    ended_name text not null default '',
    ended_reason text not null default '',
    tab text not null default '',
    turn integer not null default 0,
    version integer not null default 1,
    constraint note_signed check ((state in ('signed', 'entered_in_error')) = (signed_at is not null)),
    constraint note_written check (state in ('draft', 'discarded') or trim(complaint || history || examination || assessment || plan || follow_up || advice) <> ''),
    constraint note_addendum check ((kind = 'addendum') = (amends_id is not null)
        and (kind = 'addendum') = (length(trim(reason)) >= 3)),
    constraint note_set_aside check ((set_aside_at is null) = (set_aside_by is null)),
    constraint note_ended check ((state in ('entered_in_error', 'discarded')) = (ended_at is not null)
        and (ended_at is null) = (ended_by is null)),
    constraint note_error check (state <> 'entered_in_error' or length(trim(ended_reason)) >= 3)
) strict;
create unique index note_visit_id_author_id_unique on note (visit_id, author_id) where state = 'draft';
create index note_visit on note (visit_id, id);
create index note_patient on note (patient_id, id);
create index note_author_draft on note (author_id, id) where state = 'draft';
create index note_amends on note (amends_id) where amends_id is not null;
create trigger note_no_delete before delete on note begin select raise(abort, 'note_no_delete'); end;
create trigger note_state before update of state on note when old.state <> new.state and not (
    (old.state = 'draft' and new.state in ('signed', 'discarded'))
    or (old.state = 'signed' and new.state = 'entered_in_error'))
begin select raise(abort, 'note_state'); end;
create trigger note_kept before update on note when (old.state in ('entered_in_error', 'discarded') and new.state = old.state)
    or (old.state = 'signed' and new.state in ('signed', 'entered_in_error') and (new.state <> 'entered_in_error' or new.signed_at is not old.signed_at
        or new.amends_id is not old.amends_id or new.complaint <> old.complaint or new.history <> old.history or new.examination <> old.examination or new.assessment <> old.assessment or new.plan <> old.plan or new.follow_up <> old.follow_up or new.advice <> old.advice or new.visit_id <> old.visit_id or new.patient_id <> old.patient_id or new.author_id <> old.author_id or new.author_name <> old.author_name or new.kind <> old.kind or new.reason <> old.reason or new.started_at <> old.started_at or new.clinical_at <> old.clinical_at or new.saved_at <> old.saved_at))
begin select raise(abort, 'note_kept'); end;
-- A note tells of a moment of its visit; one for another moment cannot be written, whenever it is written.
create trigger note_visit_time before insert on note
begin
    select raise(abort, 'note_visit_time') where not exists (select 1 from visit v where v.id = new.visit_id
        and v.patient_id = new.patient_id and new.clinical_at >= v.opened_at
        and (v.closed_at is null or new.clinical_at <= v.closed_at));
end;
create trigger note_visit_time_changed before update of clinical_at on note when new.clinical_at <> old.clinical_at
begin
    select raise(abort, 'note_visit_time') where not exists (select 1 from visit v where v.id = new.visit_id
        and v.patient_id = new.patient_id and new.clinical_at >= v.opened_at
        and (v.closed_at is null or new.clinical_at <= v.closed_at));
end;
-- What an addendum adds to is a signed note of the same visit, and no addendum itself.
create trigger note_amends before insert on note when new.amends_id is not null
begin
    select raise(abort, 'note_amends') where not exists (select 1 from note n where n.id = new.amends_id
        and n.visit_id = new.visit_id and n.state = 'signed' and n.kind <> 'addendum');
end;
create trigger note_amends_changed before update of amends_id on note when new.amends_id is not null
begin
    select raise(abort, 'note_amends') where not exists (select 1 from note n where n.id = new.amends_id
        and n.visit_id = new.visit_id and n.state = 'signed' and n.kind <> 'addendum');
end;

-- What becomes of a visit, as the doctor says (rule V2). Whoever never was with a doctor is `not_consulted`.
create table disposition (
    visit_id integer primary key references visit (id),
    patient_id integer not null references patient (id),
    kind text not null constraint disposition_kind check (kind in
        ('home', 'follow_up', 'referred', 'sent_to_hospital', 'left_against_advice', 'not_consulted')),
    note text not null default '',
    back_on text,
    decided_by integer references account (id),
    decided_name text not null,
    decided_at text not null,
    version integer not null default 1
) strict;
create index disposition_patient on disposition (patient_id, visit_id);

-- Who reviews a result of an order that outlives its visit, in the place of whoever ordered it.
create table order_handover (
    line_id integer primary key references lab_line (id),
    visit_id integer not null references visit (id),
    account_id integer not null references account (id),
    given_by integer not null references account (id),
    given_at text not null
) strict;
create index order_handover_visit on order_handover (visit_id, line_id);
create index order_handover_account on order_handover (account_id, line_id);

-- Texts that fill the empty parts of a draft: an account's own, or the clinic's.
create table note_template (
    id integer primary key,
    owner_id integer references account (id),
    name text not null constraint note_template_name check (trim(name) <> ''),
    complaint text not null default '',
    history text not null default '',
    examination text not null default '',
    assessment text not null default '',
    plan text not null default '',
    follow_up text not null default '',
    advice text not null default '',
    active integer not null default 1,
    changed_by integer references account (id),
    changed_at text,
    version integer not null default 1,
    constraint note_template_written check (trim(complaint || history || examination || assessment || plan || follow_up || advice) <> '')
) strict;

create unique index note_template_owner_id_name_unique on note_template (coalesce(owner_id, 0), name) where active;

create trigger disposition_no_delete before delete on disposition begin select raise(abort, 'disposition_no_delete'); end;
create trigger disposition_open_visit before insert on disposition
begin
    select raise(abort, 'disposition_open_visit') where not exists (select 1 from visit v where v.id = new.visit_id
        and v.patient_id = new.patient_id and (v.closed_at is null or new.decided_at <= v.closed_at));
end;
create trigger disposition_open_visit_changed before update on disposition
begin
    select raise(abort, 'disposition_open_visit') where not exists (select 1 from visit v where v.id = new.visit_id
        and v.patient_id = new.patient_id and (v.closed_at is null or new.decided_at <= v.closed_at));
end;

-- Rule V2: a visit is finished when nothing is left to sign, somebody has said what becomes of it, and every order is done,
-- cancelled or handed over.
create trigger visit_whole before update of closed_at on visit
    when old.closed_at is null and new.closed_at is not null and new.close_reason = 'finished'
begin
    select raise(abort, 'visit_unsigned_note') where exists (select 1 from note n where n.visit_id = new.id
        and n.state = 'draft' and n.set_aside_at is null);
    select raise(abort, 'visit_disposition') where not exists (select 1 from disposition d where d.visit_id = new.id
        and (d.kind <> 'not_consulted'
            or not exists (select 1 from queue_entry e join service_point p on p.id = e.point_id
                where e.visit_id = new.id and p.kind = 'consulting' and e.started_at is not null)));
    select raise(abort, 'visit_open_order') where exists (select 1 from lab_line l where l.visit_id = new.id
        and l.state not in ('released', 'cancelled')
        and not exists (select 1 from order_handover h where h.line_id = l.id));
end;

-- Who treated in a visit, and so reads it where it is sealed (rule A3): who sealed it, served the patient, measured or wrote
-- in it, and the doctor of its booking.
create view visit_team as
    select z.visit_id, z.sealed_by as account_id from visit_seal z where z.sealed_by is not null
    union all
    select q.visit_id, q.served_by from queue_entry q where q.served_by is not null and q.started_at is not null
    union all
    select t.visit_id, t.taken_by from vitals t
    union all
    select n.visit_id, n.author_id from note n where n.state in ('draft', 'signed')
    union all
    select v.id, a.doctor_id from visit v join appointment a on a.id = v.appointment_id;

insert into note_template (name, complaint, history, examination, assessment, plan, follow_up, advice) values
    ('Fever', 'Fever for ___ days.', 'Chills: ___ Headache: ___ Vomiting: ___ Cough: ___ Painful urination: ___
Medicine taken so far: ___', 'Looks ___ Pale: ___ Jaundice: ___ Neck stiff: ___ Chest: ___ Abdomen, spleen: ___', '', 'Malaria test first. Paracetamol. Fluids.',
        'Back at once if it gets worse, otherwise after 3 days.', 'Drink a lot. Take the medicine until it is finished. Come back at once if you vomit everything, feel confused, or the fever is still there after 3 days.'),
    ('Sore throat and cold', 'Sore throat, runny nose or cough for ___ days.', 'Fever: ___ Trouble swallowing: ___ Short of breath: ___',
        'Throat: ___ Tonsils, pus: ___ Neck glands: ___ Ears: ___ Chest: ___', '', '', 'Only if it is not better after a week.',
        'Rest and drink warm fluids. Come back if you are short of breath, cannot swallow, or the fever lasts more than 3 days.'),
    ('Abdominal pain', 'Pain in the ___ for ___', 'Began: ___ Moves to: ___ Vomiting: ___ Stool: ___ Urine: ___ Last menstruation: ___',
        'Soft: ___ Tender at: ___ Guarding: ___ Bowel sounds: ___ Hernia sites: ___', '', '', '',
        'Come back at once if the pain becomes strong, you vomit again and again, or you see blood.'),
    ('Wound', 'Wound of the ___ since ___', 'How it happened: ___ Tetanus vaccination: ___',
        'Size: ___ Depth: ___ Edges: ___ Foreign body: ___ Feeling and movement beyond: ___', '', 'Cleaned, ___ Dressing.', 'Change the dressing after ___ days.',
        'Keep the dressing dry and clean. Come back if it becomes red, hot, swollen or smells.');
