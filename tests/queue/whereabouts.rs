//! Where somebody is and how long they wait: told alike on every page.

use infirmary::queue::model::Priority;
use infirmary::queue::verbs::check_in::Arrival;
use infirmary::web::paths;

use crate::support::consultation::press;

both! {
    async fn whoever_was_passed_on_is_where_the_token_is(clinic) {
        clinic.point("Consulting", "consulting").await;
        let lab = clinic.point("Laboratory", "laboratory").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, id, 10).await;
        let here = clinic.arrived(ada).await;
        let desk = clinic.receptionist().await;
        assert_eq!(desk.get(paths::queue::ARRIVALS).await.text("#today .tag"), "Waiting");
        clinic.moves_to_doctor(&here, id).await;
        assert_eq!(desk.get(paths::queue::ARRIVALS).await.text("#today .tag"), "With doctor");
        press(&doctor, here.visit, "token.pass", &[("to", &lab.to_string())]).await.expect(303);
        assert_eq!(desk.get(paths::queue::ARRIVALS).await.text("#today .tag"), "Waiting, Laboratory");
        let home = doctor.get(paths::HOME).await;
        assert!(home.text("#booked").contains("Waiting, Laboratory"), "{}", home.text("#booked"));
    }

    async fn an_emergency_waits_since_its_arrival_whatever_was_booked(clinic) {
        let point = clinic.point("Consulting", "consulting").await;
        let (id, doctor) = clinic.doctor_named("Dr Nwosu").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.booking(ada, id, 90).await;
        let asthma = Arrival { priority: Priority::Emergency, reason: "Asthma".to_owned(), ..Arrival::at_desk(ada) };
        clinic.arrives(asthma).await;
        clinic.wait_minutes(12);
        let board = doctor.get(&paths::queue::board(point)).await;
        assert!(board.text("#queue .waited").starts_with("12 min"), "{}", board.text("#queue"));
        let all = doctor.get(paths::queue::QUEUES).await;
        assert!(all.text(&format!("#point-{point} td[data-label=Longest]")).contains("12 min"), "{}", all.body);
        assert!(doctor.get(paths::HOME).await.text("tbody td[data-label='Longest wait']").contains("12 min"));
    }
}
