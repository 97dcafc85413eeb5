//! People with accounts, doctors with slots, reasons.

use chrono::{DateTime, TimeDelta, Utc};
use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, ReasonId, SlotId};
use infirmary::scheduling::{self, Booking};
use infirmary::work::{Doer, Work};

use super::people::cheap_hash;
use super::{Browser, Clinic, PASSWORD};

impl Clinic {
    /// Books at the desk.
    pub async fn books(&self, patient: PatientId, slot: SlotId, reason: ReasonId) -> AppointmentId {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        let booking = Booking { patient, slot, reason, complaint: String::new() };
        let id = scheduling::book_at_desk(&mut work, &booking, None).await.unwrap();
        work.commit().await.unwrap();
        id
    }

    /// A patient without an account.
    pub async fn person(&self, name: &str) -> PatientId {
        let (given, family) = name.split_once(' ').unwrap_or((name, "Someone"));
        let code = format!("{:016x}", rand::random::<u64>());
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into patient (number, kind, given_names, family_name, sort_name, sex, card_code, phone,
                created_at, updated_at) values ($1, 'public', $2, $3, $4, 'unknown', $1, '0803 555 0199', $5, $5)
             returning id")
        .bind(&code)
        .bind(given)
        .bind(family)
        .bind(name.to_lowercase())
        .bind(self.app.clock.now())
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A patient with an account, signed in at a browser.
    pub async fn someone(&self, name: &str) -> (PatientId, Browser) {
        let patient = self.person(name).await;
        sql("insert into account (kind, sign_in_name, name, patient_id, password_hash, created_at, updated_at)
             values ('patient', $1, $2, $3, $4, $5, $5)")
        .bind(format!("p{patient}"))
        .bind(name)
        .bind(patient)
        .bind(cheap_hash())
        .bind(self.app.clock.now())
        .run(&self.app.db)
        .await
        .unwrap();
        let browser = self.browser();
        let page = browser.get("/sign-in").await;
        let name = format!("p{patient}");
        browser.submit(&page, "main form", &[("name", &name), ("password", PASSWORD)]).await.expect(303);
        (patient, browser)
    }

    /// A doctor with a title.
    pub async fn consultant(&self, name: &str) -> AccountId {
        let id = self.staff(name, &[Role::Doctor]).await;
        sql("update account set title = 'Dr' where id = $1").bind(id).run(&self.app.db).await.unwrap();
        id
    }

    /// A visit reason.
    pub async fn visit_reason(&self, name: &str, minutes: i64) -> ReasonId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into visit_reason (name, minutes) values ($1, $2) returning id")
            .bind(name)
            .bind(minutes)
            .scalar(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A slot of 30 minutes that starts `minutes` from now.
    pub async fn slot(&self, doctor: AccountId, minutes: i64, capacity: i64, public: i64) -> SlotId {
        self.slot_at(doctor, self.app.clock.now() + TimeDelta::minutes(minutes), capacity, public).await
    }

    /// A slot of 30 minutes.
    pub async fn slot_at(
        &self,
        doctor: AccountId,
        starts: DateTime<Utc>,
        capacity: i64,
        public: i64,
    ) -> SlotId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into slot (doctor_id, starts_at, ends_at, capacity, public_capacity, day)
             values ($1, $2, $3, $4, $5, $6) returning id")
        .bind(doctor)
        .bind(starts)
        .bind(starts + TimeDelta::minutes(30))
        .bind(capacity)
        .bind(public)
        .bind(self.app.clinic().day_of(starts))
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The state of an appointment.
    pub async fn appointment_state(&self, id: AppointmentId) -> String {
        sql("select state from appointment where id = $1").bind(id).scalar(&self.app.db).await.unwrap()
    }

    /// Places of a slot that are taken: online, at the desk.
    pub async fn taken(&self, slot: SlotId) -> (i64, i64) {
        sql("select taken_public, taken_desk from slot where id = $1")
            .bind(slot)
            .one(&self.app.db)
            .await
            .unwrap()
    }
}
