//! Every opening of a record and every change leaves exactly its entry (P29): a model predicts the trail of a thousand
//! steps on each database, refused and repeated ones among them.

use std::collections::BTreeMap;

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::queue::model::PointId;
use infirmary::scheduling::model::AppointmentId;
use infirmary::scheduling::{self, Booking};
use infirmary::work::{Doer, Work};
use rand::Rng;
use rand::rngs::StdRng;

use crate::support::{Browser, Clinic, dice};

const STEPS: usize = 1_000;

/// What the model knows of the clinic.
struct Model {
    dice: StdRng,
    boss: Browser,
    people: Vec<PatientId>,
    here: Vec<PatientId>,
    appointments: Vec<AppointmentId>,
    triage: PointId,
    waiting: usize,
    last: Option<(String, Vec<(String, String)>)>,
}

fn op() -> String {
    format!("{:024x}", rand::random::<u128>() >> 32)
}

impl Model {
    async fn new(clinic: &Clinic, dice: StdRng) -> Self {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        let triage = clinic.point("Triage", "triage").await;
        let (doctor, reason) = (clinic.consultant("Bola").await, clinic.visit_reason("I feel ill", 20).await);
        let (mut people, mut appointments) = (Vec::new(), Vec::new());
        for number in 0..150 {
            people.push(clinic.visitor(&format!("Person N{number}")).await);
        }
        for number in 0..10_i64 {
            let slot = clinic.slot(doctor, 60 * 30 + 60 * number, 1, 0).await;
            let booking =
                Booking { patient: people[number as usize], slot, reason, complaint: String::new() };
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            appointments.push(scheduling::book_at_desk(&mut work, &booking, None).await.unwrap());
            work.commit().await.unwrap();
        }
        Model { dice, boss, people, here: Vec::new(), appointments, triage, waiting: 0, last: None }
    }

    fn somebody(&mut self) -> PatientId {
        self.people[self.dice.random_range(0..self.people.len())]
    }

    async fn post(&mut self, path: String, fields: &[(&str, &str)]) -> u16 {
        let op = op();
        let mut all: Vec<(String, String)> =
            fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        all.push(("op".to_owned(), op));
        let pairs: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let status = self.boss.post(&path, &pairs).await.status;
        if status == 303 {
            self.last = Some((path, all));
        }
        status
    }

    /// One step; the entries that it must leave.
    async fn step(&mut self) -> (&'static str, Vec<&'static str>) {
        let id = self.somebody();
        let appointment = self.appointments[self.dice.random_range(0..self.appointments.len())];
        match self.dice.random_range(0..12) {
            0 => {
                self.boss.get(&format!("/patients/{id}")).await.expect(200);
                ("open a record", vec!["patient.opened"])
            }
            1 => {
                self.boss.get(&format!("/patients/{id}/history")).await.expect(200);
                ("open its history", vec!["patient.opened"])
            }
            2 => {
                let page = self.boss.get(&format!("/patients/{id}/edit")).await;
                let address = format!("Room {}", rand::random::<u32>());
                self.boss.submit(&page, "#person", &[("address", &address)]).await.expect(303);
                ("edit a record", vec!["patient.opened", "patient.edited"])
            }
            3 => {
                let page = self.boss.get(&format!("/patients/{id}/edit")).await;
                self.boss.submit(&page, "#person", &[("family_name", "")]).await.expect(422);
                ("a refused edit", vec!["patient.opened"])
            }
            4 => {
                self.boss.get("/patients?q=person").await.expect(200);
                ("search", vec![])
            }
            5 => {
                let patient = id.to_string();
                assert_eq!(self.post("/check-ins".into(), &[("patient", &patient)]).await, 303);
                if self.here.contains(&id) {
                    return ("a second check-in", vec![]);
                }
                self.here.push(id);
                self.waiting += 1;
                ("check in", vec!["visit.checked_in"])
            }
            6 => {
                let path = format!("/queues/{}/calls", self.triage);
                assert_eq!(self.post(path, &[]).await, 303);
                if self.waiting == 0 {
                    return ("call nobody", vec![]);
                }
                self.waiting -= 1;
                ("call", vec!["queue.called"])
            }
            7 => {
                self.boss.get(&format!("/appointments/{appointment}")).await.expect(200);
                ("open an appointment", vec!["appointment.opened"])
            }
            8 => {
                let page = self.boss.get(&format!("/appointments/{appointment}")).await;
                let note = format!("Note {}", rand::random::<u32>());
                self.boss.submit(&page, "#note-form", &[("note", &note)]).await.expect(303);
                ("write a note", vec!["appointment.opened", "appointment.noted"])
            }
            9 => {
                let refused = self.post("/patients".into(), &[("kind", "public"), ("family_name", "")]).await;
                assert_eq!(refused, 422);
                ("a refused registration", vec![])
            }
            10 => {
                self.boss.get("/patients/999999").await.expect(404);
                self.boss.get("/queues").await.expect(200);
                ("look at what is not there, and at lists", vec![])
            }
            _ => {
                let Some((path, fields)) = self.last.clone() else { return ("nothing", vec![]) };
                let pairs: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                self.boss.post(&path, &pairs).await.expect(303);
                ("the last form once more", vec![])
            }
        }
    }
}

async fn trail(clinic: &Clinic, after: i64) -> (i64, Vec<String>) {
    let rows: Vec<(i64, String)> = sql("select id, action from audit_entry where id > $1 order by id")
        .bind(after)
        .all(&clinic.app.db)
        .await
        .unwrap();
    (rows.last().map_or(after, |row| row.0), rows.into_iter().map(|row| row.1).collect())
}

both! {
    async fn a_model_predicts_the_trail_of_a_thousand_steps(clinic) {
        let (seed, dice) = dice();
        let mut model = Model::new(&clinic, dice).await;
        let (mut at, _) = trail(&clinic, 0).await;
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for step in 0..STEPS {
            let (what, predicted) = model.step().await;
            let (last, written) = trail(&clinic, at).await;
            assert_eq!(written, predicted, "seed {seed}, step {step}: {what}");
            at = last;
            *seen.entry(what).or_insert(0) += 1;
        }
        assert!(seen.len() >= 13, "seed {seed}: some kinds of steps never came: {seen:?}");
        // Nothing else stands in the trail: each entry about a record belongs to somebody who is there.
        let orphans = "select count(*) from audit_entry e where e.patient_id is not null
            and not exists (select 1 from patient where id = e.patient_id)";
        assert_eq!(clinic.count(orphans).await, 0, "seed {seed}");
    }
}
