//! Accounts of the stories.

use infirmary::access::model::{AccountId, CodePurpose};
use infirmary::access::{issue_code, open_patient_account};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::work::{Doer, Work};

use super::people::cheap_hash;
use super::{Browser, Clinic, Seen};

impl Clinic {
    /// A patient with an account and everybody's password; signs in with `name`.
    pub async fn patient_account(&self, name: &str) -> AccountId {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        let at = work.now();
        let patient: PatientId =
            sql("insert into patient (number, kind, family_name, given_names, sort_name, sex,
                card_code, created_at, updated_at)
             values ($1, 'public', $1, 'Ada', $1, 'female', $1, $2, $2) returning id")
            .bind(name)
            .bind(at)
            .scalar(work.tx())
            .await
            .unwrap();
        let id = open_patient_account(&mut work, patient, name, name).await.unwrap();
        sql("update account set password_hash = $2 where id = $1")
            .bind(id)
            .bind(cheap_hash())
            .run(work.tx())
            .await
            .unwrap();
        work.commit().await.unwrap();
        id
    }

    /// A one-time code for an account, as the desk would give it.
    pub async fn code_for(&self, account: AccountId, purpose: CodePurpose) -> String {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        let code = issue_code(&mut work, account, purpose).await.unwrap();
        work.commit().await.unwrap();
        code
    }

    /// Whether an audit entry of this kind is there.
    pub async fn has_entry(&self, action: &str) -> bool {
        let count: i64 = sql("select count(*) from audit_entry where action = $1")
            .bind(action)
            .scalar(&self.app.db)
            .await
            .unwrap();
        count > 0
    }
}

impl Browser {
    /// Tries a password on the sign-in page.
    pub async fn try_password(&self, name: &str, password: &str) -> Seen {
        self.post("/sign-in", &[("name", name), ("password", password), ("next", "/")]).await
    }

    /// Whether somebody is signed in here.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status == 200
    }
}
