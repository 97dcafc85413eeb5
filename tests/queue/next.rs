//! Boards and screens name whom "Call next" calls (Q5).

use infirmary::db::sql;
use infirmary::queue::model::{EntryState, Priority};
use infirmary::queue::verbs::check_in::Arrival;
use infirmary::web::paths::queue as paths;

use super::display::paired;

both! {
    async fn a_board_names_whom_this_person_calls_next_and_says_where_all_wait_for_a_colleague(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (first, one) = clinic.doctor_named("Dr First").await;
        let (_, two) = clinic.doctor_named("Dr Second").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, first, 0).await;
        let ada = clinic.arrived(ada).await;
        let board = paths::board(point);
        assert!(one.get(&board).await.text(".now").contains(&format!("Next in the queue is {}.", ada.token)));
        let nobody = two.get(&board).await;
        assert!(nobody.text(".now").contains("Everybody in the queue waits for a colleague."), "{}", nobody.text(".now"));
        let walk_in = clinic.walk_in("Wale Walk").await;
        let page = two.get(&board).await;
        assert!(page.text(".now").contains(&format!("Next in the queue is {}.", walk_in.token)), "{}", page.text(".now"));
        assert_eq!(page.texts("#queue .plate"), [ada.token.as_str(), walk_in.token.as_str()]);
        // An emergency is anybody's, also one who was booked with a colleague.
        let eke = clinic.visitor("Eke Urgent").await;
        clinic.booking(eke, first, 60).await;
        let eke = clinic.arrives(Arrival { priority: Priority::Emergency, reason: "Bleeding".into(), ..Arrival::at_desk(eke) }).await;
        let page = two.get(&board).await;
        assert!(page.text(".now").contains(&format!("Next in the queue is {}.", eke.token)), "{}", page.text(".now"));
        two.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(eke.visit).await, EntryState::Called);
        let page = one.get(&board).await;
        assert!(page.text(".now").contains(&format!("Next in the queue is {}.", ada.token)), "{}", page.text(".now"));
        one.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn the_screen_and_the_board_name_the_walk_in_who_is_called_between_many_booked(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, _) = clinic.doctor_named("Dr Nwosu").await;
        let (screen, _) = paired(&clinic, &[point]).await;
        let walk_in = clinic.walk_in("Wale Walk").await;
        clinic.wait_minutes(61);
        let mut booked = Vec::new();
        for (name, minutes) in [("Ada Obi", 0), ("Ben Eze", 1)] {
            let patient = clinic.visitor(name).await;
            clinic.booking(patient, id, minutes).await;
            booked.push(clinic.arrived(patient).await);
        }
        let doctor = clinic.browser();
        clinic.sign_in(&doctor, "dr nwosu").await;
        let board = paths::board(point);
        assert_eq!(screen.get(paths::SCREEN_NOW).await.texts("#upcoming li"), ["A002", "A003", "A001"]);
        // Three booked were called one after the other: the walk-in who waits too long is next.
        sql("update service_point set booked_in_a_row = 3").run(&clinic.app.db).await.unwrap();
        let page = doctor.get(&board).await;
        assert!(page.text(".now").contains("Next in the queue is A001."), "{}", page.text(".now"));
        assert_eq!(page.texts("#queue .plate"), ["A001", "A002", "A003"]);
        assert_eq!(screen.get(paths::SCREEN_NOW).await.texts("#upcoming li"), ["A001", "A002", "A003"]);
        doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(walk_in.visit).await, EntryState::Called);
        assert_eq!(screen.get(paths::SCREEN_NOW).await.texts("#upcoming li"), ["A002", "A003"]);
        assert_eq!(clinic.state_of(booked[0].visit).await, EntryState::Waiting);
    }
}
