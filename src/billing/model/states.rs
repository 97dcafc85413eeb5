//! Where charges, invoices, discounts, refunds and claims stand, and where they can go (rules M3, M4, M6, M11).

use super::money::Money;

crate::words! {
    /// Where a charge stands.
    pub enum ChargeState {
        Planned = "planned" => "Not done yet",
        Billable = "billable" => "To be invoiced",
        Billed = "billed" => "On an invoice",
        Paid = "paid" => "Paid",
        Aborted = "aborted" => "Not charged",
        EnteredInError = "entered_in_error" => "Taken back",
    }
}

impl ChargeState {
    /// Whether the tables let it go from here to `to`.
    pub const fn leads_to(self, to: ChargeState) -> bool {
        use ChargeState as S;
        matches!(
            (self, to),
            (S::Planned, S::Billable | S::Billed | S::Aborted)
                | (S::Billable, S::Billed | S::Aborted)
                | (S::Billed, S::Paid | S::Planned | S::Billable | S::Aborted | S::EnteredInError)
                | (S::Paid, S::Billed | S::Aborted | S::EnteredInError)
        )
    }

    /// Whether it waits for an invoice.
    pub const fn is_open(self) -> bool {
        matches!(self, ChargeState::Planned | ChargeState::Billable)
    }
}

crate::words! {
    /// Where an invoice stands by itself; what was paid is derived.
    pub enum InvoiceState {
        Draft = "draft" => "Draft",
        Issued = "issued" => "Issued",
        Void = "void" => "Given up",
    }
}

crate::words! {
    /// What an invoice is called: derived from its state and its sums, never stored (rule M6).
    pub enum Status {
        Draft = "draft" => "Draft",
        Unpaid = "unpaid" => "Unpaid",
        PartPaid = "part_paid" => "Part paid",
        Paid = "paid" => "Paid",
        Owed = "owed" => "Owed to the patient",
        Credited = "credited" => "Credited",
        Void = "void" => "Given up",
    }
}

impl Status {
    /// The colour of its tag.
    pub const fn kind(self) -> &'static str {
        match self {
            Status::Draft | Status::Void | Status::Credited => "plain",
            Status::Unpaid => "wait",
            Status::PartPaid => "info",
            Status::Paid => "ok",
            Status::Owed => "danger",
        }
    }
}

/// The sums a status is derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The invoice's own state.
    pub state: InvoiceState,
    /// The patient's part.
    pub patient: Money,
    /// What of it was credited.
    pub credited: Money,
    /// What came in.
    pub paid: Money,
    /// What went back.
    pub refunded: Money,
}

impl Standing {
    /// What the patient still owes; below zero it is owed to the patient.
    pub const fn balance(self) -> Money {
        Money(self.patient.0 - self.credited.0 - self.paid.0 + self.refunded.0)
    }

    /// Its name: paid when payments − refunds ≥ total − credits.
    pub const fn status(self) -> Status {
        match self.state {
            InvoiceState::Draft => return Status::Draft,
            InvoiceState::Void => return Status::Void,
            InvoiceState::Issued => {}
        }
        let kept = self.paid.0 - self.refunded.0;
        match self.balance().0 {
            ..0 => Status::Owed,
            0 if self.credited.0 > 0 && self.credited.0 == self.patient.0 => Status::Credited,
            0 => Status::Paid,
            1.. if kept > 0 => Status::PartPaid,
            1.. => Status::Unpaid,
        }
    }
}

crate::words! {
    /// How a discount is meant.
    pub enum DiscountKind {
        Percent = "percent" => "Percent of the price",
        Fixed = "fixed" => "An amount",
        Waiver = "waiver" => "The whole price (waiver)",
    }
}

crate::words! {
    /// Where a discount stands; only an approved one counts (rule M9).
    pub enum DiscountState {
        Proposed = "proposed" => "Waits for approval",
        Approved = "approved" => "Approved",
        Declined = "declined" => "Declined",
        Withdrawn = "withdrawn" => "Taken back",
    }
}

crate::words! {
    /// Where a refund stands.
    pub enum RefundState {
        Proposed = "proposed" => "Waits for approval",
        Approved = "approved" => "Approved, not paid out",
        Paid = "paid" => "Paid out",
        Declined = "declined" => "Declined",
    }
}

crate::words! {
    /// Why money of a wallet moved.
    pub enum WalletKind {
        TopUp = "top_up" => "Paid in",
        Overpaid = "overpaid" => "Paid more than was owed",
        Payment = "payment" => "Paid an invoice",
        Refund = "refund" => "Refund",
        Payout = "payout" => "Paid out",
        Reversal = "reversal" => "Taken back",
    }
}

crate::words! {
    /// Where a claim stands.
    pub enum ClaimState {
        Draft = "draft" => "Not sent",
        Sent = "sent" => "Sent",
        Accepted = "accepted" => "Accepted",
        Part = "part" => "Accepted in part",
        Rejected = "rejected" => "Rejected",
        Resubmitted = "resubmitted" => "Sent again",
        WrittenOff = "written_off" => "Closed",
        Dropped = "dropped" => "No longer claimed",
    }
}

impl ClaimState {
    /// Whether the tables let it go from here to `to`.
    pub const fn leads_to(self, to: ClaimState) -> bool {
        use ClaimState as S;
        matches!(
            (self, to),
            (S::Draft, S::Sent | S::Dropped)
                | (S::Sent | S::Resubmitted, S::Accepted | S::Part | S::Rejected)
                | (S::Sent | S::Rejected | S::Resubmitted, S::Dropped)
                // An answer that was typed wrongly is corrected.
                | (S::Accepted, S::Part | S::Rejected)
                | (S::Part, S::Accepted | S::Rejected)
                | (S::Rejected, S::Accepted | S::Part)
                | (S::Part | S::Rejected, S::Resubmitted | S::WrittenOff)
                | (S::WrittenOff, S::Part | S::Rejected)
        )
    }

    /// The colour of its tag.
    pub const fn kind(self) -> &'static str {
        match self {
            ClaimState::Draft | ClaimState::WrittenOff | ClaimState::Dropped => "plain",
            ClaimState::Sent | ClaimState::Resubmitted => "info",
            ClaimState::Accepted => "ok",
            ClaimState::Part => "wait",
            ClaimState::Rejected => "danger",
        }
    }

    /// Whether the scheme has still to answer.
    pub const fn waits(self) -> bool {
        matches!(self, ClaimState::Sent | ClaimState::Resubmitted)
    }

    /// Whether the scheme's last answer is what holds: nothing was done upon it.
    pub const fn is_answered(self) -> bool {
        matches!(self, ClaimState::Accepted | ClaimState::Part | ClaimState::Rejected)
    }

    /// Whether somebody has to decide what becomes of the shortfall.
    pub const fn is_short(self) -> bool {
        matches!(self, ClaimState::Part | ClaimState::Rejected)
    }
}

crate::words! {
    /// Where claims of one batch stand.
    pub enum BatchState {
        Draft = "draft" => "Being put together",
        Sent = "sent" => "Sent",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standing(patient: i64, credited: i64, paid: i64, refunded: i64) -> Standing {
        Standing {
            state: InvoiceState::Issued,
            patient: Money(patient),
            credited: Money(credited),
            paid: Money(paid),
            refunded: Money(refunded),
        }
    }

    #[test]
    fn m6_a_status_is_derived_from_the_sums() {
        for (sums, status) in [
            ((1_000, 0, 0, 0), Status::Unpaid),
            ((1_000, 0, 400, 0), Status::PartPaid),
            ((1_000, 0, 1_000, 0), Status::Paid),
            ((1_000, 0, 1_000, 1_000), Status::Unpaid),
            ((1_000, 600, 400, 0), Status::Paid),
            ((1_000, 600, 1_000, 0), Status::Owed),
            ((1_000, 1_000, 0, 0), Status::Credited),
            ((1_000, 1_000, 1_000, 1_000), Status::Credited),
            ((0, 0, 0, 0), Status::Paid),
        ] {
            let (patient, credited, paid, refunded) = sums;
            assert_eq!(standing(patient, credited, paid, refunded).status(), status, "{sums:?}");
        }
        let draft = Standing { state: InvoiceState::Draft, ..standing(5, 0, 0, 0) };
        assert_eq!(draft.status(), Status::Draft);
    }

    #[test]
    fn m3_a_charge_ends_and_stays_ended() {
        for to in ChargeState::ALL {
            assert!(!ChargeState::Aborted.leads_to(*to) && !ChargeState::EnteredInError.leads_to(*to));
            assert!(!to.leads_to(*to));
        }
        assert!(!ChargeState::Planned.leads_to(ChargeState::Paid));
        assert!(!ChargeState::Paid.leads_to(ChargeState::Billable));
    }

    #[test]
    fn m11_a_claim_is_answered_before_it_is_closed() {
        assert!(!ClaimState::Sent.leads_to(ClaimState::WrittenOff));
        assert!(!ClaimState::Accepted.leads_to(ClaimState::Resubmitted));
        for state in ClaimState::ALL {
            let ways = ClaimState::ALL.iter().filter(|to| to.is_answered() && **to != *state);
            assert!(
                !state.is_answered() || ways.into_iter().all(|to| state.leads_to(*to)),
                "{state} is corrected"
            );
        }
        assert!(ClaimState::Rejected.leads_to(ClaimState::Resubmitted));
    }

    proptest! {
        #[test]
        fn m6_paid_means_that_payments_reach_what_is_asked(
            patient in 0..10_000_i64, credit in 0..=100_i64, paid in 0..20_000_i64, back in 0..=100_i64,
        ) {
            let one = standing(patient, patient * credit / 100, paid, paid * back / 100);
            let reached = one.paid.0 - one.refunded.0 >= one.patient.0 - one.credited.0;
            let settled = matches!(one.status(), Status::Paid | Status::Owed | Status::Credited);
            prop_assert_eq!(settled, reached);
            prop_assert_eq!(one.status() == Status::Owed, one.balance().0 < 0);
        }
    }
}
