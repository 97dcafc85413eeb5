//! What must hold of what was given out (rules §7).

use super::Invariant;

pub(super) const PHARMACY: &[Invariant] = &[
    Invariant {
        name: "what was given of a prescribed line, and what came back, is what the pharmacy wrote down",
        text: "select count(*) as faults, min(l.id) as example from prescription_line l
               left join (select line_id, sum(covers) as given, sum(returned_covers) as returned,
                   sum(case when billed_ahead then covers else 0 end) as ahead,
                   sum(case when billed_ahead then returned_covers else 0 end) as back
                   from dispensing_line group by line_id) as g on g.line_id = l.id
               where l.state <> 'draft' and (l.given <> coalesce(g.given, 0) or l.returned <> coalesce(g.returned, 0)
                   or l.given_ahead <> coalesce(g.ahead, 0) or l.returned_ahead <> coalesce(g.back, 0))",
    },
    Invariant {
        name: "nobody was given more than was prescribed",
        text: "select count(*) as faults, min(id) as example from prescription_line where given - returned > quantity",
    },
    Invariant {
        name: "what was given out left the stock, unit by unit",
        text: "select count(*) as faults, min(g.id) as example from dispensing_line g
               left join (select ref_id, -sum(quantity) as gone from stock_movement where ref_kind = 'dispensing_line'
                   group by ref_id) as m on m.ref_id = g.id
               where g.quantity - g.returned <> coalesce(m.gone, 0)",
    },
    Invariant {
        name: "what was given out and kept is charged, unit by unit",
        text: "select count(*) as faults, min(g.id) as example from dispensing_line g
               left join charge c on c.kind = 'medicine' and c.source = g.id and c.withdrawn_at is null
               where not g.billed_ahead and g.quantity - g.returned <> coalesce(c.done_quantity, c.quantity, 0)",
    },
    Invariant {
        name: "of what was invoiced before it was given, no more was given, and no less without the cashier being told",
        text: "select count(*) as faults, min(l.id) as example from prescription_line l
               left join charge c on c.kind = 'medicine' and c.source = -l.id and c.withdrawn_at is null
               where l.given_ahead - l.returned_ahead > coalesce(c.done_quantity, c.quantity, 0)
                   or (c.state in ('billable', 'billed', 'paid') and l.state in ('complete', 'closed', 'cancelled')
                       and l.given_ahead - l.returned_ahead <> coalesce(c.done_quantity, c.quantity))",
    },
    Invariant {
        name: "what came back of a line is its returns",
        text: "select count(*) as faults, min(g.id) as example from dispensing_line g
               left join (select dispensing_line_id, sum(quantity) as back from dispensing_return group by dispensing_line_id)
                   as r on r.dispensing_line_id = g.id
               where g.returned <> coalesce(r.back, 0)",
    },
    Invariant {
        name: "nothing was given out after its prescription had expired",
        text: "select count(*) as faults, min(g.id) as example from dispensing_line g
               join prescription_line l on l.id = g.line_id where g.day > l.valid_until",
    },
    Invariant {
        name: "controlled medicines left in the sight of a second person",
        text: "select count(*) as faults, min(g.id) as example from dispensing_line g join dispensing d on d.id = g.dispensing_id
               join prescription_line l on l.id = g.line_id where l.controlled and d.second_id is null",
    },
];
