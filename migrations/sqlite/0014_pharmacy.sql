-- The pharmacy: what was given out of a prescription, what came back, what was asked (rules §7, decision 023). Which
-- batches it came from stands in the ledger of the stock, under the id of the line.

create table dispensing (
    id integer primary key,
    prescription_id integer not null references prescription (id),
    patient_id integer not null references patient (id),
    visit_id integer not null references visit (id),
    store_id integer not null references stock_store (id),
    account_id integer not null references account (id),
    account_name text not null,
    second_id integer references account (id),
    second_name text not null default '',
    collected_by text not null default '',
    advice text not null default '',
    at text not null,
    day text not null,
    constraint dispensing_second check ((second_id is null) = (second_name = '')
        and (second_id is null or second_id <> account_id))
) strict;
create index dispensing_prescription on dispensing (prescription_id, id);
create index dispensing_patient on dispensing (patient_id, id);
create index dispensing_visit on dispensing (visit_id, id);
create index dispensing_day on dispensing (day, id);
create trigger dispensing_no_update before update on dispensing begin select raise(abort, 'dispensing_append_only'); end;
create trigger dispensing_no_delete before delete on dispensing begin select raise(abort, 'dispensing_append_only'); end;

-- One line of it, in the words that stand on the label. `quantity` counts what was given, `covers` the units of the
-- prescribed line that it stands for: they differ where another strength was given. `owed` is what was missing then.
-- `billed_ahead`: it is part of what was invoiced for the prescribed line before, and has no charge of its own.
-- `warned`: what spoke against it when it was given and the prescriber had not signed in spite of, with the reason.
create table dispensing_line (
    id integer primary key,
    dispensing_id integer not null references dispensing (id),
    line_id integer not null references prescription_line (id),
    item_id integer not null references stock_item (id),
    medicine_id integer not null references medicine (id),
    name text not null,
    strength text not null,
    form text not null,
    unit text not null,
    step integer not null,
    quantity integer not null constraint dispensing_line_quantity check (quantity between 1 and 10000),
    covers integer not null constraint dispensing_line_covers check (covers between 1 and 10000),
    owed integer not null constraint dispensing_line_owed check (owed >= 0),
    directions text not null,
    price integer not null constraint dispensing_line_price check (price between 0 and 100000000),
    substitution text not null default '' constraint dispensing_line_substitution check (substitution in
        ('', 'not_in_stock', 'patient_wish', 'form', 'other')),
    note text not null default '',
    warned text not null default '',
    warned_reason text not null default '',
    day text not null,
    billed_ahead integer not null check (billed_ahead in (0, 1)) default 0,
    returned integer not null default 0,
    returned_covers integer not null default 0,
    constraint dispensing_line_reason check (substitution <> 'other' or length(trim(note)) >= 3),
    constraint dispensing_line_warned check ((warned = '') = (warned_reason = '')
        and (warned = '' or length(trim(warned_reason)) >= 5)),
    constraint dispensing_line_returned check (returned between 0 and quantity and returned_covers between 0 and covers)
) strict;
create unique index dispensing_line_dispensing_id_line_id_unique on dispensing_line (dispensing_id, line_id);
create index dispensing_line_line on dispensing_line (line_id, id);
create index dispensing_line_medicine on dispensing_line (medicine_id, id);
-- Nothing is given of a line that is paused, over or expired, and never more than remains (rules P3, P4).
create trigger dispensing_line_open before insert on dispensing_line when not exists
    (select 1 from prescription_line l where l.id = new.line_id and l.state in ('open', 'partly')
        and l.valid_until >= new.day and l.quantity - l.given + l.returned >= new.covers)
begin select raise(abort, 'dispensing_line_open'); end;
-- A controlled medicine leaves in the sight of a second person (rule P10).
create trigger dispensing_line_second before insert on dispensing_line when exists
    (select 1 from medicine m where m.id = new.medicine_id and m.controlled = 1) and not exists
    (select 1 from dispensing d where d.id = new.dispensing_id and d.second_id is not null)
begin select raise(abort, 'dispensing_line_second'); end;
-- Another medicine than the prescribed one has its reason (rule P6).
create trigger dispensing_line_same before insert on dispensing_line when new.substitution = '' and not exists
    (select 1 from prescription_line l where l.id = new.line_id and l.medicine_id = new.medicine_id)
begin select raise(abort, 'dispensing_line_same'); end;
-- The prescribed line counts with every line that is given: its sum is never kept by hand.
create trigger dispensing_line_gives after insert on dispensing_line begin
    update prescription_line set given = given + new.covers, version = version + 1,
        given_ahead = given_ahead + case when new.billed_ahead = 1 then new.covers else 0 end,
        state = case when given + new.covers - returned = quantity then 'complete' else 'partly' end,
        owed = case when given + new.covers - returned = quantity then 0 else 1 end
        where id = new.line_id;
end;
create trigger dispensing_line_kept before update on dispensing_line when old.dispensing_id <> new.dispensing_id
    or old.line_id <> new.line_id or old.item_id <> new.item_id or old.medicine_id <> new.medicine_id
    or old.quantity <> new.quantity or old.covers <> new.covers or old.owed <> new.owed or old.price <> new.price
    or old.directions <> new.directions or old.substitution <> new.substitution or old.day <> new.day
    or old.billed_ahead <> new.billed_ahead
    or old.warned <> new.warned or old.warned_reason <> new.warned_reason
    or new.returned < old.returned or new.returned_covers < old.returned_covers
begin select raise(abort, 'dispensing_line_kept'); end;
create trigger dispensing_line_no_delete before delete on dispensing_line begin select raise(abort, 'dispensing_line_kept'); end;

-- What came back (rule P12), batch by batch.
create table dispensing_return (
    id integer primary key,
    dispensing_line_id integer not null references dispensing_line (id),
    batch_id integer not null references stock_batch (id),
    store_id integer not null references stock_store (id),
    quantity integer not null constraint dispensing_return_quantity check (quantity between 1 and 10000),
    covers integer not null constraint dispensing_return_covers check (covers between 1 and 10000),
    sealed integer not null check (sealed in (0, 1)),
    reason text not null constraint dispensing_return_reason check (length(trim(reason)) >= 3),
    account_id integer not null references account (id),
    account_name text not null,
    second_id integer references account (id),
    second_name text not null default '',
    at text not null,
    constraint dispensing_return_two check ((second_id is null) = (second_name = '')
        and (second_id is null or second_id <> account_id))
) strict;
create index dispensing_return_line on dispensing_return (dispensing_line_id, id);
-- A controlled medicine comes back in the sight of a second person, as it left (rule P10).
create trigger dispensing_return_second before insert on dispensing_return when new.second_id is null and exists
    (select 1 from dispensing_line g join medicine m on m.id = g.medicine_id
        where g.id = new.dispensing_line_id and m.controlled = 1)
begin select raise(abort, 'dispensing_return_second'); end;
create trigger dispensing_return_counts after insert on dispensing_return begin
    update dispensing_line set returned = returned + new.quantity, returned_covers = returned_covers + new.covers
        where id = new.dispensing_line_id;
    update prescription_line set returned = returned + new.covers, version = version + 1,
        returned_ahead = returned_ahead + (select case when g.billed_ahead = 1 then new.covers else 0 end
            from dispensing_line g where g.id = new.dispensing_line_id),
        state = case when state = 'complete' then 'partly' else state end
        where id = (select line_id from dispensing_line where id = new.dispensing_line_id);
end;
create trigger dispensing_return_no_update before update on dispensing_return
begin select raise(abort, 'dispensing_return_append_only'); end;
create trigger dispensing_return_no_delete before delete on dispensing_return
begin select raise(abort, 'dispensing_return_append_only'); end;

-- What the pharmacy asks or tells the prescriber: a question waits for an answer, a substitution and
-- what was given in spite of a new warning for having been read.
create table pharmacy_message (
    id integer primary key,
    kind text not null constraint pharmacy_message_known_kind check (kind in
        ('query', 'substitution', 'warning', 'stopped')),
    prescription_id integer not null references prescription (id),
    line_id integer references prescription_line (id),
    patient_id integer not null references patient (id),
    to_id integer not null references account (id),
    from_id integer not null references account (id),
    from_name text not null,
    at text not null,
    words text not null constraint pharmacy_message_words check (length(trim(words)) >= 5),
    answer text not null default '',
    answered_by integer references account (id),
    answered_name text not null default '',
    answered_at text,
    constraint pharmacy_message_answered check ((answered_at is null) = (answered_by is null)
        and (answered_at is null or kind <> 'query' or length(trim(answer)) >= 2))
) strict;
create index pharmacy_message_open on pharmacy_message (to_id, id) where answered_at is null;
create index pharmacy_message_line on pharmacy_message (line_id);
create index pharmacy_message_prescription on pharmacy_message (prescription_id, id);
create trigger pharmacy_message_kept before update on pharmacy_message when old.answered_at is not null
    or old.words <> new.words or old.kind <> new.kind or old.to_id <> new.to_id or old.prescription_id <> new.prescription_id
    or old.from_id <> new.from_id
begin select raise(abort, 'pharmacy_message_kept'); end;
create trigger pharmacy_message_no_delete before delete on pharmacy_message begin select raise(abort, 'pharmacy_message_kept'); end;

-- What is still owed, for the worklist and for whoever comes back for it.
create index prescription_line_owed on prescription_line (signed_at, id) where owed;

-- Units that are reserved for a prescribed line until the end of a day (rule K7): they leave one store for nobody else. What is
-- given of the line uses them up; a line that is over reserves nothing.
create table stock_reservation (
    line_id integer primary key references prescription_line (id),
    item_id integer not null references stock_item (id),
    store_id integer not null references stock_store (id),
    quantity integer not null constraint stock_reservation_quantity check (quantity between 0 and 10000),
    until text not null,
    day text not null,
    at text not null,
    account_id integer references account (id),
    account_name text not null,
    constraint stock_reservation_by check ((account_id is null) = (account_name = '')),
    constraint stock_reservation_until check (until >= day)
) strict;
create index stock_reservation_item on stock_reservation (item_id, store_id, until) where quantity > 0;
create index stock_reservation_until on stock_reservation (until, item_id) where quantity > 0;
create trigger stock_reservation_no_delete before delete on stock_reservation begin select raise(abort, 'stock_reservation_kept'); end;
create view stock_reserved as
    select r.line_id, l.prescription_id, r.item_id, r.store_id, r.until, r.account_name,
        case when r.quantity > l.quantity - l.given + l.returned then l.quantity - l.given + l.returned else r.quantity end as quantity
    from stock_reservation r join prescription_line l on l.id = r.line_id
    where r.quantity > 0 and l.state in ('open', 'partly', 'paused');
-- Only what can be given, of what waits, is reserved, and never more than is there for nobody else.
create trigger stock_reservation_new before insert on stock_reservation when new.quantity > 0 begin
    select raise(abort, 'stock_reservation_line') where not exists
        (select 1 from prescription_line l join stock_item i on i.medicine_id = l.medicine_id
            where l.id = new.line_id and i.id = new.item_id and l.state in ('open', 'partly', 'paused')
                and l.valid_until >= new.until and l.quantity - l.given + l.returned >= new.quantity);
    select raise(abort, 'stock_reservation_free') where new.quantity + (select coalesce(sum(r.quantity), 0) from stock_reserved r
            where r.item_id = new.item_id and r.store_id = new.store_id and r.until >= new.day and r.line_id <> new.line_id) >
        (select coalesce(sum(v.on_hand), 0) from stock_level v join stock_batch b on b.id = v.batch_id
            where v.item_id = new.item_id and v.store_id = new.store_id and v.on_hand > 0 and b.expiry > new.day
                and b.held_at is null and b.recalled_at is null);
end;
create trigger stock_reservation_changed before update on stock_reservation when new.quantity > old.quantity
    or (new.quantity > 0 and (new.until > old.until or new.item_id <> old.item_id or new.store_id <> old.store_id)) begin
    select raise(abort, 'stock_reservation_line') where not exists
        (select 1 from prescription_line l join stock_item i on i.medicine_id = l.medicine_id
            where l.id = new.line_id and i.id = new.item_id and l.state in ('open', 'partly', 'paused')
                and l.valid_until >= new.until and l.quantity - l.given + l.returned >= new.quantity);
    select raise(abort, 'stock_reservation_free') where new.quantity + (select coalesce(sum(r.quantity), 0) from stock_reserved r
            where r.item_id = new.item_id and r.store_id = new.store_id and r.until >= new.day and r.line_id <> new.line_id) >
        (select coalesce(sum(v.on_hand), 0) from stock_level v join stock_batch b on b.id = v.batch_id
            where v.item_id = new.item_id and v.store_id = new.store_id and v.on_hand > 0 and b.expiry > new.day
                and b.held_at is null and b.recalled_at is null);
end;
-- What leaves a store leaves what is reserved for others there, unless it is reserved for whom it leaves.
create trigger stock_movement_reserved before insert on stock_movement when new.kind in ('issue', 'transfer_out') and exists
    (select 1 from stock_reservation r where r.item_id = new.item_id and r.store_id = new.store_id
        and r.until >= new.day and r.quantity > 0)
begin
    select raise(abort, 'stock_movement_reserved') where
        -new.quantity > (select coalesce(sum(r.quantity), 0) from stock_reservation r join dispensing_line g on g.line_id = r.line_id
            where new.ref_kind = 'dispensing_line' and g.id = new.ref_id and r.item_id = new.item_id
                and r.store_id = new.store_id and r.until >= new.day)
        and (select coalesce(sum(v.on_hand), 0) from stock_level v join stock_batch b on b.id = v.batch_id
            where v.item_id = new.item_id and v.store_id = new.store_id and v.on_hand > 0 and b.expiry > new.day
                and b.held_at is null and b.recalled_at is null) + new.quantity <
            (select coalesce(sum(r.quantity), 0) from stock_reserved r where r.item_id = new.item_id
                and r.store_id = new.store_id and r.until >= new.day and r.line_id not in
                    (select g.line_id from dispensing_line g where new.ref_kind = 'dispensing_line' and g.id = new.ref_id));
end;
create trigger stock_movement_uses_reserved after insert on stock_movement when new.kind = 'issue' and new.ref_kind = 'dispensing_line'
begin
    update stock_reservation set quantity = case when quantity + new.quantity > 0 then quantity + new.quantity else 0 end
        where quantity > 0 and item_id = new.item_id and store_id = new.store_id
            and line_id = (select g.line_id from dispensing_line g where g.id = new.ref_id);
end;
