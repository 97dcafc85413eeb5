//! Orders, samples and results for the stories of the laboratory: each step is made as its people make it.

use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::laboratory::model::{LineId, LineState, ResultId, SampleId};
use infirmary::patients::model::PatientId;
use infirmary::queue::model::VisitId;
use infirmary::work::{Doer, Work};

use super::{Browser, Clinic, Seen};

/// A clinic's laboratory with its people, and a patient of 22 years in the clinic.
pub struct Lab {
    /// Who ordered.
    pub doctor: AccountId,
    /// At her browser.
    pub orders: Browser,
    /// Who works at the bench.
    pub bench: Browser,
    /// The second person.
    pub second: Browser,
    /// Whose tests they are.
    pub patient: PatientId,
    /// Her visit.
    pub visit: VisitId,
}

/// A line as the table has it now.
pub type Stands = (LineId, LineState, i64, Option<SampleId>);

impl Clinic {
    /// The laboratory of a story.
    pub async fn laboratory(&self) -> Lab {
        infirmary::laboratory::ensure_catalogue(&self.app.db).await.unwrap();
        let (doctor, orders) = self.doctor_named("Okoro").await;
        let bench = self.signed_in("bench", &[Role::LabAttendant]).await;
        let second = self.signed_in("second", &[Role::LabAttendant]).await;
        let (patient, visit) = self.is_examined("Ada Obi", doctor).await;
        Lab { doctor, orders, bench, second, patient, visit }
    }

    /// A woman of 22 years with an open visit, who was seen by a doctor.
    pub async fn is_examined(&self, name: &str, _doctor: AccountId) -> (PatientId, VisitId) {
        let patient = self.visitor(name).await;
        sql("update patient set born_on = $2 where id = $1")
            .bind(patient)
            .bind(chrono::NaiveDate::from_ymd_opt(2004, 3, 27))
            .run(&self.app.db)
            .await
            .unwrap();
        self.is_here(patient).await;
        let visit = sql("select id from visit where patient_id = $1 and closed_at is null")
            .bind(patient)
            .scalar(&self.app.db)
            .await
            .unwrap();
        (patient, visit)
    }

    /// The id of a test.
    pub async fn test_id(&self, code: &str) -> i64 {
        sql("select id from lab_test where code = $1").bind(code).scalar(&self.app.db).await.unwrap()
    }

    /// The field of an analyte.
    pub async fn field(&self, test: &str, code: &str) -> String {
        let id: i64 = sql("select a.id from lab_analyte a join lab_test t on t.id = a.test_id where t.code = $1 and a.code = $2")
            .bind(test)
            .bind(code)
            .scalar(&self.app.db)
            .await
            .unwrap();
        format!("v{id}")
    }

    /// How the lines of a visit stand, in the order of their tests.
    pub async fn lines(&self, visit: VisitId) -> Vec<Stands> {
        sql("select id, state, version, sample_id from lab_line where visit_id = $1 order by id")
            .bind(visit)
            .all(&self.app.db)
            .await
            .unwrap()
    }

    /// The version of a line's result in this state.
    pub async fn result_in(&self, line: LineId, state: &str) -> ResultId {
        sql("select id from lab_result where line_id = $1 and state = $2 order by id desc limit 1")
            .bind(line)
            .bind(state)
            .scalar(&self.app.db)
            .await
            .unwrap()
    }

    /// Somebody's account by the sign-in name, as who does it.
    pub async fn doing(&self, name: &str) -> Doer {
        let id: i64 = sql("select id from account where sign_in_name = $1")
            .bind(name)
            .scalar(&self.app.db)
            .await
            .unwrap();
        Doer { account_id: Some(id), name: name.to_owned(), ..Doer::operator() }
    }

    /// A unit of work of somebody.
    pub async fn work_of(&self, name: &str) -> Work {
        Work::begin(&self.app, self.doing(name).await).await.unwrap()
    }
}

impl Lab {
    /// Orders tests by their codes; the newest line is the last.
    pub async fn order(&self, clinic: &Clinic, codes: &[&str]) -> Vec<LineId> {
        let before = clinic.lines(self.visit).await.len();
        let page = self.orders.get(&format!("/visits/{}/tests", self.visit)).await;
        let mut ids = Vec::new();
        for code in codes {
            ids.push(clinic.test_id(code).await.to_string());
        }
        let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("test", id.as_str())).collect();
        let question = [("question", "Fever for 3 days"), ("again", "yes")];
        self.orders.submit(&page, "#order", &[fields.as_slice(), &question].concat()).await.expect(303);
        clinic.lines(self.visit).await[before..].iter().map(|line| line.0).collect()
    }

    /// Takes every sample that waits; the newest is the last.
    pub async fn collect(&self, clinic: &Clinic) -> Vec<SampleId> {
        let page = self.bench.get(&format!("/visits/{}/samples", self.visit)).await;
        self.bench.submit(&page, "#collect", &[]).await.expect(303);
        sql("select id from lab_sample where visit_id = $1 order by id")
            .bind(self.visit)
            .scalars(&clinic.app.db)
            .await
            .unwrap()
    }

    /// The page of a sample.
    pub async fn sample(&self, sample: SampleId) -> Seen {
        self.bench.get(&format!("/lab/samples/{sample}")).await
    }

    /// Brings a sample to the bench.
    pub async fn receive(&self, sample: SampleId) {
        let page = self.sample(sample).await;
        self.bench.submit(&page, "#receive", &[]).await.expect(303);
    }

    /// Enters results at the bench, and that the rest of each test is not done.
    pub async fn enter(&self, sample: SampleId, values: &[(&str, &str)]) -> Seen {
        let page = self.bench.get(&format!("/lab/samples/{sample}/results")).await;
        let lines = page.body.split("name=\"version").skip(1).filter_map(|rest| rest.split('"').next());
        let partial: Vec<String> = lines.map(|line| format!("partial{line}")).collect();
        let mut fields = values.to_vec();
        fields.extend(partial.iter().map(|name| (name.as_str(), "yes")));
        self.bench.submit(&page, "#results", &fields).await
    }

    /// The second person verifies everything on a sample.
    pub async fn verify(&self, sample: SampleId) -> Seen {
        let page = self.second.get(&format!("/lab/samples/{sample}")).await;
        self.second.submit(&page, "#verify", &[]).await
    }

    /// A test from its order to its released result.
    pub async fn released(&self, clinic: &Clinic, code: &str, field: (&str, &str)) -> (LineId, ResultId) {
        let line = self.order(clinic, &[code]).await[0];
        let sample = *self.collect(clinic).await.last().unwrap();
        self.receive(sample).await;
        let name = clinic.field(code, field.0).await;
        self.enter(sample, &[(&name, field.1)]).await.expect(303);
        self.verify(sample).await.expect(303);
        (line, clinic.result_in(line, "current").await)
    }
}
