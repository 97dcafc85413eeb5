//! The first administrator, made by whoever runs the server.

use std::io::BufRead;

use super::Failure;
use crate::access::handlers::sign_in::fold_name;
use crate::access::model::{AccountId, Role};
use crate::access::password;
use crate::app::App;
use crate::audit::Entry;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::sql;
use crate::work::{Doer, Work};

/// Reads a password from standard input and creates the account.
pub(super) async fn run(config: Config, sign_in_name: &str, name: &str) -> Result<(), Failure> {
    let sign_in_name = fold_name(sign_in_name);
    let name = name.trim();
    if sign_in_name.is_empty() || name.is_empty() {
        return Err(Failure::Setting("the sign-in name and --name must not be empty".to_owned()));
    }
    eprint!("Password for {sign_in_name}: ");
    let mut secret = String::new();
    std::io::stdin().lock().read_line(&mut secret)?;
    let secret = secret.trim_end_matches(['\r', '\n']);
    let about: Vec<&str> = name.split_whitespace().chain([sign_in_name.as_str()]).collect();
    if let Some(why) = password::weakness(secret, &about) {
        return Err(Failure::Setting(why));
    }
    let hash = password::hash_blocking(secret).map_err(Failure::Fault)?;
    let app = App::new(super::node::open(&config).await?, Clock::System, config).await?;
    let mut work = Work::begin(&app, Doer::operator()).await?;
    let at = work.now();
    let made = sql("insert into account (kind, sign_in_name, name, password_hash, created_at, updated_at)
         values ('staff', $1, $2, $3, $4, $4) returning id")
    .bind(&sign_in_name)
    .bind(name)
    .bind(hash)
    .bind(at)
    .scalar::<AccountId>(work.tx())
    .await;
    let id = match made {
        Ok(id) => id,
        Err(error) if error.violates("account_sign_in_name_unique") => {
            return Err(Failure::Fault(format!("{sign_in_name} is taken; choose another sign-in name")));
        }
        Err(error) => return Err(error.into()),
    };
    sql("insert into account_role (account_id, role) values ($1, $2)")
        .bind(id)
        .bind(Role::Admin)
        .run(work.tx())
        .await?;
    work.audit(Entry::new("account.created", "account", id.0).with("roles", "admin")).await?;
    work.commit().await?;
    app.db.close().await;
    println!("{name} can sign in as {sign_in_name}.");
    Ok(())
}
