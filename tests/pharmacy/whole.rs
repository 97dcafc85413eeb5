//! From the door to the receipt (W6): a walk-in, by forms alone.

use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::queue::model::{PointId, VisitId};
use infirmary::web::paths::{consultation, queue as at};

use crate::support::{AMOXICILLIN, Browser, Clinic, Room};

/// Calls whoever is next and begins.
async fn calls(browser: &Browser, point: PointId) {
    let board = browser.get(&at::board(point)).await;
    let board = browser.submitted(&board, "#call-next", &[]).await;
    browser.submit(&board, "[data-move=start]", &[]).await.expect(303);
}

async fn at_point(clinic: &Clinic, kind: &'static str) -> i64 {
    sql("select count(*) from queue_entry e join service_point p on p.id = e.point_id
         where p.kind = $1 and e.state in ('waiting', 'called', 'in_service')")
    .bind(kind)
    .scalar(&clinic.app.db)
    .await
    .unwrap()
}

both! {
    async fn w6_a_walk_in_goes_with_one_token_from_the_door_to_the_receipt(clinic) {
        infirmary::prescribing::ensure_catalogue(&clinic.app.db).await.unwrap();
        infirmary::diagnoses::codes::ensure_catalogue(&clinic.app.db).await.unwrap();
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let consulting = clinic.point("Consulting", "consulting").await;
        let pharmacy = clinic.point("Pharmacy", "pharmacy").await;
        let cash_desk = clinic.point("Cash desk", "cashier").await;
        let ada = clinic.visitor("Ada Obi").await;
        clinic.states_no_allergy(ada).await;

        // Walk-in and token.
        let desk = clinic.receptionist().await;
        desk.post("/check-ins", &[("op", "a-walk-in-comes-0001"), ("patient", &ada.to_string())]).await.expect(303);
        let visit = VisitId(clinic.count("select max(id) from visit").await);
        assert_eq!(at_point(&clinic, "consulting").await, 1);

        // Visit, diagnosis, prescription, and on to the pharmacy.
        let (doctor, browser) = clinic.doctor_named("Dr Nwosu").await;
        calls(&browser, consulting).await;
        let room = Room { doctor, desk: browser, patient: ada, visit };
        room.press("diagnosis.add", &[("dx_term", "Uncomplicated falciparum malaria")]).await.expect(303);
        room.adds(AMOXICILLIN).await;
        room.signs(&[]).await.expect(303);
        let page = room.page().await;
        let (_, fields) = page.form("#consultation", &[("outcome", "home")]);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        room.desk.post(&consultation::completion(visit), &fields).await.expect(303);
        assert_eq!(at_point(&clinic, "pharmacy").await, 1, "a prescription leads to the pharmacy");

        // Given out, and on to the cashier.
        let pharmacist = clinic.pharmacist().await;
        calls(&pharmacist, pharmacy).await;
        let prescription = clinic.signed_in_visit(visit).await;
        let page = pharmacist.get(&format!("/prescriptions/{prescription}/dispensing")).await;
        let given = pharmacist.submitted(&page, "#dispense", &[]).await;
        pharmacist.submit(&given, ".page-head form[action$='/transfers']", &[]).await.expect(303);
        assert_eq!(at_point(&clinic, "cashier").await, 1);

        // Bill, payment, receipt, and the end.
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        clinic.opens_shift(&cashier, "0").await.expect(303);
        calls(&cashier, cash_desk).await;
        let board = cashier.get(&at::board(cash_desk)).await;
        assert!(board.links(".now .actions a").contains(&format!("/visits/{visit}/bill")), "the bill is one press away");
        let bill = cashier.get(&format!("/visits/{visit}/bill")).await;
        let pay = cashier.submitted(&bill, "#draft", &[("step", "issue")]).await;
        let receipt = cashier.submitted(&pay, "#pay", &[("cash", "10000")]).await;
        assert!(receipt.heading().starts_with("Receipt RCP-2026-000001"), "{}", receipt.heading());
        let board = cashier.get(&at::board(cash_desk)).await;
        cashier.submit(&board, "[data-move=finish]", &[]).await.expect(303);
        assert_eq!(clinic.number("select count(*) from visit where id = $1 and close_reason = 'finished'", visit.0).await, 1);
        assert_eq!(clinic.count("select count(*) from visit").await, 1, "one visit, one token");
        assert_eq!(clinic.count("select count(*) from charge where state <> 'paid'").await, 0);
        assert_eq!(clinic.count("select count(*) from diagnosis where state = 'signed'").await, 1);
        assert_eq!(clinic.lies("AM1", "Pharmacy").await, 85);
        assert!(clinic.faults().await.is_empty(), "{:?}", clinic.faults().await);
    }
}
