//! Controlled medicines: a second person and the register (rule P10, PH7).

use infirmary::access::model::Role;
use infirmary::db::sql;

use crate::support::{AMOXICILLIN, PASSWORD};

both! {
    async fn p10_a_controlled_medicine_leaves_in_the_sight_of_a_second_person_and_stands_in_the_register(clinic) {
        clinic.signed_in("colleague", &[Role::Nurse]).await;
        let counter = clinic.counter(&["codeine phosphate 30 mg tablet"]).await;
        clinic.shelf("codeine-phosphate-30mg-tablet", "CO1", 300, 40).await;
        let refused = counter.gives(&[]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose who sees the controlled medicine leave"]);
        let second: i64 = sql("select id from account where sign_in_name = 'colleague'").scalar(&clinic.app.db).await.unwrap();
        let me: i64 = sql("select id from account where sign_in_name = 'pharmacist'").scalar(&clinic.app.db).await.unwrap();
        let second = second.to_string();
        let wrong = counter.gives(&[("second", &second), ("second_password", "guess")]).await;
        assert_eq!(wrong.expect(422).errors(), ["This is not the password of the second person"]);
        assert_eq!(wrong.text("#second_password"), "");
        let alone = counter.gives(&[("second", &me.to_string()), ("second_password", PASSWORD)]).await;
        assert_eq!(alone.expect(422).errors(), ["Choose who sees the controlled medicine leave"], "not the same person");
        counter.gives(&[("second", &second), ("second_password", PASSWORD)]).await.expect(303);
        let register = counter.desk.get("/pharmacy/register").await;
        let rows = register.expect(200).texts("tbody tr");
        assert!(rows.iter().any(|row| row.contains("Given out") && row.contains("Ada Obi") && row.contains("colleague") && row.contains("\u{2212}")), "{rows:?}");
        let given: i64 = sql("select given from prescription_line").scalar(&clinic.app.db).await.unwrap();
        assert!(rows[0].contains(&(40 - given).to_string()), "the running balance: {rows:?}");
        // What comes back is seen by somebody, too, and the register names them.
        clinic.signed_in("other nurse", &[Role::Nurse]).await;
        let other: i64 = sql("select id from account where sign_in_name = 'other nurse'").scalar(&clinic.app.db).await.unwrap();
        let page = counter.given(&clinic).await;
        let what = page.attribute("#what option:nth-of-type(2)", "value").unwrap();
        let back = [("what", what.as_str()), ("quantity", "1"), ("reason", "Not tolerated")];
        let refused = counter.desk.submit(&page, "#return", &back).await;
        assert_eq!(refused.expect(422).errors(), ["Choose who sees the controlled medicine come back"]);
        let other = other.to_string();
        let seen = [back[0], back[1], back[2], ("second", other.as_str()), ("second_password", PASSWORD)];
        counter.desk.submit(&page, "#return", &seen).await.expect(303);
        let rows = counter.desk.get("/pharmacy/register").await.texts("tbody tr");
        assert!(rows[0].contains("Returned") && rows[0].contains("other nurse") && !rows[0].contains("colleague"), "{rows:?}");
        let alone = sql("insert into dispensing_return (dispensing_line_id, batch_id, store_id, quantity, covers, sealed, reason, account_id,
                account_name, at) select dispensing_line_id, batch_id, store_id, 1, 1, sealed, reason, account_id, account_name, at
             from dispensing_return")
            .run(&clinic.app.db).await;
        assert!(alone.unwrap_err().violates("dispensing_return_second"));
        // Without a second person no table takes it.
        let alone = sql("insert into dispensing (prescription_id, patient_id, visit_id, store_id, account_id, account_name, second_id, second_name, at, day)
             select prescription_id, patient_id, visit_id, store_id, account_id, account_name, account_id, 'me', at, day from dispensing")
            .run(&clinic.app.db).await;
        assert!(alone.unwrap_err().violates("dispensing_second"));
    }

    async fn p10_a_medicine_made_controlled_after_signing_is_given_with_a_second_person(clinic) {
        clinic.signed_in("colleague", &[Role::Nurse]).await;
        let counter = clinic.counter(&[AMOXICILLIN]).await;
        clinic.shelf("amoxicillin-500mg-capsule", "AM1", 300, 100).await;
        let controlled = "update medicine set controlled = $1 where code = 'amoxicillin-500mg-capsule'";
        sql(controlled).bind(true).run(&clinic.app.db).await.unwrap();
        let refused = counter.gives(&[]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose who sees the controlled medicine leave"]);
        let second: i64 = sql("select id from account where sign_in_name = 'colleague'").scalar(&clinic.app.db).await.unwrap();
        let second = second.to_string();
        counter.gives(&[("second", &second), ("second_password", PASSWORD)]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from dispensing where second_name = 'colleague'").await, 1);
    }
}
