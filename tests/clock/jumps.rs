//! The machine's clock jumps while people arrive, book and are called.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use infirmary::audit;
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::queue::verbs::check_in::{Arrival, check_in};
use infirmary::scheduling::model::{AppointmentId, SlotId};
use infirmary::scheduling::{self, Booking, Refusal};
use infirmary::work::{Doer, Work};
use rand::Rng;
use rand::rngs::StdRng;

use crate::support::{Clinic, dice};

/// Where it happens: a zone and a moment near an edge.
pub const EDGES: [(&str, &str); 5] = [
    ("Africa/Lagos", "2026-11-09T22:50:00Z"),
    ("Africa/Lagos", "2026-12-31T22:40:00Z"),
    ("Africa/Lagos", "2028-02-28T22:55:00Z"),
    ("Europe/London", "2027-03-28T00:30:00Z"),
    ("Europe/London", "2027-10-31T00:30:00Z"),
];
/// Jumps at each edge; 500 on each database.
const JUMPS: usize = 100;

struct Crowd {
    people: Vec<PatientId>,
    slots: Vec<SlotId>,
    reason: infirmary::scheduling::model::ReasonId,
    promised: BTreeMap<AppointmentId, (DateTime<Utc>, DateTime<Utc>)>,
}

pub fn jump(dice: &mut StdRng) -> TimeDelta {
    match dice.random_range(0..8) {
        0 => TimeDelta::hours(1),
        1 => TimeDelta::hours(-1),
        2 => TimeDelta::days(1),
        3 => TimeDelta::days(-1),
        4 => TimeDelta::minutes(25),
        _ => TimeDelta::seconds(dice.random_range(1..600)),
    }
}

/// Two people arrive at once.
async fn arrive(clinic: &Clinic, crowd: &Crowd, dice: &mut StdRng) {
    let comes = |patient: PatientId| {
        let app = clinic.app.clone();
        async move {
            let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
            check_in(&mut work, Arrival::at_desk(patient)).await.unwrap();
            work.commit().await.unwrap();
        }
    };
    let one = dice.random_range(0..crowd.people.len());
    let other = (one + 1) % crowd.people.len();
    futures::join!(comes(crowd.people[one]), comes(crowd.people[other]));
}

async fn book(clinic: &Clinic, crowd: &mut Crowd, dice: &mut StdRng) {
    let patient = crowd.people[dice.random_range(0..crowd.people.len())];
    let slot = crowd.slots[dice.random_range(0..crowd.slots.len())];
    let booking = Booking { patient, slot, reason: crowd.reason, complaint: String::new() };
    let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
    match scheduling::book_at_desk(&mut work, &booking, Some("a test")).await {
        Ok(id) => {
            work.commit().await.unwrap();
            let times = sql("select starts_at, ends_at from slot where id = $1").bind(slot);
            crowd.promised.insert(id, times.one(&clinic.app.db).await.unwrap());
        }
        Err(Refusal::Db(error)) => panic!("{error}"),
        Err(_) => drop(work),
    }
}

async fn at_an_edge(clinic: &Clinic, crowd: &mut Crowd, dice: &mut StdRng) {
    for turn in 0..JUMPS {
        clinic.app.clock.advance(jump(dice));
        arrive(clinic, crowd, dice).await;
        if turn % 3 == 0 {
            book(clinic, crowd, dice).await;
        }
        if turn % 10 == 0 {
            for job in ["close_the_day", "expire_holds", "mark_no_shows", "seal_audit_trail"] {
                clinic.run_job(job).await;
            }
        }
    }
}

async fn numbers_are_whole(clinic: &Clinic, seed: u64) {
    let rows: Vec<(NaiveDate, i64)> =
        sql("select day, number from visit order by day, number").all(&clinic.app.db).await.unwrap();
    let mut days: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for (day, number) in rows {
        days.entry(day).or_default().push(number);
    }
    for (day, numbers) in days {
        assert!(numbers.iter().copied().eq(1..=numbers.len() as i64), "seed {seed}, {day}: {numbers:?}");
    }
    let twins = "select count(*) from (select patient_id, day from visit group by patient_id, day having count(*) > 1) as t";
    assert_eq!(clinic.count(twins).await, 0, "seed {seed}: a patient has two tokens of one day");
}

both! {
    async fn five_hundred_jumps_give_no_double_token_and_shift_no_appointment(clinic) {
        let (seed, mut dice) = dice();
        clinic.point("Triage", "triage").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let mut crowd = Crowd { people: Vec::new(), slots: Vec::new(), reason, promised: BTreeMap::new() };
        for number in 0..40 {
            crowd.people.push(clinic.visitor(&format!("Person N{number}")).await);
        }
        for (number, (zone, moment)) in EDGES.into_iter().enumerate() {
            clinic.app.clock.set(moment.parse().unwrap());
            sql("update clinic set time_zone = $1").bind(zone).run(&clinic.app.db).await.unwrap();
            clinic.app.reload_clinic().await.unwrap();
            let doctor = clinic.consultant(&format!("Doctor{number}")).await;
            crowd.slots.clear();
            for slot in 0..60_i64 {
                crowd.slots.push(clinic.slot(doctor, 24 * 60 * 5 + 30 * slot, 3, 1).await);
            }
            at_an_edge(&clinic, &mut crowd, &mut dice).await;
        }
        numbers_are_whole(&clinic, seed).await;
        assert!(crowd.promised.len() > 40, "seed {seed}: only {} bookings", crowd.promised.len());
        for (id, times) in &crowd.promised {
            let kept: (DateTime<Utc>, DateTime<Utc>) = sql("select starts_at, ends_at from appointment where id = $1")
                .bind(*id).one(&clinic.app.db).await.unwrap();
            assert!(kept.0 == times.0 && kept.1 <= times.1, "seed {seed}: appointment {id} was shifted");
        }
        // The trail goes by its sequence, whatever the clock said.
        clinic.run_job("seal_audit_trail").await;
        let found = audit::verify(&clinic.app).await.unwrap();
        assert_eq!((found.broken, found.unsealed), (None, 0), "seed {seed}");
        let entries: Vec<(i64, DateTime<Utc>)> = sql("select e.id, e.at from audit_seal s join audit_entry e on e.id = s.entry_id
             order by s.seq").all(&clinic.app.db).await.unwrap();
        assert!(entries.windows(2).all(|pair| pair[0].0 < pair[1].0), "seed {seed}: sealed in the order of writing");
        assert!(entries.windows(2).any(|pair| pair[0].1 > pair[1].1), "seed {seed}: the clock did go back");
    }
}
