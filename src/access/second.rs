//! The second person who sees something done, by the own password: a controlled medicine leaves or comes back (rule P10), much
//! money leaves a wallet (rule M8).

use super::model::AccountId;
use super::proof::{Proof, prove_second};
pub use super::store::accounts::{Colleague, colleagues};
use crate::app::App;
use crate::audit::Entry;
use crate::web::{Error, FormState, Page};
use crate::work::Work;

/// The field of their password.
const FIELD: &str = "second_password";

/// The colleagues as choices of a select.
pub fn choices(colleagues: &[Colleague]) -> Vec<(String, String)> {
    colleagues.iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
}

/// Who it is, out of those who may; `nobody` is said when none is chosen. What is wrong stands in the form. Called only where
/// the rule asks for a second person: every try with a password that is not theirs is in the trail.
pub async fn sees(
    app: &App,
    page: &Page,
    colleagues: &[Colleague],
    form: &mut FormState,
    nobody: &str,
) -> Result<Option<(AccountId, String)>, Error> {
    let asked: Option<i64> = form.value("second").parse().ok();
    let Some(who) = colleagues.iter().find(|one| Some(one.id.0) == asked) else {
        form.refuse("second", nobody);
        return Ok(None);
    };
    if form.secret(FIELD).is_empty() {
        form.refuse(FIELD, "Enter the password of the second person");
        return Ok(None);
    }
    let words = match prove_second(app, page.actor()?.account, who.id, form.secret(FIELD)).await? {
        Proof::Right => return Ok(Some((who.id, who.name.clone()))),
        Proof::Wrong => "This is not the password of the second person",
        Proof::Wait(Some(_)) => "Too many tries. Wait a few minutes, or ask somebody else",
        Proof::Wait(None) => "Too many wrong tries. Ask somebody else",
    };
    // What was asked for is refused; that it was tried stays.
    let mut work = Work::begin(app, page.doer().clone()).await?;
    let entry = Entry::new("second.refused", "account", who.id.0).with("second", who.id.0);
    work.audit(entry.with("asked_by", page.actor()?.account.0).with("for", page.path.as_str())).await?;
    work.commit().await?;
    form.refuse(FIELD, words);
    Ok(None)
}
