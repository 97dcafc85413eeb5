-- Money: prices, charges, invoices, payments, shifts, schemes and claims (decision 021). Every amount is whole kobo.

create table money_setting (
    id integer primary key check (id = 1),
    rounding text not null constraint money_setting_rounding check (rounding in ('half_up', 'half_even')),
    cash_step integer not null constraint money_setting_cash_step check (cash_step between 1 and 10000),
    refund_limit integer not null constraint money_setting_refund_limit check (refund_limit between 0 and 100000000),
    follow_up_days integer not null constraint money_setting_follow_up_days check (follow_up_days between 0 and 366),
    version integer not null default 1
) strict;
insert into money_setting (id, rounding, cash_step, refund_limit, follow_up_days) values (1, 'half_up', 1, 500000, 14);

-- Who pays besides the patient. Paying oneself is the absence of a scheme.
create table scheme (
    id integer primary key,
    name text not null constraint scheme_name check (name <> ''),
    payer text not null default '',
    active integer not null check (active in (0, 1)) default 1,
    version integer not null default 1
) strict;
create unique index scheme_name_unique on scheme (name);

-- Who belongs to a scheme in an academic session.
create table scheme_enrolment (
    id integer primary key,
    scheme_id integer not null references scheme (id),
    patient_id integer not null references patient (id),
    session_id integer not null references academic_session (id),
    number text not null default '',
    added_by integer references account (id),
    added_name text not null,
    added_at text not null,
    ended_at text,
    ended_name text not null default '',
    end_reason text not null default '',
    constraint scheme_enrolment_ended check ((ended_at is null) = (end_reason = ''))
) strict;
create unique index scheme_enrolment_patient_id_session_id_unique on scheme_enrolment (patient_id, session_id)
    where ended_at is null;
create index scheme_enrolment_scheme on scheme_enrolment (scheme_id, session_id, id);

-- What a scheme pays of a group of services: a share, at most `max_unit` counted of one unit, at most `year_limit` a session.
create table coverage_rule (
    id integer primary key,
    scheme_id integer not null references scheme (id),
    coverage_group text not null,
    percent_bp integer not null constraint coverage_rule_percent check (percent_bp between 0 and 10000),
    year_limit integer constraint coverage_rule_limit check (year_limit >= 0),
    max_unit integer constraint coverage_rule_max_unit check (max_unit >= 0),
    referral integer not null check (referral in (0, 1)) default 0,
    version integer not null default 1
) strict;
create unique index coverage_rule_scheme_id_coverage_group_unique on coverage_rule (scheme_id, coverage_group);

-- What an enrolment has used of a group; issuing raises it with a guard, credit notes and
-- claims that are closed unpaid lower it.
create table coverage_use (
    enrolment_id integer not null references scheme_enrolment (id),
    coverage_group text not null,
    used integer not null constraint coverage_use_used check (used >= 0),
    primary key (enrolment_id, coverage_group)
) strict;

-- Prices from a day on: of everybody, or of one scheme; of one service, or (service 0) of a whole kind.
create table price (
    id integer primary key,
    scheme_id integer references scheme (id),
    kind text not null constraint price_kind check (kind in ('consultation', 'procedure', 'test', 'medicine', 'other')),
    service integer not null,
    amount integer not null constraint price_amount check (amount between 0 and 100000000000),
    follow_up integer constraint price_follow_up check (follow_up between 0 and 100000000000),
    from_day text not null,
    set_by integer references account (id),
    set_name text not null,
    set_at text not null
) strict;
create unique index price_day_unique on price (kind, service, coalesce(scheme_id, 0), from_day);

-- Tax, gate and coverage group of one service, or (service 0) of a whole kind.
create table service_rule (
    id integer primary key,
    kind text not null constraint service_rule_kind check (kind in ('consultation', 'procedure', 'test', 'medicine', 'other')),
    service integer not null,
    tax_bp integer not null constraint service_rule_tax check (tax_bp between 0 and 5000),
    pay_first integer not null check (pay_first in (0, 1)) default 0,
    coverage_group text not null,
    version integer not null default 1,
    constraint service_rule_gate check (pay_first = 0 or kind in ('procedure', 'test', 'medicine'))
) strict;
create unique index service_rule_kind_service_unique on service_rule (kind, service);

-- What was done, or is planned and must be paid first. One live charge for each thing that was done.
create table charge (
    id integer primary key,
    visit_id integer not null references visit (id),
    patient_id integer not null references patient (id),
    kind text not null constraint charge_kind check (kind in ('consultation', 'procedure', 'test', 'medicine', 'other')),
    service integer not null,
    source integer not null,
    label text not null constraint charge_label check (label <> ''),
    quantity integer not null constraint charge_quantity check (quantity between 1 and 1000000),
    unit_price integer not null constraint charge_unit_price check (unit_price between 0 and 100000000000),
    estimate integer not null constraint charge_estimate check (estimate >= 0),
    pay_first integer not null check (pay_first in (0, 1)) default 0,
    state text not null constraint charge_known_state check (state in
        ('planned', 'billable', 'billed', 'paid', 'aborted', 'entered_in_error')),
    done_at text,
    done_quantity integer,
    treat_now_at text,
    treat_now_name text not null default '',
    treat_now_reason text not null default '',
    withdrawn_at text,
    withdrawn_name text not null default '',
    withdraw_reason text not null default '',
    recorded_by integer references account (id),
    recorded_name text not null,
    recorded_at text not null,
    version integer not null default 1,
    constraint charge_done check ((state <> 'billable' or done_at is not null) and (state <> 'planned' or done_at is null)),
    constraint charge_treat_now check ((treat_now_at is null) = (treat_now_reason = '')),
    constraint charge_withdrawn check ((withdrawn_at is null) = (withdraw_reason = ''))
) strict;
create unique index charge_kind_source_unique on charge (kind, source) where withdrawn_at is null;
create index charge_visit on charge (visit_id, id);
create index charge_patient on charge (patient_id, id);
create index charge_open on charge (visit_id) where state in ('planned', 'billable');
create index charge_owing on charge (patient_id, visit_id) where state = 'billable';
create index charge_attention on charge (id) where state in ('billed', 'paid')
    and (withdrawn_at is not null or done_quantity is not null);
create index charge_first on charge (kind, source)
    where pay_first and state in ('planned', 'billed') and treat_now_at is null and withdrawn_at is null;

-- A draft is put together freely. Issuing numbers and freezes it; later only the sums of what was credited, paid and
-- refunded move.
create table invoice (
    id integer primary key,
    year integer not null,
    number integer constraint invoice_number check (number > 0),
    visit_id integer references visit (id),
    patient_id integer not null references patient (id),
    patient_name text not null default '',
    patient_number text not null default '',
    scheme_id integer references scheme (id),
    scheme_name text not null default '',
    enrolment_id integer references scheme_enrolment (id),
    enrolment_number text not null default '',
    referral_code text not null default '',
    eligibility text not null default '',
    state text not null constraint invoice_known_state check (state in ('draft', 'issued', 'void')),
    gross integer not null default 0,
    discount integer not null default 0,
    tax integer not null default 0,
    rounding integer not null default 0 constraint invoice_rounding check (rounding between -10000 and 10000),
    total integer not null default 0,
    scheme_part integer not null default 0,
    patient_part integer not null default 0,
    credited integer not null default 0,
    credited_scheme integer not null default 0,
    credited_patient integer not null default 0,
    paid integer not null default 0,
    refunded integer not null default 0,
    corrects_id integer references invoice (id),
    drafted_by integer references account (id),
    drafted_name text not null,
    drafted_at text not null,
    issued_name text not null default '',
    issued_at text,
    issued_day text,
    voided_name text not null default '',
    voided_at text,
    void_reason text not null default '',
    version integer not null default 1,
    constraint invoice_issued check ((state = 'issued') = (number is not null) and (state = 'issued') = (issued_at is not null)
        and (issued_at is null) = (issued_day is null)),
    constraint invoice_voided check ((state = 'void') = (voided_at is not null)),
    constraint invoice_amounts check (gross >= 0 and discount between 0 and gross and tax >= 0 and total >= 0
        and scheme_part >= 0 and patient_part >= 0),
    constraint invoice_sum check (total = gross - discount + tax + rounding),
    constraint invoice_parts check (total = scheme_part + patient_part),
    constraint invoice_credited check (credited = credited_scheme + credited_patient
        and credited_scheme between 0 and scheme_part and credited_patient between 0 and patient_part),
    constraint invoice_paid check (refunded between 0 and paid),
    constraint invoice_untouched check (state = 'issued' or (credited = 0 and paid = 0)),
    constraint invoice_scheme check (scheme_part = 0 or (scheme_id is not null and enrolment_id is not null))
) strict;
create unique index invoice_year_number_unique on invoice (year, number);
create index invoice_patient on invoice (patient_id, id);
create index invoice_visit on invoice (visit_id, id) where visit_id is not null;
create index invoice_draft on invoice (id) where state = 'draft';
create index invoice_owing on invoice (issued_at) where state = 'issued' and patient_part - credited_patient > paid - refunded;
create index invoice_owed on invoice (issued_at) where state = 'issued' and patient_part - credited_patient < paid - refunded;
create index invoice_corrects on invoice (corrects_id) where corrects_id is not null;
create index invoice_day on invoice (issued_day, id) where issued_day is not null;

-- The words and amounts of a line are what they were at issue. `live`: its charge is on no other invoice. `shortfall`: it asks
-- for what a scheme did not pay, which is taxed already. `freed`: what of `covered` was given back to the scheme's limits,
-- because its claim was closed without it.
create table invoice_line (
    id integer primary key,
    invoice_id integer not null references invoice (id),
    charge_id integer references charge (id),
    position integer not null,
    kind text not null constraint invoice_line_kind check (kind in ('consultation', 'procedure', 'test', 'medicine', 'other')),
    service integer not null default 0,
    label text not null constraint invoice_line_label check (label <> ''),
    quantity integer not null constraint invoice_line_quantity check (quantity between 1 and 1000000),
    unit_price integer not null constraint invoice_line_unit_price check (unit_price between 0 and 100000000000),
    base integer not null,
    surcharge integer not null default 0 constraint invoice_line_surcharge check (surcharge between 0 and 100000000000),
    surcharge_reason text not null default '',
    discount integer not null default 0,
    tax_bp integer not null default 0 constraint invoice_line_tax_bp check (tax_bp between 0 and 5000),
    tax integer not null default 0 constraint invoice_line_tax check (tax >= 0),
    total integer not null,
    coverage_group text not null default '',
    percent_bp integer not null default 0,
    covered integer not null default 0,
    patient integer not null,
    credited integer not null default 0,
    credited_scheme integer not null default 0,
    freed integer not null default 0,
    shortfall integer not null check (shortfall in (0, 1)) default 0,
    live integer not null check (live in (0, 1)) default 1,
    constraint invoice_line_base check (base = quantity * unit_price),
    constraint invoice_line_discount check (discount between 0 and base + surcharge),
    constraint invoice_line_total check (total = base + surcharge - discount + tax),
    constraint invoice_line_split check (covered >= 0 and patient >= 0 and covered + patient = total),
    constraint invoice_line_credited check (credited between 0 and total and credited_scheme between 0 and covered
        and credited - credited_scheme between 0 and patient),
    constraint invoice_line_freed check (freed between 0 and covered - credited_scheme)
) strict;
create index invoice_line_invoice on invoice_line (invoice_id, position);
create unique index invoice_line_charge_id_unique on invoice_line (charge_id) where live;

-- Part of a price that is not asked: proposed by one, approved by another.
create table discount (
    id integer primary key,
    invoice_id integer not null references invoice (id),
    kind text not null constraint discount_kind check (kind in ('percent', 'fixed', 'waiver')),
    percent_bp integer constraint discount_percent check (percent_bp between 1 and 10000),
    amount integer constraint discount_amount check (amount > 0),
    reason text not null constraint discount_reason check (length(trim(reason)) >= 5),
    state text not null constraint discount_known_state check (state in ('proposed', 'approved', 'declined', 'withdrawn')),
    proposed_by integer not null references account (id),
    proposed_name text not null,
    proposed_at text not null,
    decided_by integer references account (id),
    decided_name text not null default '',
    decided_at text,
    decision_note text not null default '',
    constraint discount_shape check ((kind = 'percent') = (percent_bp is not null) and (kind = 'fixed') = (amount is not null)),
    constraint discount_decided check ((state = 'proposed') = (decided_at is null)),
    constraint discount_second_person check (state not in ('approved', 'declined') or (decided_by is not null and decided_by <> proposed_by))
) strict;
create index discount_invoice on discount (invoice_id, id);
create index discount_proposed on discount (proposed_at) where state = 'proposed';

-- A cashier at a desk. Closed blind: the figure that was expected is worked out after the cash was counted. `closed_by`: who
-- counted it instead of somebody who is away or gone; a third person looks at the difference then.
create table shift (
    id integer primary key,
    account_id integer not null references account (id),
    name text not null,
    point_id integer not null references service_point (id),
    desk text not null,
    previous_id integer references shift (id),
    left_before integer not null default 0,
    float_counted integer not null constraint shift_float check (float_counted >= 0),
    float_reason text not null default '',
    opened_at text not null,
    counted integer constraint shift_counted check (counted >= 0),
    expected integer,
    left_in_till integer constraint shift_left check (left_in_till >= 0),
    reason text not null default '',
    closed_at text,
    closed_by integer references account (id),
    closed_name text not null default '',
    checked_by integer references account (id),
    checked_name text not null default '',
    checked_at text,
    checked_note text not null default '',
    version integer not null default 1,
    constraint shift_handover check (float_counted = left_before or previous_id is null or length(trim(float_reason)) >= 5),
    constraint shift_closed check ((closed_at is null) = (counted is null) and (closed_at is null) = (expected is null)
        and (closed_at is null) = (left_in_till is null) and (left_in_till is null or left_in_till <= counted)),
    constraint shift_explained check (checked_at is null or counted = expected or length(trim(reason)) >= 5),
    constraint shift_closed_by check ((closed_by is null) = (closed_name = '') and (closed_by is null
        or (closed_at is not null and closed_by <> account_id and length(trim(reason)) >= 5))),
    constraint shift_second_person check (checked_at is null or (closed_at is not null and checked_by is not null
        and checked_by <> account_id and (closed_by is null or checked_by <> closed_by)))
) strict;
create unique index shift_account_id_unique on shift (account_id) where closed_at is null;
create unique index shift_point_id_unique on shift (point_id) where closed_at is null;
create unique index shift_previous_id_unique on shift (previous_id) where previous_id is not null;
create index shift_point on shift (point_id, id);
create index shift_account on shift (account_id, id);
create index shift_unchecked on shift (closed_at) where closed_at is not null and counted <> expected and checked_at is null;

-- What somebody was handed for money: its words never change. Every print after the first is a copy.
create table receipt (
    id integer primary key,
    year integer not null,
    number integer not null constraint receipt_number check (number > 0),
    patient_id integer not null references patient (id),
    invoice_id integer references invoice (id),
    shift_id integer not null references shift (id),
    total integer not null constraint receipt_total check (total > 0),
    given integer,
    change_given integer,
    snapshot text not null,
    taken_by integer not null references account (id),
    taken_name text not null,
    taken_at text not null,
    day text not null,
    constraint receipt_change check ((given is null) = (change_given is null) and (given is null or change_given between 0 and given))
) strict;
create unique index receipt_year_number_unique on receipt (year, number);
create index receipt_patient on receipt (patient_id, id);
create index receipt_invoice on receipt (invoice_id, id) where invoice_id is not null;
create index receipt_shift on receipt (shift_id, id);

create table receipt_print (
    id integer primary key,
    receipt_id integer not null references receipt (id),
    number integer not null constraint receipt_print_number check (number > 0),
    at text not null,
    account_id integer not null references account (id)
) strict;
create unique index receipt_print_receipt_id_number_unique on receipt_print (receipt_id, number);

-- Money that came in. Without an invoice it went into the wallet.
create table payment (
    id integer primary key,
    receipt_id integer not null references receipt (id),
    invoice_id integer references invoice (id),
    patient_id integer not null references patient (id),
    shift_id integer not null references shift (id),
    method text not null constraint payment_method check (method in ('cash', 'card', 'transfer', 'mobile', 'wallet')),
    amount integer not null constraint payment_amount check (amount > 0),
    reference text not null default '',
    refunded integer not null default 0,
    reversed_at text,
    taken_name text not null,
    taken_at text not null,
    day text not null,
    constraint payment_refunded check (refunded between 0 and amount),
    constraint payment_reversed check (reversed_at is null or refunded = 0),
    constraint payment_wallet check (method <> 'wallet' or invoice_id is not null)
) strict;
create index payment_invoice on payment (invoice_id, id) where invoice_id is not null;
create index payment_receipt on payment (receipt_id, id);
create index payment_shift on payment (shift_id, id);
create index payment_patient on payment (patient_id, id);
create unique index payment_method_reference_unique on payment (method, lower(reference)) where reference <> '' and reversed_at is null;

-- A payment that was written down wrongly, taken back in the same shift.
create table payment_reversal (
    id integer primary key,
    payment_id integer not null references payment (id),
    shift_id integer not null references shift (id),
    reason text not null constraint payment_reversal_reason check (length(trim(reason)) >= 5),
    account_id integer not null references account (id),
    name text not null,
    at text not null
) strict;
create unique index payment_reversal_payment_id_unique on payment_reversal (payment_id);
create index payment_reversal_shift on payment_reversal (shift_id, id);

-- Money that goes back. What is proposed counts against its payment at once.
create table refund (
    id integer primary key,
    year integer not null,
    number integer constraint refund_number check (number > 0),
    payment_id integer not null references payment (id),
    invoice_id integer references invoice (id),
    patient_id integer not null references patient (id),
    method text not null constraint refund_method check (method in ('cash', 'card', 'transfer', 'mobile', 'wallet')),
    amount integer not null constraint refund_amount check (amount > 0),
    reason text not null constraint refund_reason check (length(trim(reason)) >= 5),
    needs_second integer not null check (needs_second in (0, 1)) default 0,
    state text not null constraint refund_known_state check (state in ('proposed', 'approved', 'paid', 'declined')),
    proposed_by integer not null references account (id),
    proposed_name text not null,
    proposed_at text not null,
    decided_by integer references account (id),
    decided_name text not null default '',
    decided_at text,
    decision_note text not null default '',
    shift_id integer references shift (id),
    paid_name text not null default '',
    paid_at text,
    day text,
    constraint refund_second_person check (decided_by is null or decided_by <> proposed_by),
    constraint refund_approved check (needs_second = 0 or state in ('proposed', 'declined') or decided_by is not null),
    constraint refund_paid check ((state = 'paid') = (paid_at is not null) and (state = 'paid') = (number is not null)
        and (state = 'paid') = (shift_id is not null) and (state = 'paid') = (day is not null))
) strict;
create unique index refund_year_number_unique on refund (year, number);
create index refund_payment on refund (payment_id, id);
create index refund_invoice on refund (invoice_id, id) where invoice_id is not null;
create index refund_shift on refund (shift_id, id) where shift_id is not null;
create index refund_patient on refund (patient_id, proposed_at);
create index refund_open on refund (proposed_at) where state in ('proposed', 'approved');

-- Money of a patient that lies with the clinic.
create table wallet (
    patient_id integer primary key references patient (id),
    balance integer not null constraint wallet_balance check (balance >= 0)
) strict;

create table wallet_entry (
    id integer primary key,
    patient_id integer not null references patient (id),
    kind text not null constraint wallet_entry_kind check (kind in
        ('top_up', 'overpaid', 'payment', 'refund', 'payout', 'reversal')),
    amount integer not null constraint wallet_entry_amount check (amount <> 0),
    balance integer not null constraint wallet_entry_balance check (balance >= 0),
    payment_id integer references payment (id),
    refund_id integer references refund (id),
    shift_id integer references shift (id),
    reason text not null default '',
    name text not null,
    at text not null,
    constraint wallet_entry_way check ((amount > 0) = (kind in ('top_up', 'overpaid', 'refund')) or kind = 'reversal')
) strict;
create index wallet_entry_patient on wallet_entry (patient_id, id);
create index wallet_entry_payment on wallet_entry (payment_id) where payment_id is not null;
create index wallet_entry_shift on wallet_entry (shift_id) where shift_id is not null;

-- What an issued invoice asks no longer.
create table credit_note (
    id integer primary key,
    year integer not null,
    number integer not null constraint credit_note_number check (number > 0),
    invoice_id integer not null references invoice (id),
    patient_id integer not null references patient (id),
    reason text not null constraint credit_note_reason check (length(trim(reason)) >= 5),
    rounding integer not null default 0,
    total integer not null constraint credit_note_total check (total >= 0),
    scheme_part integer not null,
    patient_part integer not null,
    corrected_by_id integer references invoice (id),
    made_by integer not null references account (id),
    made_name text not null,
    made_at text not null,
    day text not null,
    constraint credit_note_parts check (scheme_part >= 0 and patient_part >= 0 and scheme_part + patient_part = total)
) strict;
create unique index credit_note_year_number_unique on credit_note (year, number);
create index credit_note_invoice on credit_note (invoice_id, id);

create table credit_note_line (
    id integer primary key,
    note_id integer not null references credit_note (id),
    line_id integer not null references invoice_line (id),
    label text not null,
    amount integer not null constraint credit_note_line_amount check (amount > 0),
    covered integer not null constraint credit_note_line_covered check (covered between 0 and amount)
) strict;
create unique index credit_note_line_note_id_line_id_unique on credit_note_line (note_id, line_id);
create index credit_note_line_line on credit_note_line (line_id);

create table claim_batch (
    id integer primary key,
    scheme_id integer not null references scheme (id),
    year integer not null,
    number integer constraint claim_batch_number check (number > 0),
    state text not null constraint claim_batch_known_state check (state in ('draft', 'sent')),
    made_name text not null,
    made_at text not null,
    sent_name text not null default '',
    sent_at text,
    constraint claim_batch_sent check ((state = 'sent') = (sent_at is not null) and (state = 'sent') = (number is not null))
) strict;
create unique index claim_batch_year_number_unique on claim_batch (year, number);
create index claim_batch_scheme on claim_batch (scheme_id, id);

-- What a scheme owes for an invoice: the part that the invoice put on it.
create table claim (
    id integer primary key,
    invoice_id integer not null references invoice (id),
    scheme_id integer not null references scheme (id),
    patient_id integer not null references patient (id),
    batch_id integer references claim_batch (id),
    amount integer not null constraint claim_amount check (amount > 0),
    credited integer not null default 0,
    accepted integer not null default 0,
    written_off integer not null default 0,
    to_patient integer not null default 0,
    patient_invoice_id integer references invoice (id),
    state text not null constraint claim_known_state check (state in
        ('draft', 'sent', 'accepted', 'part', 'rejected', 'resubmitted', 'written_off', 'dropped')),
    answer text not null default '',
    made_at text not null,
    version integer not null default 1,
    constraint claim_sums check (credited >= 0 and accepted >= 0 and written_off >= 0 and to_patient >= 0
        and credited <= amount and accepted + written_off + to_patient <= amount),
    constraint claim_batched check (state not in ('sent', 'accepted', 'part', 'rejected', 'resubmitted') or batch_id is not null)
) strict;
create unique index claim_invoice_id_unique on claim (invoice_id);
create index claim_batch_id on claim (batch_id, id) where batch_id is not null;
create index claim_scheme on claim (scheme_id, state, id);
create index claim_patient on claim (patient_id, id);

create table claim_step (
    id integer primary key,
    claim_id integer not null references claim (id),
    from_state text not null,
    to_state text not null,
    amount integer not null default 0,
    note text not null default '',
    name text not null,
    at text not null
) strict;
create index claim_step_claim on claim_step (claim_id, id);

-- A charge goes only where it may go (rule M3), and stays what it is about.
create trigger charge_state before update of state on charge when old.state <> new.state and not (
    (old.state = 'planned' and new.state in ('billable', 'billed', 'aborted'))
    or (old.state = 'billable' and new.state in ('billed', 'aborted'))
    or (old.state = 'billed' and new.state in ('paid', 'planned', 'billable', 'aborted', 'entered_in_error'))
    or (old.state = 'paid' and new.state in ('billed', 'planned', 'aborted', 'entered_in_error')))
begin select raise(abort, 'charge_state'); end;
create trigger charge_kept before update on charge when old.visit_id is not new.visit_id or old.patient_id is not new.patient_id or old.kind is not new.kind
    or old.service is not new.service or old.source is not new.source or old.recorded_by is not new.recorded_by
    or old.recorded_name is not new.recorded_name or old.recorded_at is not new.recorded_at
begin select raise(abort, 'charge_kept'); end;
create trigger charge_no_delete before delete on charge
begin select raise(abort, 'charge_kept'); end;
-- An invoice is issued once, with lines, and with the sums of its lines; a draft may be given up (rule M4).
create trigger invoice_state before update of state on invoice when old.state <> new.state and not (old.state = 'draft' and new.state in ('issued', 'void'))
begin select raise(abort, 'invoice_state'); end;
create trigger invoice_issue before update of state on invoice when old.state = 'draft' and new.state = 'issued'
begin
    select raise(abort, 'invoice_without_lines') where not exists
        (select 1 from invoice_line where invoice_id = new.id);
    select raise(abort, 'invoice_discount_open') where exists
        (select 1 from discount where invoice_id = new.id and state = 'proposed');
    select raise(abort, 'invoice_totals') where not exists
        (select 1 from (select sum(base + surcharge) as gross, sum(discount) as discount, sum(tax) as tax,
                sum(covered) as covered, sum(patient) as patient from invoice_line where invoice_id = new.id) as l
            where l.gross = new.gross and l.discount = new.discount and l.tax = new.tax
                and l.covered = new.scheme_part and l.patient + new.rounding = new.patient_part);
end;
create trigger invoice_kept before update on invoice when old.state <> 'draft' and (old.year is not new.year or old.number is not new.number or old.visit_id is not new.visit_id
    or old.patient_id is not new.patient_id or old.patient_name is not new.patient_name
    or old.patient_number is not new.patient_number or old.scheme_id is not new.scheme_id
    or old.scheme_name is not new.scheme_name or old.enrolment_id is not new.enrolment_id
    or old.enrolment_number is not new.enrolment_number or old.referral_code is not new.referral_code
    or old.eligibility is not new.eligibility or old.gross is not new.gross or old.discount is not new.discount
    or old.tax is not new.tax or old.rounding is not new.rounding or old.total is not new.total
    or old.scheme_part is not new.scheme_part or old.patient_part is not new.patient_part
    or old.corrects_id is not new.corrects_id or old.drafted_by is not new.drafted_by
    or old.drafted_name is not new.drafted_name or old.drafted_at is not new.drafted_at
    or old.issued_name is not new.issued_name or old.issued_at is not new.issued_at
    or old.issued_day is not new.issued_day)
begin select raise(abort, 'invoice_kept'); end;
create trigger invoice_begins before insert on invoice when new.state <> 'draft' or new.credited <> 0 or new.paid <> 0
begin select raise(abort, 'invoice_begins'); end;
create trigger invoice_no_delete before delete on invoice
begin select raise(abort, 'invoice_kept'); end;
-- Its lines change while it is a draft; then only what was credited of them.
create trigger invoice_line_insert before insert on invoice_line
begin
    select raise(abort, 'invoice_line_kept') where not exists
        (select 1 from invoice where id = new.invoice_id and state = 'draft');
end;
create trigger invoice_line_delete before delete on invoice_line
begin
    select raise(abort, 'invoice_line_kept') where not exists
        (select 1 from invoice where id = old.invoice_id and state = 'draft');
end;
create trigger invoice_line_update before update on invoice_line when old.invoice_id is not new.invoice_id or old.charge_id is not new.charge_id or old.position is not new.position
    or old.kind is not new.kind or old.service is not new.service or old.label is not new.label
    or old.shortfall is not new.shortfall or old.quantity is not new.quantity or old.unit_price is not new.unit_price or old.base is not new.base
    or old.surcharge is not new.surcharge or old.surcharge_reason is not new.surcharge_reason
    or old.discount is not new.discount or old.tax_bp is not new.tax_bp or old.tax is not new.tax
    or old.total is not new.total or old.coverage_group is not new.coverage_group
    or old.percent_bp is not new.percent_bp or old.covered is not new.covered or old.patient is not new.patient
begin
    select raise(abort, 'invoice_line_kept') where not exists
        (select 1 from invoice where id = old.invoice_id and state = 'draft') or old.invoice_id <> new.invoice_id;
end;
-- A discount is decided once, or asked for again with what the draft has become; an approved one may be dropped.
create trigger discount_kept before update on discount when (old.state <> 'proposed'
        and not (old.state = 'approved' and new.state in ('proposed', 'withdrawn'))) or old.proposed_by <> new.proposed_by or old.invoice_id <> new.invoice_id
    or old.reason <> new.reason or old.kind <> new.kind
begin select raise(abort, 'discount_kept'); end;
create trigger discount_no_delete before delete on discount
begin select raise(abort, 'discount_kept'); end;
-- A closed shift stays as it is; only that its difference was looked at is added (rule M10).
create trigger shift_kept before update on shift when old.account_id is not new.account_id or old.name is not new.name or old.point_id is not new.point_id
    or old.desk is not new.desk or old.previous_id is not new.previous_id
    or old.left_before is not new.left_before or old.float_counted is not new.float_counted
    or old.float_reason is not new.float_reason or old.opened_at is not new.opened_at
begin select raise(abort, 'shift_kept'); end;
create trigger shift_closed_kept before update on shift when old.closed_at is not null and (old.counted is not new.counted or old.expected is not new.expected or old.left_in_till is not new.left_in_till or old.closed_at is not new.closed_at or old.closed_by is not new.closed_by or old.closed_name is not new.closed_name or (old.reason <> '' and old.reason <> new.reason) or old.checked_at is not null)
begin select raise(abort, 'shift_kept'); end;
create trigger shift_no_delete before delete on shift
begin select raise(abort, 'shift_kept'); end;
-- Money comes and goes only in an open shift.
create trigger payment_in_shift before insert on payment
begin
    select raise(abort, 'shift_open') where not exists (select 1 from shift where id = new.shift_id and closed_at is null);
end;
create trigger receipt_in_shift before insert on receipt
begin
    select raise(abort, 'shift_open') where not exists (select 1 from shift where id = new.shift_id and closed_at is null);
end;
create trigger refund_in_shift before update of state on refund when new.state = 'paid'
begin
    select raise(abort, 'shift_open') where not exists (select 1 from shift where id = new.shift_id and closed_at is null);
end;
create trigger refund_begins before insert on refund when new.state = 'paid'
begin select raise(abort, 'refund_begins'); end;
create trigger wallet_entry_in_shift before insert on wallet_entry when new.shift_id is not null
begin
    select raise(abort, 'shift_open') where not exists (select 1 from shift where id = new.shift_id and closed_at is null);
end;
create trigger payment_reversal_same_shift before insert on payment_reversal
begin
    select raise(abort, 'payment_reversal_shift') where not exists (select 1 from payment p join shift s on s.id = p.shift_id
        where p.id = new.payment_id and p.shift_id = new.shift_id and s.closed_at is null);
end;
create trigger payment_kept before update on payment when old.receipt_id is not new.receipt_id or old.invoice_id is not new.invoice_id
    or old.patient_id is not new.patient_id or old.shift_id is not new.shift_id or old.method is not new.method
    or old.amount is not new.amount or old.reference is not new.reference or old.taken_name is not new.taken_name
    or old.taken_at is not new.taken_at or old.day is not new.day
begin select raise(abort, 'payment_kept'); end;
create trigger payment_reversed_kept before update on payment when old.reversed_at is not null
begin select raise(abort, 'payment_kept'); end;
create trigger payment_no_delete before delete on payment
begin select raise(abort, 'payment_kept'); end;
create trigger refund_kept before update on refund when old.state in ('paid', 'declined') or old.payment_id is not new.payment_id or old.invoice_id is not new.invoice_id
    or old.patient_id is not new.patient_id or old.amount is not new.amount or old.method is not new.method
    or old.reason is not new.reason or old.needs_second is not new.needs_second
    or old.proposed_by is not new.proposed_by or old.proposed_name is not new.proposed_name
    or old.proposed_at is not new.proposed_at
begin select raise(abort, 'refund_kept'); end;
create trigger refund_no_delete before delete on refund
begin select raise(abort, 'refund_kept'); end;
create trigger receipt_no_update before update on receipt begin select raise(abort, 'receipt_append_only'); end;
create trigger receipt_no_delete before delete on receipt begin select raise(abort, 'receipt_append_only'); end;
create trigger receipt_print_no_update before update on receipt_print begin select raise(abort, 'receipt_print_append_only'); end;
create trigger receipt_print_no_delete before delete on receipt_print begin select raise(abort, 'receipt_print_append_only'); end;
create trigger payment_reversal_no_update before update on payment_reversal begin select raise(abort, 'payment_reversal_append_only'); end;
create trigger payment_reversal_no_delete before delete on payment_reversal begin select raise(abort, 'payment_reversal_append_only'); end;
create trigger wallet_entry_no_update before update on wallet_entry begin select raise(abort, 'wallet_entry_append_only'); end;
create trigger wallet_entry_no_delete before delete on wallet_entry begin select raise(abort, 'wallet_entry_append_only'); end;
create trigger credit_note_no_update before update on credit_note begin select raise(abort, 'credit_note_append_only'); end;
create trigger credit_note_no_delete before delete on credit_note begin select raise(abort, 'credit_note_append_only'); end;
create trigger credit_note_line_no_update before update on credit_note_line begin select raise(abort, 'credit_note_line_append_only'); end;
create trigger credit_note_line_no_delete before delete on credit_note_line begin select raise(abort, 'credit_note_line_append_only'); end;
create trigger claim_step_no_update before update on claim_step begin select raise(abort, 'claim_step_append_only'); end;
create trigger claim_step_no_delete before delete on claim_step begin select raise(abort, 'claim_step_append_only'); end;
-- A claim goes only where its answers lead (rule M11).
create trigger claim_state before update of state on claim when old.state <> new.state and not (
    (old.state in ('draft', 'sent') and new.state in ('sent', 'dropped'))
    or (old.state in ('sent', 'resubmitted') and new.state in ('accepted', 'part', 'rejected'))
    or (old.state in ('part', 'rejected') and new.state in ('resubmitted', 'written_off'))
    or (old.state in ('rejected', 'resubmitted') and new.state = 'dropped' and new.accepted = 0 and new.credited = new.amount)
    or (old.state = 'part' and new.state = 'accepted' and new.accepted + new.written_off + new.to_patient >= new.amount - new.credited)
    or (old.state in ('accepted', 'part', 'rejected') and new.state in ('accepted', 'part', 'rejected')
        and new.accepted <> old.accepted)
    or (old.state = 'written_off' and new.state in ('part', 'rejected')))
begin select raise(abort, 'claim_state'); end;
create trigger claim_kept before update on claim when old.invoice_id is not new.invoice_id or old.scheme_id is not new.scheme_id
    or old.patient_id is not new.patient_id or old.amount is not new.amount or old.made_at is not new.made_at
begin select raise(abort, 'claim_kept'); end;
create trigger claim_no_delete before delete on claim
begin select raise(abort, 'claim_kept'); end;
