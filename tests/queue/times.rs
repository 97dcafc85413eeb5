//! What counts as service: only while somebody serves (Q10).

use infirmary::access::model::AccountId;
use infirmary::db::sql;
use infirmary::queue::model::{EntryId, Move, PointId};
use infirmary::queue::verbs::calls::{Caller, call_one};
use infirmary::queue::verbs::undo::undo;
use infirmary::web::paths::queue as paths;

use crate::support::Clinic;

/// A doctor at a point, who does things and lets minutes pass.
struct Doctor<'a> {
    clinic: &'a Clinic,
    caller: Caller,
}

impl Doctor<'_> {
    async fn calls(&self, entry: EntryId) {
        let mut work = self.clinic.work_of("dr nwosu").await;
        call_one(&mut work, &self.caller, entry, None).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn does(&self, entry: EntryId, steps: &[(Move, i64)]) {
        for (made, minutes) in steps {
            let mut work = self.clinic.work_of("dr nwosu").await;
            let note = if *made == Move::Park { "Fetches a result" } else { "" };
            if *made == Move::Undo {
                undo(&mut work, entry, None).await.unwrap();
            } else {
                infirmary::queue::make_move(&mut work, *made, entry, None, note).await.unwrap();
            }
            work.commit().await.unwrap();
            self.clinic.wait_minutes(*minutes);
        }
    }
}

fn at(clinic: &Clinic, who: AccountId, point: PointId) -> Doctor<'_> {
    Doctor { clinic, caller: Caller { who, point, room: None, place: "Consulting".to_owned() } }
}

/// The minutes of service of the newest entry, as the table works them out.
async fn service(clinic: &Clinic, entry: EntryId) -> i64 {
    let seconds: i64 = sql("select service_seconds from queue_entry where id = $1")
        .bind(entry)
        .scalar(&clinic.app.db)
        .await
        .unwrap();
    seconds / 60
}

both! {
    async fn q10_what_lies_between_being_parked_and_being_served_again_is_no_service(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, _) = clinic.doctor_named("Dr Nwosu").await;
        let doctor = at(&clinic, id, point);
        let mean = async || {
            let browser = clinic.browser();
            clinic.sign_in(&browser, "dr nwosu").await;
            browser.get(paths::QUEUES).await.text(&format!("#point-{point} td[data-label='Mean service']"))
        };
        // Ten minutes, then parked for twenty, five of waiting for the call, two on the way, and five more minutes.
        let ada = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(ada.visit).await;
        doctor.calls(entry).await;
        doctor.does(entry, &[(Move::Start, 10), (Move::Park, 20), (Move::Unpark, 5)]).await;
        doctor.calls(entry).await;
        clinic.wait_minutes(2);
        clinic.decided().await;
        doctor.does(entry, &[(Move::Start, 5), (Move::Finish, 1)]).await;
        assert_eq!(service(&clinic, entry).await, 15);
        assert_eq!(mean().await, "15 min");
        // Whoever leaves while parked was served until then.
        let ben = clinic.walk_in("Ben Eze").await;
        let (entry, _) = clinic.entry_of(ben.visit).await;
        doctor.calls(entry).await;
        doctor.does(entry, &[(Move::Start, 5), (Move::Park, 30), (Move::Leave, 1)]).await;
        assert_eq!(service(&clinic, entry).await, 5);
        assert_eq!(mean().await, "10 min");
        // Parked before anybody served: that is waiting, and takes nothing off.
        let cy = clinic.walk_in("Cy Ude").await;
        let (entry, _) = clinic.entry_of(cy.visit).await;
        doctor.does(entry, &[(Move::Park, 40), (Move::Unpark, 3)]).await;
        doctor.calls(entry).await;
        clinic.decided().await;
        doctor.does(entry, &[(Move::Start, 16), (Move::Finish, 1)]).await;
        assert_eq!(service(&clinic, entry).await, 16);
        assert_eq!(mean().await, "12 min");
    }

    async fn q10_parking_twice_or_by_mistake_takes_off_what_it_took_and_no_more(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, _) = clinic.doctor_named("Dr Nwosu").await;
        let doctor = at(&clinic, id, point);
        let here = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        doctor.calls(entry).await;
        // A slip that is taken back took no time off.
        doctor.does(entry, &[(Move::Start, 4), (Move::Park, 2), (Move::Undo, 3)]).await;
        assert_eq!(clinic.count("select count(*) from queue_entry where parked_at is not null or parked_seconds > 0").await, 0);
        // Parked again while she waits to be called after the first time.
        doctor.does(entry, &[(Move::Park, 10), (Move::Unpark, 2), (Move::Park, 10), (Move::Unpark, 1)]).await;
        doctor.calls(entry).await;
        clinic.decided().await;
        doctor.does(entry, &[(Move::Start, 6), (Move::Finish, 1)]).await;
        assert_eq!(service(&clinic, entry).await, 9 + 6);
    }

    async fn q10_what_the_day_ends_while_parked_was_served_until_then(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, browser) = clinic.doctor_named("Dr Nwosu").await;
        let doctor = at(&clinic, id, point);
        let here = clinic.walk_in("Ada Obi").await;
        let (entry, _) = clinic.entry_of(here.visit).await;
        doctor.calls(entry).await;
        doctor.does(entry, &[(Move::Start, 8), (Move::Park, 0)]).await;
        // As the day's end does it, on the same day: only the state and the end are written.
        sql("update queue_entry set state = 'left', ended_at = $1, version = version + 1")
            .bind(clinic.app.clock.now() + chrono::TimeDelta::hours(8))
            .run(&clinic.app.db)
            .await
            .unwrap();
        let seen = browser.get(paths::QUEUES).await;
        assert_eq!(seen.text(&format!("#point-{point} td[data-label='Mean service']")), "8 min");
    }
}
