//! Forms of those who treat.

use infirmary::queue::model::AttentionId;

use super::Form;
use crate::support::consultation::{WELL, take, well_but};
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
    let correction = [&WELL[..], &[("reason", "Slip of a key")]].concat();
    vec![
        Form::fields("/visits/{id}/vitals", boss, fresh, &WELL),
        Form::fields("/vitals/{id}/correction", boss, corrected, &correction),
        Form::fields("/attention/{id}", boss, told, &[]),
    ]
}
