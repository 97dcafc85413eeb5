//! How often a token is called, and what is said when its calls are used up (Q7).

use infirmary::db::sql;
use infirmary::queue::model::{EntryState, Priority, VisitId};
use infirmary::queue::verbs::check_in::Arrival;
use infirmary::web::paths::{consultation, queue as paths};

use crate::support::Clinic;
use crate::support::consultation::press;

/// The clinic calls nobody more often than this.
async fn calls_at_most(clinic: &Clinic, calls: i64) {
    sql("update clinic set max_calls = $1").bind(calls).run(&clinic.app.db).await.unwrap();
    clinic.app.reload_clinic().await.unwrap();
}

/// Somebody who waits was called twice before.
async fn called_twice(clinic: &Clinic, visit: VisitId) {
    sql("update queue_entry set call_count = 2, called_at = $2, last_called_at = $2, version = version + 1 where visit_id = $1")
        .bind(visit)
        .bind(clinic.app.clock.now())
        .run(&clinic.app.db)
        .await
        .unwrap();
}

both! {
    async fn q7_a_token_is_called_as_often_as_the_clinic_says_and_then_no_call_is_offered(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        calls_at_most(&clinic, 2).await;
        let ada = clinic.walk_in("Ada Obi").await;
        let page = doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=return_to_waiting]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        let page = doctor.submitted(&page, "[data-call]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
        // The last call was not answered either: back in the line she would be called once more.
        let page = doctor.submitted(&page, "[data-move=return_to_waiting]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Missed);
        assert!(page.text(".notice[data-kind=ok]").contains("A001 was called twice and is now missed"), "{}", page.text("main"));
        assert!(!page.has("[data-call]") && page.has("[data-move=bring_back]"), "{}", page.body);
        let none = doctor.submitted(&page, "#call-next", &[]).await;
        assert!(none.text(".notice[data-kind=ok]").contains("Nobody waits for you here"));
        assert_eq!(clinic.count("select count(*) from announcement").await, 2);
        // Brought back, her calls count anew.
        let page = doctor.submitted(&none, "[data-move=bring_back]", &[]).await;
        doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn q7_where_fewer_calls_are_allowed_meanwhile_the_next_one_is_called_and_the_missed_are_named(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let ben = clinic.walk_in("Ben Eze").await;
        let cy = clinic.walk_in("Cy Ude").await;
        let dayo = clinic.walk_in("Dayo Ojo").await;
        for here in [&ada, &ben, &cy] {
            called_twice(&clinic, here.visit).await;
        }
        clinic.wait_minutes(6);
        let board = doctor.get(&paths::board(point)).await;
        let consult = doctor.get(&consultation::consult(cy.visit)).await;
        calls_at_most(&clinic, 2).await;
        // One by one: the page that calls says that nobody was called, and the step can be taken back.
        let named = format!("#row-{} [data-call]", clinic.entry_of(ben.visit).await.0);
        let page = doctor.submitted(&board, &named, &[]).await;
        assert_eq!(clinic.state_of(ben.visit).await, EntryState::Missed);
        assert!(page.text(".notice[data-kind=ok]").contains("A002 was called twice and is now missed"), "{}", page.text("main"));
        doctor.submitted(&page, "#undo form", &[]).await;
        assert_eq!(clinic.state_of(ben.visit).await, EntryState::Waiting);
        // From the consultation page.
        consult.expect(200);
        let pressed = press(&doctor, cy.visit, "token.call", &[]).await;
        let page = doctor.follow(pressed).await;
        assert!(page.body.contains("A003 was called twice and is now missed") && !page.body.contains("called to"), "{}", page.text("main"));
        assert_eq!(clinic.state_of(cy.visit).await, EntryState::Missed);
        assert_eq!(clinic.count("select count(*) from announcement").await, 0);
        // In the order of the line.
        doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
        for (here, state) in [(&ada, EntryState::Missed), (&ben, EntryState::Missed), (&dayo, EntryState::Called)] {
            assert_eq!(clinic.state_of(here.visit).await, state, "{}", here.token);
        }
        let said: Vec<String> = sql("select token from announcement").scalars(&clinic.app.db).await.unwrap();
        assert_eq!(said, [dayo.token]);
    }

    async fn a_call_from_the_consultation_page_says_where_to(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        clinic.room(point, "Room 2").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let pressed = press(&doctor, ada.visit, "token.call", &[]).await;
        let page = doctor.follow(pressed).await;
        assert!(page.body.contains("A001 called to Room 2"), "{}", page.text("main"));
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn q7_who_missed_the_calls_and_stands_at_the_desk_waits_again_and_who_is_urgent_is_not_left_aside(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let desk = clinic.receptionist().await;
        let (ada, ben) = (clinic.walk_in("Ada Obi").await, clinic.walk_in("Ben Eze").await);
        for (here, made) in [(&ada, "miss"), (&ben, "park")] {
            let page = doctor.get(&paths::board(point)).await;
            doctor.submitted(&page, "#call-next", &[]).await;
            let op = format!("0123456789-{made}-0123");
            let fields = [("op", op.as_str()), ("move", made), ("reason", "Fetches a paper")];
            doctor.post(&format!("{}/moves", paths::entry(clinic.entry_of(here.visit).await.0)), &fields).await.expect(303);
        }
        let states = async || (clinic.state_of(ada.visit).await, clinic.state_of(ben.visit).await);
        assert_eq!(states().await, (EntryState::Missed, EntryState::Parked));
        clinic.wait_minutes(1);
        // A card read once more is no reason to call somebody who was put aside.
        for (here, told) in [(&ben, "was already checked in"), (&ada, "It had missed its calls and waits again")] {
            let card = clinic.card_of(clinic.patient_of(here.visit).await).await;
            let page = desk.get("/arrivals").await;
            let page = desk.submitted(&page, "#scan-form", &[("code", &card)]).await;
            assert!(page.body.contains(told), "{}", page.text("main"));
        }
        assert_eq!(states().await, (EntryState::Waiting, EntryState::Parked));
        let urgent = Arrival { priority: Priority::Raised, reason: "Faints".to_owned(), ..Arrival::at_desk(clinic.patient_of(ben.visit).await) };
        clinic.arrives(urgent).await;
        assert_eq!(states().await, (EntryState::Waiting, EntryState::Waiting));
    }

    async fn q7_who_did_not_answer_is_not_offered_again_at_once_where_nobody_else_waits(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.walk_in("Ada Obi").await;
        let page = doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
        let page = doctor.submitted(&page, "[data-move=return_to_waiting]", &[]).await;
        let page = doctor.submitted(&page, "#call-next", &[]).await;
        assert!(page.text("main").contains("A001 did not answer and is next from 09:05"), "{}", page.text("main"));
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Waiting);
        // Who comes all the same is called by name; and after the pause in turn.
        let page = doctor.submitted(&page, "[data-call]", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
        let page = doctor.submitted(&page, "[data-move=return_to_waiting]", &[]).await;
        clinic.wait_minutes(5);
        doctor.submitted(&page, "#call-next", &[]).await;
        assert_eq!(clinic.state_of(ada.visit).await, EntryState::Called);
    }

    async fn q5_an_emergency_that_missed_its_calls_or_was_put_aside_waits_at_once(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let (ada, ben) = (clinic.walk_in("Ada Obi").await, clinic.walk_in("Ben Eze").await);
        for (here, made) in [(&ada, "miss"), (&ben, "park")] {
            doctor.submitted(&doctor.get(&paths::board(point)).await, "#call-next", &[]).await;
            let op = format!("0123456789-{made}-0123");
            let fields = [("op", op.as_str()), ("move", made), ("reason", "Fetches a paper")];
            doctor.post(&paths::moves(clinic.entry_of(here.visit).await.0), &fields).await.expect(303);
        }
        for (here, priority, state, words) in [
            (&ada, "raised", EntryState::Missed, "Raised. Called once"),
            (&ben, "emergency", EntryState::Waiting, "Emergency: Faints"),
            (&ada, "emergency", EntryState::Waiting, "Emergency: Faints"),
        ] {
            let entry = clinic.entry_of(here.visit).await.0;
            let op = format!("0123456789-{entry}-{priority}");
            doctor.post(&paths::priority(entry), &[("op", op.as_str()), ("priority", priority), ("reason", "Faints")]).await.expect(303);
            assert_eq!(clinic.state_of(here.visit).await, state);
            let row = format!("#row-{entry} td.why");
            let board = doctor.get(&paths::board(point)).await;
            assert!(board.text(&row).starts_with(words), "{}", board.text(&row));
        }
    }
}
