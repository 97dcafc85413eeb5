//! Verifications, referrals, summaries, and a patient's own visits.

use std::borrow::Borrow;

use crate::letters::model::{ReferralId, VerificationId};
use crate::queue::model::VisitId;

/// The letters of a visit.
pub const OF_VISIT: &str = "/visits/{id}/letters";
/// Issuing a verification of a visit.
pub const ISSUE: &str = "/visits/{id}/verification";
/// One verification.
pub const VERIFICATION: &str = "/verifications/{id}";
/// The patient's word about checks as told to a doctor, by POST.
pub const CONSENT: &str = "/verifications/{id}/consent";
/// Revoking it, by POST.
pub const REVOCATION: &str = "/verifications/{id}/revocation";
/// The sheet; numbering a print by POST.
pub const PRINT: &str = "/verifications/{id}/print";
/// Writing a referral in a visit; saving and signing by POST.
pub const WRITE: &str = "/visits/{id}/referral";
/// A signed referral.
pub const REFERRAL: &str = "/referrals/{id}";
/// The same on paper.
pub const REFERRAL_PRINT: &str = "/referrals/{id}/print";
/// What the patient takes home of a visit, on paper.
pub const SUMMARY: &str = "/visits/{id}/summary";
/// A patient's own visits.
pub const MY_VISITS: &str = "/my/visits";
/// One of them.
pub const MY_VISIT: &str = "/my/visits/{id}";
/// What the clinic allows in verifications.
pub const RULES: &str = "/letters/rules";
/// Checking a verification: the field.
pub const CHECK: &str = "/check";
/// The answer about one code.
pub const CHECKED: &str = "/check/{code}";
/// A patient's own letters.
pub const MY_LETTERS: &str = "/my/letters";
/// One of them.
pub const MY_LETTER: &str = "/my/letters/{id}";
/// The patient agrees to checks, by POST.
pub const MY_CONSENT: &str = "/my/letters/{id}/consent";
/// The patient no longer agrees, by POST.
pub const MY_WITHDRAWAL: &str = "/my/letters/{id}/withdrawal";

/// The letters of a visit.
pub fn of_visit(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/letters", visit.borrow())
}

/// Issuing a verification of a visit.
pub fn issue(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/verification", visit.borrow())
}

/// One verification.
pub fn verification(id: impl Borrow<VerificationId>) -> String {
    format!("/verifications/{}", id.borrow())
}

/// The patient's word about checks as told to a doctor, by POST.
pub fn consent(id: impl Borrow<VerificationId>) -> String {
    format!("/verifications/{}/consent", id.borrow())
}

/// Revoking it, by POST.
pub fn revocation(id: impl Borrow<VerificationId>) -> String {
    format!("/verifications/{}/revocation", id.borrow())
}

/// The sheet; numbering a print by POST.
pub fn print(id: impl Borrow<VerificationId>) -> String {
    format!("/verifications/{}/print", id.borrow())
}

/// The answer about one code.
pub fn checked(code: &str) -> String {
    format!("/check/{code}")
}

/// One of a patient's own letters.
pub fn my_letter(id: impl Borrow<VerificationId>) -> String {
    format!("/my/letters/{}", id.borrow())
}

/// The patient agrees to checks, by POST.
pub fn my_consent(id: impl Borrow<VerificationId>) -> String {
    format!("/my/letters/{}/consent", id.borrow())
}

/// The patient no longer agrees, by POST.
pub fn my_withdrawal(id: impl Borrow<VerificationId>) -> String {
    format!("/my/letters/{}/withdrawal", id.borrow())
}

/// Writing a referral in a visit.
pub fn write(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/referral", visit.borrow())
}

/// Writing a new version of a signed referral.
pub fn correct(visit: impl Borrow<VisitId>, id: impl Borrow<ReferralId>) -> String {
    format!("/visits/{}/referral?replaces={}", visit.borrow(), id.borrow())
}

/// A signed referral.
pub fn referral(id: impl Borrow<ReferralId>) -> String {
    format!("/referrals/{}", id.borrow())
}

/// The same on paper.
pub fn referral_print(id: impl Borrow<ReferralId>) -> String {
    format!("/referrals/{}/print", id.borrow())
}

/// What the patient takes home of a visit, on paper.
pub fn summary(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/summary", visit.borrow())
}

/// One of a patient's own visits.
pub fn my_visit(visit: impl Borrow<VisitId>) -> String {
    format!("/my/visits/{}", visit.borrow())
}
