//! Forms about arrivals, lines and displays.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::verbs::check_in::Arrival;

use super::Form;
use crate::support::{Browser, Clinic};

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let triage = clinic.point("Triage", "triage").await;
    let (lab, pharmacy) =
        (clinic.point("Laboratory", "laboratory").await, clinic.point("Pharmacy", "pharmacy").await);
    let cashier = clinic.point("Cashier", "cashier").await;
    let room = clinic.room(triage, "Vitals room").await;
    sql("update service_point set paused_at = $2, pause_reason = 'lunch' where id = $1")
        .bind(cashier)
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
    let doctor = clinic.staff("dr.bello", &[Role::Doctor]).await;
    let booked = clinic.visitor("Booked Arrival").await;
    let booking = clinic.booking(booked, doctor, 5).await.to_string();
    let comes = clinic.visitor("Comes Herself").await;
    clinic.booking(comes, doctor, 10).await;
    let phone = clinic.phone_of(comes).await;
    boss.get("/poster").await.expect(200);
    let code: String = sql("select code from door_code").scalar(&clinic.app.db).await.unwrap();
    clinic.walk_in("Called Next").await;
    let mut entries = Vec::new();
    for name in ["Moved Entry", "Passed Entry", "Raised Entry", "Read Entry"] {
        let patient = clinic.visitor(name).await;
        let here = clinic.arrives(Arrival { point: Some(lab), ..Arrival::at_desk(patient) }).await;
        entries.push((here.visit, clinic.entry_of(here.visit).await.0));
    }
    let leaves = clinic.walk_in("Leaves Early").await;
    let left = clinic.entry_of(leaves.visit).await;
    let slip = clinic.walk_in("Shows Slip").await;
    real.extend([
        ("/place/", slip.slip_code),
        ("/visits/", slip.visit.to_string()),
        ("/queues/entries/", entries[3].1.to_string()),
        ("/queues/{point}", triage.to_string()),
        ("/rooms/", room.to_string()),
        ("/points/", triage.to_string()),
    ]);
    let closed = clinic.walk_in("Closed Yesterday").await.visit;
    for text in [
        "update queue_entry set state = 'left', ended_at = entered_at where visit_id = $1",
        "update visit set closed_at = opened_at, close_reason = 'day_close' where id = $1",
    ] {
        sql(text).bind(closed).run(&clinic.app.db).await.unwrap();
    }
    let note = format!("note-{closed}");
    let (to, place) = (pharmacy.to_string(), format!("{triage}-{room}"));
    let mut forms = vec![
        Form::fields("/check-ins", boss, "", &[("appointment", &booking)]),
        Form::fields("/check-in", &phone, "", &[("code", &code)]),
        Form::fields("/queues/station", boss, "", &[("place", &place)]),
        Form::fields("/queues/{point}/calls", boss, triage, &[]),
        Form::fields("/queues/{point}/pause", boss, pharmacy, &[("reason", "stocktaking")]),
        Form::fields("/queues/{point}/resumption", boss, cashier, &[]),
        Form::fields(
            "/queues/entries/{id}/moves",
            boss,
            entries[0].1,
            &[("version", "1"), ("move", "leave")],
        ),
        Form::fields("/queues/entries/{id}/transfers", boss, entries[1].1, &[("version", "1"), ("to", &to)]),
        Form::fields(
            "/queues/entries/{id}/priority",
            boss,
            entries[2].1,
            &[("version", "1"), ("priority", "raised"), ("reason", "faint")],
        ),
        Form::fields("/visits/{id}/settlement", boss, closed, &[(&note, "went home")]),
        Form::fields(
            "/place/{code}/leave",
            &clinic.browser(),
            leaves.slip_code,
            &[("entry", &left.0.to_string()), ("version", "1")],
        ),
    ];
    forms.extend(displays(clinic, boss).await);
    forms
}

async fn displays(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    let pairing = async || clinic.browser().get("/display").await.text(".pairing");
    let code = pairing().await;
    let paired = [("op", "a-screen-that-hangs-0"), ("code", code.as_str()), ("name", "Hall")];
    boss.post("/displays", &paired).await.expect(303);
    let id = clinic.count("select id from display where paired_at is not null").await;
    let next = pairing().await;
    vec![
        Form::fields("/displays", boss, "", &[("code", &next), ("name", "Corridor")]),
        Form::fields("/displays/{id}/revocation", boss, id, &[]),
    ]
}
