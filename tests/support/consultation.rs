//! Stories of the consulting room.

use chrono::Months;
use infirmary::access::model::{AccountId, Role};
use infirmary::consultation::model::{NoteId, VitalsId};
use infirmary::db::sql;
use infirmary::patients::PatientId;
use infirmary::queue::model::{PointId, VisitId};
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
        self.decided().await;
        let mut tx = self.app.db.begin().await.unwrap();
        sql("update visit set closed_at = opened_at, close_reason = 'finished' where id = $1")
            .bind(visit)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody has said of everybody who is here that they go home, as rule V2 demands before a visit ends.
    pub async fn decided(&self) {
        sql("insert into disposition (visit_id, patient_id, kind, decided_name, decided_at)
             select id, patient_id, 'home', 'Dr Somebody', opened_at from visit where closed_at is null
             on conflict (visit_id) do nothing")
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// A walk-in of this name who sits with this doctor, at a consulting point.
    pub async fn sits_with(&self, doctor: AccountId, name: &str) -> CheckedIn {
        self.consulting().await;
        let here = self.walk_in(name).await;
        self.moves_to_doctor(&here, doctor).await;
        here
    }

    /// The consulting point; made when there is none.
    async fn consulting(&self) -> PointId {
        let known: Option<(PointId,)> =
            sql("select id from service_point where kind = 'consulting' order by id limit 1")
                .optional(&self.app.db)
                .await
                .unwrap();
        match known {
            Some((point,)) => point,
            None => self.point("Consulting", "consulting").await,
        }
    }

    /// Whoever has checked in sits with this doctor now.
    pub async fn moves_to_doctor(&self, here: &CheckedIn, doctor: AccountId) {
        let point = self.consulting().await;
        sql("update queue_entry set point_id = $2, state = 'in_service', served_by = $3, called_at = entered_at,
                started_at = entered_at, version = version + 1 where visit_id = $1")
        .bind(here.visit)
        .bind(point)
        .bind(doctor)
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// The only note of a visit that stands in this state.
    pub async fn note_in(&self, visit: VisitId, state: &'static str) -> NoteId {
        sql("select id from note where visit_id = $1 and state = $2")
            .bind(visit)
            .bind(state)
            .scalar(&self.app.db)
            .await
            .unwrap()
    }

    /// The newest taking of a visit.
    pub async fn newest_vitals(&self, visit: VisitId) -> VitalsId {
        sql("select max(id) from vitals where visit_id = $1").bind(visit).scalar(&self.app.db).await.unwrap()
    }
}

/// Opens the consultation page and presses one of its buttons, with these fields typed.
pub async fn press(browser: &Browser, visit: VisitId, step: &str, fields: &[(&str, &str)]) -> super::Seen {
    let page = browser.get(&paths::consultation::consult(visit)).await;
    press_on(browser, page.expect(200), step, fields).await
}

/// Presses a button of a page that is open.
pub async fn press_on(
    browser: &Browser,
    page: &super::Seen,
    step: &str,
    fields: &[(&str, &str)],
) -> super::Seen {
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("step", step)]).collect();
    browser.submit(page, "#consultation", &fields).await
}

/// Presses "Finish" or "Take over" on a page that is open: they send the same form elsewhere.
pub async fn send_to(
    browser: &Browser,
    page: &super::Seen,
    path: &str,
    fields: &[(&str, &str)],
) -> super::Seen {
    let (_, pairs) = page.form("#consultation", fields);
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &pairs).await
}

/// The script's saving of what is typed on a page that is open: status and what it is told.
pub async fn saves_by_itself(
    browser: &Browser,
    page: &super::Seen,
    visit: VisitId,
    fields: &[(&str, &str)],
) -> (u16, serde_json::Value) {
    let seen = send_to(browser, page, &paths::consultation::draft(visit), fields).await;
    (seen.status, serde_json::from_str(&seen.body).unwrap_or_default())
}

/// Takes vital signs as a person does: opens the form, fills it in, sends it.
pub async fn take(browser: &Browser, visit: VisitId, signs: &[(&str, &str)]) -> super::Seen {
    let page = browser.get(&paths::consultation::vitals(visit)).await;
    browser.submit(page.expect(200), "#vitals", signs).await
}
