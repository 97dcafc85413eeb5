//! A consulting room for the stories of diagnoses, procedures and letters.

use infirmary::access::model::AccountId;
use infirmary::db::sql;
use infirmary::patients::PatientId;
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use super::{Browser, Clinic, Seen};

/// A doctor with a patient in the room.
pub struct Consulting {
    /// Who consults.
    pub doctor: AccountId,
    /// At this browser.
    pub browser: Browser,
    /// Whom.
    pub patient: PatientId,
    /// In this visit.
    pub visit: VisitId,
}

impl Clinic {
    /// A doctor with a patient in the room; the lists that ship are there.
    pub async fn consulting_room(&self) -> Consulting {
        infirmary::diagnoses::codes::ensure_catalogue(&self.app.db).await.unwrap();
        infirmary::procedures::ensure_catalogue(&self.app.db).await.unwrap();
        let (doctor, browser) = self.doctor_named("Okoro").await;
        let (patient, visit) = self.is_examined("Ada Obi", doctor).await;
        Consulting { doctor, browser, patient, visit }
    }

    /// A code of a list by its term.
    pub async fn code_id(&self, term: &str) -> i64 {
        sql("select min(id) from diagnosis_code where term = $1")
            .bind(term)
            .scalar(&self.app.db)
            .await
            .unwrap()
    }

    /// How diagnoses of a visit stand: term, certainty, main, state.
    pub async fn diagnosed(&self, visit: VisitId) -> Vec<(String, String, bool, String)> {
        sql("select term, certainty, is_main, state from diagnosis where visit_id = $1 order by id")
            .bind(visit)
            .all(&self.app.db)
            .await
            .unwrap()
    }

    /// How procedures of a visit stand: name and state.
    pub async fn procedures(&self, visit: VisitId) -> Vec<(String, String)> {
        sql("select name, state from visit_procedure where visit_id = $1 order by id")
            .bind(visit)
            .all(&self.app.db)
            .await
            .unwrap()
    }
}

impl Consulting {
    /// The consultation page.
    pub async fn page(&self) -> Seen {
        self.browser.get(&paths::consultation::consult(self.visit)).await
    }

    /// Presses a button of the page with something typed.
    pub async fn press(&self, step: &str, typed: &[(&str, &str)]) -> Seen {
        let page = self.page().await;
        self.browser.submit(&page, "#consultation", &[typed, &[("step", step)]].concat()).await
    }

    /// Adds a diagnosis.
    pub async fn diagnose(&self, term: &str) -> Seen {
        self.press("diagnosis.add", &[("dx_term", term)]).await
    }

    /// Plans a procedure.
    pub async fn plan(&self, name: &str) -> Seen {
        self.press("procedure.add", &[("pr_name", name)]).await
    }

    /// Signs a note with everything that was added.
    pub async fn sign(&self) -> Seen {
        let words = [
            ("complaint", "Fever for three days"),
            ("examination", "Temperature 38.9"),
            ("assessment", "Malaria"),
            ("plan", "Treat"),
        ];
        self.press("sign", &words).await
    }
}
