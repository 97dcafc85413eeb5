//! Forms of the laboratory: for each route a test that stands where its step is taken.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::laboratory::model::{LineId, SampleId};
use infirmary::laboratory::verbs::{bench, collect, enter, place, verify};
use infirmary::laboratory::{Placed, TestId, analytes_of_test};
use infirmary::patients::model::{PatientId, Sex};
use infirmary::queue::model::VisitId;

use super::Form;
use crate::support::{Browser, Clinic};

/// Makes steps outside of any browser, by two people of the laboratory.
struct Bench<'a> {
    clinic: &'a Clinic,
    test: TestId,
}

#[derive(Clone, Copy)]
struct At {
    visit: VisitId,
    line: LineId,
    sample: Option<SampleId>,
    version: i64,
}

impl Bench<'_> {
    async fn ordered(&self, name: &str, patient: Option<PatientId>) -> At {
        let patient = match patient {
            Some(patient) => patient,
            None => self.clinic.visitor(name).await,
        };
        self.clinic.is_here(patient).await;
        let visit: VisitId = sql("select id from visit where patient_id = $1 and closed_at is null")
            .bind(patient)
            .scalar(&self.clinic.app.db)
            .await
            .unwrap();
        let mut work = self.clinic.work_of("boss").await;
        let placed =
            Placed { visit, patient, lines: vec![self.test], urgent: false, question: String::new() };
        let line = place::place(&mut work, &placed).await.unwrap()[0];
        work.commit().await.unwrap();
        At { visit, line, sample: None, version: 1 }
    }

    async fn collected(&self, name: &str, patient: Option<PatientId>) -> At {
        let at = self.ordered(name, patient).await;
        let mut work = self.clinic.work_of("bench.one").await;
        let taken = collect::collect(&mut work, at.visit, &[at.line]).await.unwrap();
        work.commit().await.unwrap();
        At { sample: Some(taken[0].0), version: 2, ..at }
    }

    async fn received(&self, name: &str, patient: Option<PatientId>) -> At {
        let at = self.collected(name, patient).await;
        let mut work = self.clinic.work_of("bench.one").await;
        bench::receive(&mut work, at.sample.unwrap()).await.unwrap();
        work.commit().await.unwrap();
        At { version: 3, ..at }
    }

    async fn entered(&self, name: &str, value: i64, patient: Option<PatientId>) -> At {
        let at = self.received(name, patient).await;
        let mut work = self.clinic.work_of("bench.one").await;
        let analytes = analytes_of_test(&self.clinic.app.db, self.test).await.unwrap();
        let values = vec![(analytes[0].id, enter::Typed::Number(value))];
        let filled = enter::Filled { line: at.line, version: 3, values, comment: String::new() };
        let whose = enter::Whose { sex: Sex::Female, born_on: chrono::NaiveDate::from_ymd_opt(2004, 3, 27) };
        enter::enter(&mut work, at.sample.unwrap(), &analytes, &[filled], whose).await.unwrap();
        work.commit().await.unwrap();
        At { version: 5, ..at }
    }

    async fn verified(&self, name: &str, value: i64, patient: Option<PatientId>) -> At {
        let at = self.entered(name, value, patient).await;
        let mut work = self.clinic.work_of("bench.two").await;
        verify::verify(&mut work, &[(at.line, at.version)]).await.unwrap();
        work.commit().await.unwrap();
        // Verified, and released where nothing is critical.
        At { version: if value < 2 { 6 } else { 7 }, ..at }
    }
}

/// The forms; what can be opened is added to `real`. A packed cell volume of 15 is critical, one of 40 is not.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    infirmary::laboratory::ensure_catalogue(&clinic.app.db).await.unwrap();
    clinic.staff("bench.one", &[Role::LabAttendant]).await;
    clinic.staff("bench.two", &[Role::LabAttendant]).await;
    let at = Bench { clinic, test: TestId(clinic.test_id("PCV").await) };
    let field = clinic.field("PCV", "PCV").await;
    let own: PatientId = sql("select patient_id from account where name = 'Reads Along'")
        .scalar(&clinic.app.db)
        .await
        .unwrap();
    let shown = at.verified("", 40, Some(own)).await;
    sql("update lab_line set patient_at = requested_at where id = $1")
        .bind(shown.line)
        .run(&clinic.app.db)
        .await
        .unwrap();
    let shown_result = clinic.result_in(shown.line, "current").await;
    let orders = clinic.visitor("Orders Tests").await;
    clinic.is_here(orders).await;
    let visit: i64 =
        sql("select id from visit where patient_id = $1").bind(orders).scalar(&clinic.app.db).await.unwrap();
    let cancelled = at.ordered("Cancels Test", None).await;
    let collected = at.ordered("Collects Sample", None).await;
    let received = at.collected("Receives Sample", None).await;
    let started = at.received("Starts Sample", None).await;
    let rejected = at.received("Rejects Sample", None).await;
    let entered = at.received("Enters Result", None).await;
    let verified = at.entered("Verifies Result", 40, None).await;
    let sent_back = at.entered("Sent Back", 40, None).await;
    let corrected = at.verified("Corrects Result", 40, None).await;
    let critical = at.verified("Critical Result", 15, None).await;
    let acknowledged = at.verified("Acknowledged Result", 40, None).await;
    let called = clinic.result_in(critical.line, "current").await;
    let reviewed = clinic.result_in(acknowledged.line, "current").await;
    let (test, pcv) = (at.test.to_string(), format!("{}-{}", verified.line, verified.version));
    real.extend([
        ("/lab/samples/", entered.sample.unwrap().to_string()),
        ("/lab/lines/", corrected.line.to_string()),
        ("/lab/calls/", called.to_string()),
        ("/lab/catalogue/", test.clone()),
        ("/results/{id}", reviewed.to_string()),
        ("/my/results/{id}", shown_result.to_string()),
    ]);
    let why = format!("why{}", cancelled.line);
    let (line, version) = (collected.line.to_string(), format!("version{}", entered.line));
    let corrected_version = format!("version{}", corrected.line);
    let sample = |at: At| at.sample.unwrap();
    let call = [("told", "Dr Bello"), ("means", "phone"), ("outcome", "reached")];
    let price = [("version", "1"), ("price", "1,200"), ("minutes", "30"), ("active", "yes")];
    let health =
        [("version", "0"), ("blood_group", "O+"), ("genotype", "AA"), ("height", "171.5"), ("weight", "64")];
    vec![
        Form::fields("/visits/{id}/tests", boss, visit, &[("test", &test), ("question", "Pale")]),
        Form::fields(
            "/lab/lines/{id}/cancellation",
            boss,
            cancelled.line,
            &[("version", "1"), (&why, "Not needed")],
        ),
        Form::fields("/visits/{id}/samples", boss, collected.visit, &[("line", &line)]),
        Form::fields("/lab/samples/{id}/receipt", boss, sample(received), &[]),
        Form::fields("/lab/samples/{id}/bench", boss, sample(started), &[]),
        Form::fields("/lab/samples/{id}/rejection", boss, sample(rejected), &[("reason", "clotted")]),
        Form::fields("/lab/samples/{id}/results", boss, sample(entered), &[(&version, "3"), (&field, "40")]),
        Form::fields("/lab/samples/{id}/verification", boss, sample(verified), &[("line", &pcv)]),
        Form::fields(
            "/lab/lines/{id}/return",
            boss,
            sent_back.line,
            &[("version", "5"), ("back_note", "Too pale")],
        ),
        Form::fields(
            "/lab/lines/{id}/correction",
            boss,
            corrected.line,
            &[(&corrected_version, "7"), (&field, "41"), ("reason", "Read the wrong tube")],
        ),
        Form::fields("/lab/calls/{id}", boss, called, &call),
        Form::fields("/results/{id}/acknowledgement", boss, reviewed, &[("tell", "now")]),
        Form::fields("/lab/catalogue/{id}", boss, &test, &price),
        Form::fields("/lab/rules", boss, "", &[("version", "1"), ("patient_delay_days", "4")]),
        Form::fields("/patients/{id}/health-record", boss, orders, &health),
    ]
}
