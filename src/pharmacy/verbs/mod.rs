//! What people do in the pharmacy. Each verb runs inside one unit of work. The trail carries ids and counts, never a
//! medicine (rule A1).

pub mod give;
pub mod give_back;
pub mod messages;
pub mod reserve;

use crate::access::model::AccountId;
use crate::db::DbError;
pub use crate::work::Refused;
use crate::work::Work;

/// Shortest reason that says anything; the tables know the same number.
pub const REASON: usize = 3;
/// Shortest reason for giving in spite of a warning, as the prescriber's; the table knows the same number.
pub const IN_SPITE: usize = 5;
/// Longest reason, and longest note.
pub const WORDS: usize = 300;

/// Whose work it is.
pub fn doer(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}

/// The sentence of what the tables refused.
pub fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("dispensing_line_open") || error.violates("prescription_line_given") {
        "A line was given, paused or stopped by a colleague a moment ago, or more is asked than remains. Nothing was given \
         out. Here is how it stands now."
    } else if error.violates("dispensing_line_second") {
        "A controlled medicine is given out in the sight of a second person. Nothing was given out."
    } else if error.violates("dispensing_return_second") {
        "A controlled medicine is taken back in the sight of a second person. Nothing was taken back."
    } else if error.violates("dispensing_line_returned") {
        "No more can come back than was given out."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
