//! The screen of the waiting room.

use infirmary::queue::model::PointId;
use infirmary::web::paths::queue as paths;
use serde_json::Value;

use crate::support::{Browser, Clinic};

/// Pairs a screen as an administrator would, with the points named.
pub async fn paired(clinic: &Clinic, points: &[PointId]) -> (Browser, Browser) {
    let screen = clinic.browser();
    let code = screen.get(paths::SCREEN).await.text(".pairing");
    let admin = clinic.administrator().await;
    let page = admin.get(paths::DISPLAYS).await;
    let chosen: Vec<String> = points.iter().map(ToString::to_string).collect();
    let mut fields = vec![("code", code.as_str()), ("name", "Waiting room")];
    fields.extend(chosen.iter().map(|id| ("points", id.as_str())));
    admin.submitted(&page, "#pair", &fields).await.expect(200);
    (screen, admin)
}

async fn calls(screen: &Browser, after: i64) -> (i64, Vec<String>) {
    let seen = screen.get(&format!("{}?after={after}", paths::SCREEN_CALLS)).await;
    let news: Value = serde_json::from_str(&seen.expect(200).body).unwrap();
    let said = news["calls"].as_array().unwrap().iter().map(|call| call["say"].as_str().unwrap().to_owned());
    (news["last"].as_i64().unwrap(), said.collect())
}

both! {
    async fn a_screen_is_paired_by_its_code_once_and_revoked_for_good(clinic) {
        clinic.point("Consulting", "consulting").await;
        let screen = clinic.browser();
        let first = screen.get(paths::SCREEN).await;
        assert_eq!(first.heading(), "Connect this screen");
        let code = first.text(".pairing");
        assert_eq!(screen.get(paths::SCREEN).await.text(".pairing"), code, "the code stays while it works");
        screen.get(paths::SCREEN_CALLS).await.expect(404);
        let admin = clinic.administrator().await;
        let page = admin.get(paths::DISPLAYS).await;
        let wrong = admin.submit(&page, "#pair", &[("code", "AAA AAA"), ("name", "Hall")]).await;
        wrong.expect(422);
        assert_eq!(wrong.attribute("#name", "value").as_deref(), Some("Hall"));
        let fields = [("code", code.as_str()), ("name", "Hall"), ("op", "0123456789abcdef")];
        let listed = admin.submitted(&page, "#pair", &fields).await;
        assert_eq!(listed.texts("tbody td")[0], "Every service point");
        let again = [("code", code.as_str()), ("name", "Second"), ("op", "0123456789abcdeg")];
        admin.submit(&page, "#pair", &again).await.expect(422);
        assert_eq!(screen.get(paths::SCREEN).await.heading(), "Now calling");
        let old = screen.cookies();
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'display.paired'").await, 1);
        let digest = clinic.count("select count(*) from display where credential is not null and pairing_code is null").await;
        assert_eq!(digest, 1);
        let seen = admin.submitted(&listed, "form.revoke", &[]).await;
        assert!(seen.has(".empty"));
        for path in [paths::SCREEN_CALLS, paths::SCREEN_LIVE] {
            let replay = screen.request(reqwest::Method::GET, path).header("cookie", &old);
            screen.send(replay, path).await.expect(404);
        }
        assert_eq!(screen.get(paths::SCREEN_NOW).await.leads_to().as_deref(), Some(paths::SCREEN));
        assert_eq!(screen.get(paths::SCREEN).await.heading(), "Connect this screen");
        clinic.receptionist().await.get(paths::DISPLAYS).await.expect(403);
    }

    async fn a_code_runs_out_and_asking_for_codes_is_slowed_down(clinic) {
        let screen = clinic.browser();
        let code = screen.get(paths::SCREEN).await.text(".pairing");
        clinic.wait_minutes(11);
        let admin = clinic.administrator().await;
        let page = admin.get(paths::DISPLAYS).await;
        admin.submit(&page, "#pair", &[("code", &code), ("name", "Hall")]).await.expect(422);
        clinic.run_job("expire_pairings").await;
        assert_eq!(clinic.count("select count(*) from display").await, 0);
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(clinic.browser().get(paths::SCREEN).await.status);
        }
        assert_eq!(statuses[0], 200);
        assert_eq!(*statuses.last().unwrap(), 429);
    }

    async fn the_screen_shows_tokens_and_rooms_and_not_one_name(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[]).await;
        assert!(screen.get(paths::SCREEN).await.text(".calling").contains("Nobody is called yet"));
        for name in ["Adaeze Okonkwo", "Bolanle Okonkwo", "Chika Okonkwo", "Dayo Okonkwo", "Efe Okonkwo"] {
            clinic.walk_in(name).await;
        }
        let page = doctor.get(&paths::board(point)).await;
        doctor.submitted(&page, "#call-next", &[]).await;
        let seen = screen.get(paths::SCREEN).await;
        assert_eq!(seen.text(".calling .plate"), "A001");
        assert_eq!(seen.text(".calling .room"), "Room 2");
        assert!(seen.has(".calling .fresh"));
        assert_eq!(seen.texts("#upcoming li"), ["A002", "A003", "A004"]);
        let (_, said) = calls(&screen, 0).await;
        assert_eq!(said, ["Token A, zero zero one. Room two."]);
        let part = screen.get(paths::SCREEN_NOW).await;
        let log = screen.get(paths::SCREEN_CALLS).await;
        for body in [&seen.body, &part.body, &log.body] {
            for name in ["Adaeze", "Bolanle", "Okonkwo", "Nwosu"] {
                assert!(!body.contains(name), "{name} in {body}");
            }
        }
        clinic.wait_minutes(1);
        assert!(!screen.get(paths::SCREEN_NOW).await.has(".calling .fresh"));
    }

    async fn a_long_room_and_a_short_one_both_fit_the_screen(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Consulting room behind the old pharmacy").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[]).await;
        clinic.walk_in("Adaeze Okonkwo").await;
        let page = doctor.get(&paths::board(point)).await;
        let board = doctor.submitted(&page, "#call-next", &[]).await;
        assert!(screen.get(paths::SCREEN).await.has(".calling .room[data-long]"));
        // The name of a patient leads to the panel itself, which can take the focus.
        let to = board.links("main h2 a").into_iter().next().unwrap();
        assert!(to.ends_with("#panel"), "{to}");
        assert!(doctor.get(&to).await.has("#panel[tabindex='-1']"));
    }

    async fn quick_calls_are_all_announced_in_their_order(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let other = clinic.point("Pharmacy", "pharmacy").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[point]).await;
        for number in 0..8 {
            clinic.walk_in(&format!("Person N{number}")).await;
        }
        let aside = clinic.walk_in("Aside Person").await;
        let moved = paths::transfers(clinic.entry_of(aside.visit).await.0);
        doctor.post(&moved, &[("op", "0123456789abcdef"), ("to", &other.to_string())]).await.expect(303);
        doctor.post(&paths::calls(other), &[("op", "0123456789abcdeg")]).await.expect(303);
        let ops: Vec<String> = (0..8).map(|number| format!("quick-call-op-{number:04}")).collect();
        let address = paths::calls(point);
        let fields: Vec<_> = ops.iter().map(|op| [("op", op.as_str())]).collect();
        let posts = fields.iter().map(|fields| doctor.post(&address, fields));
        for seen in futures::future::join_all(posts).await {
            seen.expect(303);
        }
        let (last, said) = calls(&screen, 0).await;
        assert_eq!(said.len(), 8, "another point's calls are not this screen's: {said:?}");
        for (number, words) in said.iter().enumerate() {
            assert!(words.ends_with("Triage.") && words.contains(["one", "two", "three", "four", "five", "six", "seven", "eight"][number]), "{words}");
        }
        let (_, none) = calls(&screen, last).await;
        assert!(none.is_empty());
        assert_eq!(screen.get(paths::SCREEN_NOW).await.texts(".before .plate").len(), 3, "the last four");
    }

    async fn a_call_that_was_taken_back_leaves_the_screen(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[]).await;
        clinic.walk_in("Ada Obi").await;
        let page = doctor.get(&paths::board(point)).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        assert!(screen.get(paths::SCREEN_NOW).await.has(".calling .plate"));
        doctor.submitted(&page, "#undo form", &[]).await;
        assert!(!screen.get(paths::SCREEN_NOW).await.has(".calling .plate"));
    }

    async fn a_token_that_went_on_to_another_place_is_not_called_to_the_old_one(clinic) {
        let point = clinic.point("Triage", "triage").await;
        let other = clinic.point("Pharmacy", "pharmacy").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[]).await;
        let here = clinic.walk_in("Ada Obi").await;
        doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
        assert!(screen.get(paths::SCREEN_NOW).await.has(".calling .plate"));
        let moved = paths::transfers(clinic.entry_of(here.visit).await.0);
        doctor.post(&moved, &[("op", "0123456789abcdef"), ("to", &other.to_string())]).await.expect(303);
        assert!(!screen.get(paths::SCREEN_NOW).await.has(".calling .plate"));
    }
}
