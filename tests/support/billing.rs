//! Money in the stories: a till with its people, and things that cost.

use infirmary::access::model::Role;
use infirmary::billing::model::ChargeKind;
use infirmary::billing::{NewCharge, charge, plan};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::queue::model::{PointId, VisitId};
use infirmary::work::{Doer, Work};

use super::{Browser, Clinic, Seen};

/// A cashier with an open shift, a second one without, an administrator, and a patient in the clinic.
pub struct Till {
    /// With an open shift of ₦5,000.
    pub cashier: Browser,
    /// A second person.
    pub second: Browser,
    /// Who sets prices.
    pub admin: Browser,
    /// Where money is taken.
    pub point: PointId,
    /// Who pays.
    pub patient: PatientId,
    /// The visit.
    pub visit: VisitId,
}

impl Clinic {
    /// The till of a story.
    pub async fn till(&self) -> Till {
        let point = self.point("Cash desk", "cashier").await;
        let cashier = self.signed_in("cashier", &[Role::Cashier]).await;
        let second = self.signed_in("second.cashier", &[Role::Cashier]).await;
        let admin = self.signed_in("boss", &[Role::Admin]).await;
        self.opens_shift(&cashier, "5000").await;
        let here = self.walk_in("Ada Obi").await;
        let patient = self.patient_of(here.visit).await;
        Till { cashier, second, admin, point, patient, visit: here.visit }
    }

    /// Opens a shift at the first free desk.
    pub async fn opens_shift(&self, browser: &Browser, float: &str) -> Seen {
        let page = browser.get("/shifts").await;
        let desk = page.attribute("#open input[name=desk]", "value").unwrap();
        browser.submit(&page, "#open", &[("desk", &desk), ("float", float)]).await
    }

    /// Something was done that costs this much naira.
    pub async fn costs(&self, till: &Till, kind: ChargeKind, source: i64, naira: i64) -> i64 {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        let id = charge(&mut work, &new(till, kind, source, naira)).await.unwrap();
        work.commit().await.unwrap();
        id.0
    }

    /// Something is ordered that costs this much naira.
    pub async fn orders(&self, till: &Till, kind: ChargeKind, source: i64, naira: i64) {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        plan(&mut work, &new(till, kind, source, naira)).await.unwrap();
        work.commit().await.unwrap();
    }

    /// What `infirmary check` finds wrong.
    pub async fn faults(&self) -> Vec<String> {
        let mut check = std::process::Command::new(env!("CARGO_BIN_EXE_infirmary"));
        check.args(["check", "--database-url", &self.database_url]);
        let out = tokio::task::spawn_blocking(move || check.output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(text.contains("a wallet holds"), "{text}{}", String::from_utf8_lossy(&out.stderr));
        let money = ["the audit chain", "the file"];
        text.lines()
            .filter(|line| line.starts_with("FAULT") && !money.iter().any(|apart| line.contains(apart)))
            .map(str::to_owned)
            .collect()
    }

    /// A draft without lines, put in by SQL.
    pub async fn bare_draft(&self, visit: VisitId) -> i64 {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into invoice (year, patient_id, state, drafted_name, drafted_at)
             select 2026, patient_id, 'draft', '', opened_at from visit where id = $1 returning id")
        .bind(visit)
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// One number of one row.
    pub async fn number(&self, text: &'static str, id: i64) -> i64 {
        sql(text).bind(id).scalar(&self.app.db).await.unwrap()
    }

    /// The one word of one row.
    pub async fn word(&self, text: &'static str, id: i64) -> String {
        sql(text).bind(id).scalar(&self.app.db).await.unwrap()
    }

    /// Enrols a patient in a new scheme that pays this percentage of a group.
    pub async fn in_scheme(&self, till: &Till, group: &str, percent: &str, year_limit: &str) -> i64 {
        sql("insert into academic_session (name, is_current) select '2026/2027', $1
             where not exists (select 1 from academic_session where is_current)")
        .bind(true)
        .run(&self.app.db)
        .await
        .unwrap();
        let page = till.admin.get("/schemes").await;
        let name = format!("Scheme of {group}");
        let made = till.admin.submit(&page, "#scheme", &[("name", &name), ("payer", "The university")]).await;
        let path = made.leads_to().unwrap();
        let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
        let page = till.admin.get(&path).await;
        let rule = [("group", group), ("percent", percent), ("year_limit", year_limit)];
        till.admin.submit(&page, "#coverage", &rule).await.expect(303);
        let (patient, op) = (till.patient.to_string(), format!("enrol-into-scheme-{id:04}"));
        let fields = [("op", op.as_str()), ("patient", patient.as_str()), ("number", "U/77")];
        till.admin.post(&format!("/schemes/{id}/members"), &fields).await.expect(303);
        id
    }
}

/// Something that costs.
fn new(till: &Till, kind: ChargeKind, source: i64, naira: i64) -> NewCharge<'static> {
    NewCharge {
        visit: till.visit,
        patient: till.patient,
        kind,
        service: source,
        source,
        label: "Laboratory test",
        quantity: 1,
        unit_price: naira * 100,
    }
}

impl Till {
    /// The bill of the visit.
    pub fn bill(&self) -> String {
        format!("/visits/{}/bill", self.visit)
    }

    /// Makes a draft out of everything that waits.
    pub async fn draft(&self) -> i64 {
        let page = self.cashier.get(&self.bill()).await;
        let made = self.cashier.submit(&page, "#draft", &[("step", "draft")]).await;
        id_in(&made)
    }

    /// Makes and issues an invoice of everything that waits.
    pub async fn issued(&self) -> i64 {
        let page = self.cashier.get(&self.bill()).await;
        let made = self.cashier.submit(&page, "#draft", &[("step", "issue")]).await;
        id_in(&made)
    }

    /// Takes a payment; the receipt.
    pub async fn pays(&self, invoice: i64, fields: &[(&str, &str)]) -> Seen {
        let page = self.cashier.get(&format!("/invoices/{invoice}/payments")).await;
        self.cashier.submit(&page, "#pay", fields).await
    }

    /// Takes cash; the id of the receipt.
    pub async fn cash(&self, invoice: i64, naira: &str) -> i64 {
        id_in(&self.pays(invoice, &[("cash", naira)]).await)
    }
}

/// The id in the address a form led to.
#[track_caller]
pub fn id_in(seen: &Seen) -> i64 {
    let to = seen.expect(303).leads_to().unwrap();
    to.split('/').find_map(|part| part.parse().ok()).unwrap()
}

impl Clinic {
    /// The control of a guard: so many read first and act then, each believing what was read. How many acted.
    pub async fn believing(
        &self,
        times: usize,
        (read, enough): (&'static str, i64),
        act: &'static str,
    ) -> usize {
        let start = std::sync::Arc::new(tokio::sync::Barrier::new(times));
        let tasks = (0..times).map(|_| {
            let (app, start) = (self.app.clone(), std::sync::Arc::clone(&start));
            tokio::spawn(async move {
                let there: i64 = sql(read).scalar(&app.db).await.unwrap();
                start.wait().await;
                if there < enough {
                    return false;
                }
                sql(act).run(&app.db).await.unwrap();
                true
            })
        });
        let acted = futures::future::join_all(tasks.collect::<Vec<_>>()).await;
        acted.into_iter().filter(|acted| *acted.as_ref().unwrap()).count()
    }

    /// What `infirmary check` finds names this.
    pub async fn is_found(&self, fault: &str) {
        let faults = self.faults().await;
        assert!(faults.iter().any(|found| found.contains(fault)), "not found: {fault}; {faults:?}");
    }
}
