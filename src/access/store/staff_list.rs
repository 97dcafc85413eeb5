//! The SQL of the list of staff accounts: the page and its count share their conditions.

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, AccountState, Role, Roles};
use crate::db::{DbError, Sql, Store, sql};

/// What the list is narrowed to; none and empty mean "any".
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// How words of the name, the username or the e-mail begin, folded, in any order.
    pub words: Vec<String>,
    /// Holds this role.
    pub role: Option<Role>,
    /// Is in this state.
    pub state: Option<AccountState>,
    /// The last name of the page before.
    pub after: String,
    /// And its id.
    pub after_id: i64,
}

/// One row of the list.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct StaffRow {
    pub id: AccountId,
    pub name: String,
    pub sign_in_name: String,
    pub title: String,
    pub state: AccountState,
    pub has_password: bool,
    pub roles: String,
    pub seen_at: Option<DateTime<Utc>>,
}

impl StaffRow {
    /// The roles as people read them.
    pub fn role_labels(&self) -> String {
        let labels: Vec<&str> = Roles::from_list(&self.roles).iter().map(Role::label).collect();
        labels.join(", ")
    }
}

macro_rules! narrowed {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " from account a where a.kind = 'staff'
              and ' ' || a.search_words like $1 and ' ' || a.search_words like $2 and ' ' || a.search_words like $3
              and (cast($4 as text) is null or exists
                    (select 1 from account_role r where r.account_id = a.id and r.role = $4))
              and (cast($5 as text) is null or a.state = $5) ",
            $tail
        )
    };
}

impl Narrow {
    fn bound(&self, text: &'static str) -> Sql {
        // Folded words hold letters and digits only; where there is no word, everything fits.
        let begins = |at: usize| self.words.get(at).map_or("%".to_owned(), |word| format!("% {word}%"));
        sql(text).bind(begins(0)).bind(begins(1)).bind(begins(2)).bind(self.role).bind(self.state)
    }
}

/// How many fit, on all pages together.
pub async fn count(store: impl Store, narrow: &Narrow) -> Result<i64, DbError> {
    narrow.bound(narrowed!("select count(*)", "")).scalar(store).await
}

/// One page, by name.
pub async fn list(store: impl Store, narrow: &Narrow, limit: i64) -> Result<Vec<StaffRow>, DbError> {
    narrow
        .bound(narrowed!(
            "select a.id, a.name, a.sign_in_name, a.title, a.state, a.password_hash is not null as has_password,
                coalesce((select string_agg(role, ',') from account_role where account_id = a.id), '') as roles,
                (select max(seen_at) from sign_in where account_id = a.id) as seen_at",
            "and (a.name > $6 or (a.name = $6 and a.id > $7)) order by a.name, a.id limit $8"
        ))
        .bind(&narrow.after)
        .bind(narrow.after_id)
        .bind(limit)
        .all(store)
        .await
}
