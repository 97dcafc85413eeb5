//! What stands in the records of the stories.

use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::record::model::{AllergyId, EntryId};

use super::{Browser, Clinic, Seen};

impl Clinic {
    /// The list that allergies are picked from.
    pub async fn allergens(&self) {
        infirmary::record::fill_catalogue(&self.app.db).await.unwrap();
    }

    /// A patient who is in the clinic: doctors and nurses read the health part.
    pub async fn treated(&self, name: &str) -> PatientId {
        let id = self.patient(name).await;
        self.is_here(id).await;
        id
    }

    /// An allergy in free text, put in by SQL.
    pub async fn allergic(&self, patient: PatientId, substance: &str) -> AllergyId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into allergy (patient_id, kind, substance, severity, certainty, state, recorded_name, recorded_at)
             values ($1, 'food', $2, 'severe', 'told', 'active', 'a nurse', $3) returning id")
            .bind(patient)
            .bind(substance)
            .bind(self.app.clock.now())
            .scalar(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An entry of the history, put in by SQL.
    pub async fn entered(&self, patient: PatientId, kind: &'static str, words: &str) -> EntryId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into health_entry (patient_id, kind, code, words, source, state, recorded_name, recorded_at)
             values ($1, $2, case $2 when 'alert' then 'falls' else '' end, $3,
                case when $2 in ('blood_group', 'genotype') then 'tested' else '' end, 'active', 'a nurse', $4) returning id")
            .bind(patient)
            .bind(kind)
            .bind(words)
            .bind(self.app.clock.now())
            .scalar(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// So many visits on so many days, the last one yesterday.
    pub async fn visited(&self, patient: PatientId, times: i64) {
        let now = self.app.clock.now();
        let mut tx = self.app.db.begin().await.unwrap();
        for days in 1..=times {
            let at = now - chrono::TimeDelta::days(days);
            sql("insert into visit (patient_id, day, series, number, token, slip_code, opened_at, closed_at, close_reason)
                 values ($1, $2, 'A', 1, 'A001', $3, $4, $4, 'finished')")
                .bind(patient)
                .bind(self.app.clinic().day_of(at))
                .bind(format!("{:016x}", rand::random::<u64>()))
                .bind(at)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Opens a record in an emergency, as a doctor or nurse would.
    pub async fn breaks_the_glass(&self, browser: &Browser, patient: PatientId) -> Seen {
        let page = browser.get(&format!("/patients/{patient}/emergency")).await;
        let fields = [("emergency_reason", "danger"), ("emergency_words", "Collapsed at the gate")];
        browser.submit(page.expect(200), "#emergency", &fields).await
    }
}

impl Seen {
    /// How many queries the page took.
    pub fn queries(&self) -> u32 {
        self.headers["x-queries"].to_str().unwrap().parse().unwrap()
    }
}
