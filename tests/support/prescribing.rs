//! The consulting room of the stories about prescriptions: a doctor with a patient, and who else may look.

use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::prescribing::model::{LineId, LineState, PrescriptionId};
use infirmary::queue::model::VisitId;
use infirmary::web::paths;

use super::{Browser, Clinic, Seen};

/// A doctor, a woman of 22 years in the room, nobody allergic.
pub struct Room {
    /// The doctor.
    pub doctor: AccountId,
    /// At her browser.
    pub desk: Browser,
    /// The patient.
    pub patient: PatientId,
    /// Her visit.
    pub visit: VisitId,
}

/// Medicines of the stories.
pub const AMOXICILLIN: &str = "amoxicillin 500 mg capsule";
pub const PARACETAMOL: &str = "paracetamol 500 mg tablet";
pub const IBUPROFEN: &str = "ibuprofen 400 mg tablet";

/// A usual course.
pub const COURSE: [(&str, &str); 3] = [("rx_dose", "1"), ("rx_times", "3"), ("rx_days", "5")];

impl Clinic {
    /// A doctor with a patient who says that she has no allergy.
    pub async fn prescribing_room(&self) -> Room {
        infirmary::prescribing::ensure_catalogue(&self.app.db).await.unwrap();
        let (doctor, desk) = self.doctor_named("Okoro").await;
        let (patient, visit) = self.is_examined("Ada Obi", doctor).await;
        self.states_no_allergy(patient).await;
        Room { doctor, desk, patient, visit }
    }

    /// "No known allergies", as a nurse writes it down.
    pub async fn states_no_allergy(&self, patient: PatientId) {
        sql("insert into allergy_none (patient_id, state, reason, recorded_name, recorded_at)
             values ($1, 'stated', '', 'a nurse', $2)")
        .bind(patient)
        .bind(self.app.clock.now())
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// An allergy that the program knows.
    pub async fn is_allergic(
        &self,
        patient: PatientId,
        kind: &'static str,
        code: &str,
        severity: &'static str,
    ) {
        sql("delete from allergy_none where patient_id = $1").bind(patient).run(&self.app.db).await.ok();
        sql("insert into allergy_none (patient_id, state, reason, recorded_name, recorded_at)
             values ($1, 'withdrawn', 'There is one', 'a nurse', $2)")
        .bind(patient)
        .bind(self.app.clock.now())
        .run(&self.app.db)
        .await
        .unwrap();
        sql("insert into allergy (patient_id, kind, code, substance, severity, certainty, state, recorded_name, recorded_at)
             values ($1, $2, $3, $3, $4, 'told', 'active', 'a nurse', $5)")
        .bind(patient)
        .bind(kind)
        .bind(code)
        .bind(severity)
        .bind(self.app.clock.now())
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// The lines of a visit in the order in which they were added: id, state, quantity.
    pub async fn rx_lines(&self, visit: VisitId) -> Vec<(LineId, LineState, i64)> {
        sql("select id, state, quantity from prescription_line where visit_id = $1 order by id")
            .bind(visit)
            .all(&self.app.db)
            .await
            .unwrap()
    }

    /// The newest signed prescription of a visit.
    pub async fn signed_in_visit(&self, visit: VisitId) -> PrescriptionId {
        sql("select max(id) from prescription where visit_id = $1 and state = 'signed'")
            .bind(visit)
            .scalar(&self.app.db)
            .await
            .unwrap()
    }

    /// Something of a line is given out, as the pharmacy does it.
    pub async fn gives(&self, line: LineId, units: i64) {
        sql("update prescription_line set given = given + $2, version = version + 1,
                state = case when given + $2 - returned = quantity then 'complete' else 'partly' end where id = $1")
        .bind(line)
        .bind(units)
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// A pharmacist at a browser.
    pub async fn pharmacist(&self) -> Browser {
        self.signed_in("pharmacist", &[Role::Pharmacist]).await
    }
}

impl Room {
    /// The consultation page.
    pub async fn page(&self) -> Seen {
        let seen = self.desk.get(&paths::consultation::consult(self.visit)).await;
        seen.expect(200);
        seen
    }

    /// Presses a button of the open page with these fields typed.
    pub async fn press_on(&self, page: &Seen, step: &str, fields: &[(&str, &str)]) -> Seen {
        let all: Vec<(&str, &str)> = fields.iter().copied().chain([("step", step)]).collect();
        self.desk.submit(page, "#consultation", &all).await
    }

    /// Opens the page and presses a button.
    pub async fn press(&self, step: &str, fields: &[(&str, &str)]) -> Seen {
        let page = self.page().await;
        self.press_on(&page, step, fields).await
    }

    /// Adds a medicine with a usual course.
    pub async fn adds(&self, medicine: &str) {
        self.press("rx.add", &[[("rx_medicine", medicine)].as_slice(), &COURSE].concat()).await.expect(303);
    }

    /// Signs the note with what was prescribed.
    pub async fn signs(&self, fields: &[(&str, &str)]) -> Seen {
        let note = [("complaint", "Fever for three days")];
        self.press("sign", &[note.as_slice(), fields].concat()).await
    }

    /// One medicine from its adding to its signing.
    pub async fn prescribed(&self, clinic: &Clinic, medicine: &str) -> (PrescriptionId, LineId) {
        self.adds(medicine).await;
        self.signs(&[]).await.expect(303);
        let lines = clinic.rx_lines(self.visit).await;
        (clinic.signed_in_visit(self.visit).await, lines.last().unwrap().0)
    }
}
