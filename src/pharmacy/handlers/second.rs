//! The second person who sees a controlled medicine leave or come back, by the own password (rule P10).

use super::super::store::people::Colleague;
use crate::access::model::AccountId;
use crate::access::proof::{Proof, prove};
use crate::app::App;
use crate::web::{Error, FormState};

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
        Proof::Right => Ok(Some((who.id, who.name.clone()))),
        Proof::Wrong => {
            form.refuse("second_password", "This is not the password of the second person");
            Ok(None)
        }
        Proof::Wait(_) => {
            form.refuse("second_password", "Too many tries. Wait a few minutes, or ask somebody else");
            Ok(None)
        }
    }
}
