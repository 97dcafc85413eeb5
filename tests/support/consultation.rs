//! Stories of the consulting room.

use chrono::Months;
use infirmary::access::model::Role;
use infirmary::consultation::model::VitalsId;
use infirmary::db::sql;
use infirmary::patients::PatientId;
use infirmary::queue::model::VisitId;
use infirmary::queue::verbs::check_in::CheckedIn;
use infirmary::web::paths;

use super::{Browser, Clinic};

/// Vital signs of somebody who is well: NEWS2 0.
pub const WELL: [(&str, &str); 9] = [
    ("temperature", "36.8"),
    ("pulse", "72"),
    ("respiration", "16"),
    ("oxygen_saturation", "98"),
    ("systolic", "118"),
    ("diastolic", "76"),
    ("oxygen", "air"),
    ("consciousness", "alert"),
    ("pain", "0"),
];

/// The same with other values for some signs.
pub fn well_but<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = WELL.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

impl Clinic {
    /// A nurse.
    pub async fn nurse(&self) -> Browser {
        self.signed_in("nurse", &[Role::Nurse]).await
    }

    /// A woman of this age who has checked in.
    pub async fn arrived_aged(&self, name: &str, years: u32) -> CheckedIn {
        let patient = self.visitor(name).await;
        let born = self.app.clock.now().date_naive() - Months::new(12 * years);
        let mut tx = self.app.db.begin().await.unwrap();
        sql("update patient set born_on = $2 where id = $1")
            .bind(patient)
            .bind(born)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.arrived(patient).await
    }

    /// Whose visit it is.
    pub async fn patient_of(&self, visit: VisitId) -> PatientId {
        sql("select patient_id from visit where id = $1").bind(visit).scalar(&self.app.db).await.unwrap()
    }

    /// Ends a visit, as a colleague would.
    pub async fn ends(&self, visit: VisitId) {
        let mut tx = self.app.db.begin().await.unwrap();
        sql("update visit set closed_at = opened_at, close_reason = 'finished' where id = $1")
            .bind(visit)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The newest taking of a visit.
    pub async fn newest_vitals(&self, visit: VisitId) -> VitalsId {
        sql("select max(id) from vitals where visit_id = $1").bind(visit).scalar(&self.app.db).await.unwrap()
    }
}

/// Takes vital signs as a person does: opens the form, fills it in, sends it.
pub async fn take(browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> super::Seen {
    let page = browser.get(&paths::consultation::vitals(visit)).await;
    browser.submit(page.expect(200), "#vitals", signs).await
}
