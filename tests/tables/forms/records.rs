//! Forms about the health part of records.

use infirmary::access::model::Role;
use infirmary::db::sql;

use super::Form;
use crate::support::{Browser, Clinic};

/// The forms; in `real` what can be opened.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let id = clinic.treated("Records Own").await;
    let (changed, ended) = (clinic.allergic(id, "Peanuts").await, clinic.allergic(id, "Cashew").await);
    let (entry, over) =
        (clinic.entered(id, "condition", "Asthma").await, clinic.entered(id, "condition", "Eczema").await);
    let (none, taken_back) = (clinic.treated("None Known").await, clinic.treated("Taken Back").await);
    let told = clinic.treated("Told Something").await;
    clinic.told(told).await;
    let at = clinic.app.clock.now();
    sql("insert into allergy_none (patient_id, state, recorded_name, recorded_at) values ($1, 'stated', 'x', $2)")
        .bind(taken_back)
        .bind(at)
        .run(&clinic.app.db)
        .await
        .unwrap();
    let (stranger, sealed) = (clinic.patient("Strange Person").await, clinic.patient("Sealed Person").await);
    let me = sql("select id from account where sign_in_name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    let (seals, kept) =
        (clinic.sits_with(me, "Seals Visit").await, clinic.sits_with(me, "Sealed Visit").await);
    sql("insert into visit_seal (visit_id, patient_id, sealed_name, sealed_at)
         select id, patient_id, '', opened_at from visit where id = $1")
    .bind(kept.visit)
    .run(&clinic.app.db)
    .await
    .unwrap();
    let (own, phone) = clinic.someone("Reads Notice").await;
    let breaker = clinic.signed_in("breaks", &[Role::Doctor]).await;
    clinic.breaks_the_glass(&breaker, own).await.expect(303);
    let other = clinic.patient("Other Emergency").await;
    clinic.breaks_the_glass(&breaker, other).await.expect(303);
    let notice = clinic.count("select min(id) from record_opening where kind = 'emergency'").await;
    let review = clinic.count("select max(id) from record_opening where kind = 'emergency'").await;
    let shown = (clinic.allergic(id, "Shown").await, clinic.entered(id, "condition", "Shown").await);
    real.extend([
        ("/allergies/", shown.0.to_string()),
        ("/health-entries/", shown.1.to_string()),
        ("/emergency-openings/{id}", review.to_string()),
        ("/patients/{id}/emergency", clinic.patient("Nobody Here").await.to_string()),
        ("/patients/{id}/health", id.to_string()),
        ("/patients/{id}/allergies", id.to_string()),
    ]);
    let facts = [("severity", "mild"), ("certainty", "told"), ("kind", "food"), ("substance", "Egg")];
    let ending = [("state", "entered_in_error"), ("reason", "wrong patient")];
    let glass = [("emergency_reason", "danger"), ("emergency_words", "Collapsed at the gate")];
    vec![
        Form::fields("/patients/{id}/allergies", boss, id, &facts),
        Form::fields("/patients/{id}/allergies/none", boss, none, &[]),
        Form::fields(
            "/patients/{id}/allergies/none/withdrawal",
            boss,
            taken_back,
            &[("none_reason", "asked the wrong person")],
        ),
        Form::fields("/patients/{id}/allergies/told", boss, told, &[("told_seen", "penicillin rash")]),
        Form::page("/allergies/{id}", boss, format!("/allergies/{changed}"), "#allergy", &[("note", "x")]),
        Form::fields("/allergies/{id}/end", boss, ended, &ending),
        Form::fields("/patients/{id}/health/entries", boss, id, &[("kind", "social"), ("words", "Smokes")]),
        Form::page(
            "/health-entries/{id}",
            boss,
            format!("/health-entries/{entry}"),
            "#entry",
            &[("note", "x")],
        ),
        Form::fields("/health-entries/{id}/end", boss, over, &ending),
        Form::fields("/patients/{id}/emergency", boss, stranger, &glass),
        Form::fields("/visits/{id}/seal", boss, seals.visit, &[("to", "sealed")]),
        Form::fields(
            "/patients/{id}/seal/visits",
            boss,
            clinic.patient_of(kept.visit).await,
            &[("visits", &kept.visit.to_string()), ("lift_reason", "asked for it")],
        ),
        Form::fields("/patients/{id}/seal", boss, sealed, &[("to", "sealed"), ("reason", "asked for it")]),
        Form::fields(
            "/emergency-openings/{id}",
            boss,
            review,
            &[("verdict", "justified"), ("words", "It was one")],
        ),
        Form::fields("/my/record/notices/{id}", &phone, notice, &[]),
    ]
}
