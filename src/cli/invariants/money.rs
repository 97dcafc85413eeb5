//! What must hold of money (rules §9).

use super::Invariant;

pub(super) const MONEY: &[Invariant] = &[
    Invariant {
        name: "an issued invoice asks what its lines come to",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(base + surcharge) as gross, sum(discount) as discount, sum(tax) as tax,
                   sum(covered) as covered, sum(patient) as patient, sum(credited) as credited
                   from invoice_line group by invoice_id) as l on l.invoice_id = i.id
               where i.state = 'issued' and (l.gross is null or l.gross <> i.gross or l.discount <> i.discount
                 or l.tax <> i.tax or l.covered <> i.scheme_part or l.patient + i.rounding <> i.patient_part)",
    },
    Invariant {
        name: "what an invoice was paid and gave back is its payments and refunds",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(amount) as paid from payment where reversed_at is null and invoice_id is not null
                   group by invoice_id) as p on p.invoice_id = i.id
               left join (select invoice_id, sum(amount) as back from refund where state = 'paid' and invoice_id is not null
                   group by invoice_id) as r on r.invoice_id = i.id
               where i.paid <> coalesce(p.paid, 0) or i.refunded <> coalesce(r.back, 0)",
    },
    Invariant {
        name: "what was credited of an invoice is its credit notes",
        text: "select count(*) as faults, min(i.id) as example from invoice i
               left join (select invoice_id, sum(total) as total, sum(patient_part) as patient from credit_note
                   group by invoice_id) as n on n.invoice_id = i.id
               where i.credited <> coalesce(n.total, 0) or i.credited_patient <> coalesce(n.patient, 0)",
    },
    Invariant {
        name: "what was credited of a line is the lines of its credit notes",
        text: "select count(*) as faults, min(l.id) as example from invoice_line l
               left join (select line_id, sum(amount) as amount, sum(covered) as covered from credit_note_line
                   group by line_id) as n on n.line_id = l.id
               where l.credited <> coalesce(n.amount, 0) or l.credited_scheme <> coalesce(n.covered, 0)",
    },
    Invariant {
        name: "no payment gives back more than it was, and what it gives back is its refunds",
        text: "select count(*) as faults, min(p.id) as example from payment p
               left join (select payment_id, sum(amount) as back from refund where state <> 'declined' group by payment_id)
                   as r on r.payment_id = p.id
               where p.refunded <> coalesce(r.back, 0) or p.refunded > p.amount",
    },
    Invariant {
        name: "a receipt is the sum of its payments",
        text: "select count(*) as faults, min(r.id) as example from receipt r
               left join (select receipt_id, sum(amount) as amount from payment group by receipt_id) as p on p.receipt_id = r.id
               where r.total <> coalesce(p.amount, 0)",
    },
    Invariant {
        name: "a wallet holds the sum of its movements",
        text: "select count(*) as faults, min(coalesce(w.patient_id, e.patient_id)) as example from wallet w
               full join (select patient_id, sum(amount) as amount from wallet_entry group by patient_id) as e
                   on e.patient_id = w.patient_id
               where coalesce(w.balance, 0) <> coalesce(e.amount, 0)",
    },
    Invariant {
        name: "invoices, receipts, credit notes, refunds and batches of a year count from 1 without a gap",
        text: "select count(*) as faults, min(example) as example from (
                 select min(id) as example from invoice where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from receipt group by year having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from credit_note group by year having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from refund where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)
                 union all select min(id) from claim_batch where number is not null group by year
                   having min(number) <> 1 or max(number) <> count(*)) as gaps",
    },
    Invariant {
        name: "no charge is on two live invoices, and what is billed is on one",
        text: "select count(*) as faults, min(c.id) as example from charge c
               left join (select charge_id, count(*) as live from invoice_line where live and charge_id is not null
                   group by charge_id) as l on l.charge_id = c.id
               where coalesce(l.live, 0) > 1 or (c.state in ('billed', 'paid') and coalesce(l.live, 0) <> 1)
                 or (c.state in ('planned', 'billable') and coalesce(l.live, 0) <> 0)",
    },
    Invariant {
        name: "a charge is paid when its invoice is",
        text: "select count(*) as faults, min(c.id) as example from charge c
               join invoice_line l on l.charge_id = c.id and l.live join invoice i on i.id = l.invoice_id
               where i.state = 'issued' and (c.state = 'paid') <> (i.patient_part - i.credited_patient <= i.paid - i.refunded)",
    },
    Invariant {
        name: "a claim asks the scheme's part of its invoice",
        text: "select count(*) as faults, min(i.id) as example from invoice i left join claim c on c.invoice_id = i.id
               where i.state = 'issued' and (i.scheme_part <> coalesce(c.amount, 0)
                 or i.credited_scheme <> coalesce(c.credited, 0) or i.scheme_id <> coalesce(c.scheme_id, i.scheme_id))",
    },
    Invariant {
        name: "what a claim says is asked of the patient stands on a live invoice",
        text: "select count(*) as faults, min(c.id) as example from claim c
               left join (select l.invoice_id, count(*) as lines from invoice_line l join invoice i on i.id = l.invoice_id
                   where l.shortfall and l.live and i.state in ('draft', 'issued') group by l.invoice_id) as b
                   on b.invoice_id = c.patient_invoice_id
               where (c.to_patient > 0) <> (coalesce(b.lines, 0) > 0)",
    },
    Invariant {
        name: "what a scheme's limits were used for is on its invoices",
        text: "select count(*) as faults, min(u.enrolment_id) as example from coverage_use u
               left join (select i.enrolment_id, l.coverage_group, sum(l.covered - l.credited_scheme - l.freed) as used
                   from invoice i join invoice_line l on l.invoice_id = i.id where i.state = 'issued'
                   and i.enrolment_id is not null group by i.enrolment_id, l.coverage_group) as s
                   on s.enrolment_id = u.enrolment_id and s.coverage_group = u.coverage_group
               where u.used <> coalesce(s.used, 0)",
    },
    Invariant {
        name: "the cash that a closed shift expected is what came and went",
        text: "select count(*) as faults, min(s.id) as example from shift s
               left join (select shift_id, sum(amount) as came from payment where method = 'cash' and reversed_at is null
                   group by shift_id) as p on p.shift_id = s.id
               left join (select shift_id, sum(amount) as went from refund where method = 'cash' and state = 'paid'
                   group by shift_id) as r on r.shift_id = s.id
               left join (select shift_id, sum(amount) as out from wallet_entry where kind = 'payout' and shift_id is not null
                   group by shift_id) as w on w.shift_id = s.id
               where s.closed_at is not null
                 and s.expected <> s.float_counted + coalesce(p.came, 0) - coalesce(r.went, 0) + coalesce(w.out, 0)",
    },
];
