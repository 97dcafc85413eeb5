//! The second person who sees something done, by the own password: a controlled medicine leaves or comes back (rule P10), much
//! money leaves a wallet (rule M8).

use super::model::AccountId;
use super::proof::{Proof, prove};
pub use super::store::accounts::{Colleague, colleagues};
use crate::app::App;
use crate::web::{Error, FormState};

/// The colleagues as choices of a select.
pub fn choices(colleagues: &[Colleague]) -> Vec<(String, String)> {
    colleagues.iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
}

/// Who it is, out of those who may; `nobody` is said when none is chosen. What is wrong stands in the form.
pub async fn sees(
    app: &App,
    colleagues: &[Colleague],
    form: &mut FormState,
    nobody: &str,
) -> Result<Option<(AccountId, String)>, Error> {
    let asked: Option<i64> = form.value("second").parse().ok();
    let Some(who) = colleagues.iter().find(|one| Some(one.id.0) == asked) else {
        form.refuse("second", nobody);
        return Ok(None);
    };
    match prove(app, who.id, form.secret("second_password")).await? {
        Proof::Right => return Ok(Some((who.id, who.name.clone()))),
        Proof::Wrong => form.refuse("second_password", "This is not the password of the second person"),
        Proof::Wait(_) => {
            form.refuse("second_password", "Too many tries. Wait a few minutes, or ask somebody else");
        }
    }
    Ok(None)
}
