//! Accounts from the command line: whoever can run it owns the server already.

use super::Failure;
use crate::access::codes::{issue_code, open_staff_account};
use crate::access::model::{CodePurpose, Role, Roles};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::DbError;
use crate::patients::model::visible;
use crate::web::form::LINE;
use crate::web::paths;
use crate::work::{Doer, Work};

/// Why no administrator was made.
#[derive(Debug, thiserror::Error)]
pub enum CannotCreate {
    /// Somebody has the name.
    #[error("the username {0:?} is taken; choose another one")]
    Taken(String),
    /// The name cannot be typed at the sign-in.
    #[error("a username has 3 to 40 letters, digits, dots, hyphens or underscores, and {0:?} does not")]
    Name(String),
    /// The name that people read says nothing, or too much.
    #[error("the name has 1 to {LINE} letters; give another one with --name")]
    Words,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The command: opens the account and prints its one-time code.
pub(super) async fn run(config: Config, username: &str, name: &str) -> Result<(), Failure> {
    let app = App::new(super::node::open(&config).await?, Clock::System, config).await?;
    let made = create_admin(&app, username, name).await;
    app.db.close().await;
    let code = made?;
    println!(
        "{} has an account. Open {}{} and enter",
        name.trim(),
        app.config.public_url,
        paths::access::ACTIVATE
    );
    println!("  username       {}", username.trim().to_lowercase());
    println!("  one-time code  {code}");
    println!("It is shown once and lasts three days.");
    Ok(())
}

/// Opens an administrator's account and returns its one-time code, which is shown once (ID6).
pub async fn create_admin(app: &App, username: &str, name: &str) -> Result<String, CannotCreate> {
    let (username, name) = (username.trim().to_lowercase(), visible(name));
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !(3..=40).contains(&username.len()) || !username.chars().all(fits) {
        return Err(CannotCreate::Name(username));
    }
    if !(1..=LINE).contains(&name.chars().count()) {
        return Err(CannotCreate::Words);
    }
    let mut work = Work::begin(app, Doer::operator()).await?;
    let roles = Roles::from_list(Role::Admin.as_str());
    let id = match open_staff_account(&mut work, &username, &name, &roles).await {
        Err(error) if error.violates("account_sign_in_name_unique") => {
            return Err(CannotCreate::Taken(username));
        }
        other => other?,
    };
    let code = issue_code(&mut work, id, CodePurpose::Activate).await?;
    work.commit().await?;
    Ok(code)
}
