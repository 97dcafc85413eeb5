//! Forms about hours, slots and appointments.

use chrono::TimeDelta;
use infirmary::access::model::AccountId;
use infirmary::db::sql;
use infirmary::patients::model::PatientId;
use infirmary::scheduling::model::{AppointmentId, ReasonId, SlotId};
use infirmary::scheduling::{self, Booking};
use infirmary::work::{Doer, Work};

use super::Form;
use crate::support::{Browser, Clinic};

struct Places<'a> {
    clinic: &'a Clinic,
    doctor: AccountId,
    reason: ReasonId,
    next: i64,
}

impl Places<'_> {
    /// A new slot, each two hours after the last one.
    async fn slot(&mut self) -> SlotId {
        self.next += 1;
        self.clinic.slot(self.doctor, 120 * self.next, 2, 1).await
    }

    async fn held(&mut self, patient: PatientId) -> AppointmentId {
        let booking =
            Booking { patient, slot: self.slot().await, reason: self.reason, complaint: String::new() };
        let mut work = Work::begin(&self.clinic.app, Doer::operator()).await.unwrap();
        let id = scheduling::hold(&mut work, &booking).await.unwrap();
        work.commit().await.unwrap();
        id
    }

    async fn booked(&mut self, patient: PatientId) -> AppointmentId {
        let id = self.held(patient).await;
        let mut work = Work::begin(&self.clinic.app, Doer::operator()).await.unwrap();
        scheduling::confirm(&mut work, patient, id).await.unwrap();
        work.commit().await.unwrap();
        id
    }

    /// An appointment of this morning to which nobody came; `objection` is none, `open`.
    async fn missed(
        &mut self,
        patient: PatientId,
        state: &'static str,
        objection: Option<&'static str>,
    ) -> AppointmentId {
        let id = self.booked(patient).await;
        self.next += 1;
        let starts = self.clinic.app.clock.now() - TimeDelta::minutes(10 * self.next);
        let run = |text: &'static str| sql(text).bind(id).bind(starts).bind(starts + TimeDelta::minutes(5));
        run("update slot set starts_at = $2, ends_at = $3 where id = (select slot_id from appointment where id = $1)")
            .run(&self.clinic.app.db)
            .await
            .unwrap();
        run("update appointment set starts_at = $2, ends_at = $3 where id = $1")
            .run(&self.clinic.app.db)
            .await
            .unwrap();
        sql("update appointment set state = $2, objection_state = $3, ended_at = case when $2 = 'no_show' then $4 end,
             counts_as_no_show = ($2 = 'no_show') where id = $1")
            .bind(id)
            .bind(state)
            .bind(objection.map(str::to_owned))
            .bind(starts)
            .run(&self.clinic.app.db)
            .await
            .unwrap();
        id
    }
}

/// The forms, a patient with appointments, and what can be opened.
pub async fn forms(clinic: &Clinic, boss: &Browser) -> (Vec<Form>, Browser, Vec<(&'static str, String)>) {
    let doctor = clinic.consultant("Nwosu").await;
    let reason = clinic.visit_reason("I feel ill", 20).await;
    let other = clinic.visit_reason("My eyes", 20).await.to_string();
    let mut at = Places { clinic, doctor, reason, next: 0 };
    let mut forms = patients(&mut at, &other).await;
    forms.extend(desk(&mut at, boss).await);
    forms.extend(hours(clinic, boss).await);
    let (patient, browser) = clinic.someone("Reads Along").await;
    let booked = at.booked(patient).await;
    let (held, free) = (at.held(patient).await, at.slot().await);
    let real = vec![
        ("/book/day", format!("?reason={reason}")),
        ("/book/time", format!("?reason={reason}&day=2026-11-09")),
        ("/my/appointments/{id}/move/time", format!("{booked}?day=2026-11-09")),
        ("/my/appointments/{id}/move/check", format!("{booked}?slot={free}")),
        ("/appointments/new", format!("?patient={patient}")),
        ("/book/{id}", held.to_string()),
        ("/my/appointments/", booked.to_string()),
        ("/appointments/", booked.to_string()),
    ];
    (forms, browser, real)
}

async fn patients(at: &mut Places<'_>, other: &str) -> Vec<Form> {
    let clinic = at.clinic;
    let reason = at.reason.to_string();
    let (_, holds) = clinic.someone("Holds One").await;
    let slot = at.slot().await.to_string();
    let (who, changes) = clinic.someone("Changes One").await;
    let changed = at.held(who).await;
    let (who, confirms) = clinic.someone("Confirms One").await;
    let confirmed = at.held(who).await;
    let (who, cancels) = clinic.someone("Cancels One").await;
    let cancelled = at.booked(who).await;
    let (who, moves) = clinic.someone("Moves One").await;
    let moved = at.booked(who).await;
    let to = at.slot().await.to_string();
    let (who, undoes) = clinic.someone("Undoes One").await;
    let undone = at.booked(who).await;
    let by_mistake = [("op", "cancelled-by-mistake-1")];
    undoes.post(&format!("/my/appointments/{undone}/cancel"), &by_mistake).await.expect(303);
    let (who, objects) = clinic.someone("Objects One").await;
    let missed = at.missed(who, "no_show", None).await;
    vec![
        Form::fields("/book/hold", &holds, "", &[("slot", &slot), ("reason", &reason), ("words", "Fever")]),
        Form::fields("/book/{id}/reason", &changes, changed, &[("reason", other), ("words", "Red")]),
        Form::fields("/book/{id}/confirm", &confirms, confirmed, &[]),
        Form::fields("/my/appointments/{id}/cancel", &cancels, cancelled, &[("reason", "I feel better")]),
        Form::fields("/my/appointments/{id}/undo", &undoes, undone, &[]),
        Form::fields("/my/appointments/{id}/move", &moves, moved, &[("slot", &to)]),
        Form::fields("/my/appointments/{id}/objection", &objects, missed, &[("objection", "I was there")]),
    ]
}

async fn desk(at: &mut Places<'_>, boss: &Browser) -> Vec<Form> {
    let clinic = at.clinic;
    let person = async |name: &str| clinic.person(name).await;
    let reason = at.reason.to_string();
    let (booked, slot, to) = (person("Booked Desk").await.to_string(), at.slot().await, at.slot().await);
    let (slot, to) = (slot.to_string(), to.to_string());
    let cancelled = at.booked(person("Cancelled Desk").await).await;
    let moved = at.booked(person("Moved Desk").await).await;
    let noted = at.booked(person("Noted Desk").await).await;
    let version: i64 = sql("select version from appointment where id = $1")
        .bind(noted)
        .scalar(&clinic.app.db)
        .await
        .unwrap();
    let undone = at.booked(person("Undone Desk").await).await;
    let by_mistake = [("op", "cancelled-by-mistake-2"), ("reason", "rang"), ("by", "staff")];
    boss.post(&format!("/appointments/{undone}/cancel"), &by_mistake).await.expect(303);
    let absent = at.missed(person("Absent Desk").await, "booked", None).await;
    let objected = at.missed(person("Objected Desk").await, "no_show", Some("open")).await;
    let new = [("patient", booked.as_str()), ("slot", &slot), ("reason", &reason), ("words", "")];
    let note = version.to_string();
    vec![
        Form::fields("/appointments", boss, "", &new),
        Form::fields("/appointments/{id}/cancel", boss, cancelled, &[("reason", "rang"), ("by", "staff")]),
        Form::fields("/appointments/{id}/move", boss, moved, &[("slot", &to), ("patient", "1")]),
        Form::fields("/appointments/{id}/undo", boss, undone, &[]),
        Form::fields("/appointments/{id}/no-show", boss, absent, &[]),
        Form::fields(
            "/appointments/{id}/note",
            boss,
            noted,
            &[("version", &note), ("note", "Needs a chair")],
        ),
        Form::fields("/appointments/{id}/objection", boss, objected, &[("answer", "granted")]),
    ]
}

async fn hours(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    let doctor = clinic.consultant("Ajayi").await.to_string();
    let day = [
        ("doctor", doctor.as_str()),
        ("weekday", "2"),
        ("starts", "09:00"),
        ("ends", "12:00"),
        ("room", ""),
        ("slot_minutes", "30"),
        ("capacity", "1"),
        ("public_capacity", "1"),
        ("valid_from", "2026-11-10"),
        ("valid_until", ""),
    ];
    let mut standing = day;
    standing[1].1 = "3";
    let op = [("op", "hours-that-stand-0000")];
    boss.post("/availability", &[standing.as_slice(), &op].concat()).await.expect(303);
    let id = clinic.count("select id from availability").await;
    sql("insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, 'away', $4)")
        .bind(doctor.parse::<AccountId>().unwrap())
        .bind(clinic.app.clock.now() + TimeDelta::days(60))
        .bind(clinic.app.clock.now() + TimeDelta::days(61))
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
    let block = clinic.count("select max(id) from blocked_time").await;
    let away = [
        ("doctor", doctor.as_str()),
        ("from_day", "2026-12-20"),
        ("from_time", "08:00"),
        ("to_day", "2026-12-21"),
        ("to_time", "08:00"),
        ("away_reason", "a course"),
    ];
    let single = [
        ("doctor", doctor.as_str()),
        ("slot_day", "2026-11-20"),
        ("slot_time", "15:00"),
        ("slot_length", "30"),
        ("slot_places", "1"),
        ("slot_online", "1"),
    ];
    let range = [("doctor", doctor.as_str()), ("make_from", "2026-12-14"), ("make_to", "2026-12-18")];
    vec![
        Form::fields("/availability", boss, "", &day),
        Form::page(
            "/availability/{id}",
            boss,
            format!("/availability/{id}"),
            "main form",
            &[("capacity", "2")],
        ),
        Form::fields("/availability/slots", boss, "", &range),
        Form::fields("/availability/slot", boss, "", &single),
        Form::fields("/availability/away", boss, "", &away),
        Form::fields("/availability/away/{id}/lift", boss, block, &[]),
    ]
}
