//! Forms of those who treat.

use infirmary::access::model::{AccountId, Role};
use infirmary::queue::model::AttentionId;
use infirmary::web::paths;

use super::Form;
use crate::support::consultation::{WELL, press, take, well_but};
use crate::support::{Browser, Clinic};
use infirmary::db::sql;

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let (taken, fresh) =
        (clinic.walk_in("Vitals Corrected").await.visit, clinic.arrived_aged("Vitals Taken", 30).await.visit);
    take(boss, taken, &WELL).await.expect(303);
    let corrected = clinic.newest_vitals(taken).await;
    let ill = clinic.arrived_aged("Very Ill", 30).await.visit;
    take(boss, ill, &well_but(&[("consciousness", "voice")])).await.expect(303);
    let told: AttentionId = sql("select max(id) from attention").scalar(&clinic.app.db).await.unwrap();
    real.push(("/vitals/", clinic.newest_vitals(ill).await.to_string()));
    let mut forms = notes(clinic, boss, real).await;
    let correction = [&WELL[..], &[("reason", "Slip of a key")]].concat();
    forms.extend([
        Form::fields("/visits/{id}/vitals", boss, fresh, &WELL),
        Form::fields("/vitals/{id}/correction", boss, corrected, &correction),
        Form::fields("/attention/{id}", boss, told, &[]),
    ]);
    forms
}

/// Drafts, signed notes, and what becomes of visits.
async fn notes(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let me: AccountId =
        sql("select id from account where sign_in_name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    let other = clinic.staff("dr.other", &[Role::Doctor]).await;
    let (signs, taken) =
        (clinic.sits_with(me, "Signs Note").await, clinic.sits_with(other, "Taken Over").await);
    let finished = clinic.sits_with(me, "Is Finished").await;
    let mut signed = Vec::new();
    for name in ["Added To", "Wrongly Entered"] {
        let visit = clinic.sits_with(me, name).await.visit;
        press(boss, visit, "sign", &[("complaint", "Cough")]).await.expect(303);
        signed.push(clinic.note_in(visit, "signed").await);
    }
    let drafted = clinic.sits_with(me, "Discards Draft").await.visit;
    press(boss, drafted, "save", &[("complaint", "Cough")]).await.expect(303);
    let draft = clinic.note_in(drafted, "draft").await;
    let new = [("op", "a-template-of-the-boss"), ("name", "Cold"), ("plan", "Rest")];
    boss.post(paths::consultation::TEMPLATES, &new).await.expect(303);
    let template = clinic.count("select max(id) from note_template").await;
    real.push(("/notes/templates/", template.to_string()));
    real.push(("/notes/{id}", signed[0].to_string()));
    let write = [("step", "sign"), ("complaint", "Cough"), ("outcome", "home")];
    let add = [("reason", "The family called"), ("history", "Asthma in the family")];
    vec![
        Form::fields("/visits/{id}/consultation", boss, signs.visit, &write),
        Form::fields("/visits/{id}/takeover", boss, taken.visit, &[]),
        Form::fields(
            "/visits/{id}/completion",
            boss,
            finished.visit,
            &[("outcome", "home"), ("next", "home")],
        ),
        Form::fields("/notes/{id}/addendum", boss, signed[0], &add),
        Form::fields("/notes/{id}/error", boss, signed[1], &[("reason", "Another patient")]),
        Form::fields("/notes/{id}/discard", boss, draft, &[]),
        Form::fields("/notes/templates", boss, "", &[("name", "Fever"), ("complaint", "Fever")]),
        Form::fields(
            "/notes/templates/{id}",
            boss,
            template,
            &[("version", "1"), ("name", "Cold"), ("plan", "Sleep")],
        ),
    ]
}
