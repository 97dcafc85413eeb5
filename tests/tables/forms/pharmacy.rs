//! Forms of the pharmacy: for each route something that stands where its step is taken.

use infirmary::access::model::AccountId;
use infirmary::db::sql;

use super::Form;
use super::prescribing::prescribed;
use crate::support::{Browser, Clinic};

async fn given(clinic: &Clinic, boss: &Browser, doctor: AccountId, name: &str) -> (String, String) {
    let (prescription, _) = prescribed(clinic, boss, doctor, name).await;
    let path = format!("/prescriptions/{prescription}/dispensing");
    let page = boss.get(&path).await;
    boss.submit(&page, "#dispense", &[]).await.expect(303);
    let dispensing = clinic.count("select max(id) from dispensing").await;
    let line = clinic.count("select max(id) from dispensing_line").await;
    (dispensing.to_string(), line.to_string())
}

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    let doctor = sql("select id from account where name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    clinic.shelf("amoxicillin-500mg-capsule", "RX1", 300, 500).await;
    let batch = clinic.count("select max(id) from stock_batch").await.to_string();
    let (asked, _) = prescribed(clinic, boss, doctor, "Asked About").await;
    let (waits, _) = prescribed(clinic, boss, doctor, "Waits Here").await;
    let (_, paused) = prescribed(clinic, boss, doctor, "Paused Line").await;
    let (_, kept) = prescribed(clinic, boss, doctor, "Comes Later").await;
    let (shown, line) = given(clinic, boss, doctor, "Shown Given").await;
    let (back, returned) = given(clinic, boss, doctor, "Brought Back").await;
    let question = [("op", "the-first-question-0"), ("question", "Is the dose right?")];
    boss.post(&format!("/prescriptions/{asked}/queries"), &question).await.expect(303);
    let message = clinic.count("select max(id) from pharmacy_message").await;
    real.extend([
        ("/dispensings/lines/", line),
        ("/dispensings/", shown),
        ("/pharmacy/batches/{id}", batch.clone()),
        ("/pharmacy/messages/", message.to_string()),
    ]);
    let page = format!("/prescriptions/{waits}/dispensing");
    let reason = format!("state_reason_{paused}");
    let what = format!("{returned}.{batch}");
    let (units, until) = (format!("reserve_{kept}"), format!("until_{kept}"));
    let today = clinic.today().to_string();
    vec![
        Form::fields(
            "/prescriptions/lines/{id}/reservation",
            boss,
            &kept,
            &[("version", "2"), ("store", "1"), (&units, "5"), (&until, &today)],
        ),
        Form::page("/prescriptions/{id}/dispensing", boss, page, "#dispense", &[("advice", "After food")]),
        Form::fields("/prescriptions/{id}/queries", boss, &asked, &[("question", "Is the weight right?")]),
        Form::fields(
            "/prescriptions/lines/{id}/state",
            boss,
            &paused,
            &[("version", "2"), ("move", "pause"), (&reason, "Waits for a result")],
        ),
        Form::fields(
            "/dispensings/{id}/returns",
            boss,
            back,
            &[("what", &what), ("quantity", "5"), ("reason", "Not tolerated")],
        ),
        Form::fields("/pharmacy/messages/{id}/answer", boss, message, &[("answer", "Yes, it is")]),
    ]
}
