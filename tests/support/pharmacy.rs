//! The counter of the stories about giving out: what lies on the shelf, a prescription that waits, a pharmacist.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::prescribing::model::{LineId, PrescriptionId};

use super::{Browser, Clinic, PHARMACY, Room, Seen};

/// A counter with a prescription that waits.
pub struct Counter {
    /// Where it was prescribed.
    pub room: Room,
    /// The pharmacist.
    pub desk: Browser,
    /// The prescription.
    pub prescription: PrescriptionId,
}

impl Clinic {
    /// Units of a medicine in a batch that expires in so many days, as they were when the books were opened.
    pub async fn shelf(&self, code: &str, number: &str, days: i64, units: i64) {
        let item = self.item_of(code).await;
        self.batch(item, number, days, (PHARMACY, units)).await;
    }

    /// What lies in a store of a batch.
    pub async fn lies(&self, number: &str, store: &str) -> i64 {
        let found: Option<(i64,)> =
            sql("select v.on_hand from stock_level v join stock_batch b on b.id = v.batch_id
                join stock_store s on s.id = v.store_id where b.number = $1 and s.name = $2")
            .bind(number)
            .bind(store)
            .optional(&self.app.db)
            .await
            .unwrap();
        found.map_or(0, |found| found.0)
    }

    /// A counter, where these medicines were prescribed for five days.
    pub async fn counter(&self, medicines: &[&str]) -> Counter {
        let room = self.prescribing_room().await;
        self.at_counter(room, "pharmacist", medicines).await
    }

    /// The same for somebody else, with another doctor and another pharmacist.
    pub async fn counter_of(&self, name: &str, medicines: &[&str]) -> Counter {
        let first = name.split(' ').next().unwrap().to_lowercase();
        let (doctor, desk) = self.doctor_named(&format!("Okoro {first}")).await;
        let (patient, visit) = self.is_examined(name, doctor).await;
        self.states_no_allergy(patient).await;
        self.at_counter(Room { doctor, desk, patient, visit }, &format!("pharmacist {first}"), medicines)
            .await
    }

    /// One more unit of what was given last on a line, of a batch in the pharmacy; as the pharmacy books it.
    pub async fn given_once_more(&self, line: LineId, batch: i64) {
        let (db, now) = (&self.app.db, self.app.clock.now());
        sql("insert into dispensing (prescription_id, patient_id, visit_id, store_id, account_id, account_name, at, day)
             select d.prescription_id, d.patient_id, d.visit_id, d.store_id, d.account_id, d.account_name, $2, $3
             from dispensing d where d.id = (select max(g.dispensing_id) from dispensing_line g where g.line_id = $1)")
        .bind(line)
        .bind(now)
        .bind(self.today())
        .run(db)
        .await
        .unwrap();
        sql("insert into dispensing_line (dispensing_id, line_id, item_id, medicine_id, name, strength, form, unit, step,
                quantity, covers, owed, directions, price, day)
             select (select max(id) from dispensing), g.line_id, g.item_id, g.medicine_id, g.name, g.strength, g.form, g.unit,
                g.step, 1, 1, 0, g.directions, g.price, g.day
             from dispensing_line g where g.id = (select max(id) from dispensing_line where line_id = $1)")
        .bind(line)
        .run(db)
        .await
        .unwrap();
        sql("insert into stock_movement (item_id, batch_id, store_id, kind, quantity, balance, unit_cost, ref_kind, ref_id,
                account_name, at, day)
             select l.item_id, l.batch_id, l.store_id, 'issue', -1, l.on_hand - 1, 0, 'dispensing_line',
                (select max(id) from dispensing_line), 'somebody', $2, $3
             from stock_level l where l.batch_id = $1 and l.on_hand > 0")
        .bind(batch)
        .bind(now)
        .bind(self.today())
        .run(db)
        .await
        .unwrap();
    }

    /// Signs what is in the room and takes it to the counter, with more medicines before.
    pub async fn at_counter(&self, room: Room, pharmacist: &str, medicines: &[&str]) -> Counter {
        for medicine in medicines {
            room.adds(medicine).await;
        }
        room.signs(&[]).await.expect(303);
        let prescription = self.signed_in_visit(room.visit).await;
        Counter { room, desk: self.signed_in(pharmacist, &[Role::Pharmacist]).await, prescription }
    }
}

impl Counter {
    /// The page of the prescription.
    pub async fn page(&self) -> Seen {
        let seen = self.desk.get(&format!("/prescriptions/{}/dispensing", self.prescription)).await;
        seen.expect(200);
        seen
    }

    /// Opens the page and gives out with these fields typed.
    pub async fn gives(&self, fields: &[(&str, &str)]) -> Seen {
        let page = self.page().await;
        self.desk.submit(&page, "#dispense", fields).await
    }

    /// What was given out last.
    pub async fn given(&self, clinic: &Clinic) -> Seen {
        let id: i64 = sql("select max(id) from dispensing").scalar(&clinic.app.db).await.unwrap();
        let seen = self.desk.get(&format!("/dispensings/{id}")).await;
        seen.expect(200);
        seen
    }
}
