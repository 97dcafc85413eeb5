//! Forms of diagnoses, procedures and letters: for each route something that stands where its step is taken.

use infirmary::access::model::AccountId;
use infirmary::db::sql;
use infirmary::queue::model::VisitId;

use super::Form;
use crate::support::{Browser, Clinic, Consulting};

struct Stage<'a> {
    clinic: &'a Clinic,
    boss: &'a Browser,
    doctor: AccountId,
}

impl Stage<'_> {
    /// Somebody of this name, with whom boss is in the room.
    async fn with(&self, name: &str) -> Consulting {
        let (patient, visit) = self.clinic.is_examined(name, self.doctor).await;
        self.clinic.is_served(visit).await;
        Consulting { doctor: self.doctor, browser: self.boss.clone(), patient, visit }
    }

    async fn diagnosed(&self, name: &str) -> i64 {
        let room = self.with(name).await;
        room.diagnose("B50.9").await.expect(303);
        room.sign().await.expect(303);
        self.clinic.count("select max(id) from diagnosis").await
    }

    async fn planned(&self, name: &str) -> i64 {
        let room = self.with(name).await;
        room.plan("Peak flow measurement").await.expect(303);
        room.sign().await.expect(303);
        self.clinic.count("select max(id) from visit_procedure").await
    }

    async fn issued(&self, name: &str) -> i64 {
        self.with(name).await.issue("yes", &[]).await.expect(303);
        self.clinic.count("select max(id) from verification").await
    }

    /// A verification of the patient who reads along, as if it had been issued in the own visit.
    async fn own(&self) -> (i64, VisitId) {
        let visit: VisitId = sql("select v.id from visit v join account a on a.patient_id = v.patient_id
             where a.name = 'Reads Along' order by v.id desc limit 1")
        .scalar(&self.clinic.app.db)
        .await
        .unwrap();
        self.clinic.is_served(visit).await;
        let issued = sql("select count(*) from verification where visit_id = $1").bind(visit);
        let codes: i64 = issued.scalar(&self.clinic.app.db).await.unwrap();
        let mut tx = self.clinic.app.db.begin().await.unwrap();
        let id = sql(
            "insert into verification (code, visit_id, patient_id, clinic_name, name, day, time_in, time_out,
                issued_by, issued_name, issued_at, issued_on)
             select $2, id, patient_id, 'x', 'x', day, opened_at, opened_at, $3, 'boss', opened_at, day
             from visit where id = $1 returning id",
        )
        .bind(visit)
        .bind(format!("ABCDEFGHJKMNPQRSTVWXYZ000{codes}"))
        .bind(self.doctor)
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        (id, visit)
    }
}

/// The forms; what can be opened is added to `real`.
pub async fn forms(
    clinic: &Clinic,
    (boss, patient): (&Browser, &Browser),
    real: &mut Vec<(&'static str, String)>,
) -> Vec<Form> {
    infirmary::diagnoses::codes::ensure_catalogue(&clinic.app.db).await.unwrap();
    infirmary::procedures::ensure_catalogue(&clinic.app.db).await.unwrap();
    let doctor = sql("select id from account where name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    let stage = Stage { clinic, boss, doctor };
    let (condition, wrong) =
        (stage.diagnosed("Made Condition").await, stage.diagnosed("Wrong Diagnosis").await);
    let adds = stage.with("Adds Procedure").await.visit;
    let (done, cancelled) = (stage.planned("Done Procedure").await, stage.planned("Cancelled One").await);
    let marked = stage.planned("Marked Procedure").await;
    let page = boss.get(&format!("/procedures/{marked}")).await;
    boss.submit(&page, "#done", &[]).await.expect(303);
    let issues = stage.with("Gets Letter").await.visit;
    let refers = stage.with("Is Referred").await;
    let letter =
        [("to_whom", "Eye clinic"), ("question", "Blurred sight"), ("urgency", "soon"), ("step", "sign")];
    let page = boss.get(&format!("/visits/{}/referral", refers.visit)).await;
    let signed = boss.submit(&page, "#referral", &letter).await.expect(303).leads_to().unwrap();
    let (agrees, revoked) = (stage.issued("Agrees Later").await, stage.issued("Is Revoked").await);
    let printed = stage.issued("Is Printed").await;
    let (own, visit) = stage.own().await;
    real.extend([
        ("/diagnoses/{id}/error", condition.to_string()),
        ("/procedures/{id}", done.to_string()),
        ("/procedure-kinds/", "1".to_owned()),
        ("/verifications/", agrees.to_string()),
        ("/referrals/", signed.rsplit('/').next().unwrap().to_owned()),
        ("/check/{code}", clinic.newest_consented().await),
        ("/my/letters/", own.to_string()),
        ("/my/visits/", visit.to_string()),
    ]);
    let kind = [("version", "1"), ("price", "10"), ("minutes", "5"), ("active", "yes")];
    let reason = [("reason", "Written for somebody else")];
    vec![
        Form::fields("/diagnoses/{id}/condition", boss, condition, &[]),
        Form::fields("/diagnoses/{id}/error", boss, wrong, &reason),
        Form::fields("/visits/{id}/procedures", boss, adds, &[("pr_name", "Nebulisation")]),
        Form::fields("/procedures/{id}", boss, done, &[("version", "2"), ("used_0", "1")]),
        Form::fields("/procedures/{id}/cancellation", boss, cancelled, &reason),
        Form::fields("/procedures/{id}/error", boss, marked, &reason),
        Form::fields("/procedure-kinds/{id}", boss, 1, &kind),
        Form::fields("/visits/{id}/verification", boss, issues, &[("consent", "no")]),
        Form::fields("/visits/{id}/referral", boss, issues, &letter),
        Form::fields("/verifications/{id}/consent", boss, agrees, &[("consent", "no")]),
        Form::fields("/verifications/{id}/revocation", boss, revoked, &reason),
        Form::fields("/verifications/{id}/print", boss, printed, &[]),
        Form::fields("/letters/rules", boss, "", &[("version", "1"), ("rest_days", "5")]),
        Form::fields("/my/letters/{id}/consent", patient, own, &[]),
        Form::fields("/my/letters/{id}/withdrawal", patient, own, &[]),
    ]
}
