//! Points, rooms, patients and bookings for the stories of the queue, put in by SQL.

use chrono::{DateTime, TimeDelta, Utc};
use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::queue::model::{EntryId, EntryState, PointId, RoomId, VisitId};
use infirmary::queue::verbs::check_in::{Arrival, CheckedIn, check_in};
use infirmary::scheduling::model::AppointmentId;
use infirmary::work::{Doer, Work};

use super::{Browser, Clinic};

impl Clinic {
    /// A service point, without rooms.
    pub async fn point(&self, name: &str, kind: &'static str) -> PointId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into service_point (name, public_name, kind, position)
             values ($1, $1, $2, (select count(*) from service_point)) returning id")
        .bind(name)
        .bind(kind)
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A room of a point.
    pub async fn room(&self, point: PointId, name: &str) -> RoomId {
        let mut tx = self.app.db.begin().await.unwrap();
        let id = sql("insert into room (point_id, name) values ($1, $2) returning id")
            .bind(point)
            .bind(name)
            .scalar(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A patient with a card, "Ada Obi": given name, family name.
    pub async fn visitor(&self, name: &str) -> PatientId {
        let (given, family) = name.split_once(' ').unwrap_or((name, "Test"));
        let mut tx = self.app.db.begin().await.unwrap();
        let id: PatientId = sql(
            "insert into patient (number, kind, family_name, given_names, sort_name, sex, card_code,
                created_at, updated_at) values ($1, 'public', $2, $3, $4, 'female', $5, $6, $6) returning id",
        )
        .bind(format!("C{:08x}", rand::random::<u32>()).to_uppercase())
        .bind(family)
        .bind(given)
        .bind(format!("{family} {given}").to_lowercase())
        .bind(infirmary::patients::model::card_code(rand::random()))
        .bind(self.app.clock.now())
        .scalar(&mut tx)
        .await
        .unwrap();
        for word in name.to_lowercase().split_whitespace() {
            sql("insert into patient_term (term, patient_id) values ($1, $2)")
                .bind(word)
                .bind(id)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// The card of a patient, as the scanner reads it.
    pub async fn card_of(&self, patient: PatientId) -> String {
        sql("select card_code from patient where id = $1").bind(patient).scalar(&self.app.db).await.unwrap()
    }

    /// The patient signed in at a browser.
    pub async fn phone_of(&self, patient: PatientId) -> Browser {
        let name = format!("phone{patient}");
        sql("insert into account (kind, sign_in_name, name, patient_id, password_hash, created_at, updated_at)
             values ('patient', $1, $1, $2, $3, $4, $4)")
        .bind(&name)
        .bind(patient)
        .bind(super::people::cheap_hash())
        .bind(self.app.clock.now())
        .run(&self.app.db)
        .await
        .unwrap();
        let browser = self.browser();
        self.sign_in(&browser, &name).await;
        browser
    }

    /// A booking of a patient with a doctor, so many minutes from now.
    pub async fn booking(&self, patient: PatientId, doctor: AccountId, in_minutes: i64) -> AppointmentId {
        let now = self.app.clock.now();
        let starts: DateTime<Utc> = now + TimeDelta::minutes(in_minutes);
        let mut tx = self.app.db.begin().await.unwrap();
        let reason: i64 = sql("insert into visit_reason (name, minutes) values ($1, 20) returning id")
            .bind(format!("Reason {}", rand::random::<u64>()))
            .scalar(&mut tx)
            .await
            .unwrap();
        let slot: i64 = sql(
            "insert into slot (doctor_id, starts_at, ends_at, capacity, public_capacity, taken_public, day)
             values ($1, $2, $3, 5, 5, 1, $4) returning id",
        )
        .bind(doctor)
        .bind(starts)
        .bind(starts + TimeDelta::minutes(1))
        .bind(self.app.clinic().day_of(starts))
        .scalar(&mut tx)
        .await
        .unwrap();
        let id = sql("insert into appointment (reference, patient_id, slot_id, doctor_id, starts_at, ends_at, reason_id,
                place, state, calendar_uid, booked_at, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'public', 'booked', $1, $8, $8, $8) returning id")
        .bind(format!("R{:010X}", rand::random::<u64>() >> 24))
        .bind(patient)
        .bind(slot)
        .bind(doctor)
        .bind(starts)
        .bind(starts + TimeDelta::minutes(1))
        .bind(reason)
        .bind(now)
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Checks somebody in, as the desk would.
    pub async fn arrived(&self, patient: PatientId) -> CheckedIn {
        self.arrives(Arrival::at_desk(patient)).await
    }

    /// Checks somebody in, in a particular way.
    pub async fn arrives(&self, arrival: Arrival) -> CheckedIn {
        let mut work = Work::begin(&self.app, Doer::operator()).await.unwrap();
        let here = check_in(&mut work, arrival).await.unwrap();
        work.commit().await.unwrap();
        here
    }

    /// A new walk-in of this name who has just checked in.
    pub async fn walk_in(&self, name: &str) -> CheckedIn {
        let patient = self.visitor(name).await;
        self.arrived(patient).await
    }

    /// The latest entry of a visit, and its state.
    pub async fn entry_of(&self, visit: VisitId) -> (EntryId, EntryState) {
        sql("select id, state from queue_entry where visit_id = $1 order by id desc limit 1")
            .bind(visit)
            .one(&self.app.db)
            .await
            .unwrap()
    }

    /// The state of a visit's latest entry.
    pub async fn state_of(&self, visit: VisitId) -> EntryState {
        self.entry_of(visit).await.1
    }

    /// A doctor with an account id, signed in.
    pub async fn doctor_named(&self, name: &str) -> (AccountId, Browser) {
        let sign_in_name = name.to_lowercase();
        let id = self.staff(&sign_in_name, &[Role::Doctor]).await;
        sql("update account set name = $2 where id = $1")
            .bind(id)
            .bind(name)
            .run(&self.app.db)
            .await
            .unwrap();
        let browser = self.browser();
        self.sign_in(&browser, &sign_in_name).await;
        (id, browser)
    }
}
