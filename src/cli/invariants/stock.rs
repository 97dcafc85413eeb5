//! What must hold of the stock (rules §8).

use super::Invariant;

pub(super) const STOCK: &[Invariant] = &[
    Invariant {
        name: "the stock of a batch in a store is the sum of its ledger, and never below zero",
        text: "select count(*) as faults, min(batch_id) as example from (
                 select l.batch_id, l.on_hand, (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m
                   where m.batch_id = l.batch_id and m.store_id = l.store_id) as summed from stock_level l) as both_sides
               where on_hand <> summed or on_hand < 0",
    },
    Invariant {
        name: "what lies of a batch and of an item is the sum of their levels",
        text: "select count(*) as faults, min(id) as example from (
                 select b.id, b.on_hand, (select cast(coalesce(sum(l.on_hand), 0) as bigint) from stock_level l
                   where l.batch_id = b.id) as summed from stock_batch b
                 union all
                 select i.id, i.on_hand, (select cast(coalesce(sum(b.on_hand), 0) as bigint) from stock_batch b
                   where b.item_id = i.id) as summed from stock_item i) as both_sides
               where on_hand <> summed",
    },
    Invariant {
        name: "every row of the stock ledger goes on from the one before",
        text: "select count(*) as faults, min(id) as example from (
                 select id, quantity, balance,
                   coalesce(lag(balance) over (partition by batch_id, store_id order by id), 0) as before
                 from stock_movement) as line
               where balance <> before + quantity or balance < 0",
    },
    Invariant {
        name: "nothing expired was given out",
        text: "select count(*) as faults, min(m.id) as example from stock_movement m join stock_batch b on b.id = m.batch_id
               where m.kind in ('issue', 'transfer_out') and b.expiry <= m.day and not exists (
                 select 1 from stock_batch_event e
                 where e.batch_id = b.id and e.move = 'expiry' and e.at >= m.at)",
    },
    Invariant {
        name: "nothing was given out while it was on hold or recalled",
        text: "select count(*) as faults, min(m.id) as example from stock_batch_event e
               join stock_movement m on m.batch_id = e.batch_id and m.at > e.at and m.kind in ('issue', 'transfer_out')
               where e.move in ('held', 'recalled') and not exists (
                 select 1 from stock_batch_event n where n.batch_id = e.batch_id and n.id > e.id and n.at <= m.at
                   and n.move = case when e.move = 'held' then 'released' else 'recall_ended' end)",
    },
    Invariant {
        name: "what was used of an item on a day is what its ledger says",
        text: "select count(*) as faults, min(u.item_id) as example from stock_use u left join (
                 select m.item_id, m.day, cast(-sum(m.quantity) as bigint) as summed from stock_movement m
                 where m.kind in ('issue', 'return_in') group by m.item_id, m.day) as booked
               on booked.item_id = u.item_id and booked.day = u.day
               where u.quantity <> coalesce(booked.summed, 0)",
    },
    Invariant {
        name: "a transfer has left one store, and arrived in one when it ended",
        text: "select count(*) as faults, min(id) as example from (
                 select t.id, t.state, cast(sum(l.quantity) as bigint) as units,
                   (select cast(coalesce(-sum(m.quantity), 0) as bigint) from stock_movement m where m.ref_kind = 'transfer'
                      and m.ref_id = t.id and m.kind = 'transfer_out') as gone,
                   (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m where m.ref_kind = 'transfer'
                      and m.ref_id = t.id and m.kind = 'transfer_in') as come
                 from stock_transfer t join stock_transfer_line l on l.transfer_id = t.id group by t.id, t.state) as moved
               where gone <> units or come <> case when state = 'sent' then 0 else units end",
    },
    Invariant {
        name: "nothing lies in a closed store, or is on its way to or from one",
        text: "select count(*) as faults, min(s.id) as example from stock_store s where not s.active
                 and (exists (select 1 from stock_level l where l.store_id = s.id and l.on_hand > 0)
                   or exists (select 1 from stock_transfer t where t.state = 'sent'
                     and (t.from_store = s.id or t.to_store = s.id)))",
    },
    Invariant {
        name: "what is reserved is of the prescribed medicine, and no more than was prescribed",
        text: "select count(*) as faults, min(r.line_id) as example from stock_reservation r
               join prescription_line l on l.id = r.line_id join stock_item i on i.id = r.item_id
               where r.quantity > l.quantity or l.medicine_id is null or i.medicine_id is null
                 or i.medicine_id <> l.medicine_id",
    },
];
