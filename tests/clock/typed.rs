//! A time that is typed after midnight is of the evening before, where the visit began then.

use chrono::{DateTime, Utc};
use infirmary::db::sql;
use infirmary::web::paths;

use crate::support::Clinic;
use crate::support::consultation::press_on;

/// From 09:00 to 23:40 in Lagos.
const UNTIL_LATE: i64 = 14 * 60 + 40;

/// A moment of the evening or of the night after it.
fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Everybody who was in the clinic has left it.
async fn all_leave(clinic: &Clinic) {
    sql("update visit set closed_at = $1, close_reason = 'left' where closed_at is null")
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
}

both! {
    async fn a_note_of_a_visit_that_went_on_after_midnight_tells_of_the_day_on_which_it_was(clinic) {
        clinic.wait_minutes(UNTIL_LATE);
        let (id, _) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.sits_with(id, "Ada Obi").await;
        let ben = clinic.sits_with(id, "Ben Eze").await;
        clinic.wait_minutes(30);
        all_leave(&clinic).await;
        clinic.wait_minutes(5);
        let doctor = clinic.browser();
        clinic.sign_in(&doctor, "dr nwosu").await;
        let told = [(&ada, "23:50", "2026-11-09 23:50, written 2026-11-10 00:15"), (&ben, "00:05", "2026-11-10 00:05, written 2026-11-10 00:15")];
        for (here, typed, words) in told {
            let page = doctor.get(&paths::consultation::consult(here.visit)).await;
            assert_eq!(page.expect(200).attribute("#seen_at", "value").as_deref(), Some("23:40"));
            for outside in ["23:30", "00:14"] {
                let refused = press_on(&doctor, &page, "sign", &[("complaint", "Fever"), ("seen_at", outside), ("op", &format!("outside-{typed}-{outside}"))]).await;
                assert!(refused.expect(409).errors()[0].contains("while the patient was in the clinic"), "{outside}: {:?}", refused.errors());
            }
            press_on(&doctor, &page, "sign", &[("complaint", "Fever"), ("seen_at", typed)]).await.expect(303);
            let note = clinic.note_in(here.visit, "signed").await;
            let page = doctor.get(&paths::consultation::note(note)).await;
            assert!(page.text(".note .by").contains(words), "{}", page.text(".note .by"));
        }
        let at: Vec<DateTime<Utc>> = sql("select clinical_at from note where state = 'signed' order by id").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(at, [moment("2026-11-09T22:50:00Z"), moment("2026-11-09T23:05:00Z")]);
    }

    async fn a_consent_that_was_given_before_midnight_is_recorded_after_it(clinic) {
        clinic.wait_minutes(UNTIL_LATE);
        let room = clinic.consulting_room().await;
        for _ in 0..2 {
            room.plan("Suturing of a simple wound").await.expect(303);
        }
        room.sign().await.expect(303);
        let ids: Vec<i64> = sql("select id from visit_procedure order by id").scalars(&clinic.app.db).await.unwrap();
        clinic.wait_minutes(30);
        let nurse = clinic.nurse().await;
        for (id, typed, given) in [(ids[0], "23:50", "2026-11-09T22:50:00Z"), (ids[1], "00:05", "2026-11-09T23:05:00Z")] {
            let page = nurse.get(&format!("/procedures/{id}")).await;
            // Neither before the visit began, nor a time that is still to come.
            for outside in ["23:30", "00:30"] {
                let op = format!("consent-{id}-{outside}-0001");
                let refused = nurse.submit(&page, "#done", &[("consent_by", "Ada Obi"), ("consent_time", outside), ("op", &op)]).await;
                assert_eq!(refused.expect(422).errors(), ["The consent must be given before the procedure"], "{outside}");
            }
            nurse.submit(&page, "#done", &[("consent_by", "Ada Obi"), ("consent_time", typed)]).await.expect(303);
            let at: DateTime<Utc> = sql("select consent_at from visit_procedure where id = $1").bind(id).scalar(&clinic.app.db).await.unwrap();
            assert_eq!(at, moment(given), "{typed}");
        }
    }
}
