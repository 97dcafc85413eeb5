//! People of the stories.

use std::sync::LazyLock;

use infirmary::access::model::{AccountId, Role};
use infirmary::access::password;
use infirmary::config::PasswordCost;
use infirmary::db::sql;

use super::{Browser, Clinic};

/// Everybody's password.
pub const PASSWORD: &str = "yam pottage on fridays";

/// What a digest costs in the stories: next to nothing, so that signing in is quick, and still more than the least.
pub const CHEAP: PasswordCost = PasswordCost { memory_kib: 16, passes: 2 };

/// The digest of [`PASSWORD`] at that cost; computed once a process.
pub fn cheap_hash() -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| password::hash_blocking(CHEAP, PASSWORD).unwrap());
    HASH.clone()
}

impl Clinic {
    /// A staff account with these roles; its sign-in name is `name`.
    pub async fn staff(&self, name: &str, roles: &[Role]) -> AccountId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id: AccountId =
            sql("insert into account (kind, sign_in_name, name, search_words, password_hash, created_at, updated_at)
                 values ('staff', $1, $1, $1, $2, $3, $3) returning id")
            .bind(name)
            .bind(cheap_hash())
            .bind(self.app.clock.now())
            .scalar(&mut tx)
            .await
            .unwrap();
        for role in roles {
            sql("insert into account_role (account_id, role) values ($1, $2)")
                .bind(id)
                .bind(*role)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// A browser in which a new member of staff with these roles is signed in.
    pub async fn signed_in(&self, name: &str, roles: &[Role]) -> Browser {
        self.staff(name, roles).await;
        let browser = self.browser();
        self.sign_in(&browser, name).await;
        browser
    }

    /// Signs an account in.
    pub async fn sign_in(&self, browser: &Browser, name: &str) {
        let page = browser.get("/sign-in").await;
        let seen = browser.submit(&page, "main form", &[("name", name), ("password", PASSWORD)]).await;
        seen.expect(303);
    }

    /// A receptionist at a browser.
    pub async fn receptionist(&self) -> Browser {
        self.signed_in("reception", &[Role::Receptionist]).await
    }

    /// An administrator at a browser.
    pub async fn administrator(&self) -> Browser {
        self.signed_in("admin", &[Role::Admin]).await
    }

    /// A doctor at a browser.
    pub async fn doctor(&self) -> Browser {
        self.signed_in("doctor", &[Role::Doctor]).await
    }
}
