//! The demo clinic as a test bed: every table has rows, every role has somebody.

use infirmary::clock::Clock;
use infirmary::db::Db;
use infirmary::demo::{self, Size};

use super::{Browser, Clinic, databases, monday_morning};

impl Clinic {
    /// The small demo clinic over a SQLite file.
    pub async fn demo_on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = databases::sqlite(folder.path()).await;
        Self::with_demo(folder, url).await
    }

    /// The small demo clinic over a PostgreSQL database.
    pub async fn demo_on_postgres() -> Option<Self> {
        let url = databases::postgres().await?;
        Some(Self::with_demo(tempfile::tempdir().unwrap(), url).await)
    }

    async fn with_demo(folder: tempfile::TempDir, url: String) -> Self {
        let db = Db::open(&url, 2).await.unwrap();
        demo::prepare(&db, monday_morning(), Size::Small).await.unwrap();
        db.close().await;
        drop(db);
        Self::start(folder, url, Clock::held(monday_morning())).await
    }

    /// Signs one of the demo's people in.
    pub async fn demo_person(&self, name: &str) -> Browser {
        let browser = self.browser();
        let page = browser.get("/sign-in").await;
        let fields = [("name", name), ("password", demo::PASSWORD)];
        browser.submit(&page, "main form", &fields).await.expect(303);
        browser
    }
}
