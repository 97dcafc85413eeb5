//! Forms about the clinic itself.

use super::Form;
use crate::support::{Browser, Clinic};

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let point = clinic.point("Dressing", "triage").await;
    let room = clinic.room(point, "Dressing room").await;
    let reason = clinic.visit_reason("A wound", 20).await;
    boss.post(
        "/settings/holidays",
        &[("op", "a-holiday-that-goes-0"), ("day", "2027-01-01"), ("name", "New Year")],
    )
    .await
    .expect(303);
    let holiday = clinic.count("select id from holiday").await;
    real.push(("/visit-reasons/", reason.to_string()));
    let point = point.to_string();
    let new =
        [("name", "Eyes"), ("public_name", "Eyes"), ("kind", "triage"), ("position", "9"), ("active", "yes")];
    let new_room = [("point_id", point.as_str()), ("name", "Room 9"), ("active", "yes")];
    vec![
        Form::page("/settings", boss, "/settings".into(), "#settings", &[("notice", "Closed on Friday")]),
        Form::page(
            "/settings/hours",
            boss,
            "/settings/hours".into(),
            "#hours",
            &[("opens_1", "09:00"), ("closes_1", "16:00")],
        ),
        Form::fields("/settings/holidays", boss, "", &[("day", "2027-05-01"), ("name", "Workers' Day")]),
        Form::fields("/settings/holidays/{id}/removal", boss, holiday, &[]),
        Form::fields("/points", boss, "", &new),
        Form::page(
            "/points/{id}",
            boss,
            format!("/points/{point}/edit"),
            "#point",
            &[("public_name", "Dressings")],
        ),
        Form::fields("/rooms", boss, "", &new_room),
        Form::page("/rooms/{id}", boss, format!("/rooms/{room}/edit"), "#room", &[("name", "Room 10")]),
        Form::fields(
            "/visit-reasons",
            boss,
            "",
            &[("name", "A cough"), ("minutes", "20"), ("position", "3"), ("active", "yes")],
        ),
        Form::page(
            "/visit-reasons/{id}",
            boss,
            format!("/visit-reasons/{reason}/edit"),
            "#reason",
            &[("minutes", "25")],
        ),
        Form::fields("/audit/export", boss, "", &[("action", "account")]),
    ]
}
