//! What the pharmacy shows and prints, for each reader what they need and nothing else (U22, U23).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::AMOXICILLIN;

both! {
    async fn u23_the_pharmacy_calls_by_the_token_of_the_visit_and_prints_for_each_reader(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 10).await;
        let token: String = sql("select token from visit where id = $1").bind(counter.room.visit).scalar(&clinic.app.db).await.unwrap();
        assert!(counter.desk.get("/pharmacy").await.text("#worklist tbody tr").contains(&token));
        let given = counter.desk.submitted(&counter.page().await, "#dispense", &[]).await;
        // The pharmacist reads batches, the patient how to take it and what is owed, nobody of the two a price.
        assert!(given.text("main").contains("Batch AM1"));
        let slip = counter.desk.get(&format!("{}/slip", given.path)).await;
        let paper = slip.expect(200).text("article");
        for word in [token.as_str(), "Ada Obi", AMOXICILLIN, "10 capsules", "Take 1 capsule by mouth 3 times daily for 5 days.", "We still owe you", "5 capsules"] {
            assert!(paper.contains(word), "{word}: {paper}");
        }
        assert!(!paper.contains("AM1") && !paper.contains('₦'), "{paper}");
        let labels = counter.desk.get(&format!("{}/labels", given.path)).await;
        assert!(labels.text(".rx-label").contains("Batch AM1") && !labels.body.contains('₦'));
        assert!(labels.has(".rx-label[data-fit]"), "each label is one sticker, set as small as it needs");
        // The cashier reads a price and no name of a medicine.
        let cashier = clinic.signed_in("cashier", &[Role::Cashier]).await;
        let bill = cashier.get(&format!("/visits/{}/bill", counter.room.visit)).await;
        let issued = cashier.submit(&bill, "#draft", &[("step", "issue")]).await;
        let invoice: i64 = issued.expect(303).leads_to().unwrap().split('/').find_map(|part| part.parse().ok()).unwrap();
        for path in [format!("/invoices/{invoice}"), format!("/invoices/{invoice}/print"), format!("/visits/{}/bill", counter.room.visit)] {
            let seen = cashier.get(&path).await;
            assert!(seen.expect(200).body.contains("Medicine, capsule") && seen.body.contains('₦'), "{path}");
            assert!(!seen.body.to_lowercase().contains("amoxicillin"), "{path}");
        }
    }

    async fn u22_what_is_not_there_is_said_to_prescriber_pharmacist_and_patient(clinic) {
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        let phone = clinic.signed_in_patient(counter.room.patient, "ada").await;
        assert!(counter.room.desk.get("/medicines/options?q=amoxicillin+500").await.body.contains("Not in stock"));
        assert!(counter.desk.get("/pharmacy").await.text("#worklist tbody tr").contains("Not in stock"));
        assert!(counter.page().await.text("#dispense").contains("Nothing of it can be given now."));
        assert!(phone.get("/my/prescriptions").await.text(".rx-mine").contains("The pharmacy has none of it now"));
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 4).await;
        counter.gives(&[]).await.expect(303);
        let given = counter.given(&clinic).await;
        assert!(given.text("main").contains("Owed now: 11 capsules"), "{}", given.text("main"));
        let slip = counter.desk.get(&format!("{}/slip", given.path)).await;
        assert!(slip.text("section.owed").contains("11 capsules"), "{}", slip.text("article"));
        // What is given in full leaves a slip that owes nothing.
        clinic.shelf("amoxicillin-500mg-capsule", "AM2", 300, 11).await;
        counter.gives(&[]).await.expect(303);
        let full = counter.given(&clinic).await;
        assert!(!counter.desk.get(&format!("{}/slip", full.path)).await.has("section.owed"));
    }
}
