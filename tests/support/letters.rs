//! Letters of the stories.

use infirmary::db::sql;
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use super::{Clinic, Consulting, Seen};

impl Clinic {
    /// The patient has been served in this visit: whoever served, for twenty minutes.
    pub async fn is_served(&self, visit: VisitId) {
        let point = self.point(&format!("Room for visit {visit}"), "consulting").await;
        sql("insert into queue_entry (visit_id, patient_id, point_id, day, state, arrived_at, entered_at, called_at, started_at)
             select id, patient_id, $2, day, 'in_service', opened_at, opened_at, opened_at, opened_at from visit where id = $1")
            .bind(visit)
            .bind(point)
            .run(&self.app.db)
            .await
            .unwrap();
    }

    /// A doctor with a patient who was served.
    pub async fn served_room(&self) -> Consulting {
        let room = self.consulting_room().await;
        self.is_served(room.visit).await;
        room
    }

    /// The code of the newest verification.
    pub async fn newest_code(&self) -> String {
        sql("select code from verification order by id desc limit 1").scalar(&self.app.db).await.unwrap()
    }

    /// A code that may be checked.
    pub async fn newest_consented(&self) -> String {
        sql("select v.code from verification v join verification_consent c on c.verification_id = v.id and c.given
             order by v.id desc limit 1")
        .scalar(&self.app.db)
        .await
        .unwrap()
    }

    /// What anybody reads who has a code.
    pub async fn checked(&self, code: &str) -> Seen {
        self.browser().get(&paths::letters::checked(code)).await
    }

    /// The days, in the clinic, from today.
    pub fn day_in(&self, days: i64) -> String {
        let clinic = self.app.clinic();
        (clinic.day_of(self.app.clock.now()) + chrono::TimeDelta::days(days)).to_string()
    }
}

impl Consulting {
    /// Issues a verification; `consent` is `yes` or `no`.
    pub async fn issue(&self, consent: &str, more: &[(&str, &str)]) -> Seen {
        let page = self.browser.get(&paths::letters::issue(self.visit)).await;
        self.browser.submit(page.expect(200), "#issue", &[&[("consent", consent)], more].concat()).await
    }
}
