-- Stock: items, stores, batches, and a ledger that only grows (rules §8, decision 022).

create table stock_setting (
    id integer primary key check (id = 1),
    approve_above integer not null constraint stock_setting_approve check (approve_above between 0 and 100000000000),
    shelf_days integer not null constraint stock_setting_shelf check (shelf_days between 0 and 3650),
    soon_days integer not null constraint stock_setting_soon check (soon_days between 1 and 3650),
    -- For so long what came in, or was paid, is reserved for whom it is owed; 0: nothing is reserved by itself.
    reserve_days integer not null default 3 constraint stock_setting_reserve check (reserve_days between 0 and 30),
    version integer not null default 1
) strict;
insert into stock_setting (id, approve_above, shelf_days, soon_days) values (1, 2000000, 90, 90);

-- Where things lie: a dispensary hands out to patients, a treatment room uses things up.
create table stock_store (
    id integer primary key,
    name text not null constraint stock_store_name check (length(trim(name)) >= 2),
    kind text not null constraint stock_store_known_kind check (kind in ('dispensary', 'store', 'treatment', 'quarantine')),
    service_point_id integer references service_point (id),
    position integer not null default 0,
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1,
    constraint stock_store_quarantine check (kind <> 'quarantine' or active = 1)
) strict;
create unique index stock_store_name_unique on stock_store (lower(name));
create unique index stock_store_kind_unique on stock_store (kind) where kind = 'quarantine';
insert into stock_store (name, kind, position) values ('Pharmacy', 'dispensary', 1);
insert into stock_store (name, kind, position) values ('Quarantine', 'quarantine', 9);

create table supplier (
    id integer primary key,
    name text not null constraint supplier_name check (length(trim(name)) >= 2),
    phone text not null default '',
    email text not null default '',
    address text not null default '',
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index supplier_name_unique on supplier (lower(name));

-- What is kept: every medicine, supplies, equipment. Quantities are whole smallest units; `pack` only converts, `step` is the
-- least that leaves. Whoever books something takes `moves` first, so that bookings of one item stand in a line. `on_hand` is what
-- lies of it in all stores, the sum of the ledger like that of a batch and of a level (rule K2).
create table stock_item (
    id integer primary key,
    kind text not null constraint stock_item_known_kind check (kind in ('medicine', 'supply', 'equipment')),
    medicine_id integer references medicine (id),
    name text not null constraint stock_item_name check (length(trim(name)) >= 2),
    unit text not null constraint stock_item_unit_word check (unit <> ''),
    pack integer not null constraint stock_item_pack check (pack between 1 and 10000),
    step integer not null constraint stock_item_step check (step between 1 and 10000),
    reorder_level integer constraint stock_item_reorder check (reorder_level between 0 and 1000000),
    lead_days integer not null default 14 constraint stock_item_lead check (lead_days between 0 and 365),
    cover_days integer not null default 30 constraint stock_item_cover check (cover_days between 1 and 365),
    folded text not null,
    moves integer not null default 0,
    on_hand integer not null default 0 constraint stock_item_on_hand check (on_hand >= 0),
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1,
    constraint stock_item_medicine check ((kind = 'medicine') = (medicine_id is not null))
) strict;
create unique index stock_item_medicine_id_unique on stock_item (medicine_id) where medicine_id is not null;
create unique index stock_item_folded_unique on stock_item (folded) where medicine_id is null;
create index stock_item_in_order on stock_item (folded, id);

-- Every medicine is an item from its first moment, also with nothing on the shelf.
insert into stock_item (kind, medicine_id, name, unit, pack, step, reorder_level, folded, active)
    select 'medicine', id, trim(generic || ' ' || strength || ' ' || replace(form, '_', ' ')), unit, pack, step,
        reorder_level, folded, active from medicine;
create trigger stock_item_of_medicine after insert on medicine begin
    insert into stock_item (kind, medicine_id, name, unit, pack, step, reorder_level, folded, active)
    values ('medicine', new.id, trim(new.generic || ' ' || new.strength || ' ' || replace(new.form, '_', ' ')), new.unit,
        new.pack, new.step, new.reorder_level, new.folded, new.active);
end;
create trigger stock_item_with_medicine after update of generic, strength, form, unit, pack, step, reorder_level, folded, active
    on medicine begin
    update stock_item set name = trim(new.generic || ' ' || new.strength || ' ' || replace(new.form, '_', ' ')),
        unit = new.unit, pack = new.pack, step = new.step, reorder_level = new.reorder_level, folded = new.folded,
        active = new.active where medicine_id = new.id;
end;

-- What procedures call a thing that is an item here.
create table stock_alias (
    name text primary key,
    item_id integer not null references stock_item (id)
) strict;
create index stock_alias_item on stock_alias (item_id);
-- A controlled medicine never leaves by the way: it is given out in the sight of a second person (rule P10).
create trigger stock_alias_controlled before insert on stock_alias when exists
    (select 1 from stock_item i join medicine m on m.id = i.medicine_id where i.id = new.item_id and m.controlled = 1)
begin select raise(abort, 'stock_alias_controlled'); end;

-- A batch. What does not expire stands with the last day of the calendar.
create table stock_batch (
    id integer primary key,
    item_id integer not null references stock_item (id),
    number text not null constraint stock_batch_number check (length(trim(number)) >= 1),
    expiry text not null,
    unit_cost integer not null constraint stock_batch_cost check (unit_cost between 0 and 1000000000),
    supplier_id integer references supplier (id),
    received_at text not null,
    held_reason text not null default '',
    held_at text,
    recall_reason text not null default '',
    recalled_at text,
    on_hand integer not null default 0 constraint stock_batch_on_hand check (on_hand >= 0),
    version integer not null default 1,
    constraint stock_batch_held check ((held_at is null) = (held_reason = '')
        and (held_at is null or length(trim(held_reason)) >= 3)),
    constraint stock_batch_recalled check ((recalled_at is null) = (recall_reason = '')
        and (recalled_at is null or length(trim(recall_reason)) >= 3))
) strict;
create unique index stock_batch_item_id_number_unique on stock_batch (item_id, number);
create index stock_batch_of_number on stock_batch (number);
create index stock_batch_first on stock_batch (item_id, received_at);
-- The few that are not simply usable, however many were used up in the past.
create index stock_batch_ends on stock_batch (expiry) where on_hand > 0;
create index stock_batch_apart on stock_batch (id) where on_hand > 0 and (held_at is not null or recalled_at is not null);
create trigger stock_batch_expires before insert on stock_batch when new.expiry >= '9999-12-31'
begin
    select raise(abort, 'stock_batch_expires') where exists
        (select 1 from stock_item where id = new.item_id and kind = 'medicine');
end;
create trigger stock_batch_kept before update of item_id, number, received_at on stock_batch
    when old.item_id <> new.item_id or old.number <> new.number or old.received_at <> new.received_at
begin select raise(abort, 'stock_batch_kept'); end;
-- What would last longer than it was received for rests until somebody else has looked at the pack (rule P8).
create trigger stock_batch_prolonged before update of expiry on stock_batch when new.expiry > old.expiry and new.held_at is null
begin select raise(abort, 'stock_batch_prolonged'); end;
create trigger stock_batch_no_delete before delete on stock_batch begin select raise(abort, 'stock_batch_kept'); end;

-- What was done to a batch without moving a unit.
create table stock_batch_event (
    id integer primary key,
    batch_id integer not null references stock_batch (id),
    at text not null,
    move text not null constraint stock_batch_event_move check (move in ('held', 'released', 'recalled', 'recall_ended', 'expiry')),
    words text not null default '',
    reason text not null constraint stock_batch_event_reason check (length(trim(reason)) >= 3),
    account_id integer references account (id),
    account_name text not null
) strict;
create index stock_batch_event_batch on stock_batch_event (batch_id, id);
create trigger stock_batch_event_second before insert on stock_batch_event when new.move = 'released' and exists
    (select 1 from stock_batch_event e where e.batch_id = new.batch_id and e.move = 'expiry' and e.account_id = new.account_id
        and not exists (select 1 from stock_batch_event l where l.batch_id = e.batch_id and l.id > e.id
            and l.move in ('expiry', 'held', 'released')))
begin select raise(abort, 'stock_batch_event_second'); end;
create trigger stock_batch_event_no_update before update on stock_batch_event
begin select raise(abort, 'stock_batch_event_append_only'); end;
create trigger stock_batch_event_no_delete before delete on stock_batch_event
begin select raise(abort, 'stock_batch_event_append_only'); end;

-- What lies where: the sum of the ledger, kept by the ledger itself (rule K2).
create table stock_level (
    batch_id integer not null references stock_batch (id),
    store_id integer not null references stock_store (id),
    item_id integer not null references stock_item (id),
    on_hand integer not null constraint stock_level_on_hand check (on_hand >= 0),
    primary key (batch_id, store_id)
) strict, without rowid;
create index stock_level_item on stock_level (item_id, store_id, batch_id) where on_hand > 0;
create index stock_level_store on stock_level (store_id, item_id) where on_hand > 0;
-- Somewhere things are handed out to patients, and what lies in a store does not go out of sight with it.
create trigger stock_store_last before update of kind, active on stock_store when old.kind = 'dispensary' and old.active = 1
    and not (new.kind = 'dispensary' and new.active = 1) and not exists
    (select 1 from stock_store where id <> old.id and kind = 'dispensary' and active = 1)
begin select raise(abort, 'stock_store_last'); end;
create trigger stock_store_holds before update of kind, active on stock_store when ((old.active = 1 and new.active = 0)
    or (old.kind = 'dispensary' and new.kind <> 'dispensary')) and exists
    (select 1 from stock_level where store_id = old.id and on_hand > 0)
begin select raise(abort, 'stock_store_holds'); end;

-- What was used up on a day, and the days on which there was nothing to use (rule K8).
create table stock_use (
    item_id integer not null references stock_item (id),
    day text not null,
    quantity integer not null,
    primary key (item_id, day)
) strict, without rowid;
create table stock_out_day (
    item_id integer not null references stock_item (id),
    day text not null,
    primary key (item_id, day)
) strict, without rowid;

-- The ledger (rules K1, K4, K6). `balance` is what lies in the store of this batch after the row.
create table stock_movement (
    id integer primary key,
    item_id integer not null references stock_item (id),
    batch_id integer not null references stock_batch (id),
    store_id integer not null references stock_store (id),
    kind text not null constraint stock_movement_known_kind check (kind in ('opening', 'receipt', 'issue', 'return_in',
        'return_supplier', 'transfer_out', 'transfer_in', 'adjust_gain', 'adjust_loss', 'expired', 'damaged', 'stocktake')),
    quantity integer not null constraint stock_movement_quantity check (quantity <> 0 and quantity between -100000000 and 100000000),
    balance integer not null constraint stock_movement_positive check (balance >= 0),
    unit_cost integer not null constraint stock_movement_cost check (unit_cost between 0 and 1000000000),
    reason text not null default '',
    ref_kind text not null default '',
    ref_id integer not null default 0,
    account_id integer references account (id),
    account_name text not null,
    at text not null,
    occurred_at text,
    day text not null,
    constraint stock_movement_sign check (kind = 'stocktake'
        or (quantity > 0) = (kind in ('opening', 'receipt', 'return_in', 'transfer_in', 'adjust_gain'))),
    constraint stock_movement_reason check (kind not in ('adjust_gain', 'adjust_loss', 'damaged', 'return_supplier')
        or length(trim(reason)) >= 3),
    constraint stock_movement_ref check ((ref_kind = '') = (ref_id = 0)),
    constraint stock_movement_occurred check (occurred_at is null or (occurred_at <= at and kind <> 'issue'))
) strict;
create index stock_movement_batch on stock_movement (batch_id, store_id, id);
create index stock_movement_item on stock_movement (item_id, id);
create index stock_movement_ref on stock_movement (ref_kind, ref_id) where ref_kind <> '';
create index stock_movement_paid on stock_movement (item_id, id) where kind = 'receipt' and unit_cost > 0;
create trigger stock_movement_of_item before insert on stock_movement when new.item_id <>
    (select item_id from stock_batch where id = new.batch_id)
begin select raise(abort, 'stock_movement_item'); end;
-- Nothing comes into a closed store, where nobody would look for it.
create trigger stock_movement_store before insert on stock_movement when new.quantity > 0 and not exists
    (select 1 from stock_store where id = new.store_id and active = 1)
begin select raise(abort, 'stock_movement_store'); end;
-- Nothing expired, held or recalled leaves for a patient or another store; nothing expired arrives (rules P7, P8, K5).
create trigger stock_movement_usable before insert on stock_movement when new.kind in ('issue', 'transfer_out') and exists
    (select 1 from stock_batch where id = new.batch_id
        and (expiry <= new.day or held_at is not null or recalled_at is not null))
begin select raise(abort, 'stock_movement_usable'); end;
create trigger stock_movement_fresh before insert on stock_movement when new.kind = 'receipt' and exists
    (select 1 from stock_batch where id = new.batch_id and expiry <= new.day)
begin select raise(abort, 'stock_movement_fresh'); end;
create trigger stock_movement_expired before insert on stock_movement when new.kind = 'expired' and exists
    (select 1 from stock_batch where id = new.batch_id and expiry > new.day)
begin select raise(abort, 'stock_movement_expired'); end;
-- Nor does a controlled medicine leave with a procedure, whatever names it had before it was one (rule P10).
create trigger stock_movement_controlled before insert on stock_movement when new.kind = 'issue'
    and new.ref_kind = 'visit_procedure' and exists
    (select 1 from stock_item i join medicine m on m.id = i.medicine_id where i.id = new.item_id and m.controlled = 1)
begin select raise(abort, 'stock_movement_controlled'); end;
-- The ledger keeps the level, whoever writes: a row that would go below zero is refused with everything around it.
create trigger stock_movement_books after insert on stock_movement begin
    insert into stock_level (batch_id, store_id, item_id, on_hand) select new.batch_id, new.store_id, new.item_id, 0
        where not exists (select 1 from stock_level where batch_id = new.batch_id and store_id = new.store_id);
    update stock_level set on_hand = on_hand + new.quantity where batch_id = new.batch_id and store_id = new.store_id;
    update stock_batch set on_hand = on_hand + new.quantity where id = new.batch_id;
    update stock_item set on_hand = on_hand + new.quantity where id = new.item_id;
    select raise(abort, 'stock_movement_balance') where new.balance <>
        (select on_hand from stock_level where batch_id = new.batch_id and store_id = new.store_id);
end;
create trigger stock_movement_used after insert on stock_movement when new.kind in ('issue', 'return_in') begin
    insert into stock_use (item_id, day, quantity) values (new.item_id, new.day, -new.quantity)
        on conflict (item_id, day) do update set quantity = quantity + excluded.quantity;
end;
create trigger stock_movement_no_update before update on stock_movement begin select raise(abort, 'stock_movement_append_only'); end;
create trigger stock_movement_no_delete before delete on stock_movement begin select raise(abort, 'stock_movement_append_only'); end;
-- What was counted in one unit is not counted in another one afterwards (rule K9).
create trigger stock_item_unit before update of unit on stock_item when old.unit <> new.unit and exists
    (select 1 from stock_movement where item_id = old.id)
begin select raise(abort, 'stock_item_unit'); end;
-- What is booked or signed stays the same thing: a tablet of 400 mg in the books is not one of 800 mg from now on. Tall letters
-- in the name change nothing.
create trigger medicine_identity before update of generic, strength, form, route, ingredients on medicine
    when (lower(old.generic) <> lower(new.generic) or old.strength <> new.strength or old.form <> new.form
        or old.route <> new.route or old.ingredients <> new.ingredients)
    and (exists (select 1 from stock_item i join stock_movement m on m.item_id = i.id where i.medicine_id = old.id)
        or exists (select 1 from prescription_line where medicine_id = old.id and state <> 'draft'))
begin select raise(abort, 'medicine_identity'); end;
-- While units of it lie there, nobody makes it one that one person alone may lose (rule P10).
create trigger medicine_controlled_held before update of controlled on medicine when old.controlled = 1 and new.controlled = 0
    and exists (select 1 from stock_item where medicine_id = old.id and on_hand > 0)
begin select raise(abort, 'medicine_controlled_held'); end;

create table stock_order (
    id integer primary key,
    supplier_id integer not null references supplier (id),
    store_id integer not null references stock_store (id),
    state text not null constraint stock_order_known_state check (state in ('draft', 'sent', 'part', 'received', 'closed')),
    expected_on text,
    note text not null default '',
    made_by integer references account (id),
    made_name text not null,
    made_at text not null,
    sent_at text,
    ended_at text,
    reason text not null default '',
    version integer not null default 1,
    constraint stock_order_sent check (state not in ('sent', 'part', 'received') or sent_at is not null),
    constraint stock_order_ended check ((ended_at is not null) = (state in ('received', 'closed'))
        and (state <> 'closed' or length(trim(reason)) >= 3))
) strict;
create index stock_order_open on stock_order (id) where state in ('draft', 'sent', 'part');
create index stock_order_supplier on stock_order (supplier_id, id);
create trigger stock_order_state before update of state on stock_order when old.state <> new.state and not (
    (old.state = 'draft' and new.state in ('sent', 'closed'))
    or (old.state = 'sent' and new.state in ('part', 'received', 'closed'))
    or (old.state = 'part' and new.state in ('received', 'closed'))
    -- It opens again when a slip is corrected, and something of it is still to come.
    or (old.state = 'received' and new.state = 'part' and exists (select 1 from stock_order_line
        where order_id = old.id and received - corrected < quantity)))
begin select raise(abort, 'stock_order_state'); end;
create trigger stock_order_no_delete before delete on stock_order begin select raise(abort, 'stock_order_kept'); end;

create table stock_order_line (
    id integer primary key,
    order_id integer not null references stock_order (id),
    item_id integer not null references stock_item (id),
    quantity integer not null constraint stock_order_line_quantity check (quantity between 1 and 10000000),
    received integer not null default 0 constraint stock_order_line_received check (received between 0 and 100000000),
    -- Of what was booked as received, what turned out to be a slip of the pen.
    corrected integer not null default 0 constraint stock_order_line_corrected check (corrected between 0 and received),
    unit_cost integer not null constraint stock_order_line_cost check (unit_cost between 0 and 1000000000)
) strict;
create unique index stock_order_line_order_id_item_id_unique on stock_order_line (order_id, item_id);
create index stock_order_line_item on stock_order_line (item_id, order_id);
create trigger stock_order_line_kept before update on stock_order_line when (old.order_id <> new.order_id
    or old.item_id <> new.item_id or old.quantity <> new.quantity or old.received > new.received
    or old.corrected > new.corrected)
    and (select state from stock_order where id = old.order_id) <> 'draft'
begin select raise(abort, 'stock_order_line_kept'); end;
create trigger stock_order_line_no_delete before delete on stock_order_line
    when (select state from stock_order where id = old.order_id) <> 'draft'
begin select raise(abort, 'stock_order_line_kept'); end;

-- What arrived at one moment, against an order or without one; its lines are the ledger's.
create table stock_receipt (
    id integer primary key,
    store_id integer not null references stock_store (id),
    supplier_id integer references supplier (id),
    order_id integer references stock_order (id),
    note text not null default '',
    account_id integer references account (id),
    account_name text not null,
    at text not null
) strict;
create index stock_receipt_order on stock_receipt (order_id) where order_id is not null;
create trigger stock_receipt_no_update before update on stock_receipt begin select raise(abort, 'stock_receipt_append_only'); end;
create trigger stock_receipt_no_delete before delete on stock_receipt begin select raise(abort, 'stock_receipt_append_only'); end;
-- What a pack of it cost as it stands on the supplier's paper, in kobo: the ledger's cost of a unit is a whole kobo. Of one
-- batch some may be paid and some free.
create table stock_receipt_price (
    receipt_id integer not null references stock_receipt (id),
    batch_id integer not null references stock_batch (id),
    pack integer not null constraint stock_receipt_price_pack check (pack >= 1),
    pack_cost integer not null constraint stock_receipt_price_cost check (pack_cost between 0 and 1000000000),
    primary key (receipt_id, batch_id, pack_cost)
) strict, without rowid;
create trigger stock_receipt_price_no_update before update on stock_receipt_price
begin select raise(abort, 'stock_receipt_price_append_only'); end;
create trigger stock_receipt_price_no_delete before delete on stock_receipt_price
begin select raise(abort, 'stock_receipt_price_append_only'); end;

-- On the way from one store to another until it is accepted or refused.
create table stock_transfer (
    id integer primary key,
    from_store integer not null references stock_store (id),
    to_store integer not null references stock_store (id),
    state text not null constraint stock_transfer_known_state check (state in ('sent', 'accepted', 'refused')),
    note text not null default '',
    sent_by integer references account (id),
    sent_name text not null,
    sent_at text not null,
    ended_by integer references account (id),
    ended_name text not null default '',
    ended_at text,
    reason text not null default '',
    version integer not null default 1,
    constraint stock_transfer_two_stores check (from_store <> to_store),
    constraint stock_transfer_ended check ((state = 'sent') = (ended_at is null)
        and (state <> 'refused' or length(trim(reason)) >= 3))
) strict;
create index stock_transfer_open on stock_transfer (to_store, id) where state = 'sent';
-- What is on its way has an open store to arrive in, and one to go back to.
create trigger stock_transfer_stores before insert on stock_transfer when exists
    (select 1 from stock_store where id in (new.from_store, new.to_store) and active = 0)
begin select raise(abort, 'stock_transfer_stores'); end;
-- Out of quarantine nothing goes without a reason, and somebody else than who sends it takes it in (rule P12).
create trigger stock_transfer_quarantine before insert on stock_transfer when length(trim(new.note)) < 3 and exists
    (select 1 from stock_store where id = new.from_store and kind = 'quarantine')
begin select raise(abort, 'stock_transfer_quarantine'); end;
create trigger stock_transfer_second before update of state on stock_transfer when new.state = 'accepted'
    and (new.ended_by is null or new.ended_by = old.sent_by) and exists
    (select 1 from stock_store where id = old.from_store and kind = 'quarantine')
begin select raise(abort, 'stock_transfer_second'); end;
create trigger stock_store_awaits before update of active on stock_store when old.active = 1 and new.active = 0 and exists
    (select 1 from stock_transfer where state = 'sent' and (from_store = old.id or to_store = old.id))
begin select raise(abort, 'stock_store_awaits'); end;
create trigger stock_transfer_state before update on stock_transfer when old.state <> 'sent'
    or old.from_store <> new.from_store or old.to_store <> new.to_store
begin select raise(abort, 'stock_transfer_state'); end;
create trigger stock_transfer_no_delete before delete on stock_transfer begin select raise(abort, 'stock_transfer_kept'); end;

create table stock_transfer_line (
    id integer primary key,
    transfer_id integer not null references stock_transfer (id),
    item_id integer not null references stock_item (id),
    batch_id integer not null references stock_batch (id),
    quantity integer not null constraint stock_transfer_line_quantity check (quantity between 1 and 10000000),
    accepted integer constraint stock_transfer_line_accepted check (accepted between 0 and quantity)
) strict;
create unique index stock_transfer_line_transfer_id_batch_id_unique on stock_transfer_line (transfer_id, batch_id);
create index stock_transfer_line_item on stock_transfer_line (item_id, transfer_id);
create index stock_transfer_line_batch on stock_transfer_line (batch_id);
create trigger stock_transfer_line_kept before update on stock_transfer_line when old.accepted is not null
    or old.quantity <> new.quantity or old.batch_id <> new.batch_id or old.transfer_id <> new.transfer_id
begin select raise(abort, 'stock_transfer_line_kept'); end;

-- A correction of the stock with its reason. Above the clinic's limit it waits for a second person.
create table stock_adjustment (
    id integer primary key,
    item_id integer not null references stock_item (id),
    batch_id integer not null references stock_batch (id),
    store_id integer not null references stock_store (id),
    kind text not null constraint stock_adjustment_known_kind check (kind in
        ('adjust_gain', 'adjust_loss', 'expired', 'damaged', 'return_supplier')),
    quantity integer not null constraint stock_adjustment_quantity check (quantity between 1 and 10000000),
    reason text not null,
    note text not null default '',
    value integer not null constraint stock_adjustment_value check (value >= 0),
    state text not null constraint stock_adjustment_known_state check (state in ('waiting', 'done', 'refused')),
    proposed_by integer references account (id),
    proposed_name text not null,
    proposed_at text not null,
    decided_by integer references account (id),
    decided_name text not null default '',
    decided_at text,
    decision text not null default '',
    two_people integer not null check (two_people in (0, 1)),
    constraint stock_adjustment_two check (two_people = 0 or state = 'waiting'
        or (decided_by is not null and decided_by <> proposed_by)),
    constraint stock_adjustment_decided check ((state = 'waiting') = (decided_at is null)),
    constraint stock_adjustment_told check (state <> 'refused' or length(trim(decision)) >= 3)
) strict;
create index stock_adjustment_waiting on stock_adjustment (id) where state = 'waiting';
create index stock_adjustment_item on stock_adjustment (item_id, id);
-- Of a controlled medicine nothing is lost or found by one person alone (rule P10).
create trigger stock_adjustment_controlled before insert on stock_adjustment when new.two_people = 0 and exists
    (select 1 from stock_item i join medicine m on m.id = i.medicine_id where i.id = new.item_id and m.controlled = 1)
begin select raise(abort, 'stock_adjustment_controlled'); end;
create trigger stock_adjustment_kept before update on stock_adjustment when old.state <> 'waiting' or old.batch_id <> new.batch_id
    or old.store_id <> new.store_id or old.kind <> new.kind or old.quantity <> new.quantity or old.value <> new.value
    or old.proposed_by is not new.proposed_by or old.two_people <> new.two_people
begin select raise(abort, 'stock_adjustment_kept'); end;
create trigger stock_adjustment_no_delete before delete on stock_adjustment begin select raise(abort, 'stock_adjustment_kept'); end;

-- A stocktake: each line's book value is frozen when it is counted (rule K6); a second person posts the differences.
create table stock_count (
    id integer primary key,
    store_id integer not null references stock_store (id),
    state text not null constraint stock_count_known_state check (state in ('counting', 'counted', 'posted', 'cancelled')),
    about text not null default '',
    begun_by integer references account (id),
    begun_name text not null,
    begun_at text not null,
    counted_by integer references account (id),
    counted_name text not null default '',
    counted_at text,
    ended_by integer references account (id),
    ended_name text not null default '',
    ended_at text,
    reason text not null default '',
    version integer not null default 1,
    constraint stock_count_counted check (state not in ('counted', 'posted') or counted_at is not null),
    constraint stock_count_ended check ((state in ('posted', 'cancelled')) = (ended_at is not null)
        and (state <> 'cancelled' or length(trim(reason)) >= 3)),
    constraint stock_count_two check (state <> 'posted' or (ended_by is not null and ended_by <> counted_by))
) strict;
create unique index stock_count_store_id_unique on stock_count (store_id) where state in ('counting', 'counted');
create trigger stock_count_state before update of state on stock_count when old.state <> new.state and not (
    (old.state = 'counting' and new.state in ('counted', 'cancelled'))
    or (old.state = 'counted' and new.state in ('counting', 'posted', 'cancelled')))
begin select raise(abort, 'stock_count_state'); end;
create trigger stock_count_no_delete before delete on stock_count begin select raise(abort, 'stock_count_kept'); end;

create table stock_count_line (
    id integer primary key,
    count_id integer not null references stock_count (id),
    item_id integer not null references stock_item (id),
    batch_id integer not null references stock_batch (id),
    book integer constraint stock_count_line_book check (book >= 0),
    counted integer constraint stock_count_line_counted check (counted between 0 and 10000000),
    counted_name text not null default '',
    counted_at text,
    reason text not null default '',
    constraint stock_count_line_frozen check ((counted is null) = (book is null) and (counted is null) = (counted_at is null))
) strict;
create unique index stock_count_line_count_id_batch_id_unique on stock_count_line (count_id, batch_id);
create index stock_count_line_item on stock_count_line (item_id);
create index stock_count_line_batch on stock_count_line (batch_id);
create trigger stock_count_line_new before insert on stock_count_line
    when (select state from stock_count where id = new.count_id) <> 'counting'
begin select raise(abort, 'stock_count_line_kept'); end;
create trigger stock_count_line_kept before update on stock_count_line
    when exists (select 1 from stock_count where id in (old.count_id, new.count_id) and state <> 'counting')
begin select raise(abort, 'stock_count_line_kept'); end;
create trigger stock_count_line_no_delete before delete on stock_count_line begin select raise(abort, 'stock_count_kept'); end;
