//! The demo clinic as a test bed: every table has rows, every role has somebody.

use infirmary::clock::Clock;
use infirmary::db::Db;
use infirmary::demo::{self, Size};

use super::databases::Place;
use super::{Browser, Clinic, monday_morning};

impl Clinic {
    /// The small demo clinic over a SQLite file.
    pub async fn demo_on_sqlite() -> Self {
        Self::with_demo(Place::sqlite().await).await
    }

    /// The small demo clinic over a PostgreSQL database.
    pub async fn demo_on_postgres() -> Option<Self> {
        Some(Self::with_demo(Place::postgres().await?).await)
    }

    async fn with_demo(place: Place) -> Self {
        let db = Db::open(&place.url, 2).await.unwrap();
        demo::prepare(&db, monday_morning(), Size::Small).await.unwrap();
        db.close().await;
        drop(db);
        Self::start(place, Clock::held(monday_morning())).await
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
