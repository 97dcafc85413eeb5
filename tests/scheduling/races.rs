//! Many at once: never more than the places, never two at one time, counters that equal the rows (P1, P2, P3).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use infirmary::access::model::Role;
use infirmary::app::App;
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, CancelledBy, ReasonId, SlotId};
use infirmary::scheduling::{self, At, Booking, Refusal};
use infirmary::web::paths::scheduling as paths;
use infirmary::work::{Doer, Work};
use rand::Rng;
use rand::rngs::StdRng;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{Clinic, dice, thrown};

/// `people` browsers press the same time at once; returns the statuses of those who lost.
async fn rush(clinic: &Clinic, people: usize, slot: SlotId, reason: ReasonId) -> Vec<u16> {
    let mut crowd = Vec::new();
    for number in 0..people {
        crowd.push(clinic.someone(&format!("Person{number} Crowd")).await.1);
    }
    let page = crowd[0].get(&format!("{}?reason={reason}&day=2026-11-09", paths::BOOK_TIME)).await;
    let mut presses = JoinSet::new();
    let start = Arc::new(Barrier::new(people));
    for browser in crowd {
        let (page, start) = (page.clone(), Arc::clone(&start));
        presses.spawn(async move {
            start.wait().await;
            let held = browser.submit(&page, "main form", &[("slot", &slot.to_string())]).await;
            let Some(to) = held.leads_to() else {
                assert_eq!(held.heading(), "That time has just gone");
                assert!(held.has(".slots button"), "there is another time to offer");
                return held.status;
            };
            let check = browser.get(&to).await;
            browser.submit(&check, "main form", &[]).await.status
        });
    }
    presses.join_all().await
}

both! {
    async fn two_hundred_press_one_time_with_one_place(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (slot, _) = (clinic.slot(doctor, 60, 1, 1).await, clinic.slot(doctor, 120, 90, 90).await);
        let statuses = rush(&clinic, 200, slot, reason).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1);
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 199, "{statuses:?}");
        assert_eq!(clinic.taken(slot).await, (1, 0));
        assert_eq!(clinic.count("select count(*) from appointment where state = 'booked'").await, 1);
    }

    async fn two_hundred_press_one_time_with_twenty_places(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (slot, _) = (clinic.slot(doctor, 60, 30, 20).await, clinic.slot(doctor, 120, 90, 90).await);
        let statuses = rush(&clinic, 200, slot, reason).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 20);
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 180, "{statuses:?}");
        assert_eq!(clinic.taken(slot).await, (20, 0));
        assert_eq!(clinic.count("select count(*) from appointment where state = 'booked'").await, 20);
    }

    async fn two_hundred_at_the_desk_take_one_place_once(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let slot = clinic.slot(doctor, 60, 1, 0).await;
        let mut desks = JoinSet::new();
        for number in 0..200 {
            let patient = clinic.person(&format!("Person{number} Crowd")).await;
            let app = clinic.app.clone();
            desks.spawn(async move {
                let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                let booking = Booking { patient, slot, reason, complaint: String::new() };
                match scheduling::book_at_desk(&mut work, &booking, None).await {
                    Ok(_) => work.commit().await.is_ok(),
                    Err(Refusal::Book(_)) => false,
                    Err(other) => panic!("{other}"),
                }
            });
        }
        let sold = desks.join_all().await;
        assert_eq!(sold.iter().filter(|sold| **sold).count(), 1);
        assert_eq!(clinic.taken(slot).await, (0, 1));
    }

    async fn what_is_made_while_time_is_taken_away_is_not_offered_in_it(clinic) {
        let doctor = clinic.consultant("Bola").await;
        for weekday in 1..=5_i64 {
            sql("insert into availability (doctor_id, weekday, starts, ends, slot_minutes, capacity, public_capacity, valid_from)
                 values ($1, $2, $3, $4, 10, 1, 1, $5)")
                .bind(doctor).bind(weekday).bind("08:00".parse::<NaiveTime>().unwrap()).bind("16:00".parse::<NaiveTime>().unwrap())
                .bind("2026-11-01".parse::<NaiveDate>().unwrap()).run(&clinic.app.db).await.unwrap();
        }
        let (one, two) = (clinic.administrator().await, clinic.signed_in("second admin", &[Role::Admin]).await);
        for round in 0..6_u64 {
            let first = "2026-11-16".parse::<NaiveDate>().unwrap() + Days::new(14 * round);
            let on = |day: u64| (first + Days::new(day)).to_string();
            let (from, last, middle, after) = (on(0), on(13), on(8), on(10));
            let hours = one.get(&paths::availability_of(doctor)).await;
            let range = [("make_from", from.as_str()), ("make_to", &last)];
            let made = one.submit(&hours, "#make", &range);
            let taken = async {
                let page = match round % 3 {
                    0 => two.get(&paths::availability_of(doctor)).await,
                    1 => two.get("/settings/holidays").await,
                    _ => two.get(&hours.links("tbody a")[usize::try_from(round / 3).unwrap()]).await,
                };
                tokio::time::sleep(std::time::Duration::from_millis(10 * round)).await;
                match round % 3 {
                    0 => {
                        let away = [("from_day", middle.as_str()), ("from_time", "00:00"), ("to_day", &after), ("to_time", "00:00"), ("away_reason", "Ill")];
                        two.submit(&page, "#away", &away).await
                    }
                    1 => two.submit(&page, "#holiday", &[("day", &middle), ("name", "Founders")]).await,
                    _ => two.submit(&page, "main form", &[("valid_until", &from)]).await,
                }
            };
            let (made, taken) = tokio::join!(made, taken);
            assert_eq!((made.status, taken.status), (303, 303), "round {round}: {} {}", made.body, taken.body);
            assert_eq!(clinic.count(OFFERED_AWAY).await, 0, "round {round}");
            let outside = scheduling::outside_hours(&clinic.app).await.unwrap();
            assert!(outside.is_empty(), "round {round}: {outside:?}");
        }
        assert!(clinic.count("select count(*) from slot where state = 'open'").await > 100);
    }

    /// The control: with the guard taken away the same kind of rush sells the place more than once.
    async fn without_the_guard_the_place_is_sold_twice(clinic) {
        let db = &clinic.app.db;
        sql("create table naive (id bigint primary key, capacity bigint not null, taken bigint not null)").run(db).await.unwrap();
        sql("insert into naive (id, capacity, taken) values (1, 1, 0)").run(db).await.unwrap();
        let (start, mut presses) = (Arc::new(Barrier::new(20)), JoinSet::new());
        for _ in 0..20 {
            let (app, start) = (clinic.app.clone(), Arc::clone(&start));
            presses.spawn(async move {
                let free: i64 = sql("select capacity - taken from naive where id = 1").scalar(&app.db).await.unwrap();
                start.wait().await;
                if free > 0 {
                    sql("update naive set taken = taken + 1 where id = 1").run(&app.db).await.unwrap();
                }
            });
        }
        presses.join_all().await;
        assert!(clinic.count("select taken from naive").await > 1, "the rush finds what the guard prevents");
    }

    async fn random_bookings_moves_and_cancels_keep_every_rule(clinic) {
        // The seed repeats what each of the eight tries, not who comes first.
        let (seed, mut dice) = dice();
        let world = World::new(&clinic).await;
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let (app, world, mut dice) = (clinic.app.clone(), world.clone(), thrown(&mut dice));
            workers.spawn(async move { for _ in 0..250 { world.act(&app, &mut dice).await; } });
        }
        while !workers.is_empty() {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(300), workers.join_next()).await.map(|done| done.unwrap().unwrap());
            assert_eq!(clinic.count(DIFFERENCES).await, 0, "seed {seed}: counters equal the rows at every moment");
        }
        assert_eq!(clinic.count(DIFFERENCES).await, 0, "seed {seed}");
        let done = clinic.count("select count(*) from appointment").await;
        assert!(done > 150, "seed {seed}: only {done} appointments were made");
        sweep(&clinic, seed, "select patient_id, starts_at, ends_at from appointment
            where state in ('hold', 'booked', 'arrived', 'in_service') and override_reason = '' order by starts_at").await;
        sweep(&clinic, seed, "select doctor_id as patient_id, starts_at, ends_at from slot where state <> 'closed' order by starts_at").await;
    }

    async fn confirming_and_running_out_never_both_happen(clinic) {
        let doctor = clinic.consultant("Bola").await;
        let reason = clinic.visit_reason("I feel ill", 20).await;
        for round in 0..15_i64 {
            let patient = clinic.person("Ada Obi").await;
            let slot = clinic.slot(doctor, 60 + 31 * round, 1, 1).await;
            let booking = Booking { patient, slot, reason, complaint: String::new() };
            let mut work = Work::begin(&clinic.app, Doer::operator()).await.unwrap();
            let id = scheduling::hold(&mut work, &booking).await.unwrap();
            work.commit().await.unwrap();
            let app = clinic.app.clone();
            let confirming = tokio::spawn(async move {
                let mut work = Work::begin(&app, Doer::operator()).await.unwrap();
                let done = scheduling::confirm(&mut work, patient, id).await;
                if done.is_ok() { work.commit().await.unwrap(); }
                done.is_ok()
            });
            clinic.wait_minutes(8);
            clinic.run_job("expire_holds").await;
            let confirmed = confirming.await.unwrap();
            clinic.run_job("expire_holds").await;
            let expected = if confirmed { ("booked", (1, 0)) } else { ("cancelled", (0, 0)) };
            assert_eq!((clinic.appointment_state(id).await.as_str(), clinic.taken(slot).await), expected);
        }
    }
}

/// Open slots in time that is blocked, or on a holiday.
const OFFERED_AWAY: &str = "select count(*) from slot s where s.state = 'open'
    and (exists (select 1 from blocked_time b where b.lifted_at is null and (b.doctor_id is null or b.doctor_id = s.doctor_id)
        and b.starts_at < s.ends_at and b.ends_at > s.starts_at)
      or exists (select 1 from holiday h where h.day = s.day))";

/// Slots whose counters differ from their rows.
const DIFFERENCES: &str =
    "select count(*) from slot s where s.taken_public <> (select count(*) from appointment a
    where a.slot_id = s.id and a.place = 'public'
      and a.state in ('hold', 'booked', 'arrived', 'in_service', 'fulfilled', 'no_show'))
  or s.taken_desk <> (select count(*) from appointment a where a.slot_id = s.id and a.place = 'desk'
      and a.state in ('hold', 'booked', 'arrived', 'in_service', 'fulfilled', 'no_show'))
  or s.taken_public + s.taken_desk > s.capacity or s.taken_public > s.public_capacity";

#[derive(serde::Deserialize)]
struct Span {
    patient_id: i64,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// Sweeps over the rows in the order of time: nobody's next begins before the last one ended.
async fn sweep(clinic: &Clinic, seed: u64, text: &'static str) {
    let spans: Vec<Span> = sql(text).all(&clinic.app.db).await.unwrap();
    let mut ends: BTreeMap<i64, DateTime<Utc>> = BTreeMap::new();
    for span in spans {
        if let Some(end) = ends.insert(span.patient_id, span.ends_at) {
            assert!(
                end <= span.starts_at,
                "seed {seed}: {} is at two places at {}",
                span.patient_id,
                span.starts_at
            );
        }
    }
}

/// A few people, doctors and slots that collide.
#[derive(Clone)]
struct World {
    people: Vec<PatientId>,
    slots: Vec<SlotId>,
    reason: ReasonId,
}

impl World {
    async fn new(clinic: &Clinic) -> Self {
        let reason = clinic.visit_reason("I feel ill", 20).await;
        let (mut people, mut slots) = (Vec::new(), Vec::new());
        for number in 0..16 {
            people.push(clinic.person(&format!("Person{number} World")).await);
        }
        for name in ["Bola", "Chidi", "Dayo"] {
            let doctor = clinic.consultant(name).await;
            for number in 0..8 {
                slots.push(clinic.slot(doctor, 60 + 30 * number, 1 + number % 3, 1).await);
            }
        }
        World { people, slots, reason }
    }

    async fn act(&self, app: &App, dice: &mut StdRng) {
        let patient = self.people[dice.random_range(0..self.people.len())];
        let why = dice.random_bool(0.5).then_some("a test");
        let (kind, slot) = (dice.random_range(0..5), self.slots[dice.random_range(0..self.slots.len())]);
        let mine: Vec<AppointmentId> =
            sql("select id from appointment where patient_id = $1 and state in ('hold', 'booked')")
                .bind(patient)
                .scalars(&app.db)
                .await
                .unwrap();
        let one = mine.first().copied();
        let booking = Booking { patient, slot, reason: self.reason, complaint: String::new() };
        let mut work = Work::begin(app, Doer::operator()).await.unwrap();
        let done: Result<(), Refusal> = match (kind, one) {
            (0, _) | (3 | 4, None) => scheduling::hold(&mut work, &booking).await.map(|_| ()),
            (1, _) => scheduling::book_at_desk(&mut work, &booking, why).await.map(|_| ()),
            (2, Some(id)) => scheduling::confirm(&mut work, patient, id).await,
            (3, Some(id)) => {
                scheduling::cancel(&mut work, id, CancelledBy::Staff, "a test").await.map(|_| ())
            }
            (_, Some(id)) => scheduling::reschedule(&mut work, id, slot, At::DESK).await.map(|_| ()),
            (_, None) => Ok(()),
        };
        match done {
            Ok(()) => work.commit().await.unwrap(),
            Err(Refusal::Db(error)) => panic!("{error}"),
            Err(_) => drop(work),
        }
    }
}
